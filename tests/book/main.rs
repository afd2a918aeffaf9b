//! The book and the README are true: commands run, screens and lists are the program's, links resolve.
//!
//! `docs/README.md` says how a page is written. `BOOK=update cargo test --test book` writes generated parts anew.
#![cfg(unix)]
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

#[path = "../calls/mod.rs"]
mod calls;
#[path = "../pages/mod.rs"]
mod pages;
#[path = "../screens/mod.rs"]
mod screens;

mod links;
mod names;
mod part;
mod schemas;
mod show;
mod walk;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use clap::CommandFactory as _;
use slth::cli::Arguments;
use slth::experiment::Parameter;
use slth::method::Construction;
use slth::tui::screens::{explained, listed_keymaps};

use pages::{book, page, pages, root};
use part::{Kind, parts};
use walk::Walk;

fn numpy_is_here() -> bool {
    let import = Command::new("python3").args(["-c", "import numpy"]).stderr(Stdio::null()).status();
    import.is_ok_and(|status| status.success())
}

/// Past the capture of the test harness.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Runs the blocks of Python as one program.
fn python(page: &Path, blocks: &[String], folder: &Path) -> Option<String> {
    if blocks.is_empty() {
        return None;
    }
    let program = folder.join("page.py");
    fs::write(&program, blocks.join("\n")).unwrap();
    let output = Command::new("python3").arg("-B").arg("page.py").current_dir(folder).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    (!output.status.success()).then(|| format!("{}: Python says\n{complaint}", page.display()))
}

