//! However the explorer ends, the terminal is as it was: modes, screen, cursor.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]
#![cfg(unix)]

mod terminal;

use std::sync::Arc;
use std::time::{Duration, Instant};

use ndarray::Array2;
use portable_pty::CommandBuilder;
use slth::experiment::Experiment;
use slth::network::Domain;
use slth::session::Session;
use slth::tui::config::Config;
use slth::tui::{Color, Options, run};
use terminal::{Explorer, PATIENCE};
use vt100::MouseProtocolMode;

fn signal(slth: &Explorer, name: &str) {
    let process = slth.child.process_id().unwrap().to_string();
    let kill = std::process::Command::new("kill").args([name, &process]).status().unwrap();
    assert!(kill.success());
}

#[test]
fn q_and_control_c() {
    for key in ["q", "\x03"] {
        let mut slth = Explorer::open(&["digits"]);
        slth.shows(&["paused"]);
        slth.press(" ");
        slth.shows(&["running"]);
        slth.press(key);
        assert_eq!(slth.ends(), 0);
        slth.assert_restored();
    }
}

/// A layer's norms take long here, and look at nothing meanwhile.
#[test]
fn q_is_obeyed_while_a_layer_is_measured() {
    const MOST: Duration = Duration::from_secs(5);
    let target = "target=Random(widths:[240,240,2],weight_bound:0.05,seed:7)";
    let mut slth = Explorer::open(&["tiny", "--set", target, "--set", "epsilon=20.0"]);
    slth.shows(&["paused"]);
    slth.press("a");
    let started = Instant::now();
    while !slth.text().contains("measuring its weights") {
        assert!(started.elapsed() < 4 * PATIENCE, "{}", slth.text());
        std::thread::sleep(Duration::from_millis(1));
    }
    let asked = Instant::now();
    slth.leave();
    assert_eq!(slth.ends(), 0);
    assert!(asked.elapsed() < MOST, "it took {:?}", asked.elapsed());
    slth.assert_restored();
}

/// At rest, and while the engine runs flat out.
#[test]
fn signals_that_end_a_program() {
    for name in ["-TERM", "-HUP", "-INT", "-QUIT"] {
        for key in ["", "a"] {
            let mut slth = Explorer::open(&["example-5"]);
            slth.shows(&["paused"]);
            slth.press(key);
            if key == "a" {
                slth.shows(&["stepping"]);
            }
            signal(&slth, name);
            // It dies of the signal, visible to the sender.
            assert_ne!(slth.ends(), 0);
            slth.assert_restored();
        }
    }
}

/// With the mouse in use it is off afterwards, whichever way the program goes, and on again when it comes back.
#[test]
fn the_mouse_is_given_back_too() {
    let reports = |slth: &Explorer| slth.screen.lock().unwrap().screen().mouse_protocol_mode();
    let mut slth = Explorer::open(&["tiny"]);
    slth.shows(&["Press n"]);
    assert_eq!(reports(&slth), MouseProtocolMode::None, "not asked for");
    slth.press("q");
    slth.ends();

    let mut slth = Explorer::open(&["tiny", "--mouse"]);
    slth.shows(&["Press n"]);
    assert_eq!(reports(&slth), MouseProtocolMode::PressRelease);
    slth.press("q");
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();

    for name in ["-TERM", "-HUP"] {
        let mut slth = Explorer::open(&["tiny", "--mouse"]);
        slth.shows(&["Press n"]);
        signal(&slth, name);
        assert_ne!(slth.ends(), 0);
        slth.assert_restored();
    }

    let mut shell = CommandBuilder::new("sh");
    let script = r#"set -m; "$0" tiny --mouse; echo "stopped"; read line; fg >/dev/null; echo "ended $?""#;
    shell.args(["-c", script, env!("CARGO_BIN_EXE_slth")]);
    let mut slth = Explorer::spawn(shell);
    slth.shows(&["Press n"]);
    slth.press("z");
    slth.shows(&["stopped"]);
    slth.assert_restored();
    slth.press("\n");
    slth.shows(&["Architecture", "Press n"]);
    assert!(slth.brackets_pastes(), "pastes are keys once the program was resumed");
    assert_eq!(reports(&slth), MouseProtocolMode::PressRelease);
    // A click on the name of a screen, as terminals send it: button 0, column and row from 1.
    let title = slth.text().lines().next().unwrap().to_owned();
    let column = title.split("4 Bounds").next().unwrap().chars().count() + 1;
    slth.press(&format!("\x1b[<0;{column};1M\x1b[<0;{column};1m"));
    slth.shows(&["Neurons per weight against"]);
    slth.press("q");
    slth.shows(&["ended 0"]);
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}

