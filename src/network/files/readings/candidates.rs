//! The possible networks of a set of matrices.

use std::collections::{HashMap, HashSet};

use super::super::Order;
use super::evidence::{self, Convention};
use super::names::natural_key;
use super::options::{OrderBy, ReadingOptions};
use super::orders;
use super::tensors::{Catalogue, Tensors};

/// One possible network of the tensors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) layers: Vec<Tensors>,
    pub(super) transposed: bool,
    pub(super) order: OrderBy,
    pub(super) biases: BiasBy,
}

/// Evidence for the layer of a bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BiasBy {
    Name,
    Position,
    Length,
}

/// All networks of a set of matrices, and why there are no others.
#[derive(Default)]
pub(super) struct Candidates {
    pub(super) found: Vec<Candidate>,
    /// whether there may be more than were found
    pub(super) is_incomplete: bool,
    /// for each orientation, the first layer and bias of different lengths
    pub(super) bias_misfits: [Option<(usize, usize)>; 2],
    /// for each orientation, two neighbours of unfitting shapes in the order of the names
    pub(super) shape_misfits: [Option<(usize, usize)>; 2],
}

impl Candidate {
    /// n₀…n_ℓ.
    pub(super) fn widths(&self, catalogue: &Catalogue<'_>) -> Vec<usize> {
        let sides = |unit| orders::sides(catalogue, unit, self.transposed);
        let first = self.layers.first().map(|unit| sides(unit).0);
        first.into_iter().chain(self.layers.iter().map(|unit| sides(unit).1)).collect()
    }

    fn is_same_network(&self, other: &Self) -> bool {
        self.layers == other.layers && self.transposed == other.transposed
    }
}

impl Candidates {
    fn add(&mut self, candidate: Candidate) {
        if !self.found.iter().any(|found| found.is_same_network(&candidate)) {
            self.found.push(candidate);
        }
    }

    /// The candidates in the convention of these matrices' names, if there are any.
    pub(super) fn by_names(&self, catalogue: &Catalogue<'_>, matrices: &[usize]) -> Vec<Candidate> {
        let convention = convention(catalogue, matrices);
        let keeps = |found: &&Candidate| {
            convention.is_none_or(|convention| found.transposed == convention.transposed)
        };
        let kept: Vec<Candidate> = self.found.iter().filter(keeps).cloned().collect();
        if kept.is_empty() { self.found.clone() } else { kept }
    }
}

/// The common convention of these matrices' names.
pub(super) fn convention(catalogue: &Catalogue<'_>, matrices: &[usize]) -> Option<Convention> {
    let mut conventions =
        matrices.iter().map(|&i| evidence::convention(&catalogue.names[i], catalogue.format));
    let first = conventions.next()??;
    conventions.all(|other| other.is_some_and(|other| other.transposed == first.transposed)).then_some(first)
}

/// The networks of all of these matrices.
pub(super) fn of_matrices(
    catalogue: &Catalogue<'_>,
    matrices: &[usize],
    options: &ReadingOptions,
) -> Candidates {
    let mut outcome = Candidates::default();
    if let Some(sequence) = numbered(catalogue, options.order) {
        for group in catalogue.by_position(&sequence) {
            for units in group {
                try_units(catalogue, &units, Some(OrderBy::Numbers), BiasBy::Position, options, &mut outcome);
            }
            if !outcome.found.is_empty() {
                break;
            }
        }
        return outcome;
    }
    let units: Vec<Tensors> = matrices.iter().map(|&i| catalogue.unit(i)).collect();
    try_units(catalogue, &units, None, BiasBy::Name, options, &mut outcome);
    // A matrix of one row or column may be a layer even with the name `b`.
    let both: Vec<usize> =
        catalogue.loose_biases(&units).into_iter().filter(|&i| catalogue.shape(i).len() == 2).collect();
    if !both.is_empty() && both.len() + matrices.len() < MOST_WITH_LOOSE {
        let all: Vec<Tensors> = matrices.iter().chain(&both).map(|&i| catalogue.unit(i)).collect();
        try_units(catalogue, &all, None, BiasBy::Name, options, &mut outcome);
    }
    outcome
}

/// Most matrices for trying unnamed biases of two dimensions as layers too.
const MOST_WITH_LOOSE: usize = 64;

/// The networks of the listed matrices, in the order of the list.
pub(super) fn of_list(catalogue: &Catalogue<'_>, listed: &[usize], options: &ReadingOptions) -> Candidates {
    let mut outcome = Candidates::default();
    if let Some(sequence) = numbered(catalogue, options.order) {
        for group in catalogue.by_position(&sequence) {
            for units in group {
                let of: HashMap<usize, &Tensors> = units.iter().map(|unit| (unit.matrix, unit)).collect();
                let chosen: Option<Vec<Tensors>> =
                    listed.iter().map(|i| of.get(i).map(|unit| **unit)).collect();
                if let Some(units) = chosen {
                    try_units(
                        catalogue,
                        &units,
                        Some(OrderBy::List),
                        BiasBy::Position,
                        options,
                        &mut outcome,
                    );
                }
            }
            if !outcome.found.is_empty() {
                return outcome;
            }
        }
    }
    let mut units: Vec<Tensors> = listed.iter().map(|&i| catalogue.unit(i)).collect();
    let all: HashSet<&usize> = listed.iter().collect();
    for unit in &mut units {
        unit.bias = unit.bias.filter(|bias| !all.contains(bias));
    }
    try_units(catalogue, &units, Some(OrderBy::List), BiasBy::Name, options, &mut outcome);
    outcome
}

