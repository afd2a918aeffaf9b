//! The Weight screen: how one weight is put together.
//!
//! ```text
//! ┌ title ────────────────────────────────┐
//! │ header                                │  which weight, and how far it is
//! │ Error   │ x>0: w⁺, off by             │
//! │ (map)   │ (table with staircase)      │
//! │         │─────────────────────────────│  the chosen half alone if there is little room,
//! │         │ x<0: w⁻, off by             │  below the map if there is less,
//! │         │ (table with staircase)      │  without the map if there is none for it
//! │ how to read it                        │
//! │ the chosen step, a line for each half │
//! └ keys ─────────────────────────────────┘
//! ```

mod choice;
mod copied;
mod kernels;
mod keys;
mod learned;
mod lecture;
mod legend;
mod map;
mod staircase;
mod table;
mod told;

pub use choice::Choice;
pub use keys::WeightMove;
pub use learned::{MASK, MaskLayout, MaskMove};

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::{Clear, Widget};

use super::screen::{Screen, ScreenFacts, say_no};
use crate::report::text::layer_kind;
use crate::report::{WeighedReport, json_text};
use crate::session::{Command, WeightView};
use crate::tui::clipboard::Copied;
use crate::tui::effects::Effect;
use crate::tui::export::Numbers;
use crate::tui::keymap::{Action, Keymap};
use crate::tui::lecture::Lecture;
use crate::tui::request::{Request, send};
use crate::tui::view::{Scene, ScreenView};
use crate::tui::widgets::clickable::ScreenPart;
use crate::tui::widgets::frame_lines::{self, fitting, pane};
use table::Tables;

/// Its name.
pub const NAME: &str = "Weight";

/// The facts of this screen.
const FACTS: ScreenFacts = ScreenFacts {
    name: NAME,
    label: "one weight",
    help: "how one weight is put together, piece by piece",
    keymap: keys::KEYMAP,
    panes: &[
        (
            "Weight",
            "One target weight as it is put together: the weight completed last, until another one is chosen. It has a staircase \
             for inputs above 0 and one for those below. The residual starts at |w*|. Each row takes a piece: where the residual \
             reaches what the bucket needs, the product of the bucket's neuron is subtracted. The bars show the residual on a log \
             axis that ends at the tolerance. The last row holds what is left against it. t shows the buckets passed by as well. \
             The map shows how far each weight of the layer is off, in units of ε_w; where weights share a character it is \
             that of the worst.",
        ),
        learned::PANES,
    ],
};

/// Least width of the panes where the map stands beside the tables, and not above them.
const BESIDE: u16 = 80;

/// Width of a table with all that it has to show.
const TABLE: u16 = 126;

/// Least width of a table beside the map.
const TABLE_LEAST: u16 = 56;

/// Least height of panes with the map above the tables.
const MAP_ABOVE: u16 = 13;

/// Least height of a half's pane where both are shown.
const HALF: u16 = 16;

/// Least height between title line and footer at which all lines below the panes are shown.
const TALL: u16 = 20;

/// The panes, in the order of zooming.
const ZOOMABLE: [&str; 2] = ["Error of each weight", "Staircase"];

/// The Weight screen.
#[derive(Clone, Debug, Default)]
pub struct WeightScreen {
    /// the weight, and the step of its sum
    pub choice: Choice,
    /// the layout of a learned lane's mask
    pub layout: MaskLayout,
    /// whether a learned lane is on view
    is_learned: bool,
}

