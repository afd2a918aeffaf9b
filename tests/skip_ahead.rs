//! Skipping ahead against drawing every neuron: the same waiting times and the same hits, in distribution.
//!
//! Seeds are fixed, so a test passes always or never. [`SIGNIFICANCE`] is the share of correct programs refused by a test. The
//! power is stated at each test, and `a_law_a_little_wrong_is_refused` shows it.
#![allow(missing_docs, clippy::unwrap_used)]

use rand::distr::Distribution;
use slth::sampling::hits::{Hit, MalachHits, NeuronHit, ProductPairHits, WholeNeuronHits};
use slth::sampling::{Geometric, RowReader, Side, Stream, Uniform};
use slth::theory::Count;
use statrs::distribution::{ChiSquared, ContinuousCDF};
use statrs::stats_tests::NaNPolicy;
use statrs::stats_tests::ks_test::{
    KSOneSampleAlternativeMethod, KSTwoSampleAlternativeMethod, ks_onesample, ks_twosample,
};

const SIGNIFICANCE: f64 = 1e-4;

/// Hits in each sample of a two-sample test. It refuses CDFs 0.0141 apart (2.23·√(2/n)) in half of all cases and CDFs 0.022
/// apart in 999 of 1,000. For waiting times 0.022 is a p off by 6 %.
const HITS: usize = 50_000;

/// Random words outside G.
fn words(seed: u64) -> RowReader {
    Stream::new(seed, 0, Side::Out).row(1 << 40).reader()
}

/// Two-sample Kolmogorov–Smirnov p-value.
fn two_samples(one: &[f64], other: &[f64]) -> f64 {
    let method = KSTwoSampleAlternativeMethod::TwoSidedAsymptotic;
    ks_twosample(one.to_vec(), other.to_vec(), method, NaNPolicy::Error).unwrap().1
}

fn assert_plausible(p: f64, what: &str) {
    println!("p = {p:.4}: {what}");
    assert!(p > SIGNIFICANCE, "p = {p:e}: {what}");
}

/// The compared quantities of a run of hits, waiting times among them: name and values of each.
type Columns = Vec<(String, Vec<f64>)>;

fn columns<const N: usize>(names: [&str; N], rows: impl Iterator<Item = [f64; N]>) -> Columns {
    let mut columns: Columns = names.iter().map(|&name| (name.to_owned(), Vec::new())).collect();
    for row in rows.take(HITS) {
        columns.iter_mut().zip(row).for_each(|(column, value)| column.1.push(value));
    }
    columns
}

fn assert_same(drawn: &Columns, skipped: &Columns, what: &str) {
    for ((name, one), (_, other)) in drawn.iter().zip(skipped) {
        assert_eq!((one.len(), other.len()), (HITS, HITS));
        assert_plausible(two_samples(one, other), &format!("{name}, {what}"));
    }
}

/// The neurons of one layer one by one: hits with the number of neurons since the hit before.
fn one_by_one<T>(mut hit: impl FnMut(u64) -> Option<T>) -> impl Iterator<Item = (f64, T)> {
    let mut last = None;
    (0..).filter_map(move |neuron| {
        let found = hit(neuron)?;
        let waited = last.map_or(neuron + 1, |last| neuron - last);
        last = Some(neuron);
        Some((waited as f64, found))
    })
}

const PAIR: [&str; 5] = ["waiting time", "z_in", "z_out", "product error", "z_in/|z_out|"];

/// The columns of a hit of w. The last one is sensitive to a dependence between both weights.
fn pair_row(waited: f64, hit: Hit, w: f64) -> [f64; 5] {
    [waited, hit.z_in, hit.z_out, hit.error(w), hit.z_in / hit.z_out.abs()]
}

