//! The Layers screen: how far each layer is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Paragraph, Widget};

use super::screen::{Screen, ScreenFacts};
use crate::report::{Rows, json_text};
use crate::tui::export::Numbers;
use crate::tui::keymap::{Action, Keymap};
use crate::tui::request::Request;
use crate::tui::view::{Scene, ScreenView};
use crate::tui::widgets::frame_lines::pane;

const FACTS: ScreenFacts = ScreenFacts {
    name: "Layers",
    label: "layers",
    help: "how far each layer is",
    keymap: Keymap::of_screen("On Layers", &[]),
    panes: &[("Layers", "Target weights complete, layer by layer.")],
};

/// The Layers screen.
#[derive(Clone, Debug, Default)]
pub struct LayersScreen;

impl Screen for LayersScreen {
    fn facts(&self) -> &'static ScreenFacts {
        &FACTS
    }

    fn update(&mut self, _: Action, _: &Scene<'_>) -> Option<Vec<Request>> {
        None
    }

    fn numbers(&self, scene: &Scene<'_>) -> Option<Numbers> {
        let layers = &scene.snapshot.lane().layers;
        let table = Rows::of(layers)
            .column("layer", |row| row.layer as u64)
            .column("weights_done", |row| row.weights_done)
            .table();
        let done: Vec<u64> = layers.iter().map(|row| row.weights_done).collect();
        Some(Numbers { json: json_text(&done), table, why_no_rows: "" })
    }

    fn render(&self, view: &ScreenView<'_>, area: Rect, buffer: &mut Buffer) {
        let inside = pane("Layers", view.look, area, buffer);
        let rows = view.scene.snapshot.lane().layers.iter();
        let lines = rows.map(|row| format!("{:>3}  {}/{} weights", row.layer, row.weights_done, row.weights));
        Paragraph::new(lines.collect::<Vec<_>>().join("\n")).render(inside, buffer);
    }
}
