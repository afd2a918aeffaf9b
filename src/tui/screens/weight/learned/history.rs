//! The history of one score, and of the cut.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::report::numbers::scientific;
use crate::session::LearnedWeight;
use crate::tui::look::Look;
use crate::tui::widgets::frame_lines::draw_line;
use crate::tui::widgets::line_chart::{ChartLine, LineChart};

/// Digits of the numbers at the axis.
const DIGITS: usize = 1;

pub(super) fn render(weight: &LearnedWeight, look: &Look, area: Rect, buffer: &mut Buffer) {
    let (Some(first), Some(last)) = (weight.history.first(), weight.history.last()) else {
        draw_line(&Line::styled("no step yet: press n or w", look.theme.faint), look, area, buffer);
        return;
    };
    if first.0 == last.0 {
        draw_line(
            &Line::styled("one point so far; each epoch adds one", look.theme.faint),
            look,
            area,
            buffer,
        );
        return;
    }
    let values = weight.history.iter().map(|&(step, value, _)| (step, f64::from(value)));
    let cuts = weight.history.iter().filter_map(|&(step, _, cut)| Some((step, f64::from(cut?))));
    let all = values.clone().chain(cuts.clone()).map(|(_, value)| value).filter(|value| value.is_finite());
    let (low, high) =
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    let (low, high) = if low < high { (low, high) } else { (low - 1e-3, high + 1e-3) };
    let chart = LineChart {
        steps: (first.0, last.0),
        name: Some("step"),
        values: (low, high),
        ends: (scientific(low, DIGITS), scientific(high, DIGITS)),
        lines: vec![
            ChartLine { points: cuts.collect(), style: look.theme.curve, is_dashed: true },
            ChartLine { points: values.collect(), style: look.theme.full, is_dashed: false },
        ],
    };
    chart.render(look, area, buffer);
}
