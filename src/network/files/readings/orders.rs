//! The order of a file's matrices as layers.

use super::super::Order;
use super::names::{NameWords, is_number, natural_key};
use super::tensors::{Catalogue, Tensors};

/// Words of first and of last layers.
const FIRST: [&str; 7] = ["input", "in", "inp", "first", "encoder", "enc", "stem"];
const LAST: [&str; 14] = [
    "output",
    "out",
    "outp",
    "last",
    "final",
    "decoder",
    "dec",
    "classifier",
    "head",
    "logits",
    "readout",
    "prediction",
    "predictions",
    "top",
];

/// Modules numbered from the second on by Keras and Haiku: `dense`, `dense_1`.
const NUMBERED_FROM_THE_SECOND: [&str; 4] = ["dense", "linear", "connected", "layer"];

/// Between the numbers of two layers one behind the other, activations and dropout are counted too.
const MOST_BETWEEN: u64 = 8;

/// Steps of the search for chains; a chain of distinct widths takes one for each layer.
const MOST_STEPS: usize = 20_000;

/// Matrices of one search; the names of more than these must tell their order.
const MOST_SEARCHED: usize = 64;

/// Most orders to list.
pub(super) const MOST_ORDERS: usize = 4;

/// A word of a name as names are sorted.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum SortKey<'a> {
    /// −1 for words of first layers, 1 for words of last ones
    Word(i8, &'a str),
    Number(u64),
}

fn keys(name: &NameWords) -> Vec<SortKey<'_>> {
    let key = |word| match is_number(word) {
        true => SortKey::Number(word.parse().unwrap_or(u64::MAX)),
        false => SortKey::Word(i8::from(LAST.contains(&word)) - i8::from(FIRST.contains(&word)), word),
    };
    name.unmasked().into_iter().map(key).collect()
}

/// Whether the first difference between two names, the smaller first, tells their order.
fn tells_order(one: &[SortKey<'_>], other: &[SortKey<'_>]) -> bool {
    let Some(at) = one.iter().zip(other).position(|(a, b)| a != b) else { return false };
    let follows_module = || {
        matches!(at.checked_sub(1).map(|before| &one[before]),
            Some(SortKey::Word(_, word)) if NUMBERED_FROM_THE_SECOND.contains(word))
    };
    match (&one[at], &other[at]) {
        // `fc21` and `fc22` behind `fc1` are two layers side by side; `fc512` is called by its width.
        (SortKey::Number(a), SortKey::Number(b)) => b.abs_diff(*a) <= MOST_BETWEEN,
        (SortKey::Word(a, _), SortKey::Word(b, _)) => a != b,
        (SortKey::Word(..), SortKey::Number(number)) => *number > 0 && follows_module(),
        (SortKey::Number(_), SortKey::Word(..)) => false,
    }
}

/// Whether two names tell their order.
pub(super) fn tell_order(one: &NameWords, other: &NameWords) -> bool {
    let (one, other) = (keys(one), keys(other));
    if one < other { tells_order(&one, &other) } else { tells_order(&other, &one) }
}

