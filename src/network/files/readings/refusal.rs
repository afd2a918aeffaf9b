//! Why a file's tensors are not read, and the option to choose a reading.

use thiserror::Error;

use super::candidates::{self, Candidate, Candidates};
use super::kind::NetworkKind;
use super::orders;
use super::tensors::Catalogue;
use crate::visible::shortened_to;

/// Why a file's tensors are not read as a network.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// No matrix at all.
    #[error("expected at least one weight matrix of floating-point numbers, found {found}")]
    Empty {
        /// the finding
        found: String,
    },
    /// A network of another kind.
    #[error(
        "expected a chain of dense layers, found {kind}: {tensors}; only a chain of dense layers can be a target"
    )]
    NetworkKind {
        /// which
        kind: NetworkKind,
        /// the tensors as evidence
        tensors: String,
    },
    /// More than one reading.
    #[error("expected tensors that form one network, found {why}: {readings}{advice}")]
    Several {
        /// the open choice
        why: String,
        /// each with its widths and its option
        readings: String,
        /// how to choose
        advice: String,
    },
    /// No reading.
    #[error("expected tensors that form a network, found none in either orientation: {why}")]
    None {
        /// the misfit, for each orientation
        why: String,
    },
    /// Names without an order, and too many matrices to try all.
    #[error(
        "expected names or shapes that tell the order of {matrices} matrices, found neither; `--layers A,B` lists them in \
         their order, `--order names` or `--order file` gives it (in a preset `layers`, `order`)"
    )]
    NoOrder {
        /// how many there are
        matrices: usize,
    },
    /// A tensor without numbers for weights; its place among the file's.
    #[error("expected floating-point numbers in tensor {0}")]
    Unreadable(usize),
    /// A listed layer, but no matrix.
    #[error("tensor `{tensor}`: expected a matrix (a layer's weights), found shape {shape:?}")]
    NotAMatrix {
        /// its name
        tensor: String,
        /// its shape
        shape: Vec<usize>,
    },
    /// A listed layer, missing from the file or there more than once.
    #[error("layer `{layer}`: expected one of {found}")]
    Missing {
        /// the listed name
        layer: String,
        /// the matrices there are
        found: String,
    },
    /// A pruned weight without its mask.
    #[error(
        "tensor `{tensor}`: expected its mask beside it (`weight_mask` beside `weight_orig`), found none"
    )]
    NoMask {
        /// its name
        tensor: String,
    },
    /// A mask of no layer.
    #[error(
        "tensor `{tensor}`: expected a mask called as its layer's weights are (`fc1.weight_mask` beside `fc1.weight_orig`), found none of its \
         name and shape {shape:?}"
    )]
    MaskWithoutMatrix {
        /// its name
        tensor: String,
        /// its shape
        shape: Vec<usize>,
    },
    /// A bias of no layer.
    #[error(
        "tensor `{tensor}`: expected the matrix that this bias belongs to (`fc1.weight` beside `fc1.bias`), found none \
         (its shape is {shape:?})"
    )]
    BiasWithoutMatrix {
        /// its name
        tensor: String,
        /// its shape
        shape: Vec<usize>,
    },
    /// A tensor that may change a layer's function.
    #[error(
        "tensor `{tensor}`: expected nothing beside `{matrix}` but its bias and its masks; what this one does to the layer \
         is not known"
    )]
    Companion {
        /// its name
        tensor: String,
        /// the layer's matrix
        matrix: String,
    },
    /// A matrix without an explanation by name.
    #[error(
        "tensor `{tensor}`: its name does not say what it is (a mask? another layer?), its shape is {shape:?}; \
         `--layers {layers}` reads the network without it"
    )]
    Unexplained {
        /// its name
        tensor: String,
        /// its shape
        shape: Vec<usize>,
        /// all layers, as `--layers` takes them
        layers: String,
    },
    /// A possible bias.
    #[error(
        "tensor `{tensor}`: its {length} numbers may be the bias of `{matrix}`, and its name does not say so; a bias is \
         called as its matrix is (`fc1.weight`, `fc1.bias`; `W1`, `b1`); only if it is none does `--layers {layers}` read the \
         whole network"
    )]
    MaybeBias {
        /// its name
        tensor: String,
        /// how many numbers
        length: usize,
        /// the layer's matrix
        matrix: String,
        /// all layers, as `--layers` takes them
        layers: String,
    },
}

