//! `slth compare`: its keys, and its numbers against `slth run`.
#![allow(missing_docs, clippy::unwrap_used)]

mod calls;

use calls::{TINY_RON, as_number, assert_close, json, keys_in_order, slth, text};
use serde_json::Value;

/// Every construction on a small target; lanes of single neurons skip ahead.
const FAMILY: [&str; 8] = [
    "--set",
    "target=Random(widths:[5,4,3],weight_bound:0.4,spectral_norm:1.0,seed:3)",
    "--set",
    "constructions=[Malach,ProductPair,Corollary10,Hyperbolic(),SharedGolden,UniformSubSums,SubsetSum]",
    "--set",
    "mode=SkipAhead",
    "--set",
    "epsilon=0.5",
];

fn of_family(command: &[&'static str]) -> Vec<&'static str> {
    [command, &FAMILY].concat()
}

#[test]
fn compare_json_has_the_stable_keys() {
    let target = "target=Explicit(layers:[[[1.5,-0.3]]])";
    let constructions = "constructions=[Malach,Hyperbolic(),SubsetSum]";
    let call = ["compare", "tiny", "--json", "--set", target, "--set", constructions];
    assert_eq!(
        keys_in_order(&text(&call)),
        [
            "title",
            "seed",
            "weights",
            "lanes",
            "..construction",
            "..method",
            "..allocation",
            "..mode",
            "..neurons_per_weight_bound",
            "..assumptions",
            "....assumption",
            "....found",
            "....limit",
            "....kept",
            "..neurons_per_weight",
            "..kept_neurons_per_weight",
            "..kept_weights_per_weight",
            "..search_operations",
            "..g_neurons",
            "..g_weights",
            "..g_size_by",
            "..share_neurons_kept",
            "..share_weights_kept",
            "..error",
            "...found",
            "...certified",
            "...epsilon",
            "..accuracy",
            "..holds",
            "..verdict",
            "..elapsed_seconds",
            "..ratio_to_first",
            "..estimate",
            "...values_per_half",
            "...pensia_constant",
            "tickets",
            "..lane",
            "..name",
            "..round",
            "..kept_weights",
            "..mask_bits",
            "..network_bytes",
            "..guarantee",
            "..neurons_sampled",
            "..training_steps",
            "..done",
            "learned",
            "bridge",
            "refused",
            "..reason",
            "malach_assumptions",
            "..assumption",
            "..found",
            "..limit",
            "..kept",
            "reading",
            "assumed",
        ]
    );
}

#[test]
fn compare_agrees_with_run() {
    let (run, compare) =
        (json(&of_family(&["run", "tiny", "--json"])), json(&of_family(&["compare", "tiny", "--json"])));
    let weights = compare["weights"].as_f64().unwrap();
    assert_eq!(weights, 32.0);
    let (runs, lanes) = (run["lanes"].as_array().unwrap(), compare["lanes"].as_array().unwrap());
    assert_eq!((runs.len(), lanes.len()), (7, 7));
    let sum = |lane: &Value, key: &str| -> f64 {
        lane["layers"].as_array().unwrap().iter().map(|layer| layer[key].as_f64().unwrap()).sum()
    };
    for (of_run, lane) in runs.iter().zip(lanes) {
        let name = lane["construction"].as_str().unwrap();
        assert_eq!((&of_run["construction"], &of_run["mode"]), (&lane["construction"], &lane["mode"]));
        for (key, of_layers) in [
            ("neurons_per_weight", "neurons_sampled"),
            ("kept_neurons_per_weight", "kept_neurons"),
            ("kept_weights_per_weight", "kept_weights"),
        ] {
            assert_close(&lane[key], sum(of_run, of_layers) / weights);
        }
        for key in ["found", "certified", "epsilon"] {
            assert_eq!(of_run["error"][key], lane["error"][key], "{name} {key}");
        }
        let subset = name.contains("sub");
        assert_eq!(lane["neurons_per_weight_bound"].is_null(), subset);
        if !subset {
            assert_close(&lane["neurons_per_weight_bound"], sum(of_run, "neurons_bound") / weights);
        }
        assert_eq!(lane["estimate"].is_null(), !subset);
        assert_close(
            &lane["ratio_to_first"],
            sum(of_run, "neurons_sampled") / sum(&runs[0], "neurons_sampled"),
        );
        assert_eq!(lane["holds"], true);
        // Only sums are searched for.
        let searches = !["malach", "product-pair"].contains(&name);
        assert_eq!(lane["search_operations"].as_f64().unwrap() > 0.0, searches, "{name}");
    }
    assert_eq!((&lanes[3]["allocation"], &lanes[4]["allocation"]), (&"first-fit".into(), &Value::Null));
    let assumptions = compare["malach_assumptions"].as_array().unwrap();
    assert_eq!(assumptions.len(), 5);
    // Weights within 0.395 of 1/√5 = 0.447, and all 20 of the first layer other than 0.
    assert_eq!((&assumptions[1]["kept"], &assumptions[3]["kept"]), (&true.into(), &false.into()));
    assert_eq!(assumptions[3]["found"], 20.0);
}

/// m neurons for an input are C·ln(n_{i−1}n_iℓ/min{ε, δ}): C lies where all blocks together would put it, and above.
#[test]
fn the_constant_of_subset_sums_is_that_of_the_largest_block() {
    let compare = json(&of_family(&["compare", "tiny", "--json"]));
    let run = json(&of_family(&["run", "tiny", "--json"]));
    let layers = run["lanes"][6]["layers"].as_array().unwrap();
    // 5 blocks in layer 1, 4 in layer 2; the largest holds no less than the mean and no more than all.
    let logarithms = [(5.0, 20.0_f64), (4.0, 12.0)].map(|(blocks, p)| (blocks, (p * 2.0 / 0.01).ln()));
    let constants = |of_all: bool| -> f64 {
        let each = layers.iter().zip(logarithms).map(|(layer, (blocks, logarithm))| {
            let sampled = layer["neurons_sampled"].as_f64().unwrap();
            sampled / if of_all { 1.0 } else { blocks } / logarithm
        });
        each.fold(0.0, f64::max)
    };
    let estimate = &compare["lanes"][6]["estimate"];
    let constant = estimate["pensia_constant"].as_f64().unwrap();
    assert!(constants(false) <= constant && constant <= constants(true), "{constant}");
    let values = estimate["values_per_half"].as_f64().unwrap();
    // A sum of j of n values is one of 2^n; tolerances of about 2^-7 need a little more than 7.
    assert!((4.0..20.0).contains(&values), "{values}");
    let shown = text(&of_family(&["run", "tiny"]));
    let line = format!(
        "values at hand per half {values:.1} on average; C of Pensia's bound at least {constant:.2} here"
    );
    assert!(shown.contains(&line) && shown.contains("an estimate from this run"), "{line}\n{shown}");
}

#[test]
fn compare_prints_a_row_per_construction_and_names_what_does_not_apply() {
    let shown = text(&of_family(&["compare", "tiny"]));
    let compare = json(&of_family(&["compare", "tiny", "--json"]));
    for lane in compare["lanes"].as_array().unwrap() {
        let (name, sampled) =
            (lane["construction"].as_str().unwrap(), lane["neurons_per_weight"].as_f64().unwrap());
        let row = shown.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
        assert!(row.contains(&slth::report::text::per_weight(slth::theory::Count::new(sampled))), "{row}");
    }
    assert!(shown.contains("✓ |w| ≤ 1/√n_max = 0.447, found 0.395"), "{shown}");
    assert!(shown.contains("✗ ‖W_i‖₀ ≤ n_max = 5, found 20"), "{shown}");
    let target = "target=Explicit(layers:[[[1.5,-0.3]]])";
    let shown = text(&["compare", "tiny", "--set", target, "--set", "constructions=[Malach,Hyperbolic()]"]);
    assert!(shown.contains("not built: malach: expected weights in [-1, 1]"), "{shown}");
    assert!(shown.contains("✗ |w| ≤ 1/√n_max = 0.707, found 1.500"), "{shown}");
    // The fifth is in the list, and in the same one as JSON has.
    assert!(
        shown.lines().any(|line| line.starts_with("  ") && line.contains("✗ ε/(eℓ√n_max³·ε_w) ≤ 1")
            || line.starts_with("  ✓ ε/(eℓ√n_max³·ε_w) ≤ 1")),
        "{shown}"
    );
    assert_eq!(compare["malach_assumptions"].as_array().unwrap().len(), 5);
    let one = ["compare", "tiny", "--set", "target=Explicit(layers:[[[0.5]]])"];
    let shown = text(&one).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains("for the one target weight;"), "{shown}");
    // Malach's assumptions appear only with his construction.
    assert!(!text(&["compare", "tiny"]).contains("Malach"));
}

#[test]
fn compare_writes_a_csv_row_per_construction() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("compare.csv");
    let mut call = of_family(&["compare", "tiny", "--json", "--csv"]);
    let place = path.to_str().unwrap().to_owned();
    call.insert(4, Box::leak(place.into_boxed_str()));
    let compare = json(&call);
    let written = std::fs::read_to_string(&path).unwrap();
    let rows: Vec<Vec<&str>> = written.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(
        rows[0].join(","),
        "construction,allocation,mode,neurons_per_weight_bound,neurons_per_weight,kept_neurons_per_weight,\
         kept_weights_per_weight,search_operations,error_found,error_certified,epsilon,holds,elapsed_seconds,\
         ratio_to_first,values_per_half,pensia_constant,method,g_neurons,g_weights,g_size_by,share_neurons_kept,\
         share_weights_kept,accuracy_target,accuracy_pruned"
    );
    assert_eq!(rows.len(), 8);
    for (row, lane) in rows[1..].iter().zip(compare["lanes"].as_array().unwrap()) {
        for (key, cell) in rows[0].iter().zip(row) {
            let value = match *key {
                "error_found" => &lane["error"]["found"],
                "error_certified" => &lane["error"]["certified"],
                "epsilon" => &lane["error"]["epsilon"],
                "values_per_half" | "pensia_constant" => &lane["estimate"][*key],
                "accuracy_target" | "accuracy_pruned" => &lane["accuracy"],
                key => &lane[key],
            };
            let found: Value = match *cell {
                "" => Value::Null,
                cell => serde_json::from_str(cell).unwrap_or_else(|_| cell.into()),
            };
            assert_eq!(as_number(&found), as_number(value), "{key}");
        }
    }
}

#[test]
fn compare_exits_as_run_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("untrue.ron");
    std::fs::write(&path, TINY_RON.replace("seed: 1", "norms: Unit, f_max: 0.01, seed: 1")).unwrap();
    let compare = slth(&["compare", path.to_str().unwrap(), "--json"]).assert().code(1);
    let compare: Value = serde_json::from_slice(&compare.get_output().stdout).unwrap();
    assert_eq!(compare["lanes"][0]["holds"], false);
    slth(&["compare", "tiny", "--csv", "/no/such/folder/x.csv"]).assert().code(2);
    slth(&["compare", "no-such-preset"]).assert().code(2);
    slth(&["compare"]).assert().code(2);
}
