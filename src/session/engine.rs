//! The worker's thread: it obeys commands, advances lanes in slices of milliseconds, and publishes snapshots.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::background::{drop_aside, lock, panic_message};
use super::command::Command;
use super::lane::{Lane, Phase, Step};
use super::learned::{BridgeWatch, LearnedWatch};
use super::output::OutputWatch;
use super::snapshot::{Activity, Snapshot};
use super::speed::Speed;
use super::weight::WeightWatch;
use super::{LaneNumber, LearnedLane, Session};
use crate::construction::NeuronStory;

/// The most steps requested ahead: more than a person types during one step.
const STEPS_AHEAD: usize = 64;

/// Neurons drawn, or batches computed, between two looks at the clock: at most a few milliseconds.
const NEURONS_PER_SLICE: u64 = 2_000;

/// The longest time without a look at the commands.
const SLICE: Duration = Duration::from_millis(5);

/// Between two snapshots of a busy worker.
const BETWEEN_SNAPSHOTS: Duration = Duration::from_millis(15);

/// A paced run rests at least so long between two turns, however many neurons are due in one: a thread that wakes up for each
/// neuron keeps the processor awake, and no screen shows more than the newest.
const LEAST_REST: Duration = Duration::from_millis(33);

/// How long a neuron's story stays during a run.
const STORY: Duration = Duration::from_secs(1);

/// Between two looks for outputs under way on another thread.
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

/// A session and its pace, owned by the worker's thread.
#[derive(Debug)]
pub(super) struct Engine {
    session: Session,
    pace: Pace,
    /// lanes still moving
    moving: Vec<usize>,
    /// steps requested during another step
    waiting: VecDeque<Command>,
    speed: Speed,
    /// the construction on view
    lane: usize,
    /// the learned lane on view instead, if any
    learned: Option<usize>,
    layer: Option<usize>,
    weight: WeightWatch,
    output: OutputWatch,
    learned_watch: LearnedWatch,
    bridge: BridgeWatch,
    /// the story on view: since when, of which run, lane and layer
    told: Option<(Instant, (u64, usize, usize), NeuronStory)>,
    run: u64,
    obeyed: u64,
}

/// The pace of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Pace {
    Paused,
    Stepping(Step),
    /// building a taken-back layer again, or repeating batches
    GoingBack,
    /// since when, and neurons drawn (or batches computed) since by each lane
    Running(Instant, u64),
}

impl Engine {
    pub(super) fn new(session: Session) -> Self {
        let (speed, learned) = (Speed::of(&session), first_on_view(&session));
        let mut engine = Self {
            session,
            pace: Pace::Paused,
            moving: Vec::new(),
            waiting: VecDeque::new(),
            speed,
            lane: 0,
            learned,
            layer: None,
            weight: WeightWatch::default(),
            output: OutputWatch::default(),
            learned_watch: LearnedWatch::default(),
            bridge: BridgeWatch::default(),
            told: None,
            run: 0,
            obeyed: 0,
        };
        if learned.is_some() {
            engine.look();
        }
        engine
    }

