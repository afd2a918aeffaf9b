//! Checkpoints: their contents, and refusals.
#![allow(missing_docs, clippy::unwrap_used)]

mod calls;

use std::path::Path;
use std::process::Command;

use calls::{EVERY_LANE, slth};
use serde_json::Value;
use sha2::Digest;
use slth::experiment::Experiment;
use slth::report::{CHECKPOINT_FORMAT, Checkpoint, RunReport};
use slth::sampling::{Side, Stream};
use slth::session::{Phase, Session, Step};

fn session(folder: &Path, settings: &[&str]) -> Session {
    let preset = folder.join("p.ron");
    std::fs::write(&preset, EVERY_LANE).unwrap();
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    Session::new(Experiment::load(preset.to_str().unwrap(), None, &settings).unwrap()).unwrap()
}

/// The results of a session, times apart.
fn outcome(session: &Session) -> String {
    let lane = |lane: &slth::session::Lane| {
        let layer = |builder: &slth::construction::LayerBuilder| {
            let (tally, open) = (builder.tally(), builder.open_demands());
            format!(
                "{tally:?} {open:?} {:?} {} {}",
                builder.ticket(),
                builder.draws(),
                builder.draws_a_weight_ago()
            )
        };
        let layers: Vec<String> = lane.builders().iter().map(layer).collect();
        format!("{layers:?} {:?} {:?} {:?}", lane.checks(), lane.found(), lane.certified())
    };
    session.lanes().iter().map(lane).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_lane_goes_on_as_if_nothing_had_happened() {
    let folder = tempfile::tempdir().unwrap();
    let small = "target=Random(widths: [2, 2, 2], weight_bound: 0.4, activation: Relu, seed: 5)";
    let single = "constructions=[WholeNeuron, Malach, ProductPair]";
    for settings in [&["mode=SkipAhead"][..], &["mode=Drawn", small, single]] {
        let settings = settings.to_vec();
        let mut whole = session(folder.path(), &settings);
        let mut cut = session(folder.path(), &settings);
        let place = folder.path().join("c");
        let mut phases = Vec::new();
        for lane in 0..whole.lanes().len() {
            while !whole.lane_mut(lane).advance(Step::All, 1 << 20) {}
            // Longer and longer on, from one draw.
            let mut budget = 1;
            while cut.lanes()[lane].phase() != Phase::Done {
                cut.lane_mut(lane).advance(Step::All, budget);
                budget = budget * 3 / 2 + 1;
                phases.push(cut.lanes()[lane].phase());
                let checkpoint = Checkpoint::at(&place, &cut).unwrap();
                checkpoint.write(&cut).unwrap();
                cut = session(folder.path(), &settings);
                assert!(checkpoint.read_into(&mut cut).unwrap());
            }
        }
        for phase in [Phase::Building(1), Phase::Building(2), Phase::Verifying, Phase::Done] {
            assert!(phases.iter().filter(|&&found| found == phase).count() >= whole.lanes().len());
        }
        assert!(cut.run_until(&|_| {}, &|| false), "measures anew what was measured");
        assert_eq!(outcome(&cut), outcome(&whole));
        let json = |session| without_times(serde_json::to_value(RunReport::new(session)).unwrap());
        assert_eq!(json(&cut), json(&whole));
    }
}

fn without_times(mut report: Value) -> Value {
    for lane in report["lanes"].as_array_mut().unwrap() {
        assert!(lane.as_object_mut().unwrap().remove("elapsed_seconds").unwrap().is_f64());
    }
    report
}

/// The hash of a state half-way, without the time it took.
#[test]
fn the_state_is_what_its_format_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut half_way = session(folder.path(), &[]);
    for lane in 0..10 {
        half_way.lane_mut(lane).advance(Step::All, 9);
    }
    let states: Vec<_> =
        half_way.lanes().iter().flat_map(|lane| lane.builders()).map(|builder| builder.state()).collect();
    let hash = sha2::Sha256::digest(postcard::to_stdvec(&states).unwrap());
    let found: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let (format, pinned) = (6, "285eb7ed7da78a35");
    assert_eq!(
        (CHECKPOINT_FORMAT, found.as_str()),
        (format, pinned),
        "a type of the state has changed: raise the format, and pin both anew"
    );
}

/// The time for writing a state: a run pauses for it, and a signal waits for it.
#[test]
fn a_checkpoint_takes_few_bytes_for_a_path() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("c");
    let large = "target=Random(widths: [60, 60, 10], weight_bound: 1.0, activation: Relu, seed: 5)";
    for allocation in ["InOrder", "FirstFit", "OnDemand"] {
        let construction = format!("constructions=[Hyperbolic(allocation: {allocation})]");
        let mut session = session(folder.path(), &[large, &construction, "epsilon=0.01"]);
        session.lane_mut(0).advance(Step::Layer, u64::MAX);
        session.lane_mut(0).advance(Step::Layer, 2_000);
        Checkpoint::at(&place, &session).unwrap().write(&session).unwrap();
        let paths: usize = session.lanes()[0].tickets().map(|ticket| ticket.len()).sum();
        let bytes = std::fs::metadata(&place).unwrap().len() as usize;
        // Counts of 4 layers and halves are a few thousand bytes, of whatever network.
        assert!(paths > 20_000 && bytes < 3 * paths + 40_000, "{allocation}: {bytes} bytes, {paths} paths");
    }
}

