//! A row of a key table, and the tables.

use ratatui::crossterm::event::KeyEvent;

use super::action::Action;
use super::key::Key;

/// One row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// the keys, the first one shown in footers
    pub keys: &'static [Key],
    /// their meaning
    pub action: Action,
    /// one word for the footer
    pub label: &'static str,
    /// one line for the help
    pub help: &'static str,
}

/// A row of a table.
pub(crate) const fn bind(
    keys: &'static [Key],
    action: Action,
    label: &'static str,
    help: &'static str,
) -> Binding {
    Binding { keys, action, label, help }
}

/// The keys of a screen, an overlay or a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keymap {
    /// its title in the help and the documentation
    pub title: &'static str,
    /// its rows
    pub bindings: &'static [Binding],
    /// whether it adds to the keys of every screen, or stands alone
    pub adds: bool,
    /// whether keys without a row are text
    pub takes_text: bool,
}

impl Keymap {
    /// A screen's own keys, besides the keys of every screen.
    pub const fn of_screen(title: &'static str, bindings: &'static [Binding]) -> Self {
        Self { title, bindings, adds: true, takes_text: false }
    }

    /// Keys valid alone.
    pub const fn alone(title: &'static str, bindings: &'static [Binding]) -> Self {
        Self { title, bindings, adds: false, takes_text: false }
    }

    /// Keys valid alone; all others are text.
    pub const fn of_text(title: &'static str, bindings: &'static [Binding]) -> Self {
        Self { title, bindings, adds: false, takes_text: true }
    }
}

/// The action of the first row with this key.
pub fn action_of<'a>(rows: impl IntoIterator<Item = &'a Binding>, event: KeyEvent) -> Option<Action> {
    let key = Key::of(event)?;
    rows.into_iter().find(|binding| binding.keys.contains(&key)).map(|binding| binding.action)
}

/// The rows of a screen's footer: its own first, then `others` without its own keys.
pub fn with_others<'a>(
    own: &'static [Binding],
    others: impl Iterator<Item = &'a Binding>,
) -> impl Iterator<Item = &'a Binding> {
    let is_own = |key: Key| own.iter().any(|binding| binding.keys.contains(&key));
    own.iter().chain(others.filter(move |binding| !is_own(binding.keys[0])))
}
