//! Bars in eighths of a row.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::look::Look;

/// Eighths of a row that a share of `height` rows takes: a bar not empty shows, and a bar not full does not look
/// full.
pub(crate) fn eighths_of(share: f64, height: u16, is_empty: bool, is_full: bool) -> u16 {
    let top = 8 * height;
    if is_full {
        return top;
    }
    ((share * f64::from(top)) as u16).clamp(u16::from(!is_empty), top.saturating_sub(1).max(1))
}

/// Draws a column of `area` from below, `eighths` high.
pub(crate) fn column(look: &Look, x: u16, area: Rect, eighths: u16, style: Style, buffer: &mut Buffer) {
    for row in 0..area.height {
        let filled = eighths.saturating_sub(8 * row).min(8);
        if filled > 0 {
            buffer.set_string(x, area.bottom() - 1 - row, look.glyphs.eighths[usize::from(filled)], style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_empty_shows_and_what_is_not_full_is_not_full() {
        assert_eq!(eighths_of(0.0, 2, true, false), 0);
        assert_eq!(eighths_of(1e-9, 2, false, false), 1);
        assert_eq!(eighths_of(0.5, 2, false, false), 8);
        assert_eq!(eighths_of(1.0 - 1e-12, 2, false, false), 15);
        assert_eq!(eighths_of(1.0, 2, false, true), 16);
    }
}
