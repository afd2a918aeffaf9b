//! Evidence of names and shapes: against a dense network, for an orientation, and on tensors beside the layers.

use super::super::TensorEntry;
use super::kind::NetworkKind;
use super::names::{Called, NameWords};
use super::words::{BRANCHES, DATA, KINDS, LISTS, MEMBERS, MORE_DATA, OPTIMISER, RECORD, SETS};

/// Whether a tensor is left alone because of its name.
pub(super) fn is_record(alone: Option<&str>) -> bool {
    alone.is_some_and(|why| why == OF_OPTIMISER || why == OF_TRAINING)
}

const OF_OPTIMISER: &str = "state of an optimiser";
const ONE_NUMBER: &str = "a single number";
/// Of whole numbers, never weights.
pub(super) const NO_FRACTIONS: &str = "no floating-point numbers";
const OF_TRAINING: &str = "a record of training";

/// Why a tensor of any shape is left alone; `None` if it may be part of the network.
pub(super) fn left_alone(entry: &TensorEntry, name: &NameWords) -> Option<&'static str> {
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| name.has(phrase));
    if has(&OPTIMISER) {
        return Some(OF_OPTIMISER);
    }
    let is_layer = matches!(name.called, Called::Matrix | Called::Bias | Called::Mask);
    if has(&["loss", "criterion", "scheduler"]) || (!is_layer && has(&RECORD)) {
        return Some(OF_TRAINING);
    }
    let is_data = has(&DATA) || (entry.shape.len() != 2 && has(&MORE_DATA));
    if !is_layer && is_data && kind_by_name(name).is_none() {
        return Some("data");
    }
    if !is_layer && !entry.is_float() && entry.shape.len() != 2 {
        return Some(NO_FRACTIONS);
    }
    (!is_layer && entry.shape.is_empty() && !is_nameless(name)).then_some(ONE_NUMBER)
}

/// Whether a tensor without a layer of its own may still change the network's function.
pub(super) fn may_scale(entry: &TensorEntry, name: &NameWords, alone: Option<&str>, format: &str) -> bool {
    const FACTORS: [&str; 6] = ["scale", "scales", "scaling", "temperature", "gain", "multiplier"];
    let is_open = alone.is_none_or(|why| why == ONE_NUMBER);
    // A state dict holds parameters and buffers of the network, nothing else.
    let is_parameter = matches!(format, "pt" | "safetensors") && entry.shape.iter().product::<usize>() == 1;
    let is_factor = is_parameter || FACTORS.iter().any(|factor| name.has(factor));
    is_open && entry.is_float() && is_factor
}

/// The kind of network of a name, dense networks apart.
pub(super) fn kind_by_name(name: &NameWords) -> Option<NetworkKind> {
    let found = KINDS.iter().find(|(_, phrases)| phrases.iter().any(|phrase| name.has(phrase)));
    found.map(|(kind, _)| *kind)
}

/// The kind of network of the tensors unless all layers are dense, with the tensors as evidence.
/// `alone[i]` are left alone.
pub(super) fn kind(
    entries: &[TensorEntry],
    names: &[NameWords],
    alone: &[bool],
) -> Option<(NetworkKind, Vec<usize>)> {
    let live = || (0..entries.len()).filter(|&i| !alone[i]);
    for (kind, phrases) in KINDS {
        let shows = |&i: &usize| phrases.iter().any(|phrase| names[i].has(phrase));
        let found: Vec<usize> = live().filter(shows).collect();
        if !found.is_empty() {
            return Some((kind, found));
        }
    }
    let last_word = |word: &str| {
        let is_matrix = |&i: &usize| entries[i].shape.len() == 2 && names[i].last_word() == Some(word);
        live().find(is_matrix)
    };
    // Recurrent cells and attention of single letters.
    for (kind, words) in SETS {
        let found: Vec<usize> = words.iter().filter_map(|word| last_word(word)).collect();
        if found.len() == words.len() {
            return Some((kind, found));
        }
    }
    let deep = |&i: &usize| {
        entries[i].shape.len() > 2 && (names[i].called == Called::Matrix || is_nameless(&names[i]))
    };
    let kernels: Vec<usize> = live().filter(deep).collect();
    if !kernels.is_empty() {
        return Some((NetworkKind::Convolution, kernels));
    }
    // LayerNorm and PReLU call their vector `weight`.
    let scales: Vec<usize> = live()
        .filter(|&i| {
            let is_weight =
                names[i].called == Called::Matrix && names[i].words().next_back() == Some("weight");
            is_weight && entries[i].shape.len() == 1
        })
        .collect();
    if !scales.is_empty() && live().any(|i| entries[i].shape.len() == 2) {
        return Some((NetworkKind::Normalised, scales));
    }
    branches(entries, names, alone).map(|found| (NetworkKind::Parallel, found))
}

/// Matrices with names for parallel branches.
fn branches(entries: &[TensorEntry], names: &[NameWords], alone: &[bool]) -> Option<Vec<usize>> {
    let matrices: Vec<usize> =
        (0..entries.len()).filter(|&i| !alone[i] && entries[i].shape.len() == 2).collect();
    for line in BRANCHES {
        let mut of_word: Vec<usize> =
            line.iter().filter_map(|word| matrices.iter().copied().find(|&i| names[i].has(word))).collect();
        of_word.sort_unstable();
        of_word.dedup();
        if of_word.len() > 1 {
            return Some(of_word);
        }
    }
    let member = |i: usize| names[i].list_member(&LISTS, &MEMBERS);
    let (first, of_list) = matrices.iter().find_map(|&i| member(i).map(|found| (i, found)))?;
    let differs =
        |&i: &usize| member(i).is_some_and(|(list, number)| list == of_list.0 && number != of_list.1);
    let other = matrices.iter().copied().find(differs)?;
    Some(vec![first, other])
}

/// Whether the name tells a place and nothing else: `arr_0`, `param_3`, `0`.
pub(super) fn is_nameless(name: &NameWords) -> bool {
    const WORDS: [&str; 10] =
        ["arr", "array", "param", "params", "p", "leaf", "leaves", "item", "tensor", "list"];
    name.words().all(|word| WORDS.contains(&word) || super::names::is_number(word))
}

/// The orientation of a matrix by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Convention {
    pub(super) transposed: bool,
    pub(super) says: &'static str,
}

/// The convention of a matrix's name, if it has one.
pub(super) fn convention(name: &NameWords, format: &str) -> Option<Convention> {
    let of = |transposed, says| Some(Convention { transposed, says });
    if name.has("c fc") || name.has("c proj") {
        return of(true, "GPT-2 stores its layers so");
    }
    let last: Vec<&str> =
        name.path().last()?.iter().map(String::as_str).filter(|&word| word != "orig").collect();
    match (last.as_slice(), name.last_separator) {
        ([.., "kernel" | "kernels"] | ["kernel" | "kernels", _], _) => {
            of(true, "Flax and Keras store a `kernel` so")
        }
        (["coefs", ..], _) => of(true, "scikit-learn stores `coefs_` so"),
        (["coef"], _) => of(false, "scikit-learn stores `coef_` so"),
        (["weights" | "w"], Some('/')) => of(true, "TensorFlow and Haiku store them so"),
        (["weight"], Some('.')) => of(false, "PyTorch stores a `weight` so"),
        (["weight"], None) if matches!(format, "safetensors" | "pt") => {
            of(false, "PyTorch stores a `weight` so")
        }
        _ => None,
    }
}
