//! The network of a file's tensors: readings and the evidence for each.
//!
//! Fitting shapes prove nothing: square matrices fit in any order and either way up, and the layers of an autoencoder fit
//! backwards. A reading is an orientation of the matrices (outputs × inputs, or inputs × outputs), their order, and each
//! one's bias and mask. All readings are enumerated, and held to the evidence:
//! - names: `kernel` is inputs × outputs, PyTorch's `weight` is outputs × inputs; numbers and words such as `input` and
//!   `output` tell the order; words such as `lstm`, `attn` or `running_mean` exclude a chain of dense layers;
//! - lengths of the biases, and each layer's inputs equal in number to the outputs before it;
//! - tensors left over.
//!
//! One reading is taken, and says why. Several, or none, are refused with the option for each. Whatever is not
//! used is listed.

mod candidates;
mod copies;
mod evidence;
#[cfg(test)]
mod generated;
mod kind;
#[cfg(test)]
mod misleading;
mod names;
mod options;
mod orders;
mod refusal;
mod summary;
mod tensors;
#[cfg(test)]
mod tests;
mod words;

pub use kind::NetworkKind;
pub use options::ReadingOptions;
pub use refusal::Refusal;
pub use summary::{ReadLayer, Reading, Unused};
pub(super) use tensors::Tensors;

use std::collections::{HashMap, HashSet};

use super::TensorEntry;
use candidates::{Candidate, Candidates};
use names::Called;
use options::OrderBy;
use tensors::Catalogue;

/// A network among a file's tensors.
#[derive(Clone, Debug)]
pub struct FoundNetwork {
    /// layer 1 first
    pub(super) layers: Vec<Tensors>,
    pub(super) transposed: bool,
    /// the reading and the evidence for it
    pub reading: Reading,
}

/// Finds the network.
///
/// # Errors
/// [`Refusal`] if the tensors form none, or more than one.
pub(super) fn read(
    entries: &[TensorEntry],
    others: &[String],
    format: &str,
    options: &ReadingOptions,
) -> Result<FoundNetwork, Refusal> {
    let catalogue = Catalogue::new(entries, format);
    let (chosen, outcome) = match &options.layers {
        Some(names) => {
            let listed = listed(&catalogue, names)?;
            let outcome = candidates::of_list(&catalogue, &listed, options);
            (choose(&catalogue, &listed, outcome.found.clone(), &outcome, options)?, outcome)
        }
        None => whole_file(&catalogue, options)?,
    };
    if options.layers.is_none() {
        refuse_left_overs(&catalogue, &chosen)?;
    }
    let reading = Reading::new(&catalogue, &chosen, &outcome, others, options);
    Ok(FoundNetwork { layers: chosen.layers, transposed: chosen.transposed, reading })
}

/// The network of all candidates for layers.
fn whole_file(
    catalogue: &Catalogue<'_>,
    options: &ReadingOptions,
) -> Result<(Candidate, Candidates), Refusal> {
    let alone: Vec<bool> = catalogue.alone.iter().map(Option::is_some).collect();
    if let Some((kind, shown)) = evidence::kind(catalogue.entries, &catalogue.names, &alone) {
        return Err(Refusal::kind(catalogue, kind, &shown));
    }
    let is_spoilt = |i: &usize| {
        let (entry, name) = (&catalogue.entries[*i], &catalogue.names[*i]);
        let has_role = matches!(name.called, Called::Matrix | Called::Bias);
        !entry.is_float() && ((has_role && catalogue.alone[*i].is_none()) || is_damaged(entry, name))
    };
    if let Some(spoilt) = (0..catalogue.entries.len()).find(is_spoilt) {
        return Err(Refusal::Unreadable(spoilt));
    }
    let is_flat = |&i: &usize| catalogue.names[i].called == Called::Matrix && catalogue.shape(i).len() != 2;
    if let Some(flat) = catalogue.live().find(is_flat) {
        let tensor = catalogue.name(flat).to_owned();
        return Err(Refusal::NotAMatrix { tensor, shape: catalogue.shape(flat).to_vec() });
    }
    let matrices = catalogue.matrices();
    if matrices.is_empty() {
        return Err(Refusal::empty(catalogue));
    }
    let lacks_mask = |&&i: &&usize| catalogue.names[i].is_original && catalogue.unit(i).mask.is_none();
    if let Some(&tensor) = matrices.iter().find(lacks_mask) {
        return Err(Refusal::NoMask { tensor: catalogue.name(tensor).to_owned() });
    }
    if let Some(networks) = copies::networks(catalogue, &matrices) {
        let mut found: Vec<Candidate> = Vec::new();
        for set in networks.iter().take(MOST_NETWORKS) {
            found.extend(candidates::of_matrices(catalogue, set, options).by_names(catalogue, set));
            if found.len() >= orders::MOST_ORDERS {
                break;
            }
        }
        return Err(Refusal::several(catalogue, &found, "more than one network", true));
    }
    let outcome = candidates::of_matrices(catalogue, &matrices, options);
    // A matrix without a word for weights, among others with one, may be something else.
    let is_named =
        |&i: &usize| catalogue.names[i].called == Called::Matrix || catalogue.unit(i).bias.is_some();
    let named: Vec<usize> = matrices.iter().copied().filter(is_named).collect();
    if !named.is_empty() && named.len() < matrices.len() {
        let of_named = candidates::of_matrices(catalogue, &named, options);
        if outcome.found.is_empty() {
            let chosen = choose(catalogue, &named, of_named.found.clone(), &of_named, options)?;
            return Ok((chosen, of_named));
        }
        if !of_named.found.is_empty() && 2 * named.len() > matrices.len() {
            let mut found = outcome.by_names(catalogue, &named);
            found.extend(of_named.by_names(catalogue, &named));
            let why = "a matrix that may be a layer or something else";
            return Err(Refusal::several(catalogue, &found, why, true));
        }
    }
    let chosen = choose(catalogue, &matrices, outcome.found.clone(), &outcome, options)?;
    Ok((chosen, outcome))
}

