//! The Bounds screen as a picture, at three sizes, on every axis, and at every small size.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Modifier;
use slth::experiment::Experiment;
use slth::session::{Command, Session, Snapshot, Step, Worker};
use slth::tui::app::App;
use slth::tui::keymap::Action;
use slth::tui::look::glyphs::{ASCII, UNICODE};
use slth::tui::look::theme::{ANSI, INDEXED, LIGHT_RGB, MONO, RGB};
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
            let row = text.lines().rev().find(|line| line.contains(name)).unwrap();
            row.split(name).nth(1).unwrap().split_whitespace().next().unwrap()
        };
        let read = [bound("H hyperbolic"), bound("G shared-golden"), bound("M malach")];
        // This target breaks Malach's assumptions on weights, norms and sparsity.
        assert_eq!(read, ["6.287e2", "6.649e1", "1.076e15!"]);
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
    let row =
        |text: &str, name: &str| text.lines().rev().find(|line| line.contains(name)).unwrap().to_owned();
    let times = |row: &str| row.split_whitespace().nth(7).unwrap().to_owned();
    assert_eq!(times(&row(&text, "M malach")), "-");
    assert_ne!(times(&row(&text, "C corollary10")), "-");
    assert!(text.contains("! promises nothing here: choose it to see why."), "{text}");
    let app = screen(start("example-5", &[]).latest(), &[previous, previous]);
    for (width, height) in [(120, 40), (80, 24)] {
        let text = picture(&app, PLAIN, width, height);
        assert!(
            row(&text, "▶─ M").contains("malach") && text.contains("! promises nothing here: "),
            "{text}"
        );
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

/// The names of the curves that a line of the plot ends with.
fn names(text: &str) -> Vec<String> {
    let plot = text.lines().skip(2).take_while(|line| !line.contains('└'));
    plot.filter_map(|line| {
        let end = line.trim_end_matches(['"', ' ']).trim_end_matches('│').trim_end();
        end.rsplit_once('─').map(|(_, name)| name.to_owned())
    })
    .filter(|name| name.contains(' ') || name.contains('…'))
    .collect()
}

#[test]
fn every_curve_is_named_where_it_ends() {
    let app = screen(start("example-5", &[]).latest(), &[]);
    for (width, height) in [(80, 24), (120, 40), (200, 50)] {
        let text = picture(&app, PLAIN, width, height);
        // From the largest bound at the end of the axis to the smallest.
        assert_eq!(
            names(&text),
            ["M! malach", "P product-pair", "C corollary10", "H hyperbolic", "G shared-golden"],
            "{text}"
        );
    }
    // Hidden, it has none.
    let hide = [ChartMove::NextCurve.action(), ChartMove::Hide.action()];
    let text = picture(&screen(start("example-5", &[]).latest(), &hide), PLAIN, 80, 24);
    assert!(!names(&text).iter().any(|name| name.contains("corollary10")), "{text}");
}

/// The colours of the cells with dots.
fn colours_of_dots(app: &App, look: Look) -> std::collections::BTreeSet<String> {
    let terminal = draw(app, look, 120, 40);
    let cells = terminal.backend().buffer().content.iter();
    let dots = cells.filter(|cell| cell.symbol().chars().all(|c| ('\u{2801}'..='\u{28ff}').contains(&c)));
    dots.map(|cell| cell.fg.to_string()).collect()
}

#[test]
fn every_curve_has_a_colour_and_keeps_it_in_the_chosen_row() {
    let app = screen(start("example-5", &[]).latest(), &[]);
    for (theme, expected) in [(MONO, 1), (ANSI, 5), (INDEXED, 5), (RGB, 5), (LIGHT_RGB, 5)] {
        let look = Look { theme, glyphs: UNICODE };
        assert_eq!(colours_of_dots(&app, look).len(), expected);
        let terminal = draw(&app, look, 120, 40);
        let buffer = terminal.backend().buffer();
        let pieces = buffer
            .area
            .positions()
            .filter(|at| at.x == 2 && buffer[*at].symbol() == "─" && buffer[(4, at.y)].symbol() != "─");
        let pieces: Vec<_> = pieces.map(|at| buffer[at].clone()).collect();
        // Five curves are drawn. The chosen one, the first, is not reversed there.
        assert_eq!(pieces.len(), 5);
        assert_eq!(pieces[0].fg, theme.curves[0].fg.unwrap_or_default());
        assert!(pieces.iter().all(|cell| !cell.modifier.contains(Modifier::REVERSED)));
    }
}

#[test]
fn numbers_of_a_column_have_one_format() {
    let format = |number: &str| (number.contains('e'), number.contains('.'));
    for (preset, alike) in [("example-5", (true, true)), ("malach-vs-hyperbolic", (true, true))] {
        let text = picture(&screen(finished_or_started(preset), &[]), PLAIN, 120, 40);
        let rows = ["hyperbolic", "corollary10", "shared-golden", "product-pair", "malach"];
        for name in rows {
            let row = text.lines().rev().find(|line| line.contains(&format!(" {name}"))).unwrap();
            let bound = row.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
            assert_eq!(format(bound.unwrap()), alike, "{row}");
        }
    }
}

fn finished_or_started(preset: &str) -> Arc<Snapshot> {
    if preset == "example-5" { start(preset, &[]).latest() } else { finished(preset, &[]) }
}

#[test]
fn what_has_no_room_says_how_much_it_needs() {
    let app = screen(start("example-5", &[]).latest(), &[]);
    let text = picture(&app, PLAIN, 39, 20);
    assert!(text.contains("38x2 needed"), "{text}");
    let text = picture(&app, PLAIN, 20, 24);
    assert!(text.contains("21x5 needed"), "{text}");
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
