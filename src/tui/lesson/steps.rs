//! The steps of the lesson.

use crate::report::text::{count, grouped};
use crate::session::{Phase, Snapshot};
use crate::theory::Count;
use crate::tui::overlays::certificate;
use crate::tui::screens::{bounds, explore, outputs, weight};

/// Neurons of the second step.
const FEW: u64 = 10;

/// What a step is judged by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LessonView<'a> {
    pub(crate) snapshot: &'a Snapshot,
    /// name of the screen
    pub(crate) screen: &'static str,
    /// name of the topmost overlay
    pub(crate) overlay: Option<&'static str>,
    /// most neurons drawn since the step began
    pub(crate) most: Count,
}

/// A step of the lesson.
#[derive(Clone, Copy, Debug)]
pub struct LessonStep {
    /// its title
    pub title: &'static str,
    /// what there is to see
    pub see: &'static str,
    /// why it is so
    pub why: &'static str,
    /// what to press
    pub press: &'static str,
    /// the run's own figure
    pub(crate) now: fn(&Snapshot) -> Option<String>,
    /// whether the user has done it
    pub(crate) is_done: fn(&LessonView<'_>) -> bool,
}

/// No figure.
fn none(_: &Snapshot) -> Option<String> {
    None
}

fn neurons(snapshot: &Snapshot) -> Option<String> {
    let drawn = snapshot.lane().neurons_sampled();
    let neurons = if drawn == Count::from(1_u64) { "neuron" } else { "neurons" };
    Some(format!("{} {neurons} drawn", count(drawn)))
}

fn weights(snapshot: &Snapshot) -> Option<String> {
    let lane = snapshot.lane();
    let [done, all] = [lane.weights_done(), lane.weights()].map(|weights| grouped(weights as i64));
    Some(format!("{done} of {all} weights complete"))
}

/// The layer that is complete first.
fn first_layer_is_done(snapshot: &Snapshot) -> bool {
    snapshot.lane().layers.first().is_some_and(|row| row.is_done)
}

/// Whether the weight completed last is on view, finished.
fn shows_latest(snapshot: &Snapshot) -> bool {
    snapshot.weight.as_ref().is_some_and(|weight| weight.is_latest())
}

/// The steps, in their order. The last one is never done.
pub const STEPS: &[LessonStep] = &[
    LessonStep {
        title: "w·x",
        see: "F, the target, multiplies each input x by a trained weight w and adds up. Of G, the random network, nothing is drawn yet.",
        why: "Nobody will train G. A ticket is a choice among neurons that happen to be there.",
        press: "n draws the first neuron of G",
        now: none,
        is_done: |seen| seen.snapshot.lane().neurons_sampled() > Count::ZERO,
    },
    LessonStep {
        title: "a neuron of G",
        see: "The line above tells what became of this neuron. It has one weight from x and one to y, with a ReLU between them.",
        why: "For x of one sign it adds z_out·z_in·x, for the other nothing: its two weights act as one, their product.",
        press: "n again, until ten neurons are drawn",
        now: neurons,
        is_done: |seen| seen.snapshot.lane().neurons_sampled() >= Count::from(FEW),
    },
    LessonStep {
        title: "kept or cut",
        see: "A neuron that serves a weight of F is kept as a piece of it. The others are cut.",
        why: "It is kept where a weight still lacks a piece as large as its product; nothing else about it matters.",
        press: "w draws until a whole weight is complete",
        now: neurons,
        is_done: |seen| seen.snapshot.lane().weights_done() >= 1,
    },
    LessonStep {
        title: "a sum of pieces",
        see: "One weight of F is now a sum of products of random weights, once for x > 0 and once for x < 0.",
        why: "No product has to be w itself: a few pieces, large ones first, come as close as one likes.",
        press: "3 shows a weight as it is put together",
        now: weights,
        is_done: |seen| seen.screen == weight::NAME && seen.snapshot.weight.is_some(),
    },
    LessonStep {
        title: "what is left of w",
        see: "The stairs lead down from w to the tolerance. In each row the residual reaches what a bucket needs, and its piece is taken.",
        why: "A piece takes away much of what was left, so few suffice. Each further bucket divides the rest by a constant.",
        press: "w completes another weight, and the screen goes to it",
        now: weights,
        is_done: |seen| seen.snapshot.lane().weights_done() >= 2 && shows_latest(seen.snapshot),
    },
    LessonStep {
        title: "G is a function",
        see: "G is far too large to be stored. Each of its weights is computed from the seed, the layer and two numbers when it is asked for.",
        why: "So nothing is lost by going back: the same neuron comes again, on every machine.",
        press: "N takes the last neuron back",
        now: neurons,
        is_done: |seen| seen.snapshot.lane().neurons_sampled() < seen.most,
    },
    LessonStep {
        title: "all weights of a layer",
        see: "The map has a cell for each weight of the layer. Neurons that one weight cannot use serve others.",
        why: "All weights of a layer share the same neurons: that is what makes G small.",
        press: "l draws to the end of the layer",
        now: weights,
        is_done: |seen| first_layer_is_done(seen.snapshot),
    },
    LessonStep {
        title: "a layer is built",
        see: "Every weight of the first layer is within its tolerance. The map says how far each one is off.",
        why: "The tolerance of a weight follows from ε: theory says how errors grow on their way through the layers.",
        press: "1 goes back to Explore",
        now: weights,
        is_done: |seen| seen.screen == explore::NAME && first_layer_is_done(seen.snapshot),
    },
    LessonStep {
        title: "the law of G",
        see: "Layer 1 keeps its picture: its buckets are full, and its products follow the dotted curve, their exact law.",
        why: "The hyperbolic law makes every order of magnitude equally likely, so small buckets are hit at least half as often as large ones.",
        press: "a draws all other layers and checks the result",
        now: weights,
        is_done: |seen| seen.snapshot.lane().phase == Phase::Done,
    },
    LessonStep {
        title: "F and the pruned network",
        see: "The ticket is complete: G without all cut weights, here called Ĝ. It has been run, on many inputs.",
        why: "Ĝ is evaluated neuron by neuron from its masks, not from the sums: this tests the construction itself.",
        press: "5 shows F and Ĝ side by side",
        now: |snapshot| {
            let found = &snapshot.lane().error.found;
            (found.tried > 0).then(|| format!("{} inputs tried", grouped(found.tried as i64)))
        },
        is_done: |seen| {
            let pruned = seen.snapshot.output.as_ref().is_some_and(|output| output.pruned.is_some());
            seen.screen == outputs::NAME && pruned
        },
    },
    LessonStep {
        title: "found is not proven",
        see: "Both networks at one input. The error found is the largest at all inputs tried.",
        why: "Between them may be worse inputs. A theorem speaks of every input, and so must a check.",
        press: "C shows the certificate",
        now: none,
        is_done: |seen| {
            seen.overlay == Some(certificate::NAME) && seen.snapshot.lane().error.certificate.is_some()
        },
    },
    LessonStep {
        title: "the certificate",
        see: "A row for each layer: how far its weights are off, how large its inputs can be, and the error that follows for any input.",
        why: "The last row bounds the error of the whole network, rounding included. At most ε: the ticket holds.",
        press: "Esc closes the certificate",
        now: none,
        is_done: |seen| seen.overlay.is_none(),
    },
    LessonStep {
        title: "what was promised",
        see: "This run is one seed. The theorem names a number of neurons that suffices with probability 1 - δ.",
        why: "It grows with the logarithm of 1/ε; Malach's proof before it asked for powers.",
        press: "4 shows the bounds, and what this run has taken",
        now: neurons,
        is_done: |seen| seen.screen == bounds::NAME,
    },
    LessonStep {
        title: "your own network",
        see: "From random weights to a proven network by pruning alone: that was the theorem, on a network small enough to follow.",
        why: "? has a card for each idea. 2 lets the constructions race.",
        press: "p opens a larger network, or yours; Esc ends the lesson",
        now: none,
        is_done: |_| false,
    },
];
