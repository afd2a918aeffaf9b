//! The Compare screen: up to three constructions side by side on the same target. It shows lanes of the run; looking at it
//! changes nothing.
//!
//! ```text
//! ┌ title ────────────────────────────────┐  what this is, what is happening
//! │ status                                │  which lanes the keys move
//! │ 1 malach          │ 2 hyperbolic      │  a pane per lane, all on the same axis and scale
//! │───────────────────┴───────────────────│
//! │ race                                  │  share of the weights complete against neurons sampled
//! │ figures                               │  a row per lane, then what Malach assumes of the target
//! │ rung                                  │  which choices differ, and what that buys
//! │ event                                 │  what to press, what went wrong, what a run has estimated
//! └ keys ─────────────────────────────────┘
//! ```

mod figures;
mod lane;
pub(crate) mod lanes;
mod race;
pub mod slots;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use crate::experiment::Construction;
use crate::report::text::{NO_PROMISE, asked, construction_name, gain, grouped, not_built, subset_estimate};
use crate::report::{ComparedLane, Comparison};
use crate::session::{LaneView, Speed};
use crate::theory::Count;
use crate::tui::Look;
use crate::tui::app::App;
use crate::tui::app::mouse::Target;
use crate::tui::widgets::frame_lines::{self, fitting, pane};
use crate::tui::widgets::products::Scale;

/// From this height on, figures and assumptions have frames.
const FRAMED: u16 = 28;

/// From this width on, figures and assumptions stand side by side.
const SIDE_BY_SIDE: u16 = 180;

/// What to press.
const HINT: &str = " space, a: run; n w l: step; o: one or all; Tab: choose; j k: change; g: a rung";

/// What to press where one construction has no other beside it.
const ONE_LANE: [&str; 3] = [
    " One lane in view: t adds another beside it; what is built stays.",
    " One lane in view: t adds one beside it.",
    " One lane: t adds one",
];

/// Rows of a frame.
const FRAME: u16 = 2;

