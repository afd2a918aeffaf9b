//! Weight with a learned lane on view: the mask of the layer, one weight of it, and the history of its score.
//!
//! ```text
//! │ header                                │  which weight, kept or cut
//! │ Mask    │ History                     │  side by side if there is room,
//! │         │                             │  else one above the other
//! │ its fate                              │
//! │ how to read it                        │
//! ```

mod choice;
mod history;
mod keys;
mod mask;
mod told;

pub use choice::MaskLayout;
pub use keys::{MASK, MaskMove};

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Clear, Widget};

use super::choice::Choice;
use crate::report::{WeighedLearnedReport, json_text};
use crate::session::{LearnedView, Snapshot};
use crate::tui::clipboard::Copied;
use crate::tui::export::Numbers;
use crate::tui::view::ScreenView;
use crate::tui::widgets::frame_lines::{draw_line, pane};

/// The panes' help.
pub(super) const PANES: (&str, &str) = (
    "Mask",
    "Of a learned lane: the mask of the layer on view, a character for a weight, or the share kept where weights share one. i shows \
     the inputs of layer 1 as an image. Beside it the history of the chosen weight's score, or magnitude, against the cut.",
);

/// Least width of the panes where they stand side by side.
const BESIDE: u16 = 64;

/// Least height between title line and footer at which both lines below the panes are shown.
const TALL: u16 = 18;

/// Moves, or changes the layout. Whether another weight is to be watched.
///
/// # Errors
/// Why nothing changes.
pub(super) fn update(
    layout: &mut MaskLayout,
    choice: &mut Choice,
    to: MaskMove,
    snapshot: &Snapshot,
) -> Result<bool, &'static str> {
    let layer = snapshot.learned_lane().and_then(|lane| lane.layer.as_deref());
    layout.update(to, choice, layer)
}

/// Draws everything between the title line and the footer.
pub(super) fn render(
    view: &ScreenView<'_>,
    learned: &LearnedView,
    (layout, choice): (MaskLayout, Choice),
    area: Rect,
    buffer: &mut Buffer,
) {
    let (snapshot, look) = (view.scene.snapshot, view.look);
    let lines = if area.height >= TALL { 2 } else { 1 };
    let [header, panes, below] =
        Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(lines)]).areas(area);
    // A weight of another layer comes from before the layer was changed.
    let layer = learned.layer.as_deref();
    let weight = snapshot.learned_weight.as_deref();
    let weight = weight.filter(|weight| layer.is_some_and(|layer| layer.layer == weight.layer));
    draw_line(&told::header_line(snapshot, learned, weight, look, header.width), look, header, buffer);
    let [left, right] = if panes.width >= BESIDE {
        Layout::horizontal([Constraint::Fill(1); 2]).areas(panes)
    } else {
        Layout::vertical([Constraint::Fill(1); 2]).areas(panes)
    };
    let waiting = Line::styled("on its way", look.theme.faint);
    match layer {
        Some(layer) => {
            let title = told::mask_title(layer, layout, choice.within(layer.shape).0, left.width);
            let inside = pane(&title, look, left, buffer);
            mask::render(layer, (layout, choice), view.clickables, look, inside, buffer);
        }
        None => draw_line(&waiting, look, pane("Mask", look, left, buffer), buffer),
    }
    match (layer, weight) {
        (Some(layer), Some(weight)) => {
            let title = told::history_title(layer, weight, right.width);
            history::render(weight, look, pane(&title, look, right, buffer), buffer);
            for (line, row) in told::lines(layer, weight, look, below.width).into_iter().zip(below.rows()) {
                draw_line(&line, look, row, buffer);
            }
        }
        _ => draw_line(&waiting, look, pane("History", look, right, buffer), buffer),
    }
    if let Some(message) = view.message_line() {
        let row = Rect { height: below.height.min(1), ..below };
        Clear.render(row, buffer);
        draw_line(&message, look, row, buffer);
    }
}

/// The newest row of the history of the weight on view.
pub(super) fn copied(snapshot: &Snapshot) -> Option<Copied> {
    let weight = snapshot.learned_weight.as_deref()?;
    let table = numbers(snapshot)?.table;
    let last = table.rows().checked_sub(1)?;
    let what = format!("w[{},{}] of layer {}, its newest value", weight.output, weight.input, weight.layer);
    Copied::rows(what, &table, last..last + 1)
}

/// The numbers shown, for files; `None` while they are not there yet.
pub(super) fn numbers(snapshot: &Snapshot) -> Option<Numbers> {
    let report = WeighedLearnedReport::new(snapshot)?;
    Some(Numbers {
        json: json_text(&report),
        table: report.table(),
        why_no_rows: "the weight has no history yet",
    })
}
