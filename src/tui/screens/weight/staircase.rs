//! The staircase of a sum: the residual of each row on a log axis, from |w*| down to the tolerance.
//!
//! ```text
//! ε_w/2──── residual, log ─────|w*|
//! ┊████████████████████████████████
//! ┊██████████████████████▊
//! ┊███████████▎
//! ┊✓ within ε_w/2 = 5.91e-9
//! ```

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use crate::construction::{WeightState, WeightSum};
use crate::report::numbers::scientific;
use crate::session::WeightView;
use crate::tui::look::Look;

/// Name of the quantity on the axis, by room.
const NAMES: [&str; 3] = [" residual, log axis ", " residual, log ", " log "];

/// The name of the tolerance of one sum: `ε_w/2`, or `ε_w` of a neuron that stands in for a whole one.
pub(super) fn tolerance(view: &WeightView, look: &Look) -> String {
    let half = if view.allowed < view.tolerance { "/2" } else { "" };
    format!("{}{half}", look.glyphs.tolerance)
}

/// The axis over the stairs: both ends named, and the quantity between them as far as there is room.
pub(super) fn head(view: &WeightView, width: usize, look: &Look) -> String {
    let (low, high) = (tolerance(view, look), "|w*|");
    let room = width.saturating_sub(low.chars().count() + high.len());
    let name = NAMES.into_iter().find(|name| name.len() + 2 <= room).unwrap_or("");
    let line = room.saturating_sub(name.len());
    let [before, after] = [line / 2, line - line / 2].map(|length| look.glyphs.axis.repeat(length));
    let text = format!("{low}{before}{name}{after}{high}");
    if text.chars().count() <= width { text } else { low.chars().take(width).collect() }
}

/// The place of a residual on the axis: 0 where it is within the tolerance, 1 at |w*|.
pub(super) fn share(view: &WeightView, residual: f64) -> f64 {
    let (residual, whole) = (residual.abs(), view.target.abs());
    if residual <= view.allowed || !residual.is_finite() {
        return 0.0;
    }
    let share = (residual / view.allowed).ln() / (whole / view.allowed).ln();
    // A weight as small as its tolerance has no scale.
    if share.is_finite() { share.clamp(0.0, 1.0) } else { 1.0 }
}

/// Eighths of `width` cells. What is beyond the tolerance shows.
fn eighths(view: &WeightView, residual: f64, width: usize, look: &Look) -> usize {
    if residual.abs() <= view.allowed || !residual.is_finite() {
        return 0;
    }
    let share = share(view, residual);
    let least = look.glyphs.bar.iter().position(|bar| *bar != " ").unwrap_or(0);
    ((share * 8.0 * width as f64).round() as usize).max(least)
}

/// Draws the mark of the tolerance and the bar of a residual behind it. Returns the cells used.
pub(super) fn draw(
    (view, residual): (&WeightView, f64),
    (x, y, width): (u16, u16, usize),
    style: Style,
    look: &Look,
    buffer: &mut Buffer,
) -> usize {
    // Never in reverse: an empty bar would look full.
    let plain = Style::reset();
    buffer.set_string(x, y, look.glyphs.guide, plain.patch(look.theme.faint));
    let eighths = eighths(view, residual, width.saturating_sub(1), look);
    let cells = eighths.div_ceil(8);
    let bar: String = (0..cells).map(|cell| look.glyphs.bar[(eighths - 8 * cell).min(8)]).collect();
    buffer.set_string(x + 1, y, bar, plain.patch(style));
    1 + cells
}

/// What is left at the end, against the tolerance: at length and in short.
pub(super) fn verdict(view: &WeightView, sum: &WeightSum, look: &Look) -> (Vec<String>, Style) {
    let (tolerance, allowed) = (tolerance(view, look), scientific(view.allowed, 2));
    match view.state {
        WeightState::Finished => {
            let is_near = view.is_near(sum);
            let (mark, place, style) = if is_near {
                (look.glyphs.good, "within", look.theme.good)
            } else {
                (look.glyphs.bad, "above", look.theme.bad)
            };
            let words = vec![
                format!("{mark} {place} the tolerance {tolerance} = {allowed}"),
                format!("{mark} {place} {tolerance} = {allowed}"),
                format!("{mark} {place} {tolerance}"),
                mark.to_owned(),
            ];
            (words, style)
        }
        WeightState::UnderWay | WeightState::Waiting => {
            let words = vec![format!("so far, to come within {tolerance}"), "so far".to_owned()];
            (words, look.theme.text)
        }
    }
}
