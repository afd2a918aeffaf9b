//! The inputs of interest X.

use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut1, Axis, Slice};
use serde::Serialize;

use super::Edge;
use super::range::{self, norm, product};

/// X, the set of inputs to compare F and Ĝ on.
#[derive(Clone, Debug, Serialize)]
pub enum Domain {
    /// ‖x‖₂ ≤ radius
    Ball {
        /// > 0
        radius: f64,
    },
    /// low ≤ x ≤ high, coordinate by coordinate
    Box {
        /// lower ends
        low: Edge,
        /// upper ends, none below its lower end
        high: Edge,
    },
    /// {−1, 1}ⁿ
    Signs,
    /// these points and no others
    Points {
        /// points × n₀
        points: Array2<f64>,
        /// class of each point, where known
        labels: Option<Array1<u32>>,
    },
    /// (x, 1) for every x of a domain: biases are weights of the last coordinate
    WithConstant(Box<Domain>),
    /// values one behind the other, each in a domain of its own coordinates
    Sequence {
        /// T, how many; divides the number of coordinates
        length: usize,
        /// where each lies: a ball, a box or the signs
        of: Box<Domain>,
    },
}

impl Domain {
    /// The domain of x alone: without the constant last coordinate, where there is one.
    pub fn free(&self) -> &Self {
        match self {
            Self::WithConstant(domain) => domain.free(),
            domain => domain,
        }
    }

    /// Whether the last coordinate of every input is the constant 1.
    pub fn has_constant(&self) -> bool {
        matches!(self, Self::WithConstant(_))
    }

    /// How many of an input's `inputs` coordinates can change: the first ones, all but the constant.
    pub fn free_coordinates(&self, inputs: usize) -> usize {
        inputs - usize::from(self.has_constant())
    }

    /// Brings `x` to the nearest point of the domain; for a ball, up to a relative 1e−14 inwards:
    /// rounding cannot carry it out. A constant coordinate becomes 1. `x` is finite.
    pub fn project(&self, mut x: ArrayViewMut1<'_, f64>) {
        match self {
            Self::Ball { radius } => {
                let norm = norm(x.dot(&x), x.iter().copied());
                if norm > *radius {
                    x *= radius * (1.0 - 1e-14) / norm;
                }
            }
            Self::Box { low, high } => {
                for (input, v) in x.iter_mut().enumerate() {
                    *v = v.clamp(low.at(input), high.at(input));
                }
            }
            Self::Signs => x.mapv_inplace(|v| if v < 0.0 { -1.0 } else { 1.0 }),
            Self::Points { points, .. } => {
                let distance = |point: &ndarray::ArrayView1<'_, f64>| {
                    point.iter().zip(&x).map(|(a, b)| (a - b) * (a - b)).sum::<f64>()
                };
                let nearest = points.rows().into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
                if let Some(nearest) = nearest {
                    x.assign(&nearest);
                }
            }
            Self::Sequence { length, of } => {
                let width = x.len() / length;
                x.exact_chunks_mut(width).into_iter().for_each(|step| of.project(step));
            }
            Self::WithConstant(domain) => {
                let free = x.len() - 1;
                x[free] = 1.0;
                domain.project(x.slice_axis_mut(Axis(0), Slice::from(..free)));
            }
        }
    }

    /// Whether no coordinate of any input is negative.
    pub fn is_never_negative(&self) -> bool {
        match self {
            Self::Ball { .. } | Self::Signs => false,
            Self::Box { low, .. } => low.range().0 >= 0.0,
            Self::Points { points, .. } => points.iter().all(|&x| x >= 0.0),
            Self::Sequence { of, .. } => of.is_never_negative(),
            Self::WithConstant(domain) => domain.is_never_negative(),
        }
    }

    /// The class of input number `input`, where it is known.
    pub fn label(&self, input: usize) -> Option<usize> {
        match self.free() {
            Self::Points { labels: Some(labels), .. } => labels.get(input).map(|&label| label as usize),
            _ => None,
        }
    }

    /// Smallest and largest value of each of `inputs` coordinates.
    pub(super) fn intervals(&self, inputs: usize) -> Vec<(f64, f64)> {
        match self {
            Self::Ball { radius } => vec![(-radius, *radius); inputs],
            Self::Box { low, high } => (0..inputs).map(|input| (low.at(input), high.at(input))).collect(),
            Self::Signs => vec![(-1.0, 1.0); inputs],
            Self::Points { points, .. } => points
                .columns()
                .into_iter()
                .map(|column| column.iter().fold((f64::MAX, f64::MIN), |(l, h), &x| (l.min(x), h.max(x))))
                .collect(),
            Self::Sequence { length, of } => of.intervals(inputs / length).repeat(*length),
            Self::WithConstant(domain) => {
                let mut intervals = domain.intervals(inputs - 1);
                intervals.push((1.0, 1.0));
                intervals
            }
        }
    }

    /// sup ‖x‖₂.
    pub(super) fn norm(&self, inputs: usize) -> f64 {
        match self {
            Self::Ball { radius } => *radius,
            Self::Box { low: Edge::Same(low), high: Edge::Same(high) } => {
                product(product(low.abs().max(high.abs()), (inputs as f64).sqrt()), rounding_of_sums(1))
            }
            Self::Box { .. } => product(norm_of(&self.intervals(inputs)), rounding_of_sums(inputs)),
            Self::Signs => (inputs as f64).sqrt() * rounding_of_sums(1),
            Self::Points { points, .. } => largest_norm(points.view()),
            Self::Sequence { length, of } => {
                let steps = (*length as f64).sqrt();
                product(product(of.norm(inputs / length), steps), rounding_of_sums(1))
            }
            Self::WithConstant(domain) => domain.norm(inputs - 1).hypot(1.0) * rounding_of_sums(1),
        }
    }
}

