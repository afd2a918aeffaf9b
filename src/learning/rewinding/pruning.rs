//! The weights removed in a round.

use super::super::options::{Cut, Removal};
use super::RewindingOptions;
use crate::sampling::Row;

/// The rule by which a round removes weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pruning {
    /// share removed of the weights left
    pub rate: f64,
    /// the same of the output layer; 0 for an output layer never pruned
    pub output_rate: f64,
    /// range of the ranking
    pub cut: Cut,
    /// number of weights removed
    pub removal: Removal,
    /// whether a global cut-off counts the weights of an output layer never pruned
    pub output_counted: bool,
}

impl From<&RewindingOptions> for Pruning {
    fn from(options: &RewindingOptions) -> Self {
        Self {
            rate: options.rate,
            output_rate: options.output_rate,
            cut: options.cut,
            removal: options.removal,
            output_counted: options.output_counted,
        }
    }
}

/// Removes the smallest |w| among the weights left. `weights[i]` and `masks[i]` hold layer i + 1, row by row. Returns the
/// smallest magnitude kept of each layer; of all pruned layers, for a global cut-off.
///
/// Every layer keeps at least one weight, the last in the order of [`Removal`]. A NaN counts as the largest magnitude.
pub fn prune(rule: &Pruning, weights: &[&[f32]], masks: &mut [Vec<bool>]) -> Vec<f32> {
    let Some(output) = weights.len().checked_sub(1) else { return Vec::new() };
    match rule.cut {
        Cut::Layer => {
            let rate = |layer| if layer == output { rule.output_rate } else { rule.rate };
            (0..=output)
                .map(|layer| prune_together(rule.removal, rate(layer), 0, weights, masks, layer..layer + 1))
                .collect()
        }
        Cut::Global => {
            let end = if rule.output_rate == 0.0 { output } else { output + 1 };
            let spared: usize = masks.iter().skip(end).map(|mask| kept(mask)).sum();
            let counted = if rule.output_counted { spared } else { 0 };
            let cut = prune_together(rule.removal, rule.rate, counted, weights, masks, 0..end);
            vec![cut; weights.len()]
        }
    }
}

/// A random mask with `kept` of `weights` weights. Weight j is kept if the word of synapse j is among the `kept` smallest.
pub fn random_mask(row: Row, weights: usize, kept: usize) -> Vec<bool> {
    let mut words: Vec<(u64, usize)> = (0..weights).map(|weight| (row.word(weight as u64), weight)).collect();
    let mut mask = vec![false; weights];
    if kept > 0 && kept < weights {
        words.select_nth_unstable(kept - 1);
    }
    for &(_, weight) in words.iter().take(kept) {
        mask[weight] = true;
    }
    mask
}

/// Weights kept by a mask.
fn kept(mask: &[bool]) -> usize {
    mask.iter().filter(|&&kept| kept).count()
}

/// A weight left: its place in the order of removal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct RankedWeight {
    /// bits of |w|, in the order of |w|
    magnitude: u32,
    layer: u32,
    weight: u32,
}

impl RankedWeight {
    fn magnitude(self) -> f32 {
        f32::from_bits(self.magnitude)
    }
}

/// Prunes `layers` by one ranking; `counted` further weights count for the number removed. Returns the smallest magnitude
/// kept.
fn prune_together(
    removal: Removal,
    rate: f64,
    counted: usize,
    weights: &[&[f32]],
    masks: &mut [Vec<bool>],
    layers: std::ops::Range<usize>,
) -> f32 {
    let mut candidates = Vec::new();
    for layer in layers.clone() {
        let left = weights[layer].iter().zip(&masks[layer]).enumerate().filter(|(_, (_, kept))| **kept);
        candidates.extend(left.map(|(weight, (value, _))| RankedWeight {
            magnitude: value.abs().to_bits(),
            layer: layer as u32,
            weight: weight as u32,
        }));
    }
    candidates.sort_unstable();
    let removed = if rate > 0.0 { number_removed(removal, rate, counted, &candidates) } else { 0 };
    let mut left: Vec<usize> = masks.iter().map(|mask| kept(mask)).collect();
    let mut cut = f32::INFINITY;
    for (place, candidate) in candidates.iter().enumerate() {
        let layer = candidate.layer as usize;
        if place < removed && left[layer] > 1 {
            masks[layer][candidate.weight as usize] = false;
            left[layer] -= 1;
        } else {
            cut = cut.min(candidate.magnitude());
        }
    }
    cut
}

