//! Best subset sums at the shape of Pensia et al.'s Experiment 1: the 397,000 weights of a 784-500-10 network, the weights
//! of a row sharing 21 values uniform in the range of the weights.

use rayon::prelude::*;

use super::figure::{Figure, ROUNDS, median, timed};
use crate::construction::best_subset::{BestSum, SubsetSums};
use crate::sampling::{Side, Stream};

/// Weights of a row and rows, for each layer.
const SHAPE: [(usize, usize); 2] = [(784, 500), (500, 10)];

/// Values shared by a row.
const VALUES: usize = 21;

/// Seconds per weight of the published mixed-integer model, on its authors' machine.
const MIXED_INTEGER: f64 = 1.877;

/// A row of the network: its shared values, and its weights.
pub struct NetworkRow {
    /// the values to add
    pub values: Vec<f64>,
    /// the targets of the sums
    pub weights: Vec<f64>,
}

/// `count` values uniform in ±`range`.
pub fn uniform(seed: u64, row: u64, count: usize, range: f64) -> Vec<f64> {
    let row = Stream::new(seed, 0, Side::In).row(row);
    (0..count as u64).map(|i| range * ((row.word(i) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0)).collect()
}

/// All rows of the network.
pub fn rows() -> Vec<NetworkRow> {
    let shapes = SHAPE.iter().flat_map(|&(weights, rows)| std::iter::repeat_n(weights, rows));
    let row = |(number, weights): (u64, usize)| {
        let range = 1.0 / (weights as f64).sqrt();
        NetworkRow { values: uniform(1, number, VALUES, range), weights: uniform(2, number, weights, range) }
    };
    (0..).zip(shapes).map(row).collect()
}

/// The best sum of each weight of a row.
pub fn search(row: &NetworkRow) -> Vec<BestSum> {
    let sums = SubsetSums::for_targets(&row.values, row.weights.len()).expect("21 values are few enough");
    row.weights.iter().map(|&w| sums.best(w)).collect()
}

pub(super) fn figures() -> Vec<Figure> {
    let rows = rows();
    let weights = rows.iter().map(|row| row.weights.len()).sum::<usize>() as f64;
    let (mut one, mut all) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (single, time) = timed(|| rows.iter().map(search).collect::<Vec<_>>());
        one.push(time / weights);
        let (parallel, time) = timed(|| rows.par_iter().map(search).collect::<Vec<_>>());
        all.push(time / weights);
        assert_eq!(single, parallel, "sums do not depend on the number of threads");
    }
    let each = median(one.iter().copied());
    let work = "best sums of 21 values for 397,000 weights, one thread: time per weight";
    let note = format!("{:.0} times as fast as {MIXED_INTEGER} s", MIXED_INTEGER / each);
    let scaling = "the same on all threads: so many times as fast";
    let threads = rayon::current_num_threads();
    vec![
        Figure::new("subset-sums", work, 1e6 * each, "us").noted(note),
        if threads == 1 {
            Figure::unknown("subset-sums-scaling", scaling, "x", "there is one thread".to_owned())
        } else {
            let ratio = median(one.iter().zip(&all).map(|(one, all)| one / all));
            Figure::new("subset-sums-scaling", scaling, ratio, "x").noted(format!("{threads} threads"))
        },
    ]
}
