//! Shares of a check: made by many processes, merged to the report of one.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod calls;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use calls::{EVERY_LANE, interruptible, slth};
use slth::experiment::Experiment;
use slth::report::{CheckShare, Part, json_text};
use slth::sampling::{Side, Stream};
use slth::session::{CheckOutline, FaithfulnessCheck, Shard};

/// Three constructions, one of which runs out of neurons now and then.
const SETTINGS: [&str; 2] =
    ["constructions=[Hyperbolic(allocation:InOrder),Hyperbolic(),Corollary10]", "epsilon=0.5"];

/// How a call ended, and what it printed.
struct Ended {
    code: i32,
    output: String,
    errors: String,
}

fn run(folder: &Path, arguments: &[&str]) -> Ended {
    let ended = slth(arguments).current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: ended.status.code().unwrap(), output: text(ended.stdout), errors: text(ended.stderr) }
}

/// A report without its lines of time.
fn without_times(report: &str) -> String {
    let is_time = |line: &str| line.contains("elapsed_seconds") || line.starts_with("computed in");
    report.lines().filter(|line| !is_time(line)).map(|line| line.to_owned() + "\n").collect()
}

const NEVER: &(dyn Fn() -> bool + Sync) = &|| false;

fn check_of(preset: &str, seed: u64, settings: &[&str], runs: u64, budget: Option<f64>) -> FaithfulnessCheck {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    let experiment = Experiment::load(preset, Some(seed), &settings).unwrap();
    FaithfulnessCheck::new(experiment, runs, budget).unwrap().with_learned(2).unwrap()
}

fn check(runs: u64) -> FaithfulnessCheck {
    check_of("tiny", 5, &SETTINGS, runs, Some(130.0))
}

fn share(check: &FaithfulnessCheck, shard: Shard) -> CheckShare {
    let mut share = CheckShare::new(check, shard);
    assert!(check.go_on(share.made_mut(), shard, NEVER, NEVER, &|_| ()));
    share
}

fn shares(check: &FaithfulnessCheck, count: u64) -> Vec<CheckShare> {
    Shard::all(count).map(|shard| share(check, shard)).collect()
}

fn merged(shares: impl IntoIterator<Item = CheckShare>) -> CheckShare {
    let part = |(index, share)| Part { name: format!("{index}.share"), share };
    CheckShare::merged(shares.into_iter().enumerate().map(part).collect()).unwrap().unwrap()
}

fn bytes(share: &CheckShare) -> Vec<u8> {
    let mut bytes = Vec::new();
    share.write(&mut bytes).unwrap();
    bytes
}

/// The report, its times set to 0.
fn report(share: &CheckShare) -> String {
    without_times(&json_text(&share.report(0.95)).unwrap())
}

/// Numbers from a stream of the crate's own, for shuffles.
fn shuffled<T>(mut all: Vec<T>, seed: u64) -> Vec<T> {
    let row = Stream::new(seed, 0, Side::In).row(0);
    for at in (1..all.len()).rev() {
        all.swap(at, row.word(at as u64) as usize % (at + 1));
    }
    all
}

#[test]
fn shares_merge_to_the_report_of_one_process() {
    let check = check(101);
    let whole = share(&check, Shard::WHOLE);
    for count in [1, 2, 7, 100, 101, 150] {
        let merged = merged(shares(&check, count));
        assert_eq!(merged.made().lanes().len(), 3);
        assert_eq!(report(&merged), report(&whole), "{count} shares");
        assert!(merged.missing().is_empty() && merged.missing_parts().is_none());
    }
    let lane = &whole.results().lanes[0];
    assert!(lane.incomplete > 0 && lane.incomplete < 101, "{}", lane.incomplete);
    // And as a check without shares says.
    let direct = check.run(&AtomicBool::new(false), &|_| ());
    for (a, b) in direct.lanes.iter().zip(whole.results().lanes) {
        assert_eq!((&a.layers, &a.network, &a.failing_seeds), (&b.layers, &b.network, &b.failing_seeds));
        assert_eq!(a.largest_error.to_bits(), b.largest_error.to_bits());
    }
}

/// In any order and grouping the merged share has the same bytes, elapsed time included.
#[test]
fn merges_in_any_order_and_grouping_give_the_same_bytes() {
    let all = shares(&check(60), 12);
    let expected = bytes(&merged(all.clone()));
    for seed in 0..20 {
        let mut left = shuffled(all.clone(), seed);
        let row = Stream::new(seed, 1, Side::In).row(0);
        let mut step = 0;
        while left.len() > 1 {
            let taken = 1 + row.word(step) as usize % left.len();
            let group = merged(left.drain(..taken));
            // Through its file, too.
            left.push(CheckShare::of_bytes(&bytes(&group)).unwrap());
            left = shuffled(left, seed + 100 * step);
            step += 1;
            if taken == 1 && step > 500 {
                break;
            }
        }
        assert!(bytes(&merged(left)) == expected, "order {seed}");
    }
}

