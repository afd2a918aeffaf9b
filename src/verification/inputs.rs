//! Inputs to try on F and Ĝ.

use ndarray::{Array2, ArrayViewMut1, ArrayViewMut2, Axis, Slice};
use rand::RngExt;
use rand::distr::Distribution;
use rand_distr::StandardNormal;

use crate::network::Domain;
use crate::sampling::{RowReader, Side, Stream};

/// Inputs tried where the domain is not a list of points.
pub const INPUTS_TRIED: usize = 10_000;

/// Inputs of `domain` to try: all points of a list, else [`INPUTS_TRIED`].
pub fn inputs_to_try(domain: &Domain) -> usize {
    match domain.free() {
        Domain::Points { points, .. } => points.nrows(),
        _ => INPUTS_TRIED,
    }
}

/// Inputs number `from..to`, one per row. Each depends on the seed and its own number only.
///
/// Ball: every second input lies on the sphere, as homogeneous networks err most there; the others uniformly within. Box: every second input at a corner, the others uniform. Signs: uniform corners. Sequence: every
/// step as its domain has it, all steps of an input at the edge or none.
pub fn inputs(domain: &Domain, width: usize, seed: u64, from: usize, to: usize) -> Array2<f64> {
    let mut inputs = Array2::zeros((to - from, width));
    if domain.has_constant() {
        let (free, mut constant) = inputs.view_mut().split_at(Axis(1), width - 1);
        constant.fill(1.0);
        fill(domain.free(), free, seed, from);
    } else {
        fill(domain, inputs.view_mut(), seed, from);
    }
    inputs
}

/// Fills the rows with the inputs from number `from` on, of a domain without a constant.
fn fill(domain: &Domain, mut inputs: ArrayViewMut2<'_, f64>, seed: u64, from: usize) {
    let to = from + inputs.nrows();
    if let Domain::Points { points, .. } = domain {
        inputs.assign(&points.slice_axis(Axis(0), Slice::from(from..to)));
        return;
    }
    for (mut x, number) in inputs.rows_mut().into_iter().zip(from..) {
        let mut words = Stream::new(seed, 0, Side::In).row(number as u64).reader();
        draw(domain, x.view_mut(), &mut words, number % 2 == 0);
    }
}

