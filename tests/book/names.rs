//! Paths, tests and items of the repository named in pages: all of them exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::pages::{files, page, pages, root};

/// Folders of the repository; a path in a page begins with one of them.
const FOLDERS: [&str; 8] = ["src", "tests", "benches", "examples", "docs", "presets", "fuzz", ".ci"];

/// Words of a name from which on it is a test's, not a field's.
const WORDS_OF_A_TEST: usize = 4;

/// All names in Rust files.
pub(crate) struct Names(BTreeSet<String>);

impl Names {
    pub(crate) fn of_the_repository() -> Self {
        let folders = ["src", "tests", "benches", "examples"].map(|folder| root().join(folder));
        let mut names = BTreeSet::new();
        for path in folders.iter().filter(|folder| folder.exists()).flat_map(|folder| files(folder, "rs")) {
            let text = fs::read_to_string(path).unwrap();
            let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            names.extend(words.filter(|word| !word.is_empty()).map(ToOwned::to_owned));
        }
        Self(names)
    }

    /// Why the repository has nothing of this name; `None` if it has, or if the code is not a name.
    fn mistake(&self, code: &str) -> Option<&'static str> {
        let is_name = |text: &str| {
            text.starts_with(|letter: char| letter.is_ascii_alphabetic())
                && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        };
        let is_path = |letter: char| letter.is_ascii_alphanumeric() || "/_-.".contains(letter);
        if code.contains('/') && code.chars().all(is_path) {
            let folder = code.split('/').next().unwrap();
            return (FOLDERS.contains(&folder) && !root().join(Path::new(code)).exists())
                .then_some("no file");
        }
        if code.contains("::") {
            let mut parts = code.split("::");
            let is_known = parts.clone().all(|part| !is_name(part) || self.0.contains(part));
            return (parts.all(is_name) && !is_known).then_some("no item");
        }
        let words = code.split('_').filter(|word| !word.is_empty()).count();
        let is_test = is_name(code) && code.to_lowercase() == code && words >= WORDS_OF_A_TEST;
        (is_test && !self.0.contains(code)).then_some("no test")
    }

    /// What a page names and the repository lacks.
    pub(crate) fn missing(&self, page: &Path) -> Vec<String> {
        let text = fs::read_to_string(page).unwrap();
        let blocks = text.split("```").step_by(2);
        let codes = blocks.flat_map(|prose| prose.split('`').skip(1).step_by(2));
        let missing = codes.filter_map(|code| self.mistake(code).map(|why| format!("{why} `{code}`")));
        missing.map(|mistake| format!("{}: {mistake}", page.display())).collect()
    }
}

#[test]
fn a_name_that_is_gone_is_seen() {
    let names = Names::of_the_repository();
    for gone in
        ["src/construction/no_such_file.rs", "theory::no_such_item_at_all", "no_such_test_has_been_seen"]
    {
        // Its parts stand in this file, its whole in no other.
        let gone = gone.replace("no_such", "nosuch");
        assert!(names.mistake(&gone).is_some(), "{gone}");
    }
    for there in ["src/lib.rs", "theory::theorem3", "a_name_that_is_gone_is_seen", "--set", "w_max", "x/y"] {
        assert_eq!(names.mistake(there), None, "{there}");
    }
}

/// Cells of the rows of a page's tables, without their backticks: the codes of each cell.
fn rows(page: &str) -> Vec<Vec<Vec<String>>> {
    let codes = |cell: &str| cell.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect();
    let row = |line: &str| line.replace("\\|", "\u{0}").split('|').map(codes).collect::<Vec<Vec<String>>>();
    page.lines().filter(|line| line.starts_with("| ") && line.contains('`')).map(row).collect()
}

/// The third column of the glossary is code, the fourth a text of screens or reports.
#[test]
fn the_names_of_the_glossary_are_those_of_code_and_screens() {
    let names = Names::of_the_repository();
    let snapshots = files(&root().join("tests/snapshots"), "snap");
    let shown: String =
        snapshots.iter().chain(&pages()).map(|path| fs::read_to_string(path).unwrap()).collect();
    let (mut checked, mut wrong) = (0, Vec::new());
    let glossary = page("glossary.md");
    let shown = shown.replace(&glossary, "");
    for row in rows(&glossary) {
        let [_, _, _, code, screen, ..] = &row[..] else { continue };
        for code in code {
            checked += 1;
            if !code.split("::").all(|part| names.0.contains(part)) {
                wrong.push(format!("no code has `{code}`"));
            }
        }
        for text in screen {
            checked += 1;
            if !shown.contains(&text.replace('\u{0}', "|")) {
                wrong.push(format!("nothing shows `{text}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(checked > 100, "only {checked} names were seen");
}
