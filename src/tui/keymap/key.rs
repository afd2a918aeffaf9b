//! A key as the table names it.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key, with Control or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// a character as typed
    Char(char),
    /// Control and a letter
    Control(char),
    /// Space
    Space,
    /// Tab
    Tab,
    /// Enter
    Enter,
    /// Escape
    Escape,
    /// an arrow
    Up,
    /// an arrow
    Down,
    /// an arrow
    Left,
    /// an arrow
    Right,
    /// a page up
    PageUp,
    /// a page down
    PageDown,
    /// to the beginning
    Home,
    /// to the end
    End,
}

impl Key {
    pub(crate) fn of(event: KeyEvent) -> Option<Self> {
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        if event.modifiers.intersects(KeyModifiers::ALT | KeyModifiers::SUPER | KeyModifiers::META) {
            return None;
        }
        match event.code {
            KeyCode::Char(c) if control => Some(Self::Control(c.to_ascii_lowercase())),
            KeyCode::Char(' ') => Some(Self::Space),
            KeyCode::Char(c) => Some(Self::Char(c)),
            KeyCode::Tab => Some(Self::Tab),
            KeyCode::Enter => Some(Self::Enter),
            KeyCode::Esc => Some(Self::Escape),
            KeyCode::Up => Some(Self::Up),
            KeyCode::Down => Some(Self::Down),
            KeyCode::Left => Some(Self::Left),
            KeyCode::Right => Some(Self::Right),
            KeyCode::PageUp => Some(Self::PageUp),
            KeyCode::PageDown => Some(Self::PageDown),
            KeyCode::Home => Some(Self::Home),
            KeyCode::End => Some(Self::End),
            _ => None,
        }
    }

    /// How the key is written for people.
    pub fn name(self) -> String {
        match self {
            Self::Char(c) => c.to_string(),
            Self::Control(c) => format!("Ctrl-{}", c.to_ascii_uppercase()),
            Self::Space => "space".to_owned(),
            Self::Tab => "Tab".to_owned(),
            Self::Enter => "Enter".to_owned(),
            Self::Escape => "Esc".to_owned(),
            Self::Up => "Up".to_owned(),
            Self::Down => "Down".to_owned(),
            Self::Left => "Left".to_owned(),
            Self::Right => "Right".to_owned(),
            Self::PageUp => "PageUp".to_owned(),
            Self::PageDown => "PageDown".to_owned(),
            Self::Home => "Home".to_owned(),
            Self::End => "End".to_owned(),
        }
    }
}
