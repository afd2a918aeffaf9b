//! Models that are damaged, wrong or made to do harm: refused by node, expectation and finding.

use std::fs;
use std::time::Instant;

use onnx_rs::ast::{DataLocation, DataType, Model, OperatorSetId, StringStringEntry, TensorProto};

use crate::model::{floats, int, integers, ints, model, node, with};
use crate::{cases, no_files, read};
use slth::network::files::onnx::network;

fn refused(model: &Model<'_>) -> String {
    match read(&onnx_rs::encode(model)) {
        Ok(_) => panic!("a model was read"),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn says(model: &Model<'_>, parts: &[&str]) {
    let message = refused(model);
    for part in parts {
        assert!(message.contains(part), "expected {part} in: {message}");
    }
    assert!(message.len() < 600 && message.lines().count() == 1, "{message}");
}

fn ones(name: &'static str, dims: &[i64]) -> TensorProto<'static> {
    floats(name, dims, &vec![1.0; dims.iter().product::<i64>() as usize])
}

/// y = x·w, 3 entries to 2.
fn plain() -> Model<'static> {
    model(&[-1, 3], vec![ones("w", &[3, 2])], vec![node("MatMul", &["x", "w"], "y")])
}

#[test]
fn models_cut_short_anywhere_are_refused() {
    let whole = fs::read(cases().join("digits-rnn.onnx")).unwrap();
    assert!(read(&whole).is_ok());
    for end in 0..whole.len() {
        assert!(read(&whole[..end]).is_err(), "cut at {end}");
    }
}

/// A linear congruential generator (Knuth's MMIX).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}

#[test]
fn damaged_models_neither_panic_nor_hang() {
    let files: Vec<Vec<u8>> =
        ["digits-gru.onnx", "digits-rnn-dynamo.onnx", "digits-conv-dynamo.onnx", "digits-lstm.onnx"]
            .map(|name| fs::read(cases().join(name)).unwrap())
            .into();
    let mut numbers = Numbers(20);
    let (mut refused, mut longest) = (0, 0.0_f64);
    for round in 0..4000 {
        let mut bytes = files[round % files.len()].clone();
        for _ in 0..=numbers.below(4) {
            let at = numbers.below(bytes.len());
            match numbers.below(5) {
                0 => bytes[at] = numbers.below(256) as u8,
                1 => bytes[at] ^= 1 << numbers.below(8),
                2 => drop(bytes.drain(at..(at + 1 + numbers.below(8)).min(bytes.len()))),
                3 => bytes.insert(at, numbers.below(256) as u8),
                _ => {
                    let part = bytes[at..(at + 32).min(bytes.len())].to_vec();
                    let to = numbers.below(bytes.len());
                    bytes.splice(to..to, part);
                }
            }
        }
        let start = Instant::now();
        refused += usize::from(read(&bytes).is_err());
        longest = longest.max(start.elapsed().as_secs_f64());
    }
    // Most damage lies in weights, where any number is one.
    assert!(refused > 400, "only {refused} refused");
    assert!(longest < 20.0, "one took {longest} s");
}

#[test]
fn wrong_graphs_are_refused_by_node() {
    let circle =
        vec![node("Add", &["x", "b"], "a"), node("Relu", &["a"], "b"), node("MatMul", &["b", "w"], "y")];
    says(
        &model(&[-1, 3], vec![ones("w", &[3, 2])], circle),
        &["node `a` (Add)", "without circles", "in a circle"],
    );
    let missing = model(&[-1, 3], vec![], vec![node("MatMul", &["x", "w"], "y")]);
    says(&missing, &["node `y` (MatMul)", "initialisers, inputs", "`w`, which is none"]);
    let misfit = model(&[-1, 4], vec![ones("w", &[3, 2])], vec![node("MatMul", &["x", "w"], "y")]);
    says(&misfit, &["node `y` (MatMul)", "3 entries along the last axis", "found 4"]);
    let unknown = model(&[-1, 3], vec![], vec![node("Frobnicate", &["x"], "y")]);
    says(&unknown, &["node `y` (Frobnicate)", "an operator that is read", "one that is not"]);
    let norm = model(&[-1, 3], vec![ones("s", &[3])], vec![node("LayerNormalization", &["x", "s"], "y")]);
    says(&norm, &["node `y` (LayerNormalization)", "divides by its data"]);
    let quantised = model(&[-1, 3], vec![], vec![node("QLinearMatMul", &["x"], "y")]);
    says(&quantised, &["node `y` (QLinearMatMul)", "real numbers", "quantised"]);
    let twice = vec![node("Relu", &["x"], "y"), node("Tanh", &["x"], "y")];
    says(&model(&[-1, 3], vec![], twice), &["node `y` (Tanh)", "a new name", "`y` again"]);
    let mut two = plain();
    two.graph.as_mut().unwrap().initializer.push(ones("w", &[3, 2]));
    says(&two, &["initialiser `w`", "one of this name", "two"]);
    let mut outputs = plain();
    let output = outputs.graph.as_ref().unwrap().output[0].clone();
    outputs.graph.as_mut().unwrap().output.push(output);
    says(&outputs, &["one output", "found 2 (y, y)"]);
    let mut old = plain();
    old.opset_import[0].version = 10;
    says(&old, &["opset 11 or later", "opset 10"]);
    let mut other = plain();
    other.graph.as_mut().unwrap().node[0].domain = "com.microsoft";
    says(&other, &["node `y` (com.microsoft.MatMul)", "ONNX standard"]);
    let mut none = plain();
    none.opset_import = vec![OperatorSetId { domain: "ai.onnx.ml", version: 3 }];
    says(&none, &["without a version"]);
    let attribute = with(node("MatMul", &["x", "w"], "y"), &[int("fused", 1)]);
    says(&model(&[-1, 3], vec![ones("w", &[3, 2])], vec![attribute]), &["no attribute", "`fused`"]);
    let both = vec![node("Tanh", &["x"], "a"), node("MatMul", &["x", "a"], "y")];
    says(&model(&[-1, 3], vec![], both), &["node `y` (MatMul)", "a constant as one of its factors"]);
    let divided = vec![node("Tanh", &["x"], "a"), node("Div", &["x", "a"], "y")];
    says(&model(&[-1, 3], vec![], divided), &["node `y` (Div)", "a constant divisor"]);
    let symbolic = model(&[-1, -1], vec![ones("w", &[3, 2])], vec![node("MatMul", &["x", "w"], "y")]);
    says(&symbolic, &["input `x`", "a fixed size of axis 1", "`n`"]);
    let softmax = vec![node("Softmax", &["x"], "a"), node("MatMul", &["a", "w"], "y")];
    says(&model(&[-1, 3], vec![ones("w", &[3, 2])], softmax), &["node `a`", "softmax at the output alone"]);
    let bias_only = model(&[-1, 3], vec![], vec![node("Relu", &["x"], "y")]);
    says(&bias_only, &["at least one linear map"]);
    let shape = vec![node("Reshape", &["x", "s"], "a"), node("MatMul", &["a", "w"], "y")];
    let shape = model(&[-1, 3], vec![ones("w", &[3, 2]), integers("s", &[-1, 2])], shape);
    says(&shape, &["node `a` (Reshape)", "entries of its input of 1×3", "[-1, 2]"]);
    let lengths = node("RNN", &["x", "w", "r", "", "l"], "y");
    let tensors = vec![ones("w", &[1, 2, 3]), ones("r", &[1, 2, 2]), integers("l", &[4])];
    says(&model(&[4, 1, 3], tensors, vec![lengths]), &["node `y` (RNN)"]);
}

#[test]
fn wrong_tensors_are_refused_by_name() {
    let with_weights =
        |w: TensorProto<'static>| model(&[-1, 3], vec![w], vec![node("MatMul", &["x", "w"], "y")]);
    let few = floats("w", &[3, 2], &[1.0; 5]);
    says(&with_weights(few), &["initialiser `w`", "6 numbers for its shape 3×2", "found 5"]);
    let raw = TensorProto::from_raw("w", vec![3, 2], DataType::Float, &[0; 23]);
    says(&with_weights(raw), &["initialiser `w`", "6 numbers of 4 bytes", "23 bytes"]);
    let eight = TensorProto::from_raw("w", vec![3, 2], DataType::Int8, &[0; 6]);
    says(&with_weights(eight), &["initialiser `w`", "Int8", "quantised"]);
    let whole = TensorProto::from_i64("w", vec![3, 2], vec![1; 6]);
    says(&with_weights(whole), &["node `y` (MatMul)", "real numbers", "integers"]);
    let nan = floats("w", &[3, 2], &[f32::NAN; 6]);
    says(&with_weights(nan), &["node y", "a finite weight at row 0, column 0", "NaN"]);
    let negative = floats("w", &[-3, 2], &[1.0; 6]);
    says(&with_weights(negative), &["initialiser `w`", "a shape", "[-3, 2]"]);
}

/// Numbers that a file of a few hundred bytes claims: refused before memory is.
#[test]
fn huge_claims_are_refused() {
    let start = Instant::now();
    let huge = 1_i64 << 40;
    says(
        &model(&[-1, 3], vec![floats("w", &[huge, huge], &[1.0])], vec![node("MatMul", &["x", "w"], "y")]),
        &["initialiser `w`", "a shape"],
    );
    says(
        &model(&[-1, 3], vec![floats("w", &[huge, 2], &[1.0])], vec![node("MatMul", &["x", "w"], "y")]),
        &["initialiser `w`", "numbers for its shape", "found 1"],
    );
    says(&model(&[-1, huge], vec![], vec![node("Relu", &["x"], "y")]), &["input `x`", "at most"]);
    let expand = vec![node("Expand", &["x", "s"], "y")];
    says(&model(&[-1, 1], vec![integers("s", &[1, huge])], expand), &["node `y` (Expand)", "at most"]);
    let fill = vec![node("ConstantOfShape", &["s"], "c"), node("MatMul", &["x", "c"], "y")];
    says(&model(&[-1, 3], vec![integers("s", &[3, huge])], fill), &["node `c` (ConstantOfShape)", "at most"]);
    let range = vec![node("Range", &["a", "b", "c"], "r"), node("Expand", &["x", "r"], "y")];
    let numbers = vec![integers("a", &[0]), integers("b", &[i64::MAX]), integers("c", &[1])];
    says(&model(&[-1, 3], numbers, range), &["node `r` (Range)", "at most"]);
    let padded = with(node("Conv", &["x", "w"], "y"), &[ints("pads", &[huge, huge])]);
    says(&model(&[-1, 1, 4], vec![ones("w", &[1, 1, 3])], vec![padded]), &["node `y` (Conv)", "at most"]);
    let attributes = [ints("kernel_shape", &[huge]), ints("pads", &[huge, huge])];
    let pool = with(node("MaxPool", &["x"], "y"), &attributes);
    says(&model(&[-1, 1, 4], vec![], vec![pool]), &["node `y` (MaxPool)", "at most"]);
    let turned = with(node("Transpose", &["x"], "t"), &[ints("perm", &[1, 0, 2])]);
    let rnn = vec![turned, node("RNN", &["t", "w", "r"], "y")];
    let weights = vec![ones("w", &[1, 1, 1]), ones("r", &[1, 1, 1])];
    says(&model(&[-1, 100_000, 1], weights, rnn), &["node `y` (RNN)", "at most 4096 steps"]);
    // Sums of sums of constants: their history would double 60 times.
    let names: Vec<&'static str> = (0..60).map(|at| &*format!("c{at}").leak()).collect();
    let mut nodes: Vec<_> = names.windows(2).map(|pair| node("Add", &[pair[0], pair[0]], pair[1])).collect();
    nodes.push(node("MatMul", &["x", names[59]], "y"));
    assert!(read(&onnx_rs::encode(&model(&[-1, 1], vec![ones("c0", &[1, 1])], nodes))).is_ok());
    assert!(start.elapsed().as_secs() < 20);
}

#[test]
fn tensors_beside_the_model_stay_in_its_folder() {
    let entries = |list: &[(&'static str, &'static str)]| -> TensorProto<'static> {
        let entries = list.iter().map(|&(key, value)| StringStringEntry { key, value }).collect();
        TensorProto::from_raw("w", vec![3, 2], DataType::Float, &[])
            .with_data_location(DataLocation::External)
            .with_external_data(entries)
    };
    let with_weights = |list: &[(&'static str, &'static str)]| {
        model(&[-1, 3], vec![entries(list)], vec![node("MatMul", &["x", "w"], "y")])
    };
    for outside in ["../w.bin", "/etc/passwd", "a/../../w.bin", "..\\w.bin", "C:\\w.bin", ""] {
        says(
            &with_weights(&[("location", outside)]),
            &["initialiser `w`", "inside the model's folder", outside],
        );
    }
    says(&with_weights(&[]), &["initialiser `w`", "`location`", "none"]);
    says(&with_weights(&[("location", "w.bin")]), &["initialiser `w`", "`w.bin`", "no file w.bin"]);
    says(
        &with_weights(&[("location", "w.bin"), ("offset", "-1")]),
        &["a whole number as its `offset`", "-1"],
    );
    let bytes: Vec<u8> = (0..8).flat_map(|n| (n as f32).to_le_bytes()).collect();
    let files = |name: &str| if name == "data/w.bin" { Ok(bytes.clone()) } else { no_files(name) };
    let good = with_weights(&[("location", "data/w.bin"), ("offset", "8"), ("length", "24")]);
    let found = network(&onnx_rs::encode(&good), &files).unwrap();
    assert_eq!(found.weights[0], ndarray::array![[2.0, 4.0, 6.0], [3.0, 5.0, 7.0]]);
    let beyond = with_weights(&[("location", "data/w.bin"), ("offset", "16"), ("length", "24")]);
    let error = network(&onnx_rs::encode(&beyond), &files).unwrap_err().to_string();
    assert!(error.contains("inside the 32 bytes of `data/w.bin`, found 24 bytes from byte 16"), "{error}");
    let overflow =
        with_weights(&[("location", "data/w.bin"), ("offset", "18446744073709551615"), ("length", "24")]);
    assert!(network(&onnx_rs::encode(&overflow), &files).is_err());
    let long = with_weights(&[("location", "data/w.bin")]);
    let error = network(&onnx_rs::encode(&long), &files).unwrap_err().to_string();
    assert!(error.contains("6 numbers of 4 bytes, found 32 bytes"), "{error}");
}
