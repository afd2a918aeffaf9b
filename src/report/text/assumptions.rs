//! Assumptions of bounds in words.

use super::number;
use crate::experiment::Assumption;

/// Marks the number of a bound without a promise for the target.
pub const MARK: char = '!';

/// The legend of [`MARK`].
pub const NO_PROMISE: &str = "! a bound that promises nothing here: the target breaks what it assumes";

/// `‖W_i‖₀ ≤ n_max = 6, found 36`
pub fn assumed(assumption: &Assumption) -> String {
    let Assumption { statement: assumption, found, limit, .. } = assumption;
    // Do not repeat a limit stated as a number.
    let limit =
        if assumption.ends_with(['0', '1']) { String::new() } else { format!(" = {}", number(*limit)) };
    format!("{assumption}{limit}, found {}", number(*found))
}

/// The broken assumptions of a bound in one line; `None` if all are kept.
pub fn broken(assumptions: &[Assumption]) -> Option<String> {
    let broken: Vec<String> = assumptions.iter().filter(|each| !each.kept).map(assumed).collect();
    (!broken.is_empty())
        .then(|| format!("the bound assumes what this target does not keep: {}", broken.join("; ")))
}

/// The number of a bound, with [`MARK`] unless the bound applies.
pub fn marked(bound: String, applies: bool) -> String {
    if applies || bound == "-" { bound } else { format!("{bound}{MARK}") }
}
