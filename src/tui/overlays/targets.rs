//! The targets for the same task: their figures side by side, to build them or to open one.

use std::sync::Arc;

use ratatui::Frame;
use ratatui::text::Line;

use super::abandon::Abandon;
use super::columns::ShownColumns;
use super::overlay::Overlay;
use super::window::{keys, list_title, window_under};
use crate::experiment::Experiment;
use crate::report::TargetsReport;
use crate::report::text::targets_table;
use crate::session::Step;
use crate::session::{TargetDepth, TargetFigures};
use crate::tui::clipboard::Copied;
use crate::tui::effects::{Effect, News};
use crate::tui::keymap::Key::{Char, Control, Down, Enter, Escape, Up};
use crate::tui::keymap::{Action, Keymap, bind};
use crate::tui::request::Request;
use crate::tui::view::{Scene, ScreenView};
use crate::tui::widgets::clickable::ClickTarget;

/// Its name in key tables.
pub const NAME: &str = "targets";

/// Its keys.
pub const KEYMAP: Keymap = Keymap::alone(
    "In the list of targets",
    &[
        bind(&[Char('k'), Up], Action::Up, "up", "the row above"),
        bind(&[Char('j'), Down], Action::Down, "down", "the row below"),
        bind(&[Enter], Action::Choose, "open", "look at this target on the screens"),
        bind(&[Char('w')], Action::Step(Step::Weight), "build", "build and check this target"),
        bind(
            &[Char('a')],
            Action::Step(Step::All),
            "build all",
            "build and check all targets, one after the other",
        ),
        bind(&[Char('s')], Action::Freeze, "stop", "stop building"),
        bind(&[Char('y')], Action::Copy, "copy", "copy the row to the terminal's clipboard"),
        bind(&[Escape, Char('F'), Char('q')], Action::Close, "close", "close the list"),
        bind(&[Control('c')], Action::Quit, "quit", "leave the program"),
    ],
);

/// Its entry in the help.
pub const PANES: &[(&str, &str)] = &[(
    "Targets",
    "F lists the targets for the same task, where a setup has several: what theory asks of each, and once it is built, what was \
     drawn, found and certified, and how many inputs F and the pruned network classify right. Neurons are for each weight \
     other than 0.",
)];

/// Columns left out if there is no room for all, the first of them first.
const LEFT_OUT: [&str; 7] = ["F right", "found", "ε_w", "Ĝ right", "weights", "holds", "bound"];

/// The least width of the lines under the table.
const LEAST_TEXT: usize = 60;

/// Columns and rows of the window's frame.
const FRAME: (usize, usize) = (4, 2);

/// The list, and the figures known so far.
#[derive(Clone, Debug, Default)]
pub struct TargetList {
    of: Option<Arc<Experiment>>,
    figures: Vec<TargetFigures>,
    /// places asked to be built, and not yet known
    building: Vec<usize>,
    selected: usize,
}

impl TargetList {
    fn ask(&self, place: usize, depth: TargetDepth) -> Option<Request> {
        let experiment = Arc::clone(self.of.as_ref()?);
        Some(Effect::AskTarget { experiment, place, depth }.into())
    }

    fn build(&mut self, places: impl Iterator<Item = usize>) -> Vec<Request> {
        let is_open = |list: &Self, place: usize| {
            let is_built = list.figures[place].lanes.iter().any(|lane| lane.neurons_sampled.is_some());
            !is_built && list.figures[place].refused.is_none() && !list.building.contains(&place)
        };
        let asked: Vec<usize> = places.filter(|&place| is_open(self, place)).collect();
        self.building.extend(&asked);
        asked.into_iter().filter_map(|place| self.ask(place, TargetDepth::Built)).collect()
    }

    /// Whether these figures are of the same list under the same setup, whichever target is F.
    fn is_of(&self, experiment: &Arc<Experiment>) -> bool {
        self.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, experiment) || of.is_of_same_task(experiment))
    }
}

