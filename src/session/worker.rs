//! The worker: a thread that owns a session. Commands go in through a bounded channel; the latest snapshot comes
//! out of a slot that holds one. No lock is held while computing or drawing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{Activity, Phase, Session, Snapshot, Step};

/// Commands that may wait for the worker; more than a person types within one slice.
const COMMANDS: usize = 64;

/// Neurons drawn between two looks at the clock: at most a few milliseconds.
const NEURONS_PER_SLICE: u64 = 2_000;

/// The longest time without a look at the commands, and between two snapshots of a busy worker.
const SLICE: Duration = Duration::from_millis(5);
const BETWEEN_SNAPSHOTS: Duration = Duration::from_millis(15);

/// A running session aims to end within this time at its first speed, so that there is something to see.
const WATCHABLE: Duration = Duration::from_secs(20);

/// Neurons per second while running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speed {
    /// this many
    PerSecond(u64),
    /// as fast as the machine can
    FlatOut,
}

impl Speed {
    const LADDER: [u64; 18] = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000,
        500_000,
    ];

    /// The slowest speed at which `neurons` take no longer than one can watch.
    pub fn to_watch(neurons: u64) -> Self {
        let needed = neurons / WATCHABLE.as_secs();
        Self::LADDER.into_iter().find(|&speed| speed >= needed).map_or(Self::FlatOut, Self::PerSecond)
    }

    /// The next faster or slower speed.
    pub fn changed(self, faster: bool) -> Self {
        let place = match self {
            Self::PerSecond(speed) => Self::LADDER.partition_point(|&s| s < speed),
            Self::FlatOut => Self::LADDER.len(),
        };
        let place = if faster { place + 1 } else { place.saturating_sub(1) };
        Self::LADDER.get(place).map_or(Self::FlatOut, |&speed| Self::PerSecond(speed))
    }
}

/// What a worker can be told.
#[derive(Debug)]
pub enum Command {
    /// take one step
    Step(Step),
    /// run at the chosen speed
    Run,
    /// stop stepping or running
    Pause,
    /// forget all that was built
    Restart,
    /// put another session in place of this one
    Load(Box<Session>),
    /// change the speed of running
    Speed(Speed),
    /// show this lane, and this layer of it in full; without one, the layer being built
    View {
        /// lane, from 0
        lane: usize,
        /// layer, from 1
        layer: Option<usize>,
    },
}

/// A handle to the thread. Dropping it ends the thread.
#[derive(Debug)]
pub struct Worker {
    commands: Option<SyncSender<Command>>,
    slot: Arc<Mutex<Arc<Snapshot>>>,
    thread: Option<JoinHandle<()>>,
    sent: u64,
}

impl Worker {
    /// Starts a thread for `session`. It waits for commands.
    pub fn spawn(session: Session) -> Self {
        let (commands, receiver) = sync_channel(COMMANDS);
        let engine = Engine::new(session);
        let slot = Arc::new(Mutex::new(Arc::new(engine.snapshot())));
        let published = Arc::clone(&slot);
        let thread = std::thread::spawn(move || engine.serve(&receiver, &published));
        Self { commands: Some(commands), slot, thread: Some(thread), sent: 0 }
    }

    /// Tells the worker something. It is obeyed within a slice of a few milliseconds, a layer's measurement
    /// apart.
    pub fn send(&mut self, command: Command) {
        // A worker that has failed listens no more; its last snapshot says so.
        if self.commands.as_ref().is_some_and(|commands| commands.send(command).is_ok()) {
            self.sent += 1;
        }
    }

    /// The latest snapshot.
    pub fn latest(&self) -> Arc<Snapshot> {
        Arc::clone(&self.slot.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether all commands sent so far had been obeyed at this snapshot.
    pub fn has_obeyed(&self, snapshot: &Snapshot) -> bool {
        snapshot.obeyed == self.sent || matches!(snapshot.activity, Activity::Failed(_))
    }

    /// Whether nothing new can come without a command: all are obeyed and the worker waits.
    pub fn is_at_rest(&self, snapshot: &Snapshot) -> bool {
        let busy = matches!(snapshot.activity, Activity::Stepping | Activity::Running);
        !busy && self.has_obeyed(snapshot)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            // A worker never panics out of its thread; there is nothing to tell.
            let _ = thread.join();
        }
    }
}

/// What the thread owns.
#[derive(Debug)]
struct Engine {
    session: Session,
    mode: Mode,
    speed: Speed,
    lane: usize,
    layer: Option<usize>,
    run: u64,
    obeyed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    Paused,
    Stepping(Step),
    /// since when, and neurons drawn since
    Running(Instant, u64),
}

impl Engine {
    fn new(session: Session) -> Self {
        let speed = watchable_speed(&session);
        Self { session, mode: Mode::Paused, speed, lane: 0, layer: None, run: 0, obeyed: 0 }
    }

