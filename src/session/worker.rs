//! The worker: a thread that owns a session. Commands go in through a channel; the latest snapshot comes out of a slot that
//! holds one. No lock is held while computing or drawing.
//!
//! No command waits for a long computation: the worker computes in slices of milliseconds, and a computation that cannot be cut, as
//! that of a norm, goes on beside it, see [`background`](super::background). A worker that is dropped is not waited for either.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::background::{drop_aside, lock, on_new_thread, panic_message};
use super::output::OutputWatch;
use super::speed::Speed;
use super::weight::WeightWatch;
use super::{Activity, Lane, Phase, Session, Snapshot, Step};
use crate::experiment::Construction;

/// Steps asked for ahead; more than a person types while another is on its way.
const STEPS_AHEAD: usize = 64;

/// Neurons drawn between two looks at the clock: at most a few milliseconds.
const NEURONS_PER_SLICE: u64 = 2_000;

/// The longest time without a look at the commands, and between two snapshots of a busy worker.
const SLICE: Duration = Duration::from_millis(5);
const BETWEEN_SNAPSHOTS: Duration = Duration::from_millis(15);

/// Between two looks for what is evaluated beside the worker, for the snapshot alone.
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

/// Longest time for which the system may refuse the engine's thread.
const LONGEST_REFUSAL: Duration = Duration::from_secs(1);

/// What a worker can be told.
#[derive(Debug)]
pub enum Command {
    /// take one step in each of these lanes, counted from 0
    Step(Step, Vec<usize>),
    /// take one step back in each of these lanes
    Back(Step, Vec<usize>),
    /// run these lanes at the chosen speed
    Run(Vec<usize>),
    /// stop stepping or running
    Pause,
    /// forget all that was built
    Restart,
    /// put another session in place of this one
    Load(Box<Session>),
    /// change the speed of running
    ChangeSpeed {
        /// to the next faster one, else to the next slower one
        faster: bool,
    },
    /// have lanes of these constructions beside those of the preset, see [`Session::compare`]; what moves stops
    Compare(Vec<Construction>),
    /// show this lane, and this layer of it in full; without one, the layer being built
    View {
        /// lane, from 0
        lane: usize,
        /// layer, from 1
        layer: Option<usize>,
    },
    /// show how a weight of the layer looked at is put together, (output, input) from 0, and the errors of its layer; or none
    WatchWeight(Option<(usize, usize)>),
    /// show F and Ĝ at the input of this number, from 0, or at none
    WatchOutput(Option<usize>),
}

/// A handle to the thread. Dropping it ends the thread, at its next look at the commands; nobody waits for that.
#[derive(Debug)]
pub struct Worker {
    commands: Sender<Command>,
    slot: Arc<Mutex<Arc<Snapshot>>>,
    sent: u64,
}

impl Worker {
    /// Starts a thread for `session`. It waits for commands. Where the system allows no thread, the only snapshot says so
    /// ([`Activity::Failed`]).
    pub fn spawn(session: Session) -> Self {
        let (commands, receiver) = channel();
        let engine = Engine::new(session);
        let slot = Arc::new(Mutex::new(Arc::new(engine.snapshot())));
        let published = Arc::clone(&slot);
        let serve = move || engine.serve(&receiver, &published);
        if let Err(error) = on_new_thread("engine", LONGEST_REFUSAL, serve) {
            let mut slot = lock(&slot);
            let failed = format!("expected room for a thread, found: {error}");
            Arc::make_mut(&mut slot).activity = Activity::Failed(failed);
        }
        Self { commands, slot, sent: 0 }
    }

    /// Tells the worker something, without waiting. It is obeyed within a slice of milliseconds, or for the largest networks of
    /// tenths of a second.
    pub fn send(&mut self, command: Command) {
        // A worker that has failed listens no more; its last snapshot says so.
        if self.commands.send(command).is_ok() {
            self.sent += 1;
        }
    }

    /// The latest snapshot.
    pub fn latest(&self) -> Arc<Snapshot> {
        Arc::clone(&lock(&self.slot))
    }

