//! Shares of equal expected cost.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::session::Shard;

/// The share of each run, from 0: the dearest run first, each to the share with the least so far, at equal cost in the
/// order of runs and of shares. `costs` holds the cost of `repeats` runs in a row each. Every process comes to the same.
fn share_of_runs(costs: &[f64], repeats: u64, count: u64) -> Vec<u32> {
    let mut order: Vec<usize> = (0..costs.len()).collect();
    order.sort_by(|&a, &b| costs[b].total_cmp(&costs[a]).then(a.cmp(&b)));
    let mut shares = vec![0; costs.len() * repeats as usize];
    let mut loads: BinaryHeap<Reverse<(Load, u32)>> =
        (0..count as u32).map(|share| Reverse((Load(0.0), share))).collect();
    for job in order {
        for repeat in 0..repeats {
            let Some(Reverse((Load(load), share))) = loads.pop() else { break };
            shares[job * repeats as usize + repeat as usize] = share;
            loads.push(Reverse((Load(load + costs[job]), share)));
        }
    }
    shares
}

/// The runs of a share, the dearest first.
pub(super) fn runs_of(shard: Shard, costs: &[f64], repeats: u64) -> Vec<u64> {
    let shares = share_of_runs(costs, repeats, shard.count());
    let own = (shard.index() - 1) as u32;
    let mut runs: Vec<u64> =
        (0..).zip(&shares).filter(|(_, share)| **share == own).map(|(run, _)| run).collect();
    runs.sort_by(|&a, &b| {
        let cost = |run: u64| costs[(run / repeats) as usize];
        cost(b).total_cmp(&cost(a)).then(a.cmp(&b))
    });
    runs
}

/// For each of `count` shares, how many of these runs are its own.
pub(super) fn counted(runs: impl Iterator<Item = u64>, costs: &[f64], repeats: u64, count: u64) -> Vec<u64> {
    let shares = share_of_runs(costs, repeats, count);
    let mut counts = vec![0; count as usize];
    for run in runs {
        counts[shares[run as usize] as usize] += 1;
    }
    counts
}

/// A sum of costs, in the order of numbers.
#[derive(Clone, Copy, PartialEq)]
struct Load(f64);

impl Eq for Load {}

impl PartialOrd for Load {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Load {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_all_runs_once_and_nearly_of_the_same_cost() {
        let costs: Vec<f64> = (0..40).map(|job| f64::from(1 + (job * 7) % 13).powi(3)).collect();
        for count in [1, 2, 3, 16, 500] {
            let mut all: Vec<u64> = Vec::new();
            let mut loads = Vec::new();
            for shard in Shard::all(count) {
                let runs = runs_of(shard, &costs, 5);
                loads.push(runs.iter().map(|run| costs[(run / 5) as usize]).sum::<f64>());
                assert!(runs.is_sorted_by(|a, b| costs[(a / 5) as usize] >= costs[(b / 5) as usize]));
                all.extend(runs);
            }
            all.sort_unstable();
            assert_eq!(all, (0..200).collect::<Vec<_>>(), "{count}");
            let dearest = costs.iter().copied().fold(0.0, f64::max);
            let (least, most) = (
                loads.iter().copied().fold(f64::INFINITY, f64::min),
                loads.iter().copied().fold(0.0, f64::max),
            );
            assert!(most - least <= dearest, "{count}: {least} to {most}");
        }
    }

    #[test]
    fn equal_runs_go_round() {
        assert_eq!(share_of_runs(&[1.0, 1.0], 3, 2), [0, 1, 0, 1, 0, 1]);
        assert_eq!(counted([0, 1, 5].into_iter(), &[1.0, 1.0], 3, 2), [1, 2]);
    }
}
