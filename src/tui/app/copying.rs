//! Copying: the row or number under the cursor, or the command that repeats the run.

use super::state::App;
use crate::report::repeated;
use crate::tui::clipboard::Copied;
use crate::tui::effects::Effect;

/// Why an edited setup has no command.
const EDITED: &str =
    "No command repeats this run: its setup was edited. S saves it as a preset, which p opens.";

impl App {
    /// Copies what the cursor of the topmost window is on; on a screen without one, the command.
    pub(super) fn copy(&mut self) -> Vec<Effect> {
        let scene = self.scene();
        let found = match self.overlay() {
            Some(overlay) => overlay.copied(&scene).map(Some),
            None => self.screen().copied(&scene),
        };
        match found {
            Ok(Some(copied)) => self.send_copied(copied),
            Ok(None) => self.copy_command(),
            Err(reason) => {
                self.message = Some(reason.to_owned());
                Vec::new()
            }
        }
    }

    /// Copies the command that repeats the run.
    pub(super) fn copy_command(&mut self) -> Vec<Effect> {
        match repeated(&self.latest, &self.overrides) {
            Some(command) => {
                self.send_copied(Copied { what: format!("the command {command}"), text: command })
            }
            None => {
                self.message = Some(EDITED.to_owned());
                Vec::new()
            }
        }
    }

    fn send_copied(&mut self, copied: Copied) -> Vec<Effect> {
        // No terminal says whether it took the text.
        self.notice = Some(format!("sent to the terminal's clipboard: {}", copied.what));
        vec![Effect::Copy(copied.text)]
    }
}
