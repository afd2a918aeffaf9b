//! The network's failure rate as a picture of characters.

use super::axes::{Axes, number};
use crate::session::LaneRuns;
use crate::theory::Count;

/// Rows of the picture, its axis and numbers apart.
const ROWS: usize = 14;

/// Columns for the numbers of the rates.
const NUMBERS: usize = 7;

/// Columns at least, numbers included.
const LEAST_WIDTH: usize = 30;

/// What is drawn with.
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

/// The network's failure rate against neurons per weight, both on log axes, in lines of at most `width` columns (30 at
/// least): the rate, its interval at `confidence`, δ, the threshold and the neurons of the bound or of a budget, which `limit`
/// names. Empty where there are no neurons to draw.
pub fn plot(
    lane: &LaneRuns,
    (delta, confidence): (f64, f64),
    limit: &str,
    width: usize,
    ascii: bool,
) -> String {
    let Some(axes) = Axes::of(lane, delta) else { return String::new() };
    let ink = if ascii { &ASCII } else { &UNICODE };
    let columns = width.max(LEAST_WIDTH) - NUMBERS - 2;
    let mut canvas = vec![vec![' '; columns]; ROWS];
    let row = |log: f64| {
        let place = (axes.rate.1 - log) / (axes.rate.1 - axes.rate.0);
        (place * (ROWS - 1) as f64).round().min(ROWS as f64) as usize
    };
    let column = |log: f64| {
        let place = (log - axes.neurons.0) / (axes.neurons.1 - axes.neurons.0);
        ((place * (columns - 1) as f64).round().max(0.0) as usize).min(columns - 1)
    };
    let bound = column(lane.network.limit().log10());
    canvas.iter_mut().for_each(|line| line[bound] = ink.bound);
    let samples = axes.sample(&lane.network, confidence, columns);
    for (x, sample) in samples.iter().enumerate() {
        let band = row(sample.high)..=row(sample.low).min(ROWS - 1);
        canvas[band].iter_mut().for_each(|line| line[x] = ink.band);
    }
    canvas[row(delta.log10())].fill(ink.delta);
    let mut before: Option<usize> = None;
    for (x, sample) in samples.iter().enumerate() {
        // Below the foot where no run has failed; steep parts are joined.
        let at = row(sample.rate);
        let from = before.map_or(at, |before| (before + 1).min(at));
        canvas[from.min(ROWS)..(at + 1).min(ROWS)].iter_mut().for_each(|line| line[x] = ink.curve);
        before = Some(at);
    }
    let threshold = lane.network.threshold(delta, confidence);
    let mut mark = |neurons: Option<Count>, sign: char| {
        if let Some(log) = neurons.map(Count::log10).filter(|log| log.is_finite()) {
            canvas[row(delta.log10())][column(log)] = sign;
        }
    };
    mark(threshold.estimate, ink.threshold);

    let mut text = String::new();
    let decades = (axes.rate.1 - axes.rate.0) as usize;
    for (index, line) in canvas.iter().enumerate() {
        let decade = (0..=decades).find(|&decade| row(-(decade as f64)) == index);
        let name = decade.map_or(String::new(), |decade| number(-(decade as f64)));
        push(&mut text, &format!("{name:>NUMBERS$} {}{}", ink.side, line.iter().collect::<String>()));
    }
    let mut foot = vec![ink.foot; columns];
    let mut numbers = vec![' '; columns + NUMBERS];
    let mut free_from = 0;
    for log in axes.ticks() {
        let name: Vec<char> = number(log).chars().collect();
        let at = NUMBERS + column(log) - name.len() / 2;
        if at >= free_from && at + name.len() <= numbers.len() {
            foot[column(log)] = ink.tick;
            numbers[at..at + name.len()].copy_from_slice(&name);
            free_from = at + name.len() + 2;
        }
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
