//! The Weight screen in words: which weight it is, how to read the table, and the chosen step.

use ratatui::text::{Line, Span};

use super::choice::Choice;
use crate::construction::{Fate, Mode, SumStep, WeightState, WeightSum};
use crate::report::numbers::scientific;
use crate::report::text::{construction_name, grouped, layer_kind, weight_place};
use crate::session::{Snapshot, WeightView};
use crate::tui::look::Look;
use crate::tui::view::Scene;
use crate::tui::widgets::frame_lines::fitting;

/// How a weight of 0 is to be read.
const ZERO: &[&str] = &[
    " A weight of 0 needs no neuron: the mask keeps no path of it, and its error is exactly 0.",
    " A weight of 0 needs no neuron, and its error is exactly 0.",
    " No neuron, no error.",
];

/// Digits of ŵ beyond those that its tolerance can change.
const MORE_DIGITS: f64 = 2.0;

/// Most digits behind the point.
const MOST_DIGITS: f64 = 16.0;

/// The inputs of a sum.
fn side(sum: &WeightSum) -> &'static str {
    match sum.half {
        Some(half) => half.name(),
        None => "any x",
    }
}

/// A weight with as many digits as its tolerance leaves any meaning.
fn digits(value: f64, tolerance: f64) -> String {
    let digits = (MORE_DIGITS - tolerance.log10().floor()).clamp(0.0, MOST_DIGITS) as usize;
    // -0 is 0.
    format!("{:.digits$}", value + 0.0)
}

/// `x>0: 14 pieces add up to ŵ = 0.123456789, off by 0.41 ε_w ✓`, or the residual so far.
pub(super) fn sum_title(view: &WeightView, sum: &WeightSum, look: &Look, width: u16) -> String {
    let (side, found, tolerance) = (side(sum), look.glyphs.found, look.glyphs.tolerance);
    let value = digits(sum.value, view.tolerance);
    let residual = scientific(sum.residual, 2);
    let taken = sum.steps.iter().filter(|step| step.fate == Fate::Taken).count();
    let pieces = if taken == 1 { "1 piece gives".to_owned() } else { format!("{taken} pieces add up to") };
    let variants = match view.state {
        WeightState::Finished => {
            let mark = if view.is_near(sum) { look.glyphs.good } else { look.glyphs.bad };
            let off = scientific(sum.residual.abs(), 2);
            let ratio = format!("{:.3} {tolerance}", sum.residual.abs() / view.tolerance);
            if view.target == 0.0 {
                return fitting(
                    vec![format!("{side}: no piece, {found} = 0 {mark}")],
                    width.saturating_sub(4),
                );
            }
            vec![
                format!("{side}: {pieces} {found} = {value}, off by {off} = {ratio} {mark}"),
                format!("{side}: {pieces} {found}, off by {ratio} {mark}"),
                format!("{side}: {value}, off by {ratio} {mark}"),
                format!("{side}: off by {ratio} {mark}"),
                format!("{side} {mark}"),
            ]
        }
        WeightState::UnderWay | WeightState::Waiting => vec![
            format!("{side}: {pieces} {found} = {value} so far, residual {residual}"),
            format!("{side}: {found} = {value} so far, residual {residual}"),
            format!("{side}: {value}, residual {residual}"),
            format!("{side}: residual {residual}"),
            side.to_owned(),
        ],
    };
    fitting(variants, width.saturating_sub(4))
}

/// The half that is not shown, and its key: ` h: x<0, off by 0.404 ε_w ✓ `.
pub(super) fn other_half(view: &WeightView, sum: &WeightSum, look: &Look, width: u16) -> String {
    let side = side(sum);
    let mut variants = Vec::new();
    if view.state == WeightState::Finished {
        let mark = if view.is_near(sum) { look.glyphs.good } else { look.glyphs.bad };
        let ratio = sum.residual.abs() / view.tolerance;
        variants.push(format!(" h: {side}, off by {ratio:.3} {} {mark} ", look.glyphs.tolerance));
        variants.push(format!(" h: {side} {mark} "));
    } else {
        variants.push(format!(" h: {side}, residual {} ", scientific(sum.residual, 2)));
    }
    variants.push(format!(" h: {side} "));
    fitting(variants, width)
}

/// Whether the last neuron of the layer serves this weight.
fn is_served(snapshot: &Snapshot, view: &WeightView) -> bool {
    let served = snapshot.lane().view.tally.last.and_then(|draw| draw.served);
    let served = served.map(|demand| (demand.output as usize, demand.input as usize));
    snapshot.lane().view.layer == view.layer && served == Some((view.output, view.input))
}

