//! Questions to the user, over everything: a line to type, or yes and no.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::text::{Line, Span};

use super::abandon::Abandon;
use super::window::{keys, window};
use crate::experiment::Experiment;
use crate::session::Stake;
use crate::tui::effects::Effect;
use crate::tui::keymap::Key::{Char, Control, Enter, Escape, Tab};
use crate::tui::keymap::{Action, FIELD, Keymap, bind};
use crate::tui::look::Look;
use crate::tui::widgets::clickable::{LAYER, ScreenPart};
use crate::tui::widgets::field::Field;
use crate::visible::shortened;

/// Most characters of a wrong text in a message.
const SHOWN: usize = 20;

/// Most names in a message, of many.
const NAMES: usize = 8;

/// Width of a question.
const WIDTH: usize = 60;

/// The keys of a path; all others go into it.
pub const PATH: Keymap = Keymap::of_text(
    "In a path",
    &[
        bind(&[Enter], Action::Choose, "open", "open the file"),
        bind(&[Tab], Action::Complete, "complete", "complete the path"),
        bind(&[Escape], Action::Close, "cancel", "open nothing"),
        bind(&[Control('c')], Action::Quit, "quit", "leave the program"),
    ],
);

/// The keys of a question of yes and no.
pub const CONFIRM: Keymap = Keymap::alone(
    "At a question",
    &[
        bind(&[Char('y')], Action::Choose, "yes", "do it"),
        bind(&[Char('n'), Escape, Char('q')], Action::Close, "no", "leave all as it is"),
        bind(&[Control('c')], Action::Quit, "quit", "leave the program"),
    ],
);

/// The purpose of the answer.
#[derive(Clone, Debug)]
pub enum Wish {
    /// the name of a file for this setup
    Save(Arc<Experiment>),
    /// the path of a preset or a weight file to open
    Open,
    /// whether this file may be replaced by this setup
    Replace(PathBuf, Arc<Experiment>),
    /// whether the run may be thrown away, and its loss
    Abandon(Abandon, Stake),
    /// the number of a part to go to
    Number(Numbered),
}

/// Numbered parts, one of them to go to.
#[derive(Clone, Copy, Debug)]
pub struct Numbered {
    /// the question's title
    pub title: &'static str,
    /// one of them in words, such as "a layer"
    pub what: &'static str,
    /// the kind of the part
    pub kind: &'static str,
    /// the smallest number
    pub first: usize,
    /// the largest number
    pub last: usize,
}

/// The answer to a question.
#[derive(Debug)]
pub enum Granted {
    /// carry this out
    Effect(Effect),
    /// open the preset or file at the typed path
    Open(String),
    /// go to a part of the screen
    GoTo(ScreenPart),
}

/// The outcome of saving a file.
#[derive(Debug)]
pub enum Saved {
    /// it is there
    Done(String),
    /// a file stands there: may it be replaced?
    Exists(Prompt),
    /// it cannot be written
    Failed(String),
}

/// A question.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// the purpose of the answer
    pub wish: Wish,
    /// the answer so far
    pub field: Field,
    /// why the last answer would not do
    pub problem: Option<String>,
}

impl Prompt {
    /// Asks for a file's name. The preset's own is offered.
    pub fn save(experiment: Arc<Experiment>) -> Self {
        let name = experiment.preset_name();
        let name = if name.ends_with(".ron") { name.to_owned() } else { format!("{name}.ron") };
        Self { wish: Wish::Save(experiment), field: Field::new(&name), problem: None }
    }

    /// Asks for the path of a file to open. The one typed last is offered.
    pub fn open(typed: &str) -> Self {
        Self { wish: Wish::Open, field: Field::new(typed), problem: None }
    }

    /// Asks whether a file may be replaced.
    pub fn replace(path: PathBuf, experiment: Arc<Experiment>) -> Self {
        Self { wish: Wish::Replace(path, experiment), field: Field::default(), problem: None }
    }

