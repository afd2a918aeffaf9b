//! The whole program under a pseudo-terminal, with a terminal emulator reading the screen.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod terminal;

use std::time::{Duration, Instant};

use portable_pty::PtySize;
use terminal::whole_frames::WholeFrames;
use terminal::{Explorer, PATIENCE};

#[test]
fn tiny_is_stepped_through_and_left() {
    let mut slth = Explorer::open(&["tiny"]);
    slth.shows(&["Architecture", "Product weights", "Buckets", "Pruned network", "paused", "Press n"]);
    assert!(slth.screen.lock().unwrap().screen().alternate_screen());
    slth.press("n");
    slth.shows(&["1 of ≤ 4,022 neurons", "Neuron 0 of layer 1"]);
    slth.press("w");
    slth.shows(&["1/6 weights"]);
    slth.press("l");
    slth.shows(&["layer 2/2"]);
    slth.press("[");
    slth.shows(&["viewing layer 1, computed 1"]);
    slth.press("f");
    // A finished layer stays on view until the next one has a neuron.
    slth.shows(&["layer 1/2 · 6/6 weights · built with", "next layer 2/2"]);
    slth.press("a");
    slth.shows(&["done: the ticket holds", "certified 4.6e-3 ≤ 0.1 ✓", "The ticket holds. Next"]);
    slth.press("?");
    slth.shows(&["What is this?", "Architecture"]);
    // Escape and a letter in one go would be an Alt chord.
    slth.press("\x1b");
    slth.shows(&["done: the ticket holds"]);
    slth.press("r");
    slth.shows(&["0 of ≤ 4,022 neurons", "Next: n draws a neuron"]);
    slth.leave();
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}

/// A network of 4 million weights: seconds to open.
const LARGE: [&str; 3] = ["tiny", "--set", "target=Random(widths:[2000,2000,10],weight_bound:0.05,seed:7)"];

#[test]
fn the_first_setup_can_be_left_while_it_is_opened() {
    for leave in ["q", "\x03", "\x1b"] {
        let mut slth = Explorer::open(&LARGE);
        slth.shows(&["slth opening… · tiny", "q quit"]);
        slth.resize(PtySize { rows: 10, cols: 40, pixel_width: 0, pixel_height: 0 });
        // Other keys are dropped.
        slth.press("a? n");
        slth.paste("q");
        std::thread::sleep(Duration::from_millis(300));
        slth.shows(&["slth opening… · tiny", "q quit"]);
        let started = Instant::now();
        slth.press(leave);
        assert_eq!(slth.ends(), 0, "{leave:?}");
        assert!(started.elapsed() < Duration::from_secs(2), "{leave:?}: {:?}", started.elapsed());
        slth.assert_restored();
        assert_eq!(slth.text().trim(), "", "{leave:?}");
    }
}

/// A setup that cannot be opened is reported in a line. An early error leaves the screen untouched.
#[test]
fn a_first_setup_that_cannot_be_opened_is_a_line() {
    let mut slth = Explorer::open(&["no-such-preset"]);
    assert_eq!(slth.ends(), 2);
    slth.shows(&["slth: no-such-preset: expected"]);
    let sent = String::from_utf8_lossy(&slth.sent()).into_owned();
    assert!(!sent.contains('\x1b'), "{sent:?}");
    slth.assert_restored();
    // Norms of two million weights take seconds, and only then is the bound known to be too small.
    let target = "target=Random(widths:[1500,1500,10],weight_bound:0.05,seed:7)";
    let mut slth = Explorer::open(&["tiny", "--set", target, "--set", "w_max=1e-9"]);
    slth.shows(&["slth opening…"]);
    assert_eq!(slth.ends(), 2);
    slth.assert_restored();
    slth.shows(&["expected"]);
    assert!(!slth.text().contains("opening"), "{}", slth.text());
}

#[test]
fn another_preset_is_picked() {
    let mut slth = Explorer::open(&["tiny"]);
    slth.shows(&["· tiny ·"]);
    slth.press("p");
    slth.shows(&["Presets", "example-5"]);
    slth.press("k\r");
    slth.shows(&["· digits ·", "64-32-16-10, relu/identity"]);
    slth.press("pjjj\r");
    slth.shows(&["paused · example-6", "3.679e-27"]);
    slth.leave();
    assert_eq!(slth.ends(), 0);
}

