//! The neuron drawn last, in words.

use crate::construction::{CutReason, Half, NeuronFate, NeuronStory};
use crate::experiment::Construction;
use crate::method::{DemandKind, Facts};
use crate::report::numbers::{grouped, number, scientific};

/// Magnitudes of weights of G written without an exponent.
const PLAIN: std::ops::Range<f64> = 0.1..1_000.0;

/// A weight of G, or a product of two, to three digits.
pub fn weight_of_g(value: f64) -> String {
    if PLAIN.contains(&value.abs()) {
        let places = (2 - value.abs().log10().floor() as i32).max(0) as usize;
        format!("{value:.places$}")
    } else {
        scientific(value, 2)
    }
}

/// The title of its pane: variants, the longest first.
pub fn neuron_title(story: &NeuronStory) -> Vec<String> {
    let (neuron, layer) = (grouped(story.path.neuron), story.layer);
    vec![
        format!("Neuron {neuron} of layer {layer} in the random network G: never trained, only kept or cut"),
        format!("Neuron {neuron} of the random network G: never trained, only kept or cut"),
        format!("Neuron {neuron} of G: never trained, only kept or cut"),
        format!("Neuron {neuron} of G"),
    ]
}

/// What it does, and what became of it and why.
pub fn neuron_story(story: &NeuronStory, construction: Construction) -> String {
    let facts = construction.facts();
    let is_cut = matches!(story.fate, NeuronFate::Cut(_));
    let (x, y) = (format!("x[{}]", story.path.input), format!("y[{}]", story.path.output));
    if facts.demands == DemandKind::Neurons {
        let outcome = if is_cut { "not all of them do: CUT." } else { "they do: KEPT." };
        return format!(
            "One neuron is to stand in for all of target neuron {y}: its weights must match all weights there; {outcome}"
        );
    }
    let sign = if story.half() == Half::Positive { ">" } else { "<" };
    let adds = if is_cut { "would add" } else { "adds" };
    let product = weight_of_g(story.path.product());
    let mut text = format!("When {x} {sign} 0 it {adds} {product}·{x} to {y}. {}", outcome(story, facts));
    if is_cut && story.tries > 1 {
        let others = story.tries - 1;
        let tries = if others == 1 {
            "the other try".to_owned()
        } else {
            format!("any of {} other tries", grouped(others))
        };
        text.push_str(&format!(" Nor did {tries} fit."));
    }
    if story.serves > 1 {
        let others = story.serves - 1;
        let weights = if others == 1 { "weight".to_owned() } else { "weights".to_owned() };
        text.push_str(&format!(" It serves {} more {weights} of this input.", grouped(others)));
    }
    text
}

/// The second half of the sentence: the outcome and its reason.
fn outcome(story: &NeuronStory, facts: &Facts) -> String {
    let w = format!("target weight w[{},{}] = {}", story.path.output, story.path.input, number(story.target));
    let capital = format!("T{}", &w[1..]);
    let (bucket, k) = (story.bucket.unwrap_or(1), story.levels);
    let bucket_of = format!("bucket {bucket} of {k}");
    let (low, high) = story.range.unwrap_or_default();
    let has_buckets = facts.demands == DemandKind::Buckets;
    match story.fate {
        NeuronFate::Kept if has_buckets => {
            format!("{capital} still lacked a piece of this size: KEPT ({bucket_of}).")
        }
        NeuronFate::Kept if facts.searches => {
            format!("With it some of the values found add up to {w}: KEPT.")
        }
        NeuronFate::Kept => format!("{capital} still lacked a neuron that matches it here: KEPT."),
        NeuronFate::SetAside if has_buckets => {
            format!("{capital} lacked a piece of this size: SET ASIDE ({bucket_of}), its sum decides later.")
        }
        NeuronFate::SetAside => {
            format!("{capital} collects values until some of them add up to it: SET ASIDE.")
        }
        NeuronFate::Spare if has_buckets => {
            format!("The sum of {w} does without a piece of this size ({bucket_of}): CUT.")
        }
        NeuronFate::Spare => format!("Others of the values found add up to {w}: CUT."),
        NeuronFate::Cut(reason) => match reason {
            CutReason::TooSmall => {
                format!("Too small: pieces below {} are of no use: CUT.", weight_of_g(low))
            }
            CutReason::TooLarge => {
                format!("Too large: pieces above {} are of no use: CUT.", weight_of_g(high))
            }
            CutReason::NearAnEdge => {
                "Its bucket is in doubt: it is as near to an edge as rounding is coarse: CUT.".to_owned()
            }
            CutReason::HalfNotBuilt => "But no input is negative, so this half is not built: CUT.".to_owned(),
            CutReason::WrongSign => format!("But {w} needs pieces of the other sign: CUT."),
            CutReason::AlreadyMet if has_buckets => {
                format!("{capital} has a piece of this size already ({bucket_of}): CUT.")
            }
            CutReason::AlreadyMet => format!("{capital} has all that it needs here: CUT."),
            CutReason::OtherBucketNext => {
                format!("{capital} needs a piece of another size next, not of {bucket_of}: CUT.")
            }
            CutReason::EarlierWeightFirst => format!("But {bucket_of} serves weights before {w} first: CUT."),
            CutReason::NoMatch => {
                format!("{capital} needs one neuron that matches it, and this is none: CUT.")
            }
        },
    }
}

