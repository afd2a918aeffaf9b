//! The kept paths of a layer, written down without what follows from G.
//!
//! A pair gives the ends of its rows, and G the weights of a neuron's path. So a row of [`LayerTicket`], 32 bytes in memory, is
//! written in about three. Each path read back is one of G.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::packed::Packed;
use crate::construction::blocks::subset;
use crate::construction::half::Half;
use crate::construction::problem::{LayerProblem, Mode, Sharing, Sum};
use crate::construction::sums::best_subset;
use crate::construction::ticket::{LayerTicket, Path};
use crate::construction::workbench::Workbench;
use crate::theory::Count;

/// The kept paths, in groups of rows for each pair (for each target neuron where neurons stand in for whole ones).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SavedPaths<'a> {
    /// the pair of each group: in the order of finishing, once the layer is done in that of the pairs
    pairs: Packed<'a, true>,
    /// rows of each group; of a layer that is done, groups without rows are left out
    rows: Packed<'a, false>,
    /// neuron of each row
    neurons: Packed<'a, true>,
    /// z_in and z_out of each row where neurons were skipped ahead to, which have no number in G; else none
    weights: [Cow<'a, [f64]>; 2],
}

/// What was read back.
pub(crate) struct Kept {
    pub(crate) ticket: LayerTicket,
    /// as [`Workbench::groups`]
    pub(crate) groups: Vec<(u64, usize, usize)>,
    /// per pair whether it has a group
    pub(crate) has_group: Vec<bool>,
}

impl<'a> SavedPaths<'a> {
    /// The paths of a layer.
    pub(crate) fn new(problem: &LayerProblem, bench: &'a Workbench, done: bool) -> Self {
        let ticket = &bench.kept;
        let (pairs, rows) = if done {
            groups_of(ticket, problem.sum == Sum::Neuron, bench)
        } else {
            bench.groups.iter().map(|&(pair, _, rows)| (pair, rows as u64)).unzip()
        };
        let weights = match problem.mode {
            Mode::Drawn => [Cow::Borrowed(&[][..]), Cow::Borrowed(&[][..])],
            Mode::SkipAhead => [Cow::Borrowed(&ticket.z_in[..]), Cow::Borrowed(&ticket.z_out[..])],
        };
        Self { pairs: pairs.into(), rows: rows.into(), neurons: ticket.neuron[..].into(), weights }
    }

    /// The paths in memory, of a layer of which `sampled` neurons were drawn. `None` where no run can have kept them.
    pub(crate) fn restored(
        self,
        problem: &LayerProblem,
        bench: &Workbench,
        sampled: u64,
        done: bool,
    ) -> Option<Kept> {
        let (pairs, rows, neurons) = (self.pairs.into_vec(), self.rows.into_vec(), self.neurons.into_vec());
        let whole = problem.sum == Sum::Neuron;
        let most = most_rows(problem, bench);
        let mut has_group = vec![false; bench.pairs() as usize];
        let mut groups = Vec::with_capacity(pairs.len().min(has_group.len()));
        let mut first = 0_usize;
        for (&pair, &count) in pairs.iter().zip(&rows) {
            let is_new = !std::mem::replace(has_group.get_mut(usize::try_from(pair).ok()?)?, true);
            let fits = match whole {
                true => pair % u64::from(bench.inputs) == 0 && (count == 0 || count == most),
                false => count <= most,
            };
            if !is_new || !fits {
                return None;
            }
            groups.push((pair, first, count as usize));
            first = first.checked_add(count as usize).filter(|&end| end <= neurons.len())?;
        }
        let is_ordered = !done || (pairs.is_sorted() && !rows.contains(&0));
        if pairs.len() != rows.len() || first != neurons.len() || !is_ordered {
            return None;
        }
        let mut ticket = LayerTicket { neuron: neurons, ..LayerTicket::default() };
        ticket.input.reserve_exact(first);
        ticket.output.reserve_exact(first);
        for &(pair, _, count) in &groups {
            let (input, output) = bench.ends(pair);
            match whole {
                true => ticket.input.extend((input..).take(count)),
                false => ticket.input.resize(ticket.input.len() + count, input),
            }
            ticket.output.resize(ticket.output.len() + count, output);
        }
        let numbers = Numbers::new(problem, sampled);
        let ends = ticket.input.par_iter().zip(&ticket.output);
        let is_numbered = |(&neuron, (&input, &output)): (&u64, (&u32, &u32))| {
            numbers.may_serve(neuron, input, output, bench)
        };
        if !ticket.neuron.par_iter().zip(ends.clone()).all(is_numbered) {
            return None;
        }
        let [z_in, z_out] = self.weights;
        match problem.mode {
            Mode::Drawn if !(z_in.is_empty() && z_out.is_empty()) => return None,
            Mode::Drawn => {
                let path = |(&neuron, (&input, &output)): (&u64, (&u32, &u32))| {
                    let path = Path::of(&bench.random, neuron, input, output);
                    (path.z_in, path.z_out)
                };
                (ticket.z_in, ticket.z_out) = ticket.neuron.par_iter().zip(ends).map(path).unzip();
            }
            Mode::SkipAhead => {
                let is_weight = |z: &f64| z.abs() <= 1.0;
                if [&z_in, &z_out].into_iter().any(|z| z.len() != first || !z.iter().all(is_weight)) {
                    return None;
                }
                (ticket.z_in, ticket.z_out) = (z_in.into_owned(), z_out.into_owned());
            }
        }
        let in_order = |&(pair, first, count): &(u64, usize, usize)| {
            whole || is_in_order(&ticket, first..first + count, pair, problem, bench)
        };
        let is_possible =
            groups.par_iter().all(in_order) && (!shares(problem) || are_distinct(&ticket.neuron));
        is_possible.then_some(Kept { ticket, groups, has_group })
    }
}

