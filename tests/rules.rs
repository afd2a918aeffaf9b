//! The rules that hold on every screen, as far as a program can judge them: no key is offered that does nothing, no word is
//! cut without a mark, one name for one thing.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod screens;

use std::collections::BTreeSet;

use screens::{Opened, PLAIN, draw};
use slth::session::{Command, Step};
use slth::tui::Look;
use slth::tui::keymap::{Action, Binding};
use slth::tui::lesson::steps::STEPS;
use slth::tui::look::glyphs::ASCII;
use slth::tui::look::theme::MONO;
use slth::tui::overlays::help::ideas::IDEAS;
use slth::tui::screens::{all_facts, explained, listed_keymaps};

/// Presets with one lane, with several, with a graph, and with a learned lane.
const PRESETS: [(&str, &[&str]); 4] = [
    ("tiny", &["constructions=[Hyperbolic()]"]),
    ("tiny", &["constructions=[Malach,Hyperbolic(),SubsetSum]"]),
    ("conv", &[]),
    ("digits-learned", &["learned=[EdgePopup(keep:0.5,epochs:2)]"]),
];

/// The explorer at the start, after a weight, and where everything is done.
fn each_state(settings: (&str, &[&str]), mut look_at: impl FnMut(&str, &mut Opened)) {
    for (state, steps) in [("start", &[][..]), ("half way", &[Step::Weight]), ("done", &[Step::All])] {
        let mut explorer = Opened::open(settings.0, settings.1);
        let lanes: Vec<usize> =
            (0..explorer.app.snapshot.lanes.len() + explorer.app.snapshot.learned.len()).collect();
        explorer.send(steps.iter().map(|&step| Command::Step(step, lanes.clone())).collect());
        look_at(state, &mut explorer);
    }
}

fn each_screen(explorer: &mut Opened, mut look_at: impl FnMut(&str, &mut Opened)) {
    for (facts, number) in all_facts().into_iter().zip('1'..) {
        explorer.letter(number);
        assert_eq!(explorer.app.screen_name(), facts.name);
        look_at(facts.name, explorer);
    }
}

/// Keys without an effect on the picture: they leave, write, or wait for an answer of their own.
fn acts_elsewhere(action: Action) -> bool {
    matches!(action, Action::Quit | Action::Suspend | Action::Remember | Action::Copy | Action::CopyCommand)
}

/// Each offered key has an effect or another picture, and no refusal.
#[test]
fn no_key_is_offered_in_vain() {
    let mut tried = 0;
    for settings in PRESETS {
        each_state(settings, |state, explorer| {
            each_screen(explorer, |screen, explorer| {
                let before = draw(&explorer.app, PLAIN, 120, 40).backend().to_string();
                let offered: Vec<&'static Binding> = explorer.app.offered().collect();
                for binding in offered.into_iter().filter(|binding| !acts_elsewhere(binding.action)) {
                    let mut app = explorer.app.clone();
                    let effects = app.update(binding.action);
                    let place = format!("{settings:?} {state} {screen} {:?}", binding.keys[0]);
                    assert_eq!(app.message, None, "{place} is offered and refused");
                    let after = draw(&app, PLAIN, 120, 40).backend().to_string();
                    let is_move = matches!(binding.action, Action::Own(_));
                    assert!(!effects.is_empty() || after != before || is_move, "{place} does nothing");
                    tried += 1;
                }
            });
        });
    }
    assert!(tried > 1000, "{tried}");
}

/// A key that is valid and not offered says why.
#[test]
fn a_key_in_vain_says_why() {
    let mut tried = 0;
    for settings in PRESETS {
        each_state(settings, |state, explorer| {
            each_screen(explorer, |screen, explorer| {
                let offered: Vec<Action> = explorer.app.offered().map(|binding| binding.action).collect();
                let valid: Vec<Action> = explorer.app.bindings().map(|binding| binding.action).collect();
                for action in valid.into_iter().filter(|action| !offered.contains(action)) {
                    let mut app = explorer.app.clone();
                    app.update(action);
                    let reason = app.message.clone().unwrap_or_default();
                    assert!(reason.len() > 12, "{settings:?} {state} {screen} {action:?}: {reason:?}");
                    let shown = draw(&app, PLAIN, 120, 40).backend().to_string();
                    let first: String = reason.chars().take(40).collect();
                    assert!(shown.contains(&first), "{screen} {action:?}: {reason:?} is not shown\n{shown}");
                    tried += 1;
                }
            });
        });
    }
    assert!(tried > 100, "{tried}");
}

/// Each pane of each screen can be zoomed, at any size, and `Esc` shows all panes again.
#[test]
fn a_zoomed_pane_leaves_the_title_alone() {
    let mut zoomed = 0;
    for settings in PRESETS {
        each_state(settings, |state, explorer| {
            each_screen(explorer, |screen, explorer| {
                explorer.app.message = None;
                let whole = rows(explorer, PLAIN, 100, 30);
                if !explorer.app.offered().any(|binding| binding.action == Action::Zoom) {
                    return;
                }
                let mut panes = 0;
                loop {
                    explorer.press(Action::Zoom);
                    let now = rows(explorer, PLAIN, 100, 30);
                    if now == whole {
                        break;
                    }
                    let place = format!("{settings:?} {state} {screen}\n{}", now.join("\n"));
                    assert_eq!(now[0], whole[0], "{place}");
                    for (width, height) in [(1, 1), (12, 4), (40, 15), (200, 50)] {
                        rows(explorer, PLAIN, width, height);
                    }
                    panes += 1;
                    assert!(panes < 10, "{place}");
                }
                explorer.press(Action::Zoom);
                explorer.press(Action::AllRows);
                assert_eq!(rows(explorer, PLAIN, 100, 30), whole, "{settings:?} {state} {screen}");
                zoomed += panes;
            });
        });
    }
    assert!(zoomed > 60, "{zoomed}");
}

