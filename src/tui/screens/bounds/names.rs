//! The names of the curves where they end, beside the plot: apart from one another, each behind a piece of its curve.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::chart::{CURVE, Chart};
use crate::report::plot;
use crate::report::text::marked;
use crate::tui::look::Look;
use crate::tui::widgets::clickable::{ClickTarget, Clickables};
use crate::tui::widgets::dots::over;
use crate::tui::widgets::frame_lines::cut;

/// Narrower plots have letters only.
const LEAST_FOR_NAMES: u16 = 50;

/// Names take no more than one column of so many.
const SHARE: u16 = 4;

/// Columns of letters, their mark or their neighbours, and the piece of the curve.
const LETTERS: u16 = 4;

/// The end of a curve.
#[derive(Clone, Copy, Debug)]
pub(super) struct CurveEnd {
    /// its index among the curves
    pub(super) curve: usize,
    /// the cell of its last dot, from the upper left of the plot
    pub(super) cell: (u16, u16),
    /// decimal logarithm of its neurons per weight there
    pub(super) log: f64,
}

/// The letter of a curve, marked if its bound promises nothing.
pub(super) fn letter(chart: &Chart, curve: usize) -> String {
    let curve = &chart.curves.curves[curve];
    marked(curve.construction.facts().letter.to_string(), curve.applies)
}

fn name(chart: &Chart, curve: usize) -> String {
    format!("{} {}", letter(chart, curve), chart.curves.curves[curve].construction.name())
}

/// Columns to keep free beside curves that end at this share of the plot's width, in `width` columns for both.
pub(super) fn columns(chart: &Chart, end: f64, width: u16) -> u16 {
    let longest = chart.drawn().map(|curve| name(chart, curve).chars().count() as u16).max().unwrap_or(0);
    let wanted = if width < LEAST_FOR_NAMES { LETTERS } else { (longest + 1).min(width / SHARE) };
    // What the curves leave free on their right is used first.
    let free = ((1.0 - end) * f64::from(width) - 1.0).max(0.0);
    ((f64::from(wanted) - free) / end.max(0.5)).ceil().max(0.0) as u16
}

/// Draws the names in `area`: the plot, and the columns beside it.
pub(super) fn render(
    chart: &Chart,
    ends: &[CurveEnd],
    clickables: &Clickables,
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    let mut ends = ends.to_vec();
    ends.sort_by(|one, other| other.log.total_cmp(&one.log));
    let wanted: Vec<u16> = ends.iter().map(|end| end.cell.1).collect();
    let rows = plot::apart(&wanted, area.height);
    let shows_names = area.width >= LEAST_FOR_NAMES && rows.is_some();
    // Letters share a row where there are more curves than rows.
    let mut free_from = vec![0; usize::from(area.height)];
    for (end, row) in ends.iter().zip(rows.unwrap_or(wanted)) {
        let from = (end.cell.0 + 1).max(free_from[usize::from(row)]);
        let room = area.width.saturating_sub(from);
        let text = if shows_names { name(chart, end.curve) } else { letter(chart, end.curve) };
        let text = cut(&text, usize::from(room.saturating_sub(1)), look);
        if room < 2 || text.is_empty() {
            continue;
        }
        let (x, y, width) = (area.x + from, area.y + row, text.chars().count() as u16 + 1);
        let style = if end.curve == chart.chosen { look.theme.selected } else { look.theme.text };
        buffer.set_string(x, y, look.glyphs.axis, over(look.theme.curve_style(end.curve)));
        buffer.set_string(x + 1, y, text, over(style));
        clickables.add(Rect { x, y, width, height: 1 }, ClickTarget::part(CURVE, end.curve));
        free_from[usize::from(row)] = from + width;
    }
}
