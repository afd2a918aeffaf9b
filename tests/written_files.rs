//! Output files of commands: written before the text, never over each other, whole or absent however the program ends.
#![allow(missing_docs, clippy::unwrap_used)]
#![cfg(unix)]

mod calls;

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use calls::{TINY_RON, interruptible, names, text};
use rustix::process::{Pid, Signal, kill_process};

/// A call in a folder of its own.
fn slth(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = interruptible();
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).env_remove("COLUMNS");
    command
}

/// A call in a folder of its own, from a shell that redirects its output.
fn redirected(folder: &Path, arguments: &[&str], to: &str) -> Command {
    let script = format!("exec \"$0\" \"$@\" {to}");
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_slth")]).args(arguments).current_dir(folder);
    command
}

/// Whether a ticket or a table is complete.
fn is_whole(path: &Path) -> bool {
    let bytes = std::fs::read(path).unwrap();
    match path.extension().unwrap().to_str().unwrap() {
        // An archive's directory follows its files.
        "npz" => {
            let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
            (0..zip.len()).all(|file| zip.by_index(file).unwrap().read_to_end(&mut Vec::new()).is_ok())
        }
        "svg" => roxmltree::Document::parse(std::str::from_utf8(&bytes).unwrap()).is_ok(),
        _ => bytes.ends_with(b"\n"),
    }
}

/// A standard output without a reader.
fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// One line on standard error, a slow machine's progress apart.
fn message(output: &Output) -> String {
    let told = String::from_utf8(output.stderr.clone()).unwrap();
    told.lines().filter(|line| !line.ends_with("so far")).collect::<Vec<_>>().join("\n")
}

/// Every command with output files, and the files.
const WRITERS: [(&[&str], &[&str]); 6] = [
    (&["run", "tiny", "--csv", "o.csv", "--ticket", "t.npz"], &["o.csv", "t.npz"]),
    (&["run", "tiny", "--json", "--csv", "o.csv", "--ticket", "t.npz"], &["o.csv", "t.npz"]),
    (&["run", "tiny", "--csv", "o.csv", "--checkpoint", "c"], &["o.csv"]),
    (&["compare", "tiny", "--csv", "o.csv"], &["o.csv"]),
    (&["check", "tiny", "--runs", "5", "--csv", "o.csv", "--svg", "p.svg"], &["o.csv", "p.svg"]),
    (&["check", "tiny", "--runs", "5", "--json", "--csv", "o.csv", "--svg", "p.svg"], &["o.csv", "p.svg"]),
];

/// Every command without output files.
const PRINTERS: [&[&str]; 12] = [
    &["run", "tiny"],
    &["bounds", "tiny"],
    &["bounds", "tiny", "--json"],
    &["inspect", "tiny"],
    &["presets"],
    &["presets", "show", "tiny"],
    &["presets", "from", "tiny"],
    &["completions", "bash"],
    &["man"],
    &["--help"],
    &["run", "--help"],
    &["--version"],
];

#[test]
fn files_are_written_whoever_reads_the_text() {
    for (arguments, files) in WRITERS {
        for standard_output in ["pipe", "closed", "full"] {
            let folder = tempfile::tempdir().unwrap();
            let mut command = slth(folder.path(), arguments);
            match standard_output {
                "pipe" => command.stdout(closed_pipe()),
                "full" => command.stdout(File::options().write(true).open("/dev/full").unwrap()),
                _ => {
                    command = redirected(folder.path(), arguments, ">&-");
                    &mut command
                }
            };
            let output = command.stderr(Stdio::piped()).output().unwrap();
            let case = format!("{arguments:?} {standard_output}");
            let mut left: Vec<&str> = files.to_vec();
            if standard_output == "full" {
                let says = "slth: standard output: expected a writable file, found: No space left on device";
                let told = message(&output);
                assert_eq!(output.status.code(), Some(2), "{case}: {told}");
                assert!(told.starts_with(says) && told.lines().count() == 1, "{case}: {told}");
                // The text is one of the results.
                left.extend(arguments.contains(&"c").then_some("c"));
            } else {
                assert_eq!((output.status.code(), message(&output).as_str()), (Some(0), ""), "{case}");
            }
            left.sort();
            assert_eq!(names(folder.path()), left, "{case}");
            assert!(files.iter().all(|file| is_whole(&folder.path().join(file))), "{case}");
        }
    }
}

