//! The ticket: which paths of G the mask keeps.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::construction::half::Half;
use crate::exact::DoubleDouble;
use crate::sampling::RandomLayer;

/// Rows from which on columns are brought into order in parallel.
const ORDERED_IN_PARALLEL: usize = 1 << 20;

/// The kept paths (input → neuron → output) of one layer, as parallel columns, one row per path. Rows are in
/// the order of the pairs they serve, (output, input) ascending; within a pair those with z_in > 0 come
/// first, each half from its largest piece to its smallest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LayerTicket {
    /// number of the intermediate neuron, from 0
    pub neuron: Vec<u64>,
    /// neuron of layer i − 1, from 0
    pub input: Vec<u32>,
    /// neuron of layer i, from 0
    pub output: Vec<u32>,
    /// weight input → neuron
    pub z_in: Vec<f64>,
    /// weight neuron → output
    pub z_out: Vec<f64>,
}

/// One kept path.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Path {
    /// number of the intermediate neuron, from 0
    pub neuron: u64,
    /// neuron of layer i − 1, from 0
    pub input: u32,
    /// neuron of layer i, from 0
    pub output: u32,
    /// weight input → neuron
    pub z_in: f64,
    /// weight neuron → output
    pub z_out: f64,
}

/// The rows of a ticket that serve one pair; one target neuron where neurons stand in for whole ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowGroup {
    pub(crate) pair: u64,
    /// first row
    pub(crate) first: usize,
    pub(crate) rows: usize,
}

impl RowGroup {
    /// The rows as a range.
    pub(crate) fn range(self) -> Range<usize> {
        self.first..self.first + self.rows
    }
}

impl Path {
    /// The path of `random` from an input through a neuron to an output.
    #[inline]
    pub fn of(random: &RandomLayer, neuron: u64, input: u32, output: u32) -> Self {
        let (z_in, z_out) = (random.z_in(neuron, input as usize), random.z_out(neuron, output as usize));
        Self { neuron, input, output, z_in, z_out }
    }

    /// z_in·z_out, what the path adds to its weight, rounded.
    pub fn product(&self) -> f64 {
        self.z_in * self.z_out
    }

    /// z_in·z_out, exactly. A plan's weights keep it in the range in which it is.
    pub fn exact_product(&self) -> DoubleDouble {
        DoubleDouble::product(self.z_in, self.z_out)
    }
}

/// w* − ŵ of the two halves, from the paths of a weight in their order, each as its nearest f64. `whole`: a path serves
/// inputs of both signs.
pub fn residuals(w: f64, paths: impl Iterator<Item = Path>, whole: bool) -> [f64; 2] {
    let mut residual = [DoubleDouble::from(w); 2];
    for path in paths {
        for half in Half::BOTH {
            if whole || Half::of(path.z_in) == half {
                residual[half as usize] -= path.exact_product();
            }
        }
    }
    residual.map(DoubleDouble::nearest)
}

/// Rows in the order given; a finished layer has the order of [`LayerTicket`].
impl FromIterator<Path> for LayerTicket {
    fn from_iter<I: IntoIterator<Item = Path>>(paths: I) -> Self {
        let mut ticket = Self::default();
        paths.into_iter().for_each(|path| ticket.push(path));
        ticket
    }
}

impl LayerTicket {
    /// Number of kept paths.
    pub fn len(&self) -> usize {
        self.neuron.len()
    }

    /// Whether no path is kept.
    pub fn is_empty(&self) -> bool {
        self.neuron.is_empty()
    }

    /// The path in row `row`.
    pub fn path(&self, row: usize) -> Path {
        Path {
            neuron: self.neuron[row],
            input: self.input[row],
            output: self.output[row],
            z_in: self.z_in[row],
            z_out: self.z_out[row],
        }
    }

