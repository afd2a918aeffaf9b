//! The program's screens, pictures, lists of keys and outputs.

use std::path::Path;
use std::process::Stdio;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use slth::learning::{Protocol, Rewinding};
use slth::method::{Construction, Facts};
use slth::tui::Look;
use slth::tui::export::svg;
use slth::tui::lesson::steps::{LessonStep, STEPS};
use slth::tui::look::glyphs::UNICODE;
use slth::tui::look::theme::{Ground, RGB};
use slth::tui::overlays::help::ideas::IDEAS;
use slth::tui::screens::{explained, listed_keymaps};

use crate::screens::{Opened, PLAIN, draw};

/// A part of a text: some lines, from the first one beginning with `from`.
struct Cut<'a> {
    from: Option<&'a str>,
    lines: Option<usize>,
}

/// `COMMAND; from: TEXT; lines: N`, apart.
fn cut(value: &str) -> (&str, Cut<'_>) {
    let (value, lines) = match value.rsplit_once("; lines: ") {
        Some((value, lines)) => (value, Some(lines.parse().unwrap())),
        None => (value, None),
    };
    match value.rsplit_once("; from: ") {
        Some((value, from)) => (value, Cut { from: Some(from), lines }),
        None => (value, Cut { from: None, lines }),
    }
}

impl Cut<'_> {
    fn of(&self, text: &str) -> Result<String, String> {
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        let first = match self.from {
            None => 0,
            Some(from) => lines
                .iter()
                .position(|line| line.trim_start().starts_with(from))
                .ok_or_else(|| format!("no line begins {from:?} in:\n{text}"))?,
        };
        let taken = lines[first..].iter().take(self.lines.unwrap_or(usize::MAX));
        let mut taken: Vec<String> = taken.map(|line| format!("{line}\n")).collect();
        while taken.last().is_some_and(|line| line == "\n") {
            taken.pop();
        }
        Ok(taken.concat())
    }
}

/// A key by its name in the list of keys.
fn key(name: &str) -> Option<KeyCode> {
    let mut letters = name.chars();
    Some(match (letters.next(), letters.next()) {
        (Some(letter), None) => KeyCode::Char(letter),
        _ => match name {
            "space" => KeyCode::Char(' '),
            "Tab" => KeyCode::Tab,
            "Enter" => KeyCode::Enter,
            "Esc" => KeyCode::Esc,
            "Up" => KeyCode::Up,
            "Down" => KeyCode::Down,
            "Left" => KeyCode::Left,
            "Right" => KeyCode::Right,
            "PageUp" => KeyCode::PageUp,
            "PageDown" => KeyCode::PageDown,
            "Home" => KeyCode::Home,
            "End" => KeyCode::End,
            _ => return None,
        },
    })
}

/// The explorer after the keys of `WIDTHxHEIGHT PRESET KEY=VALUE…: KEY KEY…`, and its size.
fn explorer(value: &str) -> (Opened, u16, u16) {
    let (setup, keys) = value.split_once(": ").unwrap_or((value.trim_end_matches(':'), ""));
    let mut words = setup.split(' ');
    let (width, height) = words.next().and_then(|size| size.split_once('x')).unwrap();
    let preset = words.next().unwrap();
    let settings: Vec<&str> = words.collect();
    let mut screen = Opened::open(preset, &settings);
    for word in keys.split_whitespace() {
        let (times, name) = match word.split_once('*') {
            Some((times, name)) if !name.is_empty() => (times.parse().unwrap(), name),
            _ => (1, word),
        };
        let code = key(name).unwrap_or_else(|| panic!("no key is called {name:?}"));
        (0..times).for_each(|_| screen.key(KeyEvent::new(code, KeyModifiers::NONE)));
    }
    (screen, width.parse().unwrap(), height.parse().unwrap())
}

pub(crate) fn screen(value: &str) -> Result<String, String> {
    let (value, cut) = cut(value);
    let (screen, width, height) = explorer(value);
    cut.of(&svg::text(draw(&screen.app, PLAIN, width, height).backend().buffer()))
}

pub(crate) fn picture(value: &str) -> String {
    let (screen, width, height) = explorer(value);
    let look = Look { theme: RGB, glyphs: UNICODE };
    svg::svg(draw(&screen.app, look, width, height).backend().buffer(), Ground::Dark)
}

/// The keys of a context, by the title of their list.
pub(crate) fn keys(title: &str) -> Result<String, String> {
    let keymap = listed_keymaps().into_iter().find(|keymap| keymap.title == title);
    let keymap = keymap.ok_or_else(|| format!("no keys are listed as {title:?}"))?;
    let mut text = "| key | does |\n|---|---|\n".to_owned();
    for binding in keymap.bindings {
        let keys: Vec<String> = binding.keys.iter().map(|key| format!("`{}`", key.name())).collect();
        text.push_str(&format!("| {} | {} |\n", keys.join(", "), binding.help));
    }
    Ok(text)
}

