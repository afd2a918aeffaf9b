//! Learned tickets in words.

use std::fmt::Write as _;

use crate::learning::Difference;
use crate::report::compared_ticket::ComparedTicket;
use crate::report::learned::{
    ArmReport, ArmVerdict, CheckedLearned, LearnedReport, RoundReport, ShareReport, arm_name,
};
use crate::report::numbers::{count, grouped};
use crate::report::page::Page;
use crate::report::table::{Rows, Table};

/// A learned lane: a line per round, then a line per round and network.
pub(super) fn learned(name: &str, lane: &LearnedReport, page: Page) -> String {
    let mut text = format!("\n{name}: a learned ticket, without a guarantee\n\n");
    let masks = Rows::of(&lane.rounds)
        .column("round", |round| round.round)
        .column("weights\nkept", |round| grouped(round.kept_weights))
        .column("share", |round| percent(round.share_weights_kept))
        .column("dead\nneurons", |round| grouped(round.dead_neurons))
        .column("bits of\nthe mask", |round| grouped(round.mask_bits.round() as i64));
    let _ = writeln!(text, "{}\n", page.table(&masks.table()));
    let _ = writeln!(text, "{}\n", page.table(&networks(lane)));
    let chosen = lane.chosen_round.and_then(|index| lane.rounds.get(index));
    if let Some(round) = chosen {
        for layer in &round.layers {
            let _ = writeln!(
                text,
                "layer {}: {} of {} weights kept ({}), {} dead {}",
                layer.layer,
                grouped(layer.kept_weights),
                grouped(layer.weights),
                percent(layer.share_weights_kept),
                grouped(layer.dead_neurons),
                if layer.dead_neurons == 1 { "neuron" } else { "neurons" }
            );
        }
        let _ = writeln!(
            text,
            "the mask of round {} takes {} bits ({} bytes), the network's weights {} bytes",
            round.round,
            grouped(round.mask_bits.round() as i64),
            grouped((round.mask_bits / 8.0).ceil() as i64),
            grouped(lane.network_bytes)
        );
    }
    if !lane.done {
        let _ = writeln!(text, "STOPPED: not all rounds are done.");
    }
    let _ = writeln!(
        text,
        "guarantee none; {} training steps of all networks, computed in {:.2} s",
        grouped(lane.training_steps),
        lane.elapsed_seconds
    );
    text
}

/// A line per round and network. Where a narrow page cuts the table, each part names the networks.
fn networks(lane: &LearnedReport) -> Table {
    let arms = lane.rounds.iter().flat_map(|round| round.arms.iter().map(move |arm| (round, arm)));
    let rows = Rows::of(arms.clone())
        .column("round,\nnetwork", |(round, arm)| format!("{} {}", round.round, arm_name(arm.arm)))
        .column("test", |(_, arm)| percent(arm.test.accuracy))
        .column("95 %\ninterval", |(_, arm)| interval(arm.test))
        .joined()
        .column("ticket\nahead", |(_, arm)| arm.ticket_ahead.map(ahead))
        .column("95 % interval\n(paired)", |(_, arm)| arm.ticket_ahead.map(ends))
        .joined()
        .column("steps", |(_, arm)| grouped(arm.steps))
        .column("loss", |(_, arm)| arm.training_loss.map(|loss| format!("{loss:.4}")));
    let is_validated = arms.clone().any(|(_, arm)| arm.validation.is_some());
    let validation =
        |(_, arm): &(&RoundReport, &ArmReport)| arm.validation.map(|found| percent(found.accuracy));
    if is_validated { rows.column("valida-\ntion", validation).table() } else { rows.table() }
}

/// A learned method over many seeds, each control with its verdict.
pub(super) fn checked(lane: &CheckedLearned, confidence: f64, page: Page) -> String {
    let keep = lane.options.get("keep").map_or(String::new(), |keep| format!(" keep {keep}"));
    let mut text = format!("\n{}{keep}: {} runs, no guarantee\n\n", lane.method, grouped(lane.runs));
    let arms = lane.rounds.iter().flat_map(|round| round.arms.iter().map(move |arm| (round, arm)));
    let table = Rows::of(arms)
        .column("round", |(round, _)| round.round)
        .column("share", |(round, _)| percent(round.share_weights_kept))
        .column("network", |(_, arm)| arm_name(arm.arm))
        .column("test,\nmean", |(_, arm)| percent(arm.accuracy.mean))
        .column("ticket\nahead", |(_, arm)| arm.ticket_ahead.map(ahead))
        .column("interval\n(Student)", |(_, arm)| {
            arm.ticket_ahead.filter(|found| found.low.is_finite()).map(ends)
        })
        .joined()
        .column("the ticket is", |(_, arm)| {
            arm.verdict.map(|verdict| match verdict {
                ArmVerdict::Ahead => "more accurate",
                ArmVerdict::Behind => "LESS accurate",
                ArmVerdict::Undecided => "not told apart",
            })
        });
    let _ = writeln!(
        text,
        "{}\n\npoints by which the ticket is ahead, paired by seed, {} % sure in each line; computed in {:.2} s",
        page.table(&table.table()),
        100.0 * confidence,
        lane.elapsed_seconds
    );
    text
}

/// Constructed and learned tickets side by side.
pub(super) fn tickets(tickets: &[ComparedTicket], page: Page) -> String {
    let table = Rows::of(tickets)
        .column("ticket", |ticket| name(ticket))
        .column("weights\nkept", |ticket| ticket.kept_weights.map(grouped))
        .column("bits of\nthe mask", |ticket| ticket.mask_bits.map(|bits| grouped(bits.round() as i128)))
        .column("accuracy", |ticket| ticket.accuracy.map(|found| percent(found.accuracy)))
        .column("95 %\ninterval", |ticket| ticket.accuracy.map(interval))
        .joined()
        .column("guarantee", |ticket| guarantee(ticket))
        .column("neurons\nsampled", |ticket| ticket.neurons_sampled.map(count))
        .column("training\nsteps", |ticket| grouped(ticket.training_steps))
        .column("seconds", |ticket| format!("{:.2}", ticket.elapsed_seconds));
    page.table(&table.table())
}

/// `edge-popup keep 0.5`, `rewinding, round 7`.
pub fn ticket_name(ticket: &ComparedTicket) -> String {
    name(ticket)
}

fn name(ticket: &ComparedTicket) -> String {
    match ticket.round {
        Some(round) if round > 0 => format!("{}, round {round}", ticket.name),
        _ => ticket.name.clone(),
    }
}

/// The certified ε, or `none`.
fn guarantee(ticket: &ComparedTicket) -> String {
    ticket.guarantee.map_or_else(|| "none".to_owned(), |error| format!("{error:.3e}"))
}

/// A share in percent.
pub fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

pub(super) fn interval(found: ShareReport) -> String {
    format!("{:.2}–{:.2}", 100.0 * found.low, 100.0 * found.high)
}

/// A difference in points: `+1.39`.
pub(super) fn ahead(difference: Difference) -> String {
    format!("{:+.2}", 100.0 * difference.mean)
}

/// The ends of its interval: `−0.42 to +3.19`.
pub(super) fn ends(difference: Difference) -> String {
    format!("{:+.2} to {:+.2}", 100.0 * difference.low, 100.0 * difference.high)
}