    /// All paths in order.
    pub fn paths(&self) -> impl Iterator<Item = Path> + '_ {
        (0..self.len()).map(|row| self.path(row))
    }

    /// Neurons with at least one kept path.
    pub fn kept_neurons(&self) -> u64 {
        let mut neurons = self.neuron.clone();
        neurons.sort_unstable();
        neurons.dedup();
        neurons.len() as u64
    }

    /// Weights of G that the mask keeps: the distinct (neuron, input) and (neuron, output) pairs.
    pub fn kept_weights(&self) -> u64 {
        let distinct = |ends: &[u32]| {
            let mut pairs: Vec<(u64, u32)> = self.neuron.iter().copied().zip(ends.iter().copied()).collect();
            pairs.sort_unstable();
            pairs.dedup();
            pairs.len() as u64
        };
        distinct(&self.input) + distinct(&self.output)
    }

    /// Whether a file's columns can be those of a finished layer with so many inputs and outputs: equally long, ends in
    /// range, finite weights other than 0, rows in order.
    ///
    /// # Errors
    /// In words, at the first row that cannot be.
    pub fn check(&self, inputs: usize, outputs: usize) -> Result<(), String> {
        let rows = self.len();
        let lengths = [self.input.len(), self.output.len(), self.z_in.len(), self.z_out.len()];
        if let Some(found) = lengths.into_iter().find(|&length| length != rows) {
            return Err(format!("expected columns of equal length, found {rows} and {found} rows"));
        }
        for (name, ends, most) in [("input", &self.input, inputs), ("output", &self.output, outputs)] {
            if let Some(row) = ends.iter().position(|&end| end as usize >= most) {
                let found = ends[row];
                return Err(format!("row {row}: expected an {name} below {most}, found {found}"));
            }
        }
        for (name, weights) in [("z_in", &self.z_in), ("z_out", &self.z_out)] {
            if let Some(row) = weights.iter().position(|&z| !z.is_finite() || z == 0.0) {
                let found = weights[row];
                return Err(format!("row {row}: expected a finite {name} other than 0, found {found}"));
            }
        }
        // The rows of a neuron that stands in for a whole one follow each other, and have no order of halves.
        let goes_on =
            |row: usize| self.neuron[row] == self.neuron[row - 1] && self.output[row] == self.output[row - 1];
        let place = |row: usize| (self.output[row], self.input[row], Half::of(self.z_in[row]) as usize);
        match (1..rows).find(|&row| place(row - 1) > place(row)) {
            Some(row) if !(1..rows).any(goes_on) => {
                Err(format!("row {row}: expected rows in the order of output, input and half, found another"))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn extend(&mut self, paths: &[Path]) {
        self.neuron.extend(paths.iter().map(|path| path.neuron));
        self.input.extend(paths.iter().map(|path| path.input));
        self.output.extend(paths.iter().map(|path| path.output));
        self.z_in.extend(paths.iter().map(|path| path.z_in));
        self.z_out.extend(paths.iter().map(|path| path.z_out));
    }

    /// Makes room for `rows` more rows, as far as there is any: fewer may come.
    pub(crate) fn make_room(&mut self, rows: usize) {
        _ = self.neuron.try_reserve(rows);
        _ = self.input.try_reserve(rows);
        _ = self.output.try_reserve(rows);
        _ = self.z_in.try_reserve(rows);
        _ = self.z_out.try_reserve(rows);
    }

    fn push(&mut self, path: Path) {
        self.neuron.push(path.neuron);
        self.input.push(path.input);
        self.output.push(path.output);
        self.z_in.push(path.z_in);
        self.z_out.push(path.z_out);
    }

    /// The rows in the order of pairs. `groups` covers all rows in their present order.
    ///
    /// Rows move within their columns: weights finish nearly in the order of their pairs, so few groups are set aside at a
    /// time.
    pub(crate) fn ordered_by_pair(mut self, groups: &[RowGroup]) -> Self {
        let mut by_pair: Vec<u32> = (0..groups.len() as u32).collect();
        by_pair.sort_unstable_by_key(|&group| groups[group as usize].pair);
        let Self { neuron, input, output, z_in, z_out } = &mut self;
        let by_pair = &by_pair;
        if neuron.len() < ORDERED_IN_PARALLEL {
            order(neuron, groups, by_pair);
            order(z_in, groups, by_pair);
            order(z_out, groups, by_pair);
            order(input, groups, by_pair);
            order(output, groups, by_pair);
            return self;
        }
        rayon::scope(|scope| {
            scope.spawn(|_| order(neuron, groups, by_pair));
            scope.spawn(|_| order(z_in, groups, by_pair));
            scope.spawn(|_| order(z_out, groups, by_pair));
            scope.spawn(|_| order(input, groups, by_pair));
            scope.spawn(|_| order(output, groups, by_pair));
        });
        self
    }
}

/// Brings the groups of a column's rows into this order.
fn order<T: Copy>(column: &mut [T], groups: &[RowGroup], order: &[u32]) {
    let (mut aside, mut free) = (Vec::<Vec<T>>::new(), Vec::<u32>::new());
    let mut whereabouts = vec![Whereabouts::InPlace; groups.len()];
    let (mut to, mut reached) = (0, 0);
    for &group in order {
        let RowGroup { first, rows, .. } = groups[group as usize];
        let now = std::mem::replace(&mut whereabouts[group as usize], Whereabouts::Ordered);
        // Set aside the groups in the way.
        while let Some(&blocking) = groups.get(reached).filter(|group| group.first < to + rows) {
            if whereabouts[reached] == Whereabouts::InPlace {
                let slot = free.pop().unwrap_or_else(|| {
                    aside.push(Vec::new());
                    aside.len() as u32 - 1
                });
                aside[slot as usize].clear();
                aside[slot as usize].extend_from_slice(&column[blocking.range()]);
                whereabouts[reached] = Whereabouts::Aside(slot);
            }
            reached += 1;
        }
        match now {
            Whereabouts::Aside(slot) => {
                column[to..to + rows].copy_from_slice(&aside[slot as usize]);
                free.push(slot);
            }
            _ => column.copy_within(first..first + rows, to),
        }
        to += rows;
    }
}

/// Where a group of rows is while its column is being ordered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whereabouts {
    /// where it was
    InPlace,
    /// in this buffer
    Aside(u32),
    /// at its final place
    Ordered,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::{Side, Stream};

    #[test]
    fn columns_of_a_file_are_checked() {
        let path = |neuron, input, output, z_in| Path { neuron, input, output, z_in, z_out: 0.5 };
        let ticket = |paths: &[Path]| paths.iter().copied().collect::<LayerTicket>();
        let good = [path(4, 0, 0, 1.0), path(2, 0, 0, -1.0), path(9, 1, 0, 1.0), path(1, 0, 1, 1.0)];
        assert_eq!(ticket(&good).check(2, 2), Ok(()));
        // The inputs of one neuron, in any order.
        assert_eq!(ticket(&[path(4, 1, 0, 1.0), path(4, 0, 0, -1.0)]).check(2, 1), Ok(()));
        let refusal = |paths: &[Path]| ticket(paths).check(2, 2).unwrap_err();
        assert_eq!(refusal(&[path(4, 2, 0, 1.0)]), "row 0: expected an input below 2, found 2");
        assert_eq!(refusal(&[path(4, 0, 7, 1.0)]), "row 0: expected an output below 2, found 7");
        assert_eq!(
            refusal(&[good[0], path(4, 0, 0, f64::NAN)]),
            "row 1: expected a finite z_in other than 0, found NaN"
        );
        assert!(refusal(&[good[1], good[0]]).starts_with("row 1: expected rows in the order"));
        let short = LayerTicket { z_out: Vec::new(), ..ticket(&good) };
        assert_eq!(short.check(2, 2).unwrap_err(), "expected columns of equal length, found 4 and 0 rows");
    }

    #[test]
    fn rows_come_into_the_order_of_pairs() {
        for case in 0..200_u64 {
            let row = Stream::new(case, 0, Side::In).row(0);
            let pairs = row.word(0) % 60;
            // From nearly in order to anywhere.
            let far = 1 + row.word(1) % [3, 10, 100][case as usize % 3];
            let mut finished: Vec<u64> = (0..pairs).collect();
            finished.sort_by_key(|&pair| pair + row.word(100 + pair) % far);
            let (mut ticket, mut groups) = (LayerTicket::default(), Vec::new());
            for pair in finished {
                // Some pairs keep no path.
                let rows = row.word(1_000 + pair) % 5;
                groups.push(RowGroup { pair, first: ticket.len(), rows: rows as usize });
                for neuron in 0..rows {
                    let (z_in, z_out) = ((pair * neuron) as f64, neuron as f64 + 0.5);
                    ticket.push(Path { neuron, input: pair as u32, output: 7 - neuron as u32, z_in, z_out });
                }
            }
            let mut sorted = groups.clone();
            sorted.sort_unstable();
            let expected: LayerTicket =
                sorted.iter().flat_map(|group| group.range().map(|at| ticket.path(at))).collect();
            assert_eq!(ticket.ordered_by_pair(&groups), expected, "case {case}");
        }
    }
}
