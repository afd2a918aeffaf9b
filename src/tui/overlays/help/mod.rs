//! "What is this": cards about the screen and the idea behind it, drawn from the user's own run, and all keys.
//!
//! `deck` lists the cards, [`ideas`] holds their texts, `drawn` and `pieces` the figures of the run.

mod deck;
mod drawn;
pub mod ideas;
mod pieces;

use std::cell::Cell;

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::overlay::Overlay;
use super::window::{WindowLines, window_of};
use crate::session::{Command, Phase, Step};
use crate::tui::keymap::Key::{Char, Control, Down, Enter, Escape, Left, PageDown, PageUp, Right, Up};
use crate::tui::keymap::{Action, FIELD, Keymap, bind};
use crate::tui::request::{Request, send};
use crate::tui::view::{Scene, ScreenView};
use crate::tui::widgets::filter::Filter;
use crate::tui::widgets::frame_lines::fitting;

/// Its name in key tables.
pub const NAME: &str = "help";

/// Its keys.
pub const KEYMAP: Keymap = Keymap::alone(
    "Over the cards of What is this",
    &[
        bind(&[Right, Char('n')], Action::NextChoice, "next", "the next card"),
        bind(&[Left, Char('p')], Action::PreviousChoice, "before", "the card before"),
        bind(&[Char('/')], Action::Filter, "search", "search all cards and keys; Esc shows the card again"),
        bind(&[Enter], Action::Choose, "draw", "draw until another target weight is complete"),
        bind(&[PageDown, Char('J')], Action::PageDown, "page down", "scroll down by ten lines"),
        bind(&[PageUp, Char('K')], Action::PageUp, "page up", "scroll up by ten lines"),
        bind(&[Char('j'), Down], Action::Down, "down", "scroll down"),
        bind(&[Char('k'), Up], Action::Up, "up", "scroll up"),
        bind(
            &[Char('x')],
            Action::NeverAgain,
            "never again",
            "do not open the cards at the start; written to the config file",
        ),
        bind(&[Escape, Char('?'), Char('q')], Action::Close, "close", "close the cards"),
        bind(&[Control('c')], Action::Quit, "quit", "leave the program"),
    ],
);

/// Longer lines are hard to read.
const WIDTH: usize = 100;

/// The least width of a card's lines.
const LEAST: usize = 25;

/// Columns on the lower frame for the mark of more lines below.
const MORE: u16 = 17;

/// Lines of a page.
const PAGE: usize = 10;

/// The cards: the one on view, and how far it is scrolled.
#[derive(Clone, Debug, Default)]
pub struct Help {
    /// number of the card, from 0
    pub card: usize,
    /// lines scrolled down
    pub scroll: usize,
    /// its filter
    pub filter: Option<Filter>,
    /// whether they were opened at the start
    is_welcome: bool,
    /// whether a weight is watched for the cards alone
    watches: bool,
    /// lines of the last frame
    lines: Cell<usize>,
}

impl Help {
    fn turn_to(&mut self, card: usize) {
        (self.card, self.scroll) = (card.min(deck::CARDS - 1), 0);
    }

    /// At the start the idea comes first: there is nothing on the screen yet.
    pub(crate) fn welcome(&mut self) {
        self.is_welcome = true;
        self.turn_to(1);
    }

    fn close(&mut self) -> Vec<Request> {
        let mut requests = Vec::new();
        if std::mem::take(&mut self.watches) {
            requests = send(Command::WatchWeight(None));
        }
        requests.push(Request::Close);
        requests
    }

    /// The weight that a card about it shows: the one completed last, or the one that the last neuron serves.
    fn watch(&mut self, scene: &Scene<'_>) -> Vec<Request> {
        let snapshot = scene.latest;
        if snapshot.learned_lane().is_some() || (snapshot.weight.is_some() && !self.watches) {
            return Vec::new();
        }
        self.watches = true;
        send(Command::WatchLatestWeight)
    }

    /// Draws neurons, or says why none can be drawn.
    fn draw_neurons(scene: &Scene<'_>) -> Request {
        let snapshot = scene.latest;
        let why_not = if snapshot.learned_lane().is_some() {
            Some("A learned lane is on view, which draws no neurons: Tab goes to a construction.")
        } else if snapshot.lane().phase == Phase::Done {
            Some("Everything is drawn: close the cards, and r starts over.")
        } else {
            None
        };
        match why_not {
            Some(reason) => Request::Say(reason.to_owned()),
            None => Request::Act(Action::Step(Step::Weight)),
        }
    }
}

