//! The race: the share of complete weights against neurons sampled.
//!
//! ```text
//! 1 M malach                                              ·    ▁▂▄█
//! 2 H hyperbolic, first-fit        ▁▃▆█  ·
//!                                     │──── 6,662 times ─────│
//!                           1e3───────1e6────────1e9───────1e12
//! ```
//! A strip for each lane, full height for all weights, on one logarithmic axis. A strip ends where the lane is now. The
//! mark is the lane's bound. Below them, from the fewest to the most neurons of the sentence above.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::slots::{SLOT, named};
use crate::report::numbers::times;
use crate::report::plot::LogAxis;
use crate::report::{Race, RaceGap, RaceSource};
use crate::session::LaneView;
use crate::theory::Count;
use crate::tui::look::Look;
use crate::tui::view::ScreenView;
use crate::tui::widgets::bars;
use crate::tui::widgets::clickable::ClickTarget;
use crate::tui::widgets::log_axis;

/// Rows of an axis and a frame: above them the race has a row for each strip.
pub(super) const AXIS_AND_FRAME: u16 = 3;

/// Columns of the shortest useful strip.
const LEAST_STRIP: u16 = 12;

/// If there are no points yet, how far below the bounds the axis begins, in decades.
const BEFORE_BOUND: f64 = 3.0;

/// Draws the race of these lanes, each with the number of its slot.
pub(super) fn render(
    lanes: &[(usize, &LaneView)],
    race: &Race,
    view: &ScreenView<'_>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let look = view.look;
    let labels: Vec<String> =
        lanes.iter().map(|(slot, lane)| format!("{slot} {} ", named(lane.construction))).collect();
    let longest = labels.iter().map(|label| label.len()).max().unwrap_or(0) as u16;
    // Names if there is room, else numbers.
    let indent = if area.width >= 3 * longest { longest } else { 4 };
    let gap = match race {
        Race::Gap(gap) if gap.most.0 != gap.fewest.0 && area.height > lanes.len() as u16 + 1 => Some(gap),
        _ => None,
    };
    let strip = area.height.saturating_sub(1 + u16::from(gap.is_some())) / lanes.len().max(1) as u16;
    if lanes.is_empty() || strip == 0 || area.width < indent + LEAST_STRIP {
        let least = (indent + LEAST_STRIP, lanes.len().max(1) as u16 + 1);
        crate::tui::widgets::frame_lines::needs(least, look, area, buffer);
        return;
    }
    // Rows that are too few for all strips stay blank above them.
    let used = strip * lanes.len() as u16 + 1 + u16::from(gap.is_some());
    let area = Rect { y: area.y + (area.height - used), height: used, ..area };
    let chart = Rect { x: area.x + indent, width: area.width - indent, ..area };
    let axis = axis(lanes);
    for ((lane, label), index) in lanes.iter().zip(&labels).zip(0..) {
        let rect = Rect { y: area.y + index * strip, height: strip, ..chart };
        let row = Rect { x: area.x, width: area.width, ..rect };
        view.clickables.add(row, ClickTarget::part(SLOT, lane.0 - 1));
        buffer.set_stringn(area.x, rect.bottom() - 1, label, usize::from(indent), look.theme.text);
        if let Some(axis) = &axis {
            render_strip(lane.1, axis, look, rect, buffer);
        }
    }
    if let Some(axis) = &axis {
        let mut below = Rect { y: area.y + lanes.len() as u16 * strip, height: 1, ..chart };
        if let Some(gap) = gap {
            render_gap(gap, axis, look, below, buffer);
            below.y += 1;
        }
        log_axis::render(axis, look, below, buffer);
    }
}

/// From the fewest to the most neurons, and how many times as many; beside short lines.
fn render_gap(gap: &RaceGap, axis: &LogAxis, look: &Look, area: Rect, buffer: &mut Buffer) {
    let [from, to] = [gap.fewest.1, gap.most.1].map(|neurons| axis.cell(neurons.log10(), area.width));
    let (end, style) = (look.glyphs.border.vertical_left, look.theme.title);
    for column in from..=to {
        let glyph = if column == from || column == to { end } else { look.glyphs.axis };
        buffer.set_string(area.x + column, area.y, glyph, style);
    }
    let source = match gap.source {
        RaceSource::Bounds => " by the bounds",
        RaceSource::SoFar(_) => " so far",
        RaceSource::Observed => "",
    };
    let times = times(gap.times());
    for text in [format!(" {times} times{source} "), format!(" {times} times "), format!(" {times} ")] {
        let (length, between) = (text.chars().count() as u16, (to - from).saturating_sub(1));
        let at = if length < between {
            from + 1 + (between - length) / 2
        } else if to + 1 + length <= area.width {
            to + 1
        } else if length <= from {
            from - length
        } else {
            continue;
        };
        buffer.set_string(area.x + at, area.y, text, style);
        return;
    }
}

/// An axis for all points, the lanes now, and their bounds.
fn axis(lanes: &[(usize, &LaneView)]) -> Option<LogAxis> {
    LogAxis::around(lanes.iter().flat_map(|(_, lane)| {
        let bound = lane.neurons_bound().map(Count::log10);
        let first = lane.race.first().map(|point| point.0.log10());
        [first.or(bound.map(|bound| bound - BEFORE_BOUND)), Some(lane.neurons_sampled().log10()), bound]
            .map(|log| log.unwrap_or(f64::NAN))
    }))
}

fn render_strip(lane: &LaneView, axis: &LogAxis, look: &Look, area: Rect, buffer: &mut Buffer) {
    shares(lane, axis, look, area, buffer);
    if let Some(bound) = lane.neurons_bound().map(Count::log10).filter(|bound| bound.is_finite()) {
        limit(area.x + axis.cell(bound, area.width), look, area, buffer);
    }
}

/// Marks the bound's column: beside empty bars, cut out of full ones. The block at the
/// end of a bar stays.
fn limit(x: u16, look: &Look, area: Rect, buffer: &mut Buffer) {
    for y in area.top()..area.bottom() {
        let Some(cell) = buffer.cell_mut((x, y)) else { continue };
        if cell.symbol() == look.glyphs.eighths[0] {
            cell.set_symbol(look.glyphs.limit).set_style(look.theme.bound);
        } else if cell.symbol() == look.glyphs.eighths[8] {
            cell.set_symbol(look.glyphs.limit).set_style(Style::new().add_modifier(Modifier::REVERSED));
        } else {
            cell.set_style(look.theme.bound.add_modifier(Modifier::BOLD));
        }
    }
}

/// The share of complete weights after so many neurons, up to now.
fn shares(lane: &LaneView, axis: &LogAxis, look: &Look, area: Rect, buffer: &mut Buffer) {
    let now = lane.neurons_sampled().log10();
    let share_now = lane.weights_done() as f64 / lane.weights() as f64;
    if !now.is_finite() {
        return;
    }
    let last = axis.cell(now, area.width);
    for column in 0..=last {
        let right = axis.at(f64::from(column + 1) / f64::from(area.width));
        let passed = lane.race.partition_point(|point| point.0.log10() <= right);
        let noted = passed.checked_sub(1).map_or(0.0, |point| lane.race[point].1);
        let share = if column == last { share_now.max(noted) } else { noted };
        let style = if share >= 1.0 { look.theme.full } else { look.theme.bar };
        let eighths = bars::eighths_of(share, area.height, share == 0.0, share >= 1.0);
        bars::column(look, area.x + column, area, eighths, style, buffer);
    }
}
