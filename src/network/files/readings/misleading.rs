//! Files with tensors that fit a network without forming it.

use super::tests::{Tensor, assert_reads, assert_refused};

#[test]
fn whole_numbers_without_a_name_are_not_passed_over_where_they_may_be_a_bias() {
    assert_refused(
        "npz",
        &[("arr_0", &[4, 3]), ("arr_1|I64", &[4]), ("arr_2", &[2, 4]), ("arr_3", &[2])],
        &["`arr_1`", "may be the bias of `arr_0`"],
    );
    let labels: &[Tensor<'_>] = &[("W1", &[4, 3]), ("b1", &[4]), ("labels|I64", &[4])];
    assert_reads("npz", labels, "3-4 out×in: W1+b1");
}

#[test]
fn a_factor_beside_the_layers_is_not_passed_over() {
    let of = |factor: &'static str| -> [Tensor<'static>; 3] {
        [("fc1.weight", &[4, 3]), ("fc2.weight", &[2, 4]), (factor, &[])]
    };
    for factor in ["scale", "logit_scale", "output.temperature"] {
        assert_refused("safetensors", &of(factor), &[&format!("`{factor}`"), "is not known"]);
    }
    for record in ["step", "best_score", "scaler.scale"] {
        assert_reads("safetensors", &of(record), "3-4-2 out×in: fc1.weight, fc2.weight");
    }
}

#[test]
fn a_bias_whose_name_points_elsewhere_goes_to_no_layer_by_its_length() {
    let shifted: &[Tensor<'_>] = &[("W0", &[4, 3]), ("W1", &[4, 4]), ("b1", &[4]), ("b2", &[4])];
    assert_refused("npz", shifted, &["`b2`"]);
    let missing: &[Tensor<'_>] =
        &[("fc1.weight", &[4, 4]), ("fc2.weight", &[4, 4]), ("fc1.bias", &[4]), ("fc3.bias", &[4])];
    assert_refused("safetensors", missing, &["`fc3.bias`"]);
    let autoencoder: &[Tensor<'_>] = &[
        ("encoder.weight", &[8, 3]),
        ("encoder.bias", &[8]),
        ("decoder.weight", &[3, 8]),
        ("pre_bias", &[3]),
    ];
    assert_refused("safetensors", autoencoder, &["`pre_bias`"]);
    let sparse: &[Tensor<'_>] = &[
        ("encoder.weight", &[8, 3]),
        ("decoder.weight", &[3, 8]),
        ("latent_bias", &[8]),
        ("pre_bias", &[3]),
    ];
    assert_refused("pt", sparse, &["`latent_bias`"]);
    let tutorial: &[Tensor<'_>] = &[("wh", &[3, 4]), ("bh", &[1, 4]), ("wout", &[4, 2]), ("bout", &[1, 2])];
    assert_reads("npz", tutorial, "3-4-2 in×out: wh+bh, wout+bout");
}

#[test]
fn the_same_tensors_under_two_prefixes_are_copies() {
    let of = |one: &'static str, other: &'static str| -> Vec<(String, Vec<usize>)> {
        let tensors = |prefix: &str| {
            [
                ("fc1.weight", vec![2, 6]),
                ("fc1.bias", vec![2]),
                ("fc2.weight", vec![6, 2]),
                ("fc2.bias", vec![6]),
            ]
            .map(|(name, shape)| (format!("{prefix}.{name}"), shape))
        };
        tensors(one).into_iter().chain(tensors(other)).collect()
    };
    let pairs = [("0", "1"), ("10", "20"), ("init", "final"), ("first", "last"), ("input", "output")];
    for (one, other) in pairs.into_iter().chain([("model", "ema"), ("state_dict_1", "state_dict_2")]) {
        let named = of(one, other);
        let described: Vec<Tensor<'_>> =
            named.iter().map(|(name, shape)| (name.as_str(), shape.as_slice())).collect();
        // Both are listed, each with its option.
        assert_refused(
            "pt",
            &described,
            &["more than one network: 6-2-6", &format!("--layers {one}.fc1.weight")],
        );
    }
    let ends: &[Tensor<'_>] = &[("W1_init", &[4, 4]), ("W1_final", &[4, 4])];
    assert_refused("npz", ends, &["more than one network"]);
    let blocks: &[Tensor<'_>] = &[("layers.0.linear.weight", &[4, 4]), ("layers.1.linear.weight", &[4, 4])];
    assert_reads("pt", blocks, "4-4-4 out×in: layers.0.linear.weight, layers.1.linear.weight");
    for word in ["q", "epoch_", "client", "out"] {
        let names = [1, 2].map(|number| format!("{word}{number}.weight"));
        assert_refused("pt", &[(&names[0], &[4, 4]), (&names[1], &[4, 4])], &["side by side"]);
    }
}

#[test]
fn numbers_that_count_no_layers_tell_no_order() {
    let square = |names: &[&'static str]| -> Vec<Tensor<'static>> {
        names.iter().map(|name| (*name, &[4, 4][..])).collect()
    };
    for names in [
        &["fc1.weight", "fc21.weight", "fc22.weight", "fc3.weight", "fc4.weight"][..],
        &["encoder1.weight", "encoder2.weight", "decoder2.weight", "decoder1.weight"],
        &["fc512.weight", "fc256.weight", "fc10.weight"],
    ] {
        assert_refused("pt", &square(names), &["more than one way"]);
    }
    let by_width: &[Tensor<'_>] = &[("fc8.weight", &[8, 4]), ("fc4.weight", &[4, 8])];
    assert_refused("pt", by_width, &["4-8-4", "8-4-8"]);
}

#[test]
fn a_matrix_that_no_name_explains_is_not_passed_over() {
    for mask in ["M1", "keep1|BOOL", "pruned1|I32", "B"] {
        let described: &[Tensor<'_>] = &[("W1", &[4, 3]), ("W2", &[2, 4]), (mask, &[4, 3])];
        assert_refused("npz", described, &[mask.split('|').next().unwrap()]);
    }
    for slope in ["alpha", "resweight", "act.slope"] {
        let described: &[Tensor<'_>] = &[("fc1.weight", &[4, 3]), ("fc2.weight", &[2, 4]), (slope, &[1])];
        assert_refused("pt", described, &[slope]);
    }
}
