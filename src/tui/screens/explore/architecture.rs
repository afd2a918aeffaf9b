//! The Architecture pane: the setup, and theory's consequences.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use super::graph::ShownGraph;
use crate::experiment::ToleranceRule::{PerLayer, Uniform, Walk, Weight};
use crate::experiment::{Experiment, LawChoice, NormSource, Plan};
use crate::method::DemandKind;
use crate::network::Domain;
use crate::report::text::{
    asked, count, grouped, layer_kind, number, number_of_neurons, per_weight, saved_share, unused_names,
    widths,
};
use crate::session::Snapshot;
use crate::theory::{Count, corollary7};
use crate::tui::look::Look;
use crate::tui::widgets::frame_lines::draw_line;

/// Width of the labels.
const LABELS: usize = 12;

/// Columns for two columns of lines.
const TWO_COLUMNS: u16 = 84;

/// Facts that stay above a graph drawn in the same column.
const LEAST_FACTS: usize = 10;

pub(super) fn render(snapshot: &Snapshot, graph: &ShownGraph, look: &Look, area: Rect, buffer: &mut Buffer) {
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let mut lines = lines(snapshot, graph, look);
    if graph.height() > 0 && area.width >= TWO_COLUMNS {
        // The facts, and the graph beside them.
        let [left, right] = Layout::horizontal([Constraint::Fill(1); 2]).areas(area);
        draw(&lines, look, left, buffer);
        draw(&graph.rows(look, right.width.into(), height), look, right, buffer);
        return;
    }
    if graph.height() > 0 && graph.width() <= width && height >= graph.height() + LEAST_FACTS {
        // The graph in place of its line.
        lines[0] = line("target", "a graph".to_owned(), look);
        let rows = graph.rows(look, width, graph.height());
        lines.splice(1..1, rows);
    }
    if area.width >= TWO_COLUMNS && lines.len() > usize::from(area.height) {
        let left = lines.len().div_ceil(2);
        let rest = lines.split_off(left);
        let [first, second] = Layout::horizontal([Constraint::Fill(1); 2]).areas(area);
        draw(&lines, look, first, buffer);
        draw(&rest, look, second, buffer);
    } else {
        draw(&lines, look, area, buffer);
    }
}

/// The pane in one line.
pub(super) fn in_a_line(snapshot: &Snapshot, graph: &ShownGraph, look: &Look) -> Line<'static> {
    let lines = lines(snapshot, graph, look);
    let value = |label: &str| {
        let line = lines.iter().find(|line| line.spans[0].content.trim_end() == label);
        line.map_or(String::new(), |line| line.spans[1].content.to_string())
    };
    let (layer, plan) = (snapshot.lane().view.layer, &snapshot.plan);
    let tolerance = format!("{} {}", look.glyphs.tolerance, number(plan.weight_tolerance[layer - 1]));
    let parts = [value("target"), value("asked"), tolerance].join(look.glyphs.separator);
    Line::from(vec![
        Span::styled("Architecture ", look.theme.faint),
        Span::styled("e", look.theme.key),
        Span::styled(format!(": {parts}"), look.theme.text),
    ])
}

fn draw(lines: &[Line<'_>], look: &Look, area: Rect, buffer: &mut Buffer) {
    for (line, row) in lines.iter().zip(area.rows()) {
        draw_line(line, look, row, buffer);
    }
}

fn line(label: &str, value: String, look: &Look) -> Line<'static> {
    let label = format!("{label:<LABELS$}");
    Line::from(vec![Span::styled(label, look.theme.faint), Span::styled(value, look.theme.text)])
}

/// A size of G from the shapes of its layers and their neurons.
type OfShapes = fn(&[(usize, usize)], &[Count]) -> Count;

