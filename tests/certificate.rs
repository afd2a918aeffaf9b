//! The certificate against an adversary, against exact arithmetic, on every preset that runs quickly, and against Lemma 1.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use dashu::rational::RBig;
use ndarray::Array2;
use slth::construction::LayerTicket;
use slth::experiment::Experiment;
use slth::network::{Activation, ActivationBounds, Domain, Network};
use slth::session::{Lane, Session};
use slth::verification::careful::forward_target;
use slth::verification::{Evaluation, MaskedNetwork, error_between, inputs};

fn done(preset: &str, settings: &[&str]) -> Session {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    let mut session = Session::new(Experiment::load(preset, None, &settings).unwrap()).unwrap();
    session.run(&|_| {});
    session
}

/// The largest error of a lane over inputs that the search itself has not seen.
fn adversary(session: &Session, lane: &Lane, count: usize) -> f64 {
    let (target, domain) = (&session.experiment().target, &session.experiment().domain);
    let architecture = target.architecture();
    let x = inputs(domain, architecture.widths()[0], 0xAD7E, 0, count);
    let f = forward_target(target, lane.evaluation(), x.clone());
    let g = MaskedNetwork::new(architecture, lane.tickets()).forward(lane.evaluation(), x.view());
    f.rows().into_iter().zip(g.rows()).map(|(f, g)| error_between(f, g)).fold(0.0, f64::max)
}

/// 10⁵ inputs of each domain, half of them at its edge. In two dimensions they come near the worst input, so that the error
/// found is a good part of the one certified, and a certificate ten times too small would be caught.
#[test]
fn no_input_of_an_adversary_is_above_the_certificate() {
    for domain in ["Ball(radius: 1.0)", "Box(low: -1.0, high: 2.0)", "Signs"] {
        for activation in ["Relu", "Tanh"] {
            let target = format!(
                "target=Random(widths: [2, 4, 3], weight_bound: 0.8, seed: 5, activation: {activation}, output_activation: Identity)"
            );
            let session = done("tiny", &[&target, &format!("inputs={domain}")]);
            let lane = &session.lanes()[0];
            let (worst, certified) = (adversary(&session, lane, 100_000), lane.certified().unwrap());
            println!("{domain}, {activation}: {worst:e} of {certified:e}");
            assert!(worst <= certified && worst >= certified / 10.0, "{domain}, {activation}");
            assert!(lane.found().error <= certified);
        }
    }
}

#[test]
fn every_preset_that_runs_quickly_keeps_found_certified_and_epsilon_in_order() {
    for preset in ["tiny", "digits", "deep", "malach-vs-hyperbolic", "ladder"] {
        let session = done(preset, &[]);
        for lane in session.lanes() {
            let (found, certified) = (lane.found().error, lane.certified().unwrap());
            let epsilon = session.experiment().epsilon;
            assert!(
                0.0 < found && found <= certified && certified <= epsilon,
                "{preset}: {found} {certified}"
            );
            let certificate = lane.certificate().unwrap();
            let mut error = 0.0;
            for layer in &certificate.layers {
                error = layer.lambda * (layer.delta_norm * layer.input_norm + layer.pruned_norm * error);
                // A line rounds outwards by a few ulps.
                assert!(error <= layer.error && layer.error <= error * (1.0 + 1e-13), "{preset}");
                assert!(layer.error <= layer.promised, "{preset}: {layer:?}");
                error = layer.error;
            }
            assert!(certificate.total >= certificate.error() + certificate.rounding() - 1e-15 * certified);
        }
    }
}

fn exact(value: f64) -> RBig {
    RBig::try_from(value).unwrap()
}

/// F(x) in rationals. ReLU and identity only.
fn exact_target(target: &Network, x: &[f64]) -> Vec<RBig> {
    let architecture = target.architecture();
    (1..=architecture.layers()).fold(x.iter().map(|&v| exact(v)).collect(), |x: Vec<RBig>, layer| {
        let dots = target
            .weights(layer)
            .rows()
            .into_iter()
            .map(|row| row.iter().zip(&x).fold(RBig::ZERO, |sum, (&w, x)| sum + exact(w) * x));
        dots.map(|sum| applied(architecture.activation(layer), sum)).collect()
    })
}

