//! Tables: tensors of a file, and the reading or the refusal.

mod refused;

use super::*;

pub(in super::super) type Tensor<'a> = (&'a str, &'a [usize]);

fn entries(described: &[Tensor<'_>]) -> Vec<TensorEntry> {
    let entry = |&(name, shape): &Tensor<'_>| {
        let (name, dtype) = name.split_once('|').unwrap_or((name, "F32"));
        TensorEntry { name: name.to_owned(), dtype: dtype.to_owned(), shape: shape.to_vec() }
    };
    described.iter().map(entry).collect()
}

fn read_with(
    format: &str,
    described: &[Tensor<'_>],
    options: &ReadingOptions,
) -> Result<FoundNetwork, Refusal> {
    read(&entries(described), &[], format, options)
}

/// `3-4-2 out×in: a+b, c` — widths, orientation, matrices and biases.
fn shown(found: &FoundNetwork) -> String {
    let layers = &found.reading.layers;
    let outputs = |layer: &ReadLayer| if layer.transposed { layer.stored.1 } else { layer.stored.0 };
    let inputs = |layer: &ReadLayer| if layer.transposed { layer.stored.0 } else { layer.stored.1 };
    let mut widths = vec![inputs(&layers[0]).to_string()];
    widths.extend(layers.iter().map(|layer| outputs(layer).to_string()));
    let side = if found.transposed { "in×out" } else { "out×in" };
    let layer = |layer: &ReadLayer| {
        let mut text = layer.matrix.name.clone();
        if let Some(mask) = &layer.mask {
            text.push_str(&format!("*{mask}"));
        }
        if let Some(bias) = &layer.bias {
            text.push_str(&format!("+{}", bias.name));
        }
        if let Some(mask) = &layer.bias_mask {
            text.push_str(&format!("*{mask}"));
        }
        text
    };
    let layers: Vec<String> = layers.iter().map(layer).collect();
    format!("{} {side}: {}", widths.join("-"), layers.join(", "))
}

pub(in super::super) fn assert_reads(format: &str, described: &[Tensor<'_>], expected: &str) {
    match read_with(format, described, &ReadingOptions::default()) {
        Ok(found) => assert_eq!(shown(&found), expected, "{described:?}: {}", found.reading.why),
        Err(refusal) => panic!("{described:?}: {refusal}"),
    }
}

pub(in super::super) fn assert_refused(format: &str, described: &[Tensor<'_>], says: &[&str]) {
    match read_with(format, described, &ReadingOptions::default()) {
        Ok(found) => panic!("{described:?} was read as {}: {}", shown(&found), found.reading.why),
        Err(refusal) => {
            let text = refusal.to_string();
            says.iter().for_each(|says| assert!(text.contains(says), "expected {says}, found {text}"));
        }
    }
}

#[test]
fn networks_as_people_store_them() {
    let cases: &[(&str, &[Tensor<'_>], &str)] = &[
        // PyTorch.
        (
            "safetensors",
            &[("fc1.weight", &[4, 3]), ("fc1.bias", &[4]), ("fc2.weight", &[2, 4])],
            "3-4-2 out×in: fc1.weight+fc1.bias, fc2.weight",
        ),
        (
            "safetensors",
            &[("layers.10.weight", &[2, 2]), ("layers.2.weight", &[2, 2]), ("layers.10.bias", &[2])],
            "2-2-2 out×in: layers.2.weight, layers.10.weight+layers.10.bias",
        ),
        ("safetensors", &[("weight", &[4, 4]), ("bias", &[4])], "4-4 out×in: weight+bias"),
        (
            "npz",
            &[
                ("model.state_dict.a.weight", &[4, 3]),
                ("model.state_dict.b.weight", &[2, 4]),
                ("optimizer.state.0.exp_avg", &[4, 3]),
                ("optimizer.state.1.exp_avg", &[2, 4]),
                ("epoch|I64", &[]),
                ("loss", &[100]),
            ],
            "3-4-2 out×in: model.state_dict.a.weight, model.state_dict.b.weight",
        ),
        (
            "safetensors",
            &[
                ("encoder.0.weight", &[4, 4]),
                ("encoder.2.weight", &[4, 4]),
                ("decoder.0.weight", &[4, 4]),
                ("decoder.2.weight", &[4, 4]),
            ],
            "4-4-4-4-4 out×in: encoder.0.weight, encoder.2.weight, decoder.0.weight, decoder.2.weight",
        ),
        (
            "npz",
            &[("fc_layers.0.weight", &[4, 6]), ("fc_layers.1.weight", &[3, 4]), ("fc.weight", &[2, 3])],
            "6-4-3-2 out×in: fc_layers.0.weight, fc_layers.1.weight, fc.weight",
        ),
        // torch.nn.utils.prune.
        (
            "safetensors",
            &[
                ("fc1.weight_orig", &[4, 3]),
                ("fc1.weight_mask", &[4, 3]),
                ("fc1.bias", &[4]),
                ("fc2.weight_orig", &[2, 4]),
                ("fc2.weight_mask|U8", &[2, 4]),
                ("fc2.bias_orig", &[2]),
                ("fc2.bias_mask", &[2]),
            ],
            "3-4-2 out×in: fc1.weight_orig*fc1.weight_mask+fc1.bias, \
             fc2.weight_orig*fc2.weight_mask+fc2.bias_orig*fc2.bias_mask",
        ),
        (
            "safetensors",
            &[("fc1.weight_orig", &[4, 4]), ("fc1.weight_mask", &[4, 4]), ("fc2.weight", &[4, 4])],
            "4-4-4 out×in: fc1.weight_orig*fc1.weight_mask, fc2.weight",
        ),
        (
            "safetensors",
            &[("fc1.weight", &[4, 4]), ("mask.fc1.weight", &[4, 4])],
            "4-4 out×in: fc1.weight*mask.fc1.weight",
        ),
        // Flax and Keras.
        (
            "safetensors",
            &[("params.Dense_0.kernel", &[6, 2]), ("params.Dense_1.kernel", &[2, 6])],
            "6-2-6 in×out: params.Dense_0.kernel, params.Dense_1.kernel",
        ),
        (
            "npz",
            &[
                ("dense_1/kernel:0", &[4, 4]),
                ("dense_1/bias:0", &[4]),
                ("dense/kernel:0", &[4, 4]),
                ("dense/bias:0", &[4]),
            ],
            "4-4-4 in×out: dense/kernel:0+dense/bias:0, dense_1/kernel:0+dense_1/bias:0",
        ),
        (
            "npz",
            &[("mlp/~/linear_0/w", &[4, 4]), ("mlp/~/linear_0/b", &[4]), ("mlp/~/linear_1/w", &[4, 4])],
            "4-4-4 in×out: mlp/~/linear_0/w+mlp/~/linear_0/b, mlp/~/linear_1/w",
        ),
        // scikit-learn.
        (
            "npz",
            &[
                ("coefs_0", &[3, 3]),
                ("coefs_1", &[3, 3]),
                ("intercepts_0", &[3]),
                ("intercepts_1", &[3]),
                ("classes_|I64", &[3]),
            ],
            "3-3-3 in×out: coefs_0+intercepts_0, coefs_1+intercepts_1",
        ),
        ("npz", &[("coef_", &[3, 3]), ("intercept_", &[3])], "3-3 out×in: coef_+intercept_"),
        // NumPy courses.
        (
            "npz",
            &[("W1", &[3, 2]), ("b1", &[3, 1]), ("W2", &[1, 3]), ("b2", &[1, 1])],
            "2-3-1 out×in: W1+b1, W2+b2",
        ),
        (
            "npz",
            &[
                ("weights1", &[1, 16]),
                ("weights2", &[16, 16]),
                ("weights3", &[16, 1]),
                ("bias1", &[1, 16]),
                ("bias2", &[1, 16]),
                ("bias3", &[1, 1]),
            ],
            "1-16-16-1 in×out: weights1+bias1, weights2+bias2, weights3+bias3",
        ),
        (
            "npz",
            &[("W1", &[6, 2]), ("b1", &[2]), ("W2", &[2, 6]), ("b2", &[6])],
            "6-2-6 in×out: W1+b1, W2+b2",
        ),
        ("npz", &[("weights/w1", &[4, 3]), ("weights/w2", &[2, 4])], "3-4-2 out×in: weights/w1, weights/w2"),
        ("npz", &[("w1", &[4, 3]), ("w2", &[2, 4])], "3-4-2 out×in: w1, w2"),
        ("npz", &[("theta1", &[3, 4]), ("theta2", &[4, 2])], "3-4-2 in×out: theta1, theta2"),
        (
            "npz",
            &[("W1", &[4, 3]), ("dW1", &[4, 3]), ("W2", &[2, 4]), ("dW2", &[2, 4]), ("costs", &[4])],
            "3-4-2 out×in: W1, W2",
        ),
        // By position.
        (
            "npz",
            &[("arr_0", &[4, 3]), ("arr_1", &[4]), ("arr_2", &[2, 4]), ("arr_3", &[2])],
            "3-4-2 out×in: arr_0+arr_1, arr_2+arr_3",
        ),
        (
            "npz",
            &[("arr_0", &[3, 4]), ("arr_1", &[4]), ("arr_2", &[4, 2]), ("arr_3", &[2])],
            "3-4-2 in×out: arr_0+arr_1, arr_2+arr_3",
        ),
        (
            "npz",
            &[("arr_0", &[4]), ("arr_1", &[3, 4]), ("arr_2", &[2]), ("arr_3", &[4, 2])],
            "3-4-2 in×out: arr_1+arr_0, arr_3+arr_2",
        ),
        (
            "npz",
            &[("arr_0", &[4, 3]), ("arr_1", &[4, 1]), ("arr_2", &[1, 4]), ("arr_3", &[1, 1])],
            "3-4-1 out×in: arr_0+arr_1, arr_2+arr_3",
        ),
        (
            "npz",
            &[("arr_0", &[1, 4]), ("arr_1", &[1, 4]), ("arr_2", &[4, 1]), ("arr_3", &[1, 1])],
            "1-4-1 in×out: arr_0+arr_1, arr_2+arr_3",
        ),
        // Biases under names of their own.
        (
            "npz",
            &[("w_ih", &[4, 3]), ("b_h", &[4]), ("w_ho", &[2, 4]), ("b_o", &[2])],
            "3-4-2 out×in: w_ih+b_h, w_ho+b_o",
        ),
        // A bare matrix.
        ("npy", &[("weight", &[2, 3])], "3-2 out×in: weight"),
        // Beside a good network.
        (
            "safetensors",
            &[("fc1.weight", &[4, 3]), ("fc2.weight", &[2, 4]), ("centroids", &[7, 2]), ("x_mean", &[4])],
            "3-4-2 out×in: fc1.weight, fc2.weight",
        ),
    ];
    for (format, described, expected) in cases {
        assert_reads(format, described, expected);
    }
}

#[test]
fn listed_layers_keep_their_biases() {
    let listed = |described: &[Tensor<'_>], layers: &[&str]| {
        let layers = Some(layers.iter().map(|&layer| layer.to_owned()).collect());
        read_with("npz", described, &ReadingOptions { layers, ..Default::default() })
    };
    let columns: &[Tensor<'_>] = &[("W1", &[3, 2]), ("b1", &[3, 1]), ("W2", &[1, 3]), ("b2", &[1, 1])];
    assert_eq!(shown(&listed(columns, &["W1", "W2"]).unwrap()), "2-3-1 out×in: W1+b1, W2+b2");
    let positions: &[Tensor<'_>] =
        &[("arr_0", &[4, 3]), ("arr_1", &[4]), ("arr_2", &[2, 4]), ("arr_3", &[2])];
    assert_eq!(
        shown(&listed(positions, &["arr_0", "arr_2"]).unwrap()),
        "3-4-2 out×in: arr_0+arr_1, arr_2+arr_3"
    );
    let alone = listed(positions, &["arr_2"]);
    assert_eq!(shown(&alone.unwrap()), "4-2 out×in: arr_2+arr_3");
    let pruned: &[Tensor<'_>] = &[
        ("fc1.weight_orig", &[4, 3]),
        ("fc1.weight_mask", &[4, 3]),
        ("fc1.bias_orig", &[4]),
        ("fc1.bias_mask", &[4]),
    ];
    assert_eq!(
        shown(&listed(pruned, &["fc1"]).unwrap()),
        "3-4 out×in: fc1.weight_orig*fc1.weight_mask+fc1.bias_orig*fc1.bias_mask"
    );
    // The list that would read the network backwards.
    let inputs_first: &[Tensor<'_>] = &[
        ("weights1", &[1, 16]),
        ("weights2", &[16, 16]),
        ("weights3", &[16, 1]),
        ("bias1", &[1, 16]),
        ("bias2", &[1, 16]),
        ("bias3", &[1, 1]),
    ];
    let backwards = listed(inputs_first, &["weights3", "weights2", "weights1"]).unwrap_err().to_string();
    assert!(backwards.contains("bias `bias3` has length 1 and `weights3` has 16 outputs"), "{backwards}");
    // Asked outright, what is ignored is listed.
    let recurrent: &[Tensor<'_>] =
        &[("weight_ih_l0", &[6, 4]), ("weight_hh_l0", &[6, 6]), ("bias_ih_l0", &[6]), ("bias_hh_l0", &[6])];
    let found = listed(recurrent, &["weight_ih_l0"]).unwrap();
    assert_eq!(shown(&found), "4-6 out×in: weight_ih_l0+bias_ih_l0");
    let unused: Vec<(&str, &str)> =
        found.reading.unused.iter().map(|unused| (unused.name.as_str(), &*unused.why)).collect();
    let part = "part of a recurrent network";
    assert_eq!(unused, [("weight_hh_l0", part), ("bias_hh_l0", part)]);
    let missing = listed(columns, &["W3"]).unwrap_err().to_string();
    assert_eq!(missing, "layer `W3`: expected one of `W1`, `W2`");
}
