//! Constants that become part of linear maps, and maps that are shared.

use ndarray::{Array1, Array2, Axis, array};
use onnx_rs::ast::{DataType, TensorProto};

use crate::model::{floats, model, node};
use crate::{outputs, read};
use slth::network::spectral_norm;

/// Numbers around 0 of a given spread, always the same.
fn numbers(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..count).map(|_| next() * 2.0 - 1.0).collect()
}

#[test]
fn batch_norm_is_folded_to_the_rounding_of_f64() {
    let (kernel, bias) = (numbers(3 * 2 * 9, 1), numbers(3, 2));
    let (gamma, beta, mean) = (numbers(3, 3), numbers(3, 4), numbers(3, 5));
    let variance: Vec<f64> = numbers(3, 6).iter().map(|x| 1.5 + x).collect();
    let tensor =
        |name, dims: &[i64], values: &[f64]| TensorProto::from_f64(name, dims.to_vec(), values.to_vec());
    let statistics = [("g", &gamma), ("b", &beta), ("m", &mean), ("v", &variance)];
    let tensors = || {
        let mut all = vec![tensor("k", &[3, 2, 3, 3], &kernel), tensor("c", &[3], &bias)];
        all.extend(statistics.iter().map(|(name, values)| tensor(name, &[3], values)));
        all
    };
    let conv = |output| node("Conv", &["x", "k", "c"], output);
    let plain = model(&[-1, 2, 5, 5], tensors(), vec![conv("y")]);
    let norm = node("BatchNormalization", &["a", "g", "b", "m", "v"], "y");
    let normed = model(&[-1, 2, 5, 5], tensors(), vec![conv("a"), norm]);
    let (plain, folded) = (read(&onnx_rs::encode(&plain)).unwrap(), read(&onnx_rs::encode(&normed)).unwrap());
    let x = Array2::from_shape_vec((20, 50), numbers(1000, 7)).unwrap();
    let (before, after) = (outputs(&plain, x.view()), outputs(&folded, x.view()));
    for ((point, entry), &value) in before.indexed_iter() {
        let channel = entry / 9;
        let by_hand = gamma[channel] * (value - mean[channel])
            / (variance[channel] + f64::from(1e-5_f32)).sqrt()
            + beta[channel];
        let found = after[[point, entry]];
        assert!((found - by_hand).abs() < 1e-12, "{found} for {by_hand}");
    }
    // One layer, nothing else: and the report tells what the scale did.
    assert_eq!(folded.graph.nodes().len(), 2);
    let [report] = &folded.folded[..] else { panic!("{:?}", folded.folded) };
    assert_eq!((report.map.as_str(), report.node.as_str()), ("a", "y"));
    assert_eq!(folded.graph.map(1).name(), "a");
    let largest = |w: &Array2<f64>| {
        let (kernel, _) = w.view().split_at(Axis(1), 18);
        kernel.iter().fold(0.0_f64, |m, x| m.max(x.abs()))
    };
    assert_eq!(report.w_max, (largest(&plain.weights[0]), largest(&folded.weights[0])));
    for (bound, network) in [(report.norm.0, &plain), (report.norm.1, &folded)] {
        let (kernel, _) = network.weights[0].view().split_at(Axis(1), 18);
        let norm = spectral_norm(kernel);
        assert!(bound >= norm && bound <= norm * (1.0 + 1e-9), "{bound} for {norm}");
    }
    assert!(plain.folded.is_empty() && plain.unused == ["b", "g", "m", "v"]);
    assert_eq!((folded.opset, folded.producer.as_str()), (13, "tests 1"));
}

/// Where something else takes the map's value, the norm stays an operation of its own.
#[test]
fn batch_norm_of_a_shared_value_stays_apart() {
    let tensors = vec![
        floats("w", &[2, 2], &[1.0, 2.0, 3.0, 4.0]),
        floats("g", &[2], &[2.0, 0.5]),
        floats("b", &[2], &[0.25, -1.0]),
        floats("m", &[2], &[1.0, 0.0]),
        floats("v", &[2], &[1.0 - 1e-5, 4.0]),
    ];
    let nodes = vec![
        node("MatMul", &["x", "w"], "a"),
        node("BatchNormalization", &["a", "g", "b", "m", "v"], "n"),
        node("Add", &["a", "n"], "y"),
    ];
    let network = read(&onnx_rs::encode(&model(&[-1, 2], tensors, nodes))).unwrap();
    let operations: Vec<&str> = network.graph.nodes().iter().map(|node| node.operation.name()).collect();
    assert_eq!(operations, ["input", "linear", "scale-shift", "add"]);
    assert_eq!(network.weights[0], array![[1.0, 3.0], [2.0, 4.0]]);
    assert!(network.folded.is_empty());
}

