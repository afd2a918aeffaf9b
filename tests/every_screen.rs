//! Every screen half way through `digits`: narrow, in ASCII, and in colour.
#![allow(missing_docs, clippy::unwrap_used)]

mod screens;

use std::fmt::Write as _;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use screens::{PLAIN, draw};
use slth::session::{Command, Step};
use slth::tui::look::glyphs::{ASCII, UNICODE};
use slth::tui::look::theme::{ANSI, INDEXED, LIGHT_RGB};
use slth::tui::screens::all_facts;
use slth::tui::{Look, keymap};

/// Each screen, reached by its key.
fn each_screen(mut look_at: impl FnMut(&str, &screens::Opened)) {
    for (screen, number) in all_facts().into_iter().zip('1'..) {
        let steps = [Step::Layer, Step::Weight, Step::Weight];
        let commands = steps.map(|step| Command::Step(step, vec![0])).into_iter().collect();
        let mut explorer = screens::Opened::after("digits", commands);
        let key = KeyEvent::new(KeyCode::Char(number), KeyModifiers::NONE);
        explorer.press(keymap::action_of(explorer.app.bindings(), key).unwrap());
        assert_eq!(explorer.app.screen_name(), screen.name);
        look_at(&screen.name.to_lowercase(), &explorer);
    }
}

/// Which style every cell has: a letter each, and what the letters stand for.
fn styles(explorer: &screens::Opened, look: Look) -> String {
    let terminal = draw(&explorer.app, look, 80, 24);
    let buffer = terminal.backend().buffer();
    let (mut known, mut text) = (Vec::new(), String::new());
    for row in buffer.content.chunks(80) {
        for cell in row {
            let style = (cell.fg, cell.bg, cell.modifier);
            let index = known.iter().position(|other| *other == style).unwrap_or_else(|| {
                known.push(style);
                known.len() - 1
            });
            text.push(char::from(b'a' + index as u8));
        }
        text.push('\n');
    }
    for ((ink, ground, modifier), letter) in known.iter().zip('a'..) {
        let _ = writeln!(text, "{letter}: {ink} on {ground} {modifier:?}");
    }
    text
}

#[test]
fn narrow() {
    each_screen(|name, explorer| {
        insta::assert_snapshot!(format!("{name}_40x20"), explorer.picture(PLAIN, 40, 20));
    });
}

#[test]
fn ascii() {
    each_screen(|name, explorer| {
        let text = explorer.picture(Look { theme: ANSI, glyphs: ASCII }, 80, 24);
        assert!(text.is_ascii(), "{text}");
        insta::assert_snapshot!(format!("{name}_ascii_80x24"), text);
    });
}

#[test]
fn colours() {
    each_screen(|name, explorer| {
        for (theme, look) in [("ansi", ANSI), ("indexed", INDEXED), ("light_rgb", LIGHT_RGB)] {
            let look = Look { theme: look, glyphs: UNICODE };
            insta::assert_snapshot!(format!("{name}_{theme}_80x24"), styles(explorer, look));
        }
    });
}
