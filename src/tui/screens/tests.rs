//! Tests of all key tables.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::bounds::ChartMove;
use super::compare::LaneMove;
use super::compare::learned::TicketMove;
use super::layers::LayersScreen;
use super::outputs::InputMove;
use super::screen::Screen;
use super::weight::{MaskMove, WeightMove};
use super::{Screens, all_facts, every_screen, listed_keymaps};
use crate::tui::keymap::{Action, Binding, FIELD, Key, Keymap, action_of};
use crate::tui::overlays::overlay::Overlay;
use crate::tui::overlays::{Overlays, prompt};

/// All key tables.
fn keymaps() -> Vec<&'static Keymap> {
    let overlays = Overlays::default().all().map(Overlay::keymap);
    let mut all = listed_keymaps();
    all.extend(overlays);
    all.extend([&FIELD, &prompt::PATH, &prompt::CONFIRM]);
    all
}

fn all_bindings() -> Vec<&'static Binding> {
    keymaps().into_iter().flat_map(|keymap| keymap.bindings).collect()
}

#[test]
fn no_key_is_bound_twice_in_a_table() {
    for keymap in keymaps() {
        for (index, binding) in keymap.bindings.iter().enumerate() {
            for key in binding.keys {
                let twice = keymap.bindings[index + 1..].iter().any(|other| other.keys.contains(key));
                assert!(!twice, "{key:?}: {}", keymap.title);
            }
        }
    }
}

#[test]
fn every_action_has_a_plain_key_and_a_description() {
    let all = all_bindings();
    for binding in &all {
        assert!(!binding.label.is_empty() && !binding.help.is_empty());
        let plain = |binding: &Binding| binding.keys.iter().any(|key| !matches!(key, Key::Control(_)));
        assert!(all.iter().any(|other| other.action == binding.action && plain(other)), "{binding:?}");
    }
}

/// The enum's own text, since a variant without a key is no mistake to the compiler.
#[test]
fn every_action_is_bound() {
    let source = include_str!("../keymap/action.rs");
    let body = source.split("pub enum Action {").nth(1).unwrap().split('}').next().unwrap();
    let bound: Vec<String> = all_bindings().iter().map(|binding| format!("{:?}", binding.action)).collect();
    let variants = body.lines().map(str::trim).filter(|line| line.ends_with(',') && !line.starts_with("//"));
    let mut actions = 0;
    for name in variants.map(|line| line.trim_end_matches(',').split('(').next().unwrap()) {
        assert!(bound.iter().any(|shown| shown.split('(').next() == Some(name)), "no key does {name}");
        actions += 1;
    }
    assert!(actions >= 30, "only {actions} actions were seen: has the way they are written changed?");
}

#[test]
fn every_move_is_bound() {
    let moves = [
        LaneMove::ALL.iter().map(|each| each.action()).collect::<Vec<_>>(),
        TicketMove::ALL.iter().map(|each| each.action()).collect(),
        WeightMove::ALL.iter().map(|each| each.action()).collect(),
        MaskMove::ALL.iter().map(|each| each.action()).collect(),
        ChartMove::ALL.iter().map(|each| each.action()).collect(),
        InputMove::ALL.iter().map(|each| each.action()).collect(),
    ];
    let bindings = all_bindings();
    for action in moves.concat() {
        assert!(bindings.iter().any(|binding| binding.action == action), "no key does {action:?}");
    }
}

#[test]
fn a_move_is_found_again_by_its_own_screen_alone() {
    for &each in WeightMove::ALL {
        let Action::Own(own) = each.action() else { unreachable!("{each:?} is a general action") };
        assert_eq!((WeightMove::of(own), ChartMove::of(own), InputMove::of(own)), (Some(each), None, None));
    }
}

#[test]
fn every_named_screen_and_overlay_is_there() {
    let (screens, overlays) = (Screens::default(), Overlays::default());
    for binding in all_bindings() {
        let found = match binding.action {
            Action::Show(name) => screens.all().iter().any(|screen| screen.facts().name == name),
            Action::Open(name) => overlays.all().iter().any(|overlay| overlay.name() == name),
            _ => true,
        };
        assert!(found, "{binding:?}");
    }
}

#[test]
fn alt_chords_mean_nothing() {
    let event = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::ALT);
    assert_eq!(action_of(every_screen().bindings, event), None);
    let event = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE);
    assert_eq!(action_of(every_screen().bindings, event), Some(Action::Quit));
}

/// The screen of the book fits the seam, and its name is free.
#[test]
fn the_screen_of_the_book_can_be_added() {
    let facts = LayersScreen.facts();
    assert!(all_facts().iter().all(|other| other.name != facts.name && other.label != facts.label));
    assert!(facts.keymap.bindings.is_empty() && !facts.panes.is_empty());
}
