//! Runs killed, interrupted, or competing for a checkpoint, and continued from it.
#![cfg(unix)]
#![allow(missing_docs, clippy::unwrap_used)]

mod calls;

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use calls::{EVERY_LANE, interruptible, slth};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use slth::report::{CHECKPOINT, StateFile};
use slth::sampling::{Side, Stream};

const EVERY_LANE_RUN: [&str; 5] = ["run", "p.ron", "--json", "--set", "epsilon=0.05"];

fn without_times(mut report: Value) -> Value {
    for lane in report["lanes"].as_array_mut().unwrap() {
        assert!(lane.as_object_mut().unwrap().remove("elapsed_seconds").unwrap().is_f64());
    }
    report
}

/// A folder with the preset and its expected result.
fn every_lane() -> (tempfile::TempDir, Value) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.ron"), EVERY_LANE).unwrap();
    let whole = slth(&EVERY_LANE_RUN).current_dir(folder.path()).output().unwrap();
    (folder, report_of(&whole))
}

fn report_of(output: &Output) -> Value {
    without_times(serde_json::from_slice(&output.stdout).unwrap())
}

/// The names in a folder, but for the preset.
fn names(folder: &Path) -> Vec<String> {
    calls::names(folder).into_iter().filter(|name| name != "p.ron").collect()
}

/// A call of `slth run` in a folder, and its expected result.
struct Run<'a> {
    folder: &'a Path,
    arguments: &'a [&'a str],
    seed: u64,
    moments: u64,
}

impl Run<'_> {
    fn checkpoint(&self) -> PathBuf {
        self.folder.join("run.checkpoint")
    }

    fn start(&self) -> Child {
        let mut command = interruptible();
        command.args(self.arguments).args(["--checkpoint", "run.checkpoint", "--every", "0"]);
        command.current_dir(self.folder).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// The next number below `below` of the run's own sequence.
    fn next(&mut self, below: u64) -> u64 {
        self.moments += 1;
        Stream::new(self.seed, 0, Side::In).row(0).word(self.moments) % below
    }

    /// Waits until a checkpoint has been written `changes` times. Whether the run is still on then.
    fn wait(&self, child: &mut Child, changes: u64) -> bool {
        let mut seen = self.written();
        let mut left = changes;
        while left > 0 {
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            let now = self.written();
            left -= u64::from(now.is_some() && now != seen);
            seen = now.or(seen);
            std::thread::sleep(Duration::from_micros(300));
        }
        true
    }

    fn written(&self) -> Option<SystemTime> {
        std::fs::metadata(self.checkpoint()).and_then(|found| found.modified()).ok()
    }

    /// Kills the run at random moments, `kills` times in all, and continues it each time. Returns the output of every run that
    /// came to its end.
    fn killed(&mut self, kills: u32) -> Vec<String> {
        let mut ends = Vec::new();
        let mut killed = 0;
        // Each round writes one more checkpoint at least, so the loop ends under any load.
        while killed < kills || self.checkpoint().exists() {
            let mut child = self.start();
            let (changes, moment) = (1 + self.next(3), self.next(12_000));
            if killed < kills && self.wait(&mut child, changes) {
                std::thread::sleep(Duration::from_micros(moment));
                child.kill().unwrap();
            }
            let output = child.wait_with_output().unwrap();
            if output.status.success() {
                assert!(!self.checkpoint().exists(), "a checkpoint is left");
                ends.push(String::from_utf8(output.stdout).unwrap());
            } else {
                assert!(
                    output.stderr.is_empty() || String::from_utf8_lossy(&output.stderr).contains("resumed")
                );
                assert_eq!(output.status.code(), None, "{}", String::from_utf8_lossy(&output.stderr));
                killed += 1;
            }
        }
        ends
    }
}