impl Overlay for Help {
    fn name(&self) -> &'static str {
        NAME
    }

    fn keymap(&self) -> &'static Keymap {
        if self.filter.as_ref().is_some_and(|filter| filter.typing) { &FIELD } else { &KEYMAP }
    }

    fn open(&mut self, scene: &Scene<'_>) -> Vec<Request> {
        *self = Self::default();
        self.watch(scene)
    }

    fn update(&mut self, action: Action, scene: &Scene<'_>) -> Option<Vec<Request>> {
        if Filter::update(&mut self.filter, action) {
            self.scroll = 0;
            return Some(Vec::new());
        }
        let last = self.lines.get().saturating_sub(1);
        match action {
            Action::Up => self.scroll = self.scroll.saturating_sub(1),
            Action::Down => self.scroll = (self.scroll + 1).min(last),
            Action::PageUp => self.scroll = self.scroll.saturating_sub(PAGE),
            Action::PageDown => self.scroll = (self.scroll + PAGE).min(last),
            Action::NextChoice => self.turn_to(self.card + 1),
            Action::PreviousChoice => self.turn_to(self.card.saturating_sub(1)),
            Action::Choose => return Some(vec![Self::draw_neurons(scene)]),
            Action::Close => return Some(self.close()),
            Action::NeverAgain => {
                let mut requests = self.close();
                requests.push(Request::Act(action));
                return Some(requests);
            }
            _ => return None,
        }
        Some(Vec::new())
    }

    fn type_key(&mut self, key: KeyEvent) {
        if let Some(filter) = &mut self.filter {
            filter.field.press(key);
        }
        self.scroll = 0;
    }

    fn paste(&mut self, line: &str) {
        if let Some(filter) = &mut self.filter {
            filter.field.insert(line);
        }
        self.scroll = 0;
    }

    fn render(&self, frame: &mut Frame<'_>, view: &ScreenView<'_>) {
        let room = frame.area().width.saturating_sub(4);
        let width = usize::from(room).clamp(LEAST, WIDTH);
        let (title, lines) = match &self.filter {
            Some(filter) => ("What is this? All cards and keys".to_owned(), deck::found(view, filter, width)),
            None => {
                let (place, glyphs) = (self.card + 1, view.look.glyphs);
                let dots = (0..deck::CARDS)
                    .map(|card| if card == self.card { glyphs.taken } else { glyphs.missing });
                let dots: String = dots.collect();
                let name = glyphs.write(deck::title(view, self.card));
                let variants = vec![
                    format!("What is this?  {dots}  {place} of {}: {name}", deck::CARDS),
                    format!("{place} of {}: {name}", deck::CARDS),
                    format!("{place}: {name}"),
                ];
                (fitting(variants, room), deck::card(view, self.card, width))
            }
        };
        self.lines.set(lines.len());
        let line = |number: usize| lines[number].clone();
        let shown = WindowLines { head: None, count: lines.len(), width, line: &line };
        let inside = window_of(frame, view.look, &title, shown, self.scroll);
        self.hint(frame, view, inside);
    }
}

impl Help {
    /// The way out and the main keys, on the lower frame: the window may cover the footer.
    fn hint(&self, frame: &mut Frame<'_>, view: &ScreenView<'_>, inside: Rect) {
        let keys: &[&[&str]] = match &self.filter {
            Some(Filter { typing: true, .. }) => &[&["Enter done", "Esc cancel"], &["Esc cancel"]],
            Some(_) => &[&["Esc back to the card"], &["Esc back"]],
            None if self.is_welcome => &[
                &["Left/Right turn", "Esc skip", "x never again"],
                &["Esc skip", "x never again"],
                &["Esc skip"],
            ],
            None => {
                &[&["Left/Right turn", "/ search", "Esc close"], &["/ search", "Esc close"], &["Esc close"]]
            }
        };
        let variants = keys.iter().map(|keys| format!(" {} ", keys.join(view.look.glyphs.separator)));
        let variants: Vec<String> = variants.collect();
        let room = inside.width.saturating_sub(MORE);
        let text = fitting(variants, room);
        let width = text.chars().count() as u16;
        if width <= room && inside.bottom() < frame.area().bottom() {
            let x = inside.right() - width;
            frame.buffer_mut().set_string(x, inside.bottom(), &text, view.look.theme.key);
        }
    }
}