/// The weight, its state and its tolerance.
pub(super) fn header_line(snapshot: &Snapshot, view: &WeightView, look: &Look, width: u16) -> Line<'static> {
    let (glyphs, lane) = (look.glyphs, snapshot.lane());
    let name = format!(" w[{},{}]", view.output, view.input);
    let value = digits(view.target, view.tolerance);
    let state = match view.state {
        _ if view.target == 0.0 => "zero: nothing to build",
        WeightState::Waiting => "waiting for its turn",
        WeightState::UnderWay if is_served(snapshot, view) => "under way, served last",
        WeightState::UnderWay => "under way",
        WeightState::Finished if view.is_latest() && view.sums.iter().all(WeightSum::is_complete) => {
            "completed last"
        }
        WeightState::Finished if view.sums.iter().all(WeightSum::is_complete) => "finished",
        WeightState::Finished => "finished without all pieces",
    };
    let of = format!("of layer {}/{}", view.layer, lane.layers.len());
    let tolerance = format!("{} {}", glyphs.tolerance, scientific(view.tolerance, 3));
    let asked = if view.allowed < view.tolerance {
        format!("each half within {}", scientific(view.allowed, 2))
    } else {
        format!("all within {}", scientific(view.allowed, 2))
    };
    let (outputs, inputs) = view.errors.dim();
    let done = format!(
        "{} of {} weights finished",
        grouped(view.errors.finished() as i64),
        grouped((outputs * inputs) as i64)
    );
    let construction = construction_name(lane.construction);
    let head = format!("{name} {of} = {value}");
    let join = |parts: &[&str]| parts.join(glyphs.separator);
    let place = weight_place(view);
    let placed = place.as_ref().map(|place| format!("{name} {of}, {place} = {value}"));
    let kind = layer_kind(&snapshot.experiment, view.layer).map(|kind| glyphs.write(&kind));
    let in_full = kind.zip(place.as_ref());
    let in_full = in_full.map(|(kind, place)| format!("{name} {of}, {kind}: {place} = {value}"));
    let mut variants = Vec::new();
    if let Some(head) = &in_full {
        variants.push(join(&[head, state, &tolerance, &asked, &done, &construction]));
        variants.push(join(&[head, state, &tolerance, &asked]));
        variants.push(join(&[head, state, &tolerance]));
    }
    if let Some(head) = &placed {
        variants.push(join(&[head, state]));
    }
    if let Some(place) = &place {
        variants.push(join(&[&format!(" layer {}, {place}, {value}", view.layer), state]));
        variants.push(format!("{name} {place} = {value}"));
    }
    variants.extend([
        join(&[&head, state, &tolerance, &asked, &done, &construction]),
        join(&[&head, state, &tolerance, &asked, &done]),
        join(&[&head, state, &tolerance, &asked]),
        join(&[&head, state, &tolerance]),
        join(&[&head, state]),
        join(&[&format!("{name} = {value}"), state]),
    ]);
    Line::styled(fitting(variants, width), look.theme.text)
}

/// How the table is to be read.
pub(super) fn how_to_read(
    scene: &Scene<'_>,
    choice: Choice,
    view: &WeightView,
    look: &Look,
    width: u16,
) -> Line<'static> {
    let (glyphs, caption) = (look.glyphs, scene.snapshot.lane().construction.facts().weight_caption);
    let (output, input) = choice.within(view.errors.dim());
    if scene.frozen && (output, input) != (view.output, view.input) {
        let text = format!(" The view is frozen; press s to see w[{output},{input}].");
        return Line::styled(text, look.theme.text);
    }
    let variants = match view.state {
        _ if view.target == 0.0 => ZERO,
        WeightState::Waiting => &[
            " No neuron has served this weight yet. Press n or space; u goes to the weight served last.",
            " No pieces yet. Press n or space; u goes to the weight served last.",
        ],
        WeightState::UnderWay => caption.under_way,
        WeightState::Finished => caption.finished,
    };
    let signs = [
        ("{taken}", glyphs.taken),
        ("{passed}", glyphs.wanted),
        ("{missing}", glyphs.missing),
        ("{open}", glyphs.open),
    ];
    let written =
        |text: &&str| signs.iter().fold((*text).to_owned(), |text, (name, sign)| text.replace(name, sign));
    let variants: Vec<String> = variants.iter().map(written).collect();
    Line::styled(fitting(variants, width), look.theme.faint)
}

