//! The local search: uphill on ‖F − Ĝ‖₂ from the worst inputs tried, within the domain.
//!
//! Between two changes of sign inside the networks F − Ĝ is as smooth as σ is, for ReLU it is linear, and ½‖F − Ĝ‖² is
//! convex there: from any x it rises towards the input of the domain that is farthest along its gradient
//! (J_Ĝ − J_F)ᵀ(Ĝ(x) − F(x)). Each step goes there, or a part of the way if it crosses too many changes of sign. It is
//! taken only if the error, evaluated as for every input, grows; the error never falls.
//!
//! The gradient takes one forward and one backward pass, through W* and through the kept paths of firing neurons. Its rounding
//! does not matter: it is only a direction to search in.

use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut1, Axis, Slice};
use serde::{Deserialize, Serialize};

use super::careful::forward_target;
use super::evaluation::Evaluation;
use super::masked::MaskedNetwork;
use super::outputs::error_between;
use crate::network::range::{largest, norm, power_of_two};
use crate::network::{Domain, Network};

/// Starts of the climb: the worst inputs tried.
pub const STARTS: usize = 8;

/// Steps uphill, at most.
pub const STEPS: usize = 24;

/// Parts of the way tried at each step.
const PARTS: [f64; 4] = [1.0, 0.5, 0.25, 0.0625];

/// Least relative growth of the error for another step.
const LEAST_GROWTH: f64 = 1e-4;

/// An input climbing uphill.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Climber {
    /// number of the input it started from
    pub from: usize,
    /// ‖F(x) − Ĝ(x)‖₂ at that input
    pub from_error: f64,
    /// the input reached
    pub input: Arc<Vec<f64>>,
    /// ‖F(x) − Ĝ(x)‖₂ at the input reached
    pub error: f64,
    /// whether climbing has ended
    pub is_done: bool,
}

/// ‖F − Ĝ‖₂ over the domain, to be climbed.
pub(super) struct Hill<'a> {
    pub(super) target: &'a Network,
    pub(super) domain: &'a Domain,
    pub(super) pruned: &'a MaskedNetwork,
    pub(super) evaluation: Evaluation,
}

impl Hill<'_> {
    /// One step of every climber under way.
    pub(super) fn step(&self, climbers: &mut [Climber]) {
        let under_way: Vec<usize> = (0..climbers.len()).filter(|&index| !climbers[index].is_done).collect();
        let width = self.target.architecture().widths()[0];
        let mut x = Array2::zeros((under_way.len(), width));
        for (mut row, &index) in x.rows_mut().into_iter().zip(&under_way) {
            row.assign(&ArrayView1::from(&climbers[index].input[..]));
        }
        // Candidates: parts of the way along the gradient, for each climber.
        let gradient = self.gradient(&x);
        let mut candidates = Array2::zeros((under_way.len() * PARTS.len(), width));
        for (row, mut candidate) in candidates.rows_mut().into_iter().enumerate() {
            let (climber, part) = (row / PARTS.len(), PARTS[row % PARTS.len()]);
            candidate.assign(&towards(self.domain, x.row(climber), gradient.row(climber), part));
        }
        // Each climber goes to its best candidate, if that is higher.
        let f = forward_target(self.target, self.evaluation, candidates.view());
        let g = self.pruned.forward(self.evaluation, candidates.view());
        for (place, &index) in under_way.iter().enumerate() {
            let climber = &mut climbers[index];
            let before = climber.error;
            for row in place * PARTS.len()..(place + 1) * PARTS.len() {
                let error = error_between(f.row(row), g.row(row));
                if error > climber.error {
                    climber.error = error;
                    climber.input = Arc::new(candidates.row(row).to_vec());
                }
            }
            climber.is_done = climber.error <= before * (1.0 + LEAST_GROWTH);
        }
    }

    /// (J_Ĝ − J_F)ᵀ(Ĝ(x) − F(x)) at each of the points x.
    fn gradient(&self, x: &Array2<f64>) -> Array2<f64> {
        let of_f = |layer: usize, x: ArrayView2<'_, f64>| x.dot(&self.target.weights(layer).t());
        let back_f = |layer: usize, _: ArrayView2<'_, f64>, by: ArrayView2<'_, f64>| {
            by.dot(self.target.weights(layer))
        };
        let of_g = |layer: usize, x: ArrayView2<'_, f64>| self.pruned.sums(layer, x);
        let back_g = |layer: usize, x: ArrayView2<'_, f64>, by: ArrayView2<'_, f64>| {
            self.pruned.layers()[layer - 1].back(x, by)
        };
        let graph = self.target.architecture().as_graph();
        // Forward, keeping the values of all nodes.
        let (f, g) = (graph.values(x.view(), &mut { of_f }), graph.values(x.view(), &mut { of_g }));
        let mut difference = &g[g.len() - 1] - &f[f.len() - 1];
        let scale = largest(difference.iter().copied());
        if scale.is_finite() && scale > 0.0 && !(1e-100..=1e100).contains(&scale) {
            // Only the direction counts; unscaled, products would leave the range of f64.
            difference /= power_of_two(scale);
        }
        // Backward, from the last node to the first.
        let by_f = graph.back(&f, difference.clone(), &mut { back_f });
        graph.back(&g, difference, &mut { back_g }) - by_f
    }
}

