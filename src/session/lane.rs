//! One construction on its way: layers built, then measured, then the whole searched for its largest error.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::construction::{LayerBuilder, LayerProblem, LayerTicket, Sum, Until};
use crate::experiment::{Construction, Experiment, LanePlan, LawChoice, LayerPlan};
use crate::network::Domain;
use crate::sampling::{Hyperbolic, Law, Uniform};
use crate::verification::{Certificate, Evaluation, Found, LayerCheck, Parts, Search};

/// Inputs tried between two looks at the clock or at a command.
const INPUTS_PER_SLICE: usize = 256;

/// Neurons drawn between two reports of progress.
const NEURONS_PER_REPORT: u64 = 1 << 16;

/// How far one step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// one neuron
    Neuron,
    /// until another target weight is complete
    Weight,
    /// to the end of the layer
    Layer,
    /// to the end
    All,
}

/// What a lane is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// drawing the neurons of this layer, from 1
    Building(usize),
    /// trying inputs
    Verifying,
    /// all is known
    Done,
}

/// How far a run is, over all layers of a lane.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// which construction
    pub construction: Construction,
    /// neurons drawn
    pub neurons: u64,
    /// target weights complete
    pub weights_done: u64,
    /// target weights in all
    pub weights: u64,
    /// inputs tried
    pub inputs_tried: usize,
    /// inputs to be tried
    pub inputs: usize,
}

/// One construction of a session.
#[derive(Clone, Debug)]
pub struct Lane {
    experiment: Arc<Experiment>,
    plan: LanePlan,
    builders: Vec<LayerBuilder>,
    checks: Vec<Option<LayerCheck>>,
    /// once every layer is measured
    certificate: Option<Arc<Certificate>>,
    search: Search,
    /// a layer that was taken back, from 0, and the draws that it is to have again
    replay: Option<(usize, u64)>,
    elapsed: Duration,
}

impl Lane {
    pub(super) fn new(experiment: &Arc<Experiment>, plan: &LanePlan) -> Self {
        let builders = plan
            .layers
            .iter()
            .zip(1..)
            .map(|(layer_plan, layer)| {
                let (law, matching, sum, sharing) = plan.construction.choices();
                LayerBuilder::new(LayerProblem {
                    target: Arc::clone(&experiment.target),
                    layer,
                    ranges: layer_plan.ranges,
                    law: law_of(law, layer_plan),
                    seed: experiment.seed,
                    bound: layer_plan.neurons,
                    skip_negative_half: layer_plan.skip_negative_half,
                    matching,
                    sum,
                    sharing,
                    mode: plan.mode,
                })
            })
            .collect();
        let search =
            Search::new(Arc::clone(&experiment.target), Arc::clone(&experiment.domain), experiment.seed);
        let mut lane = Self {
            experiment: Arc::clone(experiment),
            checks: vec![None; plan.layers.len()],
            certificate: None,
            plan: plan.clone(),
            builders,
            search,
            replay: None,
            elapsed: Duration::ZERO,
        };
        lane.measure_done_layers();
        lane
    }

    /// What the lane is doing, or would do next.
    pub fn phase(&self) -> Phase {
        match self.builders.iter().position(|builder| !builder.is_done()) {
            Some(index) => Phase::Building(index + 1),
            None if self.search.is_done() => Phase::Done,
            None => Phase::Verifying,
        }
    }

    /// Goes on towards the end of `step`, drawing at most about `budget` neurons. Whether the step's end is
    /// reached. The way a run is cut into steps and budgets does not change its result.
    pub fn advance(&mut self, step: Step, budget: u64) -> bool {
        if !self.replay(budget) {
            return false;
        }
        let started = Instant::now();
        let reached = match self.phase() {
            Phase::Done => true,
            Phase::Verifying => {
                self.search.advance(self.builders.iter().map(LayerBuilder::ticket), INPUTS_PER_SLICE);
                self.search.is_done()
            }
            Phase::Building(layer) => {
                let builder = &mut self.builders[layer - 1];
                let weights_done = builder.tally().weights_done;
                match step {
                    Step::Neuron => builder.advance(1, Until::Neurons),
                    Step::Weight => builder.advance(budget, Until::WeightDone),
                    Step::Layer | Step::All => builder.advance(budget, Until::Neurons),
                };
                let (done, weight_done) = (builder.is_done(), builder.tally().weights_done > weights_done);
                if done {
                    self.measure_done_layers();
                }
                match step {
                    Step::Neuron => true,
                    Step::Weight => weight_done || done,
                    Step::Layer => done,
                    Step::All => false,
                }
            }
        };
        self.elapsed += started.elapsed();
        reached
    }

