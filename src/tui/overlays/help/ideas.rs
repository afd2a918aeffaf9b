//! The ideas behind the construction, a card each.

use ratatui::text::Line;

use super::{drawn, pieces};
use crate::session::Snapshot;
use crate::tui::look::Look;

/// An idea: its card.
#[derive(Clone, Copy, Debug)]
pub struct Idea {
    /// the title of the card
    pub title: &'static str,
    /// paragraphs, the same in every run
    pub texts: &'static [&'static str],
    /// the figures of the run, in lines of so many columns
    pub(super) drawn: fn(&Snapshot, &Look, usize) -> Vec<Line<'static>>,
}

/// The ideas, in the order of their cards.
pub const IDEAS: &[Idea] = &[
    Idea {
        title: "w·x from random pieces",
        texts: &[
            "F is the target network. G is random, much wider, and nothing in it is ever changed. A ReLU neuron of \
             G passes z_out·z_in·x on when z_in·x > 0, so its two weights act as one: their product. Keep the few neurons \
             whose products add up to w, cut all others, and G computes w·x within the tolerance.",
            "A neuron with z_in > 0 passes x > 0 alone, one with z_in < 0 passes x < 0 alone. So w is built twice, once for each \
             sign of x; where x is never negative, once.",
        ],
        drawn: pieces::of_weight,
    },
    Idea {
        title: "why products",
        texts: &[
            "The first proof (Malach et al. 2020) wants a neuron with z_in close to w and z_out close to 1: two coincidences at \
             once. But only the product z_in·z_out acts, and many pairs have the same product. Judged by its product alone, a \
             neuron is of use far more often.",
            "The second saving: no product has to be w itself. A sum of pieces, large ones first, comes as close as one likes. \
             Bounds (4) draws what each idea saves; Compare (2) lets the constructions race.",
        ],
        drawn: drawn::products,
    },
    Idea {
        title: "why the hyperbolic law",
        texts: &[
            "The pieces of a sum differ by orders of magnitude: from the size of w down to its tolerance. Of uniform weights \
             hardly any product is that small. The hyperbolic law has density 1/|z| up to a constant: every order of magnitude \
             from α to β is equally likely.",
            "The products then lie between α² and β², on a logarithmic axis with a density like a roof. All buckets stand in \
             its middle half, where it is at least half as high as its ridge: a neuron falls into the rarest bucket at least \
             half as often as into the commonest.",
        ],
        drawn: drawn::law,
    },
    Idea {
        title: "buckets",
        texts: &[
            "A bucket is a range of products, each as wide as the next smaller one times 1/γ (1.5 in the paper). A weight asks each \
             bucket for one piece, once for x > 0 and once for x < 0. Then it is summed greedily from the largest bucket to \
             the smallest: where the rest of w reaches the bucket's threshold, the piece is taken, else passed by.",
            "After the last bucket the rest is below the tolerance (Lemma 9). The number of buckets grows with the logarithm of \
             1/ε, and so does the number of neurons.",
        ],
        drawn: drawn::buckets,
    },
    Idea {
        title: "the error and its proof",
        texts: &[
            "The error found is the largest distance between F(x) and the pruned network Ĝ(x) at the inputs tried. There may be \
             worse inputs: it is a lower bound.",
            "The error certified holds for every input of the domain. It is computed from the errors of all weights, carried \
             from layer to layer, rounding included (C shows how). The ticket holds if it is at most ε.",
        ],
        drawn: drawn::error,
    },
    Idea {
        title: "your own network",
        texts: &[
            "Any network of linear layers can be the target: `slth net.safetensors` (or .npz, .pt, .onnx) opens it with stated \
             defaults, p opens one from here. `slth presets from net.pt` prints the preset that says the same, to be edited.",
            "e edits the setup in place: a smaller ε costs more buckets, a wider layer more weights. S saves it, `slth run` \
             runs it without a screen and writes the ticket for NumPy.",
        ],
        drawn: drawn::network,
    },
];
