//! The guided lesson: walked through with its own keys, at every size, left and taken up again.
#![allow(missing_docs, clippy::unwrap_used)]

mod screens;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use screens::{Opened, PLAIN};
use slth::session::{Command, Phase, Step};
use slth::tui::Look;
use slth::tui::lesson::steps::STEPS;
use slth::tui::look::glyphs::ASCII;
use slth::tui::look::theme::ANSI;
use slth::tui::overlays::certificate;
use slth::tui::screens::{bounds, explore, outputs};

/// The keys of each step, as its text names them. None for the last one, which is never done.
const KEYS: [&str; 13] = ["n", "nnnnnnnnn", "w", "3", "w", "N", "l", "1", "a", "5", "C", "\x1b", "4"];

fn learner() -> Opened {
    let mut opened = Opened::open("tiny", &[]);
    opened.app.open_lesson();
    opened
}

fn press(opened: &mut Opened, key: char) {
    let code = if key == '\x1b' { KeyCode::Esc } else { KeyCode::Char(key) };
    opened.key(KeyEvent::new(code, KeyModifiers::NONE));
}

#[test]
fn the_lesson_is_walked_through_with_the_keys_that_it_names() {
    assert_eq!(KEYS.len() + 1, STEPS.len());
    let mut opened = learner();
    let mut pictures = Vec::new();
    for (step, keys) in KEYS.into_iter().enumerate() {
        assert_eq!((opened.app.lesson.step, opened.app.lesson.was_done), (step, false), "{keys}");
        let text = opened.picture(PLAIN, 80, 24);
        assert!(text.contains(&format!("step {} of 14: {}", step + 1, STEPS[step].title)), "{text}");
        // The first key is named as a word of its own.
        let named = STEPS[step].press.split([' ', ',', ';']);
        let key = if keys == "\x1b" { "Esc" } else { &keys[..1] };
        assert!(named.clone().any(|word| word == key), "{}", STEPS[step].press);
        pictures.push(text);
        let before_last = keys.len() - 1;
        keys.chars().enumerate().for_each(|(at, key)| {
            assert_eq!(opened.app.lesson.step, step, "{keys} at {at} of {before_last}");
            press(&mut opened, key);
        });
    }
    let text = opened.picture(PLAIN, 80, 24);
    assert!(text.contains("step 14 of 14: your own network"), "{text}");
    assert_eq!(opened.app.screen_name(), bounds::NAME);
    assert_eq!(opened.app.snapshot.lane().error.holds, Some(true));
    pictures.push(text);
    insta::assert_snapshot!("lesson_80x24", pictures.join("\n"));
}

/// Other keys that do the same go on as well: the run is judged, not the key.
#[test]
fn the_run_is_judged_and_not_the_key() {
    let mut opened = learner();
    opened.send(vec![Command::Step(Step::Neuron, vec![0])]);
    assert_eq!(opened.app.lesson.step, 1);
    // A key that does nothing for the step leaves it.
    press(&mut opened, '4');
    press(&mut opened, '1');
    assert_eq!(opened.app.lesson.step, 1);
    opened.send(vec![Command::Step(Step::All, vec![0])]);
    assert_eq!(opened.app.lesson.step, 2);
    // All that follows is done too soon to be seen: each such step waits for its key.
    assert!(opened.app.lesson.was_done);
    assert!(opened.picture(PLAIN, 80, 24).contains("You have done this already: ) goes on"));
    press(&mut opened, ')');
    assert_eq!((opened.app.lesson.step, opened.app.lesson.was_done), (3, false));
    press(&mut opened, '3');
    assert_eq!(opened.app.lesson.step, 4);
}

#[test]
fn a_step_can_be_skipped_and_gone_back_to() {
    let mut opened = learner();
    for step in 1..STEPS.len() {
        press(&mut opened, ')');
        assert_eq!(opened.app.lesson.step, step);
    }
    press(&mut opened, ')');
    assert_eq!(opened.app.lesson.step, STEPS.len() - 1);
    press(&mut opened, '(');
    assert_eq!(opened.app.lesson.step, STEPS.len() - 2);
    assert_eq!(opened.app.snapshot.lane().phase, Phase::Building(1));
    (0..20).for_each(|_| press(&mut opened, '('));
    assert_eq!(opened.app.lesson.step, 0);
}

