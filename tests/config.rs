//! The config file under a pseudo-terminal: the cards of the first start, and options remembered where the user asks for it.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod terminal;

use std::path::Path;
use std::process::Command;

use terminal::Explorer;

fn open(home: &Path, arguments: &[&str]) -> Explorer {
    Explorer::open_in(&[("XDG_CONFIG_HOME", home.to_str().unwrap())], arguments)
}

#[test]
fn the_cards_come_at_the_start_until_they_are_not_wanted() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("slth/config.ron");
    // Escape skips them once, and nothing is written.
    for _ in 0..2 {
        let mut slth = open(home.path(), &["tiny"]);
        slth.shows(&["What is this?", "2 of", "Esc skip", "x never again"]);
        slth.press("\x1b");
        slth.shows(&["Architecture", "Press n"]);
        slth.leave();
        assert_eq!(slth.ends(), 0);
        slth.assert_restored();
        assert!(!home.path().join("slth").exists());
    }
    // The lesson needs no cards.
    let mut slth = open(home.path(), &["learn"]);
    slth.shows(&["Lesson, step 1"]);
    assert!(!slth.text().contains("What is this?"), "{}", slth.text());
    slth.leave();
    assert_eq!(slth.ends(), 0);
    // The other options of the file stay as they are.
    std::fs::create_dir(home.path().join("slth")).unwrap();
    std::fs::write(&file, "(fps: 7)").unwrap();
    let mut slth = open(home.path(), &["tiny", "--fps", "9"]);
    slth.shows(&["x never again"]);
    slth.press("x");
    slth.shows(&["Architecture", "remembered in"]);
    slth.leave();
    assert_eq!(slth.ends(), 0);
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains("fps: 7,") && written.contains("cards_seen: true,"), "{written}");
    let mut slth = open(home.path(), &["tiny"]);
    slth.shows(&["Architecture", "Press n"]);
    assert!(!slth.text().contains("What is this?"), "{}", slth.text());
    slth.leave();
    assert_eq!(slth.ends(), 0);
}

#[test]
fn options_are_remembered_where_the_user_asks() {
    let home = tempfile::tempdir().unwrap();
    let config = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_slth"));
        let output = command.arg("config").env("XDG_CONFIG_HOME", home.path()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let before = config();
    for text in
        ["config.ron, not there yet", "theme: Dark,", "fps: 15,", "mouse: false,", "cards_seen: false,"]
    {
        assert!(before.contains(text), "{text}: {before}");
    }
    let mut slth = open(home.path(), &["tiny", "--mouse", "--ascii", "--fps", "5"]);
    slth.shows(&["x never again"]);
    slth.press("x");
    slth.shows(&["remembered in"]);
    slth.press("T");
    slth.shows(&["theme light"]);
    slth.press("R");
    slth.shows(&["remembered in"]);
    slth.leave();
    assert_eq!(slth.ends(), 0);
    let after = config();
    for text in ["theme: Light,", "fps: 5,", "mouse: true,", "ascii: true,", "cards_seen: true,"] {
        assert!(after.contains(text), "{text}: {after}");
    }
    assert!(!after.contains("not there yet"), "{after}");
    // What `slth config` prints is a config file; mouse reports are asked for, the frames are of ASCII characters.
    std::fs::write(home.path().join("slth/config.ron"), after).unwrap();
    let mut slth = open(home.path(), &["tiny"]);
    slth.shows(&["Architecture"]);
    assert!(slth.text().is_ascii(), "{}", slth.text());
    let sent = String::from_utf8_lossy(&slth.sent()).into_owned();
    assert!(sent.contains("\x1b[?1000h"), "{sent:?}");
    slth.leave();
    assert_eq!(slth.ends(), 0);
    // The command line comes first.
    let mut slth = open(home.path(), &["tiny", "--mouse=false", "--ascii=false"]);
    slth.shows(&["Architecture", "┌"]);
    assert!(!String::from_utf8_lossy(&slth.sent()).contains("\x1b[?1000h"));
    slth.leave();
    assert_eq!(slth.ends(), 0);
}

#[test]
fn a_wrong_config_file_is_a_line_and_no_screen() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("slth")).unwrap();
    std::fs::write(home.path().join("slth/config.ron"), "(\n    theme: Purple,\n)\n").unwrap();
    let mut slth = open(home.path(), &["tiny"]);
    assert_eq!(slth.ends(), 2);
    slth.shows(&["config.ron:2:12: expected one of", "Purple"]);
    assert!(!String::from_utf8_lossy(&slth.sent()).contains('\x1b'));
    // Commands without a screen do not read it.
    let mut command = Command::new(env!("CARGO_BIN_EXE_slth"));
    let bounds = command.args(["bounds", "tiny"]).env("XDG_CONFIG_HOME", home.path()).output().unwrap();
    assert!(bounds.status.success(), "{bounds:?}");
}
