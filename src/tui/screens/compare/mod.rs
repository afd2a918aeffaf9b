//! The Compare screen: up to three constructions side by side on the same target. It shows lanes of the run; looking at it
//! changes nothing.
//!
//! ```text
//! ┌ title ────────────────────────────────┐  the screens and the run
//! │ sentence                              │  how many times more neurons one lane needs than another
//! │ status                                │  the lanes moved by keys
//! │ race                                  │  share of the weights complete against neurons sampled
//! │───────────────────┬───────────────────│
//! │ 1 M malach        │ 2 H hyperbolic    │  a pane per lane, all on the same axis; on the ladder its rungs
//! │ figures                               │  a row per lane, then Malach's assumptions
//! │ rung                                  │  the choices that differ
//! │ event                                 │  a hint, an error, or an estimate
//! └ keys ─────────────────────────────────┘
//! ```

mod figures;
mod keys;
mod ladder;
mod lane;
mod lanes;
mod layout;
pub mod learned;
mod lecture;
mod race;
pub mod slots;
mod told;

pub use keys::LaneMove;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

use super::screen::{Screen, ScreenFacts, say_no};
use crate::experiment::Construction;
use crate::report::text::{NO_PROMISE, construction_name};
use crate::report::{ComparedLane, Comparison, LearnedRun, Race, Rung, json_text};
use crate::session::{Activity, Command, LaneView, Snapshot};
use crate::tui::clipboard::Copied;
use crate::tui::export::Numbers;
use crate::tui::keymap::{Action, Keymap};
use crate::tui::lecture::Lecture;
use crate::tui::request::{Request, send};
use crate::tui::view::{Scene, ScreenView};
use crate::tui::widgets::clickable::ScreenPart;
use crate::tui::widgets::frame_lines::{self, pane};
use layout::CompareLayout;
use learned::Tickets;
use slots::{SLOT, Slots, lane_of};

/// Its name.
pub const NAME: &str = "Compare";

/// The facts of this screen.
const FACTS: ScreenFacts = ScreenFacts {
    name: NAME,
    label: "compare",
    help: "up to three constructions side by side",
    keymap: keys::KEYMAP,
    panes: &[
        (
            "The sentence",
            "How many times more neurons the most expensive lane needs than the cheapest: before anything is drawn by their \
             bounds, then at an equal share of the weights complete, at last as observed.",
        ),
        (
            "Race",
            "How much of each lane's weights is complete after so many neurons, on one logarithmic axis. A strip is full \
             height when all are, and ends where the lane is now; the mark is its bound. The line below the strips goes from \
             the fewest neurons of the sentence to the most.",
        ),
        (
            "Lanes",
            "The products of each lane's neurons on one axis; the density at the upper edge of each pane is said below it, \
             so that wide and narrow laws can both be seen. A lane that skips ahead draws no neurons: only its law is shown.",
        ),
        (
            "Ladder",
            "From whole neurons upwards an idea a rung, with the neurons of all layers on a logarithmic scale: observed once \
             a lane is built, else by its bound. The two marked rungs are side by side; g goes on to the next.",
        ),
        (
            "Figures",
            "Per target weight, once a lane's layers are built: neurons by the bound, neurons sampled, their ratio to the \
             first lane's, neurons kept, steps of the search, weights of G kept.",
        ),
        (
            "Tickets",
            "With learned lanes in the run: constructed, learned and rewound tickets side by side, of a rewinding lane the \
             round chosen on the validation examples and the last one. A mask of n weights with a share kept costs \
             n*H2(share) bits; beside it the bytes of the trained network. Only a construction has a guarantee: the error \
             certified. Below: how far each ticket is ahead of its controls on the same test examples, in points, with \
             the interval of the paired difference.",
        ),
        (
            "Accuracy against the share of weights kept",
            "Each finished round, tickets and controls, with Wilson's intervals on the test examples; from all weights on \
             the left to the fewest on the right. Networks without a mask are dashed lines. The cursor reads one share.",
        ),
    ],
};

/// The panes, in the order of zooming; the ladder where it is climbed.
const ZOOMABLE: [&str; 4] = ["Race", "Lanes", "Figures", "Ladder"];

