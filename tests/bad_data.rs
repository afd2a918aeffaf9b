//! Bad examples: exit code 2, and one line with the place, what was expected and what was found. Each case changes one file or
//! field of a valid preset.
#![allow(missing_docs, clippy::unwrap_used)]

mod calls;

use std::io::Write;

use calls::slth;
use flate2::Compression;
use flate2::write::GzEncoder;
use ndarray::{Array, Array1, Array2, array};
use ndarray_npy::WriteNpyExt as _;
use tempfile::TempDir;

/// Classes of the six training and three test images of 2x2 pixels.
const TRAINING: [u8; 6] = [0, 1, 2, 0, 1, 2];
const TEST: [u8; 3] = [2, 0, 1];

fn idx(kind: u8, shape: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, kind, shape.len() as u8];
    bytes.extend(shape.iter().flat_map(|side| side.to_be_bytes()));
    bytes.extend(data);
    bytes
}

fn images(count: u32) -> Vec<u8> {
    let pixels: Vec<u8> = (0..4 * count).map(|pixel| (37 * pixel % 256) as u8).collect();
    idx(8, &[count, 2, 2], &pixels)
}

fn labels(classes: &[u8]) -> Vec<u8> {
    idx(8, &[classes.len() as u32], classes)
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn npy<T: ndarray_npy::WritableElement, D: ndarray::Dimension>(array: &Array<T, D>) -> Vec<u8> {
    let mut bytes = Vec::new();
    array.write_npy(&mut bytes).unwrap();
    bytes
}

/// An npz of one array.
fn npz(name: &str, array: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file(format!("{name}.npy"), zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(array).unwrap();
    writer.finish().unwrap().into_inner()
}

/// A folder with a preset and its four files.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("x.idx", &images(6));
        folder.write("y.idx", &labels(&TRAINING));
        folder.write("tx.gz", &gz(&images(3)));
        folder.write("ty.gz", &gz(&labels(&TEST)));
        let preset = r#"(
            data: (
                training: File(path: "x.idx", labels: "y.idx"),
                test: File(path: "tx.gz", labels: "ty.gz"),
            ),
            target: Trained(widths: [4, 3], optimiser: Adam(0.01), steps: 5),
            epsilon: 0.5,
            delta: 0.01,
            learned: [EdgePopup(epochs: 1)],
        )"#;
        folder.write("p.ron", preset.as_bytes());
        folder
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.0.path().join(name), bytes).unwrap();
    }

    /// What standard error says of the preset with this `data`; empty for a run that ends well.
    fn run(&self, options: &[&str]) -> String {
        let mut call = slth(&[&["run", "p.ron"], options].concat());
        let output = call.current_dir(self.0.path()).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        if output.status.success() {
            return String::new();
        }
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(output.stdout.is_empty() && message.lines().count() == 1, "{message}");
        assert!(!message.contains("panicked") && !message.contains('\x1b'), "{message}");
        message
    }

    /// The refusal of the preset with one file changed.
    fn refused(file: &str, bytes: &[u8]) -> String {
        let folder = Self::new();
        folder.write(file, bytes);
        folder.run(&[])
    }
}

fn part(path: &str, labels: &str) -> String {
    format!("File(path: {path:?}, labels: {labels:?})")
}

#[test]
fn the_preset_that_is_spoilt_below_runs() {
    assert_eq!(Folder::new().run(&[]), "");
}

#[test]
fn files_that_are_damaged_or_disagree() {
    let whole = images(6);
    let packed = gz(&images(3));
    let mut unknown = images(3);
    unknown[2] = 10;
    let mut seven = whole.clone();
    seven[2] = 7;
    let mut damaged = packed.clone();
    let middle = damaged.len() - 6;
    damaged[middle] ^= 0xff;
    let cases: [(&str, &[u8], &[&str]); 17] = [
        (
            "x.idx",
            &whole[..whole.len() - 1],
            &["training: ", "x.idx", "a file cut short: shape [6, 2, 2] takes 24 bytes, and 23 are there"],
        ),
        ("x.idx", &whole[..9], &["x.idx", "a file cut short in its header"]),
        ("x.idx", &[], &["x.idx", "expected", "found"]),
        ("x.idx", &seven, &["x.idx", "expected", "found"]),
        (
            "x.idx",
            &[whole.as_slice(), &[0]].concat(),
            &["x.idx", "1 byte behind the numbers of shape [6, 2, 2]"],
        ),
        ("x.idx", &idx(8, &[6, 0, 2], &[]), &["x.idx", "expected", "found"]),
        ("tx.gz", &packed[..packed.len() - 10], &["test: ", "tx.gz", "gzip data cut short"]),
        ("tx.gz", &damaged, &["tx.gz", "gzip data that are not what was packed"]),
        ("tx.gz", &gz(&unknown), &["tx.gz", "the first bytes 00 00 0a 03; images begin with 00 00 08 03"]),
        (
            "tx.gz",
            &gz(b"\x93NUMPY"),
            &["tx.gz", "the first bytes 93 4e 55 4d; images begin with 00 00 08 03"],
        ),
        (
            "tx.gz",
            &gz(&idx(8, &[3, 3, 2], &[7; 18])),
            &["test: expected 4 features, as in the training part, found 6"],
        ),
        ("y.idx", &labels(&TRAINING[..5]), &["training: ", "y.idx", "6", "5"]),
        ("y.idx", &images(6), &["y.idx", "labels", "shape [6, 2, 2]"]),
        (
            "y.idx",
            &labels(&[0, 1, 3, 0, 1, 3]),
            &["training: expected an example of each class 0 to 3, found none of class 2"],
        ),
        ("y.idx", &[], &["y.idx", "expected", "found"]),
        (
            "ty.gz",
            &gz(&labels(&[2, 0, 3])),
            &["test: label of example 2: expected a class below 3, as in the training part, found 3"],
        ),
        (
            "ty.gz",
            &gz(&labels(&[2, 2, 0])),
            &["test: expected an example of each class 0 to 2, found none of class 1"],
        ),
    ];
    for (file, bytes, says) in cases {
        let found = Folder::refused(file, bytes);
        assert!(found.starts_with("slth: p.ron:"), "expected {says:?}, found {found:?}");
        for says in says {
            assert!(found.contains(says), "expected {says}, found {found}");
        }
    }
}

