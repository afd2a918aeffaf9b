//! Limits on memory, threads, files and their size, and terminals of absurd sizes: one message, no panic, nothing left behind.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]
#![cfg(target_os = "linux")]

mod terminal;

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize};
use terminal::{Explorer, PATIENCE};

const SLTH: &str = env!("CARGO_BIN_EXE_slth");

/// A shell command in which `$SLTH` is the program.
fn shell(script: &str) -> Output {
    let mut command = Command::new("bash");
    command.args(["-c", script]).env("SLTH", SLTH).env("LC_ALL", "C.UTF-8").env_remove("COLUMNS");
    command.stdin(Stdio::null()).output().unwrap()
}

/// Its exit code, standard output and standard error.
fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let told = (output.status.code(), text(&output.stdout), text(&output.stderr));
    assert!(!told.2.contains("panicked"), "{}", told.2);
    told
}

/// An explorer started by a shell command.
fn explorer(script: &str) -> Explorer {
    let mut command = CommandBuilder::new("bash");
    command.args(["-c", script]);
    command.env("SLTH", SLTH);
    Explorer::spawn(command)
}

/// The most memory that a process has had, in MiB.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

const ABSURD: [(u16, u16); 4] = [(65_535, 65_535), (3_000, 10_000), (1, 65_535), (65_535, 1)];

#[test]
fn a_terminal_of_an_absurd_size_is_drawn_on_in_part() {
    for (rows, columns) in ABSURD {
        let mut slth = explorer(&format!("stty rows {rows} cols {columns}; exec $SLTH tiny"));
        // As much of it as is drawn on.
        let part = (rows.min(500).try_into().unwrap(), columns.min(1_000).try_into().unwrap());
        slth.screen.lock().unwrap().screen_mut().set_size(part.0, part.1);
        if rows > 1 && columns > 1 {
            slth.shows(&["1 Explore", "Architecture", "Press n"]);
            slth.press("2");
            slth.shows(&["Race"]);
            slth.press("3");
            slth.shows(&["needs a piece"]);
            slth.press("4");
            slth.shows(&["Neurons per weight against"]);
            slth.press("5?");
            slth.shows(&["Keys, and what you see"]);
            slth.press("q");
        } else {
            let started = Instant::now();
            while slth.received() == 0 && started.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(5));
            }
            slth.press("2345?q");
        }
        let megabytes = peak(slth.child.process_id().unwrap());
        assert!(megabytes < 256, "{rows} rows, {columns} columns: {megabytes} MiB");
        slth.leave();
        assert_eq!(slth.ends(), 0);
        slth.assert_restored();
    }
}

#[test]
fn a_window_may_become_absurd_or_nothing_and_come_back() {
    let mut slth = Explorer::open(&["tiny"]);
    slth.shows(&["Architecture", "Press n"]);
    for (rows, columns) in ABSURD.into_iter().chain([(0, 0), (0, 65_535), (1, 1)]) {
        // The emulator keeps its size: it would take as much memory itself.
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let before = slth.received();
        slth.master.as_ref().unwrap().resize(size).unwrap();
        let started = Instant::now();
        while slth.received() == before && started.elapsed() < Duration::from_secs(2) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    slth.resize(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 });
    slth.press("n");
    slth.shows(&["Architecture", "neuron 0, tried against"]);
    let megabytes = peak(slth.child.process_id().unwrap());
    assert!(megabytes < 256, "{megabytes} MiB");
    slth.leave();
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}

/// A plot fills the page's width: no width that is claimed may cost more than a page.
#[test]
fn pages_of_an_absurd_width_are_cut() {
    for command in [
        "run tiny",
        "check tiny --runs 20",
        "bounds tiny",
        "compare tiny",
        "inspect tiny",
        "presets",
        "--help",
    ] {
        for columns in ["1000000000", "18446744073709551615", "0"] {
            let (code, out, error) =
                told(&shell(&format!("COLUMNS={columns} exec timeout 20 $SLTH {command}")));
            assert_eq!(code, Some(0), "{command} at {columns}: {error}");
            assert!(out.lines().all(|line| line.chars().count() <= 1_000), "{command} at {columns}");
        }
    }
    for (rows, columns) in [(65_535, 65_535), (0, 0)] {
        let script =
            format!("stty rows {rows} cols {columns}; $SLTH check tiny --runs 20; echo \"ended $?\"");
        let mut slth = explorer(&script);
        slth.shows(&["ended 0"]);
        slth.ends();
    }
}
