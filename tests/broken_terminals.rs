//! Terminals disappearing, sending rubbish or no longer reading, on every screen.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]
#![cfg(unix)]

mod terminal;

use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use terminal::{Explorer, PATIENCE};

/// Longer than the wait for the rest of an escape sequence, on a loaded machine too.
const PAUSE: Duration = Duration::from_millis(300);

/// The longest time for leaving, with room for a busy machine.
const SOON: Duration = Duration::from_secs(2);

/// The exit code after the terminal has gone.
const GONE: u32 = 129;

/// The keys to each screen, window and question, and a text visible there.
const PLACES: [(&str, &str); 12] = [
    ("1", "Buckets"),
    ("2", "Race"),
    ("3", "Weight"),
    ("4", "Neurons per weight against"),
    ("5", "Outputs"),
    ("?", "What is this?"),
    ("p", "Presets"),
    ("E", "Write to a file"),
    ("C", "certificate"),
    ("e", "Architecture, edited"),
    ("S", "Save the setup"),
    ("?/", "/"),
];

/// Incomplete sequences and sequences to be swallowed, each followed by a pause and a key.
const RUBBISH: [&[u8]; 16] = [
    b"\x1b[?",
    b"\x1b[",
    b"\x1bO",
    b"\x1b]",
    b"\x1bP",
    b"\x1b[<0;10",
    b"\x1b[M !",
    b"\x1b[200~squid",
    b"\x1b[200~squid\x1b[20",
    b"\x1b[?64;1;2;6;22c",
    b"\x1b[24;80R",
    b"\x1b]11;rgb:0000/0000/0000\x1b\\",
    b"\x1bP>|XTerm(390)\x1b\\",
    b"\x1b[?1u",
    b"\xc3",
    b"\x1b]10;rgb:ffff/ff",
];

fn opened(mut slth: Explorer, keys: &str, seen: &str) -> Explorer {
    slth.shows(&["paused", "Press n"]);
    for key in keys.chars() {
        slth.press(&key.to_string());
        std::thread::sleep(Duration::from_millis(20));
    }
    slth.shows(&[seen]);
    slth
}

/// Processor time of a process in seconds, and whether it has ended.
#[cfg(target_os = "linux")]
fn used(process: u32) -> (f64, bool) {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    (ticks / TICKS_PER_SECOND, fields[0] == "Z")
}

/// Whether or not a signal comes with it, the program ends at once and by itself.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_is_closed_ends_the_program() {
    for (keys, seen) in PLACES {
        for has_control in [true, false] {
            let slth = match has_control {
                true => Explorer::open(&["tiny"]),
                false => Explorer::open_without_control(&["tiny"]),
            };
            let mut slth = opened(slth, keys, seen);
            let process = slth.child.process_id().unwrap();
            slth.hang_up();
            let (before, closed) = (used(process).0, Instant::now());
            let after = loop {
                let (seconds, has_ended) = used(process);
                if has_ended {
                    break seconds;
                }
                assert!(closed.elapsed() < SOON, "{keys}: it runs on without a terminal");
                std::thread::sleep(Duration::from_millis(5));
            };
            assert!(after - before < 0.5, "{keys}: {} s of processor time", after - before);
            let code = slth.ends();
            assert!(code == GONE || has_control && code != 0, "{keys}: exit code {code}");
        }
    }
}

/// In the middle of a run: the terminal takes neither frames nor answers to keys.
#[test]
fn a_terminal_that_is_closed_under_a_run() {
    let mut slth = Explorer::open_without_control(&["example-5"]);
    slth.shows(&["paused"]);
    slth.press("a");
    slth.shows(&["stepping"]);
    slth.hang_up();
    assert_eq!(slth.ends(), GONE);
}

