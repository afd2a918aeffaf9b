//! Letters, names and colours of the curves.

use ratatui::style::Style;

use crate::learning::Arm;
use crate::report::numbers::share;
use crate::report::{KeptCurve, KeptSeries, arm_name};
use crate::theory::Count;
use crate::tui::look::Look;

/// A series as it is drawn.
#[derive(Clone, Debug)]
pub(super) struct DrawnSeries<'a> {
    pub(super) of: &'a KeptSeries,
    /// unique on the plot
    pub(super) letter: char,
    pub(super) name: String,
    pub(super) style: Style,
}

impl DrawnSeries<'_> {
    pub(super) fn is_ticket(&self) -> bool {
        self.of.arm == Arm::Ticket
    }
}

/// All series, in the order of the curve: a ticket has the capital of its method, a control the first letter of its name,
/// or else the first free one. A control of several methods is named after the letter of its ticket.
pub(super) fn drawn<'a>(kept: &'a KeptCurve, look: &Look) -> Vec<DrawnSeries<'a>> {
    let styles = [look.theme.curve, look.theme.bar, look.theme.full, look.theme.bound, look.theme.text];
    let mut letters: Vec<char> = Vec::new();
    let mut tickets: Vec<(&str, char)> = Vec::new();
    let several = |arm: Arm| kept.series.iter().filter(|series| series.arm == arm).count() > 1;
    let draw = |(place, of): (usize, &'a KeptSeries)| {
        let method = of.name.strip_suffix(arm_name(of.arm)).and_then(|name| name.strip_suffix(", "));
        let method = method.unwrap_or(of.method);
        let name = match of.arm {
            Arm::Ticket => method.to_owned(),
            arm if several(arm) => {
                let ticket = tickets.iter().find(|(of, _)| *of == method);
                let of = ticket.map_or_else(|| method.to_owned(), |(_, letter)| letter.to_string());
                format!("{} of {of}", arm_name(arm))
            }
            arm => arm_name(arm).to_owned(),
        };
        let initial = name.chars().next().unwrap_or('x');
        let first = if of.arm == Arm::Ticket { initial.to_ascii_uppercase() } else { initial };
        let wanted = std::iter::once(first).chain(name.chars()).chain('a'..='z').chain('A'..='Z');
        let is_free = |letter: &char| letter.is_ascii_alphabetic() && !letters.contains(letter);
        let letter = wanted.into_iter().find(is_free).unwrap_or('?');
        letters.push(letter);
        if of.arm == Arm::Ticket {
            tickets.push((method, letter));
        }
        DrawnSeries { of, letter, name, style: styles[place % styles.len()] }
    };
    kept.series.iter().enumerate().map(draw).collect()
}

/// The shares with a point, from the largest to the smallest. Networks without a mask have no place of their own.
pub(super) fn places(kept: &KeptCurve) -> Vec<f64> {
    let masked = kept.series.iter().filter(|series| !series.is_level());
    let mut places: Vec<f64> =
        masked.flat_map(|series| series.points.iter().map(|point| point.share)).collect();
    places.sort_by(|a, b| b.total_cmp(a));
    places.dedup();
    places
}

/// The accuracies at a place, in words: each with its interval, without it, by letter alone.
pub(super) fn readings(drawn: &[DrawnSeries<'_>], place: f64) -> Vec<String> {
    let at: Vec<_> = drawn
        .iter()
        .filter_map(|series| {
            let point =
                series.of.points.iter().find(|point| point.share == place && !series.of.is_level())?;
            Some((series, point))
        })
        .collect();
    let kept = share(Count::new(place));
    let line = |write: &dyn Fn(&DrawnSeries<'_>, [f64; 3]) -> String| {
        let each = at.iter().map(|(series, point)| {
            write(series, [point.accuracy, point.low, point.high].map(|share| 100.0 * share))
        });
        format!(" At {kept}: {}", each.collect::<Vec<_>>().join(", "))
    };
    vec![
        line(&|series, [found, low, high]| format!("{} {found:.1} % ({low:.1} to {high:.1})", series.name)),
        line(&|series, [found, low, high]| format!("{} {found:.1} ({low:.1}-{high:.1})", series.name)),
        line(&|series, [found, low, high]| format!("{} {found:.1} ({low:.0}-{high:.0})", series.letter)),
        line(&|series, [found, ..]| format!("{} {found:.1}", series.letter)),
    ]
}
