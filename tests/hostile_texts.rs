//! Texts with hidden, deceptive or terminal-driving characters, wherever a user's text can enter: none of them leaves the
//! program raw, and files read back unchanged.
#![allow(missing_docs, clippy::unwrap_used)]

mod calls;
mod terminal;

use std::path::Path;
use std::process::Output;

use calls::TINY_RON;
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use slth::visible::{is_hidden, visible};
use tempfile::TempDir;
use terminal::Explorer;

/// One of each kind, a text each.
const HOSTILE: [&str; 10] = [
    "red\x1b[31mred\x1b]0;EVIL\x07",
    "bell\x07\x08\x0b\x7fdelete",
    "c1\u{9b}2J\u{85}\u{90}end",
    "over\u{202e}nor.tsac\u{202c}ride",
    "iso\u{2066}lated\u{2069}\u{200f}\u{61c}",
    "zero\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}width",
    "soft\u{ad}\u{34f}\u{fe0f}\u{e0041}tag",
    "line\u{2028}and\u{2029}paragraph",
    "two\nlines\tand\rmore",
    "no\u{fffe}\u{ffff}\u{fdd0}xml <&>\"'`$",
];

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn slth(&self, arguments: &[&str]) -> Output {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_slth"));
        command.args(arguments).current_dir(self.0.path()).env("LC_ALL", "C.UTF-8").env_remove("COLUMNS");
        command.output().unwrap()
    }

    fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        std::fs::write(self.0.path().join(name), contents).unwrap();
    }

    fn read(&self, name: &str) -> String {
        String::from_utf8(std::fs::read(self.0.path().join(name)).unwrap()).unwrap()
    }
}

/// A text in RON.
fn quoted(text: &str) -> String {
    ron::to_string(text).unwrap()
}

fn titled(title: &str) -> String {
    TINY_RON.replace("\"Tiny: 2-3-2, twelve weights\"", &quoted(title))
}

/// No hidden character but the ends of lines.
fn assert_clean(bytes: &[u8], of: &str) -> String {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let hidden = text.chars().find(|&c| c != '\n' && is_hidden(c));
    assert_eq!(hidden, None, "{of}\n{text}");
    text
}

/// Both streams of a call are clean.
fn clean(output: &Output, of: &str) -> (String, String) {
    assert!(output.status.code().is_some_and(|code| code <= 2), "{of}: {:?}", output.status);
    (assert_clean(&output.stdout, of), assert_clean(&output.stderr, of))
}

/// A refusal in one line of bearable length.
fn refused(output: &Output, of: &str) -> String {
    let (out, message) = clean(output, of);
    assert_eq!(
        (output.status.code(), out.as_str(), message.lines().count()),
        (Some(2), "", 1),
        "{of}\n{message}"
    );
    assert!(message.chars().count() < 400 && message.contains("expected"), "{of}\n{message}");
    message
}

#[test]
fn titles_are_shown_in_every_report_and_read_back_as_they_were() {
    let folder = Folder::new();
    for title in HOSTILE {
        folder.write("p.ron", titled(title));
        for call in ["run p.ron", "compare p.ron", "check p.ron --runs 5", "bounds p.ron", "inspect p.ron"] {
            let words: Vec<&str> = call.split(' ').collect();
            let text = clean(&folder.slth(&words), call).0;
            let has_title = !call.starts_with("inspect");
            assert!(
                !has_title || text.lines().next().unwrap().starts_with(&*visible(title)),
                "{call}\n{text}"
            );
            let json = clean(&folder.slth(&[&words[..], &["--json"]].concat()), call).0;
            let json: serde_json::Value = serde_json::from_str(&json).unwrap();
            assert!(!has_title || json["title"] == *title, "{call}");
        }
        let call = ["check", "p.ron", "--runs", "5", "--svg", "c.svg", "--csv", "c.csv"];
        clean(&folder.slth(&call), "files of check");
        let svg = assert_clean(folder.read("c.svg").as_bytes(), "svg");
        let picture = roxmltree::Document::parse(&svg).unwrap();
        let shows =
            |node: roxmltree::Node<'_, '_>| node.text().is_some_and(|text| text.contains(&*visible(title)));
        assert!(picture.descendants().any(shows), "{svg}");
        assert_clean(folder.read("c.csv").as_bytes(), "csv");
        clean(&folder.slth(&["run", "p.ron", "--csv", "/dev/stdout"]), "csv on standard output");
        for ascii in [&[][..], &["--ascii"]] {
            for call in [["presets", "from", "p.ron"], ["presets", "show", "p.ron"]] {
                let printed = clean(&folder.slth(&[&call[..], ascii].concat()), "presets").0;
                folder.write("again.ron", printed);
                let json = folder.slth(&["bounds", "again.ron", "--json"]).stdout;
                let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
                assert_eq!(json["title"], *title, "{call:?}");
            }
        }
    }
}

