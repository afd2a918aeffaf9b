//! The ticket: which paths of G the mask keeps.

use serde::{Deserialize, Serialize};

use crate::exact::DoubleDouble;
use crate::sampling::RandomLayer;

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

impl Path {
    /// The path of `random` from an input through a neuron to an output.
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

/// Rows in the order given, which for a finished layer is that of [`LayerTicket`].
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

    pub(super) fn extend(&mut self, paths: &[Path]) {
        self.neuron.extend(paths.iter().map(|path| path.neuron));
        self.input.extend(paths.iter().map(|path| path.input));
        self.output.extend(paths.iter().map(|path| path.output));
        self.z_in.extend(paths.iter().map(|path| path.z_in));
        self.z_out.extend(paths.iter().map(|path| path.z_out));
    }

    fn push(&mut self, path: Path) {
        self.neuron.push(path.neuron);
        self.input.push(path.input);
        self.output.push(path.output);
        self.z_in.push(path.z_in);
        self.z_out.push(path.z_out);
    }

    /// The rows brought into the order of pairs. `groups` holds (pair, first row, rows) of each pair.
    pub(super) fn ordered_by_pair(self, mut groups: Vec<(u64, usize, usize)>) -> Self {
        groups.sort_unstable();
        // A column at a time, and each let go of before the next: no second ticket at any moment.
        fn gather<T: Copy>(column: Vec<T>, groups: &[(u64, usize, usize)]) -> Vec<T> {
            let mut ordered = Vec::with_capacity(column.len());
            for &(_, first, rows) in groups {
                ordered.extend_from_slice(&column[first..first + rows]);
            }
            ordered
        }
        Self {
            neuron: gather(self.neuron, &groups),
            input: gather(self.input, &groups),
            output: gather(self.output, &groups),
            z_in: gather(self.z_in, &groups),
            z_out: gather(self.z_out, &groups),
        }
    }
}
