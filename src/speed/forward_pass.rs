//! The forward pass of Ĝ held against a plain copy.
//!
//! # Measured
//! Two threads of a shared machine with AVX-512: 7.80 M paths, 64 inputs in 28 ms, that is 5.1 GB/s where a copy moves 20 GB/s
//! (half read, half written); 45 ms as long as the loop was not compiled for the widest vectors, with 16 points at once.
//! At three operations a path and point (z_in·x, z_out·h, the sum), eight points an instruction, two instructions a cycle,
//! the processors could do no better than 20 ms: arithmetic is the limit, not memory. A fused z_out·h + y would save a third, and
//! change bits.

use std::hint::black_box;
use std::time::Instant;

use ndarray::Array2;
use rayon::prelude::*;

use super::{Figure, Goal};
use crate::construction::LayerTicket;
use crate::network::Activation;
use crate::sampling::{Side, Stream, Uniform};
use crate::verification::MaskedLayer;

/// Inputs and outputs of the layers, as in Example 5.
const WIDTH: usize = 100;

/// Paths that join an input and an output on one side of 0, as in Example 5.
const PATHS_IN_A_RUN: usize = 13;

/// What was measured.
///
/// # Which bytes are counted
/// Those that a pass must move: of each path z_in and z_out once (16 bytes), whose ends stand once for a run of
/// paths (12 bytes: input, output, half; its first row and length 16), and of each layer the activations that go in and
/// come out, once each (8 bytes a value). What a pass reads again from caches, the activations above all (each path
/// looks at one of every point), is not counted. A copy of n bytes counts 2n, n read and n written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ForwardPass {
    /// kept paths of all layers
    pub paths: usize,
    /// inputs evaluated together
    pub inputs: usize,
    /// bytes that a pass must move
    pub bytes: f64,
    /// seconds of a pass, the least seen
    pub seconds: f64,
    /// bytes a second that a plain copy moves on the same threads, the most seen
    pub copy: f64,
}

impl ForwardPass {
    /// Layers of about `paths` kept paths in all, 100×100 each with all paths alive, on `inputs` points. Passes and copies
    /// take turns for `rounds` rounds.
    pub fn measure(paths: usize, inputs: usize, rounds: usize) -> Self {
        let each = WIDTH * WIDTH * 2 * PATHS_IN_A_RUN;
        let tickets: Vec<LayerTicket> = (0..paths.div_ceil(each)).map(|layer| ticket(layer as u64)).collect();
        let layers: Vec<MaskedLayer<'_>> =
            tickets.iter().map(|ticket| MaskedLayer::new(ticket, WIDTH, Activation::Identity)).collect();
        let row = Stream::new(1, 0, Side::In).row(0);
        let signed = |place: u64| (row.word(place) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0;
        let x = Array2::from_shape_fn((inputs, WIDTH), |(point, a)| signed((point * WIDTH + a) as u64));
        let paths: usize = tickets.iter().map(LayerTicket::len).sum();
        let runs = 2 * WIDTH * WIDTH * layers.len();
        let activations = 2 * WIDTH * inputs * layers.len();
        let bytes = (16 * paths + 28 * runs + 8 * activations) as f64;
        let (mut seconds, mut copied) = (f64::INFINITY, f64::INFINITY);
        let source = vec![1_u64; 16 * paths / 8];
        let mut target = vec![0_u64; source.len()];
        for _ in 0..=rounds {
            let started = Instant::now();
            black_box(layers.iter().fold(x.clone(), |x, layer| layer.forward(x.view())));
            seconds = seconds.min(started.elapsed().as_secs_f64());
            let started = Instant::now();
            target.par_chunks_mut(1 << 17).zip(source.par_chunks(1 << 17)).for_each(|(to, from)| {
                to.copy_from_slice(from);
            });
            black_box(&target);
            copied = copied.min(started.elapsed().as_secs_f64());
        }
        Self { paths, inputs, bytes, seconds, copy: 16.0 * source.len() as f64 / copied }
    }

    /// Bytes a second of the pass.
    pub fn bandwidth(&self) -> f64 {
        self.bytes / self.seconds
    }

    /// The pass's share of what a plain copy reaches.
    pub fn ratio(&self) -> f64 {
        self.bandwidth() / self.copy
    }
}

/// A pass over 7.8 million kept paths for 64 inputs.
pub(super) fn figures() -> Vec<Figure> {
    let pass = ForwardPass::measure(7_800_000, 64, 7);
    let note = format!(
        "{:.2} M paths in {:.1} ms: {:.2} GB/s, copy {:.2}",
        pass.paths as f64 / 1e6,
        pass.seconds * 1e3,
        pass.bandwidth() / 1e9,
        pass.copy / 1e9
    );
    let work = "forward pass of Ĝ, 7.8 M kept paths, 64 inputs: bytes a second, of a plain copy's";
    vec![Figure::new("forward-pass", work, pass.ratio(), "x", Goal::AtLeast(0.5)).noted(note)]
}

/// A layer as a construction leaves it: for each output and input both halves, each a run of paths. Values stay below 1, so
/// that no layer makes them grow.
fn ticket(layer: u64) -> LayerTicket {
    let law = Uniform::new(1.0).expect("1 is a bound");
    let rows = (0..WIDTH as u32 * WIDTH as u32 * 2 * PATHS_IN_A_RUN as u32).map(|row| {
        let (run, number) = (row / PATHS_IN_A_RUN as u32, u64::from(row));
        let weight = |side| law.weight(Stream::new(layer, 1, side).row(number).word(0)).abs() / 16.0;
        let z_in = if run % 2 == 0 { weight(Side::In) } else { -weight(Side::In) };
        crate::construction::Path {
            neuron: number,
            input: run / 2 % WIDTH as u32,
            output: run / 2 / WIDTH as u32,
            z_in,
            z_out: weight(Side::Out),
        }
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_is_a_pass_over_all_paths() {
        let pass = ForwardPass::measure(1, 3, 1);
        assert_eq!((pass.paths, pass.inputs), (260_000, 3));
        assert_eq!(pass.bytes, 16.0 * 260_000.0 + 28.0 * 20_000.0 + 8.0 * 600.0);
        assert!(pass.seconds > 0.0 && pass.ratio() > 0.0);
    }
}
