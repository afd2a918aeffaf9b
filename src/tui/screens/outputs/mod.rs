//! The Outputs screen: F(x) against Ĝ(x), input by input.
//!
//! ```text
//! ┌ title ────────────────────────────────┐
//! │ Input        │ Outputs                │  x, as a picture or as numbers; F(x) and Ĝ(x)
//! │──────────────┴────────────────────────│
//! │ F against Ĝ                           │  what they choose, how far apart they are, here and at worst
//! │ note                                  │  where inputs come from, or what could not be done
//! └ keys ─────────────────────────────────┘
//! ```

mod bar;
mod chooser;
mod gauge;
mod input;
mod keys;
mod learned;
mod lecture;
mod picture;
mod summary;
mod table;

pub use chooser::Chooser;
use chooser::STANDS_STILL;
use input::{LEAST_UPPER, ShownInput};
pub use keys::{ANSWERS, InputMove};

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};

use super::screen::{Screen, ScreenFacts, say_no};
use crate::network::Domain;
use crate::report::text::{construction_name, number};
use crate::report::{EvaluatedReport, json_text};
use crate::session::Command;
use crate::tui::clipboard::Copied;
use crate::tui::effects::Effect;
use crate::tui::export::Numbers;
use crate::tui::keymap::{Action, Keymap};
use crate::tui::lecture::Lecture;
use crate::tui::look::Look;
use crate::tui::overlays::prompt::{Numbered, Prompt};
use crate::tui::request::{Request, send};
use crate::tui::view::{Scene, ScreenView};
use crate::tui::widgets::clickable::{ClickTarget, ScreenPart};
use crate::tui::widgets::frame_lines::{self, draw_lines, pane};

/// Its name.
pub const NAME: &str = "Outputs";

/// The facts of this screen.
const FACTS: ScreenFacts = ScreenFacts {
    name: NAME,
    label: "outputs",
    help: "F(x) against the pruned network's, input by input",
    keymap: keys::KEYMAP,
    panes: &[
        (
            "Outputs",
            "F(x) and the pruned network's own output, evaluated neuron by neuron, at the input chosen; inputs, outputs and \
             classes count from 0. Bars of both networks share one scale, F in the upper half of a row. Square inputs are \
             shown as pictures; those of a graph in its shape, a picture for each channel (] and [ go to others), a row for \
             each step of a sequence. A network chooses the class of its largest output. Below: the error here, the largest \
             found, the one certified and the one asked for, on a gauge too (bar: the error here, f: found, c: certified, \
             at the end epsilon; of errors far below it the scale is logarithmic); where there are labels, how many are met.",
        ),
        (
            "Confusion",
            "With a learned lane on view: a network at a test example, the one under training (at the end: the ticket) or \
             with u a finished ticket or control. Probabilities are its outputs after the softmax; of finished networks \
             predictions alone are kept. The matrix counts the test examples by label (row) and prediction (column); what \
             lies off the diagonal is wrong, and the example on view is marked. m goes to the network's next mistake.",
        ),
    ],
};

/// The panes, in the order of zooming.
const ZOOMABLE: [&str; 3] = ["Input", "Outputs", "F against the pruned network"];

/// Columns of the outputs and the summary beside a picture of the whole height, at least.
const LEAST_BESIDE: u16 = 44;

/// The kind of the part that a question about a number goes to.
const INPUT: &str = "input";

/// The Outputs screen.
#[derive(Clone, Debug, Default)]
pub struct OutputsScreen {
    /// the input, and how far lists are scrolled
    pub chooser: Chooser,
    /// whether a learned lane is on view
    is_learned: bool,
}

impl OutputsScreen {
    fn watch(&self) -> Effect {
        Effect::Send(self.chooser.watch())
    }
}

