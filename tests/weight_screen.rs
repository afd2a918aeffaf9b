//! The Weight screen as a picture: at four sizes, of weights finished and under way, and at every small size.
#![allow(missing_docs, clippy::unwrap_used)]

mod screens;

use ratatui::buffer::Cell;
use ratatui::style::Modifier;
use screens::{Opened, PLAIN, SIZES, draw};
use slth::construction::{Fate, WeightState};
use slth::session::{Command, Step};
use slth::tui::Look;
use slth::tui::keymap::Action;
use slth::tui::look::glyphs::{ASCII, UNICODE};
use slth::tui::look::theme::ANSI;
use slth::tui::screens::weight::WeightMove;
use slth::tui::screens::{bounds, compare, explore, weight};

const OTHER: Look = Look { theme: ANSI, glyphs: ASCII };

/// More than half of digits' second layer, and the Weight screen.
fn half_way() -> Opened {
    let mut commands = vec![Command::Step(Step::Layer, vec![0])];
    commands.extend((0..230).map(|_| Command::Step(Step::Weight, vec![0])));
    let mut screen = Opened::after("digits", commands);
    screen.press(Action::Show(weight::NAME));
    screen
}

fn press(screen: &mut Opened, actions: &[Action]) {
    actions.iter().for_each(|&action| screen.press(action));
}

/// (output, input, state) of the visible weight.
fn shown(screen: &Opened) -> (usize, usize, WeightState) {
    let view = screen.app.snapshot.weight.as_ref().unwrap();
    (view.output, view.input, view.state)
}