/// The chosen step, a line for each half.
pub(super) fn step_lines(
    snapshot: &Snapshot,
    view: &WeightView,
    step: Option<usize>,
    look: &Look,
    width: u16,
) -> Vec<Line<'static>> {
    let mode = snapshot.lane().mode;
    let line = |sum: &WeightSum| {
        let text = match step.and_then(|index| sum.steps.get(index).map(|step| (index, step))) {
            Some((index, step)) => fitting(told(view, index, step, mode), width.saturating_sub(6)),
            None if sum.steps.is_empty() => "nothing is needed".to_owned(),
            None => fitting(without_step(sum), width.saturating_sub(6)),
        };
        let side = Span::styled(format!(" {:<4} ", side(sum)), look.theme.key);
        Line::from(vec![side, Span::styled(text, look.theme.text)])
    };
    view.sums.iter().map(line).collect()
}

/// In place of a step where none is shown.
fn without_step(sum: &WeightSum) -> Vec<String> {
    let available = sum.steps.iter().filter(|step| step.path.is_some()).count();
    vec![
        format!("no step is shown; {available} products are available, t shows them"),
        format!("no step shown, {available} available: t"),
        "no step shown".to_owned(),
    ]
}

/// One step in words, at length and in short.
fn told(view: &WeightView, index: usize, step: &SumStep, mode: Mode) -> Vec<String> {
    let number = |value: f64| scientific(value, 3);
    let place = match step.bucket {
        Some((bucket, _)) => format!("bucket {bucket}"),
        None => format!("value {}", index + 1),
    };
    let before = step.before.map_or(String::new(), number);
    let after = step.after.map_or(String::new(), number);
    let needs = step.bucket.map_or(String::new(), |(_, needs)| number(needs));
    let piece = step.path.map(|path| {
        let neuron = match mode {
            Mode::Drawn => format!("neuron {}", grouped(path.neuron as i64)),
            Mode::SkipAhead => "a neuron skipped to".to_owned(),
        };
        let product = number(path.product());
        let long = format!("{neuron}: {} * {} = {product}", number(path.z_in), number(path.z_out));
        (long, neuron, number(path.product().abs()))
    });
    let (long, neuron, product) = piece.unwrap_or_default();
    let golden = step.bucket.is_some();
    match (step.fate, step.path.is_some()) {
        (Fate::Taken, _) if golden => vec![
            format!("{place}: residual {before} reaches {needs}, takes {long}, leaves {after}"),
            format!("{place}: takes {long}, leaves {after}"),
            format!("{place}: {before} reaches {needs}, takes {neuron}, leaves {after}"),
            format!("{place}: {before} takes {neuron}, leaves {after}"),
            format!("{before} - {product} = {after}"),
        ],
        (Fate::Taken, _) => vec![
            format!("{place}: residual {before}, takes {long}, leaves {after}"),
            format!("{place}: takes {long}, leaves {after}"),
            format!("{place}: {before} takes {neuron}, leaves {after}"),
            format!("{before} - {product} = {after}"),
        ],
        (Fate::PassedBy, _) if golden => vec![
            format!("{place}: residual {before} is below {needs}, passed by"),
            format!("{before} below {needs}, passed by"),
        ],
        (Fate::PassedBy, _) => vec![format!("{place}: {long}, which the best sum does without"), long],
        (Fate::Missing, _) => {
            let how = if view.state == WeightState::Finished { "none was found" } else { "none found yet" };
            let asked = if golden {
                format!("residual {before} reaches {needs}, a piece is due; {how}")
            } else {
                format!("residual {before}, a neuron is due; {how}")
            };
            let brief = format!("{place}: {before} reaches {needs}, {how}");
            let brief = if golden { brief } else { format!("{place}: {how}") };
            vec![format!("{place}: {asked}"), brief, how.to_owned()]
        }
        (Fate::Open, true) if golden => vec![
            format!("{place}: {long} is available; open until the pieces before are found"),
            format!("{place}: {neuron} is available; open"),
            "open".to_owned(),
        ],
        (Fate::Open, true) => {
            vec![
                format!("{place}: {long} is available; no sum is near enough yet"),
                format!("{long}, available"),
            ]
        }
        (Fate::Open, false) => {
            vec![format!("{place}: open until the pieces before are found"), "open".to_owned()]
        }
    }
}
