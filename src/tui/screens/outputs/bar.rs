//! Bars to both sides of 0, all of a list on one scale.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::look::Look;

/// The scale of a list of bars.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct BarScale {
    low: f64,
    high: f64,
}

impl BarScale {
    /// From the smallest value or 0 to the largest or 0.
    pub(super) fn of<'a>(values: impl Iterator<Item = &'a f64>) -> Self {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((0.0_f64, 0.0_f64), |(low, high), &value| (low.min(value), high.max(value)));
        Self { low, high }
    }

    /// Columns of `width` that lie left of 0; 0 has one of its own.
    fn left(self, width: u16) -> u16 {
        let (low, high) = (-self.low, self.high);
        let largest = low.max(high);
        if largest == 0.0 || width == 0 {
            return 0;
        }
        // Both as shares of the larger, so their sum is no more than 2.
        let share = low / largest / (low / largest + high / largest);
        let room = width - 1;
        // What is negative shows, and so does what is positive.
        let (least, most) = (u16::from(low > 0.0), room.saturating_sub(u16::from(high > 0.0)));
        ((share * f64::from(room)).round() as u16).max(least).min(most)
    }

    /// The columns that a value's bar takes beside 0: below it if the value is negative.
    fn reach(self, value: f64, width: u16) -> (u16, u16) {
        let left = self.left(width);
        let right = width.saturating_sub(left + 1);
        if value > 0.0 {
            (0, ((value / self.high).min(1.0) * f64::from(right)).round() as u16)
        } else if value < 0.0 {
            (((value / self.low).min(1.0) * f64::from(left)).round() as u16, 0)
        } else {
            (0, 0)
        }
    }
}

/// Draws the bars of one or two values in a row of `area`: the first in the upper half of the cells, the second in the
/// lower half. One value alone fills them.
pub(super) fn render(
    values: (f64, Option<f64>),
    scale: BarScale,
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    if area.is_empty() {
        return;
    }
    let zero = scale.left(area.width);
    let first = scale.reach(values.0, area.width);
    let second = values.1.map_or(first, |value| scale.reach(value, area.width));
    for column in 0..area.width {
        let covers = |(below, above): (u16, u16)| match column.cmp(&zero) {
            std::cmp::Ordering::Less => zero - column <= below,
            std::cmp::Ordering::Equal => false,
            std::cmp::Ordering::Greater => column - zero <= above,
        };
        let (glyph, style) = match (covers(first), covers(second)) {
            _ if column == zero => (look.glyphs.zero, look.theme.faint),
            (true, true) => (look.glyphs.halves[2], look.theme.bar),
            (true, false) => (look.glyphs.halves[0], look.theme.bar),
            (false, true) => (look.glyphs.halves[1], look.theme.bar),
            (false, false) => continue,
        };
        buffer.set_string(area.x + column, area.y, glyph, style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_reach_to_the_ends_of_the_scale() {
        let scale = BarScale::of([-1.0, 0.5, 3.0].iter());
        assert_eq!(scale.left(41), 10);
        assert_eq!((scale.reach(-1.0, 41), scale.reach(3.0, 41)), ((10, 0), (0, 30)));
        assert_eq!((scale.reach(0.5, 41), scale.reach(0.0, 41)), ((0, 5), (0, 0)));
    }

    #[test]
    fn no_value_bends_the_scale() {
        let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        assert_eq!(BarScale::of(odd.iter()), BarScale { low: 0.0, high: 0.0 });
        let huge = BarScale::of([f64::MIN, f64::MAX, 5e-324].iter());
        assert_eq!(huge.left(21), 10);
        for scale in [
            huge,
            BarScale::of([].iter()),
            BarScale::of([-0.0].iter()),
            BarScale::of([-1e-300, 1e300].iter()),
        ] {
            for width in 0..30 {
                for value in [0.0, 1.0, -1.0, f64::MAX, f64::MIN, 5e-324].into_iter().chain(odd) {
                    let (below, above) = scale.reach(value, width);
                    assert!(below + above < width.max(1));
                }
            }
        }
    }
}
