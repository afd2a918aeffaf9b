//! What holds for every command: where options stand.
#![allow(missing_docs, clippy::unwrap_used)]

mod calls;

use calls::slth;

/// Every command that ends by itself within moments.
const COMMANDS: [&str; 10] = [
    "tiny",
    "run tiny",
    "compare tiny",
    "check tiny --runs 20",
    "bounds tiny",
    "inspect tiny",
    "presets",
    "presets show tiny",
    "completions bash",
    "man",
];

/// Standard output of a call that succeeds, without what a clock says.
fn timeless(words: &[&str]) -> String {
    let call = slth(words).assert().success();
    let text = String::from_utf8(call.get_output().stdout.clone()).unwrap();
    let timed = |line: &&str| !line.contains("computed in") && !line.contains("elapsed_seconds");
    text.lines().filter(timed).map(|line| format!("{line}\n")).collect()
}

#[test]
fn options_may_stand_before_the_command_and_after_it() {
    const OPTIONS: [&[&str]; 7] = [
        &["--seed", "3"],
        &["--seed=3"],
        &["--set", "epsilon=0.05"],
        &["--threads", "1"],
        &["--ascii"],
        &["--color", "never"],
        &["--theme", "light"],
    ];
    for command in COMMANDS.into_iter().filter(|command| !command.starts_with("compare")) {
        let words: Vec<&str> = command.split(' ').collect();
        for option in OPTIONS {
            let before = timeless(&[option, &words[..]].concat());
            assert_eq!(before, timeless(&[&words[..], option].concat()), "{option:?} {command}");
            let between = [&words[..1], option, &words[1..]].concat();
            assert_eq!(before, timeless(&between), "{option:?} {command}");
        }
    }
}

#[test]
fn a_command_s_own_options_may_stand_before_it() {
    for command in ["run tiny", "compare tiny", "bounds tiny", "inspect tiny", "check tiny --runs 20"] {
        let words: Vec<&str> = command.split(' ').collect();
        let json = timeless(&[&["--json"], &words[..]].concat());
        assert!(json.starts_with('{'), "{command}");
        assert_eq!(json, timeless(&[&words[..], &["--json"]].concat()), "{command}");
    }
    // Those of both sides count, in their order.
    let sides =
        ["--set", "epsilon=0.1", "--json", "bounds", "tiny", "--set", "epsilon=0.05", "--set", "delta=0.5"];
    let sides: serde_json::Value = serde_json::from_str(&timeless(&sides)).unwrap();
    assert_eq!((&sides["epsilon"], &sides["delta"]), (&0.05.into(), &0.5.into()));
}

#[test]
fn an_option_twice_or_of_the_screen_is_refused_with_a_command() {
    for words in [
        &["--seed", "1", "run", "tiny", "--seed", "2"][..],
        &["--mouse", "run", "tiny"],
        &["--seed", "run", "tiny"],
    ] {
        slth(words).assert().code(2);
    }
}