/// The words of a row with the character behind each: a word at a frame or at the edge may be cut.
fn words(row: &str) -> Vec<(String, Option<char>)> {
    let characters: Vec<char> = row.chars().collect();
    let (mut words, mut word) = (Vec::new(), String::new());
    for (at, &c) in characters.iter().enumerate() {
        if c.is_ascii_alphabetic() {
            word.push(c);
        } else if !word.is_empty() {
            words.push((std::mem::take(&mut word), characters.get(at).copied()));
        }
    }
    if !word.is_empty() {
        words.push((word, None));
    }
    words
}

/// All rows of the screen.
fn rows(explorer: &Opened, look: Look, width: u16, height: u16) -> Vec<String> {
    let terminal = draw(&explorer.app, look, width, height);
    let rows = terminal.backend().buffer().content.chunks(usize::from(width));
    rows.map(|row| row.iter().map(|cell| cell.symbol()).collect()).collect()
}

/// A word at a frame or at the edge of the screen is one that also stands elsewhere whole: a cut one ends in `…`.
#[test]
fn no_word_is_cut_without_a_mark() {
    let mut tried = 0;
    for settings in PRESETS {
        each_state(settings, |state, explorer| {
            each_screen(explorer, |screen, explorer| {
                let mut whole: BTreeSet<String> = BTreeSet::new();
                let mut at_an_edge: BTreeSet<(String, u16, String)> = BTreeSet::new();
                for (width, height) in
                    (30..=220).step_by(5).map(|width| (width, 24 + width / 8)).chain([(400, 80)])
                {
                    for row in rows(explorer, PLAIN, width, height) {
                        for (word, next) in words(&row) {
                            if matches!(next, None | Some('│' | '┐' | '┘')) {
                                at_an_edge.insert((word, width, row.clone()));
                            } else if next != Some('…') {
                                whole.insert(word);
                            }
                        }
                    }
                }
                let texts = explained().into_iter().flat_map(|(_, panes)| panes).map(|(_, text)| *text);
                let known: Vec<String> = texts.flat_map(words).map(|(word, _)| word).collect();
                whole.extend(known);
                for (word, width, row) in at_an_edge {
                    // A beginning of a known word, and no word itself.
                    let is_begun =
                        whole.iter().any(|known| known.len() > word.len() && known.starts_with(&word));
                    assert!(
                        whole.contains(&word) || !is_begun,
                        "{settings:?} {state} {screen} at {width} columns: {word:?} in\n{row}"
                    );
                    tried += 1;
                }
            });
        });
    }
    assert!(tried > 1000, "{tried}");
}

/// In ASCII and in a frame of any size nothing else than ASCII is drawn.
#[test]
fn ascii_is_kept_at_every_size() {
    each_state(PRESETS[1], |state, explorer| {
        each_screen(explorer, |screen, explorer| {
            for (width, height) in [(1, 1), (20, 6), (40, 15), (80, 24), (120, 40), (200, 50)] {
                for row in rows(explorer, Look { theme: MONO, glyphs: ASCII }, width, height) {
                    assert!(row.is_ascii(), "{state} {screen} {width}x{height}: {row}");
                }
            }
        });
    });
}

/// Words that are not used, and the glossary's word for the same thing.
const ONE_NAME: [(&str, &str); 14] = [
    ("epsilon_w", "ε_w"),
    ("precision of a weight", "tolerance"),
    ("maximum error", "largest error"),
    ("error bound", "error certified"),
    ("certified bound", "error certified"),
    ("hidden unit", "neuron"),
    ("subnetwork", "pruned network"),
    ("sub-network", "pruned network"),
    ("sparse network", "pruned network"),
    ("teacher", "target network"),
    ("student", "pruned network"),
    ("threshold bucket", "bucket"),
    ("bin of", "bucket"),
    ("remainder", "residual"),
];

/// The texts of the program for people: help, cards, lesson, and every screen.
#[test]
fn one_name_stands_for_one_thing() {
    let mut texts: Vec<String> = Vec::new();
    texts.extend(
        explained().into_iter().flat_map(|(_, panes)| panes).map(|(name, text)| format!("{name}: {text}")),
    );
    texts.extend(
        listed_keymaps()
            .into_iter()
            .flat_map(|map| map.bindings)
            .map(|row| format!("{} {}", row.label, row.help)),
    );
    texts.extend(IDEAS.iter().flat_map(|idea| idea.texts).map(|text| (*text).to_owned()));
    texts.extend(STEPS.iter().map(|step| format!("{} {} {} {}", step.title, step.see, step.why, step.press)));
    for settings in PRESETS {
        each_state(settings, |_, explorer| {
            each_screen(explorer, |_, explorer| {
                texts.extend(
                    [(80, 24), (200, 50)]
                        .map(|(width, height)| rows(explorer, PLAIN, width, height).join("\n")),
                );
            });
        });
    }
    assert!(texts.len() > 150, "{}", texts.len());
    for text in &texts {
        let text = text.to_lowercase();
        for (other, name) in ONE_NAME {
            assert!(!text.contains(other), "{other:?} in place of {name:?} in\n{text}");
        }
    }
}