#[test]
fn constructions_are_compared_alone_and_together() {
    let mut slth = Explorer::open(&["malach-vs-hyperbolic"]);
    // A preset that compares opens on Compare.
    slth.shows(&[
        "paused",
        "▶1 M malach",
        "2 H hyperbolic, first-fit",
        "Race",
        "all four choices differ",
        "together",
    ]);
    slth.press("\to");
    slth.shows(&["▶2 H hyperbolic, first-fit", "alone: steps and runs move lane 2 only"]);
    slth.press("a");
    slth.shows(&["layer 1/2 · 0/60 weights", "paused: 1 of 2 lanes done", "2,622 of ≤ 18,861"]);
    // One word for the run, on every screen and for every lane.
    for screen in ["1", "3", "4", "5", "2"] {
        slth.press(screen);
        slth.shows(&["paused: 1 of 2 lanes done"]);
    }
    slth.press("oa");
    slth.shows(&[
        "done: all tickets hold",
        "17,466,686 of ≤ 152,484,048",
        "Malach needed 6,662 times more neurons than hyperbolic first-fit",
    ]);
    // The second rung of the ladder, Malach and product pairs; the finished lane stays.
    slth.press("gg");
    slth.shows(&["Ladder, rung 2 of 5", "▶P product-pair", "match: z_in", "≤ ", "17,466,686"]);
    slth.leave();
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}

#[test]
fn bounds_are_read_at_the_cursor() {
    let mut slth = Explorer::open(&["example-5"]);
    slth.shows(&["paused"]);
    slth.press("4");
    slth.shows(&["Neurons per weight against ε", "6.287e2", "6.649e1", "1.076e15!"]);
    slth.press("x");
    slth.shows(&["Neurons per weight against width", "6.287e2"]);
    slth.press("xx");
    slth.shows(&["Neurons per weight against ε", "6.287e2"]);
    // Away from the preset's own ε, and back.
    slth.press("]");
    let started = Instant::now();
    while slth.text().contains("6.287e2") {
        assert!(started.elapsed() < PATIENCE, "the cursor does not move:\n{}", slth.text());
    }
    slth.press("o");
    slth.shows(&["6.287e2"]);
    slth.leave();
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}

#[test]
fn steps_are_taken_back() {
    let mut slth = Explorer::open(&["tiny"]);
    slth.shows(&["Press n"]);
    slth.press("nnn");
    slth.shows(&["3 of ≤ 4,022 neurons", "Neuron 2 of layer 1"]);
    slth.press("N");
    slth.shows(&["2 of ≤ 4,022 neurons", "Neuron 1 of layer 1"]);
    slth.press("ww");
    slth.shows(&["2/6 weights"]);
    slth.press("W");
    slth.shows(&["1/6 weights"]);
    slth.press("a");
    slth.shows(&["done: the ticket holds"]);
    // From the end back into the last layer, to its start, and to the start of the layer before.
    slth.press("N");
    slth.shows(&["layer 2/2 · 5/6 weights", "paused"]);
    slth.press("L");
    slth.shows(&["layer 1/2 · 6/6 weights · built with", "next layer 2/2"]);
    slth.press("L");
    slth.shows(&["layer 1/2 · 0/6 weights · 0 of"]);
    slth.leave();
    assert_eq!(slth.ends(), 0);
}

#[test]
fn a_frozen_view_stands_still_while_the_engine_runs_on() {
    let mut slth = Explorer::open(&["tiny"]);
    slth.shows(&["Press n"]);
    slth.press("n");
    slth.shows(&["Neuron 0 of layer 1"]);
    slth.press("s");
    slth.shows(&["view frozen", "1 of ≤ 4,022 neurons"]);
    slth.press("a");
    std::thread::sleep(Duration::from_millis(500));
    slth.shows(&["view frozen", "1 of ≤ 4,022 neurons"]);
    slth.press("s");
    slth.shows(&["done: the ticket holds"]);
    slth.press("]");
    slth.shows(&["viewing layer 2, computed 2"]);
    slth.press("[");
    slth.shows(&["viewing layer 1, computed 2"]);
    slth.leave();
    assert_eq!(slth.ends(), 0);
}

#[test]
fn terminals_of_every_kind_are_served() {
    for term in ["linux", "screen", "screen-256color", "tmux-256color", "xterm", "vt100"] {
        let mut slth = Explorer::open_in(&[("TERM", term)], &["tiny"]);
        slth.shows(&["Architecture", "paused"]);
        slth.press("a");
        slth.shows(&["done: the ticket holds"]);
        slth.leave();
        assert_eq!(slth.ends(), 0);
        slth.assert_restored();
    }
    // A terminal without cursor movement is refused, with advice.
    let mut slth = Explorer::open_in(&[("TERM", "dumb")], &["tiny"]);
    slth.shows(&["expected a terminal that can move its cursor", "slth run tiny"]);
    assert_eq!(slth.ends(), 2);
    slth.assert_restored();
}

