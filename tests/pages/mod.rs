//! The README and the pages of the book, read.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where the pages of the book are.
pub(crate) fn book() -> PathBuf {
    root().join("docs/src")
}

/// The files below `folder` with this ending, in order.
pub(crate) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The README, then every page.
pub(crate) fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    pages.extend(files(&book(), "md"));
    pages.retain(|page| page.exists());
    pages
}

/// The text of a page of the book.
pub(crate) fn page(name: &str) -> String {
    fs::read_to_string(book().join(name)).unwrap()
}

/// All pages as one text, its lines joined.
pub(crate) fn all_text() -> String {
    let texts = pages().into_iter().map(|page| fs::read_to_string(page).unwrap());
    texts.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}
