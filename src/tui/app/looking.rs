//! How the explorer is looked at: what it begins with, one pane in the place of all, the theme.

use super::state::App;
use crate::tui::effects::Effect;
use crate::tui::overlays::help;

impl App {
    /// What the explorer begins with: the lesson, or the cards until the user has had enough of them.
    pub(crate) fn begin(&mut self, lesson: bool) -> Vec<Effect> {
        if lesson {
            self.open_lesson();
            return Vec::new();
        }
        if self.config.cards_seen {
            return Vec::new();
        }
        let effects = self.lay_over(help::NAME);
        self.overlays.help.welcome();
        effects
    }

    /// Puts one pane in the place of all, or the next one in its place.
    pub(super) fn zoom(&mut self) {
        let panes = self.zoomable();
        let next = self.zoomed.map_or(0, |zoomed| zoomed + 1);
        self.zoomed = (next < panes.len()).then_some(next);
        if let Some(next) = self.zoomed {
            let (name, place, of) = (panes[next], next + 1, panes.len());
            self.notice = Some(format!("{name}, pane {place} of {of}: Enter the next, Esc all of them"));
        }
    }

    /// The next theme.
    pub(super) fn change_theme(&mut self) {
        self.theme = self.theme.next();
        self.notice = Some(format!("theme {}: T for the next", self.theme.name()));
    }
}
