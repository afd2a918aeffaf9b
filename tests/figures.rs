//! How many neurons a weight takes, on one layer of Example 5 (100×100, k = 39): the counts of the paper's
//! section 5 and of this project's allocations.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;

use slth::construction::{Allocation, LayerBuilder, LayerProblem, Match, Mode, Sharing, Sum, Until};
use slth::experiment::{Experiment, Plan};
use slth::sampling::{Hyperbolic, Law, ProductLaw};
use slth::theory::Count;

/// Example 5 for weights as large as w_max lets them be. The preset's own are scaled down to ‖W‖₂ = 1, below a tenth
/// of w_max, and take fewer pieces.
const LARGE_WEIGHTS: &str =
    "target=Random(widths:[100,100,100,100,100,100,100,100,100,100,100],weight_bound:1.0,seed:7)";

/// The first layer of Example 5, built to its end.
fn layer_of_example_5(allocation: Allocation, settings: &[&str]) -> LayerBuilder {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    let experiment = Experiment::load("example-5", None, &settings).unwrap();
    let plan = Plan::new(&experiment).lanes[0].layers[0];
    assert_eq!(
        (plan.weights, plan.ranges.levels, plan.neurons.and_then(Count::whole)),
        (10_000, 39, Some(6_286_927))
    );
    let (alpha, beta) = plan.ranges.weight;
    let mut builder = LayerBuilder::new(LayerProblem {
        target: Arc::clone(&experiment.target),
        layer: 1,
        ranges: plan.ranges,
        law: Law::Hyperbolic(Hyperbolic::new(alpha, beta).unwrap()),
        seed: experiment.seed,
        bound: plan.neurons,
        skip_negative_half: false,
        matching: Match::Product,
        sum: Sum::Golden,
        sharing: Sharing::Layer(allocation),
        mode: Mode::Drawn,
    });
    builder.advance(u64::MAX, Until::Neurons);
    assert!(builder.is_complete());
    builder
}

fn per_weight(count: u64) -> f64 {
    count as f64 / 10_000.0
}

/// Every neuron is of use to some waiting pair, but for the last few pairs: 78.1 seen, 78 being demanded.
#[test]
fn first_fit_samples_little_more_than_there_are_demands() {
    let builder = layer_of_example_5(Allocation::FirstFit, &[]);
    let tally = builder.tally();
    println!("first-fit: {} neurons a weight", per_weight(tally.sampled));
    assert_eq!(tally.filled.iter().flatten().sum::<u64>(), 780_000);
    assert!((780_000..=897_000).contains(&tally.sampled), "{}", tally.sampled);
}

/// 27 sampled and 25.5 kept were seen for weights uniform in ±w_max, 22 and 21.6 for the preset's own.
#[test]
fn on_demand_keeps_nearly_all_that_it_samples() {
    for (settings, expected) in [(&[][..], 21.6), (&[LARGE_WEIGHTS][..], 25.5)] {
        let builder = layer_of_example_5(Allocation::OnDemand, settings);
        let (sampled, kept) = (builder.tally().sampled, builder.ticket().len() as u64);
        println!("on-demand: {} sampled, {} kept a weight", per_weight(sampled), per_weight(kept));
        assert!(kept <= sampled && sampled as f64 <= 1.1 * kept as f64, "{sampled} sampled, {kept} kept");
        assert!((per_weight(kept) - expected).abs() < 0.5, "{}", per_weight(kept));
    }
}

/// Each bucket serves every weight with a neuron of its own and is tried once a neuron, so the rarest bucket sets
/// the pace: 306 neurons a weight, of the 628.7 that Theorem 3 allows. 310 were seen.
#[test]
fn in_order_takes_as_many_neurons_as_its_rarest_bucket() {
    let builder = layer_of_example_5(Allocation::InOrder, &[]);
    let law = ProductLaw::new(builder.problem().ranges);
    let rarest = (1..=39).map(|bucket| law.hit_probability(bucket)).fold(1.0, f64::min);
    let sampled = per_weight(builder.tally().sampled);
    println!("in-order: {sampled} neurons a weight, the rarest bucket takes {}", 1.0 / rarest);
    // A count of 10,000 hits is off by 1 % (one standard deviation).
    assert!(sampled > 0.97 / rarest && sampled < 1.05 / rarest, "{sampled}");
}
