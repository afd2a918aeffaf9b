//! A learned ticket as an npz file: bits, a seed and, of trained networks, the weights.

use std::io;

use ndarray::Array2;
use serde::Serialize;
use serde_json::{Map, Value};
use zip::ZipWriter;

use super::first_error::FirstError;
use super::learned::options_of;
use super::npz::add_array;
use crate::learning::training::Parameters;
use crate::learning::{Accuracy, FrozenWeights, LearnedTicket, TicketWeights};
use crate::visible::visible_in_json;

/// The `meta` array: a JSON text as u1 bytes.
#[derive(Serialize)]
struct LearnedMeta<'a> {
    title: &'a str,
    method: &'static str,
    options: Map<String, Value>,
    seed: u64,
    version: u32,
    widths: &'a [usize],
    activations: Vec<&'static str>,
    /// of the frozen weights of edge-popup; null for trained weights
    law: Option<FrozenWeights>,
    /// the variance of frozen weights is divided by it; null if it is not
    scaled_by: Option<f64>,
    /// of each feature, if the inputs are standardised
    mean: Option<&'a [f64]>,
    deviation: Option<&'a [f64]>,
    test: Accuracy,
}

/// Writes a learned ticket: `layer{i}.kept_bits` (the bits of its mask row by row, as `numpy.packbits` packs them), `predictions` of the test
/// examples (u4) and `meta`; of a trained network also `layer{i}.weight` (f4, outputs × inputs, pruned weights 0) and
/// `layer{i}.bias` (f4), and where its training began: `layer{i}.initial_weight`, `layer{i}.initial_bias`. `target: File(..)`
/// reads the pruned network.
///
/// # Errors
/// Whatever `out` reports.
pub fn write_learned_ticket(
    title: &str,
    ticket: &LearnedTicket,
    out: impl io::Write + io::Seek,
) -> io::Result<()> {
    let mut out = FirstError::new(out);
    let said = write_npz(title, ticket, &mut out);
    out.finish(said)
}

fn write_npz(title: &str, ticket: &LearnedTicket, out: impl io::Write + io::Seek) -> io::Result<()> {
    let (law, scaled_by) = match ticket.weights {
        TicketWeights::Frozen { law, scaled_by } => (Some(law), scaled_by),
        TicketWeights::Trained { .. } => (None, None),
    };
    let layers = ticket.widths.len().saturating_sub(1);
    let activation = |layer| if layer == layers { "identity" } else { "relu" };
    let meta = LearnedMeta {
        title,
        method: ticket.method.name(),
        options: options_of(&ticket.method),
        seed: ticket.seed,
        version: ticket.version,
        widths: &ticket.widths,
        activations: (1..=layers).map(activation).collect(),
        law,
        scaled_by,
        mean: ticket.standardisation.as_ref().map(|by| &by.mean[..]),
        deviation: ticket.standardisation.as_ref().map(|by| &by.deviation[..]),
        test: ticket.test,
    };
    let mut npz = ZipWriter::new(out);
    let text = visible_in_json(&serde_json::to_string(&meta)?).into_owned().into_bytes();
    add_array(&mut npz, "meta", &[text.len()], &text)?;
    add_array(&mut npz, "predictions", &[ticket.predictions.len()], &ticket.predictions)?;
    for (mask, layer) in ticket.masks.layers.iter().zip(1..) {
        let bits = packed(mask);
        add_array(&mut npz, &format!("layer{layer}.kept_bits"), &[bits.len()], &bits)?;
    }
    if let TicketWeights::Trained { initial, trained } = &ticket.weights {
        add_parameters(&mut npz, trained, "")?;
        add_parameters(&mut npz, initial, "initial_")?;
    }
    npz.finish()?;
    Ok(())
}

/// Adds `layer{i}.{prefix}weight` and, of a network with biases, `layer{i}.{prefix}bias`.
fn add_parameters(
    npz: &mut ZipWriter<impl io::Write + io::Seek>,
    parameters: &Parameters,
    prefix: &str,
) -> io::Result<()> {
    for (weights, layer) in parameters.weights.iter().zip(1..) {
        let by_row = weights.as_standard_layout();
        let elements = by_row.as_slice().unwrap_or_default();
        add_array(npz, &format!("layer{layer}.{prefix}weight"), weights.shape(), elements)?;
    }
    for (bias, layer) in parameters.biases.iter().flatten().zip(1..) {
        add_array(npz, &format!("layer{layer}.{prefix}bias"), &[bias.len()], &bias.to_vec())?;
    }
    Ok(())
}

/// Eight weights a byte, the first one highest.
fn packed(mask: &Array2<bool>) -> Vec<u8> {
    let bits: Vec<bool> = mask.iter().copied().collect();
    let byte = |bits: &[bool]| (0..8).fold(0, |byte, at| byte << 1 | u8::from(bits.get(at) == Some(&true)));
    bits.chunks(8).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_packed_as_numpy_packs_them() {
        // np.packbits([[1, 0, 0, 0, 1], [1, 1, 0, 1, 1]])
        let mask =
            Array2::from_shape_vec((2, 5), [1, 0, 0, 0, 1, 1, 1, 0, 1, 1].map(|bit| bit == 1).to_vec());
        assert_eq!(packed(&mask.unwrap()), [0b1000_1110, 0b1100_0000]);
    }
}
