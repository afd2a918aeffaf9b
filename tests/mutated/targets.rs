//! One function for each reader: `tests/mutated.rs` and the targets in `fuzz/` call the same ones.
//!
//! Each reads an input as the program does and plans a run of an accepted one; nothing is built. `true`: accepted.

use std::sync::{Arc, OnceLock};

use sha2::Digest;
use slth::experiment::{Experiment, FileOptions, Plan, PresetSource, parse_override};
use slth::network::files::readings::ReadingOptions;
use slth::network::files::{DataArray, Order, WeightFile};
use slth::report::{CheckShare, Checkpoint, Part, resume_from};
use slth::session::{FaithfulnessCheck, Session, Shard, Step};

/// Most weights of a planned network. A preset may ask for more than an input should take.
const MOST_WEIGHTS: f64 = 1e4;

/// Most bytes of points and labels.
const MOST_BYTES: f64 = 64e6;

/// Bytes of a checkpoint before its state and behind it.
const HEADER: usize = 56;
const TRAILER: usize = 40;

/// A preset's text.
pub(crate) fn preset(bytes: &[u8]) -> bool {
    let Ok(source) = PresetSource::of_text("input.ron", bytes.to_vec()) else { return false };
    let Ok(preset) = source.parse() else { return false };
    asks_for_little(&format!("{:?}", preset.target)) && planned(Experiment::of_source(source, None, &[]))
}

/// The argument of `--set`.
pub(crate) fn set(bytes: &[u8]) -> bool {
    let argument = String::from_utf8_lossy(bytes).into_owned();
    let Ok((_, preset)) = parse_override(&argument) else { return false };
    let tiny = PresetSource::find("tiny").unwrap();
    asks_for_little(&format!("{:?}", preset.target))
        && planned(Experiment::of_source(tiny, None, &[argument]))
}

/// A weight file of any format: its network in every reading, and its points and labels.
pub(crate) fn weights(bytes: &[u8]) -> bool {
    let Ok(file) = WeightFile::open(bytes) else { return false };
    let matrices = file.entries().iter().filter(|entry| entry.shape.len() == 2);
    let two: Vec<String> = matrices.take(2).map(|entry| entry.name.clone()).collect();
    let plain = ReadingOptions::default();
    for options in [
        ReadingOptions { order: Some(Order::File), ..plain.clone() },
        ReadingOptions { order: Some(Order::Names), transposed: Some(true), ..plain.clone() },
        ReadingOptions { layers: Some(two), ..plain.clone() },
        plain,
    ] {
        let Ok(mut file) = WeightFile::open(bytes) else { continue };
        let Ok(found) = file.find_network(&options) else { continue };
        if file.numbers_of(&found) <= MOST_WEIGHTS {
            let _ = file.network(found);
        }
    }
    if let Ok(found) = DataArray::of_points(bytes, None)
        && found.peak_bytes() <= MOST_BYTES
    {
        let _ = found.read_points();
    }
    if let Ok(found) = DataArray::of_labels(bytes, None, 3)
        && found.peak_bytes() <= MOST_BYTES
    {
        let _ = found.read_labels(3);
    }
    file.claimed_numbers() <= MOST_WEIGHTS
        && PresetSource::of_weights("input", &FileOptions::default(), Some(Arc::from(bytes)))
            .is_ok_and(|source| planned(Experiment::of_source(source, None, &[])))
}

/// A file of examples: points in both precisions, and labels.
pub(crate) fn data(bytes: &[u8]) -> bool {
    let mut is_read = false;
    if let Ok(found) = DataArray::of_points(bytes, None)
        && found.peak_bytes() <= MOST_BYTES
    {
        is_read |= found.read_points_f32().is_ok();
    }
    if let Ok(found) = DataArray::of_points(bytes, None)
        && found.peak_bytes() <= MOST_BYTES
    {
        is_read |= found.read_points().is_ok();
    }
    if let Ok(found) = DataArray::of_labels(bytes, None, 3)
        && found.peak_bytes() <= MOST_BYTES
    {
        is_read |= found.read_labels(3).is_ok();
    }
    is_read
}

/// The state of a checkpoint, without its header and its hash; also as a whole file.
pub(crate) fn checkpoint(bytes: &[u8]) -> bool {
    static SESSION: OnceLock<(Session, Vec<u8>)> = OnceLock::new();
    let (session, header) = SESSION.get_or_init(|| {
        let (session, files) = checkpoints();
        (session, files[0][..HEADER].to_vec())
    });
    let _ = resume_from(bytes, &mut session.clone());
    let mut file = [header.as_slice(), bytes, &(bytes.len() as u64).to_le_bytes()].concat();
    let hash = sha2::Sha256::digest(&file);
    file.extend(hash);
    resume_from(&file, &mut session.clone()).is_ok()
}

