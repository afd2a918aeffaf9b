//! A sweep as an array of jobs on a real SLURM of this machine alone: started for the test, ended with it. Without Debian's
//! `slurm-wlm` and `munge`, or without root, the test is left out and says so.
#![cfg(target_os = "linux")]
#![allow(missing_docs, clippy::unwrap_used)]

mod calls;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use calls::slth;

const SHARES: u64 = 16;

/// Enough runs for each job that one is caught at work.
const SWEEP: &str = r#"(
    title: "On SLURM",
    base: "tiny",
    grid: (epsilon: [0.3, 0.1, 0.01]),
    methods: [Hyperbolic(allocation: FirstFit), ProductPair],
    seeds: Range(first: 1, count: 200),
)"#;

/// How long the whole array may take.
const LONGEST: Duration = Duration::from_secs(600);

fn is_there(program: &str) -> bool {
    let folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
    folders.iter().any(|folder| Path::new(folder).join(program).exists())
}

/// What the test needs and this machine lacks.
fn lacking() -> Option<&'static str> {
    let programs = ["munged", "slurmctld", "slurmd", "sbatch", "scontrol", "squeue"];
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    programs.into_iter().find(|program| !is_there(program)).or((!is_root).then_some("root"))
}

/// SLURM with one node, in a folder of its own. Its daemons end with it, even when the test fails.
struct Slurm {
    folder: tempfile::TempDir,
    daemons: Vec<Child>,
}

