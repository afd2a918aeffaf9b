//! How far each weight of a layer is off.

use std::ops::Range;
use std::sync::Arc;

use crate::construction::{FinishedWeight, LayerBuilder};

/// Errors computed between two looks at commands: some ten milliseconds.
const WEIGHTS_AT_ONCE: usize = 1 << 14;

/// |w* − ŵ|/ε_w of every weight of a layer, the larger one of its halves. Cheap to clone: rows are shared until they change.
#[derive(Clone, Debug)]
pub struct ErrorMap {
    inputs: usize,
    /// ε_w
    tolerance: f64,
    /// a row for each output, rounded up; NaN with its sign bit clear for an unfinished weight
    rows: Vec<Arc<[f32]>>,
    /// weights noted so far; counted from 0 again when the layer is finished
    noted: usize,
    /// weights with known errors
    known: usize,
    /// whether these are the weights of a finished layer
    done: bool,
    worst: Option<(f64, usize)>,
    finished_last: Option<(usize, usize)>,
}

impl ErrorMap {
    /// A map with no weight noted.
    pub(super) fn new(builder: &LayerBuilder, tolerance: f64) -> Self {
        let problem = builder.problem();
        let (outputs, inputs) = problem.target.weights(problem.layer).dim();
        let row: Arc<[f32]> = vec![f32::NAN; inputs].into();
        let rows = vec![row; outputs];
        Self { inputs, tolerance, rows, noted: 0, known: 0, done: false, worst: None, finished_last: None }
    }

    /// Notes the weights finished since the last call, at most [`WEIGHTS_AT_ONCE`]. Starts over if the layer was taken
    /// back, or is done and has its rows in another order. Whether all finished weights are noted.
    pub(super) fn follow(&mut self, builder: &LayerBuilder) -> bool {
        if builder.finished_weights() < self.noted || (self.done && !builder.is_done()) {
            *self = Self::new(builder, self.tolerance);
        }
        if builder.is_done() && !self.done {
            (self.noted, self.done) = (0, true);
        }
        let finished = builder.finished_weights();
        for weight in builder.finished_from(self.noted).take(WEIGHTS_AT_ONCE) {
            self.note(builder, &weight);
        }
        self.noted = finished.min(self.noted + WEIGHTS_AT_ONCE);
        self.known = self.known.max(self.noted);
        self.finished_last = builder.finished_last().map(|(input, output)| (output, input));
        self.noted == finished
    }

    fn note(&mut self, builder: &LayerBuilder, weight: &FinishedWeight) {
        let error = builder.largest_error(weight) / self.tolerance;
        Arc::make_mut(&mut self.rows[weight.output])[weight.input] = rounded_up(error);
        let pair = weight.output * self.inputs + weight.input;
        // Of equals the first, in whatever order they come.
        if self.worst.is_none_or(|(worst, at)| error > worst || (error == worst && pair < at)) {
            self.worst = Some((error, pair));
        }
    }

    /// Outputs and inputs of the layer.
    pub fn dim(&self) -> (usize, usize) {
        (self.rows.len(), self.inputs)
    }

    /// The largest error/ε_w of these weights, rounded up; `None` if one is unfinished, or there are none.
    pub fn largest(&self, outputs: Range<usize>, inputs: Range<usize>) -> Option<f32> {
        self.grid(&[outputs], &[inputs])[0]
    }

    /// [`largest`](Self::largest) for each of these ranges of outputs and each range of inputs, row by row.
    ///
    /// A million weights take 0.3 ms: errors are never negative, so their bits order like their values, NaN above all,
    /// and the maximum is an integer one.
    pub fn grid(&self, outputs: &[Range<usize>], inputs: &[Range<usize>]) -> Vec<Option<f32>> {
        const NONE: i32 = -1;
        let mut cells = Vec::with_capacity(outputs.len() * inputs.len());
        let mut columns = vec![NONE; self.inputs];
        for rows in outputs {
            columns.fill(NONE);
            for row in &self.rows[rows.clone()] {
                for (largest, error) in columns.iter_mut().zip(&**row) {
                    *largest = (*largest).max(error.to_bits() as i32);
                }
            }
            cells.extend(inputs.iter().map(|range| {
                let largest = columns[range.clone()].iter().copied().fold(NONE, i32::max);
                let largest = u32::try_from(largest).map(f32::from_bits);
                largest.ok().filter(|error| !error.is_nan())
            }));
        }
        cells
    }

    /// (output, input) of the finished weight with the largest error, and its error/ε_w.
    pub fn worst(&self) -> Option<(usize, usize, f64)> {
        self.worst.map(|(error, pair)| (pair / self.inputs, pair % self.inputs, error))
    }

    /// (output, input) of the weight finished last.
    pub fn finished_last(&self) -> Option<(usize, usize)> {
        self.finished_last
    }

    /// Finished weights, with all their pieces or without.
    pub fn finished(&self) -> usize {
        self.known
    }
}

/// The least f32 not below `value`: an error above a limit stays above it.
fn rounded_up(value: f64) -> f32 {
    let nearest = value as f32;
    if f64::from(nearest) < value { nearest.next_up() } else { nearest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_holds_the_largest_of_each_rectangle() {
        let row = |values: [f32; 4]| Arc::<[f32]>::from(values);
        let rows = vec![row([0.0, 0.25, 0.5, f32::NAN]), row([0.75, 0.0, 2.0, 0.0]), row([0.0; 4])];
        let errors = ErrorMap {
            inputs: 4,
            tolerance: 1.0,
            rows,
            noted: 11,
            known: 11,
            done: false,
            worst: None,
            finished_last: None,
        };
        let grid = errors.grid(&[0..2, 2..3], &[0..2, 2..3, 2..4]);
        assert_eq!(grid, [Some(0.75), Some(2.0), None, Some(0.0), Some(0.0), Some(0.0)]);
        assert_eq!(errors.largest(0..3, 1..1), None);
        assert_eq!(f32::NAN.to_bits() >> 31, 0);
    }

    #[test]
    fn what_is_above_a_limit_stays_above_it() {
        assert_eq!(rounded_up(0.5), 0.5);
        assert!(rounded_up(1.0 + 1e-15) > 1.0);
        assert!(rounded_up(1.0 - 1e-15) <= 1.0);
        assert_eq!(rounded_up(f64::INFINITY), f32::INFINITY);
    }
}