/// No file may grow: older files stay, every missing one is named, and the text is printed all the same.
#[test]
fn a_disk_that_takes_nothing_costs_nothing_that_was_there() {
    // With a checkpoint the run is refused before it begins.
    for (arguments, files) in WRITERS.into_iter().filter(|(arguments, _)| !arguments.contains(&"c")) {
        let folder = tempfile::tempdir().unwrap();
        files.iter().for_each(|file| std::fs::write(folder.path().join(file), "older").unwrap());
        let words =
            [&["-c", "ulimit -f 0; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_slth")], arguments].concat();
        let output = Command::new("sh").args(words).current_dir(folder.path()).output().unwrap();
        let told = message(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        let missing = |file: &&str| {
            format!("slth: {file}: expected a writable file, found: File too large (os error 27)")
        };
        let expected: Vec<String> = files.iter().map(missing).collect();
        assert_eq!(told.lines().collect::<Vec<_>>(), expected, "{arguments:?}");
        assert!(output.stdout.len() > 200 && output.stdout.ends_with(b"\n"), "{arguments:?}");
        assert_eq!(names(folder.path()), files, "{arguments:?}");
        for file in files {
            assert_eq!(std::fs::read(folder.path().join(file)).unwrap(), b"older", "{arguments:?} {file}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let script = "ulimit -f 0; exec \"$0\" run tiny --checkpoint c";
    let words = ["-c", script, env!("CARGO_BIN_EXE_slth")];
    let output = Command::new("sh").args(words).current_dir(folder.path()).output().unwrap();
    assert_eq!((output.status.code(), names(folder.path())), (Some(2), Vec::new()), "{}", message(&output));
}

#[test]
fn a_text_that_cannot_be_written_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in PRINTERS {
        for locale in ["C", "C.UTF-8"] {
            let full = File::options().write(true).open("/dev/full").unwrap();
            let output = slth(folder.path(), arguments).env("LC_ALL", locale).stdout(full).output().unwrap();
            let told = message(&output);
            let says = "slth: standard output: expected a writable file, found: No space left on device";
            assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
            assert!(told.starts_with(says) && told.lines().count() == 1, "{arguments:?}: {told}");
            let mut command = slth(folder.path(), arguments);
            let output = command.env("LC_ALL", locale).stdout(closed_pipe()).output().unwrap();
            assert_eq!((output.status.code(), message(&output).as_str()), (Some(0), ""), "{arguments:?}");
        }
    }
}

/// The text was this run's only result and had no reader; the checkpoint can print it again.
#[test]
fn a_checkpoint_stays_where_no_result_was_taken() {
    let folder = tempfile::tempdir().unwrap();
    let run = ["run", "tiny", "--checkpoint", "c"];
    let json = ["run", "tiny", "--json", "--checkpoint", "c"];
    // As daemons open it.
    let null: Stdio = File::options().read(true).write(true).open("/dev/null").unwrap().into();
    for (arguments, to, out) in [
        (&run[..], "", closed_pipe()),
        (&run, "", null),
        (&run, ">&-", Stdio::piped()),
        (&json, ">&-", Stdio::piped()),
        (&json, ">&- <&- 2>&-", Stdio::piped()),
    ] {
        let output = redirected(folder.path(), arguments, to).stdout(out).output().unwrap();
        assert_eq!((output.status.code(), message(&output).as_str()), (Some(0), ""), "{arguments:?} {to}");
        assert_eq!((names(folder.path()), output.stdout.len()), (vec!["c".to_owned()], 0), "{to}");
        let output = redirected(folder.path(), arguments, "").output().unwrap();
        assert!(output.stdout.ends_with(b"\n") && output.status.success(), "{arguments:?}");
        assert!(names(folder.path()).is_empty(), "{arguments:?}");
    }
    // `> /dev/null` is a deliberate choice.
    assert!(redirected(folder.path(), &run, ">/dev/null").status().unwrap().success());
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_file_that_is_a_closed_pipe_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    for (option, command) in [("--csv", "run"), ("--ticket", "run"), ("--csv", "compare"), ("--svg", "check")]
    {
        let output = slth(folder.path(), &[command, "tiny", option, "/dev/stdout", "--seed", "3"])
            .stdout(closed_pipe())
            .output()
            .unwrap();
        let told = message(&output);
        assert_eq!(output.status.code(), Some(2), "{command} {option}: {told}");
        assert_eq!(told, "slth: /dev/stdout: expected a writable file, found: Broken pipe (os error 32)");
    }
    for name in ["/dev/stdout", "/dev/fd/1", "/dev/stderr"] {
        let words = ["run", "tiny", "--csv", name];
        let closed = if name == "/dev/stderr" { "2>&-" } else { ">&-" };
        let output = redirected(folder.path(), &words, closed).output().unwrap();
        let says = format!("slth: {name}: expected a writable file, found: it is closed");
        let told = if name == "/dev/stderr" { String::new() } else { says };
        assert_eq!((output.status.code(), message(&output)), (Some(2), told), "{name}");
        assert!(redirected(folder.path(), &words, ">/dev/null 2>&1").status().unwrap().success(), "{name}");
    }
    assert!(names(folder.path()).is_empty());
}

#[test]
fn what_was_typed_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let not_text = "expected text in UTF-8, found other bytes";
    for (words, place, says) in [
        ("run tiny --checkpoint /dev/stdout | cat", "/dev/stdout", "it is a device or a pipe"),
        ("run ''", "''", "expected a .ron file, a weight file"),
        ("$(printf 'a\\377.ron')", "a\u{fffd}.ron", not_text),
        ("run tiny --csv $(printf 'a\\377') --set $(printf 'title=\\377')", "title=\u{fffd}", not_text),
    ] {
        let script = format!("\"$0\" {words}");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_slth")]).current_dir(folder.path());
        let told = message(&command.env("LC_ALL", "C.UTF-8").output().unwrap());
        assert!(told.starts_with(&format!("slth: {place}: ")) && told.contains(says), "{words}: {told}");
        assert_eq!(told.lines().count(), 1, "{words}: {told}");
    }
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_table_and_the_text_share_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let run = ["run", "tiny", "--csv", "/dev/stdout"];
    let piped = String::from_utf8(slth(folder.path(), &run).output().unwrap().stdout).unwrap();
    let (table, report) = piped.split_once("\n\n").unwrap_or((&piped, ""));
    assert!(table.starts_with("construction,") && piped.ends_with(".\n"), "{table} {report}");
    std::fs::write(at("log"), "before\n").unwrap();
    let log = File::options().append(true).open(at("log")).unwrap();
    assert!(slth(folder.path(), &run).stdout(log).status().unwrap().success());
    let log = std::fs::read_to_string(at("log")).unwrap();
    assert!(log.starts_with("before\nconstruction,") && log.ends_with(".\n"), "{log}");
    assert_eq!(log.lines().count(), piped.lines().count() + 1);
}

/// The new contents of a folder, byte for byte.
#[track_caller]
fn refused(folder: &Path, arguments: &[&str], says: &str) {
    let contents = |folder: &Path| -> Vec<_> {
        names(folder).into_iter().map(|name| (std::fs::read(folder.join(&name)).ok(), name)).collect()
    };
    let before = contents(folder);
    let output = slth(folder, arguments).output().unwrap();
    let told = message(&output);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
    assert_eq!(told, format!("slth: {says}"), "{arguments:?}");
    assert!(contents(folder) == before && output.stdout.is_empty(), "{arguments:?}");
}

#[test]
fn no_file_is_written_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for file in ["digits-mlp.safetensors", "digits-test-inputs.npy", "digits-test-labels.npy"] {
        std::fs::copy(Path::new("presets").join(file), at(file)).unwrap();
    }
    std::fs::write(at("p.ron"), text(&["presets", "show", "digits"]).replace("built-in:", "")).unwrap();
    std::fs::write(at("old"), "old").unwrap();
    symlink("new", at("dangling")).unwrap();
    symlink("old", at("link")).unwrap();
    symlink(".", at("folder")).unwrap();
    symlink("p.ron", at("preset-link")).unwrap();
    std::fs::hard_link(at("digits-mlp.safetensors"), at("hard")).unwrap();
    let own =
        |what: &str, other: &str| format!("{what}: expected a file of its own, found the one of {other}");
    for (one, other) in
        [("new", "new"), ("new", "./new"), ("dangling", "folder/new"), ("old", "link"), ("old", "old")]
    {
        let (csv, other_as) = (format!("--csv {one}"), |option: &str| format!("{option} {other}"));
        refused(
            folder.path(),
            &["run", "tiny", "--csv", one, "--ticket", other],
            &own(&other_as("--ticket"), &csv),
        );
        refused(
            folder.path(),
            &["run", "tiny", "--csv", one, "--checkpoint", other],
            &own(&other_as("--checkpoint"), &csv),
        );
        refused(
            folder.path(),
            &["check", "tiny", "--csv", one, "--svg", other],
            &own(&other_as("--svg"), &csv),
        );
    }
    let preset = "the preset p.ron";
    let data = |file: &str| format!("{file}, which is read");
    for (path, other) in [
        ("p.ron", preset.to_owned()),
        ("preset-link", preset.to_owned()),
        ("digits-mlp.safetensors", data("digits-mlp.safetensors")),
        ("hard", data("digits-mlp.safetensors")),
        ("folder/digits-test-inputs.npy", data("digits-test-inputs.npy")),
        ("digits-test-labels.npy", data("digits-test-labels.npy")),
    ] {
        for (command, option) in [
            ("run", "--csv"),
            ("run", "--ticket"),
            ("run", "--checkpoint"),
            ("compare", "--csv"),
            ("check", "--svg"),
        ] {
            refused(
                folder.path(),
                &[command, "p.ron", option, path],
                &own(&format!("{option} {path}"), &other),
            );
        }
    }
    let lock = folder.path().canonicalize().unwrap().join("c.slth-lock");
    refused(
        folder.path(),
        &["run", "tiny", "--csv", "c.slth-lock", "--checkpoint", "c"],
        &own(&format!("the checkpoint's lock {}", lock.display()), "--csv c.slth-lock"),
    );
    let weights = "digits-mlp.safetensors";
    refused(folder.path(), &["run", weights, "--ticket", "hard"], &own("--ticket hard", &data(weights)));
    // Standard output redirected to the file would overwrite it too.
    let log = File::create(at("log")).unwrap();
    let output = slth(folder.path(), &["run", "tiny", "--csv", "log"]).stdout(log).output().unwrap();
    let told = message(&output);
    assert_eq!(told, format!("slth: {}", own("--csv log", "standard output")));
    assert_eq!((output.status.code(), std::fs::read(at("log")).unwrap().len()), (Some(2), 0));
    // Writing to a device destroys nothing.
    let null = ["check", "tiny", "--runs", "2", "--csv", "/dev/null", "--svg", "/dev/null"];
    assert!(slth(folder.path(), &null).output().unwrap().status.success());
}

