//! The lines on a target's file, above a report.

use std::fmt::Write as _;

use super::super::origin::Origin;
use crate::network::files::readings::{Reading, Unused};
use crate::network::graph::FoldedNorm;
use crate::report::numbers::number;
use crate::visible::shortened;

/// Most unused tensors listed by name.
const MOST_NAMED: usize = 12;

/// How the target was read, the unused tensors of its file, and assumed fields; empty for a target from no file.
pub fn origin(origin: &Origin) -> String {
    let mut text = String::new();
    if let Some(reading) = &origin.reading {
        let _ = writeln!(text, "{}", reading.why);
        for line in layers(reading) {
            let _ = writeln!(text, "  {line}");
        }
        for line in folded(reading) {
            let _ = writeln!(text, "{line}");
        }
        if !reading.unused.is_empty() {
            let _ = writeln!(text, "not used: {}", unused(reading, MOST_NAMED));
        }
    }
    if !origin.assumed.is_empty() {
        let _ = writeln!(
            text,
            "assumed: {} (`slth presets from {}` prints the preset)",
            origin.assumed.join(", "),
            shortened(&origin.name)
        );
    }
    text
}

/// Most layers listed.
const MOST_LAYERS: usize = 8;

/// The tensors of each layer: `1: fc1.weight_orig (4x3) · fc1.weight_mask + fc1.bias`.
fn layers(reading: &Reading) -> Vec<String> {
    let mut lines: Vec<String> = (1..)
        .zip(reading.layers.iter().take(MOST_LAYERS))
        .map(|(number, layer)| {
            let mask = |mask: &Option<String>| {
                mask.as_ref().map_or(String::new(), |mask| format!(" · {}", shortened(mask)))
            };
            let bias = layer
                .bias
                .as_ref()
                .map_or("no bias".to_owned(), |bias| format!("bias {}", shortened(&bias.name)));
            let (rows, columns) = layer.stored;
            let matrix = format!("{} {rows}x{columns}{}", shortened(&layer.matrix.name), mask(&layer.mask));
            format!("layer {number}: {matrix}, {bias}{}", mask(&layer.bias_mask))
        })
        .collect();
    if reading.layers.len() > MOST_LAYERS {
        lines.push(format!("and {} more", reading.layers.len() - MOST_LAYERS));
    }
    lines
}

/// Batch norms that became part of a layer: `/b1/BatchNormalization folded into /c1/Conv: max |w| 0.61 to 1.18, norm 2.1 to 5.3`.
fn folded(reading: &Reading) -> Vec<String> {
    let line = |folded: &FoldedNorm| {
        let change = |(before, after): (f64, f64)| format!("{} to {}", number(before), number(after));
        format!(
            "{} folded into {}: max |w| {}, norm {}",
            shortened(&folded.node),
            shortened(&folded.map),
            change(folded.w_max),
            change(folded.norm)
        )
    };
    let mut lines: Vec<String> = reading.folded.iter().take(MOST_LAYERS).map(line).collect();
    if reading.folded.len() > MOST_LAYERS {
        lines.push(format!("and {} more", reading.folded.len() - MOST_LAYERS));
    }
    lines
}

/// Unused tensors, `most` of them by name: `epoch (I64, one number: a record of training)`.
pub fn unused(reading: &Reading, most: usize) -> String {
    let mut named: Vec<String> = reading.unused.iter().take(most).map(described).collect();
    if reading.unused.len() > most {
        named.push(format!("and {} more (--json lists all)", reading.unused.len() - most));
    }
    named.join(", ")
}

/// Names of unused tensors for a line of a screen.
pub fn unused_names(reading: &Reading) -> Option<String> {
    /// More would not fit.
    const MOST: usize = 3;
    let names: Vec<String> = reading.unused.iter().take(MOST).map(|unused| shortened(&unused.name)).collect();
    let more = reading.unused.len().saturating_sub(MOST);
    let names = names.join(", ");
    match more {
        0 if names.is_empty() => None,
        0 => Some(names),
        more => Some(format!("{} in all: {names}, ...", more + MOST)),
    }
}

fn described(unused: &Unused) -> String {
    let shape = unused.shape.as_deref().map(|shape| match shape {
        [] => "one number".to_owned(),
        sides => sides.iter().map(usize::to_string).collect::<Vec<_>>().join("x"),
    });
    let kind: Vec<String> = unused.dtype.iter().cloned().chain(shape).collect();
    match kind.is_empty() {
        true => format!("{} ({})", shortened(&unused.name), unused.why),
        false => format!("{} ({}: {})", shortened(&unused.name), kind.join(" "), unused.why),
    }
}
