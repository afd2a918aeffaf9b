//! Learned networks as targets of Theorem 3, in words.

use std::fmt::Write as _;

use super::assumptions::{NO_PROMISE, marked};
use super::learned::{interval, percent};
use crate::report::learned::{BridgeReport, BridgedReport, NeedReport, PopupGraph};
use crate::report::numbers::{count, grouped, number_of_neurons, per_weight, widths};
use crate::report::page::Page;
use crate::report::table::Rows;
use crate::visible::number;

/// What the two sizes of G say, and what they do not.
const TWO_PROMISES: &str = "The two G answer different questions: Theorem 3's, drawn before any training, contains this very network to \
     within ε on every test example, with probability 1 − δ, and so it would any other network with these bounds; \
     edge-popup's has the widths of the network under training, and a mask fitted to the labels in it: nothing is \
     promised beyond the accuracy found. M_i is enough, not known to be needed.";

/// A table for each lane, then the sizes of both G.
pub(super) fn bridge(report: &BridgeReport, page: Page) -> String {
    let mut text = format!("\n{}\n", title(report));
    let mut rows = &report.networks[..];
    while let Some(first) = rows.first() {
        let (lane, rest) = rows.split_at(rows.iter().take_while(|row| row.lane == first.lane).count());
        rows = rest;
        let _ = writeln!(text, "\n{}\n\n{}", first.name, page.table(&table(lane).table()));
        for row in lane {
            if let Some(reason) = &row.refused {
                let _ = writeln!(text, "round {} is no target: {reason}", row.round);
            }
        }
    }
    if report.networks.is_empty() {
        text.push_str("no round is finished yet\n");
    }
    if needs(report).any(|need| !need.bound_applies) {
        let _ = writeln!(text, "{NO_PROMISE}");
    }
    text.push('\n');
    for sentence in bridge_sentences(report) {
        let _ = writeln!(text, "{sentence}");
    }
    text
}

/// `Theorem 3's G with each learned network as the target: ε = 0.01, δ = 0.01`.
pub(super) fn title(report: &BridgeReport) -> String {
    let epsilon = report.epsilon.map_or(String::new(), |epsilon| format!("ε = {}, ", number(epsilon)));
    let delta = number(report.delta);
    format!(
        "Theorem 3's G with each learned network as the target: {epsilon}δ = {delta}, X the test examples"
    )
}

fn needs(report: &BridgeReport) -> impl Iterator<Item = &NeedReport> {
    report.networks.iter().filter_map(|row| row.theorem_3.as_ref())
}

fn table(lane: &[BridgedReport]) -> Rows<&BridgedReport> {
    fn of_need(write: impl Fn(&NeedReport) -> String) -> impl Fn(&&BridgedReport) -> Option<String> {
        move |row| row.theorem_3.as_ref().map(&write)
    }
    let of_bound = |need: &NeedReport, text: String| marked(text, need.bound_applies);
    Rows::of(lane)
        .column("round", |row| row.round)
        .column("weights\nleft", |row| percent(row.share_weights_kept))
        .column("test", |row| row.accuracy.map(|found| percent(found.accuracy)))
        .column("other than 0,\nwith biases", of_need(|need| grouped(need.nonzero_weights)))
        .column("finest\nε_w", of_need(|need| format!("{:.2e}", need.weight_tolerance)))
        .column("neurons\nof G", of_need(move |need| of_bound(need, number_of_neurons(need.g_neurons))))
        .column("per\nweight", of_need(|need| per_weight(need.neurons_per_nonzero_weight)))
        .column("of\ndense", |row| {
            row.theorem_3.as_ref()?.neurons_of_dense.map(|of_dense| percent(of_dense.as_f64()))
        })
}

/// Both G beside each other, a sentence each.
pub fn bridge_sentences(report: &BridgeReport) -> Vec<String> {
    let mut sentences = Vec::new();
    for graph in &report.edge_popup {
        sentences.push(of_graph(graph));
        let times: Vec<String> = shown(report).filter_map(|row| times(row, graph)).collect();
        if !times.is_empty() {
            sentences.push(format!("Theorem 3's G is larger than that G: {}.", times.join("; ")));
        }
    }
    if report.edge_popup.is_empty() {
        let none = "no lane of edge-popup has a ticket to set beside: the preset needs one on the same data";
        sentences.push(none.to_owned());
    } else if needs(report).next().is_some() {
        sentences.push(TWO_PROMISES.to_owned());
    }
    sentences
}

fn of_graph(graph: &PopupGraph) -> String {
    format!(
        "{}: G is a random {}, {} hidden neurons and {} weights; edge-popup keeps {} ({}) and has {} ({}) of the test \
         examples right",
        graph.name,
        widths(&graph.widths),
        grouped(graph.hidden_neurons),
        grouped(graph.weights),
        grouped(graph.kept_weights),
        percent(graph.share_weights_kept),
        percent(graph.accuracy.accuracy),
        interval(graph.accuracy)
    )
}

/// Of each lane the first target and the last one.
fn shown(report: &BridgeReport) -> impl Iterator<Item = &BridgedReport> {
    let targets: Vec<&BridgedReport> = report.networks.iter().filter(|row| row.theorem_3.is_some()).collect();
    let is_end = move |at: usize, targets: &[&BridgedReport]| {
        let other = |next: Option<&&BridgedReport>| next.is_none_or(|next| next.lane != targets[at].lane);
        other(at.checked_sub(1).and_then(|before| targets.get(before))) || other(targets.get(at + 1))
    };
    let ends: Vec<usize> = (0..targets.len()).filter(|&at| is_end(at, &targets)).collect();
    ends.into_iter().map(move |at| targets[at])
}

/// `for the dense network 3,069 times the neurons and 1.2e5 times the weights`.
fn times(row: &BridgedReport, graph: &PopupGraph) -> Option<String> {
    let need = row.theorem_3.as_ref()?;
    let times = need.times_edge_popup.iter().find(|times| times.lane == graph.lane)?;
    let what = if row.lane == graph.lane {
        "for the network that edge-popup found in it".to_owned()
    } else if row.is_edge_popup() {
        format!("for the network of {}", row.name)
    } else if row.round == 0 {
        format!("for the dense network of {}", row.name)
    } else {
        format!("for round {} ({} of the weights left)", row.round, percent(row.share_weights_kept))
    };
    let applies = |text: String| marked(text, need.bound_applies);
    let (neurons, weights) = (applies(count(times.neurons)), applies(count(times.weights)));
    Some(format!("{what} {neurons} times the neurons and {weights} times the weights"))
}
