//! Ways to throw a run away, and the question before a long run is lost.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::experiment::Experiment;
use crate::report::text::number_of_neurons;
use crate::session::{Command, Stake};
use crate::tui::effects::Effect;
use crate::visible::shortened;

/// A way to throw the run away.
#[derive(Clone, Debug)]
pub enum Abandon {
    /// leaving the program
    Quit,
    /// starting over
    Restart,
    /// opening a preset or a file
    Load(String),
    /// opening the target of this name, of the setup's list
    Target(Arc<Experiment>, String),
    /// starting an edited setup
    Start(Arc<Experiment>),
}

impl Abandon {
    /// Opens the file at a path.
    ///
    /// # Errors
    /// In one line, if the path is not UTF-8.
    pub fn load(path: &Path) -> Result<Self, String> {
        let not_utf8 = || {
            let shown = shortened(&path.to_string_lossy());
            format!("{shown}: expected a path in UTF-8, as presets are")
        };
        path.to_str().map(|text| Self::Load(text.to_owned())).ok_or_else(not_utf8)
    }

    /// The title of the question.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Quit => "Leave?",
            Self::Restart => "Start over?",
            Self::Load(_) => "Open another setup?",
            Self::Target(..) => "Open another target?",
            Self::Start(_) => "Start the edited setup?",
        }
    }

    /// The loss in words.
    pub fn loss(&self, stake: &Stake) -> String {
        let Stake { elapsed, neurons, batches, done, lanes } = *stake;
        let lanes = match (done, lanes) {
            (0, 1) => "not finished".to_owned(),
            (1, 1) => "finished".to_owned(),
            _ => format!("{done} of {lanes} lanes finished"),
        };
        let neurons = number_of_neurons(neurons);
        let batches = if batches > 0 { format!(" {batches} batches,") } else { String::new() };
        let time = time(elapsed);
        format!("The run so far would be lost: {time} of computing, {neurons} neurons,{batches} {lanes}.")
    }

    /// The keys, in words.
    pub fn keys(&self) -> &'static str {
        match self {
            Self::Quit => "y or Ctrl-C again: leave. Any other key: stay.",
            Self::Restart => "y: start over. Any other key: keep the run.",
            Self::Load(_) | Self::Target(..) => "y: open it. Any other key: keep the run.",
            Self::Start(_) => "y: start it. Any other key: keep the run.",
        }
    }

    /// The effect that does it.
    pub fn effect(self) -> Effect {
        match self {
            Self::Quit => Effect::Quit,
            Self::Restart => Effect::Send(Command::Restart),
            Self::Load(name) => Effect::Load(name),
            Self::Target(experiment, name) => Effect::OpenTarget(experiment, name),
            Self::Start(experiment) => Effect::Start(experiment),
        }
    }
}

/// A time in seconds, or in minutes and seconds.
fn time(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        0..120 => format!("{:.1} s", elapsed.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}