    /// Whether all commands sent so far had been obeyed at this snapshot.
    pub fn has_obeyed(&self, snapshot: &Snapshot) -> bool {
        snapshot.obeyed == self.sent || matches!(snapshot.activity, Activity::Failed(_))
    }

    /// Whether nothing new can come without a command: all are obeyed and the worker waits.
    pub fn is_at_rest(&self, snapshot: &Snapshot) -> bool {
        !snapshot.activity.is_busy() && !snapshot.is_behind && self.has_obeyed(snapshot)
    }
}

/// What the thread owns.
#[derive(Debug)]
struct Engine {
    session: Session,
    mode: Mode,
    /// lanes that still move
    moving: Vec<usize>,
    /// steps asked for while another was on its way
    waiting: VecDeque<Command>,
    speed: Speed,
    lane: usize,
    layer: Option<usize>,
    weight: WeightWatch,
    output: OutputWatch,
    run: u64,
    obeyed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    Paused,
    Stepping(Step),
    /// building again what is left of a layer that was taken back
    GoingBack,
    /// since when, and neurons drawn since by each lane
    Running(Instant, u64),
}

impl Engine {
    fn new(session: Session) -> Self {
        let speed = Speed::of(&session);
        Self {
            session,
            mode: Mode::Paused,
            moving: Vec::new(),
            waiting: VecDeque::new(),
            speed,
            lane: 0,
            layer: None,
            weight: WeightWatch::default(),
            output: OutputWatch::default(),
            run: 0,
            obeyed: 0,
        }
    }

    fn serve(mut self, commands: &Receiver<Command>, slot: &Mutex<Arc<Snapshot>>) {
        let publish = |snapshot: Snapshot| {
            *lock(slot) = Arc::new(snapshot);
        };
        let mut published = Instant::now();
        loop {
            let wait = match self.mode {
                Mode::Paused if self.weight.is_behind() => Duration::ZERO,
                Mode::Paused if self.output.is_behind() => BETWEEN_LOOKS,
                Mode::Paused => Duration::MAX,
                Mode::Stepping(_) | Mode::GoingBack => Duration::ZERO,
                Mode::Running(..) => self.until_next_neuron(),
            };
            let mut obeyed = false;
            // Take all that is waiting, then go on.
            let mut next = receive(commands, wait);
            while let Ok(command) = next {
                self.obey(command);
                self.obeyed += 1;
                obeyed = true;
                next = commands.try_recv().map_err(|error| match error {
                    std::sync::mpsc::TryRecvError::Empty => RecvTimeoutError::Timeout,
                    std::sync::mpsc::TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
                });
            }
            if matches!(next, Err(RecvTimeoutError::Disconnected)) {
                return;
            }
            let work = catch_unwind(AssertUnwindSafe(|| {
                self.work();
                self.weight.look(&self.session, self.run, self.lane, self.layer);
                self.output.look(&self.session, self.run, self.lane);
            }));
            if let Err(panic) = work {
                let mut last = (**lock(slot)).clone();
                last.activity = Activity::Failed(panic_message(&*panic));
                last.is_behind = false;
                publish(last);
                return;
            }
            let at_rest = self.mode == Mode::Paused && !self.is_behind();
            if obeyed || at_rest || published.elapsed() >= BETWEEN_SNAPSHOTS {
                publish(self.snapshot());
                published = Instant::now();
            }
        }
    }

