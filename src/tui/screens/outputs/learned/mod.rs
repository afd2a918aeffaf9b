//! Outputs with a learned lane on view: a network at a test example, and the confusion matrix.
//!
//! ```text
//! │ Example │ Prediction │ Confusion      │  the input, the probabilities of the classes, right and wrong answers
//! │─────────┴────────────┴────────────────│
//! │ the network on view                   │  which network, what it predicts, its accuracy
//! │ note                                  │  a message, or where the examples come from
//! ```

mod confusion;
pub(super) mod network;
mod probabilities;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::chooser::{Chooser, STANDS_STILL};
use super::input::{self, LEAST_UPPER, ShownInput};
use super::keys::InputMove;
use crate::learning::Accuracy;
use crate::report::numbers::grouped;
use crate::report::{LearnedOutputReport, arm_name, json_text};
use crate::session::{LearnedOutput, LearnedView, Picture, Snapshot};
use crate::tui::export::Numbers;
use crate::tui::learned_lane::name_of_learned;
use crate::tui::look::Look;
use crate::tui::view::ScreenView;
use crate::tui::widgets::clickable::ClickTarget;
use crate::tui::widgets::frame_lines::{self, draw_lines, fitting, pane, rows_of};
use network::ShownNetwork;

/// The confidence of the interval.
const CONFIDENCE: f64 = 0.95;

/// Least columns of the prediction beside others, its frame included.
const PREDICTION: u16 = 22;

/// Least columns of the input beside others, its frame included.
const LEAST_INPUT: u16 = 18;

/// Most columns of the prediction.
const WIDEST_PREDICTION: u16 = 60;

/// Columns of the labels of the summary.
const LABELS: usize = 11;

/// Where the examples come from, and how to choose.
const NOTE: [&str; 3] = [
    " Examples are the preset's test data; nothing is learned from them. u: another network, m: its next mistake.",
    " Test examples of the preset. u: another network, m: its next mistake.",
    " u: network, m: its next mistake",
];

/// The shown example as numbers; `None` while it is on its way.
pub(super) fn numbers(snapshot: &Snapshot, lane: &LearnedView, chooser: &Chooser) -> Option<Numbers> {
    let network = network::shown(snapshot, lane, chooser.network, chooser.input)?;
    let report = LearnedOutputReport::new(snapshot, lane, (network.round, network.arm), &network.output);
    Some(Numbers { json: json_text(&report), table: report.table(), why_no_rows: "there are no outputs" })
}

pub(super) fn render(
    view: &ScreenView<'_>,
    lane: &LearnedView,
    chooser: &Chooser,
    area: Rect,
    buffer: &mut Buffer,
) {
    let [panes, note] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(area);
    let (snapshot, look) = (&**view.scene.snapshot, view.look);
    match network::shown(snapshot, lane, chooser.network, chooser.input) {
        Some(network) => {
            let wheel = ClickTarget::Wheel(InputMove::Previous.action(), InputMove::Next.action());
            view.clickables.add(panes, wheel);
            let lines = summary(snapshot, lane, &network, look, panes.width.saturating_sub(2));
            let below = (lines.len() as u16 + 2).min(panes.height.saturating_sub(LEAST_UPPER));
            let [upper, lower] =
                Layout::vertical([Constraint::Fill(1), Constraint::Length(below)]).areas(panes);
            upper_panes(view, &network.output, chooser.scroll, upper, buffer);
            let title = match (network.finished, lane.is_done) {
                (Some(_), _) => "A finished network",
                (None, true) => "The ticket at the end",
                (None, false) => "The network under training",
            };
            let inside = pane(title, look, lower, buffer);
            draw_lines(&lines, look, inside, buffer);
        }
        // Requested after the view was frozen; else the answer is on its way.
        None => {
            let text = if view.scene.frozen { STANDS_STILL } else { "" };
            Paragraph::new(text).render(pane("Example", look, panes, buffer), buffer);
        }
    }
    let line = view.message_line().unwrap_or_else(|| {
        Line::styled(fitting(NOTE.map(str::to_owned).to_vec(), note.width), look.theme.faint)
    });
    frame_lines::draw_line(&line, look, note, buffer);
}

