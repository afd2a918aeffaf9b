//! A logarithmic axis over whole decades, with its numbers written into it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::report::text::grouped;
use crate::tui::look::Look;

/// Blank columns between two numbers.
const BETWEEN: usize = 3;

/// Decades from 10^`from` to 10^`to`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct DecadeAxis {
    from: i32,
    to: i32,
}

impl DecadeAxis {
    /// The decades with all of these decimal logarithms, at least one; infinite ones are left out.
    /// `None` if nothing is left.
    pub(crate) fn around(logarithms: impl Iterator<Item = f64>) -> Option<Self> {
        let (low, high) = logarithms
            .filter(|log| log.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), log| (low.min(log), high.max(log)));
        (low <= high).then(|| {
            let from = low.floor() as i32;
            Self { from, to: (high.ceil() as i32).max(from + 1) }
        })
    }

    /// Place of a decimal logarithm, 0 to 1 from end to end.
    pub(crate) fn place(&self, log: f64) -> f64 {
        (log - f64::from(self.from)) / f64::from(self.to - self.from)
    }

    /// The decimal logarithm at a place.
    pub(crate) fn at(&self, place: f64) -> f64 {
        f64::from(self.from) + place * f64::from(self.to - self.from)
    }

    /// The column of a decimal logarithm among `width`, within them.
    pub(crate) fn column(&self, log: f64, width: u16) -> u16 {
        ((self.place(log) * f64::from(width)).max(0.0) as u16).min(width.saturating_sub(1))
    }

    /// Draws the axis in one row: `1e-6──────1e-3──────1`.
    pub(crate) fn render(&self, look: &Look, area: Rect, buffer: &mut Buffer) {
        for x in area.left()..area.right() {
            buffer.set_string(x, area.y, look.glyphs.axis, look.theme.faint);
        }
        let longest = power(self.from).len().max(power(self.to).len()) + BETWEEN;
        let room = (usize::from(area.width) / longest).max(1) as i32;
        let decades = self.to - self.from;
        let step = STEPS.into_iter().find(|step| decades <= step * room).unwrap_or(decades);
        let mut free_from = 0;
        let mut write = |decade: i32| {
            let text = power(decade);
            let length = text.len() as u16;
            let at = self
                .column(f64::from(decade), area.width)
                .saturating_sub(if decade == self.from { 0 } else { length / 2 })
                .min(area.width.saturating_sub(length));
            let fits = at >= free_from && length <= area.width;
            if fits {
                buffer.set_string(area.x + at, area.y, &text, look.theme.faint);
                free_from = at + length + 1;
            }
            fits
        };
        let written =
            (self.from..=self.to).filter(|decade| decade.rem_euclid(step) == 0).filter(|&d| write(d)).count();
        if written == 0 {
            write(self.from);
        }
    }
}

/// Decades from one number to the next.
const STEPS: [i32; 12] = [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500];

/// 10^`decade`, short.
fn power(decade: i32) -> String {
    match decade {
        0..=3 => grouped(10_i64.pow(decade as u32)),
        -2..=-1 => format!("{:.*}", -decade as usize, 10_f64.powi(decade)),
        _ => format!("1e{decade}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::look::glyphs::ASCII;
    use crate::tui::look::theme::MONO;

    fn drawn(axis: DecadeAxis, width: u16) -> String {
        let area = Rect::new(0, 0, width, 1);
        let mut buffer = Buffer::empty(area);
        axis.render(&Look { theme: MONO, glyphs: ASCII }, area, &mut buffer);
        buffer.content.iter().map(|cell| cell.symbol()).collect()
    }

    #[test]
    fn numbers_stand_where_they_belong_and_apart() {
        let axis = DecadeAxis::around([-5.5, -0.1].into_iter()).unwrap();
        assert_eq!((axis.from, axis.to), (-6, 0));
        assert_eq!(drawn(axis, 31), "1e-6----1e-4------0.01--------1");
        assert_eq!(drawn(axis, 5), "----1");
        assert_eq!(drawn(DecadeAxis { from: 11, to: 18 }, 7), "1e11---");
        assert_eq!(drawn(axis, 0), "");
        let wide = DecadeAxis { from: 0, to: 681 };
        assert_eq!(drawn(wide, 40), "1--------1e200-------1e400-------1e600--");
    }

    #[test]
    fn an_axis_has_at_least_a_decade_and_ends() {
        assert_eq!(DecadeAxis::around([2.0].into_iter()), Some(DecadeAxis { from: 2, to: 3 }));
        assert_eq!(DecadeAxis::around([f64::NEG_INFINITY, f64::NAN].into_iter()), None);
        let axis = DecadeAxis { from: 2, to: 4 };
        assert_eq!((axis.place(3.0), axis.at(0.25)), (0.5, 2.5));
        assert_eq!([1.0, 2.0, 3.0, 4.0, 9.0].map(|log| axis.column(log, 10)), [0, 0, 5, 9, 9]);
    }
}