/// Most names in a message.
const MOST_NAMES: usize = 6;
/// Characters of an option's layers at most.
const LONGEST_LIST: usize = 1000;
/// Most layers spelt out in an option.
const MOST_LAYERS: usize = 24;

impl Refusal {
    pub(super) fn kind(catalogue: &Catalogue<'_>, kind: NetworkKind, shown: &[usize]) -> Self {
        Self::NetworkKind { kind, tensors: names(catalogue, shown) }
    }

    pub(super) fn empty(catalogue: &Catalogue<'_>) -> Self {
        if catalogue.entries.is_empty() {
            return Self::Empty { found: "none".to_owned() };
        }
        let mut shown: Vec<String> = catalogue.entries.iter().take(MOST_NAMES).map(described).collect();
        if catalogue.entries.len() > MOST_NAMES {
            shown.push(format!("{} more", catalogue.entries.len() - MOST_NAMES));
        }
        Self::Empty { found: shown.join(", ") }
    }

    pub(super) fn missing(catalogue: &Catalogue<'_>, layer: &str, matrices: &[usize]) -> Self {
        let found = if matrices.is_empty() { "no matrices".to_owned() } else { names(catalogue, matrices) };
        Self::Missing { layer: layer.to_owned(), found }
    }

    /// `by_layers`: the readings differ in the matrices they use.
    pub(super) fn several(
        catalogue: &Catalogue<'_>,
        found: &[Candidate],
        why: &str,
        by_layers: bool,
    ) -> Self {
        let matrices = |c: &Candidate| c.layers.iter().map(|unit| unit.matrix).collect::<Vec<_>>();
        let same_layers = found.windows(2).all(|pair| matrices(&pair[0]) == matrices(&pair[1]));
        let same_side = found.windows(2).all(|pair| pair[0].transposed == pair[1].transposed);
        let needs_layers = by_layers || !same_layers;
        let needs_side = !same_side || (!needs_layers && found.len() == 1);
        let mut is_told_apart = true;
        let reading = |(at, candidate): (usize, &Candidate)| {
            let twin = |(other, c): (usize, &Candidate)| {
                other != at && matrices(c) == matrices(candidate) && c.transposed == candidate.transposed
            };
            is_told_apart &= !found.iter().enumerate().any(twin);
            let mut widths: Vec<String> = candidate.widths(catalogue).iter().map(usize::to_string).collect();
            if widths.len() > MOST_LAYERS {
                widths.splice(MOST_NAMES..widths.len() - 1, ["…".to_owned()]);
            }
            let side = if candidate.transposed { "inputs × outputs" } else { "outputs × inputs" };
            let biases: Vec<usize> = candidate.layers.iter().filter_map(|unit| unit.bias).collect();
            let biases = match biases.as_slice() {
                [] => "no biases".to_owned(),
                some => format!("biases {}", names(catalogue, some)),
            };
            let mut option = Vec::new();
            if needs_layers {
                option.push(format!("--layers {}", layers(catalogue, candidate)));
            }
            if needs_side {
                option.push(
                    if candidate.transposed { "--transposed" } else { "--transposed=false" }.to_owned(),
                );
            }
            let order = names(catalogue, &matrices(candidate));
            format!("{} of {order} as {side}, {biases} (`{}`)", widths.join("-"), option.join(" "))
        };
        let readings: Vec<String> = found.iter().enumerate().take(orders::MOST_ORDERS).map(reading).collect();
        let more = found.len() >= orders::MOST_ORDERS;
        let readings = match readings.is_empty() {
            true => "none of them a chain of dense layers".to_owned(),
            false if more => format!("{}; and perhaps others", readings.join("; ")),
            false => readings.join("; "),
        };
        let advice = if !is_told_apart {
            "; names that say whose bias each is (`W1`, `b1`) would tell them apart"
        } else if found.is_empty() {
            ""
        } else {
            "; in a preset the fields `layers`, `transposed` and `order` of `File` choose"
        };
        Self::Several { why: why.to_owned(), readings, advice: advice.to_owned() }
    }

