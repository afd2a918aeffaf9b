//! Files refused: several readings, none, or networks of another kind.

use super::*;

#[test]
fn more_than_one_reading_is_refused_with_the_options() {
    let cases: &[(&str, &[Tensor<'_>], &[&str])] = &[
        // Square, and no name that says which way up.
        (
            "npz",
            &[("W1", &[4, 4]), ("W2", &[4, 4])],
            &["4-4-4 of `W1`, `W2` as outputs × inputs", "`--transposed=false`", "`--transposed`"],
        ),
        ("npz", &[("W1", &[4, 4]), ("b1", &[4]), ("W2", &[4, 4]), ("b2", &[4])], &["biases `b1`, `b2`"]),
        (
            "npz",
            &[("W1", &[6, 2]), ("W2", &[2, 6])],
            &["2-6-2 of `W1`, `W2` as outputs × inputs", "6-2-6 of"],
        ),
        ("npz", &[("w", &[3, 2])], &["2-3 of `w`", "3-2 of `w`"]),
        ("npz", &[("arr_0", &[4, 4]), ("arr_1", &[4])], &["--transposed"]),
        // Orders.
        (
            "npz",
            &[("fc_layers.0.weight", &[4, 4]), ("fc_layers.1.weight", &[4, 4]), ("fc.weight", &[4, 4])],
            &["--layers fc_layers.0.weight,fc_layers.1.weight,fc.weight", "--layers fc.weight,"],
        ),
        (
            "npz",
            &[("who", &[2, 4]), ("wih", &[4, 3])],
            &["--layers wih,who", "--layers who,wih --transposed"],
        ),
        // Copies.
        (
            "safetensors",
            &[
                ("fc1.weight", &[4, 4]),
                ("fc2.weight", &[4, 4]),
                ("ema.fc1.weight", &[4, 4]),
                ("ema.fc2.weight", &[4, 4]),
            ],
            &[
                "more than one network",
                "--layers fc1.weight,fc2.weight",
                "--layers ema.fc1.weight,ema.fc2.weight",
            ],
        ),
        (
            "safetensors",
            &[
                ("net_a.fc1.weight", &[4, 4]),
                ("net_a.fc2.weight", &[4, 4]),
                ("net_b.fc1.weight", &[4, 4]),
                ("net_b.fc2.weight", &[4, 4]),
            ],
            &["more than one network", "--layers net_b.fc1.weight,net_b.fc2.weight"],
        ),
        (
            "npz",
            &[("W1", &[4, 3]), ("W2", &[3, 4]), ("W1_init", &[4, 3]), ("W2_init", &[3, 4])],
            &["more than one"],
        ),
        // A matrix that may be no layer.
        (
            "safetensors",
            &[("fc1.weight", &[4, 3]), ("fc2.weight", &[2, 4]), ("prototypes", &[7, 2])],
            &[
                "a layer or something else",
                "3-4-2-7",
                "prototypes` as outputs",
                "(`--layers fc1.weight,fc2.weight`)",
            ],
        ),
        // Names against shapes.
        (
            "safetensors",
            &[("0.weight", &[3, 4]), ("1.weight", &[4, 2])],
            &[
                "against the orientation or the order",
                "2 of `0.weight`, `1.weight` as inputs",
                "--layers 1.weight,0.weight",
            ],
        ),
        // Which layer's bias it is.
        ("npz", &[("arr_0", &[4, 4]), ("arr_1", &[4]), ("arr_2", &[4, 4])], &["whose bias each is"]),
    ];
    for (format, described, says) in cases {
        assert_refused(format, described, says);
    }
}

#[test]
fn other_networks_are_called_what_they_are() {
    let cases: &[(&[Tensor<'_>], &str)] = &[
        (
            &[
                ("weight_ih_l0", &[6, 6]),
                ("weight_hh_l0", &[6, 6]),
                ("bias_ih_l0", &[6]),
                ("bias_hh_l0", &[6]),
            ],
            "recurrent network",
        ),
        (&[("Wxh", &[6, 6]), ("Whh", &[6, 6]), ("Why", &[6, 6])], "recurrent network"),
        (&[("lstm.kernel", &[6, 6]), ("out.kernel", &[6, 6])], "recurrent network"),
        (
            &[("q_proj.weight", &[6, 6]), ("k_proj.weight", &[6, 6]), ("out_proj.weight", &[6, 6])],
            "attention",
        ),
        (&[("in_proj_weight", &[18, 6]), ("out_proj.weight", &[6, 6])], "attention"),
        (&[("lora_A.weight", &[3, 8]), ("lora_B.weight", &[8, 3])], "adapter"),
        (&[("conv1.weight", &[6, 1, 5, 5]), ("fc.weight", &[10, 6])], "convolutional"),
        (&[("0.weight", &[6, 1, 5, 5]), ("3.weight", &[10, 6])], "convolutional"),
        (
            &[
                ("fc1.weight", &[4, 3]),
                ("bn1.weight", &[4]),
                ("bn1.bias", &[4]),
                ("bn1.running_mean", &[4]),
                ("fc2.weight", &[2, 4]),
            ],
            "normalisation",
        ),
        (&[("0.weight", &[4, 3]), ("1.weight", &[4]), ("2.weight", &[2, 4])], "normalisation"),
        (
            &[("Dense_0.kernel", &[4, 4]), ("BatchNorm_0.scale", &[4]), ("Dense_1.kernel", &[4, 4])],
            "normalisation",
        ),
        (&[("embedding.weight", &[100, 4]), ("fc.weight", &[2, 4])], "embedding"),
        (&[("fc.weight_g", &[4, 1]), ("fc.weight_v", &[4, 3])], "reparametrised"),
        (&[("actor.weight", &[4, 4]), ("critic.weight", &[1, 4])], "side by side"),
        (&[("shared.weight", &[4, 4]), ("head1.weight", &[4, 4]), ("head2.weight", &[4, 4])], "side by side"),
        (&[("up_proj.weight", &[8, 4]), ("gate_proj.weight", &[8, 4])], "gated"),
    ];
    for (described, says) in cases {
        for format in ["safetensors", "npz"] {
            assert_refused(format, described, &[says]);
        }
    }
}

#[test]
fn parts_that_are_not_understood_are_refused() {
    let cases: &[(&[Tensor<'_>], &[&str])] = &[
        (&[("fc1.weight", &[4, 3]), ("fc1.scale", &[4])], &["`fc1.scale`", "beside `fc1.weight`"]),
        (&[("fc1.weight", &[4, 3]), ("fc1.gain", &[])], &["`fc1.gain`"]),
        (
            &[("a.weight", &[4, 3]), ("extra", &[4])],
            &["`extra`: its 4 numbers may be the bias", "--layers a.weight"],
        ),
        (&[("encoder.weight", &[2, 6]), ("encoder.bias", &[2]), ("decoder.bias", &[6])], &["`decoder.bias`"]),
        (&[("fc1.weight_orig", &[4, 3])], &["`fc1.weight_orig`: expected its mask"]),
        (&[("fc1.weight", &[4, 3]), ("fc2.weight_mask", &[4, 3])], &["`fc2.weight_mask`"]),
        (&[("W1", &[4, 3]), ("W2", &[4])], &["`W2`", "shape [4]"]),
        (
            &[("fc1.weight", &[4, 3]), ("fc1.bias", &[2])],
            &["bias `fc1.bias` has length 2 and `fc1.weight` has 4"],
        ),
        (&[("a.weight", &[3, 2]), ("b.weight", &[4, 2])], &["no order of `a.weight`, `b.weight`"]),
        (
            &[("W1", &[5, 3]), ("W2", &[2, 6])],
            &["`W2` takes 6 inputs and `W1` before it gives 5", "a column of each"],
        ),
        (&[("b.bias", &[3])], &["at least one weight matrix", "`b.bias` (F32 [3])"]),
        (&[], &["at least one weight matrix of floating-point numbers, found none"]),
    ];
    for (described, says) in cases {
        assert_refused("npz", described, says);
    }
}
