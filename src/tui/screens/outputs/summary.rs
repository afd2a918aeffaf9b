//! What the two networks choose, how far apart they are here, and over the inputs tried so far.

use ratatui::text::{Line, Span};

use super::gauge::Gauge;
use crate::report::text::{asked, grouped};
use crate::session::{OutputView, Phase, PrunedOutputs, Snapshot};
use crate::tui::look::Look;
use crate::tui::widgets::frame_lines::fitting;

/// Width of the labels.
const LABELS: usize = 11;

/// Columns before the gauge.
const GAP: u16 = 3;

pub(super) fn lines(snapshot: &Snapshot, view: &OutputView, look: &Look, width: u16) -> Vec<Line<'static>> {
    let (theme, glyphs) = (look.theme, look.glyphs);
    let lane = &snapshot.lanes[view.lane];
    let row = &lane.error;
    let room = width.saturating_sub(LABELS as u16);
    let line = |label: &str, variants: Vec<String>, style| {
        let label = format!("{label:<LABELS$}");
        Line::from(vec![Span::styled(label, theme.faint), Span::styled(fitting(variants, room), style)])
    };
    let tried = grouped(row.found.tried as i64);
    let mut lines = Vec::new();
    if view.target.values.len() > 1 {
        let agree = view.pruned.as_ref().map(|pruned| pruned.outputs.class == view.target.class);
        let style = if agree == Some(false) { theme.bad } else { theme.text };
        lines.push(line("class", choices(view, look), style));
    }
    lines.push(match &view.pruned {
        Some(pruned) => line(glyphs.norm_error, here(pruned, row.certified, row.epsilon, look), theme.text),
        None => {
            let g = glyphs.pruned;
            let variants = match lane.phase {
                Phase::Building(layer) => {
                    let (layers, row) = (lane.layers.len(), &lane.layers[layer - 1]);
                    let (done, weights) = (grouped(row.weights_done as i64), grouped(row.weights as i64));
                    let at = format!("layer {layer} of {layers}");
                    vec![
                        format!("no {g} before all layers are built: {at}, {done}/{weights} weights"),
                        format!("no {g} yet: {at}, {done}/{weights}"),
                        format!("no {g} yet: {at}"),
                    ]
                }
                Phase::Verifying | Phase::Done => vec![String::new()],
            };
            line(glyphs.norm_error, variants, theme.text)
        }
    });
    lines.push(if row.found.tried == 0 {
        line("found", vec!["no input tried yet".to_owned()], theme.text)
    } else {
        let (error, worst) = (row.found.error, grouped(row.found.worst_input as i64));
        let variants = match row.found.climbed() {
            Some(climbed) => vec![
                format!(
                    "{error:.3e} at input {worst}, climbed to from {} of {tried} tried (d goes there)",
                    climbed.from
                ),
                format!("{error:.3e} at input {worst}, climbed to (d)"),
            ],
            None => vec![
                format!("{error:.3e} at input {worst}, the largest of {tried} tried (d goes there)"),
                format!("{error:.3e} at input {worst} (d)"),
            ],
        };
        line("found", variants, theme.text)
    });
    let epsilon = format!("{} {}", glyphs.epsilon, asked(row.epsilon));
    lines.push(match row.certified {
        None => line("certified", vec![format!("-, {epsilon}")], theme.text),
        Some(certified) => {
            let (mark, style) = at_most(certified, row.epsilon, look);
            let text = format!("{certified:.3e} {mark} {} {epsilon}", glyphs.at_most);
            let rest = room.saturating_sub(text.chars().count() as u16 + GAP);
            let mut line = line("certified", vec![text], style);
            if row.found.tried > 0 {
                let here = view.pruned.as_ref().map(|pruned| pruned.error);
                let gauge = Gauge { here, found: row.found.error, certified, epsilon: row.epsilon };
                let spans = gauge.spans(rest, look);
                line.push_span(" ".repeat(if spans.is_empty() { 0 } else { usize::from(GAP) }));
                line.extend(spans);
            }
            line
        }
    });
    if let Some((f, g)) = row.found.accuracy() {
        let both = format!("F {:.2} %, {} {:.2} %", 100.0 * f, glyphs.pruned, 100.0 * g);
        lines.push(line(
            "accuracy",
            vec![format!("{both} of {tried} labelled inputs tried"), both],
            theme.text,
        ));
    }
    if row.found.tried > 0 && view.target.values.len() > 1 {
        let count = format!("{} of {tried}", grouped(row.found.mistakes.len() as i64));
        let next = if row.found.mistakes.is_empty() { "" } else { " (m goes to the next)" };
        let (label, told) = match row.found.correct {
            Some(_) => ("mistakes", format!("{count} tried: F or {} wrong{next}", glyphs.pruned)),
            None => ("disagree", format!("at {count} tried{next}")),
        };
        let variants = vec![told, format!("{count} (m)")];
        lines.push(line(label, variants, theme.text));
    }
    lines
}

/// What each network chooses, and whether that is right.
fn choices(view: &OutputView, look: &Look) -> Vec<String> {
    let (g, by_f) = (look.glyphs.pruned, view.target.class);
    let Some(by_g) = view.pruned.as_ref().map(|pruned| pruned.outputs.class) else {
        let right = |label| if by_f == label { "rightly" } else { "wrongly" };
        return match view.label {
            Some(label) => vec![
                format!("F chooses {by_f}, {} (label {label})", right(label)),
                format!("F chooses {by_f}, {}", right(label)),
            ],
            None => vec![format!("F chooses {by_f}")],
        };
    };
    let short = format!("F {by_f}, {g} {by_g}");
    let agree = if by_f == by_g { "they agree" } else { "they differ" };
    let Some(label) = view.label else {
        return vec![
            format!("F chooses {by_f}, {g} chooses {by_g}: {agree}"),
            format!("{short}: {agree}"),
            short,
        ];
    };
    let verdict = match (by_f == label, by_g == label) {
        (true, true) => "both right".to_owned(),
        (false, false) => "both wrong".to_owned(),
        (true, false) => format!("{g} wrong"),
        (false, true) => "F wrong".to_owned(),
    };
    vec![
        format!("F chooses {by_f}, {g} chooses {by_g}: {agree}, {verdict} (label {label})"),
        format!("{short} (label {label}): {verdict}"),
        format!("{short} (label {label})"),
        short,
    ]
}

/// The error at this input against both bounds.
fn here(pruned: &PrunedOutputs, certified: Option<f64>, epsilon: f64, look: &Look) -> Vec<String> {
    let below = look.glyphs.at_most;
    let (by_epsilon, _) = at_most(pruned.error, epsilon, look);
    let error = format!("{:.3e}", pruned.error);
    let to_epsilon = format!("{by_epsilon} {below} {}", look.glyphs.epsilon);
    let Some(certified) = certified else {
        return vec![format!("{error} at this input, {to_epsilon}"), format!("{error} {to_epsilon}")];
    };
    let (by_certified, _) = at_most(pruned.error, certified, look);
    vec![
        format!("{error} at this input, {by_certified} {below} certified, {to_epsilon}"),
        format!("{error} {by_certified} {below} cert. {to_epsilon}"),
        format!("{error} {to_epsilon}"),
    ]
}

fn at_most(value: f64, bound: f64, look: &Look) -> (&'static str, ratatui::style::Style) {
    let (theme, glyphs) = (look.theme, look.glyphs);
    if value <= bound { (glyphs.good, theme.text) } else { (glyphs.bad, theme.bad) }
}
