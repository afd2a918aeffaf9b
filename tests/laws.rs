//! G against its laws: words and weights against values worked out elsewhere, samples against exact distributions.
//!
//! Seeds are fixed, so a test passes always or never. [`SIGNIFICANCE`] is the share of correct generators refused by a test.
//! The power is stated at each test, and `a_law_a_little_wrong_is_refused` shows it.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;

use ndarray::Array2;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rand::distr::Distribution;
use slth::construction::{
    Allocation, Buckets, LayerBuilder, LayerProblem, Match, Mode, PRODUCT_BINS, Sharing, Sum, Until,
};
use slth::network::{Activation, Network};
use slth::sampling::{Hyperbolic, Law, ProductLaw, RandomLayer, Side, Stream};
use slth::theory::Count;
use slth::theory::section5::Ranges;
use statrs::distribution::{ChiSquared, ContinuousCDF, Uniform};
use statrs::stats_tests::NaNPolicy;
use statrs::stats_tests::ks_test::{KSOneSampleAlternativeMethod, ks_onesample};

const SIGNIFICANCE: f64 = 1e-4;

/// Example 5's accuracy of a weight.
const EXAMPLE_5: f64 = 3.678_794_411_714_423e-7;

fn example_5() -> Ranges {
    Ranges::new(EXAMPLE_5 / 2.0, 1.0, 1.5)
}

fn random_layer(seed: u64, layer: usize, ranges: &Ranges) -> RandomLayer {
    let law = Hyperbolic::new(ranges.weight.0, ranges.weight.1).unwrap();
    RandomLayer::new(seed, layer, Law::Hyperbolic(law))
}

/// Kolmogorov–Smirnov p-value of a sample; `cdf` maps it to a uniform one.
///
/// With n values, deviations of the CDF above 2.22/√n are refused: 0.007 for 100,000.
fn kolmogorov_smirnov(sample: impl Iterator<Item = f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    let uniform = Uniform::new(0.0, 1.0).unwrap();
    let method = KSOneSampleAlternativeMethod::TwoSidedAsymptotic;
    ks_onesample(sample.map(cdf).collect(), &uniform, method, NaNPolicy::Error).unwrap().1
}

/// χ² p-value of counts under probabilities of sum 1.
fn chi_squared(counts: &[u64], probabilities: &[f64]) -> f64 {
    assert_eq!(counts.len(), probabilities.len());
    assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    let total = counts.iter().sum::<u64>() as f64;
    let statistic: f64 = counts
        .iter()
        .zip(probabilities)
        .map(|(&count, p)| {
            assert!(total * p >= 5.0, "too few expected for χ²: {}", total * p);
            (count as f64 - total * p).powi(2) / (total * p)
        })
        .sum();
    ChiSquared::new(counts.len() as f64 - 1.0).unwrap().sf(statistic)
}

fn assert_plausible(p: f64, what: &str) {
    println!("p = {p:.4}: {what}");
    assert!(p > SIGNIFICANCE, "p = {p:e}: {what}");
}

/// The words of a place, worked out with Python's integers from the definition in `sampling::words`.
#[test]
fn words_are_those_of_the_definition() {
    let at = |seed, layer, side, neuron, synapse| Stream::new(seed, layer, side).row(neuron).word(synapse);
    let max = u64::MAX;
    assert_eq!(at(0, 0, Side::In, 0, 0), 0xA706_DD2F_4D19_7E6F);
    assert_eq!(at(42, 1, Side::In, 0, 0), 0xFAC1_7CD2_90AA_22BF);
    assert_eq!(at(42, 1, Side::Out, 0, 0), 0xD510_D746_87EC_5404);
    assert_eq!(at(7, 10, Side::Out, 6_286_926, 99), 0xFF34_69C2_C7F7_0935);
    assert_eq!(at(1, 2, Side::In, 1 << 40, 3), 0x5954_98BD_2126_F143);
    assert_eq!(at(max, 3, Side::Out, max, max), 0x8339_E26F_2C6B_2F64);
    assert_eq!(at(0xDEAD_BEEF, 1 << 20, Side::In, 12_345, (1 << 32) - 1), 0x862B_9B6A_05B6_449F);
}

