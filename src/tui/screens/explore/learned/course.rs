//! The pane of the training on view: loss and accuracy over its steps.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;

use crate::learning::CurvePoint;
use crate::report::numbers::number_short;
use crate::session::LearnedView;
use crate::tui::look::Look;
use crate::tui::widgets::frame_lines::draw_line;
use crate::tui::widgets::line_chart::{ChartLine, LineChart};

/// Least columns of two charts side by side.
const BESIDE: u16 = 70;

/// Least rows of two charts, one above the other.
const ABOVE: u16 = 6;

/// Steps of the lower end of the axis of accuracy.
const TENTH: f64 = 10.0;

/// Loss and accuracy, side by side or one above the other; accuracy alone without room.
pub(super) fn render(learned: &LearnedView, look: &Look, area: Rect, buffer: &mut Buffer) {
    if learned.curve.is_empty() {
        let text = match (learned.is_done, learned.position.epoch, learned.position.batch) {
            (true, ..) => "nothing is under way",
            (false, 0, 0) => "no step of this training yet",
            _ => "the first point comes with the epoch's end",
        };
        draw_line(&Line::styled(text, look.theme.faint), look, area, buffer);
        return;
    }
    let position = &learned.position;
    let last = learned.curve.last().map_or(0, |point| point.step);
    let steps = (0, (position.epochs * position.batches).max(last));
    let loss = loss(&learned.curve, steps, look);
    let accuracy = accuracy(&learned.curve, steps, look);
    if area.width >= BESIDE {
        let [left, _, right] =
            Layout::horizontal([Constraint::Fill(1), Constraint::Length(2), Constraint::Fill(1)]).areas(area);
        draw(&loss, "loss", look, left, buffer);
        draw(&accuracy, "accuracy", look, right, buffer);
    } else if area.height >= ABOVE {
        let [upper, lower] = Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas(area);
        draw(&LineChart { name: None, ..loss }, "loss", look, upper, buffer);
        draw(&accuracy, "accuracy", look, lower, buffer);
    } else {
        draw(&accuracy, "accuracy", look, area, buffer);
    }
}

fn loss(curve: &[CurvePoint], steps: (u64, u64), look: &Look) -> LineChart<'static> {
    let points: Vec<(u64, f64)> = curve.iter().map(|point| (point.step, point.loss)).collect();
    let finite = points.iter().map(|point| point.1).filter(|loss| loss.is_finite());
    let highest = finite.fold(0.0, f64::max);
    LineChart {
        steps,
        name: Some("step"),
        values: (0.0, highest),
        ends: ("0".to_owned(), number_short(highest)),
        lines: vec![ChartLine { points, style: look.theme.curve, is_dashed: false }],
    }
}

fn accuracy(curve: &[CurvePoint], steps: (u64, u64), look: &Look) -> LineChart<'static> {
    let points: Vec<(u64, f64)> = curve.iter().map(|point| (point.step, point.accuracy)).collect();
    let finite = points.iter().map(|point| point.1).filter(|share| share.is_finite());
    let lowest = (TENTH * finite.fold(1.0, f64::min)).floor().clamp(0.0, TENTH - 1.0) / TENTH;
    LineChart {
        steps,
        name: Some("step"),
        values: (lowest, 1.0),
        ends: (format!("{:.0} %", 100.0 * lowest), "100 %".to_owned()),
        lines: vec![ChartLine { points, style: look.theme.full, is_dashed: false }],
    }
}

/// A chart with its name in the middle of its first row, which lines rarely pass.
fn draw(chart: &LineChart<'_>, name: &str, look: &Look, area: Rect, buffer: &mut Buffer) {
    chart.render(look, area, buffer);
    let width = name.len() as u16;
    let is_falling = name == "loss";
    let row = if is_falling { area.top() } else { area.bottom().saturating_sub(2) };
    if area.height >= 2 && area.width > 2 * width + 8 {
        buffer.set_string(area.right() - width, row, name, look.theme.text);
    }
}