/// The input this part of the way from x to the input of the domain farthest along the gradient. The sign cube has only
/// corners: there, this part of the coordinates against the gradient is flipped, the steepest ones first.
fn towards(domain: &Domain, x: ArrayView1<'_, f64>, gradient: ArrayView1<'_, f64>, part: f64) -> Array1<f64> {
    let free = domain.free_coordinates(x.len());
    let mut to = x.to_owned();
    let gradient = gradient.slice_axis(Axis(0), Slice::from(..free));
    move_towards(domain.free(), to.slice_axis_mut(Axis(0), Slice::from(..free)), gradient, part);
    domain.project(to.view_mut());
    to
}

/// Moves an input of a domain without a constant this part of the way, up to its rounding.
fn move_towards(domain: &Domain, mut x: ArrayViewMut1<'_, f64>, gradient: ArrayView1<'_, f64>, part: f64) {
    let free = x.len();
    match domain {
        Domain::Signs => {
            let mut against: Vec<usize> = (0..free).filter(|&at| gradient[at] * x[at] < 0.0).collect();
            against.sort_by(|&a, &b| gradient[b].abs().total_cmp(&gradient[a].abs()));
            against.truncate((part * against.len() as f64).ceil() as usize);
            against.into_iter().for_each(|at| x[at] = -x[at]);
        }
        Domain::Ball { radius } => {
            let slopes = gradient.iter().copied();
            let norm = norm(slopes.clone().map(|g| g * g).sum(), slopes);
            let farthest = |slope: f64| match radius * slope {
                product if (1e-290..1e290).contains(&product.abs()) => product / norm,
                _ => radius * (slope / norm),
            };
            for at in (0..free).filter(|_| norm > 0.0 && norm.is_finite()) {
                x[at] += part * (farthest(gradient[at]) - x[at]);
            }
        }
        Domain::Box { low, high } => {
            for at in (0..free).filter(|&at| gradient[at] != 0.0) {
                let end = if gradient[at] > 0.0 { high.at(at) } else { low.at(at) };
                x[at] += part * (end - x[at]);
            }
        }
        // The signs of all steps are one cube.
        Domain::Sequence { of, .. } if matches!(**of, Domain::Signs) => move_towards(of, x, gradient, part),
        Domain::Sequence { length, of } => {
            let width = free / length;
            for (step, gradient) in x.exact_chunks_mut(width).into_iter().zip(gradient.exact_chunks(width)) {
                move_towards(of, step, gradient, part);
            }
        }
        // A list has no inputs between its points.
        Domain::Points { .. } | Domain::WithConstant(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    /// The whole way along a gradient ends where g·x is largest: r‖g_t‖ for each step of a sequence of balls.
    #[test]
    fn every_step_of_a_sequence_goes_its_own_way() {
        let of = |of: Domain| Domain::Sequence { length: 2, of: Box::new(of) };
        let (x, gradient) = (array![0.1, 0.2, -0.3, 0.0, 1.0], array![3.0, 4.0, 0.0, -1e-9, 7.0]);
        let to = |domain: &Domain, part: f64| {
            let with = Domain::WithConstant(Box::new(domain.clone()));
            let to = towards(&with, x.view(), gradient.view(), part);
            assert_eq!(to[4], 1.0);
            to.slice_axis(Axis(0), Slice::from(..4)).to_owned()
        };
        let near = |a: Array1<f64>, b: Array1<f64>| assert!((&a - &b).iter().all(|d| d.abs() < 1e-12), "{a}");
        near(to(&of(Domain::Ball { radius: 2.0 }), 1.0), array![1.2, 1.6, 0.0, -2.0]);
        near(to(&of(Domain::Ball { radius: 2.0 }), 0.5), array![0.65, 0.9, -0.15, -1.0]);
        let own = Domain::Box { low: vec![-1.0, -5.0].into(), high: vec![0.5, 6.0].into() };
        near(to(&of(own), 1.0), array![0.5, 6.0, -0.3, -5.0]);
        // Signs: of the two coordinates against the gradient the steeper one comes first, whichever its step is.
        let x = array![-1.0, -1.0, 1.0, -1.0];
        for part in [0.25, 0.5, 1.0] {
            let to = |domain: &Domain| towards(domain, x.view(), array![3.0, 4.0, 5.0, 1.0].view(), part);
            assert_eq!(to(&of(Domain::Signs)), to(&Domain::Signs));
        }
    }
}