/// Draws the screen, whatever its size.
pub fn render(frame: &mut Frame<'_>, app: &App, look: &Look) {
    let [title, status, body, rung, event, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    let buffer = frame.buffer_mut();
    // The slots that have a lane, counted from 1.
    let lanes: Vec<(usize, &LaneView)> = (1..)
        .zip(app.slots.shown())
        .filter_map(|(slot, &construction)| Some((slot, &app.snapshot.lanes[app.lane_of(construction)?])))
        .collect();
    let views: Vec<&LaneView> = lanes.iter().map(|(_, lane)| *lane).collect();
    let comparison = Comparison::new(&app.snapshot.experiment, &app.snapshot.plan, &views);
    let asks_malach = app.slots.shown().contains(&Construction::Malach);
    let areas = Areas::new(body, app.slots.shown().len() as u16, asks_malach);
    frame_lines::title(app, look).render(title, buffer);
    frame_lines::draw_line(&status_line(app, &lanes, look, status.width), look, status, buffer);
    lane_panes(app, &lanes, look, areas.lanes, buffer);
    if areas.race.height > 0 {
        let title = format!(
            "Race: share of the weights complete against neurons sampled, {} bound",
            look.glyphs.limit
        );
        race::render(&lanes, look, pane(&title, look, areas.race, buffer), buffer);
    }
    let framed = |title: &str, area: Rect, buffer: &mut Buffer| {
        if areas.framed { pane(title, look, area, buffer) } else { area }
    };
    if areas.figures.height > 0 {
        let all_apply = comparison.lanes.iter().all(ComparedLane::bound_applies);
        let title = if all_apply { "Figures".to_owned() } else { format!("Figures, {NO_PROMISE}") };
        let inside = framed(&title, areas.figures, buffer);
        figures::table(&comparison, app.slots.shown(), look, inside, buffer);
    }
    if areas.assumptions.height > 0 {
        let inside = framed("What Malach assumes of the target", areas.assumptions, buffer);
        figures::assumptions(&comparison, look, inside, buffer);
    }
    frame_lines::draw_line(&rung_line(app, &comparison, look, rung.width), look, rung, buffer);
    frame_lines::draw_line(&event_line(app, &comparison, look, event.width), look, event, buffer);
    frame_lines::keys(app.context(), look, keys.width).render(keys, buffer);
}

/// Where the parts of the body stand; what has no room has no height.
struct Areas {
    lanes: Rect,
    race: Rect,
    figures: Rect,
    assumptions: Rect,
    framed: bool,
}

impl Areas {
    fn new(body: Rect, lanes: u16, asks_malach: bool) -> Self {
        let framed = body.height >= FRAMED;
        let beside = framed && asks_malach && body.width >= SIDE_BY_SIDE;
        let assumed = u16::from(asks_malach);
        // Assumptions beside the figures stand below each other, others in columns of about 38 characters.
        let rows = if beside {
            5
        } else if body.width >= 116 {
            2
        } else {
            3
        };
        let (figures, assumptions) = if framed {
            (lanes + 1 + FRAME, assumed * (rows + FRAME))
        } else if body.height >= 12 + lanes {
            (lanes + 1, assumed * u16::from(body.height >= 16))
        } else {
            (0, 0)
        };
        let below = if beside { figures.max(assumptions) } else { figures + assumptions };
        let left = body.height - below;
        // An axis, a frame and a strip for each lane, all as high.
        let around = 1 + FRAME;
        let strip = ((left * 2 / 5).saturating_sub(around) + lanes / 2) / lanes;
        let race = if left >= 2 * (around + lanes) { around + lanes * strip.max(1) } else { 0 };
        let [panes, race, below] =
            Layout::vertical([Constraint::Fill(1), Constraint::Length(race), Constraint::Length(below)])
                .areas(body);
        let [figures, assumptions] = if beside {
            Layout::horizontal([Constraint::Fill(2), Constraint::Fill(1)]).areas(below)
        } else {
            Layout::vertical([Constraint::Length(figures), Constraint::Length(assumptions)]).areas(below)
        };
        Self { lanes: panes, race, figures, assumptions, framed }
    }
}

/// Which lanes the keys move, how fast a run is, how large the target.
fn status_line(app: &App, lanes: &[(usize, &LaneView)], look: &Look, width: u16) -> Line<'static> {
    let (slots, experiment) = (&app.slots, &app.snapshot.experiment);
    let chosen = construction_name(slots.shown()[slots.focus]);
    let number = slots.focus + 1;
    let moving = if slots.shown().len() == 1 {
        vec![format!("steps and runs move lane 1, {chosen}"), "steps and runs move lane 1".to_owned()]
    } else if slots.together {
        let lanes: Vec<String> = lanes.iter().map(|(slot, _)| slot.to_string()).collect();
        vec![format!("together: steps and runs move lanes {}", lanes.join(", "))]
    } else {
        vec![
            format!("alone: steps and runs move lane {number} only, {chosen}"),
            format!("alone: steps and runs move lane {number} only"),
        ]
    };
    let speed = match app.snapshot.speed {
        Speed::PerSecond(_) => format!("{} each", frame_lines::speed(app.snapshot.speed)),
        Speed::FlatOut => frame_lines::speed(app.snapshot.speed),
    };
    let weights = experiment.target.architecture().total_weights() as i64;
    let asked =
        format!("{} weights, {} = {}", grouped(weights), look.glyphs.epsilon, asked(experiment.epsilon));
    let separator = look.glyphs.separator;
    let variants = moving
        .iter()
        .map(|moving| format!(" {moving}{separator}{speed}{separator}same target: {asked}"))
        .chain(moving.last().map(|moving| format!(" {moving}{separator}{speed}")));
    Line::styled(fitting(variants.collect(), width), look.theme.text)
}

