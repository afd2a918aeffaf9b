//! The Bounds screen as a picture, at three sizes, on every axis, and at every small size.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use slth::experiment::Experiment;
use slth::session::{Command, Session, Snapshot, Step, Worker};
use slth::tui::app::App;
use slth::tui::keymap::Action;
use slth::tui::look::glyphs::{ASCII, UNICODE};
use slth::tui::look::theme::{ANSI, MONO};
use slth::tui::overlays;
use slth::tui::screens::bounds;
use slth::tui::screens::bounds::ChartMove;
use slth::tui::{Look, render};

const PLAIN: Look = Look { theme: MONO, glyphs: UNICODE };

fn start(preset: &str, settings: &[&str]) -> Worker {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    Worker::spawn(Session::new(Experiment::load(preset, None, &settings).unwrap()).unwrap())
}

/// The snapshot once all lanes are through.
fn finished(preset: &str, settings: &[&str]) -> Arc<Snapshot> {
    let mut worker = start(preset, settings);
    let lanes = (0..worker.latest().lanes.len()).collect();
    worker.send(Command::Step(Step::All, lanes));
    let started = Instant::now();
    while !worker.is_at_rest(&worker.latest()) {
        assert!(started.elapsed() < Duration::from_secs(60), "the worker does not come to rest");
        std::thread::sleep(Duration::from_millis(1));
    }
    worker.latest()
}

/// The Bounds screen, after these actions on it.
fn screen(snapshot: Arc<Snapshot>, actions: &[Action]) -> App {
    let mut app = App::new(snapshot);
    for &action in [Action::Show(bounds::NAME)].iter().chain(actions) {
        assert!(app.update(action).is_empty());
    }
    app
}

fn draw(app: &App, look: Look, width: u16, height: u16) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| render(frame, app, &look)).unwrap();
    terminal
}

fn picture(app: &App, look: Look, width: u16, height: u16) -> String {
    draw(app, look, width, height).backend().to_string()
}

#[test]
fn bounds_of_example_5() {
    let app = screen(start("example-5", &[]).latest(), &[]);
    for (width, height) in [(80, 24), (120, 40), (200, 50)] {
        let text = picture(&app, PLAIN, width, height);
        let bound = |name: &str| {
            let row = text.lines().find(|line| line.contains(name)).unwrap();
            row.split(name).nth(1).unwrap().split_whitespace().next().unwrap()
        };
        let read = [bound("H hyperbolic"), bound("G shared-golden"), bound("M malach")];
        // This target breaks Malach's assumptions on weights, norms and sparsity.
        assert_eq!(read, ["628.69", "66.49", "1.0759e15!"]);
        insta::assert_snapshot!(format!("example_5_{width}x{height}"), text);
    }
}

#[test]
fn other_axes_say_what_is_imagined() {
    let snapshot = start("digits", &[]).latest();
    let width = screen(
        Arc::clone(&snapshot),
        &[ChartMove::NextAxis.action(), ChartMove::FarOn.action(), ChartMove::NextCurve.action()],
    );
    insta::assert_snapshot!("width_80x24", picture(&width, PLAIN, 80, 24));
    let depth = screen(
        snapshot,
        &[ChartMove::NextAxis.action(), ChartMove::NextAxis.action(), ChartMove::FarOn.action()],
    );
    insta::assert_snapshot!("depth_80x24", picture(&depth, PLAIN, 80, 24));
}

#[test]
fn finished_lanes_are_drawn_over_the_curves() {
    let app = screen(finished("malach-vs-hyperbolic", &[]), &[]);
    insta::assert_snapshot!("observed_80x24", picture(&app, PLAIN, 80, 24));
    insta::assert_snapshot!("observed_120x40", picture(&app, PLAIN, 120, 40));
}

/// Example 5 breaks an assumption of Malach's bound: the bound is marked, its reason is shown when chosen, and nothing is compared
/// with it.
#[test]
fn a_bound_outside_its_assumptions_is_marked_and_not_compared() {
    let previous = ChartMove::PreviousCurve.action();
    let app = screen(start("example-5", &[]).latest(), &[]);
    let text = picture(&app, PLAIN, 120, 40);
    let row = |text: &str, name: &str| text.lines().find(|line| line.contains(name)).unwrap().to_owned();
    let times = |row: &str| row.split_whitespace().nth(6).unwrap().to_owned();
    assert_eq!(times(&row(&text, "M malach")), "-");
    assert_ne!(times(&row(&text, "C corollary10")), "-");
    assert!(text.contains("! promises nothing here: choose it to see why."), "{text}");
    let app = screen(start("example-5", &[]).latest(), &[previous, previous]);
    for (width, height) in [(120, 40), (80, 24)] {
        let text = picture(&app, PLAIN, width, height);
        assert!(row(&text, "▶ M").contains("malach") && text.contains("! promises nothing here: "), "{text}");
        assert!(
            text.contains("‖W_i‖₀ ≤ n_max") || text.contains("of its assumptions are not kept"),
            "{text}"
        );
        let own = row(&text, "C corollary10");
        assert!(own.split_whitespace().filter(|word| *word == "-").count() == 2, "{own}");
    }
}

