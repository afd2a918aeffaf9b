//! Clicks and the wheel, at the places of drawn elements.
#![allow(missing_docs, clippy::unwrap_used)]

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use slth::experiment::Experiment;
use slth::session::{Command, Session, Step, Worker};
use slth::tui::app::App;
use slth::tui::effects::Effect;
use slth::tui::export::Export;
use slth::tui::keymap::Action;
use slth::tui::look::glyphs::UNICODE;
use slth::tui::look::theme::MONO;
use slth::tui::overlays;
use slth::tui::screens::weight::WeightMove;
use slth::tui::screens::{bounds, compare, explore, weight};
use slth::tui::{Look, render};

const LOOK: Look = Look { theme: MONO, glyphs: UNICODE };

fn app(preset: &str) -> App {
    let session = Session::new(Experiment::load(preset, None, &[]).unwrap()).unwrap();
    App::new(Worker::spawn(session).latest())
}

/// Draws, and returns the rows.
fn rows(app: &App) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(100, 40)).unwrap();
    terminal.draw(|frame| render(frame, app, &LOOK)).unwrap();
    let buffer = terminal.backend().buffer();
    let row = |row: &[ratatui::buffer::Cell]| row.iter().map(|cell| cell.symbol()).collect();
    buffer.content.chunks(100).map(row).collect()
}

/// The position of this text.
fn place_of(app: &App, text: &str) -> (u16, u16) {
    let rows = rows(app);
    let found =
        (0..).zip(&rows).find_map(|(y, row)| row.find(text).map(|at| (row[..at].chars().count() as u16, y)));
    found.unwrap_or_else(|| unreachable!("{text} is nowhere in:\n{}", rows.join("\n")))
}

fn at((column, row): (u16, u16), kind: MouseEventKind) -> MouseEvent {
    MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }
}

const CLICK: MouseEventKind = MouseEventKind::Down(MouseButton::Left);

fn click(app: &mut App, text: &str) -> Option<Vec<Effect>> {
    let place = place_of(app, text);
    app.mouse(at(place, CLICK))
}

#[test]
fn tabs_show_their_screens() {
    let mut app = app("tiny");
    for (name, screen) in
        [("2 Compare", compare::NAME), ("4 Bounds", bounds::NAME), ("1 Explore", explore::NAME)]
    {
        assert!(click(&mut app, name).is_some());
        assert_eq!(app.screen_name(), screen);
    }
}

#[test]
fn a_layer_is_looked_at_where_its_row_is_clicked() {
    let mut app = app("digits");
    let (x, y) = place_of(&app, "layer   per w");
    let effects = app.mouse(at((x, y + 3), CLICK)).unwrap();
    assert!(matches!(effects[..], [Effect::Send(Command::View { layer: Some(3), .. })]), "{effects:?}");
    // In the line of all layers, too.
    let (x, y) = place_of(&app, "layers ▶·");
    let effects = app.mouse(at((x + 9, y), CLICK)).unwrap();
    assert!(matches!(effects[..], [Effect::Send(Command::View { layer: Some(2), .. })]), "{effects:?}");
}

#[test]
fn the_wheel_goes_through_the_layers() {
    let mut app = app("deep");
    let place = place_of(&app, "layer   per w");
    let effects = app.mouse(at(place, MouseEventKind::ScrollDown)).unwrap();
    assert!(matches!(effects[..], [Effect::Send(Command::View { layer: Some(2), .. })]), "{effects:?}");
}

#[test]
fn a_row_is_chosen_by_one_click_and_opened_by_another() {
    let mut app = app("tiny");
    app.update(Action::Open(overlays::picker::NAME));
    assert!(click(&mut app, "example-5 ").unwrap().is_empty());
    assert_eq!(app.overlays.picker.list.selected, 2);
    assert_eq!(app.overlay_name(), Some(overlays::picker::NAME));
    let opened = click(&mut app, "example-5 ").unwrap();
    assert!(matches!(&opened[..], [Effect::Load(name)] if name == "example-5"));

    app.update(Action::Open(overlays::export::NAME));
    click(&mut app, "the screen, as SVG");
    let written = click(&mut app, "the screen, as SVG").unwrap();
    assert!(matches!(written[..], [Effect::Export(Export::Svg)]));
    assert_eq!(app.overlay_name(), None);
}

#[test]
fn what_lies_under_a_list_is_out_of_reach() {
    let mut app = app("tiny");
    let tab = place_of(&app, "4 Bounds");
    app.update(Action::Open(overlays::picker::NAME));
    rows(&app);
    assert!(app.mouse(at(tab, CLICK)).is_none());
    assert_eq!(app.screen_name(), explore::NAME);
    app.mouse(at(tab, MouseEventKind::ScrollDown)).unwrap();
    assert_eq!(app.overlays.picker.list.selected, 2);
    assert_eq!(app.overlay_name(), Some(overlays::picker::NAME));
}

