//! The filter of the screens' own tables, and inputs chosen by number: only what is asked for is shown.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod screens;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use screens::{Opened, PLAIN};
use slth::session::{Command, Step};
use slth::tui::Look;
use slth::tui::effects::Effect;
use slth::tui::keymap::Action;
use slth::tui::keymap::FIELD;
use slth::tui::look::glyphs::ASCII;
use slth::tui::look::theme::ANSI;
use slth::tui::screens::bounds::ChartMove;
use slth::tui::screens::weight::WeightMove;
use slth::tui::screens::{bounds, compare, outputs, weight};

fn key(opened: &mut Opened, code: KeyCode) {
    for effect in opened.app.press(KeyEvent::new(code, KeyModifiers::NONE)) {
        match effect {
            Effect::Send(command) => opened.send(vec![command]),
            other => panic!("expected a command, found {other:?}"),
        }
    }
}

/// Types `/`, a text and Enter.
fn filter(opened: &mut Opened, text: &str) {
    key(opened, KeyCode::Char('/'));
    assert_eq!(opened.app.keymap(), &FIELD);
    text.chars().for_each(|c| key(opened, KeyCode::Char(c)));
    key(opened, KeyCode::Enter);
}

fn lines_with(opened: &Opened, text: &str) -> usize {
    opened.picture(PLAIN, 120, 40).lines().filter(|line| line.contains(text)).count()
}

#[test]
fn layers_are_filtered_by_what_their_rows_say() {
    // One layer complete, the second under way, the third waiting.
    let commands = vec![Command::Step(Step::Layer, vec![0]), Command::Step(Step::Weight, vec![0])];
    let mut opened = Opened::after("digits", commands);
    let tolerance = " 1.18e-8 ";
    assert_eq!(lines_with(&opened, tolerance), 3, "{}", opened.picture(PLAIN, 120, 40));
    for (text, layers) in [("complete", 1), ("BUILDING", 1), ("waiting", 1), ("1.18", 3), ("nothing so", 0)] {
        filter(&mut opened, text);
        assert_eq!(lines_with(&opened, tolerance), layers, "{text}\n{}", opened.picture(PLAIN, 120, 40));
        assert_eq!(lines_with(&opened, &format!("only rows with /{text} (Esc: all)")), 1);
    }
    filter(&mut opened, "waiting");
    insta::assert_snapshot!("layers_filtered_80x24", opened.picture(PLAIN, 80, 24));
    opened.draw_every_small_size(Look { theme: ANSI, glyphs: ASCII });
    key(&mut opened, KeyCode::Esc);
    assert_eq!(lines_with(&opened, tolerance), 3);
    // A filter is gone with its screen.
    filter(&mut opened, "nothing so");
    opened.press(Action::Show(weight::NAME));
    assert!(opened.app.filter.is_none());
}

#[test]
fn steps_are_filtered_and_chosen_among_those_left() {
    let mut opened = Opened::after("tiny", vec![Command::Step(Step::All, vec![0])]);
    opened.press(Action::Show(weight::NAME));
    let sums = opened.app.snapshot.weight.as_ref().unwrap().sums.clone();
    filter(&mut opened, "taken");
    opened.press(WeightMove::EveryStep.action());
    let taken = opened.app.screens.weight.choice.steps(&sums[0], opened.app.filter.as_ref());
    assert!(!taken.is_empty() && taken.len() < opened.app.screens.weight.choice.steps(&sums[0], None).len());
    opened.press(WeightMove::NextStep.action());
    assert!(taken.contains(&opened.app.screens.weight.choice.step));
    let neuron = sums[0].steps.iter().find_map(|step| step.path).unwrap().neuron;
    filter(&mut opened, &neuron.to_string());
    assert!(!opened.app.screens.weight.choice.steps(&sums[0], opened.app.filter.as_ref()).is_empty());
    filter(&mut opened, "nothing so");
    assert!(opened.app.screens.weight.choice.steps(&sums[0], opened.app.filter.as_ref()).is_empty());
    opened.press(WeightMove::NextStep.action());
    opened.draw_every_small_size(PLAIN);
}

#[test]
fn curves_and_outputs_are_filtered() {
    let mut opened = Opened::after("digits", vec![Command::Step(Step::All, vec![0])]);
    opened.press(Action::Show(bounds::NAME));
    filter(&mut opened, "malach");
    opened.press(ChartMove::NextCurve.action());
    let chart = opened.app.screens.bounds.chart.as_ref().unwrap();
    assert_eq!(chart.curves.curves[chart.chosen].construction.name(), "malach");
    assert_eq!(lines_with(&opened, "no constant"), 0, "{}", opened.picture(PLAIN, 120, 40));
    opened.press(Action::Show(outputs::NAME));
    filter(&mut opened, "label");
    let picture = opened.picture(PLAIN, 120, 40);
    assert!(picture.contains("Outputs, 1 of 10") && picture.contains("││label 7 "), "{picture}");
    opened.press(Action::Show(compare::NAME));
    key(&mut opened, KeyCode::Char('/'));
    assert!(opened.app.filter.is_none() && opened.app.message.is_some());
}

#[test]
fn an_input_is_chosen_by_its_number() {
    let mut opened = Opened::open("digits", &[]);
    opened.press(Action::Show(outputs::NAME));
    for (text, input) in [("317", 317), ("0", 0), ("360", 0), ("", 0)] {
        key(&mut opened, KeyCode::Char('i'));
        text.chars().for_each(|c| key(&mut opened, KeyCode::Char(c)));
        key(&mut opened, KeyCode::Enter);
        assert_eq!(opened.app.snapshot.output.as_ref().unwrap().input, input);
        let refused = opened.app.prompt.take().and_then(|prompt| prompt.problem);
        assert_eq!(refused.is_some(), text == "360" || text.is_empty(), "{refused:?}");
    }
    opened.press(Action::Freeze);
    key(&mut opened, KeyCode::Char('i'));
    key(&mut opened, KeyCode::Char('5'));
    key(&mut opened, KeyCode::Enter);
    assert!(opened.app.message.is_some() && opened.app.screens.outputs.chooser.input == 0);
}
