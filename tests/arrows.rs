//! The arrows between modules point one way, files use each other in no circle, and no two types have one name.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod source;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

use source::{Source, circles};

/// The modules and the modules each may use.
const ARROWS: [(&str, &[&str]); 16] = [
    ("visible", &[]),
    ("exact", &[]),
    ("network", &["visible"]),
    ("theory", &["network"]),
    ("sampling", &["theory"]),
    ("construction", &["exact", "network", "theory", "sampling"]),
    ("learning", &["exact", "network", "theory", "sampling"]),
    ("verification", &["exact", "network", "theory", "sampling", "construction"]),
    ("method", &["visible", "network", "theory", "sampling", "construction"]),
    ("experiment", &["visible", "network", "theory", "sampling", "construction", "learning", "method"]),
    (
        "session",
        &[
            "visible",
            "network",
            "theory",
            "sampling",
            "construction",
            "learning",
            "verification",
            "method",
            "experiment",
        ],
    ),
    (
        "speed",
        &[
            "network",
            "sampling",
            "construction",
            "learning",
            "verification",
            "method",
            "experiment",
            "session",
        ],
    ),
    (
        "report",
        &[
            "visible",
            "network",
            "theory",
            "sampling",
            "construction",
            "learning",
            "verification",
            "method",
            "experiment",
            "session",
            "speed",
        ],
    ),
    ("sweep", &["visible", "theory", "learning", "method", "experiment", "session", "report"]),
    (
        "tui",
        &[
            "visible",
            "network",
            "theory",
            "sampling",
            "construction",
            "learning",
            "verification",
            "method",
            "experiment",
            "session",
            "report",
        ],
    ),
    (
        "cli",
        &[
            "visible",
            "network",
            "theory",
            "sampling",
            "construction",
            "learning",
            "verification",
            "method",
            "experiment",
            "session",
            "speed",
            "report",
            "sweep",
            "tui",
        ],
    ),
];

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

/// A file's text without its tests; tests may use anything.
fn product_code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned()
}

#[test]
fn every_module_uses_only_what_it_may() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut checked = 0;
    for (module, may_use) in ARROWS {
        for path in files(&source.join(module)) {
            for (number, line) in product_code(&path).lines().enumerate() {
                let code = line.trim_start();
                if code.starts_with("//") {
                    continue;
                }
                for used in code.split("crate::").skip(1) {
                    let used: String =
                        used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    checked += 1;
                    let allowed = used == module || may_use.contains(&used.as_str());
                    assert!(allowed, "{}:{}: {module} may not use {used}", path.display(), number + 1);
                }
            }
        }
    }
    assert!(checked > 60, "only {checked} uses were seen: has the way they are written changed?");
    let listed =
        fs::read_dir(&source).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir()).count();
    assert_eq!(listed, ARROWS.len(), "a module is missing from the table");
}

#[test]
fn no_file_is_in_a_circle() {
    let source = Source::read();
    let arrows = source.arrows();
    let count: usize = arrows.values().map(BTreeSet::len).sum();
    assert!(arrows.len() > 250 && count > 1_000, "only {count} arrows of {} files", arrows.len());
    let mut found = Vec::new();
    for circle in circles(&arrows) {
        found.extend(circle.iter().map(|file| (*file, &arrows[file] & &circle)));
    }
    assert!(found.is_empty(), "the files of circles, with the arrows in them: {found:#?}");
}

#[test]
fn circles_are_found() {
    let files = ["a", "b", "c", "d", "e"].map(Path::new);
    let [a, b, c, d, e] = files;
    let arrows =
        [(a, [b].into()), (b, [c, d].into()), (c, [a].into()), (d, [e].into()), (e, BTreeSet::new())];
    assert_eq!(circles(&arrows.into()), [[a, b, c].into()].into());
}

/// Each file may have its own, as in `rand_distr`: its path tells whose it is.
const OF_EVERY_FILE: &str = "Error";

#[test]
fn no_two_types_have_one_name() {
    let source = Source::read();
    assert!(source.type_count() > 500, "only {} types", source.type_count());
    for (name, files) in source.types_defined_twice() {
        assert!(name == OF_EVERY_FILE, "{name} is defined in {files:?}");
    }
}

#[test]
fn only_tui_knows_the_terminal() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in files(&source) {
        let text = fs::read_to_string(&path).unwrap();
        let in_tui = path.starts_with(source.join("tui"));
        let knows = ["ratatui::", "crossterm::"].iter().any(|name| text.contains(name));
        assert!(in_tui || !knows, "{} uses a terminal crate", path.display());
    }
}

#[test]
fn main_stays_short() {
    let main = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs")).unwrap();
    assert!(main.lines().count() < 60);
}

/// The strings of a token stream as they are written.
fn strings(tokens: TokenStream, found: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => strings(group.stream(), found),
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if text.contains('"') {
                    found.push(text);
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// A string as the compiler reads it: a backslash at the end of a line joins it to the next one without its indent.
fn joined(written: &str) -> String {
    let mut parts = written.split("\\\n");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.trim_start())
}

/// Most words of a label at the start of a line, behind which values are aligned.
const LABEL_WORDS: usize = 2;

/// Where a run of spaces stands between two words of a sentence, a continued string has lost its backslash.
fn has_a_gap(text: &str) -> bool {
    let ends_word = |c: char| c.is_alphabetic() || ",.;:)".contains(c);
    let starts_word = |c: char| c.is_alphabetic() || c == '(';
    text.match_indices("  ").any(|(at, _)| {
        text[..at].split_whitespace().count() > LABEL_WORDS
            && text[..at].ends_with(ends_word)
            && text[at..].trim_start_matches(' ').starts_with(starts_word)
    })
}

#[test]
fn no_text_has_a_run_of_spaces_in_a_sentence() {
    assert!(has_a_gap(&joined("\"of what the          weights\"")));
    assert!(has_a_gap(&joined("\"is not published.    (Remark 4)\"")));
    assert!(!has_a_gap(&joined("\"of what the \\\n         weights\"")));
    assert!(!has_a_gap(&joined("\"error found      {:.6e}  over {} inputs\"")));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut checked = 0;
    for path in files(&source) {
        let mut found = Vec::new();
        // Comments may draw matrices and screens.
        let is_code = |line: &&str| !line.trim_start().starts_with("//");
        let code: Vec<String> = product_code(&path).lines().filter(is_code).map(str::to_owned).collect();
        strings(code.join("\n").parse().unwrap(), &mut found);
        for text in found {
            checked += 1;
            for row in joined(&text).split("\\n") {
                assert!(!has_a_gap(row), "{}: {row}", path.display());
            }
        }
    }
    assert!(checked > 1500, "only {checked} strings were seen");
}
