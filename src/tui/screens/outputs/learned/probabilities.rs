//! Prediction against label: the probability of each class as a bar.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::session::LearnedOutput;
use crate::tui::look::Look;
use crate::tui::widgets::filter::Filter;

/// Columns of the class and of its probability.
const CLASS: u16 = 8;
const VALUE: u16 = 8;

/// The classes that a filter leaves: by number, and as the label or the prediction.
pub(super) fn listed(output: &LearnedOutput, filter: Option<&Filter>) -> Vec<usize> {
    let stays = |&class: &usize| {
        let label = if class == output.label as usize { "label" } else { "" };
        let prediction = if class == output.prediction as usize { "prediction" } else { "" };
        filter.is_none_or(|filter| filter.lets_through(&[&class.to_string(), label, prediction]))
    };
    (0..output.confusion.len().max(output.probabilities.len())).filter(stays).collect()
}

/// The rows of them that a pane of this height shows.
pub(super) fn rows_shown(listed: &[usize], scroll: usize, height: u16) -> std::ops::Range<usize> {
    let room = usize::from(height).min(listed.len());
    let first = scroll.min(listed.len() - room);
    first..first + room
}

/// Draws a row for each class: `label 4  ▶ 97.9 %  ███████`.
pub(super) fn render(
    output: &LearnedOutput,
    classes: &[usize],
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    let bars = area.width.saturating_sub(CLASS + VALUE + 2);
    for (&class, y) in classes.iter().zip(area.y..area.bottom()) {
        let probability = output.probabilities.get(class);
        let (is_label, is_prediction) = (class == output.label as usize, class == output.prediction as usize);
        let name = if is_label { format!("label {class}") } else { class.to_string() };
        let mark = if is_prediction { look.glyphs.pointer } else { "" };
        let value = probability.map_or_else(String::new, |share| format!("{:.1} %", 100.0 * share));
        let value = format!("{mark}{value}");
        let style = match (is_label, is_prediction) {
            (true, _) => look.theme.full,
            (false, true) => look.theme.bad,
            (false, false) => look.theme.text,
        };
        let text = format!("{name:>0$}{value:>1$}", usize::from(CLASS), usize::from(VALUE) + 1);
        buffer.set_stringn(area.x, y, text, usize::from(area.width), style);
        let eighths =
            (probability.copied().unwrap_or(0.0).clamp(0.0, 1.0) * f64::from(8 * bars)).round() as u16;
        for column in 0..bars {
            let filled = eighths.saturating_sub(8 * column).min(8);
            if filled > 0 {
                let x = area.right() - bars + column;
                buffer.set_string(x, y, look.glyphs.bar[usize::from(filled)], look.theme.bar);
            }
        }
    }
}