/// The panes of a screen or an overlay, as the cards explain them.
pub(crate) fn panes(name: &str) -> Result<String, String> {
    let known = explained().into_iter().find(|(known, _)| *known == name);
    let (_, panes) = known.ok_or_else(|| format!("no screen is called {name:?}"))?;
    let mut text = "| pane | shows |\n|---|---|\n".to_owned();
    for (pane, shows) in panes {
        text.push_str(&format!("| {pane} | {} |\n", shows.replace('|', "\\|")));
    }
    Ok(text)
}

/// The steps of the lesson.
pub(crate) fn lesson() -> String {
    let mut text = "| step | see | why | press |\n|---|---|---|---|\n".to_owned();
    for LessonStep { title, see, why, press, .. } in STEPS {
        text.push_str(&format!("| {title} | {see} | {why} | {press} |\n"));
    }
    text
}

/// The texts of the cards of "What is this".
pub(crate) fn cards() -> String {
    let mut text = "| card | says |\n|---|---|\n".to_owned();
    for idea in IDEAS {
        let texts = idea.texts.join(" ").replace('|', "\\|");
        text.push_str(&format!("| {} | {texts} |\n", idea.title));
    }
    text
}

/// What the program says of every method.
pub(crate) fn methods() -> String {
    let mut text = "| method | letter | law | matched by | summed | shared by | idea |\n".to_owned();
    text.push_str("|---|---|---|---|---|---|---|\n");
    for facts in Construction::all().iter().map(|method| method.facts()) {
        let Facts { id, letter, matched, summed, shared, idea, .. } = facts;
        let law = facts.law.name();
        text.push_str(&format!("| `{id}` | {letter} | {law} | {matched} | {summed} | {shared} | {idea} |\n"));
    }
    text
}

/// The options of a method in RON, in their order.
fn options(method: &Rewinding) -> Vec<(String, String)> {
    let config = PrettyConfig::new().extensions(Extensions::IMPLICIT_SOME).depth_limit(1);
    let text = ron::ser::to_string_pretty(method, config).unwrap();
    let lines = text.lines().filter_map(|line| line.trim().trim_end_matches(',').split_once(": "));
    lines.map(|(option, value)| (option.to_owned(), value.to_owned())).collect()
}

/// The options in force of every published protocol of rewinding; bold where they are not the paper's.
pub(crate) fn protocols() -> String {
    let of = |protocol: &Protocol| {
        let method = Rewinding { protocol: *protocol, ..Rewinding::default() };
        options(&method.resolved().written(&method))
    };
    let all: Vec<Vec<(String, String)>> = Protocol::ALL.iter().map(of).collect();
    let mut text = "| option |".to_owned();
    Protocol::ALL.iter().for_each(|protocol| text.push_str(&format!(" `{protocol:?}` |")));
    text.push_str(&format!("\n|---|{}\n", "---|".repeat(all.len())));
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in all.iter().flatten() {
        if name != "protocol" && !names.contains(&name) {
            names.push(name);
        }
    }
    for name in names {
        let value = |options: &[(String, String)]| {
            options
                .iter()
                .find(|(option, _)| option == name)
                .map_or("–".to_owned(), |(_, value)| format!("`{value}`"))
        };
        let paper = value(&all[0]);
        let cells = all.iter().map(|options| match value(options) {
            same if same == paper => same,
            other => format!("**{other}**"),
        });
        text.push_str(&format!("| `{name}` | {} |\n", cells.collect::<Vec<_>>().join(" | ")));
    }
    text
}

/// `sh` in a page's folder: the program on the path, no terminal, lines of 80 columns.
pub(crate) fn sh(script: &str, folder: &Path) -> std::process::Output {
    let program = Path::new(env!("CARGO_BIN_EXE_slth")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    std::process::Command::new("sh")
        .args(["-eu", "-c", script])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", program.display()))
        .env("COLUMNS", "80")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// The output of a command with any exit code: a ticket that does not hold has a report, too.
pub(crate) fn output(value: &str, folder: &Path) -> Result<String, String> {
    let (command, cut) = cut(value);
    let output = sh(command, folder);
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    if text.is_empty() {
        text = String::from_utf8_lossy(&output.stderr).into_owned();
    }
    cut.of(&text)
}

/// A text without times: numbers before ` s`, ` ms` or ` µs`, with the spaces around them.
pub(crate) fn without_times(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_time = |index: usize| {
            let number = words[index].trim_start_matches('(').parse::<f64>().is_ok();
            let unit = words.get(index + 1).map(|unit| unit.trim_end_matches([',', ';', ')', '.', ':']));
            number && unit.is_some_and(|unit| ["s", "ms", "µs"].contains(&unit))
        };
        let kept = (0..words.len()).map(|index| if is_time(index) { "_" } else { words[index] });
        lines.push(kept.collect::<Vec<_>>().join(" "));
    }
    lines.join("\n")
}
