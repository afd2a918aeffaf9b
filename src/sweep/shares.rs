//! Shares of equal expected cost.

use crate::session::{Shard, dealt_out};

/// The runs of a share, the dearest first.
pub(super) fn runs_of(shard: Shard, costs: &[f64], repeats: u64) -> Vec<u64> {
    let shares = dealt_out(costs, repeats, shard.count());
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
    let shares = dealt_out(costs, repeats, count);
    let mut counts = vec![0; count as usize];
    for run in runs {
        counts[shares[run as usize] as usize] += 1;
    }
    counts
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
        assert_eq!(counted([0, 1, 5].into_iter(), &[1.0, 1.0], 3, 2), [1, 2]);
    }
}
