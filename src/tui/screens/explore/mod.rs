//! The Explore screen.
//!
//! ```text
//!  from 76×36                                  smaller
//! ┌ title ────────────────────────────────┐  ┌ title ────────────────────┐  the screens and the run
//! │ status                                │  │ status                    │  progress of the construction
//! │ the neuron drawn last                 │  │ Architecture in a line    │
//! │───────────────────┬───────────────────│  │ the neuron drawn last     │  a line where there are few rows
//! │ Architecture      │ Product weights   │  │───────────────────────────│
//! │───────────────────┤───────────────────│  │ Product weights           │  on one axis
//! │ Pruned network    │ Buckets           │  │ Buckets                   │
//! │ next step                             │  │ Pruned network in a line  │
//! └ keys ─────────────────────────────────┘  │ next step                 │
//!                                            └ keys ─────────────────────┘
//! ```
//! An open editor, or a filter of the table of layers, takes its room from the neuron and from the panes on the left.

mod architecture;
mod buckets;
pub mod editing;
mod fields;
mod graph;
mod keys;
mod learned;
mod lecture;
mod pruned;
mod story;
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
use crate::tui::lecture::Lecture;
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
            "Neuron",
            "The neuron drawn last: two random weights on its way from x to y, and what became of it. It was tried for one target \
             weight after another, until one could use its product; if none could, the first of them says why. \
             Set aside: its weight decides when its sum comes to this bucket.",
        ),
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
             density. Single dots: the theorem's lower bound on it, between the two marks on the axis. The mark \
             of its own is the neuron drawn last. Inside a bar both are \
             cut out of it; in the row where a bar ends they keep to the row's edge.",
        ),
        (
            "Buckets",
            "A weight is a sum of pieces, each from a bucket of its own, once for inputs above 0 and once for those below. \
             A bar is full when every weight has its piece from that bucket. Buckets stand below the products that fall into them.",
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

/// The panes, in the order of zooming.
const ZOOMABLE: [&str; 5] = ["Neuron", "Product weights", "Buckets", "Architecture", "Pruned network"];

/// From this width on, editing leaves half the columns to the other panes.
const EDITING_BESIDE: u16 = 76;

/// Columns and rows from which on all panes stand side by side.
const WIDE: (u16, u16) = (76, 32);

/// Rows and columns below which the story is a line.
const LEAST_ROWS: u16 = 18;
const LEAST_COLUMNS: u16 = 60;

/// Rows of the table of layers in place of the story.
const TABLE_ROWS: u16 = 10;

/// Columns for the layers beside the line of errors.
const LAYERS: u16 = 12;

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

    fn zoomable(&self, scene: &Scene<'_>) -> Vec<&'static str> {
        match (&self.editing, scene.snapshot.learned_lane()) {
            (Some(_), _) => Vec::new(),
            (None, Some(_)) => learned::zoomable(),
            (None, None) => ZOOMABLE.to_vec(),
        }
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

    fn lecture<'a>(&'a self, view: &'a ScreenView<'a>) -> Lecture<'a> {
        match view.scene.snapshot.learned_lane() {
            Some(learned) => learned::lecture(view, learned),
            None => lecture::lecture(view),
        }
    }

    fn render(&self, view: &ScreenView<'_>, area: Rect, buffer: &mut Buffer) {
        if let (Some(learned), None) = (view.scene.snapshot.learned_lane(), &self.editing) {
            return learned::render(view, learned, area, buffer);
        }
        let [status, panes, event] =
            Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)]).areas(area);
        let (snapshot, look) = (view.scene.snapshot, view.look);
        frame_lines::draw_line(&told::status_line(view, status.width), look, status, buffer);
        frame_lines::draw_line(
            &told::event_line(view, self.editing.is_some(), event.width),
            look,
            event,
            buffer,
        );
        if let Some(editing) = &self.editing {
            // All fields want to be seen: narrow screens have no room beside them.
            let [left, right] = halves(panes);
            let is_narrow = panes.width < EDITING_BESIDE;
            let area = if is_narrow { panes } else { left };
            fields::render(editing, snapshot, look, pane("Architecture, edited", look, area, buffer), buffer);
            if !is_narrow {
                let [upper, lower] = Layout::vertical([Constraint::Fill(1); 2]).areas(right);
                let inside = pane("Product weights", look, upper, buffer);
                products::render(snapshot, snapshot.shown, look, inside, buffer);
                pruned_pane(view, lower, buffer);
            }
        } else if let Some(zoomed) = view.zoomed {
            self.render_pane(zoomed, view, panes, buffer);
        } else if panes.width >= WIDE.0 && panes.height >= WIDE.1 {
            self.render_wide(view, panes, buffer);
        } else {
            self.render_narrow(view, panes, buffer);
        }
    }
}

