//! Links of the pages: each leads to a file, and to an anchor in it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::pages::{book, root};

/// The text outside blocks and code.
fn prose(text: &str) -> String {
    let mut prose = String::new();
    let mut in_block = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if !in_block {
            let outside = line.split('`').step_by(2);
            prose.extend(outside);
        }
        prose.push('\n');
    }
    prose
}

/// The anchors of a page: its headings as mdBook and GitHub name them.
fn anchors(text: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        in_block ^= line.trim_start().starts_with("```");
        let title = line.trim_start_matches('#');
        if in_block || title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let mut anchor = String::new();
        for c in title.trim().chars() {
            if c.is_alphanumeric() || c == '_' || c == '-' {
                anchor.extend(c.to_lowercase());
            } else if c.is_whitespace() {
                anchor.push('-');
            }
        }
        let taken = anchors.iter().filter(|other| **other == anchor).count();
        anchors.push(if taken == 0 { anchor } else { format!("{anchor}-{taken}") });
    }
    anchors
}

/// What is wrong with the links of a page.
pub(crate) fn broken(page: &Path, text: &str) -> (usize, Vec<String>) {
    let mut texts: HashMap<PathBuf, Vec<String>> = HashMap::new();
    let (mut links, mut broken) = (0, Vec::new());
    let prose = prose(text);
    // References `[name]: address` and `[text](address)`.
    let inline = prose.split("](").skip(1).map(|rest| rest.split([')', ' ']).next().unwrap());
    let listed = prose.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: ")).map(|(_, to)| to);
    for link in inline.chain(listed) {
        links += 1;
        if link.starts_with("https://") {
            continue;
        }
        let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
        let target = if file.is_empty() { page.to_path_buf() } else { page.parent().unwrap().join(file) };
        let Ok(target) = target.canonicalize() else {
            broken.push(format!("{}: {link} leads to no file", page.display()));
            continue;
        };
        if page.starts_with(book()) && !target.starts_with(book().canonicalize().unwrap()) {
            broken.push(format!("{}: {link} leads out of the book", page.display()));
        }
        if !target.starts_with(root().canonicalize().unwrap()) {
            broken.push(format!("{}: {link} leads out of the repository", page.display()));
        }
        if let Some(anchor) = anchor {
            let known = texts
                .entry(target)
                .or_insert_with_key(|target| anchors(&fs::read_to_string(target).unwrap_or_default()));
            if !known.iter().any(|other| other == anchor) {
                broken.push(format!("{}: {link} leads to no heading of {known:?}", page.display()));
            }
        }
    }
    (links, broken)
}
