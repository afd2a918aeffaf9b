//! Compare with learned lanes in the run: constructed, learned and rewound tickets side by side.
//!
//! ```text
//! │ status                                │  the lanes moved by keys
//! │ finding                               │  the result in sentences
//! │ tickets                               │  a column each: cost, accuracy, guarantee, lead over its controls
//! │ curve                                 │  accuracy against the share of weights kept, if there is room, or in its place
//! │ event                                 │  a hint, an error, or the numbers at the cursor
//! ```

mod columns;
mod finding;
mod keys;
mod plot;
mod series;

pub(in crate::tui) use keys::KEYMAP;
pub use keys::TicketMove;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;

use super::slots::SLOT;
use super::told::say;
use crate::report::numbers::grouped;
use crate::report::{Comparison, KeptCurve, LearnedRun, json_text};
use crate::session::{Activity, Command, LaneView, Snapshot, Speed};
use crate::tui::export::Numbers;
use crate::tui::keymap::Action;
use crate::tui::look::Look;
use crate::tui::request::{Request, send};
use crate::tui::view::{Scene, ScreenView};
use crate::tui::widgets::clickable::ScreenPart;
use crate::tui::widgets::frame_lines::{self, fitting, pane};

/// Rows of the curve's pane beside the tickets, its frame included.
const LEAST_CURVE: u16 = 12;

/// From this height on, the finding has two lines.
const TWO_LINES: u16 = 20;

/// The hint.
const HINT: [&str; 3] = [
    " a: run to the end; space: run; n w l: step; o: one or all; Tab: choose a lane; c: the curve",
    " a space: run; n w l: step; o: one or all; Tab: choose; c: the curve",
    " a: run; c: curve",
];

/// What is looked at on Compare with learned tickets.
#[derive(Clone, Debug, Default)]
pub struct Tickets {
    /// the chosen lane: constructions first, then learned ones
    pub focus: usize,
    /// whether steps move the chosen lane alone
    pub alone: bool,
    /// whether the curve stands in place of the table
    pub curve: bool,
    /// first row of a table that is too long for its pane
    pub scroll: usize,
    /// the place of the curve read, from the largest share; without one, the last place
    pub cursor: Option<usize>,
}

/// Lanes in all, constructions and learned ones.
fn lanes_in_all(snapshot: &Snapshot) -> usize {
    snapshot.lanes.len() + snapshot.learned.len()
}

fn comparison(snapshot: &Snapshot) -> Comparison {
    let lanes: Vec<&LaneView> = snapshot.lanes.iter().collect();
    Comparison::new(&snapshot.experiment, &snapshot.plan, &lanes, &LearnedRun::of_snapshot(snapshot))
}

impl Tickets {
    /// The lanes moved by steps and runs.
    pub(super) fn lanes(&self, snapshot: &Snapshot) -> Vec<usize> {
        let all = lanes_in_all(snapshot);
        if self.alone { vec![self.focus.min(all - 1)] } else { (0..all).collect() }
    }

    pub(super) fn update(&mut self, action: Action, scene: &Scene<'_>) -> Option<Vec<Request>> {
        let change = match action {
            Action::Own(own) => TicketMove::of(own)?,
            Action::Filter => {
                let reason = "Every column here is a ticket: Tab chooses a lane, c shows the curve.";
                return Some(vec![Request::Say(reason.to_owned())]);
            }
            _ => return None,
        };
        let moved = self.lanes(scene.snapshot);
        match change {
            TicketMove::NextLane => self.focus = (self.focus + 1) % lanes_in_all(scene.snapshot),
            TicketMove::Together => self.alone = !self.alone,
            TicketMove::Curve => self.curve = !self.curve,
            TicketMove::On | TicketMove::Back => {
                return Some(self.go(change == TicketMove::On, scene.snapshot));
            }
        }
        Some(self.run_on(&moved, scene))
    }

    /// A run goes on with the lanes now named.
    fn run_on(&self, moved: &[usize], scene: &Scene<'_>) -> Vec<Request> {
        let moving = self.lanes(scene.snapshot);
        let other = scene.latest.activity == Activity::Running && moving != moved;
        if other { send(Command::Run(moving)) } else { Vec::new() }
    }

    /// Rows of the table, or a place of the curve.
    fn go(&mut self, forward: bool, snapshot: &Snapshot) -> Vec<Request> {
        if !self.curve {
            let last = usize::from(columns::height(&comparison(snapshot)));
            self.scroll = if forward { (self.scroll + 1).min(last) } else { self.scroll.saturating_sub(1) };
            return Vec::new();
        }
        let places = series::places(&KeptCurve::new(&LearnedRun::of_snapshot(snapshot))).len();
        let Some(last) = places.checked_sub(1) else {
            return vec![Request::Say("No point yet: l goes on to the end of a round.".to_owned())];
        };
        let here = self.cursor.unwrap_or(last).min(last);
        let next = if forward { here + 1 } else { here.saturating_sub(1) };
        // At the end, the cursor follows the run.
        self.cursor = (next < last).then_some(next);
        Vec::new()
    }

