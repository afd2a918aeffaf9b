//! The certificate as a table, with an explanation of its columns.

use std::fmt::Write as _;

use crate::report::numbers::number;
use crate::report::page::Page;
use crate::report::table::{Rows, Table};
use crate::verification::{Certificate, ChainCertificate, Evaluation, GraphCertificate};
use crate::visible::shortened_to;

/// Most characters of a node's name.
const NAME: usize = 32;

/// A row for each layer, or for each node of a graph.
pub fn certificate_table(certificate: &Certificate) -> Table {
    match certificate {
        Certificate::Chain(certificate) => layers(certificate),
        Certificate::Graph(certificate) => nodes(certificate),
    }
}

fn layers(certificate: &ChainCertificate) -> Table {
    Rows::of(&certificate.layers)
        .column("layer", |layer| layer.layer)
        .column("sup|F|", |layer| number(layer.input_norm))
        .column("by", |layer| layer.source.name())
        .joined()
        .column("|ΔW| x>0", |layer| layer.delta_norms[0].map(bound))
        .column("x<0", |layer| layer.delta_norms[1].map(bound))
        .joined()
        .column("|Ŵ|", |layer| number(layer.pruned_norm))
        .column("λ", |layer| layer.lambda)
        .column("error", |layer| bound(layer.error))
        .column("rounding", |layer| bound(layer.rounding))
        .column("Lemma 1", |layer| bound(layer.promised))
        .table()
}

fn nodes(certificate: &GraphCertificate) -> Table {
    Rows::of(&certificate.nodes)
        .column("node", |node| shortened_to(&node.node, NAME))
        .left()
        .column("kind", |node| node.kind)
        .left()
        .column("layer", |node| node.layer)
        .column("sup|F|", |node| number(node.norm))
        .column("by", |node| node.source.name())
        .joined()
        .column("|ΔW|", |node| node.delta_norm.map(bound))
        .column("|Ŵ|", |node| node.pruned_norm.map(number))
        .column("error", |node| bound(node.error))
        .column("of an entry", |node| bound(node.largest_entry_error))
        .column("rounding", |node| bound(node.rounding))
        .table()
}

/// Three digits; 0 for a bound below all normal numbers, which is one of nothing.
fn bound(value: f64) -> String {
    let value = if value.is_subnormal() { 0.0 } else { value };
    format!("{value:.2e}")
}

/// The recursion of the table, and the error certified at its end.
pub fn certificate_notes(certificate: &Certificate, epsilon: f64) -> Vec<String> {
    let recursion = match certificate {
        Certificate::Chain(_) => {
            "error = λ(|ΔW| sup|F| + |Ŵ| error before): sup|F - Ĝ| behind the layer; all norms are bounds"
        }
        Certificate::Graph(_) => {
            "error: bound on sup|F - Ĝ| at the node, from its inputs' errors, as a whole and entry by entry; the smaller counts"
        }
    };
    let mut notes = vec![
        recursion.to_owned(),
        format!(
            "certified {:.3e} = {:.3e} for the weights + {:.3e} for the rounding of F and Ĝ",
            certificate.total(),
            certificate.error(),
            certificate.rounding()
        ),
    ];
    if let Some(promised) = certificate.promised() {
        notes.push(format!("Lemma 1 promised {promised:.3e} before anything was built"));
    }
    if certificate.exceeds_only_by_rounding(epsilon) {
        notes.push(format!(
            "exceeds only by rounding: {:.3e} ≤ ε = {epsilon:e} in exact arithmetic",
            certificate.error()
        ));
    }
    if certificate.evaluation() == Evaluation::Careful {
        notes.push(
            "sums are evaluated carefully: plain ones would round by more than a tenth of ε".to_owned(),
        );
    }
    notes
}

/// The certificate of a lane.
pub(super) fn certificate(certificate: &Certificate, epsilon: f64, page: Page) -> String {
    let mut text = format!("{}\n", page.table(&certificate_table(certificate)));
    for note in certificate_notes(certificate, epsilon) {
        let _ = writeln!(text, " {note}");
    }
    text
}
