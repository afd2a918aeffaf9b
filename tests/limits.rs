//! Limits on memory, threads, files and their size, and terminals of absurd sizes: one message, no panic, nothing left behind.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]
#![cfg(target_os = "linux")]

mod terminal;

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize};
use terminal::{Explorer, PATIENCE};

const SLTH: &str = env!("CARGO_BIN_EXE_slth");

/// A shell command with the program as `$SLTH`.
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

/// Peak memory of a process in MiB.
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
        // The part of it in use.
        let part = (rows.min(500).try_into().unwrap(), columns.min(1_000).try_into().unwrap());
        slth.screen.lock().unwrap().screen_mut().set_size(part.0, part.1);
        if rows > 1 && columns > 1 {
            slth.shows(&["1 Explore", "Architecture", "Press n"]);
            slth.press("2");
            slth.shows(&["Race"]);
            slth.press("3");
            slth.shows(&["w[0,0] of layer 1/2"]);
            slth.press("4");
            slth.shows(&["Neurons per weight against"]);
            slth.press("5?");
            slth.shows(&["What is this?"]);
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
        // The emulator keeps its size: at the terminal's size it would take as much memory itself.
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
    slth.shows(&["Architecture", "Neuron 0 of layer 1"]);
    let megabytes = peak(slth.child.process_id().unwrap());
    assert!(megabytes < 256, "{megabytes} MiB");
    slth.leave();
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}

/// A plot fills the page's width: a claimed width may not cost more than a page.
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

