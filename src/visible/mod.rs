//! Texts of others, shown safely: titles, paths, names and values may hold any character.
//!
//! # The visible form
//! A hidden character is written as in RON and Rust: `\n`, `\t`, `\r`, else `\u{1b}`. All other characters stay. Hidden are:
//!
//! * control characters: C0 with ESC, DEL, C1;
//! * separators of lines and paragraphs (U+2028, U+2029);
//! * characters without a width or a direction of their own, Unicode's `Default_Ignorable_Code_Point`: soft hyphens, zero-width
//!   spaces and joiners, marks, overrides and isolates of bidirectional text, variation selectors, tags;
//! * interlinear annotations (U+FFF9 to U+FFFB) and noncharacters such as U+FFFE, forbidden in XML.
//!
//! A value takes its visible form as it enters a text ([`visible`], [`shortened`]): its line feeds differ from
//! the text's. All output passes [`visible_lines`] or [`visible_in_json`] once more.

use std::borrow::Cow;

/// Most characters of a value in a message or a report.
pub const LONGEST: usize = 100;

/// Most characters of a message, whatever the values in it are.
pub const LONGEST_MESSAGE: usize = 2000;

/// Hidden characters beside control characters, as ranges.
const HIDDEN: [(char, char); 19] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fdd0}', '\u{fdef}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{13430}', '\u{1345f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Whether a character could change or hide its surroundings.
pub fn is_hidden(c: char) -> bool {
    let is_noncharacter = u32::from(c) & 0xfffe == 0xfffe;
    c.is_control() || is_noncharacter || HIDDEN.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// A value's visible form, on one line.
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, is_hidden)
}

/// The visible form of a whole text with its own line feeds.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| is_hidden(c) && c != '\n')
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_escaped(c) { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    Cow::Owned(shown)
}

/// A value's visible form, at most [`LONGEST`] characters of it: from the middle of a longer one only `…` is left.
pub fn shortened(text: &str) -> String {
    shortened_to(text, LONGEST)
}

/// A file's name as the place of a message, as [`shortened`]: an empty one is `''`.
pub fn file_name(name: &str) -> String {
    if name.is_empty() { "''".to_owned() } else { shortened(name) }
}

/// A value's visible form in at most `most` ≥ 8 characters.
pub fn shortened_to(text: &str, most: usize) -> String {
    // No more than `most` characters at either end can be needed, however long the text is.
    let ends = |at: usize| text.char_indices().nth(at).is_some();
    if !ends(most) {
        let shown = visible(text);
        return if shown.chars().count() <= most { shown.into_owned() } else { middle_cut(&shown, most) };
    }
    let head: String = text.chars().take(most).collect();
    let tail: Vec<char> = text.chars().rev().take(most).collect();
    let tail: String = tail.into_iter().rev().collect();
    middle_cut(&format!("{}{}", visible(&head), visible(&tail)), most)
}

/// A message on one line: values in backquotes, options to be typed apart, are at most [`LONGEST`] characters long.
pub fn message(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(at, part)| {
        let is_value = at % 2 == 1 && !part.starts_with("--");
        if is_value { Cow::Owned(shortened(part)) } else { visible(part) }
    });
    shortened_to(&parts.collect::<Vec<_>>().join("`"), LONGEST_MESSAGE)
}

/// A number in a message: as usually written, or with an exponent if that takes too many digits.
pub fn number(value: f64) -> String {
    /// Of 0.30000000000000004 and most others.
    const LONGEST: usize = 21;
    let plain = value.to_string();
    if plain.len() <= LONGEST { plain } else { format!("{value:e}") }
}

/// The beginning and the end of a text of more than `most` characters.
fn middle_cut(text: &str, most: usize) -> String {
    let all = text.chars().count();
    let last = most / 3;
    let first = most.max(8) - 1 - last;
    let head = text.chars().take(first);
    head.chain(['…']).chain(text.chars().skip(all - last)).collect()
}

/// JSON text without raw hidden characters: in strings, their only place, they become `\uXXXX` and read
/// back as the same value.
pub fn visible_in_json(json: &str) -> Cow<'_, str> {
    escaped_in_json(json, |c| is_hidden(c) && c != '\n')
}

/// JSON text of ASCII characters only.
pub fn json_in_ascii(json: &str) -> Cow<'_, str> {
    escaped_in_json(json, |c| !c.is_ascii() || is_hidden(c) && c != '\n')
}

fn escaped_in_json(json: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !json.contains(&is_escaped) {
        return Cow::Borrowed(json);
    }
    let mut shown = String::with_capacity(json.len() + 8);
    for c in json.chars() {
        if is_escaped(c) {
            let mut units = [0; 2];
            shown.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each kind.
    const HOSTILE: &str = "a\x1b[31m\u{9b}2J\x07\x7f\r\n\t\u{85}\u{202e}\u{2066}\u{200b}\u{200d}\u{2028}\u{ad}\u{fe0f}\u{e0041}\u{feff}\u{ffff}\u{1fffe}";

    #[test]
    fn nothing_hidden_is_left_and_all_else_stays() {
        assert!(!visible(HOSTILE).contains(is_hidden), "{}", visible(HOSTILE));
        assert_eq!(visible("a\x1b\n\u{202e}b"), "a\\u{1b}\\n\\u{202e}b");
        assert_eq!(visible_lines("a\x1b\nb\t\n"), "a\\u{1b}\nb\\t\n");
        for plain in ["größe ε ‖x‖₂ 🎲 \u{fffd}", "C:\\new", "日本語", "e\u{301}"] {
            assert_eq!(visible(plain), plain);
        }
    }

    #[test]
    fn long_values_keep_their_ends() {
        assert_eq!(shortened("short.ron"), "short.ron");
        for long in ["x".repeat(101), "é".repeat(1_000_000), "\x1b".repeat(60), HOSTILE.repeat(1000)] {
            let shown = shortened(&format!("first{long}last"));
            assert_eq!(shown.chars().count(), LONGEST, "{shown}");
            assert!(shown.starts_with("first") && shown.ends_with("last") && shown.contains('…'), "{shown}");
            assert!(!shown.contains(is_hidden));
        }
    }

    #[test]
    fn a_message_is_one_line_of_bearable_length() {
        let long = "x".repeat(1000);
        let text = message(&format!("tensor `{long}`: expected\n`--layers {long}`"));
        assert_eq!(text, format!("tensor `{}`: expected\\n`--layers {long}`", shortened(&long)));
        assert!(message(&format!("`{long}").repeat(100)).chars().count() <= LONGEST_MESSAGE);
    }

    #[test]
    fn json_reads_back_as_it_was() {
        let value = serde_json::json!({"‖x‖₂ ≤ 1": "größe 🎲", HOSTILE: HOSTILE});
        let text = serde_json::to_string_pretty(&value).unwrap();
        assert!(text.contains('\u{9b}'), "serde_json leaves C1 as it is");
        for shown in [visible_in_json(&text), json_in_ascii(&text)] {
            assert!(!shown.replace('\n', "").contains(is_hidden), "{shown}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
        }
        assert!(json_in_ascii(&text).is_ascii() && visible_in_json(&text).contains("größe 🎲"));
    }
}
