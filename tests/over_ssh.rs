//! The explorer and a run over a real SSH connection: opened, stepped, resized, cut off. Needs sshd and ssh; without them the
//! tests say so and skip.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]
#![cfg(target_os = "linux")]

mod terminal;

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize};
use terminal::{Explorer, PATIENCE};

/// A server for one user on a loopback port, with temporary keys.
struct Server {
    folder: tempfile::TempDir,
    port: u16,
    process: Child,
}

impl Server {
    /// `None`, with the reason on standard error, if no server starts.
    fn start() -> Option<Self> {
        let skip = |why: &str| {
            // Past the capture of the test harness.
            let _ = writeln!(std::io::stderr(), "skipped: {why} (over_ssh)");
            None
        };
        let places = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"];
        let Some(sshd) = places.into_iter().find(|place| Path::new(place).exists()) else {
            return skip("sshd not found");
        };
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for key in ["host", "user"] {
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(at(key))
                .status();
            if !made.is_ok_and(|status| status.success()) {
                return skip("ssh-keygen not found");
            }
        }
        std::fs::copy(at("user.pub"), at("authorized")).unwrap();
        // A name of its own, to identify its processes.
        std::fs::copy(env!("CARGO_BIN_EXE_slth"), at("slth-over-ssh")).unwrap();
        // Root's sshd wants this folder; others need none.
        let _ = std::fs::create_dir_all("/run/sshd");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        std::fs::create_dir_all(at(".config/slth")).unwrap();
        std::fs::write(at(".config/slth/config.ron"), "(cards_seen: true)").unwrap();
        let process = Command::new(sshd)
            .args(["-D", "-e", "-f", "/dev/null", "-p", &port.to_string(), "-h"])
            .arg(at("host"))
            .arg(format!("-oAuthorizedKeysFile={}", at("authorized").display()))
            .arg(format!("-oPidFile={}", at("pid").display()))
            // The user's own shell would read its start-up files, and if killed there might leave locks.
            .arg(format!("-oSetEnv=HOME={}", folder.path().display()))
            .args([
                "-oListenAddress=127.0.0.1",
                "-oStrictModes=no",
                "-oPermitRootLogin=yes",
                "-oPasswordAuthentication=no",
            ])
            .stdin(Stdio::null())
            .stderr(std::fs::File::create(at("log")).unwrap())
            .spawn()
            .unwrap();
        let mut server = Self { folder, port, process };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if server.process.try_wait().unwrap().is_some() || started.elapsed() > PATIENCE {
                return skip(&format!("sshd does not start: {}", server.log()));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        // A machine may have a server and still let nobody in.
        let answer = server.ssh().arg("echo let in").output();
        if !answer.is_ok_and(|answer| answer.stdout == b"let in\n") {
            return skip(&format!("sshd lets nobody in: {}", server.log()));
        }
        Some(server)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.at("log")).unwrap_or_default()
    }

    fn options(&self) -> Vec<String> {
        let known = ["-oStrictHostKeyChecking=no", "-oUserKnownHostsFile=/dev/null", "-oIdentitiesOnly=yes"];
        let mut options: Vec<String> = known.map(str::to_owned).to_vec();
        options.extend(["-oLogLevel=ERROR".to_owned(), "-F/dev/null".to_owned(), format!("-p{}", self.port)]);
        options.extend(["-i".to_owned(), self.at("user").display().to_string(), "127.0.0.1".to_owned()]);
        options
    }

    fn ssh(&self) -> Command {
        let mut ssh = Command::new("ssh");
        ssh.args(self.options());
        ssh
    }

    /// The explorer at the other end of a connection, in a terminal at this end.
    fn explore(&self, arguments: &str) -> Explorer {
        let mut ssh = CommandBuilder::new("ssh");
        ssh.arg("-tt");
        ssh.args(self.options());
        // The remote shell sets no locale.
        ssh.arg(format!("LC_ALL=C.UTF-8 {} {arguments}", self.at("slth-over-ssh").display()));
        Explorer::spawn(ssh)
    }