impl Screen for OutputsScreen {
    fn facts(&self) -> &'static ScreenFacts {
        &FACTS
    }

    fn keymap(&self) -> &'static Keymap {
        if self.is_learned { &ANSWERS } else { &FACTS.keymap }
    }

    fn show(&mut self, scene: &Scene<'_>, is_new_setup: bool) -> Vec<Request> {
        self.is_learned = scene.snapshot.learned_lane().is_some();
        if is_new_setup {
            self.chooser = Chooser::default();
        }
        Vec::new()
    }

    fn enter(&mut self, _scene: &Scene<'_>) -> Vec<Effect> {
        vec![self.watch()]
    }

    fn leave(&mut self) -> Vec<Effect> {
        vec![Effect::Send(Command::WatchOutput(None))]
    }

    fn update(&mut self, action: Action, scene: &Scene<'_>) -> Option<Vec<Request>> {
        let Action::Own(own) = action else { return None };
        let to = InputMove::of(own)?;
        if to == InputMove::ByNumber {
            let last = chooser::inputs(scene.snapshot).saturating_sub(1);
            let (title, what) = match self.is_learned {
                true => ("Jump to example", "an example"),
                false => ("Jump to input", "an input"),
            };
            let inputs = Numbered { title, what, kind: INPUT, first: 0, last };
            return Some(vec![Request::Ask(Prompt::number(inputs))]);
        }
        let needs_worker = !matches!(
            to,
            InputMove::RowsOn | InputMove::RowsBack | InputMove::NextNetwork | InputMove::NetworkBefore
        );
        if needs_worker && scene.frozen {
            return Some(vec![Request::Say(STANDS_STILL.to_owned())]);
        }
        let before = self.chooser.input;
        let message = self.chooser.update(to, scene.snapshot);
        let watched = (self.chooser.input != before).then(|| self.watch().into());
        Some(message.map(Request::Say).into_iter().chain(watched).collect())
    }

    fn go_to(&mut self, part: ScreenPart, scene: &Scene<'_>) -> Vec<Request> {
        if part.kind != INPUT {
            return Vec::new();
        }
        if scene.frozen {
            return vec![Request::Say(STANDS_STILL.to_owned())];
        }
        self.chooser.input = part.first;
        send(self.chooser.watch())
    }

    fn numbers(&self, scene: &Scene<'_>) -> Option<Numbers> {
        if let Some(lane) = scene.snapshot.learned_lane() {
            return learned::numbers(scene.snapshot, lane, &self.chooser);
        }
        let report = EvaluatedReport::new(scene.snapshot)?;
        Some(Numbers { json: json_text(&report), table: report.table(), why_no_rows: "there are no outputs" })
    }

    /// All outputs at the input on view.
    fn copied(&self, scene: &Scene<'_>) -> Result<Option<Copied>, &'static str> {
        let nothing = "The outputs are not there yet.";
        let table = self.numbers(scene).ok_or(nothing)?.table;
        let what = format!("the outputs at input {}, {} rows", self.chooser.input, table.rows());
        Copied::rows(what, &table, 0..table.rows()).map(Some).ok_or(nothing)
    }

    fn lecture<'a>(&'a self, view: &'a ScreenView<'a>) -> Lecture<'a> {
        match &view.scene.snapshot.output {
            Some(output) if !self.is_learned => lecture::lecture(view, output),
            _ => Lecture::in_words(NAME, FACTS.help),
        }
    }

    fn refuses(&self, action: Action, scene: &Scene<'_>) -> bool {
        say_no(self.clone().update(action, scene))
    }

    fn zoomable(&self, scene: &Scene<'_>) -> Vec<&'static str> {
        match &scene.snapshot.output {
            Some(_) if !self.is_learned => ZOOMABLE.to_vec(),
            _ => Vec::new(),
        }
    }

    fn render(&self, view: &ScreenView<'_>, area: Rect, buffer: &mut Buffer) {
        if let Some(lane) = view.scene.snapshot.learned_lane() {
            return learned::render(view, lane, &self.chooser, area, buffer);
        }
        let [panes, note] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(area);
        let (scene, look) = (&view.scene, view.look);
        let (snapshot, scroll) = (scene.snapshot, self.chooser.scroll);
        if let Some(output) = &snapshot.output {
            let wheel = ClickTarget::Wheel(InputMove::Previous.action(), InputMove::Next.action());
            view.clickables.add(panes, wheel);
            let lines = |width: u16| summary::lines(snapshot, output, look, width.saturating_sub(2));
            let [left, right, lower] =
                areas(ShownInput::of(output), look, panes, |width| lines(width).len() as u16);
            let [left, right, lower] = view.zoom(panes, [left, right, lower]);
            let inside = pane(&input::title(output, left.width.saturating_sub(4)), look, left, buffer);
            input::render(ShownInput::of(output), scroll, look, view.pictures, inside, buffer);
            let listed = table::listed(output, scene.filter);
            let shown = table::rows_shown(&listed, scroll, right.height.saturating_sub(2));
            let title = table::title(output, listed.len(), shown, look, right.width.saturating_sub(4));
            let inside = pane(&title, look, right, buffer);
            table::render(output, shown, look, inside, buffer);
            let lane = &snapshot.lanes[output.lane];
            let name = format!("F against {}, {}", look.glyphs.pruned, construction_name(lane.construction));
            let inside = pane(&name, look, lower, buffer);
            draw_lines(&lines(lower.width), look, inside, buffer);
        } else {
            // Requested after the view was frozen; else the answer is on its way.
            let text = if scene.frozen { STANDS_STILL } else { "" };
            Paragraph::new(text).render(pane("Input", look, panes, buffer), buffer);
        }
        let line = view.message_line().unwrap_or_else(|| origin(scene, look));
        frame_lines::draw_line(&line, look, note, buffer);
    }
}

