//! Files of learned tickets through the command line: as targets, in NumPy, as tables and pictures, for any number of threads.
#![allow(missing_docs, clippy::unwrap_used)]

mod calls;

use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use calls::{json, slth, text};
use serde_json::Value;
use tempfile::TempDir;

/// Lane 0 is constructed; lanes 1 to 6 are learned, in the order of the list.
const PRESET: &str = r#"(
    title: "Few steps",
    data: (
        training: File(path: "built-in:digits-train-inputs.npy", labels: "built-in:digits-train-labels.npy"),
        test: File(path: "built-in:digits-test-inputs.npy", labels: "built-in:digits-test-labels.npy"),
    ),
    target: Trained(widths: [64, 8, 10], optimiser: Adam(0.003), steps: 200),
    epsilon: 0.1,
    delta: 0.01,
    learned: [
        EdgePopup(keep: 0.5, widths: [64, 40, 10], epochs: 3, batch: 60),
        EdgePopup(keep: 0.3, widths: [64, 30, 20, 10], weights: Normal, scaled: true, standardised: true, epochs: 2),
        Rewinding(widths: [64, 20, 10], rounds: 2, optimiser: Adam(0.005), steps: 120),
        Rewinding(protocol: GoogleResearch, widths: [64, 15, 10], rounds: 1, steps: 60),
        Rewinding(protocol: OpenLth, widths: [64, 15, 12, 10], rounds: 1, epochs: 2),
        Rewinding(protocol: InPytorch, widths: [64, 15, 10], rounds: 1, epochs: 2),
    ],
    seed: 18446744073709551610,
)"#;

/// Number of the learned lanes, and of the one whose inputs are scaled example by example.
const LEARNED: std::ops::RangeInclusive<usize> = 1..=6;
const UNIT_NORM: usize = 4;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        std::fs::write(folder.path("p.ron"), PRESET).unwrap();
        folder
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// The report of a run with these options behind the preset.
    fn run(&self, options: &[&str]) -> Value {
        json(&[&["run", &self.path("p.ron"), "--json"], options].concat())
    }

    fn ticket(&self, lane: usize) -> (String, Value) {
        let file = self.path(&format!("{lane}.npz"));
        let report = self.run(&["--ticket", &file, "--lane", &lane.to_string()]);
        (file, report)
    }

    /// What standard error says of a call that exits with 2.
    fn refused(&self, arguments: &[&str]) -> String {
        let preset = self.path("p.ron");
        let call = [&["run", preset.as_str()], arguments].concat();
        let output = slth(&call).assert().code(2);
        let output = output.get_output();
        assert!(output.stdout.is_empty());
        String::from_utf8(output.stderr.clone()).unwrap()
    }
}

/// The ticket of the last round of a lane's report.
fn last_ticket(report: &Value, lane: usize) -> &Value {
    let learned = report["learned"].as_array().unwrap();
    let lane = learned.iter().find(|learned| learned["lane"] == lane).unwrap();
    let arms = lane["rounds"].as_array().unwrap().last().unwrap()["arms"].as_array().unwrap();
    arms.iter().find(|arm| arm["arm"] == "ticket").unwrap()
}

fn setting(file: &str) -> String {
    format!("target=File(path: {file:?})")
}

