//! The setup above the results: preset, tolerance, target, and constructions not built.

use std::fmt::Write as _;

use super::graph::graph_in_words;
use super::origin::origin;
use crate::construction::Mode;
use crate::experiment::Construction;
use crate::report::numbers::widths;
use crate::report::origin::Origin;
use crate::session::Session;
use crate::visible::shortened;

/// The lines above the results of a run.
pub(super) fn heading(session: &Session) -> String {
    let experiment = session.experiment();
    let mut text = format!(
        "{} (preset {}, seed {})\n",
        shortened(&experiment.title),
        shortened(&experiment.name),
        experiment.seed
    );
    text.push_str(&origin(&Origin::new(experiment)));
    if experiment.target.fold().is_some() {
        let (given, folded) =
            (widths(experiment.target.given_widths()), widths(experiment.target.architecture().widths()));
        let _ =
            writeln!(text, "biases are folded in: widths {given} become {folded}, inputs x become (x, 1)");
    }
    if let Some(graph) = experiment.target.graph() {
        let _ = writeln!(text, "target: {}", graph_in_words(graph, "→"));
    }
    text.push_str(&tolerance_and_assumptions(
        experiment.tolerance.given(),
        experiment.epsilon,
        experiment.outline().is_chain(),
        &experiment.broken_assumptions(),
    ));
    for refused in &session.plan().refused {
        let _ = writeln!(text, "not built: {}", with_reason(refused));
    }
    text
}

/// ε_w where it is given, and the preset's assumptions `broken` by the target.
pub(super) fn tolerance_and_assumptions(
    given: Option<f64>,
    epsilon: f64,
    is_chain: bool,
    broken: &[String],
) -> String {
    let given = given.map(|given| follows(given, epsilon, is_chain));
    let broken = broken.iter().map(|broken| format!("not kept by this target: {broken}"));
    given.into_iter().chain(broken).map(|line| line + "\n").collect()
}

/// States a given ε_w, from which ε follows.
pub(super) fn follows(tolerance: f64, epsilon: f64, is_chain: bool) -> String {
    let by = if is_chain { "Lemma 1" } else { "the walk of the certificate" };
    format!("ε_w = {tolerance:e} is given for every weight; ε = {epsilon:.6e} follows ({by})")
}

/// The finest ε_w of all layers, and its layer unless all are the same.
pub(super) fn finest(tolerances: &[f64]) -> (f64, Option<usize>) {
    let finest = tolerances.iter().copied().fold(f64::INFINITY, f64::min);
    let differ = tolerances.iter().any(|&tolerance| tolerance != finest);
    let layer = (1..).zip(tolerances).find(|(_, tolerance)| **tolerance == finest);
    (finest, layer.map(|(layer, _)| layer).filter(|_| differ))
}

/// The full name of a construction: `hyperbolic, first-fit`.
pub fn construction_name(construction: Construction) -> String {
    construction.facts().title()
}

/// Whether the neurons of a lane were drawn or skipped.
pub fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Drawn => "every neuron drawn",
        Mode::SkipAhead => "skipped ahead to the hits",
    }
}

/// `not built: malach: expected weights in [-1, 1], …; whole-neuron: …`; `None` if all are built.
pub fn not_built<'a>(refused: impl IntoIterator<Item = &'a (Construction, String)>) -> Option<String> {
    joined(refused, with_reason)
}

/// `not built: malach; whole-neuron`; `None` if all are built.
pub fn not_built_names<'a>(refused: impl IntoIterator<Item = &'a (Construction, String)>) -> Option<String> {
    joined(refused, |(construction, _)| construction_name(*construction))
}

fn with_reason((construction, reason): &(Construction, String)) -> String {
    format!("{}: {reason}", construction_name(*construction))
}

fn joined<'a>(
    refused: impl IntoIterator<Item = &'a (Construction, String)>,
    write: fn(&(Construction, String)) -> String,
) -> Option<String> {
    let all: Vec<String> = refused.into_iter().map(write).collect();
    (!all.is_empty()).then(|| format!("not built: {}", all.join("; ")))
}
