//! The error found: a lower bound on sup ‖F − Ĝ‖₂, from inputs tried.

use std::sync::Arc;

use ndarray::{Array1, Axis};
use serde::{Deserialize, Serialize};

use super::careful::forward_target;
use super::climb::{Climber, Hill, STARTS, STEPS};
use super::evaluation::Evaluation;
use super::inputs::{inputs, inputs_to_try};
use super::masked::MaskedNetwork;
use super::outputs::{error_between, prediction};
use crate::construction::LayerTicket;
use crate::network::{Domain, Network};

/// Result of the inputs tried so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// largest ‖F(x) − Ĝ(x)‖₂, including the climbed input once climbing has ended
    pub error: f64,
    /// number of the input with this error; the climbed input has the number after the last drawn one
    pub worst_input: usize,
    /// inputs tried
    pub tried: usize,
    /// errors and numbers of the worst inputs tried, the worst first
    pub worst: Vec<(f64, usize)>,
    /// local searches from the worst inputs, once all inputs were tried; none for a list of points
    pub climbers: Vec<Climber>,
    /// steps climbed
    pub steps: usize,
    /// labelled inputs classified correctly by F and by Ĝ; `None` without labels
    pub correct: Option<(usize, usize)>,
    /// numbers, ascending, of the inputs that F and Ĝ classify differently or, where labelled, not both correctly
    pub mistakes: Arc<Vec<usize>>,
}

impl Found {
    /// The climbed input, if climbing has ended above every input tried.
    pub fn climbed(&self) -> Option<&Climber> {
        let ended = self.climbers.iter().all(|climber| climber.is_done);
        let highest = self.climbers.iter().max_by(|a, b| a.error.total_cmp(&b.error))?;
        let tried = self.worst.first().map_or(0.0, |&(error, _)| error);
        (ended && highest.error > tried).then_some(highest)
    }

    /// Keeps an input's error if it is one of the worst; of equal ones the first.
    fn remember(&mut self, error: f64, number: usize) {
        if error.is_nan() {
            return;
        }
        let place = self.worst.partition_point(|&(other, _)| other >= error);
        if place < STARTS {
            self.worst.insert(place, (error, number));
            self.worst.truncate(STARTS);
        }
    }

    /// Shares of labelled inputs classified correctly by F and by Ĝ.
    pub fn accuracy(&self) -> Option<(f64, f64)> {
        let share = |correct: usize| correct as f64 / self.tried as f64;
        self.correct.filter(|_| self.tried > 0).map(|(f, g)| (share(f), share(g)))
    }
}

/// A comparison of F and Ĝ over the inputs of a domain, in slices.
#[derive(Clone, Debug)]
pub struct Search {
    target: Arc<Network>,
    domain: Arc<Domain>,
    seed: u64,
    evaluation: Evaluation,
    found: Found,
    /// Ĝ, from the first slice to the last
    pruned: Option<Arc<MaskedNetwork>>,
}

impl Search {
    /// A search with no input tried. `seed` draws the inputs.
    pub fn new(target: Arc<Network>, domain: Arc<Domain>, seed: u64) -> Self {
        let labelled = matches!(domain.free(), Domain::Points { labels: Some(_), .. });
        Self {
            target,
            domain,
            seed,
            evaluation: Evaluation::Plain,
            found: Found { correct: labelled.then_some((0, 0)), ..Found::default() },
            pruned: None,
        }
    }

    /// The search with the result of an interrupted one of the same network, domain and seed. `None` where no search can have
    /// had this result.
    pub fn resumed(self, found: Found) -> Option<Self> {
        self.is_possible(&found).then_some(Self { found, ..self })
    }

    fn is_possible(&self, found: &Found) -> bool {
        let Found { error, worst_input, tried, worst, climbers, steps, correct, mistakes } = found;
        let total = self.total();
        let starts = if *tried == total && self.climbs() { worst.len() } else { 0 };
        let is_done = climbers.iter().all(|climber| climber.is_done);
        let worst_is_tried = *worst_input < (*tried).max(1);
        let began = climbers.iter().zip(worst).all(|(climber, &(from_error, from))| {
            (climber.from, climber.from_error) == (from, from_error) && self.is_on_its_way(climber)
        });
        *tried <= total
            && *error >= 0.0
            && (worst_is_tried || (found.climbed().is_some() && *worst_input == total))
            && worst.len() <= STARTS.min(*tried)
            && worst.is_sorted_by(|a, b| a.0 > b.0 || (a.0 == b.0 && a.1 < b.1))
            && worst.iter().all(|&(error, number)| error >= 0.0 && number < *tried)
            && climbers.len() == starts
            && began
            && *steps <= if starts > 0 { STEPS } else { 0 }
            && (*steps < STEPS || is_done)
            && correct.is_some() == self.found.correct.is_some()
            && correct.is_none_or(|(f, g)| f.max(g) <= *tried)
            && mistakes.is_sorted_by(|a, b| a < b)
            && mistakes.last().is_none_or(|last| last < tried)
    }