    /// Obeys commands and computes until nobody can send commands any more. Snapshots go into the slot.
    pub(super) fn serve(mut self, commands: &Receiver<Command>, slot: &Mutex<Arc<Snapshot>>) {
        let publish = |snapshot: Snapshot| {
            *lock(slot) = Arc::new(snapshot);
        };
        let mut published = Instant::now();
        loop {
            let wait = match self.pace {
                Pace::Paused if self.weight_is_behind() => Duration::ZERO,
                Pace::Paused if self.output_is_behind() || self.bridge.is_behind() => BETWEEN_LOOKS,
                Pace::Paused => Duration::MAX,
                Pace::Stepping(_) | Pace::GoingBack => Duration::ZERO,
                Pace::Running(..) => self.until_next_neuron(),
            };
            let mut obeyed = false;
            // Obey all waiting commands, then go on.
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
                self.look();
            }));
            if let Err(panic) = work {
                let mut last = (**lock(slot)).clone();
                last.activity = Activity::Failed(panic_message(&*panic));
                last.is_behind = false;
                publish(last);
                return;
            }
            let at_rest = self.pace == Pace::Paused && !self.is_behind();
            if obeyed || at_rest || published.elapsed() >= BETWEEN_SNAPSHOTS {
                let mut snapshot = self.snapshot();
                self.keep_story(&mut snapshot);
                publish(snapshot);
                published = Instant::now();
            }
        }
    }

    fn obey(&mut self, command: Command) {
        let step = matches!(command, Command::Step(..) | Command::Back(..));
        if step && matches!(self.pace, Pace::Stepping(_) | Pace::GoingBack) {
            // Keys may come faster than steps end.
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
            Command::Step(step, lanes) => self.set_moving(Pace::Stepping(step), lanes),
            Command::Back(step, lanes) => {
                self.set_moving(Pace::GoingBack, lanes);
                for &lane in &self.moving {
                    match self.session.lane_number(lane) {
                        LaneNumber::Construction(lane) => self.session.lane_mut(lane).take_back(step),
                        LaneNumber::Learned(lane) => self.session.learned_mut(lane).take_back(step),
                    }
                }
            }
            Command::Run(lanes) => self.set_moving(Pace::Running(Instant::now(), 0), lanes),
            Command::Pause => self.pace = Pace::Paused,
            Command::Restart => {
                drop_aside(self.session.restart());
                self.start_over();
            }
            Command::Load(session) => {
                drop_aside(std::mem::replace(&mut self.session, *session));
                self.speed = Speed::of(&self.session);
                (self.lane, self.learned) = (0, first_on_view(&self.session));
                self.output.turn_back();
                self.learned_watch.turn_back();
                self.bridge.turn_back();
                self.start_over();
            }
            Command::Compare(constructions) => {
                // Lanes are counted anew.
                let looked_at = self.session.lanes()[self.lane].plan().construction;
                self.session.compare(&constructions);
                let same = |lane: &Lane| lane.plan().construction == looked_at;
                self.lane = self.session.lanes().iter().position(same).unwrap_or(0);
                self.moving.clear();
                self.pace = Pace::Paused;
            }
            Command::ChangeSpeed { faster } => {
                self.speed = self.speed.changed(faster);
                if let Pace::Running(since, drawn) = &mut self.pace {
                    (*since, *drawn) = (Instant::now(), 0);
                }
            }
            Command::View { lane, layer } => {
                self.learned = None;
                match self.session.lane_number(lane) {
                    LaneNumber::Construction(lane) => self.lane = lane,
                    LaneNumber::Learned(lane) => self.learned = Some(lane),
                }
                self.layer = layer;
            }
            Command::WatchWeight(weight) => {
                self.weight.turn_to(weight);
                self.learned_watch.turn_to_weight(weight);
            }
            Command::WatchLatestWeight => {
                self.weight.turn_to_latest();
                self.learned_watch.turn_to_weight(Some((0, 0)));
            }
            Command::WatchOutput(input) => {
                self.output.turn_to(input, &mut self.session);
                self.learned_watch.turn_to_example(input);
            }
            Command::WatchBridge(watched) => self.bridge.turn(watched),
        }
    }

    fn set_moving(&mut self, pace: Pace, lanes: Vec<usize>) {
        let count = self.session.lanes().len() + self.session.learned().len();
        self.moving = lanes.into_iter().filter(|&lane| lane < count).collect();
        self.pace = if self.moving.is_empty() { Pace::Paused } else { pace };
    }

    fn start_over(&mut self) {
        self.pace = Pace::Paused;
        self.layer = None;
        self.run += 1;
    }

    /// Computes for about one slice, the moving lanes in turn.
    fn work(&mut self) {
        let started = Instant::now();
        while self.pace != Pace::Paused && started.elapsed() < SLICE {
            let (step, budget) = match self.pace {
                Pace::Paused => return,
                Pace::GoingBack => (None, NEURONS_PER_SLICE),
                Pace::Stepping(step) => (Some(step), NEURONS_PER_SLICE),
                Pace::Running(since, drawn) => {
                    (Some(Step::All), self.speed.due(since, drawn).min(NEURONS_PER_SLICE))
                }
            };
            if budget == 0 && self.is_building() {
                return;
            }
            if let Pace::Running(_, drawn) = &mut self.pace {
                *drawn += budget;
            }
            let session = &mut self.session;
            self.moving.retain(|&lane| {
                let is_there = match session.lane_number(lane) {
                    LaneNumber::Construction(lane) => advance(session.lane_mut(lane), step, budget),
                    LaneNumber::Learned(lane) => advance_learned(session.learned_mut(lane), step, budget),
                };
                !is_there
            });
            if self.moving.is_empty() {
                self.pace = Pace::Paused;
                if let Some(next) = self.waiting.pop_front() {
                    self.obey(next);
                }
            }
        }
    }

    /// Whether all moving lanes draw neurons or compute batches.
    fn is_building(&self) -> bool {
        let draws = |lane: &Lane| matches!(lane.phase(), Phase::Building(_)) && !lane.is_measuring();
        self.moving.iter().all(|&lane| match self.session.lane_number(lane) {
            LaneNumber::Construction(lane) => draws(&self.session.lanes()[lane]),
            LaneNumber::Learned(lane) => !self.session.learned()[lane].is_done(),
        })
    }

    /// Looks at the watched parts of the lane on view.
    fn look(&mut self) {
        self.bridge.look(&self.session);
        match self.learned {
            None => {
                let moves = matches!(self.pace, Pace::Stepping(_) | Pace::Running(..));
                self.weight.look(&self.session, self.run, self.lane, self.layer, moves);
                self.output.look(&mut self.session, self.run, self.lane);
            }
            Some(lane) => {
                let number = self.session.lanes().len() + lane;
                let moves = self.pace != Pace::Paused && self.moving.contains(&number);
                self.learned_watch.look(&self.session, self.run, lane, self.layer, moves);
            }
        }
    }

    fn weight_is_behind(&self) -> bool {
        if self.learned.is_some() { self.learned_watch.seeks_history() } else { self.weight.is_behind() }
    }

    fn output_is_behind(&self) -> bool {
        if self.learned.is_some() { self.learned_watch.is_counting() } else { self.output.is_behind() }
    }

    /// Whether the next snapshot shows more, without another command.
    fn is_behind(&self) -> bool {
        self.weight_is_behind() || self.output_is_behind() || self.bridge.is_behind()
    }

    /// How long a paced run has nothing to do.
    fn until_next_neuron(&self) -> Duration {
        match (self.pace, self.speed) {
            (Pace::Running(since, drawn), Speed::PerSecond(speed))
                if self.is_building() && self.speed.due(since, drawn) == 0 =>
            {
                let at = Duration::from_secs_f64((drawn + 1) as f64 / speed as f64);
                at.saturating_sub(since.elapsed()).clamp(LEAST_REST, Duration::from_secs(1))
            }
            _ => Duration::ZERO,
        }
    }

    /// During a run the story of a neuron stays for a while, to be read.
    fn keep_story(&mut self, snapshot: &mut Snapshot) {
        let lane = &mut snapshot.lanes[snapshot.shown];
        let place = (snapshot.run, lane.index, lane.view.layer);
        match self.told {
            Some((since, told, story))
                if matches!(self.pace, Pace::Running(..)) && told == place && since.elapsed() < STORY =>
            {
                lane.view.last = Some(story);
            }
            _ => self.told = lane.view.last.map(|story| (Instant::now(), place, story)),
        }
    }

    /// The session at this moment.
    pub(super) fn snapshot(&self) -> Snapshot {
        let lanes = 0..self.session.learned().len();
        let mut learned: Vec<_> = lanes.map(|lane| self.session.learned_view(lane)).collect();
        if let Some(lane) = self.learned {
            learned[lane].layer = self.learned_watch.scores();
        }
        Snapshot {
            run: self.run,
            obeyed: self.obeyed,
            experiment: Arc::clone(self.session.experiment()),
            plan: Arc::clone(self.session.plan()),
            activity: match self.pace {
                Pace::Paused => Activity::Paused,
                Pace::Stepping(_) => Activity::Stepping,
                Pace::GoingBack => Activity::GoingBack,
                Pace::Running(..) => Activity::Running,
            },
            speed: self.speed,
            lanes: (0..self.session.lanes().len()).map(|lane| self.session.view(lane, self.layer)).collect(),
            shown: self.lane,
            weight: self.weight.view().filter(|_| self.learned.is_none()),
            output: self.output.view().filter(|_| self.learned.is_none()),
            learned,
            shown_learned: self.learned,
            learned_weight: self.learned_watch.weight().filter(|_| self.learned.is_some()),
            learned_output: self.learned_watch.output().filter(|_| self.learned.is_some()),
            bridge: self.bridge.view(&self.session),
            is_behind: self.is_behind(),
        }
    }
}

/// The learned lane that a session opens on: its only one. Several stand side by side on Compare.
fn first_on_view(session: &Session) -> Option<usize> {
    (session.learned().len() == 1).then_some(0)
}

/// Advances a lane for at most about one slice, to the end of a step or, without one, of a step back. Whether it is
/// reached.
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

/// As [`advance`], for a learned lane.
fn advance_learned(lane: &mut LearnedLane, step: Option<Step>, budget: u64) -> bool {
    let started = Instant::now();
    let stop = || started.elapsed() >= SLICE;
    match step {
        Some(step) => lane.advance_until(step, budget, &stop),
        None => lane.replay(budget, &stop),
    }
}

fn receive(commands: &Receiver<Command>, wait: Duration) -> Result<Command, RecvTimeoutError> {
    if wait == Duration::MAX {
        commands.recv().map_err(|_| RecvTimeoutError::Disconnected)
    } else {
        commands.recv_timeout(wait)
    }
}