/// Candidates for layers or biases, by the numbers in their names or in file order.
fn numbered(catalogue: &Catalogue<'_>, order: Option<Order>) -> Option<Vec<usize>> {
    let mut sequence = catalogue.numbered.clone()?;
    sequence.retain(|&i| catalogue.shape(i).len() <= 2);
    if order != Some(Order::File) {
        sequence.sort_by_cached_key(|&i| natural_key(catalogue.name(i)));
    }
    Some(sequence)
}

/// Adds the networks of these layers in either orientation; `fixed` if their order is known.
fn try_units(
    catalogue: &Catalogue<'_>,
    units: &[Tensors],
    fixed: Option<OrderBy>,
    bias_by: BiasBy,
    options: &ReadingOptions,
    outcome: &mut Candidates,
) {
    let ordered = match (fixed, options.order) {
        (Some(by), _) => Some((units.to_vec(), by)),
        (None, _) if units.len() == 1 => Some((units.to_vec(), OrderBy::Single)),
        (None, Some(order)) => Some((orders::forced(catalogue, units, order), OrderBy::Asked(order))),
        (None, None) => orders::by_names(catalogue, units).map(|units| (units, OrderBy::Names)),
    };
    let orientations = options.transposed.map_or(vec![false, true], |transposed| vec![transposed]);
    for transposed in orientations {
        let side = usize::from(transposed);
        let units = ordered.as_ref().map_or(units, |(units, _)| units);
        let misfit = units.iter().find_map(|unit| {
            let bias = unit.bias?;
            let outputs = orders::sides(catalogue, unit, transposed).1;
            (catalogue.vector_length(bias) != Some(outputs)).then_some((unit.matrix, bias))
        });
        if let Some(misfit) = misfit {
            outcome.bias_misfits[side].get_or_insert(misfit);
            continue;
        }
        let (mut units, mut biases) = (units.to_vec(), bias_by);
        if bias_by == BiasBy::Name && fixed.is_none() {
            let loose = catalogue.loose_biases(&units);
            if !loose.is_empty() {
                // A number or a path in the name belongs to another layer; once some biases go by name, all do.
                let elsewhere = ["pre", "latent", "visible"];
                let is_mute = |&i: &usize| {
                    let name = &catalogue.names[i];
                    let points = name.words().any(|word| elsewhere.contains(&word));
                    name.template().1.is_empty() && name.path().len() == 1 && !points
                };
                let may_go_by_length =
                    units.iter().all(|unit| unit.bias.is_none()) && loose.iter().all(is_mute);
                if !may_go_by_length || !give_by_length(catalogue, &mut units, &loose, transposed) {
                    let matrix = units.first().map_or(0, |unit| unit.matrix);
                    outcome.bias_misfits[side].get_or_insert((matrix, loose[0]));
                    continue;
                }
                biases = BiasBy::Length;
            }
        }
        let found = |layers, order| Candidate { layers, transposed, order, biases };
        match &ordered {
            Some((_, by)) => match orders::first_misfit(catalogue, &units, transposed) {
                None => outcome.add(found(units, *by)),
                Some(at) => {
                    let pair = (units[at - 1].matrix, units[at].matrix);
                    outcome.shape_misfits[side].get_or_insert(pair);
                }
            },
            None => {
                let orders = orders::that_chain(catalogue, &units, transposed);
                outcome.is_incomplete |= !orders.is_complete;
                for layers in orders.found {
                    outcome.add(found(layers, OrderBy::Shapes));
                }
            }
        }
    }
}

/// Gives each bias to the one layer of its length without a bias; `false` if there are several.
fn give_by_length(
    catalogue: &Catalogue<'_>,
    units: &mut [Tensors],
    loose: &[usize],
    transposed: bool,
) -> bool {
    let mut taken: HashMap<usize, usize> = HashMap::new();
    for (at, unit) in units.iter().enumerate().filter(|(_, unit)| unit.bias.is_none()) {
        let outputs = orders::sides(catalogue, unit, transposed).1;
        // Two layers of one length: neither is the only one.
        taken.entry(outputs).and_modify(|only| *only = usize::MAX).or_insert(at);
    }
    for &bias in loose {
        let layer = catalogue.vector_length(bias).and_then(|length| taken.remove(&length));
        match layer.and_then(|at| units.get_mut(at)) {
            Some(unit) => unit.bias = Some(bias),
            None => return false,
        }
    }
    true
}