/// The summary on leaving, with the command to repeat the run; after a signal there is none.
#[test]
fn a_summary_stays() {
    let mut slth = Explorer::open(&["tiny", "--seed", "3", "--set", "epsilon=0.2"]);
    slth.shows(&["Press n"]);
    slth.press("a");
    slth.shows(&["done: the ticket holds"]);
    slth.press("q");
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
    slth.shows(&["(preset tiny, seed 3)", "hyperbolic, first-fit: every neuron drawn", "<= epsilon 0.2"]);
    slth.shows(&["again: slth run tiny --seed 3 --set epsilon=0.2"]);
    assert!(slth.text().trim().lines().count() <= 8, "{}", slth.text());

    let mut slth = Explorer::open(&["tiny"]);
    slth.shows(&["Press n"]);
    signal(&slth, "-TERM");
    assert_ne!(slth.ends(), 0);
    slth.assert_restored();
    assert_eq!(slth.text().trim(), "");
}

#[test]
fn suspended_and_resumed() {
    for keys in ["\x1a", "z"] {
        let mut shell = CommandBuilder::new("sh");
        let script = r#"set -m; "$0" tiny; echo "stopped"; read line; fg >/dev/null; echo "ended $?""#;
        shell.args(["-c", script, env!("CARGO_BIN_EXE_slth")]);
        let mut slth = Explorer::spawn(shell);
        slth.shows(&["paused", "Press n"]);
        slth.press("n");
        slth.shows(&["Neuron 0 of layer 1"]);
        slth.press(keys);
        slth.shows(&["stopped"]);
        slth.assert_restored();
        slth.press("\n");
        // All of it is drawn again, and keys work.
        slth.shows(&["Architecture", "Neuron 0 of layer 1", "space run"]);
        slth.press("n");
        slth.shows(&["Neuron 1 of layer 1"]);
        slth.press("q");
        slth.shows(&["ended 0"]);
        assert_eq!(slth.ends(), 0);
        slth.assert_restored();
    }
}

/// Without a shell to resume it, it goes on.
#[test]
fn suspending_without_a_shell_does_nothing() {
    let mut slth = Explorer::open(&["tiny"]);
    slth.shows(&["Press n"]);
    slth.press("\x1an");
    slth.shows(&["Neuron 0 of layer 1"]);
    slth.press("q");
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}

/// The terminal itself goes away, as when a connection is cut: the program ends too, and soon.
#[test]
fn a_terminal_that_goes_away() {
    let mut slth = Explorer::open(&["digits"]);
    slth.shows(&["paused"]);
    slth.press(" ");
    slth.shows(&["running"]);
    slth.hang_up();
    assert_ne!(slth.ends(), 0);
}

/// Run by [`panics`] in another process: an explorer with a failing thread.
#[test]
fn failing() {
    let Some(which) = std::env::var_os("SLTH_TEST_FAILS") else { return };
    let mut experiment = Experiment::load("tiny", None, &[]).unwrap();
    if which == "worker" {
        // Points of another width than the network's: the engine cannot multiply them.
        experiment.domain = Arc::new(Domain::Points { points: Array2::ones((4, 7)), labels: None });
    }
    let options = Options {
        color: Color::Never,
        images: None,
        config: Config { cards_seen: true, ..Config::default() },
        overrides: Vec::new(),
        lesson: false,
        large: false,
        recording: None,
        keeper: None,
        load: Box::new(|_| panic!("the list of presets has failed")),
    };
    let ended = run("tiny", Box::new(|| Session::new(experiment)), options);
    std::process::exit(match ended {
        Ok(Some(ended)) if ended.failure.is_some() => 3,
        _ => 0,
    });
}

fn failing_explorer(which: &str) -> Explorer {
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["failing", "--exact", "--nocapture"]);
    command.env("SLTH_TEST_FAILS", which);
    let slth = Explorer::spawn(command);
    slth.shows(&["paused"]);
    slth
}

#[test]
fn a_panic_of_the_engine_is_told_on_the_screen() {
    let mut slth = failing_explorer("worker");
    slth.press("a");
    slth.shows(&["the engine has failed", "internal error"]);
    slth.press("q");
    assert_eq!(slth.ends(), 3);
    slth.assert_restored();
}

#[test]
fn a_panic_of_the_screen_gives_the_terminal_back_first() {
    let mut slth = failing_explorer("screen");
    slth.press("p");
    slth.shows(&["Presets"]);
    slth.press("\r");
    slth.shows(&["the list of presets has failed"]);
    assert_ne!(slth.ends(), 0);
    slth.assert_restored();
}