#[test]
fn a_learned_ticket_is_a_target_of_the_constructions() {
    let folder = Folder::new();
    for lane in LEARNED {
        let (file, report) = folder.ticket(lane);
        let learned = &report["learned"][lane - 1];
        let last = learned["rounds"].as_array().unwrap().last().unwrap();
        let inspected = json(&["inspect", &file, "--json"]);
        let layers = inspected["layers"].as_array().unwrap();
        for (layer, mask) in layers.iter().zip(last["layers"].as_array().unwrap()) {
            let zeros = mask["weights"].as_u64().unwrap() - mask["kept_weights"].as_u64().unwrap();
            assert_eq!(layer["zeros"], zeros, "lane {lane}: {layer}");
        }
        let biased = layers.iter().filter(|layer| !layer["bias"].is_null()).count();
        // Of edge-popup, a standardisation gives layer 1 biases.
        let expected = match lane {
            1 => 0,
            2 => 1,
            _ => layers.len(),
        };
        assert_eq!(biased, expected, "lane {lane}");
        let activations: Vec<&str> =
            layers.iter().map(|layer| layer["activation"].as_str().unwrap()).collect();
        let (output, hidden) = activations.split_last().unwrap();
        assert!(*output == "identity" && hidden.iter().all(|activation| *activation == "relu"));
        assert!(!inspected["assumed"].to_string().contains("activation"), "{}", inspected["assumed"]);
        let shown = text(&["inspect", &file]).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains("read as a learned ticket"), "{shown}");
        assert_eq!(
            shown.contains("the standardisation of its inputs is part of layer 1"),
            [2, 5, 6].contains(&lane)
        );
        assert_eq!(shown.contains("trained on inputs of norm 1"), lane == UNIT_NORM, "{shown}");

        // F is the ticket: as accurate on the test examples, and certified.
        let run =
            json(&["run", &folder.path("p.ron"), "--json", "--set", &setting(&file), "--set", "learned=[]"]);
        let found = run["lanes"][0]["accuracy"]["target"].as_f64().unwrap();
        let expected = last_ticket(&report, lane)["test"]["accuracy"].as_f64().unwrap();
        // F adds in double precision, the ticket in single: outputs closer than the rounding may change places.
        let near = if lane == UNIT_NORM { f64::INFINITY } else { 3.0 / 360.0 };
        assert!((found - expected).abs() < near, "lane {lane}: expected {expected}, found {found}");
        assert_eq!(run["lanes"][0]["verdict"], "holds", "lane {lane}");
    }
}

#[test]
fn options_choose_the_tensors_of_a_learned_ticket_as_of_any_file() {
    let folder = Folder::new();
    let (file, _) = folder.ticket(3);
    let initial = "layer1.initial_weight,layer2.initial_weight";
    let report = json(&["inspect", &file, "--json", "--layers", initial]);
    assert_eq!(report["reading"]["layers"][0]["matrix"]["name"], "layer1.initial_weight");
    assert_eq!(report["layers"][1]["activation"], "relu");
    let tanh = json(&["inspect", &file, "--json", "--activation", "tanh"]);
    let activations = |layer: usize| tanh["layers"][layer]["activation"].as_str().unwrap().to_owned();
    assert_eq!([activations(0), activations(1)], ["tanh", "identity"]);
}

