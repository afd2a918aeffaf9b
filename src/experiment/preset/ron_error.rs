//! Messages of the RON reader, in the words of presets.

use ron::error::{Error, Position, SpannedError};

use crate::visible::{shortened, shortened_to};

/// Most characters of the text at a mistake.
const SHOWN: usize = 40;

/// Expected and found, in one line. `text`: the text of the preset.
pub(crate) fn message(error: &SpannedError, text: &str) -> String {
    if let (Error::ExpectedComma, Some(number)) = (&error.code, broken_number(text, error.span.start)) {
        return format!("expected a number, found `{}`", shortened_to(&number, SHOWN));
    }
    match said(&error.code) {
        Said::All(message) => message,
        Said::Expected(expected) => format!("expected {expected}, found {}", found(text, error.span.start)),
    }
}

/// The message of a mistake by itself.
enum Said {
    All(String),
    /// the text found there is still to be added
    Expected(String),
}

fn said(error: &Error) -> Said {
    let expected = match error {
        Error::Message(message) => return Said::All(shortened_to(message, 4 * SHOWN)),
        Error::InvalidValueForType { expected, found } => {
            let found = shortened_to(&found.replace("floating point number", "number"), 2 * SHOWN);
            return Said::All(format!("expected {}, found {}", of_type(expected), without_type(&found)));
        }
        Error::ExpectedDifferentLength { expected, found } => {
            return Said::All(format!("expected {}, found {found} values", of_type(expected)));
        }
        Error::NoSuchEnumVariant { expected, found, .. } => {
            return Said::All(format!(
                "expected one of {}; found `{}`",
                names(expected),
                shortened_to(found, SHOWN)
            ));
        }
        Error::NoSuchStructField { expected, found, outer } => {
            let of = of_outer(outer.as_deref());
            return Said::All(format!(
                "expected one of the fields of {of}: {}; found `{}`",
                names(expected),
                shortened_to(found, SHOWN)
            ));
        }
        Error::MissingStructField { field, outer } => {
            return Said::All(format!(
                "expected a field `{field}` of {}, found none",
                of_outer(outer.as_deref())
            ));
        }
        Error::DuplicateStructField { field, .. } => {
            return Said::All(format!("expected one field `{field}`, found two"));
        }
        Error::InvalidIdentifier(found) | Error::SuggestRawIdentifier(found) => {
            return Said::All(format!("expected a name, found `{}`", shortened(found)));
        }
        Error::NoSuchExtension(found) => {
            return Said::All(format!("expected an extension of RON, found `{}`", shortened(found)));
        }
        Error::InvalidIntegerDigit { digit, base } => {
            let digit = shortened(&digit.to_string());
            return Said::All(format!("expected digits of base {base}, found `{digit}`"));
        }
        Error::IntegerOutOfBounds => "a whole number from 0 to 18446744073709551615",
        Error::Eof => "more",
        Error::ExpectedArray => "a list, which begins with `[`",
        Error::ExpectedArrayEnd => "a comma or `]`",
        Error::ExpectedAttribute | Error::ExpectedAttributeEnd => "`#![enable(…)]` or `(`",
        Error::ExpectedBoolean => "true or false",
        Error::ExpectedComma => "a comma or a closing bracket",
        Error::ExpectedChar | Error::ExpectedString | Error::ExpectedByteString => {
            "a text in quotation marks"
        }
        Error::ExpectedFloat => "a number",
        Error::FloatUnderscore | Error::UnderscoreAtBeginning => "a number that begins with a digit",
        Error::ExpectedInteger => "a whole number, 0 or more",
        Error::ExpectedOption => "a value or None",
        Error::ExpectedOptionEnd | Error::ExpectedStructLikeEnd => "`)`",
        Error::ExpectedMap => "`{`",
        Error::ExpectedMapColon => "a colon behind the name of a field",
        Error::ExpectedMapEnd => "`}`",
        Error::ExpectedDifferentStructName { .. }
        | Error::ExpectedStructLike
        | Error::ExpectedNamedStructLike(_)
        | Error::ExpectedUnit => "`(`",
        Error::ExpectedStringEnd => "a quotation mark at the end of a text",
        Error::ExpectedIdentifier => "a name",
        Error::InvalidEscape(_) => "an escape such as \\n or \\u{e9} behind a backslash",
        Error::UnclosedBlockComment => "`*/` at the end of a comment",
        Error::TrailingCharacters => "nothing behind the closing bracket",
        Error::ExceededRecursionLimit => "fewer brackets within each other",
        _ => "a value as presets have it",
    };
    Said::Expected(expected.to_owned())
}