/// Theory's consequences of an experiment, for a lane and a layer (from 1) of it. Most telling first.
pub(super) fn consequences(
    experiment: &Experiment,
    plan: &Plan,
    (lane, layer): (usize, usize),
    look: &Look,
) -> Vec<Line<'static>> {
    let (architecture, glyphs) = (experiment.target.architecture(), look.glyphs);
    let (tolerances, lane) = (&plan.weight_tolerance, &plan.lanes[lane]);
    let plan = &lane.layers[layer - 1];
    let ranges = plan.ranges;
    let line = |label: &str, value: String| line(label, value, look);
    let neurons: Option<Vec<Count>> = lane.layers.iter().map(|plan| plan.neurons).collect();
    let shapes = architecture.shapes();
    let size =
        |of: OfShapes| neurons.as_deref().map_or("-".to_owned(), |neurons| count(of(&shapes, neurons)));
    let allowed = plan.neurons.map_or("no constant is published".to_owned(), |neurons| {
        let each = neurons.ratio(plan.weights.into());
        format!("{} {}, {}/weight", glyphs.at_most, number_of_neurons(neurons), per_weight(each))
    });
    let facts = lane.construction.facts();
    let has_buckets = facts.demands == DemandKind::Buckets;
    let put_together = match facts.demands {
        DemandKind::Buckets => {
            let (k_prime, base) = (ranges.k_prime, experiment.base);
            format!("{} {k_prime:.2}, k {}, base {base}", glyphs.k_prime, ranges.levels)
        }
        DemandKind::Halves | DemandKind::Neurons => facts.summed.to_owned(),
    };
    let savings = lane.savings;
    let kept = saved_share(Some(savings.dead_demands));
    let range = |(low, high): (f64, f64)| format!("{} to {}", number(low), number(high));
    let (draws, useful) = match facts.law {
        LawChoice::Hyperbolic => (
            format!("{}{}", glyphs.plus_minus, range(ranges.weight)),
            format!("{} are of use", range(ranges.product)),
        ),
        LawChoice::Uniform => ("uniform in -1 to 1".to_owned(), "-1 to 1".to_owned()),
    };
    let kind = layer_kind(experiment, layer);
    let kind = kind.map_or(String::new(), |kind| format!(": {}", glyphs.write(&kind)));
    let mut lines = vec![
        line(glyphs.tolerance, format!("{} in layer {layer}{kind}", number(tolerances[layer - 1]))),
        line(if has_buckets { "buckets" } else { "sum" }, put_together),
        line("neurons", allowed),
        line("size of G", format!("{} weights", size(corollary7::total_weights))),
        line("", format!("{} per target weight", size(corollary7::weight_ratio))),
        line("G draws", draws),
        line("products", useful),
        line(
            "skip halves",
            format!("{} (kept: {kept})", saves(experiment.skip_dead_halves, savings.dead_halves)),
        ),
    ];
    // Tolerances per layer are of chains alone.
    if experiment.outline().is_chain() {
        let saved = saves(experiment.tolerance == PerLayer, savings.per_layer);
        lines.insert(lines.len() - 1, line("per layer", format!("{saved} of neurons")));
    }
    lines
}

/// An option's saving of neurons, real or possible.
fn saves(used: bool, saved: Option<f64>) -> String {
    format!("{} {}", if used { "saves" } else { "would save" }, saved_share(saved))
}