impl ExploreScreen {
    /// The story, and the four panes below it.
    fn render_wide(&self, view: &ScreenView<'_>, area: Rect, buffer: &mut Buffer) {
        let [told, panes] =
            Layout::vertical([Constraint::Length(story::ROWS), Constraint::Fill(1)]).areas(area);
        let [left, right] = halves(panes);
        let [facts, errors] = Layout::vertical([Constraint::Fill(3), Constraint::Fill(2)]).areas(left);
        let [weights, buckets] = Layout::vertical([Constraint::Fill(3), Constraint::Fill(2)]).areas(right);
        for (place, area) in [told, weights, buckets, facts, errors].into_iter().enumerate() {
            self.render_pane(place, view, area, buffer);
        }
    }

    /// Draws the pane at this place of [`ZOOMABLE`].
    fn render_pane(&self, place: usize, view: &ScreenView<'_>, area: Rect, buffer: &mut Buffer) {
        let (snapshot, look) = (view.scene.snapshot, view.look);
        match place {
            0 => story::render(snapshot.lane(), look, area, buffer),
            1 => {
                let inside = pane(ZOOMABLE[1], look, area, buffer);
                products::render(snapshot, snapshot.shown, look, right_of_labels(inside), buffer);
            }
            2 => {
                let inside = pane(ZOOMABLE[2], look, area, buffer);
                buckets::render(snapshot, view.clickables, look, inside, buffer);
            }
            3 => {
                let inside = pane(ZOOMABLE[3], look, area, buffer);
                architecture::render(snapshot, &self.graph, look, inside, buffer);
            }
            _ => pruned_pane(view, area, buffer),
        }
    }

    /// The story, and products and buckets on one axis; the other panes in a line each.
    fn render_narrow(&self, view: &ScreenView<'_>, area: Rect, buffer: &mut Buffer) {
        let (snapshot, look) = (view.scene.snapshot, view.look);
        // The table of layers takes the place of the story while it is filtered.
        let is_filtered = view.scene.filter.is_some();
        let is_line = area.height < LEAST_ROWS || area.width < LEAST_COLUMNS;
        let rows = match (is_filtered, is_line) {
            (true, _) => TABLE_ROWS,
            (false, true) => 1,
            (false, false) => story::ROWS,
        };
        let [facts, told, chart, errors] = Layout::vertical([
            Constraint::Length(u16::from(area.height > 6)),
            Constraint::Length(rows),
            Constraint::Fill(1),
            Constraint::Length(u16::from(area.height > 5)),
        ])
        .areas(area);
        let beyond_margin = |row: Rect| Rect { x: row.x + 1, width: row.width.saturating_sub(1), ..row };
        let facts_line = architecture::in_a_line(snapshot, &self.graph, look);
        frame_lines::draw_line(&facts_line, look, beyond_margin(facts), buffer);
        if is_filtered {
            pruned_pane(view, told, buffer);
        } else if is_line {
            frame_lines::draw_line(&story::line(snapshot.lane(), look, told.width), look, told, buffer);
        } else {
            story::render(snapshot.lane(), look, told, buffer);
        }
        let inside = pane("Product weights, and the Buckets that they fall into", look, chart, buffer);
        let bars = (inside.height / 6).max(1) * 2;
        let [weights, filled, caption] =
            Layout::vertical([Constraint::Fill(1), Constraint::Length(bars), Constraint::Length(1)])
                .areas(inside);
        products::render(snapshot, snapshot.shown, look, right_of_labels(weights), buffer);
        buckets::halves(snapshot, look, filled, buffer);
        buckets::caption(snapshot, look, caption, buffer);
        let errors = beyond_margin(errors);
        if errors.height > 0 {
            let name = "Pruned network";
            let end =
                buffer.set_stringn(errors.x, errors.y, name, usize::from(errors.width), look.theme.faint).0;
            let row = Rect { x: end + 1, width: errors.right().saturating_sub(end + 1), ..errors };
            let row = Rect { width: row.width.min(LAYERS), ..row };
            let end = buckets::layers(snapshot, view.clickables, look, row, buffer) + 2;
            let row = Rect { x: end, width: errors.right().saturating_sub(end), ..errors };
            frame_lines::draw_line(&pruned::line(snapshot, look), look, row, buffer);
        }
    }
}

/// Left and right.
fn halves(area: Rect) -> [Rect; 2] {
    Layout::horizontal([Constraint::Fill(1); 2]).areas(area)
}

/// Where products and buckets share their axis.
fn right_of_labels(area: Rect) -> Rect {
    Rect {
        x: area.x + buckets::LABELS.min(area.width),
        width: area.width.saturating_sub(buckets::LABELS),
        ..area
    }
}

/// The Pruned network pane, with its frame.
fn pruned_pane(view: &ScreenView<'_>, area: Rect, buffer: &mut Buffer) {
    let inside = pane(ZOOMABLE[4], view.look, area, buffer);
    let (shown, all) = pruned::render(view, inside, buffer);
    frame_lines::rows_of("layers", shown, all, view.look, area, buffer);
}
