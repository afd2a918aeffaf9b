//! The Bounds screen: what theory asks of every construction where one thing is different.
//!
//! ```text
//! ┌ title ────────────────────────────────┐
//! │ neurons per weight against ε, n or ℓ  │  a curve and a letter for each construction
//! │───────────────────────────────────────│
//! │ what the cursor reads                 │  a line for each construction
//! │─ note ────────────────────────────────│  what is imagined
//! └ keys ─────────────────────────────────┘
//! ```

mod bridge;
mod chart;
mod keys;
mod lecture;
mod names;
mod plot;
mod table;

pub use chart::Chart;
pub(in crate::tui) use keys::BRIDGE;
pub use keys::ChartMove;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;

use super::screen::{Screen, ScreenFacts};
use crate::experiment::NormSource;
use crate::report::text::number;
use crate::report::{Against, PlottedReport, json_text};
use crate::session::{Command, Snapshot};
use crate::tui::clipboard::Copied;
use crate::tui::effects::Effect;
use crate::tui::export::Numbers;
use crate::tui::keymap::{Action, Keymap};
use crate::tui::lecture::Lecture;
use crate::tui::look::Look;
use crate::tui::request::{Request, send};
use crate::tui::view::{Scene, ScreenView};
use crate::tui::widgets::clickable::ScreenPart;
use crate::tui::widgets::frame_lines::{self, pane};

/// Its name.
pub const NAME: &str = "Bounds";

/// The facts of this screen.
const FACTS: ScreenFacts = ScreenFacts {
    name: NAME,
    label: "bounds",
    help: "what theory asks of every construction, against epsilon, width or depth",
    keymap: keys::KEYMAP,
    panes: &[
        (
            "Bounds",
            "Neurons per weight that theory asks of each construction, all but one thing as in the preset. Each \
             curve has a colour and a letter, and its name where it ends. The dotted line is the preset itself; marks on it \
             are what finished lanes have taken. Against the width, all widths keep their proportions; against the depth, \
             the target's layers come in turn. Norms, F_max and the extremes of |w| stay the target's. Curves out of all \
             proportion are hidden at first. Subset sums have no curve: the constant of their bound is not published.",
        ),
        (
            "Theorem 3's neurons for each learned network, against weights left",
            "Each learned network (R: rewinding, round by round; E: edge-popup's) as the target of Theorem 3, on the test \
             examples: enough neurons for a G with the network in it, weights of 0 need none. The dashed line is the random G \
             in which edge-popup found its network: it has the widths of the network under training, and no promise but \
             the accuracy found.",
        ),
    ],
};

/// Rows that the plot needs at least, its frame included.
const LEAST_PLOT: u16 = 7;

/// Columns on the frame for which rows of the table are shown.
const ROWS: u16 = 16;

/// The Bounds screen.
#[derive(Clone, Debug, Default)]
pub struct BoundsScreen {
    /// the curves, once the screen was shown
    pub chart: Option<Chart>,
    /// whether learned networks as targets stand in place of the curves
    pub bridge: bool,
    /// the network read there; without one, the last
    pub network: Option<usize>,
    /// whether the run has learned lanes
    has_learned: bool,
}