/// Below this width the sentence has two lines, from [`LEAST_HEIGHT`] on.
const ONE_LINE: u16 = 76;

/// Rows of the screen from which on the sentence may have two lines.
const LEAST_HEIGHT: u16 = 10;

/// Above this height the choices that differ have a line.
const WITH_RUNG: u16 = 14;

/// The Compare screen.
#[derive(Clone, Debug, Default)]
pub struct CompareScreen {
    /// the constructions side by side
    pub slots: Slots,
    /// with learned lanes in the run: what is looked at
    pub tickets: Option<Tickets>,
    /// the run's lanes before a key added others, until the run has them
    lanes_before: Option<Vec<Construction>>,
}

fn constructions_of(snapshot: &Snapshot) -> Vec<Construction> {
    snapshot.lanes.iter().map(|lane| lane.construction).collect()
}

impl CompareScreen {
    fn moving(&self, scene: &Scene<'_>) -> Vec<usize> {
        self.slots.moving().filter_map(|construction| lane_of(scene.snapshot, construction)).collect()
    }

    /// Obeys a key of this screen.
    fn change(&mut self, change: LaneMove, scene: &Scene<'_>) -> Vec<Request> {
        let moved = self.moving(scene);
        match change {
            LaneMove::NextLane => self.slots.focus_next(),
            LaneMove::Together => self.slots.together = !self.slots.together,
            LaneMove::NextConstruction | LaneMove::PreviousConstruction if self.slots.shown().len() == 1 => {
                return vec![Request::Say("Only one lane is shown: t puts another beside it.".to_owned())];
            }
            LaneMove::NextConstruction => self.slots.change(true),
            LaneMove::PreviousConstruction => self.slots.change(false),
            LaneMove::Beside => self.slots.show_beside(&constructions_of(scene.latest)),
            LaneMove::Ladder => self.slots.climb(),
        }
        if !matches!(change, LaneMove::NextLane | LaneMove::Together) {
            // The run needs lanes of these constructions. It pauses.
            self.lanes_before = Some(constructions_of(scene.latest));
            return send(Command::Compare(self.slots.shown().to_vec()));
        }
        // A run goes on with the named lanes.
        let moving = self.moving(scene);
        let other = scene.latest.activity == Activity::Running && moving != moved;
        if other { send(Command::Run(moving)) } else { Vec::new() }
    }

    /// The lanes added and dropped by a key, or why one was refused.
    fn report_added(&mut self, latest: &Snapshot) -> Vec<Request> {
        let Some(before) = &self.lanes_before else { return Vec::new() };
        let now = constructions_of(latest);
        let names = |lanes: &[Construction], others: &[Construction]| {
            let new = lanes.iter().filter(|lane| !others.contains(lane));
            new.map(|&lane| construction_name(lane)).collect::<Vec<_>>().join(" and ")
        };
        let refused = latest.plan.refused.iter().find(|(lane, _)| self.slots.shown().contains(lane));
        let (added, dropped) = (names(&now, before), names(before, &now));
        let dropped =
            if dropped.is_empty() { dropped } else { format!(" (without {dropped}: nothing was drawn)") };
        let mut requests = Vec::new();
        if !added.is_empty() {
            requests.push(Request::Tell(format!("Added to the run: {added}, nothing drawn yet{dropped}")));
        } else if !dropped.is_empty() {
            requests.push(Request::Tell(format!("The run has {} lanes{dropped}", now.len())));
        }
        if let Some((lane, reason)) = refused {
            requests.push(Request::Say(format!("{} cannot be added: {reason}", construction_name(*lane))));
        }
        if !requests.is_empty() {
            self.lanes_before = None;
        }
        requests
    }

    /// The slots with a lane, counted from 1.
    fn shown_lanes<'a>(&self, snapshot: &'a Snapshot) -> Vec<(usize, &'a LaneView)> {
        let slots = (1..).zip(self.slots.shown());
        slots.filter_map(|(slot, &each)| Some((slot, &snapshot.lanes[lane_of(snapshot, each)?]))).collect()
    }
}