/// One input and one output weight of each neuron, drawn from the words of G, for either half.
fn drawn_pairs(seed: u64, w: f64, mirrored: bool, accepts: impl Fn(Hit) -> bool) -> Columns {
    let law = Uniform::new(1.0).unwrap();
    let (inputs, outputs) = (Stream::new(seed, 1, Side::In), Stream::new(seed, 1, Side::Out));
    let hits = one_by_one(move |neuron| {
        let z_in = law.weight(inputs.row(neuron).word(2));
        let z_out = law.weight(outputs.row(neuron).word(5));
        let hit = Hit { z_in, z_out };
        let hit = if mirrored { hit.mirrored() } else { hit };
        accepts(hit).then_some(hit)
    });
    columns(PAIR, hits.map(|(waited, hit)| pair_row(waited, hit, w)))
}

fn skipped_pairs(seed: u64, w: f64, ln_p: f64, law: &impl Distribution<Hit>) -> Columns {
    let waiting = Geometric::new(ln_p).unwrap();
    let mut words = words(seed);
    let rows = std::iter::repeat_with(|| {
        let waited = waiting.sample(&mut words).as_f64();
        pair_row(waited, law.sample(&mut words), w)
    });
    columns(PAIR, rows)
}

/// Weights inside, across 0 and at the end of the range; p between 0.005 and 0.02, up to 10 million neurons a sample.
#[test]
fn malach_skips_to_the_hits_that_drawing_finds() {
    for (seed, (w, eta)) in (0..).zip([(0.5, 0.2), (-0.4, 0.1), (0.06, 0.15), (-1.0, 0.2), (0.0, 0.2)]) {
        let malach = MalachHits::new(w, eta).unwrap();
        let skipped = skipped_pairs(seed, w, malach.ln_p(), &malach);
        for mirrored in [false, true] {
            let drawn = drawn_pairs(seed, w, mirrored, |hit| malach.accepts(hit));
            let what = format!("Malach, w = {w}, η = {eta}, mirrored: {mirrored}");
            assert_same(&drawn, &skipped, &what);
        }
    }
}

/// Both ways of drawing a product: intervals far from 0 (rejection), near it and reaching it (mixture). p between 0.0013
/// and 0.15, up to 39 million neurons a sample.
#[test]
fn product_pairs_skip_to_the_hits_that_drawing_finds() {
    let cases = [(0.5, 0.1), (-0.3, 0.1), (0.25, 0.2), (-0.05, 0.1), (0.0, 0.2), (1.0, 0.1), (0.6, 0.15)];
    for (seed, (w, eta)) in (100..).zip(cases) {
        let pair = ProductPairHits::new(w, eta).unwrap();
        let skipped = skipped_pairs(seed, w, pair.ln_p(), &pair);
        for mirrored in [false, true] {
            let drawn = drawn_pairs(seed, w, mirrored, |hit| pair.accepts(hit));
            let what = format!("ProductPair, w = {w}, η = {eta}, mirrored: {mirrored}");
            assert_same(&drawn, &skipped, &what);
        }
    }
}

/// Two inputs, intervals whole and clipped; p between 0.0014 and 0.004, up to 36 million neurons a sample. The
/// product errors are of the two virtual weights z_in·z_out.
#[test]
fn whole_neurons_skip_to_the_hits_that_drawing_finds() {
    let names = ["waiting time", "z_in of input 0", "z_in of input 1", "z_out", "error of 0", "error of 1"];
    for (seed, (row, eta)) in (200..).zip([([0.3, -0.6], 0.2), ([0.0, -1.0], 0.2), ([-0.9, 0.05], 0.15)]) {
        let neuron = WholeNeuronHits::new(row, eta).unwrap();
        let numbers = |waited, hit: NeuronHit| {
            let (a, b, z_out) = (hit.z_in[0], hit.z_in[1], hit.z_out);
            [waited, a, b, z_out, a * z_out - row[0], b * z_out - row[1]]
        };

        let law = Uniform::new(1.0).unwrap();
        let (inputs, outputs) = (Stream::new(seed, 1, Side::In), Stream::new(seed, 1, Side::Out));
        let hits = one_by_one(|n| {
            let words = inputs.row(n);
            let z_in = [law.weight(words.word(0)), law.weight(words.word(1))];
            let z_out = law.weight(outputs.row(n).word(7));
            neuron.accepts(z_in, z_out).then(|| NeuronHit { z_in: z_in.to_vec(), z_out })
        });
        let drawn = columns(names, hits.map(|(waited, hit)| numbers(waited, hit)));

        let waiting = Geometric::new(neuron.ln_p()).unwrap();
        let mut words = words(seed);
        let rows = std::iter::repeat_with(|| {
            let waited = waiting.sample(&mut words).as_f64();
            numbers(waited, neuron.sample(&mut words))
        });
        let skipped = columns(names, rows);
        assert_same(&drawn, &skipped, &format!("WholeNeuron, row {row:?}, η = {eta}"));
    }
}

