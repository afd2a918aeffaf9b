//! Compare in words: moving lanes, differing choices, and hints.

use ratatui::text::{Line, Span};

use super::slots::{Slots, lane_of};
use crate::report::Comparison;
use crate::report::text::{asked, construction_name, gain, grouped, not_built, subset_estimate};
use crate::session::{LaneView, Snapshot, Speed};
use crate::theory::Count;
use crate::tui::look::Look;
use crate::tui::view::ScreenView;
use crate::tui::widgets::frame_lines::{self, fitting};

/// The hint.
const HINT: &str = " space, a: run; n w l: step; o: one or all; Tab: choose; j k: change; g: a rung";

/// The hint beside a single construction.
const ONE_LANE: [&str; 3] = [
    " One lane in view: t adds another beside it; what is built stays.",
    " One lane in view: t adds one beside it.",
    " One lane: t adds one",
];

/// The lanes moved by keys, the speed, the target.
pub(super) fn status_line(
    snapshot: &Snapshot,
    slots: &Slots,
    lanes: &[(usize, &LaneView)],
    look: &Look,
    width: u16,
) -> Line<'static> {
    let experiment = &snapshot.experiment;
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
    let speed = match snapshot.speed {
        Speed::PerSecond(_) => format!("{} each", frame_lines::speed(snapshot.speed)),
        Speed::FlatOut => frame_lines::speed(snapshot.speed),
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

/// The choices in which the first two slots differ, and the gain of that step.
pub(super) fn rung_line(slots: &Slots, comparison: &Comparison, look: &Look, width: u16) -> Line<'static> {
    let [from, to, ..] = *slots.shown() else { return Line::default() };
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

/// An error; a lane out of view without a build; an estimate, of the chosen lane first; else the hint.
pub(super) fn event_line(
    view: &ScreenView<'_>,
    slots: &Slots,
    comparison: &Comparison,
    width: u16,
) -> Line<'static> {
    let (snapshot, look) = (view.scene.snapshot, view.look);
    if let Some(message) = view.message_line() {
        return message;
    }
    let refused = snapshot.plan.refused.iter();
    // A lane in view says it in its pane.
    let out_of_view = refused.filter(|(construction, _)| !slots.shown().contains(construction));
    if let Some(refused) = not_built(out_of_view) {
        return Line::styled(format!(" {}", look.glyphs.write(&refused)), look.theme.bad);
    }
    if slots.shown().len() == 1 {
        let variants = ONE_LANE.map(str::to_owned).to_vec();
        return Line::styled(fitting(variants, width), look.theme.text);
    }
    let chosen = slots.shown()[slots.focus];
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
    let shown = slots.shown().iter().filter_map(|&construction| lane_of(snapshot, construction));
    let nothing_drawn = shown.into_iter().all(|lane| snapshot.lanes[lane].neurons_sampled() == Count::ZERO);
    Line::styled(HINT, if nothing_drawn { look.theme.text } else { look.theme.faint })
}
