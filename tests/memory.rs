//! Predicted and measured peak memory of runs.
#![allow(missing_docs, clippy::unwrap_used)]
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use safetensors::{Dtype, tensor::TensorView};
use slth::experiment::{Experiment, Plan};
use slth::session::FaithfulnessCheck;

const THREADS: usize = 2;

/// Tolerance of the prediction for small totals.
const SLACK: f64 = 10.0 * MIB;
const SMALL: f64 = 40.0 * MIB;
const MIB: f64 = 1048576.0;

/// Bytes at the peak of a command, as Linux counts them.
fn taken(command: &str, preset: &str, settings: &[String], arguments: &[&str]) -> f64 {
    let mut slth = Command::new(env!("CARGO_BIN_EXE_slth"));
    slth.args([command, preset, "--threads", &THREADS.to_string()]).args(arguments);
    slth.args(settings.iter().flat_map(|set| ["--set", set]));
    let mut run = slth.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", run.id());
    let mut peak = 0.0;
    let ended = loop {
        if let Some(ended) = run.try_wait().unwrap() {
            break ended;
        }
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        if let Some(line) = text.lines().find(|line| line.starts_with("VmHWM:")) {
            peak = 1024.0 * line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap();
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    assert!(ended.code().is_some_and(|code| code <= 1), "{command} {preset} {settings:?}: {ended}");
    peak
}

fn owned(settings: &[&str]) -> Vec<String> {
    settings.iter().map(|&setting| setting.to_owned()).collect()
}

/// The error of a prediction, if too large.
fn mistake(named: &str, predicted: f64, taken: f64) -> Option<String> {
    let ratio = predicted / taken;
    let line = format!("{named:.100}: {:.0} MiB, {:.0} taken, {ratio:.2}", predicted / MIB, taken / MIB);
    println!("{line}");
    let fits = (0.75..=1.25).contains(&ratio) || taken < SMALL && (predicted - taken).abs() < SLACK;
    (!fits).then_some(line)
}

fn predicted(preset: &str, settings: &[String]) -> f64 {
    let experiment = Experiment::load(preset, None, settings).unwrap();
    experiment.peak_memory(&Plan::new(&experiment))
}

fn threads() {
    // The second of the tests finds it built.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(THREADS).build_global();
}

fn random(widths: &[usize], weight_bound: f64) -> String {
    format!("target=Random(widths:{widths:?},weight_bound:{weight_bound:?},seed:7)")
}

/// Points in [−1, 1), as an npy file of f4.
fn write_points(path: &Path, points: usize, inputs: usize) {
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({points}, {inputs}), }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    let value = |at: usize| (at.wrapping_mul(2_654_435_761) >> 7 & 0xFFFF) as f32 / 32768.0 - 1.0;
    bytes.extend((0..points * inputs).flat_map(|at| value(at).to_le_bytes()));
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn the_peak_of_a_run_is_predicted_within_a_quarter() {
    threads();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, points: usize, inputs: usize| {
        let path = folder.path().join(name);
        write_points(&path, points, inputs);
        format!("inputs=File(path:{:?})", path.to_str().unwrap())
    };
    let million = "target=Random(widths:[1000,300,10],weight_bound:0.05,seed:7)";
    let line = random(&[4; 1500], 0.2).replace("seed:7", "seed:7,spectral_norm:1.0");
    let box_of = "inputs=Box(low:-1.0,high:1.0)";
    let loose = "epsilon=10.0";
    let one = |construction: &str| format!("constructions=[{construction}]");
    let (malach, shared, whole) = (one("Malach"), one("SharedGolden"), one("ProductPair"));
    let sums = one("SubsetSum");
    let (wide_in, wide_out) = (random(&[12_000, 1], 0.001), random(&[1, 12_000], 0.05));
    let (many, long) = (file("many.npy", 200_000, 20), file("long.npy", 300, 12_000));
    let small = random(&[20, 20, 5], 0.3);
    let middle = random(&[300, 400, 10], 0.05);
    let cases: [(&str, &[&str]); 18] = [
        ("deep", &[]),
        ("wide", &[]),
        ("example-5", &["constructions=[Hyperbolic(allocation:InOrder)]"]),
        ("example-5", &["constructions=[Hyperbolic(allocation:OnDemand)]"]),
        ("example-5", &["constructions=[Hyperbolic(allocation:FirstFit),SharedGolden,Malach]"]),
        ("example-5", &["skip_dead_halves=true", "base=1.1", "epsilon=1.0"]),
        ("tiny", &[million, "inputs=Box(low:0.0,high:1.0)"]),
        ("tiny", &[&wide_in, loose]),
        ("tiny", &[&wide_in, loose, box_of]),
        ("tiny", &[&wide_in, loose, &long]),
        ("tiny", &[&wide_out, loose]),
        ("tiny", &[&wide_out, loose, &shared]),
        ("tiny", &[&line, "epsilon=1.0"]),
        ("tiny", &[&small, &many]),
        ("tiny", &[&random(&[60, 50, 10], 0.3), loose, &sums]),
        ("tiny", &[&middle, &malach, "mode=SkipAhead"]),
        ("tiny", &[&middle, &whole, "mode=SkipAhead"]),
        (
            "tiny",
            &[
                "target=Random(widths:[1,1],weight_bound:0.3,seed:7)",
                "constructions=[Hyperbolic(allocation:OnDemand)]",
                "epsilon=1e-12",
            ],
        ),
    ];
    let mistakes = cases.iter().filter_map(|(preset, settings)| {
        let settings = owned(settings);
        let named = format!("{preset} {settings:?}");
        mistake(&named, predicted(preset, &settings), taken("run", preset, &settings, &[]))
    });
    assert_eq!(mistakes.collect::<Vec<_>>(), Vec::<String>::new());
}

/// A preset of a graph with these tensors, their weights uniform with variance 1/fan-in.
fn write_graph(
    folder: &Path,
    name: &str,
    (input, nodes): (&str, &str),
    tensors: &[(&str, &[usize])],
) -> String {
    let value = |at: usize| (at.wrapping_mul(2_654_435_761) >> 7 & 0xFFFF) as f64 / 32768.0 - 1.0;
    let bytes = |number: usize, shape: &[usize]| -> Vec<u8> {
        let fan_in: usize = shape[1..].iter().product();
        let largest = (3.0 / fan_in as f64).sqrt();
        let values = (0..shape.iter().product()).map(|at: usize| largest * value(100_003 * number + at));
        values.flat_map(|x| (x as f32).to_le_bytes()).collect()
    };
    let all: Vec<(&str, &[usize], Vec<u8>)> = tensors
        .iter()
        .enumerate()
        .map(|(number, &(name, shape))| (name, shape, bytes(number, shape)))
        .collect();
    let views = all
        .iter()
        .map(|(name, shape, bytes)| (*name, TensorView::new(Dtype::F32, shape.to_vec(), bytes).unwrap()));
    let weights = format!("{name}.safetensors");
    std::fs::write(folder.join(&weights), safetensors::serialize(views, None).unwrap()).unwrap();
    let preset = folder.join(format!("{name}.ron"));
    let target = format!("File(path: {weights:?}, graph: (input: {input}, nodes: [{nodes}]))");
    let text = format!("(target: {target}, inputs: Box(low: 0.0, high: 1.0), epsilon: 0.5, delta: 0.01)");
    std::fs::write(&preset, text).unwrap();
    preset.to_str().unwrap().to_owned()
}

#[test]
fn the_peak_of_a_graph_is_predicted_within_a_quarter() {
    threads();
    let folder = tempfile::tempdir().unwrap();
    let graph = |name: &str, graph: (&str, &str), tensors: &[(&str, &[usize])]| {
        write_graph(folder.path(), name, graph, tensors)
    };
    let lenet = graph(
        "lenet",
        (
            "[1, 28, 28]",
            "Conv(weight: \"c1\", padding: 2), Relu, MaxPool(kernel: 2), Conv(weight: \"c2\"), Relu, MaxPool(kernel: 2),
             Flatten, Dense(weight: \"f1\"), Relu, Dense(weight: \"f2\"), Relu, Dense(weight: \"f3\")",
        ),
        &[
            ("c1", &[6, 1, 5, 5]),
            ("c2", &[16, 6, 5, 5]),
            ("f1", &[120, 400]),
            ("f2", &[84, 120]),
            ("f3", &[10, 84]),
        ],
    );
    // A few kernels at many places, and many at few.
    let places = graph(
        "places",
        (
            "[3, 32, 32]",
            "Conv(weight: \"c1\", padding: 1), Relu, Conv(weight: \"c2\", padding: 1), Relu, GlobalAveragePool, Flatten,
             Dense(weight: \"f\")",
        ),
        &[("c1", &[8, 3, 3, 3]), ("c2", &[8, 8, 3, 3]), ("f", &[10, 8])],
    );
    let kernels = graph(
        "kernels",
        (
            "[128, 4, 4]",
            "Conv(weight: \"c1\", padding: 1), Relu, GlobalAveragePool, Flatten, Dense(weight: \"f\")",
        ),
        &[("c1", &[128, 128, 3, 3]), ("f", &[10, 128])],
    );
    let lstm = graph(
        "lstm",
        ("[8, 32]", "Lstm(weight_ih: \"ih\", weight_hh: \"hh\"), Dense(weight: \"f\")"),
        &[("ih", &[256, 32]), ("hh", &[256, 64]), ("f", &[10, 64])],
    );
    let points = |name: &str, points: usize, inputs: usize| {
        let path = folder.path().join(name);
        write_points(&path, points, inputs);
        format!("inputs=File(path:{:?})", path.to_str().unwrap())
    };
    let (images, colours) = (points("images.npy", 2_000, 784), points("colours.npy", 300, 3 * 32 * 32));
    let (channels, rows) = (points("channels.npy", 300, 128 * 4 * 4), points("rows.npy", 300, 8 * 32));
    let on_demand = "constructions=[Hyperbolic(allocation:OnDemand)]";
    let cases: [(&str, &[&str]); 7] = [
        (&lenet, &[]),
        (&lenet, &[&images]),
        (&lenet, &[on_demand, &images]),
        (&lenet, &["constructions=[SharedGolden,Malach]", "mode=SkipAhead", "epsilon=10.0", &images]),
        (&places, &[&colours]),
        (&kernels, &[&channels]),
        (&lstm, &[&rows]),
    ];
    let mistakes = cases.iter().filter_map(|(preset, settings)| {
        let settings = owned(settings);
        let name = Path::new(preset).file_stem().unwrap().to_str().unwrap();
        let taken = taken("run", preset, &settings, &[]);
        mistake(&format!("{name} {settings:?}"), predicted(preset, &settings), taken)
    });
    assert_eq!(mistakes.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn the_peak_of_many_runs_is_predicted_within_a_quarter() {
    threads();
    let layer = random(&[100, 10], 0.05);
    // The second runs out of neurons and computes a maximum matching.
    let cases: [(&[&str], &str); 3] = [
        (&[&layer, "epsilon=10.0"], "1000"),
        (&[&layer, "epsilon=1.0"], "82"),
        (&[&random(&[400, 300, 10], 0.05), "epsilon=10.0"], "1000"),
    ];
    let mistakes = cases.iter().filter_map(|(settings, neurons)| {
        let settings = owned(settings);
        let experiment = Experiment::load("tiny", None, &settings).unwrap();
        let check = FaithfulnessCheck::new(experiment, 4, Some(neurons.parse().unwrap())).unwrap();
        let taken = taken("check", "tiny", &settings, &["--runs", "4", "--neurons-per-weight", neurons]);
        mistake(&format!("check {settings:?}"), check.peak_memory(), taken)
    });
    assert_eq!(mistakes.collect::<Vec<_>>(), Vec::<String>::new());
}

/// As many threads would take twice as much as they may.
#[test]
fn no_more_runs_are_under_way_than_a_limit_allows() {
    let script = "ulimit -d 250000; exec \"$0\" \"$@\"";
    let mut slth = Command::new("sh");
    slth.args(["-c", script, env!("CARGO_BIN_EXE_slth"), "check", "tiny", "--runs", "8", "--threads", "8"]);
    slth.args(["--set", &random(&[300, 300, 10], 0.05)]);
    let ended = slth.stdout(Stdio::null()).output().unwrap();
    let code = ended.status.code();
    assert!(code.is_some_and(|code| code <= 1), "{code:?} {}", String::from_utf8_lossy(&ended.stderr));
}

/// Ten times the points take as much more as one copy of the points.
#[test]
fn what_is_computed_of_points_does_not_grow_with_their_number() {
    let folder = tempfile::tempdir().unwrap();
    let network = random(&[50, 60, 3], 0.3);
    let of = |points: usize| {
        let path = folder.path().join("points.npy");
        write_points(&path, points, 50);
        let inputs = format!("inputs=File(path:{:?})", path.to_str().unwrap());
        taken("run", "tiny", &owned(&[&network, "epsilon=10.0", &inputs]), &[])
    };
    let (few, many) = (of(4_000), of(40_000));
    let points = 8.0 * 50.0 * 36_000.0;
    println!("{:.1} MiB, then {:.1}", few / MIB, many / MIB);
    // And as their file has them, while they are read.
    assert!(many - few < 1.7 * points, "{few} {many}");
}