#[test]
fn bounds_are_read_where_they_are_clicked() {
    let mut app = app("example-5");
    app.update(Action::Show(bounds::NAME));
    let own = app.screens.bounds.chart.as_ref().unwrap().cursor;
    click(&mut app, "M malach ").unwrap();
    let malach = app.screens.bounds.chart.as_ref().unwrap().chosen;
    assert_eq!(
        app.screens.bounds.chart.as_ref().unwrap().curves.curves[malach].construction.name(),
        "malach"
    );
    // Every column of the plot is a place, and they rise from left to right.
    let mut places = Vec::new();
    for column in 8..98 {
        // The names of the curves stand behind the plot.
        if app.mouse(at((column, 8), CLICK)).is_none() {
            break;
        }
        places.push(app.screens.bounds.chart.as_ref().unwrap().cursor);
    }
    assert!(places.len() > 60, "{}", places.len());
    assert!(places.is_sorted() && places[0] < own && *places.last().unwrap() > own, "{places:?}");
    // The cursor is drawn at the click.
    let guide =
        |row: u16| rows(&app)[usize::from(row)].chars().position(|c| c == '┊').map(|x| (x as u16, row));
    // Curves and their names cover it in some rows.
    let place = (3..14).find_map(guide).unwrap();
    app.mouse(at(place, CLICK)).unwrap();
    assert_eq!(app.screens.bounds.chart.as_ref().unwrap().cursor, own);
}

#[test]
fn a_lane_of_compare_is_chosen_where_its_pane_is_clicked() {
    let mut app = app("malach-vs-hyperbolic");
    app.update(Action::Show(compare::NAME));
    for (pane, slot) in [("2 H hyperbolic", 1), ("layer 1/2", 0), (" 2 H hyperbolic", 1), ("1 M malach", 0)] {
        click(&mut app, pane).unwrap();
        assert_eq!(app.screens.compare.slots.focus, slot);
    }
}

#[test]
fn a_weight_is_chosen_on_its_map_and_a_step_in_its_table() {
    let session = Session::new(Experiment::load("tiny", None, &[]).unwrap()).unwrap();
    let mut worker = Worker::spawn(session);
    worker.send(Command::Step(Step::All, vec![0]));
    worker.send(Command::WatchWeight(Some((0, 0))));
    while !worker.is_at_rest(&worker.latest()) {
        std::thread::yield_now();
    }
    let mut app = App::new(worker.latest());
    app.update(Action::Show(weight::NAME));
    // The map of 2 outputs and 3 inputs: the chosen weight is the first, others lie to its right and below.
    let (x, y) = place_of(&app, UNICODE.chosen);
    for (column, row, weight) in [(4, 0, (0, 1)), (8, 2, (1, 2)), (0, 0, (0, 0))] {
        let effects = app.mouse(at((x + column, y + row), CLICK)).unwrap();
        assert!(matches!(effects[..], [Effect::Send(Command::WatchWeight(Some(to)))] if to == weight));
    }
    app.update(WeightMove::EveryStep.action());
    let (x, y) = place_of(&app, "bucket");
    app.mouse(at((x, y + 3), CLICK)).unwrap();
    assert_eq!(app.screens.weight.choice.step, 2);
    app.mouse(at((x, y + 3), MouseEventKind::ScrollDown)).unwrap();
    assert_eq!(app.screens.weight.choice.step, 3);
}

#[test]
fn moving_and_other_buttons_mean_nothing() {
    let mut app = app("tiny");
    let tab = place_of(&app, "4 Bounds");
    for kind in [
        MouseEventKind::Moved,
        MouseEventKind::Up(MouseButton::Left),
        MouseEventKind::Down(MouseButton::Right),
        MouseEventKind::Drag(MouseButton::Left),
    ] {
        assert!(app.mouse(at(tab, kind)).is_none());
    }
}

/// Nothing outside of the window can be hit, whatever its size.
#[test]
fn areas_lie_within_any_window() {
    for preset in ["tiny", "deep"] {
        let mut app = app(preset);
        for open in [
            Action::Show(explore::NAME),
            Action::Show(bounds::NAME),
            Action::Open(overlays::picker::NAME),
            Action::Open(overlays::export::NAME),
        ] {
            app.update(open);
            for (width, height) in (0..40).flat_map(|width| [(width, 5), (width, 14), (2 * width, 24)]) {
                let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
                terminal.draw(|frame| render(frame, &app, &LOOK)).unwrap();
                for place in [(width, 0), (0, height), (width, height), (width + 9, height + 9)] {
                    assert_eq!(app.clickables.click(place.into()), None, "{preset} {width}x{height}");
                }
            }
        }
    }
}
