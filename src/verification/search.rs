//! The error found: a lower bound on sup ‖F − Ĝ‖₂, from inputs tried.

use std::sync::Arc;

use ndarray::{ArrayView1, Axis};

use super::inputs::{inputs, inputs_to_try};
use super::masked::MaskedLayer;
use crate::construction::LayerTicket;
use crate::network::{Domain, Network};

/// What the inputs tried so far have shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// largest ‖F(x) − Ĝ(x)‖₂
    pub error: f64,
    /// number of the input where it was found
    pub worst_input: usize,
    /// inputs tried
    pub tried: usize,
    /// labelled inputs that F and Ĝ classify rightly; `None` without labels
    pub correct: Option<(usize, usize)>,
}

impl Found {
    /// Shares of labelled inputs that F and Ĝ classify rightly.
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
    found: Found,
}

impl Search {
    /// A search that has tried nothing yet. `seed` draws the inputs.
    pub fn new(target: Arc<Network>, domain: Arc<Domain>, seed: u64) -> Self {
        let labelled = matches!(*domain, Domain::Points { labels: Some(_), .. });
        Self {
            target,
            domain,
            seed,
            found: Found { correct: labelled.then_some((0, 0)), ..Found::default() },
        }
    }

    /// Inputs to be tried in all.
    pub fn total(&self) -> usize {
        inputs_to_try(&self.domain)
    }

    /// What was found so far.
    pub fn found(&self) -> &Found {
        &self.found
    }

    /// Whether all inputs have been tried.
    pub fn is_done(&self) -> bool {
        self.found.tried == self.total()
    }

    /// Tries up to `count` more inputs on the network of these tickets, layer 1 first.
    pub fn advance<'a>(&mut self, tickets: impl Iterator<Item = &'a LayerTicket>, count: usize) {
        let from = self.found.tried;
        let to = (from + count).min(self.total());
        let architecture = self.target.architecture();
        let x = inputs(&self.domain, architecture.widths()[0], self.seed, from, to);
        let expected = self.target.forward(x.view());
        let pruned = tickets.zip(1..).fold(x, |x, (ticket, layer)| {
            let outputs = architecture.widths()[layer];
            MaskedLayer::new(ticket, outputs, architecture.activation(layer)).forward(x.view())
        });
        for (number, (f, g)) in (from..).zip(expected.axis_iter(Axis(0)).zip(pruned.axis_iter(Axis(0)))) {
            let error = f.iter().zip(g).map(|(f, g)| (f - g) * (f - g)).sum::<f64>().sqrt();
            if error > self.found.error {
                (self.found.error, self.found.worst_input) = (error, number);
            }
            if let (Domain::Points { labels: Some(labels), .. }, Some(correct)) =
                (&*self.domain, &mut self.found.correct)
            {
                let label = usize::from(labels[number]);
                correct.0 += usize::from(prediction(f) == label);
                correct.1 += usize::from(prediction(g) == label);
            }
        }
        self.found.tried = to;
    }
}

/// The class a network chooses: the first of the largest outputs.
fn prediction(outputs: ArrayView1<'_, f64>) -> usize {
    let mut best = 0;
    for (class, &value) in outputs.iter().enumerate() {
        if value > outputs[best] {
            best = class;
        }
    }
    best
}