/// As in a file written by hand: nothing is escaped.
#[test]
fn a_preset_with_raw_characters_is_shown_and_reads_back() {
    let folder = Folder::new();
    for title in HOSTILE.iter().filter(|title| !title.contains('"')) {
        let raw = TINY_RON.replace("Tiny: 2-3-2, twelve weights", title).replacen(
            '(',
            &format!("( // {}\n", title.replace('\n', " ")),
            1,
        );
        folder.write("p.ron", raw);
        let shown = clean(&folder.slth(&["presets", "show", "p.ron"]), "show").0;
        folder.write("shown.ron", &shown);
        for name in ["p.ron", "shown.ron"] {
            let json = folder.slth(&["bounds", name, "--json"]).stdout;
            let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
            assert_eq!(json["title"], **title, "{shown}");
        }
    }
}

#[test]
fn names_of_files_and_tensors_are_shown_and_read_back() {
    let folder = Folder::new();
    for hostile in HOSTILE {
        // No file system has them all.
        let name = hostile.replace(['<', '>', '"', '`', '$'], "");
        let weights: Vec<u8> = [0.5_f64, -0.5, 0.25, 0.125].iter().flat_map(|w| w.to_le_bytes()).collect();
        let matrix = TensorView::new(Dtype::F64, vec![2, 2], &weights).unwrap();
        let step = TensorView::new(Dtype::F64, vec![1], &weights[..8]).unwrap();
        let (matrix_name, step_name) = (format!("{hostile}.weight"), format!("{hostile}.step"));
        let bytes = safetensors::serialize([(&matrix_name, matrix), (&step_name, step)], None).unwrap();
        let file = format!("{name}.safetensors");
        folder.write(&file, bytes);
        folder.write(&format!("{name}.ron"), titled("plain"));
        for call in [["inspect", &file], ["bounds", &file], ["run", &file], ["run", &format!("{name}.ron")]] {
            let output = folder.slth(&call);
            assert!(output.status.success(), "{:?}", clean(&output, "file"));
            let text = clean(&output, "file").0;
            assert!(call[1].ends_with("ron") || text.contains(&*visible(&matrix_name)), "{text}");
        }
        let inspected = folder.slth(&["inspect", &file, "--json"]);
        let json: serde_json::Value = serde_json::from_str(&clean(&inspected, "json").0).unwrap();
        assert_eq!(
            (&json["layers"][0]["tensor"]["name"], &json["file"]),
            (&matrix_name.into(), &(&*file).into())
        );
        let printed = clean(&folder.slth(&["presets", "from", &file]), "from").0;
        folder.write("from.ron", printed);
        assert!(folder.slth(&["bounds", "from.ron"]).status.success());
        // The refusal of a file without a network names its tensors.
        folder.write(
            "none.safetensors",
            safetensors::serialize(
                [(&step_name, TensorView::new(Dtype::F64, vec![1], &weights[..8]).unwrap())],
                None,
            )
            .unwrap(),
        );
        refused(&folder.slth(&["inspect", "none.safetensors"]), "no matrix");
        refused(&folder.slth(&["inspect", &file, "--layers", &format!("no-{hostile}")]), "--layers");
        folder.write(&format!("{name}.npz"), "no archive");
        refused(&folder.slth(&["inspect", &format!("{name}.npz")]), "no archive");
    }
}

