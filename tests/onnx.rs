//! Networks in ONNX: those of both exporters of PyTorch, with the outputs of a reference runtime.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayView2, Axis};
use slth::network::files::onnx::{OnnxError, OnnxNetwork, network};
use slth::network::files::{WeightFile, read_points};

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/onnx")
}

fn no_files(name: &str) -> Result<Vec<u8>, String> {
    Err(format!("no file {name}"))
}

fn read(bytes: &[u8]) -> Result<OnnxNetwork, OnnxError> {
    network(bytes, &no_files)
}

/// The outputs at a batch of inputs, by the file's own weights.
fn outputs(network: &OnnxNetwork, x: ArrayView2<'_, f64>) -> Array2<f64> {
    let mut linear = |layer: usize, x: ArrayView2<'_, f64>| x.dot(&network.weights[layer - 1].t());
    network.graph.forward(x, &mut linear, &mut |_, _| {})
}

fn array(file: &mut WeightFile<'_>, name: &str) -> Array2<f64> {
    let values = file.tensor(name).unwrap().unwrap();
    Array2::from_shape_vec((20, values.len() / 20), values).unwrap()
}

/// The largest difference, relative to the largest output.
fn difference(found: &Array2<f64>, expected: &Array2<f64>) -> f64 {
    let largest = expected.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    (found - expected).iter().fold(0.0_f64, |m, x| m.max(x.abs())) / largest
}

#[test]
fn both_exporters_give_the_outputs_of_a_reference_runtime() {
    let expected = fs::read(cases().join("expected.npz")).unwrap();
    let mut expected = WeightFile::open(&expected[..]).unwrap();
    let x = array(&mut expected, "inputs");
    let mut read_files = 0;
    for entry in fs::read_dir(cases()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "onnx") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        let network = read(&fs::read(&path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let found = outputs(&network, x.view());
        let off = difference(&found, &array(&mut expected, name));
        assert!(off < 1e-5, "{name} is off by {off:e}");
        assert_eq!(network.graph.output().axes(), [10], "{name}");
        read_files += 1;
    }
    assert_eq!(read_files, 12);
}

/// A folder of data beside the repository.
fn shared(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(folder)
}

#[test]
fn trained_networks_beside_the_repository_give_the_outputs_of_a_reference_runtime() {
    let (networks, images) = (shared("networks"), shared("mnist/t10k-images-idx3-ubyte.gz"));
    if !networks.is_dir() || !images.is_file() {
        let _ = writeln!(std::io::stderr(), "skipped: no networks or MNIST in {} (onnx)", networks.display());
        return;
    }
    let expected = fs::read(networks.join("expected-outputs.npz")).unwrap();
    let mut expected = WeightFile::open(&expected[..]).unwrap();
    let digits = fs::read(cases().join("expected.npz")).unwrap();
    let digits = array(&mut WeightFile::open(&digits[..]).unwrap(), "inputs");
    let mnist = read_points(&fs::read(images).unwrap()[..], None).unwrap();
    let mut read_files = 0;
    for entry in fs::read_dir(&networks).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "onnx") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        let network = read(&fs::read(&path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let rows: Vec<usize> = (0..20).collect();
        let x = if name.starts_with("mnist") { mnist.select(Axis(0), &rows) } else { digits.clone() };
        let off = difference(&outputs(&network, x.view()), &array(&mut expected, name));
        assert!(off < 1e-5, "{name} is off by {off:e}");
        read_files += 1;
    }
    assert!(read_files >= 17, "only {read_files}");
}
