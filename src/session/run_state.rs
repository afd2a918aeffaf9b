//! The state of a run over all its lanes, and the loss if it is dropped.

use std::time::Duration;

use super::{Activity, LaneView, Phase, Snapshot, TicketVerdict};
use crate::theory::Count;

/// A run with a longer computing time is not dropped without a question.
pub const LONG_RUN: Duration = Duration::from_secs(5);

/// The state of a whole run. It does not depend on the screen or the lane on view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// the engine has panicked
    Failed,
    /// drawing at the chosen speed
    Running,
    /// on its way to the end of a step
    Stepping,
    /// building a taken-back layer again, or repeating batches
    GoingBack,
    /// waiting, with neurons still to draw, inputs still to try or batches still to compute in at least one lane
    Paused {
        /// lanes built and checked, or learned
        done: usize,
        /// lanes of the run
        lanes: usize,
    },
    /// every lane of the run is built and checked, or learned; only constructions are counted
    Done {
        /// lanes with a ticket that holds
        holding: usize,
        /// lanes not completed by their allocation, with a ticket that exists or is not excluded
        not_completed: usize,
        /// constructions of the run
        lanes: usize,
    },
}

/// The loss with a run: computing time and result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stake {
    /// time spent computing, summed over the lanes
    pub elapsed: Duration,
    /// neurons sampled in all lanes, skipped ones included
    pub neurons: Count,
    /// batches computed in all learned lanes
    pub batches: u64,
    /// lanes built and checked, or learned
    pub done: usize,
    /// lanes of the run
    pub lanes: usize,
}

impl Snapshot {
    /// The state of the run. `Done` needs every lane, those added on Compare included.
    pub fn state(&self) -> RunState {
        let (done, lanes) = self.lanes_done();
        match self.activity {
            Activity::Failed(_) => RunState::Failed,
            Activity::Running => RunState::Running,
            Activity::Stepping => RunState::Stepping,
            Activity::GoingBack => RunState::GoingBack,
            Activity::Paused if done < lanes => RunState::Paused { done, lanes },
            Activity::Paused => {
                let holding = self.lanes.iter().filter(|lane| lane.error.holds == Some(true)).count();
                let open = [Some(TicketVerdict::NotFound), Some(TicketVerdict::Incomplete)];
                let not_completed = self.lanes.iter().filter(|lane| open.contains(&lane.verdict())).count();
                RunState::Done { holding, not_completed, lanes: self.lanes.len() }
            }
        }
    }

    /// The loss if the run is dropped; `None` up to [`LONG_RUN`], and after a failure of the engine.
    pub fn stake(&self) -> Option<Stake> {
        let learned = self.learned.iter().map(|lane| lane.elapsed);
        let elapsed = self.lanes.iter().map(|lane| lane.elapsed).chain(learned).sum();
        let (done, lanes) = self.lanes_done();
        let failed = matches!(self.activity, Activity::Failed(_));
        (elapsed > LONG_RUN && !failed).then(|| Stake {
            elapsed,
            neurons: self.lanes.iter().map(LaneView::neurons_sampled).sum(),
            batches: self.learned.iter().map(|lane| lane.position.steps_done).sum(),
            done,
            lanes,
        })
    }

    /// The lanes built and checked, or learned, and all lanes.
    fn lanes_done(&self) -> (usize, usize) {
        let built = self.lanes.iter().filter(|lane| lane.phase == Phase::Done).count();
        let learned = self.learned.iter().filter(|lane| lane.is_done).count();
        (built + learned, self.lanes.len() + self.learned.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::session::{Command, Session, Step, Worker};

    #[test]
    fn a_run_is_done_when_all_its_lanes_are() {
        let session = Session::new(Experiment::load("malach-vs-hyperbolic", None, &[]).unwrap()).unwrap();
        let mut worker = Worker::spawn(session);
        assert_eq!(worker.latest().state(), RunState::Paused { done: 0, lanes: 2 });
        let mut send = |command| {
            worker.send(command);
            while !worker.is_at_rest(&worker.latest()) {
                std::thread::yield_now();
            }
            (*worker.latest()).clone()
        };
        let lane = send(Command::Step(Step::All, vec![1]));
        assert_eq!(lane.state(), RunState::Paused { done: 1, lanes: 2 });
        // The lane on view does not matter.
        assert_eq!(send(Command::View { lane: 1, layer: None }).state(), lane.state());
        let mut all = send(Command::Step(Step::All, vec![0]));
        assert_eq!(all.state(), RunState::Done { holding: 2, not_completed: 0, lanes: 2 });
        all.lanes[0].error.holds = Some(false);
        assert_eq!(all.state(), RunState::Done { holding: 1, not_completed: 0, lanes: 2 });
        all.activity = Activity::Running;
        assert_eq!(all.state(), RunState::Running);
    }

    #[test]
    fn only_a_long_run_is_at_stake() {
        let session = Session::new(Experiment::load("malach-vs-hyperbolic", None, &[]).unwrap()).unwrap();
        let mut snapshot = (*Worker::spawn(session).latest()).clone();
        assert_eq!(snapshot.stake(), None);
        snapshot.lanes[0].elapsed = LONG_RUN;
        assert_eq!(snapshot.stake(), None);
        snapshot.lanes[1].elapsed = Duration::from_millis(1);
        let stake = snapshot.stake().unwrap();
        assert_eq!((stake.elapsed, stake.done, stake.lanes), (Duration::from_millis(5001), 0, 2));
        snapshot.activity = Activity::Failed("gone".to_owned());
        assert_eq!(snapshot.stake(), None);
    }
}
