//! Questions to the user: a line to type, or yes and no.

use std::path::PathBuf;
use std::sync::Arc;

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::experiment::Experiment;
use crate::session::Stake;
use crate::tui::overlays::abandon::Abandon;
use crate::tui::widgets::field::Field;

/// Most characters of a wrong text that a message repeats.
const SHOWN: usize = 20;

/// What the answer is for.
#[derive(Clone, Debug)]
pub enum Wish {
    /// the name of a file for this setup
    Save(Arc<Experiment>),
    /// the path of a preset or a weight file to open
    Open,
    /// whether this file may be replaced by this setup
    Replace(PathBuf, Arc<Experiment>),
    /// whether the run may be thrown away, and what is lost with it
    Abandon(Abandon, Stake),
    /// a layer to look at, at most this one
    Layer(usize),
    /// an input to look at, below this number
    Input(usize),
}

/// A question.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// what the answer is for
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

    /// Whether the answer is yes or no.
    pub fn is_yes_or_no(&self) -> bool {
        matches!(self.wish, Wish::Replace(..) | Wish::Abandon(..))
    }

    /// Asks for one of `layers` layers.
    pub fn layer(layers: usize) -> Self {
        Self { wish: Wish::Layer(layers), field: Field::default(), problem: None }
    }

    /// Asks for one of `inputs` inputs.
    pub fn input(inputs: usize) -> Self {
        Self { wish: Wish::Input(inputs), field: Field::default(), problem: None }
    }

    /// Takes a key that the keymap has no meaning for.
    pub(crate) fn press(&mut self, key: KeyEvent) {
        let fits = match (&self.wish, key.code) {
            (Wish::Layer(_) | Wish::Input(_), KeyCode::Char(c)) => c.is_ascii_digit(),
            _ => true,
        };
        if fits && self.field.press(key) {
            self.problem = None;
        }
    }

    /// Takes pasted text: all of it, or none where the answer is a number and the text is not.
    pub(crate) fn paste(&mut self, line: &str) {
        let fits = match &self.wish {
            Wish::Layer(_) | Wish::Input(_) => line.chars().all(|c| c.is_ascii_digit()),
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

    /// The file named. What has no ending gets that of presets, so that it is not taken for a built-in's name.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        let name = self.field.text().trim();
        let mut path = PathBuf::from(name);
        if path.file_name().is_some() && path.extension().is_none() && !name.ends_with(['/', '\\']) {
            path.set_extension("ron");
        }
        (!name.is_empty()).then_some(path)
    }

    /// The number named, from `first` to `last`.
    ///
    /// # Errors
    /// In words, where it is not one of them. `what` is what is numbered.
    pub(crate) fn number(&self, what: &str, first: usize, last: usize) -> Result<usize, String> {
        let text = self.field.text();
        let found = if text.is_empty() { "nothing" } else { text };
        let number = text.parse().ok().filter(|number| (first..=last).contains(number));
        number.ok_or_else(|| format!("expected {what} from {first} to {last}, found {found}"))
    }
}