    fn obey(&mut self, command: Command) {
        let step = matches!(command, Command::Step(..) | Command::Back(..));
        if step && matches!(self.mode, Mode::Stepping(_) | Mode::GoingBack) {
            // Keys may come faster than steps end; each counts, as many as a person would press ahead.
            if self.waiting.len() < STEPS_AHEAD {
                self.waiting.push_back(command);
            }
            return;
        }
        if matches!(
            command,
            Command::Run(_) | Command::Pause | Command::Restart | Command::Load(_) | Command::Compare(_)
        ) {
            self.waiting.clear();
        }
        match command {
            Command::Step(step, lanes) => self.set_moving(Mode::Stepping(step), lanes),
            Command::Back(step, lanes) => {
                self.set_moving(Mode::GoingBack, lanes);
                for &lane in &self.moving {
                    self.session.lane_mut(lane).take_back(step);
                }
            }
            Command::Run(lanes) => self.set_moving(Mode::Running(Instant::now(), 0), lanes),
            Command::Pause => self.mode = Mode::Paused,
            Command::Restart => {
                drop_aside(self.session.restart());
                self.start_over();
            }
            Command::Load(session) => {
                drop_aside(std::mem::replace(&mut self.session, *session));
                self.speed = Speed::of(&self.session);
                self.lane = 0;
                self.output.turn_back();
                self.start_over();
            }
            Command::Compare(constructions) => {
                // Lanes are counted anew.
                let looked_at = self.session.lanes()[self.lane].plan().construction;
                self.session.compare(&constructions);
                let same = |lane: &Lane| lane.plan().construction == looked_at;
                self.lane = self.session.lanes().iter().position(same).unwrap_or(0);
                self.moving.clear();
                self.mode = Mode::Paused;
            }
            Command::ChangeSpeed { faster } => {
                self.speed = self.speed.changed(faster);
                if let Mode::Running(since, drawn) = &mut self.mode {
                    (*since, *drawn) = (Instant::now(), 0);
                }
            }
            Command::View { lane, layer } => {
                self.lane = lane.min(self.session.lanes().len() - 1);
                self.layer = layer;
            }
            Command::WatchWeight(weight) => self.weight.turn_to(weight),
            Command::WatchOutput(input) => self.output.turn_to(input),
        }
    }

    fn set_moving(&mut self, mode: Mode, lanes: Vec<usize>) {
        let count = self.session.lanes().len();
        self.moving = lanes.into_iter().filter(|&lane| lane < count).collect();
        self.mode = if self.moving.is_empty() { Mode::Paused } else { mode };
    }

    fn start_over(&mut self) {
        self.mode = Mode::Paused;
        self.layer = None;
        self.run += 1;
    }

    /// Computes for about one slice, the moving lanes in turn.
    fn work(&mut self) {
        let started = Instant::now();
        while self.mode != Mode::Paused && started.elapsed() < SLICE {
            let (step, budget) = match self.mode {
                Mode::Paused => return,
                Mode::GoingBack => (None, NEURONS_PER_SLICE),
                Mode::Stepping(step) => (Some(step), NEURONS_PER_SLICE),
                Mode::Running(since, drawn) => {
                    (Some(Step::All), self.speed.due(since, drawn).min(NEURONS_PER_SLICE))
                }
            };
            if budget == 0 && self.is_building() {
                return;
            }
            if let Mode::Running(_, drawn) = &mut self.mode {
                *drawn += budget;
            }
            let session = &mut self.session;
            self.moving.retain(|&lane| {
                let lane = session.lane_mut(lane);
                !advance(lane, step, budget)
            });
            if self.moving.is_empty() {
                self.mode = Mode::Paused;
                if let Some(next) = self.waiting.pop_front() {
                    self.obey(next);
                }
            }
        }
    }

    /// Whether all that moves draws neurons.
    fn is_building(&self) -> bool {
        let draws = |lane: &Lane| matches!(lane.phase(), Phase::Building(_)) && !lane.is_measuring();
        self.moving.iter().all(|&lane| draws(&self.session.lanes()[lane]))
    }

    /// Whether the next snapshot shows more, without another command.
    fn is_behind(&self) -> bool {
        self.weight.is_behind() || self.output.is_behind()
    }

    /// How long a paced run has nothing to do.
    fn until_next_neuron(&self) -> Duration {
        match (self.mode, self.speed) {
            (Mode::Running(since, drawn), Speed::PerSecond(speed))
                if self.is_building() && self.speed.due(since, drawn) == 0 =>
            {
                let at = Duration::from_secs_f64((drawn + 1) as f64 / speed as f64);
                at.saturating_sub(since.elapsed()).clamp(Duration::from_millis(1), Duration::from_secs(1))
            }
            _ => Duration::ZERO,
        }
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            run: self.run,
            obeyed: self.obeyed,
            experiment: Arc::clone(self.session.experiment()),
            plan: Arc::clone(self.session.plan()),
            activity: match self.mode {
                Mode::Paused => Activity::Paused,
                Mode::Stepping(_) => Activity::Stepping,
                Mode::GoingBack => Activity::GoingBack,
                Mode::Running(..) => Activity::Running,
            },
            speed: self.speed,
            lanes: (0..self.session.lanes().len()).map(|lane| self.session.view(lane, self.layer)).collect(),
            shown: self.lane,
            weight: self.weight.view(),
            output: self.output.view(),
            is_behind: self.is_behind(),
        }
    }
}

