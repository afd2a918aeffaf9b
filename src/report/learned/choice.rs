//! The round that stands for a lane where one row must do.

use crate::learning::{Arm, Round};

/// Index of the sparsest round whose ticket is, on the validation examples, at least as accurate as that of the round with most weights.
/// The test examples play no part. Without validation examples, or with one round, the last round with a ticket.
pub fn chosen_round(rounds: &[Round]) -> Option<usize> {
    let validated = |round: &Round| round.arm(Arm::Ticket).and_then(|ticket| ticket.validation);
    let has_ticket = |round: &Round| round.arm(Arm::Ticket).is_some();
    let last = rounds.iter().rposition(has_ticket)?;
    let Some(least) = validated(&rounds[0]).filter(|accuracy| accuracy.examples > 0) else {
        return Some(last);
    };
    let keeps_up = |round: &Round| validated(round).is_some_and(|found| found.correct >= least.correct);
    rounds.iter().rposition(keeps_up).or(Some(last))
}