/// χ² p-value of 200,000 waiting times under p, for a sampler of probability `sampled`: 1 to 20 draws and more.
fn chi_squared_of_waiting(p: f64, sampled: f64) -> f64 {
    const TRIALS: usize = 200_000;
    const LAST: usize = 20;
    let law = Geometric::new(pxfm::f_log(sampled)).unwrap();
    let mut words = words(300);
    let mut counts = [0_u32; LAST + 1];
    for _ in 0..TRIALS {
        let count = law.sample(&mut words).whole().unwrap() as usize;
        counts[count.min(LAST + 1) - 1] += 1;
    }
    let tail = |n: usize| (1.0 - p).powi(n as i32);
    let statistic: f64 = (0..=LAST)
        .map(|n| {
            let expected = TRIALS as f64 * if n < LAST { tail(n) * p } else { tail(n) };
            assert!(expected >= 5.0, "too few expected for χ²: {expected}");
            (f64::from(counts[n]) - expected).powi(2) / expected
        })
        .sum();
    ChiSquared::new(LAST as f64).unwrap().sf(statistic)
}

/// Refuses a p off by 2 % (0.306 for 0.3).
#[test]
fn waiting_times_are_geometric() {
    assert_plausible(chi_squared_of_waiting(0.3, 0.3), "waiting times at p = 0.3");
}

/// At p = 10⁻⁴⁰⁰, ln N is −ln p plus the logarithm of an exponential variable: mean −γ, deviation π/√6, CDF
/// 1 − exp(−eˣ). 100,000 of them: the mean is within 3.891 standard errors, 0.0158, of its place with probability
/// 1 − 10⁻⁴ (p within 1.6 % of its value); the Kolmogorov–Smirnov test refuses p off by 2 %.
#[test]
fn waiting_times_beyond_f64_follow_the_law_of_their_logarithm() {
    const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;
    const TRIALS: usize = 100_000;
    let ln_p = -400.0 * std::f64::consts::LN_10;
    let law = Geometric::new(ln_p).unwrap();
    let sample: Vec<Count> = law.sample_iter(words(301)).take(TRIALS).collect();
    assert!(sample.iter().all(|waiting| waiting.as_f64().is_infinite() && waiting.whole().is_none()));

    let centred = || sample.iter().map(|waiting| waiting.ln() + ln_p);
    let error = centred().sum::<f64>() / TRIALS as f64 + EULER_GAMMA;
    let bound = 3.891 * std::f64::consts::PI / 6.0_f64.sqrt() / (TRIALS as f64).sqrt();
    println!("mean of ln N off by {error:.5}, bound {bound:.5}");
    assert!(error.abs() < bound);

    let uniform = statrs::distribution::Uniform::new(0.0, 1.0).unwrap();
    let method = KSOneSampleAlternativeMethod::TwoSidedAsymptotic;
    let values = centred().map(|x| -(-x.exp()).exp_m1()).collect();
    let p = ks_onesample(values, &uniform, method, NaNPolicy::Error).unwrap().1;
    assert_plausible(p, "ln of waiting times at p = 1e-400");
}