    pub(super) fn none(catalogue: &Catalogue<'_>, matrices: &[usize], outcome: &Candidates) -> Self {
        let side = |transposed: bool| if transposed { "inputs × outputs" } else { "outputs × inputs" };
        let sides = |i: usize, transposed| orders::sides(catalogue, &catalogue.unit(i), transposed);
        let misfit = |transposed: bool| {
            let at = usize::from(transposed);
            if let Some((matrix, bias)) = outcome.bias_misfits[at] {
                let (found, outputs) =
                    (catalogue.vector_length(bias).unwrap_or(0), sides(matrix, transposed).1);
                let of = if catalogue.names[matrix].stem() == catalogue.names[bias].stem()
                    || catalogue.numbered.is_some()
                {
                    format!("`{}` has {outputs} outputs", catalogue.name(matrix))
                } else {
                    "it is not clear whose it is".to_owned()
                };
                return Some(format!(
                    "as {} bias `{}` has length {found} and {of}",
                    side(transposed),
                    catalogue.name(bias)
                ));
            }
            let (before, after) = outcome.shape_misfits[at]?;
            let (given, taken) = (sides(before, transposed).1, sides(after, transposed).0);
            Some(format!(
                "as {} `{}` takes {taken} inputs and `{}` before it gives {given}",
                side(transposed),
                catalogue.name(after),
                catalogue.name(before)
            ))
        };
        let found: Vec<String> = [false, true].into_iter().filter_map(misfit).collect();
        let why = match found.is_empty() {
            false => found.join("; "),
            true => format!(
                "no order of {} that their names allow has each layer take what the one before gives",
                names(catalogue, matrices)
            ),
        };
        let off_by_one = outcome.shape_misfits[0]
            .is_some_and(|(before, after)| sides(after, false).0 == sides(before, false).1 + 1);
        let hint = if off_by_one && candidates::convention(catalogue, matrices).is_none() {
            "; are the biases a column of each matrix? They must be tensors of their own"
        } else {
            ""
        };
        Self::None { why: format!("{why}{hint}") }
    }
}

/// `` `a`, `b` and 3 more ``
fn names(catalogue: &Catalogue<'_>, shown: &[usize]) -> String {
    let mut text: Vec<String> =
        shown.iter().take(MOST_NAMES).map(|&i| format!("`{}`", catalogue.name(i))).collect();
    if shown.len() > MOST_NAMES {
        text.push(format!("{} more", shown.len() - MOST_NAMES));
    }
    text.join(", ")
}

fn described(entry: &super::super::TensorEntry) -> String {
    format!("`{}` ({} {:?})", entry.name, entry.dtype, entry.shape)
}

/// The layers as `--layers` takes them.
pub(super) fn layers(catalogue: &Catalogue<'_>, candidate: &Candidate) -> String {
    let mut list: Vec<&str> =
        candidate.layers.iter().take(MOST_LAYERS).map(|unit| catalogue.name(unit.matrix)).collect();
    if candidate.layers.len() > MOST_LAYERS {
        list.push("…");
    }
    let list = shortened_to(&list.join(","), LONGEST_LIST);
    let is_plain = |c: char| c.is_alphanumeric() || "_-./,:…".contains(c);
    if list.chars().all(is_plain) { list } else { format!("'{list}'") }
}
