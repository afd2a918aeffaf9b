//! The certificate against an adversary, against exact arithmetic, on every preset that runs quickly, and against Lemma 1.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod pages;

use std::sync::Arc;

use dashu::rational::RBig;
use ndarray::Array2;
use slth::construction::LayerTicket;
use slth::construction::{Allocation, LayerBuilder, LayerProblem, Match, Mode, Sharing, Sum, Until};
use slth::experiment::{Experiment, Plan};
use slth::network::{Activation, ActivationBounds, Domain, NEVER, Network};
use slth::sampling::{Hyperbolic, Law, Side, Stream};
use slth::session::{Lane, Session};
use slth::theory::section5::Ranges;
use slth::verification::careful::forward_target;
use slth::verification::{ChainCertificate, Evaluation, LayerCheck, MaskedNetwork, Parts, Search};
use slth::verification::{error_between, inputs};

fn done(preset: &str, settings: &[&str]) -> Session {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    let mut session = Session::new(Experiment::load(preset, None, &settings).unwrap()).unwrap();
    session.run(&|_| {});
    session
}

/// The largest error of a lane over fresh inputs, unknown to its search.
fn adversary(session: &Session, lane: &Lane, count: usize) -> f64 {
    let (target, domain) = (&session.experiment().target, &session.experiment().domain);
    let architecture = target.architecture();
    let x = inputs(domain, architecture.widths()[0], 0xAD7E, 0, count);
    let f = forward_target(target, lane.evaluation(), x.view());
    let g = MaskedNetwork::new(architecture, lane.tickets()).forward(lane.evaluation(), x.view());
    f.rows().into_iter().zip(g.rows()).map(|(f, g)| error_between(f, g)).fold(0.0, f64::max)
}

/// 10⁵ inputs of each domain, half of them on its boundary. In two dimensions some are near the worst input, so the error found
/// is at least a tenth of the error certified: a certificate ten times too small fails.
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
            for layer in certificate.layers() {
                error = layer.lambda * (layer.delta_norm * layer.input_norm + layer.pruned_norm * error);
                // A line rounds outwards by a few ulps.
                assert!(error <= layer.error && layer.error <= error * (1.0 + 1e-13), "{preset}");
                assert!(layer.error <= layer.promised, "{preset}: {layer:?}");
                error = layer.error;
            }
            assert!(certificate.total() >= certificate.error() + certificate.rounding() - 1e-15 * certified);
        }
    }
}

fn exact(value: f64) -> RBig {
    RBig::try_from(value).unwrap()
}

/// F(x) in rationals. Activations of straight pieces only.
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
        Activation::LeakyRelu(slope) if sum < RBig::ZERO => exact(slope) * sum,
        Activation::Relu | Activation::Identity | Activation::LeakyRelu(_) => sum,
        other => panic!("{other:?} is not rational"),
    }
}

/// Both evaluations of F and Ĝ stay within the certificate's rounding. Over all inputs together the careful one loses less
/// than a third of the plain one's loss.
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
        let f = forward_target(target, evaluation, x.view());
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

/// The book's factors for `digits` hold, and are at most 1.2 times too small.
#[test]
fn the_factors_that_the_book_states_hold() {
    let book = pages::all_text();
    // Wherever it is stated, with the same number.
    let stated = |before: &str| -> f64 {
        let words = book.split(before).skip(1).map(|text| text.split(' ').next().unwrap().replace(',', ""));
        let numbers: Vec<f64> = words.filter_map(|word| word.parse().ok()).collect();
        assert!(!numbers.is_empty() && numbers.iter().all(|n| *n == numbers[0]), "`{before}`: {numbers:?}");
        numbers[0]
    };
    let session = done("digits", &[]);
    let certificate = session.lanes()[0].certificate().unwrap();
    let factor = certificate.promised().unwrap() / certificate.total();
    // The same weights over the whole box of the points, by norms and intervals alone.
    let target = &session.experiment().target;
    let Domain::Points { points, .. } = &*session.experiment().domain else { panic!("digits has points") };
    assert!(points.iter().all(|&x| (0.0..=1.0).contains(&x)));
    let bounds = ActivationBounds::new(target, &Domain::Box { low: 0.0.into(), high: 1.0.into() });
    let error = certificate.layers().iter().fold(0.0, |error, layer| {
        layer.lambda * (layer.delta_norm * bounds.norm[layer.layer - 1] + layer.pruned_norm * error)
    });
    let over_box = certificate.promised().unwrap() / error;
    println!("Lemma 1's error over the certified: {factor:.0} over the points, {over_box:.0} over the box");
    for (factor, stated) in
        [(factor, stated("the error certified is ")), (over_box, stated("by norms and intervals alone, "))]
    {
        assert!(factor >= stated && stated >= factor / 1.2, "{stated} is stated, {factor} found");
    }
}

