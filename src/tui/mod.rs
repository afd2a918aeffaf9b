//! The screens. The only module with ratatui and crossterm.
//!
//! The thread that calls [`run`] reads keys and draws; a [`Worker`](crate::session::Worker) computes. A key becomes an
//! [`Action`](keymap::Action) through the tables in [`keymap`]; [`App::update`](app::App::update) turns it, without side
//! effects, into a new state and effects; the loop here carries those out. Panes draw from a
//! [`Snapshot`] and compute nothing. Looks are data: [`theme`](look::theme) and [`glyphs`](look::glyphs).
//!
//! At rest nothing is drawn and nothing wakes up: the loop sleeps until a key comes. While the worker is busy it looks
//! for a new snapshot at most `frames_per_second` times a second; a key's own effect is drawn at once.
//!
//! The loop waits for the terminal in one place, `terminal::input`, and never in a write: a stopped terminal gets no
//! new frame until the last one is out, and keys are read meanwhile. A lost terminal ends the loop ([`Failure`]).

pub mod app;
mod chrome;
pub mod clipboard;
pub mod config;
pub mod effects;
pub mod export;
mod hands;
pub mod keymap;
mod learned_lane;
pub mod lecture;
pub mod lesson;
pub mod look;
mod opening;
pub mod overlays;
pub mod request;
pub mod screens;
mod table;
pub mod terminal;
pub mod view;
pub mod widgets;

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::session::{Activity, Snapshot};
use app::App;
pub use chrome::render;
use config::Config;
use effects::{Effect, News};
use hands::Hands;
pub use look::Look;
use look::glyphs::Glyphs;
pub use look::theme::Color;
use look::theme::{Colours, Theme};
use opening::Opening;
pub use opening::{LoadSession, NotOpened, OpenSession};
use ratatui::layout::Size;
use terminal::Extras;
use terminal::display::{HeldTerminal, size_in_pixels};
use terminal::images::Images;
use terminal::input::Arrival;
use terminal::keeper::Keeper;
use terminal::line;
use terminal::recording::Recording;

/// The look of the screen, and the source of other sessions.
pub struct Options {
    /// when to use colours
    pub color: Color,
    /// the protocol for images; without one, that of a terminal that names itself in the environment
    pub images: Option<Images>,
    /// the options that can be remembered
    pub config: Config,
    /// arguments of the program that change a preset, for the command that repeats a run
    pub overrides: Vec<String>,
    /// takes all that the terminal is sent
    pub recording: Option<Recording>,
    /// gives the terminal back if the program is killed
    pub keeper: Option<Keeper>,
    /// whether the lesson is open from the start
    pub lesson: bool,
    /// whether the screens are those of a lecture from the start
    pub large: bool,
    /// opens a session of another preset
    pub load: LoadSession,
}

/// While a command is on its way to the worker, how often its answer is looked for.
const ANSWER: Duration = Duration::from_millis(2);

/// How long the first session may take before the screen says "opening".
const QUIET: Duration = Duration::from_millis(150);

/// While a question has not reached the terminal, how often the terminal is looked at.
const UNSEEN: Duration = Duration::from_millis(50);

/// At rest: until a key comes.
const FOREVER: Duration = Duration::from_secs(24 * 60 * 60);

/// Files that a screen opens at once, at most: two pairs of sockets for signals, the terminal, a pipe to the keeper, and a
/// file read or written.
const FILES: usize = 8;

/// Said where sixels have no size.
const NO_SIXELS: &str = "no images: the size of a character in pixels is not known here";

/// How the explorer was left.
#[derive(Debug)]
pub struct Ended {
    /// the last snapshot
    pub last: Arc<Snapshot>,
    /// the engine's error
    pub failure: Option<String>,
    /// whether the terminal still reads; otherwise writing to it may block
    pub reads: bool,
}

/// Why the explorer ended without being left.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// the terminal was closed or taken away
    #[error("the terminal is gone")]
    Gone,
    /// whatever else the terminal reports
    #[error(transparent)]
    Terminal(io::Error),
    /// there is no session
    #[error(transparent)]
    NotOpened(#[from] NotOpened),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if line::is_gone(&error) { Self::Gone } else { Self::Terminal(error) }
    }
}