/// Most networks of one file to read for a message's list.
const MOST_NETWORKS: usize = 16;

/// Whether an array without a name may be an unreadable layer.
fn is_damaged(entry: &TensorEntry, name: &names::NameWords) -> bool {
    let is_known = ["BOOL", "I", "U"].iter().any(|kind| entry.dtype.starts_with(kind));
    evidence::is_nameless(name) && (!is_known || entry.shape.len() == 2)
}

/// The one reading with good evidence.
fn choose(
    catalogue: &Catalogue<'_>,
    matrices: &[usize],
    found: Vec<Candidate>,
    outcome: &Candidates,
    options: &ReadingOptions,
) -> Result<Candidate, Refusal> {
    if found.is_empty() && outcome.is_incomplete {
        return Err(Refusal::NoOrder { matrices: matrices.len() });
    }
    let convention = candidates::convention(catalogue, matrices).filter(|_| options.transposed.is_none());
    let mut found = found;
    if let Some(convention) = convention {
        let (by_name, other): (Vec<Candidate>, Vec<Candidate>) =
            found.into_iter().partition(|candidate| candidate.transposed == convention.transposed);
        let biases_decide = outcome.bias_misfits[usize::from(convention.transposed)].is_some();
        if by_name.is_empty() && !biases_decide {
            if options.order.is_some() || options.layers.is_some() || other.is_empty() {
                return Err(Refusal::none(catalogue, matrices, outcome));
            }
            // Either the file stores them against the convention, or its numbers count from the output.
            let backwards = other.iter().map(|candidate| Candidate {
                layers: candidate.layers.iter().rev().copied().collect(),
                transposed: convention.transposed,
                ..candidate.clone()
            });
            let both: Vec<Candidate> = other.iter().cloned().chain(backwards).collect();
            let why = "shapes that fit only against the orientation or the order that the names say";
            return Err(Refusal::several(catalogue, &both, why, false));
        }
        found = if by_name.is_empty() { other } else { by_name };
    }
    // A bare npy matrix has no name: it is outputs × inputs unless asked otherwise, and the report says so.
    if catalogue.format == "npy" && found.len() > 1 {
        found.retain(|candidate| !candidate.transposed);
    }
    match found.as_slice() {
        [only] if !outcome.is_incomplete || only.order != OrderBy::Shapes => Ok(only.clone()),
        [] => Err(Refusal::none(catalogue, matrices, outcome)),
        several => Err(Refusal::several(catalogue, several, "more than one way to read them", false)),
    }
}

