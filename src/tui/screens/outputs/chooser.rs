//! Which input is looked at.

use super::keys::InputMove;
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

    /// Goes to the input that the key names, or scrolls long lists. Why it cannot, if it cannot.
    pub(crate) fn update(&mut self, to: InputMove, snapshot: &Snapshot) -> Option<String> {
        let row = &snapshot.lane().error;
        let last = row.inputs_shown().saturating_sub(1);
        let mut message = None;
        let wanted = match to {
            InputMove::Next => self.input + 1,
            InputMove::Previous => self.input.saturating_sub(1),
            InputMove::On => self.input + PAGE,
            InputMove::Back => self.input.saturating_sub(PAGE),
            InputMove::First => 0,
            InputMove::Last => last,
            InputMove::Worst | InputMove::NextMistake if row.found.tried == 0 => {
                message = Some("No input has been tried yet: a builds all layers and tries them.");
                self.input
            }
            InputMove::Worst => row.found.worst_input,
            InputMove::NextMistake => {
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
            // Answered through a question.
            InputMove::ByNumber => self.input,
            InputMove::RowsOn | InputMove::RowsBack => {
                self.scroll = match to {
                    InputMove::RowsOn => (self.scroll + ROWS).min(longest_list(snapshot).saturating_sub(1)),
                    _ => self.scroll.saturating_sub(ROWS),
                };
                self.input
            }
        };
        self.input = wanted.min(last);
        message.map(str::to_owned)
    }
}

/// The rows of x or of the outputs, whichever are more.
fn longest_list(snapshot: &Snapshot) -> usize {
    let widths = snapshot.experiment.target.given_widths();
    widths.iter().take(1).chain(widths.last()).copied().max().unwrap_or(0)
}
