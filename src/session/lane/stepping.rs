//! How a lane goes on: towards the end of a step, back, or all the way on many threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use rayon::prelude::*;

use super::measurement::Measurement;
use super::trial::{INPUTS_PER_SLICE, Trial};
use super::{Lane, LaneProgress, Phase, Step};
use crate::construction::{LayerBuilder, Until};
use crate::experiment::{Experiment, ValueBounds};
use crate::network::{Domain, NEVER, Stop};
use crate::session::background::drop_aside;
use crate::verification::{Certificate, ChainCertificate, GraphCertificate, LayerCheck};

/// Neurons drawn between two reports of progress.
const NEURONS_PER_REPORT: u64 = 1 << 16;

impl Lane {
    /// Goes on towards the end of `step`, drawing at most about `budget` neurons. Whether the step's end is
    /// reached. The result does not depend on how a run is cut into steps and budgets.
    pub fn advance(&mut self, step: Step, budget: u64) -> bool {
        self.advance_until(step, budget, NEVER)
    }

    /// Goes on like [`advance`](Self::advance), and waits for a long computation only until `stop` says so. The computation
    /// continues on a thread of its own.
    pub fn advance_until(&mut self, step: Step, budget: u64, stop: Stop<'_>) -> bool {
        if !self.replay(budget) {
            return false;
        }
        let started = Instant::now();
        let reached = self.go_on(step, budget, stop);
        self.elapsed += started.elapsed();
        reached
    }

    fn go_on(&mut self, step: Step, budget: u64, stop: Stop<'_>) -> bool {
        // A resumed lane has layers to measure, too.
        if !self.measure_done_layers(stop) {
            return false;
        }
        if self.ending.take() == Some(step) {
            return true;
        }
        match self.phase() {
            Phase::Done => true,
            Phase::Verifying => {
                self.trial.advance(&self.builders, INPUTS_PER_SLICE, stop);
                self.trial.is_done()
            }
            Phase::Building(layer) => self.build(layer, step, budget, stop),
        }
    }

    /// Draws neurons of a layer, from 1, and measures it at its end. Whether the step's end is reached.
    fn build(&mut self, layer: usize, step: Step, budget: u64, stop: Stop<'_>) -> bool {
        let builder = &mut self.builders[layer - 1];
        let weights_done = builder.tally().weights_done;
        match step {
            Step::Neuron => builder.advance(1, Until::Neurons),
            Step::Weight => builder.advance(budget, Until::WeightDone),
            Step::Layer | Step::All => builder.advance(budget, Until::Neurons),
        };
        let (done, weight_done) = (builder.is_done(), builder.tally().weights_done > weights_done);
        let reached = match step {
            Step::Neuron => true,
            Step::Weight => weight_done || done,
            Step::Layer => done,
            Step::All => false,
        };
        if done && !self.measure_done_layers(stop) {
            self.ending = reached.then_some(step);
            return false;
        }
        reached
    }

    /// Takes the last step back: the last neuron, the neurons since the last complete weight, or the layer. At most one layer
    /// is built again, by [`replay`](Self::replay).
    pub fn take_back(&mut self, step: Step) {
        // At the start of a layer the step before was in the layer before.
        let last_drawn = self.builders.iter().rposition(|builder| builder.draws() > 0);
        let Some(last_drawn) = last_drawn else { return };
        let layer = if step == Step::All { 0 } else { last_drawn };
        let builder = &self.builders[layer];
        let draws = match step {
            Step::Neuron => builder.draws().saturating_sub(1),
            Step::Weight => builder.draws_a_weight_ago(),
            Step::Layer | Step::All => 0,
        };
        // Empty this layer and all behind it.
        for layer in layer..self.builders.len() {
            let restarted = self.builders[layer].restarted();
            drop_aside(std::mem::replace(&mut self.builders[layer], restarted));
            self.measurements[layer] = Measurement::default();
        }
        (self.certificate, self.ending) = (None, None);
        self.trial = Trial::new(&self.experiment);
        self.replay = (draws > 0).then_some((layer, draws));
        self.measure_done_layers(&|| true);
    }

    /// Builds the layer emptied by [`take_back`](Self::take_back) again, drawing at most `budget` neurons. Whether the
    /// lane has arrived.
    pub fn replay(&mut self, budget: u64) -> bool {
        let Some((layer, draws)) = self.replay else { return true };
        let started = Instant::now();
        let builder = &mut self.builders[layer];
        builder.advance(budget.min(draws - builder.draws()), Until::Neurons);
        if builder.draws() == draws {
            self.replay = None;
        }
        self.elapsed += started.elapsed();
        self.replay.is_none()
    }

