//! The figures of the run on the cards: products, their law, buckets, errors, the network.

use std::borrow::Cow;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::construction::{Fate, Half};
use crate::experiment::LayerPlan;
use crate::method::{DemandKind, LawChoice};
use crate::report::numbers::{asked, number, scientific, widths};
use crate::report::text::{construction_name, count, grouped};
use crate::sampling::ProductLaw;
use crate::session::Snapshot;
use crate::theory::Count;
use crate::tui::look::Look;
use crate::visible::shortened;

/// Columns of a label before a bar.
const LABEL: usize = 5;

/// Buckets of one weight that are named.
const NAMED: usize = 12;

/// A text in lines.
pub(super) fn paragraph(text: &str, look: &Look, style: Style, width: usize) -> Vec<Line<'static>> {
    let text = look.glyphs.write(text);
    wrapped(&text, width).into_iter().map(|row| Line::styled(row, style)).collect()
}

/// A text in rows, broken between words alone: numbers have hyphens, too.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let options = textwrap::Options::new(width).word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).into_iter().map(Cow::into_owned).collect()
}

/// What to press while there is nothing to show.
pub(super) fn nothing_drawn(look: &Look, width: usize) -> Vec<Line<'static>> {
    let text = "Nothing is drawn yet. Press Enter: neurons are drawn until the first weight is complete.";
    paragraph(text, look, look.theme.key, width)
}

/// The plan of the layer on view.
fn layer_plan(snapshot: &Snapshot) -> Option<&LayerPlan> {
    let lane = snapshot.lane();
    let plan = snapshot.plan.lanes.iter().find(|plan| plan.construction == lane.construction)?;
    plan.layers.get(lane.view.layer - 1)
}

/// A neuron kept, and how many are.
pub(super) fn products(snapshot: &Snapshot, look: &Look, width: usize) -> Vec<Line<'static>> {
    let lane = snapshot.lane();
    if lane.neurons_sampled() == Count::ZERO {
        return nothing_drawn(look, width);
    }
    let mut lines = Vec::new();
    let of_weight = snapshot.weight.as_ref().and_then(|weight| {
        let steps = weight.sums.iter().flat_map(|sum| &sum.steps);
        let taken = steps.filter(|step| step.fate == Fate::Taken).find_map(|step| step.path);
        taken.map(|path| (weight, path))
    });
    if let Some((weight, path)) = of_weight {
        let [z_in, z_out, product, w] =
            [path.z_in, path.z_out, path.product(), weight.target].map(|value| scientific(value, 2));
        let text = format!(
            "Kept for w[{},{}] = {w}: a neuron with z_in = {z_in} and z_out = {z_out}. All that acts is their product, {product}.",
            weight.output, weight.input
        );
        lines.extend(paragraph(&text, look, look.theme.key, width));
    }
    let kept: usize = lane.layers.iter().map(|row| row.kept_paths).sum();
    let done = grouped(lane.weights_done() as i64);
    let text = format!(
        "So far: {} neurons drawn, {} paths kept, {done} of {} weights complete.",
        count(lane.neurons_sampled()),
        grouped(kept as i64),
        grouped(lane.weights() as i64)
    );
    lines.extend(paragraph(&text, look, look.theme.key, width));
    lines
}

/// The products drawn on a logarithmic axis, and how often a neuron falls into a bucket.
pub(super) fn law(snapshot: &Snapshot, look: &Look, width: usize) -> Vec<Line<'static>> {
    let lane = snapshot.lane();
    let facts = lane.construction.facts();
    let mut lines = Vec::new();
    let products = &lane.view.tally.products;
    let drawn: u64 = products.iter().sum();
    if drawn == 0 {
        lines.extend(nothing_drawn(look, width));
    } else {
        let merged = products.chunks(products.len().div_ceil(width).max(1));
        let columns: Vec<u64> = merged.map(|bins| bins.iter().sum()).collect();
        let most = columns.iter().copied().max().unwrap_or(1).max(1);
        let bars = columns.iter().map(|&column| look.glyphs.eighths[(column * 8).div_ceil(most) as usize]);
        lines.push(Line::styled(bars.collect::<String>(), look.theme.bar));
        let text = format!(
            "{} products of layer {} on a logarithmic axis, the smallest at the left.",
            grouped(drawn as i64),
            lane.view.layer
        );
        lines.extend(paragraph(&text, look, look.theme.key, width));
    }
    match (facts.law, layer_plan(snapshot)) {
        (LawChoice::Hyperbolic, Some(plan)) if facts.demands == DemandKind::Buckets => {
            let ranges = plan.ranges;
            let law = ProductLaw::new(ranges);
            let chances = (1..=ranges.levels).map(|bucket| law.hit_probability(bucket));
            let (rarest, commonest) =
                chances.fold((1.0_f64, 0.0_f64), |(low, high), chance| (low.min(chance), high.max(chance)));
            let text = format!(
                "Here |z| is from {} to {}. Of the {} buckets for one sign of x, the rarest is hit by 1 neuron in {}, the \
                 commonest by 1 in {}; the theorem promises 1 in {}.",
                number(ranges.weight.0),
                number(ranges.weight.1),
                ranges.levels,
                number((1.0 / rarest).round()),
                number((1.0 / commonest).round()),
                number((8.0 * ranges.k_prime).ceil())
            );
            lines.extend(paragraph(&text, look, look.theme.key, width));
        }
        _ => {
            let name = construction_name(lane.construction);
            let text = format!("The construction on view ({name}) draws {} weights.", facts.law.name());
            lines.extend(paragraph(&text, look, look.theme.key, width));
        }
    }
    lines
}

