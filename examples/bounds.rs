//! How large a random network each construction needs, by theory alone: nothing is drawn.
//!
//! `cargo run --example bounds`

use std::error::Error;

use ndarray::Array2;
use slth::experiment::{Construction, Experiment, Inputs, LayerPlan};

/// Two layers of `width` × `width` weights in [−0.1, 0.1].
fn network(width: usize) -> [Array2<f64>; 2] {
    let layer = |layer: usize| {
        Array2::from_shape_fn((width, width), |(output, input)| {
            0.1 * ((layer + 3 * output + 5 * input) as f64).sin()
        })
    };
    [layer(1), layer(2)]
}

fn main() -> Result<(), Box<dyn Error>> {
    let experiment = Experiment::builder(network(64)).inputs(Inputs::Ball(1.0)).epsilon(0.01).build()?;
    let outline = experiment.outline();

    println!("neurons of the random network for each weight of the target");
    println!("{:<24}{:>14}{:>14}{:>14}", "construction", "eps = 0.1", "eps = 0.01", "eps = 0.001");
    for &construction in Construction::all() {
        print!("{:<24}", construction.id());
        for epsilon in [0.1, 0.01, 0.001] {
            let layers = outline.with_epsilon(epsilon).layers(construction);
            match LayerPlan::neurons_per_weight(&layers) {
                Some(neurons) => print!("{:>14.3e}", neurons.as_f64()),
                // Subset sums: the constant of the published bound is not known.
                None => print!("{:>14}", "-"),
            }
        }
        println!();
    }
    Ok(())
}
