//! The kept paths of a layer, without all that follows from G.
//!
//! A pair determines the ends of its rows, and G the weights of a neuron's path. A row of [`LayerTicket`], 32 bytes in memory,
//! takes about three bytes on disk. Each path read back is one of G.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::construction::allocator::Shortfall;
use crate::construction::half::Half;
use crate::construction::layer::LayerBuilder;
use crate::construction::packed::Packed;
use crate::construction::problem::{LayerProblem, Mode};
use crate::construction::ticket::{LayerTicket, Path, RowGroup};
use crate::construction::workbench::Workbench;

/// The kept paths, in groups of rows for each pair (for each target neuron where neurons stand in for whole ones). Weights of 0
/// have none.
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

/// Paths read back.
pub(crate) struct RestoredPaths {
    pub(crate) ticket: LayerTicket,
    /// as [`Workbench::groups`]
    pub(crate) groups: Vec<RowGroup>,
    /// per pair whether it has a group
    pub(crate) has_group: Vec<bool>,
}

impl<'a> SavedPaths<'a> {
    /// The paths of a layer.
    pub(crate) fn new(problem: &LayerProblem, bench: &'a Workbench, done: bool) -> Self {
        let ticket = &bench.kept;
        let (pairs, rows) = if done {
            groups_of(ticket, bench)
        } else {
            bench.groups.iter().map(|group| (group.pair, group.rows as u64)).unzip()
        };
        let weights = match problem.mode {
            Mode::Drawn => [Cow::Borrowed(&[][..]), Cow::Borrowed(&[][..])],
            Mode::SkipAhead => [Cow::Borrowed(&ticket.z_in[..]), Cow::Borrowed(&ticket.z_out[..])],
        };
        Self { pairs: pairs.into(), rows: rows.into(), neurons: ticket.neuron[..].into(), weights }
    }

    /// The paths in memory, of a layer of which `sampled` neurons were drawn. `None` where no run can have kept them.
    pub(crate) fn restored(self, builder: &LayerBuilder, sampled: u64, done: bool) -> Option<RestoredPaths> {
        let (problem, bench) = (builder.problem(), &builder.bench);
        // Lay the groups of rows out, one after another.
        let (pairs, rows, neurons) = (self.pairs.into_vec(), self.rows.into_vec(), self.neurons.into_vec());
        let whole = bench.summation.is_whole();
        let most = bench.summation.most_rows(bench.inputs, &bench.buckets);
        let mut has_group = vec![false; bench.pairs() as usize];
        let mut groups = Vec::with_capacity(pairs.len().min(has_group.len()));
        let mut first = 0_usize;
        for (&pair, &count) in pairs.iter().zip(&rows) {
            let is_new = !std::mem::replace(has_group.get_mut(usize::try_from(pair).ok()?)?, true);
            let (input, output) = bench.ends(pair);
            let fits = match whole {
                true => {
                    let rows = bench.nonzero_inputs(output).count() as u64;
                    input == 0 && rows > 0 && (count == 0 || count == rows)
                }
                false => count <= most && bench.nonzero.number(pair).is_some(),
            };
            if !is_new || !fits {
                return None;
            }
            groups.push(RowGroup { pair, first, rows: count as usize });
            first = first.checked_add(count as usize).filter(|&end| end <= neurons.len())?;
        }
        let is_ordered = !done || (pairs.is_sorted() && !rows.contains(&0));
        if pairs.len() != rows.len() || first != neurons.len() || !is_ordered {
            return None;
        }
        // The ends of each row follow from its pair.
        let mut ticket = LayerTicket { neuron: neurons, ..LayerTicket::default() };
        ticket.input.reserve_exact(first);
        ticket.output.reserve_exact(first);
        for group in &groups {
            let (input, output) = bench.ends(group.pair);
            match whole {
                true => ticket.input.extend(bench.nonzero_inputs(output).take(group.rows)),
                false => ticket.input.resize(ticket.input.len() + group.rows, input),
            }
            ticket.output.resize(ticket.output.len() + group.rows, output);
        }
        // The weights of each row follow from G, unless its neuron was skipped ahead to.
        let ends = ticket.input.par_iter().zip(&ticket.output);
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
        // Hold the rows against the allocator and the sum.
        let may_keep = |row| builder.allocator.may_keep(&ticket.path(row), sampled, bench);
        let in_order = |group: &RowGroup| whole || is_in_order(&ticket, group.range(), bench);
        let competes = builder.allocator.shortfall() == Shortfall::Competition;
        let is_possible = (0..first).into_par_iter().all(may_keep)
            && groups.par_iter().all(in_order)
            && (!competes || are_distinct(&ticket.neuron));
        is_possible.then_some(RestoredPaths { ticket, groups, has_group })
    }
}

fn are_distinct(neurons: &[u64]) -> bool {
    let mut neurons = neurons.to_vec();
    neurons.par_sort_unstable();
    neurons.is_sorted_by(|a, b| a < b)
}

/// Whether the rows of a pair are in the order of its sum: halves that are built, the positive one first, and each half in
/// the order of its summation.
fn is_in_order(ticket: &LayerTicket, rows: Range<usize>, bench: &Workbench) -> bool {
    let half = |path: &Path| Half::of(path.z_in) as usize;
    let follows = |a: &Path, b: &Path| match half(a).cmp(&half(b)) {
        Ordering::Less => true,
        Ordering::Greater => false,
        Ordering::Equal => bench.summation.follows(a, b),
    };
    let paths = || rows.clone().map(|row| ticket.path(row));
    paths().all(|path| bench.live[half(&path)]) && paths().zip(paths().skip(1)).all(|(a, b)| follows(&a, &b))
}

/// Pair and rows of each group of a ticket in the order of [`LayerTicket`].
fn groups_of(ticket: &LayerTicket, bench: &Workbench) -> (Vec<u64>, Vec<u64>) {
    let whole = bench.summation.is_whole();
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
