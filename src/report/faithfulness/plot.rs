//! The network's failure rate as a picture of characters.

use super::samples::RateAxes;
use crate::report::numbers::power_of_ten;
use crate::report::plot::{curve, labels};
use crate::session::LaneRuns;
use crate::theory::Count;

/// Rows of the picture, its axis and numbers apart.
const ROWS: usize = 14;

/// Columns for the numbers of the rates.
const NUMBERS: usize = 7;

/// Columns at least, numbers included.
const LEAST_WIDTH: usize = 30;

/// The characters of the plot.
struct Ink {
    curve: char,
    band: char,
    delta: char,
    threshold: char,
    bound: char,
    side: char,
    foot: char,
    corner: char,
    tick: char,
    allowed: &'static str,
}

const UNICODE: Ink = Ink {
    curve: '•',
    band: '░',
    delta: '─',
    threshold: '◆',
    bound: '┊',
    side: '│',
    foot: '─',
    corner: '└',
    tick: '┴',
    allowed: "δ",
};

const ASCII: Ink = Ink {
    curve: '*',
    band: ':',
    delta: '-',
    threshold: '@',
    bound: ']',
    side: '|',
    foot: '-',
    corner: '+',
    tick: '+',
    allowed: "delta",
};

/// The network's failure rate against neurons per weight, both on log axes, in lines of at most `width` columns (30 at least):
/// the rate, its interval at `confidence`, δ, the threshold, and the neurons of the bound or the budget, named by `limit`.
/// Empty without neurons to draw.
pub fn plot(
    lane: &LaneRuns,
    (delta, confidence): (f64, f64),
    limit: &str,
    width: usize,
    ascii: bool,
) -> String {
    let Some(axes) = RateAxes::of(lane, delta) else { return String::new() };
    let ink = if ascii { &ASCII } else { &UNICODE };
    let columns = width.max(LEAST_WIDTH) - NUMBERS - 2;
    let mut canvas = vec![vec![' '; columns]; ROWS];
    // From the top; a rate of 0 has the row below the foot.
    let row = |log: f64| {
        let place = (1.0 - axes.rate.place(log)) * (ROWS - 1) as f64;
        place.round().min(ROWS as f64) as usize
    };
    let column = |log: f64| usize::from(axes.neurons.dot(log, columns as u16));
    let bound = column(lane.network.limit().log10());
    canvas.iter_mut().for_each(|line| line[bound] = ink.bound);
    // The interval, δ over it, and the curve over both.
    let samples = axes.sample(&lane.network, confidence, columns);
    for (x, sample) in samples.iter().enumerate() {
        let band = row(sample.high)..=row(sample.low).min(ROWS - 1);
        canvas[band].iter_mut().for_each(|line| line[x] = ink.band);
    }
    let delta_row = row(delta.log10());
    canvas[delta_row].fill(ink.delta);
    for (x, rows) in curve(samples.iter().map(|sample| Some(row(sample.rate) as u16))).enumerate() {
        for y in rows.into_iter().flatten().map(usize::from).filter(|&y| y < ROWS) {
            canvas[y][x] = ink.curve;
        }
    }
    let threshold = lane.network.threshold(delta, confidence).estimate.map(Count::log10);
    if let Some(log) = threshold.filter(|log| log.is_finite()) {
        canvas[delta_row][column(log)] = ink.threshold;
    }

    let mut text = String::new();
    let decades = axes.rate.decades(usize::MAX);
    for (index, line) in canvas.iter().enumerate() {
        let decade = decades.iter().rev().find(|&&decade| row(decade) == index);
        let name = decade.map_or(String::new(), |&decade| power_of_ten(decade));
        push(&mut text, &format!("{name:>NUMBERS$} {}{}", ink.side, line.iter().collect::<String>()));
    }
    let mut foot = vec![ink.foot; columns];
    let mut numbers = vec![' '; columns + NUMBERS];
    let ticks = axes.neurons.ticks().into_iter().map(|log| (NUMBERS + column(log), power_of_ten(log)));
    for label in labels(ticks, numbers.len()) {
        foot[label.tick - NUMBERS] = ink.tick;
        numbers.splice(label.at..label.at + label.text.chars().count(), label.text.chars());
    }
    push(&mut text, &format!("{:>NUMBERS$} {}{}", "", ink.corner, foot.iter().collect::<String>()));
    push(&mut text, &format!("  {}", numbers.iter().collect::<String>()));
    let legend = format!(
        "{} failure rate of the network against neurons per weight, {} its interval, {} {}, {} threshold, {} {limit}",
        ink.curve, ink.band, ink.delta, ink.allowed, ink.threshold, ink.bound
    );
    textwrap::wrap(&legend, width.max(LEAST_WIDTH)).iter().for_each(|line| push(&mut text, line));
    text
}

fn push(text: &mut String, line: &str) {
    text.push_str(line.trim_end());
    text.push('\n');
}