/// Paused and resumed at any runs, a share is the same.
#[test]
fn a_share_paused_and_resumed_is_the_same() {
    let check = check(40);
    let shard = Shard::new(2, 3).unwrap();
    let whole = share(&check, shard);
    let mut cut = CheckShare::new(&check, shard);
    let mut pauses = 0;
    loop {
        let runs = AtomicBool::new(false);
        let pause = || runs.swap(true, Ordering::SeqCst);
        let is_whole = check.go_on(cut.made_mut(), shard, NEVER, &pause, &|_| ());
        cut = CheckShare::of_bytes(&bytes(&cut)).unwrap();
        if is_whole {
            break;
        }
        pauses += 1;
    }
    assert!(pauses > 3, "{pauses}");
    assert_eq!(cut.made().lanes()[0].records(), whole.made().lanes()[0].records());
    assert_eq!(report(&cut), report(&whole));
}

#[test]
fn learned_methods_are_shared_out_too() {
    let settings = ["constructions=[Hyperbolic()]", "learned=[EdgePopup(widths: [64, 20, 10], epochs: 1)]"];
    let check = check_of("digits-learned", 1, &settings, 2, None);
    let whole = share(&check, Shard::WHOLE);
    assert_eq!(whole.results().learned[0].runs.len(), 2);
    let halves = shares(&check, 2);
    assert_eq!(halves[0].results().learned[0].runs.len(), 1);
    assert_eq!(report(&merged(halves)), report(&whole));
}

fn refusal(parts: Vec<CheckShare>) -> String {
    let part = |(index, share)| Part { name: format!("{index}.share"), share };
    CheckShare::merged(parts.into_iter().enumerate().map(part).collect()).unwrap_err().to_string()
}

#[test]
fn shares_of_other_checks_are_refused_with_the_difference() {
    let one = |check: FaithfulnessCheck| share(&check, Shard::new(1, 4).unwrap());
    let first = || one(check_of("tiny", 1, &[], 8, None));
    let cases = [
        (check_of("tiny", 2, &[], 8, None), "with seed 1; found seed 2"),
        (check_of("tiny", 1, &[], 9, None), "with 8 runs; found 9 runs"),
        (check_of("tiny", 1, &[], 8, Some(300.0)), "with bounds; found 300 neurons per weight"),
        (check_of("tiny", 1, &["epsilon=0.2"], 8, None), "with ε = 0.1; found ε = 0.2"),
        (check_of("tiny", 1, &["delta=0.02"], 8, None), "with δ = 0.01; found δ = 0.02"),
        (
            check_of("tiny", 1, &["constructions=[Corollary10]"], 8, None),
            "with the methods hyperbolic/first-fit; found the methods corollary-10",
        ),
        (
            check_of("tiny", 1, &["inputs=Ball(radius: 1.25)"], 8, None),
            "with its weights, inputs and options; found others",
        ),
    ];
    for (other, says) in cases {
        let found = refusal(vec![first(), one(other)]);
        assert_eq!(found, format!("1.share: expected a share of the same work as 0.share, {says}"));
    }
}

#[test]
fn runs_in_two_shares_are_refused_by_seed() {
    let check = check_of("tiny", 30, &[], 10, None);
    let shard = |index, count| share(&check, Shard::new(index, count).unwrap());
    let found = refusal(vec![shard(1, 5), shard(4, 5), shard(3, 4)]);
    assert_eq!(
        found,
        "2.share: expected work that no other share has; found the run of seed 36 in 1.share too"
    );
    let found = refusal(vec![shard(2, 5), shard(2, 5)]);
    assert_eq!(
        found,
        "1.share: expected work that no other share has; found the run of seed 32 in 0.share too"
    );
}

#[test]
fn what_is_missing_is_named() {
    let check = check_of("tiny", 1, &[], 100, None);
    let mut all = shares(&check, 10);
    all.remove(7);
    all.remove(2);
    let partial = merged(all.clone());
    assert_eq!(
        partial.whole().unwrap_err().to_string(),
        "expected all runs of the check; missing share 3/10, share 8/10 (seeds 21 to 30, seeds 71 to 80)"
    );
    assert!(partial.report(0.95).stopped);
    assert_eq!(partial.report(0.95).lanes[0].runs, 80);
    // Cut in another way, shares have no common number.
    all.truncate(2);
    all.push(share(&check, Shard::new(2, 2).unwrap()));
    let mixed = merged(all);
    assert_eq!(
        mixed.whole().unwrap_err().to_string(),
        "expected all runs of the check; missing seeds 21 to 50"
    );
}