    /// Takes the last step back: the neuron drawn last, what was drawn since a weight was completed, or the layer. One layer
    /// at most is built again, by [`replay`](Self::replay); until then it is behind.
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
        for layer in layer..self.builders.len() {
            self.builders[layer] = self.builders[layer].restarted();
            self.checks[layer] = None;
        }
        self.certificate = None;
        let experiment = &self.experiment;
        self.search =
            Search::new(Arc::clone(&experiment.target), Arc::clone(&experiment.domain), experiment.seed);
        self.replay = (draws > 0).then_some((layer, draws));
        self.measure_done_layers();
    }

    /// Builds again what [`take_back`](Self::take_back) has left to be, drawing at most `budget` neurons. Whether nothing
    /// is left.
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

    /// Builds all layers in parallel and tries all inputs.
    pub(super) fn run(&mut self, progress: &(dyn Fn(Progress) + Sync)) {
        let started = Instant::now();
        self.replay = None;
        let weights: u64 = self.plan.layers.iter().map(|layer| layer.weights).sum();
        let (neurons, weights_done) = (AtomicU64::new(0), AtomicU64::new(0));
        let construction = self.plan.construction;
        let report = |inputs_tried, inputs| {
            let (neurons, weights_done) =
                (neurons.load(Ordering::Relaxed), weights_done.load(Ordering::Relaxed));
            progress(Progress { construction, neurons, weights_done, weights, inputs_tried, inputs });
        };
        let experiment = &self.experiment;
        let inputs = self.search.total();
        self.builders.par_iter_mut().zip(&mut self.checks).for_each(|(builder, check)| {
            let (mut sampled, mut done) = (0, 0);
            while !builder.is_done() {
                builder.advance(NEURONS_PER_REPORT, Until::Neurons);
                let tally = builder.tally();
                neurons.fetch_add(tally.sampled - sampled, Ordering::Relaxed);
                weights_done.fetch_add(tally.weights_done - done, Ordering::Relaxed);
                (sampled, done) = (tally.sampled, tally.weights_done);
                report(0, inputs);
            }
            check.get_or_insert_with(|| measure(experiment, builder));
        });
        self.certify();
        while !self.search.is_done() {
            self.search.advance(self.builders.iter().map(LayerBuilder::ticket), 4 * INPUTS_PER_SLICE);
            report(self.search.found().tried, inputs);
        }
        self.elapsed += started.elapsed();
    }

    fn measure_done_layers(&mut self) {
        for (builder, check) in self.builders.iter().zip(&mut self.checks) {
            if builder.is_done() {
                check.get_or_insert_with(|| measure(&self.experiment, builder));
            }
        }
        self.certify();
    }

    /// Puts the certificate together once every layer is measured, and evaluates as it asks for.
    fn certify(&mut self) {
        let checks: Option<Vec<LayerCheck>> = self.checks.iter().cloned().collect();
        let (Some(checks), None) = (checks, &self.certificate) else { return };
        let experiment = &self.experiment;
        let points = matches!(*experiment.domain, Domain::Points { .. });
        let promise = experiment.promise();
        let certificate = Certificate::new(
            &experiment.target,
            &experiment.bounds,
            &checks,
            (experiment.f_max, &promise),
            points,
            experiment.epsilon,
        );
        self.search.evaluate(certificate.evaluation);
        self.certificate = Some(Arc::new(certificate));
    }

    /// Theory's numbers for the lane.
    pub fn plan(&self) -> &LanePlan {
        &self.plan
    }

    /// The layers, layer 1 first.
    pub fn builders(&self) -> &[LayerBuilder] {
        &self.builders
    }

    /// What was measured on each finished layer.
    pub fn checks(&self) -> &[Option<LayerCheck>] {
        &self.checks
    }

    /// What the inputs tried so far have shown.
    pub fn found(&self) -> &Found {
        self.search.found()
    }

    /// Inputs to be tried in all.
    pub fn inputs(&self) -> usize {
        self.search.total()
    }

    /// The error certified, once every layer is measured.
    pub fn certified(&self) -> Option<f64> {
        self.certificate.as_ref().map(|certificate| certificate.total)
    }

    /// How the error certified comes about, once every layer is measured.
    pub fn certificate(&self) -> Option<&Arc<Certificate>> {
        self.certificate.as_ref()
    }

    /// How F and Ĝ are evaluated.
    pub fn evaluation(&self) -> Evaluation {
        self.certificate.as_ref().map_or(Evaluation::Plain, |certificate| certificate.evaluation)
    }

    /// Whether every demand of every layer was met.
    pub fn is_complete(&self) -> bool {
        self.builders.iter().all(LayerBuilder::is_complete)
    }

    /// Whether the ticket holds: complete, and found ≤ certified ≤ ε. `None` until all is known.
    pub fn holds(&self) -> Option<bool> {
        let certified = self.certified().filter(|_| self.phase() == Phase::Done)?;
        let found = self.found().error;
        Some(self.is_complete() && found <= certified && certified <= self.experiment.epsilon)
    }

    /// Time spent computing.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The masks of every layer, layer 1 first.
    pub fn tickets(&self) -> impl Iterator<Item = &LayerTicket> {
        self.builders.iter().map(LayerBuilder::ticket)
    }
}

/// The law that G's weights follow in a layer.
fn law_of(choice: LawChoice, plan: &LayerPlan) -> Law {
    match choice {
        LawChoice::Uniform => Law::Uniform(Uniform::new(1.0).expect("1 is a bound")),
        LawChoice::Hyperbolic => {
            let (alpha, beta) = plan.ranges.weight;
            Law::Hyperbolic(Hyperbolic::new(alpha, beta).expect("a plan has 0 < α < β"))
        }
    }
}

fn measure(experiment: &Experiment, builder: &LayerBuilder) -> LayerCheck {
    let layer = builder.problem().layer;
    let parts = match builder.problem().sum {
        Sum::Neuron => Parts::Neurons,
        Sum::Golden | Sum::Single | Sum::Subset => Parts::Halves {
            never_negative: experiment.inputs_never_negative(layer),
            skipped: builder.problem().skip_negative_half,
        },
    };
    LayerCheck::measure(&experiment.target, layer, builder.ticket(), parts)
}