/// fl(α·exp(fl(u·Λ))) with every step rounded from 400 bits by Python's mpmath.
#[test]
fn weights_have_the_bits_of_their_definition() {
    /// α, Λ, and five words with the bits of their weights.
    type Known = (f64, f64, [(u64, u64); 5]);
    let known: [Known; 3] = [
        (
            0.25,
            4.0,
            [
                (0x8000_0000_0000_0000, 0x3FF0_0000_0000_0000),
                (0xFFFF_FFFF_FFFF_FFFF, 0xC00F_FFFF_FFFF_FFFB),
                (0xFAC1_7CD2_90AA_22BF, 0xC00E_3BAF_EC30_9978),
                (0x5954_98BD_2126_F143, 0xBFE5_0CF3_1696_442F),
                (0x0123_4567_89AB_CDEF, 0xBFD0_32C9_23B4_D313),
            ],
        ),
        (
            5.350_477_819_29e-6,
            43.632_319_889_2,
            [
                (0x8000_0000_0000_0000, 0x3F8F_4AB2_A99C_8FB6),
                (0xFFFF_FFFF_FFFF_FFFE, 0x4045_D0EF_DBAE_5CAD),
                (0xFAC1_7CD2_90AA_22BF, 0xC03F_7E73_AADB_0187),
                (0xFF34_69C2_C7F7_0935, 0xC044_C38C_4375_71B6),
                (0x0123_4567_89AB_CDEF, 0xBED8_1616_F952_41DD),
            ],
        ),
        (
            1e-3,
            10.0,
            [
                (0x8000_0000_0000_0000, 0x3FB9_9999_9999_999D),
                (0xFFFF_FFFF_FFFF_FFFF, 0xC023_FFFF_FFFF_FFFB),
                (0xFAC1_7CD2_90AA_22BF, 0xC020_8FA5_2707_C55B),
                (0xFF34_69C2_C7F7_0935, 0xC023_6F95_5560_7D49),
                (0x5954_98BD_2126_F143, 0xBF99_7936_29E0_EAFB),
            ],
        ),
    ];
    for (alpha, beta, weights) in known {
        let law = Hyperbolic::new(alpha, beta).unwrap();
        for (word, bits) in weights {
            assert_eq!(law.weight(word).to_bits(), bits, "[{alpha}, {beta}], word {word:#x}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn sampling_a_row_gives_the_weights_of_its_words(seed: u64, neuron: u64, layer in 0..u64::MAX / 2) {
        let law = Hyperbolic::new(1e-4, 30.0).unwrap();
        let row = Stream::new(seed, layer, Side::Out).row(neuron);
        let mut reader = row.reader();
        for synapse in 0..8 {
            let sampled: f64 = law.sample(&mut reader);
            prop_assert_eq!(sampled.to_bits(), law.weight(row.word(synapse)).to_bits());
        }
    }
}

/// 100,000 weights per place: refuses a CDF off by 0.007, for example Λ off by 1.5 %.
#[test]
fn weights_of_both_sides_follow_the_hyperbolic_law() {
    let ranges = example_5();
    for seed in [0, 42, u64::MAX] {
        for layer in [1, 2, 7] {
            let g = random_layer(seed, layer, &ranges);
            let places = || (0..20_000).flat_map(|neuron| (0..5).map(move |synapse| (neuron, synapse)));
            let inputs = places().map(|(neuron, input)| g.z_in(neuron, input));
            let outputs = places().map(|(neuron, output)| g.z_out(neuron, output));
            let place = format!("seed {seed}, layer {layer}");
            assert_plausible(kolmogorov_smirnov(inputs, |w| g.law().cdf(w)), &format!("z_in, {place}"));
            assert_plausible(kolmogorov_smirnov(outputs, |w| g.law().cdf(w)), &format!("z_out, {place}"));
        }
    }
}

fn products(g: RandomLayer, neurons: u64, input: usize, output: usize) -> impl Iterator<Item = f64> {
    (0..neurons).map(move |neuron| (g.z_in(neuron, input) * g.z_out(neuron, output)).abs())
}

/// 200,000 products per place: refuses a CDF off by 0.005, or products off by a fifth of a bucket of Example 5.
#[test]
fn products_follow_the_triangular_law() {
    let all = [example_5(), Ranges::new(0.05, 2.5, 1.3), Ranges::new(1e-12, 1.0, 1.6)];
    for (number, ranges) in (0..).zip(all) {
        let law = ProductLaw::new(ranges);
        for (seed, layer, input, output) in
            [(number, 1, 0, 0), (42 + number, 3, 7, 2), (u64::MAX, 10, 99, number as usize)]
        {
            let sample = products(random_layer(seed, layer, &ranges), 200_000, input, output);
            let p = kolmogorov_smirnov(sample, |v| law.cdf(v));
            assert_plausible(p, &format!("seed {seed}, base {}", 1.0 / ranges.gamma));
        }
    }
}

/// How many of `neurons` neurons can serve each (half, bucket) of a weight of this sign, positive half first; the last count is
/// the useless ones.
fn hits(ranges: &Ranges, seed: u64, negative: bool, neurons: u64) -> Vec<u64> {
    let (buckets, g) = (Buckets::new(ranges), random_layer(seed, 1, ranges));
    let k = buckets.levels();
    let mut counts = vec![0; 2 * k + 1];
    for neuron in 0..neurons {
        let (z_in, z_out) = (g.z_in(neuron, 4), g.z_out(neuron, 9));
        let levels = (g.input_words(neuron).word(4) >> 11) + (g.output_words(neuron).word(9) >> 11);
        let place = buckets.classify(levels);
        let usable = (z_in * z_out < 0.0) == negative && place < k;
        let half = if z_in > 0.0 { 0 } else { k };
        counts[if usable { half + place } else { 2 * k }] += 1;
    }
    counts
}

fn hit_probabilities(ranges: &Ranges) -> Vec<f64> {
    let law = ProductLaw::new(*ranges);
    let half: Vec<f64> = (1..=ranges.levels).map(|bucket| law.hit_probability(bucket)).collect();
    let none = 1.0 - 2.0 * half.iter().sum::<f64>();
    [&half[..], &half[..], &[none]].concat()
}

/// 400,000 neurons, at least 1,274 expected in each of the 78 categories: refuses one bucket off by 25 % or all of them off by
/// 3 %.
#[test]
fn buckets_of_both_halves_are_hit_as_often_as_the_law_says() {
    let ranges = example_5();
    for (seed, negative) in [(1, false), (1, true), (99, false), (99, true)] {
        let counts = hits(&ranges, seed, negative, 400_000);
        let p = chi_squared(&counts, &hit_probabilities(&ranges));
        assert_plausible(p, &format!("seed {seed}, w < 0: {negative}"));
    }
}

/// The product histograms of layers with random weights, summed over seeds; none of them may end early.
fn histogram(
    width: usize,
    ranges: Ranges,
    sharing: Sharing,
    bound: u64,
    seeds: std::ops::Range<u64>,
) -> Vec<u64> {
    let row = Stream::new(5, 0, Side::Out).row(1);
    let weights = Array2::from_shape_fn((width, width), |(output, input)| {
        (row.word((output * width + input) as u64) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    });
    let target = Arc::new(Network::new(vec![weights], Activation::Relu, Activation::Relu).unwrap());
    let mut sum = vec![0; PRODUCT_BINS / 16];
    for seed in seeds {
        let law = Hyperbolic::new(ranges.weight.0, ranges.weight.1).unwrap();
        let target = Arc::clone(&target);
        let skip_negative_half = false;
        let problem = LayerProblem {
            target,
            layer: 1,
            ranges,
            law: Law::Hyperbolic(law),
            seed,
            bound: Some(Count::from(bound)),
            skip_negative_half,
            sharing,
            matching: Match::Product,
            sum: Sum::Golden,
            mode: Mode::Drawn,
        };
        let mut builder = LayerBuilder::new(problem);
        builder.advance(bound, Until::Neurons);
        let tally = builder.tally();
        // Stopping the count at the last hit would favour hits.
        assert!(tally.sampled == bound && !builder.is_complete());
        assert_eq!(tally.products.iter().sum::<u64>(), tally.sampled);
        for (bin, count) in tally.products.iter().enumerate() {
            sum[bin / 16] += count;
        }
    }
    sum
}

fn histogram_probabilities() -> Vec<f64> {
    let bins = PRODUCT_BINS / 16;
    let cdf = |bin: usize| ProductLaw::cdf_t(2.0 * bin as f64 / bins as f64);
    (0..bins).map(|bin| cdf(bin + 1) - cdf(bin)).collect()
}

/// 150,000 products in 64 bins: refuses a density off by 3 % everywhere, or one typical bin off by 20 %. Choosing the counted
/// pair by the neuron (the pair it serves, say) would bend the density far more.
#[test]
fn the_counted_product_of_each_neuron_is_exactly_distributed() {
    let allocations = [Allocation::InOrder, Allocation::FirstFit, Allocation::OnDemand];
    let sharings = allocations.map(Sharing::Layer).into_iter().chain([Sharing::Input, Sharing::Nobody]);
    for sharing in sharings {
        let long = histogram(100, example_5(), sharing, 150_000, 3..4);
        let p = chi_squared(&long, &histogram_probabilities());
        assert_plausible(p, &format!("{sharing:?}, one layer, 150,000 neurons"));
        // Three buckets a half: the first pair changes every few dozen neurons, so a dependence of the pair on the neuron shows.
        let short = histogram(10, Ranges::new(0.3, 1.0, 1.5), sharing, 100, 0..1_500);
        let p = chi_squared(&short, &histogram_probabilities());
        assert_plausible(p, &format!("{sharing:?}, 1,500 layers, 100 neurons each"));
    }
}

/// Sign and level of a word, in 16 classes of the same probability.
fn class(word: u64) -> usize {
    ((word >> 61) << 1 | word & 1) as usize
}

fn joint_counts(pairs: impl Iterator<Item = (u64, u64)>) -> Vec<u64> {
    let mut counts = vec![0; 256];
    for (a, b) in pairs {
        counts[16 * class(a) + class(b)] += 1;
    }
    counts
}

/// 400,000 pairs in 256 cells: refuses one pair in 150 with repeated sign and level.
#[test]
fn signs_and_levels_of_neighbouring_weights_are_independent() {
    let at = |seed, layer, side, neuron, synapse| Stream::new(seed, layer, side).row(neuron).word(synapse);
    let places = || (0..50_000_u64).flat_map(|neuron| (0..8_u64).map(move |synapse| (neuron, synapse)));
    let uniform = [1.0 / 256.0; 256];
    let (i, o) = (Side::In, Side::Out);
    let tables = [
        (
            "z_in and z_out of a neuron",
            joint_counts(places().map(|(n, s)| (at(42, 1, i, n, s), at(42, 1, o, n, s)))),
        ),
        (
            "z_in and another z_out of a neuron",
            joint_counts(places().map(|(n, s)| (at(42, 1, i, n, s), at(42, 1, o, n, s + 1)))),
        ),
        (
            "two outputs of a neuron",
            joint_counts(places().map(|(n, s)| (at(42, 1, o, n, 2 * s), at(42, 1, o, n, 2 * s + 1)))),
        ),
        (
            "the same input of two neurons",
            joint_counts(places().map(|(n, s)| (at(42, 1, i, 2 * n, s), at(42, 1, i, 2 * n + 1, s)))),
        ),
        (
            "the same place in two layers",
            joint_counts(places().map(|(n, s)| (at(42, 1, i, n, s), at(42, 2, i, n, s)))),
        ),
        (
            "the same place for two seeds",
            joint_counts(places().map(|(n, s)| (at(0, 1, i, n, s), at(1, 1, i, n, s)))),
        ),
    ];
    for (what, counts) in tables {
        assert_plausible(chi_squared(&counts, &uniform), what);
    }
}

/// The power of the tests above, at their own sample sizes.
#[test]
fn a_law_a_little_wrong_is_refused() {
    let ranges = example_5();
    let g = random_layer(42, 1, &ranges);
    let weights = || (0..100_000).map(|neuron| g.z_in(neuron, 0));
    let (alpha, beta) = ranges.weight;
    let wide = Hyperbolic::new(alpha, beta * 1.4).unwrap();
    assert!(kolmogorov_smirnov(weights(), |w| wide.cdf(w)) < SIGNIFICANCE);

    let shifted = |v| ProductLaw::new(ranges).cdf(v * 1.5_f64.powf(0.25));
    assert!(kolmogorov_smirnov(products(g, 200_000, 0, 0), shifted) < SIGNIFICANCE);

    let counts = hits(&ranges, 1, false, 400_000);
    let mut one_bucket_off = hit_probabilities(&ranges);
    one_bucket_off[30] *= 1.3;
    *one_bucket_off.last_mut().unwrap() -= one_bucket_off[30] * (0.3 / 1.3);
    assert!(chi_squared(&counts, &one_bucket_off) < SIGNIFICANCE);

    let mut tilted = histogram_probabilities();
    let bins = tilted.len();
    tilted.iter_mut().take(bins / 2).for_each(|p| *p *= 1.03);
    tilted.iter_mut().skip(bins / 2).for_each(|p| *p *= 0.97);
    let counts = histogram(100, ranges, Sharing::Layer(Allocation::FirstFit), 150_000, 3..4);
    assert!(chi_squared(&counts, &tilted) < SIGNIFICANCE);

    let row = Stream::new(42, 1, Side::In).row(0);
    let repeating = (0..400_000_u64).map(|i| {
        let (a, b) = (row.word(2 * i), row.word(2 * i + 1));
        (a, if i % 150 == 0 { a } else { b })
    });
    assert!(chi_squared(&joint_counts(repeating), &[1.0 / 256.0; 256]) < SIGNIFICANCE);
}
