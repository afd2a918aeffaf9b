//! Several networks in one file: averages, teachers, states from before training.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::orders;
use super::tensors::Catalogue;

/// Words of a network's second copy.
const COPY_WORDS: [&str; 17] = [
    "ema",
    "averaged",
    "average",
    "avg",
    "swa",
    "best",
    "init",
    "initial",
    "rewind",
    "rewound",
    "shadow",
    "old",
    "backup",
    "pretrained",
    "orig",
    "initialization",
    "untrained",
];

/// Words of the state at an end of training; the rest of the name is a layer's.
const ENDS: [&str; 7] = ["final", "last", "first", "start", "end", "trained", "learned"];

/// The sets of matrices of a file with more than one network; `None` without evidence for it.
pub(super) fn networks(catalogue: &Catalogue<'_>, matrices: &[usize]) -> Option<Vec<Vec<usize>>> {
    by_copy_words(catalogue, matrices).or_else(|| by_paths(catalogue, matrices))
}

/// Words of consecutive modules of one network.
const STAGES: [&str; 16] = [
    "layer", "layers", "block", "blocks", "hidden", "dense", "linear", "fc", "stage", "stages", "mlp", "h",
    "encoder", "decoder", "enc", "dec",
];

fn is_stage(component: &[String]) -> bool {
    component.iter().any(|word| STAGES.contains(&word.as_str()))
}

/// All groups, if two of them hold tensors of the same names and shapes: `q1.0` and `q1.2` beside `q2.0` and `q2.2`.
fn same_contents<'t>(
    catalogue: &'t Catalogue<'_>,
    groups: &BTreeMap<&'t [String], Vec<usize>>,
    own: impl Fn(usize) -> &'t [Vec<String>],
) -> Option<Vec<Vec<usize>>> {
    let mut seen = HashSet::new();
    let is_doubled = groups.iter().any(|(first, group)| {
        let mut contents: Vec<(&[Vec<String>], &[usize])> =
            group.iter().map(|&i| (&own(i)[1..], catalogue.shape(i))).collect();
        contents.sort_unstable();
        let names_layers = contents.iter().all(|(rest, _)| rest.concat().len() > 1);
        names_layers && !is_stage(first) && !seen.insert(contents)
    });
    is_doubled.then(|| groups.values().cloned().collect())
}

/// `W1` and `W1_init`, `fc1.weight` and `ema.fc1.weight`.
fn by_copy_words(catalogue: &Catalogue<'_>, matrices: &[usize]) -> Option<Vec<Vec<usize>>> {
    let mut seen: HashMap<Vec<&str>, usize> = HashMap::new();
    let mut groups: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
    let mut is_doubled = false;
    for &i in matrices {
        let (copy, rest): (Vec<&str>, Vec<&str>) =
            catalogue.names[i].words().partition(|word| COPY_WORDS.contains(word));
        let (ends, whole): (Vec<&str>, Vec<&str>) = rest.iter().partition(|word| ENDS.contains(word));
        // `first.weight` and `last.weight` are layers, `W1_init` and `W1_final` are not.
        let (copy, rest) = match whole.len() {
            0 | 1 => (copy, rest),
            _ => (copy.into_iter().chain(ends).collect(), whole),
        };
        is_doubled |= seen.insert(rest, i).is_some();
        groups.entry(copy).or_default().push(i);
    }
    (is_doubled && groups.len() > 1).then(|| groups.into_values().collect())
}

/// `a.fc1.weight` and `b.fc1.weight`, if neither numbers nor words put `a` before `b`; `fc1.weight` and
/// `a.fc1.weight`.
fn by_paths(catalogue: &Catalogue<'_>, matrices: &[usize]) -> Option<Vec<Vec<usize>>> {
    let path = |i: usize| catalogue.names[i].path();
    let shared = (0..).take_while(|&at| {
        let of_first = matrices.first().and_then(|&i| path(i).get(at));
        of_first.is_some() && matrices.iter().all(|&i| path(i).len() > at + 1 && path(i).get(at) == of_first)
    });
    let shared = shared.count();
    let own = |i: usize| &path(i)[shared.min(path(i).len())..];
    let mut groups: BTreeMap<&[String], Vec<usize>> = BTreeMap::new();
    let mut by_rest: HashMap<&[Vec<String>], Vec<usize>> = HashMap::new();
    for &i in matrices {
        let (first, rest) = own(i).split_first()?;
        groups.entry(first).or_default().push(i);
        // `weight` alone says nothing; `fc1.weight` and `w1` name a layer.
        if rest.concat().len() > 1 {
            by_rest.entry(rest).or_default().push(i);
        }
    }
    let whole: HashSet<&[Vec<String>]> = matrices.iter().map(|&i| own(i)).collect();
    let has_prefix =
        |&i: &usize| own(i).get(1..).is_some_and(|rest| rest.concat().len() > 1 && whole.contains(rest));
    let (with, without): (Vec<usize>, Vec<usize>) = matrices.iter().copied().partition(has_prefix);
    if !with.is_empty() {
        return Some(vec![without, with]);
    }
    let is_list_of_stages =
        matches!(shared.checked_sub(1).zip(matrices.first()), Some((last, &i)) if is_stage(&path(i)[last]));
    if !is_list_of_stages && let Some(copies) = same_contents(catalogue, &groups, own) {
        return Some(copies);
    }
    let are_side_by_side =
        |pair: &[usize]| !orders::tell_order(&catalogue.names[pair[0]], &catalogue.names[pair[1]]);
    by_rest.values().any(|same| same.windows(2).any(are_side_by_side)).then(|| groups.into_values().collect())
}