/// Interior weights of Example 5 under Malach's matcher, η = ε_w/2: one half waits 8/ε_w² on average. Its 40,000 values
/// have a standard error of 0.5 %; 3.891 of them are 1.95 %.
#[test]
fn malach_at_example_5_waits_eight_over_the_square_of_the_tolerance() {
    let weight_tolerance = 3.678_794_411_714_423e-7_f64;
    let malach = MalachHits::new(0.05, weight_tolerance / 2.0).unwrap();
    let law = Geometric::new(malach.ln_p()).unwrap();
    let total: Count = law.sample_iter(words(302)).take(40_000).sum();
    let ratio = total.as_f64() / 40_000.0 / (8.0 / weight_tolerance.powi(2));
    println!("mean waiting time / (8/ε_w²) = {ratio:.5}");
    assert!((ratio - 1.0).abs() < 0.0195);
}

/// The power of the tests above, at their own sample sizes.
#[test]
fn a_law_a_little_wrong_is_refused() {
    let w = 0.5;
    let malach = MalachHits::new(w, 0.2).unwrap();
    let drawn = drawn_pairs(0, w, false, |hit| malach.accepts(hit));
    let refused = |columns: &Columns, column: usize| {
        let p = two_samples(&drawn[column].1, &columns[column].1);
        assert!(p < SIGNIFICANCE, "{}: p = {p:e}", drawn[column].0);
    };
    refused(&skipped_pairs(0, w, malach.ln_p() + 0.06, &malach), 0);
    let wide = MalachHits::new(w, 0.2 * 1.06).unwrap();
    let skipped = skipped_pairs(0, w, malach.ln_p(), &wide);
    refused(&skipped, 1);
    refused(&skipped, 2);

    // A product with the right error and z_in uniform instead of log-uniform on [v, 1].
    let pair = ProductPairHits::new(w, 0.1).unwrap();
    let drawn = drawn_pairs(100, w, false, |hit| pair.accepts(hit));
    let law = Uniform::new(1.0).unwrap();
    let mut words = words(303);
    let uniform: Vec<f64> = (0..HITS)
        .map(|_| {
            let hit: Hit = pair.sample(&mut words);
            let v = hit.z_in * hit.z_out;
            v + law.sample(&mut words).abs() * (1.0 - v)
        })
        .collect();
    assert!(two_samples(&drawn[1].1, &uniform) < SIGNIFICANCE);

    assert!(chi_squared_of_waiting(0.3, 0.306) < SIGNIFICANCE);
}

/// The same words give the same numbers in every version and on every platform.
#[test]
fn skipped_numbers_never_change() {
    let mut words = words(42);
    let waitings = [-1.0, -30.0, -5000.0].map(|ln_p| Geometric::new(ln_p).unwrap().sample(&mut words));
    let found = waitings.map(|waiting| (waiting.whole(), waiting.ln()));
    assert_eq!(
        found,
        [(Some(1), 0.0), (Some(10_893_065_553_217), 30.019_147_514_932_076), (None, 4_996.884_585_643_762)]
    );

    let malach = MalachHits::new(-0.3, 1e-3).unwrap().sample(&mut words);
    assert_eq!((malach.z_in, malach.z_out), (0.299_885_394_995_103_8, -0.999_459_268_028_676_2));
    let far = ProductPairHits::new(-0.3, 1e-3).unwrap().sample(&mut words);
    assert_eq!((far.z_in, far.z_out), (0.501_370_847_065_623_1, -0.596_566_601_530_036_9));
    let near = ProductPairHits::new(1e-3, 2e-3).unwrap().sample(&mut words);
    assert_eq!((near.z_in, near.z_out), (0.819_254_560_038_286_1, 0.001_299_262_225_986_394_3));
}