#[test]
fn a_matrix_of_several_nodes_is_one_map() {
    let tensors = || {
        vec![
            floats("w", &[2, 2], &[1.0, 2.0, 3.0, 4.0]),
            floats("b", &[2], &[0.5, -0.5]),
            floats("c", &[2], &[1.0, 1.0]),
        ]
    };
    let nodes = |second: &'static str| {
        vec![
            node("MatMul", &["x", "w"], "p"),
            node("Add", &["p", "b"], "q"),
            node("Tanh", &["q"], "t"),
            node("MatMul", &["t", "w"], "r"),
            node("Add", &["r", second], "y"),
        ]
    };
    let x = array![[0.3, -0.2]];
    for (second, bias) in [("b", array![0.5, -0.5]), ("c", array![1.0, 1.0])] {
        let network = read(&onnx_rs::encode(&model(&[-1, 2], tensors(), nodes(second)))).unwrap();
        // With two biases the matrix stays without one.
        assert_eq!(network.graph.layers(), 1, "{second}");
        assert_eq!(network.graph.map(1).has_bias(), second == "b");
        assert_eq!(network.graph.uses(1).count(), 2);
        let w = array![[1.0, 2.0], [3.0, 4.0]];
        let first = (x.dot(&w) + &array![0.5, -0.5]).mapv(f64::tanh);
        let expected = first.dot(&w) + &bias;
        let found = outputs(&network, x.view());
        assert!((&found - &expected).iter().all(|d| d.abs() < 1e-14), "{found} for {expected}");
    }
}

#[test]
fn a_recurrent_matrix_is_one_map_at_every_step() {
    let bytes = std::fs::read(crate::cases().join("digits-lstm.onnx")).unwrap();
    let network = read(&bytes).unwrap();
    let uses: Vec<usize> =
        (1..=network.graph.layers()).map(|layer| network.graph.uses(layer).count()).collect();
    // W at 8 steps, R at 7 (the first state is 0), the dense layer.
    assert_eq!(uses, [8, 7, 1]);
    assert_eq!(network.weights[0].dim(), (128, 9));
    assert_eq!(network.weights[1].dim(), (128, 32));
}

#[test]
fn numbers_of_all_float_types_are_read() {
    let halves: Vec<u8> = [0x3c00_u16, 0xc000, 0x3800, 0x0000].iter().flat_map(|h| h.to_le_bytes()).collect();
    let brains: Vec<u8> = [0x3f80_u16, 0xc000, 0x3f00, 0x0000].iter().flat_map(|h| h.to_le_bytes()).collect();
    let doubles: Vec<u8> = [1.0_f64, -2.0, 0.5, 0.0].iter().flat_map(|d| d.to_le_bytes()).collect();
    let singles: Vec<u8> = [1.0_f32, -2.0, 0.5, 0.0].iter().flat_map(|d| d.to_le_bytes()).collect();
    let raw = |of, bytes: &Vec<u8>| TensorProto::from_raw("w", vec![2, 2], of, bytes.clone().leak());
    let forms = [
        raw(DataType::Float16, &halves),
        raw(DataType::Bfloat16, &brains),
        raw(DataType::Double, &doubles),
        raw(DataType::Float, &singles),
        TensorProto::from_f64("w", vec![2, 2], vec![1.0, -2.0, 0.5, 0.0]),
        floats("w", &[2, 2], &[1.0, -2.0, 0.5, 0.0]),
    ];
    for form in forms {
        let network =
            read(&onnx_rs::encode(&model(&[-1, 2], vec![form], vec![node("MatMul", &["x", "w"], "y")])));
        assert_eq!(network.unwrap().weights[0], array![[1.0, 0.5], [-2.0, 0.0]]);
    }
}

/// A batch of fixed size in the file's shapes stands for one input.
#[test]
fn a_fixed_batch_is_one_input() {
    let tensors = vec![
        floats("w", &[6, 2], &[1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0]),
        crate::model::integers("s", &[5, 6]),
    ];
    let nodes = vec![node("Reshape", &["x", "s"], "a"), node("MatMul", &["a", "w"], "y")];
    let network = read(&onnx_rs::encode(&model(&[5, 2, 3], tensors, nodes))).unwrap();
    assert_eq!((network.graph.input().axes(), network.graph.output().axes()), (&[2, 3][..], &[2][..]));
    let x = Array1::range(1.0, 7.0, 1.0).insert_axis(Axis(0));
    assert_eq!(outputs(&network, x.view()), array![[9.0, 12.0]]);
}