/// `points × n` inputs x as (x, 1), `points × (n + 1)`.
pub fn with_constant(points: ArrayView2<'_, f64>) -> Array2<f64> {
    let mut with = Array2::ones((points.nrows(), points.ncols() + 1));
    with.slice_axis_mut(Axis(1), Slice::from(..points.ncols())).assign(&points);
    with
}

/// A factor above 1 to cover the relative rounding of sums of `n` non-negative products.
pub(super) fn rounding_of_sums(n: usize) -> f64 {
    1.0 + (2 * n + 8) as f64 * f64::EPSILON
}

/// The norm of the largest magnitudes of all intervals.
pub(super) fn norm_of(intervals: &[(f64, f64)]) -> f64 {
    let largest = intervals.iter().map(|(low, high)| low.abs().max(high.abs()));
    or_infinite(norm(largest.clone().map(|x| x.powi(2)).sum(), largest))
}

/// NaN becomes ∞: a bound without a value promises nothing.
pub(super) fn or_infinite(bound: f64) -> f64 {
    if bound.is_nan() { f64::INFINITY } else { bound }
}

pub(super) fn magnitude(intervals: &[(f64, f64)]) -> f64 {
    intervals.iter().fold(0.0, |m, (low, high)| m.max(low.abs()).max(high.abs()))
}

fn largest_norm(points: ArrayView2<'_, f64>) -> f64 {
    let norms = points.rows().into_iter().map(|x| norm(x.dot(&x), x.iter().copied()));
    product(or_infinite(range::largest(norms)), rounding_of_sums(points.ncols()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::{Side, Stream};

    #[test]
    fn a_projection_lies_in_the_domain_and_leaves_its_points_where_they_are() {
        let points = Array2::from_shape_fn((6, 3), |(p, a)| (p * 3 + a) as f64 / 7.0 - 1.0);
        let domains = [
            Domain::Ball { radius: 1.5 },
            Domain::Box { low: (-0.5).into(), high: 0.75.into() },
            Domain::Box { low: vec![-0.5, 0.25, -3.0].into(), high: vec![0.75, 0.25, -2.0].into() },
            Domain::Box { low: (-3.0).into(), high: vec![0.75, -0.25, -2.0].into() },
            Domain::Signs,
            Domain::Points { points: points.clone(), labels: None },
            Domain::Sequence { length: 3, of: Box::new(Domain::Ball { radius: 0.5 }) },
            Domain::Sequence {
                length: 3,
                of: Box::new(Domain::Box { low: vec![-0.5].into(), high: 0.25.into() }),
            },
            Domain::Sequence { length: 3, of: Box::new(Domain::Signs) },
        ];
        let row = Stream::new(2, 0, Side::In).row(0);
        for domain in domains {
            let with = Domain::WithConstant(Box::new(domain.clone()));
            for place in 0..50 {
                let far = |a: usize| (row.word(place * 4 + a as u64) >> 11) as f64 / 2f64.powi(50) - 4.0;
                let mut x = Array1::from_shape_fn(4, far);
                with.project(x.view_mut());
                assert_eq!(x[3], 1.0);
                let each = match &domain {
                    Domain::Sequence { of, .. } => of,
                    other => other,
                };
                let inside = |x: &[f64]| match each {
                    Domain::Ball { radius } => x.iter().map(|v| v * v).sum::<f64>() <= radius * radius,
                    Domain::Box { low, high } => {
                        x.iter().enumerate().all(|(at, v)| (low.at(at)..=high.at(at)).contains(v))
                    }
                    Domain::Signs => x.iter().all(|v| v.abs() == 1.0),
                    Domain::Sequence { .. } => false,
                    _ => points.rows().into_iter().any(|point| point.iter().eq(x)),
                };
                let width = if matches!(domain, Domain::Sequence { .. }) { 1 } else { 3 };
                assert!(x.to_vec()[..3].chunks(width).all(inside), "{domain:?} {x}");
                let mut again = x.clone();
                with.project(again.view_mut());
                assert_eq!(again, x);
            }
        }
    }
}