/// Whether all weights of a layer choose from the same neurons, each of which serves one at most.
fn shares(problem: &LayerProblem) -> bool {
    problem.sum == Sum::Golden && matches!(problem.sharing, Sharing::Layer(_))
}

fn are_distinct(neurons: &[u64]) -> bool {
    let mut neurons = neurons.to_vec();
    neurons.par_sort_unstable();
    neurons.is_sorted_by(|a, b| a < b)
}

/// Whether the rows of a pair stand as its sum puts them: halves that are built, the positive one first, each with its pieces
/// from the largest on, its values in the order of their neurons, or its only path.
fn is_in_order(
    ticket: &LayerTicket,
    rows: Range<usize>,
    pair: u64,
    problem: &LayerProblem,
    bench: &Workbench,
) -> bool {
    let is_of_half = |path: &Path| {
        let half = Half::of(path.z_in) as usize;
        let skipped = problem.sum == Sum::Single && problem.mode == Mode::SkipAhead;
        bench.live[half]
            && (!skipped || (path.neuron == 2 * pair + half as u64 && path.z_in != 0.0 && path.z_out != 0.0))
    };
    let follows = |a: &Path, b: &Path| match (Half::of(a.z_in) as usize).cmp(&(Half::of(b.z_in) as usize)) {
        Ordering::Less => true,
        Ordering::Greater => false,
        Ordering::Equal => match problem.sum {
            Sum::Golden => a.product().abs() > b.product().abs(),
            Sum::Subset => a.neuron < b.neuron,
            Sum::Single | Sum::Neuron => false,
        },
    };
    let paths = || rows.clone().map(|row| ticket.path(row));
    paths().all(|path| is_of_half(&path)) && paths().zip(paths().skip(1)).all(|(a, b)| follows(&a, &b))
}

/// Pair and rows of each group of a ticket in the order of [`LayerTicket`].
fn groups_of(ticket: &LayerTicket, whole: bool, bench: &Workbench) -> (Vec<u64>, Vec<u64>) {
    let (mut pairs, mut rows) = (Vec::new(), Vec::<u64>::new());
    for (&input, &output) in ticket.input.iter().zip(&ticket.output) {
        let pair = bench.pair(if whole { 0 } else { input }, output);
        match rows.last_mut().filter(|_| pairs.last() == Some(&pair)) {
            Some(rows) => *rows += 1,
            None => {
                pairs.push(pair);
                rows.push(1);
            }
        }
    }
    (pairs, rows)
}

/// Rows that a group can have.
fn most_rows(problem: &LayerProblem, bench: &Workbench) -> u64 {
    match problem.sum {
        Sum::Neuron => bench.inputs.into(),
        Sum::Single => 2,
        Sum::Golden => 2 * bench.buckets.levels() as u64,
        Sum::Subset => 2 * best_subset::MOST_VALUES as u64,
    }
}

/// Which neurons may serve a pair.
enum Numbers {
    /// those drawn so far
    Below(u64),
    /// those of its block, which has so many
    Blocks { size: u64, of: BlockOf },
    /// the numbers that stand for neurons without one
    StandIn { whole: bool },
}

enum BlockOf {
    Input,
    Output,
    Pair,
}

impl Numbers {
    fn new(problem: &LayerProblem, sampled: u64) -> Self {
        let size = || {
            let bound = problem.bound.map(|bound| bound.ratio(problem.blocks()));
            bound.map_or(u64::MAX, Count::saturated)
        };
        let by_sharing = || if problem.sharing == Sharing::Input { BlockOf::Input } else { BlockOf::Pair };
        match (problem.sum, problem.mode) {
            (Sum::Neuron | Sum::Single, Mode::SkipAhead) => {
                Self::StandIn { whole: problem.sum == Sum::Neuron }
            }
            (Sum::Neuron, Mode::Drawn) => Self::Blocks { size: size(), of: BlockOf::Output },
            (Sum::Single, Mode::Drawn) => Self::Blocks { size: size(), of: BlockOf::Pair },
            (Sum::Subset, _) => Self::Blocks { size: subset::BLOCK, of: by_sharing() },
            (Sum::Golden, _) => match problem.sharing {
                Sharing::Layer(_) => Self::Below(sampled),
                Sharing::Input | Sharing::Nobody => Self::Blocks { size: size(), of: by_sharing() },
            },
        }
    }

    fn may_serve(&self, neuron: u64, input: u32, output: u32, bench: &Workbench) -> bool {
        let pair = bench.pair(input, output);
        match self {
            Self::Below(sampled) => neuron < *sampled,
            Self::Blocks { size, of } => {
                let block = match of {
                    BlockOf::Input => input.into(),
                    BlockOf::Output => output.into(),
                    BlockOf::Pair => pair,
                };
                neuron.checked_div(*size) == Some(block)
            }
            Self::StandIn { whole: true } => neuron == u64::from(output),
            Self::StandIn { whole: false } => neuron / 2 == pair,
        }
    }
}