/// What became of it and why, without numbers.
pub fn neuron_outcome(story: &NeuronStory) -> &'static str {
    match story.fate {
        NeuronFate::Kept => "KEPT: a weight of the target still lacked a piece of this size.",
        NeuronFate::SetAside => "SET ASIDE: its weight decides when its sum comes to this size.",
        NeuronFate::Spare => "CUT: its weight adds up without this piece.",
        NeuronFate::Cut(reason) => match reason {
            CutReason::TooSmall => "CUT: its product is too small for any weight.",
            CutReason::TooLarge => "CUT: its product is too large for any weight.",
            CutReason::NearAnEdge => "CUT: its product is too near the edge of a bucket.",
            CutReason::HalfNotBuilt => "CUT: no input is negative.",
            CutReason::WrongSign => "CUT: its product has the wrong sign.",
            CutReason::AlreadyMet => "CUT: the weight has a piece of this size already.",
            CutReason::OtherBucketNext => "CUT: the weight needs a piece of another size next.",
            CutReason::EarlierWeightFirst => "CUT: weights before this one come first.",
            CutReason::NoMatch => "CUT: it matches no weight of the target.",
        },
    }
}

/// What became of it and why, in a few words: `cut: too small for any bucket`.
pub fn neuron_in_short(story: &NeuronStory, construction: Construction) -> String {
    let demands = construction.facts().demands;
    let weight = format!("w[{},{}]", story.path.output, story.path.input);
    let weight = match demands {
        DemandKind::Neurons => format!("neuron {} of the target", story.path.output),
        _ => format!("{weight} {}", story.half().name()),
    };
    let bucket = story.bucket.map_or(String::new(), |bucket| format!(" bucket {bucket}"));
    match story.fate {
        NeuronFate::Kept => format!("kept for {weight}{bucket}"),
        NeuronFate::SetAside => format!("set aside for {weight}{bucket}"),
        NeuronFate::Spare => format!("cut: {weight} adds up without it"),
        NeuronFate::Cut(reason) => match reason {
            CutReason::TooSmall => "cut: too small for any bucket".to_owned(),
            CutReason::TooLarge => "cut: too large for any bucket".to_owned(),
            CutReason::NearAnEdge => "cut: too near the edge of a bucket".to_owned(),
            CutReason::HalfNotBuilt => "cut: no input is negative".to_owned(),
            CutReason::WrongSign => format!("cut: wrong sign for {weight}"),
            CutReason::AlreadyMet => format!("cut: {weight}{bucket} is met"),
            CutReason::OtherBucketNext => format!("cut: {weight} needs another size"),
            CutReason::EarlierWeightFirst => format!("cut: {weight} is not next"),
            CutReason::NoMatch => format!("cut: no match for {weight}"),
        },
    }
}