impl Slurm {
    fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("slth-slurm").tempdir().unwrap();
        let mut slurm = Self { folder, daemons: Vec::new() };
        slurm.set_up();
        slurm.wait_for(Duration::from_secs(60), "a node that is idle", |slurm| {
            let state = slurm.command("sinfo", &["--noheader", "-o", "%T"]).output().unwrap();
            String::from_utf8_lossy(&state.stdout).trim() == "idle"
        });
        slurm
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn set_up(&mut self) {
        // munged refuses a folder that others may write, and slurmd one that others may not enter.
        fs::set_permissions(self.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["spool", "state"] {
            fs::create_dir(self.path(name)).unwrap();
        }
        let key: Vec<u8> = (0..128_u8).collect();
        fs::write(self.path("munge.key"), key).unwrap();
        fs::set_permissions(self.path("munge.key"), fs::Permissions::from_mode(0o600)).unwrap();
        let at = |name: &str| self.path(name).display().to_string();
        let host = String::from_utf8(Command::new("hostname").arg("-s").output().unwrap().stdout).unwrap();
        let (host, [first, second]) = (host.trim().to_owned(), free_ports());
        let configuration = format!(
            "ClusterName=slth\nSlurmctldHost={host}(127.0.0.1)\nSlurmUser=root\nSlurmdUser=root\nAuthType=auth/munge\n\
             AuthInfo=socket={}\nSlurmctldPort={first}\nSlurmdPort={second}\nProctrackType=proctrack/linuxproc\n\
             TaskPlugin=task/none\nSelectType=select/cons_tres\nSelectTypeParameters=CR_Core\nReturnToService=2\n\
             SlurmctldPidFile={}\nSlurmdPidFile={}\nSlurmctldLogFile={}\nSlurmdLogFile={}\nStateSaveLocation={}\n\
             SlurmdSpoolDir={}\nAccountingStorageType=accounting_storage/none\nJobAcctGatherType=jobacct_gather/none\n\
             MpiDefault=none\nKillWait=2\nMinJobAge=300\n\
             NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=1000 State=UNKNOWN\n\
             PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO\n",
            at("munge.socket"),
            at("slurmctld.pid"),
            at("slurmd.pid"),
            at("slurmctld.log"),
            at("slurmd.log"),
            at("state"),
            at("spool"),
        );
        fs::write(self.path("slurm.conf"), configuration).unwrap();
        let munge = [
            "--foreground".to_owned(),
            "--force".to_owned(),
            format!("--socket={}", at("munge.socket")),
            format!("--key-file={}", at("munge.key")),
            format!("--log-file={}", at("munge.log")),
            format!("--pid-file={}", at("munge.pid")),
            format!("--seed-file={}", at("munge.seed")),
        ];
        let daemon = |program: &str, words: &[String]| {
            let mut command = Command::new(program);
            command.args(words).env("SLURM_CONF", at("slurm.conf"));
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        };
        let configured = ["-D".to_owned(), "-f".to_owned(), at("slurm.conf")];
        let munged = daemon("munged", &munge);
        self.daemons.push(munged);
        self.wait_for(Duration::from_secs(20), "munge's socket", |slurm| slurm.path("munge.socket").exists());
        for program in ["slurmctld", "slurmd"] {
            let at = |name: &str| self.path(name).display().to_string();
            let mut command = Command::new(program);
            command.args(&configured).env("SLURM_CONF", at("slurm.conf"));
            let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
            self.daemons.push(child.unwrap());
        }
    }

    /// A call of a program of SLURM, or of a script that makes one.
    fn command(&self, program: &str, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(words).env("SLURM_CONF", self.path("slurm.conf")).current_dir(self.path("work"));
        if !self.path("work").exists() {
            fs::create_dir(self.path("work")).unwrap();
        }
        command
    }

    fn wait_for(&self, longest: Duration, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let started = Instant::now();
        while !is_so(self) {
            assert!(started.elapsed() < longest, "no {what} in {longest:?}\n{}", self.logs());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The ends of all logs.
    fn logs(&self) -> String {
        let mut text = String::new();
        for name in ["munge.log", "slurmctld.log", "slurmd.log"] {
            let log = fs::read_to_string(self.path(name)).unwrap_or_default();
            let lines: Vec<&str> = log.lines().rev().take(25).collect();
            text.push_str(&format!("{name}:\n"));
            lines.iter().rev().for_each(|line| text.push_str(&format!("  {line}\n")));
        }
        text
    }

    /// Jobs and array tasks that have not ended: number and state.
    fn queue(&self) -> Vec<(String, String)> {
        let output = self.command("squeue", &["--noheader", "--array", "-o", "%i %T"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let pair =
            |line: &str| line.trim().split_once(' ').map(|(id, state)| (id.to_owned(), state.to_owned()));
        text.lines().filter_map(pair).collect()
    }
}

impl Drop for Slurm {
    fn drop(&mut self) {
        // slurmstepd of jobs under way ends with its job.
        let _ = self.command("scancel", &["--user=root"]).output();
        std::thread::sleep(Duration::from_millis(200));
        while let Some(mut daemon) = self.daemons.pop() {
            let _ = Command::new("kill").arg(daemon.id().to_string()).status();
            let started = Instant::now();
            while daemon.try_wait().is_ok_and(|ended| ended.is_none()) {
                if started.elapsed() > Duration::from_secs(5) {
                    let _ = daemon.kill();
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

/// Two ports of this machine that nobody listens at.
fn free_ports() -> [u16; 2] {
    let listeners = [0, 1].map(|_| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.each_ref().map(|listener| listener.local_addr().unwrap().port())
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn an_array_of_16_with_one_requeued_is_one_run() {
    if let Some(lacking) = lacking() {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: a sweep on SLURM: no {lacking} here (slurm-wlm, munge, root)"
        );
        return;
    }
    let slurm = Slurm::start();
    let work = slurm.path("work");
    fs::write(work.join("s.ron"), SWEEP).unwrap();
    let shares = SHARES.to_string();
    let words = ["sweep", "s.ron", "--save", "rows", "--slurm", "--shards", &shares];
    let printed = slth(&words).current_dir(&work).output().unwrap();
    // The one node gives out its two processors: two jobs at a time.
    let script = String::from_utf8(printed.stdout).unwrap();
    fs::write(work.join("job.sh"), &script).unwrap();
    let submitted = slurm.command("sh", &["job.sh"]).output().unwrap();
    assert!(submitted.status.success(), "{}\n{script}", text(&submitted));
    let said = text(&submitted);
    let array = said.split_whitespace().nth(2).unwrap().to_owned();

    // One job is requeued once it has a row.
    let of_array = format!("{array}_");
    let mut requeued = None;
    slurm.wait_for(Duration::from_secs(120), "share with rows under way", |slurm| {
        let running = slurm.queue().into_iter().find(|(id, state)| {
            let index = id.strip_prefix(&of_array).unwrap_or("none");
            let rows = work.join(format!("rows/share-{index}-of-{SHARES}.rows"));
            state == "RUNNING" && fs::metadata(rows).is_ok_and(|found| found.len() > 300)
        });
        let Some((id, _)) = running else { return false };
        let output = slurm.command("scontrol", &["requeue", &id]).output().unwrap();
        requeued = output.status.success().then_some(id);
        requeued.is_some()
    });
    let requeued = requeued.unwrap();
    slurm.wait_for(LONGEST, "end of all jobs", |slurm| {
        // A requeued job waits for two minutes; nobody else is waited for.
        let _ =
            slurm.command("scontrol", &["update", &format!("JobId={requeued}"), "StartTime=now"]).output();
        slurm.queue().is_empty()
    });
    let logs: String = calls::names(&work)
        .iter()
        .filter(|name| name.ends_with(".log"))
        .map(|name| format!("{name}:\n{}", fs::read_to_string(work.join(name)).unwrap()))
        .collect();
    assert!(work.join("rows/table.csv").exists(), "{said}{logs}{}", slurm.logs());
    assert_eq!(calls::names(&work.join("rows")).iter().filter(|name| name.ends_with(".rows")).count(), 16);

    // The merge of the jobs, and one run of one process.
    slth(&["sweep", "s.ron", "--save", "whole"]).current_dir(&work).assert().success();
    for name in ["rows", "whole"] {
        let csv = format!("{name}.csv");
        slth(&["merge", name, "--no-times", "--csv", &csv]).current_dir(&work).assert().success();
    }
    let read = |name: &str| fs::read_to_string(work.join(name)).unwrap();
    assert!(read("rows.csv") == read("whole.csv"));
    let without_times = |text: String| -> Vec<String> {
        text.lines().map(|line| line.rsplit_once(',').unwrap().0.to_owned()).collect()
    };
    assert_eq!(without_times(read("rows/table.csv")), read("whole.csv").lines().collect::<Vec<_>>());
}
