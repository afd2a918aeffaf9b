//! The screens. The only module that knows ratatui and crossterm.
//!
//! The thread that calls [`run`] reads keys and draws; a [`Worker`] computes. A key becomes an
//! [`Action`](keymap::Action) through the one table in [`keymap`]; [`App::update`](app::App::update) turns it, without side
//! effects, into a new state and effects; the loop here carries those out. Panes draw from a
//! [`Snapshot`](crate::session::Snapshot) and compute nothing. Looks are data: [`theme`] and [`glyphs`].
//!
//! At rest nothing is drawn and nothing wakes up: the loop sleeps until a key comes. While the worker is busy it looks
//! for a new snapshot at most `frames_per_second` times a second; a key's own effect is drawn at once.

pub mod app;
pub mod explore;
pub mod glyphs;
pub mod keymap;
mod overlay;
mod terminal;
pub mod theme;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::Frame;
use ratatui::crossterm::event::{self, Event, KeyEventKind};

use crate::experiment::ExperimentError;
use crate::session::{Activity, Command, Session, Worker};
use app::{App, Effect};
use glyphs::Glyphs;
use terminal::{Guard, Screen};
use theme::Theme;

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// unless NO_COLOR is set
    Auto,
    /// even if NO_COLOR is set
    Always,
    /// bold and reverse only
    Never,
}

/// Opens a session of another preset.
pub type LoadSession = Box<dyn Fn(&str) -> Result<Session, ExperimentError>>;

/// How the screen is drawn, and where other sessions come from.
pub struct Options {
    /// ASCII characters only
    pub ascii: bool,
    /// when to use colours
    pub color: Color,
    /// most frames per second while the engine runs
    pub frames_per_second: u16,
    /// opens a session of another preset
    pub load: LoadSession,
}

/// While a command is on its way to the worker, how often its answer is looked for.
const ANSWER: Duration = Duration::from_millis(2);

/// At rest: until a key comes.
const FOREVER: Duration = Duration::from_secs(24 * 60 * 60);

/// Opens the explorer on `session` and returns when the user leaves: `Some` message where the engine has failed.
///
/// # Errors
/// Whatever the terminal reports. It is restored in any case.
pub fn run(session: Session, options: Options) -> io::Result<Option<String>> {
    let variable = |name: &str| std::env::var(name).ok();
    let look = Look {
        theme: Theme::choose(options.color, variable),
        glyphs: Glyphs::choose(options.ascii, variable),
    };
    let mut worker = Worker::spawn(session);
    let _guard = Guard::take()?;
    let mut screen = Screen::new()?;
    let mut app = App::new(worker.latest());
    let between_frames = Duration::from_secs(1) / u32::from(options.frames_per_second);
    let mut drawn = Instant::now();
    let mut stale = true;
    let mut at_once = true;
    loop {
        if stale && (at_once || drawn.elapsed() >= between_frames) {
            screen.draw(|frame| render(frame, &app, &look))?;
            drawn = Instant::now();
            (stale, at_once) = (false, false);
        }
        let unanswered = !worker.has_obeyed(&app.snapshot);
        let wait = if unanswered {
            ANSWER
        } else if stale {
            between_frames.saturating_sub(drawn.elapsed())
        } else if !worker.is_at_rest(&app.snapshot) {
            between_frames
        } else {
            FOREVER
        };
        let mut waiting = event::poll(wait)?;
        while waiting {
            let event = event::read()?;
            let action = match event {
                Event::Key(key) if key.kind != KeyEventKind::Release => keymap::action(app.context(), key),
                _ => None,
            };
            (stale, at_once) = (true, true);
            for effect in action.map(|action| app.update(action)).unwrap_or_default() {
                match effect {
                    Effect::Quit => {
                        return Ok(match &app.snapshot.activity {
                            Activity::Failed(message) => Some(message.clone()),
                            _ => None,
                        });
                    }
                    Effect::Send(command) => worker.send(command),
                    Effect::Load(name) => match (options.load)(name) {
                        Ok(session) => worker.send(Command::Load(Box::new(session))),
                        Err(error) => app.message = Some(error.to_string()),
                    },
                }
            }
            // A burst of keys costs one frame.
            waiting = event::poll(Duration::ZERO)?;
        }
        let latest = worker.latest();
        if !Arc::ptr_eq(&latest, &app.snapshot) {
            // The answer to a key is drawn at once, all else at the frame rate.
            at_once |= latest.obeyed != app.snapshot.obeyed || worker.is_at_rest(&latest);
            app.show(latest);
            stale = true;
        }
    }
}

/// How things look.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// colours
    pub theme: Theme,
    /// characters
    pub glyphs: Glyphs,
}

/// Draws everything. Any size will do.
pub fn render(frame: &mut Frame<'_>, app: &App, look: &Look) {
    explore::render(frame, app, look);
    overlay::render(frame, app, look);
    if look.glyphs.ascii_only {
        // Titles and messages come from users' files and may hold anything.
        for cell in &mut frame.buffer_mut().content {
            if !cell.symbol().is_ascii() {
                cell.set_symbol("?");
            }
        }
    }
}