/// Without Malach and its like the axis fits the rest.
#[test]
fn hidden_curves_make_room() {
    let (far_back, hide) = (ChartMove::FarBack.action(), ChartMove::Hide.action());
    let previous = ChartMove::PreviousCurve.action();
    let hide = [previous, hide, previous, hide, far_back];
    let app = screen(finished("malach-vs-hyperbolic", &[]), &hide);
    insta::assert_snapshot!("hidden_80x24", picture(&app, PLAIN, 80, 24));
}

#[test]
fn where_theory_says_nothing_the_reason_is_told() {
    let app = screen(start("tiny", &[]).latest(), &[ChartMove::FarOn.action(); 10]);
    let text = picture(&app, PLAIN, 80, 24);
    assert!(text.contains("Theory says nothing here: ε is above"), "{text}");
    let deep = screen(
        start("tiny", &["norms=Worst", "w_max=300.0"]).latest(),
        &[[ChartMove::NextAxis.action(); 2].as_slice(), &[ChartMove::FarOn.action(); 20]].concat(),
    );
    let text = picture(&deep, PLAIN, 80, 24);
    assert!(text.contains("a tolerance would be finer than f64 can hold"), "{text}");
}

#[test]
fn ascii_terminals_get_nothing_but_ascii() {
    let look = Look { theme: ANSI, glyphs: ASCII };
    let snapshot = finished("malach-vs-hyperbolic", &[]);
    insta::assert_snapshot!("ascii_80x24", picture(&screen(Arc::clone(&snapshot), &[]), look, 80, 24));
    for axis in 0..3 {
        for far in [0, 10] {
            let actions =
                [vec![ChartMove::NextAxis.action(); axis], vec![ChartMove::FarOn.action(); far]].concat();
            let text = picture(&screen(Arc::clone(&snapshot), &actions), look, 120, 40);
            assert!(text.is_ascii(), "{text}");
            assert_eq!(
                text.matches('?').count(),
                text.matches(" ? help").count(),
                "a character was lost:\n{text}"
            );
        }
    }
}

/// Curves are distinguishable without colour.
#[test]
fn every_curve_carries_its_letter() {
    let app = screen(start("example-5", &[]).latest(), &[ChartMove::FarBack.action()]);
    for look in [PLAIN, Look { theme: MONO, glyphs: ASCII }] {
        let text = picture(&app, look, 80, 24);
        let plot: String = text.lines().skip(2).take(9).collect();
        for letter in ["H", "C", "G", "P", "M"] {
            assert!(plot.matches(letter).count() >= 2, "{letter}:\n{text}");
        }
    }
}

#[test]
fn any_size_can_be_drawn() {
    let snapshots = [finished("malach-vs-hyperbolic", &[]), start("deep", &[]).latest()];
    for snapshot in snapshots {
        for axis in 0..3 {
            let mut app = screen(Arc::clone(&snapshot), &vec![ChartMove::NextAxis.action(); axis]);
            if axis == 1 {
                app.update(Action::Open(overlays::help::NAME));
                app.overlays.help.scroll = 3;
            }
            for height in 0..=30 {
                for width in 0..=60 {
                    let look = if width % 2 == 0 { PLAIN } else { Look { theme: ANSI, glyphs: ASCII } };
                    draw(&app, look, width, height);
                }
            }
        }
    }
}

/// Hiding everything leaves axes and no curve.
#[test]
fn nothing_to_draw_is_no_reason_to_fail() {
    let hide: Vec<Action> =
        (0..7).flat_map(|_| [ChartMove::Hide.action(), ChartMove::NextCurve.action()]).collect();
    let app = screen(finished("tiny", &[]), &hide);
    for (width, height) in [(80, 24), (30, 9), (200, 50)] {
        draw(&app, PLAIN, width, height);
    }
}