/// Takes a lane on for at most about one slice, towards the end of a step or, without one, to where a step back leads;
/// whether it is reached.
fn advance(lane: &mut Lane, step: Option<Step>, budget: u64) -> bool {
    let at_once = lane.plan().construction.facts().draws_between_looks(NEURONS_PER_SLICE);
    let (started, mut left) = (Instant::now(), budget);
    loop {
        let now = left.min(at_once);
        let reached = match step {
            Some(step) => lane.advance_until(step, now, &|| started.elapsed() >= SLICE),
            None => lane.replay(now),
        };
        left = left.saturating_sub(at_once);
        if reached || left == 0 || started.elapsed() >= SLICE {
            return reached;
        }
    }
}

fn receive(commands: &Receiver<Command>, wait: Duration) -> Result<Command, RecvTimeoutError> {
    if wait == Duration::MAX {
        commands.recv().map_err(|_| RecvTimeoutError::Disconnected)
    } else {
        commands.recv_timeout(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;

    /// A worker whose first layer takes tenths of a second to measure, while it does.
    fn measuring() -> Worker {
        let settings = ["target=Random(widths:[200,200,2],weight_bound:0.05,seed:7)", "epsilon=1.0"];
        let experiment = Experiment::load("tiny", None, &settings.map(str::to_owned)).unwrap();
        let mut worker = Worker::spawn(Session::new(experiment).unwrap());
        worker.send(Command::Run(vec![0]));
        while worker.latest().speed != Speed::FlatOut {
            worker.send(Command::ChangeSpeed { faster: true });
            std::thread::yield_now();
        }
        while !worker.latest().lane().is_measuring {
            assert!(worker.latest().activity.is_busy(), "{:?}", worker.latest().activity);
            std::thread::yield_now();
        }
        worker
    }

    fn obeyed(worker: &mut Worker, command: Command) -> Arc<Snapshot> {
        worker.send(command);
        while !worker.has_obeyed(&worker.latest()) {
            std::thread::yield_now();
        }
        worker.latest()
    }

    #[test]
    fn a_measurement_keeps_no_command_waiting() {
        let mut worker = measuring();
        let viewed = obeyed(&mut worker, Command::View { lane: 0, layer: Some(2) });
        assert!(viewed.lane().is_measuring && viewed.lane().view.layer == 2);
        let watched = obeyed(&mut worker, Command::WatchWeight(Some((3, 5))));
        assert!(watched.weight.is_some());
        let paused = obeyed(&mut worker, Command::Pause);
        assert_eq!(paused.activity, Activity::Paused);
        // What was measured meanwhile is picked up, and the run goes on.
        worker.send(Command::Step(Step::Layer, vec![0]));
        while !worker.is_at_rest(&worker.latest()) {
            std::thread::yield_now();
        }
        let measured = worker.latest();
        assert!(measured.lane().layers.iter().all(|row| row.check.is_some()));
        let restarted = obeyed(&mut worker, Command::Restart);
        assert_eq!(restarted.lane().neurons_sampled(), crate::theory::Count::ZERO);
    }

    /// The thread is left to itself; what it owns is freed when it sees that nobody listens.
    #[test]
    fn a_worker_that_is_dropped_is_not_waited_for() {
        let worker = measuring();
        let experiment = Arc::downgrade(&worker.latest().experiment);
        let slot = Arc::downgrade(&worker.slot);
        drop(worker);
        while slot.strong_count() > 0 || experiment.strong_count() > 0 {
            std::thread::yield_now();
        }
    }
}