impl Screen for WeightScreen {
    fn facts(&self) -> &'static ScreenFacts {
        &FACTS
    }

    fn keymap(&self) -> &'static Keymap {
        if self.is_learned { &MASK } else { &FACTS.keymap }
    }

    fn show(&mut self, scene: &Scene<'_>, _is_new_setup: bool) -> Vec<Request> {
        self.is_learned = scene.snapshot.learned_lane().is_some();
        self.choice.follow(scene.snapshot);
        Vec::new()
    }

    fn enter(&mut self, _scene: &Scene<'_>) -> Vec<Effect> {
        vec![Effect::Send(self.choice.command())]
    }

    fn leave(&mut self) -> Vec<Effect> {
        vec![Effect::Send(Command::WatchWeight(None))]
    }

    fn update(&mut self, action: Action, scene: &Scene<'_>) -> Option<Vec<Request>> {
        let Action::Own(own) = action else { return None };
        if let Some(to) = MaskMove::of(own) {
            return Some(match learned::update(&mut self.layout, &mut self.choice, to, scene.snapshot) {
                Ok(true) => send(self.choice.command()),
                Ok(false) => Vec::new(),
                Err(reason) => vec![Request::Say(reason.to_owned())],
            });
        }
        let to = WeightMove::of(own)?;
        Some(match self.choice.update(to, scene.snapshot, scene.filter) {
            Ok(true) => send(self.choice.command()),
            Ok(false) => Vec::new(),
            Err(reason) => vec![Request::Say(reason.to_owned())],
        })
    }

    fn go_to(&mut self, part: ScreenPart, _scene: &Scene<'_>) -> Vec<Request> {
        match part.kind {
            choice::WEIGHT => {
                self.choice.choose((part.first, part.second));
                return send(self.choice.command());
            }
            choice::STEP => (self.choice.step, self.choice.half) = (part.first, part.second),
            _ => {}
        }
        Vec::new()
    }

    fn numbers(&self, scene: &Scene<'_>) -> Option<Numbers> {
        if scene.snapshot.learned_lane().is_some() {
            return learned::numbers(scene.snapshot);
        }
        let report = WeighedReport::new(scene.snapshot)?;
        Some(Numbers {
            json: json_text(&report),
            table: report.table(),
            why_no_rows: "the weight's sums have no steps yet",
        })
    }

    fn copied(&self, scene: &Scene<'_>) -> Result<Option<Copied>, &'static str> {
        let copied = if scene.snapshot.learned_lane().is_some() {
            learned::copied(scene.snapshot)
        } else {
            scene.snapshot.weight.as_ref().and_then(|weight| copied::weight(weight))
        };
        copied.map(Some).ok_or("The weight is not there yet.")
    }

    fn lecture<'a>(&'a self, view: &'a ScreenView<'a>) -> Lecture<'a> {
        match &view.scene.snapshot.weight {
            Some(weight) if !self.is_learned => lecture::lecture(view, weight),
            _ => Lecture::in_words(NAME, FACTS.help),
        }
    }

    fn refuses(&self, action: Action, scene: &Scene<'_>) -> bool {
        say_no(self.clone().update(action, scene))
    }

    fn zoomable(&self, _scene: &Scene<'_>) -> Vec<&'static str> {
        if self.is_learned { Vec::new() } else { ZOOMABLE.to_vec() }
    }

    fn render(&self, view: &ScreenView<'_>, area: Rect, buffer: &mut Buffer) {
        if let Some(learned) = view.scene.snapshot.learned_lane() {
            return learned::render(view, learned, (self.layout, self.choice), area, buffer);
        }
        let lines = if area.height >= TALL { 3 } else { 1 };
        let [header, panes, below] =
            Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(lines)])
                .areas(area);
        let (scene, look) = (&view.scene, view.look);
        if let Some(weight) = &scene.snapshot.weight {
            let line = told::header_line(scene.snapshot, weight, look, header.width);
            frame_lines::draw_line(&line, look, header, buffer);
            let steps: Vec<_> = weight.sums.iter().map(|sum| self.choice.steps(sum, scene.filter)).collect();
            let half = self.choice.half_of(steps.len());
            let place = steps.get(half).map_or(0, |steps| self.choice.place(steps));
            let step = steps.get(half).and_then(|steps| steps.get(place)).copied();
            let mode = scene.snapshot.lane().mode;
            let tables = Tables { view: weight, steps, chosen: (half, place), mode, look };
            self.render_panes(view, &tables, panes, buffer);
            let mut lines = told::step_lines(scene.snapshot, weight, step, look, below.width);
            // With one row alone it is that of the half gone through.
            if below.height < 2 && half < lines.len() {
                lines.swap(0, half);
            }
            if below.height > 1 || lines.is_empty() {
                lines.insert(0, told::how_to_read(scene, self.choice, weight, look, below.width));
            }
            for (line, row) in lines.into_iter().zip(below.rows()) {
                frame_lines::draw_line(&line, look, row, buffer);
            }
        }
        if let Some(message) = view.message_line() {
            let row = Rect { height: below.height.min(1), ..below };
            Clear.render(row, buffer);
            frame_lines::draw_line(&message, look, row, buffer);
        }
    }
}

