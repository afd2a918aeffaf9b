//! Keys, clicks, pastes and news: the order in which they are offered, and the general meanings.

use std::sync::Arc;

use ratatui::crossterm::event::{KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::paste;
use super::state::App;
use crate::session::{Activity, Command};
use crate::tui::config::Config;
use crate::tui::effects::{Effect, News};
use crate::tui::keymap::{Action, action_of};
use crate::tui::learned_lane::{lane_on_view, lanes_in_all, layer_on_view, layers_on_view};
use crate::tui::overlays::abandon::Abandon;
use crate::tui::overlays::palette;
use crate::tui::overlays::picker;
use crate::tui::overlays::prompt::{CONFIRM, Granted, Prompt};
use crate::tui::request::Request;
use crate::tui::screens::explore;
use crate::tui::widgets::clickable::{ClickTarget, LAYER};
use crate::tui::widgets::filter::Filter;

impl App {
    /// Takes a key: the tables first, then the open text field.
    pub fn press(&mut self, key: KeyEvent) -> Vec<Effect> {
        let (keymap, action) = (self.keymap(), action_of(self.bindings(), key));
        match action {
            Some(action) => self.update(action),
            None if keymap.takes_text => {
                (self.message, self.notice) = (None, None);
                self.type_key(key)
            }
            None => {
                // Text sent as keys must not reach the `y` of a question.
                if *keymap == CONFIRM {
                    self.prompt = None;
                }
                Vec::new()
            }
        }
    }

    fn type_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        if let Some(prompt) = &mut self.prompt {
            prompt.press(key);
        } else if !self.open.is_empty() {
            self.on_overlay(|overlay, _| overlay.type_key(key));
        } else if let Some(filter) = self.filter.as_mut().filter(|filter| filter.typing) {
            filter.field.press(key);
        } else {
            let requests = self.on_screen(|screen, _| screen.type_key(key));
            return self.obey(requests);
        }
        Vec::new()
    }

    /// Puts pasted text into the open field, in one line and without control characters. Without an open field
    /// nothing happens but a message.
    pub fn paste(&mut self, text: &str) -> Vec<Effect> {
        (self.message, self.notice) = (None, None);
        if !self.keymap().takes_text {
            self.message = Some("Pasted text is not read as keys, and no text field is open.".to_owned());
            return Vec::new();
        }
        let Some(line) = paste::one_line(text) else {
            let longest = paste::LONGEST;
            self.message =
                Some(format!("Pasted text is too long for a field: at most {longest} characters."));
            return Vec::new();
        };
        if line.is_empty() {
            self.message = Some("The pasted text holds no characters for a field.".to_owned());
        } else if let Some(prompt) = &mut self.prompt {
            prompt.paste(&line);
        } else if !self.open.is_empty() {
            self.on_overlay(|overlay, _| overlay.paste(&line));
        } else if let Some(filter) = self.filter.as_mut().filter(|filter| filter.typing) {
            filter.field.insert(&line);
        } else {
            let requests = self.on_screen(|screen, _| screen.paste(&line));
            return self.obey(requests);
        }
        Vec::new()
    }

    /// Takes a click or the wheel; `None` if it means nothing.
    pub fn mouse(&mut self, event: MouseEvent) -> Option<Vec<Effect>> {
        let place = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                let target = self.clickables.click(place)?;
                Some(self.click(target))
            }
            MouseEventKind::ScrollUp | MouseEventKind::ScrollDown => {
                let down = event.kind == MouseEventKind::ScrollDown;
                let action = self.clickables.wheel(place, down)?;
                Some(self.update(action))
            }
            _ => None,
        }
    }

    fn click(&mut self, target: ClickTarget) -> Vec<Effect> {
        let requests = match target {
            ClickTarget::Row(row) => self.on_overlay(|overlay, scene| overlay.click(row, scene)),
            ClickTarget::Tab(screen) if self.open.is_empty() => {
                return self
                    .screens
                    .all()
                    .get(screen)
                    .map(|screen| screen.facts().name)
                    .map_or_else(Vec::new, |name| self.update(Action::Show(name)));
            }
            ClickTarget::Part(part) if self.open.is_empty() => vec![Request::GoTo(part)],
            ClickTarget::Part(_) | ClickTarget::Tab(_) | ClickTarget::Nothing | ClickTarget::Wheel(..) => {
                Vec::new()
            }
        };
        self.obey(requests)
    }

    /// Obeys an action: the question first, then the topmost overlay, the filter, the screen, then the general meaning.
    pub fn update(&mut self, action: Action) -> Vec<Effect> {
        let effects = self.obey_action(action);
        self.is_awaiting |= effects.iter().any(|effect| matches!(effect, Effect::Send(_)));
        self.look_at_lesson();
        effects
    }

    fn obey_action(&mut self, action: Action) -> Vec<Effect> {
        (self.message, self.notice) = (None, None);
        for screen in self.screens.all_mut() {
            screen.forget();
        }
        if matches!(action, Action::Quit | Action::Suspend) {
            return self.act(action);
        }
        if self.prompt.is_some() {
            return self.answer(action);
        }
        let requests = if !self.open.is_empty() {
            self.on_overlay(|overlay, scene| overlay.update(action, scene))
        } else if let Some(filter) = self.filter.as_mut().filter(|filter| filter.typing) {
            if action == Action::Choose {
                filter.typing = false
            } else {
                self.filter = None
            }
            Some(Vec::new())
        } else {
            self.on_screen(|screen, scene| screen.update(action, scene))
        };
        match requests {
            Some(requests) => self.obey(requests),
            None => self.act(action),
        }
    }

    /// Takes the answer to the question, or its rejection.
    fn answer(&mut self, action: Action) -> Vec<Effect> {
        let Some(mut prompt) = self.prompt.take() else { return Vec::new() };
        if action == Action::Complete {
            let path = prompt.field.text().to_owned();
            self.prompt = Some(prompt);
            return vec![Effect::Complete(path)];
        }
        if action != Action::Choose {
            return Vec::new();
        }
        let requests = match prompt.answer() {
            Ok(Granted::Effect(effect)) => vec![Request::Effect(effect)],
            Ok(Granted::Open(path)) => {
                self.tell_all(&News::Typed(path.clone()));
                vec![picker::open(&picker::folder::expanded(&path))]
            }
            Ok(Granted::GoTo(part)) => vec![Request::GoTo(part)],
            Err(problem) => {
                prompt.problem = Some(problem);
                vec![Request::Ask(prompt)]
            }
        };
        self.obey(requests)
    }

    /// The meaning of an action on every screen.
    fn act(&mut self, action: Action) -> Vec<Effect> {
        if let Some(reason) = self.why_not(action) {
            self.message = Some(reason.to_owned());
            return Vec::new();
        }
        let send = |command| vec![Effect::Send(command)];
        self.is_new &= !matches!(action, Action::Step(_) | Action::ToggleRun);
        match action {
            Action::Step(step) => return send(Command::Step(step, self.lanes())),
            Action::Back(step) => return send(Command::Back(step, self.lanes())),
            Action::ToggleRun => match self.latest.activity {
                Activity::Paused => return send(Command::Run(self.lanes())),
                Activity::Stepping | Activity::GoingBack | Activity::Running => return send(Command::Pause),
                Activity::Failed(_) => {}
            },
            Action::Faster => return send(Command::ChangeSpeed { faster: true }),
            Action::Slower => return send(Command::ChangeSpeed { faster: false }),
            Action::Restart => return self.abandon(Abandon::Restart),
            Action::Freeze => {
                self.frozen = !self.frozen;
                if !self.frozen {
                    self.snapshot = Arc::clone(&self.latest);
                    self.show_on_screens(false);
                }
            }
            Action::PreviousLayer => return self.look_at(layer_on_view(&self.snapshot).saturating_sub(1)),
            Action::NextLayer => return self.look_at(layer_on_view(&self.snapshot) + 1),
            Action::FollowLayer => {
                self.layer = None;
                return self.look_at_lane(self.snapshot.shown);
            }
            Action::JumpToLayer => self.prompt = Some(Prompt::layer(layers_on_view(&self.snapshot))),
            Action::NextLane => {
                self.layer = None;
                return self.look_at_lane((lane_on_view(&self.snapshot) + 1) % lanes_in_all(&self.snapshot));
            }
            Action::Show(name) => return self.turn_to(name),
            Action::Open(palette::NAME) => return self.list_commands(),
            Action::Open(name) => return self.lay_over(name),
            Action::Edit => {
                let effects = self.turn_to(explore::NAME);
                self.screens.explore.edit(&self.latest);
                return effects;
            }
            Action::Save => self.prompt = Some(Prompt::save(Arc::clone(&self.latest.experiment))),
            Action::Filter => self.filter = Some(Filter::open()),
            Action::Zoom => self.zoom(),
            Action::Large => self.is_large = !self.is_large,
            Action::AllRows if self.filter.is_none() && self.zoomed.is_some() => self.zoomed = None,
            Action::AllRows if self.filter.is_none() && self.lesson.is_open => self.leave_lesson(),
            Action::AllRows => self.filter = None,
            Action::Copy => return self.copy(),
            Action::CopyCommand => return self.copy_command(),
            Action::Lesson if self.lesson.is_open => self.leave_lesson(),
            Action::Lesson => self.open_lesson(),
            Action::NextLessonStep => self.go_to_step(self.lesson.step + 1),
            Action::PreviousLessonStep => self.go_to_step(self.lesson.step.saturating_sub(1)),
            Action::NextTheme => self.change_theme(),
            Action::Remember => {
                let config = Config { theme: Some(self.theme.into()), ..self.config.clone() };
                return vec![Effect::Remember(config.in_full())];
            }
            Action::NeverAgain => {
                self.config.cards_seen = true;
                return vec![Effect::NeverAgain];
            }
            Action::Suspend => return vec![Effect::Suspend],
            // Twice Ctrl-C always leaves.
            Action::Quit if self.asks_about_leaving() => return vec![Effect::Quit],
            Action::Quit => return self.abandon(Abandon::Quit),
            // The keys of lists, fields and other screens.
            Action::Own(_)
            | Action::OpenPath
            | Action::Complete
            | Action::PreviousChoice
            | Action::NextChoice
            | Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::Choose
            | Action::Close => {}
        }
        Vec::new()
    }

    /// Obeys requests, and returns the effects among them.
    fn obey(&mut self, requests: Vec<Request>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for request in requests {
            match request {
                Request::Effect(effect) => effects.push(effect),
                Request::Say(message) => self.message = Some(message),
                Request::Tell(notice) => self.notice = Some(notice),
                Request::Ask(prompt) => self.prompt = Some(prompt),
                Request::Abandon(what) => effects.extend(self.abandon(what)),
                Request::Act(action) => effects.extend(self.update(action)),
                Request::GoTo(part) if part.kind == LAYER => effects.extend(self.look_at(part.first)),
                Request::GoTo(part) => {
                    let requests = self.on_screen(|screen, scene| screen.go_to(part, scene));
                    effects.extend(self.obey(requests));
                }
                Request::Close => {
                    self.open.pop();
                }
            }
        }
        effects
    }

    /// Shows a screen.
    fn turn_to(&mut self, name: &str) -> Vec<Effect> {
        let Some(place) = self.screens.all().iter().position(|screen| screen.facts().name == name) else {
            return Vec::new();
        };
        let left = self.shown;
        self.shown = place;
        self.zoomed = None;
        let mut effects = self.on_screen(|screen, scene| screen.enter(scene));
        if place != left {
            self.filter = None;
            effects.extend(
                self.screens
                    .all_mut()
                    .into_iter()
                    .nth(left)
                    .map(|screen| screen.leave())
                    .into_iter()
                    .flatten(),
            );
        }
        effects
    }

    /// Opens an overlay in place of all others.
    pub(super) fn lay_over(&mut self, name: &str) -> Vec<Effect> {
        let place = self.overlays.all().iter().position(|overlay| overlay.name() == name);
        (self.open, self.filter) = (place.into_iter().collect(), None);
        let requests = self.on_overlay(|overlay, scene| overlay.open(scene));
        self.obey(requests)
    }

    /// Opens the list of commands. The table behind it stays filtered.
    fn list_commands(&mut self) -> Vec<Effect> {
        let commands: Vec<_> = self.offered().collect();
        self.overlays.palette.list(commands.into_iter());
        let filter = self.filter.take();
        let effects = self.lay_over(palette::NAME);
        self.filter = filter;
        effects
    }

    /// Throws the run away, after a question if it took long (`Snapshot::stake`).
    fn abandon(&mut self, what: Abandon) -> Vec<Effect> {
        match self.latest.stake() {
            Some(stake) => {
                self.prompt = Some(Prompt::abandon(what, stake));
                Vec::new()
            }
            None => vec![what.effect()],
        }
    }

    /// Whether the question about leaving is open.
    pub(crate) fn asks_about_leaving(&self) -> bool {
        self.prompt.as_ref().is_some_and(Prompt::is_about_leaving)
    }

    /// Leaves the lesson. The run goes on, and the step is kept.
    fn leave_lesson(&mut self) {
        self.lesson.is_open = false;
        self.notice = Some("The lesson is left, the run is not: G goes on with this step.".to_owned());
    }

    fn look_at(&mut self, layer: usize) -> Vec<Effect> {
        self.layer = Some(layer.clamp(1, layers_on_view(&self.snapshot)));
        self.look_at_lane(lane_on_view(&self.snapshot))
    }

    fn look_at_lane(&self, lane: usize) -> Vec<Effect> {
        vec![Effect::Send(Command::View { lane, layer: self.layer })]
    }

    /// Takes the answer to an effect.
    pub fn learn(&mut self, news: News) -> Vec<Effect> {
        let requests = self.tell_all(&news);
        self.obey(requests)
    }

    fn tell_all(&mut self, news: &News) -> Vec<Request> {
        let screens = self.screens.all_mut().into_iter().flat_map(|screen| screen.learn(news));
        let overlays = self.overlays.all_mut().into_iter().flat_map(|overlay| overlay.learn(news));
        screens.chain(overlays).collect()
    }
}
