//! The Outputs screen under a pseudo-terminal, used as a person would.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod terminal;

use portable_pty::CommandBuilder;
use terminal::Explorer;

/// The number behind `before` on the screen.
fn number_behind(slth: &Explorer, before: &str) -> usize {
    let text = slth.text();
    let rest = &text[text.find(before).unwrap() + before.len()..];
    let digits: String = rest.chars().take_while(|c| c.is_ascii_digit()).collect();
    digits.parse().unwrap_or_else(|_| panic!("no number behind {before:?} in:\n{text}"))
}

#[test]
fn digits_are_looked_at_one_by_one() {
    let mut slth = Explorer::open(&["digits"]);
    slth.shows(&["Architecture"]);
    slth.press("5");
    slth.shows(&[
        "Input 0 (0-359)",
        "label 7",
        "F chooses 7, rightly",
        "no Ĝ before all layers are built: layer 1 of 3",
    ]);
    slth.press("d");
    slth.shows(&["No input has been tried yet"]);
    slth.press("j");
    slth.shows(&["Input 1 (0-359)", "Inputs are those of the preset's file."]);
    slth.press("\x1b[6~"); // Page Down
    slth.shows(&["Input 11 (0-359)"]);
    slth.press("\x1b[F"); // End
    slth.shows(&["Input 359 (0-359)"]);
    slth.press("\x1b[A");
    slth.shows(&["Input 358 (0-359)"]);
    // The picture is of blocks with a colour behind them.
    let parser = slth.screen.lock().unwrap();
    let cells = (0..24).flat_map(|row| (0..80).map(move |column| (row, column)));
    let cells = cells.filter_map(|(row, column)| parser.screen().cell(row, column));
    let pixels =
        cells.filter(|cell| cell.contents() == "█" && cell.bgcolor() != vt100::Color::Default).count();
    assert_eq!(pixels, 16 * 8);
    drop(parser);
    slth.press("a");
    slth.shows(&[
        "done: the ticket holds",
        "they agree",
        "of 360 labelled inputs tried",
        "✓ ≤ certified, ✓ ≤ ε",
    ]);
    slth.press("d");
    slth.shows(&["at input "]);
    let worst = number_behind(&slth, "at input ");
    slth.shows(&[&format!("Input {worst} (0-359)")]);
    slth.press("m");
    slth.shows(&["wrong (label"]);
    let mistake = number_behind(&slth, "Input ");
    assert_ne!(mistake, worst);
    slth.press("m");
    slth.shows(&["wrong (label"]);
    slth.press("?");
    slth.shows(&["What is this?"]);
    slth.press("q");
    slth.press("1");
    slth.shows(&["Pruned network"]);
    slth.leave();
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}

#[test]
fn without_colours_pictures_are_of_shades() {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_slth"));
    command.args(["digits", "--color", "never"]);
    let mut slth = Explorer::spawn(command);
    slth.shows(&["Architecture"]);
    slth.press("5");
    slth.shows(&["Input 0 (0-359)", "▓▓██▒▒"]);
    slth.leave();
    assert_eq!(slth.ends(), 0);
}