    /// Running processes of explorers started by this server: each explorer, and its keeper.
    fn explorers(&self) -> usize {
        let program = self.at("slth-over-ssh");
        let runs = |entry: &std::fs::DirEntry| {
            std::fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe == program)
        };
        std::fs::read_dir("/proc").unwrap().flatten().filter(runs).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn digits_over_ssh() {
    let Some(server) = Server::start() else { return };
    let mut slth = server.explore("digits");
    slth.shows(&["Architecture", "Pruned network", "paused"]);
    assert!(server.explorers() > 0);
    let mut longest = Duration::ZERO;
    for neuron in 0..10 {
        slth.press("n");
        longest = longest.max(slth.shows(&[&format!("Neuron {neuron} of layer 1")]));
    }
    eprintln!("key to screen over SSH on loopback: at most {longest:?}");
    slth.press("l");
    slth.shows(&["layer 2/3"]);
    slth.resize(PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 });
    slth.shows(&["tolerance", "F_max"]);
    slth.press("a");
    slth.shows(&["done: the ticket holds"]);
    slth.leave();
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
    assert_eq!(server.explorers(), 0);
}

/// At rest, and with the engine flat out: no process stays behind.
#[test]
fn a_connection_that_is_cut_leaves_nothing_running() {
    let Some(server) = Server::start() else { return };
    for keys in ["", "a"] {
        let mut slth = server.explore("example-5");
        slth.shows(&["paused"]);
        slth.press(keys);
        if keys == "a" {
            slth.shows(&["stepping"]);
        }
        assert!(server.explorers() > 0);
        // The client dies without a word, as with a lost network.
        slth.child.kill().unwrap();
        let started = Instant::now();
        while server.explorers() > 0 {
            assert!(started.elapsed() < PATIENCE, "it still runs after the connection was cut");
            std::thread::sleep(Duration::from_millis(10));
        }
        eprintln!("gone {:?} after the connection was cut", started.elapsed());
    }
}

/// The client goes away at moments all over a run, and a little after it. Without a terminal the run goes on to its end and
/// writes its ticket; with one it ends by SIGHUP. A ticket file is always complete.
#[test]
fn a_ticket_is_whole_or_not_there_whenever_the_client_goes() {
    let Some(server) = Server::start() else { return };
    let program = server.at("slth-over-ssh").display().to_string();
    let results = server.at("results");
    std::fs::create_dir(&results).unwrap();
    let (ticket, table) = (results.join("t.npz"), results.join("o.csv"));
    let run = |preset: &str| format!("cd {} && exec {program} run {preset}", results.display());
    let command = format!("{} --ticket t.npz --csv o.csv", run("digits"));
    let connect = |terminal: bool| {
        let mut ssh = Command::new("ssh");
        ssh.args(if terminal { &["-tt"][..] } else { &[] }).args(server.options()).arg(&command);
        ssh.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    };
    let started = Instant::now();
    assert!(connect(false).wait().unwrap().success());
    let whole = started.elapsed();
    let expected = std::fs::read(&ticket).unwrap();
    let (mut wait, mut written) = (whole / 16, [0, 0]);
    const CLIENTS: usize = 20;
    for client in 0..CLIENTS {
        let terminal = client % 2 == 1;
        // A ticket of an earlier round may be there.
        let is_there = client % 4 < 2;
        let _ = (std::fs::remove_file(&ticket), std::fs::remove_file(&table));
        if is_there {
            std::fs::write(&ticket, "older").unwrap();
        }
        let mut ssh = connect(terminal);
        // A multiplicative walk over the time of a run, the same in every test.
        wait = wait * 13 / 8;
        while wait > whole * 9 / 8 {
            wait /= 9;
        }
        std::thread::sleep(wait);
        let reached = server.explorers() > 0;
        ssh.kill().unwrap();
        ssh.wait().unwrap();
        let gone = Instant::now();
        while server.explorers() > 0 {
            assert!(gone.elapsed() < PATIENCE.max(whole * 4), "it still runs after {wait:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
        let found = std::fs::read(&ticket).ok();
        let older = is_there.then(|| b"older".to_vec());
        let case = format!("client {client} gone after {wait:?} of {whole:?}");
        assert!(found.as_ref() == Some(&expected) || found == older, "{case}");
        // Without a terminal, nothing ends a started run.
        assert!(terminal || !reached || found.as_ref() == Some(&expected), "{case}");
        written[usize::from(terminal)] += usize::from(found.as_ref() == Some(&expected));
        let names = std::fs::read_dir(&results).unwrap().count();
        assert_eq!(names, usize::from(ticket.exists()) + usize::from(table.exists()), "{case}");
        assert!(!table.exists() || std::fs::read(&table).unwrap().ends_with(b"\n"), "{case}");
    }
    eprintln!("{written:?} of {} clients each have a ticket, without and with a terminal", CLIENTS / 2);
}
