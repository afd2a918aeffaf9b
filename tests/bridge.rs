//! The bridge: Theorem 3's numbers for learned networks, computed again from the masks and the closed form.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use slth::experiment::{Construction, Experiment};
use slth::learning::{LearnedTicket, TicketWeights};
use slth::report::{BridgeReport, Comparison, DEFAULT_WIDTH, Page, RunReport, text};
use slth::session::{Command, Session, Snapshot, Step, Worker};
use slth::theory::section5::Ranges;
use slth::theory::theorem3;
use slth::tui::app::App;
use slth::tui::keymap::Action;
use slth::tui::look::glyphs::{ASCII, UNICODE};
use slth::tui::look::theme::{ANSI, MONO};
use slth::tui::screens::bounds::{self, ChartMove};
use slth::tui::{Look, render};

const LEARNED: &str = "learned=[EdgePopup(keep: 0.5, widths: [64, 12, 10], epochs: 1, batch: 60), \
     Rewinding(widths: [64, 12, 10], rounds: 2, steps: 30, batch: 60)]";
const TARGET: &str = "target=Explicit(layers: [[[0.5]]])";

fn experiment(settings: &[&str]) -> Experiment {
    let all = [&[LEARNED, TARGET, "inputs=Signs", "epsilon=0.05"], settings].concat();
    let all: Vec<String> = all.iter().map(|&setting| setting.to_owned()).collect();
    Experiment::load("digits-learned", None, &all).unwrap()
}

fn finished(settings: &[&str]) -> Session {
    let mut session = Session::new(experiment(settings)).unwrap();
    session.run(&|_| {});
    session
}

fn tickets(session: &Session) -> Vec<(usize, usize, LearnedTicket)> {
    let mut all = Vec::new();
    for (lane, learned) in (1..).zip(session.learned()) {
        for round in learned.rounds().iter() {
            let learner = learned.learner();
            let ticket = learner.ticket_of(round.round).or_else(|| learner.ticket()).unwrap();
            all.push((lane, round.round, ticket));
        }
    }
    all
}

/// Weights other than 0 of each layer with a column for biases, and a row for the constant in all layers but the last.
fn nonzero(ticket: &LearnedTicket) -> Vec<u64> {
    let kept = ticket.masks.kept();
    let TicketWeights::Trained { trained, .. } = &ticket.weights else { return kept };
    let biases = trained.biases.as_ref().unwrap();
    let layers = kept.iter().zip(biases).enumerate().map(|(layer, (kept, bias))| {
        kept + bias.iter().filter(|bias| **bias != 0.0).count() as u64 + u64::from(layer + 1 < biases.len())
    });
    layers.collect()
}

/// P_i are counted in the masks, M_i follow from the closed form at the tolerance in force, and this is Lemma 1's of the printed
/// ε, norms and F_max.
#[test]
fn numbers_follow_from_the_masks_and_the_closed_forms() {
    let session = finished(&[]);
    let report = RunReport::new(&session).bridge.unwrap();
    let tickets = tickets(&session);
    assert_eq!((report.networks.len(), report.pending, tickets.len()), (4, 0, 4));
    for (row, (lane, round, ticket)) in report.networks.iter().zip(&tickets) {
        assert_eq!((row.lane, row.round, &row.refused), (*lane, *round, &None));
        let need = row.theorem_3.as_ref().unwrap();
        let counts: Vec<u64> = need.layers.iter().map(|layer| layer.nonzero_weights).collect();
        assert_eq!(counts, nonzero(ticket), "lane {lane}, round {round}");
        assert_eq!(need.nonzero_weights, counts.iter().sum::<u64>());
        // Lemma 1: ε_w = ε/(eℓ·√n_max³·F_max·∏max{1, ‖W‖}), with the constant input and neuron where there are biases.
        let constant = usize::from(*lane == 2);
        let n_max = (64 + constant) as f64;
        let product: f64 = need.layers.iter().map(|layer| layer.norm.max(1.0)).product();
        let e = std::f64::consts::E;
        let tolerance = 0.05 / (e * 2.0 * n_max.powf(1.5) * need.f_max * product);
        assert!(
            (need.weight_tolerance / tolerance - 1.0).abs() < 1e-9,
            "{} {tolerance}",
            need.weight_tolerance
        );
        let k_prime = Ranges::new(tolerance / 2.0, need.w_max, 1.5).k_prime;
        let mut all = 0;
        for layer in &need.layers {
            let neurons = theorem3::neurons(k_prime, layer.nonzero_weights, 2, 0.01);
            assert!((layer.neurons.as_f64() - neurons as f64).abs() <= 1.0, "{layer:?} {neurons}");
            all += neurons;
        }
        assert!((need.g_neurons.as_f64() - all as f64).abs() <= 2.0);
        // Edge-popup's G: 64-12-10, 12 hidden neurons, 888 weights.
        let times = need.times_edge_popup[0];
        assert_eq!((times.lane, need.times_edge_popup.len()), (1, 1));
        assert!((times.neurons.as_f64() - need.g_neurons.as_f64() / 12.0).abs() < 1e-6 * all as f64);
        assert!((times.weights.as_f64() / (need.g_weights.as_f64() / 888.0) - 1.0).abs() < 1e-12);
    }
    let neurons: Vec<f64> = report.networks[1..]
        .iter()
        .map(|row| row.theorem_3.as_ref().unwrap().neurons_of_dense.unwrap().as_f64())
        .collect();
    assert!(neurons[0] == 1.0 && neurons[1] < 0.95 && neurons[2] < neurons[1], "{neurons:?}");
    let graph = &report.edge_popup[0];
    assert_eq!((graph.hidden_neurons, graph.weights, graph.kept_weights), (12, 888, 444));
    // The same numbers in compare, and none are computed twice.
    assert_eq!(format!("{:?}", Comparison::of_session(&session).bridge.unwrap()), format!("{report:?}"));
    // A construction more, and each lane's number is one higher.
    let mut wider = session;
    wider.add_lane(Construction::Corollary10);
    assert_eq!(wider.lanes().len(), 2);
    let moved = RunReport::new(&wider).bridge.unwrap();
    let lanes = |report: &BridgeReport| report.networks.iter().map(|row| row.lane).collect::<Vec<_>>();
    assert_eq!(lanes(&moved), lanes(&report).iter().map(|lane| lane + 1).collect::<Vec<_>>());
    assert_eq!(moved.edge_popup[0].lane, report.edge_popup[0].lane + 1);
    assert_eq!(
        moved.networks[0].theorem_3.as_ref().unwrap().times_edge_popup[0].lane,
        moved.edge_popup[0].lane
    );
}