impl WeightScreen {
    /// Draws the map and the tables of the sums.
    fn render_panes(&self, view: &ScreenView<'_>, tables: &Tables<'_>, area: Rect, buffer: &mut Buffer) {
        let (look, weight) = (view.look, tables.view);
        let [left, right] = if area.width >= BESIDE {
            // What the map has no use for goes to the tables.
            let beside = area.width.saturating_sub(TABLE);
            let map = beside.max((area.width / 3).min(area.width - TABLE_LEAST)).min(map::widest(weight));
            Layout::horizontal([Constraint::Length(map), Constraint::Fill(1)]).areas(area)
        } else {
            let map = (area.height / 3).clamp(if area.height >= 16 { 7 } else { 5 }, 14);
            let map = if area.height < MAP_ABOVE { 0 } else { map };
            Layout::vertical([Constraint::Length(map), Constraint::Fill(1)]).areas(area)
        };
        let [left, right] = view.zoom(area, [left, right]);
        if !left.is_empty() {
            self.render_map(view, weight, left, buffer);
        }
        if right.is_empty() {
            return;
        }
        let sums = weight.sums.len();
        let all = 0..sums;
        let alone = sums > 1 && right.height / (sums as u16) < HALF;
        let shown = if alone { tables.chosen.0..tables.chosen.0 + 1 } else { all.clone() };
        let halves = Layout::vertical(vec![Constraint::Fill(1); shown.len()]).split(right);
        let columns = tables.columns(right.width.saturating_sub(2));
        for (number, &area) in shown.zip(halves.iter()) {
            let title = told::sum_title(weight, &weight.sums[number], look, area.width);
            let inside = pane(&title, look, area, buffer);
            tables.render(number, &columns, view.clickables, inside, buffer);
            let (rows, steps) = (tables.shown(number, inside.height), tables.steps[number].len());
            frame_lines::rows_of("steps", rows, steps, look, area, buffer);
            if alone
                && area.height > 1
                && let Some(other) = all.clone().find(|&other| other != number)
            {
                let other = told::other_half(weight, &weight.sums[other], look, area.width / 2);
                let (x, y) = (area.x + area.width.min(2), area.bottom() - 1);
                buffer.set_stringn(x, y, other, usize::from(area.width / 2), look.theme.key);
            }
        }
    }

    fn render_map(&self, view: &ScreenView<'_>, weight: &WeightView, area: Rect, buffer: &mut Buffer) {
        let look = view.look;
        let (found, tolerance) = (look.glyphs.found, look.glyphs.tolerance);
        let mut titles = vec![
            format!("Layer {}: |w*-{found}|/{tolerance}", weight.layer),
            format!("|w*-{found}|/{tolerance}"),
        ];
        if let Some(kind) = layer_kind(&view.scene.snapshot.experiment, weight.layer) {
            let kind = look.glyphs.write(&kind);
            titles.insert(0, format!("Layer {}, {kind}: |w*-{found}|/{tolerance}", weight.layer));
        }
        let inside = pane(&fitting(titles, area.width.saturating_sub(4)), look, area, buffer);
        map::render(weight, self.choice, view.clickables, look, inside, buffer);
    }
}
