//! Constructions that are not built, in words.

use super::construction_name;
use crate::experiment::Construction;

/// `not built: malach: expected weights in [-1, 1], …; whole-neuron: …`; `None` where there is none.
pub fn not_built<'a>(refused: impl IntoIterator<Item = &'a (Construction, String)>) -> Option<String> {
    joined(refused, |(construction, reason)| format!("{}: {reason}", construction_name(*construction)))
}

/// `not built: malach; whole-neuron`; `None` where there is none.
pub fn not_built_names<'a>(refused: impl IntoIterator<Item = &'a (Construction, String)>) -> Option<String> {
    joined(refused, |(construction, _)| construction_name(*construction))
}

fn joined<'a>(
    refused: impl IntoIterator<Item = &'a (Construction, String)>,
    write: fn(&(Construction, String)) -> String,
) -> Option<String> {
    let all: Vec<String> = refused.into_iter().map(write).collect();
    (!all.is_empty()).then(|| format!("not built: {}", all.join("; ")))
}
