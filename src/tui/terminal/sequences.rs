//! The sequences by which a terminal is taken over and restored. The keeper of a killed program sends the same.

use std::fmt::Write as _;

use ratatui::crossterm::Command;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::style::ResetColor;
use ratatui::crossterm::terminal::{EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen};
use serde::{Deserialize, Serialize};

use super::images::kitty;

/// Cancels a truncated sequence.
const CANCEL: &str = "\x18";

/// Buttons and the wheel (1000) with places beyond column 223 (1006). Moves are not asked for: each would be sent over
/// the line, for nothing.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";

/// Undoes [`MOUSE_ON`].
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// Pasted text comes in brackets (2004), so it is not taken for keys. Terminals without it ignore this.
const PASTE_ON: &str = "\x1b[?2004h";

/// Undoes [`PASTE_ON`].
const PASTE_OFF: &str = "\x1b[?2004l";

/// What the terminal is used for besides its alternate screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extras {
    /// clicks and the wheel are reported
    pub mouse: bool,
    /// images by kitty's protocol, which the terminal keeps until they are deleted
    pub kitty_images: bool,
}

/// The alternate screen, no cursor, pastes in brackets, the mouse if asked for.
pub(super) fn entering(extras: Extras, part_of_a_frame: bool) -> String {
    let mut text = cancelling(part_of_a_frame);
    add(&mut text, EnterAlternateScreen);
    add(&mut text, Hide);
    text.push_str(PASTE_ON);
    if extras.mouse {
        text.push_str(MOUSE_ON);
    }
    text
}

/// Ends a truncated frame.
fn cancelling(part_of_a_frame: bool) -> String {
    let mut text = String::new();
    if part_of_a_frame {
        text.push_str(CANCEL);
        add(&mut text, EndSynchronizedUpdate);
    }
    text
}

/// Undoes [`entering`], in reverse. The keeper sends it too.
pub(super) fn leaving(extras: Extras, part_of_a_frame: bool) -> String {
    let mut text = cancelling(part_of_a_frame);
    if extras.kitty_images {
        text.push_str(kitty::DELETE);
    }
    if extras.mouse {
        text.push_str(MOUSE_OFF);
    }
    text.push_str(PASTE_OFF);
    add(&mut text, ResetColor);
    add(&mut text, Show);
    add(&mut text, LeaveAlternateScreen);
    text
}

fn add(text: &mut String, command: impl Command) {
    // Strings take everything.
    let _ = write!(text, "{}", Ansi(command));
}

/// A command as an escape sequence.
struct Ansi<C>(C);

impl<C: Command> std::fmt::Display for Ansi<C> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.write_ansi(formatter)
    }
}
