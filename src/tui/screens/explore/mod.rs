//! The Explore screen.
//!
//! ```text
//! ┌ title ────────────────────────────────┐  the screens and the run
//! │ status                                │  progress of the construction
//! │ Architecture      │ Product weights   │
//! │───────────────────┼───────────────────│
//! │ Buckets           │ Pruned network    │
//! │ event                                 │  the last neuron, or a hint
//! └ keys ─────────────────────────────────┘
//! ```

mod architecture;
mod buckets;
pub mod editing;
mod fields;
mod graph;
mod keys;
mod learned;
mod pruned;
mod told;

pub use keys::EDITING;

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Constraint, Layout, Rect};

use super::screen::{Screen, ScreenFacts};
use crate::report::{ExploredReport, json_text};
use crate::session::{Answer, Snapshot};
use crate::tui::effects::News;
use crate::tui::export::Numbers;
use crate::tui::keymap::{Action, Keymap};
use crate::tui::request::Request;
use crate::tui::view::{Scene, ScreenView};
use crate::tui::widgets::frame_lines::{self, pane};
use crate::tui::widgets::products;
use editing::Editing;
use graph::ShownGraph;

/// Its name.
pub const NAME: &str = "Explore";

/// The facts of this screen.
const FACTS: ScreenFacts = ScreenFacts {
    name: NAME,
    label: "explore",
    help: "one construction in full",
    keymap: keys::KEYMAP,
    panes: &[
        (
            "Architecture",
            "What is asked, and what theory makes of it: how accurate a weight must be, the number of buckets k, how many \
             neurons are enough. A target that is a graph has a line for each node where there is room; a line beside them \
             is a value that skips some.",
        ),
        (
            "Editing",
            "e opens the setup in the Architecture pane. Values are typed as in a preset; left empty, a field is left \
             out. Space ticks constructions; the fields of target depend on its kind. What follows is computed at each key; what cannot be is marked with the reason.",
        ),
        (
            "Product weights",
            "A neuron's two weights act as their product. Bars: products of the neurons drawn. Dotted curve: their exact \
             density. Single dots: the theorem's lower bound on it, between the two marks on the axis. Inside a bar both are \
             cut out of it; in the row where a bar ends they keep to the row's edge.",
        ),
        (
            "Buckets",
            "A weight is a sum of pieces, each from a bucket of its own, once for inputs above 0 and once for those below. \
             A bar is full when every weight has its piece from that bucket.",
        ),
        (
            "Pruned network",
            "Neurons drawn per weight, paths kept, the largest error of a weight and its tolerance. Then the network's \
             error: found by trying inputs, certified by proof, and the one asked for.",
        ),
        learned::PANES[0],
        learned::PANES[1],
        learned::PANES[2],
        learned::PANES[3],
    ],
};

/// From this width on, editing leaves half the columns to the other panes.
const EDITING_BESIDE: u16 = 76;

/// The Explore screen.
#[derive(Clone, Debug, Default)]
pub struct ExploreScreen {
    /// the setup while it is edited
    pub editing: Option<Editing>,
    /// the target, if it is a graph
    graph: ShownGraph,
}

impl ExploreScreen {
    /// Opens the setup in the Architecture pane.
    pub(crate) fn edit(&mut self, latest: &Snapshot) {
        self.editing = Some(Editing::new(latest));
    }

    /// Lets the open editor act.
    fn edited(&mut self, act: impl FnOnce(&mut Editing) -> Vec<Request>) -> Vec<Request> {
        self.editing.as_mut().map(act).unwrap_or_default()
    }
}

impl Screen for ExploreScreen {
    fn facts(&self) -> &'static ScreenFacts {
        &FACTS
    }

    fn keymap(&self) -> &'static Keymap {
        if self.editing.is_some() { &EDITING } else { &FACTS.keymap }
    }

    fn show(&mut self, scene: &Scene<'_>, _is_new_setup: bool) -> Vec<Request> {
        self.graph.show(scene.snapshot);
        Vec::new()
    }

    fn update(&mut self, action: Action, _scene: &Scene<'_>) -> Option<Vec<Request>> {
        let editing = self.editing.as_mut()?;
        if action == Action::Close {
            self.editing = None;
            return Some(Vec::new());
        }
        Some(editing.update(action))
    }

    fn type_key(&mut self, key: KeyEvent) -> Vec<Request> {
        self.edited(|editing| editing.press(key))
    }

    fn paste(&mut self, line: &str) -> Vec<Request> {
        self.edited(|editing| editing.paste(line))
    }

    fn learn(&mut self, news: &News) -> Vec<Request> {
        match news {
            News::Theory(Answer::Setup(edits, result)) => {
                self.edited(|editing| editing.learn(*edits, result.clone()))
            }
            News::Opened => {
                self.editing = None;
                Vec::new()
            }
            News::Theory(_) | News::Target(_) | News::Listed(..) | News::Typed(_) => Vec::new(),
        }
    }

    fn numbers(&self, scene: &Scene<'_>) -> Option<Numbers> {
        if let Some(learned) = scene.snapshot.learned_lane() {
            return Some(learned::numbers(scene.snapshot, learned));
        }
        let report = ExploredReport::new(scene.snapshot);
        Some(Numbers {
            json: json_text(&report),
            table: report.run.table(),
            why_no_rows: "no layer is finished, and CSV has a row for each",
        })
    }

    fn render(&self, view: &ScreenView<'_>, area: Rect, buffer: &mut Buffer) {
        if let (Some(learned), None) = (view.scene.snapshot.learned_lane(), &self.editing) {
            return learned::render(view, learned, area, buffer);
        }
        let [status, panes, event] =
            Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)]).areas(area);
        let [upper, lower] = Layout::vertical([Constraint::Fill(1); 2]).areas(panes);
        let halves = |area: Rect| -> [Rect; 2] { Layout::horizontal([Constraint::Fill(1); 2]).areas(area) };
        let ([top_left, top_right], [bottom_left, bottom_right]) = (halves(upper), halves(lower));
        let (snapshot, look, clickables) = (view.scene.snapshot, view.look, view.clickables);
        frame_lines::draw_line(&told::status_line(view, status.width), look, status, buffer);
        frame_lines::draw_line(&told::event_line(view, self.editing.is_some()), look, event, buffer);
        if let Some(editing) = &self.editing {
            // All fields want to be seen: the lower pane makes room, on narrow screens the right half too.
            let narrow = panes.width < EDITING_BESIDE;
            let area = if narrow { panes } else { top_left.union(bottom_left) };
            fields::render(editing, snapshot, look, pane("Architecture, edited", look, area, buffer), buffer);
            if narrow {
                return;
            }
        } else {
            let inside = pane("Architecture", look, top_left, buffer);
            architecture::render(snapshot, &self.graph, look, inside, buffer);
            buckets::render(snapshot, clickables, look, pane("Buckets", look, bottom_left, buffer), buffer);
        }
        let inside = pane("Product weights", look, top_right, buffer);
        products::render(snapshot, snapshot.shown, look, inside, buffer);
        let inside = pane("Pruned network", look, bottom_right, buffer);
        let (shown, all) = pruned::render(view, inside, buffer);
        frame_lines::rows_of("layers", shown, all, look, bottom_right, buffer);
    }
}
