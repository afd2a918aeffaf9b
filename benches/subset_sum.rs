//! Best subset sums at the shape of Pensia et al.'s Experiment 1, and of fresh values.
//!
//! `cargo bench --bench subset_sum` searches the best sum for each of the 397,000 weights of a 784-500-10 network, the
//! weights of a row sharing 21 values uniform in the range of the weights, on one thread and on all; holds 200
//! of them against all 2²¹ subsets; times single queries on values of their own; and times searches with values arriving one
//! by one until a sum is within tolerance, against a search of all subsets after each value.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::time::Instant;

use rayon::prelude::*;
use slth::construction::best_subset::{BestSum, SubsetSums};
use slth::construction::incremental::IncrementalSearch;
use slth::speed::Work;
use slth::speed::subset_sums::{rows, search, uniform};

mod goals;

/// Weights held against exhaustive search.
const CHECKED: usize = 200;

/// Tolerances of half a weight, that of Example 5 in the middle, and searches for each.
const TOLERANCES: [(f64, u64); 3] = [(1e-5, 4_000), (1.84e-7, 2_000), (6e-9, 500)];

/// The nearest of all sums, added up in the order of the indices.
fn exhaustive(values: &[f64], target: f64) -> BestSum {
    let mut sums = vec![0.0];
    for v in values {
        sums.extend(sums.clone().iter().map(|sum| sum + v));
    }
    let nearest = (0..).zip(&sums).min_by(|a, b| (target - a.1).abs().total_cmp(&(target - b.1).abs()));
    nearest.map(|(mask, &sum)| BestSum { mask, sum }).unwrap()
}

/// Products of two uniform weights, and a weight as in a matrix of norm 1.
fn products(search: u64) -> (Vec<f64>, f64) {
    let (a, b) = (uniform(4, search, 45, 1.0), uniform(5, search, 45, 1.0));
    (a.iter().zip(&b).take(44).map(|(a, b)| a * b).collect(), a[44] / 10.0)
}

/// The best sum of as few of the first values as have one within tolerance, and how many they are.
fn anew(values: &[f64], target: f64, tolerance: f64) -> (usize, Option<BestSum>) {
    let best = |n: &usize| SubsetSums::new(&values[..*n]).unwrap().best(target);
    let within = |n| Some((n, best(&n))).filter(|(_, best)| (best.sum - target).abs() <= tolerance);
    (1..=values.len()).find_map(within).map_or((values.len(), None), |(n, best)| (n, Some(best)))
}

/// The same.
fn growing(values: &[f64], target: f64, tolerance: f64) -> (usize, Option<BestSum>) {
    let mut sums = IncrementalSearch::new(target, tolerance);
    let best = values.iter().find_map(|&value| sums.add(value).unwrap());
    (sums.values().len(), best)
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
    goals::print(Work::SubsetSums, "");
    let found: Vec<_> = rows.par_iter().map(search).collect();
    let (time, ()) = seconds(|| {
        (0..CHECKED).into_par_iter().for_each(|sample| {
            let row = sample * rows.len() / CHECKED;
            let place = 37 * sample % rows[row].weights.len();
            assert_eq!(found[row][place], exhaustive(&rows[row].values, rows[row].weights[place]));
        });
    });
    println!(
        "{CHECKED} of them are those of exhaustive search, which took {:.1} ms each",
        time * 1e3 / CHECKED as f64
    );

    for n in [21, 25, 29] {
        let times = |query| {
            let values = uniform(3, query, n, 1.0);
            seconds(|| SubsetSums::new(&values).unwrap().best(0.3)).0
        };
        println!("fresh query on {n} values: {:.1} µs", 1e6 * median((0..101).map(times).collect()));
    }

    println!("values one by one until a sum is within tolerance, medians of 5:");
    for (tolerance, searches) in TOLERANCES {
        let searched: Vec<_> = (0..searches).map(products).filter(|(_, w)| w.abs() > tolerance).collect();
        type Search = fn(&[f64], f64, f64) -> (usize, Option<BestSum>);
        let run = |search: Search| -> Vec<_> {
            searched.iter().map(|(values, target)| search(values, *target, tolerance)).collect()
        };
        let (mut slow, mut fast, mut values) = (Vec::new(), Vec::new(), 0.0);
        for _ in 0..5 {
            let (time, expected) = seconds(|| run(anew));
            slow.push(time / searched.len() as f64);
            let (time, found) = seconds(|| run(growing));
            fast.push(time / searched.len() as f64);
            assert_eq!(found, expected);
            values = found.iter().map(|(n, _)| *n as f64).sum::<f64>() / searched.len() as f64;
        }
        let ratio = median(slow.iter().zip(&fast).map(|(slow, fast)| slow / fast).collect());
        println!(
            "  {tolerance:.2e}, {values:.1} values: all subsets {:.1} µs, the newest only {:.1} µs, ratio {ratio:.1}",
            1e6 * median(slow),
            1e6 * median(fast)
        );
    }
}