/// The script submits shares and a merge by the commands that a person would type: its commands are run here without SLURM.
#[test]
fn the_commands_of_the_job_script_make_the_report_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let script = run(
        folder.path(),
        &[&CHECK[..], &["--seed", "9", "--slurm", "--shards", "3", "--save", "my share", "--threads", "2"]]
            .concat(),
    );
    assert_eq!(script.code, 0, "{}", script.errors);
    for line in ["#SBATCH --array=1-3", "#SBATCH --cpus-per-task=2", "#SBATCH --requeue"] {
        assert!(script.output.lines().any(|found| found == line), "{line}: {}", script.output);
    }
    let commands: Vec<&str> = script.output.lines().filter_map(|line| line.strip_prefix("exec ")).collect();
    let [share, merge] = commands[..] else { panic!("{commands:?}") };
    let sh = |command: &str, task: u64| {
        let mut sh = std::process::Command::new("sh");
        sh.args(["-c", command]).env("SLURM_ARRAY_TASK_ID", task.to_string()).env("SLURM_CPUS_PER_TASK", "2");
        let ended = sh.current_dir(folder.path()).output().unwrap();
        assert!(ended.status.success(), "{command}: {}", String::from_utf8_lossy(&ended.stderr));
    };
    (1..=3).for_each(|task| sh(share, task));
    // The exit code is that of the check, whose constructions run out of neurons.
    sh(&format!("{merge}; test $? = 1"), 0);
    let merged = std::fs::read_to_string(folder.path().join("my share.json")).unwrap();
    let whole = run(folder.path(), &[&CHECK[..], &["--seed", "9", "--json"]].concat());
    assert_eq!(without_times(&merged), without_times(&whole.output));
    assert_eq!(whole.code, 1);
}

/// Every byte of a share is held by its hash: none can change, none be left out.
#[test]
fn a_damaged_share_is_refused() {
    let good = bytes(&share(&check(6), Shard::new(1, 2).unwrap()));
    let outline = |share: &CheckShare| -> CheckOutline { share.setup().outline.clone() };
    assert_eq!(outline(&CheckShare::of_bytes(&good).unwrap()), check(6).outline());
    for at in 0..good.len() {
        assert!(CheckShare::of_bytes(&good[..at]).is_err(), "{at} bytes");
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        assert!(CheckShare::of_bytes(&bytes).is_err(), "byte {at}");
    }
}

const CHECK: [&str; 8] =
    ["check", "tiny", "--runs", "60", "--neurons-per-weight", "160", "--set", SETTINGS[0]];

/// Makes share i of n in `i.share`.
fn make(folder: &Path, index: u64, count: u64) -> Ended {
    let (shard, file) = (format!("{index}/{count}"), format!("{index}.share"));
    run(folder, &[&CHECK[..], &["--shard", &shard, "--save", &file]].concat())
}

#[test]
fn the_command_merges_files_to_the_report_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    for index in 1..=4 {
        let made = make(folder.path(), index, 4);
        assert_eq!(made.code, 0, "{}", made.errors);
        assert!(made.output.contains(&format!("share {index}/4 of")), "{}", made.output);
        assert!(made.output.contains(&format!("15 of 60 runs, saved in {index}.share")), "{}", made.output);
    }
    let files = ["4.share", "2.share", "1.share", "3.share"];
    for output in
        [&["--json"][..], &[], &["--confidence", "0.99"], &["--csv", "curve.csv", "--svg", "curve.svg"]]
    {
        let at = |name: &str| std::fs::read(folder.path().join(name)).ok();
        let whole = run(folder.path(), &[&CHECK[..], output].concat());
        let written = [at("curve.csv"), at("curve.svg")];
        let merged = run(folder.path(), &[&["merge"][..], &files, output].concat());
        assert_eq!(without_times(&merged.output), without_times(&whole.output), "{output:?}");
        assert_eq!(merged.code, whole.code);
        assert_eq!([at("curve.csv"), at("curve.svg")], written);
    }
    // From another folder, without the preset's.
    let elsewhere = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = files.iter().map(|file| folder.path().join(file)).collect();
    let paths: Vec<&str> = paths.iter().map(|path| path.to_str().unwrap()).collect();
    assert_eq!(
        run(elsewhere.path(), &[&["merge"], &paths[..]].concat()).code,
        run(folder.path(), &CHECK).code
    );
}