/// Wrong arguments and fields.
fn refusals(hostile: &str) -> Vec<Vec<String>> {
    let set = |value: String| vec!["run".to_owned(), "tiny".to_owned(), "--set".to_owned(), value];
    let quoted = quoted(hostile);
    let mut all: Vec<Vec<String>> = [
        format!("{hostile}=1"),
        hostile.to_owned(),
        format!("epsilon={hostile}"),
        format!("epsilon={quoted}"),
        format!("mode={hostile}"),
        format!("target=File(path: {quoted})"),
        format!("target={hostile}"),
        format!("inputs=File(path: {quoted})"),
        format!("inputs=File(path: \"built-in:digits-test-inputs.npy\", labels: {quoted})"),
        format!("target=Random(widths: [2, 2], weight_bound: 1, activation: r#{hostile})"),
        format!("constructions=[{hostile}]"),
    ]
    .map(set)
    .into();
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    all.extend([
        words(&["run", hostile]),
        words(&["presets", "show", hostile]),
        words(&["presets", "from", hostile]),
        words(&["run", "tiny", "--csv", &format!("{hostile}/none.csv")]),
        words(&["run", "tiny", "--ticket", &format!("{hostile}/none.npz")]),
        words(&["run", "tiny", "--checkpoint", &format!("{hostile}/none")]),
        words(&["run", "tiny", "--seed", hostile]),
        words(&["run", "tiny", "--threads", hostile]),
        words(&["run", "net.npz", "--activation", hostile]),
        words(&["check", "tiny", "--runs", hostile]),
    ]);
    all
}

#[test]
fn whatever_is_wrong_is_named_in_one_line() {
    let folder = Folder::new();
    for hostile in HOSTILE {
        for words in refusals(hostile) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            refused(&folder.slth(&words), &format!("{words:?}"));
        }
        // clap's messages take several lines, none with the user's text.
        for words in [
            vec!["run", "tiny", "--color", hostile],
            vec!["run", "tiny", hostile],
            vec!["run", "tiny", &format!("--{hostile}")],
            vec!["presets", hostile],
            vec!["completions", hostile],
            vec!["--theme", hostile],
        ] {
            let (_, message) = clean(&folder.slth(&words), &format!("{words:?}"));
            let plain = clean(
                &folder.slth(
                    &words
                        .iter()
                        .map(|word| word.replace(hostile, "x"))
                        .collect::<Vec<_>>()
                        .iter()
                        .map(String::as_str)
                        .collect::<Vec<_>>(),
                ),
                "plain",
            )
            .1;
            assert!(message.lines().count() <= plain.lines().count() + 4, "{message}\n{plain}");
        }
    }
}

#[test]
fn a_wrong_field_of_a_file_is_named_in_one_line() {
    let folder = Folder::new();
    for hostile in HOSTILE {
        for (from, to) in [
            ("epsilon:", format!("{hostile}:")),
            ("epsilon:", format!("r#{hostile}:")),
            ("Explicit(", format!("{hostile}(")),
            ("Ball(radius: 1.0)", format!("File(path: {})", quoted(hostile))),
            ("seed: 1", format!("seed: {hostile}")),
        ] {
            let text = TINY_RON.replace(from, &to);
            assert_ne!(text, TINY_RON, "{from}");
            folder.write("p.ron", text);
            refused(&folder.slth(&["run", "p.ron"]), &to);
        }
    }
}

#[test]
fn values_of_any_length_are_shortened() {
    let folder = Folder::new();
    // As long as Linux lets one argument be.
    for long in ["x".repeat(100_000), "\x1b".repeat(10_000), "x,".repeat(50_000), "(".repeat(100_000)] {
        for words in refusals(&long) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            refused(&folder.slth(&words), &words.join(" ").chars().take(60).collect::<String>());
        }
        let title = format!("title={}", quoted(&long));
        for call in [["run", "tiny"], ["bounds", "tiny"], ["compare", "tiny"], ["presets", "from"]] {
            let name = if call[0] == "presets" { &["tiny"][..] } else { &[] };
            let words = [&call[..], name, &["--set", &title]].concat();
            let text = clean(&folder.slth(&words), "title").0;
            assert!(call[0] == "presets" || text.lines().all(|line| line.chars().count() <= 130), "{text}");
        }
        let check = ["check", "tiny", "--runs", "5", "--svg", "c.svg", "--set", &title];
        clean(&folder.slth(&check), "check");
        assert!(folder.read("c.svg").len() < 1_000_000);
    }
    // A megabyte in a file.
    let long = "y".repeat(1 << 20);
    for (from, to) in [
        ("epsilon: 0.1", format!("epsilon: \"{long}\"")),
        ("epsilon:", format!("{long}:")),
        ("Ball(radius: 1.0)", long.clone()),
        ("Ball(radius: 1.0)", format!("File(path: \"{long}\")")),
    ] {
        folder.write("p.ron", TINY_RON.replace(from, &to));
        refused(&folder.slth(&["run", "p.ron"]), from);
    }
}

