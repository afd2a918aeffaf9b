//! A page taken apart: its blocks and pictures, with the comments before them.

use std::ops::Range;

/// A comment `<!-- name: value -->` before a part.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) name: String,
    pub(crate) value: String,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// a fenced block, by its language
    Block(String),
    /// `![…](file)`
    Picture(String),
    /// rows of a table
    Table,
    /// a comment that concerns the page
    Given,
}

/// A part of a page.
#[derive(Debug)]
pub(crate) struct Part {
    /// line of the page, from 1
    pub(crate) line: usize,
    pub(crate) kind: Kind,
    pub(crate) notes: Vec<Note>,
    /// bytes of the page: a block's lines without its fences, a table's rows
    pub(crate) body: Range<usize>,
}

impl Part {
    pub(crate) fn note(&self, name: &str) -> Option<&str> {
        self.notes.iter().find(|note| note.name == name).map(|note| note.value.as_str())
    }
}

/// The comments that pages use.
const NOTES: [&str; 14] = [
    "not run",
    "exit",
    "file",
    "given",
    "output",
    "screen",
    "picture",
    "keys",
    "panes",
    "schema",
    "methods",
    "protocols",
    "cards",
    "lesson",
];

/// Takes a page apart. An error is a line and a reason.
pub(crate) fn parts(text: &str) -> Result<Vec<Part>, String> {
    let mut parts: Vec<Part> = Vec::new();
    let mut notes: Vec<Note> = Vec::new();
    // The block that is open: its fence, and where its body begins.
    let mut open: Option<(&str, Part)> = None;
    let (mut at, mut in_table) = (0, false);
    for (index, whole) in text.split_inclusive('\n').enumerate() {
        let (line, begin, end) = (whole.trim_end(), at, at + whole.len());
        at = end;
        if let Some((fence, mut part)) = open.take() {
            if line.trim_start() == fence {
                part.body.end = begin;
                parts.push(part);
            } else {
                open = Some((fence, part));
            }
            continue;
        }
        let mut part = |kind, body| Part { line: index + 1, kind, notes: std::mem::take(&mut notes), body };
        if in_table && line.starts_with('|') {
            parts.last_mut().unwrap().body.end = end;
            continue;
        }
        in_table = false;
        if line.trim_start().starts_with("```") {
            let fence = "```";
            let language = line.trim_start().trim_start_matches(fence).to_owned();
            open = Some((fence, part(Kind::Block(language), end..end)));
        } else if let Some(picture) = line.strip_prefix("![") {
            let path = picture.split_once("](").and_then(|(_, path)| path.split(')').next());
            parts.push(part(Kind::Picture(path.unwrap_or_default().to_owned()), begin..end));
        } else if line.starts_with('|') {
            in_table = true;
            parts.push(part(Kind::Table, begin..end));
        } else if let Some(comment) = line.strip_prefix("<!-- ").and_then(|line| line.strip_suffix(" -->")) {
            let Some((name, value)) = comment.split_once(": ") else { continue };
            if !NOTES.contains(&name) {
                return Err(format!("line {}: unknown comment `{name}`", index + 1));
            }
            let note = Note { name: name.to_owned(), value: value.to_owned() };
            if name == "given" {
                parts.push(Part { line: index + 1, kind: Kind::Given, notes: vec![note], body: begin..end });
            } else {
                notes.push(note);
                if ["keys", "schema", "methods", "protocols", "cards", "lesson"].contains(&name) {
                    // Its table may not be there yet.
                    in_table = true;
                    let notes = std::mem::take(&mut notes);
                    parts.push(Part { line: index + 1, kind: Kind::Table, notes, body: end..end });
                }
            }
        } else if !line.is_empty()
            && let Some(note) = notes.first()
        {
            return Err(format!("line {}: no block follows `{}`", index + 1, note.name));
        }
    }
    match open {
        Some((_, part)) => Err(format!("line {}: a block without an end", part.line)),
        None => Ok(parts),
    }
}
