//! The panes of the lanes, side by side: their products on one axis.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Block;

use super::lane;
use super::slots::{SLOT, Slots, lane_of, named};
use crate::report::text::construction_name;
use crate::session::LaneView;
use crate::tui::view::ScreenView;
use crate::tui::widgets::clickable::ClickTarget;
use crate::tui::widgets::frame_lines::{caption, fitting, pane};
use crate::tui::widgets::products;

/// Draws a pane for each slot; `lanes` are those of slots with a lane, by the number of the slot from 1.
pub(super) fn render(
    view: &ScreenView<'_>,
    slots: &Slots,
    lanes: &[(usize, &LaneView)],
    area: Rect,
    buffer: &mut Buffer,
) {
    let (snapshot, look) = (view.scene.snapshot, view.look);
    let areas = Layout::horizontal(vec![Constraint::Fill(1); slots.shown().len()]).split(area);
    let indices: Vec<usize> = lanes.iter().map(|(_, lane)| lane.index).collect();
    let axis = products::common_axis(snapshot, &indices);
    // The same columns in every pane: the same products.
    let inside = |area: Rect| Block::bordered().inner(area).width;
    let columns = areas.iter().map(|&area| inside(area)).min().unwrap_or(0);
    for ((slot, &construction), &area) in slots.shown().iter().enumerate().zip(areas.iter()) {
        let pointer = if slot == slots.focus { look.glyphs.pointer } else { " " };
        let name = |name: &str| format!("{pointer}{} {name}", slot + 1);
        let title = fitting(
            vec![
                name(&named(construction)),
                name(&construction_name(construction)),
                name(construction.name()),
            ],
            area.width.saturating_sub(4),
        );
        view.clickables.add(area, ClickTarget::part(SLOT, slot));
        let inside = pane(&title, look, area, buffer);
        if let Some(index) = lane_of(snapshot, construction) {
            let text = lane::caption(snapshot, &snapshot.lanes[index], look, area.width.saturating_sub(2));
            caption(&text, look, area, buffer);
        }
        lane::render(snapshot, construction, axis.as_ref(), columns, look, inside, buffer);
    }
}
