//! The read-only context of screens and overlays: [`Scene`] while they handle keys, [`ScreenView`] while they draw.

use std::sync::Arc;

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::keymap::Keymap;
use super::look::Look;
use super::widgets::clickable::Clickables;
use super::widgets::filter::Filter;
use super::widgets::frame_lines::filter_line;
use super::widgets::pictures::Pictures;
use crate::session::{Activity, Snapshot};

/// Columns for the text of a table's filter.
const FILTER_WIDTH: usize = 24;

/// The state outside of a screen: the run, and how it is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// the shown snapshot
    pub snapshot: &'a Arc<Snapshot>,
    /// the newest snapshot: the shown one unless the view is frozen
    pub latest: &'a Arc<Snapshot>,
    /// whether the view stands still while the engine runs on
    pub frozen: bool,
    /// the filter of the screen's table
    pub filter: Option<&'a Filter>,
}

/// The context of drawing.
#[derive(Clone, Copy, Debug)]
pub struct ScreenView<'a> {
    /// the run, and how it is looked at
    pub scene: Scene<'a>,
    /// colours and characters
    pub look: &'a Look,
    /// takes the clickable areas
    pub clickables: &'a Clickables,
    /// takes the pictures, where the terminal shows images and nothing lies over the screen
    pub pictures: Option<&'a Pictures>,
    /// why the last key was refused, in one line
    pub message: Option<&'a str>,
    /// the unseen effect of the last key, in one line
    pub notice: Option<&'a str>,
    /// whether the layer is the user's choice
    pub layer_is_chosen: bool,
    /// place of the pane that stands in the place of all
    pub zoomed: Option<usize>,
    /// whether nothing was tried yet, so a hint is welcome
    pub is_new: bool,
    /// name of the screen
    pub screen: &'static str,
    /// the keys of the screen valid now
    pub screen_keys: &'static Keymap,
}

impl ScreenView<'_> {
    /// The areas of panes that share `area`: as they are, or all of it for the zoomed one and none for the others.
    pub fn zoom<const N: usize>(&self, area: Rect, panes: [Rect; N]) -> [Rect; N] {
        match self.zoomed.filter(|&zoomed| zoomed < N) {
            Some(zoomed) => std::array::from_fn(|pane| if pane == zoomed { area } else { Rect::ZERO }),
            None => panes,
        }
    }

    /// The message; else the table's filter; else the notice, or the engine's error.
    pub fn message_line(&self) -> Option<Line<'static>> {
        let look = self.look;
        if let (None, Some(filter)) = (self.message, self.scene.filter) {
            let mut line = filter_line(filter, look, FILTER_WIDTH);
            line.spans.insert(0, ratatui::text::Span::styled(" only rows with ", look.theme.faint));
            return Some(line);
        }
        if let (None, Some(notice)) = (self.message, self.notice) {
            return Some(Line::styled(format!(" {}", look.glyphs.write(notice)), look.theme.good));
        }
        let text = match (self.message, &self.scene.latest.activity) {
            (Some(message), _) => format!(" {}", look.glyphs.write(message)),
            (None, Activity::Failed(message)) => format!(" internal error: {}", look.glyphs.write(message)),
            (None, _) => return None,
        };
        Some(Line::styled(text, look.theme.bad))
    }
}