/// The three panes side by side; without room for the matrix, the first two.
fn upper_panes(
    view: &ScreenView<'_>,
    output: &LearnedOutput,
    scroll: usize,
    area: Rect,
    buffer: &mut Buffer,
) {
    let look = view.look;
    let x: Vec<f64> = output.input.iter().map(|&value| f64::from(value)).collect();
    let picture = Picture::new(&x);
    let shown = ShownInput { x: &x, picture: picture.as_ref(), label: Some(output.label as usize) };
    let wide = input::width(shown, look, area);
    // A smaller picture rather than no matrix.
    let needed = confusion::size_in_percent(output).0 + PREDICTION;
    let input = wide.min(area.width.saturating_sub(needed)).max(LEAST_INPUT.min(wide));
    let room = area.width.saturating_sub(input + PREDICTION);
    let fits = |(width, height): &(u16, u16)| *width <= room && *height <= area.height;
    let sizes = [confusion::size(output), confusion::size_in_percent(output)];
    let matrix = sizes.into_iter().find(fits).map_or(0, |(width, _)| width);
    let matrix = if output.confusion.is_empty() { room.min(sizes[0].0 * 5) } else { matrix };
    let prediction = area.width.saturating_sub(input + matrix);
    let prediction = if matrix > 0 { prediction.min(WIDEST_PREDICTION) } else { prediction };
    let [left, middle, right] =
        Layout::horizontal([Constraint::Length(input), Constraint::Length(prediction), Constraint::Fill(1)])
            .areas(area);
    let (example, last) = (grouped(output.example as u64), grouped(output.examples.saturating_sub(1) as u64));
    let title = fitting(
        vec![format!("Example {example} (0-{last})"), format!("Example {example}")],
        left.width.saturating_sub(4),
    );
    let inside = pane(&title, look, left, buffer);
    input::render(shown, scroll, look, view.pictures, inside, buffer);
    let pointer = look.glyphs.pointer;
    let titles = match output.probabilities.is_empty() {
        true => {
            vec![format!("{pointer} prediction; no probabilities are kept"), format!("{pointer} prediction")]
        }
        false => vec![format!("Probabilities, {pointer} prediction"), "Probabilities".to_owned()],
    };
    let title = fitting(titles, middle.width.saturating_sub(4));
    let inside = pane(&title, look, middle, buffer);
    let listed = probabilities::listed(output, view.scene.filter);
    let rows = probabilities::rows_shown(&listed, scroll, inside.height);
    probabilities::render(output, &listed[rows.clone()], look, inside, buffer);
    rows_of("classes", rows, listed.len(), look, middle, buffer);
    if matrix > 0 {
        let counted = sizes[0].0 <= right.width;
        let (down, across) = (look.glyphs.down_across[0], look.glyphs.down_across[1]);
        let title = fitting(
            vec![
                format!(
                    "Confusion: label {down} prediction {across}{}",
                    if counted { "" } else { ", % of a label" }
                ),
                format!("label {down} prediction {across}{}", if counted { "" } else { ", %" }),
                "Confusion".to_owned(),
            ],
            right.width.saturating_sub(4),
        );
        let inside = pane(&title, look, right, buffer);
        confusion::render(output, look, inside, buffer);
    }
}

/// Which network, what it predicts here, its accuracy, and the commonest mistake.
fn summary(
    snapshot: &Snapshot,
    lane: &LearnedView,
    shown: &ShownNetwork,
    look: &Look,
    width: u16,
) -> Vec<Line<'static>> {
    let output = &shown.output;
    let theme = look.theme;
    let room = width.saturating_sub(LABELS as u16);
    let line = |label: &str, variants: Vec<String>, style| {
        let label = format!("{label:<LABELS$}");
        Line::from(vec![Span::styled(label, theme.faint), Span::styled(fitting(variants, room), style)])
    };
    let mut network = vec![name_of_learned(snapshot, lane)];
    let position = &lane.position;
    if position.rounds > 1 {
        network.push(format!("round {} of {}", shown.round, position.rounds - 1));
    }
    network.push(arm_name(shown.arm).to_owned());
    network.push(match shown.finished {
        Some(0) => "finished, not trained".to_owned(),
        Some(steps) => format!("finished after {} steps", grouped(steps)),
        None if lane.is_done => "done".to_owned(),
        None => format!("epoch {} of {}", (position.epoch + 1).min(position.epochs), position.epochs),
    });
    let network: Vec<String> =
        (1..=network.len()).rev().map(|parts| network[..parts].join(look.glyphs.separator)).collect();
    let (label, prediction) = (output.label, output.prediction);
    let probability = output.probabilities.get(prediction as usize);
    let sure = probability.map(|share| format!("with {:.1} %", 100.0 * share));
    let (answer, style) = if label == prediction {
        let sure = sure.map_or_else(String::new, |sure| format!(", {sure}"));
        (format!("{} it predicts {prediction}, rightly{sure}", look.glyphs.good), theme.good)
    } else {
        let sure = sure.map_or_else(String::new, |sure| format!(" {sure}"));
        (format!("{} it predicts {prediction}{sure}; the label is {label}", look.glyphs.bad), theme.bad)
    };
    vec![
        line("network", network, theme.text),
        line("here", vec![answer], style),
        line("accuracy", accuracy(output), theme.text),
        line("mistakes", mistakes(output), theme.text),
    ]
}

fn accuracy(output: &LearnedOutput) -> Vec<String> {
    let examples: u64 = output.confusion.iter().flatten().sum();
    if examples == 0 {
        return vec!["the test examples are being counted".to_owned()];
    }
    let correct: u64 = output.confusion.iter().enumerate().filter_map(|(label, row)| row.get(label)).sum();
    let found = Accuracy { correct, examples };
    let (low, high) = found.interval(CONFIDENCE);
    let [share, low, high] = [found.share(), low, high].map(|share| 100.0 * share);
    vec![
        format!(
            "{share:.2} %, 95 % interval {low:.1} to {high:.1}: {} of {} test examples right",
            grouped(correct),
            grouped(examples)
        ),
        format!("{share:.2} % ({low:.1} to {high:.1}) of {}", grouped(examples)),
        format!("{share:.2} %"),
    ]
}

/// The commonest wrong answer, and the way to the next one.
fn mistakes(output: &LearnedOutput) -> Vec<String> {
    let cells = output.confusion.iter().enumerate().flat_map(|(label, row)| {
        row.iter().enumerate().map(move |(prediction, &count)| (count, label, prediction))
    });
    let wrong = || cells.clone().filter(|(count, label, prediction)| label != prediction && *count > 0);
    let all: u64 = wrong().map(|(count, ..)| count).sum();
    // The first of the most frequent ones.
    match wrong().reduce(|most, other| if other.0 > most.0 { other } else { most }) {
        None => vec!["none".to_owned()],
        Some((count, label, prediction)) => vec![
            format!(
                "{}, most often {label} taken for {prediction}: {} times (m goes to the next)",
                grouped(all),
                grouped(count)
            ),
            format!("{}, {label} taken for {prediction} {count} times", grouped(all)),
            grouped(all),
        ],
    }
}
