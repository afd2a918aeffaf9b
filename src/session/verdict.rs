//! The verdict on a ticket.

use serde::Serialize;

use super::{LaneView, Phase};
use crate::construction::Existence;

/// The verdict of a finished lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TicketVerdict {
    /// complete, and found ≤ certified ≤ ε
    Holds,
    /// complete, and certified ≤ ε in exact arithmetic; only the rounding of an evaluation lies above ε
    #[serde(rename = "exceeds-only-by-rounding")]
    HoldsExactly,
    /// this allocation did not complete it, though its neurons can meet every demand
    NotFound,
    /// not complete, and its neurons cannot meet every demand
    Missing,
    /// this allocation did not complete it; whether its neurons can meet every demand is not decided
    Incomplete,
    /// complete, and the error certified is above ε
    NotCertified,
}

impl TicketVerdict {
    /// Whether the ticket holds, in exact arithmetic at least.
    pub fn holds(self) -> bool {
        matches!(self, Self::Holds | Self::HoldsExactly)
    }
}

impl LaneView {
    /// The verdict on the ticket, once all is known.
    pub fn verdict(&self) -> Option<TicketVerdict> {
        let holds = self.error.holds.filter(|_| self.phase == Phase::Done)?;
        let open = || self.layers.iter().filter(|row| !row.is_complete).map(|row| row.existence);
        Some(if holds && self.error.exceeds_only_by_rounding {
            TicketVerdict::HoldsExactly
        } else if holds {
            TicketVerdict::Holds
        } else if open().next().is_none() {
            TicketVerdict::NotCertified
        } else if open().any(|existence| matches!(existence, Some(Existence::Missing(_)))) {
            TicketVerdict::Missing
        } else if open().all(|existence| existence == Some(Existence::There)) {
            TicketVerdict::NotFound
        } else {
            TicketVerdict::Incomplete
        })
    }
}
