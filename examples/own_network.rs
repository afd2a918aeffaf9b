//! A network of your own, found by pruning inside a random one.
//!
//! `cargo run --example own_network`

use std::error::Error;

use ndarray::{Array1, Array2, array};
use slth::experiment::Experiment;
use slth::network::Activation;
use slth::session::Session;

fn main() -> Result<(), Box<dyn Error>> {
    // The target F: 3 inputs, 4 hidden ReLU neurons with biases, 2 outputs. Matrices are outputs × inputs.
    let hidden = array![[0.5, -0.3, 0.2], [0.1, 0.7, -0.4], [-0.6, 0.2, 0.3], [0.4, 0.4, -0.5]];
    let biases: Array1<f64> = array![0.1, -0.2, 0.0, 0.3];
    let output = array![[0.6, -0.5, 0.4, 0.2], [-0.3, 0.8, 0.1, -0.4]];
    // A batch of inputs, and the class of each.
    let points =
        Array2::from_shape_fn((60, 3), |(point, input)| ((point * 7 + input * 5) % 11) as f64 / 11.0);
    let labels = (0..60).map(|point| point % 2);

    let experiment = Experiment::builder([hidden, output])
        .biases([Some(biases), None])
        .activations([Activation::Relu, Activation::Identity])
        .inputs(points)
        .labels(labels)
        .epsilon(0.05)
        .seed(1)
        .build()?;

    // G is drawn neuron by neuron, and pruned, until every weight of F has its pieces.
    let mut session = Session::new(experiment)?;
    session.run(&|_progress| {});

    let lane = &session.lanes()[0];
    let kept: usize = lane.tickets().map(|ticket| ticket.len()).sum();
    println!("kept {kept} paths of the random network");
    println!("largest error found on the points  {:.3e}", lane.found().error);
    println!("error certified for these inputs   {:.3e}", lane.certified().unwrap_or(f64::NAN));
    let holds = lane.holds() == Some(true);
    println!("the ticket holds (epsilon = {}): {holds}", session.experiment().epsilon);
    if holds { Ok(()) } else { Err("expected a ticket that holds".into()) }
}