#[test]
fn without_colour_or_utf_8_no_byte_of_either_is_sent() {
    let mut slth = Explorer::open_in(&[("NO_COLOR", "1"), ("LC_ALL", "C")], &["tiny"]);
    slth.shows(&["Architecture", "paused"]);
    slth.press("a");
    slth.shows(&["done: the ticket holds"]);
    let screen = slth.screen.lock().unwrap();
    for row in 0..24 {
        for column in 0..80 {
            let cell = screen.screen().cell(row, column).unwrap();
            assert!(cell.contents().is_ascii(), "{}", cell.contents());
            let colours = (cell.fgcolor(), cell.bgcolor());
            assert_eq!(colours, (vt100::Color::Default, vt100::Color::Default), "row {row}, column {column}");
        }
    }
}

#[test]
fn running_can_be_paused_and_the_window_resized() {
    let mut slth = Explorer::open(&["digits"]);
    slth.shows(&["paused"]);
    slth.press(" ");
    slth.shows(&["running"]);
    slth.press(" ");
    slth.shows(&["paused", "neuron "]);
    slth.resize(PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 });
    slth.shows(&["tolerance", "F_max"]);
    slth.press("\x03");
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}

/// Key to screen while the engine runs flat out. The figure is printed. Machines are shared, so the assertion is weak: the
/// answer comes before a person would press again.
#[test]
fn keys_are_answered_while_the_engine_runs_flat_out() {
    let mut slth = Explorer::open(&["example-5"]);
    slth.shows(&["paused"]);
    slth.press("a");
    slth.shows(&["stepping"]);
    let mut longest = Duration::ZERO;
    for _ in 0..10 {
        slth.press("?");
        longest = longest.max(slth.shows(&["What is this?"]));
        slth.press("q");
        let started = Instant::now();
        while slth.text().contains("What is this?") {
            assert!(started.elapsed() < PATIENCE);
            std::thread::sleep(Duration::from_micros(500));
        }
        longest = longest.max(started.elapsed());
    }
    assert!(slth.text().contains("stepping") || slth.text().contains("done"), "{}", slth.text());
    slth.press(" ");
    let paused = slth.shows(&["paused"]);
    eprintln!("key to screen under load: {longest:?} at most of 20; pause: {paused:?}");
    assert!(longest < Duration::from_millis(500));
    slth.leave();
    assert_eq!(slth.ends(), 0);
}

/// Voluntary context switches of all threads of a process: each wake-up ends in one.
#[cfg(target_os = "linux")]
fn sleeps(process: u32) -> u64 {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let status = tasks.flatten().map(|task| std::fs::read_to_string(task.path().join("status")).unwrap());
    let count = |status: String| -> u64 {
        let line =
            status.lines().find(|line| line.starts_with("voluntary_ctxt_switches")).unwrap().to_owned();
        line.split_whitespace().last().unwrap().parse().unwrap()
    };
    status.map(count).sum()
}

/// Before anything is built, and when all is done.
#[cfg(target_os = "linux")]
#[test]
fn at_rest_nothing_is_sent_and_nothing_wakes_up() {
    let mut slth = Explorer::open(&["tiny"]);
    slth.shows(&["paused", "Press n"]);
    for keys in ["", "a"] {
        slth.press(keys);
        if keys == "a" {
            slth.shows(&["done: the ticket holds"]);
        }
        std::thread::sleep(Duration::from_millis(500));
        let process = slth.child.process_id().unwrap();
        let before = (slth.received(), sleeps(process));
        std::thread::sleep(Duration::from_secs(2));
        let after = (slth.received(), sleeps(process));
        eprintln!("in 2 s at rest: {} bytes, {} wake-ups", after.0 - before.0, after.1 - before.1);
        assert_eq!(before, after);
    }
}

