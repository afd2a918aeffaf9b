//! How large a network's activations can become on a domain, layer by layer.

use std::iter;

use ndarray::{ArrayView1, ArrayView2, Axis, CowArray};

use super::domain::{magnitude, norm_of, or_infinite, rounding_of_sums, with_constant};
use super::range::{self, SMALLEST, norm, product};
use super::{Activation, Domain, Network, spectral_norm_bound, through_layers};

/// Bounds on the activations of a target network over a domain, i = 0…ℓ, the input being layer 0.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivationBounds {
    /// sup ‖F_i‖₂: over points the maximum itself, else the smaller of the next two
    pub norm: Vec<f64>,
    /// by the norms of the weights: λ_i‖W_i‖₂·sup‖F_{i−1}‖₂
    pub by_norms: Vec<f64>,
    /// by intervals of the single activations
    pub by_intervals: Vec<f64>,
    /// sup of the largest |F_{i,j}|
    pub largest: Vec<f64>,
}

impl ActivationBounds {
    /// Bounds of every layer of `network` on `domain`.
    ///
    /// Over points they are the maxima themselves. Elsewhere each is the smaller of two bounds, from the norms
    /// (|W_j·y| ≤ ‖W_j‖₂·sup‖y‖₂) and from intervals. All are widened by more than their rounding.
    pub fn new(network: &Network, domain: &Domain) -> Self {
        let bounds = Self::over_intervals(network, domain);
        match domain.free() {
            Domain::Points { points, .. } => {
                Self::over_points(network, points.view(), domain.has_constant(), bounds)
            }
            _ => bounds,
        }
    }

    /// F_max: the bound on every activation, inputs included, outputs not.
    pub fn f_max(&self) -> f64 {
        self.largest[..self.largest.len() - 1].iter().copied().fold(0.0, f64::max)
    }

    /// `bounds` hold for everything between the points. Some points are evaluated at a time, each followed by a
    /// constant 1 where `has_constant`.
    fn over_points(network: &Network, points: ArrayView2<'_, f64>, has_constant: bool, bounds: Self) -> Self {
        let architecture = network.architecture();
        let layers = architecture.layers();
        // ‖F_i‖₂ and the largest |F_{i,j}| of the points so far, as they were computed.
        let (mut norms, mut largest_of) = (vec![0.0; layers + 1], vec![0.0; layers + 1]);
        for points in points.axis_chunks_iter(Axis(0), architecture.inputs_together()) {
            let x = if has_constant { with_constant(points).into() } else { CowArray::from(points) };
            let mut note = |layer: usize, y: ArrayView2<'_, f64>| {
                let of_rows = y.rows().into_iter().map(|y| norm(y.dot(&y), y.iter().copied()));
                norms[layer] = range::largest(iter::once(norms[layer]).chain(of_rows));
                largest_of[layer] = range::largest(iter::once(largest_of[layer]).chain(y.iter().copied()));
            };
            note(0, x.view());
            through_layers(1..=layers, x.view(), |layer, x| {
                let y = network.forward_layer(layer, x);
                note(layer, y.view());
                y
            });
        }
        let n_max = architecture.n_max();
        let widen = |layer: usize| if layer > 0 { rounding_of_sums(n_max * layer) } else { 1.0 };
        let norm = |(layer, &norm): (usize, &f64)| {
            let norm = product(or_infinite(norm), rounding_of_sums(architecture.widths()[layer]));
            product(norm, widen(layer))
        };
        let largest = |(layer, &largest): (usize, &f64)| product(or_infinite(largest), widen(layer));
        Self {
            norm: norms.iter().enumerate().map(norm).collect(),
            largest: largest_of.iter().enumerate().map(largest).collect(),
            ..bounds
        }
    }

    fn over_intervals(network: &Network, domain: &Domain) -> Self {
        let architecture = network.architecture();
        let mut intervals = domain.intervals(architecture.widths()[0]);
        // sup‖F_{i−1}‖₂
        let mut largest = domain.norm(architecture.widths()[0]);
        let mut bounds = Self {
            norm: vec![largest],
            by_norms: vec![largest],
            by_intervals: vec![product(norm_of(&intervals), rounding_of_sums(intervals.len()))],
            largest: vec![magnitude(&intervals)],
        };
        for layer in 1..=architecture.layers() {
            let (w, activation) = (network.weights(layer), architecture.activation(layer));
            let widen = rounding_of_sums(w.ncols());
            intervals = w
                .rows()
                .into_iter()
                .map(|row| {
                    let by_norm = product(product(norm(row.dot(&row), row.iter().copied()), largest), widen);
                    interval_of(row, &intervals, activation, by_norm)
                })
                .collect();
            let at_rest = activation.apply(0.0).abs() * (w.nrows() as f64).sqrt();
            let lambda = activation.lipschitz().unwrap_or(f64::INFINITY);
            let stretched = product(product(lambda, spectral_norm_bound(w.view())), largest);
            let by_norm = product(stretched + at_rest, widen);
            let by_intervals = product(norm_of(&intervals), rounding_of_sums(w.ncols().max(w.nrows())));
            largest = by_norm.min(by_intervals);
            bounds.norm.push(largest);
            bounds.by_norms.push(by_norm);
            bounds.by_intervals.push(by_intervals);
            bounds.largest.push(magnitude(&intervals).min(largest));
        }
        bounds
    }
}