/// The keeper of an explorer, once it waits.
fn keeper_of(process: u32) -> u32 {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        let children = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap();
        let is_keeper = |id: &&str| {
            let line = std::fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
            // The argument appears in the shell that starts it, too.
            line.split('\0').nth(1) == Some("--keep-terminal")
        };
        if let Some(id) = children.split_whitespace().find(is_keeper) {
            return id.parse().unwrap();
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("there is no keeper");
}

/// Whether a process runs: a zombie does not.
fn runs(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    status.lines().any(|line| line.starts_with("State:") && !line.contains('Z'))
}

fn kill(signal: &str, process: &str) {
    assert!(Command::new("kill").args([signal, "--", process]).status().unwrap().success());
}

/// Waits until a process is gone.
fn assert_gone(process: u32) {
    let started = Instant::now();
    while runs(process) {
        assert!(started.elapsed() < PATIENCE, "the keeper is left");
        std::thread::sleep(Duration::from_millis(1));
    }
}

const SCREENS: [(&str, &str); 5] = [
    ("1", "Architecture"),
    ("2", "Race"),
    ("3", "] of layer 1/"),
    ("4", "Neurons per weight against"),
    ("5", "F chooses"),
];

#[test]
fn a_killed_program_gives_the_terminal_back_from_every_screen() {
    for (key, shows) in SCREENS {
        for running in [false, true] {
            let mut slth = Explorer::open(&["digits", "--mouse"]);
            slth.shows(&["Press n"]);
            let process = slth.child.process_id().unwrap();
            let keeper = keeper_of(process);
            slth.press(key);
            slth.shows(&[shows]);
            if running {
                slth.press("a");
            }
            kill("-KILL", &process.to_string());
            assert_ne!(slth.ends(), 0);
            slth.shows(&["slth: killed, or memory has ended; the terminal is restored"]);
            slth.assert_restored();
            assert_gone(keeper);
        }
    }
}

/// However the program leaves by itself, its keeper is gone before it, or within milliseconds, and says nothing.
#[test]
fn the_keeper_ends_with_the_program() {
    for way in ["q", "-TERM", "-INT", "-HUP", "group"] {
        let mut slth = Explorer::open(&["tiny"]);
        slth.shows(&["Press n"]);
        let process = slth.child.process_id().unwrap();
        let keeper = keeper_of(process);
        match way {
            "q" => slth.press("q"),
            "group" => kill("-TERM", &format!("-{process}")),
            signal => kill(signal, &process.to_string()),
        }
        slth.ends();
        let ended = Instant::now();
        assert_gone(keeper);
        eprintln!("{way}: the keeper is gone after {:?}", ended.elapsed());
        slth.assert_restored();
        assert!(!slth.text().contains("restored"), "{}", slth.text());
    }
}

/// Killing the keeper, or sending it any signal, changes nothing on the screen.
#[test]
fn a_screen_is_not_spoilt_by_its_keeper() {
    let mut slth = Explorer::open(&["tiny"]);
    slth.shows(&["Press n"]);
    let process = slth.child.process_id().unwrap();
    let keeper = keeper_of(process).to_string();
    for signal in ["-HUP", "-INT", "-QUIT", "-TERM", "-TSTP", "-TTOU", "-STOP", "-CONT", "-KILL"] {
        kill(signal, &keeper);
    }
    slth.press("n");
    slth.shows(&["Architecture", "Neuron 0 of layer 1"]);
    slth.press("q");
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}

/// Stopped, resumed and then killed, under a shell with job control.
#[test]
fn a_stopped_program_is_kept_too() {
    for resumed in [false, true] {
        let mut slth = explorer(
            r#"set -m; $SLTH tiny; echo "stopped"; read line; fg >/dev/null; code=$?; sleep 0.2; exit $code"#,
        );
        slth.shows(&["Press n"]);
        slth.press("z");
        slth.shows(&["stopped"]);
        slth.assert_restored();
        let shell = slth.child.process_id().unwrap();
        let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap();
        let process: u32 = children.trim().parse().unwrap();
        let keeper = keeper_of(process);
        if resumed {
            slth.press("\n");
            slth.shows(&["Architecture", "Press n"]);
        }
        kill("-KILL", &process.to_string());
        slth.press("\n");
        if resumed {
            slth.shows(&["slth: killed, or memory has ended; the terminal is restored"]);
        }
        // After the job's death the shell has no job to resume.
        let code = slth.ends();
        assert!(code == 137 || (code == 1 && !resumed), "{code}");
        assert_gone(keeper);
        assert!(resumed || !slth.text().contains("restored"), "{}", slth.text());
        slth.assert_restored();
    }
}

/// Freezes the memory limit of a running program at its present use.
fn end_memory(process: u32) {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmData:")).unwrap();
    let size = 1024 * line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap();
    // A limit on the address space is not enough: the allocator holds reserves.
    let limits = ["--pid".to_owned(), process.to_string(), format!("--data={size}")];
    assert!(Command::new("prlimit").args(limits).status().unwrap().success());
}

#[test]
fn memory_that_ends_restores_the_terminal_and_is_exit_code_3() {
    for (key, shows) in SCREENS {
        let mut slth = Explorer::open(&["tiny"]);
        slth.shows(&["Press n"]);
        slth.press(key);
        slth.shows(&[shows]);
        let process = slth.child.process_id().unwrap();
        keeper_of(process);
        end_memory(process);
        // The cells of a large window exceed the free memory.
        let size = PtySize { rows: 500, cols: 1_000, pixel_width: 0, pixel_height: 0 };
        slth.master.as_ref().unwrap().resize(size).unwrap();
        assert_eq!(slth.ends(), 3, "{}", slth.text());
        slth.shows(&["slth: aborted, most likely as memory has ended; the terminal is restored"]);
        slth.assert_restored();
    }
}

/// Threads other than the first with at least two ticks of processor time.
fn working_threads(process: u32) -> usize {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let others = tasks.filter_map(|task| task.ok()).filter(|task| *task.file_name() != *process.to_string());
    let ticks = |task: std::fs::DirEntry| {
        let stat = std::fs::read_to_string(task.path().join("stat")).ok()?;
        stat.rsplit(')').next()?.split_whitespace().nth(11)?.parse::<u64>().ok()
    };
    others.filter_map(ticks).filter(|&ticks| ticks >= 2).count()
}

#[test]
fn memory_that_ends_a_run_is_exit_code_3_and_a_line() {
    let mut command = Command::new(SLTH);
    command.args(["run", "example-5", "--threads", "2"]).stdout(Stdio::null()).stderr(Stdio::piped());
    command.env_remove("RUST_BACKTRACE");
    let run = command.spawn().unwrap();
    // A thread without memory for its stack gives another message, so both engine threads must be running.
    let started = Instant::now();
    while working_threads(run.id()) < 2 {
        assert!(started.elapsed() < Duration::from_secs(60), "the engine's threads have no work");
        std::thread::sleep(Duration::from_millis(5));
    }
    end_memory(run.id());
    let (code, _, error) = told(&run.wait_with_output().unwrap());
    assert_eq!(code, Some(3), "{error}");
    // Two threads out of memory at once write into each other's lines, so the pieces of these lines are taken out one by one.
    let pieces = [
        "memory allocation of ",
        " bytes failed",
        "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
        "skipping backtrace printing to avoid potential recursion",
    ];
    let rest = pieces.iter().fold(error.clone(), |text, piece| text.replace(piece, ""));
    let is_number = |c: char| c.is_ascii_digit() || c == '\n';
    assert!(error.starts_with("memory allocation of") && rest.chars().all(is_number), "{error}");
}

/// A setup beyond the limit is refused on the screen with the limit's name, and the present run stays.
#[test]
fn a_setup_beyond_the_memory_limit_is_refused_on_every_screen() {
    for (key, shows) in SCREENS {
        let mut slth = explorer("ulimit -d 100000; exec $SLTH digits --threads 1");
        slth.shows(&["Press n"]);
        slth.press(key);
        slth.shows(&[shows]);
        slth.press("p");
        slth.shows(&["Presets"]);
        slth.press("/example-5\r");
        slth.shows(&["/example-5 (Esc: all)"]);
        slth.press("\r");
        slth.shows(&["This could not be opened", "(ulimit -d)"]);
        // The message, the filter, the list.
        for _ in 0..3 {
            slth.press("\x1b");
            std::thread::sleep(Duration::from_millis(150));
        }
        slth.shows(&[shows]);
        slth.leave();
        assert_eq!(slth.ends(), 0);
        slth.assert_restored();
    }
}

/// Runs a command as a user with so many threads and processes allowed; `None`, with a message, where this is impossible.
fn with_threads(count: usize, user: u32, command: &str) -> Option<String> {
    let script = format!("setpriv --reuid={user} --clear-groups prlimit --nproc={count} {command}");
    let can = shell(&format!("setpriv --reuid={user} --clear-groups prlimit --nproc=50 $SLTH --version"));
    if can.status.success() {
        return Some(script);
    }
    eprintln!("skipped: only root can be another user, who can run the program (with_threads)");
    None
}

#[test]
fn with_fewer_threads_fewer_do_the_work() {
    for count in 1..=4 {
        let Some(script) = with_threads(count, 54_001, "$SLTH run tiny --json --threads 8") else { return };
        let (code, out, error) = told(&shell(&script));
        assert_eq!(code, Some(0), "{error}");
        assert!(error.contains("slth: expected 8 threads, found room for"), "{error}");
        let all = told(&shell("exec $SLTH run tiny --json --threads 8")).1;
        let results = |text: &str| -> Vec<String> {
            text.lines().filter(|line| !line.contains("seconds")).map(str::to_owned).collect()
        };
        assert_eq!(results(&out), results(&all), "{count} threads");
    }
    let script = with_threads(2, 54_001, "$SLTH check tiny --runs 20 --threads 8").unwrap();
    assert_eq!(told(&shell(&script)).0, told(&shell("exec $SLTH check tiny --runs 20 --threads 8")).0);
}

#[test]
fn a_screen_needs_four_threads_and_says_so() {
    for count in 1..=9 {
        let Some(script) = with_threads(count, 54_002, "$SLTH tiny --threads 2") else { return };
        let mut slth = explorer(&format!("{script}; echo \"ended $?\""));
        if count <= 4 {
            slth.shows(&["slth: expected room for 4 threads beside the first, found room for", "ended 2"]);
        } else {
            slth.shows(&["Press n"]);
            for (key, shows) in SCREENS {
                slth.press(key);
                if key != "5" {
                    slth.shows(&[shows]);
                }
            }
            slth.press("1a");
            slth.shows(&["done: the ticket holds"]);
            // Theory and another setup, with a thread or without.
            slth.press("p");
            slth.shows(&["Presets", "neurons"]);
            slth.press("k\r");
            slth.shows(&["64-32-16-10"]);
            slth.leave();
            slth.shows(&["ended 0"]);
        }
        slth.ends();
        slth.assert_restored();
    }
}

#[test]
fn too_few_open_files_are_one_message_or_no_matter() {
    for count in 3..=30 {
        let (code, _, error) = told(&shell(&format!("prlimit --nofile={count} $SLTH run tiny")));
        // With five, /proc cannot be read, and a line says so.
        let fine =
            code == Some(0) && (error.is_empty() || count <= 6 && error.contains("how much memory is free"));
        let refused = code == Some(2) && error.lines().count() == 1;
        // With three, not even the loader can open a library.
        assert!(fine || refused || code == Some(127), "{count} files: {code:?} {error}");
        let mut slth = explorer(&format!("prlimit --nofile={count} $SLTH tiny; echo \"ended $?\""));
        let started = Instant::now();
        while !["Press n", "ended"].iter().any(|text| slth.text().contains(text)) {
            assert!(started.elapsed() < PATIENCE, "{count} files:\n{}", slth.text());
            std::thread::sleep(Duration::from_millis(2));
        }
        if slth.text().contains("Press n") {
            for (key, _) in SCREENS {
                slth.press(key);
            }
            slth.press("1a");
            slth.shows(&["done: the ticket holds"]);
            slth.leave();
            slth.shows(&["ended 0"]);
        } else {
            assert!(!slth.text().contains("panicked"), "{}", slth.text());
            let says = slth.text().contains("expected room for 8 more open files (ulimit -n)");
            let config = slth.text().contains("config.ron: Too many open files");
            assert!(says || config || count < 5, "{count} files:\n{}", slth.text());
        }
        assert!(count < 20 || slth.text().contains("ended 0"), "{count} files:\n{}", slth.text());
        slth.ends();
        slth.assert_restored();
    }
}

/// Every kind of output is a write error with the file's name, and an exit code.
#[test]
fn a_file_beyond_the_size_allowed_is_a_write_error() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().display();
    for (command, file) in [
        ("run digits --csv o.csv --ticket t.npz", "t.npz"),
        ("run digits --ticket t.npz", "t.npz"),
        ("check tiny --runs 20 --svg o.svg", "o.svg"),
        ("check tiny --runs 20 --csv o.csv", "o.csv"),
        ("compare ladder --csv o.csv", "o.csv"),
    ] {
        let limit = if command.starts_with("compare") { "0" } else { "1" };
        let (code, _, error) = told(&shell(&format!("cd {at} && ulimit -f {limit} && exec $SLTH {command}")));
        assert!(code.is_some_and(|code| code > 1), "{command}: {code:?} {error}");
        assert!(error.contains(file) && error.contains("File too large"), "{command}: {error}");
    }
    // A checkpoint write error does not end the run.
    let script = format!("cd {at} && ulimit -f 0 && exec $SLTH run tiny --checkpoint state --every 1");
    let (code, out, error) = told(&shell(&script));
    assert!(code != Some(153) && !error.contains("panicked"), "{code:?} {error} {out}");
    let entries = std::fs::read_dir(folder.path()).unwrap();
    let left: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    // A lock file stays, so that two runs never hold different ones.
    let may_stay = |name: &String| name.ends_with(".csv") || name.ends_with(".slth-lock");
    assert!(left.iter().all(may_stay), "{left:?}");
}

#[test]
fn a_file_beyond_the_size_allowed_is_told_on_every_screen() {
    let folder = tempfile::tempdir().unwrap();
    for (key, shows) in SCREENS {
        let mut slth = explorer(&format!("cd {}; ulimit -f 0; exec $SLTH digits", folder.path().display()));
        slth.shows(&["Press n"]);
        slth.press(key);
        slth.shows(&[shows]);
        // The picture as SVG is the last choice.
        slth.press("Ejjjj\r");
        slth.shows(&["File too large"]);
        slth.press("S\r");
        slth.shows(&[shows, "File too large"]);
        slth.leave();
        assert_eq!(slth.ends(), 0);
        slth.assert_restored();
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a part of a file is left");
}
