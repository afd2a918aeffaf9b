//! How long a share of a check is expected to take.

use std::time::{Duration, Instant};

use super::FaithfulnessCheck;
use super::made::CheckRuns;
use crate::session::shard::Shard;

impl FaithfulnessCheck {
    /// Seconds that a share is expected to take on so many threads, by runs made here for about `calibration`: one at least of
    /// every construction and learned method on each thread of the current rayon pool.
    pub fn expected_seconds(&self, shard: Shard, threads: usize, calibration: Duration) -> f64 {
        let outline = self.outline();
        let mut made = CheckRuns::none(&outline);
        let started = Instant::now();
        let pause = || started.elapsed() >= calibration;
        self.go_on(&mut made, Shard::WHOLE, &|| false, &pause, &|_| {});
        let here = rayon::current_num_threads() as f64;
        // The time of one thread for a run, for all runs of the share.
        let all = |elapsed: Duration, made: usize, runs: u64| {
            let at_once = here.min(made as f64);
            let part = shard.of(runs);
            elapsed.as_secs_f64() * at_once / made.max(1) as f64 * (part.end - part.start) as f64
        };
        let lanes = made.lanes().iter().map(|lane| all(lane.elapsed(), lane.records().len(), outline.runs));
        // Learned methods share their time.
        let learned = made.learned().iter().map(|lane| lane.records().len()).sum();
        let elapsed = made.learned().first().map_or(Duration::ZERO, |lane| lane.elapsed());
        let learned = all(elapsed, learned, outline.learned_runs) * made.learned().len() as f64;
        (lanes.sum::<f64>() + learned) / threads.max(1) as f64
    }
}