#[test]
fn arrays_of_another_shape_or_type() {
    let folder = Folder::new();
    let training = [[0.5_f32, 0.1, 0.2, 0.0], [0.1, 0.9, 0.3, 0.2], [0.2, 0.2, 0.8, 0.1]];
    let points = Array2::from_shape_fn((6, 4), |(row, column)| training[row % 3][column]);
    let classes = array![0_i64, 1, 2, 0, 1, 2];
    folder.write("p.npy", &npy(&points));
    folder.write("c.npy", &npy(&classes));
    folder.write("flat.npy", &npy(&Array1::from(vec![0.5_f32; 24])));
    let changed = |at: (usize, usize), value: f32| {
        let mut changed = points.clone();
        changed[at] = value;
        npy(&changed)
    };
    folder.write("nan.npy", &changed((4, 1), f32::NAN));
    folder.write("infinite.npy", &changed((0, 3), f32::NEG_INFINITY));
    folder.write("double.npy", &npy(&points.mapv(|value| f64::from(value) * 1e300)));
    folder.write("whole.npy", &npy(&classes.mapv(|class| class as f64)));
    folder.write("half.npy", &npy(&classes.mapv(|class| class as f32 + 0.5)));
    folder.write("negative.npy", &npy(&classes.mapv(|class| class - 1)));
    folder.write("short.npy", &npy(&array![0_i64, 1, 2, 0]));
    folder.write("square.npy", &npy(&Array2::<i64>::zeros((2, 3))));
    folder.write(
        "text.npy",
        b"\x93NUMPY\x01\x00\x36\x00{'descr': '<U1', 'fortran_order': False, 'shape': (6,)}\n",
    );
    folder.write("a.npz", &npz("a", &npy(&points)));
    let run = |training: String, more: &str| {
        let setting = format!("data=(training: {training}, test: {}{more})", part("tx.gz", "ty.gz"));
        (folder.run(&["--set", &setting]), setting)
    };
    for (path, labels) in
        [("p.npy", "c.npy"), ("p.npy", "whole.npy"), ("a.npz:a", "c.npy"), ("a.npz", "c.npy")]
    {
        assert_eq!(run(part(path, labels), "").0, "", "{path} {labels}");
    }
    let cases: [(String, &str, &[&str]); 13] = [
        (part("flat.npy", "c.npy"), "", &["training: file flat.npy: expected", "points × inputs", "[24]"]),
        (
            part("nan.npy", "c.npy"),
            "",
            &[
                "training: file nan.npy, example ",
                "example 4, feature 1: expected a finite number",
                "found NaN",
            ],
        ),
        (
            part("infinite.npy", "c.npy"),
            "",
            &[
                "training: file infinite.npy, example ",
                "example 0, feature 3: expected a finite number",
                "found -inf",
            ],
        ),
        (part("double.npy", "c.npy"), "", &["training: file double.npy, example ", "32 bits"]),
        (part("p.npy", "half.npy"), "", &["training: file half.npy: ", "whole number", "0.5"]),
        (part("p.npy", "negative.npy"), "", &["training: file negative.npy: ", "-1"]),
        (part("p.npy", "short.npy"), "", &["training: file short.npy: ", "6", "4"]),
        (part("p.npy", "square.npy"), "", &["training: file square.npy: ", "labels", "[2, 3]"]),
        (part("p.npy", "text.npy"), "", &["training: file text.npy: ", "expected", "found"]),
        (part("a.npz:b", "c.npy"), "", &["training: file a.npz:b: ", "expected", "found"]),
        (
            part("none.npy", "c.npy"),
            "",
            &["training: file none.npy: expected a readable file, found: No such file"],
        ),
        (
            part("p.npy", "c.npy"),
            ", validation: 6",
            &["validation: expected at most 5 of 6 training examples, found 6"],
        ),
        (
            part("p.npy", "c.npy"),
            ", validation: 5",
            &["training, without validation: expected an example of each class 0 to 2"],
        ),
    ];
    for (training, more, says) in cases {
        let (found, setting) = run(training, more);
        assert!(found.starts_with("slth: --set data="), "{setting}: expected {says:?}, found {found:?}");
        for says in says {
            assert!(found.contains(says), "expected {says}, found {found}");
        }
    }
}
