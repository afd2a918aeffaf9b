//! The Weight screen as a picture: at four sizes, of weights finished and under way, and at every small size.
#![allow(missing_docs, clippy::unwrap_used)]

mod screens;

use screens::{Opened, PLAIN, SIZES};
use slth::construction::WeightState;
use slth::session::{Command, Step};
use slth::tui::Look;
use slth::tui::keymap::Action;
use slth::tui::look::glyphs::ASCII;
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

fn pictures(screen: &Opened, name: &str) {
    for (width, height) in SIZES.into_iter().chain([(40, 20)]) {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), screen.picture(PLAIN, width, height));
    }
}

#[test]
fn a_finished_weight() {
    let mut screen = half_way();
    press(&mut screen, &[WeightMove::Right.action()]);
    press(&mut screen, &[WeightMove::Down.action(); 3]);
    press(&mut screen, &[WeightMove::NextStep.action(); 8]);
    assert_eq!(shown(&screen), (3, 1, WeightState::Finished));
    pictures(&screen, "finished");
    press(&mut screen, &[WeightMove::TakenOnly.action()]);
    insta::assert_snapshot!("taken_only_80x24", screen.picture(PLAIN, 80, 24));
}

#[test]
fn a_weight_under_way() {
    let mut screen = half_way();
    press(
        &mut screen,
        &[Action::Step(Step::Neuron), WeightMove::Served.action(), WeightMove::TakenOnly.action()],
    );
    assert_eq!(shown(&screen).2, WeightState::UnderWay);
    insta::assert_snapshot!("under_way_80x24", screen.picture(PLAIN, 80, 24));
    insta::assert_snapshot!("under_way_200x50", screen.picture(PLAIN, 200, 50));
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
    press(&mut screen, &[Action::Step(Step::Weight), WeightMove::Latest.action()]);
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