/// A network with a scale for each layer, its tickets and their certificate.
struct AtScale {
    target: Arc<Network>,
    tickets: Vec<LayerTicket>,
    /// Σ z_in·z_out of each layer's outputs and inputs, exact, for inputs above 0 and below
    slopes: Vec<[Vec<Vec<RBig>>; 2]>,
    certificate: ChainCertificate,
    domain: Domain,
}

impl AtScale {
    /// Layers of `width` weights uniform in ±`scales`, each half rebuilt to within a twentieth of its scale.
    fn new(width: usize, scales: &[f64], activation: Activation, domain: Domain) -> Self {
        let weights = scales.iter().enumerate().map(|(index, scale)| {
            let row = Stream::new(7, 0, Side::Out).row(index as u64);
            Array2::from_shape_fn((width, width), |(i, j)| {
                scale * ((row.word((i * width + j) as u64) >> 11) as f64 / 2_f64.powi(52) - 1.0)
            })
        });
        let target = Arc::new(Network::new(weights.collect(), activation, Activation::Identity).unwrap());
        let (mut tickets, mut checks, mut told) = (Vec::new(), Vec::new(), Vec::new());
        for (layer, &scale) in (1..).zip(scales) {
            let ranges = Ranges::new(scale / 20.0, scale, 1.5);
            let (alpha, beta) = ranges.weight;
            let mut builder = LayerBuilder::new(LayerProblem {
                target: Arc::clone(&target),
                layer,
                ranges,
                law: Law::Hyperbolic(Hyperbolic::new(alpha, beta).unwrap()),
                seed: 3,
                bound: None,
                skip_negative_half: false,
                matching: Match::Product,
                sum: Sum::Golden,
                sharing: Sharing::Layer(Allocation::FirstFit),
                mode: Mode::Drawn,
            });
            builder.advance(u64::MAX, Until::Neurons);
            assert!(builder.is_complete(), "a layer of scale {scale:e}");
            let never_negative = target.architecture().inputs_never_negative(layer, false);
            let parts = Parts::Halves { never_negative, skipped: false };
            let check = LayerCheck::measure(&target, layer, builder.ticket(), parts, NEVER).unwrap();
            assert!(check.largest_error() <= scale / 20.0 && check.largest_error() > 0.0);
            told.push((check.norm_target, scale / 10.0));
            checks.push(check);
            tickets.push(builder.ticket().clone());
        }
        let bounds = ActivationBounds::new(&target, &domain);
        let points = matches!(domain, Domain::Points { .. });
        let told = (bounds.f_max(), &told[..]);
        let certificate = ChainCertificate::new(&target, &bounds, &checks, told, points, f64::INFINITY);
        let slopes = tickets.iter().map(|ticket| exact_slopes(ticket, width)).collect();
        Self { target, tickets, slopes, certificate, domain }
    }