/// Where an output σ(w·y) can lie, for y in these intervals and |w·y| ≤ `by_norm`.
pub(super) fn interval_of(
    row: ArrayView1<'_, f64>,
    intervals: &[(f64, f64)],
    activation: Activation,
    by_norm: f64,
) -> (f64, f64) {
    // Bounds may be ∞; a weight of 0 adds nothing even then.
    let times = |w: f64, bound: f64| if w == 0.0 || bound == 0.0 { 0.0 } else { w * bound };
    let (mut low, mut high, mut magnitudes, mut underflow) = (0.0, 0.0, 0.0, 0.0);
    for (&w, &(l, h)) in row.iter().zip(intervals) {
        let (at_low, at_high) = (times(w, l), times(w, h));
        // A lower end stays below the exact one when it overflows, and so never meets −∞.
        low = (low + at_low.min(at_high).min(f64::MAX)).min(f64::MAX);
        high = (high + at_low.max(at_high).max(f64::MIN)).max(f64::MIN);
        let magnitude = product(w.abs(), l.abs().max(h.abs()));
        magnitudes += magnitude;
        if magnitude > 0.0 && magnitude < 2.0 * f64::MIN_POSITIVE {
            underflow += SMALLEST;
        }
    }
    // Sums of both signs: widen by the rounding of their magnitudes.
    let slack = product(rounding_of_sums(row.len()) - 1.0, magnitudes) + underflow;
    activation.range((low - slack).max(-by_norm), (high + slack).min(by_norm))
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::network::Edge;
    use crate::sampling::{Side, Stream};

    fn network(activation: Activation) -> Network {
        let weights = [(4, 5), (3, 4), (2, 3)].iter().enumerate().map(|(index, &shape)| {
            let row = Stream::new(9, 0, Side::Out).row(index as u64);
            Array2::from_shape_fn(shape, |(i, j)| {
                (row.word((i * 8 + j) as u64) >> 11) as f64 / 2f64.powi(52) - 1.0
            })
        });
        Network::new(weights.collect(), activation, activation).unwrap()
    }

    #[test]
    fn no_point_of_the_domain_exceeds_the_bounds() {
        for activation in
            [Activation::Relu, Activation::Tanh, Activation::Logistic, Activation::LeakyRelu(0.2)]
        {
            let network = network(activation);
            let box_ = Domain::Box { low: (-0.5).into(), high: 1.5.into() };
            let bounds = ActivationBounds::new(&network, &box_);
            let row = Stream::new(1, 0, Side::In).row(0);
            let mut x = Array2::from_shape_fn((3000, 5), |(p, a)| {
                let u = (row.word((p * 5 + a) as u64) >> 11) as f64 / 2f64.powi(53);
                if p % 2 == 0 { -0.5 + 2.0 * u } else { -0.5 + 2.0 * u.round() }
            });
            for layer in 0..=3 {
                if layer > 0 {
                    x = network.forward_layer(layer, x.view());
                }
                let norms = x.rows().into_iter().map(|x| x.dot(&x).sqrt()).fold(0.0, f64::max);
                assert!(norms <= bounds.norm[layer] * (1.0 + 1e-15), "{activation:?} layer {layer}");
                assert!(x.iter().all(|v| v.abs() <= bounds.largest[layer]), "{activation:?} layer {layer}");
            }
        }
    }

    /// A box of equal ends is bounded as it was; one with ends of its own is bounded by its corner farthest away.
    #[test]
    fn every_input_of_a_box_may_have_ends_of_its_own() {
        let network = network(Activation::Relu);
        let of = |low: Edge, high: Edge| ActivationBounds::new(&network, &Domain::Box { low, high });
        let same = of((-0.5).into(), 1.5.into());
        let listed = of(vec![-0.5; 5].into(), vec![1.5; 5].into());
        assert_eq!((&same.largest, &same.by_intervals), (&listed.largest, &listed.by_intervals));
        assert!((same.norm[0] / listed.norm[0] - 1.0).abs() < 1e-14);
        let own = Domain::Box {
            low: vec![-3.0, 0.0, 1.0, -1.0, 0.0].into(),
            high: vec![1.0, 4.0, 1.0, 1.0, 0.0].into(),
        };
        let bounds = ActivationBounds::new(&network, &own);
        let norm = 27.0_f64.sqrt();
        assert!(bounds.norm[0] >= norm && bounds.norm[0] <= norm * (1.0 + 1e-14));
        assert_eq!(bounds.largest[0], 4.0);
        assert!(!own.is_never_negative());
        let positive = Domain::Box { low: vec![0.0, 1.0].into(), high: 2.0.into() };
        assert!(positive.is_never_negative());
        // No corner exceeds the bounds.
        let corner = |bits: usize| {
            (0..5).map(move |at| {
                if bits >> at & 1 == 1 {
                    [1.0, 4.0, 1.0, 1.0, 0.0][at]
                } else {
                    [-3.0, 0.0, 1.0, -1.0, 0.0][at]
                }
            })
        };
        let mut x = Array2::from_shape_vec((32, 5), (0..32).flat_map(corner).collect()).unwrap();
        for layer in 0..=3 {
            if layer > 0 {
                x = network.forward_layer(layer, x.view());
            }
            assert!(x.iter().all(|v| v.abs() <= bounds.largest[layer]), "layer {layer}");
        }
    }

    #[test]
    fn bounds_over_points_are_their_maxima() {
        let network = network(Activation::Relu);
        let points = Array2::from_shape_fn((7, 5), |(p, a)| (p as f64 - 3.0) * (a as f64 + 1.0) / 10.0);
        let bounds =
            ActivationBounds::new(&network, &Domain::Points { points: points.clone(), labels: None });
        assert_eq!(bounds.largest[0], 1.5);
        let y = network.forward_layer(1, points.view()).iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        assert!(bounds.largest[1] >= y && bounds.largest[1] <= y * (1.0 + 1e-12));
    }

    #[test]
    fn the_unit_ball_and_unit_norms_give_activations_of_at_most_one() {
        let identity = Network::new(vec![Array2::eye(4); 3], Activation::Relu, Activation::Relu).unwrap();
        let bounds = ActivationBounds::new(&identity, &Domain::Ball { radius: 1.0 });
        assert_eq!(bounds.largest[0], 1.0);
        assert!(bounds.norm.iter().all(|&s| s <= 1.0 + 1e-12));
        assert!(bounds.f_max() <= 1.0 + 1e-12);
    }

    /// A sequence of a box or of signs is a box or the signs, a sequence of balls has the norm √T·r.
    #[test]
    fn a_sequence_is_a_product() {
        let network = Network::new(vec![Array2::eye(6)], Activation::Identity, Activation::Identity).unwrap();
        let bounds = |domain: &Domain| ActivationBounds::new(&network, domain);
        let sequence = |of: Domain| Domain::Sequence { length: 3, of: Box::new(of) };
        let of = bounds(&sequence(Domain::Ball { radius: 2.0 }));
        let norm = 12.0_f64.sqrt();
        assert!(of.norm[0] >= norm && of.norm[0] <= norm * (1.0 + 1e-14));
        assert_eq!(of.largest[0], 2.0);
        let steps = Domain::Box { low: vec![-1.0, 0.5].into(), high: vec![3.0, 4.0].into() };
        let whole = Domain::Box { low: [-1.0, 0.5].repeat(3).into(), high: [3.0, 4.0].repeat(3).into() };
        for (steps, whole) in [(steps, whole), (Domain::Signs, Domain::Signs)] {
            let (steps, whole) = (bounds(&sequence(steps)), bounds(&whole));
            assert_eq!(
                (&steps.largest, &steps.by_intervals[1..]),
                (&whole.largest, &whole.by_intervals[1..])
            );
            assert!((steps.norm[0] / whole.norm[0] - 1.0).abs() < 1e-14);
        }
        let positive = Domain::Box { low: 0.0.into(), high: 1.0.into() };
        assert!(sequence(positive).is_never_negative() && !sequence(Domain::Signs).is_never_negative());
        let with = Domain::WithConstant(Box::new(sequence(Domain::Signs)));
        assert_eq!((with.free_coordinates(7), with.label(0)), (6, None));
    }

    #[test]
    fn a_constant_coordinate_widens_the_norm_and_no_interval() {
        let identity = Network::new(vec![Array2::eye(4)], Activation::Relu, Activation::Relu).unwrap();
        let ball = Domain::WithConstant(Box::new(Domain::Ball { radius: 2.0 }));
        let bounds = ActivationBounds::new(&identity, &ball);
        assert!(bounds.norm[0] >= 5.0_f64.sqrt() && bounds.norm[0] <= 5.0_f64.sqrt() * (1.0 + 1e-14));
        assert_eq!(bounds.largest[0], 2.0);
        assert_eq!((ball.free_coordinates(4), ball.free().free_coordinates(3)), (3, 3));
        let points = Array2::from_shape_fn((5, 3), |(p, a)| (p + a) as f64 / 10.0);
        let points = Domain::WithConstant(Box::new(Domain::Points { points, labels: None }));
        let bounds = ActivationBounds::new(&identity, &points);
        assert!(points.is_never_negative() && bounds.largest[0] == 1.0 && bounds.norm[0] < 1.5);
    }
}
