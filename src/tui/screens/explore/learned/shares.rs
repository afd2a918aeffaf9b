//! The Share kept pane: a row per layer, and the line of all layers.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::learning::{LayerShare, Round};
use crate::report::numbers::{grouped, percent};
use crate::report::{Rows, Table};
use crate::session::LearnedView;
use crate::tui::keymap::Action;
use crate::tui::learned_lane::layer_on_view;
use crate::tui::look::Look;
use crate::tui::view::ScreenView;
use crate::tui::widgets;
use crate::tui::widgets::clickable::{ClickTarget, LAYER};
use crate::tui::widgets::frame_lines::draw_line;

/// Columns of a bar.
const BAR: usize = 10;

/// Draws the inside of the pane. Returns the range of rows shown, and their number.
pub(super) fn render(
    view: &ScreenView<'_>,
    learned: &LearnedView,
    area: Rect,
    buffer: &mut Buffer,
) -> (Range<usize>, usize) {
    let look = view.look;
    let Some(round) = learned.rounds.last() else {
        draw_line(&Line::styled("round 0 keeps every weight", look.theme.faint), look, area, buffer);
        return (0..0, 0);
    };
    let here = layer_on_view(view.scene.snapshot);
    let all = ShareRow::all(round);
    let rows: Vec<&ShareRow> = all
        .iter()
        .filter(|row| view.scene.filter.is_none_or(|filter| filter.lets_through(&[&row.name])))
        .collect();
    let room = usize::from(area.height.saturating_sub(1));
    let chosen = rows.iter().position(|row| row.layer == Some(here)).unwrap_or(0);
    let first = chosen.saturating_sub(room / 2).min(rows.len().saturating_sub(room));
    let shown = first..(first + room).min(rows.len());
    let seen = &rows[shown.clone()];
    view.clickables.add(area, ClickTarget::Wheel(Action::PreviousLayer, Action::NextLayer));
    let targets = seen
        .iter()
        .map(|row| row.layer.map_or(ClickTarget::Nothing, |layer| ClickTarget::part(LAYER, layer)));
    view.clickables.add_rows(area, 1, targets);
    let style = |index: usize| match seen[index].layer {
        Some(layer) if layer == here && round.layers.len() > 1 => look.theme.selected,
        Some(_) => look.theme.text,
        None => look.theme.title,
    };
    widgets::table::render(&columns(seen, look), style, look, area, buffer);
    (shown, rows.len())
}

/// One layer, or all of them.
struct ShareRow {
    name: String,
    layer: Option<usize>,
    share: LayerShare,
}

impl ShareRow {
    fn all(round: &Round) -> Vec<Self> {
        let layers = (1..).zip(&round.layers);
        let mut rows: Vec<Self> = layers
            .map(|(layer, &share)| Self { name: layer.to_string(), layer: Some(layer), share })
            .collect();
        let dead_neurons = round.layers.iter().map(|layer| layer.dead_neurons).sum();
        let share = LayerShare { weights: round.weights(), kept: round.kept(), dead_neurons };
        rows.push(Self { name: "all".to_owned(), layer: None, share });
        rows
    }

    fn kept(&self) -> f64 {
        self.share.kept as f64 / self.share.weights as f64
    }
}

fn columns(rows: &[&ShareRow], look: &Look) -> Table {
    let bar = |row: &&ShareRow| {
        let eighths = (row.kept() * (8 * BAR) as f64).round() as usize;
        let cell = |column: usize| look.glyphs.bar[eighths.saturating_sub(8 * column).min(8)];
        (0..BAR).map(cell).collect::<String>()
    };
    Rows::of(rows.iter().copied())
        .column("layer", |row| row.name.clone())
        .wide(5, 0)
        .column("share", |row| percent(row.kept()))
        .wide(7, 0)
        .column("", |row| bar(row))
        .left()
        .wide(BAR as u16, 48)
        .column("kept", |row| grouped(row.share.kept))
        .wide(9, 23)
        .column("of", |row| grouped(row.share.weights))
        .wide(9, 58)
        .column("dead neurons", |row| grouped(row.share.dead_neurons))
        .wide(12, 36)
        .table()
}