    /// ‖F(x) − Ĝ(x)‖₂², exactly.
    fn exact_error_squared(&self, x: &[f64]) -> RBig {
        let f = exact_target(&self.target, x);
        let start: Vec<RBig> = x.iter().map(|&v| exact(v)).collect();
        let g = (1..).zip(&self.slopes).fold(start, |x, (layer, slopes)| {
            let sum = |output: usize| {
                let term =
                    |(input, x): (usize, &RBig)| &slopes[usize::from(*x < RBig::ZERO)][output][input] * x;
                x.iter().enumerate().map(term).fold(RBig::ZERO, |sum, term| sum + term)
            };
            let activation = self.target.architecture().activation(layer);
            (0..x.len()).map(|output| applied(activation, sum(output))).collect()
        });
        f.into_iter().zip(g).map(|(f, g)| f - g).fold(RBig::ZERO, |sum, d| sum + &d * &d)
    }

    /// Asserts certified ≥ truth ≥ found at many inputs and returns the largest truth as the nearest f64.
    fn check(&self, of: &str) -> f64 {
        let total = self.certificate.total;
        assert!(total > 0.0, "{of}: certified {total:e}");
        let mut search = Search::new(Arc::clone(&self.target), Arc::new(self.domain.clone()), 5);
        while !search.is_done() {
            search.advance(self.tickets.iter(), 5_000);
        }
        let found = search.found();
        let width = self.target.architecture().widths()[0];
        let mut tried: Vec<Vec<f64>> =
            inputs(&self.domain, width, 5, 0, 6).rows().into_iter().map(|x| x.to_vec()).collect();
        let worst = match found.climbed() {
            Some(climbed) => climbed.input.to_vec(),
            None => {
                inputs(&self.domain, width, 5, found.worst_input, found.worst_input + 1)
                    .into_raw_vec_and_offset()
                    .0
            }
        };
        tried.push(worst);
        let errors: Vec<RBig> = tried.iter().map(|x| self.exact_error_squared(x)).collect();
        for error in &errors {
            let is_below = total == f64::INFINITY || *error <= exact(total) * exact(total);
            assert!(is_below, "{of}: certified {total:e}, true {:e}", root(error));
        }
        // The error found differs from the truth at its input by the certificate's rounding at most.
        assert!(found.error.is_finite() && found.error <= total, "{of}: found {:e}", found.error);
        let rounding = self.certificate.rounding();
        if rounding < f64::INFINITY && found.error > rounding {
            let below = exact(found.error * (1.0 - 1e-12)) - exact(rounding);
            let truth = &errors[errors.len() - 1];
            let is_below = below <= RBig::ZERO || &below * &below <= *truth;
            assert!(is_below, "{of}: found {:e}, true {:e}", found.error, root(truth));
        }
        let most = root(errors.iter().max().unwrap());
        if (1e-290..1e300).contains(&most) && rounding < 1e-3 * most {
            assert!(found.error >= 0.99 * most, "{of}: found {:e}, true {most:e}", found.error);
        }
        most
    }
}

/// The slopes of a square layer for inputs above 0 and for inputs below 0.
fn exact_slopes(ticket: &LayerTicket, width: usize) -> [Vec<Vec<RBig>>; 2] {
    let mut slopes = [(); 2].map(|()| vec![vec![RBig::ZERO; width]; width]);
    for path in ticket.paths() {
        let slope = &mut slopes[usize::from(path.z_in < 0.0)][path.output as usize][path.input as usize];
        *slope += exact(path.z_in) * exact(path.z_out);
    }
    slopes
}

/// √ of a rational, possibly far outside the range of f64: of its integer part, after a shift by a power of four.
fn root(square: &RBig) -> f64 {
    if *square == RBig::ZERO {
        return 0.0;
    }
    let (mut shifted, mut shift) = (square.clone(), 0_i32);
    let step = exact(2_f64.powi(400));
    while shifted < exact(1e-100) {
        shifted *= &step;
        shift -= 200;
    }
    while shifted > exact(1e100) {
        shifted /= &step;
        shift += 200;
    }
    let mut root = shifted.to_f64().value().sqrt();
    while shift != 0 {
        let part = shift.clamp(-200, 200);
        root *= 2_f64.powi(part);
        shift -= part;
    }
    root
}