    fn serve(mut self, commands: &Receiver<Command>, slot: &Mutex<Arc<Snapshot>>) {
        let publish = |snapshot: Snapshot| {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
        };
        let mut published = Instant::now();
        loop {
            let wait = match self.mode {
                Mode::Paused => Duration::MAX,
                Mode::Stepping(_) => Duration::ZERO,
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
            let work = catch_unwind(AssertUnwindSafe(|| self.work()));
            if let Err(panic) = work {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown panic");
                let mut last = (**slot.lock().unwrap_or_else(PoisonError::into_inner)).clone();
                last.activity = Activity::Failed(text.to_owned());
                publish(last);
                return;
            }
            if obeyed || self.mode == Mode::Paused || published.elapsed() >= BETWEEN_SNAPSHOTS {
                publish(self.snapshot());
                published = Instant::now();
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Step(step) => self.mode = Mode::Stepping(step),
            Command::Run => self.mode = Mode::Running(Instant::now(), 0),
            Command::Pause => self.mode = Mode::Paused,
            Command::Restart => {
                self.session.restart();
                self.start_over();
            }
            Command::Load(session) => {
                self.session = *session;
                self.speed = watchable_speed(&self.session);
                self.lane = 0;
                self.start_over();
            }
            Command::Speed(speed) => {
                self.speed = speed;
                if let Mode::Running(since, drawn) = &mut self.mode {
                    (*since, *drawn) = (Instant::now(), 0);
                }
            }
            Command::View { lane, layer } => {
                self.lane = lane.min(self.session.lanes().len() - 1);
                self.layer = layer;
            }
        }
    }

    fn start_over(&mut self) {
        self.mode = Mode::Paused;
        self.layer = None;
        self.run += 1;
    }

    /// Computes for about one slice.
    fn work(&mut self) {
        let started = Instant::now();
        while self.mode != Mode::Paused && started.elapsed() < SLICE {
            let lane = self.session.lane_mut(self.lane);
            let (step, budget) = match self.mode {
                Mode::Paused => return,
                Mode::Stepping(step) => (step, NEURONS_PER_SLICE),
                Mode::Running(since, drawn) => {
                    (Step::All, due(self.speed, since, drawn).min(NEURONS_PER_SLICE))
                }
            };
            let building = matches!(lane.phase(), Phase::Building(_));
            if building && budget == 0 {
                return;
            }
            if let Mode::Running(_, drawn) = &mut self.mode {
                *drawn += budget;
            }
            if lane.advance(step, budget) {
                self.mode = Mode::Paused;
            }
        }
    }

    /// How long a paced run has nothing to do.
    fn until_next_neuron(&self) -> Duration {
        let building = matches!(self.session.lanes()[self.lane].phase(), Phase::Building(_));
        match (self.mode, self.speed) {
            (Mode::Running(since, drawn), Speed::PerSecond(speed))
                if building && due(self.speed, since, drawn) == 0 =>
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
                Mode::Running(..) => Activity::Running,
            },
            speed: self.speed,
            lane: self.session.view(self.lane, self.layer),
            lanes: self.session.lanes().len(),
        }
    }
}

/// Neurons that a run at `speed` is behind.
fn due(speed: Speed, since: Instant, drawn: u64) -> u64 {
    match speed {
        Speed::FlatOut => u64::MAX,
        Speed::PerSecond(speed) => {
            ((since.elapsed().as_secs_f64() * speed as f64) as u64).saturating_sub(drawn)
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

/// A speed to watch the first lane at. First-fit fills every demand, so there are about as many neurons.
fn watchable_speed(session: &Session) -> Speed {
    let demands = |lane: &super::Lane| -> u64 {
        lane.plan().layers.iter().map(|layer| 2 * layer.ranges.levels as u64 * layer.weights).sum()
    };
    session.lanes().first().map_or(Speed::FlatOut, |lane| Speed::to_watch(demands(lane)))
}