#[cfg(unix)]
#[test]
fn paths_that_are_no_text_are_shown() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    let bad = OsStr::from_bytes(b"bad\xff\x1b[31m\x9b.csv");
    let missing = Path::new("no").join(bad);
    for (option, path) in [
        ("--csv", missing.as_os_str()),
        ("--ticket", missing.as_os_str()),
        ("--checkpoint", missing.as_os_str()),
    ] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_slth"));
        command.args(["run", "tiny", option]).arg(path).current_dir(folder.0.path()).env("LC_ALL", "C.UTF-8");
        refused(&command.output().unwrap(), option);
    }
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_slth"));
    command.arg("run").arg(bad).current_dir(folder.0.path()).env("LC_ALL", "C.UTF-8");
    clean(&command.output().unwrap(), "preset");
}

#[test]
fn the_environment_is_not_repeated() {
    let folder = Folder::new();
    for hostile in HOSTILE {
        for name in ["COLUMNS", "LANG", "LC_ALL", "TERM", "COLORTERM", "COLORFGBG", "NO_COLOR"] {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_slth"));
            command.args(["bounds", "tiny"]).current_dir(folder.0.path()).env(name, hostile);
            let output = command.output().unwrap();
            assert!(output.status.success() && clean(&output, name).0.contains("hyperbolic"), "{name}");
        }
    }
}

/// Everything sent to the terminal: no hostile character, and only the program's own sequences.
#[cfg(unix)]
#[test]
fn no_screen_sends_a_terminal_what_was_typed_by_others() {
    let folder = Folder::new();
    let all: String = HOSTILE.concat().replace('/', "");
    let name = all.replace(['<', '>', '"', '`', '$', '\''], "").chars().take(80).collect::<String>();
    folder.write(&format!("{name}.ron"), titled(&all));
    folder.write(&format!("{name}.npy"), "none");
    std::fs::create_dir(folder.0.path().join(format!("{name}-folder"))).unwrap();
    let mut command = portable_pty::CommandBuilder::new(env!("CARGO_BIN_EXE_slth"));
    command.args([&format!("{name}.ron")]);
    command.cwd(folder.0.path());
    let mut explorer = Explorer::spawn(command);
    explorer.shows(&["red\\u{1b}[31m"]);
    for (key, shows) in [
        ("a", "holds"),
        ("2", "2 Compare"),
        ("3", "3 Weight"),
        ("4", "4 Bounds"),
        ("5", "5 Outputs"),
        ("1", "1 Explore"),
    ] {
        explorer.press(key);
        explorer.shows(&[shows]);
    }
    for (key, opened) in
        [("C", "rounding"), ("p", "Presets and files"), ("S", "file: "), ("e", "what follows")]
    {
        explorer.press(key);
        explorer.shows(&[opened]);
        explorer.press("\x1b");
        let started = std::time::Instant::now();
        // Esc alone is recognised by a pause.
        while explorer.text().contains(opened) {
            assert!(started.elapsed() < terminal::PATIENCE, "{}", explorer.text());
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
    for (kind, ending) in ["csv", "json", "txt", "svg"].into_iter().enumerate() {
        explorer.press("E");
        explorer.shows(&["Write to a file"]);
        explorer.press(&"j".repeat(kind));
        explorer.press("\r");
        explorer.shows(&[&format!("explore.{ending} is w")]);
    }
    explorer.leave();
    assert_eq!(explorer.ends(), 0);
    // What a program has sent may be read after its end.
    explorer.shows(&["again: slth run $'"]);
    let sent = explorer.sent();
    let text = String::from_utf8_lossy(&sent);
    let own = |c: char| matches!(c, '\x1b' | '\r' | '\n');
    assert_eq!(text.chars().find(|&c| is_hidden(c) && !own(c)), None);
    assert!(!text.contains("\x1b]") && !text.contains("\x1b[31mred"));
    for entry in std::fs::read_dir(folder.0.path()).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        if file.starts_with("slth-") {
            assert!(!file.contains(is_hidden), "{file}");
            let contents = assert_clean(&std::fs::read(&path).unwrap(), &file);
            if file.ends_with("svg") {
                roxmltree::Document::parse(&contents).unwrap();
            }
            if file.ends_with("json") {
                let json: serde_json::Value = serde_json::from_str(&contents).unwrap();
                assert_eq!(json["title"], *all);
            }
        }
    }
}
