//! A page gone through: its commands run, its generated parts compared or written anew.

use std::fs;
use std::ops::Range;
use std::path::Path;

use slth::experiment::{Experiment, FileOptions};
use slth::sweep::Sweep;

use crate::pages::root;
use crate::part::{Kind, Part, parts};
use crate::{schemas, show};

/// The findings of a walk.
#[derive(Default)]
pub(crate) struct Walk {
    /// each with its place
    pub(crate) failures: Vec<String>,
    /// blocks not run, with the reason
    pub(crate) not_run: Vec<String>,
    /// number of commands, outputs, screens, pictures and lists of keys compared with the program
    pub(crate) checked: usize,
    /// new contents of generated parts, in the order of the page
    pub(crate) anew: Vec<(Range<usize>, String)>,
    /// the Python blocks to run
    pub(crate) python: Vec<String>,
}

/// Goes through a page in its folder.
pub(crate) fn walk(path: &Path, text: &str, folder: &Path) -> Walk {
    let mut walk = Walk::default();
    let parts = match parts(text) {
        Ok(parts) => parts,
        Err(error) => {
            walk.failures.push(format!("{}: {error}", path.display()));
            return walk;
        }
    };
    for part in &parts {
        if let Err(reason) = walk.check(path, text, part, folder) {
            walk.failures.push(format!("{}:{}: {reason}", path.display(), part.line));
        }
    }
    walk
}

impl Walk {
    fn check(&mut self, path: &Path, text: &str, part: &Part, folder: &Path) -> Result<(), String> {
        let body = &text[part.body.clone()];
        match &part.kind {
            Kind::Given => {
                let (name, file) =
                    part.note("given").and_then(|given| given.split_once(" = ")).ok_or("no `=`")?;
                fs::copy(root().join(file), folder.join(name)).map_err(|error| format!("{file}: {error}"))?;
            }
            Kind::Table => {
                if let Some(title) = part.note("keys") {
                    let shown = show::keys(title)?;
                    self.compare(part, body, shown, "the list of keys");
                } else if let Some(screen) = part.note("panes") {
                    self.compare(part, body, show::panes(screen)?, "the panes of the screen");
                } else if let Some(schema) = part.note("schema") {
                    self.compare(part, body, schemas::table(schema), "the table of the schema");
                } else if part.note("methods").is_some() {
                    self.compare(part, body, show::methods(), "the table of methods");
                } else if part.note("protocols").is_some() {
                    self.compare(part, body, show::protocols(), "the table of protocols");
                } else if part.note("lesson").is_some() {
                    self.compare(part, body, show::lesson(), "the steps of the lesson");
                } else if part.note("cards").is_some() {
                    self.compare(part, body, show::cards(), "the table of cards");
                }
            }
            Kind::Picture(file) => {
                if let Some(picture) = part.note("picture") {
                    let file = path.parent().unwrap().join(file);
                    let shown = show::picture(picture);
                    self.checked += 1;
                    if updates() {
                        fs::write(&file, shown).map_err(|error| format!("{}: {error}", file.display()))?;
                    } else if fs::read_to_string(&file).ok() != Some(shown) {
                        return Err(format!("{} is not what the program draws", file.display()));
                    }
                }
            }
            Kind::Block(language) => self.check_block(language, part, body, folder)?,
        }
        Ok(())
    }

    fn check_block(&mut self, language: &str, part: &Part, body: &str, folder: &Path) -> Result<(), String> {
        if let Some(name) = part.note("file") {
            fs::write(folder.join(name), body).map_err(|error| format!("{name}: {error}"))?;
        }
        if let Some(reason) = part.note("not run") {
            self.not_run.push(format!("{}: {reason}", part.line));
            return Ok(());
        }
        if let Some(screen) = part.note("screen") {
            let shown = show::screen(screen)?;
            self.compare(part, body, shown, "the screen");
        } else if let Some(command) = part.note("output") {
            let shown = show::output(command, folder)?;
            self.compare(part, body, shown, "the output");
        } else {
            match language {
                "sh" => self.run(part, body, folder)?,
                "python" => self.python.push(body.to_owned()),
                "ron" => loads(body, folder)?,
                "json" => {
                    serde_json::from_str::<serde_json::Value>(body).map_err(|error| error.to_string())?;
                }
                "rust" => includes_an_example(body)?,
                "text" => {}
                other => return Err(format!("a block of a language that is not checked: {other:?}")),
            }
        }
        Ok(())
    }

    fn run(&mut self, part: &Part, commands: &str, folder: &Path) -> Result<(), String> {
        self.checked += 1;
        let expected: i32 = part.note("exit").map_or(Ok(0), str::parse).map_err(|_| "no exit code")?;
        let output = show::sh(commands, folder);
        if output.status.code() != Some(expected) {
            let (printed, complaint) =
                (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            return Err(format!(
                "expected exit code {expected}, found {}\n{commands}{printed}{complaint}",
                output.status
            ));
        }
        Ok(())
    }

    fn compare(&mut self, part: &Part, body: &str, shown: String, what: &str) {
        self.checked += 1;
        let body_lines: String = body.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        if show::without_times(&body_lines) == show::without_times(&shown) {
            return;
        }
        if updates() {
            self.anew.push((part.body.clone(), shown));
        } else {
            self.failures.push(format!(
                "line {}: {what} has changed (BOOK=update writes it anew); the program shows\n{shown}\nthe page\n{body}",
                part.line
            ));
        }
    }
}

/// Whether generated parts are to be written anew.
pub(crate) fn updates() -> bool {
    std::env::var_os("BOOK").is_some_and(|wish| wish == "update")
}

/// A preset or a sweep loads, its files being those of the page. What is neither is fields or a value as RON.
fn loads(body: &str, folder: &Path) -> Result<(), String> {
    if body.trim_start().starts_with('(') {
        let path = folder.join("block.ron");
        fs::write(&path, body).unwrap();
        if body.contains("\n    base: ") && body.contains("\n    seeds: ") {
            let loaded = Sweep::load(path.to_str().unwrap(), &FileOptions::default(), &[]);
            return loaded.map(|_| ()).map_err(|error| error.to_string());
        }
        let loaded = Experiment::load(path.to_str().unwrap(), None, &[]);
        loaded.map(|_| ()).map_err(|error| error.to_string())
    } else {
        let value =
            |text: &str| ron::from_str::<ron::Value>(text).map(|_| ()).map_err(|error| error.to_string());
        value(body).or_else(|error| value(&format!("({body})")).map_err(|_| error))
    }
}

/// Rust stands in a page as a file of `examples/`, which is compiled and run with the tests.
fn includes_an_example(body: &str) -> Result<(), String> {
    let file = body.trim().strip_prefix("{{#include ").and_then(|rest| rest.strip_suffix("}}"));
    let file = file.ok_or("expected {{#include …/examples/NAME.rs}}")?;
    let name = file.rsplit_once("examples/").map(|(_, name)| name).ok_or("no file of examples/")?;
    if root().join("examples").join(name).exists() { Ok(()) } else { Err(format!("no {file}")) }
}
