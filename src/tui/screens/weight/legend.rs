//! How errors look in the maps of weights, and the legend.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::tui::look::Look;
use crate::tui::widgets::frame_lines::{draw_line, fitting};

/// Rows of the pane that make it worth more than one line of legend.
pub(super) const ROOMY: u16 = 9;

/// How a cell looks: its largest error in units of ε_w, against the tolerance of a sum; or that some weight of it is not finished. What
/// is within is quiet and of one hue.
pub(super) fn shade(error: Option<f32>, allowed: f32, look: &Look) -> (&'static str, Style) {
    let (theme, glyphs) = (look.theme, look.glyphs);
    match error {
        None => (glyphs.wanted, theme.faint),
        Some(error) if error <= allowed / 2.0 => (glyphs.shades[0], theme.bar),
        Some(error) if error <= allowed => (glyphs.shades[1], theme.bar),
        Some(_) => (glyphs.beyond, theme.bad),
    }
}

/// What the axes and characters of a map mean.
pub(super) struct Legend {
    pub(super) axes: Vec<String>,
    /// a last line
    pub(super) last: Option<String>,
    /// how the error of the chosen weight looks
    pub(super) own: (&'static str, Style),
    /// the tolerance of a sum in units of ε_w
    pub(super) allowed: f32,
}

impl Legend {
    /// `░ to 1/4  ▒ to 1/2  ✗ above`.
    fn shades(&self, look: &Look, width: u16) -> Line<'static> {
        let limits = if self.allowed < 1.0 { ["1/4", "1/2"] } else { ["1/2", "1"] };
        let texts = [
            limits.map(|limit| format!(" to {limit}  ")).to_vec(),
            limits.map(|limit| format!("{limit} ")).to_vec(),
        ];
        let line = |texts: &[String], above: &'static str| {
            let mut spans = Vec::new();
            for (share, text) in [0.5, 1.0].into_iter().zip(texts) {
                let (glyph, style) = shade(Some(share * self.allowed), self.allowed, look);
                spans.extend([Span::styled(glyph, style), Span::styled(text.clone(), look.theme.text)]);
            }
            spans.push(Span::styled(look.glyphs.beyond, look.theme.bad));
            spans.push(Span::styled(above, look.theme.text));
            Line::from(spans)
        };
        let in_full = line(&texts[0], " above");
        if in_full.width() <= usize::from(width) { in_full } else { line(&texts[1], " above") }
    }

    pub(super) fn render(self, look: &Look, area: Rect, buffer: &mut Buffer) {
        let (theme, glyphs) = (look.theme, look.glyphs);
        let shades = self.shades(look, area.width);
        let axes = Line::styled(fitting(self.axes, area.width), theme.faint);
        let marks = |[unfinished, chosen]: [&'static str; 2]| {
            Line::from(vec![
                Span::styled(glyphs.wanted, theme.faint),
                Span::styled(unfinished, theme.text),
                Span::styled(glyphs.chosen, theme.selected),
                Span::styled(chosen, theme.text),
                Span::styled(self.own.0, self.own.1),
            ])
        };
        let in_full = marks([" unfinished  ", " chosen, "]);
        let fits = in_full.width() <= usize::from(area.width);
        let marks = if fits { in_full } else { marks([" unfinished ", " this: "]) };
        let mut lines = if area.height > 1 { vec![axes, shades, marks] } else { vec![shades] };
        lines.extend(self.last.map(|last| Line::styled(last, theme.faint)));
        for (line, row) in lines.into_iter().zip(area.rows()) {
            draw_line(&line, look, row, buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::look::glyphs::UNICODE;
    use crate::tui::look::theme::ANSI;

    /// The tolerance of a sum decides, not that of the weight.
    #[test]
    fn only_what_is_beyond_its_tolerance_stands_out() {
        let look = Look { theme: ANSI, glyphs: UNICODE };
        let of = |error, allowed| shade(error, allowed, &look);
        for (error, is_near) in
            [(0.0, true), (0.25, true), (0.5, true), (0.5_f32.next_up(), false), (9.0, false)]
        {
            let (glyph, style) = of(Some(error), 0.5);
            assert_eq!((glyph == UNICODE.beyond, style == ANSI.bad), (!is_near, !is_near), "{error}");
            assert!(!is_near || style == ANSI.bar);
        }
        assert_eq!(of(Some(0.75), 1.0), (UNICODE.shades[1], ANSI.bar));
        assert_eq!(of(None, 0.5), (UNICODE.wanted, ANSI.faint));
    }
}