fn lane_panes(app: &App, lanes: &[(usize, &LaneView)], look: &Look, area: Rect, buffer: &mut Buffer) {
    let slots = app.slots.shown();
    let areas = Layout::horizontal(vec![Constraint::Fill(1); slots.len()]).split(area);
    let indices: Vec<usize> = lanes.iter().map(|(_, lane)| lane.index).collect();
    let shared = Scale::shared(&app.snapshot, &indices);
    // The same columns in every pane, so that they stand for the same products.
    let inside = |area: Rect| Block::bordered().inner(area).width;
    let columns = areas.iter().map(|&area| inside(area)).min().unwrap_or(0);
    for ((slot, &construction), &area) in slots.iter().enumerate().zip(areas.iter()) {
        let chosen = slot == app.slots.focus;
        let pointer = if chosen { look.glyphs.pointer } else { " " };
        let name = |name: &str| format!("{pointer}{} {name}", slot + 1);
        let title = fitting(
            vec![name(&construction_name(construction)), name(construction.name())],
            area.width.saturating_sub(4),
        );
        app.areas.add(area, Target::Slot(slot));
        let inside = pane(&title, look, area, buffer);
        if let Some(index) = app.lane_of(construction).filter(|_| area.height > 0) {
            let room = area.width.saturating_sub(2);
            let caption = lane::caption(&app.snapshot.lanes[index], look, room);
            let x = area.x + 1;
            buffer.set_stringn(x, area.bottom() - 1, caption, usize::from(room), look.theme.faint);
        }
        lane::render(app, construction, shared.as_ref(), columns, look, inside, buffer);
    }
}

/// Which choices differ between the first two slots, and what the step from one to the other buys.
fn rung_line(app: &App, comparison: &Comparison, look: &Look, width: u16) -> Line<'static> {
    let [from, to, ..] = *app.slots.shown() else { return Line::default() };
    let glyphs = look.glyphs;
    let arrow = glyphs.write("→");
    let differences = from.facts().differences(to.facts());
    let names: Vec<&str> = differences.iter().map(|(choice, ..)| *choice).collect();
    let in_full: Vec<String> = differences
        .iter()
        .map(|(choice, from, to)| glyphs.write(&format!("{choice}: {from} → {to}")))
        .collect();
    let lane = |construction| comparison.lanes.iter().find(|lane| lane.which == construction);
    let gain = lane(from).zip(lane(to)).and_then(|(from, to)| gain(from, to));
    let gain = gain.map_or(String::new(), |gain| format!("; {gain}"));
    let other = if names.len() == 4 {
        "all four choices differ".to_owned()
    } else {
        format!("other {}", names.join(", "))
    };
    let variants =
        vec![format!(" 1{arrow}2  {}{gain}", in_full.join("; ")), format!(" 1{arrow}2  {other}{gain}")];
    Line::from(Span::styled(fitting(variants, width), look.theme.title))
}

/// What went wrong; which lane out of view is not built; what a run has estimated, of the chosen lane first; else what to press.
fn event_line(app: &App, comparison: &Comparison, look: &Look, width: u16) -> Line<'static> {
    if let Some(message) = frame_lines::message(app, look) {
        return message;
    }
    let refused = app.snapshot.plan.refused.iter();
    // A lane in view says it in its pane.
    let out_of_view = refused.filter(|(construction, _)| !app.slots.shown().contains(construction));
    if let Some(refused) = not_built(out_of_view) {
        return Line::styled(format!(" {}", look.glyphs.write(&refused)), look.theme.bad);
    }
    if app.slots.shown().len() == 1 {
        let variants = ONE_LANE.map(str::to_owned).to_vec();
        return Line::styled(fitting(variants, width), look.theme.text);
    }
    let chosen = app.slots.shown()[app.slots.focus];
    let (first, others): (Vec<_>, Vec<_>) = comparison.lanes.iter().partition(|lane| lane.which == chosen);
    let estimate = first.into_iter().chain(others).find_map(|lane| Some((lane.name(), lane.estimate?)));
    if let Some((name, estimate)) = estimate {
        let (values, constant) = (estimate.values_per_half, estimate.pensia_constant);
        let variants = vec![
            format!(" {name}: {}", subset_estimate(&estimate)),
            format!(
                " {name}: {values:.1} values a half, C of Pensia's bound at least {constant:.2} (estimate)"
            ),
            format!(" {name}: {values:.1} values a half, C at least {constant:.2} (estimate)"),
        ];
        return Line::styled(fitting(variants, width), look.theme.faint);
    }
    let shown = app.slots.shown().iter().filter_map(|&construction| app.lane_of(construction));
    let nothing_drawn =
        shown.into_iter().all(|lane| app.snapshot.lanes[lane].neurons_sampled() == Count::ZERO);
    Line::styled(HINT, if nothing_drawn { look.theme.text } else { look.theme.faint })
}
