//! The last lines on a lane: error, size, accuracy, verdict.

use std::fmt::Write as _;

use crate::construction::{Existence, Shortage, Undecided};
use crate::network::Architecture;
use crate::report::numbers::{count, grouped, number_of_neurons, share};
use crate::report::size::Size;
use crate::session::{LaneView, TicketVerdict};

/// The figures of the pruned network, and the verdict on its ticket.
pub(super) fn verdict(architecture: &Architecture, view: &LaneView) -> String {
    let row = &view.error;
    let mut text = String::new();
    let _ = writeln!(
        text,
        "error found      {:.6e}  over {} inputs{}",
        row.found.error,
        grouped(row.found.tried as u64),
        row.found.climbed().map_or(String::new(), |climbed| {
            let from = grouped(climbed.from as u64);
            format!(" and climbing from input {from} ({:.6e})", climbed.from_error)
        })
    );
    if let Some(certified) = row.certified {
        let _ = writeln!(text, "error certified  {certified:.6e}");
    }
    let _ = writeln!(text, "epsilon          {:.6e}", row.epsilon);
    let size = Size::of_lane(architecture, view);
    let by = if size.by_bound { "the bound's neurons" } else { "the neurons sampled" };
    let _ = writeln!(
        text,
        "size of G        {} neurons, {} weights ({by})",
        number_of_neurons(size.neurons),
        count(size.weights)
    );
    if let Some(kept) = size.kept_of_lane(view) {
        let _ = writeln!(
            text,
            "kept of G        {} of the neurons, {} of the weights",
            share(kept.neurons),
            share(kept.weights)
        );
    }
    if let Some((f, g)) = row.found.accuracy() {
        let _ = writeln!(text, "accuracy         F {:.2} %, pruned {:.2} %", 100.0 * f, 100.0 * g);
    }
    let _ = writeln!(text, "computed in      {:.2} s", view.elapsed.as_secs_f64());
    let unmatched = view.layers.iter().filter(|row| !row.is_complete);
    for (layer, line) in unmatched.filter_map(|row| Some((row.layer, existence(row.existence.as_ref()?)))) {
        let _ = writeln!(text, "layer {layer}: {line}");
    }
    let _ = writeln!(text, "{}", ticket_verdict(view));
    let is_open = view.layers.iter().any(|row| !row.is_complete);
    if is_open && row.certificate.as_deref().is_some_and(|certificate| certificate.error() <= row.epsilon) {
        let _ = writeln!(text, "What was built is certified within ε all the same.");
    }
    text
}

/// Whether the neurons of an open layer can meet every demand.
fn existence(existence: &Existence) -> String {
    match existence {
        Existence::There => "its neurons can meet every demand, each with one of its own".to_owned(),
        Existence::Missing(Shortage { demands: 1, neurons: 0, .. }) => {
            "no neuron within the bound can meet one of its demands".to_owned()
        }
        Existence::Missing(Shortage { demands, neurons, .. }) => format!(
            "{} of its demands have {} neurons between them: they cannot all be met",
            grouped(*demands),
            grouped(*neurons)
        ),
        Existence::NotDecided(Undecided::TooLarge { demands, neurons }) => format!(
            "whether its neurons can meet every demand is not decided: {} demands, {} neurons",
            grouped(*demands),
            grouped(*neurons)
        ),
        Existence::NotDecided(Undecided::SearchEnded) => {
            "its search has ended at as many values as it can go through".to_owned()
        }
    }
}

/// The verdict on a ticket, in a sentence.
fn ticket_verdict(view: &LaneView) -> &'static str {
    match view.verdict() {
        Some(TicketVerdict::Holds) => "The ticket holds: found ≤ certified ≤ ε.",
        Some(TicketVerdict::HoldsExactly) => {
            "The ticket holds in exact arithmetic; certified exceeds ε only by rounding."
        }
        Some(TicketVerdict::NotFound) => {
            "This allocation did not find every piece within the bound, though a ticket is there."
        }
        Some(TicketVerdict::Missing) => {
            "The ticket could not be completed within the bound: the neurons cannot meet all demands."
        }
        Some(TicketVerdict::Incomplete) => {
            "This allocation did not complete a ticket within the bound; whether one is there is not decided."
        }
        Some(TicketVerdict::NotCertified) | None => "The ticket does not hold.",
    }
}
