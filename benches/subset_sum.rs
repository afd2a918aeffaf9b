//! Best subset sums at the shape of Pensia et al.'s Experiment 1, and of fresh values.
//!
//! `cargo bench --bench subset_sum` searches the best sum for each of the 397,000 weights of a 784-500-10 network, the
//! weights of a row sharing 21 values uniform in the range of the weights, on one thread and on all; holds 200
//! of them against all 2²¹ subsets; and times single queries on values of their own.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::time::Instant;

use rayon::prelude::*;
use slth::construction::subset_sum::{BestSum, SubsetSums};
use slth::sampling::{Side, Stream};

/// Weights of a row and rows, for each layer.
const SHAPE: [(usize, usize); 2] = [(784, 500), (500, 10)];

/// Values shared by a row.
const VALUES: usize = 21;

/// Seconds per weight of the published mixed-integer model, on the machine where it was measured.
const MIXED_INTEGER: f64 = 1.877;

/// Weights held against exhaustive search.
const CHECKED: usize = 200;

struct Row {
    values: Vec<f64>,
    weights: Vec<f64>,
}

fn uniform(seed: u64, row: u64, count: usize, range: f64) -> Vec<f64> {
    let row = Stream::new(seed, 0, Side::In).row(row);
    (0..count as u64).map(|i| range * ((row.word(i) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0)).collect()
}

fn rows() -> Vec<Row> {
    let shapes = SHAPE.iter().flat_map(|&(weights, rows)| std::iter::repeat_n(weights, rows));
    let row = |(number, weights): (u64, usize)| {
        let range = 1.0 / (weights as f64).sqrt();
        Row { values: uniform(1, number, VALUES, range), weights: uniform(2, number, weights, range) }
    };
    (0..).zip(shapes).map(row).collect()
}

fn search(row: &Row) -> Vec<BestSum> {
    let sums = SubsetSums::for_targets(&row.values, row.weights.len()).unwrap();
    row.weights.iter().map(|&w| sums.best(w)).collect()
}

/// The nearest of all sums, added up in the order of the indices.
fn exhaustive(values: &[f64], target: f64) -> BestSum {
    let mut sums = vec![0.0];
    for v in values {
        sums.extend(sums.clone().iter().map(|sum| sum + v));
    }
    let nearest = (0..).zip(&sums).min_by(|a, b| (target - a.1).abs().total_cmp(&(target - b.1).abs()));
    nearest.map(|(mask, &sum)| BestSum { mask, sum }).unwrap()
}

fn seconds<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let started = Instant::now();
    let result = black_box(work());
    (started.elapsed().as_secs_f64(), result)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let rows = rows();
    let weights = rows.iter().map(|row| row.weights.len()).sum::<usize>() as f64;
    let (mut one, mut all, mut found) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..3 {
        let (time, single) = seconds(|| rows.iter().map(search).collect::<Vec<_>>());
        one.push(time / weights);
        let (time, parallel) = seconds(|| rows.par_iter().map(search).collect::<Vec<_>>());
        all.push(time / weights);
        assert_eq!(single, parallel);
        found = single;
    }
    println!("best sum of {VALUES} values for each of {weights} weights, medians of 3:");
    for (threads, time) in [(1, &one), (rayon::current_num_threads(), &all)] {
        let time = median(time.clone());
        println!(
            "  {threads} thread(s): {:.3} µs per weight, {:.0} times as fast as {MIXED_INTEGER} s",
            1e6 * time,
            MIXED_INTEGER / time
        );
    }
    println!("  scaling: {:.2}", median(one) / median(all));

    let (time, ()) = seconds(|| {
        (0..CHECKED).into_par_iter().for_each(|sample| {
            let row = sample * rows.len() / CHECKED;
            let place = 37 * sample % rows[row].weights.len();
            assert_eq!(found[row][place], exhaustive(&rows[row].values, rows[row].weights[place]));
        });
    });
    println!(
        "  {CHECKED} of them are those of exhaustive search, which took {:.1} ms each",
        time * 1e3 / CHECKED as f64
    );

    for n in [21, 25, 29] {
        let times = |query| {
            let values = uniform(3, query, n, 1.0);
            seconds(|| SubsetSums::new(&values).unwrap().best(0.3)).0
        };
        println!("fresh query on {n} values: {:.1} µs", 1e6 * median((0..101).map(times).collect()));
    }
}