impl Overlay for TargetList {
    fn name(&self) -> &'static str {
        NAME
    }

    fn keymap(&self) -> &'static Keymap {
        &KEYMAP
    }

    fn open(&mut self, scene: &Scene<'_>) -> Vec<Request> {
        let experiment = &scene.latest.experiment;
        let mut requests = Vec::new();
        if !self.is_of(experiment) {
            self.of = Some(Arc::clone(experiment));
            self.building.clear();
            let places = 0..experiment.targets().len();
            self.figures = places.clone().map(|place| TargetFigures::unknown(experiment, place)).collect();
            requests.push(Effect::StopTargets.into());
            requests.extend(places.filter_map(|place| self.ask(place, TargetDepth::Planned)));
        }
        self.selected = experiment.chosen_target().unwrap_or(0);
        requests
    }

    fn closes_on_new_setup(&self) -> bool {
        true
    }

    fn update(&mut self, action: Action, _scene: &Scene<'_>) -> Option<Vec<Request>> {
        let last = self.figures.len().saturating_sub(1);
        match action {
            Action::Up => self.selected = self.selected.saturating_sub(1),
            Action::Down => self.selected = (self.selected + 1).min(last),
            Action::Choose => {
                let (experiment, name) = (self.of.clone()?, self.figures.get(self.selected)?.name.clone());
                return Some(vec![Request::Abandon(Abandon::Target(experiment, name))]);
            }
            Action::Step(Step::Weight) => return Some(self.build(self.selected..=self.selected.min(last))),
            Action::Step(Step::All) => return Some(self.build(0..=last)),
            Action::Freeze => {
                self.building.clear();
                return Some(vec![Effect::StopTargets.into()]);
            }
            Action::Close => return Some(vec![Request::Close]),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn click(&mut self, row: usize, _scene: &Scene<'_>) -> Vec<Request> {
        if self.selected == row {
            return vec![Request::Act(Action::Choose)];
        }
        self.selected = row;
        Vec::new()
    }

    fn learn(&mut self, news: &News) -> Vec<Request> {
        if let News::Target(known) = news
            && self.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, &known.experiment))
            && let Some(figures) = self.figures.get_mut(known.place)
        {
            figures.clone_from(&known.figures);
            if known.depth == TargetDepth::Built {
                self.building.retain(|&place| place != known.place);
            }
        }
        Vec::new()
    }

    fn copied(&self, _scene: &Scene<'_>) -> Result<Copied, &'static str> {
        let nothing = "No target is selected.";
        let (experiment, chosen) = self.of.as_ref().zip(self.figures.get(self.selected)).ok_or(nothing)?;
        let report = TargetsReport::new(experiment, &self.figures);
        // A target has a row for each of its constructions, one after the other.
        let rows = report.rows();
        let is_chosen = |row: usize| rows[row].0.name == chosen.name;
        let first = (0..rows.len()).position(is_chosen).ok_or(nothing)?;
        let count = (first..rows.len()).take_while(|&row| is_chosen(row)).count();
        Copied::rows(format!("the row of {}", chosen.name), &targets_table(&report), first..first + count)
            .ok_or(nothing)
    }

    fn render(&self, frame: &mut Frame<'_>, view: &ScreenView<'_>) {
        let look = view.look;
        let Some(experiment) = &self.of else { return };
        let room =
            usize::from(frame.area().width).saturating_sub(FRAME.0 + look.glyphs.pointer.chars().count() + 1);
        let report = TargetsReport::new(experiment, &self.figures);
        let rows = report.rows();
        let table = targets_table(&report);
        let columns = ShownColumns::of(&table, ("target", &LEFT_OUT), room.max(1), look);
        let place_of = |row: usize| self.figures.iter().position(|figures| figures.name == rows[row].0.name);
        let below = self.below(view, columns.line(0).chars().count().max(LEAST_TEXT).min(room));
        let height = usize::from(frame.area().height).saturating_sub(FRAME.1 + 1 + below.len()).max(1);
        let selected = (0..rows.len()).position(|row| place_of(row) == Some(self.selected)).unwrap_or(0);
        let first = (selected + 2).saturating_sub(height).min(rows.len().saturating_sub(height));
        let (mut lines, mut targets) = (Vec::new(), Vec::new());
        for row in (0..rows.len()).skip(first).take(height) {
            let place = place_of(row);
            let is_selected = place == Some(self.selected);
            let pointer = if is_selected { look.glyphs.pointer } else { " " };
            let style = if is_selected {
                look.theme.selected
            } else if place.is_some_and(|place| self.building.contains(&place)) {
                look.theme.key
            } else if rows[row].0.refused.is_some() {
                look.theme.faint
            } else {
                look.theme.text
            };
            lines.push(Line::styled(format!("{pointer} {}", columns.line(row + 1)), style));
            targets.push(place.map_or(ClickTarget::Nothing, ClickTarget::Row));
        }
        lines.extend(below);
        let hidden = rows.len().saturating_sub(first + height);
        let title = list_title("Targets for the same task", first, hidden);
        let head = Line::styled(format!("  {}", columns.line(0)), look.theme.faint);
        let inside = window_under(frame, look, &title, Some(head), lines, 0);
        view.clickables.add_rows(inside, 1, targets);
    }
}

impl TargetList {
    /// The lines under the list: what the selected row says, and the keys.
    fn below(&self, view: &ScreenView<'_>, room: usize) -> Vec<Line<'static>> {
        let look = view.look;
        let selected = self.figures.get(self.selected);
        let refused = selected.and_then(|figures| figures.refused.as_ref());
        let (text, style) = match (view.message, refused) {
            (Some(message), _) => (message.to_owned(), look.theme.bad),
            (None, _) if let Some(notice) = view.notice => (notice.to_owned(), look.theme.good),
            (None, Some(refused)) => (format!("not built: {refused}"), look.theme.bad),
            (None, None) if !self.building.is_empty() => {
                (format!("building, {} to go", self.building.len()), look.theme.key)
            }
            (None, None) => {
                let text = "bound and sampled: neurons for each weight other than 0; right: percent of the labelled inputs";
                (text.to_owned(), look.theme.faint)
            }
        };
        let text = look.glyphs.write(&text).to_string();
        let mut lines = vec![Line::default()];
        lines.extend(
            textwrap::wrap(&text, room.max(12)).iter().map(|row| Line::styled(row.to_string(), style)),
        );
        let keys = keys(&KEYMAP, look).to_string();
        lines.extend(
            textwrap::wrap(&keys, room.max(12))
                .iter()
                .map(|row| Line::styled(row.to_string(), look.theme.faint)),
        );
        lines
    }
}
