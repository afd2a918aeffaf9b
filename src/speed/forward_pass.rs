//! The forward pass of Ĝ held against a plain copy.
//!
//! The pass computes two operations for each firing path and point. In the cache, short runs of paths and the mispredicted
//! branch at the end of each limit it; from memory, the rows' arrival does. The book's page on performance has the figures.

use std::hint::black_box;
use std::time::Instant;

use ndarray::Array2;
use rayon::prelude::*;

use super::Figure;
use super::construction::{build, layers};
use crate::construction::LayerTicket;
use crate::experiment::ExperimentError;
use crate::network::Activation;
use crate::sampling::{Side, Stream};
use crate::verification::{Evaluation, MaskedLayer, MaskedNetwork};

/// Inputs and outputs of the layers, as in Example 5.
const WIDTH: usize = 100;

/// A measured forward pass.
///
/// # The counted bytes
/// All kept paths, firing or not: z_in and z_out of each (16 bytes), and the start of the paths of each weight and
/// half (4 bytes); and of each layer the activations in and out, once each (8 bytes a value). Repeated
/// reads from caches, of activations above all (each path reads one of every point), are not counted. A copy of n bytes
/// counts 2n, n read and n written.
///
/// Behind the first layer no input is negative, and half of the paths never fire. They stand apart from the others and are skipped,
/// as are paths of inputs with 0 at all points: their bytes are counted, as a part of the evaluated network,
/// but not read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ForwardPass {
    /// kept paths of all layers
    pub paths: usize,
    /// paths firing for any of the inputs
    pub firing: usize,
    /// inputs evaluated together
    pub inputs: usize,
    /// counted bytes
    pub bytes: f64,
    /// seconds of a pass, the least seen
    pub seconds: f64,
    /// bytes a second of a plain copy on the same threads, the most seen
    pub copy: f64,
}

impl ForwardPass {
    /// Ĝ of Example 5 with so many layers, on `inputs` random points of the unit ball. Passes and copies take turns for
    /// `rounds` rounds.
    ///
    /// # Errors
    /// [`ExperimentError`] if there is not enough memory.
    pub fn measure(deep: usize, inputs: usize, rounds: usize) -> Result<Self, ExperimentError> {
        let widths = vec![WIDTH.to_string(); deep + 1].join(",");
        let target = format!("target=Random(widths:[{widths}],weight_bound:1.0,spectral_norm:1.0,seed:7)");
        let built: Vec<_> = layers("example-5", &[&target])?.par_iter().map(build).collect();
        let tickets: Vec<&LayerTicket> = built.iter().map(|layer| layer.ticket()).collect();
        let layer = |ticket: &&LayerTicket| MaskedLayer::new(ticket, WIDTH, WIDTH, Activation::Relu);
        let masked: MaskedNetwork = tickets.iter().map(layer).collect();
        let row = Stream::new(1, 0, Side::In).row(0);
        let signed = |place: u64| ((row.word(place) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0) / 10.0;
        let x = Array2::from_shape_fn((inputs, WIDTH), |(point, a)| signed((point * WIDTH + a) as u64));
        let (mut firing, mut of_layer) = (0, x.clone());
        for (ticket, layer) in tickets.iter().zip(masked.layers()) {
            let fires =
                |z_in: f64, input: u32| of_layer.column(input as usize).iter().any(|x| z_in * x > 0.0);
            firing += ticket.paths().filter(|path| fires(path.z_in, path.input)).count();
            of_layer = layer.forward(of_layer.view());
        }
        let paths: usize = tickets.iter().map(|ticket| ticket.len()).sum();
        let bytes = (masked.bytes() + 8 * 2 * WIDTH * inputs * deep) as f64;
        let (mut seconds, mut copied) = (f64::INFINITY, f64::INFINITY);
        let source = vec![1_u64; 16 * paths / 8];
        let mut target = vec![0_u64; source.len()];
        for _ in 0..=rounds {
            let started = Instant::now();
            black_box(masked.forward(Evaluation::Plain, x.view()));
            seconds = seconds.min(started.elapsed().as_secs_f64());
            let started = Instant::now();
            target.par_chunks_mut(1 << 17).zip(source.par_chunks(1 << 17)).for_each(|(to, from)| {
                to.copy_from_slice(from);
            });
            black_box(&target);
            copied = copied.min(started.elapsed().as_secs_f64());
        }
        let copy = 16.0 * source.len() as f64 / copied;
        Ok(Self { paths, firing, inputs, bytes, seconds, copy })
    }

    /// Bytes a second of the pass.
    pub fn bandwidth(&self) -> f64 {
        self.bytes / self.seconds
    }

    /// The pass's share of a plain copy's rate.
    pub fn ratio(&self) -> f64 {
        self.bandwidth() / self.copy
    }
}

/// A pass over 7.8 million kept paths for 64 inputs.
pub(super) fn figures() -> Result<Vec<Figure>, ExperimentError> {
    let pass = ForwardPass::measure(33, 64, 7)?;
    let note = format!(
        "{:.2} M paths, {:.2} M of which fire, in {:.1} ms: {:.2} GB/s, copy {:.2}",
        pass.paths as f64 / 1e6,
        pass.firing as f64 / 1e6,
        pass.seconds * 1e3,
        pass.bandwidth() / 1e9,
        pass.copy / 1e9
    );
    let work = "forward pass of Ĝ, 7.8 M kept paths, 64 inputs: bytes a second, of a plain copy's";
    Ok(vec![Figure::new("forward-pass", work, pass.ratio(), "x").noted(note)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_is_a_pass_over_all_paths() {
        let pass = ForwardPass::measure(2, 30, 1).unwrap();
        // All paths of the first layer fire, as its inputs have both signs; of the second, paths with z_in > 0.
        let firing = pass.firing as f64 / pass.paths as f64;
        assert!(pass.inputs == 30 && pass.paths > 300_000 && (0.7..0.8).contains(&firing), "{pass:?}");
        // 2·2·10⁴ runs at most, a half of a weight each.
        let of_paths = 16.0 * pass.paths as f64 + 8.0 * 2.0 * 100.0 * 30.0 * 2.0;
        assert!(pass.bytes > of_paths && pass.bytes <= of_paths + 16.0 * 40_000.0, "{pass:?}");
        assert!(pass.seconds > 0.0 && pass.ratio() > 0.0);
    }
}