    /// Asks whether the run may be thrown away.
    pub fn abandon(what: Abandon, stake: Stake) -> Self {
        Self { wish: Wish::Abandon(what, stake), field: Field::default(), problem: None }
    }

    /// Asks for the number of a part.
    pub fn number(parts: Numbered) -> Self {
        Self { wish: Wish::Number(parts), field: Field::default(), problem: None }
    }

    /// Asks for a layer of so many.
    pub fn layer(layers: usize) -> Self {
        Self::number(Numbered {
            title: "Jump to layer",
            what: "a layer",
            kind: LAYER,
            first: 1,
            last: layers,
        })
    }

    /// The outcome of saving a file; a question if another file is there.
    pub fn saved(path: PathBuf, experiment: Arc<Experiment>, result: io::Result<()>) -> Saved {
        let shown = shortened(&path.to_string_lossy());
        match result {
            Ok(()) => Saved::Done(format!("saved: slth {shown} opens it, slth run {shown} runs it")),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Saved::Exists(Self::replace(path, experiment))
            }
            Err(error) => Saved::Failed(format!("{shown}: expected a writable file, found: {error}")),
        }
    }

    /// The keys valid now.
    pub fn keymap(&self) -> &'static Keymap {
        match &self.wish {
            Wish::Replace(..) | Wish::Abandon(..) => &CONFIRM,
            Wish::Open => &PATH,
            Wish::Save(_) | Wish::Number(_) => &FIELD,
        }
    }

    /// Whether it asks about leaving the program.
    pub fn is_about_leaving(&self) -> bool {
        matches!(&self.wish, Wish::Abandon(Abandon::Quit, _))
    }

    /// The user's wish, by the answer so far.
    ///
    /// # Errors
    /// In words, if the answer will not do.
    pub fn answer(&self) -> Result<Granted, String> {
        match &self.wish {
            Wish::Save(experiment) => {
                let path = self.path().ok_or("expected the name of a file, found nothing")?;
                let experiment = Arc::clone(experiment);
                Ok(Granted::Effect(Effect::Save { path, experiment, replace: false }))
            }
            Wish::Open => match self.field.text().trim() {
                "" => Err("expected the path of a file, found nothing".to_owned()),
                text => Ok(Granted::Open(text.to_owned())),
            },
            Wish::Replace(path, experiment) => {
                let (path, experiment) = (path.clone(), Arc::clone(experiment));
                Ok(Granted::Effect(Effect::Save { path, experiment, replace: true }))
            }
            Wish::Abandon(what, _) => Ok(Granted::Effect(what.clone().effect())),
            Wish::Number(parts) => {
                let number = self.parsed(parts.what, parts.first, parts.last)?;
                Ok(Granted::GoTo(ScreenPart::new(parts.kind, number)))
            }
        }
    }

    /// Takes how a typed path goes on, or the names with this beginning.
    pub fn completed(&mut self, completed: Result<(String, Vec<String>), String>) {
        match completed {
            Ok((text, several)) => {
                self.field = Field::new(&text);
                let names = several.iter().take(NAMES).cloned().collect::<Vec<_>>().join("  ");
                let more = several.len().saturating_sub(NAMES);
                self.problem = match (several.len(), more) {
                    (0, _) => None,
                    (_, 0) => Some(names),
                    _ => Some(format!("{names}  and {more} more")),
                };
            }
            Err(reason) => self.problem = Some(reason),
        }
    }

    /// Takes a key without a meaning in the keymap.
    pub(crate) fn press(&mut self, key: KeyEvent) {
        let fits = match (&self.wish, key.code) {
            (Wish::Number(_), KeyCode::Char(c)) => c.is_ascii_digit(),
            _ => true,
        };
        if fits && self.field.press(key) {
            self.problem = None;
        }
    }

    /// Takes pasted text: all of it, or none if the answer is a number and the text is not.
    pub(crate) fn paste(&mut self, line: &str) {
        let fits = match &self.wish {
            Wish::Number(_) => line.chars().all(|c| c.is_ascii_digit()),
            Wish::Save(_) | Wish::Open | Wish::Replace(..) | Wish::Abandon(..) => true,
        };
        if fits {
            self.field.insert(line);
            self.problem = None;
        } else {
            let shown: String = line.chars().take(SHOWN).collect();
            self.problem = Some(format!("expected digits, found pasted text `{shown}`"));
        }
    }

    /// The file named. A name without an ending gets `.ron`, so it is not taken for a built-in's name.
    fn path(&self) -> Option<PathBuf> {
        let name = self.field.text().trim();
        let mut path = PathBuf::from(name);
        if path.file_name().is_some() && path.extension().is_none() && !name.ends_with(['/', '\\']) {
            path.set_extension("ron");
        }
        (!name.is_empty()).then_some(path)
    }

    /// The typed number, from `first` to `last`.
    ///
    /// # Errors
    /// In words, if it is none of them. `what` names one of the parts.
    fn parsed(&self, what: &str, first: usize, last: usize) -> Result<usize, String> {
        let text = self.field.text();
        let found = if text.is_empty() { "nothing" } else { text };
        let number = text.parse().ok().filter(|number| (first..=last).contains(number));
        number.ok_or_else(|| format!("expected {what} from {first} to {last}, found {found}"))
    }

    /// Draws the question, and the answer so far.
    pub fn render(&self, frame: &mut Frame<'_>, look: &Look) {
        let title = match &self.wish {
            Wish::Save(_) => "Save the setup as a preset",
            Wish::Open => "Open a preset or a weight file",
            Wish::Replace(..) => "A file stands there",
            Wish::Abandon(what, _) => what.title(),
            Wish::Number(parts) => parts.title,
        };
        let width = usize::from(frame.area().width.saturating_sub(4)).clamp(12, WIDTH);
        let mut lines = match &self.wish {
            Wish::Replace(path, _) => {
                let question = format!("Replace {}?", look.glyphs.write(&shortened(&path.to_string_lossy())));
                textwrap::wrap(&question, width).iter().map(|row| Line::from(row.to_string())).collect()
            }
            Wish::Save(_) | Wish::Open => {
                let mut spans = vec![Span::styled("file: ", look.theme.faint)];
                spans.extend(self.field.spans(look, width - 6));
                // Room to type, before there is a text to fill it.
                let typed: usize = spans.iter().map(Span::width).sum();
                spans.push(Span::raw(" ".repeat(width.saturating_sub(typed))));
                vec![Line::from(spans)]
            }
            Wish::Abandon(what, stake) => {
                let text = look.glyphs.write(&what.loss(stake)).to_string();
                let mut lines: Vec<Line<'_>> =
                    textwrap::wrap(&text, width).iter().map(|row| Line::from(row.to_string())).collect();
                lines.push(Line::default());
                let keys = textwrap::wrap(what.keys(), width);
                lines.extend(keys.iter().map(|row| Line::styled(row.to_string(), look.theme.key)));
                window(frame, look, title, lines, 0);
                return;
            }
            Wish::Number(Numbered { first, last, .. }) => {
                let mut spans = vec![Span::styled(format!("{first} to {last}: "), look.theme.faint)];
                spans.extend(self.field.spans(look, 8));
                vec![Line::from(spans)]
            }
        };
        if let Some(problem) = &self.problem {
            let text = format!("{} {}", look.glyphs.bad, look.glyphs.write(problem));
            let rows = textwrap::wrap(&text, width);
            lines.extend(rows.iter().map(|row| Line::styled(row.to_string(), look.theme.bad)));
        }
        lines.extend([Line::default(), keys(self.keymap(), look)]);
        window(frame, look, title, lines, 0);
    }
}