    /// Whether a climber is at an input of the domain, up to rounding, and no lower than its start.
    fn is_on_its_way(&self, climber: &Climber) -> bool {
        if climber.input.len() != self.target.architecture().widths()[0]
            || climber.input.iter().any(|x| !x.is_finite())
        {
            return false;
        }
        let mut nearest = Array1::from(climber.input.to_vec());
        self.domain.project(nearest.view_mut());
        let is_near = |(&x, &nearest): (&f64, &f64)| (x - nearest).abs() <= 1e-9 * x.abs().max(nearest.abs());
        climber.error >= climber.from_error && climber.input.iter().zip(&nearest).all(is_near)
    }

    /// Whether the domain has inputs between the tried ones.
    fn climbs(&self) -> bool {
        !matches!(self.domain.free(), Domain::Points { .. })
    }

    /// Chooses the evaluation from now on.
    pub fn evaluate(&mut self, evaluation: Evaluation) {
        self.evaluation = evaluation;
    }

    /// Inputs to try in all.
    pub fn total(&self) -> usize {
        inputs_to_try(&self.domain)
    }

    /// The result so far.
    pub fn found(&self) -> &Found {
        &self.found
    }

    /// Whether all inputs have been tried, and climbing from the worst has ended.
    pub fn is_done(&self) -> bool {
        self.found.tried == self.total() && self.found.climbers.iter().all(|climber| climber.is_done)
    }

    /// Ĝ, while inputs are tried on it.
    pub fn pruned(&self) -> Option<&Arc<MaskedNetwork>> {
        self.pruned.as_ref()
    }

    /// Tries inputs on a Ĝ built elsewhere.
    pub fn try_on(&mut self, pruned: Arc<MaskedNetwork>) {
        self.pruned = Some(pruned);
    }

    /// Tries up to `count` more inputs, fewer where they are long, on the network of these tickets, layer 1 first and the same
    /// at every call, or, once all have been tried, climbs a step.
    pub fn advance<'a>(&mut self, tickets: impl Iterator<Item = &'a LayerTicket>, count: usize) {
        let pruned = self.pruned.take();
        let pruned =
            pruned.unwrap_or_else(|| Arc::new(MaskedNetwork::new(self.target.architecture(), tickets)));
        if self.found.tried == self.total() {
            self.climb(&pruned);
        } else {
            self.try_inputs(&pruned, count);
        }
        self.pruned = (!self.is_done()).then_some(pruned);
    }

    fn try_inputs(&mut self, pruned: &MaskedNetwork, count: usize) {
        let from = self.found.tried;
        let architecture = self.target.architecture();
        let to = (from + count.min(architecture.inputs_together())).min(self.total());
        let x = inputs(&self.domain, architecture.widths()[0], self.seed, from, to);
        let expected = forward_target(&self.target, self.evaluation, x.view());
        let pruned = pruned.forward(self.evaluation, x.view());
        for (number, (f, g)) in (from..).zip(expected.axis_iter(Axis(0)).zip(pruned.axis_iter(Axis(0)))) {
            let error = error_between(f, g);
            if error > self.found.error {
                (self.found.error, self.found.worst_input) = (error, number);
            }
            self.found.remember(error, number);
            let (by_f, by_g) = (prediction(f), prediction(g));
            let label = self.domain.label(number);
            if let (Some(label), Some(correct)) = (label, &mut self.found.correct) {
                correct.0 += usize::from(by_f == label);
                correct.1 += usize::from(by_g == label);
            }
            if by_f != by_g || label.is_some_and(|label| by_f != label) {
                Arc::make_mut(&mut self.found.mistakes).push(number);
            }
        }
        self.found.tried = to;
        if to == self.total() && self.climbs() {
            self.found.climbers = self.starts();
        }
    }

    /// The worst inputs tried, to climb from.
    fn starts(&self) -> Vec<Climber> {
        let width = self.target.architecture().widths()[0];
        let start = |&(error, from): &(f64, usize)| {
            let input = inputs(&self.domain, width, self.seed, from, from + 1).into_raw_vec_and_offset().0;
            Climber { from, from_error: error, input: Arc::new(input), error, is_done: false }
        };
        self.found.worst.iter().map(start).collect()
    }

    /// A step uphill of every climber.
    fn climb(&mut self, pruned: &MaskedNetwork) {
        let (target, domain) = (&self.target, &self.domain);
        let hill = Hill { target, domain, pruned, evaluation: self.evaluation };
        hill.step(&mut self.found.climbers);
        self.found.steps += 1;
        if self.found.steps == STEPS {
            self.found.climbers.iter_mut().for_each(|climber| climber.is_done = true);
        }
        if let Some(climbed) = self.found.climbed() {
            (self.found.error, self.found.worst_input) = (climbed.error, self.total());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overflow_is_no_error_found() {
        let mut found = Found::default();
        found.remember(f64::NAN, 0);
        found.remember(0.5, 1);
        assert_eq!(found.worst, [(0.5, 1)]);
    }
}
