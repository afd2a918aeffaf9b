//! How errors look in the maps of weights, and the legend.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::tui::look::Look;
use crate::tui::widgets::frame_lines::fitting;

/// Errors in units of ε_w up to which each shade goes; a half is asked for 1/2.
const SHADES: [(f32, &str); 4] = [(0.125, "1/8"), (0.25, "1/4"), (0.5, "1/2"), (1.0, "1")];

/// Rows of the pane that make it worth more than one line of legend.
pub(super) const ROOMY: u16 = 9;

/// How a cell looks: its largest error, or that some weight of it is not finished.
pub(super) fn shade(error: Option<f32>, look: &Look) -> (&'static str, Style) {
    let (theme, glyphs) = (look.theme, look.glyphs);
    let styles = [theme.full, theme.bar, theme.curve, theme.bound];
    match error {
        None => (glyphs.wanted, theme.faint),
        Some(error) => match SHADES.iter().position(|(limit, _)| error <= *limit) {
            Some(index) => (glyphs.shades[index], styles[index]),
            None => (glyphs.beyond, theme.bad),
        },
    }
}

/// What axes and characters mean, and a last line; `own` is how the chosen weight's error looks.
pub(super) fn legend(
    axes: Vec<String>,
    last: Option<String>,
    own: (&'static str, Style),
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    let (theme, glyphs) = (look.theme, look.glyphs);
    let axes = Line::styled(fitting(axes, area.width), theme.faint);
    let mut shades = Vec::new();
    for (limit, name) in SHADES {
        let (glyph, style) = shade(Some(limit), look);
        shades.extend([Span::styled(glyph, style), Span::styled(format!("{name} "), theme.text)]);
    }
    shades.extend([Span::styled(glyphs.beyond, theme.bad), Span::styled(">1", theme.text)]);
    let marks = |[unfinished, chosen]: [&'static str; 2]| {
        Line::from(vec![
            Span::styled(glyphs.wanted, theme.faint),
            Span::styled(unfinished, theme.text),
            Span::styled(glyphs.chosen, theme.selected),
            Span::styled(chosen, theme.text),
            Span::styled(own.0, own.1),
        ])
    };
    let in_full = marks([" unfinished  ", " chosen, "]);
    let fits = in_full.width() <= usize::from(area.width);
    let marks = if fits { in_full } else { marks([" unfinished ", " this: "]) };
    let mut lines = if area.height > 1 { vec![axes, shades.into(), marks] } else { vec![shades.into()] };
    lines.extend(last.map(|last| Line::styled(last, theme.faint)));
    for (line, row) in lines.into_iter().zip(area.rows()) {
        line.render(row, buffer);
    }
}