/// The archive with one member changed, or taken out.
fn changed(file: &str, member: &str, change: impl Fn(&mut Vec<u8>) -> bool) -> Vec<u8> {
    let bytes = std::fs::read(file).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut found = archive.by_index(index).unwrap();
        let (name, mut content) = (found.name().to_owned(), Vec::new());
        found.read_to_end(&mut content).unwrap();
        if name.starts_with(member) && !change(&mut content) {
            continue;
        }
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(&content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Replaces a text inside a `meta` array by one of the same length.
fn replace(content: &mut Vec<u8>, from: &str, to: &str) -> bool {
    assert_eq!(from.len(), to.len());
    let at = content.windows(from.len()).position(|part| part == from.as_bytes()).unwrap();
    content.splice(at..at + to.len(), to.bytes()).for_each(drop);
    true
}

#[test]
fn damaged_tickets_are_refused_by_their_array() {
    let folder = Folder::new();
    let (edge_popup, _) = folder.ticket(1);
    let (rewound, _) = folder.ticket(3);
    let refusal = |bytes: Vec<u8>| {
        std::fs::write(folder.path("damaged.npz"), bytes).unwrap();
        let output = slth(&["inspect", &folder.path("damaged.npz")]).assert().code(2);
        String::from_utf8(output.get_output().stderr.clone()).unwrap()
    };
    type Change = Box<dyn Fn(&mut Vec<u8>) -> bool>;
    let cases: [(&str, &str, Change, &str); 8] = [
        (
            &edge_popup,
            "meta",
            Box::new(|c| replace(c, "[64,40,10],\"act", "[64,41,10],\"act")),
            "`layer1.kept_bits`: expected 328 bytes, a bit for each of 41x64 weights, found 320",
        ),
        (
            &edge_popup,
            "meta",
            Box::new(|c| replace(c, "[64,40,10],\"act", "[64,00,10],\"act")),
            "`meta`: expected the settings of a learned ticket, found",
        ),
        (
            &edge_popup,
            "meta",
            Box::new(|c| replace(c, "\"version\":1", "\"version\":7")),
            "version 7 of the random function",
        ),
        (
            &edge_popup,
            "layer2.kept_bits",
            Box::new(|_| false),
            "expected an array `layer2.kept_bits` of a learned ticket, found none",
        ),
        (
            &rewound,
            "layer2.weight",
            Box::new(|_| false),
            "expected an array `layer2.weight` of a learned ticket, found none",
        ),
        (
            &rewound,
            "layer2.bias",
            Box::new(|_| false),
            "expected an array `layer2.bias` of a learned ticket, found none",
        ),
        (
            &rewound,
            "layer1.kept_bits",
            Box::new(|c| {
                let end = c.len() - 160;
                c[end..].fill(0);
                true
            }),
            "`layer1.weight`, output 0, input",
        ),
        (
            &rewound,
            "layer1.weight",
            Box::new(|c| {
                let end = c.len();
                c[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
                true
            }),
            "",
        ),
    ];
    for (file, member, change, says) in cases {
        let found = refusal(changed(file, member, change));
        assert!(
            found.starts_with("slth: ") && found.contains("damaged.npz: ") && found.contains(says),
            "expected {says}, found {found}"
        );
        assert!(found.lines().count() == 1 && !found.contains("panicked"), "{found}");
    }
}

fn numpy_is_here() -> bool {
    let import = Command::new("python3").args(["-c", "import numpy"]).stderr(Stdio::null()).status();
    import.is_ok_and(|status| status.success())
}

/// Predictions, accuracy and initial values of every method and protocol.
#[test]
fn numpy_replays_the_tickets_of_the_program() {
    if !numpy_is_here() {
        // Past the capture of the test harness.
        let _ = writeln!(std::io::stderr(), "skipped: python3 with numpy not found (learned_files)");
        return;
    }
    let (folder, manifest) = (Folder::new(), Path::new(env!("CARGO_MANIFEST_DIR")));
    let of_repository = |name: &str| manifest.join(name).to_str().unwrap().to_owned();
    for lane in LEARNED {
        let (file, report) = folder.ticket(lane);
        let arguments = [
            of_repository("tests/learned_ticket_in_numpy.py"),
            file,
            of_repository("presets/digits-test-inputs.npy"),
            of_repository("presets/digits-test-labels.npy"),
            last_ticket(&report, lane)["test"]["correct"].to_string(),
        ];
        // -B: no __pycache__ beside the tests.
        let python = Command::new("python3").arg("-B").args(arguments).output().unwrap();
        assert!(python.status.success(), "lane {lane}: {}", String::from_utf8_lossy(&python.stderr));
    }
}

#[test]
fn the_table_has_a_row_for_each_network_of_the_report() {
    let folder = Folder::new();
    let file = folder.path("c.csv");
    let report = folder.run(&["--learned-csv", &file]);
    let table = std::fs::read_to_string(file).unwrap();
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let columns =
        ["method", "series", "arm", "lane", "round", "share_weights_kept", "accuracy", "low", "high"];
    assert_eq!(reader.headers().unwrap(), &columns[..]);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut networks = 0;
    for lane in report["learned"].as_array().unwrap() {
        for round in lane["rounds"].as_array().unwrap() {
            for arm in round["arms"].as_array().unwrap() {
                networks += 1;
                let key = [lane["lane"].to_string(), round["round"].to_string()];
                let name = arm["arm"].as_str().unwrap();
                let is_row =
                    |row: &&csv::StringRecord| row[3] == key[0] && row[4] == key[1] && &row[2] == name;
                let row = rows.iter().find(is_row).unwrap();
                assert_eq!(row[0], *lane["method"].as_str().unwrap());
                assert!(row[1].starts_with(lane["method"].as_str().unwrap()), "{row:?}");
                let number = |column: usize| row[column].parse::<f64>().unwrap();
                for (column, key) in [(6, "accuracy"), (7, "low"), (8, "high")] {
                    let expected = arm["test"][key].as_f64().unwrap();
                    // Reading JSON may round the last bit.
                    assert!((number(column) - expected).abs() < 1e-15, "{row:?}, {key} {expected}");
                }
                let unmasked = ["whole-network", "dense"].contains(&name);
                let share = if unmasked { 1.0 } else { round["share_weights_kept"].as_f64().unwrap() };
                assert!((number(5) - share).abs() < 1e-15, "{row:?}, share {share}");
            }
        }
    }
    assert_eq!(rows.len(), networks);
}

/// All files and the report, but for times.
#[test]
fn files_have_the_same_bytes_for_any_number_of_threads() {
    let folder = Folder::new();
    let outputs = |threads: usize| {
        let file = |name: &str| folder.path(&format!("{threads}-{name}"));
        let names = ["t.npz", "c.csv", "c.svg"].map(file);
        let threads = threads.to_string();
        let mut report = folder.run(&[
            "--threads",
            &threads,
            "--lane",
            "3",
            "--ticket",
            &names[0],
            "--learned-csv",
            &names[1],
            "--learned-svg",
            &names[2],
        ]);
        for key in ["lanes", "learned"] {
            for lane in report[key].as_array_mut().unwrap() {
                assert!(lane["elapsed_seconds"].take().is_number());
            }
        }
        (report, names.map(|name| std::fs::read(name).unwrap()))
    };
    let one = outputs(1);
    assert!(one.1.iter().all(|bytes| bytes.len() > 1000));
    for threads in [2, 3] {
        assert!(outputs(threads) == one, "{threads} threads");
    }
}

/// No theorem stands behind a learned ticket, so it cannot fail: the constructions alone decide.
#[test]
fn accuracy_decides_no_exit_code() {
    let folder = Folder::new();
    let preset = folder.path("p.ron");
    let hopeless = ["--set", "learned=[EdgePopup(keep: 0.001, epochs: 1)]"];
    let report = folder.run(&hopeless);
    assert!(last_ticket(&report, 1)["test"]["accuracy"].as_f64().unwrap() < 0.5);
    let data = "data=(training: Points(points: [[0.5, -1.0], [0.25, 0.5]], labels: [0, 1]), \
         test: Points(points: [[0.5, 0.5], [0.1, 0.0]], labels: [1, 0]))";
    let fails = ["--set", "epsilon=1e-24", "--set", "constructions=[Hyperbolic(allocation: OnDemand)]"];
    let learns = ["--set", data, "--set", "learned=[EdgePopup(epochs: 1)]"];
    for command in ["run", "compare"] {
        slth(&[&[command, &preset], &hopeless[..]].concat()).assert().code(0);
        slth(&[&[command, "tiny"], &learns[..], &fails[..]].concat()).assert().code(1);
    }
    let check = ["check", &preset, "--runs", "2"];
    slth(&[&check[..], &hopeless[..]].concat()).assert().code(0);
}

#[test]
fn lanes_of_tickets_are_named_and_checked() {
    let folder = Folder::new();
    let file = folder.path("t.npz");
    let found = folder.refused(&["--ticket", &file]);
    assert!(found.contains("--ticket: expected `--lane` with the lane of the ticket, found 7 lanes: 0 to 0 are constructed, 1 to 6 learned"), "{found}");
    let found = folder.refused(&["--ticket", &file, "--lane", "7"]);
    assert!(found.contains("--lane: expected a lane from 0 to 6, found 7"), "{found}");
    let found = folder.refused(&["--lane", "1"]);
    assert!(found.contains("--ticket <FILE.npz>"), "{found}");
    assert!(!Path::new(&file).exists());
    // Each lane writes the ticket of its own kind.
    let npz = |lane: &str| {
        folder.run(&["--ticket", &file, "--lane", lane]);
        let archive = zip::ZipArchive::new(std::fs::File::open(&file).unwrap()).unwrap();
        archive.file_names().map(ToOwned::to_owned).collect::<Vec<String>>()
    };
    let has = |names: &[String], name: &str| names.iter().any(|found| found == name);
    let (constructed, edge_popup, rewound) = (npz("0"), npz("1"), npz("3"));
    assert!(has(&constructed, "layer1.z_in.npy") && !has(&constructed, "layer1.kept_bits.npy"));
    assert!(
        has(&edge_popup, "layer1.kept_bits.npy") && !has(&edge_popup, "layer1.weight.npy"),
        "{edge_popup:?}"
    );
    for name in
        ["layer2.kept_bits.npy", "layer2.weight.npy", "layer2.initial_weight.npy", "layer2.initial_bias.npy"]
    {
        assert!(has(&rewound, name), "{rewound:?}");
    }
}