/// The order of the names: by numbers, `input` before `output`. `None` if two of them have none.
pub(super) fn by_names(catalogue: &Catalogue<'_>, units: &[Tensors]) -> Option<Vec<Tensors>> {
    let mut keyed: Vec<(Vec<SortKey<'_>>, Tensors)> =
        units.iter().map(|unit| (keys(&catalogue.names[unit.matrix]), *unit)).collect();
    keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
    // If all neighbours of a sorted list have an order, all pairs do.
    let is_clear = keyed.windows(2).all(|pair| tells_order(&pair[0].0, &pair[1].0));
    let sorted: Vec<Tensors> = keyed.into_iter().map(|(_, unit)| unit).collect();
    (is_clear && agrees_with_file(catalogue, &sorted)).then_some(sorted)
}

/// Whether numbers in names follow the order of the file; they may count widths, or layers from the end. An alphabetical
/// file says nothing.
fn agrees_with_file(catalogue: &Catalogue<'_>, sorted: &[Tensors]) -> bool {
    let numbers = |unit: &Tensors| catalogue.names[unit.matrix].template().1;
    let counts_from_start = sorted.iter().filter_map(|unit| numbers(unit).last().copied()).min() <= Some(1);
    let counts_back =
        |unit: &Tensors| ["decoder", "dec"].iter().any(|word| catalogue.names[unit.matrix].has(word));
    if (counts_from_start && !sorted.iter().any(counts_back)) || sorted.is_sorted_by_key(|unit| unit.matrix) {
        return true;
    }
    let mut by_file = sorted.to_vec();
    by_file.sort_by_key(|unit| unit.matrix);
    let names = |pair: &[Tensors]| [0, 1].map(|at| catalogue.name(pair[at].matrix));
    by_file.windows(2).map(names).all(|[one, other]| one <= other)
}

/// The requested order.
pub(super) fn forced(catalogue: &Catalogue<'_>, units: &[Tensors], order: Order) -> Vec<Tensors> {
    let mut units = units.to_vec();
    match order {
        Order::Names => units.sort_by_key(|unit| natural_key(catalogue.name(unit.matrix))),
        Order::File => units.sort_by_key(|unit| unit.matrix),
    }
    units
}

/// Inputs and outputs of a matrix.
pub(super) fn sides(catalogue: &Catalogue<'_>, unit: &Tensors, transposed: bool) -> (usize, usize) {
    match *catalogue.shape(unit.matrix) {
        [rows, columns] if transposed => (rows, columns),
        [rows, columns] => (columns, rows),
        _ => (0, 0),
    }
}

/// The first pair of unfitting layers: the place of the second.
pub(super) fn first_misfit(catalogue: &Catalogue<'_>, units: &[Tensors], transposed: bool) -> Option<usize> {
    let fits = |pair: &[Tensors]| {
        sides(catalogue, &pair[0], transposed).1 == sides(catalogue, &pair[1], transposed).0
    };
    units.windows(2).position(|pair| !fits(pair)).map(|at| at + 1)
}

/// Orders with each layer's inputs equal in number to the outputs before it.
pub(super) struct Orders {
    /// at most [`MOST_ORDERS`]
    pub(super) found: Vec<Vec<Tensors>>,
    /// whether there can be no others
    pub(super) is_complete: bool,
}

/// The chains in the order of the names, if the file agrees with
/// the names.
pub(super) fn that_chain(catalogue: &Catalogue<'_>, units: &[Tensors], transposed: bool) -> Orders {
    if units.len() > MOST_SEARCHED {
        return Orders { found: Vec::new(), is_complete: false };
    }
    let sides: Vec<(usize, usize)> = units.iter().map(|unit| sides(catalogue, unit, transposed)).collect();
    let keyed: Vec<Vec<SortKey<'_>>> = units.iter().map(|unit| keys(&catalogue.names[unit.matrix])).collect();
    let comes_before =
        |one: &Vec<SortKey<'_>>, other: &Vec<SortKey<'_>>| one < other && tells_order(one, other);
    let mut sorted: Vec<usize> = (0..units.len()).collect();
    sorted.sort_by_key(|&i| &keyed[i]);
    let sorted: Vec<Tensors> = sorted.into_iter().map(|i| units[i]).collect();
    // Names contrary to the order of the file say nothing.
    let told = if agrees_with_file(catalogue, &sorted) { keyed.len() } else { 0 };
    let before = |one| (0..told).filter(|&other| comes_before(&keyed[other], one)).collect();
    let mut search = ChainSearch {
        before: keyed.iter().map(before).collect(),
        starts: starts(&sides),
        sides: &sides,
        used: vec![false; units.len()],
        path: Vec::new(),
        found: Vec::new(),
        steps: 0,
    };
    search.go_on();
    let is_complete = search.found.len() < MOST_ORDERS && search.steps <= MOST_STEPS;
    let units_of = |order: Vec<usize>| order.into_iter().map(|i| units[i]).collect();
    Orders { found: search.found.into_iter().map(units_of).collect(), is_complete }
}

/// The first width of a path over all matrices: the one with one matrix more out than in. `None` if every width has
/// as many in as out; then it may be any.
fn starts(sides: &[(usize, usize)]) -> Option<usize> {
    let count = |width: usize| {
        let of = |side: usize| usize::from(side == width);
        sides.iter().fold((0, 0), |(ins, outs), &(from, to)| (ins + of(to), outs + of(from)))
    };
    sides.iter().map(|&(from, _)| from).find(|&width| {
        let (ins, outs) = count(width);
        outs > ins
    })
}

/// A depth-first search for a path over all matrices, each an edge from its inputs to its outputs.
struct ChainSearch<'a> {
    /// for each matrix, its required predecessors
    before: Vec<Vec<usize>>,
    starts: Option<usize>,
    sides: &'a [(usize, usize)],
    used: Vec<bool>,
    path: Vec<usize>,
    found: Vec<Vec<usize>>,
    steps: usize,
}

impl ChainSearch<'_> {
    fn go_on(&mut self) {
        if self.path.len() == self.sides.len() {
            self.found.push(self.path.clone());
            return;
        }
        let wanted = self.path.last().map(|&last| self.sides[last].1).or(self.starts);
        for next in 0..self.sides.len() {
            let is_early = self.before[next].iter().any(|&before| !self.used[before]);
            if self.used[next] || is_early || wanted.is_some_and(|width| width != self.sides[next].0) {
                continue;
            }
            self.steps += 1;
            if self.found.len() >= MOST_ORDERS || self.steps > MOST_STEPS {
                return;
            }
            self.used[next] = true;
            self.path.push(next);
            self.go_on();
            self.path.pop();
            self.used[next] = false;
        }
    }
}
