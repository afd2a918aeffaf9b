//! Pasted text: terminals with bracketed paste send it in one piece, and never as keys.

/// The longest text of a field, in characters.
pub(super) const LONGEST: usize = 4096;

/// A text in one line: line breaks and tabs are spaces, other control characters are dropped. `None` if it is too
/// long.
pub(super) fn one_line(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > 4 * LONGEST {
        return None;
    }
    let text = text.replace("\r\n", " ").replace(['\n', '\r', '\t'], " ");
    let line: String = text.chars().filter(|c| !c.is_control()).collect();
    (line.chars().count() <= LONGEST).then_some(line)
}