#[test]
fn merges_of_merges_and_of_some_are_files_too() {
    let folder = tempfile::tempdir().unwrap();
    (1..=4).for_each(|index| assert_eq!(make(folder.path(), index, 4).code, 0));
    let merge = |arguments: &[&str]| run(folder.path(), &[&["merge"], arguments].concat());
    let missing = merge(&["1.share", "3.share"]);
    assert_eq!(missing.code, 2);
    assert_eq!(
        missing.errors.trim_end(),
        "slth: expected all runs of the check; missing share 2/4, share 4/4 (seeds 16 to 30, seeds 46 to 60)"
    );
    let partial = merge(&["1.share", "3.share", "--partial", "--json"]);
    assert_eq!(partial.code, 1);
    assert!(partial.errors.contains("merged without share 2/4, share 4/4"), "{}", partial.errors);
    let report: serde_json::Value = serde_json::from_str(&partial.output).unwrap();
    assert_eq!((report["stopped"].as_bool(), report["lanes"][0]["runs"].as_u64()), (Some(true), Some(30)));
    let some = merge(&["1.share", "3.share", "--save", "odd.share"]);
    assert_eq!(some.code, 0, "{}", some.errors);
    assert!(some.output.contains("30 of 60 runs, saved in odd.share"), "{}", some.output);
    let all = merge(&["2.share", "odd.share", "4.share", "--json", "--save", "all.share"]);
    let whole = run(folder.path(), &[&CHECK[..], &["--json"]].concat());
    let whole: serde_json::Value = serde_json::from_str(&whole.output).unwrap();
    let found: serde_json::Value = serde_json::from_str(&all.output).unwrap();
    assert_eq!(found["lanes"][1]["network"], whole["lanes"][1]["network"]);
    let again = merge(&["all.share", "--json"]);
    assert_eq!(without_times(&again.output), without_times(&all.output));
}

#[test]
fn a_finished_share_is_not_made_again_and_a_foreign_file_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(make(folder.path(), 1, 4).code, 0);
    let file = folder.path().join("1.share");
    let made = std::fs::read(&file).unwrap();
    let again = make(folder.path(), 1, 4);
    assert_eq!((again.code, std::fs::read(&file).unwrap()), (0, made.clone()));
    assert!(again.errors.contains("1.share: resumed with 45 runs made"), "{}", again.errors);
    // Another share in its place, another check, another file.
    std::fs::copy(&file, folder.path().join("2.share")).unwrap();
    let other = make(folder.path(), 2, 4);
    assert_eq!(other.code, 2);
    assert_eq!(
        other.errors.trim_end(),
        "slth: 2.share: expected share 2/4 of this check; found runs that are not among its own"
    );
    let seed =
        run(folder.path(), &[&CHECK[..], &["--shard", "1/4", "--save", "1.share", "--seed", "9"]].concat());
    assert_eq!(seed.code, 2);
    assert!(
        seed.errors.contains("expected a share of this check, ")
            && seed.errors.contains("found one of another check")
    );
    std::fs::write(folder.path().join("3.share"), "mine").unwrap();
    let none = make(folder.path(), 3, 4);
    assert_eq!(
        none.errors.trim_end(),
        "slth: 3.share: expected a share of a check of slth; found a file that is none"
    );
    let whole = run(folder.path(), &[&CHECK[..], &["--save", "3.share"]].concat());
    assert_eq!((whole.code, whole.output.as_str()), (2, ""));
    assert_eq!(std::fs::read(folder.path().join("3.share")).unwrap(), b"mine");
    assert_eq!(std::fs::read(&file).unwrap(), made);
    for files in [&["3.share"][..], &["none.share"], &["1.share", "3.share"]] {
        assert_eq!(run(folder.path(), &[&["merge"], files].concat()).code, 2, "{files:?}");
    }
}

#[test]
fn wrong_shares_are_refused_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&[&str], &str); 5] = [
        (&["--shard", "0/4", "--save", "s"], "counted from 1"),
        (&["--shard", "5/4", "--save", "s"], "counted from 1"),
        (&["--shard", "1/4"], "--save"),
        (&["--shard", "1/4", "--save", "s", "--json"], "cannot be used with"),
        (&["--shard", "1/4", "--save", "s", "--csv", "c"], "cannot be used with"),
    ];
    for (arguments, says) in cases {
        let refused = run(folder.path(), &[&["check", "tiny"], arguments].concat());
        assert_eq!(refused.code, 2, "{arguments:?}");
        assert!(refused.errors.contains(says), "{arguments:?}: {}", refused.errors);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{arguments:?}");
    }
}

