//! Outputs with a learned lane on view: the network under training at a test example, and the confusion matrix.
//!
//! ```text
//! │ Example │ Prediction │ Confusion      │  the input, the probabilities of the classes, right and wrong answers
//! │─────────┴────────────┴────────────────│
//! │ the network under training            │  which network, what it predicts, its accuracy
//! │ note                                  │  a message, or where the examples come from
//! ```

mod confusion;
mod probabilities;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::chooser::STANDS_STILL;
use super::input::{self, LEAST_UPPER, ShownInput};
use super::keys::InputMove;
use crate::learning::{Accuracy, Arm};
use crate::report::numbers::grouped;
use crate::report::{LearnedOutputReport, arm_name, json_text, learned_names};
use crate::session::{LearnedOutput, LearnedView, Picture, Snapshot};
use crate::tui::export::Numbers;
use crate::tui::look::Look;
use crate::tui::view::ScreenView;
use crate::tui::widgets::clickable::ClickTarget;
use crate::tui::widgets::frame_lines::{self, fitting, pane, rows_of};

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

/// Where the examples come from.
const NOTE: &str = " Examples are the test part of the preset's data; nothing is chosen by them.";

/// The shown example as numbers; `None` while it is on its way.
pub(super) fn numbers(snapshot: &Snapshot) -> Option<Numbers> {
    let report = LearnedOutputReport::new(snapshot)?;
    Some(Numbers { json: json_text(&report), table: report.table(), why_no_rows: "there are no outputs" })
}

pub(super) fn render(
    view: &ScreenView<'_>,
    lane: &LearnedView,
    scroll: usize,
    area: Rect,
    buffer: &mut Buffer,
) {
    let [panes, note] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(area);
    let (snapshot, look) = (&**view.scene.snapshot, view.look);
    match &snapshot.learned_output {
        Some(output) => {
            let wheel = ClickTarget::Wheel(InputMove::Previous.action(), InputMove::Next.action());
            view.clickables.add(panes, wheel);
            let lines = summary(snapshot, lane, output, look, panes.width.saturating_sub(2));
            let below = (lines.len() as u16 + 2).min(panes.height.saturating_sub(LEAST_UPPER));
            let [upper, lower] =
                Layout::vertical([Constraint::Fill(1), Constraint::Length(below)]).areas(panes);
            upper_panes(view, output, scroll, upper, buffer);
            let inside = pane("The network under training", look, lower, buffer);
            Paragraph::new(lines).render(inside, buffer);
        }
        // Requested after the view was frozen; else the answer is on its way.
        None => {
            let text = if view.scene.frozen { STANDS_STILL } else { "" };
            Paragraph::new(text).render(pane("Example", look, panes, buffer), buffer);
        }
    }
    let line = view.message_line().unwrap_or_else(|| Line::styled(NOTE, look.theme.faint));
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
    input::render(shown, scroll, look, inside, buffer);
    let title = fitting(
        vec![format!("Probabilities, {} prediction", look.glyphs.pointer), "Probabilities".to_owned()],
        middle.width.saturating_sub(4),
    );
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
    output: &LearnedOutput,
    look: &Look,
    width: u16,
) -> Vec<Line<'static>> {
    let theme = look.theme;
    let room = width.saturating_sub(LABELS as u16);
    let line = |label: &str, variants: Vec<String>, style| {
        let label = format!("{label:<LABELS$}");
        Line::from(vec![Span::styled(label, theme.faint), Span::styled(fitting(variants, room), style)])
    };
    let names = learned_names(&snapshot.learned.iter().map(|lane| &lane.method).collect::<Vec<_>>());
    let place = snapshot.learned.iter().position(|other| other.lane == lane.lane);
    let name = place.and_then(|place| names.get(place).cloned()).unwrap_or_default();
    let mut network = vec![name];
    let position = &lane.position;
    if position.rounds > 1 {
        network.push(format!("round {} of {}", position.round, position.rounds - 1));
    }
    if lane.is_done {
        network.push("done".to_owned());
    } else {
        network.push(arm_name(position.arm).to_owned());
        network.push(format!("epoch {} of {}", (position.epoch + 1).min(position.epochs), position.epochs));
    }
    let network: Vec<String> =
        (1..=network.len()).rev().map(|parts| network[..parts].join(look.glyphs.separator)).collect();
    let (label, prediction) = (output.label, output.prediction);
    let probability = output.probabilities.get(prediction as usize).copied().unwrap_or(f64::NAN);
    let sure = format!("{:.1} %", 100.0 * probability);
    let (answer, style) = if label == prediction {
        (format!("{} it predicts {prediction}, rightly, with {sure}", look.glyphs.good), theme.good)
    } else {
        (format!("{} it predicts {prediction} with {sure}; the label is {label}", look.glyphs.bad), theme.bad)
    };
    vec![
        line("network", network, theme.text),
        line("here", vec![answer], style),
        line("accuracy", accuracy(output), theme.text),
        line("mistakes", mistakes(output, lane), theme.text),
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
fn mistakes(output: &LearnedOutput, lane: &LearnedView) -> Vec<String> {
    let cells = output.confusion.iter().enumerate().flat_map(|(label, row)| {
        row.iter().enumerate().map(move |(prediction, &count)| (count, label, prediction))
    });
    let wrong = || cells.clone().filter(|(count, label, prediction)| label != prediction && *count > 0);
    let all: u64 = wrong().map(|(count, ..)| count).sum();
    let has_ticket = lane.rounds.iter().any(|round| round.arm(Arm::Ticket).is_some());
    let next = if has_ticket { " (m goes to the next)" } else { "" };
    // The first of the most frequent ones.
    match wrong().reduce(|most, other| if other.0 > most.0 { other } else { most }) {
        None => vec!["none".to_owned()],
        Some((count, label, prediction)) => vec![
            format!("{}, most often {label} taken for {prediction}: {count} times{next}", grouped(all)),
            format!("{}, {label} taken for {prediction} {count} times", grouped(all)),
            grouped(all),
        ],
    }
}