#[test]
fn certified_is_above_the_truth_at_every_scale() {
    const SCALES: [f64; 11] = [1e-300, 1e-200, 1e-155, 1e-150, 1e-30, 1.0, 1e30, 1e150, 1e155, 1e200, 1e300];
    for scale in SCALES {
        for radius in SCALES {
            let ball = Domain::Ball { radius };
            let of = format!("weights {scale:e}, inputs {radius:e}");
            let single = AtScale::new(2, &[scale], Activation::Relu, ball.clone());
            let most = single.check(&of);
            if (1e-290..1e290).contains(&most) {
                assert!(
                    single.certificate.total <= 10.0 * most,
                    "{of}: {:e}, {most:e}",
                    single.certificate.total
                );
            }
            // The scales go down and up again: underflow on the way must not be lost.
            AtScale::new(2, &[scale, 1.0 / scale], Activation::Relu, ball).check(&format!("{of}, and back"));
        }
        let x = |point: usize, input: usize| scale * (((point * 7 + input * 3) as f64 * 1.7).sin());
        let points = Domain::Points { points: Array2::from_shape_fn((9, 2), |(p, a)| x(p, a)), labels: None };
        let of = format!("points {scale:e}");
        AtScale::new(2, &[scale, scale], Activation::LeakyRelu(0.25), points).check(&of);
        let side = Domain::Box { low: (-scale).into(), high: (2.0 * scale).into() };
        AtScale::new(2, &[1.0, scale, 1.0], Activation::Identity, side).check(&format!("box {scale:e}"));
    }
}

/// Sixty layers of weights 1e−3 over the unit ball err by 1e-200 and less: their squares are 0 in f64.
#[test]
fn certified_is_above_the_truth_in_deep_chains() {
    let chain = |scale: f64, depth: usize| vec![scale; depth];
    for (scale, depth) in [(1e-3, 60), (1e-3, 110), (1e-6, 60), (1e3, 60), (1e6, 60), (1.0, 40)] {
        // In a chain of single units the certificate is off by a small factor a layer at most.
        for (width, activation) in
            [(1, Activation::Identity), (3, Activation::Relu), (3, Activation::Identity)]
        {
            let deep = AtScale::new(width, &chain(scale, depth), activation, Domain::Ball { radius: 1.0 });
            let of = format!("{depth} layers of {scale:e}, {width} wide, {activation:?}");
            let most = deep.check(&of);
            println!("{of}: {most:e} of {:e}", deep.certificate.total);
            let is_normal = (1e-290..1e290).contains(&most);
            assert!(width > 1 || !is_normal || deep.certificate.total <= 1e6 * most, "{of}");
        }
    }
    let down_and_up = [chain(1e-5, 40), chain(1e5, 40), chain(1e5, 40), chain(1e-5, 40)].concat();
    AtScale::new(2, &down_and_up, Activation::Identity, Domain::Signs).check("down, up and down");
}

/// Networks with layer inputs of 0, nearly 0, or a single value; their norms are at most 1, as `Unit` assumes.
const DEAD_AND_NEARLY: [(&str, &str); 9] = [
    ("dead", "[[[-0.5,-0.4],[-0.3,-0.6]],[[0.7,0.2],[0.1,0.6]],[[0.5,0.5]]]"),
    (
        "dead in the middle",
        "[[[0.5,0.4],[0.3,0.6]],[[-0.7,-0.2],[-0.1,-0.6]],[[0.5,0.2],[0.1,0.5]],[[0.5,0.5]]]",
    ),
    ("nearly dead", "[[[1e-300,2e-300],[1e-300,0.0]],[[0.7,0.2],[0.1,0.6]],[[0.5,0.5]]]"),
    ("one unit nearly dead", "[[[1e-300,2e-300],[0.3,0.4]],[[0.7,0.2],[0.1,0.6]],[[0.5,0.5]]]"),
    ("subnormal", "[[[1e-320,2e-320]],[[0.7],[0.1]],[[0.5,0.5]]]"),
    ("one unit each", "[[[0.5,0.2]],[[0.6]],[[-0.7]],[[0.8]]]"),
    ("a zero matrix", "[[[0.5,0.4],[0.3,0.6]],[[0.0,0.0],[0.0,0.0]],[[0.7,0.2],[0.1,0.6]],[[0.5,0.5]]]"),
    ("zero rows", "[[[0.5,0.4],[0.0,0.0]],[[0.0,0.0],[0.1,0.6]],[[0.5,0.5]]]"),
    (
        "small inputs late",
        "[[[0.001,0.0],[0.0,0.001]],[[0.9,0.0],[0.0,0.9]],[[0.9,0.0],[0.0,0.9]],[[0.9,0.3]]]",
    ),
];