impl Screen for BoundsScreen {
    fn facts(&self) -> &'static ScreenFacts {
        &FACTS
    }

    fn keymap(&self) -> &'static Keymap {
        match (self.bridge, self.has_learned) {
            (true, _) => &BRIDGE,
            (false, true) => &keys::WITH_BRIDGE,
            (false, false) => &keys::KEYMAP,
        }
    }

    fn show(&mut self, scene: &Scene<'_>, is_new_setup: bool) -> Vec<Request> {
        self.has_learned = !scene.snapshot.learned.is_empty();
        self.bridge &= self.has_learned;
        if is_new_setup {
            self.network = None;
        }
        if let Some(chart) = &mut self.chart {
            chart.show(scene.snapshot);
        }
        Vec::new()
    }

    fn enter(&mut self, scene: &Scene<'_>) -> Vec<Effect> {
        self.chart.get_or_insert_with(|| Chart::new(scene.snapshot));
        if self.bridge { vec![Effect::Send(Command::WatchBridge(true))] } else { Vec::new() }
    }

    fn leave(&mut self) -> Vec<Effect> {
        if self.bridge { vec![Effect::Send(Command::WatchBridge(false))] } else { Vec::new() }
    }

    /// All constructions, or all learned lanes.
    fn lanes(&self, scene: &Scene<'_>) -> Vec<usize> {
        let built = scene.snapshot.lanes.len();
        if self.bridge {
            (built..built + scene.snapshot.learned.len()).collect()
        } else {
            (0..built).collect()
        }
    }

    fn update(&mut self, action: Action, scene: &Scene<'_>) -> Option<Vec<Request>> {
        let Action::Own(own) = action else { return None };
        let change = ChartMove::of(own)?;
        if let Some(reason) = self.why_not(change, scene.snapshot) {
            return Some(vec![Request::Say(reason.to_owned())]);
        }
        if change == ChartMove::Bridge {
            self.bridge = !self.bridge;
            return Some(send(Command::WatchBridge(self.bridge)));
        }
        if self.bridge {
            self.go(change, scene.snapshot);
            return Some(Vec::new());
        }
        if let Some(chart) = &mut self.chart {
            chart.update(change, scene.filter);
        }
        Some(Vec::new())
    }

    fn go_to(&mut self, part: ScreenPart, _scene: &Scene<'_>) -> Vec<Request> {
        if let Some(chart) = &mut self.chart {
            match part.kind {
                chart::CURVE => chart.chosen = part.first,
                chart::PLACE => chart.cursor = part.first,
                _ => {}
            }
        }
        Vec::new()
    }

    fn numbers(&self, scene: &Scene<'_>) -> Option<Numbers> {
        if self.bridge {
            let report = bridge::report(scene.snapshot)?;
            return Some(Numbers {
                json: json_text(&report),
                table: report.table(),
                why_no_rows: "no round is finished, and CSV has a row for each",
            });
        }
        let chart = self.chart.as_ref()?;
        let title = &scene.snapshot.experiment.title;
        let report = PlottedReport::new(title, &chart.curves, &chart.observed);
        Some(Numbers {
            json: json_text(&report),
            table: report.table(),
            why_no_rows: "theory says nothing anywhere on this axis",
        })
    }

    /// The point of the chosen curve at the cursor, or the row of the network read.
    fn copied(&self, scene: &Scene<'_>) -> Result<Option<Copied>, &'static str> {
        let nothing = "Theory says nothing at this place.";
        let table = self.numbers(scene).ok_or("The numbers are not there yet.")?.table;
        if self.bridge {
            let last = table.rows().checked_sub(1).ok_or("No round is finished.")?;
            let row = self.network.unwrap_or(last).min(last);
            return Copied::rows("the row of this network".to_owned(), &table, row..row + 1)
                .map(Some)
                .ok_or(nothing);
        }
        let chart = self.chart.as_ref().ok_or(nothing)?;
        let (curves, chosen) = (&chart.curves.curves, chart.chosen);
        // Places without a point have no row.
        let points = |curve: usize, places: usize| curves[curve].points[..places].iter().flatten().count();
        curves[chosen].points[chart.cursor].ok_or(nothing)?;
        let before: usize = (0..chosen).map(|curve| points(curve, curves[curve].points.len())).sum();
        let row = before + points(chosen, chart.cursor);
        let what = format!("the point of {} at the cursor", curves[chosen].construction.name());
        Copied::rows(what, &table, row..row + 1).map(Some).ok_or(nothing)
    }

    fn lecture<'a>(&'a self, view: &'a ScreenView<'a>) -> Lecture<'a> {
        match &self.chart {
            Some(chart) if !self.bridge => lecture::lecture(view, chart),
            _ => Lecture::in_words(NAME, FACTS.help),
        }
    }

    fn refuses(&self, action: Action, scene: &Scene<'_>) -> bool {
        let Action::Own(own) = action else { return false };
        ChartMove::of(own).is_some_and(|change| self.why_not(change, scene.snapshot).is_some())
    }

    fn zoomable(&self, _scene: &Scene<'_>) -> Vec<&'static str> {
        if self.bridge { Vec::new() } else { ZOOMABLE.to_vec() }
    }

    fn render(&self, view: &ScreenView<'_>, area: Rect, buffer: &mut Buffer) {
        if self.bridge {
            bridge::render(view, self.network, area, buffer);
            return;
        }
        let Some(chart) = &self.chart else { return };
        let look = view.look;
        let mut readings = chart.curves.read(chart.cursor, chart.chosen, &chart.observed);
        readings.retain(|reading| chart.is_listed(reading.curve, view.scene.filter));
        // The plot above, the table below it.
        let rows = (readings.len() as u16 + 3).min(area.height.saturating_sub(LEAST_PLOT));
        let [upper, lower] = Layout::vertical([Constraint::Fill(1), Constraint::Length(rows)]).areas(area);
        let [upper, lower] = view.zoom(area, [upper, lower]);
        let inside = pane(&axis_title(chart.curves.against, look), look, upper, buffer);
        plot::legend(chart, look, upper, buffer);
        plot::render(chart, view.clickables, look, inside, buffer);
        let inside = pane(&place_title(view, chart), look, lower, buffer);
        // The chosen curve stays in sight.
        let room = usize::from(inside.height.saturating_sub(1)).min(readings.len());
        let chosen = readings.iter().position(|reading| reading.curve == chart.chosen).unwrap_or(0);
        let first = chosen.saturating_sub(room / 2).min(readings.len() - room);
        let shown = first..first + room;
        table::render(chart, &readings, shown.clone(), view.clickables, look, inside, buffer);
        // Rows are few on this screen: the note stands on the frame.
        let room = lower.width.saturating_sub(4);
        let line = view.message_line().unwrap_or_else(|| note(view, chart, room));
        if lower.height > 1 {
            let width = if shown.len() < readings.len() { room.saturating_sub(ROWS) } else { room };
            let foot = Rect { x: lower.x + 2, y: lower.bottom() - 1, width, height: 1 };
            frame_lines::draw_line(&line, look, foot.intersection(lower), buffer);
            frame_lines::rows_of("rows", shown, readings.len(), look, lower, buffer);
        }
    }
}