/// The name of a type in the words of presets.
fn of_type(expected: &str) -> String {
    let name = |text: &str| text.rsplit("::").next().unwrap_or(text).to_owned();
    let words: Vec<&str> = expected.split(' ').collect();
    match words.as_slice() {
        ["struct", "variant", variant, ..] => format!("the fields of `{}` in brackets", name(variant)),
        ["tuple", "variant", variant, ..] | ["unit", "variant", variant, ..] => {
            format!("`{}`", name(variant))
        }
        ["struct", "Preset", ..] => "the fields of a preset in brackets".to_owned(),
        ["struct", "SweepFile", ..] => "the fields of a sweep in brackets".to_owned(),
        ["struct", "Grid", ..] => "lists of fields in brackets".to_owned(),
        ["struct" | "enum", ..] => "a value as presets have it".to_owned(),
        ["a", "sequence"] => "a list in square brackets".to_owned(),
        ["a", "string"] => "a text in quotation marks".to_owned(),
        ["a", "boolean"] => "true or false".to_owned(),
        ["f64"] => "a number".to_owned(),
        ["u64" | "u32" | "usize"] => "a whole number, 0 or more".to_owned(),
        _ => shortened_to(expected, 4 * SHOWN),
    }
}

/// A value as it was written, without its type.
fn without_type(found: &str) -> String {
    match found {
        "a unit value" => "`()`".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "fields in brackets".to_owned(),
        "an optional value" => "None".to_owned(),
        found => {
            let prefixes = [
                "the string ",
                "the boolean ",
                "the unsigned integer ",
                "the signed integer ",
                "the number ",
            ];
            let value = prefixes.iter().find_map(|prefix| found.strip_prefix(prefix));
            value.unwrap_or(found).to_owned()
        }
    }
}

fn of_outer(outer: Option<&str>) -> String {
    match outer {
        None | Some("Preset") => "a preset".to_owned(),
        Some("SweepFile") => "a sweep".to_owned(),
        Some("Grid") => "a grid".to_owned(),
        Some(outer) => format!("`{outer}`"),
    }
}

fn names(names: &[&str]) -> String {
    match names {
        [] => "no names at all".to_owned(),
        names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}

/// The word around a place, if it begins as a number and is none: `0.1x`.
fn broken_number(text: &str, place: Position) -> Option<String> {
    let of_word = |c: &char| c.is_alphanumeric() || "_.+-".contains(*c);
    let line: Vec<char> = text.split('\n').nth(place.line.saturating_sub(1))?.chars().collect();
    let at = place.col.saturating_sub(1).min(line.len());
    let before = line[..at].iter().rev().take_while(|c| of_word(c)).count();
    let after = line[at..].iter().take_while(|c| of_word(c)).count();
    let word: String = line[at - before..at + after].iter().collect();
    let begins = word.trim_start_matches(['+', '-', '.']).starts_with(|c: char| c.is_ascii_digit());
    (begins && before > 0 && after > 0).then_some(word)
}

/// The rest of the line at a place.
fn found(text: &str, place: Position) -> String {
    let line = text.split('\n').nth(place.line.saturating_sub(1)).unwrap_or_default();
    let start = place.col.saturating_sub(1);
    // A sign is part of its number.
    let signed = start.checked_sub(1).filter(|&sign| matches!(line.chars().nth(sign), Some('-' | '+')));
    let rest: String = line.chars().skip(signed.unwrap_or(start)).collect();
    match (rest.trim(), text.split('\n').count() > place.line) {
        ("", true) => "the end of the line".to_owned(),
        ("", false) => "the end".to_owned(),
        (found, _) => format!("`{}`", shortened_to(found, SHOWN)),
    }
}
