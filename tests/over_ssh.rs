//! The explorer over a real SSH connection: opened, stepped, resized, cut off. Needs sshd and ssh; where they are not,
//! it says so and skips.
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

/// A server for one user on a loopback port, with keys of its own that are thrown away with it.
struct Server {
    folder: tempfile::TempDir,
    port: u16,
    process: Child,
}

impl Server {
    /// `None`, with the reason on standard error, where no server can be had.
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
        // Its own name, so that it can be told from all other processes.
        std::fs::copy(env!("CARGO_BIN_EXE_slth"), at("slth-over-ssh")).unwrap();
        // Root's sshd wants this folder; others need none.
        let _ = std::fs::create_dir_all("/run/sshd");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(sshd)
            .args(["-D", "-e", "-f", "/dev/null", "-p", &port.to_string(), "-h"])
            .arg(at("host"))
            .arg(format!("-oAuthorizedKeysFile={}", at("authorized").display()))
            .arg(format!("-oPidFile={}", at("pid").display()))
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

    /// Explorers that this server has started and that still run.
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
    assert_eq!(server.explorers(), 1);
    let mut longest = Duration::ZERO;
    for neuron in 0..10 {
        slth.press("n");
        longest = longest.max(slth.shows(&[&format!("neuron {neuron}, tried against")]));
    }
    eprintln!("key to screen over SSH on loopback: at most {longest:?}");
    slth.press("l");
    slth.shows(&["layer 2/3"]);
    slth.resize(PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 });
    slth.shows(&["tolerance", "F_max"]);
    slth.press("a");
    slth.shows(&["done: the ticket holds"]);
    slth.press("q");
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
    assert_eq!(server.explorers(), 0);
}

/// At rest, and with the engine flat out: nothing is left behind that keeps a core busy.
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
        assert_eq!(server.explorers(), 1);
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
