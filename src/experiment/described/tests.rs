//! Described targets: the networks of PyTorch's files, and refusals.

use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayView2, Axis, Slice};

use super::super::preset::{GraphSource, Preset, TargetSource, parse};
use super::*;
use crate::network::files::DataArray;
use crate::network::graph::Operation;

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The target of a preset in `tests/cases/described`, from a weight file in a folder.
fn described(name: &str, weights: &Path) -> DescribedTarget {
    let text = std::fs::read_to_string(folder("tests/cases/described").join(name).with_extension("ron"));
    let preset: Preset = parse(&text.unwrap()).unwrap();
    let Some(TargetSource::File { path, graph: Some(graph), .. }) = preset.target else { unreachable!() };
    let bytes = std::fs::read(weights.join(path)).unwrap();
    let mut file = WeightFile::open(&bytes[..]).unwrap();
    target(&graph, &mut file).unwrap()
}

fn forward(target: &DescribedTarget, x: ArrayView2<'_, f64>) -> Array2<f64> {
    target.graph.forward(x, &mut |layer, x| x.dot(&target.weights[layer - 1].t()), &mut |_, _| {})
}

fn points(path: &Path, array: Option<&str>) -> Array2<f64> {
    let bytes = std::fs::read(path).unwrap();
    DataArray::of_points(&bytes[..], array).unwrap().read_points().unwrap()
}

/// Outputs on the first 20 images against those of a reference in f32.
fn is_reproduced(name: &str, weights: &Path, images: &Path) -> DescribedTarget {
    let target = described(name, weights);
    let all = points(images, None);
    let y = forward(&target, all.slice_axis(Axis(0), Slice::from(..20)));
    let expected = points(&weights.join("expected-outputs.npz"), Some(name));
    assert_eq!(y.dim(), expected.dim());
    let largest = expected.iter().fold(0.0, |m: f64, y| m.max(y.abs()));
    for (y, expected) in y.iter().zip(&expected) {
        assert!((y - expected).abs() < 2e-6 * largest, "{name}: {y} {expected}");
    }
    target
}

#[test]
fn networks_of_pytorch_are_reproduced() {
    let weights = folder("tests/cases/described");
    let of = |name: &str| is_reproduced(name, &weights, &folder("presets/digits-test-inputs.npy"));
    let conv = of("digits-conv");
    assert_eq!((conv.graph.layers(), conv.weights[0].dim(), conv.weights[1].dim()), (3, (8, 10), (16, 73)));
    let folded = of("digits-conv-batchnorm");
    let effects = folded.reading.folded.iter();
    let names: Vec<_> = effects.map(|of| (of.node.as_str(), of.map.as_str())).collect();
    assert_eq!(names, [("batch-norm-2", "conv-1"), ("batch-norm-6", "conv-5")]);
    let unused: Vec<_> = folded.reading.unused.iter().map(|of| of.name.as_str()).collect();
    assert_eq!(unused, ["b1.num_batches_tracked", "b2.num_batches_tracked"]);
    // No scale and shift is left.
    let scaled = |node: &crate::network::graph::Node| matches!(node.operation, Operation::ScaleShift { .. });
    assert!(!folded.graph.nodes().iter().any(scaled));
    let residual = of("digits-residual");
    let adds = residual.graph.nodes().iter().filter(|node| matches!(node.operation, Operation::Add)).count();
    assert_eq!((residual.graph.layers(), adds), (6, 4));
    for name in ["digits-lstm", "digits-gru", "digits-rnn"] {
        let recurrent = of(name);
        assert_eq!((recurrent.graph.layers(), recurrent.graph.uses(1).count()), (3, 1), "{name}");
        assert!(recurrent.graph.uses(2).count() >= 7, "{name}");
    }
}

#[test]
fn larger_networks_of_pytorch_are_reproduced() {
    let data = folder("../shared/data");
    if !data.join("networks").exists() {
        eprintln!("skipped: larger_networks_of_pytorch_are_reproduced (no ../shared/data/networks)");
        return;
    }
    for name in ["digits-plain-4", "digits-residual-20"] {
        is_reproduced(name, &data.join("networks"), &folder("presets/digits-test-inputs.npy"));
    }
    let images = data.join("mnist/t10k-images-idx3-ubyte.gz");
    if !images.exists() {
        eprintln!("skipped: mnist-lenet5 (no ../shared/data/mnist)");
        return;
    }
    let lenet = is_reproduced("mnist-lenet5", &data.join("networks"), &images);
    assert_eq!(lenet.weights.iter().map(Array2::len).sum::<usize>(), 61_706);
}