#[test]
fn escape_leaves_the_lesson_and_it_is_taken_up_where_it_was_left() {
    let mut opened = learner();
    press(&mut opened, 'n');
    press(&mut opened, 'w');
    let step = opened.app.lesson.step;
    assert_eq!(step, 2);
    press(&mut opened, '\x1b');
    assert!(!opened.app.lesson.is_open);
    let text = opened.picture(PLAIN, 80, 24);
    assert!(!text.contains("Lesson, step") && text.contains("G goes on with this step"), "{text}");
    // The run goes on.
    let before = opened.app.snapshot.lane().neurons_sampled();
    press(&mut opened, 'n');
    assert!(opened.app.snapshot.lane().neurons_sampled() > before);
    press(&mut opened, ')');
    assert!(opened.app.message.as_ref().unwrap().contains("G opens it"));
    press(&mut opened, 'G');
    assert!(opened.app.lesson.is_open && opened.app.lesson.step == step);
    press(&mut opened, 'G');
    assert!(!opened.app.lesson.is_open);
    press(&mut opened, 'G');
    // A filter is cleared first.
    press(&mut opened, '/');
    press(&mut opened, 'x');
    opened.key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE));
    press(&mut opened, '\x1b');
    assert!(opened.app.filter.is_none() && opened.app.lesson.is_open);
    press(&mut opened, '\x1b');
    assert!(!opened.app.lesson.is_open);
}

#[test]
fn every_step_fits_and_names_its_key_at_every_size() {
    let mut opened = learner();
    for (number, step) in STEPS.iter().enumerate() {
        for (width, height) in [(40, 15), (80, 24), (120, 40), (200, 50)] {
            let text = opened.picture(PLAIN, width, height);
            let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c == '│' || c == '"').collect();
            let shown = words.iter().filter(|word| !word.is_empty()).copied().collect::<Vec<_>>().join(" ");
            let wanted = if opened.app.lesson.was_done { "goes on" } else { step.press };
            assert!(shown.contains(wanted), "{wanted}\n{text}");
            assert!(text.contains("Esc leave"), "{text}");
            if width > 40 {
                assert!(shown.contains(step.see) && shown.contains(step.why), "{text}");
            }
            let ascii = opened.picture(Look { theme: ANSI, glyphs: ASCII }, width, height);
            assert!(ascii.is_ascii(), "{ascii}");
        }
        if number == 0 {
            insta::assert_snapshot!("lesson_start_40x15", opened.picture(PLAIN, 40, 15));
            insta::assert_snapshot!("lesson_start_120x40", opened.picture(PLAIN, 120, 40));
            insta::assert_snapshot!("lesson_start_200x50", opened.picture(PLAIN, 200, 50));
            insta::assert_snapshot!(
                "lesson_start_ascii_80x24",
                opened.picture(Look { theme: ANSI, glyphs: ASCII }, 80, 24)
            );
        }
        press(&mut opened, ')');
    }
    opened.draw_every_small_size(Look { theme: ANSI, glyphs: ASCII });
}

/// The certificate stays readable: the strip lies over it, since its step is about it.
#[test]
fn the_step_about_the_certificate_is_seen_over_it() {
    let mut opened = learner();
    opened.send(vec![Command::Step(Step::All, vec![0])]);
    while STEPS[opened.app.lesson.step].title != "F and the pruned network" {
        press(&mut opened, ')');
    }
    press(&mut opened, '5');
    assert_eq!(opened.app.screen_name(), outputs::NAME);
    press(&mut opened, 'C');
    assert_eq!(opened.app.overlay_name(), Some(certificate::NAME));
    let text = opened.picture(PLAIN, 80, 24);
    assert!(text.contains("Esc closes the certificate") && text.contains("Certificate"), "{text}");
    press(&mut opened, '1');
    assert_eq!(opened.app.overlay_name(), Some(certificate::NAME));
    press(&mut opened, '\x1b');
    assert!(opened.app.overlay_name().is_none() && opened.app.lesson.is_open);
    press(&mut opened, '1');
    assert_eq!(opened.app.screen_name(), explore::NAME);
}

#[test]
fn a_learned_lane_asks_for_a_construction() {
    let mut opened = Opened::open("digits-learned", &[]);
    press(&mut opened, '1');
    if opened.app.snapshot.learned_lane().is_none() {
        opened.key(KeyEvent::new(KeyCode::Tab, KeyModifiers::NONE));
    }
    press(&mut opened, 'G');
    let text = opened.picture(PLAIN, 120, 40);
    assert!(text.contains("The lesson is about a construction: Tab goes to one."), "{text}");
}

#[test]
fn without_a_terminal_the_lesson_says_so() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_slth"))
        .arg("learn")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("expected a terminal") && text.lines().count() == 1, "{text}");
}