/// Most telling first: the end is cut.
fn lines(snapshot: &Snapshot, graph: &ShownGraph, look: &Look) -> Vec<Line<'static>> {
    let (experiment, glyphs) = (&snapshot.experiment, look.glyphs);
    let architecture = experiment.target.architecture();
    let (lane, layer) = (snapshot.lane().index, snapshot.lane().view.layer);
    let plan = &snapshot.plan.lanes[lane].layers[layer - 1];
    let line = |label: &str, value: String| line(label, value, look);
    let activations = architecture.activations();
    let mut names: Vec<&str> = activations.iter().map(|activation| activation.name()).collect();
    names.dedup();
    let sigma = names.join("/");
    let target = match graph.in_words() {
        "" => format!("{}, {sigma}", widths(experiment.target.given_widths())),
        words => glyphs.write(words),
    };
    let mut lines = vec![
        line("target", target),
        line(
            "weights",
            format!(
                "{}, |w| {} {}",
                grouped(architecture.total_weights() as i64),
                glyphs.at_most,
                number(experiment.w_max)
            ),
        ),
        line(
            "asked",
            format!(
                "{} = {}, {} = {}",
                glyphs.epsilon,
                asked(experiment.epsilon),
                glyphs.delta,
                experiment.delta
            ),
        ),
    ];
    if experiment.target.fold().is_some() {
        let folded = widths(architecture.widths());
        lines.insert(1, line("biases", format!("folded in, with a constant 1: {folded}")));
    }
    if let Some(reading) = &experiment.reading {
        let turned = reading.layers.iter().any(|layer| layer.transposed);
        let masks = reading.layers.iter().filter(|layer| layer.mask.is_some()).count();
        if turned || masks > 0 || !experiment.assumed.is_empty() {
            let sides = if turned { "inputs x outputs, turned" } else { "outputs x inputs" };
            let masked = if masks > 0 { format!(", {masks} masked") } else { String::new() };
            lines.push(line("file", format!("{sides}{masked}")));
        }
        lines.extend(unused_names(reading).map(|names| line("not used", names)));
    }
    if !experiment.assumed.is_empty() {
        let keys: Vec<&str> = experiment.assumed.iter().filter_map(|field| field.split(':').next()).collect();
        lines.push(line("assumed", keys.join(", ")));
    }
    lines.extend(consequences(experiment, &snapshot.plan, (lane, layer), look));
    lines.extend([
        line("inputs", domain(&experiment.domain, glyphs.at_most)),
        line("F_max", number(experiment.f_max)),
        line("norms", norms(snapshot, look)),
        line(
            "tolerance",
            match experiment.tolerance {
                Uniform => "uniform (Lemma 1)".to_owned(),
                PerLayer => "per layer".to_owned(),
                Walk => "uniform (walk of the certificate)".to_owned(),
                Weight(_) => format!("{} given, {} follows", glyphs.tolerance, glyphs.epsilon),
            },
        ),
        line(
            "halves",
            if plan.skip_negative_half { "x>0 only, no input is negative" } else { "x>0 and x<0" }.to_owned(),
        ),
        line(
            "all targets",
            format!("{} neurons", plan.neurons_all_targets.map_or("-".to_owned(), number_of_neurons)),
        ),
        line("seed", experiment.seed.to_string()),
    ]);
    lines
}

fn domain(domain: &Domain, at_most: &str) -> String {
    match domain.free() {
        Domain::Sequence { length, of } => format!("{length} steps, {}", self::domain(of, at_most)),
        Domain::Ball { radius } => format!("ball, |x| {at_most} {}", number(*radius)),
        Domain::Box { low, high } => match (low.same(), high.same()) {
            (Some(low), Some(high)) => format!("box, each from {} to {}", number(low), number(high)),
            _ => format!("box, own ranges in {} to {}", number(low.range().0), number(high.range().1)),
        },
        Domain::Signs | Domain::WithConstant(_) => "signs, each -1 or 1".to_owned(),
        Domain::Points { points, labels } => {
            let labelled = if labels.is_some() { ", labelled" } else { "" };
            format!("{} points of a file{labelled}", grouped(points.nrows() as i64))
        }
    }
}

fn norms(snapshot: &Snapshot, look: &Look) -> String {
    let experiment = &snapshot.experiment;
    match experiment.norms {
        NormSource::Unit => format!("unit: {} {} 1 assumed", look.glyphs.norm_target, look.glyphs.at_most),
        NormSource::Worst => "worst: w_max n_max".to_owned(),
        NormSource::Target => {
            let largest = experiment.target_norms.iter().copied().fold(0.0, f64::max);
            format!("target: {} up to {}", look.glyphs.norm_target, number(largest))
        }
    }
}
