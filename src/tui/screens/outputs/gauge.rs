//! The error as a gauge against ε: a bar for the error at this input, marks for the largest error found (`f`) and the one
//! certified (`c`).

use ratatui::text::Span;

use crate::report::numbers::{number_short, power_of_ten};
use crate::tui::look::Look;

/// Columns of the gauge, at least and at most.
pub(super) const COLUMNS: (u16, u16) = (24, 64);

/// Below this share of the scale an error is far from its end: the scale is logarithmic then.
const FAR: f64 = 0.05;

/// The errors on a gauge, none of them negative.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gauge {
    /// at this input, once there is a pruned network
    pub(super) here: Option<f64>,
    /// the largest found
    pub(super) found: f64,
    /// the largest possible
    pub(super) certified: f64,
    /// the one asked for
    pub(super) epsilon: f64,
}

/// From the left end to the right one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    /// from 0
    Linear { to: f64 },
    /// decimal logarithms
    Log { from: f64, to: f64 },
}

impl Gauge {
    fn scale(self) -> Scale {
        let to = self.epsilon.max(self.certified).max(self.found);
        let smallest =
            [self.found, self.certified].into_iter().filter(|error| *error > 0.0).fold(to, f64::min);
        if smallest >= FAR * to {
            return Scale::Linear { to };
        }
        Scale::Log { from: smallest.log10().floor() - 1.0, to: to.log10() }
    }

    /// The gauge in so many columns: `1e-8 ██████f░░░░c········· ε, log`. Nothing if there are too few.
    pub(super) fn spans(self, width: u16, look: &Look) -> Vec<Span<'static>> {
        let all = [self.here.unwrap_or(0.0), self.found, self.certified, self.epsilon];
        if width < COLUMNS.0 || all.iter().any(|error| !error.is_finite()) || self.epsilon <= 0.0 {
            return Vec::new();
        }
        let (theme, glyphs, scale) = (look.theme, look.glyphs, self.scale());
        let (start, name) = match scale {
            Scale::Linear { .. } => ("0 ".to_owned(), ""),
            Scale::Log { from, .. } => (format!("{} ", power_of_ten(from)), ", log"),
        };
        let end = match self.certified.max(self.found) > self.epsilon {
            true => format!(" {}{name}", number_short(self.certified.max(self.found))),
            false => format!(" {}{name}", glyphs.epsilon),
        };
        let used = start.chars().count() + end.chars().count();
        let cells = usize::from(width.min(COLUMNS.1)).saturating_sub(used);
        let here = self.here.map_or(0, |here| scale.cell(here, cells));
        let [found, certified] = [self.found, self.certified].map(|error| scale.cell(error, cells));
        // Marks in one cell stand side by side, in order.
        let found = found.min(cells.saturating_sub(2));
        let certified = certified.clamp(found + 1, cells.saturating_sub(1));
        let epsilon =
            (self.epsilon < self.certified.max(self.found)).then(|| scale.cell(self.epsilon, cells));
        let cell = |cell: usize| match cell {
            _ if cell == found => Span::styled("f", theme.title),
            _ if cell == certified => Span::styled("c", theme.title),
            _ if Some(cell) == epsilon => Span::styled(glyphs.guide, theme.bad),
            _ if cell < here => Span::styled(glyphs.bar[8], theme.bar),
            _ if cell < certified => Span::styled(glyphs.shades[0], theme.bar),
            _ => Span::styled(glyphs.wanted, theme.faint),
        };
        let bar = (0..cells).map(cell);
        [Span::styled(start, theme.faint)]
            .into_iter()
            .chain(bar)
            .chain([Span::styled(end, theme.faint)])
            .collect()
    }
}

impl Scale {
    /// The cell of an error, of `cells`.
    fn cell(self, error: f64, cells: usize) -> usize {
        let share = match self {
            Self::Linear { to } => error / to,
            Self::Log { from, to } => (error.log10() - from) / (to - from),
        };
        // No error at all is at the start, on a logarithmic scale too.
        ((share.max(0.0) * cells as f64) as usize).min(cells.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::look::glyphs::{ASCII, UNICODE};
    use crate::tui::look::theme::MONO;

    const LOOKS: [Look; 2] = [Look { theme: MONO, glyphs: UNICODE }, Look { theme: MONO, glyphs: ASCII }];

    fn drawn(errors: [f64; 4], width: u16, look: &Look) -> String {
        let [here, found, certified, epsilon] = errors;
        let gauge = Gauge { here: Some(here), found, certified, epsilon };
        gauge.spans(width, look).iter().map(|span| span.content.as_ref()).collect()
    }

    #[test]
    fn near_errors_have_a_linear_scale_and_far_ones_a_named_logarithmic_one() {
        let [unicode, ascii] = LOOKS;
        assert_eq!(drawn([0.02, 0.05, 0.08, 0.1], 24, &unicode), "0 ███░░░░░░░f░░░░c···· ε");
        assert_eq!(drawn([0.02, 0.05, 0.08, 0.1], 26, &ascii), "0 ===-------f----c.... eps");
        assert_eq!(
            drawn([6.5e-7, 6.5e-7, 3e-6, 0.01], 40, &unicode),
            "1e-8 ████████f░░c················ ε, log"
        );
    }

    #[test]
    fn an_error_beyond_epsilon_reaches_beyond_its_mark() {
        let text = drawn([0.1, 0.2, 0.4, 0.1], 30, &LOOKS[0]);
        assert!(text.ends_with(" 0.400") && text.contains('┊') && text.contains('c'), "{text}");
    }

    #[test]
    fn no_values_and_no_width_break_it() {
        let values = [0.0, 5e-324, 1e-9, 0.5, 1.0, 1e300, f64::INFINITY, f64::NAN];
        for look in &LOOKS {
            for width in 0..70 {
                for here in values {
                    for certified in values {
                        let text = drawn([here, here.min(certified), certified, 1.0], width, look);
                        assert!(text.chars().count() <= usize::from(width), "{text}");
                        assert!(text.is_empty() || text.contains('f') && text.contains('c'), "{text}");
                    }
                }
            }
        }
        assert_eq!(drawn([0.0, 0.0, 0.0, 0.1], 24, &LOOKS[0]).matches('█').count(), 0);
    }
}