/// The panes of the input, the outputs and the summary of so many lines in a width: input and outputs side by side, the summary
/// below both. A picture that would be reduced there has the whole height, if it is larger so.
fn areas(input: ShownInput<'_>, look: &Look, panes: Rect, lines: impl Fn(u16) -> u16) -> [Rect; 3] {
    let split = |area: Rect| {
        let below = (lines(area.width) + 2).min(area.height.saturating_sub(LEAST_UPPER));
        // A frame alone says nothing.
        let below = if below > 2 { below } else { 0 };
        Layout::vertical([Constraint::Fill(1), Constraint::Length(below)]).areas(area)
    };
    let beside = |area: Rect| -> [Rect; 2] {
        let width = input::width(input, look, area);
        Layout::horizontal([Constraint::Length(width), Constraint::Fill(1)]).areas(area)
    };
    let [tall, rest] = beside(panes);
    let [upper, lower]: [Rect; 2] = split(panes);
    let [left, right] = beside(upper);
    if rest.width >= LEAST_BESIDE && input::is_larger(input, look, tall, left) {
        let [upper, lower] = split(rest);
        return [tall, upper, lower];
    }
    [left, right, lower]
}

/// Where the inputs come from.
fn origin(scene: &Scene<'_>, look: &Look) -> Line<'static> {
    let (each, domain) = match scene.snapshot.experiment.domain.free() {
        Domain::Sequence { length, of } => (format!(" Each of {length} steps:"), of.as_ref()),
        domain => (String::new(), domain),
    };
    let text = match domain {
        Domain::Points { .. } => " Inputs are those of the preset's file.".to_owned(),
        Domain::Ball { radius } => {
            let at_most = look.glyphs.at_most;
            format!(
                " Inputs are drawn from |x| {at_most} {}, those of even number with equality.",
                number(*radius)
            )
        }
        Domain::Box { low, high } => {
            let own =
                if low.same().is_some() && high.same().is_some() { "" } else { ", each in its own range" };
            let (low, high) = (number(low.range().0), number(high.range().1));
            format!(" Inputs are drawn between {low} and {high}{own}, those of even number at corners.")
        }
        Domain::Signs | Domain::Sequence { .. } | Domain::WithConstant(_) => {
            " Inputs are drawn, each coordinate -1 or 1.".to_owned()
        }
    };
    Line::styled(each + &text, look.theme.faint)
}