impl BoundsScreen {
    /// Why a move does nothing in this run.
    fn why_not(&self, change: ChartMove, snapshot: &Snapshot) -> Option<&'static str> {
        match change {
            ChartMove::Bridge => snapshot.learned.is_empty().then_some(NO_LEARNED),
            // On the bridge the key has no meaning.
            ChartMove::NextAxis if !self.bridge => {
                (!snapshot.experiment.outline().is_chain()).then_some(ONE_SHAPE)
            }
            _ => None,
        }
    }

    /// To the next network, or to the one before. At the last one, the cursor follows the run.
    fn go(&mut self, change: ChartMove, snapshot: &Snapshot) {
        let count = snapshot.bridge.as_ref().map_or(0, |bridge| bridge.networks.len());
        let last = count.saturating_sub(1);
        let here = self.network.unwrap_or(last).min(last);
        let next = match change {
            ChartMove::On => here + 1,
            ChartMove::Back => here.saturating_sub(1),
            _ => here,
        };
        self.network = (next < last).then_some(next);
    }
}

/// The panes, in the order of zooming.
const ZOOMABLE: [&str; 2] = ["Curves", "Table"];

/// Why a graph has one axis.
const ONE_SHAPE: &str = "A graph has one shape: its only axis is epsilon.";

/// Why there is no bridge.
const NO_LEARNED: &str = "No learned lane in this run: digits-learned and digits-rewinding have some.";

fn axis_name(against: Against, look: &Look) -> &'static str {
    match against {
        Against::Epsilon => look.glyphs.epsilon,
        Against::Width => "width",
        Against::Depth => "depth",
    }
}