    pub(super) fn go_to(&mut self, part: ScreenPart, scene: &Scene<'_>) -> Vec<Request> {
        let moved = self.lanes(scene.snapshot);
        if part.kind != SLOT || part.first >= lanes_in_all(scene.snapshot) {
            return Vec::new();
        }
        self.focus = part.first;
        self.run_on(&moved, scene)
    }

    pub(super) fn numbers(&self, snapshot: &Snapshot) -> Numbers {
        if self.curve {
            let kept = KeptCurve::new(&LearnedRun::of_snapshot(snapshot));
            return Numbers {
                json: json_text(&kept),
                table: kept.table(),
                why_no_rows: "no round is finished, and CSV has a row for each point",
            };
        }
        let report = comparison(snapshot);
        Numbers {
            json: json_text(&report),
            table: report.table(),
            why_no_rows: "no lane is there, and CSV has a row for each",
        }
    }

    pub(super) fn render(&self, view: &ScreenView<'_>, area: Rect, buffer: &mut Buffer) {
        let (snapshot, look) = (&**view.scene.snapshot, view.look);
        let comparison = comparison(snapshot);
        let kept = KeptCurve::new(&LearnedRun::of_snapshot(snapshot));
        let finding = if area.height > TWO_LINES { 2 } else { 1 };
        let [status, said, body, event] = Layout::vertical([
            Constraint::Length(1),
            Constraint::Length(finding),
            Constraint::Fill(1),
            Constraint::Length(1),
        ])
        .areas(area);
        frame_lines::draw_line(&self.status(snapshot, look, status.width), look, status, buffer);
        say(&finding::sentences(snapshot, &comparison, look), look, said, buffer);
        let rows = columns::height(&comparison);
        let has_both = body.height >= rows + LEAST_CURVE;
        let [table, curve] = match (has_both, self.curve) {
            (true, _) => Layout::vertical([Constraint::Length(rows), Constraint::Fill(1)]).areas(body),
            (false, true) => [Rect::ZERO, body],
            (false, false) => [body, Rect::ZERO],
        };
        if !table.is_empty() {
            columns::render(view, (self.focus, self.scroll), &comparison, table, buffer);
        }
        let drawn = series::drawn(&kept, look);
        let places = series::places(&kept);
        let last = places.len().checked_sub(1);
        let place = last.map(|last| places[self.cursor.unwrap_or(last).min(last)]);
        if !curve.is_empty() {
            let title = "Accuracy against the share of weights kept, 95 % intervals";
            let inside = pane(title, look, curve, buffer);
            plot::render(&kept, &drawn, place, look, inside, buffer);
        }
        let reading = place.filter(|_| !curve.is_empty()).map(|place| series::readings(&drawn, place));
        let line = view.message_line().unwrap_or_else(|| match reading {
            Some(variants) => Line::styled(fitting(variants, event.width), look.theme.text),
            None => {
                let hint = fitting(HINT.map(str::to_owned).to_vec(), event.width);
                Line::styled(hint, look.theme.faint)
            }
        });
        frame_lines::draw_line(&line, look, event, buffer);
    }

    /// The lanes moved by keys, and the speed.
    fn status(&self, snapshot: &Snapshot, look: &Look, width: u16) -> Line<'static> {
        let separator = look.glyphs.separator;
        let number = self.focus + 1;
        let moving = if self.alone {
            [format!(" alone: steps and runs move lane {number} only"), format!(" alone: lane {number}")]
        } else {
            let all = lanes_in_all(snapshot);
            [
                format!(" together: steps and runs move lanes 1 to {all}"),
                format!(" together: lanes 1 to {all}"),
            ]
        };
        let speed = match snapshot.speed {
            Speed::PerSecond(_) => format!("{} each", frame_lines::speed(snapshot.speed)),
            Speed::FlatOut => frame_lines::speed(snapshot.speed),
        };
        let examples = snapshot.experiment.dataset.as_ref().map_or_else(String::new, |dataset| {
            let counts = [&dataset.training, &dataset.validation, &dataset.test].map(|part| part.len());
            let [training, validation, test] = counts.map(|count| grouped(count as u64));
            let validation = if dataset.validation.is_empty() {
                String::new()
            } else {
                format!(", {validation} validation")
            };
            format!("{separator}{training} training{validation}, {test} test examples")
        });
        let [long, short] = moving;
        let variants = vec![
            format!("{long}{separator}{speed}{examples}"),
            format!("{short}{separator}{speed}{examples}"),
            format!("{long}{separator}{speed}"),
            format!("{short}{separator}{speed}"),
        ];
        Line::styled(fitting(variants, width), look.theme.text)
    }
}