/// A reason per row, and the run goes on.
#[test]
fn a_network_out_of_reach_has_a_reason() {
    let session = finished(&["epsilon=1e300", "norms=Unit"]);
    let unit = RunReport::new(&session).bridge.unwrap();
    assert!(unit.networks.iter().any(|row| row.theorem_3.as_ref().is_some_and(|need| !need.bound_applies)));
    // ε above e·√n_max·F_max·∏max{1, ‖W‖} of the learned networks, not of the target.
    let session = finished(&["target=Explicit(layers: [[[1e9]]])", "epsilon=1e8"]);
    let report = RunReport::new(&session).bridge.unwrap();
    for row in &report.networks {
        let reason = row.refused.as_deref().unwrap();
        assert!(row.theorem_3.is_none() && reason.starts_with("epsilon: expected at most "), "{reason}");
    }
    let text = text::run(&session, Page::new(DEFAULT_WIDTH, false));
    assert!(text.contains("round 2 is no target: epsilon: expected at most "), "{text}");
}

#[test]
fn the_text_fits_80_columns_and_names_both_sizes() {
    let session = finished(&[]);
    let run = text::run(&session, Page::new(DEFAULT_WIDTH, false));
    let compared =
        text::comparison(&session, &Comparison::of_session(&session), Page::new(DEFAULT_WIDTH, false));
    for text in [run, compared] {
        let at = text.find("Theorem 3's G with each learned network").unwrap();
        assert!(text[at..].lines().all(|line| line.chars().count() <= DEFAULT_WIDTH), "{text}");
        let words = text[at..].split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [
            "G is a random 64-12-10, 12 hidden neurons and 888 weights",
            "for the network that edge-popup found in it",
            "for the dense network of rewinding",
            "for round 2 (",
            "widths of the network under training",
        ] {
            assert!(words.contains(part), "{part}:\n{text}");
        }
    }
}

fn watched(worker: &mut Worker, commands: Vec<Command>) -> Arc<Snapshot> {
    for command in commands {
        worker.send(command);
    }
    let started = Instant::now();
    while !worker.is_at_rest(&worker.latest()) {
        assert!(started.elapsed() < Duration::from_secs(120), "the worker does not come to rest");
        std::thread::sleep(Duration::from_millis(1));
    }
    worker.latest()
}

fn picture(app: &App, look: Look, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| render(frame, app, &look)).unwrap();
    terminal.backend().to_string()
}

#[test]
fn bounds_shows_the_bridge_and_its_worker_computes_it_when_asked() {
    let mut worker = Worker::spawn(Session::to_watch(experiment(&[])).unwrap());
    let all = Command::Step(Step::All, vec![1, 2]);
    assert!(watched(&mut worker, vec![all]).bridge.is_none());
    let snapshot = watched(&mut worker, vec![Command::WatchBridge(true)]);
    assert_eq!(snapshot.bridge.as_ref().unwrap().networks.len(), 4);
    let expected = finished(&[]).bridge();
    assert_eq!(snapshot.bridge.as_ref().unwrap().networks, expected.networks);
    let mut app = App::new(Arc::clone(&snapshot));
    app.update(Action::Show(bounds::NAME));
    assert!(picture(&app, Look { theme: MONO, glyphs: UNICODE }, 80, 24).contains(" b bridge"));
    app.update(ChartMove::Bridge.action());
    for (width, height) in [(80, 24), (200, 50)] {
        let text = picture(&app, Look { theme: MONO, glyphs: UNICODE }, width, height);
        assert!(text.contains("12 hidden neurons") && text.contains("R rewinding 2"), "{text}");
        insta::assert_snapshot!(format!("bridge_{width}x{height}"), text);
    }
    let ascii = picture(&app, Look { theme: ANSI, glyphs: ASCII }, 120, 40);
    assert!(ascii.is_ascii(), "{ascii}");
    app.update(ChartMove::Back.action());
    assert_eq!(app.screens.bounds.network, Some(2));
    for height in 0..=30 {
        for width in 0..=60 {
            let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
            let look = Look { theme: MONO, glyphs: UNICODE };
            terminal.draw(|frame| render(frame, &app, &look)).unwrap();
        }
    }
    assert!(watched(&mut worker, vec![Command::WatchBridge(false)]).bridge.is_none());
}

#[test]
fn a_run_without_learned_lanes_has_no_bridge() {
    let session = Session::new(Experiment::load("tiny", None, &[]).unwrap()).unwrap();
    assert!(RunReport::new(&session).bridge.is_none());
    let mut app = App::new(Worker::spawn(session).latest());
    app.update(Action::Show(bounds::NAME));
    app.update(ChartMove::Bridge.action());
    assert!(!app.screens.bounds.bridge && app.message.unwrap().starts_with("No learned lane in this run"));
}