/// The clipboard is written at the key, once, and never without it.
#[test]
fn a_key_copies_the_command_to_the_clipboard() {
    let mut slth = Explorer::open(&["tiny", "--seed", "7"]);
    let copies = |slth: &Explorer| {
        let sent = String::from_utf8_lossy(&slth.sent()).into_owned();
        sent.matches("\x1b]52;").count()
    };
    slth.shows(&["paused", "Press n"]);
    slth.press("a");
    slth.shows(&["done: the ticket holds"]);
    assert_eq!(copies(&slth), 0);
    slth.press("Y");
    slth.shows(&["clipboard: the command slth run tiny --seed 7"]);
    // `slth run tiny --seed 7` in base 64.
    let sent = String::from_utf8_lossy(&slth.sent()).into_owned();
    assert!(sent.contains("\x1b]52;c;c2x0aCBydW4gdGlueSAtLXNlZWQgNw==\x1b\\"), "{sent:?}");
    assert_eq!(copies(&slth), 1);
    slth.leave();
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}

#[test]
fn pasted_text_is_no_key() {
    let mut slth = Explorer::open(&["tiny"]);
    slth.shows(&["Press n"]);
    slth.press("n");
    slth.shows(&["1 of ≤ 4,022 neurons"]);
    // q would leave, r would start over, n draw.
    slth.paste("squid game, rerun: n w l a\r\nq\x03");
    slth.shows(&["Pasted text is not read as keys", "1 of ≤ 4,022 neurons"]);
    // More than a terminal sends in one piece.
    slth.paste(&"q\n".repeat(50_000));
    slth.press("5");
    slth.shows(&["F chooses 1", "paused"]);
    slth.press("1e");
    slth.shows(&["Architecture, edited"]);
    slth.paste("2\n");
    slth.shows(&["0.12", "what follows"]);
    slth.press("\x1b");
    slth.shows(&["Buckets"]);
    slth.press("?/");
    slth.paste("epsilon\r\n");
    slth.shows(&["/epsilon", "against epsilon, the width or the depth"]);
    slth.press("\r");
    slth.shows(&["/epsilon (Esc: all)"]);
    slth.press("\x1b");
    slth.shows(&["What is this?"]);
    slth.press("\x1b");
    slth.shows(&["1 of ≤ 4,022 neurons"]);
    slth.leave();
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}

#[test]
fn files_are_opened_from_the_list_and_what_cannot_be_is_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    std::fs::copy("presets/digits-mlp.safetensors", at("net.safetensors")).unwrap();
    std::fs::copy("tests/cases/header-too-large/pointer.safetensors", at("pointer.safetensors")).unwrap();
    let mut slth = Explorer::open(&["tiny"]);
    slth.shows(&["Press n"]);
    slth.press("n");
    slth.shows(&["1 of ≤ 4,022 neurons"]);
    slth.press("po");
    slth.shows(&["Open a preset or a weight file"]);
    slth.paste(&at("po"));
    slth.press("\t");
    slth.shows(&["pointer.safetensors"]);
    slth.press("\r");
    slth.shows(&["This could not be opened", "found a Git LFS pointer"]);
    // The list, the typed text and the run are still there.
    slth.press("\x1b");
    slth.shows(&["Deep: 24 layers", "Enter open"]);
    slth.press("o");
    slth.shows(&["pointer.safetensors", "Tab complete"]);
    slth.press("\x1b");
    slth.shows(&["Deep: 24 layers", "Enter open"]);
    slth.press("\x1b");
    slth.shows(&["1 of ≤ 4,022 neurons", "Neuron 0 of layer 1"]);
    slth.press("po\x15");
    slth.paste(&at("net.safetensors\n"));
    slth.press("\r");
    slth.shows(&["paused", "64-32-16-10"]);
    slth.leave();
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}

/// However the output is split into reads, a frame arrives whole, and bytes outside frames at once.
#[test]
fn no_frame_is_seen_half_drawn() {
    let output = b"\x1b[?1049h\x1b[?2026hone\x1b[?2026l\x1b[?25l\x1b[?2026htwo\x1b[?2026l\x18\x1b[?2026lplain\x1b[?2026hthree";
    let whole = ["", "one", "onetwo", "onetwoplain"];
    for size in 1..=output.len() {
        let (mut frames, mut shown) = (WholeFrames::default(), Vec::new());
        for bytes in output.chunks(size) {
            shown.extend(frames.add(bytes));
            let mut screen = terminal::parser(1, 40);
            screen.process(&shown);
            let text = screen.screen().contents();
            let plain = text.strip_prefix("onetwo").is_some_and(|plain| "plain".starts_with(plain));
            assert!(whole.contains(&text.as_str()) || plain, "{size}: {text:?}");
        }
        assert_eq!(shown, output[..output.len() - "\x1b[?2026hthree".len()], "{size}");
        assert_eq!(frames.rest(), b"\x1b[?2026hthree", "{size}");
    }
}
