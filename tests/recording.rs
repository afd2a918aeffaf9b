//! Sessions recorded under a pseudo-terminal, and read back.
#![cfg(unix)]
#![allow(missing_docs, clippy::unwrap_used)]

mod terminal;

use std::fs;
use std::path::Path;

use portable_pty::PtySize;
use serde_json::Value;
use terminal::{Explorer, parser};

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_session_is_played_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.cast");
    let mut slth = Explorer::open(&["tiny", "--record", path.to_str().unwrap()]);
    slth.shows(&["paused", "Press n"]);
    slth.press("a");
    slth.shows(&["done: the ticket holds"]);
    slth.resize(PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 });
    slth.shows(&["192 of 192 demands met"]);
    slth.press("?");
    slth.shows(&["What is this?"]);
    assert!(!path.exists(), "the file is there before it is complete");
    slth.leave();
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
    let lines = lines(&path);
    assert_eq!(
        (&lines[0]["version"], &lines[0]["width"], &lines[0]["height"]),
        (&2.into(), &80.into(), &24.into())
    );
    assert_eq!(lines[0]["title"], "slth tiny");
    // A player: each event in its turn, to the same screen.
    let (mut played, mut output, mut time, mut seen) = (parser(24, 80), String::new(), 0.0, 0);
    for event in &lines[1..] {
        assert!(event[0].as_f64().unwrap() >= time);
        time = event[0].as_f64().unwrap();
        let data = event[2].as_str().unwrap();
        if event[1] == "r" {
            assert_eq!(data, "120x40");
            played.screen_mut().set_size(40.try_into().unwrap(), 120.try_into().unwrap());
            seen |= 2;
            continue;
        }
        assert_eq!(event[1], "o");
        played.process(data.as_bytes());
        output.push_str(data);
        let shown = played.screen().contents();
        seen |= usize::from(shown.contains("done: the ticket holds"));
        seen |= 4 * usize::from(shown.contains("What is this?"));
    }
    assert_eq!(seen, 7);
    assert!(!played.screen().alternate_screen() && time < 60.0);
    // Nothing was left out or added: the terminal was sent this, then the summary.
    let sent = String::from_utf8(slth.sent()).unwrap();
    let after = sent.strip_prefix(&output).expect("the recording is not what was sent");
    assert!(after.contains("again: slth run tiny"), "{after}");
}

#[test]
fn what_cannot_be_recorded_is_refused_before_the_screen_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let (older, nowhere) = (folder.path().join("older.cast"), folder.path().join("no/folder.cast"));
    fs::write(&older, "older").unwrap();
    for path in [&older, &nowhere] {
        let mut slth = Explorer::open(&["tiny", "--record", path.to_str().unwrap()]);
        assert_eq!(slth.ends(), 2);
        // The last words may be read after the end.
        slth.shows(&[".cast: "]);
        let sent = String::from_utf8(slth.sent()).unwrap();
        assert!(sent.contains(".cast: ") && !sent.contains("\x1b[?1049h"), "{sent}");
    }
    assert_eq!(fs::read_to_string(&older).unwrap(), "older");
}

#[test]
fn a_killed_session_leaves_no_half_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.cast");
    let mut slth = Explorer::open(&["tiny", "--record", path.to_str().unwrap()]);
    slth.shows(&["paused", "Press n"]);
    let process = slth.child.process_id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &process]).status().unwrap().success());
    slth.ends();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
