//! A logarithmic axis.

/// Digits of a decade with ticks, the fewest first.
const DIGITS: [&[u32]; 3] = [&[1], &[1, 2, 5], &[1, 2, 3, 4, 5, 6, 7, 8, 9]];

/// The fewest ticks of an axis with digits.
const LEAST_TICKS: usize = 3;

/// The most decades of an axis with digits.
const DIGITS_UP_TO: f64 = 5.0;

/// Decades from one tick to the next.
const STEPS: [i32; 12] = [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500];

/// From 10^`from` to 10^`to`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogAxis {
    /// decimal logarithm at the start
    pub from: f64,
    /// decimal logarithm at the end; smaller than `from` on a reversed axis
    pub to: f64,
}

impl LogAxis {
    /// The fewest whole decades around these decimal logarithms, at least one. Infinite and NaN values are skipped; `None` if
    /// no other is left.
    pub fn around(logarithms: impl Iterator<Item = f64>) -> Option<Self> {
        let (low, high) = logarithms
            .filter(|log| log.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), log| (low.min(log), high.max(log)));
        let from = low.floor();
        (low <= high).then(|| Self { from, to: high.ceil().max(from + 1.0) })
    }

    /// The same axis from its end to its start, for rows from top to bottom. Ticks are those of the original.
    pub fn reversed(self) -> Self {
        Self { from: self.to, to: self.from }
    }

    /// Position of a decimal logarithm: 0 at the start, 1 at the end.
    pub fn place(&self, log: f64) -> f64 {
        (log - self.from) / (self.to - self.from)
    }

    /// The decimal logarithm at a position from 0 to 1.
    pub fn at(&self, place: f64) -> f64 {
        self.from + place * (self.to - self.from)
    }

    /// The cell of a decimal logarithm; `cells` divide the axis.
    pub fn cell(&self, log: f64, cells: u16) -> u16 {
        ((self.place(log) * f64::from(cells)).max(0.0) as u16).min(cells.saturating_sub(1))
    }

    /// The dot next to a decimal logarithm, of `dots` from the start to the end, both included. NaN and −∞ are at the start.
    pub fn dot(&self, log: f64, dots: u16) -> u16 {
        let last = f64::from(dots.saturating_sub(1));
        (self.place(log) * last).round().clamp(0.0, last) as u16
    }

    /// The decimal logarithm of a dot.
    pub fn at_dot(&self, dot: u16, dots: u16) -> f64 {
        self.at(f64::from(dot) / f64::from(dots.saturating_sub(1).max(1)))
    }

    /// Whole decades, about `most` of them.
    pub fn decades(&self, most: usize) -> Vec<f64> {
        let all = self.from.ceil() as i32..=self.to.floor() as i32;
        let most = i32::try_from(most.max(1)).unwrap_or(i32::MAX);
        let span = all.end() - all.start();
        let step = STEPS.into_iter().find(|step| span <= step.saturating_mul(most)).unwrap_or(span);
        all.filter(|decade| decade.rem_euclid(step) == 0).map(f64::from).collect()
    }

    /// Ticks as decimal logarithms: 1, 2 and 5 of each decade, all digits if fewer than three of these are inside, whole
    /// decades on a long axis.
    pub fn ticks(&self) -> Vec<f64> {
        if self.to - self.from > DIGITS_UP_TO {
            return self.decades(DIGITS_UP_TO as usize);
        }
        let inside = |digits: &[u32]| -> Vec<f64> {
            let decades = self.from.floor() as i64..=self.to.floor() as i64;
            let all =
                decades.flat_map(|decade| digits.iter().map(move |&d| decade as f64 + f64::from(d).log10()));
            all.filter(|log| (self.from..=self.to).contains(log)).collect()
        };
        let enough = DIGITS.into_iter().map(inside).find(|ticks| ticks.len() >= LEAST_TICKS);
        enough.unwrap_or_else(|| vec![self.from, self.to])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_at_least_a_decade_and_ends() {
        assert_eq!(LogAxis::around([2.0].into_iter()), Some(LogAxis { from: 2.0, to: 3.0 }));
        assert_eq!(LogAxis::around([-5.5, -0.1].into_iter()), Some(LogAxis { from: -6.0, to: 0.0 }));
        assert_eq!(LogAxis::around([f64::NEG_INFINITY, f64::NAN].into_iter()), None);
        let axis = LogAxis { from: 2.0, to: 4.0 };
        assert_eq!((axis.place(3.0), axis.at(0.25)), (0.5, 2.5));
        assert_eq!([1.0, 2.0, 3.0, 4.0, 9.0].map(|log| axis.cell(log, 10)), [0, 0, 5, 9, 9]);
        assert_eq!([1.0, 2.0, 3.0, 4.0, 9.0].map(|log| axis.dot(log, 11)), [0, 0, 5, 10, 10]);
        assert_eq!(
            (axis.dot(f64::NEG_INFINITY, 11), axis.dot(f64::INFINITY, 11), axis.dot(3.0, 0)),
            (0, 10, 0)
        );
        assert_eq!((axis.at_dot(5, 11), axis.at_dot(0, 1)), (3.0, 2.0));
    }

    #[test]
    fn long_axes_have_ticks_at_decades_and_short_ones_at_digits() {
        let ticks = |from, to| LogAxis { from, to }.ticks();
        assert_eq!(ticks(-6.0, 0.0), [-6.0, -4.0, -2.0, 0.0]);
        assert_eq!(ticks(0.0, 681.0), [0.0, 200.0, 400.0, 600.0]);
        assert_eq!(ticks(0.9, 3.1), [1.0, 2.0, 3.0]);
        let close = |found: Vec<f64>, expected: &[f64]| {
            let both = found.iter().zip(expected);
            assert!(
                found.len() == expected.len()
                    && both.into_iter().all(|(a, b)| (10_f64.powf(*a) - b).abs() < 1e-9 * b),
                "{found:?}"
            );
        };
        close(ticks(1.2, 2.4), &[20.0, 50.0, 100.0, 200.0]);
        close(ticks(1.4, 1.8), &[30.0, 40.0, 50.0, 60.0]);
        assert_eq!(ticks(1.91, 1.94), [1.91, 1.94]);
    }
}