/// Sends rubbish in one go and byte by byte; after a pause the help opens and closes.
fn stays_awake(keys: &str, seen: &str) {
    let mut slth = opened(Explorer::open(&["tiny", "--mouse"]), keys, seen);
    for rubbish in RUBBISH {
        for pieces in [1, rubbish.len()] {
            for piece in rubbish.chunks(rubbish.len() / pieces) {
                std::io::Write::write_all(slth.keys.as_mut().unwrap(), piece).unwrap();
            }
            eprintln!("after {}", rubbish.escape_ascii());
            std::thread::sleep(PAUSE);
            slth.press("?");
            slth.shows(&["What is this?"]);
            slth.press("\x1b");
            let started = Instant::now();
            while slth.text().contains("What is this?") {
                assert!(started.elapsed() < PATIENCE, "Esc is not seen after {}", rubbish.escape_ascii());
                std::thread::sleep(Duration::from_millis(1));
            }
            slth.shows(&[seen]);
        }
    }
    slth.press("q");
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}

#[test]
fn rubbish_on_explore() {
    stays_awake(PLACES[0].0, PLACES[0].1);
}

#[test]
fn rubbish_on_compare() {
    stays_awake(PLACES[1].0, PLACES[1].1);
}

#[test]
fn rubbish_on_weight() {
    stays_awake(PLACES[2].0, PLACES[2].1);
}

#[test]
fn rubbish_on_bounds() {
    stays_awake(PLACES[3].0, PLACES[3].1);
}

#[test]
fn rubbish_on_outputs() {
    stays_awake(PLACES[4].0, PLACES[4].1);
}

/// Windows, fields and questions: Ctrl-C is seen everywhere.
#[test]
fn rubbish_over_windows_and_in_fields() {
    for (index, (keys, seen)) in PLACES.into_iter().enumerate().skip(5) {
        let mut slth = opened(Explorer::open(&["tiny"]), keys, seen);
        for rubbish in RUBBISH.into_iter().skip(index % 3).step_by(3) {
            std::io::Write::write_all(slth.keys.as_mut().unwrap(), rubbish).unwrap();
            std::thread::sleep(PAUSE);
        }
        slth.press("\x03");
        assert_eq!(slth.ends(), 0, "{keys}");
        slth.assert_restored();
    }
}

/// An arrow key byte by byte, as over a slow line, and Escape alone.
#[test]
fn keys_come_in_pieces() {
    let mut slth = opened(Explorer::open(&["tiny"]), "4", "Neurons per weight against");
    slth.press("p");
    slth.shows(&["Presets"]);
    let selected = |slth: &Explorer| slth.text();
    let before = selected(&slth);
    for byte in ["\x1b", "[", "A"] {
        slth.press(byte);
        std::thread::sleep(Duration::from_millis(40));
    }
    let started = Instant::now();
    while selected(&slth) == before {
        assert!(started.elapsed() < PATIENCE, "{}", slth.text());
        std::thread::sleep(Duration::from_millis(1));
    }
    slth.press("\x1b");
    let started = Instant::now();
    while slth.text().contains("Presets") {
        assert!(started.elapsed() < PATIENCE, "{}", slth.text());
        std::thread::sleep(Duration::from_millis(1));
    }
    slth.press("q");
    assert_eq!(slth.ends(), 0);
}

/// Keys are obeyed without any frame going out, and the terminal is restored once it reads again.
#[test]
fn a_terminal_that_stops_reading_can_be_left() {
    for (keys, seen) in PLACES {
        for leave in ["q", "\x03"] {
            if leave == "q" && keys.chars().any(|key| !key.is_ascii_digit()) {
                // In windows q closes the window; in fields it is text.
                continue;
            }
            let mut slth = opened(Explorer::open(&["tiny"]), keys, seen);
            slth.stop_reading();
            let started = Instant::now();
            // A frame the terminal does not take.
            slth.press("\x1b[B");
            slth.press(leave);
            assert_eq!(slth.ends(), 0, "{keys} {leave:?}");
            assert!(started.elapsed() < SOON, "{keys} {leave:?}: {:?}", started.elapsed());
            slth.read_on();
            slth.assert_restored();
        }
    }
}