#[test]
fn a_killed_run_gives_the_same_ticket() {
    let folder = tempfile::tempdir().unwrap();
    let target = "target=Random(widths: [40, 40, 16], weight_bound: 1.0, spectral_norm: 1.0, seed: 7)";
    for (construction, seed) in [("Corollary10", 1), ("Hyperbolic(allocation: InOrder)", 2)] {
        let constructions = format!("constructions=[{construction}]");
        let plain = ["run", "example-5", "--set", target, "--set", &constructions, "--json", "--ticket"];
        let expected = folder.path().join("expected.npz");
        let whole = slth(&[&plain[..], &[expected.to_str().unwrap()]].concat()).assert().success();
        let whole: Value = serde_json::from_slice(&whole.get_output().stdout).unwrap();
        let arguments = [&plain[..], &["killed.npz"]].concat();
        let ends = Run { folder: folder.path(), arguments: &arguments, seed, moments: 0 }.killed(30);
        assert!(!ends.is_empty());
        for end in ends {
            assert_eq!(without_times(serde_json::from_str(&end).unwrap()), without_times(whole.clone()));
        }
        let read = |name| std::fs::read(folder.path().join(name)).unwrap();
        assert!(read("killed.npz") == read("expected.npz"), "another ticket");
        std::fs::remove_file(folder.path().join("killed.npz")).unwrap();
    }
}

#[test]
fn a_killed_run_of_many_lanes_gives_the_same_report() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.ron"), EVERY_LANE).unwrap();
    let arguments = ["run", "p.ron", "--json", "--set", "epsilon=0.05"];
    let whole = slth(&arguments).current_dir(folder.path()).assert();
    let whole: Value = serde_json::from_slice(&whole.get_output().stdout).unwrap();
    let ends = Run { folder: folder.path(), arguments: &arguments, seed: 3, moments: 0 }.killed(40);
    for end in ends {
        assert_eq!(without_times(serde_json::from_str(&end).unwrap()), without_times(whole.clone()));
    }
}

#[test]
fn an_interrupted_run_leaves_its_last_state() {
    let (folder, whole) = every_lane();
    let run = Run { folder: folder.path(), arguments: &EVERY_LANE_RUN, seed: 4, moments: 0 };
    let mut interrupted = 0;
    for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT] {
        let mut child = run.start();
        if run.wait(&mut child, 2) {
            kill_process(Pid::from_child(&child), signal).unwrap();
        }
        let output = child.wait_with_output().unwrap();
        // It may have been through before the signal came.
        if output.status.code().is_none() {
            assert_eq!(output.status.signal(), Some(signal.as_raw()));
            assert_eq!(names(folder.path()), ["run.checkpoint"], "after {signal:?}");
            interrupted += 1;
        }
    }
    assert!(interrupted > 2, "{interrupted} interrupted");
    let end = run.start().wait_with_output().unwrap();
    assert_eq!(report_of(&end), whole);
    assert_eq!(names(folder.path()), [""; 0]);
}

/// In the release build, on a machine with nothing else to do, a run of a million weights leaves within half a second.
#[test]
fn a_run_of_many_weights_leaves_soon() {
    let folder = tempfile::tempdir().unwrap();
    let target = "target=Random(widths: [300, 300, 10], weight_bound: 1.0, spectral_norm: 1.0, seed: 7)";
    let arguments = ["run", "example-5", "--json", "--set", target];
    let mut run = Run { folder: folder.path(), arguments: &arguments, seed: 7, moments: 0 };
    for _ in 0..4 {
        let mut child = run.start();
        // Anywhere from the first layer to the search.
        if run.wait(&mut child, 2) {
            std::thread::sleep(Duration::from_millis(run.next(1_500)));
            let sent = std::time::Instant::now();
            kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
            let status = child.wait().unwrap();
            assert!(sent.elapsed() < Duration::from_secs(10), "left after {:?}", sent.elapsed());
            assert!(status.success() || (status.signal() == Some(15) && run.checkpoint().exists()));
        }
        let _ = child.wait();
    }
}

#[test]
fn an_ignored_hangup_stays_ignored() {
    let (folder, whole) = every_lane();
    let run = Run { folder: folder.path(), arguments: &EVERY_LANE_RUN, seed: 4, moments: 0 };
    let script = format!(
        "trap '' HUP; exec {} {} --checkpoint run.checkpoint --every 0",
        env!("CARGO_BIN_EXE_slth"),
        EVERY_LANE_RUN.join(" ")
    );
    let mut nohup = Command::new("sh");
    nohup.args(["-c", &script]).current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = nohup.spawn().unwrap();
    assert!(run.wait(&mut child, 2), "it ended before the signal");
    kill_process(Pid::from_child(&child), Signal::HUP).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(report_of(&output), whole);
}

