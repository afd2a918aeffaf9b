//! A log axis in one row, with its numbers written into it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::report::numbers::power_of_ten;
use crate::report::plot::{LogAxis, labels};
use crate::tui::look::Look;

/// Blank columns between two numbers.
const BETWEEN: usize = 3;

/// Draws an axis of whole decades: `1e-6──────1e-3──────1`.
pub(crate) fn render(axis: &LogAxis, look: &Look, area: Rect, buffer: &mut Buffer) {
    for x in area.left()..area.right() {
        buffer.set_string(x, area.y, look.glyphs.axis, look.theme.faint);
    }
    let width = usize::from(area.width);
    let longest = [axis.from, axis.to].map(|log| power_of_ten(log).len()).into_iter().fold(0, usize::max);
    let tick = |log: f64| (usize::from(axis.cell(log, area.width)), power_of_ten(log));
    let mut placed = labels(axis.decades(width / (longest + BETWEEN)).into_iter().map(tick), width);
    if placed.is_empty() {
        placed = labels([tick(axis.from)], width);
    }
    for label in placed {
        buffer.set_string(area.x + label.at as u16, area.y, label.text, look.theme.faint);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::look::glyphs::ASCII;
    use crate::tui::look::theme::MONO;

    fn drawn(axis: LogAxis, width: u16) -> String {
        let area = Rect::new(0, 0, width, 1);
        let mut buffer = Buffer::empty(area);
        render(&axis, &Look { theme: MONO, glyphs: ASCII }, area, &mut buffer);
        buffer.content.iter().map(|cell| cell.symbol()).collect()
    }

    #[test]
    fn numbers_stand_where_they_belong_and_apart() {
        let axis = LogAxis::around([-5.5, -0.1].into_iter()).unwrap();
        assert_eq!(drawn(axis, 31), "1e-6----1e-4------0.01--------1");
        assert_eq!(drawn(axis, 5), "----1");
        assert_eq!(drawn(LogAxis { from: 11.0, to: 18.0 }, 7), "1e11---");
        assert_eq!(drawn(axis, 0), "");
        let wide = LogAxis { from: 0.0, to: 681.0 };
        assert_eq!(drawn(wide, 40), "1--------1e200-------1e400-------1e600--");
    }
}