/// Draws one input of a domain without a constant: of a ball or a box on its edge, or within.
fn draw(domain: &Domain, mut x: ArrayViewMut1<'_, f64>, words: &mut RowReader, at_edge: bool) {
    let width = x.len();
    match domain {
        Domain::Ball { radius } => {
            x.mapv_inplace(|_: f64| StandardNormal.sample(words));
            let depth: f64 = if at_edge { 1.0 } else { words.random::<f64>().powf(1.0 / width as f64) };
            // Just inside, so that rounding cannot carry an input out of the ball.
            let scale = radius * depth * (1.0 - 1e-14) / x.dot(&x).sqrt();
            x.mapv_inplace(|v| v * scale);
        }
        Domain::Box { low, high } if at_edge => {
            for (input, v) in x.iter_mut().enumerate() {
                *v = if words.random::<bool>() { high.at(input) } else { low.at(input) };
            }
        }
        Domain::Box { low, high } => {
            for (input, v) in x.iter_mut().enumerate() {
                let (low, high) = (low.at(input), high.at(input));
                let share = words.random::<f64>();
                *v = match high - low {
                    width if width.is_finite() => (low + width * share).clamp(low, high),
                    _ => low * (1.0 - share) + high * share,
                };
            }
        }
        Domain::Sequence { length, of } => {
            x.exact_chunks_mut(width / length).into_iter().for_each(|step| draw(of, step, words, at_edge));
        }
        Domain::Signs | Domain::Points { .. } | Domain::WithConstant(_) => {
            x.mapv_inplace(|_| if words.random::<bool>() { 1.0 } else { -1.0 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_lie_in_their_domain() {
        let ball = inputs(&Domain::Ball { radius: 2.0 }, 7, 1, 0, 500);
        let norms: Vec<f64> = ball.rows().into_iter().map(|x| x.dot(&x).sqrt()).collect();
        assert!(norms.iter().all(|&n| n <= 2.0));
        assert!(norms.iter().filter(|&&n| n > 2.0 - 1e-9).count() >= 250);
        assert!(norms.iter().any(|&n| n < 1.7));
        let cube = inputs(&Domain::Box { low: (-1.0).into(), high: 3.0.into() }, 7, 1, 0, 500);
        assert!(cube.iter().all(|x| (-1.0..=3.0).contains(x)));
        let listed = Domain::Box { low: vec![-1.0; 7].into(), high: vec![3.0; 7].into() };
        assert_eq!(inputs(&listed, 7, 1, 0, 500), cube);
        let (low, high) = ([-1.0, 0.0, 2.0], [1.0, 5.0, 2.0]);
        let own = Domain::Box { low: low.to_vec().into(), high: high.to_vec().into() };
        for x in inputs(&own, 3, 1, 0, 500).rows() {
            assert!((0..3).all(|at| (low[at]..=high[at]).contains(&x[at])), "{x}");
        }
        let widest = Domain::Box { low: f64::MIN.into(), high: f64::MAX.into() };
        let widest = inputs(&widest, 3, 1, 0, 50);
        assert!(widest.iter().all(|x| x.is_finite()) && widest.iter().any(|x| x.abs() < f64::MAX));
        assert!(inputs(&Domain::Signs, 7, 1, 0, 50).iter().all(|x| x.abs() == 1.0));
    }

    #[test]
    fn steps_of_a_sequence_lie_in_their_domain() {
        let of = |of: Domain| Domain::Sequence { length: 4, of: Box::new(of) };
        let balls = inputs(&of(Domain::Ball { radius: 2.0 }), 12, 1, 0, 500);
        let steps = balls.to_shape((2000, 3)).unwrap();
        let norms: Vec<f64> = steps.rows().into_iter().map(|x| x.dot(&x).sqrt()).collect();
        assert!(norms.iter().all(|&n| n <= 2.0));
        // All steps of every second input lie on their sphere.
        let at_edge = |steps: &[f64]| steps.iter().filter(|&&n| n > 2.0 - 1e-9).count();
        assert!(norms.chunks(8).all(|pair| at_edge(&pair[..4]) == 4 && at_edge(&pair[4..]) < 4));
        let own = Domain::Box { low: vec![-1.0, 2.0].into(), high: vec![1.0, 5.0].into() };
        let boxes = inputs(&of(own), 8, 1, 0, 200);
        let inside =
            |x: &f64, at: usize| if at.is_multiple_of(2) { x.abs() <= 1.0 } else { (2.0..=5.0).contains(x) };
        assert!(boxes.iter().enumerate().all(|(at, x)| inside(x, at)));
        assert_eq!(inputs(&of(Domain::Signs), 8, 1, 0, 50), inputs(&Domain::Signs, 8, 1, 0, 50));
    }

    #[test]
    fn a_constant_stands_behind_inputs_that_are_the_same_without_it() {
        let ball = Domain::Ball { radius: 2.0 };
        let with = inputs(&Domain::WithConstant(Box::new(ball.clone())), 8, 1, 3, 20);
        assert!(with.column(7).iter().all(|&x| x == 1.0));
        assert_eq!(with.slice_axis(Axis(1), Slice::from(..7)), inputs(&ball, 7, 1, 3, 20));
    }

    #[test]
    fn an_input_does_not_depend_on_the_batch() {
        let domain = Domain::Ball { radius: 1.0 };
        let all = inputs(&domain, 5, 3, 0, 20);
        assert_eq!(inputs(&domain, 5, 3, 7, 9), all.slice_axis(Axis(0), Slice::from(7..9)));
        assert_ne!(inputs(&domain, 5, 4, 0, 20), all);
    }
}
