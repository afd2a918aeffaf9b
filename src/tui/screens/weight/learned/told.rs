//! A weight of a mask in words.

use ratatui::text::Line;

use super::choice::{MaskLayout, side};
use crate::learning::Quantity;
use crate::report::numbers::{percent, scientific};
use crate::session::{LearnedView, LearnedWeight, ScoreView, Snapshot};
use crate::tui::learned_lane::{name_of_learned, place_of_learned};
use crate::tui::look::Look;
use crate::tui::widgets::frame_lines::fitting;

/// Digits of weights and scores.
const DIGITS: usize = 3;

/// The sign of a quantity.
fn sign(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Score => "s",
        Quantity::ScoreMagnitude => "|s|",
        Quantity::WeightMagnitude => "|w|",
    }
}

fn number(value: f32) -> String {
    scientific(f64::from(value), DIGITS)
}

/// The weight, its value and its fate, then the place of the training.
pub(super) fn header_line(
    snapshot: &Snapshot,
    learned: &LearnedView,
    weight: Option<&LearnedWeight>,
    look: &Look,
    width: u16,
) -> Line<'static> {
    let place = place_of_learned(snapshot, learned, look);
    let (Some(weight), Some(layer)) = (weight, &learned.layer) else {
        return Line::styled(format!(" {place}"), look.theme.text);
    };
    let name = format!(" w[{},{}]", weight.output, weight.input);
    let of = format!("of layer {}/{}", weight.layer, layer.layers);
    let value = format!("{} {}", sign(layer.quantity), number(weight.value));
    let fate = if weight.kept { "kept" } else { "cut" };
    let join = |parts: &[&str]| parts.join(look.glyphs.separator);
    let lane = name_of_learned(snapshot, learned);
    let (named, short) =
        (format!("{name} {of} = {}", number(weight.weight)), format!("{name} = {}", number(weight.weight)));
    let variants = vec![
        join(&[&named, &value, fate, &place]),
        join(&[&named, &value, fate, &lane]),
        join(&[&short, &value, fate, &lane]),
        join(&[&short, &value, fate]),
        join(&[&name, fate]),
    ];
    Line::styled(fitting(variants, width), look.theme.text)
}

/// `Layer 1 of 3: mask, 50.0 % kept`
pub(super) fn mask_title(layer: &ScoreView, layout: MaskLayout, output: usize, width: u16) -> String {
    let kept = percent(layer.kept as f64 / layer.weights() as f64);
    let what = match layout.of(layer).0 {
        MaskLayout::Weights => format!("mask, {kept} kept"),
        MaskLayout::OneOutput => format!("mask of output {output}"),
        MaskLayout::AllOutputs => format!("share of outputs kept, mean {kept}"),
    };
    let variants = vec![
        format!("Layer {} of {}: {what}", layer.layer, layer.layers),
        format!("Layer {}: {what}", layer.layer),
        format!("Layer {}: {kept} kept", layer.layer),
        format!("Layer {}", layer.layer),
    ];
    fitting(variants, width.saturating_sub(4))
}

/// `History of |s| of w[3,17]: — value, - - cut`
pub(super) fn history_title(layer: &ScoreView, weight: &LearnedWeight, width: u16) -> String {
    let (sign, name) = (sign(layer.quantity), format!("w[{},{}]", weight.output, weight.input));
    let variants = vec![
        format!("History of {sign} of {name}: solid {sign}, dashed the cut"),
        format!("{sign} of {name}: solid {sign}, dashed cut"),
        format!("{sign} of {name}, dashed: cut"),
        format!("History of {sign}"),
    ];
    fitting(variants, width.saturating_sub(4))
}

/// The weight's fate in a sentence, and how to read the pictures.
pub(super) fn lines(
    layer: &ScoreView,
    weight: &LearnedWeight,
    look: &Look,
    width: u16,
) -> Vec<Line<'static>> {
    let sign = sign(layer.quantity);
    let value = number(weight.value);
    let fate = match (layer.quantity, weight.kept, layer.cut) {
        (Quantity::WeightMagnitude, true, Some(cut)) => vec![
            format!(
                "kept: it was above the last cut at {sign} = {}; now {sign} = {value}. The smallest go at the end of the round.",
                number(cut)
            ),
            format!("kept: now {sign} = {value}, the last cut was {}", number(cut)),
        ],
        (Quantity::WeightMagnitude, true, None) => vec![
            format!("kept: nothing is pruned before the end of round 0. Now {sign} = {value}"),
            format!("kept: {sign} = {value}"),
        ],
        (Quantity::WeightMagnitude, false, _) => vec![
            "cut in this round or an earlier one: it stays exactly 0, whatever its gradient".to_owned(),
            "cut: it stays 0".to_owned(),
        ],
        (_, true, Some(cut)) => vec![
            format!(
                "{sign} = {value} reaches the cut {}: kept, w = {} takes part and never changes",
                number(cut),
                number(weight.weight)
            ),
            format!("{sign} = {value} reaches {}: kept", number(cut)),
        ],
        (_, false, Some(cut)) => vec![
            format!(
                "{sign} = {value} is below the cut {}: masked out; its score still gets gradients and may come back",
                number(cut)
            ),
            format!("{sign} = {value} below {}: masked out", number(cut)),
        ],
        (_, _, None) => vec![format!("{sign} = {value}; there is no cut yet")],
    };
    let image = match side(layer) {
        Some(_) => "i: the inputs as an image. ",
        None => "",
    };
    let read = vec![
        format!(
            "{image}t: the largest {sign}. c: the weight nearest to the cut. Arrows move, [ and ] change the layer."
        ),
        format!("{image}t: largest {sign}. c: nearest to the cut. [ ]: layer."),
        format!("t: largest {sign}, c: at the cut"),
    ];
    let line = |variants: Vec<String>, style| {
        let variants = variants.into_iter().map(|text| format!(" {}", look.glyphs.write(&text))).collect();
        Line::styled(fitting(variants, width), style)
    };
    vec![line(fate, look.theme.text), line(read, look.theme.faint)]
}