/// A run of more than 5 s: the question before leaving is asked only if the terminal can show it.
#[test]
fn a_question_that_nobody_can_see_does_not_hold_the_program() {
    let opened = |leave| {
        // Billions of neurons for each weight.
        let long = ["malach-vs-hyperbolic", "--set", "epsilon=1e-3", "--set", "mode=Drawn"];
        let mut slth = Explorer::open(&long);
        // Several constructions open on Compare.
        slth.shows(&["paused", "2 Compare"]);
        slth.press("1");
        slth.shows(&["Buckets"]);
        slth.press("a");
        (slth, leave)
    };
    let running = ["q", "\x03"].map(opened);
    std::thread::sleep(Duration::from_secs(7));
    for (mut slth, leave) in running {
        // On a loaded machine 5 s of computing take longer.
        let started = Instant::now();
        while !slth.text().contains("paused") {
            assert!(started.elapsed() < PATIENCE, "{}", slth.text());
            slth.press(" ");
            std::thread::sleep(Duration::from_millis(500));
        }
        slth.press(leave);
        slth.shows(&["Leave?", "Any other key: stay"]);
        // Once shown, the question stays even if the terminal stops reading.
        slth.stop_reading();
        std::thread::sleep(Duration::from_secs(1));
        assert!(slth.child.try_wait().unwrap().is_none(), "{leave:?}");
        slth.press("n");
        // A frame the terminal does not take.
        slth.press("?");
        slth.press("\x1b");
        std::thread::sleep(PAUSE);
        let started = Instant::now();
        slth.press(leave);
        assert_eq!(slth.ends(), 0, "{leave:?}");
        assert!(started.elapsed() < SOON, "{leave:?}: {:?}", started.elapsed());
        slth.read_on();
        slth.assert_restored();
    }
}

#[test]
fn a_run_goes_on_while_the_terminal_does_not_read() {
    let mut slth = opened(Explorer::open(&["tiny"]), "1", "Buckets");
    slth.stop_reading();
    slth.press("a");
    std::thread::sleep(Duration::from_secs(1));
    assert!(!slth.text().contains("done"));
    #[cfg(target_os = "linux")]
    {
        // Waiting for the terminal is no busy loop.
        let process = slth.child.process_id().unwrap();
        let (before, _) = used(process);
        std::thread::sleep(Duration::from_secs(1));
        let (after, _) = used(process);
        assert!(after - before <= 0.05, "{} s of processor time in 1 s", after - before);
    }
    slth.read_on();
    slth.shows(&["done: the ticket holds", "The ticket holds. Next"]);
    // The frame is complete, not a difference to the last one.
    slth.press("2");
    slth.shows(&["Race", "done"]);
    slth.press("q");
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}

#[test]
fn signals_end_it_while_the_terminal_does_not_read() {
    for name in ["-TERM", "-INT"] {
        let mut slth = opened(Explorer::open(&["example-5"]), "1", "Buckets");
        slth.press("a");
        slth.shows(&["stepping"]);
        slth.stop_reading();
        let process = slth.child.process_id().unwrap().to_string();
        let started = Instant::now();
        assert!(std::process::Command::new("kill").args([name, &process]).status().unwrap().success());
        assert_ne!(slth.ends(), 0);
        assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
        slth.read_on();
        slth.assert_restored();
    }
}

/// Random bytes with many starts of sequences; then a pause and Ctrl-C twice.
#[test]
fn random_rubbish_neither_breaks_nor_holds_the_program() {
    let begins: [&[u8]; 8] =
        [b"\x1b", b"\x1b[", b"\x1b[<", b"\x1b]", b"\x1bP", b"\x1b[200~", b"\x1bO", b"\x1b[M"];
    for seed in 0..12 {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        // Keys among the rubbish may write files.
        let folder = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_slth"));
        command.args(["tiny", "--mouse"]);
        command.cwd(folder.path());
        let mut slth = Explorer::spawn(command);
        slth.shows(&["Press n"]);
        for _ in 0..40 {
            let mut bytes = begins[random.random_range(0..begins.len())].to_vec();
            bytes.extend((0..random.random_range(0..60)).map(|_| random.random::<u8>()));
            // Too early to leave.
            bytes.retain(|byte| !matches!(byte, 0x03 | b'q'));
            if std::io::Write::write_all(slth.keys.as_mut().unwrap(), &bytes).is_err() {
                break;
            }
            std::thread::sleep(Duration::from_millis(random.random_range(0..10)));
        }
        assert_eq!(slth.child.try_wait().unwrap().map(|status| status.exit_code()), None, "seed {seed}");
        std::thread::sleep(PAUSE);
        slth.leave();
        assert_eq!(slth.ends(), 0, "seed {seed}");
        slth.assert_restored();
    }
}
