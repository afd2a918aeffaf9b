//! The Outputs screen: F(x) against Ĝ(x), input by input.
//!
//! ```text
//! ┌ title ────────────────────────────────┐
//! │ Input        │ Outputs                │  x, as a picture or as numbers; F(x) and Ĝ(x)
//! │──────────────┴────────────────────────│
//! │ F against Ĝ                           │  what they choose, how far apart they are, here and at worst
//! │ note                                  │  where inputs come from, or what could not be done
//! └ keys ─────────────────────────────────┘
//! ```

mod bar;
mod chooser;
mod input;
mod picture;
mod summary;
mod table;

pub use chooser::Chooser;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};

use crate::network::Domain;
use crate::report::text::{construction_name, number};
use crate::tui::Look;
use crate::tui::app::App;
use crate::tui::app::mouse::Target;
use crate::tui::keymap::{Action, InputMove};
use crate::tui::widgets::frame_lines::{self, pane};

/// Rows that the upper panes keep where there is no room for all, their frames included.
const LEAST_UPPER: u16 = 10;

/// Draws the screen, whatever its size.
pub fn render(frame: &mut Frame<'_>, app: &App, look: &Look) {
    let [title, panes, note, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    let buffer = frame.buffer_mut();
    let (snapshot, scroll) = (&app.snapshot, app.chooser.scroll);
    frame_lines::title(app, look).render(title, buffer);
    if let Some(view) = &snapshot.output {
        app.areas
            .add(panes, Target::Wheel(Action::Inputs(InputMove::Previous), Action::Inputs(InputMove::Next)));
        let lines = summary::lines(snapshot, view, look, panes.width.saturating_sub(2));
        let below = (lines.len() as u16 + 2).min(panes.height.saturating_sub(LEAST_UPPER));
        let [upper, lower] = Layout::vertical([Constraint::Fill(1), Constraint::Length(below)]).areas(panes);
        let left = input::width(view, look, upper);
        let [left, right] = Layout::horizontal([Constraint::Length(left), Constraint::Fill(1)]).areas(upper);
        let inside = pane(&input::title(view, left.width.saturating_sub(4)), look, left, buffer);
        input::render(view, scroll, look, inside, buffer);
        let listed = table::listed(view, app.table_filter());
        let shown = table::rows_shown(&listed, scroll, right.height.saturating_sub(2));
        let title = table::title(view, listed.len(), shown, look, right.width.saturating_sub(4));
        let inside = pane(&title, look, right, buffer);
        table::render(view, shown, look, inside, buffer);
        let lane = &snapshot.lanes[view.lane];
        let name = format!("F against {}, {}", look.glyphs.pruned, construction_name(lane.construction));
        let inside = pane(&name, look, lower, buffer);
        Paragraph::new(lines).render(inside, buffer);
    } else {
        // Asked for after the view was frozen; else it is a moment's wait.
        let text = if app.frozen { "The view stands still: s lets it go on." } else { "" };
        Paragraph::new(text).render(pane("Input", look, panes, buffer), buffer);
    }
    let line = frame_lines::message(app, look).unwrap_or_else(|| origin(app, look));
    frame_lines::draw_line(&line, look, note, buffer);
    frame_lines::keys(app.context(), look, keys.width).render(keys, buffer);
}

/// Where the inputs come from.
fn origin(app: &App, look: &Look) -> Line<'static> {
    let text = match app.snapshot.experiment.domain.free() {
        Domain::Points { .. } => " Inputs are those of the preset's file.".to_owned(),
        Domain::Ball { radius } => {
            let at_most = look.glyphs.at_most;
            format!(
                " Inputs are drawn from |x| {at_most} {}, those of even number with equality.",
                number(*radius)
            )
        }
        Domain::Box { low, high } => {
            let own =
                if low.same().is_some() && high.same().is_some() { "" } else { ", each in its own range" };
            let (low, high) = (number(low.range().0), number(high.range().1));
            format!(" Inputs are drawn between {low} and {high}{own}, those of even number at corners.")
        }
        Domain::Signs | Domain::WithConstant(_) => " Inputs are drawn, each coordinate -1 or 1.".to_owned(),
    };
    Line::styled(text, look.theme.faint)
}