/// The states of a run at several moments.
#[allow(dead_code, reason = "the targets in fuzz/ have their corpus")]
pub(crate) fn states() -> Vec<Vec<u8>> {
    checkpoints().1.iter().map(|file| file[HEADER..file.len() - TRAILER].to_vec()).collect()
}

/// A new session, and its checkpoints.
fn checkpoints() -> (Session, Vec<Vec<u8>>) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("checkpoint");
    let settings = [
        "target=Random(widths: [2, 3, 2], weight_bound: 0.4, spectral_norm: 1.0, seed: 5)",
        "constructions=[Hyperbolic(allocation: InOrder), Hyperbolic(allocation: OnDemand), ProductPair, SubsetSum]",
        "epsilon=0.5",
    ];
    let settings = settings.map(str::to_owned);
    let session = Session::new(Experiment::load("tiny", Some(1), &settings).unwrap()).unwrap();
    let mut running = session.clone();
    let files = [1, 30, 1_000, 1 << 20].map(|budget| {
        for lane in 0..running.lanes().len() {
            running.lane_mut(lane).advance(Step::All, budget);
        }
        Checkpoint::at(&place, &running).unwrap().write(&running).unwrap();
        std::fs::read(&place).unwrap()
    });
    (session, files.into())
}

/// The state of a share of a check, without its header and its hash; an accepted one is reported in every way.
pub(crate) fn share(bytes: &[u8]) -> bool {
    static HEAD: OnceLock<Vec<u8>> = OnceLock::new();
    let header = HEAD.get_or_init(|| a_share()[..HEADER].to_vec());
    let mut file = [header.as_slice(), bytes, &(bytes.len() as u64).to_le_bytes()].concat();
    file.extend(sha2::Sha256::digest(&file));
    let Ok(share) = CheckShare::of_bytes(&file) else { return false };
    let part = |name: &str| Part { name: name.to_owned(), share: share.clone() };
    let missing = share.missing_parts().map(|missing| missing.to_string());
    let twice = CheckShare::merged(vec![part("a"), part("b")]).map_err(|error| error.to_string());
    let (results, report) = (share.results(), share.report(0.95));
    let page = slth::report::Page::new(80, false);
    let text = slth::report::text::faithfulness(share.setup(), &results.lanes, &report, page);
    assert!(!text.is_empty() && (missing.is_some() || twice.is_err() || results.lanes.is_empty()));
    slth::report::json_text(&report).is_ok()
}

/// The states of shares, to begin with.
#[allow(dead_code, reason = "the targets in fuzz/ have their corpus")]
pub(crate) fn shares() -> Vec<Vec<u8>> {
    let file = a_share();
    vec![file[HEADER..file.len() - TRAILER].to_vec()]
}

/// The file of a share with a construction, complete and not, and a learned method.
fn a_share() -> Vec<u8> {
    let settings = [
        "constructions=[Hyperbolic(allocation: InOrder)]",
        "learned=[EdgePopup(widths: [2, 3, 2], epochs: 1)]",
        "data=(training: Points(points: [[0.5, 1.0], [1.0, 0.5]], labels: [0, 1]), test: Points(points: [[0.0, 1.0], [1.0, 0.0]], labels: [1, 0]))",
    ];
    let experiment = Experiment::load("tiny", Some(1), &settings.map(str::to_owned)).unwrap();
    let check = FaithfulnessCheck::new(experiment, 4, Some(180.0)).unwrap().with_learned(2).unwrap();
    let mut share = CheckShare::new(&check, Shard::WHOLE);
    assert!(check.go_on(share.made_mut(), Shard::WHOLE, &|| false, &|| false, &|_| ()));
    let mut file = Vec::new();
    share.write(&mut file).unwrap();
    file
}

/// A model in ONNX, without files beside it.
pub(crate) fn onnx(bytes: &[u8]) -> bool {
    slth::network::files::onnx::network(bytes, &|_| Err("no file beside it".to_owned())).is_ok()
}

/// Whether a target is written out, or drawn with few weights.
fn asks_for_little(target: &str) -> bool {
    let Some((_, widths)) = target.split_once("widths: [") else { return true };
    let widths = widths.split(']').next().unwrap_or_default();
    let widths: Vec<f64> =
        widths.split(|c: char| !c.is_ascii_digit()).filter_map(|width| width.parse().ok()).collect();
    widths.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() <= MOST_WEIGHTS
}

fn planned<E>(experiment: Result<Experiment, E>) -> bool {
    experiment.is_ok_and(|experiment| {
        let plan = Plan::new(&experiment);
        experiment.peak_memory(&plan).is_finite() && !plan.lanes.is_empty()
    })
}
