//! Characters kept from the terminal.

use ratatui::buffer::Buffer;

use crate::tui::look::Look;
use crate::visible::is_hidden;

/// Replaces hidden characters and, on ASCII terminals, all others outside of ASCII.
pub(crate) fn replace_unshowable(buffer: &mut Buffer, look: &Look) {
    show_no_hidden(buffer);
    if look.glyphs.ascii_only {
        // Titles and messages come from users' files and may hold anything.
        for cell in &mut buffer.content {
            if !cell.symbol().is_ascii() {
                cell.set_symbol("?");
            }
        }
    }
}

/// Drops hidden characters, such as a zero-width joiner behind a letter.
fn show_no_hidden(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if cell.symbol().contains(is_hidden) {
            let shown: String = cell.symbol().chars().filter(|&c| !is_hidden(c)).collect();
            cell.set_symbol(if shown.is_empty() { "?" } else { &shown });
        }
    }
}
