//! Bad input: exit code 2, nothing on standard output, and one line on standard error: place, expectation, finding. Each test
//! changes one thing in a valid preset.
#![allow(missing_docs, clippy::unwrap_used)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use ndarray::{Array1, Array2, array};
use ndarray_npy::write_npy;
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use tempfile::TempDir;

const PRESET: &str = r#"(
    target: Explicit(
        layers: [
            [[0.6, -0.4], [-0.3, 0.8], [0.5, 0.25]],
            [[0.7, -0.2, 0.4], [-0.5, 0.9, 0.1]],
        ],
        activation: Relu,
    ),
    inputs: Ball(radius: 1.0),
    epsilon: 0.1,
    delta: 0.01,
    base: 1.5,
    seed: 1,
)
"#;

/// A folder with the preset `p.ron`; slth runs in it.
struct Folder(TempDir);

impl Folder {
    /// The preset with `from` replaced.
    fn with(from: &str, to: &str) -> Self {
        assert!(PRESET.contains(from));
        let folder = Self(tempfile::tempdir().unwrap());
        std::fs::write(folder.path("p.ron"), PRESET.replace(from, to)).unwrap();
        folder
    }

    /// The preset with another target.
    fn with_target(target: &str) -> Self {
        let (start, end) = (PRESET.find("Explicit").unwrap(), PRESET.find("\n    inputs").unwrap());
        Self::with(&PRESET[start..end], &format!("{target},"))
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Runs slth and holds its refusal to the rules: `place` first, then every part of `says`.
    fn refuses(&self, arguments: &[&str], place: &str, says: &[&str]) {
        let before = self.names();
        let output = slth(self.0.path(), arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
        assert!(message.ends_with('\n') && message.lines().count() == 1, "{message}");
        assert!(message.starts_with(&format!("slth: {place}: ")), "expected {place}, found {message}");
        for part in says {
            assert!(message.contains(part), "expected {part}, found {message}");
        }
        assert!(!message.contains("panicked") && !message.contains('\x1b'), "{message}");
        assert_eq!(self.names(), before, "a file is left");
    }

    fn run_ends_well(&self) {
        let output = slth(self.0.path(), &["run", "p.ron"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn run_refuses(&self, place: &str, says: &[&str]) {
        self.refuses(&["run", "p.ron"], place, says);
    }
}

fn slth(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_slth")).args(arguments).current_dir(folder).output().unwrap()
}

fn write_weights(path: &Path, dtype: Dtype, shape: [usize; 2], bytes: &[u8]) {
    let view = TensorView::new(dtype, shape.to_vec(), bytes).unwrap();
    std::fs::write(path, safetensors::serialize([("w.weight", view)], None).unwrap()).unwrap();
}

const FILE_TARGET: &str = r#"File(path: "w.safetensors")"#;

#[test]
fn the_preset_that_is_spoilt_below_runs() {
    let folder = Folder::with("seed: 1", "seed: 1");
    let output = slth(folder.0.path(), &["run", "p.ron"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_missing_preset() {
    let folder = Folder(tempfile::tempdir().unwrap());
    let says = ["expected a .ron file, a weight file or one of digits, tiny", "found: No such file"];
    folder.refuses(&["run", "missing.ron"], "missing.ron", &says);
    folder.refuses(&["bounds", "missing.ron"], "missing.ron", &says);
    folder.refuses(&["presets", "show", "missing"], "missing", &says);
    // Without a terminal, `slth PRESET` is a run.
    folder.refuses(&["missing.ron"], "missing.ron", &says);
}

#[test]
fn a_missing_weight_file() {
    Folder::with_target(FILE_TARGET)
        .run_refuses("p.ron:2:13", &["file w.safetensors: expected a readable file", "found: No such file"]);
}

#[test]
fn missing_points_and_labels() {
    Folder::with("Ball(radius: 1.0)", r#"File(path: "x.npy")"#)
        .run_refuses("p.ron:9:13", &["file x.npy: expected a readable file", "found: No such file"]);
    let folder = Folder::with("Ball(radius: 1.0)", r#"File(path: "x.npy", labels: "y.npy")"#);
    write_npy(folder.path("x.npy"), &array![[0.5, 1.0]]).unwrap();
    folder.run_refuses("p.ron:9:41", &["file y.npy: expected a readable file", "found: No such file"]);
}

#[test]
fn broken_ron() {
    Folder::with("seed: 1,", "seed: 1 base: 2")
        .run_refuses("p.ron:13:13", &["expected a comma", "found `base: 2`"]);
    Folder::with("epsilon: 0.1", "epsilon: \"small\"")
        .run_refuses("p.ron:10:13", &["expected a number", "small"]);
    Folder::with(&PRESET[PRESET.find("    inputs").unwrap()..], "")
        .run_refuses("p.ron:8:7", &["expected more, found the end"]);
    // Escape characters of the file do not reach the terminal.
    Folder::with("seed: 1,", "seed: 1 \x1b[31m")
        .run_refuses("p.ron:13:13", &["expected a comma", "found `\\u{1b}[31m`"]);
    Folder::with(PRESET, "").run_refuses("p.ron:1:1", &["expected", "found the end"]);
}

#[test]
fn a_preset_that_is_no_text() {
    let folder = Folder::with("seed: 1", "seed: 1");
    std::fs::write(folder.path("p.ron"), b"(title: \"\xff\")").unwrap();
    folder.run_refuses("p.ron", &["expected a .ron file", "found: a byte 0xff in line 1 that is no UTF-8"]);
}

#[test]
fn unknown_fields() {
    Folder::with("epsilon", "epslion")
        .run_refuses("p.ron:10:5", &["`epslion`", "expected one of", "`epsilon`"]);
    Folder::with("activation", "activatoin").run_refuses(
        "p.ron:7:9",
        &["expected one of the fields of `Explicit`", "`activation`", "found `activatoin`"],
    );
    Folder::with("Ball", "Bowl").run_refuses("p.ron:9:13", &["`Bowl`", "expected one of `Ball`, `Box`"]);
}

#[test]
fn a_missing_field() {
    Folder::with("epsilon: 0.1,", "").run_refuses("p.ron", &["expected a field `epsilon`, found none"]);
}

#[test]
fn ragged_rows() {
    Folder::with("[-0.3, 0.8]", "[-0.3]")
        .run_refuses("p.ron:3:17", &["layer 1, row 1: expected 2 weights, found 1"]);
}

#[test]
fn layers_that_do_not_fit() {
    Folder::with("[0.7, -0.2, 0.4], [-0.5, 0.9, 0.1]", "[0.7, -0.2]")
        .run_refuses("p.ron:3:17", &["layer 2: expected 3 inputs", "found 2"]);
    Folder::with("[[0.7, -0.2, 0.4], [-0.5, 0.9, 0.1]]", "[]")
        .run_refuses("p.ron:3:17", &["layer 2: expected 3 inputs", "found 0"]);
}

#[test]
fn points_of_the_wrong_width() {
    let folder = Folder::with("Ball(radius: 1.0)", r#"File(path: "x.npy")"#);
    write_npy(folder.path("x.npy"), &Array2::<f64>::ones((4, 3))).unwrap();
    folder.run_refuses("p.ron:9:13", &["file x.npy: expected points of 2 inputs, found shape [4, 3]"]);
    write_npy(folder.path("x.npy"), &Array1::<f64>::ones(4)).unwrap();
    folder.run_refuses("p.ron:9:13", &["file x.npy: expected an array of points × inputs", "found:"]);
    write_npy(folder.path("x.npy"), &array![[0.5, 1.0], [f64::NAN, 0.0]]).unwrap();
    folder.run_refuses("p.ron:9:13", &["x.npy, point 1, input 0: expected a finite number, found NaN"]);
}

#[test]
fn sequences_that_do_not_fit() {
    let with = |inputs: &str| Folder::with("Ball(radius: 1.0)", inputs);
    with("Sequence(length: 3, of: Signs)")
        .run_refuses("p.ron:9:13", &["expected a length that divides the 2 inputs of the network, found 3"]);
    with("Sequence(length: 2, of: Box(low: [0.0, 0.0], high: 1.0))")
        .run_refuses("p.ron:9:13", &["low: expected a number, or a list of 1", "a list of 2"]);
    with("Sequence(length: 2, of: Points(points: [[0.5]]))")
        .run_refuses("p.ron:9:13", &["expected a sequence of Ball, Box or Signs, found points"]);
    with("Sequence(length: 1, of: Sequence(length: 2, of: Signs))")
        .run_refuses("p.ron:9:13", &["found another sequence"]);
    with("Sequence(length: 0, of: Signs)")
        .run_refuses("p.ron:9:30", &["a whole width of at least 1", "found 0"]);
    with("Sequence(length: 2, of: Signs)").run_ends_well();
    with("Sequence(length: 2, of: Ball(radius: 0.5))").run_ends_well();
}

#[test]
fn labels_that_do_not_fit() {
    let folder = Folder::with("Ball(radius: 1.0)", r#"File(path: "x.npy", labels: "y.npy")"#);
    write_npy(folder.path("x.npy"), &Array2::<f64>::ones((4, 2))).unwrap();
    write_npy(folder.path("y.npy"), &array![0_u8, 1, 1]).unwrap();
    folder.run_refuses("p.ron:9:41", &["file y.npy: expected 4 labels, found 3"]);
    write_npy(folder.path("y.npy"), &array![0_u8, 1, 2, 1]).unwrap();
    folder.run_refuses("p.ron:9:41", &["label of point 2: expected a class below 2, found 2"]);
}

#[test]
fn weights_that_are_no_numbers_in_a_preset() {
    Folder::with("-0.4", "NaN").run_refuses("p.ron:4:20", &["expected a finite number, found NaN"]);
    Folder::with("-0.4", "-inf").run_refuses("p.ron:4:20", &["expected a finite number, found -inf"]);
    // Too large for f64.
    Folder::with("-0.4", "1e999").run_refuses("p.ron:4:20", &["expected a finite number, found inf"]);
}

#[test]
fn weights_that_are_no_numbers_in_a_file() {
    for (spoilt, found) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        let folder = Folder::with_target(FILE_TARGET);
        let bytes: Vec<u8> = [0.5, -0.5, spoilt, 0.25].into_iter().flat_map(f64::to_le_bytes).collect();
        write_weights(&folder.path("w.safetensors"), Dtype::F64, [2, 2], &bytes);
        let says = format!("tensor `w.weight`, output 1, input 0: expected a finite number, found {found}");
        folder.run_refuses("p.ron:2:13", &["file w.safetensors", &says]);
    }
}

#[test]
fn a_weight_above_w_max() {
    let says = ["expected no weight above w_max = 0.5", "found |w*| = 0.9 in layer 2, output 1, input 1"];
    Folder::with("seed: 1", "w_max: 0.5").run_refuses("p.ron:13:12", &says);
    let folder = Folder::with("seed: 1", "seed: 1");
    folder.refuses(&["run", "p.ron", "--set", "w_max=0.5"], "--set w_max=0.5", &says);
}

#[test]
fn epsilon_out_of_range() {
    for (written, found) in [("0", "0"), ("-0.1", "-0.1"), ("inf", "inf"), ("NaN", "NaN")] {
        let says = format!("expected a finite number above 0, found {found}");
        Folder::with("epsilon: 0.1", &format!("epsilon: {written}")).run_refuses("p.ron:10:14", &[&says]);
    }
    Folder::with("epsilon: 0.1", "epsilon: 1e6")
        .run_refuses("p.ron:10:14", &["expected at most", "found 1000000"]);
}

#[test]
fn delta_out_of_range() {
    for written in ["0", "1", "-0.5", "2", "NaN"] {
        let says = format!("expected a probability between 0 and 1, both excluded, found {written}");
        Folder::with("delta: 0.01", &format!("delta: {written}")).run_refuses("p.ron:11:12", &[&says]);
    }
}

#[test]
fn base_out_of_range() {
    for written in ["1", "1.62", "0.5", "NaN"] {
        let says = format!(
            "expected a base above 1 and at most the golden ratio 1.618033988749895, found {written}"
        );
        Folder::with("base: 1.5", &format!("base: {written}")).run_refuses("p.ron:12:11", &[&says]);
    }
    // So near to 1 that its buckets cannot be counted.
    Folder::with("base: 1.5", "base: 1.0000001")
        .run_refuses("p.ron:12:11", &["expected a base", "found 1.0000001"]);
}

#[test]
fn widths_that_are_none() {
    let says = "expected a whole width of at least 1 and below 2^32, found ";
    for (width, column) in [("0", 32), ("-3", 32), ("2.5", 32), ("4294967296", 32)] {
        let folder = Folder::with_target(&format!("Random(widths: [2, {width}, 2], weight_bound: 1.0)"));
        folder.run_refuses(&format!("p.ron:2:{column}"), &[&format!("{says}{width}")]);
    }
}

#[test]
fn a_single_width() {
    for (widths, found) in [("[2]", "found 1 widths"), ("[]", "found 0 widths")] {
        Folder::with_target(&format!("Random(widths: {widths}, weight_bound: 1.0)"))
            .run_refuses("p.ron:2:28", &["expected an input width and at least one layer", found]);
    }
}

#[test]
fn sizes_that_overflow() {
    let widths = "[4294967295, 4294967295, 4294967295]";
    Folder::with_target(&format!("Random(widths: {widths}, weight_bound: 1.0)"))
        .run_refuses("p.ron:2:28", &["expected fewer than 2^32 neurons per layer and 2^48 weights", widths]);
}

#[test]
fn sizes_beyond_any_memory() {
    // 4·10¹² weights of 32 bytes each while they are put together: 119,209 GiB.
    Folder::with_target("Random(widths: [2000000, 2000000], weight_bound: 1.0)")
        .run_refuses("p.ron:2:28", &["needs 1.2e5 GiB", "expected at most the"]);
}

#[test]
fn heaviside_is_refused_with_the_reason() {
    let says = [
        "expected an activation with a Lipschitz factor, found Heaviside",
        "jumps at 0",
        "Lemma 1 does not apply",
    ];
    Folder::with("activation: Relu", "activation: Heaviside").run_refuses("p.ron:7:21", &says);
    Folder::with("activation: Relu", "output_activation: Heaviside").run_refuses("p.ron:7:28", &says);
}

#[test]
fn an_output_that_cannot_be_written() {
    let folder = Folder::with("seed: 1", "seed: 1");
    std::fs::create_dir(folder.path("folder")).unwrap();
    for option in ["--csv", "--ticket"] {
        let missing = ["run", "p.ron", option, "missing/out"];
        folder.refuses(&missing, "missing/out", &["expected a writable file", "found: there is no folder"]);
        let is_folder = ["run", "p.ron", option, "folder"];
        folder.refuses(&is_folder, "folder", &["expected a writable file", "found: it is a folder"]);
    }
    // The other, writable file leaves nothing behind either.
    let second = ["run", "p.ron", "--csv", "good.csv", "--ticket", "missing/out"];
    folder.refuses(&second, "missing/out", &["expected a writable file"]);
    assert!(std::fs::read_dir(folder.path("folder")).unwrap().next().is_none());
}

#[test]
fn an_output_that_cannot_be_written_is_known_before_the_run() {
    // Both mistakes at once: the first check reports.
    let folder = Folder(tempfile::tempdir().unwrap());
    folder.refuses(
        &["run", "example-6", "--set", "epsilon=1e-5", "--csv", "missing/out"],
        "missing/out",
        &["expected a writable file"],
    );
    folder.refuses(
        &["run", "example-6", "--set", "epsilon=1e-5", "--csv", "out.csv"],
        "--set epsilon=1e-5: example-6:4:13",
        &["accurate to 3.679e-30"],
    );
}

#[cfg(unix)]
#[test]
fn an_output_in_a_read_only_folder() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with("seed: 1", "seed: 1");
    let locked = folder.path("locked");
    std::fs::create_dir(&locked).unwrap();
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o555)).unwrap();
    if std::fs::write(locked.join("probe"), "").is_ok() {
        // Past the capture of the test harness.
        let message = "skipped: root may write to a read-only folder (an_output_in_a_read_only_folder)";
        let _ = writeln!(std::io::stderr(), "{message}");
        return;
    }
    let call = ["run", "p.ron", "--csv", "locked/out.csv"];
    folder.refuses(&call, "locked/out.csv", &["expected a writable file", "found: Permission denied"]);
}

#[test]
fn more_precision_than_sums_have_is_refused_by_run_alone() {
    let folder = Folder(tempfile::tempdir().unwrap());
    let says = ["accurate to 3.679e-30", "106 bits", "expected at least 1.0e-28", "`slth bounds` works"];
    let finer = ["example-6", "--set", "epsilon=1e-5"];
    folder.refuses(&[&["run"], &finer[..]].concat(), "--set epsilon=1e-5: example-6:4:13", &says);
    assert!(slth(folder.0.path(), &[&["bounds"], &finer[..]].concat()).status.success());
}

#[test]
fn a_weight_file_cut_short() {
    let folder = Folder::with_target(FILE_TARGET);
    let path = folder.path("w.safetensors");
    write_weights(&path, Dtype::F32, [2, 2], &[0; 16]);
    let whole = std::fs::read(&path).unwrap();
    let other =
        "file w.safetensors: expected a safetensors, npz, npy or PyTorch file, or a model in ONNX, found";
    let damaged = "file w.safetensors: expected a safetensors file, found: ";
    for (cut, says) in [(0, other), (7, other), (20, damaged), (whole.len() - 1, damaged)] {
        std::fs::write(&path, &whole[..cut]).unwrap();
        folder.run_refuses("p.ron:2:13", &[says]);
    }
}

#[test]
fn a_weight_file_of_another_type_or_shape() {
    let folder = Folder::with_target(FILE_TARGET);
    write_weights(&folder.path("w.safetensors"), Dtype::I32, [2, 2], &[1; 16]);
    folder.run_refuses(
        "p.ron:2:13",
        &["w.safetensors: tensor `w.weight`: expected F16, BF16, F32 or F64, found I32"],
    );
    let view = TensorView::new(Dtype::F32, vec![4], &[1; 16]).unwrap();
    std::fs::write(folder.path("w.safetensors"), safetensors::serialize([("w.weight", view)], None).unwrap())
        .unwrap();
    folder.run_refuses(
        "p.ron:2:13",
        &["tensor `w.weight`: expected a matrix (a layer's weights), found shape [4]"],
    );
}

/// Writes a safetensors file of F32 tensors of these shapes, all 0.5.
fn write_tensors(path: &Path, tensors: &[(&str, &[usize])]) {
    let data = 0.5_f32.to_le_bytes().repeat(64);
    let views = tensors.iter().map(|(name, shape)| {
        let bytes = 4 * shape.iter().product::<usize>();
        (*name, TensorView::new(Dtype::F32, shape.to_vec(), &data[..bytes]).unwrap())
    });
    std::fs::write(path, safetensors::serialize(views, None).unwrap()).unwrap();
}

#[test]
fn layers_of_a_file_that_do_not_fit() {
    type Case<'a> = (&'a [(&'a str, &'a [usize])], &'a str, &'a [&'a str]);
    let cases: [Case<'_>; 6] = [
        (
            &[("b.bias", &[3])],
            "",
            &["expected at least one weight matrix of floating-point numbers, found `b.bias` (F32 [3])"],
        ),
        (
            &[("a.weight", &[3, 2]), ("b.weight", &[4, 2])],
            "",
            &["no order of `a.weight`, `b.weight` that their names allow"],
        ),
        // In plain order of names, as PyTorch stores them, 10 comes before 2.
        (
            &[("l.10.weight", &[1, 3]), ("l.2.weight", &[3, 2])],
            "order: File",
            &["as outputs × inputs `l.2.weight` takes 2 inputs and `l.10.weight` before it gives 1"],
        ),
        (
            &[("a.weight", &[3, 2]), ("a.bias", &[4])],
            "",
            &["as outputs × inputs bias `a.bias` has length 4 and `a.weight` has 3 outputs"],
        ),
        (&[("a.weight", &[3, 2])], r#"layers: ["a", "b"]"#, &["layer `b`: expected one of `a.weight`"]),
        (
            &[("a.weight", &[3, 2])],
            "activations: [Relu, Tanh]",
            &["expected 1 activations, one for each layer, found 2"],
        ),
    ];
    for (tensors, options, says) in cases {
        let folder = Folder::with_target(&format!("File(path: \"w.safetensors\", {options})"));
        write_tensors(&folder.path("w.safetensors"), tensors);
        let place = if options.starts_with("activations") { "p.ron:2:54" } else { "p.ron:2:13" };
        folder.run_refuses(place, says);
    }
}

#[test]
fn graphs_that_do_not_fit_their_tensors() {
    let refuses = |nodes: &str, says: &str| {
        let folder = Folder::with_target(&format!(
            "File(path: \"w.safetensors\", graph: (input: [1, 4, 4], nodes: [{nodes}]))"
        ));
        let tensors: [(&str, &[usize]); 5] = [
            ("c1.weight", &[2, 1, 3, 3]),
            ("c1.bias", &[2]),
            ("fc.weight", &[3, 8]),
            ("b1.running_var", &[2]),
            ("r.weight_ih_l0", &[8, 4]),
        ];
        write_tensors(&folder.path("w.safetensors"), &tensors);
        folder.run_refuses("p.ron:2:48", &["file w.safetensors: node ", says]);
    };
    refuses(
        "Conv(module: \"c2\")",
        "conv-1: expected a tensor `c2.weight` in the file, found `b1.running_var`, `c1.bias`, `c1.weight`, ",
    );
    refuses(
        "Conv(module: \"c1\"), Dense(module: \"fc\")",
        "dense-2: expected 2 inputs (columns of its weights), found 8",
    );
    refuses("Conv(module: \"c1\", padding: [1, 1, 1])", "conv-1: expected one padding, or a list of 2");
    refuses("Conv(weight: \"fc.weight\")", "of tensor `fc.weight`, found shape [3, 8]");
    refuses(
        "Conv(module: \"c1\", name: \"a\"), Add(with: \"input\")",
        "add-2: expected inputs of one shape, 2×2×2, found 1×4×4",
    );
    refuses(
        "Conv(module: \"c1\"), Relu(of: \"b\")",
        "relu-2: expected the name of an earlier node, found `b`, which no node has",
    );
    // Circles and references forwards.
    refuses(
        "Conv(module: \"c1\"), Add(with: \"b\", name: \"a\"), Relu(name: \"b\", of: \"a\")",
        "a: expected the name of an earlier node, found `b`, the name of a later one",
    );
    refuses("Relu(name: \"a\", of: \"a\")", "a: expected the name of an earlier node, found `a`, its own");
    refuses(
        "Conv(module: \"c1\"), BatchNorm(module: \"b1\")",
        "batch-norm-2: expected a running mean, as batch norm has it after training, found none",
    );
    refuses(
        "Reshape(shape: [4, 4]), Lstm(module: \"r\")",
        "lstm-2: expected a tensor `r.weight_hh_l0` in the file",
    );
    refuses("Relu", "relu-1: expected at least one linear map before the output, found none");
}

#[test]
fn graphs_that_are_none() {
    let with = |graph: &str| Folder::with_target(&format!("File(path: \"w.safetensors\", {graph})"));
    with("graph: (input: [4], nodes: [Relu6])")
        .run_refuses("p.ron:2:69", &["expected a node (Conv, Dense, BatchNorm,", "found `Relu6`"]);
    with("graph: (input: [4], nodes: [Dense])").run_refuses("p.ron:2:74", &["expected `(`, found `]"]);
    with("graph: (input: [4], nodes: [Conv(modul: \"c\")])")
        .run_refuses("p.ron:2:74", &["expected one of the fields of `Conv`", "found `modul`"]);
    with("graph: (input: [0], nodes: [])")
        .run_refuses("p.ron:2:57", &["a whole width of at least 1", "found 0"]);
    with("graph: (input: [4], nodes: []), activation: Relu").run_refuses(
        "p.ron:2:85",
        &["expected no `activation` beside a graph, which says so itself; found one"],
    );
}

#[test]
fn a_safetensors_header_that_lies() {
    let folder = Folder::with_target(FILE_TARGET);
    let file = |header: &str, data: &[u8]| {
        let bytes = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat();
        std::fs::write(folder.path("w.safetensors"), bytes).unwrap();
    };
    let tensor = r#"{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}"#;
    file(&format!(r#"{{"w":{tensor},"w":{tensor}}}"#), &[0; 16]);
    folder.run_refuses("p.ron:2:13", &["w.safetensors: tensor `w`: expected one of this name, found two"]);
    let huge = r#"{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,16]}}"#;
    file(huge, &[0; 16]);
    folder.run_refuses("p.ron:2:13", &["w.safetensors: expected a safetensors file, found: "]);
    std::fs::write(folder.path("w.safetensors"), [0xff; 64]).unwrap();
    folder.run_refuses("p.ron:2:13", &["found an unknown format, whose first bytes are ff ff"]);
}

/// An npy file with this header and data.
fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00".as_slice(), &length, header.as_bytes(), data].concat()
}

#[test]
fn npy_weights_that_lie() {
    let header = |descr: &str, shape: &str| {
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}")
    };
    let cases = [
        (header("<f8", "(1000000000, 1000000000)"), "before at most 32"),
        (header("<f8", "(99999999999999, 99999999999999)"), "which no memory holds"),
        (header("|O", "(2, 2)"), "pickled Python objects"),
        (header("<i8", "(2, 2)"), "tensor `weight`: expected F16, BF16, F32 or F64, found I64"),
        (header("<f8", "(4,)"), "tensor `weight`: expected a matrix (a layer's weights), found shape [4]"),
        (header("<f8", "(2, 1)"), "more than 16 bytes"),
        ("{".repeat(1000), "a header that is none"),
    ];
    for (header, says) in cases {
        let folder = Folder::with_target(r#"File(path: "w.npy")"#);
        std::fs::write(folder.path("w.npy"), npy(&header, &[0; 32])).unwrap();
        folder.run_refuses("p.ron:2:13", &["file w.npy: ", says]);
        folder.refuses(&["inspect", "w.npy"], "w.npy", &[says]);
    }
}

#[test]
fn npz_members_that_are_no_arrays() {
    use std::io::Write as _;
    let options = zip::write::SimpleFileOptions::default();
    let write = |folder: &Folder, members: &[(&str, &[u8])]| {
        let mut zip = zip::ZipWriter::new(std::fs::File::create(folder.path("w.npz")).unwrap());
        for (name, bytes) in members {
            zip.start_file(*name, options).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
    };
    let good = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }", &[0; 32]);
    let cut = &good[..good.len() - 1];
    let pickled = npy("{'descr': '|O', 'fortran_order': False, 'shape': (2, 2), }", &[0; 32]);
    let huge = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (900000, 900000), }", &[0; 32]);
    type Case<'a> = (&'a [(&'a str, &'a [u8])], &'a [&'a str]);
    let cases: [Case<'_>; 6] = [
        (&[("w.npy", b"not an array")], &["member `w.npy`", "found: no npy file"]),
        (&[("readme.txt", b"not an array")], &["a zip archive without npy arrays", "`readme.txt`"]),
        (&[("w.weight.npy", cut)], &["member `w.weight.npy`", "31 bytes of data for 32"]),
        (&[("w.npy", &pickled)], &["tensor `w`", "found pickled Python objects"]),
        (&[("w.npy", &huge)], &["member `w.npy`", "which takes 6480000000000 bytes"]),
        (&[], &["an empty zip archive"]),
    ];
    for (members, says) in cases {
        let folder = Folder::with_target(r#"File(path: "w.npz")"#);
        write(&folder, members);
        folder.run_refuses("p.ron:2:13", says);
    }
    // Two members of one name: written under two, then renamed in the bytes.
    let folder = Folder::with_target(r#"File(path: "w.npz")"#);
    write(&folder, &[("w.npy", &good), ("v.npy", &good)]);
    let mut bytes = std::fs::read(folder.path("w.npz")).unwrap();
    for at in 0..bytes.len() - 5 {
        if &bytes[at..at + 5] == b"v.npy" {
            bytes[at] = b'w';
        }
    }
    std::fs::write(folder.path("w.npz"), bytes).unwrap();
    folder.run_refuses("p.ron:2:13", &["tensor `w`: expected one of this name, found two"]);
}

#[test]
fn overrides_that_are_none() {
    let folder = Folder::with("seed: 1", "seed: 1");
    let cases = [
        ("epsilon", "expected key=value, found no `=`"),
        ("epslion=0.1", "expected one of the fields of a preset: `title`"),
        ("epsilon=0", "expected a finite number above 0, found 0"),
    ];
    for (setting, says) in cases {
        folder.refuses(&["run", "p.ron", "--set", setting], &format!("--set {setting}"), &[says]);
        folder.refuses(&["bounds", "p.ron", "--set", setting], &format!("--set {setting}"), &[says]);
    }
}

#[test]
fn a_ticket_of_two_constructions() {
    let two = "constructions: [Hyperbolic(allocation: InOrder), Hyperbolic(allocation: FirstFit)]";
    let folder = Folder::with("seed: 1", two);
    let call = ["run", "p.ron", "--ticket", "t.npz"];
    folder.refuses(&call, "--ticket", &["expected a preset with one construction, found 2"]);
}

#[test]
fn files_that_are_no_weights_name_their_format() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    for (file, says) in [
        ("header-too-large/pointer.safetensors", "run `git lfs pull`"),
        ("header-too-large/page.safetensors", "a web page"),
        ("pickled-list/weights.npy", "`np.savez(\"net.npz\", *arrays)`"),
        ("pt/whole-module.pt", "`torch.save(model.state_dict(), \"net.pt\")`"),
    ] {
        let folder = Folder(tempfile::tempdir().unwrap());
        let name = file.rsplit('/').next().unwrap();
        std::fs::copy(cases.join(file), folder.path(name)).unwrap();
        folder.refuses(&["inspect", name], name, &[says]);
    }
}

#[test]
fn points_and_labels_of_an_archive() {
    let folder = Folder::with_target("Random(widths: [64, 10], weight_bound: 0.5, seed: 1)");
    let xy = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/labels-points/xy.npz");
    std::fs::copy(xy, folder.path("xy.npz")).unwrap();
    let preset = std::fs::read_to_string(folder.path("p.ron")).unwrap();
    let with = |inputs: &str| {
        std::fs::write(folder.path("p.ron"), preset.replace("Ball(radius: 1.0)", inputs)).unwrap();
    };
    for inputs in [
        r#"File(path: "xy.npz", labels: "xy.npz")"#,
        r#"File(path: "xy.npz:x_test", labels: "xy.npz:y_test")"#,
    ] {
        with(inputs);
        let output = slth(folder.0.path(), &["bounds", "p.ron"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    with(r#"File(path: "xy.npz:x")"#);
    folder.run_refuses(
        "p.ron:3:13",
        &["file xy.npz:x: ", "no array `x` among `x_test` [50, 64], `y_test` [50]"],
    );
}

/// Pipes and devices.
#[cfg(unix)]
mod special_files {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use super::{Folder, PRESET};

    fn pipe(folder: &Folder) {
        assert!(Command::new("mkfifo").arg(folder.path("pipe")).status().unwrap().success());
    }

    #[test]
    fn a_preset_names_regular_files_only() {
        for (path, kind) in [
            ("/dev/zero", "a device"),
            ("/dev/stdin", ""),
            ("pipe", "a pipe"),
            (".", "a folder"),
            ("s", "a socket"),
        ] {
            let target = Folder::with_target(&format!("File(path: \"{path}\")"));
            let points = Folder::with("Ball(radius: 1.0)", &format!("File(path: \"{path}\")"));
            let labels = Folder::with("seed: 1", "seed: 2");
            let digits = include_str!("../presets/digits.ron");
            let named = digits.replace("built-in:digits-test-labels.npy", path);
            assert_ne!(named, digits);
            std::fs::write(labels.path("d.ron"), named).unwrap();
            for folder in [&target, &points] {
                pipe(folder);
                let _socket = std::os::unix::net::UnixListener::bind(folder.path("s")).unwrap();
                let found = format!("file {path}: expected a readable file, found: {kind}");
                let place = if std::ptr::eq(folder, &target) { "p.ron:2:13" } else { "p.ron:9:13" };
                folder.refuses(&["run", "p.ron"], place, &[&found, "no regular file"]);
            }
            if path.starts_with("/dev") {
                let found = format!("file {path}: expected a readable file, found: {kind}");
                labels.refuses(&["run", "d.ron"], "d.ron:5:67", &[&found, "no regular file"]);
            }
        }
    }

    #[test]
    fn devices_of_the_command_line_end() {
        let folder = Folder::with("seed: 1", "seed: 2");
        folder.refuses(
            &["run", "/dev/zero"],
            "/dev/zero",
            &["expected a safetensors, npz, npy or PyTorch file, or a model in ONNX"],
        );
        folder.refuses(&["run", "/dev/null"], "/dev/null", &["an empty file"]);
        folder.refuses(&["run", "."], ".", &["a folder, no regular file"]);
        std::os::unix::fs::symlink("/dev/zero", folder.path("zero.ron")).unwrap();
        folder.refuses(&["run", "zero.ron"], "zero.ron", &["a preset of more than 64 MiB"]);
    }

    /// The output of `slth inspect ARGUMENT` with these bytes on standard input.
    fn inspected(argument: &str, bytes: &[u8]) -> String {
        let mut slth = Command::new(env!("CARGO_BIN_EXE_slth"));
        let slth = slth.args(["inspect", argument]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut running = slth.stderr(Stdio::piped()).spawn().unwrap();
        running.stdin.take().unwrap().write_all(bytes).unwrap();
        let output = running.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn a_preset_and_a_weight_file_may_come_through_a_pipe() {
        assert!(inspected("/dev/stdin", PRESET.as_bytes()).contains("2-3-2"));
        let file = include_bytes!("../presets/digits-mlp.safetensors");
        assert!(file.len() > 4096);
        assert!(inspected("/dev/stdin", file).contains("64-"));
    }
}

/// Learned networks beyond any memory: one line that names the field, before anything is allocated.
#[test]
fn learned_networks_that_no_memory_holds() {
    let widths = "widths: [64, 4000000000, 4000000000, 10]";
    for method in [format!("EdgePopup({widths})"), format!("Rewinding({widths})")] {
        let setting = format!("learned=[{method}]");
        for command in ["run", "compare", "check"] {
            let refused = slth(Path::new("."), &[command, "digits-learned", "--set", &setting]);
            let error = String::from_utf8(refused.stderr).unwrap();
            assert_eq!(refused.status.code(), Some(2), "{error}");
            assert!(
                error.contains("the run of the learned methods needs ") && error.lines().count() == 1,
                "{error}"
            );
            assert!(error.contains("learned"), "{error}");
        }
    }
}
