//! Networks in ONNX: those of both exporters of PyTorch, with the outputs of a reference runtime.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod folding;
mod hostile;
mod model;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayView2, Axis};
use slth::network::files::onnx::{OnnxError, OnnxNetwork, network};
use slth::network::files::{FileBytes, WeightFile, is_onnx, read_points};

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
    assert!(found.iter().all(|y| y.is_finite()));
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
        let bytes = fs::read(&path).unwrap();
        assert!(is_onnx(&FileBytes::from(&bytes[..])), "{name}");
        let network = read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
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

/// The bytes of an array of unsigned bytes.
fn bytes_of(file: &mut WeightFile<'_>, name: &str) -> Vec<u8> {
    file.tensor(name).unwrap().unwrap().into_iter().map(|byte| byte as u8).collect()
}

fn rows_of(file: &mut WeightFile<'_>, name: &str, rows: usize) -> Array2<f64> {
    let values = file.tensor(name).unwrap().unwrap();
    Array2::from_shape_vec((rows, values.len() / rows), values).unwrap()
}

/// Models of `tests/cases/onnx/operators.py`: operators with random shapes, strides, padding, dilations and groups.
#[test]
fn operators_give_the_outputs_of_a_reference_runtime() {
    let bytes = fs::read(cases().join("operators.npz")).unwrap();
    let mut file = WeightFile::open(&bytes[..]).unwrap();
    let names: Vec<String> = file.entries().iter().map(|entry| entry.name.clone()).collect();
    let models: Vec<&str> = names.iter().filter_map(|name| name.strip_suffix(".model")).collect();
    let mut kinds = BTreeMap::new();
    let mut failures = Vec::new();
    for model in models {
        let bytes = bytes_of(&mut file, &format!("{model}.model"));
        let (x, y) =
            (rows_of(&mut file, &format!("{model}.x"), 3), rows_of(&mut file, &format!("{model}.y"), 3));
        let network = match read(&bytes) {
            Ok(network) => network,
            Err(error) => {
                failures.push(format!("{model}: {error}"));
                continue;
            }
        };
        let found = outputs(&network, x.view());
        if found.dim() != y.dim() {
            failures.push(format!("{model}: {:?} for {:?}", found.dim(), y.dim()));
            continue;
        }
        // float32 sums of a few dozen terms
        let off = (&found - &y).iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        let scale = y.iter().fold(1.0_f64, |m, x| m.max(x.abs()));
        if off > 1e-5 * scale || found.iter().any(|y| !y.is_finite()) {
            failures.push(format!(
                "{model}: off by {off:e}, {:?}",
                network.graph.nodes().iter().map(|n| n.operation.name()).collect::<Vec<_>>()
            ));
        }
        *kinds.entry(model.split('-').next().unwrap().to_owned()).or_insert(0) += 1;
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    assert!(kinds.len() == 11 && kinds.values().all(|&count| count >= 15), "{kinds:?}");
}