/// Before anything is computed, by every command that reads a file.
#[test]
fn no_text_is_written_over_what_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for file in ["digits-mlp.safetensors", "digits-test-inputs.npy", "digits-test-labels.npy"] {
        std::fs::copy(Path::new("presets").join(file), at(file)).unwrap();
    }
    std::fs::write(at("p.ron"), text(&["presets", "show", "digits"]).replace("built-in:", "")).unwrap();
    symlink("p.ron", at("link.ron")).unwrap();
    let reads_presets: [&[&str]; 9] = [
        &["link.ron"],
        &["run", "p.ron"],
        &["run", "p.ron", "--json"],
        &["compare", "p.ron"],
        &["check", "p.ron", "--runs", "3"],
        &["bounds", "p.ron"],
        &["inspect", "p.ron", "--json"],
        &["presets", "from", "p.ron"],
        &["presets", "show", "p.ron"],
    ];
    let reads_weights: [&[&str]; 7] = [
        &["digits-mlp.safetensors"],
        &["run", "digits-mlp.safetensors"],
        &["compare", "digits-mlp.safetensors"],
        &["check", "digits-mlp.safetensors"],
        &["bounds", "digits-mlp.safetensors"],
        &["inspect", "digits-mlp.safetensors"],
        &["presets", "from", "digits-mlp.safetensors"],
    ];
    let of_preset = reads_presets.map(|arguments| {
        let name = arguments.iter().find(|word| word.ends_with(".ron")).unwrap();
        (arguments, "p.ron", format!("the preset {name}"))
    });
    let of_weights = reads_weights.map(|arguments| {
        (arguments, "digits-mlp.safetensors", "digits-mlp.safetensors, which is read".to_owned())
    });
    let points = "digits-test-inputs.npy";
    let run: &[&str] = &["run", "p.ron"];
    let of_points = [(run, points, format!("{points}, which is read"))];
    for (arguments, file, other) in of_preset.into_iter().chain(of_weights).chain(of_points) {
        for appends in [true, false] {
            let before = std::fs::read(at(file)).unwrap();
            let out = File::options().append(appends).write(true).read(true).open(at(file)).unwrap();
            let output = slth(folder.path(), arguments).stdout(out).output().unwrap();
            let told = message(&output);
            let says = format!("slth: standard output: expected a file of its own, found the one of {other}");
            assert_eq!((output.status.code(), told), (Some(2), says), "{arguments:?}");
            assert!(std::fs::read(at(file)).unwrap() == before, "{arguments:?}");
        }
    }
    // Another file is none of theirs.
    let log = File::create(at("log")).unwrap();
    assert!(slth(folder.path(), &["bounds", "p.ron"]).stdout(log).status().unwrap().success());
    assert!(std::fs::read(at("log")).unwrap().len() > 200);
}

