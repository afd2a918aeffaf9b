//! The arrows between modules point one way.
#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// The modules and what each may use.
const ARROWS: [(&str, &[&str]); 12] = [
    ("exact", &[]),
    ("network", &[]),
    ("theory", &["network"]),
    ("sampling", &["theory"]),
    ("construction", &["exact", "network", "theory", "sampling"]),
    ("verification", &["exact", "network", "theory", "sampling", "construction"]),
    ("experiment", &["network", "theory", "sampling", "construction"]),
    ("session", &["network", "theory", "sampling", "construction", "verification", "experiment"]),
    ("speed", &["network", "sampling", "construction", "verification", "experiment", "session"]),
    (
        "report",
        &["network", "theory", "sampling", "construction", "verification", "experiment", "session", "speed"],
    ),
    (
        "tui",
        &["network", "theory", "sampling", "construction", "verification", "experiment", "session", "report"],
    ),
    (
        "cli",
        &[
            "network",
            "theory",
            "sampling",
            "construction",
            "verification",
            "experiment",
            "session",
            "speed",
            "report",
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

/// A file's text without its tests, which may use anything.
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
