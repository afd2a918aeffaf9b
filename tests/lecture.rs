//! The screens of a lecture: one sentence, one picture, at most five numbers.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod screens;
mod terminal;

use screens::{Opened, PLAIN, draw};
use slth::session::{Command, Step};
use slth::tui::Look;
use slth::tui::lecture::MOST;
use slth::tui::look::glyphs::ASCII;
use slth::tui::look::theme::MONO;
use slth::tui::screens::all_facts;
use terminal::Explorer;

const SIZES: [(u16, u16); 4] = [(40, 15), (80, 24), (120, 40), (200, 50)];

/// Each screen at the start, half way, and at the end.
fn each_screen(preset: &str, mut look_at: impl FnMut(&str, &mut Opened)) {
    let half_way = vec![Command::Step(Step::Layer, vec![0]), Command::Step(Step::Weight, vec![0])];
    let done = vec![Command::Step(Step::All, vec![0])];
    for (state, commands) in [("start", Vec::new()), ("half_way", half_way), ("done", done)] {
        let mut explorer = Opened::after(preset, commands);
        for (facts, number) in all_facts().into_iter().zip('1'..) {
            explorer.letter(number);
            assert_eq!(explorer.app.screen_name(), facts.name);
            explorer.app.is_large = true;
            look_at(&format!("{}_{state}", facts.name.to_lowercase()), &mut explorer);
            explorer.app.is_large = false;
        }
    }
}

/// Numbers in a text: runs of digits, with the signs, points and exponents inside them.
fn numbers(text: &str) -> Vec<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || ".,+-_".contains(c);
    let words = text.split(|c: char| !is_part(c)).filter(|word| {
        let word = word.trim_start_matches(['+', '-']);
        word.starts_with(|c: char| c.is_ascii_digit())
    });
    words.map(str::to_owned).collect()
}

/// The rows between the title line and the footer.
fn body(explorer: &Opened, look: Look, (width, height): (u16, u16)) -> String {
    let terminal = draw(&explorer.app, look, width, height);
    let rows = terminal.backend().buffer().content.chunks(usize::from(width));
    let rows: Vec<String> = rows.map(|row| row.iter().map(|cell| cell.symbol()).collect()).collect();
    rows[1..rows.len() - 1].join("\n")
}

#[test]
fn no_screen_has_more_than_five_numbers() {
    let mut with_figures = 0;
    for preset in ["tiny", "digits"] {
        each_screen(preset, |name, explorer| {
            let look = PLAIN;
            let view = explorer.app.view(&look);
            let lecture = explorer.app.screen().lecture(&view);
            assert!(lecture.figures.len() <= MOST, "{name}");
            assert!(numbers(&lecture.sentence).is_empty(), "{name}: {}", lecture.sentence);
            with_figures += usize::from(!lecture.figures.is_empty());
            let figures: Vec<String> =
                lecture.figures.iter().flat_map(|figure| numbers(&figure.value)).collect();
            for figure in &lecture.figures {
                assert!(numbers(&figure.value).len() <= 1, "{name}: {figure:?}");
                assert!(numbers(&figure.name).is_empty(), "{name}: {figure:?}");
            }
            for size in SIZES {
                for look in [PLAIN, Look { theme: MONO, glyphs: ASCII }] {
                    let text = body(explorer, look, size);
                    // Big digits are no text; without room for them, the figures are.
                    let others: Vec<String> =
                        numbers(&text).into_iter().filter(|number| !figures.contains(number)).collect();
                    assert!(others.is_empty(), "{preset} {name} {size:?}: {others:?}\n{text}");
                }
            }
        });
    }
    assert!(with_figures >= 5 * 2 * 2, "most screens have figures: {with_figures}");
}

#[test]
fn pictures() {
    each_screen("tiny", |name, explorer| {
        for (width, height) in SIZES {
            insta::assert_snapshot!(
                format!("lecture_{name}_{width}x{height}"),
                explorer.picture(PLAIN, width, height)
            );
        }
        if name.ends_with("half_way") {
            let ascii = explorer.picture(Look { theme: MONO, glyphs: ASCII }, 80, 24);
            assert!(ascii.is_ascii(), "{ascii}");
            insta::assert_snapshot!(format!("lecture_{name}_ascii_80x24"), ascii);
        }
    });
}

#[test]
fn it_is_opened_by_an_option_and_left_by_its_key() {
    let mut slth = Explorer::open(&["tiny", "--large"]);
    slth.shows(&["slth  Explore", "A random network is drawn"]);
    slth.press("n");
    slth.shows(&["product of its weights"]);
    // The panes are not there to be zoomed.
    slth.press("\r");
    slth.shows(&["B shows all of them"]);
    slth.press("B");
    slth.shows(&["1 Explore", "Architecture"]);
    slth.press("\r");
    slth.shows(&["Neuron, pane 1 of 5"]);
    slth.press("\r");
    slth.shows(&["Product weights, pane 2 of 5"]);
    slth.press("\x1b");
    slth.shows(&["Product weights, and the Buckets"]);
    slth.leave();
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}