#[test]
fn two_runs_never_use_one_checkpoint() {
    let (folder, whole) = every_lane();
    let mut run = Run { folder: folder.path(), arguments: &EVERY_LANE_RUN, seed: 5, moments: 0 };
    let (mut refused, mut killed, mut ended) = (0, 0, 0);
    for trial in 0..100 {
        let mut children = [run.start(), run.start()];
        if trial % 2 == 0 {
            std::thread::sleep(Duration::from_micros(run.next(60_000)));
            // One of them has the lock; the next run takes over its state.
            let victim = run.next(2) as usize;
            children[victim].kill().unwrap();
        } else {
            std::thread::sleep(Duration::from_millis(5));
            let owner = || std::fs::read_to_string(folder.path().join("run.checkpoint.slth-lock")).ok();
            // The next trial begins with the state of these.
            while children.iter_mut().all(|child| child.try_wait().unwrap().is_none()) && owner().is_none() {}
            for child in &children {
                let _ = kill_process(Pid::from_child(child), Signal::TERM);
            }
        }
        for child in children {
            let output = child.wait_with_output().unwrap();
            let message = String::from_utf8(output.stderr.clone()).unwrap();
            match output.status.code() {
                None => killed += 1,
                Some(2) => {
                    let says =
                        "expected a checkpoint that no other run uses, found it in use by another slth";
                    assert!(message.contains(says) && output.stdout.is_empty(), "{message}");
                    refused += 1;
                }
                Some(_) => {
                    assert_eq!(report_of(&output), whole);
                    ended += 1;
                }
            }
        }
    }
    assert!(refused > 20 && killed > 50, "{refused} refused, {killed} killed, {ended} ended");
    let end = run.start().wait_with_output().unwrap();
    assert_eq!(report_of(&end), whole);
    // A run may be killed between the naming of its new file and the renaming; 3 files were seen in 24 of these tests. With a
    // mean of 0.5, more than five have a probability of 1.4e-5 (Poisson).
    let left = names(folder.path());
    assert!(left.len() <= 5 && left.iter().all(|name| name.starts_with(".slth-")), "{left:?}");
}

#[test]
fn a_run_is_refused_by_every_name_of_a_checkpoint_in_use() {
    let (folder, whole) = every_lane();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere/real", at("link")).unwrap();
    std::os::unix::fs::symlink("elsewhere", at("folder")).unwrap();
    let call = |name: &str| {
        let call = [&EVERY_LANE_RUN[..], &["--checkpoint", name, "--every", "0"]].concat();
        slth(&call).current_dir(folder.path()).output().unwrap()
    };
    let place = StateFile::take(&at("link"), CHECKPOINT).unwrap();
    let number = format!("in use by another slth process, number {}", std::process::id());
    for name in ["link", "elsewhere/real", "folder/real", "./folder/../link"] {
        let output = call(name);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(message.starts_with(&format!("slth: {name}: ")) && message.contains(&number), "{message}");
        assert!(output.stdout.is_empty());
    }
    drop(place);
    assert_eq!(report_of(&call("link")), whole);
    assert_eq!(names(folder.path()), ["elsewhere", "folder", "link"]);
    assert!(names(&at("elsewhere")).is_empty());
}

#[test]
fn no_link_beside_a_checkpoint_is_written_through() {
    let (folder, whole) = every_lane();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("victim"), "dear").unwrap();
    std::os::unix::fs::symlink("victim", at("run.checkpoint.slth-part")).unwrap();
    let run = Run { folder: folder.path(), arguments: &EVERY_LANE_RUN, seed: 6, moments: 0 };
    assert_eq!(report_of(&run.start().wait_with_output().unwrap()), whole);
    std::os::unix::fs::symlink("victim", at("run.checkpoint.slth-lock")).unwrap();
    let refused = run.start().wait_with_output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(message.contains("run.checkpoint.slth-lock is in the way"), "{message}");
    assert_eq!(std::fs::read(at("victim")).unwrap(), b"dear");
}
