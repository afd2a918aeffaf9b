//! Keys in vain: why an action does nothing now. Such an action is not offered, and says why when its key is pressed.

use super::state::App;
use crate::session::{Phase, Snapshot};
use crate::theory::Count;
use crate::tui::keymap::Action;
use crate::tui::learned_lane::{lanes_in_all, layer_on_view, layers_on_view};
use crate::tui::look::theme::Colours;
use crate::tui::overlays::{certificate, targets};

const ALL_DONE: &str = "Everything is drawn and checked: r starts over, N W and L go back.";
const ALL_LEARNED: &str = "The training is over: r starts over, N W and L go back.";
const NOTHING_DONE: &str = "Nothing is drawn yet, so there is nothing to take back: n draws.";
const ONE_LAYER: &str = "This network has one layer.";
const FIRST_LAYER: &str = "This is the first layer.";
const LAST_LAYER: &str = "This is the last layer.";
const FOLLOWED: &str = "The layer on view is the one being built already.";
const ALL_AT_ONCE: &str =
    "All layers of a learned lane are trained together: [ and ] choose the one on view.";
const ONE_LANE: &str = "This setup has one lane: 2 compares constructions.";
const FASTEST: &str = "It runs flat out already: there is no faster.";
const SLOWEST: &str = "It runs as slowly as it can: n draws neuron by neuron.";
const NO_CERTIFICATE: &str = "A learned ticket has no certificate: no theorem stands behind it.";
const NO_TARGETS: &str = "This setup has one target. `further-questions` is one with several: p opens it.";
const NO_LESSON: &str = "No lesson is open: G opens it.";
const ON_VIEW: &str = "This screen is on view.";
const ALL_SHOWN: &str = "All rows and panes are shown.";
const LARGE: &str = "The screen is that of a lecture, with one pane: B shows all of them.";
const ONE_PANE: &str = "There is no pane to zoom: the screen is one.";
const NO_COLOURS: &str = "There are no colours: NO_COLOR is set, or --color never given.";

impl App {
    /// Whether an action has a meaning now, and stands in the footer.
    pub(crate) fn offers(&self, action: Action) -> bool {
        match action {
            // Only these are refused by screens.
            Action::Own(_) | Action::Filter => !self.screen().refuses(action, &self.scene()),
            _ => self.why_not(action).is_none(),
        }
    }

    /// Why an action with a meaning on every screen does nothing now; `None` if it does something, or if nobody knows before
    /// the worker has answered.
    pub(crate) fn why_not(&self, action: Action) -> Option<&'static str> {
        let is_learned = self.snapshot.learned_lane().is_some();
        let (layer, layers) = (layer_on_view(&self.snapshot), layers_on_view(&self.snapshot));
        let is_settled = !self.is_awaiting && !self.latest.activity.is_busy();
        let fastest = |faster| self.latest.speed.changed(faster) == self.latest.speed;
        match action {
            Action::Step(_) | Action::ToggleRun if is_settled => self.why_no_step(),
            Action::Back(_) if is_settled => self.all_moved(is_blank).then_some(NOTHING_DONE),
            Action::Restart if is_settled => {
                // What was taken back has cost time, which counts from 0 again.
                let is_fresh = |lane| is_blank(&self.latest, lane) && !took_time(&self.latest, lane);
                (0..lanes_in_all(&self.latest)).all(is_fresh).then_some(NOTHING_DONE)
            }
            Action::Faster => fastest(true).then_some(FASTEST),
            Action::Slower => fastest(false).then_some(SLOWEST),
            Action::PreviousLayer | Action::NextLayer | Action::JumpToLayer if layers == 1 => Some(ONE_LAYER),
            // The first key keeps the view at the layer; only then there is nothing left to do.
            Action::PreviousLayer => (self.layer.is_some() && layer == 1).then_some(FIRST_LAYER),
            Action::NextLayer => (self.layer.is_some() && layer == layers).then_some(LAST_LAYER),
            Action::FollowLayer if is_learned => Some(ALL_AT_ONCE),
            Action::FollowLayer => self.layer.is_none().then_some(FOLLOWED),
            Action::NextLane => (lanes_in_all(&self.snapshot) == 1).then_some(ONE_LANE),
            Action::Open(certificate::NAME) => is_learned.then_some(NO_CERTIFICATE),
            Action::Open(targets::NAME) => self.latest.experiment.targets().is_empty().then_some(NO_TARGETS),
            Action::NextLessonStep | Action::PreviousLessonStep => {
                (!self.lesson.is_open).then_some(NO_LESSON)
            }
            Action::AllRows => {
                let is_plain = self.filter.is_none() && self.zoomed.is_none() && !self.lesson.is_open;
                is_plain.then_some(ALL_SHOWN)
            }
            Action::Show(name) => (name == self.screen_name()).then_some(ON_VIEW),
            Action::Zoom if self.is_large => Some(LARGE),
            Action::Zoom => self.zoomable().is_empty().then_some(ONE_PANE),
            Action::NextTheme => (self.colours == Colours::None).then_some(NO_COLOURS),
            _ => None,
        }
    }

    /// Why no lane that steps move can go on.
    fn why_no_step(&self) -> Option<&'static str> {
        let constructions = self.latest.lanes.len();
        let has_construction = self.lanes().iter().any(|&lane| lane < constructions);
        self.all_moved(is_done).then_some(if has_construction { ALL_DONE } else { ALL_LEARNED })
    }

    /// Whether something holds of all lanes that steps move, and there are any.
    fn all_moved(&self, holds: fn(&Snapshot, usize) -> bool) -> bool {
        let lanes = self.lanes();
        !lanes.is_empty() && lanes.iter().all(|&lane| holds(&self.latest, lane))
    }
}

/// Whether a lane is built and checked, or learned.
fn is_done(snapshot: &Snapshot, lane: usize) -> bool {
    match lane.checked_sub(snapshot.lanes.len()) {
        None => snapshot.lanes[lane].phase == Phase::Done,
        Some(learned) => snapshot.learned.get(learned).is_none_or(|learned| learned.is_done),
    }
}

/// Whether a lane has computed.
fn took_time(snapshot: &Snapshot, lane: usize) -> bool {
    match lane.checked_sub(snapshot.lanes.len()) {
        None => !snapshot.lanes[lane].elapsed.is_zero(),
        Some(learned) => snapshot.learned.get(learned).is_some_and(|learned| !learned.elapsed.is_zero()),
    }
}

/// Whether nothing of a lane is drawn or computed.
fn is_blank(snapshot: &Snapshot, lane: usize) -> bool {
    match lane.checked_sub(snapshot.lanes.len()) {
        None => {
            let lane = &snapshot.lanes[lane];
            lane.phase == Phase::Building(1) && !lane.is_measuring && lane.neurons_sampled() == Count::ZERO
        }
        Some(learned) => snapshot.learned.get(learned).is_none_or(|learned| learned.position.steps_done == 0),
    }
}