impl Screen for CompareScreen {
    fn facts(&self) -> &'static ScreenFacts {
        &FACTS
    }

    fn keymap(&self) -> &'static Keymap {
        if self.tickets.is_some() { &learned::KEYMAP } else { &FACTS.keymap }
    }

    fn show(&mut self, scene: &Scene<'_>, is_new_setup: bool) -> Vec<Request> {
        if is_new_setup {
            self.tickets = (!scene.latest.learned.is_empty()).then(Tickets::default);
            self.slots = Slots::new(&constructions_of(scene.latest));
            self.lanes_before = None;
        }
        self.report_added(scene.latest)
    }

    fn forget(&mut self) {
        self.lanes_before = None;
    }

    /// The chosen lane, or all shown ones.
    fn lanes(&self, scene: &Scene<'_>) -> Vec<usize> {
        if let Some(tickets) = &self.tickets {
            return tickets.lanes(scene.snapshot);
        }
        self.moving(scene)
    }

    fn update(&mut self, action: Action, scene: &Scene<'_>) -> Option<Vec<Request>> {
        if let Some(tickets) = &mut self.tickets {
            return tickets.update(action, scene);
        }
        match action {
            Action::Own(own) => Some(self.change(LaneMove::of(own)?, scene)),
            Action::Filter => {
                let reason = "Every row here is a lane: j and k change it, t shows a third.";
                Some(vec![Request::Say(reason.to_owned())])
            }
            _ => None,
        }
    }

    fn go_to(&mut self, part: ScreenPart, scene: &Scene<'_>) -> Vec<Request> {
        if let Some(tickets) = &mut self.tickets {
            return tickets.go_to(part, scene);
        }
        let mut requests = Vec::new();
        if part.kind == SLOT && part.first < self.slots.shown().len() {
            while self.slots.focus != part.first {
                requests = self.change(LaneMove::NextLane, scene);
            }
        }
        requests
    }

    fn numbers(&self, scene: &Scene<'_>) -> Option<Numbers> {
        let snapshot = scene.snapshot;
        if let Some(tickets) = &self.tickets {
            return Some(tickets.numbers(snapshot));
        }
        let shown = self.slots.shown().iter();
        let lanes = shown.filter_map(|&construction| lane_of(snapshot, construction));
        let lanes: Vec<_> = lanes.map(|lane| &snapshot.lanes[lane]).collect();
        let report =
            Comparison::new(&snapshot.experiment, &snapshot.plan, &lanes, &LearnedRun::of_snapshot(snapshot));
        Some(Numbers {
            json: json_text(&report),
            table: report.table(),
            why_no_rows: "no lane is there, and CSV has a row for each",
        })
    }

    /// The row of the chosen lane; of tickets side by side, the whole table.
    fn copied(&self, scene: &Scene<'_>) -> Result<Option<Copied>, &'static str> {
        let nothing = "No lane is there to copy.";
        let table = self.numbers(scene).ok_or(nothing)?.table;
        if self.tickets.is_some() {
            let rows = table.rows();
            return Copied::rows(format!("the table on view, {rows} rows"), &table, 0..rows)
                .map(Some)
                .ok_or(nothing);
        }
        let (shown, is_there) =
            (self.slots.shown(), |lane: &Construction| lane_of(scene.snapshot, *lane).is_some());
        let chosen = shown.get(self.slots.focus).copied().filter(is_there).ok_or(nothing)?;
        let row = shown[..self.slots.focus].iter().filter(|lane| is_there(lane)).count();
        let what = format!("the row of {}", construction_name(chosen));
        Copied::rows(what, &table, row..row + 1).map(Some).ok_or(nothing)
    }

    fn refuses(&self, action: Action, scene: &Scene<'_>) -> bool {
        say_no(self.clone().update(action, scene))
    }

    fn zoomable(&self, _scene: &Scene<'_>) -> Vec<&'static str> {
        match (&self.tickets, self.slots.rung()) {
            (Some(_), _) => Vec::new(),
            (None, Some(_)) => ZOOMABLE.to_vec(),
            (None, None) => ZOOMABLE[..3].to_vec(),
        }
    }

    fn lecture<'a>(&'a self, view: &'a ScreenView<'a>) -> Lecture<'a> {
        if self.tickets.is_some() {
            return Lecture::in_words(NAME, FACTS.help);
        }
        let lanes: Vec<&LaneView> =
            self.shown_lanes(view.scene.snapshot).into_iter().map(|(_, lane)| lane).collect();
        lecture::lecture(view, &lanes)
    }

    fn render(&self, view: &ScreenView<'_>, area: Rect, buffer: &mut Buffer) {
        if let Some(tickets) = &self.tickets {
            return tickets.render(view, area, buffer);
        }
        let (snapshot, look, slots) = (view.scene.snapshot, view.look, &self.slots);
        let lead = if area.width < ONE_LINE && area.height >= LEAST_HEIGHT { 2 } else { 1 };
        let [said, status, body, rung, event] = Layout::vertical([
            Constraint::Length(lead),
            Constraint::Length(1),
            Constraint::Fill(1),
            Constraint::Length(u16::from(area.height > WITH_RUNG)),
            Constraint::Length(1),
        ])
        .areas(area);
        let lanes = self.shown_lanes(snapshot);
        let views: Vec<&LaneView> = lanes.iter().map(|(_, lane)| *lane).collect();
        let race = Race::of(&views);
        let comparison =
            Comparison::new(&snapshot.experiment, &snapshot.plan, &views, &LearnedRun::of_snapshot(snapshot));
        let asks_malach = slots.shown().contains(&Construction::Malach);
        let on_ladder = slots.rung();
        let mut parts =
            CompareLayout::new(body, slots.shown().len() as u16, asks_malach, on_ladder.is_some());
        if view.zoomed.is_some() {
            [parts.race, parts.lanes, parts.figures, parts.ladder] =
                view.zoom(body, [parts.race, parts.lanes, parts.figures, parts.ladder]);
            (parts.assumptions, parts.framed) = (Rect::ZERO, true);
        }
        told::say_race(&race, look, said, buffer);
        let line = told::status_line(snapshot, slots, &lanes, look, status.width);
        frame_lines::draw_line(&line, look, status, buffer);
        let inside = if parts.race.height >= race::AXIS_AND_FRAME + slots.shown().len() as u16 {
            let title = format!(
                "Race: share of the weights complete against neurons sampled, {} bound",
                look.glyphs.limit
            );
            let inside = pane(&title, look, parts.race, buffer);
            let missing = told::missing_parts(&parts, on_ladder.is_some(), body, buffer.area);
            frame_lines::caption(&missing, look, parts.race, buffer);
            inside
        } else {
            parts.race
        };
        race::render(&lanes, &race, view, inside, buffer);
        if parts.lanes.height > 0 {
            lanes::render(view, slots, &lanes, parts.lanes, buffer);
        }
        if let Some(on) = on_ladder.filter(|_| parts.ladder.height > 0) {
            let rungs = Rung::all_of(&snapshot.lanes);
            let title = ladder::title(&rungs, on, look, parts.ladder.width.saturating_sub(4));
            ladder::render(&rungs, on, look, pane(&title, look, parts.ladder, buffer), buffer);
        }
        // Figures and assumptions, with frames if there is room.
        let framed = |title: &str, area: Rect, buffer: &mut Buffer| {
            if parts.framed { pane(title, look, area, buffer) } else { area }
        };
        if parts.figures.height > 0 {
            let all_apply = comparison.lanes.iter().all(ComparedLane::bound_applies);
            let title = if all_apply { "Figures".to_owned() } else { format!("Figures, {NO_PROMISE}") };
            let inside = framed(&title, parts.figures, buffer);
            figures::table(&comparison, slots.shown(), look, inside, buffer);
        }
        if parts.assumptions.height > 0 {
            let inside = framed("What Malach assumes of the target", parts.assumptions, buffer);
            figures::assumptions(&comparison, look, inside, buffer);
        }
        let line = told::rung_line(slots, look, rung.width);
        frame_lines::draw_line(&line, look, rung, buffer);
        let line = told::event_line(view, slots, &comparison, event.width);
        frame_lines::draw_line(&line, look, event, buffer);
    }
}