fn exact_pruned(target: &Network, tickets: &[&LayerTicket], x: &[f64]) -> Vec<RBig> {
    let architecture = target.architecture();
    tickets.iter().zip(1..).fold(x.iter().map(|&v| exact(v)).collect(), |x: Vec<RBig>, (ticket, layer)| {
        let mut sums = vec![RBig::ZERO; architecture.widths()[layer]];
        for path in ticket.paths() {
            let into = exact(path.z_in) * &x[path.input as usize];
            if into > RBig::ZERO {
                sums[path.output as usize] += exact(path.z_out) * into;
            }
        }
        sums.into_iter().map(|sum| applied(architecture.activation(layer), sum)).collect()
    })
}

fn applied(activation: Activation, sum: RBig) -> RBig {
    match activation {
        Activation::Relu if sum < RBig::ZERO => RBig::ZERO,
        Activation::Relu | Activation::Identity => sum,
        other => panic!("{other:?} is not rational"),
    }
}

/// Both ways of evaluating F and Ĝ stay within the rounding that the certificate allows them, and the careful one loses
/// less than a third of what the plain one does, over all inputs together.
#[test]
fn evaluations_are_as_exact_as_the_certificate_says() {
    let session = done(
        "tiny",
        &["target=Random(widths: [24, 24, 3], weight_bound: 1.0, seed: 3, output_activation: Identity)"],
    );
    let (experiment, lane) = (session.experiment(), &session.lanes()[0]);
    let target = &experiment.target;
    let tickets: Vec<&LayerTicket> = lane.tickets().collect();
    let x = inputs(&experiment.domain, 24, 11, 0, 12);
    let rounding = lane.certificate().unwrap().rounding();
    let pruned = MaskedNetwork::new(target.architecture(), lane.tickets());
    let mut lost = [0.0, 0.0];
    for (evaluation, lost) in [Evaluation::Plain, Evaluation::Careful].into_iter().zip(&mut lost) {
        let f = forward_target(target, evaluation, x.clone());
        let g = pruned.forward(evaluation, x.view());
        let off = |y: &Array2<f64>, row: usize, exact_y: Vec<RBig>| -> f64 {
            let each = y
                .row(row)
                .iter()
                .zip(exact_y)
                .map(|(&y, e)| (exact(y) - e).to_f64().value())
                .collect::<Vec<_>>();
            each.iter().map(|d| d * d).sum::<f64>().sqrt()
        };
        for row in 0..x.nrows() {
            let input = x.row(row).to_vec();
            let of_f = off(&f, row, exact_target(target, &input));
            let of_g = off(&g, row, exact_pruned(target, &tickets, &input));
            assert!(of_f + of_g <= rounding, "{evaluation:?}: {of_f:e} + {of_g:e} > {rounding:e}");
            *lost += of_g;
        }
    }
    println!("plain {:e}, careful {:e}, allowed {rounding:e}", lost[0], lost[1]);
    assert!(3.0 * lost[1] <= lost[0], "{lost:?}");
}

/// What the README says of `digits` is true, and not less than true by much.
#[test]
fn the_factors_that_the_readme_states_hold() {
    let readme = include_str!("../README.md").split_whitespace().collect::<Vec<_>>().join(" ");
    let stated = |before: &str| -> f64 {
        let text =
            readme.split(before).nth(1).unwrap_or_else(|| panic!("the README says nothing of `{before}`"));
        text.split(' ').next().unwrap().replace(',', "").parse().unwrap()
    };
    let session = done("digits", &[]);
    let certificate = session.lanes()[0].certificate().unwrap();
    let factor = certificate.promised() / certificate.total;
    // The same weights over the whole box of the points, by norms and intervals alone.
    let target = &session.experiment().target;
    let Domain::Points { points, .. } = &*session.experiment().domain else { panic!("digits has points") };
    assert!(points.iter().all(|&x| (0.0..=1.0).contains(&x)));
    let bounds = ActivationBounds::new(target, &Domain::Box { low: 0.0.into(), high: 1.0.into() });
    let error = certificate.layers.iter().fold(0.0, |error, layer| {
        layer.lambda * (layer.delta_norm * bounds.norm[layer.layer - 1] + layer.pruned_norm * error)
    });
    let over_box = certificate.promised() / error;
    println!("Lemma 1's error over the certified: {factor:.0} over the points, {over_box:.0} over the box");
    for (factor, stated) in
        [(factor, stated("the error certified is ")), (over_box, stated("by norms and intervals alone, "))]
    {
        assert!(factor >= stated && stated >= factor / 1.2, "{stated} is stated, {factor} found");
    }
}
