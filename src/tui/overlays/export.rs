//! The list of files to write.

use ratatui::Frame;
use ratatui::text::Line;

use super::overlay::Overlay;
use super::window::{keys, window};
use crate::tui::effects::Effect;
use crate::tui::export::{Export, stem};
use crate::tui::keymap::Key::{Char, Control, Down, Enter, Escape, Up};
use crate::tui::keymap::{Action, Keymap, bind};
use crate::tui::request::Request;
use crate::tui::view::{Scene, ScreenView};
use crate::tui::widgets::clickable::ClickTarget;

/// Its name in key tables.
pub const NAME: &str = "export";

/// Its keys.
pub const KEYMAP: Keymap = Keymap::alone(
    "In the list of files to write",
    &[
        bind(&[Char('k'), Up], Action::Up, "up", "the choice above"),
        bind(&[Char('j'), Down], Action::Down, "down", "the choice below"),
        bind(&[Enter], Action::Choose, "write", "write the file"),
        bind(&[Escape, Char('E'), Char('q')], Action::Close, "close", "write nothing"),
        bind(&[Control('c')], Action::Quit, "quit", "leave the program"),
    ],
);

/// The kinds of files, one of them selected.
#[derive(Clone, Debug, Default)]
pub struct ExportList {
    /// place of the selected one in [`Export::ALL`]
    pub selected: usize,
}

impl Overlay for ExportList {
    fn name(&self) -> &'static str {
        NAME
    }

    fn keymap(&self) -> &'static Keymap {
        &KEYMAP
    }

    fn open(&mut self, _scene: &Scene<'_>) -> Vec<Request> {
        self.selected = 0;
        Vec::new()
    }

    fn update(&mut self, action: Action, _scene: &Scene<'_>) -> Option<Vec<Request>> {
        match action {
            Action::Up => self.selected = self.selected.saturating_sub(1),
            Action::Down => self.selected = (self.selected + 1).min(Export::ALL.len() - 1),
            Action::Choose => {
                let chosen = Export::ALL.get(self.selected).map(|&export| Effect::Export(export).into());
                return Some(std::iter::once(Request::Close).chain(chosen).collect());
            }
            Action::Close => return Some(vec![Request::Close]),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn click(&mut self, row: usize, _scene: &Scene<'_>) -> Vec<Request> {
        if self.selected == row {
            return vec![Request::Act(Action::Choose)];
        }
        self.selected = row;
        Vec::new()
    }

    fn render(&self, frame: &mut Frame<'_>, view: &ScreenView<'_>) {
        let look = view.look;
        let stem = stem(&view.scene.snapshot.experiment, view.screen);
        let mut lines: Vec<Line<'_>> = Vec::new();
        for (index, export) in Export::ALL.into_iter().enumerate() {
            let pointer = if index == self.selected { look.glyphs.pointer } else { " " };
            let style = if index == self.selected { look.theme.selected } else { look.theme.text };
            let (what, extension) = (export.name(), export.extension());
            lines.push(Line::styled(format!("{pointer} {what:<19} {stem}.{extension} "), style));
        }
        lines.extend([Line::default(), keys(&KEYMAP, look)]);
        let inside = window(frame, look, "Write to a file", lines, 0);
        view.clickables.add_rows(inside, 0, (0..Export::ALL.len()).map(ClickTarget::Row));
    }
}