/// The matrices of these names.
fn listed(catalogue: &Catalogue<'_>, listed: &[String]) -> Result<Vec<usize>, Refusal> {
    let is_matrix = |&i: &usize| {
        catalogue.shape(i).len() == 2
            && catalogue.names[i].called != Called::Mask
            && !catalogue.is_named_bias(i)
    };
    let matrices: Vec<usize> = (0..catalogue.entries.len()).filter(is_matrix).collect();
    let whole: HashMap<&str, usize> = (0..catalogue.entries.len()).map(|i| (catalogue.name(i), i)).collect();
    // By their words, and by these without `weight`.
    let mut by_words: HashMap<Vec<&str>, Vec<usize>> = HashMap::new();
    for &i in matrices.iter().filter(|&&i| catalogue.names[i].called == Called::Matrix) {
        let (stem, words) = (catalogue.names[i].stem(), catalogue.names[i].unmasked());
        if stem != words {
            by_words.entry(words).or_default().push(i);
        }
        by_words.entry(stem).or_default().push(i);
    }
    let find = |layer: &String| {
        if let Some(&whole) = whole.get(layer.as_str()) {
            return match catalogue.shape(whole) {
                [_, _] if catalogue.entries[whole].is_float() => Ok(whole),
                [_, _] => Err(Refusal::Unreadable(whole)),
                shape => Err(Refusal::NotAMatrix { tensor: layer.clone(), shape: shape.to_vec() }),
            };
        }
        let wanted = names::NameWords::new(layer);
        match by_words.get(&wanted.unmasked()).map(Vec::as_slice).unwrap_or_default() {
            [only] if catalogue.entries[*only].is_float() => Ok(*only),
            [only] => Err(Refusal::Unreadable(*only)),
            [] => Err(Refusal::missing(catalogue, layer, &matrices)),
            several => Err(Refusal::missing(catalogue, layer, several)),
        }
    };
    let found: Vec<usize> = listed.iter().map(find).collect::<Result<_, _>>()?;
    if let Some(&tensor) =
        found.iter().find(|&&i| catalogue.names[i].is_original && catalogue.unit(i).mask.is_none())
    {
        return Err(Refusal::NoMask { tensor: catalogue.name(tensor).to_owned() });
    }
    if found.is_empty() { Err(Refusal::empty(catalogue)) } else { Ok(found) }
}

/// Refuses a network beside tensors apparently part of it.
fn refuse_left_overs(catalogue: &Catalogue<'_>, chosen: &Candidate) -> Result<(), Refusal> {
    let used: HashSet<usize> = chosen.layers.iter().flat_map(Tensors::all).collect();
    let module =
        |i: usize| catalogue.names[i].path().split_last().map(|(_, module)| module).unwrap_or_default();
    // The layer of each module, `None` for a module of several, and the first layer of each number of outputs.
    let mut by_module: HashMap<&[Vec<String>], Option<usize>> = HashMap::new();
    for unit in &chosen.layers {
        by_module.entry(module(unit.matrix)).and_modify(|only| *only = None).or_insert(Some(unit.matrix));
    }
    let mut by_outputs: HashMap<usize, usize> = HashMap::new();
    for (unit, outputs) in chosen.layers.iter().zip(chosen.widths(catalogue).into_iter().skip(1)) {
        by_outputs.entry(outputs).or_insert(unit.matrix);
    }
    for i in (0..catalogue.entries.len()).filter(|i| !used.contains(i)) {
        let name = &catalogue.names[i];
        let tensor = || catalogue.name(i).to_owned();
        if catalogue.alone[i].is_none() && catalogue.is_named_bias(i) {
            return Err(Refusal::BiasWithoutMatrix { tensor: tensor(), shape: catalogue.shape(i).to_vec() });
        }
        if catalogue.alone[i].is_none() && name.called == Called::Mask {
            return Err(Refusal::MaskWithoutMatrix { tensor: tensor(), shape: catalogue.shape(i).to_vec() });
        }
        if catalogue.alone[i].is_none() && catalogue.shape(i).len() == 2 {
            return Err(Refusal::Unexplained {
                tensor: tensor(),
                shape: catalogue.shape(i).to_vec(),
                layers: refusal::layers(catalogue, chosen),
            });
        }
        // `fc1.scale` beside `fc1.weight` changes the layer's function.
        if let Some(&Some(matrix)) = by_module.get(module(i))
            && !module(i).is_empty()
            && !evidence::is_record(catalogue.alone[i])
        {
            return Err(Refusal::Companion { tensor: tensor(), matrix: catalogue.name(matrix).to_owned() });
        }
        if evidence::may_scale(&catalogue.entries[i], name, catalogue.alone[i], catalogue.format)
            && let Some(last) = chosen.layers.last()
        {
            return Err(Refusal::Companion {
                tensor: tensor(),
                matrix: catalogue.name(last.matrix).to_owned(),
            });
        }
        let may_be_bias = match catalogue.alone[i] {
            None => catalogue.entries[i].is_float(),
            Some(why) => why == evidence::NO_FRACTIONS && evidence::is_nameless(name),
        };
        let vector = catalogue.vector_length(i).filter(|_| may_be_bias);
        if let Some(length) = vector
            && let Some(&matrix) = by_outputs.get(&length)
        {
            let matrix = catalogue.name(matrix).to_owned();
            return Err(Refusal::MaybeBias {
                tensor: tensor(),
                length,
                matrix,
                layers: refusal::layers(catalogue, chosen),
            });
        }
    }
    Ok(())
}

/// Whether a name is a weight's or bias's before its mask, as `torch.nn.utils.prune` keeps it.
pub(super) fn is_original(name: &str) -> bool {
    names::NameWords::new(name).is_original
}
