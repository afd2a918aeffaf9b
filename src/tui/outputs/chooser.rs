//! Which input is looked at.

use super::super::keymap::Action;
use crate::session::{Command, Snapshot};

/// Inputs that a page has.
const PAGE: usize = 10;

/// Rows that long lists scroll by.
const ROWS: usize = 5;

/// The input asked for, and how far lists are scrolled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chooser {
    /// number of the input, from 0
    pub input: usize,
    /// first row of the lists that are too long for their pane
    pub scroll: usize,
}

impl Chooser {
    /// What to tell the worker.
    pub fn watch(&self) -> Command {
        Command::WatchOutput(Some(self.input))
    }

    /// Goes to the input that the action names. Why it cannot, where it cannot.
    pub(in super::super) fn choose(&mut self, action: Action, snapshot: &Snapshot) -> Option<String> {
        let row = &snapshot.lane().error;
        let last = row.inputs.saturating_sub(1);
        let mut message = None;
        let wanted = match action {
            Action::NextInput => self.input + 1,
            Action::PreviousInput => self.input.saturating_sub(1),
            Action::InputsOn => self.input + PAGE,
            Action::InputsBack => self.input.saturating_sub(PAGE),
            Action::FirstInput => 0,
            Action::LastInput => last,
            Action::WorstInput | Action::NextMistake if row.found.tried == 0 => {
                message = Some("No input has been tried yet: a builds all layers and tries them.");
                self.input
            }
            Action::WorstInput => row.found.worst_input,
            Action::NextMistake => {
                let mistakes = &row.found.mistakes;
                let next = mistakes.get(mistakes.partition_point(|&input| input <= self.input));
                let next = next.or(mistakes.first()).copied();
                message = match next {
                    None if row.found.correct.is_some() => {
                        Some("Both networks are right at every input tried.")
                    }
                    None => Some("Both networks choose the same class at every input tried."),
                    Some(next) if next == self.input => Some("There is no other among the inputs tried."),
                    Some(_) => None,
                };
                next.unwrap_or(self.input)
            }
            _ => self.input,
        };
        self.input = wanted.min(last);
        message.map(str::to_owned)
    }

    /// Scrolls long lists.
    pub(in super::super) fn scroll(&mut self, action: Action, snapshot: &Snapshot) {
        let widths = snapshot.experiment.target.given_widths();
        let longest = widths.iter().take(1).chain(widths.last()).copied().max().unwrap_or(0);
        self.scroll = match action {
            Action::RowsOn => (self.scroll + ROWS).min(longest.saturating_sub(1)),
            _ => self.scroll.saturating_sub(ROWS),
        };
    }
}