#[test]
fn tolerances_of_dead_and_nearly_dead_layers_are_sound_and_never_finer_than_lemma_1s() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("points.npy");
    ndarray_npy::write_npy(&file, &ndarray::array![[0.5, 0.25], [1.0, 0.0], [0.125, 1.0]]).unwrap();
    let points = "inputs=File(path: \"points.npy\")";
    let preset = folder.path().join("tiny.ron");
    std::fs::write(&preset, include_str!("../presets/tiny.ron")).unwrap();
    let lanes = "constructions=[Hyperbolic(),Malach,ProductPair,Corollary10,SharedGolden]";
    for (of, layers) in DEAD_AND_NEARLY {
        let target = format!("target=Explicit(layers:{layers},activation:Relu,output_activation:Identity)");
        for domain in [points, "inputs=Box(low: 0.0, high: 1.0)", "inputs=Ball(radius: 1.0)"] {
            for norms in ["norms=Unit", "norms=Worst", "norms=Target"] {
                for epsilon in ["epsilon=1e-6", "epsilon=0.01", "epsilon=0.4"] {
                    let of = format!("{of}, {domain}, {norms}, {epsilon}");
                    let load = |rule: &str, lanes: &str| {
                        let settings = [&target, domain, norms, epsilon, rule, lanes].map(str::to_owned);
                        Experiment::load(preset.to_str().unwrap(), None, &settings)
                            .unwrap_or_else(|e| panic!("{of}: {e}"))
                    };
                    let [uniform, per_layer] =
                        ["tolerance=Uniform", "tolerance=PerLayer"].map(|rule| Plan::new(&load(rule, lanes)));
                    let all = uniform.weight_tolerance.iter().chain(&per_layer.weight_tolerance);
                    assert!(all.clone().all(|&t| t > 0.0 && t <= 0.9), "{of}: {per_layer:?}");
                    let pairs = uniform.weight_tolerance.iter().zip(&per_layer.weight_tolerance);
                    assert!(pairs.clone().all(|(all, own)| own >= all), "{of}: {pairs:?}");
                    for (all, own) in uniform.lanes.iter().zip(&per_layer.lanes) {
                        assert_eq!(all.construction, own.construction);
                        let neurons = |layers: &[slth::experiment::LayerPlan]| {
                            slth::experiment::LayerPlan::neurons_per_weight(layers).unwrap().as_f64()
                        };
                        let (all, own) = (neurons(&all.layers), neurons(&own.layers));
                        assert!(own <= all * (1.0 + 1e-9), "{of}: {own} against {all}");
                    }
                    // The search over a ball or a box takes longest and has no bearing on tolerances.
                    if domain == points || norms == "norms=Target" {
                        for rule in ["tolerance=Uniform", "tolerance=PerLayer"] {
                            let mut session =
                                Session::new(load(rule, "constructions=[Hyperbolic()]")).unwrap();
                            session.run(&|_| {});
                            let certified = session.lanes()[0].certified().unwrap();
                            let epsilon = session.experiment().epsilon;
                            assert!(certified <= epsilon, "{of}, {rule}: {certified:e}");
                        }
                    }
                }
            }
        }
    }
}
