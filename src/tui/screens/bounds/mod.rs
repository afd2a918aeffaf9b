//! The Bounds screen: what theory asks of every construction where one thing is different.
//!
//! ```text
//! ┌ title ────────────────────────────────┐
//! │ neurons per weight against ε, n or ℓ  │  a curve and a letter for each construction
//! │───────────────────────────────────────│
//! │ what the cursor reads                 │  a line for each construction
//! │─ note ────────────────────────────────│  what is imagined
//! └ keys ─────────────────────────────────┘
//! ```

mod chart;
mod plot;
mod table;

pub use chart::Chart;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::Widget;

use crate::experiment::NormSource;
use crate::report::Against;
use crate::report::text::number;
use crate::tui::Look;
use crate::tui::app::App;
use crate::tui::widgets::frame_lines::{self, pane};

/// Rows that the plot needs at least, its frame included.
const LEAST_PLOT: u16 = 7;

/// Columns on the frame for which rows of the table are shown.
const ROWS: u16 = 16;

/// Draws the screen, whatever its size.
pub fn render(frame: &mut Frame<'_>, app: &App, look: &Look) {
    let [title, panes, keys] =
        Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)])
            .areas(frame.area());
    let buffer = frame.buffer_mut();
    frame_lines::title(app, look).render(title, buffer);
    if let Some(chart) = &app.chart {
        let mut readings = chart.curves.read(chart.cursor, chart.chosen, &chart.observed);
        readings.retain(|reading| chart.is_listed(reading.curve, app.table_filter()));
        let rows = (readings.len() as u16 + 3).min(panes.height.saturating_sub(LEAST_PLOT));
        let [upper, lower] = Layout::vertical([Constraint::Fill(1), Constraint::Length(rows)]).areas(panes);
        let inside = pane(&axis_title(chart.curves.against, look), look, upper, buffer);
        plot::legend(chart, look, upper, buffer);
        plot::render(chart, &app.areas, look, inside, buffer);
        let inside = pane(&place_title(app, chart, look), look, lower, buffer);
        // The chosen curve stays in sight.
        let room = usize::from(inside.height.saturating_sub(1)).min(readings.len());
        let chosen = readings.iter().position(|reading| reading.curve == chart.chosen).unwrap_or(0);
        let first = chosen.saturating_sub(room / 2).min(readings.len() - room);
        let shown = first..first + room;
        table::render(chart, &readings[shown.clone()], &app.areas, look, inside, buffer);
        // Rows are few on this screen: the note stands on the frame.
        let room = lower.width.saturating_sub(4);
        let line = frame_lines::message(app, look).unwrap_or_else(|| note(app, chart, look, room));
        if lower.height > 1 {
            let width = if shown.len() < readings.len() { room.saturating_sub(ROWS) } else { room };
            let foot = Rect { x: lower.x + 2, y: lower.bottom() - 1, width, height: 1 };
            frame_lines::draw_line(&line, look, foot.intersection(lower), buffer);
            frame_lines::rows_of("rows", shown, readings.len(), look, lower, buffer);
        }
    }
    frame_lines::keys(app.context(), look, keys.width).render(keys, buffer);
}

fn axis_name(against: Against, look: &Look) -> &'static str {
    match against {
        Against::Epsilon => look.glyphs.epsilon,
        Against::Width => "width",
        Against::Depth => "depth",
    }
}

fn axis_title(against: Against, look: &Look) -> String {
    format!("Neurons per weight against {}", axis_name(against, look))
}

/// Where the cursor is, and what that means.
fn place_title(app: &App, chart: &Chart, look: &Look) -> String {
    let place = &chart.curves.places[chart.cursor];
    let is_own = chart.cursor == chart.curves.own;
    let value = match chart.curves.against {
        // As the preset has it, not as a table would round it.
        Against::Epsilon if is_own => app.snapshot.experiment.epsilon.to_string(),
        Against::Epsilon => format!("{:.3e}", place.value),
        Against::Width | Against::Depth => number(place.value),
    };
    let own = if is_own { " (the preset's)" } else { "" };
    let widths = match chart.curves.against {
        Against::Epsilon => String::new(),
        Against::Width | Against::Depth => {
            format!("{}{}", look.glyphs.separator, crate::report::text::widths(&place.widths))
        }
    };
    let tolerance = match place.weight_tolerance {
        Ok(tolerance) => format!("{}{} {}", look.glyphs.separator, look.glyphs.tolerance, number(tolerance)),
        Err(_) => String::new(),
    };
    format!("At {} = {value}{own}{widths}{tolerance}", axis_name(chart.curves.against, look))
}

/// What stays, and what is imagined; what else the chosen bound takes for granted; what [`MARK`](crate::report::text::MARK) means where
/// a curve has it. In `room` columns.
fn note(app: &App, chart: &Chart, look: &Look, room: u16) -> Line<'static> {
    let curve = &chart.curves.curves[chart.chosen];
    if !curve.applies {
        let broken = app.snapshot.experiment.assumptions(curve.construction);
        let broken: Vec<&str> = broken.iter().filter(|each| !each.kept).map(|each| each.statement).collect();
        let count = broken.len();
        let variants = [
            format!(" ! promises nothing here: assumed, not kept: {}. ", broken.join(", ")),
            format!(
                " ! promises nothing here: {count} of its assumptions are not kept ({}, …). ",
                broken.first().unwrap_or(&"")
            ),
            format!(" ! promises nothing here: {count} of its assumptions are not kept. "),
        ];
        let variants = variants.iter().map(|text| look.glyphs.write(text).to_string()).collect();
        return Line::styled(frame_lines::fitting(variants, room), look.theme.bad);
    }
    let text = what_stays(app, chart, look);
    if chart.drawn().all(|index| chart.curves.curves[index].applies) {
        return Line::styled(text, look.theme.faint);
    }
    let legend = " ! promises nothing here: choose it to see why.";
    let variants =
        vec![format!("{legend}{text}"), format!("{legend} a builds the lanes. "), format!("{legend} ")];
    Line::styled(frame_lines::fitting(variants, room), look.theme.faint)
}

/// What stays, and what is imagined.
fn what_stays(app: &App, chart: &Chart, look: &Look) -> String {
    let norms = match app.snapshot.experiment.norms {
        NormSource::Unit => "norms 1",
        NormSource::Worst => "norms w_max n_max",
        NormSource::Target => "norms",
    };
    let stay = format!("{norms}, F_max and extreme weights stay");
    let facts = chart.curves.curves[chart.chosen].construction.facts();
    if let Some(note) = facts.bound_note {
        return note.replace("{at_most}", look.glyphs.at_most);
    }
    match (facts.shape_note, chart.curves.against) {
        (Some(note), Against::Width | Against::Depth) => note.to_owned(),
        (_, Against::Width) => format!(" Widths in proportion; {stay}. "),
        (_, Against::Depth) => format!(" The target's layers in turn; {stay}. "),
        (_, Against::Epsilon) if chart.observed.is_empty() => {
            " All else is as in the preset. a builds its lanes and marks what they take. ".to_owned()
        }
        (_, Against::Epsilon) => " All else is as in the preset. ".to_owned(),
    }
}
