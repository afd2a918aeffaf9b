//! The Outputs screen under a pseudo-terminal, used as a person would.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod terminal;

use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize};
use terminal::{Explorer, PATIENCE};

/// Long enough for a second image that should not come.
const AT_REST: Duration = Duration::from_millis(150);

/// kitty's images deleted.
const DELETED: &str = "\x1b_Ga=d,d=A,q=2\x1b\\";

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

/// How often a sequence was sent.
fn times_sent(slth: &Explorer, sequence: &str) -> usize {
    slth.sent().windows(sequence.len()).filter(|bytes| *bytes == sequence.as_bytes()).count()
}

/// Waits until a sequence was sent so often, and a moment longer.
fn is_sent(slth: &Explorer, sequence: &str, times: usize) {
    let started = Instant::now();
    while times_sent(slth, sequence) < times {
        assert!(started.elapsed() < PATIENCE, "{sequence:?} was sent {} times", times_sent(slth, sequence));
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(AT_REST);
    assert_eq!(times_sent(slth, sequence), times, "{sequence:?}");
}

#[test]
fn an_image_is_sent_once_and_goes_with_the_screen() {
    for (protocol, image) in [("kitty", "\x1b_Ga=T"), ("iterm2", "\x1b]1337;File=")] {
        let mut slth = Explorer::open(&["digits", "--images", protocol]);
        slth.shows(&["Architecture"]);
        is_sent(&slth, image, 0);
        slth.press("5");
        slth.shows(&["Input 0 (0-359)", "8x8, 0 to 1"]);
        is_sent(&slth, image, 1);
        // Nothing at all at rest.
        let before = slth.received();
        std::thread::sleep(AT_REST);
        assert_eq!(slth.received(), before);
        // Other text leaves it; another input has another one.
        slth.press("d");
        slth.shows(&["No input has been tried yet"]);
        is_sent(&slth, image, 1);
        slth.press("j");
        slth.shows(&["Input 1 (0-359)"]);
        is_sent(&slth, image, 2);
        // It makes room for an overlay, and comes back.
        slth.press("?");
        slth.shows(&["What is this?"]);
        is_sent(&slth, image, 2);
        slth.press("\x1b");
        is_sent(&slth, image, 3);
        // Another theme has the same greys; another size has other cells.
        slth.press("T");
        is_sent(&slth, image, 3);
        slth.resize(PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 });
        is_sent(&slth, image, 4);
        slth.press("1");
        slth.shows(&["Pruned network"]);
        is_sent(&slth, image, 4);
        if protocol == "kitty" {
            let deleted = times_sent(&slth, DELETED);
            slth.press("5");
            is_sent(&slth, image, 5);
            slth.leave();
            assert_eq!(slth.ends(), 0);
            slth.assert_restored();
            is_sent(&slth, DELETED, deleted + 1);
        } else {
            slth.leave();
            assert_eq!(slth.ends(), 0);
            slth.assert_restored();
        }
        // No terminal was asked anything.
        for question in ["\x1b_Ga=q", "\x1b[c", "\x1b[6n", "\x1b[14t", "\x1b[16t"] {
            assert_eq!(times_sent(&slth, question), 0);
        }
    }
}

#[test]
fn sixels_need_the_size_of_a_character() {
    let mut slth = Explorer::open(&["digits", "--images", "sixel"]);
    slth.shows(&["no images: the size of a character in pixels is not known here"]);
    slth.press("5");
    slth.shows(&["Input 0 (0-359)"]);
    is_sent(&slth, "\x1bP", 0);
    slth.leave();
    assert_eq!(slth.ends(), 0);
}

#[test]
fn a_terminal_that_names_itself_shows_images_outside_of_tmux() {
    for (variables, expected) in [
        (&[("TERM_PROGRAM", "WezTerm")][..], 1),
        (&[("TERM_PROGRAM", "WezTerm"), ("TMUX", "/tmp/tmux-0/default,1,0")], 0),
        (&[("TERM_PROGRAM", "WezTerm"), ("NO_COLOR", "1")], 0),
        (&[("TERM_PROGRAM", "other")], 0),
    ] {
        let mut slth = Explorer::open_in(variables, &["digits"]);
        slth.shows(&["Architecture"]);
        slth.press("5");
        slth.shows(&["Input 0 (0-359)"]);
        is_sent(&slth, "\x1b]1337;", expected);
        slth.leave();
        assert_eq!(slth.ends(), 0);
    }
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
