//! Compare in words: the race in a sentence, moving lanes, differing choices, and hints.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget, Wrap};

use super::figures;
use super::layout::CompareLayout;
use super::slots::{Slots, lane_of};
use crate::report::text::{asked, construction_name, grouped, not_built, race_sentences, subset_estimate};
use crate::report::{Comparison, Race};
use crate::session::{LaneView, Snapshot, Speed};
use crate::theory::Count;
use crate::tui::look::Look;
use crate::tui::view::ScreenView;
use crate::tui::widgets::frame_lines::{self, fitting};

/// The hint.
const HINT: [&str; 3] = [
    " space, a: run; n w l: step; o: one or all; Tab: choose; j k: change; g: a rung",
    " a: run; w: step; j k: change; g: a rung",
    " a: run; w: step; g: a rung",
];

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
        let in_full = format!("steps and runs move lane 1, {chosen}");
        vec![in_full, "steps and runs move lane 1".to_owned(), "lane 1".to_owned()]
    } else if slots.together {
        let lanes: Vec<String> = lanes.iter().map(|(slot, _)| slot.to_string()).collect();
        let lanes = lanes.join(", ");
        vec![format!("together: steps and runs move lanes {lanes}"), format!("together: lanes {lanes}")]
    } else {
        vec![
            format!("alone: steps and runs move lane {number} only, {chosen}"),
            format!("alone: steps and runs move lane {number} only"),
            format!("alone: lane {number}"),
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
    let in_full = moving[..moving.len() - 1]
        .iter()
        .map(|moving| format!(" {moving}{separator}{speed}{separator}same target: {asked}"));
    let variants = in_full.chain(moving.iter().map(|moving| format!(" {moving}{separator}{speed}")));
    Line::styled(fitting(variants.collect(), width), look.theme.text)
}

/// The choices in which the first two slots differ.
pub(super) fn rung_line(slots: &Slots, look: &Look, width: u16) -> Line<'static> {
    let [from, to, ..] = *slots.shown() else { return Line::default() };
    let glyphs = look.glyphs;
    let arrow = glyphs.write("→");
    let differences = from.facts().differences(to.facts());
    let names: Vec<&str> = differences.iter().map(|(choice, ..)| *choice).collect();
    let in_full: Vec<String> = differences
        .iter()
        .map(|(choice, from, to)| glyphs.write(&format!("{choice}: {from} → {to}")))
        .collect();
    let other = if names.len() == 4 {
        "all four choices differ".to_owned()
    } else {
        format!("other {}", names.join(", "))
    };
    let variants = vec![format!(" 1{arrow}2  {}", in_full.join("; ")), format!(" 1{arrow}2  {other}")];
    Line::from(Span::styled(fitting(variants, width), look.theme.text))
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
    let hint = fitting(HINT.map(str::to_owned).to_vec(), width);
    Line::styled(hint, if nothing_drawn { look.theme.text } else { look.theme.faint })
}

/// The parts without room, each with the size of the frame that shows it.
pub(super) fn missing_parts(parts: &CompareLayout, is_on_ladder: bool, body: Rect, frame: Rect) -> String {
    let rows = frame.height.saturating_add(parts.rows_for_all.saturating_sub(body.height));
    let mut missing = Vec::new();
    let mut lacks = |what: &str, size: String| missing.push(format!("{what}: {size} needed"));
    let size = format!("{}x{rows}", frame.width);
    match (parts.lanes.height > 0, is_on_ladder && parts.ladder.height == 0) {
        (false, true) => lacks("products, ladder", size),
        (false, false) => lacks("products", size),
        (true, true) => lacks("ladder", size),
        (true, false) => {}
    }
    if body.width < figures::WIDE_ENOUGH {
        lacks("all figures", format!("{} columns", figures::WIDE_ENOUGH));
    }
    let all = format!(" {} ", missing.join(", "));
    let variants =
        vec![all, missing.first().map_or_else(String::new, |first| format!(" {first} ")), String::new()];
    if missing.is_empty() { String::new() } else { fitting(variants, frame.width.saturating_sub(2)) }
}

/// The sentence of a race, in a variant with room.
pub(super) fn say_race(race: &Race, look: &Look, area: Rect, buffer: &mut Buffer) {
    let sentence = fitting(race_sentences(race), room(area) as u16);
    say(&[sentence], look, area, buffer);
}

/// Characters of a text in words that wrap: those at the end of a line leave some columns blank.
fn room(area: Rect) -> usize {
    let columns = usize::from(area.width.saturating_sub(1)) * usize::from(area.height);
    columns.saturating_sub(if area.height > 1 { 12 } else { 0 })
}

/// As many sentences as there is room for, in words that wrap.
pub(super) fn say(sentences: &[String], look: &Look, area: Rect, buffer: &mut Buffer) {
    let room = room(area);
    let fits = |count: &usize| {
        sentences[..*count].iter().map(|sentence| sentence.chars().count() + 1).sum::<usize>() <= room + 1
    };
    let count = (1..=sentences.len()).rev().find(fits).unwrap_or(1).min(sentences.len());
    let text = look.glyphs.write(&sentences[..count].join(" "));
    let inside = Rect { x: area.x.saturating_add(1), width: area.width.saturating_sub(1), ..area };
    if area.height > 1 {
        Paragraph::new(text)
            .style(look.theme.title)
            .wrap(Wrap { trim: true })
            .render(inside.intersection(area), buffer);
    } else {
        let line = Line::styled(text, look.theme.title);
        frame_lines::draw_line(&line, look, inside.intersection(area), buffer);
    }
}
