//! The columns with the results of a run: figures of the reports, not computed here.

use serde_json::Value;

use crate::learning::Arm;
use crate::report::{Cell, ComparedTicket, Comparison, LearnedReport, LearnedRun};
use crate::session::Session;

/// A column of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SweptFigure {
    pub(super) name: &'static str,
    /// whether its cells are texts even where they look like numbers
    pub(super) is_text: bool,
}

/// The columns, in their order: a new one goes to the end.
pub(super) const FIGURES: [SweptFigure; 31] = [
    text("status"),
    text("reason"),
    text("lane_mode"),
    number("neurons_sampled"),
    number("neurons_bound"),
    number("neurons_per_weight"),
    number("neurons_per_weight_bound"),
    number("kept_neurons_per_weight"),
    number("kept_weights_per_weight"),
    number("search_operations"),
    number("g_neurons"),
    number("g_weights"),
    text("g_size_by"),
    number("share_neurons_kept"),
    number("share_weights_kept"),
    number("kept_weights"),
    number("mask_bits"),
    number("complete"),
    number("error_found"),
    number("error_certified"),
    number("holds"),
    text("verdict"),
    number("accuracy_target"),
    number("accuracy_pruned"),
    number("accuracy_validation"),
    number("accuracy_fresh_weights"),
    number("accuracy_random_mask"),
    number("accuracy_shuffled_mask"),
    number("accuracy_dense"),
    number("round"),
    number("training_steps"),
];

const fn text(name: &'static str) -> SweptFigure {
    SweptFigure { name, is_text: true }
}

const fn number(name: &'static str) -> SweptFigure {
    SweptFigure { name, is_text: false }
}

/// The row of a combination that is not built.
pub(super) fn refused(reason: &str) -> Vec<String> {
    row(vec![("status", "refused".into()), ("reason", reason.into())])
}

/// The row of a finished session with one construction, or one learned method.
pub(super) fn finished(session: &Session) -> Vec<String> {
    match session.learned().is_empty() {
        true => row(constructed(session)),
        false => row(learned(session)),
    }
}

type FigureCells = Vec<(&'static str, Cell)>;

fn constructed(session: &Session) -> FigureCells {
    let view = session.view(0, None);
    let comparison = Comparison::new(session.experiment(), session.plan(), &[&view], &[]);
    let mut cells: FigureCells = vec![
        ("status", "built".into()),
        ("neurons_bound", view.neurons_bound().into()),
        ("complete", view.layers.iter().all(|layer| layer.is_complete).into()),
    ];
    if let Some(lane) = comparison.lanes.first() {
        let share = |share: Option<crate::report::Share>| share.map(|share| Cell::Share(share.0));
        let verdict = lane.verdict.and_then(|verdict| serde_json::to_value(verdict).ok());
        cells.extend([
            ("lane_mode", lane.mode.into()),
            ("neurons_per_weight", lane.neurons_per_weight.into()),
            ("neurons_per_weight_bound", lane.neurons_per_weight_bound.into()),
            ("kept_neurons_per_weight", lane.kept_neurons_per_weight.into()),
            ("kept_weights_per_weight", lane.kept_weights_per_weight.into()),
            ("search_operations", lane.search_operations.into()),
            ("g_neurons", lane.size.g_neurons.into()),
            ("g_weights", lane.size.g_weights.into()),
            ("g_size_by", lane.size.g_size_by.into()),
            ("share_neurons_kept", share(lane.size.share_neurons_kept).unwrap_or(Cell::Missing)),
            ("error_found", lane.error.found.into()),
            ("error_certified", lane.error.certified.into()),
            ("holds", lane.holds.into()),
            ("verdict", verdict.as_ref().and_then(Value::as_str).into()),
            ("accuracy_target", lane.accuracy.map(|accuracy| accuracy.target).into()),
        ]);
    }
    cells.extend(comparison.tickets.first().into_iter().flat_map(of_ticket));
    cells
}

fn learned(session: &Session) -> FigureCells {
    let view = session.learned_view(0);
    let labels: &[u32] = session.learned().first().map_or(&[], |lane| &lane.dataset().test.labels);
    let run = [LearnedRun::new(&view, labels)];
    let report = LearnedReport::new(&run[0]);
    let comparison = Comparison::new(session.experiment(), session.plan(), &[], &run);
    let mut cells: FigureCells = vec![("status", "built".into())];
    cells.extend(comparison.tickets.first().into_iter().flat_map(of_ticket));
    let round = report.chosen_round.and_then(|round| report.rounds.get(round));
    let arm = |of: Arm| round.and_then(|round| round.arms.iter().find(|arm| arm.arm == of));
    let dense = report.rounds.iter().flat_map(|round| &round.arms).find(|arm| arm.arm == Arm::Dense);
    let validation = arm(Arm::Ticket).and_then(|arm| arm.validation);
    cells.extend([
        ("accuracy_validation", validation.map(|share| share.accuracy).into()),
        ("accuracy_fresh_weights", arm(Arm::FreshWeights).map(|arm| arm.test.accuracy).into()),
        ("accuracy_random_mask", arm(Arm::RandomMask).map(|arm| arm.test.accuracy).into()),
        ("accuracy_shuffled_mask", arm(Arm::ShuffledMask).map(|arm| arm.test.accuracy).into()),
        ("accuracy_dense", dense.map(|arm| arm.test.accuracy).into()),
    ]);
    cells
}

/// The figures of any ticket. Of a learned method, of its chosen round.
fn of_ticket(ticket: &ComparedTicket) -> FigureCells {
    let share = ticket.share_weights_kept.map(|share| Cell::Share(share.0));
    vec![
        ("neurons_sampled", ticket.neurons_sampled.into()),
        ("kept_weights", ticket.kept_weights.into()),
        ("share_weights_kept", share.unwrap_or(Cell::Missing)),
        ("mask_bits", ticket.mask_bits.into()),
        ("accuracy_pruned", ticket.accuracy.map(|share| share.accuracy).into()),
        ("round", ticket.round.into()),
        ("training_steps", ticket.training_steps.into()),
    ]
}

/// These cells as texts in the order of [`FIGURES`].
fn row(cells: FigureCells) -> Vec<String> {
    let text = |figure: &SweptFigure| {
        let found = cells.iter().rfind(|(name, _)| *name == figure.name);
        found.map_or_else(String::new, |(_, cell)| written(cell))
    };
    FIGURES.iter().map(text).collect()
}

/// A cell as CSV has it: every digit, nothing for no value.
fn written(cell: &Cell) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Real(number) if !number.is_finite() => String::new(),
        Cell::Real(number) => format!("{number:?}"),
        cell => cell.text(),
    }
}