#[test]
fn what_is_no_checkpoint_of_this_run_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("c");
    let mut half_way = session(folder.path(), &[]);
    half_way.lane_mut(8).advance(Step::All, 300);
    Checkpoint::at(&place, &half_way).unwrap().write(&half_way).unwrap();
    let good = std::fs::read(&place).unwrap();
    let refused = |arguments: &[&str], says: &[&str]| {
        let call = [&["run", "p.ron", "--checkpoint", "c"], arguments].concat();
        let failed = slth(&call).current_dir(folder.path()).assert().code(2);
        let message = String::from_utf8(failed.get_output().stderr.clone()).unwrap();
        assert!(failed.get_output().stdout.is_empty() && message.lines().count() == 1, "{message}");
        for part in says {
            assert!(message.contains(part), "{message} does not say {part}");
        }
        assert!(!folder.path().join("c.slth-lock").exists());
    };
    // As it was typed.
    let place_of = "slth: c: ".to_owned();
    let setup = [
        place_of.as_str(),
        "expected a checkpoint of this preset with these options",
        "found one of another",
    ];
    refused(&["--seed", "1"], &setup);
    refused(&["--set", "epsilon=0.4"], &setup);
    refused(&["--set", "inputs=Signs"], &setup);
    type Spoil<'a> = &'a dyn Fn(&mut Vec<u8>);
    let cases: [(Spoil<'_>, &[&str]); 10] = [
        (&|bytes| bytes.truncate(bytes.len() - 1), &["expected a whole checkpoint"]),
        (&|bytes| bytes.truncate(96), &["expected a whole checkpoint", "found another end, after 96 bytes"]),
        (&|bytes| bytes.truncate(60), &["expected a whole checkpoint", "found only 60 bytes"]),
        (&|bytes| bytes.truncate(40), &["expected a whole checkpoint", "found only 40 bytes"]),
        (&|bytes| bytes.clear(), &["expected a checkpoint of slth; found a file that is none"]),
        (&|bytes| bytes.push(0), &["expected a whole checkpoint"]),
        (&|bytes| bytes[500] ^= 16, &["expected a checkpoint as it was written", "found a damaged one"]),
        (&|bytes| bytes[16] = 4, &["expected a checkpoint of format 6", "found format 4"]),
        (&|bytes| bytes[16] = 200, &["expected a checkpoint of format", "found format 200"]),
        (&|bytes| bytes[20] = 9, &["of the random network", "found version 9"]),
    ];
    for (spoil, says) in cases {
        let mut bytes = good.clone();
        spoil(&mut bytes);
        std::fs::write(&place, bytes).unwrap();
        refused(&[], &[&[place_of.as_str()], says].concat());
    }
    // A refused file is left unchanged.
    std::fs::write(&place, &good[..100]).unwrap();
    refused(&[], &[]);
    assert_eq!(std::fs::read(&place).unwrap(), &good[..100]);
    std::fs::remove_file(&place).unwrap();
    std::fs::create_dir(&place).unwrap();
    refused(&[], &[&place_of, "found: it is a folder"]);
}

#[test]
fn a_file_spoilt_anywhere_never_panics() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("c");
    let mut half_way = session(folder.path(), &[]);
    for lane in 0..10 {
        half_way.lane_mut(lane).advance(Step::All, 40);
    }
    let checkpoint = Checkpoint::at(&place, &half_way).unwrap();
    checkpoint.write(&half_way).unwrap();
    let good = std::fs::read(&place).unwrap();
    let row = Stream::new(6, 0, Side::In).row(0);
    for trial in 0..200 {
        let mut bytes = good.clone();
        let at = row.word(2 * trial) as usize % bytes.len();
        bytes[at] ^= 1 << (row.word(2 * trial + 1) % 8);
        std::fs::write(&place, bytes).unwrap();
        assert!(checkpoint.read_into(&mut session(folder.path(), &[])).is_err(), "byte {at}");
    }
    std::fs::write(&place, good).unwrap();
    assert!(checkpoint.read_into(&mut session(folder.path(), &[])).unwrap());
}

#[cfg(unix)]
#[test]
fn checkpoints_that_cannot_be_written_do_not_stop_a_run() {
    // No file may grow beyond 1 KiB, as on a full disk.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.ron"), EVERY_LANE).unwrap();
    let script = format!(
        "trap '' XFSZ; ulimit -f 1; exec {} run p.ron --json --set epsilon=0.05 --checkpoint c --every 0",
        env!("CARGO_BIN_EXE_slth")
    );
    let output = Command::new("sh").args(["-c", &script]).current_dir(folder.path()).output().unwrap();
    let warnings = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{warnings}");
    assert!(warnings.contains("expected a checkpoint that can be") && warnings.contains("the run goes on"));
    assert_eq!(warnings.matches("the run goes on").count(), 1, "{warnings}");
    assert!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["lanes"].is_array());
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn every_needs_a_checkpoint() {
    for (arguments, says) in [
        (["--every", "5"].as_slice(), "--checkpoint <FILE>"),
        (&["--checkpoint", "c", "--every=-1"], "expected a number of seconds, 0 or more"),
        (&["--checkpoint", "c", "--every", "NaN"], "expected a number of seconds, 0 or more"),
        (&["--checkpoint", "c", "--every", "inf"], "0 or more and at most 1000000000"),
        (&["--checkpoint", "c", "--every", "1e300"], "0 or more and at most 1000000000"),
        (&["--checkpoint", "c", "--every", "0.5s"], "expected a number of seconds, 0 or more"),
        (&["--checkpoint", "no/such/folder/c"], "no/such/folder/c: expected a checkpoint that can be"),
    ] {
        let failed = slth(&[&["run", "tiny"], arguments].concat()).assert().code(2);
        let message = String::from_utf8(failed.get_output().stderr.clone()).unwrap();
        assert!(message.contains(says), "{message}");
    }
}
