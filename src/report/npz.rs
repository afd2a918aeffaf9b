//! The ticket as an npz file, to be checked in NumPy without this program.

use std::io;

use ndarray::ArrayView2;
use serde::Serialize;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::first_error::FirstError;
use super::npy::{Element, write_npy};
use crate::construction::LayerBuilder;
use crate::network::Fold;
use crate::network::graph::Graph;
use crate::sampling::{Hyperbolic, Law, VERSION};
use crate::session::Session;
use crate::visible::visible_in_json;

/// The `meta` array: a JSON text as u1 bytes, `json.loads(bytes(npz["meta"]))`.
#[derive(Serialize)]
struct Meta<'a> {
    title: &'a str,
    construction: &'static str,
    method: &'static str,
    /// seed of G
    seed: u64,
    /// version of the random function of G
    version: u32,
    law: &'static str,
    widths: &'a [usize],
    activations: Vec<&'static str>,
    /// slope of each leaky ReLU, null elsewhere
    slopes: Vec<Option<f64>>,
    epsilon: f64,
    /// [α, β] of each layer; empty for uniform weights on [−1, 1], like the two below
    weight_range: Vec<(f64, f64)>,
    /// Λ = ln(β/α) of each layer
    log_range: Vec<f64>,
    /// [α′, β′] of each layer
    product_range: Vec<(f64, f64)>,
    /// ε_w of each layer
    weight_tolerance: &'a [f64],
    /// whether every input has a constant 1 behind its other coordinates, counted by `widths`
    constant_input: bool,
    /// for folded biases, n₀…n_ℓ without constants; else null
    given_widths: Option<&'a [usize]>,
    /// for folded biases, the constant input and the constants of the last neurons of the first layers; else null
    constants: Option<&'a [f64]>,
    /// how the layers are connected, unless each takes the one before
    #[serde(skip_serializing_if = "Option::is_none")]
    graph: Option<&'a Graph>,
}

/// A layer of a ticket's file: its kept paths as columns of equal length, and the target's weights, outputs × inputs.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)] // the columns are those of LayerTicket
pub struct WrittenLayer<'a> {
    pub neuron: &'a [u64],
    pub input: &'a [u32],
    pub output: &'a [u32],
    pub z_in: &'a [f64],
    pub z_out: &'a [f64],
    pub target: ArrayView2<'a, f64>,
}

/// Writes the ticket of one lane: `layer{i}.neuron` (u8), `.input`, `.output` (u4), `.z_in`, `.z_out` (f8), one row
/// per kept path, `layer{i}.target` (f8, n_i × n_{i−1}) and `meta`.
///
/// # Errors
/// Whatever `out` reports.
pub fn write_ticket(session: &Session, lane: usize, out: impl io::Write + io::Seek) -> io::Result<()> {
    let target = &session.experiment().target;
    let layers = session.lanes()[lane].tickets().zip(1..).map(|(ticket, layer)| WrittenLayer {
        neuron: &ticket.neuron,
        input: &ticket.input,
        output: &ticket.output,
        z_in: &ticket.z_in,
        z_out: &ticket.z_out,
        target: target.weights(layer).view(),
    });
    write_ticket_layers(&ticket_meta(session, lane)?, layers, out)
}

/// Writes a ticket of its `meta` and its layers, layer 1 first, as [`write_ticket`] does.
///
/// # Errors
/// Whatever `out` reports.
pub fn write_ticket_layers<'a>(
    meta: &str,
    layers: impl IntoIterator<Item = WrittenLayer<'a>>,
    out: impl io::Write + io::Seek,
) -> io::Result<()> {
    let mut out = FirstError::new(out);
    let said = write_npz(meta, layers, &mut out);
    out.finish(said)
}

