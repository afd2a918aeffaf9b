//! What keys on Compare change: which lanes stand side by side, which of them move, and which the run has.

use crate::experiment::Construction;
use crate::report::text::construction_name;
use crate::session::{Activity, Command, Snapshot};
use crate::tui::app::App;
use crate::tui::effects::Effect;
use crate::tui::keymap::LaneMove;
use crate::tui::screens::compare::slots::Slots;

/// What a lane is doing between the last neuron of a layer and the next layer.
pub(crate) const MEASURING: &str = "built, measuring its weights";

/// What Compare shows of a run that has just been opened.
pub(crate) fn slots_of(snapshot: &Snapshot) -> Slots {
    Slots::new(&constructions_of(snapshot))
}

fn constructions_of(snapshot: &Snapshot) -> Vec<Construction> {
    snapshot.lanes.iter().map(|lane| lane.construction).collect()
}

impl App {
    pub(crate) fn change_lanes(&mut self, change: LaneMove) -> Vec<Effect> {
        let moved = self.lanes();
        match change {
            LaneMove::NextLane => self.slots.focus_next(),
            LaneMove::Together => self.slots.together = !self.slots.together,
            LaneMove::NextConstruction | LaneMove::PreviousConstruction if self.slots.shown().len() == 1 => {
                self.message = Some("Only one lane is shown: t puts another beside it.".to_owned());
                return Vec::new();
            }
            LaneMove::NextConstruction => self.slots.change(true),
            LaneMove::PreviousConstruction => self.slots.change(false),
            LaneMove::Beside => self.slots.show_beside(&constructions_of(&self.latest)),
            LaneMove::Ladder => self.slots.climb(),
        }
        if !matches!(change, LaneMove::NextLane | LaneMove::Together) {
            return self.compare();
        }
        // A run goes on with the lanes that are said to run.
        let other = self.latest.activity == Activity::Running && self.lanes() != moved;
        if other { vec![Effect::Send(Command::Run(self.lanes()))] } else { Vec::new() }
    }

    /// Asks for lanes of the constructions shown now. A run pauses.
    fn compare(&mut self) -> Vec<Effect> {
        self.lanes_before = Some(constructions_of(&self.latest));
        vec![Effect::Send(Command::Compare(self.slots.shown().to_vec()))]
    }

    /// Says which lanes a key on Compare has added to the run and dropped from it, or why one could not be added.
    pub(crate) fn say_what_was_added(&mut self) {
        let Some(before) = &self.lanes_before else { return };
        let now = constructions_of(&self.latest);
        let names = |lanes: &[Construction], others: &[Construction]| {
            let new = lanes.iter().filter(|lane| !others.contains(lane));
            new.map(|&lane| construction_name(lane)).collect::<Vec<_>>().join(" and ")
        };
        let refused = self.latest.plan.refused.iter().find(|(lane, _)| self.slots.shown().contains(lane));
        let (added, dropped) = (names(&now, before), names(before, &now));
        let dropped =
            if dropped.is_empty() { dropped } else { format!(" (without {dropped}: nothing was drawn)") };
        if !added.is_empty() {
            self.notice = Some(format!("Added to the run: {added}, nothing drawn yet{dropped}"));
        } else if !dropped.is_empty() {
            self.notice = Some(format!("The run has {} lanes{dropped}", now.len()));
        }
        if let Some((lane, reason)) = refused {
            self.message = Some(format!("{} cannot be added: {reason}", construction_name(*lane)));
        }
        if self.notice.is_some() || self.message.is_some() {
            self.lanes_before = None;
        }
    }
}