/// The message of a graph that is refused, with the tensors of the convolutional network.
fn refused(input: &str, nodes: &str) -> String {
    let text = format!("(target: File(path: \"\", graph: (input: {input}, nodes: {nodes})))");
    let preset: Preset = parse(&text).unwrap();
    let Some(TargetSource::File { graph: Some(graph), .. }) = preset.target else { unreachable!() };
    let bytes = std::fs::read(folder("tests/cases/described/digits-conv-batchnorm.pt")).unwrap();
    let mut file = WeightFile::open(&bytes[..]).unwrap();
    target(&graph, &mut file).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn every_mistake_names_its_node() {
    let image = "[1, 8, 8]";
    for (input, nodes, says) in [
        (image, "[]", "node input: expected at least one node behind it, found none"),
        (
            image,
            "[Relu, Flatten]",
            "node flatten-2: expected at least one linear map before the output, found none",
        ),
        (
            image,
            "[Conv(module: \"c3\")]",
            "node conv-1: expected a tensor `c3.weight` in the file, found `c1.weight`, ",
        ),
        (
            image,
            "[Conv(padding: 1)]",
            "node conv-1: expected a `module`, or the name of a tensor in `weight`, found neither",
        ),
        (
            "[64]",
            "[Conv(module: \"c1\")]",
            "node conv-1: expected an input with channels and 2 more axes, as its window has, found shape 64",
        ),
        (
            "[2, 8, 8]",
            "[Conv(module: \"c1\")]",
            "node conv-1: expected channels of an input of 2×8×8 in 1 groups of tensor `c1.weight`, found shape [8, 1, 3, 3]",
        ),
        (image, "[Conv(module: \"c1\", groups: 3)]", "in 3 groups of tensor `c1.weight`"),
        (
            image,
            "[Conv(module: \"c1\", stride: [1, 1, 1])]",
            "expected one stride, or a list of 2, one for each axis behind the channels, found a list of 3",
        ),
        (image, "[Conv(module: \"c1\", stride: 0)]", "expected a window that fits into its input of 1×8×8"),
        (image, "[Conv(module: \"c1\", padding: 18446744073709551615)]", "expected a padding of at most"),
        (image, "[Conv(module: \"c1\", padding: 100000)]", "expected a window that reads at most"),
        ("[1, 2, 2]", "[Conv(module: \"c1\")]", "expected a window that fits into its input of 1×2×2"),
        (
            image,
            "[Conv(module: \"fc\")]",
            "node conv-1: expected 3 axes or more, outputs × channels of a group × sizes of the window, of tensor `fc.weight`, found shape [10, 64]",
        ),
        (
            image,
            "[Dense(module: \"fc\")]",
            "node dense-1: expected 8 inputs (columns of its weights), found 64",
        ),
        (
            image,
            "[Dense(weight: \"c1.weight\")]",
            "expected 2 axes, outputs × inputs of tensor `c1.weight`, found shape [8, 1, 3, 3]",
        ),
        (
            "[10]",
            "[Dense(module: \"fc\", transposed: true, bias: \"fc.bias\")]",
            "expected 64 biases, one for each output, found 10",
        ),
        ("[64]", "[Dense(weight: \"fc.weight\", bias: \"b1.num_batches_tracked\")]", "node dense-1: "),
        (
            image,
            "[Conv(module: \"c1\"), BatchNorm(module: \"b3\")]",
            "node batch-norm-2: expected a running mean, as batch norm has it after training, found none",
        ),
        (
            image,
            "[Conv(module: \"c1\"), BatchNorm(module: \"b2\")]",
            "node batch-norm-2: expected 8 channels, as its input of 8×6×6 has, found 16",
        ),
        (
            "[64]",
            "[Lstm(weight_ih: \"fc.weight\", weight_hh: \"fc.weight\")]",
            "node lstm-1: expected a sequence of shape [steps, width], found 64",
        ),
        (
            "[2, 64]",
            "[Lstm(weight_ih: \"fc.weight\", weight_hh: \"fc.weight\")]",
            "expected 256 rows of its hidden weights (4 for each of 64 units), found 10",
        ),
        (
            image,
            "[Relu(name: \"a\"), Tanh(name: \"a\")]",
            "node a: expected a name of its own, found that of node 1",
        ),
        (
            image,
            "[Relu(name: \"input\")]",
            "node input: expected a name of its own, found that of the network's input",
        ),
        (
            image,
            "[Relu(of: \"nowhere\")]",
            "node relu-1: expected the name of an earlier node, found `nowhere`, which no node has",
        ),
        (
            image,
            "[Relu(of: \"b\"), Tanh(name: \"b\")]",
            "node relu-1: expected the name of an earlier node, found `b`, the name of a later one",
        ),
        (
            image,
            "[Relu(name: \"b\", of: \"b\")]",
            "node b: expected the name of an earlier node, found `b`, its own",
        ),
        (
            image,
            "[Add(of: [\"input\"])]",
            "node add-1: expected two or more names in `of`, or one in `with` beside the node before, found fewer names",
        ),
        (image, "[Product]", ""),
        (image, "[Product()]", "found neither"),
        (image, "[Add(of: [\"input\", \"input\"], with: \"input\")]", "found both"),
        (
            image,
            "[Flatten, Add(with: \"input\")]",
            "node add-2: expected inputs of one shape, 64, found 1×8×8",
        ),
        (image, "[Concat(of: [])]", "node concat-1: expected at least one input, found none"),
        (image, "[Concat(of: [\"input\"], axis: 3)]", "expected an axis of its input of 1×8×8, found 3"),
        (image, "[MaxPool()]", "node max-pool-1: expected a `kernel`, found none"),
        (image, "[AveragePool(kernel: 9)]", "expected a window that fits into its input of 1×8×8"),
        (image, "[MaxPool(kernel: [2, 2, 2])]", "expected one kernel, or a list of 2"),
        (
            "[64]",
            "[GlobalAveragePool]",
            "expected an input with channels and axes behind them, found shape 64",
        ),
        (
            image,
            "[Reshape(shape: [8, 9])]",
            "node reshape-1: expected as many entries as its input of 1×8×8, found 8×9",
        ),
        (image, "[LeakyRelu(slope: 2.0)]", "node leaky-relu-1: expected a slope between 0 and 1, found 2"),
        ("[]", "[Relu]", "node input: expected at least one axis"),
        (
            "[4294967295, 4294967295]",
            "[Relu]",
            "node input: expected at least one axis and at most 268435456 entries",
        ),
    ] {
        let text = format!("(target: File(path: \"\", graph: (input: {input}, nodes: {nodes})))");
        let message = if parse::<Preset>(&text).is_err() { String::new() } else { refused(input, nodes) };
        assert!(
            message.contains(says) && says.is_empty() == message.is_empty(),
            "{nodes}: expected {says}, found {message}"
        );
    }
}

/// Every kind of node without tensors, by hand: 2 channels of 2×2.
#[test]
fn fixed_operations_by_hand() {
    let graph = |nodes: &str| -> GraphSource {
        let text = format!("(target: File(path: \"\", graph: (input: [2, 2, 2], nodes: {nodes})))");
        match parse::<Preset>(&text).unwrap().target {
            Some(TargetSource::File { graph: Some(graph), .. }) => graph,
            _ => unreachable!(),
        }
    };
    // The sum and the difference of a row.
    let numbers: Vec<u8> = [1.0_f64, 1.0, 1.0, -1.0].iter().flat_map(|w| w.to_le_bytes()).collect();
    let tensor = safetensors::tensor::TensorView::new(safetensors::Dtype::F64, vec![2, 2], &numbers).unwrap();
    let bytes = safetensors::serialize([("w.weight", tensor)], None).unwrap();
    let of = |nodes: &str| {
        let mut file = WeightFile::open(&bytes[..]).unwrap();
        let target = target(&graph(nodes), &mut file).unwrap();
        let x = ndarray::array![[1.0, 2.0, 3.0, 4.0, -1.0, -2.0, 5.0, 0.0]];
        (forward(&target, x.view()).into_raw_vec_and_offset().0, target.graph.output().axes().to_vec())
    };
    let dense = "Dense(module: \"w\", name: \"d\")";
    let rows = [3.0, -1.0, 7.0, -1.0, -3.0, 1.0, 5.0, 5.0];
    assert_eq!(of(&format!("[{dense}]")), (rows.to_vec(), vec![2, 2, 2]));
    assert_eq!(of(&format!("[{dense}, MaxPool(kernel: 2)]")), (vec![7.0, 5.0], vec![2, 1, 1]));
    assert_eq!(of(&format!("[{dense}, MaxPool(kernel: [1, 2], stride: 1)]")).0, [3.0, 7.0, 1.0, 5.0]);
    assert_eq!(of(&format!("[{dense}, AveragePool(kernel: 2)]")).0, [2.0, 2.0]);
    let padded = |counts: bool| {
        let pool = format!("AveragePool(kernel: 2, padding: 1, count_include_pad: {counts})");
        of(&format!("[{dense}, {pool}]")).0
    };
    assert_eq!(padded(true)[..4], [0.75, -0.25, 1.75, -0.25]);
    assert_eq!(padded(false)[..4], [3.0, -1.0, 7.0, -1.0]);
    assert_eq!(
        of(&format!("[{dense}, MaxPool(kernel: 2, stride: 2, padding: 0, ceil_mode: true)]")).0,
        [7.0, 5.0]
    );
    assert_eq!(of(&format!("[{dense}, GlobalAveragePool, Flatten]")), (vec![2.0, 2.0], vec![2]));
    assert_eq!(
        of(&format!("[{dense}, Add(with: \"input\")]")).0,
        [4.0, 1.0, 10.0, 3.0, -4.0, -1.0, 10.0, 5.0]
    );
    assert_eq!(of(&format!("[{dense}, Add(of: [\"d\", \"d\", \"input\"])]")).0[..2], [7.0, 0.0]);
    assert_eq!(of(&format!("[{dense}, Product(with: \"input\")]")).0[..4], [3.0, -2.0, 21.0, -4.0]);
    let (joined, shape) = of(&format!("[{dense}, Concat(of: [\"d\", \"input\"], axis: 2)]"));
    assert_eq!((&joined[..4], &shape[..]), (&[3.0, -1.0, 1.0, 2.0][..], &[2, 2, 4][..]));
    assert_eq!(of(&format!("[{dense}, Reshape(shape: [4, 2])]")), (rows.to_vec(), vec![4, 2]));
    assert_eq!(of(&format!("[{dense}, LeakyRelu(slope: 0.5)]")).0[..2], [3.0, -0.5]);
    assert_eq!(of(&format!("[{dense}, Relu]")).0[..2], [3.0, 0.0]);
    assert_eq!(of(&format!("[{dense}, Tanh]")).0[0], 3.0_f64.tanh());
    assert_eq!(of(&format!("[{dense}, Logistic]")).0[0], 1.0 / (1.0 + (-3.0_f64).exp()));
    let soft = of(&format!("[{dense}, Softmax]")).0;
    assert!(
        (soft[0] - 1.0 / (1.0 + (-4.0_f64).exp())).abs() < 1e-15 && (soft[0] + soft[1] - 1.0).abs() < 1e-15
    );
    let log = of(&format!("[{dense}, LogSoftmax]")).0;
    assert!((log[0] - soft[0].ln()).abs() < 1e-14);
    // The transpose of the matrix is the matrix.
    assert_eq!(of("[Dense(module: \"w\", transposed: true)]").0, rows);
    // States of all steps, and the last one.
    let rnn = |output: &str| {
        let weights = "weight_ih: \"w.weight\", weight_hh: \"w.weight\"";
        of(&format!("[Reshape(shape: [4, 2]), Rnn({weights}, nonlinearity: Relu, output: {output})]"))
    };
    let (all, shape) = rnn("All");
    assert_eq!(shape, [4, 2]);
    // h = relu(W·(x + h)): (3, 0), (10, 2), (9, 9), (23, 5).
    assert_eq!(all, [3.0, 0.0, 10.0, 2.0, 9.0, 9.0, 23.0, 5.0]);
    assert_eq!(rnn("Last"), (all[6..].to_vec(), vec![2]));
}