/// The `meta` of a lane's ticket: its settings, as a JSON text.
///
/// # Errors
/// None is known.
pub fn ticket_meta(session: &Session, lane: usize) -> io::Result<String> {
    let experiment = session.experiment();
    let architecture = experiment.target.architecture();
    let lane = &session.lanes()[lane];
    let plans = &lane.plan().layers;
    let law = |builder: &LayerBuilder| match builder.problem().law {
        Law::Hyperbolic(law) => Some(law),
        Law::Uniform(_) => None,
    };
    let hyperbolic: Vec<Hyperbolic> = lane.builders().iter().filter_map(law).collect();
    let meta = Meta {
        title: &experiment.title,
        construction: lane.plan().construction.name(),
        method: lane.plan().construction.id(),
        seed: experiment.seed,
        version: VERSION,
        law: lane.builders()[0].problem().law.name(),
        widths: architecture.widths(),
        activations: architecture.activations().iter().map(|a| a.name()).collect(),
        slopes: architecture.activations().iter().map(|a| a.slope()).collect(),
        epsilon: experiment.epsilon,
        weight_range: hyperbolic.iter().map(Hyperbolic::range).collect(),
        log_range: hyperbolic.iter().map(Hyperbolic::log_range).collect(),
        product_range: plans.iter().take(hyperbolic.len()).map(|plan| plan.ranges.product).collect(),
        weight_tolerance: &session.plan().weight_tolerance,
        constant_input: experiment.domain.has_constant(),
        given_widths: experiment.target.fold().map(Fold::widths),
        constants: experiment.target.fold().map(Fold::constants),
        graph: experiment.target.graph().map(|graph| &**graph),
    };
    Ok(visible_in_json(&serde_json::to_string(&meta)?).into_owned())
}

fn write_npz<'a>(
    meta: &str,
    layers: impl IntoIterator<Item = WrittenLayer<'a>>,
    out: impl io::Write + io::Seek,
) -> io::Result<()> {
    let mut npz = ZipWriter::new(out);
    add_array(&mut npz, "meta", &[meta.len()], meta.as_bytes())?;
    for (columns, layer) in layers.into_iter().zip(1..) {
        add_column(&mut npz, layer, "neuron", columns.neuron)?;
        add_column(&mut npz, layer, "input", columns.input)?;
        add_column(&mut npz, layer, "output", columns.output)?;
        add_column(&mut npz, layer, "z_in", columns.z_in)?;
        add_column(&mut npz, layer, "z_out", columns.z_out)?;
        let (name, by_row) = (format!("layer{layer}.target"), columns.target.as_standard_layout());
        add_array(&mut npz, &name, columns.target.shape(), by_row.as_slice().unwrap_or_default())?;
    }
    npz.finish()?;
    Ok(())
}

fn add_column<W: io::Write + io::Seek, T: Element>(
    npz: &mut ZipWriter<W>,
    layer: usize,
    name: &str,
    column: &[T],
) -> io::Result<()> {
    add_array(npz, &format!("layer{layer}.{name}"), &[column.len()], column)
}

pub(super) fn add_array<W: io::Write + io::Seek, T: Element>(
    npz: &mut ZipWriter<W>,
    name: &str,
    shape: &[usize],
    elements: &[T],
) -> io::Result<()> {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    npz.start_file(format!("{name}.npy"), stored)?;
    write_npy(npz, shape, elements)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Seek, SeekFrom, Write};

    use super::*;
    use crate::experiment::Experiment;

    /// A disk with this much room.
    struct Disk {
        file: Cursor<Vec<u8>>,
        room: usize,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let end = self.file.position() as usize + bytes.len();
            if end > self.room { Err(io::ErrorKind::StorageFull.into()) } else { self.file.write(bytes) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for Disk {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.file.seek(to)
        }
    }

    #[test]
    fn a_full_disk_is_told_in_the_system_s_own_words() {
        let mut session = Session::new(Experiment::load("tiny", None, &[]).unwrap()).unwrap();
        session.run(&|_| {});
        let mut whole = Cursor::new(Vec::new());
        write_ticket(&session, 0, &mut whole).unwrap();
        let length = whole.into_inner().len();
        for room in (0..length).step_by(length / 40) {
            let disk = Disk { file: Cursor::new(Vec::new()), room };
            let error = write_ticket(&session, 0, disk).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{error}");
            assert_eq!(error.to_string(), io::Error::from(io::ErrorKind::StorageFull).to_string());
        }
        write_ticket(&session, 0, Disk { file: Cursor::new(Vec::new()), room: length }).unwrap();
    }
}
