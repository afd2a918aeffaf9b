//! Several targets for the same task, in words.

use std::fmt::Write as _;

use super::comparison::verdict;
use super::setup::construction_name;
use crate::experiment::Experiment;
use crate::report::numbers::{grouped, number, per_weight};
use crate::report::page::Page;
use crate::report::table::{Rows, Table};
use crate::report::targets::{TargetLaneReport, TargetReport, TargetsReport};
use crate::session::TicketVerdict;
use crate::visible;

/// The table of targets, as texts and screens show it. Neurons are for each weight other than 0.
pub fn targets_table(report: &TargetsReport) -> Table {
    type Row<'a> = (&'a TargetReport, Option<&'a TargetLaneReport>);
    let error = |value: f64| format!("{value:.1e}");
    let share = |share: f64| format!("{:.2}", 100.0 * share);
    let several = report.targets.iter().any(|target| target.lanes.len() > 1);
    let rows = Rows::of(report.rows()).column("target", |(target, _): &Row<'_>| target.name.as_str()).left();
    let rows = if several {
        rows.column("construction", |(_, lane)| lane.map(|lane| lane.which.facts().title())).joined()
    } else {
        rows
    };
    let rows = rows
        .column("weights", |(target, _)| {
            (target.nonzero_weights > 0).then(|| grouped(target.nonzero_weights as i64))
        })
        .column("ε_w", |(target, _)| target.weight_tolerance.map(error))
        .column("bound", |(_, lane)| lane.and_then(|lane| lane.neurons_per_weight_bound).map(per_weight))
        .column("sampled", |(_, lane)| lane.and_then(|lane| lane.neurons_per_weight).map(per_weight))
        .column("found", |(_, lane)| lane.and_then(|lane| lane.error.found).map(error))
        .column("certified", |(_, lane)| lane.and_then(|lane| lane.error.certified).map(error))
        .column("holds", |(target, lane)| match target.refused {
            Some(_) => Some("refused"),
            None => lane.and_then(|lane| lane.verdict).map(verdict),
        });
    if !has_accuracy(report) {
        return rows.table();
    }
    rows.column("F right", |(_, lane)| lane.and_then(|lane| lane.accuracy).map(|both| share(both.target)))
        .column("Ĝ right", |(_, lane)| lane.and_then(|lane| lane.accuracy).map(|both| share(both.pruned)))
        .table()
}

/// Whether a built target was tried on labelled inputs.
fn has_accuracy(report: &TargetsReport) -> bool {
    report.targets.iter().flat_map(|target| &target.lanes).any(|lane| lane.accuracy.is_some())
}

/// The text of `slth compare` for a setup with a list of targets.
pub fn targets(experiment: &Experiment, report: &TargetsReport, page: Page) -> String {
    let (title, preset) = (visible::shortened(&report.title), visible::shortened(&experiment.name));
    let epsilon = match experiment.tolerance.given() {
        Some(tolerance) => format!("ε_w {}", number(tolerance)),
        None => format!("ε {}", visible::number(experiment.epsilon)),
    };
    let (delta, seed, count) = (visible::number(report.delta), report.seed, report.targets.len());
    let mut text = format!(
        "{title}\npreset {preset}, {epsilon}, δ {delta}, seed {seed}; {count} targets for the same task\n"
    );
    let _ = writeln!(text, "\n{}\n", page.table(&targets_table(report)));
    let right = match has_accuracy(report) {
        true => {
            "; F and Ĝ right: labelled inputs in percent that the target and the pruned network classify right"
        }
        false => "",
    };
    let _ = writeln!(
        text,
        "weights: of F, other than 0; bound and sampled: neurons for each of them; found and certified: the error of the \
         network{right}"
    );
    let exactly = |lane: &TargetLaneReport| lane.verdict == Some(TicketVerdict::HoldsExactly);
    if report.targets.iter().flat_map(|target| &target.lanes).any(exactly) {
        let _ = writeln!(
            text,
            "yes, exactly: certified within ε in exact arithmetic; certified is here what the rounding of an evaluation may add"
        );
    }
    for target in &report.targets {
        if let Some(refused) = &target.refused {
            let _ = writeln!(text, "{}, not built: {refused}", target.name);
        }
        for lane in &target.refused_lanes {
            let construction = construction_name(lane.which);
            let _ = writeln!(text, "{}, {construction}, not built: {}", target.name, lane.reason);
        }
    }
    page.fit(&text)
}
