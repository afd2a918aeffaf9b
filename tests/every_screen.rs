//! Every screen at the start, half way and at the end of `digits`, at four sizes: in Unicode, in ASCII, and in colour.
#![allow(missing_docs, clippy::unwrap_used)]

mod screens;

use std::fmt::Write as _;

use screens::{Opened, PLAIN, draw};
use slth::session::{Command, Step};
use slth::tui::Look;
use slth::tui::look::glyphs::{ASCII, UNICODE};
use slth::tui::look::theme::{ANSI, INDEXED, LIGHT_RGB, MONO, Theme};
use slth::tui::screens::all_facts;

const SIZES: [(u16, u16); 4] = [(40, 15), (80, 24), (120, 40), (200, 50)];

/// Each screen in each state, reached by its key.
fn each_screen(states: &[&str], mut look_at: impl FnMut(&str, &Opened)) {
    for state in states {
        let steps = match *state {
            "start" => vec![],
            "half_way" => vec![Step::Layer, Step::Weight, Step::Weight],
            _ => vec![Step::All],
        };
        let commands = steps.into_iter().map(|step| Command::Step(step, vec![0])).collect();
        let mut explorer = Opened::after("digits", commands);
        for (facts, number) in all_facts().into_iter().zip('1'..) {
            explorer.letter(number);
            assert_eq!(explorer.app.screen_name(), facts.name);
            look_at(&format!("{}_{state}", facts.name.to_lowercase()), &explorer);
        }
    }
}

/// Which style every cell has: a letter and a number for each run of cells of one style, and what the letters stand for.
fn styles(explorer: &Opened, look: Look, (width, height): (u16, u16)) -> String {
    let terminal = draw(&explorer.app, look, width, height);
    let buffer = terminal.backend().buffer();
    let (mut known, mut text) = (Vec::new(), String::new());
    for row in buffer.content.chunks(usize::from(width)) {
        let mut letters = Vec::new();
        for cell in row {
            let style = (cell.fg, cell.bg, cell.modifier);
            let index = known.iter().position(|other| *other == style).unwrap_or_else(|| {
                known.push(style);
                known.len() - 1
            });
            letters.push(char::from(b'a' + index as u8));
        }
        for run in letters.chunk_by(|one, next| one == next) {
            let _ = write!(text, "{}{} ", run[0], run.len());
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    for ((ink, ground, modifier), letter) in known.iter().zip('a'..) {
        let _ = writeln!(text, "{letter}: {ink} on {ground} {modifier:?}");
    }
    text
}

/// The characters, the same in ASCII, and the styles with sixteen colours and without colours.
#[test]
fn at_every_size() {
    each_screen(&["start", "half_way", "done"], |name, explorer| {
        for (width, height) in SIZES {
            let unicode = explorer.picture(PLAIN, width, height);
            let ascii = explorer.picture(Look { theme: MONO, glyphs: ASCII }, width, height);
            assert!(ascii.is_ascii(), "{ascii}");
            let coloured = |theme: Theme| styles(explorer, Look { theme, glyphs: UNICODE }, (width, height));
            let whole = [unicode, ascii, coloured(ANSI), coloured(MONO)].join("\n");
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), whole);
        }
    });
}

#[test]
fn more_colours() {
    each_screen(&["half_way"], |name, explorer| {
        for (theme, look) in [("indexed", INDEXED), ("light_rgb", LIGHT_RGB)] {
            let look = Look { theme: look, glyphs: UNICODE };
            insta::assert_snapshot!(format!("{name}_{theme}_80x24"), styles(explorer, look, (80, 24)));
        }
    });
}
