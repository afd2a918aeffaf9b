//! A text field of one line.

use std::cmp::Ordering;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::Modifier;
use ratatui::text::Span;
use tui_input::{Input, InputRequest};

use crate::tui::look::Look;
use crate::visible::is_hidden;

/// A text and a cursor in it.
#[derive(Clone, Debug, Default)]
pub struct Field {
    input: Input,
}

impl Field {
    /// A field with `text`, the cursor behind it.
    pub fn new(text: &str) -> Self {
        Self { input: text.into() }
    }

    /// Its text.
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Takes a key without another meaning. Returns whether the text has changed.
    pub fn press(&mut self, key: KeyEvent) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        if key.modifiers.intersects(KeyModifiers::ALT | KeyModifiers::SUPER | KeyModifiers::META) {
            return false;
        }
        let request = match (key.code, control) {
            (KeyCode::Backspace, false) | (KeyCode::Char('h'), true) => InputRequest::DeletePrevChar,
            (KeyCode::Char('w'), true) => InputRequest::DeletePrevWord,
            (KeyCode::Char('u'), true) => InputRequest::DeleteLine,
            (KeyCode::Char('k'), true) => InputRequest::DeleteTillEnd,
            (KeyCode::Delete, false) => InputRequest::DeleteNextChar,
            (KeyCode::Left, false) => InputRequest::GoToPrevChar,
            (KeyCode::Right, false) => InputRequest::GoToNextChar,
            (KeyCode::Home, false) | (KeyCode::Char('a'), true) => InputRequest::GoToStart,
            (KeyCode::End, false) | (KeyCode::Char('e'), true) => InputRequest::GoToEnd,
            (KeyCode::Char(c), false) if !c.is_control() => InputRequest::InsertChar(c),
            _ => return false,
        };
        self.input.handle(request).is_some_and(|changed| changed.value)
    }

    /// Inserts a text without control characters at the cursor. Whether there was anything to insert.
    pub(crate) fn insert(&mut self, text: &str) -> bool {
        for c in text.chars() {
            let _ = self.input.handle(InputRequest::InsertChar(c));
        }
        !text.is_empty()
    }

    /// Moves the cursor by one character.
    pub(crate) fn step(&mut self, forward: bool) {
        let request = if forward { InputRequest::GoToNextChar } else { InputRequest::GoToPrevChar };
        let _ = self.input.handle(request);
    }

    /// The part around the cursor within `width` columns, the cursor in reverse.
    pub(crate) fn spans(&self, look: &Look, width: usize) -> Vec<Span<'static>> {
        let width = width.max(2);
        let start = self.input.visual_scroll(width - 1);
        let mut column = 0;
        let [mut before, mut at, mut after] = [String::new(), String::new(), String::new()];
        for (index, c) in self.text().chars().enumerate() {
            let c = if is_hidden(c) { '?' } else { c };
            let next = column + Span::raw(c.to_string()).width();
            if column >= start && next <= start + width {
                match index.cmp(&self.input.cursor()) {
                    Ordering::Less => before.push(c),
                    Ordering::Equal => at.push(c),
                    Ordering::Greater => after.push(c),
                }
            }
            column = next;
        }
        if self.input.cursor() >= self.text().chars().count() {
            at.push(' ');
        }
        let text = look.theme.text;
        vec![
            Span::styled(before, text),
            Span::styled(at, text.add_modifier(Modifier::REVERSED)),
            Span::styled(after, text),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::look::{glyphs, theme};

    fn shown(field: &Field, width: usize) -> Vec<String> {
        let look = Look { theme: theme::MONO, glyphs: glyphs::UNICODE };
        field.spans(&look, width).into_iter().map(|span| span.content.into_owned()).collect()
    }

    #[test]
    fn text_is_typed_and_mended() {
        let mut field = Field::new("0.1");
        let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
        assert!(field.press(plain(KeyCode::Char('5'))));
        assert!(field.press(plain(KeyCode::Backspace)) && field.text() == "0.1");
        assert!(!field.press(plain(KeyCode::Home)));
        assert!(field.press(plain(KeyCode::Char('1'))) && field.text() == "10.1");
        assert!(!field.press(KeyEvent::new(KeyCode::Char('x'), KeyModifiers::ALT)));
        assert!(field.press(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
        assert_eq!(field.text(), "");
    }

    #[test]
    fn the_cursor_stays_in_sight() {
        let mut field = Field::new("Ball(radius: 1.0)");
        assert_eq!(shown(&field, 6), [" 1.0)", " ", ""]);
        assert_eq!(shown(&field, 40), ["Ball(radius: 1.0)", " ", ""]);
        for _ in 0..17 {
            field.step(false);
        }
        assert_eq!(shown(&field, 6), ["", "B", "all(r"]);
        assert_eq!(shown(&Field::default(), 0), ["", " ", ""]);
    }
}
