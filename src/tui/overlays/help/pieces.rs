//! A weight of F as the sum of products: the neurons kept for it, and some that are cut.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::drawn::{nothing_drawn, paragraph};
use crate::construction::{Fate, Half, Mode, Path, Sharing, WeightState, WeightSum};
use crate::method::BuildOptions;
use crate::report::numbers::scientific;
use crate::report::text::grouped;
use crate::sampling::RandomLayer;
use crate::session::{Snapshot, WeightView};
use crate::theory::Count;
use crate::tui::look::Look;

/// Kept neurons that are shown.
const KEPT: usize = 6;

/// Cut neurons that are shown.
const CUT: usize = 3;

/// Neurons among which cut ones are looked for.
const LOOKED_AT: u64 = 64;

/// From so many columns on a neuron is drawn as a path.
const WIDE: usize = 72;

/// The card of the weight.
pub(super) fn of_weight(snapshot: &Snapshot, look: &Look, width: usize) -> Vec<Line<'static>> {
    if snapshot.learned_lane().is_some() {
        let text = "A learned lane is on view: its mask is found by training. Tab goes to a construction, whose pieces are \
                    then shown here.";
        return paragraph(text, look, look.theme.key, width);
    }
    let Some(weight) = &snapshot.weight else {
        return nothing_drawn(look, width);
    };
    let mut lines = target(weight, look, width);
    if weight.target == 0.0 {
        lines.extend(paragraph(
            "This weight is 0: it needs no neuron, and every path from x to y is cut.",
            look,
            look.theme.text,
            width,
        ));
        return lines;
    }
    if snapshot.lane().view.tally.neurons() == Count::ZERO {
        lines.extend(nothing_drawn(look, width));
        return lines;
    }
    let numbered = snapshot.lane().mode == Mode::Drawn;
    if let Some(sum) = weight.sums.first() {
        let taken = taken(sum);
        for path in taken.iter().take(KEPT) {
            lines.push(row(path, (look.glyphs.taken, "kept", look.theme.good), numbered, look, width));
        }
        if taken.len() > KEPT {
            let more = format!("and {} smaller ones that are kept", taken.len() - KEPT);
            lines.push(Line::styled(format!("  {more}"), look.theme.faint));
        }
        for path in cut_neurons(snapshot, weight) {
            lines.push(row(&path, (" ", "cut", look.theme.faint), numbered, look, width));
        }
    }
    for sum in &weight.sums {
        lines.extend(total(weight, sum, look, width));
    }
    lines
}

/// `F, the target: x[0] ──( 0.6 )──▶ y[0]`.
fn target(weight: &WeightView, look: &Look, width: usize) -> Vec<Line<'static>> {
    let WeightView { layer, output, input, .. } = *weight;
    let (line, tip, w) = (look.glyphs.axis, look.glyphs.pointer, scientific(weight.target, 3));
    let text = if width >= WIDE {
        format!(
            "F, the target: x[{input}] {line}{line}( w = {w} ){line}{line}{tip} y[{output}], layer {layer}; G, random:"
        )
    } else {
        format!("F: w[{output},{input}] = {w}, layer {layer}; G:")
    };
    paragraph(&text, look, look.theme.title, width)
}

/// The paths taken, in the order of their steps.
fn taken(sum: &WeightSum) -> Vec<Path> {
    sum.steps.iter().filter(|step| step.fate == Fate::Taken).filter_map(|step| step.path).collect()
}

/// The first neurons of the layer that this weight does without. Only a layer with one block for all weights wires every neuron
/// to it.
fn cut_neurons(snapshot: &Snapshot, weight: &WeightView) -> Vec<Path> {
    let (lane, experiment) = (snapshot.lane(), &snapshot.experiment);
    let plan = snapshot.plan.lanes.iter().find(|plan| plan.construction == lane.construction);
    let Some(layer) = plan.and_then(|plan| plan.layers.get(weight.layer - 1)) else { return Vec::new() };
    let options = BuildOptions { seed: experiment.seed, bound: layer.neurons, mode: lane.mode };
    let task = layer.task(&experiment.target, weight.layer);
    let problem = lane.construction.method().start(&task, options);
    if !matches!(problem.sharing, Sharing::Layer(_)) || lane.mode != Mode::Drawn {
        return Vec::new();
    }
    let kept: Vec<u64> = weight
        .sums
        .iter()
        .flat_map(|sum| &sum.steps)
        .filter_map(|step| step.path)
        .map(|path| path.neuron)
        .collect();
    let random = RandomLayer::new(problem.seed, problem.layer, problem.law);
    let neurons = 0..lane.view.tally.sampled.min(LOOKED_AT);
    let cut = neurons.filter(|neuron| !kept.contains(neuron)).take(CUT);
    cut.map(|neuron| Path::of(&random, neuron, weight.input as u32, weight.output as u32)).collect()
}

/// A neuron: its two weights, their product, what became of it.
fn row(
    path: &Path,
    (mark, fate, style): (&str, &str, Style),
    numbered: bool,
    look: &Look,
    width: usize,
) -> Line<'static> {
    let (line, tip) = (look.glyphs.axis, look.glyphs.pointer);
    let gap = " ".repeat(2_usize.saturating_sub(Span::raw(mark).width()));
    let text = if width >= WIDE {
        let number = if numbered { grouped(path.neuron as i64) } else { String::new() };
        let [z_in, z_out, product] =
            [path.z_in, path.z_out, path.product()].map(|value| scientific(value, 2));
        format!(
            "{number:>9}  x {line}( {z_in:>8} ){line}{tip} ReLU {line}( {z_out:>8} ){line}{tip} y   {product:>8}  {fate}"
        )
    } else {
        let [z_in, z_out, product] =
            [path.z_in, path.z_out, path.product()].map(|value| scientific(value, 1));
        format!("{z_in:>7}*{z_out:>7} = {product:>7} {fate}")
    };
    Line::from(vec![
        Span::styled(format!("{mark}{gap}"), style),
        Span::styled(text, if fate == "kept" { look.theme.text } else { look.theme.faint }),
    ])
}

/// The sum of a half.
fn total(weight: &WeightView, sum: &WeightSum, look: &Look, width: usize) -> Vec<Line<'static>> {
    let side = match sum.half {
        Some(Half::Positive) => "for x > 0",
        Some(Half::Negative) => "for x < 0",
        None => "for any x",
    };
    let (value, off) = (scientific(sum.value, 3), scientific(sum.residual.abs(), 1));
    let kept = taken(sum).len();
    let neurons = if kept == 1 { "1 neuron is".to_owned() } else { format!("{kept} neurons are") };
    let text = match weight.state {
        WeightState::Finished => {
            let allowed = scientific(weight.allowed, 1);
            format!("{side}, {neurons} kept: they add up to {value}, off by {off} (allowed: {allowed})")
        }
        WeightState::UnderWay | WeightState::Waiting => {
            format!("{side}, {neurons} kept so far: {value}, {off} still missing; Enter goes on")
        }
    };
    paragraph(&text, look, look.theme.key, width)
}
