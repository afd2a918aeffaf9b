//! Presets and JSON for terminals.

use std::io;

use serde::Serialize;

use super::ascii::in_ascii;
use crate::visible::{is_hidden, visible, visible_in_json};

/// RON text without hidden characters, equal when read back: strings are escaped, and white space elsewhere becomes a blank.
/// With `ascii`, other characters are escaped in strings and spelt out in comments.
pub fn shown_ron(text: &str, ascii: bool) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '"' => string(rest, ascii, &mut shown),
            'r' if !ends_in_word(&shown) && is_raw_string(rest) => raw_string(rest, ascii, &mut shown),
            '/' if rest.starts_with("//") => comment(rest, rest.find('\n'), ascii, &mut shown),
            '/' if rest.starts_with("/*") => comment(rest, block_comment(rest), ascii, &mut shown),
            _ => {
                outside(&rest[..c.len_utf8()], ascii, &mut shown);
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    shown
}

/// A value as JSON of several lines, the last one ended. No hidden character stands in it raw.
///
/// # Errors
/// None is known for reports.
pub fn json_text(value: &impl Serialize) -> io::Result<String> {
    let text = serde_json::to_string_pretty(value)?;
    Ok(format!("{}\n", visible_in_json(&text)))
}

fn ends_in_word(text: &str) -> bool {
    text.ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

fn is_raw_string(text: &str) -> bool {
    text[1..].trim_start_matches('#').starts_with('"')
}

/// Bytes of a block comment, nested ones included.
fn block_comment(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, _) in text.match_indices(['/', '*']) {
        if text[at..].starts_with("/*") {
            depth += 1;
        } else if text[at..].starts_with("*/") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return Some(at + 2);
            }
        }
    }
    None
}

fn comment(text: &str, end: Option<usize>, ascii: bool, shown: &mut String) -> usize {
    let end = end.unwrap_or(text.len());
    outside(&text[..end], ascii, shown);
    end
}

/// Text outside of strings.
fn outside(text: &str, ascii: bool, shown: &mut String) {
    let mut plain = String::new();
    for c in text.chars() {
        match c {
            // Of a line's end in two characters, the second one is enough.
            '\r' => {}
            '\n' => plain.push(c),
            '\u{200e}' | '\u{200f}' => plain.push(' '),
            c if is_hidden(c) && c.is_whitespace() => plain.push(' '),
            c if is_hidden(c) => plain.push_str(&visible(c.encode_utf8(&mut [0; 4]))),
            c => plain.push(c),
        }
    }
    if ascii { shown.push_str(&in_ascii(&plain)) } else { shown.push_str(&plain) }
}

/// A quoted string; its own escapes stay. Returns its bytes.
fn string(text: &str, ascii: bool, shown: &mut String) -> usize {
    let mut is_escaped = false;
    let end = text[1..].find(|c| {
        let ends = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends
    });
    let end = end.map_or(text.len(), |at| at + 2);
    text[..end].chars().for_each(|c| character(c, ascii, shown));
    end
}

/// A raw string has no escapes: if it needs any, it becomes a quoted string. Returns its bytes.
fn raw_string(text: &str, ascii: bool, shown: &mut String) -> usize {
    let hashes = text[1..].len() - text[1..].trim_start_matches('#').len();
    let (start, closing) = (hashes + 2, format!("\"{}", "#".repeat(hashes)));
    let Some(length) = text[start..].find(&closing) else {
        outside(text, ascii, shown);
        return text.len();
    };
    let (contents, end) = (&text[start..start + length], start + length + closing.len());
    if contents.contains(|c| is_hidden(c) || ascii && !c.is_ascii()) {
        shown.push('"');
        for c in contents.chars() {
            if matches!(c, '"' | '\\') {
                shown.push('\\');
            }
            character(c, ascii, shown);
        }
        shown.push('"');
    } else {
        shown.push_str(&text[..end]);
    }
    end
}

/// A character of a string.
fn character(c: char, ascii: bool, shown: &mut String) {
    match c {
        c if is_hidden(c) => shown.extend(c.escape_default()),
        c if ascii && !c.is_ascii() => shown.extend(c.escape_unicode()),
        c => shown.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, u32) {
        ron::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    #[test]
    fn a_preset_reads_back_as_it_was() {
        let text = "/* \x1b[2J /* a \u{202e} */ \" */ ([\"a\x1b\u{9b}\u{202e}\u{2028}\n\t\r\\n\\\"ε\", // r#\" \x1b\u{200b} ε\r\n\t\
                    r#\"C:\\new \"\x07ε\"#, r\"C:\\new\", \"\\\\\", br, \u{2028}\u{200f}\r\n\"ärr\"], 3) // \u{fffe}";
        let text = text.replace(" br,", "");
        for ascii in [false, true] {
            let shown = shown_ron(&text, ascii);
            assert_eq!(read(&shown), read(&text), "{shown}");
            assert!(!shown.contains(|c| c != '\n' && is_hidden(c)), "{shown}");
            assert!(shown.contains("r\"C:\\new\""), "{shown}");
            assert!(
                !ascii || shown.is_ascii() && shown.contains("\\u{3b5}") && shown.contains("eps"),
                "{shown}"
            );
        }
    }

    #[test]
    fn text_that_is_no_preset_is_shown_all_the_same() {
        for text in ["\"\x1b", "r#\"\x1b\"", "/*\x1b", "r##", "\\", "\x1b\u{2028}", "r\"", "'\"'"] {
            for ascii in [false, true] {
                assert!(!shown_ron(text, ascii).contains(is_hidden), "{text:?}");
            }
        }
    }

    #[test]
    fn a_plain_preset_stays_as_it_is() {
        let text = crate::experiment::PresetSource::find("digits").unwrap().text;
        assert_eq!(shown_ron(&text, false), text);
    }
}
