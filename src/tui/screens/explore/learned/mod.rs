//! Explore with a learned lane on view.
//!
//! ```text
//! │ status                                │  place of the training
//! │ Scores            │ Loss and accuracy │
//! │───────────────────┼───────────────────│
//! │ Share kept        │ Test accuracy     │
//! │ sentence                              │  the present work, or a hint
//! ```

mod course;
mod results;
mod scores;
mod shares;
mod told;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

use crate::learning::Arm;
use crate::report::numbers::percent;
use crate::report::{ExploredLearnedReport, arm_name, json_text};
use crate::session::{LearnedView, Snapshot};
use crate::tui::export::Numbers;
use crate::tui::lecture::{Lecture, NamedNumber};
use crate::tui::view::ScreenView;
use crate::tui::widgets::frame_lines::{draw_line, pane, rows_of};

/// The panes' help.
pub(super) const PANES: [(&str, &str); 4] = [
    (
        "Scores",
        "Of a learned lane, the layer on view: a histogram of the scores of edge-popup, or of the magnitudes of weights. \
         Solid bars are weights kept, dotted bars weights cut; the mark on the axis is the cut.",
    ),
    (
        "Loss and accuracy",
        "The training on view, step by step: the mean loss of its batches, and its accuracy between epochs.",
    ),
    (
        "Share kept",
        "The mask, layer by layer: weights kept, and dead neurons: those without a kept path from the input or to the output.",
    ),
    (
        "Test accuracy",
        "The ticket and its controls over the test examples, as they finish, with the interval at 95 %. Nothing is chosen by \
         test examples.",
    ),
];

/// Draws everything between the title line and the footer.
pub(super) fn render(view: &ScreenView<'_>, learned: &LearnedView, area: Rect, buffer: &mut Buffer) {
    let look = view.look;
    let [status, panes, below] =
        Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)]).areas(area);
    draw_line(&told::status_line(view, learned, status.width), look, status, buffer);
    draw_line(&told::event_line(view, learned, below.width), look, below, buffer);
    let [upper, lower] = Layout::vertical([Constraint::Fill(1); 2]).areas(panes);
    let halves = |area: Rect| -> [Rect; 2] { Layout::horizontal([Constraint::Fill(1); 2]).areas(area) };
    let ([top_left, top_right], [bottom_left, bottom_right]) = (halves(upper), halves(lower));
    let [top_left, top_right, bottom_left, bottom_right] =
        view.zoom(panes, [top_left, top_right, bottom_left, bottom_right]);
    // The layer's values, and the training.
    let inside = pane(&told::scores_title(learned, look, top_left.width), look, top_left, buffer);
    scores::render(learned, look, inside, buffer);
    let inside = pane(&told::course_title(learned, top_right.width), look, top_right, buffer);
    course::render(learned, look, inside, buffer);
    // The mask, and the results.
    let inside = pane(&told::shares_title(learned, bottom_left.width), look, bottom_left, buffer);
    let (shown, all) = shares::render(view, learned, inside, buffer);
    rows_of("layers", shown, all, look, bottom_left, buffer);
    let inside = pane(&told::results_title(learned, bottom_right.width), look, bottom_right, buffer);
    let (shown, all) = results::render(view, learned, inside, buffer);
    rows_of("rows", shown, all, look, bottom_right, buffer);
}

/// The names of the panes, in the order of zooming.
pub(super) fn zoomable() -> Vec<&'static str> {
    PANES.iter().map(|(name, _)| *name).collect()
}

/// What is shown in a lecture: the scores, and how well the newest ticket does.
pub(super) fn lecture<'a>(view: &'a ScreenView<'a>, learned: &'a LearnedView) -> Lecture<'a> {
    let look = view.look;
    let sentence = if learned.is_done {
        "The ticket is learned: solid bars are kept, dotted bars are cut."
    } else {
        "Training chooses what is kept: solid bars stay, dotted bars are cut."
    };
    let kept = learned.layer.as_ref().filter(|layer| layer.weights() > 0);
    let kept = kept.map(|layer| percent(layer.kept as f64 / layer.weights() as f64));
    let arm = |arm: Arm| {
        let newest = learned.rounds.iter().rev().find_map(|round| round.arm(arm))?;
        Some(NamedNumber::new(format!("{}, test accuracy", arm_name(arm)), percent(newest.test.share())))
    };
    let figures = kept.map(|kept| NamedNumber::new("weights kept", kept)).into_iter();
    let figures = figures.chain([Arm::Ticket, Arm::Dense].into_iter().filter_map(arm)).collect();
    let picture = Box::new(move |area: Rect, buffer: &mut Buffer| {
        scores::render_bare(learned, look, area, buffer);
    });
    Lecture { sentence: sentence.to_owned(), figures, picture }
}

/// The numbers shown, for files.
pub(super) fn numbers(snapshot: &Snapshot, learned: &LearnedView) -> Numbers {
    let report = ExploredLearnedReport::new(snapshot, learned);
    Numbers {
        json: json_text(&report),
        table: report.table(),
        why_no_rows: "no network is finished, and CSV has a row for each",
    }
}