/// Goes through a page, and writes it anew where that is wanted.
fn checked(path: &Path, numpy: bool) -> Walk {
    let text = fs::read_to_string(path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut walk = walk::walk(path, &text, folder.path());
    if numpy {
        walk.failures.extend(python(path, &walk.python, folder.path()));
    } else if !walk.python.is_empty() {
        say(&format!("skipped: python3 with numpy not found (book: {})", path.display()));
    }
    // From the end, so that the ranges before stay true.
    let mut anew = text.clone();
    for (range, shown) in walk.anew.iter().rev() {
        anew.replace_range(range.clone(), shown);
    }
    if anew != text {
        fs::write(path, anew).unwrap();
    }
    walk
}

/// Pages side by side, on threads of their own: the pool of rayon is the engine's.
#[test]
fn every_command_runs_and_every_generated_part_is_what_the_program_shows() {
    let numpy = numpy_is_here();
    let waiting = Mutex::new(pages());
    let walks = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let Some(path) = waiting.lock().unwrap().pop() else { break };
                    let walk = checked(&path, numpy);
                    walks.lock().unwrap().push((path, walk));
                }
            });
        }
    });
    let walks = walks.into_inner().unwrap();
    for (path, walk) in &walks {
        let page = path.strip_prefix(root()).unwrap().display();
        walk.not_run.iter().for_each(|reason| println!("not run: {page}:{reason}"));
    }
    println!("{} commands and generated parts", walks.iter().map(|(_, walk)| walk.checked).sum::<usize>());
    let failures: Vec<String> = walks.into_iter().flat_map(|(_, walk)| walk.failures).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn every_link_resolves() {
    let (mut links, mut broken) = (0, Vec::new());
    for path in pages() {
        let (found, wrong) = links::broken(&path, &fs::read_to_string(&path).unwrap());
        links += found;
        broken.extend(wrong);
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    println!("{links} links");
}

#[test]
fn every_file_test_and_item_that_a_page_names_exists() {
    let names = names::Names::of_the_repository();
    let missing: Vec<String> = pages().iter().flat_map(|page| names.missing(page)).collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_page_is_a_chapter_and_every_chapter_has_a_page() {
    let summary = page("SUMMARY.md");
    let chapters: Vec<&str> =
        summary.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
    let listed: BTreeSet<&str> = chapters.iter().copied().collect();
    assert_eq!(listed.len(), chapters.len(), "a page is listed twice");
    let there = pages::files(&book(), "md");
    let there: BTreeSet<&str> =
        there.iter().map(|path| path.strip_prefix(book()).unwrap().to_str().unwrap()).collect();
    assert_eq!(there.into_iter().filter(|page| *page != "SUMMARY.md").collect::<BTreeSet<_>>(), listed);
    for chapter in chapters {
        let text = page(chapter);
        assert!(text.starts_with("# ") && text.lines().count() > 4, "{chapter} is empty");
    }
}

/// Every command and every key is in the reference, in the program's words.
#[test]
fn the_reference_has_every_command_and_every_list_of_keys() {
    let notes = |name: &str, note: &str| -> Vec<String> {
        let parts = parts(&page(name)).unwrap();
        parts.iter().filter_map(|part| part.note(note)).map(ToOwned::to_owned).collect()
    };
    let helps = notes("reference/options.md", "output");
    assert!(helps.contains(&"slth --help".to_owned()), "{helps:?}");
    let program = Arguments::command();
    for command in program.get_subcommands().filter(|command| !command.is_hide_set()) {
        let call = format!("slth {} --help", command.get_name());
        assert!(helps.contains(&call), "no `{call}` in reference/options.md");
        for part in command.get_subcommands() {
            let call = format!("slth {} {} --help", command.get_name(), part.get_name());
            assert!(helps.contains(&call), "no `{call}` in reference/options.md");
        }
    }
    let titles: Vec<&str> = listed_keymaps().iter().map(|keymap| keymap.title).collect();
    assert_eq!(notes("screens/keys.md", "keys"), titles);
    let screens: Vec<&str> = explained().into_iter().map(|(name, _)| name).collect();
    assert_eq!(notes("screens/panes.md", "panes"), screens);
}

/// Every field of a preset is described, those of `target` in a section of their own.
#[test]
fn the_reference_has_every_field_and_every_construction() {
    let presets = page("reference/presets.md");
    let target = presets.split("## target").nth(1).unwrap().split("\n## ").next().unwrap();
    for parameter in Parameter::ALL {
        let key = parameter.key();
        if parameter.of_targets().is_none() {
            assert!(
                presets.contains(&format!("\n| `{key}` | ")),
                "no row for `{key}` in reference/presets.md"
            );
        } else {
            let key = key.trim_start_matches("target_");
            let words = target.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            assert!(
                words.into_iter().any(|word| word == key),
                "no `{key}` of a target in reference/presets.md"
            );
        }
    }
    let methods = page("reference/methods.md");
    for construction in Construction::all() {
        let written = format!("{construction:?}");
        let name = written.split([' ', '{', '(']).next().unwrap();
        let row = ["`", "("].iter().any(|end| methods.contains(&format!("\n| `{name}{end}")));
        assert!(row, "no row for {name} in reference/methods.md");
    }
}

/// The README is an entry, not the reference.
#[test]
fn the_readme_is_short() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.lines().count() <= 150, "{} lines", readme.lines().count());
    for line in readme.lines() {
        assert!(line.chars().count() <= 120, "{line}");
    }
    let pictures = parts(&readme).unwrap();
    assert!(
        pictures.iter().any(|part| matches!(part.kind, Kind::Picture(_)) && part.note("picture").is_some())
    );
}

/// mdBook is not needed to check the pages; where it is there, it has to accept them.
#[test]
fn mdbook_builds_the_book() {
    let folder = tempfile::tempdir().unwrap();
    let built =
        Command::new("mdbook").arg("build").arg(root().join("docs")).arg("-d").arg(folder.path()).output();
    match built {
        Err(_) => say("skipped: mdbook not found (book)"),
        Ok(built) => {
            let said = String::from_utf8_lossy(&built.stderr);
            assert!(built.status.success() && !said.contains("WARN"), "{said}");
            assert!(folder.path().join("index.html").exists());
        }
    }
}