/// How full the buckets are, and those that the weight takes from.
pub(super) fn buckets(snapshot: &Snapshot, look: &Look, width: usize) -> Vec<Line<'static>> {
    let lane = snapshot.lane();
    let facts = lane.construction.facts();
    if facts.demands != DemandKind::Buckets {
        let whole = facts.demands == DemandKind::Neurons;
        let what = if whole { "a neuron of F is replaced whole" } else { facts.summed };
        let name = construction_name(lane.construction);
        let text = format!("The construction on view ({name}) has no buckets: {what}.");
        return paragraph(&text, look, look.theme.key, width);
    }
    if lane.view.tally.neurons() == Count::ZERO {
        return nothing_drawn(look, width);
    }
    let (tally, mut lines) = (&lane.view.tally, Vec::new());
    for half in Half::BOTH {
        let (filled, quota) = (&tally.filled[half as usize], &tally.quota[half as usize]);
        if !lane.view.live[half as usize] {
            continue;
        }
        let merged = filled.len().div_ceil(width - LABEL).max(1);
        let bars = filled.chunks(merged).zip(quota.chunks(merged)).map(|(filled, quota)| {
            let (filled, quota): (u64, u64) = (filled.iter().sum(), quota.iter().sum());
            look.glyphs.eighths[(filled * 8).div_ceil(quota.max(1)).min(8) as usize]
        });
        let bars: String = bars.collect();
        let label = Span::styled(format!("{:<LABEL$}", half.name()), look.theme.key);
        lines.push(Line::from(vec![label, Span::styled(bars, look.theme.bar)]));
    }
    let [filled, quota] = [&tally.filled, &tally.quota].map(|counts| counts.iter().flatten().sum::<u64>());
    let text = format!(
        "Layer {}: {} buckets for each sign of x, the largest pieces at the left; {} of {} pieces asked for are found.",
        lane.view.layer,
        tally.filled[0].len(),
        grouped(filled as i64),
        grouped(quota as i64)
    );
    lines.extend(paragraph(&text, look, look.theme.key, width));
    if let Some((weight, sum)) =
        snapshot.weight.as_ref().and_then(|weight| Some((weight, weight.sums.first()?)))
    {
        let taken = sum.steps.iter().filter(|step| step.fate == Fate::Taken);
        let names: Vec<String> =
            taken.filter_map(|step| step.bucket).map(|(bucket, _)| bucket.to_string()).collect();
        if !names.is_empty() {
            let more = if names.len() > NAMED { " and smaller ones" } else { "" };
            let shown = names[..names.len().min(NAMED)].join(", ");
            let text = format!(
                "w[{},{}] = {} takes its pieces from buckets {shown}{more}; {} is left.",
                weight.output,
                weight.input,
                scientific(weight.target, 2),
                scientific(sum.residual.abs(), 1)
            );
            lines.extend(paragraph(&text, look, look.theme.key, width));
        }
    }
    lines
}

/// The errors found and certified.
pub(super) fn error(snapshot: &Snapshot, look: &Look, width: usize) -> Vec<Line<'static>> {
    let (lane, row) = (snapshot.lane(), &snapshot.lane().error);
    let mut told = Vec::new();
    if row.found.tried > 0 {
        let tried = grouped(row.found.tried as i64);
        told.push(format!("error found      {} at {tried} inputs", scientific(row.found.error, 2)));
    }
    if let Some(certified) = row.certified {
        told.push(format!("error certified  {}", scientific(certified, 2)));
    }
    told.push(format!("asked for, ε     {}", asked(row.epsilon)));
    let mut lines: Vec<Line<'static>> =
        told.iter().map(|text| Line::styled(look.glyphs.write(text), look.theme.key)).collect();
    let (done, all) = (grouped(lane.weights_done() as i64), grouped(lane.weights() as i64));
    let verdict = match (row.holds, row.certified) {
        (Some(true), _) => (format!("{} The ticket holds.", look.glyphs.good), look.theme.good),
        (Some(false), _) => (format!("{} The ticket does not hold.", look.glyphs.bad), look.theme.bad),
        (None, Some(_)) => ("Inputs are still to be tried: Esc, then a.".to_owned(), look.theme.key),
        (None, None) => (
            format!(
                "Certified once all weights are built ({done} of {all} are): Esc, then a builds and checks all."
            ),
            look.theme.key,
        ),
    };
    lines.extend(wrapped(&verdict.0, width).into_iter().map(|row| Line::styled(row, verdict.1)));
    lines
}

/// The target of this run.
pub(super) fn network(snapshot: &Snapshot, look: &Look, width: usize) -> Vec<Line<'static>> {
    let (experiment, lane) = (&snapshot.experiment, snapshot.lane());
    let bound = lane.neurons_bound().map_or_else(
        || "theory names no bound with a constant for them".to_owned(),
        |bound| format!("theory's bound is {} neurons of G", count(bound)),
    );
    let text = format!(
        "Your target now: {} ({}), {} weights, to be met within ε = {}; {bound}.",
        shortened(&experiment.name),
        widths(experiment.target.given_widths()),
        grouped(lane.weights() as i64),
        asked(experiment.epsilon)
    );
    paragraph(&text, look, look.theme.key, width)
}
