//! Job scripts for SLURM: an array of shares, then the merge.

use std::time::Duration;

/// Memory asked for, as a multiple of the prediction.
const MEMORY_MARGIN: f64 = 1.5;

/// Bytes asked for beside it.
const MEMORY_BESIDE: f64 = 512.0 * MEBIBYTE;

/// Memory is asked for in steps of so many MiB.
const MEMORY_STEP: u64 = 128;

/// Time asked for, as a multiple of the prediction.
const TIME_MARGIN: f64 = 2.0;

/// Time asked for beside it.
const TIME_BESIDE: Duration = Duration::from_mins(10);

/// The longest time asked for: a year.
const LONGEST: f64 = 365.0 * 86_400.0;

const MEBIBYTE: f64 = (1 << 20) as f64;

/// A job script: `sh` submits an array of jobs, and a job that waits for all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct JobScript {
    /// name of the jobs
    pub name: String,
    /// how the script was made, for its first lines
    pub made_by: String,
    /// the command of a share, as a shell reads it; [`SHARE`](Self::SHARE) is its number, [`CPUS`](Self::CPUS) its threads
    pub command: String,
    /// the command that merges the shares, as a shell reads it
    pub merge: String,
    /// number of shares
    pub shards: u64,
    /// processors of a share
    pub cpus: usize,
    /// predicted bytes of a share
    pub memory: f64,
    /// predicted time of a share
    pub time: Duration,
}

impl JobScript {
    /// The number of a job's share, from 1, in its command.
    pub const SHARE: &str = "$SLURM_ARRAY_TASK_ID";

    /// The number of a job's processors, in its command.
    pub const CPUS: &str = "$SLURM_CPUS_PER_TASK";

    /// The script.
    pub fn text(&self) -> String {
        let Self { name, made_by, command, merge, shards, cpus, .. } = self;
        let (memory, time) = (self.asked_memory(), self.asked_time());
        let (predicted_memory, predicted_time) =
            (self.memory / MEBIBYTE, Duration::from_secs_f64(self.time.as_secs_f64().min(LONGEST)));
        let predicted_time = clock(predicted_time);
        format!(
            "#!/bin/sh
# Made by: {made_by}
# Run it with `sh`: it submits an array of {shards} jobs to SLURM, and a job that merges their results once all of them have
# ended well. A job that is killed, requeued or submitted again goes on where it was.
# Predicted for a job: {predicted_memory:.0} MiB and {predicted_time}. Asked for: {MEMORY_MARGIN} times the memory and {:.0} MiB more,
# {TIME_MARGIN} times the time and {} minutes more, as the nodes may be slower than the machine of the prediction.
set -eu
array=$(sbatch --parsable <<'JOB'
#!/bin/sh
#SBATCH --job-name={name}
#SBATCH --array=1-{shards}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task={cpus}
#SBATCH --mem={memory}M
#SBATCH --time={time}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output={name}-%A_%a.log
exec {command}
JOB
)
array=${{array%%;*}}
merge=$(sbatch --parsable --dependency=afterok:\"$array\" --kill-on-invalid-dep=yes <<'JOB'
#!/bin/sh
#SBATCH --job-name={name}-merge
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --mem={memory}M
#SBATCH --time={time}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output={name}-merge-%j.log
exec {merge}
JOB
)
echo \"submitted: array $array of {shards} jobs, merge ${{merge%%;*}}\"
",
            MEMORY_BESIDE / MEBIBYTE,
            TIME_BESIDE.as_secs() / 60,
        )
    }

    /// MiB.
    fn asked_memory(&self) -> u64 {
        let asked = (MEMORY_MARGIN * self.memory + MEMORY_BESIDE) / MEBIBYTE;
        (asked.ceil() as u64).div_ceil(MEMORY_STEP).saturating_mul(MEMORY_STEP)
    }

    fn asked_time(&self) -> String {
        let asked = TIME_MARGIN * self.time.as_secs_f64() + TIME_BESIDE.as_secs_f64();
        clock(Duration::from_secs_f64(asked.min(LONGEST)))
    }
}

/// Days-hours:minutes:seconds, whole seconds upwards.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs_f64().ceil() as u64;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    format!("{days}-{hours:02}:{minutes:02}:{:02}", seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_time_are_asked_with_margins() {
        let script = JobScript {
            name: "slth-sweep".to_owned(),
            made_by: "slth sweep s.ron".to_owned(),
            command: format!("slth sweep s.ron --shard \"{}/16\"", JobScript::SHARE),
            merge: "slth merge out".to_owned(),
            shards: 16,
            cpus: 2,
            memory: 300.0 * MEBIBYTE,
            time: Duration::from_secs(3_600),
        };
        let text = script.text();
        for line in [
            "#SBATCH --array=1-16",
            "#SBATCH --mem=1024M",
            "#SBATCH --time=0-02:10:00",
            "#SBATCH --cpus-per-task=2",
            "exec slth sweep s.ron --shard \"$SLURM_ARRAY_TASK_ID/16\"",
            "exec slth merge out",
            "array=${array%%;*}",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        let endless = JobScript { time: Duration::MAX, memory: 0.0, ..script };
        assert!(endless.text().contains("--time=365-00:00:00") && endless.text().contains("--mem=512M"));
    }
}