#[test]
fn what_is_replaced_keeps_its_permissions_and_its_links() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("t.npz"), "old").unwrap();
    std::fs::set_permissions(at("t.npz"), std::fs::Permissions::from_mode(0o604)).unwrap();
    symlink("t.npz", at("link")).unwrap();
    symlink("new.csv", at("dangling")).unwrap();
    // A link under a predictable temporary name, as a trap.
    std::fs::write(at("precious"), "precious").unwrap();
    symlink("precious", at("c.slth-part")).unwrap();
    let words = ["run", "tiny", "--ticket", "link", "--csv", "dangling", "--checkpoint", "c", "--every", "0"];
    assert!(slth(folder.path(), &words).output().unwrap().status.success());
    assert_eq!(std::fs::metadata(at("t.npz")).unwrap().mode() & 0o777, 0o604);
    assert!(is_whole(&at("t.npz")) && is_whole(&at("new.csv")));
    assert_eq!(std::fs::read(at("precious")).unwrap(), b"precious");
    let left = ["c.slth-part", "dangling", "link", "new.csv", "precious", "t.npz"];
    assert_eq!(names(folder.path()), left);
}

/// Signals at moments all over a run leave an older file or a whole new one, and nothing beside it.
#[test]
fn no_signal_leaves_a_part_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("p.ron"), TINY_RON).unwrap();
    let writers: [&[&str]; 3] = [
        &["run", "digits", "--csv", "o.csv", "--ticket", "t.npz"],
        &["compare", "ladder", "--csv", "o.csv"],
        &["check", "tiny", "--runs", "100000", "--csv", "o.csv", "--svg", "p.svg"],
    ];
    let mut milliseconds = 1;
    for arguments in writers {
        for signal in [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT, Signal::KILL] {
            std::fs::write(at("o.csv"), "older\n").unwrap();
            let mut child =
                slth(folder.path(), arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            milliseconds = (milliseconds * 3 / 2 + 3) % 700;
            let wait = Duration::from_millis(milliseconds);
            std::thread::sleep(wait);
            let _ = kill_process(Pid::from_child(&child), signal);
            // Ctrl-C ends a check with its results so far.
            let sent = Instant::now();
            let status = child.wait().unwrap();
            let case = format!("{arguments:?} {signal:?} after {wait:?}: {status}");
            assert!(sent.elapsed() < Duration::from_secs(20), "{case}");
            assert!(status.signal() == Some(signal.as_raw()) || status.code().is_some(), "{case}");
            let known = ["o.csv", "p.ron", "p.svg", "t.npz"];
            assert!(names(folder.path()).iter().all(|name| known.contains(&name.as_str())), "{case}");
            for file in ["o.csv", "p.svg", "t.npz"] {
                assert!(!at(file).exists() || is_whole(&at(file)), "{case}: {file}");
                let _ = std::fs::remove_file(at(file));
            }
        }
    }
}

/// `nohup`, and shells whose background jobs outlive them.
#[test]
fn a_signal_that_was_ignored_stays_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let script = "trap '' HUP INT; exec \"$0\" run digits --ticket t.npz";
    let mut child = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_slth")])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    for signal in [Signal::HUP, Signal::INT, Signal::HUP] {
        std::thread::sleep(Duration::from_millis(100));
        kill_process(Pid::from_child(&child), signal).unwrap();
    }
    assert!(child.wait().unwrap().success());
    assert!(is_whole(&folder.path().join("t.npz")));
}
