//! Progress on standard error: a bar on a terminal, else a line now and then.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::ProgressStyle;

use super::output::note;
use crate::session::{
    CheckProgress, LaneProgress, LearnedProgress, LearnedRunsProgress, Progress, RunsProgress,
};
use crate::sweep::SweepProgress;

/// Between two lines of a log.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// The way a run shows how far it is.
pub(super) struct ProgressBar {
    bar: Option<indicatif::ProgressBar>,
    started: Instant,
    last_line: Mutex<Instant>,
}

impl ProgressBar {
    pub(super) fn start() -> Self {
        let now = Instant::now();
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = indicatif::ProgressBar::new(0);
            let style = "{prefix} [{bar:30}] {pos}/{len} {msg}, {elapsed} so far, {eta} left";
            // The template is a constant; a mistake in it would show in every run.
            if let Ok(style) = ProgressStyle::with_template(style) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar
        });
        Self { bar, started: now, last_line: Mutex::new(now) }
    }

    pub(super) fn show(&self, progress: Progress) {
        match progress {
            Progress::Construction(progress) => self.show_construction(progress),
            Progress::Learned(LearnedProgress { method, steps_done, steps }) => {
                self.set(method, steps_done, steps, "batches".to_owned());
            }
        }
    }

    fn show_construction(&self, progress: LaneProgress) {
        let rate = progress.neurons as f64 / self.started.elapsed().as_secs_f64().max(1e-3);
        let building = progress.weights_done < progress.weights || progress.inputs_tried == 0;
        let (position, length, what) = if building {
            (progress.weights_done, progress.weights, format!("weights, {:.2} M neurons/s", rate / 1e6))
        } else {
            (progress.inputs_tried as u64, progress.inputs as u64, "inputs tried".to_owned())
        };
        self.set(progress.construction.name(), position, length, what);
    }

    fn set(&self, name: &'static str, position: u64, length: u64, what: String) {
        match &self.bar {
            Some(bar) => {
                bar.set_prefix(name);
                bar.set_length(length);
                bar.set_position(position);
                bar.set_message(what);
            }
            None => self.log(&format!("{name}: {position}/{length} {what}")),
        }
    }

    pub(super) fn show_check(&self, progress: CheckProgress) {
        match progress {
            CheckProgress::Construction(progress) => self.show_runs(progress),
            CheckProgress::Learned(LearnedRunsProgress { done, runs }) => {
                self.set("learned methods", done, runs, "runs".to_owned());
            }
        }
    }

    fn show_runs(&self, progress: RunsProgress) {
        let RunsProgress { construction, done, runs, failures } = progress;
        match &self.bar {
            Some(bar) => {
                bar.set_prefix(construction.name());
                bar.set_length(runs);
                bar.set_position(done);
                bar.set_message(format!("runs, {failures} failed"));
            }
            None => self.log(&format!("{}: {done}/{runs} runs, {failures} failed", construction.name())),
        }
    }

    pub(super) fn show_sweep(&self, SweepProgress { done, runs }: SweepProgress) {
        self.set("sweep", done, runs, "runs".to_owned());
    }

    fn log(&self, line: &str) {
        if let Ok(mut last) = self.last_line.try_lock()
            && last.elapsed() >= BETWEEN_LINES
        {
            *last = Instant::now();
            note(&format!("{line}, {:.0} s so far", self.started.elapsed().as_secs_f64()));
        }
    }

    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
