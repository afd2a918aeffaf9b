//! What bounds assume, in words.

use super::number;
use crate::experiment::Assumption;

/// Stands behind the number of a bound that promises nothing for the target.
pub const MARK: char = '!';

/// The legend of [`MARK`].
pub const NO_PROMISE: &str = "! a bound that promises nothing here: the target breaks what it assumes";

/// `‖W_i‖₀ ≤ n_max = 6, found 36`
pub fn assumed(assumption: &Assumption) -> String {
    let Assumption { statement: assumption, found, limit, .. } = *assumption;
    // A limit that is a number already is not repeated.
    let limit =
        if assumption.ends_with(['0', '1']) { String::new() } else { format!(" = {}", number(limit)) };
    format!("{assumption}{limit}, found {}", number(found))
}

/// The broken assumptions of a bound in one line; `None` where all are kept.
pub fn broken(assumptions: &[Assumption]) -> Option<String> {
    let broken: Vec<String> = assumptions.iter().filter(|each| !each.kept).map(assumed).collect();
    (!broken.is_empty())
        .then(|| format!("the bound assumes what this target does not keep: {}", broken.join("; ")))
}

/// The number of a bound, with [`MARK`] where the bound does not apply.
pub fn marked(bound: String, applies: bool) -> String {
    if applies || bound == "-" { bound } else { format!("{bound}{MARK}") }
}
