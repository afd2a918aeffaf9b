//! The finding of a comparison, in sentences.

use super::columns::{lane, percent, round_of};
use crate::learning::{Arm, LearnedMethod};
use crate::report::numbers::{number, share};
use crate::report::{ComparedTicket, Comparison, arm_name};
use crate::session::Snapshot;
use crate::tui::look::Look;

/// The controls named in a sentence, the first available one of them.
const TELLING: [Arm; 4] = [Arm::ShuffledMask, Arm::FreshWeights, Arm::RandomMask, Arm::WholeNetwork];

/// A sentence for each lane with a result: learned tickets first, then the proof.
pub(super) fn sentences(snapshot: &Snapshot, comparison: &Comparison, look: &Look) -> Vec<String> {
    let (mut learned, mut constructed, mut told) = (Vec::new(), Vec::new(), Vec::new());
    for ticket in &comparison.tickets {
        // The chosen round of a lane comes first, and stands for it.
        if told.contains(&ticket.lane) {
            continue;
        }
        told.push(ticket.lane);
        let sentences = if lane(snapshot, ticket).is_some() { &mut learned } else { &mut constructed };
        sentences.extend(sentence(snapshot, comparison, ticket, look));
    }
    learned.append(&mut constructed);
    if learned.is_empty() {
        learned.push(START.to_owned());
    }
    learned
}

/// The sentence before any result.
const START: &str = "Constructed, learned and rewound tickets on the same data. a runs them all, l goes on by a layer or round.";

fn sentence(
    snapshot: &Snapshot,
    comparison: &Comparison,
    ticket: &ComparedTicket,
    look: &Look,
) -> Option<String> {
    let Some(learned) = lane(snapshot, ticket) else {
        let proven = number(ticket.guarantee?);
        let accuracy = ticket
            .accuracy
            .as_ref()
            .map_or_else(String::new, |found| format!(" and reaches {}", percent(found.accuracy)));
        return Some(format!("The constructed ticket proves {} = {proven}{accuracy}.", look.glyphs.epsilon));
    };
    let (accuracy, kept) = (ticket.accuracy.as_ref()?, ticket.share_weights_kept.as_ref()?);
    let of = match learned.method {
        LearnedMethod::EdgePopup(_) => "Edge-popup keeps",
        LearnedMethod::Rewinding(_) => "Rewinding keeps",
    };
    let control = control(comparison, ticket)
        .map_or_else(String::new, |(arm, share)| format!(" ({}: {})", arm_name(arm), percent(share)));
    Some(format!("{of} {} and reaches {}{control}.", share(kept.0), percent(accuracy.accuracy)))
}

/// The accuracy of the control that a sentence names.
fn control(comparison: &Comparison, ticket: &ComparedTicket) -> Option<(Arm, f64)> {
    let round = round_of(comparison, ticket)?;
    let found = |control: Arm| round.arms.iter().find(|arm| arm.arm == control);
    TELLING.into_iter().find_map(|control| Some((control, found(control)?.test.accuracy)))
}