    /// Builds all layers in parallel and tries all inputs, until `pause` says to stop. Whether the lane is done. An
    /// uninterruptible computation continues on a thread of its own, and the next call picks up its result.
    pub(in crate::session) fn run(
        &mut self,
        progress: &(dyn Fn(LaneProgress) + Sync),
        pause: Stop<'_>,
    ) -> bool {
        self.run_layers(None, progress, pause)
    }

    /// Builds these layers, from 0, in parallel, and neither measures nor tries them; or, with `None`, all as
    /// [`run`](Self::run) does. Whether this is done.
    pub(in crate::session) fn run_layers(
        &mut self,
        chosen: Option<&[usize]>,
        progress: &(dyn Fn(LaneProgress) + Sync),
        pause: Stop<'_>,
    ) -> bool {
        let started = Instant::now();
        (self.replay, self.ending) = (None, None);
        let weights: u64 = self.plan.layers.iter().map(|layer| layer.weights).sum();
        let neurons = AtomicU64::new(self.drawn() - self.drawn_before);
        let weights_done = AtomicU64::new(self.weights_done());
        let construction = self.plan.construction;
        let report = |inputs_tried, inputs| {
            let (neurons, weights_done) =
                (neurons.load(Ordering::Relaxed), weights_done.load(Ordering::Relaxed));
            progress(LaneProgress { construction, neurons, weights_done, weights, inputs_tried, inputs });
        };
        // Build and measure.
        let (experiment, facts, inputs) = (&self.experiment, construction.facts(), self.trial.inputs());
        let at_once = facts.draws_between_looks(NEURONS_PER_REPORT);
        let is_chosen = |index: usize| chosen.is_none_or(|chosen| chosen.contains(&index));
        let layers = self.builders.par_iter_mut().zip(&mut self.measurements).enumerate();
        let layers = layers.filter(|(index, _)| is_chosen(*index));
        layers.for_each(|(_, (builder, measurement))| {
            let (mut sampled, mut done) = (builder.tally().sampled, builder.tally().weights_done);
            while !builder.is_done() {
                builder.advance(at_once, Until::Neurons);
                let tally = builder.tally();
                neurons.fetch_add(tally.sampled - sampled, Ordering::Relaxed);
                weights_done.fetch_add(tally.weights_done - done, Ordering::Relaxed);
                (sampled, done) = (tally.sampled, tally.weights_done);
                report(0, inputs);
                if pause() {
                    break;
                }
            }
            if builder.is_done() && chosen.is_none() {
                measurement.advance(experiment, facts.demands, builder, pause);
            }
        });
        if let Some(chosen) = chosen {
            self.elapsed += started.elapsed();
            return chosen.iter().all(|&index| self.builders[index].is_done());
        }
        // Certify, and try inputs.
        self.certify();
        while self.certificate.is_some() && !self.trial.is_done() {
            self.trial.advance(&self.builders, 4 * INPUTS_PER_SLICE, pause);
            report(self.found().tried, inputs);
            if pause() {
                break;
            }
        }
        self.elapsed += started.elapsed();
        self.phase() == Phase::Done
    }

    /// Measures every finished layer. Whether all measurements are through.
    pub(super) fn measure_done_layers(&mut self, stop: Stop<'_>) -> bool {
        let demands = self.plan.construction.facts().demands;
        let mut layers = self.builders.iter().zip(&mut self.measurements);
        let is_through = |(builder, measurement): (&LayerBuilder, &mut Measurement)| {
            !builder.is_done() || measurement.advance(&self.experiment, demands, builder, stop)
        };
        let all_through = layers.all(is_through);
        if all_through {
            self.certify();
        }
        all_through
    }

    /// Computes the certificate once every layer is measured, and evaluates F and Ĝ as it requires.
    fn certify(&mut self) {
        let checks = self.checks().into_iter().map(|check| check.cloned());
        let checks: Option<Vec<LayerCheck>> = checks.collect();
        let (Some(checks), None) = (checks, &self.certificate) else { return };
        let Some(certificate) = certificate_of(&self.experiment, &checks) else { return };
        self.trial.evaluate(certificate.evaluation());
        self.certificate = Some(Arc::new(certificate));
    }
}

/// The certificate of a target from the checks of its layers.
fn certificate_of(experiment: &Experiment, checks: &[LayerCheck]) -> Option<Certificate> {
    let (target, bounds, epsilon) = (&experiment.target, &experiment.bounds, experiment.epsilon);
    match &bounds.values {
        ValueBounds::Graph(graph, bounds) => {
            GraphCertificate::new(graph, bounds, checks, epsilon).map(Certificate::Graph)
        }
        ValueBounds::Chain(bounds) => {
            let points = matches!(experiment.domain.free(), Domain::Points { .. });
            let promised = (experiment.f_max, &experiment.promise()[..]);
            let certificate = ChainCertificate::new(target, bounds, checks, promised, points, epsilon);
            Some(Certificate::Chain(certificate))
        }
    }
}