fn axis_title(against: Against, look: &Look) -> String {
    format!("Neurons per weight against {}", axis_name(against, look))
}

/// Where the cursor is, and what that means.
fn place_title(view: &ScreenView<'_>, chart: &Chart) -> String {
    let look = view.look;
    let place = &chart.curves.places[chart.cursor];
    let is_own = chart.cursor == chart.curves.own;
    let value = match chart.curves.against {
        // As the preset has it, not as a table would round it.
        Against::Epsilon if is_own => view.scene.snapshot.experiment.epsilon.to_string(),
        Against::Epsilon => format!("{:.3e}", place.value),
        Against::Width | Against::Depth => number(place.value),
    };
    let own = if is_own { " (the preset's)" } else { "" };
    let widths = match chart.curves.against {
        Against::Epsilon => String::new(),
        Against::Width | Against::Depth => {
            format!("{}{}", look.glyphs.separator, crate::report::text::widths(&place.widths))
        }
    };
    let tolerance = match place.weight_tolerance {
        Ok(tolerance) => format!("{}{} {}", look.glyphs.separator, look.glyphs.tolerance, number(tolerance)),
        Err(_) => String::new(),
    };
    format!("At {} = {value}{own}{widths}{tolerance}", axis_name(chart.curves.against, look))
}

/// What stays, and what is imagined; what else the chosen bound takes for granted; what [`MARK`](crate::report::text::MARK) means where
/// a curve has it. In `room` columns.
fn note(view: &ScreenView<'_>, chart: &Chart, room: u16) -> Line<'static> {
    let look = view.look;
    let curve = &chart.curves.curves[chart.chosen];
    if !curve.applies {
        let broken = view.scene.snapshot.experiment.assumptions(curve.construction);
        let broken: Vec<&str> =
            broken.iter().filter(|each| !each.kept).map(|each| each.statement.as_ref()).collect();
        let count = broken.len();
        let variants = [
            format!(" ! promises nothing here: assumed, not kept: {}. ", broken.join(", ")),
            format!(
                " ! promises nothing here: {count} of its assumptions are not kept ({}, …). ",
                broken.first().unwrap_or(&"")
            ),
            format!(" ! promises nothing here: {count} of its assumptions are not kept. "),
        ];
        let variants = variants.iter().map(|text| look.glyphs.write(text).to_string()).collect();
        return Line::styled(frame_lines::fitting(variants, room), look.theme.bad);
    }
    let text = what_stays(view, chart);
    if chart.drawn().all(|index| chart.curves.curves[index].applies) {
        return Line::styled(text, look.theme.faint);
    }
    let legend = " ! promises nothing here: choose it to see why.";
    let variants =
        vec![format!("{legend}{text}"), format!("{legend} a builds the lanes. "), format!("{legend} ")];
    Line::styled(frame_lines::fitting(variants, room), look.theme.faint)
}

/// What stays, and what is imagined.
fn what_stays(view: &ScreenView<'_>, chart: &Chart) -> String {
    let norms = match view.scene.snapshot.experiment.norms {
        NormSource::Unit => "norms 1",
        NormSource::Worst => "norms w_max n_max",
        NormSource::Target => "norms",
    };
    let stay = format!("{norms}, F_max and extreme weights stay");
    let facts = chart.curves.curves[chart.chosen].construction.facts();
    if let Some(note) = facts.bound_note {
        return note.replace("{at_most}", view.look.glyphs.at_most);
    }
    match (facts.shape_note, chart.curves.against) {
        (Some(note), Against::Width | Against::Depth) => note.to_owned(),
        (_, Against::Width) => format!(" Widths in proportion; {stay}. "),
        (_, Against::Depth) => format!(" The target's layers in turn; {stay}. "),
        (_, Against::Epsilon) if chart.observed.is_empty() => {
            " All else is as in the preset. a builds its lanes and marks what they take. ".to_owned()
        }
        (_, Against::Epsilon) => " All else is as in the preset. ".to_owned(),
    }
}
