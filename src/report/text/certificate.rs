//! The certificate as a table that one can follow.

use std::fmt::Write as _;

use super::number;
use crate::report::Page;
use crate::verification::{Certificate, CertifiedLayer, Evaluation};

/// The columns of the table.
pub const COLUMNS: [&str; 10] =
    ["layer", "sup|F|", "by", "|ΔW| x>0", "x<0", "|Ŵ|", "λ", "error", "rounding", "Lemma 1"];

/// A layer's cells, one for each of [`COLUMNS`].
pub fn certificate_cells(layer: &CertifiedLayer) -> [String; 10] {
    let half = |norm: Option<f64>| norm.map_or("-".to_owned(), |norm| format!("{norm:.2e}"));
    [
        layer.layer.to_string(),
        number(layer.input_norm),
        layer.source.name().to_owned(),
        half(layer.delta_norms[0]),
        half(layer.delta_norms[1]),
        number(layer.pruned_norm),
        layer.lambda.to_string(),
        format!("{:.2e}", layer.error),
        format!("{:.2e}", layer.rounding),
        format!("{:.2e}", layer.promised),
    ]
}

/// What the numbers of the table are, and where they end.
pub fn certificate_notes(certificate: &Certificate, epsilon: f64) -> Vec<String> {
    let mut notes = vec![
        "error = λ(|ΔW| sup|F| + |Ŵ| error before): sup|F - Ĝ| behind the layer; all norms are bounds"
            .to_owned(),
        format!(
            "certified {:.3e} = {:.3e} for the weights + {:.3e} for the rounding of F and Ĝ",
            certificate.total,
            certificate.error(),
            certificate.rounding()
        ),
        format!("Lemma 1 promised {:.3e} before anything was built", certificate.promised()),
    ];
    if certificate.exceeds_only_by_rounding(epsilon) {
        notes.push(format!(
            "exceeds only by rounding: {:.3e} ≤ ε = {epsilon:e} in exact arithmetic",
            certificate.error()
        ));
    }
    if certificate.evaluation == Evaluation::Careful {
        notes.push(
            "sums are evaluated carefully: plain ones would round by more than a tenth of ε".to_owned(),
        );
    }
    notes
}

/// The certificate of a lane.
pub(super) fn certificate(certificate: &Certificate, epsilon: f64, page: Page) -> String {
    let rows = certificate.layers.iter().map(|layer| certificate_cells(layer).to_vec()).collect();
    let mut text = format!("{}\n", page.table(&COLUMNS, rows, &[2, 4]));
    for note in certificate_notes(certificate, epsilon) {
        let _ = writeln!(text, " {note}");
    }
    text
}