/// Opens the explorer on the session that `open` gives, and returns when the user leaves; `None` if that is before the
/// session is there. Meanwhile the screen says "opening" and `name`.
///
/// # Errors
/// Why there is no session, or whatever the terminal reports. It is restored in any case.
pub fn run(name: &str, open: OpenSession, options: Options) -> Result<Option<Ended>, Failure> {
    let Options { color, images, config, overrides, recording, mut keeper, lesson, large, load } = options;
    let variable = |name: &str| std::env::var(name).ok();
    let colours = Colours::of(color, variable);
    let (theme, mouse) = (config.theme().theme(variable), config.mouse());
    let look = Look { theme: Theme::of(theme, colours), glyphs: Glyphs::choose(config.ascii(), variable) };
    let mut images = Images::choose(images, &look, variable);
    let knows_cells = images != Images::Sixel || size_in_pixels() != Size::ZERO;
    if !knows_cells {
        images = Images::None;
    }
    let extras = Extras { mouse, kitty_images: images == Images::Kitty };
    let mut opening = Opening::default();
    opening.start(open);
    // A session opened soon, or refused, does not touch the terminal.
    let (session, taken) = match opening.wait(QUIET) {
        Some(opened) => (opened?, None),
        None => {
            require_files()?;
            let mut taken = HeldTerminal::new(extras, images, keeper.take(), recording.clone())?;
            match opening.watch(&mut taken, name, &look)? {
                Some(opened) => (opened?, Some(taken)),
                None => return Ok(None),
            }
        }
    };
    let mut hands = Hands::new(session, load);
    if let Activity::Failed(failure) = &hands.worker.latest().activity {
        // There is no engine to show.
        return Ok(Some(Ended { last: hands.worker.latest(), failure: Some(failure.clone()), reads: true }));
    }
    let mut app = App::new(hands.worker.latest());
    (app.theme, app.colours, app.overrides, app.config) = (theme, colours, overrides, config);
    app.shows_images = images != Images::None;
    if !knows_cells {
        app.notice = Some(NO_SIXELS.to_owned());
    }
    app.is_large = large;
    let effects = app.begin(lesson);
    let mut taken = match taken {
        Some(taken) => taken,
        None => {
            require_files()?;
            HeldTerminal::new(extras, images, keeper, recording)?
        }
    };
    if let Err(error) = show(&mut app, effects, &mut hands, &mut taken, look) {
        let failure = Failure::from(error);
        if matches!(failure, Failure::Gone) {
            // The end does not wait for the engine: nobody is there to see its last step.
            std::mem::forget(hands);
        }
        return Err(failure);
    }
    let reads = taken.guard.leave();
    let failure = match &app.latest.activity {
        Activity::Failed(message) => Some(message.clone()),
        _ => None,
    };
    Ok(Some(Ended { last: hands.worker.latest(), failure, reads }))
}

/// Checks for room for the files of a screen, before the terminal is taken.
fn require_files() -> io::Result<()> {
    let wanted = if cfg!(unix) { FILES } else { 0 };
    let opened: io::Result<Vec<File>> = (0..wanted).map(|_| File::open("/dev/null")).collect();
    opened.map(drop).map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("expected room for {FILES} more open files (ulimit -n), found: {error}"),
        )
    })
}

/// Carries out the first effects, then draws and obeys until the user leaves.
fn show(
    app: &mut App,
    first: Vec<Effect>,
    hands: &mut Hands,
    taken: &mut HeldTerminal,
    mut look: Look,
) -> io::Result<()> {
    let HeldTerminal { display, input, .. } = taken;
    let between_frames = Duration::from_secs(1) / u32::from(app.config.frames_per_second());
    if hands.carry_out(app, first, display, &look)? {
        return Ok(());
    }
    let mut drawn = Instant::now();
    let mut stale = true;
    let mut at_once = true;
    // Whether the last frame holds the question about leaving, and whether the terminal took such a frame.
    let (mut question_drawn, mut question_sent) = (false, false);
    loop {
        look.theme = Theme::of(app.theme, app.colours);
        if display.is_sending() {
            display.send()?;
        }
        if stale && !display.is_sending() && (at_once || drawn.elapsed() >= between_frames) {
            display.draw(|frame| {
                render(frame, app, &look);
                app.pictures.take()
            })?;
            drawn = Instant::now();
            (stale, at_once) = (false, false);
            question_drawn = app.asks_about_leaving();
        }
        let asks = app.asks_about_leaving();
        question_sent = asks && (question_sent || question_drawn && !display.is_sending());
        if asks && !question_sent && display.is_stuck() {
            // Nobody can see the question: the wish counts.
            return Ok(());
        }
        let unanswered = !hands.worker.has_obeyed(&app.latest);
        let wait = if unanswered || hands.opening.is_under_way() || !hands.forecaster.is_at_rest() {
            ANSWER
        } else if stale && !display.is_sending() {
            between_frames.saturating_sub(drawn.elapsed())
        } else if !stale && (!hands.worker.is_at_rest(&app.latest) || !hands.targets.is_at_rest()) {
            between_frames
        } else {
            FOREVER
        };
        let wait = if asks && !question_sent { wait.min(UNSEEN) } else { wait };
        input.wait(wait, display.is_sending())?;
        let burst = Instant::now();
        while let Some(arrival) = input.next()? {
            let effects = match arrival {
                Arrival::Key(key) => Some(app.press(key)),
                // The mouse elsewhere changes nothing and is not drawn.
                Arrival::Mouse(event) => app.mouse(event),
                Arrival::Paste(text) => Some(app.paste(&text)),
                Arrival::Resized => Some(Vec::new()),
            };
            stale |= effects.is_some();
            at_once |= effects.is_some();
            if hands.carry_out(app, effects.unwrap_or_default(), display, &look)? {
                return Ok(());
            }
            // A burst of keys costs one frame.
            if burst.elapsed() < between_frames {
                input.wait(Duration::ZERO, false)?;
            }
        }
        while let Some(answer) = hands.forecaster.answer() {
            let effects = app.learn(News::Theory(answer));
            if hands.carry_out(app, effects, display, &look)? {
                return Ok(());
            }
            (stale, at_once) = (true, true);
        }
        while let Some(known) = hands.targets.known() {
            app.learn(News::Target(Box::new(known)));
            stale = true;
        }
        if let Some(opened) = hands.opening.take() {
            hands.begin(app, opened);
            (stale, at_once) = (true, true);
        }
        let latest = hands.worker.latest();
        if !Arc::ptr_eq(&latest, &app.latest) {
            // The answer to a key is drawn at once, all else at the frame rate.
            at_once |= latest.obeyed != app.latest.obeyed || hands.worker.is_at_rest(&latest);
            app.show(latest);
            stale = true;
        }
    }
}
