//! Which input is looked at.

use super::keys::InputMove;
use super::learned::network::{beside, shown};
use crate::learning::Arm;
use crate::session::{Command, Snapshot};

/// Inputs that a page has.
const PAGE: usize = 10;

/// Rows that long lists scroll by; the channels of a picture go on by all that are shown.
pub(super) const ROWS: usize = 5;

/// Why no other input can be shown.
pub(super) const STANDS_STILL: &str = "The view stands still: s lets it go on.";

/// The input asked for, and how far lists are scrolled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chooser {
    /// number of the input, from 0
    pub input: usize,
    /// round and arm of a finished network of the learned lane, in place of the one under training
    pub network: Option<(usize, Arm)>,
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
        let last = inputs(snapshot).saturating_sub(1);
        let mut message = None;
        let wanted = match to {
            InputMove::Next => self.input + 1,
            InputMove::Previous => self.input.saturating_sub(1),
            InputMove::On => self.input + PAGE,
            InputMove::Back => self.input.saturating_sub(PAGE),
            InputMove::First => 0,
            InputMove::Last => last,
            InputMove::Worst if snapshot.learned_lane().is_some() => {
                message = Some("A learned ticket replaces no other network: m goes to its next mistake.");
                self.input
            }
            InputMove::NextMistake if snapshot.learned_lane().is_some() => {
                let next = self.next_mistake(snapshot);
                message = next.as_ref().err().copied();
                next.unwrap_or(self.input)
            }
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
            InputMove::NextNetwork | InputMove::NetworkBefore => {
                let lane = snapshot.learned_lane();
                if lane.is_none_or(|lane| lane.finished().next().is_none()) {
                    message = Some("No other network is finished yet: l goes on to the end of the round.");
                }
                let forward = to == InputMove::NextNetwork;
                self.network = lane.and_then(|lane| beside(lane, self.network, forward));
                self.input
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

    /// The next test example that the network on view gets wrong, or why there is none.
    fn next_mistake(&self, snapshot: &Snapshot) -> Result<usize, &'static str> {
        let network =
            snapshot.learned_lane().and_then(|lane| shown(snapshot, lane, self.network, self.input));
        let predictions = network.map(|network| network.output.predictions).unwrap_or_default();
        let Some(dataset) = snapshot.experiment.dataset.as_ref().filter(|_| !predictions.is_empty()) else {
            return Err("The test examples are still being counted.");
        };
        let pairs = predictions.iter().zip(&dataset.test.labels).enumerate();
        let wrong: Vec<usize> =
            pairs.filter(|(_, (found, label))| found != label).map(|(example, _)| example).collect();
        match wrong.iter().find(|&&example| example > self.input).or(wrong.first()) {
            None => Err("This network is right at every test example."),
            Some(&next) if next == self.input => Err("There is no other among the test examples."),
            Some(&next) => Ok(next),
        }
    }
}

/// How many inputs there are: those of the construction on view, or the test examples of the learned lane on view.
pub(super) fn inputs(snapshot: &Snapshot) -> usize {
    match (snapshot.learned_lane(), &snapshot.experiment.dataset) {
        (Some(_), Some(dataset)) => dataset.test.len(),
        _ => snapshot.lane().error.inputs_shown(),
    }
}

/// The rows of x or of the outputs, whichever are more.
fn longest_list(snapshot: &Snapshot) -> usize {
    let widths = snapshot.experiment.target.given_widths();
    widths.iter().take(1).chain(widths.last()).copied().max().unwrap_or(0)
}