/// How many of the sorted candidates go.
fn number_removed(removal: Removal, rate: f64, counted: usize, candidates: &[RankedWeight]) -> usize {
    let n = candidates.len();
    let Some(last) = n.checked_sub(1) else { return 0 };
    let share = rate * (n + counted) as f64;
    let up_to = |index: f64| {
        let magnitude = candidates[(index as usize).min(last)].magnitude;
        candidates.partition_point(|candidate| candidate.magnitude <= magnitude)
    };
    match removal {
        Removal::Nearest => (share.round() as usize).min(n),
        Removal::NearestInclusive => up_to(share.round_ties_even()),
        Removal::CeilingInclusive => up_to(share.ceil()),
        Removal::Percentile => {
            let position = rate * last as f64;
            let below = f64::from(candidates[(position.floor() as usize).min(last)].magnitude());
            let above = f64::from(candidates[(position.ceil() as usize).min(last)].magnitude());
            let percentile = below + (above - below) * position.fract();
            candidates.partition_point(|candidate| f64::from(candidate.magnitude()) < percentile)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::Protocol;
    use crate::learning::training::streams::{MASK_ROUNDS, stream};
    use crate::sampling::Side;

    const PAPER: Pruning = Pruning {
        rate: 0.2,
        output_rate: 0.1,
        cut: Cut::Layer,
        removal: Removal::Nearest,
        output_counted: false,
    };

    fn whole(weights: &[Vec<f32>]) -> Vec<Vec<bool>> {
        weights.iter().map(|layer| vec![true; layer.len()]).collect()
    }

    fn counts(masks: &[Vec<bool>]) -> Vec<usize> {
        masks.iter().map(|mask| kept(mask)).collect()
    }

    fn once(rule: &Pruning, weights: &[Vec<f32>]) -> (Vec<Vec<bool>>, Vec<f32>) {
        let mut masks = whole(weights);
        let slices: Vec<&[f32]> = weights.iter().map(Vec::as_slice).collect();
        let cuts = prune(rule, &slices, &mut masks);
        (masks, cuts)
    }

    /// Weights of LeNet-300-100, distinct magnitudes in a scattered order.
    fn lenet() -> Vec<Vec<f32>> {
        [784 * 300, 300 * 100, 100 * 10]
            .map(|n: usize| (0..n).map(|i| (i * 7919 % n) as f32 + 0.5).collect())
            .to_vec()
    }

    fn shares(rule: &Pruning, rounds: usize) -> Vec<f64> {
        let weights = lenet();
        let slices: Vec<&[f32]> = weights.iter().map(Vec::as_slice).collect();
        let mut masks = whole(&weights);
        let all: usize = weights.iter().map(Vec::len).sum();
        (0..rounds)
            .map(|_| {
                prune(rule, &slices, &mut masks);
                100.0 * counts(&masks).iter().sum::<usize>() as f64 / all as f64
            })
            .collect()
    }

    #[test]
    fn lenet_has_the_shares_of_the_paper() {
        for removal in [Removal::Nearest, Removal::NearestInclusive, Removal::Percentile] {
            let found = shares(&Pruning { removal, ..PAPER }, 21);
            for (round, expected) in [(1, 80.04), (3, 51.28), (7, 21.07), (9, 13.52), (11, 8.68), (15, 3.58)]
            {
                let share = found[round - 1];
                assert!(
                    (share - expected).abs() < 0.02,
                    "{removal:?}, round {round}: {share}, expected {expected}"
                );
            }
        }
    }

    #[test]
    fn twenty_one_rounds_on_the_digits_end_near_a_hundredth() {
        let weights: Vec<Vec<f32>> =
            [64 * 300, 300 * 100, 100 * 10].map(|n: usize| (0..n).map(|i| i as f32).collect()).to_vec();
        let slices: Vec<&[f32]> = weights.iter().map(Vec::as_slice).collect();
        let mut masks = whole(&weights);
        for _ in 0..21 {
            prune(&PAPER, &slices, &mut masks);
        }
        let share = 100.0 * counts(&masks).iter().sum::<usize>() as f64 / 50_200.0;
        assert!((share - 1.12).abs() < 0.01, "{share}");
    }

    #[test]
    fn equal_magnitudes_go_in_the_order_of_their_places() {
        let weights = vec![vec![1.0, -1.0, 1.0, -1.0, 1.0, 1.0, -1.0, 1.0, 1.0, 1.0], vec![0.5; 10]];
        let (masks, cuts) = once(&PAPER, &weights);
        assert_eq!(masks[0], [false, false, true, true, true, true, true, true, true, true]);
        assert_eq!(masks[1], [false, true, true, true, true, true, true, true, true, true]);
        assert_eq!(cuts, [1.0, 0.5]);
    }

    #[test]
    fn rules_differ_by_a_weight_and_in_equal_magnitudes() {
        let weights = vec![(1..=10).map(|i| i as f32).collect::<Vec<_>>(), vec![1.0; 10]];
        for (removal, first, output) in [
            (Removal::Nearest, 8, 9),
            (Removal::NearestInclusive, 7, 1),
            (Removal::CeilingInclusive, 7, 1),
            (Removal::Percentile, 8, 10),
        ] {
            let (masks, _) = once(&Pruning { removal, ..PAPER }, &weights);
            assert_eq!(counts(&masks), [first, output], "{removal:?}");
        }
        let odd = vec![(1..=13).map(|i| i as f32).collect::<Vec<_>>(), vec![1.0]];
        for (removal, first) in [
            (Removal::Nearest, 10),
            (Removal::NearestInclusive, 9),
            (Removal::CeilingInclusive, 9),
            (Removal::Percentile, 10),
        ] {
            let (masks, _) = once(&Pruning { removal, ..PAPER }, &odd);
            assert_eq!(counts(&masks), [first, 1], "{removal:?}");
        }
    }

    #[test]
    fn a_layer_keeps_its_last_weight() {
        let weights = vec![vec![0.1, 0.3, -0.3, 0.2], vec![9.0, 8.0]];
        for (cut, removal) in [(Cut::Layer, Removal::Nearest), (Cut::Global, Removal::NearestInclusive)] {
            let rule = Pruning { rate: 0.99, output_rate: 0.99, cut, removal, output_counted: false };
            let (masks, _) = once(&rule, &weights);
            assert_eq!(masks[0], [false, false, true, false], "{cut:?}");
            assert_eq!(masks[1], [true, false], "{cut:?}");
        }
    }

    #[test]
    fn a_global_cut_ranks_layers_together_and_can_spare_the_output() {
        let weights = vec![vec![1.0, 2.0, 3.0, 4.0, 10.0], vec![5.0, 6.0, 7.0, 8.0, 9.0], vec![0.1; 10]];
        let global = Pruning { rate: 0.2, output_rate: 0.0, cut: Cut::Global, ..PAPER };
        let (masks, cuts) = once(&global, &weights);
        assert_eq!(counts(&masks), [3, 5, 10]);
        assert_eq!(cuts, [3.0; 3]);
        let (masks, _) = once(&Pruning { output_counted: true, ..global }, &weights);
        assert_eq!(counts(&masks), [1, 5, 10]);
        let (masks, _) = once(&Pruning { output_rate: 0.2, ..global }, &weights);
        assert_eq!(counts(&masks), [5, 5, 6]);
    }

    #[test]
    fn pruned_weights_stay_pruned() {
        let weights = vec![
            (0..50).map(|i| (i * 37 % 50) as f32).collect::<Vec<_>>(),
            (0..20).map(|i| i as f32).collect(),
        ];
        let slices: Vec<&[f32]> = weights.iter().map(Vec::as_slice).collect();
        for protocol in Protocol::ALL {
            let rule = Pruning::from(&protocol.options());
            let mut masks = whole(&weights);
            for _ in 0..20 {
                let before = masks.clone();
                prune(&rule, &slices, &mut masks);
                for (new, old) in masks.iter().flatten().zip(before.iter().flatten()) {
                    assert!(!new | old, "{protocol:?}");
                }
                assert!(counts(&masks).iter().all(|&kept| kept > 0), "{protocol:?}");
            }
        }
    }

    #[test]
    fn a_random_mask_has_its_number_and_is_uniform() {
        let random_mask = |seed, layer, weights, kept| {
            random_mask(stream(seed, MASK_ROUNDS, layer, Side::In).row(0), weights, kept)
        };
        for (weights, kept) in [(10, 0), (10, 3), (10, 10), (1, 1)] {
            assert_eq!(super::kept(&random_mask(7, 1, weights, kept)), kept);
        }
        assert_ne!(random_mask(7, 1, 100, 50), random_mask(7, 2, 100, 50));
        // Hits of a weight over 4,000 seeds: binomial(4000, 0.3), standard deviation 29; 10 weights within 5 of them fail
        // together once in 170,000 times.
        let mut hits = [0; 10];
        for seed in 0..4000 {
            for (hit, kept) in hits.iter_mut().zip(random_mask(seed, 1, 10, 3)) {
                *hit += u32::from(kept);
            }
        }
        assert!(hits.iter().all(|&hit| hit.abs_diff(1200) < 145), "{hits:?}");
    }
}