/// Ended by signals at many moments, and by `kill -9`, a share goes on from what its file has.
#[cfg(unix)]
#[test]
fn a_share_ended_again_and_again_is_the_same_in_the_end() {
    use std::os::unix::process::ExitStatusExt;
    let folder = tempfile::tempdir().unwrap();
    let share = [
        &["check", "tiny", "--runs", "4000", "--shard", "2/2", "--save", "2.share", "--every", "0"][..],
        &["--threads", "1"],
    ]
    .concat();
    let mut interrupted = 0;
    for round in 0..200_u64 {
        let mut child = interruptible()
            .args(&share)
            .current_dir(folder.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20 + 15 * round));
        let signal = [rustix::process::Signal::TERM, rustix::process::Signal::KILL][round as usize % 2];
        let pid = rustix::process::Pid::from_child(&child);
        let _ = rustix::process::kill_process(pid, signal);
        let status = child.wait().unwrap();
        if status.success() {
            break;
        }
        assert!(status.signal().is_some(), "{status:?}");
        interrupted += 1;
    }
    assert!(interrupted >= 3, "{interrupted}");
    let check = check_of("tiny", 1, &[], 4_000, None);
    let shard = Shard::new(2, 2).unwrap();
    let found = CheckShare::open(&folder.path().join("2.share")).unwrap();
    assert_eq!(found.setup().outline.seed, check.outline().seed);
    assert_eq!(report(&found), report(&self::share(&check, shard)));
}

/// Layers built by several processes, certified and reported by one.
#[test]
fn the_layers_of_a_run_are_shared_out_too() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.ron"), EVERY_LANE).unwrap();
    let run = |arguments: &[&str]| run(folder.path(), arguments);
    let whole = run(&["run", "p.ron", "--json"]);
    for count in [2, 3, 25] {
        let mut files = Vec::new();
        for index in (1..=count).rev() {
            let (shard, file) = (format!("{index}/{count}"), format!("{index}-of-{count}.run"));
            let made = run(&["run", "p.ron", "--shard", &shard, "--checkpoint", &file]);
            assert_eq!(made.code, 0, "{}", made.errors);
            assert!(
                made.output.starts_with(&format!("share {shard} of Every lane: built ")),
                "{}",
                made.output
            );
            files.push(file);
        }
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let merge =
            |files: &[&str], more: &[&str]| run(&[&["merge"], files, &["--save", "all"], more].concat());
        let merged = merge(&files, &[]);
        assert_eq!(merged.code, 0, "{}", merged.errors);
        let ended = run(&["run", "p.ron", "--json", "--checkpoint", "all"]);
        assert_eq!(without_times(&ended.output), without_times(&whole.output), "{count} shares");
        assert_eq!(ended.code, whole.code);
        // Some of them.
        let missing = merge(&files[1..], &[]);
        assert_eq!(missing.code, if count == 25 { 0 } else { 2 }, "{}", missing.errors);
        if count < 25 {
            let says = "slth: expected all layers of the run built; not built: layer ";
            assert!(missing.errors.starts_with(says), "{}", missing.errors);
            let partial = merge(&files[1..], &["--partial"]);
            assert!(partial.errors.contains("merged, not built yet: layer "), "{}", partial.errors);
            let ended = run(&["run", "p.ron", "--json", "--checkpoint", "all"]);
            assert_eq!(without_times(&ended.output), without_times(&whole.output));
        }
        // The first share of so many has a layer, and some of the last have none.
        let first = files[files.len() - 1];
        let twice = merge(&[files[0], first, first], &[]);
        assert_eq!(twice.code, 2);
        assert!(
            twice.errors.contains("expected work that no other share has; found layer "),
            "{}",
            twice.errors
        );
    }
    let wrong = run(&["run", "p.ron", "--shard", "2/3", "--checkpoint", "1-of-2.run"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.errors.contains("1-of-2.run: expected a checkpoint of share 2/3 of this run; found layer "),
        "{}",
        wrong.errors
    );
    let other = run(&["run", "p.ron", "--seed", "8", "--shard", "1/2", "--checkpoint", "other.run"]);
    assert_eq!(other.code, 0, "{}", other.errors);
    let foreign = run(&["merge", "2-of-2.run", "other.run", "--save", "all"]);
    assert!(
        foreign.errors.contains("other.run: expected a share of the same work as 2-of-2.run"),
        "{}",
        foreign.errors
    );
    assert_eq!(run(&["merge", "2-of-2.run"]).code, 2);
}