/// Digits before its first neuron, half way through its second layer, and done.
fn moments() -> [(&'static str, Opened); 3] {
    let opened = |commands| {
        let mut screen = Opened::after("digits", commands);
        screen.press(Action::Show(weight::NAME));
        screen
    };
    let done = vec![Command::Step(Step::All, vec![0])];
    [("start", opened(Vec::new())), ("half_way", half_way()), ("done", opened(done))]
}

#[test]
fn the_screen_from_start_to_end() {
    for (moment, screen) in moments() {
        let sizes =
            if moment == "half_way" { &[(40, 15), (80, 24), (120, 40), (200, 50)][..] } else { &[(80, 24)] };
        for &(width, height) in sizes {
            let name = format!("{moment}_{width}x{height}");
            insta::assert_snapshot!(name, screen.picture(PLAIN, width, height));
        }
    }
}

/// The stairs of a half in the picture: the width of each bar in eighths of a column, from the top.
fn stairs(text: &str) -> Vec<usize> {
    let eighths = |c| "▏▎▍▌▋▊▉█".chars().position(|other| other == c).map(|place| place + 1);
    let rows = text.lines().filter_map(|line| line.split_once('┊'));
    rows.map(|(_, bar)| bar.chars().map_while(eighths).sum()).collect()
}

#[test]
fn the_residual_goes_down_in_stairs_to_the_tolerance() {
    let mut screen = half_way();
    for _ in 0..2 {
        let view = screen.app.snapshot.weight.clone().unwrap();
        let sum = screen.app.screens.weight.choice.sum(&view.sums).unwrap();
        let taken: Vec<_> = sum.steps.iter().filter(|step| step.fate == Fate::Taken).collect();
        let text = screen.picture(PLAIN, 80, 30);
        let stairs = stairs(&text);
        // A row for each piece, and one for what is left.
        assert_eq!(stairs.len(), taken.len() + 1, "{text}");
        assert!(stairs.is_sorted_by(|before, after| before > after), "{stairs:?}\n{text}");
        assert_eq!(stairs[taken.len()], 0);
        let columns = stairs[0] / 8;
        assert!(stairs[0] == 8 * columns && columns >= 9, "the start |w*| fills the axis: {stairs:?}");
        // The axis is a logarithm: each bar says which share of the way to the tolerance is left.
        let log = |residual: f64| (residual / view.allowed).ln() / (view.target.abs() / view.allowed).ln();
        for (step, bar) in taken.iter().zip(&stairs) {
            let exact = log(step.before.unwrap()) * stairs[0] as f64;
            assert!((exact.max(1.0) - *bar as f64).abs() <= 0.5, "{exact} for {bar}");
        }
        assert!(text.contains("✓ within ε_w/2") && text.contains("ε_w/2") && text.contains("|w*|"), "{text}");
        screen.press(WeightMove::OtherHalf.action());
    }
    // The other way round: every step is shown, those passed by on the level of the step before.
    screen.press(WeightMove::EveryStep.action());
    let view = screen.app.snapshot.weight.clone().unwrap();
    let sum = screen.app.screens.weight.choice.sum(&view.sums).unwrap();
    let text = screen.picture(PLAIN, 120, 120);
    assert_eq!(stairs(&text).len(), 2 * (sum.steps.len() + 1), "{text}");
    insta::assert_snapshot!("every_step_80x24", screen.picture(PLAIN, 80, 24));
}

/// A chosen row is reversed, but never its bar.
#[test]
fn no_bar_is_inverted() {
    let mut screen = half_way();
    for action in
        [WeightMove::NextStep.action(), WeightMove::EveryStep.action(), WeightMove::NextStep.action()]
    {
        screen.press(action);
        for look in [PLAIN, Look { theme: ANSI, glyphs: UNICODE }] {
            let terminal = draw(&screen.app, look, 120, 40);
            let cells = &terminal.backend().buffer().content;
            let reversed = |cell: &&Cell| cell.modifier.contains(Modifier::REVERSED);
            assert!(cells.iter().filter(reversed).count() > 30, "no row is chosen");
            let bars = cells.iter().filter(|cell| "▏▎▍▌▋▊▉█┊░▒".contains(cell.symbol()));
            assert!(bars.clone().count() > 100 && bars.filter(reversed).count() == 0);
        }
    }
}

/// What is within its tolerance has one hue; the styles of the map's cells are those of the legend.
#[test]
fn the_map_has_one_hue() {
    let screen = half_way();
    let terminal = draw(&screen.app, Look { theme: ANSI, glyphs: UNICODE }, 120, 40);
    let cells = &terminal.backend().buffer().content;
    let shades: Vec<_> = cells.iter().filter(|cell| UNICODE.shades.contains(&cell.symbol())).collect();
    assert!(shades.len() > 200);
    assert!(shades.iter().all(|cell| Some(cell.fg) == ANSI.bar.fg && cell.modifier.is_empty()));
}

#[test]
fn a_finished_weight() {
    let mut screen = half_way();
    press(&mut screen, &[WeightMove::First.action(), WeightMove::FarUp.action()]);
    press(&mut screen, &[WeightMove::Up.action(); 16]);
    press(&mut screen, &[WeightMove::Right.action()]);
    press(&mut screen, &[WeightMove::Down.action(); 3]);
    press(&mut screen, &[WeightMove::NextStep.action(); 3]);
    assert_eq!(shown(&screen), (3, 1, WeightState::Finished));
    insta::assert_snapshot!("finished_80x24", screen.picture(PLAIN, 80, 24));
    insta::assert_snapshot!("finished_40x20", screen.picture(PLAIN, 40, 20));
}

#[test]
fn a_weight_under_way() {
    let mut screen = half_way();
    press(&mut screen, &[Action::Step(Step::Neuron), WeightMove::Served.action()]);
    assert_eq!(shown(&screen).2, WeightState::UnderWay);
    insta::assert_snapshot!("under_way_80x24", screen.picture(PLAIN, 80, 24));
    press(&mut screen, &[WeightMove::EveryStep.action()]);
    insta::assert_snapshot!("under_way_every_step_120x40", screen.picture(PLAIN, 120, 40));
}

/// On entering the screen, after each step and at a look back, until the user chooses another weight.
#[test]
fn the_screen_shows_the_weight_completed_last() {
    let mut screen = Opened::open("digits", &[]);
    let latest = |screen: &Opened| {
        let (output, input) = screen.app.snapshot.weight.as_ref().unwrap().errors.finished_last().unwrap();
        (output, input, WeightState::Finished)
    };
    // None is completed yet: the one that the last neuron serves.
    screen.press(Action::Show(weight::NAME));
    for _ in 0..20 {
        screen.press(Action::Step(Step::Neuron));
        let served = screen.app.snapshot.lane().view.tally.last.unwrap().served;
        if let Some(served) = served {
            let under_way = (served.output as usize, served.input as usize, WeightState::UnderWay);
            assert_eq!(shown(&screen), under_way);
            assert!(screen.picture(PLAIN, 80, 24).contains("under way, served last"));
        }
    }
    let mut seen = Vec::new();
    for _ in 0..4 {
        screen.press(Action::Step(Step::Weight));
        assert_eq!(shown(&screen), latest(&screen));
        assert!(screen.picture(PLAIN, 80, 24).contains("completed last"));
        seen.push(shown(&screen));
    }
    screen.press(Action::Back(Step::Weight));
    assert_eq!(shown(&screen), seen[2]);
    // A choice stands, over steps and other screens.
    screen.press(WeightMove::Left.action());
    let (output, input, _) = shown(&screen);
    assert_eq!((output, input), (seen[2].0, seen[2].1.saturating_sub(1)));
    screen.press(Action::Step(Step::Weight));
    screen.press(Action::Show(explore::NAME));
    screen.press(Action::Show(weight::NAME));
    assert_eq!((shown(&screen).0, shown(&screen).1), (output, input));
    // Its key goes back to the latest, and follows again.
    for _ in 0..2 {
        screen.press(WeightMove::Latest.action());
        assert_eq!(shown(&screen), latest(&screen));
        screen.press(Action::Step(Step::Weight));
        assert_eq!(shown(&screen), latest(&screen));
    }
    // To stay where one is is a choice too.
    screen.press(WeightMove::Served.action());
    let chosen = shown(&screen);
    screen.press(Action::Step(Step::Weight));
    assert_eq!(shown(&screen), chosen);
}

#[test]
fn a_weight_that_waits_says_so() {
    let mut screen = half_way();
    press(&mut screen, &[WeightMove::FarDown.action(); 30]);
    press(&mut screen, &[WeightMove::Last.action()]);
    assert_eq!(shown(&screen), (15, 31, WeightState::Waiting));
    let text = screen.picture(PLAIN, 80, 24);
    assert!(text.contains("waiting for its turn") && text.contains("No pieces yet"), "{text}");
    press(
        &mut screen,
        &[
            WeightMove::First.action(),
            WeightMove::FarUp.action(),
            WeightMove::Up.action(),
            WeightMove::Left.action(),
        ],
    );
    assert_eq!(shown(&screen), (13, 0, WeightState::Waiting));
}

#[test]
fn keys_go_to_the_worst_weight_and_to_the_latest() {
    let mut screen = half_way();
    press(&mut screen, &[WeightMove::Worst.action()]);
    let view = screen.app.snapshot.weight.clone().unwrap();
    let (outputs, inputs) = view.errors.dim();
    let errors = (0..outputs).flat_map(|b| (0..inputs).map(move |a| (b, a)));
    let largest = errors.filter_map(|(b, a)| view.errors.largest(b..b + 1, a..a + 1)).fold(0.0, f32::max);
    let (output, input, worst) = view.errors.worst().unwrap();
    assert_eq!((view.output, view.input), (output, input));
    assert!(f64::from(largest) >= worst && f64::from(largest.next_down()) < worst);
    let error = view.sums.iter().map(|sum| sum.residual.abs()).fold(0.0, f64::max);
    assert_eq!(error / view.tolerance, worst);

    press(&mut screen, &[Action::Step(Step::Weight), WeightMove::Latest.action()]);
    let latest = screen.app.snapshot.lane().view.tally.last.unwrap().served.unwrap();
    assert_eq!(shown(&screen), (latest.output as usize, latest.input as usize, WeightState::Finished));
}

#[test]
fn where_there_is_no_weight_to_go_to_the_screen_says_so() {
    let mut screen = Opened::open("tiny", &[]);
    press(&mut screen, &[Action::Show(weight::NAME)]);
    for action in [WeightMove::Worst.action(), WeightMove::Latest.action(), WeightMove::Served.action()] {
        press(&mut screen, &[action]);
        assert!(screen.app.message.is_some(), "{action:?}");
        press(&mut screen, &[WeightMove::Left.action()]);
        assert_eq!((&screen.app.message, shown(&screen)), (&None, (0, 0, WeightState::UnderWay)));
    }
}

/// Nothing of a weight is computed without a request of a screen, and requests stay within the layer.
#[test]
fn a_weight_is_watched_while_the_screen_is_open() {
    let mut screen = half_way();
    press(&mut screen, &[WeightMove::Last.action()]);
    assert_eq!((shown(&screen).1, screen.app.screens.weight.choice.input), (31, 31));
    // The third layer has 16 inputs.
    press(&mut screen, &[Action::NextLayer]);
    assert_eq!(shown(&screen).1, 15);
    press(&mut screen, &[WeightMove::Left.action()]);
    assert_eq!((shown(&screen).1, screen.app.screens.weight.choice.input), (14, 14));
    for action in [Action::Show(explore::NAME), Action::Show(compare::NAME), Action::Show(bounds::NAME)] {
        press(&mut screen, &[Action::Show(weight::NAME)]);
        assert!(screen.app.snapshot.weight.is_some() && screen.app.screen_name() == weight::NAME);
        press(&mut screen, &[action]);
        assert!(screen.app.snapshot.weight.is_none());
    }
}

/// Before the first neuron of its layer is drawn, and for good.
#[test]
fn a_weight_of_zero_has_nothing_to_build() {
    let target = "target=Explicit(layers:[[[0.6,-0.3],[0.2,0.0]],[[0.4,-0.7],[0.3,0.0]]])";
    for commands in [vec![], vec![Command::Step(Step::All, vec![0])]] {
        let mut screen = Opened::open("tiny", &[target]);
        screen.send(commands);
        screen.press(Action::Show(weight::NAME));
        press(&mut screen, &[WeightMove::Down.action(), WeightMove::Right.action()]);
        assert_eq!(shown(&screen), (1, 1, WeightState::Finished));
        for (width, height) in SIZES {
            let text = screen.picture(PLAIN, width, height);
            assert!(text.contains("= 0.0") && text.contains("zero: nothing to build"), "{text}");
            assert!(text.contains("A weight of 0 needs no neuron"), "{text}");
            assert!(!text.contains("waiting for its turn"), "{text}");
        }
        // Its error is known before a neuron is drawn.
        let errors = &screen.app.snapshot.weight.as_ref().unwrap().errors;
        assert_eq!(errors.largest(1..2, 1..2), Some(0.0));
    }
}

#[test]
fn going_back_takes_the_errors_along() {
    let mut screen = half_way();
    let finished = |screen: &Opened| screen.app.snapshot.weight.as_ref().unwrap().errors.finished();
    let before = finished(&screen);
    press(&mut screen, &[Action::Step(Step::Weight), WeightMove::Served.action()]);
    assert!(finished(&screen) > before && shown(&screen).2 == WeightState::Finished);
    press(&mut screen, &[Action::Back(Step::Neuron)]);
    assert_eq!((finished(&screen), shown(&screen).2), (before, WeightState::UnderWay));
    press(&mut screen, &[Action::Step(Step::Neuron)]);
    assert!(finished(&screen) > before && shown(&screen).2 == WeightState::Finished);
}

#[test]
fn ascii_terminals_get_nothing_but_ascii() {
    let mut screen = half_way();
    press(&mut screen, &[WeightMove::Worst.action()]);
    insta::assert_snapshot!("ascii_120x40", screen.picture(OTHER, 120, 40));
    for action in
        [WeightMove::Served.action(), WeightMove::Down.action(), WeightMove::Left.action(), Action::NextLayer]
    {
        press(&mut screen, &[action]);
        for (width, height) in SIZES {
            let text = screen.picture(OTHER, width, height);
            assert!(text.is_ascii(), "{text}");
            assert!(!text.replace(" ? help", "").contains('?'), "a character was lost:\n{text}");
        }
    }
}

#[test]
fn any_size_can_be_drawn() {
    let mut screens = vec![half_way()];
    for construction in ["SubsetSum", "WholeNeuron", "Malach", "Hyperbolic(allocation:OnDemand)"] {
        let constructions = format!("constructions=[{construction}]");
        let target = "target=Random(widths:[1,2,1],weight_bound:0.5,seed:3)";
        let mut screen = Opened::open("tiny", &[&constructions, target]);
        screen.press(Action::Show(weight::NAME));
        screen.draw_every_small_size(OTHER);
        press(&mut screen, &[Action::Step(Step::Weight)]);
        screens.push(screen);
    }
    for screen in &mut screens {
        screen.draw_every_small_size(OTHER);
        press(screen, &[WeightMove::Served.action(), WeightMove::NextStep.action()]);
        screen.draw_every_small_size(OTHER);
    }
}
