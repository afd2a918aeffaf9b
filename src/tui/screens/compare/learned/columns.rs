//! The tickets side by side: a column each, a row for each quantity.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::slots::SLOT;
use crate::learning::{Arm, Difference, LearnedMethod};
use crate::report::numbers::{count, grouped, number, share};
use crate::report::{Cell, Column, ComparedTicket, Comparison, RoundReport, Table, arm_name};
use crate::session::{LearnedView, Phase, Snapshot, TicketVerdict};
use crate::theory::Count;
use crate::tui::look::Look;
use crate::tui::view::ScreenView;
use crate::tui::widgets::clickable::ClickTarget;
use crate::tui::widgets::frame_lines::{cut, fitting, pane, rows_of};
use crate::tui::widgets::table;

/// The controls, in the order of their rows.
pub(super) const CONTROLS: [Arm; 5] =
    [Arm::FreshWeights, Arm::RandomMask, Arm::ShuffledMask, Arm::WholeNetwork, Arm::Dense];

/// Columns of the rows' names.
const NAMES: u16 = 15;

/// The narrowest and the widest column of a ticket.
const LEAST: u16 = 14;
const MOST: u16 = 30;

/// One row: its name, and its text for a ticket in so many columns.
type TicketRow<'a> = (String, CellText<'a>);

/// The text of a ticket's cell at a width.
type CellText<'a> = Box<dyn Fn(&ComparedTicket, u16) -> String + 'a>;

/// Rows of the pane, its frame and header included.
pub(super) fn height(comparison: &Comparison) -> u16 {
    10 + controls(comparison).len() as u16 + 3
}

/// The kind of a lane's tickets, in full and in short.
fn kind(snapshot: &Snapshot, ticket: &ComparedTicket) -> [String; 2] {
    let alone = |kind: &str| [kind.to_owned(), kind.to_owned()];
    match (lane(snapshot, ticket).map(|lane| &lane.method), ticket.round) {
        (None, _) => alone("constructed"),
        (Some(LearnedMethod::EdgePopup(_)), _) => alone("learned"),
        (Some(LearnedMethod::Rewinding(_)), None) => alone("rewound"),
        (Some(LearnedMethod::Rewinding(_)), Some(round)) => {
            [format!("rewound, round {round}"), format!("round {round}")]
        }
    }
}

/// The learned lane of a ticket; `None` for a construction.
pub(super) fn lane<'a>(snapshot: &'a Snapshot, ticket: &ComparedTicket) -> Option<&'a LearnedView> {
    snapshot.learned.iter().find(|lane| lane.lane == ticket.lane)
}

/// The name in so many columns: with its options if there is room.
fn name(ticket: &ComparedTicket, snapshot: &Snapshot, width: u16) -> String {
    let shorter = ticket.name.replace(" keep ", " ");
    let short = match lane(snapshot, ticket) {
        Some(learned) => learned.method.name().to_owned(),
        None => snapshot.lanes[ticket.lane].construction.name().to_owned(),
    };
    fitting(vec![ticket.name.clone(), shorter, short], width)
}

/// The present place of a ticket's lane, or how it ended.
fn state(ticket: &ComparedTicket, snapshot: &Snapshot, look: &Look, width: u16) -> String {
    let glyphs = look.glyphs;
    let Some(learned) = lane(snapshot, ticket) else {
        let lane = &snapshot.lanes[ticket.lane];
        return match (lane.phase, lane.verdict()) {
            (Phase::Building(layer), _) => format!("layer {layer} of {}", lane.layers.len()),
            (Phase::Verifying, _) => "trying inputs".to_owned(),
            (Phase::Done, Some(TicketVerdict::Holds | TicketVerdict::HoldsExactly)) => {
                format!("{} holds", glyphs.good)
            }
            (Phase::Done, _) => format!("{} holds not", glyphs.bad),
        };
    };
    let position = &learned.position;
    if learned.is_done {
        return format!("{} done", glyphs.good);
    }
    let epoch = format!("epoch {} of {}", (position.epoch + 1).min(position.epochs), position.epochs);
    if position.rounds <= 1 {
        return epoch;
    }
    let round = format!("round {} of {}", position.round, position.rounds - 1);
    let arm = arm_name(position.arm);
    fitting(vec![format!("{round}, {arm}, {epoch}"), format!("{round}, {arm}"), round], width)
}

/// The round of a learned ticket, with all its arms.
pub(super) fn round_of<'a>(comparison: &'a Comparison, ticket: &ComparedTicket) -> Option<&'a RoundReport> {
    let report = comparison.learned.iter().find(|report| report.lane == ticket.lane)?;
    report.rounds.iter().find(|round| Some(round.round) == ticket.round)
}

/// Ticket less control over the test examples, once both are finished.
fn ahead(comparison: &Comparison, ticket: &ComparedTicket, control: Arm) -> Option<Difference> {
    round_of(comparison, ticket)?.arms.iter().find(|arm| arm.arm == control)?.ticket_ahead
}

/// The controls of any ticket shown.
pub(super) fn controls(comparison: &Comparison) -> Vec<Arm> {
    let has = |control: &Arm| {
        let arms = comparison.learned.iter().flat_map(|report| &report.rounds).flat_map(|round| &round.arms);
        arms.into_iter().any(|arm| arm.arm == *control)
    };
    CONTROLS.into_iter().filter(has).collect()
}

/// A difference in points with its interval: `+12.3 (9, 16)`.
fn points(difference: Difference, width: u16) -> String {
    let Difference { mean, low, high } = difference;
    let [mean, low, high] = [mean, low, high].map(|share| 100.0 * share);
    fitting(
        vec![
            format!("{mean:+.1} ({low:+.1} to {high:+.1})"),
            format!("{mean:+.1} ({low:.1}, {high:.1})"),
            format!("{mean:+.1} ({low:.0}, {high:.0})"),
            format!("{mean:+.1}"),
        ],
        width,
    )
}

/// A share as a percentage with its sign.
pub(super) fn percent(value: f64) -> String {
    format!("{:.1} %", 100.0 * value)
}

fn rows<'a>(snapshot: &'a Snapshot, comparison: &'a Comparison, look: &'a Look) -> Vec<TicketRow<'a>> {
    let dash = || "-".to_owned();
    let row = |name: &str, text: CellText<'a>| (name.to_owned(), text);
    let mut rows: Vec<TicketRow<'a>> = vec![
        row("ticket", Box::new(move |ticket, width| name(ticket, snapshot, width))),
        row("now", Box::new(move |ticket, width| state(ticket, snapshot, look, width))),
        row(
            "weights kept",
            Box::new(move |ticket, width| {
                let Some(kept) = ticket.kept_weights else { return dash() };
                let kept = grouped(kept);
                let Some(of) = &ticket.share_weights_kept else { return kept };
                fitting(
                    vec![format!("{kept}, {}", share(of.0)), format!("{kept} {}", share(of.0)), kept],
                    width,
                )
            }),
        ),
        row(
            "bits of mask",
            Box::new(move |ticket, width| {
                let Some(bits) = ticket.mask_bits else { return dash() };
                let bytes = grouped(ticket.network_bytes);
                let bits = count(Count::new(bits.round()));
                fitting(vec![format!("{bits} (F: {bytes} bytes)"), bits], width)
            }),
        ),
        row(
            "accuracy",
            Box::new(move |ticket, _| {
                ticket.accuracy.as_ref().map_or_else(dash, |found| percent(found.accuracy))
            }),
        ),
        row(
            "95 % interval",
            Box::new(move |ticket, _| {
                let interval = ticket.accuracy.as_ref().map(|found| (100.0 * found.low, 100.0 * found.high));
                interval.map_or_else(dash, |(low, high)| format!("{low:.1} to {high:.1}"))
            }),
        ),
        row(
            "guarantee",
            Box::new(move |ticket, width| match ticket.guarantee {
                Some(certified) => {
                    let certified = format!("{} {}", look.glyphs.at_most, number(certified));
                    fitting(vec![format!("error {certified}"), certified], width)
                }
                None if lane(snapshot, ticket).is_some() => "none".to_owned(),
                None => dash(),
            }),
        ),
        row("neurons drawn", Box::new(move |ticket, _| ticket.neurons_sampled.map_or_else(dash, count))),
        row("training steps", Box::new(|ticket, _| grouped(ticket.training_steps))),
        row("time", Box::new(|ticket, _| format!("{:.2} s", ticket.elapsed_seconds))),
    ];
    rows.extend(controls(comparison).into_iter().map(|control| -> TicketRow<'a> {
        let text = move |ticket: &ComparedTicket, width: u16| {
            ahead(comparison, ticket, control).map_or_else(String::new, |ahead| points(ahead, width))
        };
        (format!("- {}", arm_name(control)), Box::new(text))
    }));
    rows
}

/// Draws the pane. The columns of the chosen lane stay in view.
pub(super) fn render(
    view: &ScreenView<'_>,
    (focus, scroll): (usize, usize),
    comparison: &Comparison,
    area: Rect,
    buffer: &mut Buffer,
) {
    let (snapshot, look) = (&**view.scene.snapshot, view.look);
    let all = &comparison.tickets;
    let room = area.width.saturating_sub(2 + NAMES);
    let columns = usize::from(room / (LEAST + 1)).clamp(1, all.len().max(1));
    let width = (room / columns as u16).saturating_sub(1).min(MOST);
    let first = first_column(all, focus, columns);
    let shown = &all[first..(first + columns).min(all.len())];
    let title = match shown.len() < all.len() {
        true => format!("Tickets {}-{} of {} (Tab)", first + 1, first + shown.len(), all.len()),
        false => "Tickets for the same data".to_owned(),
    };
    let inside = pane(&title, look, area, buffer);
    let rows = rows(snapshot, comparison, look);
    let height = usize::from(inside.height.saturating_sub(1)).min(rows.len());
    let from = scroll.min(rows.len() - height);
    let visible = from..from + height;
    let names = rows[visible.clone()].iter().map(|(name, _)| Cell::from(name.as_str())).collect();
    let column = |header: String, cells: Vec<Cell>, width: u16, is_left: bool| Column {
        header,
        cells,
        is_joined: false,
        is_left,
        width,
        least: 0,
    };
    let mut drawn = Table { columns: vec![column(String::new(), names, NAMES, true)] };
    for ticket in shown {
        let pointer = if ticket.lane == focus { look.glyphs.pointer } else { "" };
        let kinds = kind(snapshot, ticket).map(|kind| format!("{pointer}{} {kind}", ticket.lane + 1));
        let header = fitting(kinds.to_vec(), width);
        let text =
            |(_, text): &TicketRow<'_>| Cell::Text(cut(&text(ticket, width), usize::from(width), look));
        let cells = rows[visible.clone()].iter().map(text).collect();
        drawn.columns.push(column(cut(&header, usize::from(width), look), cells, width, false));
    }
    let style = |row: usize| match rows.get(visible.start + row).map(|(name, _)| name.as_str()) {
        Some("accuracy" | "ticket") => look.theme.title,
        _ => look.theme.text,
    };
    table::render(&drawn, style, look, inside, buffer);
    for (place, ticket) in shown.iter().enumerate() {
        let x = inside.x + NAMES + place as u16 * (width + 1);
        let column = Rect { x, width: width + 1, ..inside }.intersection(inside);
        view.clickables.add(column, ClickTarget::part(SLOT, ticket.lane));
    }
    caption(comparison, visible.len() == rows.len(), look, area, buffer);
    rows_of("rows", visible, rows.len(), look, area, buffer);
}

/// What the last rows are, on the lower frame.
fn caption(comparison: &Comparison, is_whole: bool, look: &Look, area: Rect, buffer: &mut Buffer) {
    if controls(comparison).is_empty() || !is_whole || area.height < 2 {
        return;
    }
    let room = area.width.saturating_sub(4);
    let text = fitting(
        vec![
            " - control: points of accuracy by which the ticket is ahead of it, 95 % interval ".to_owned(),
            " - control: points the ticket is ahead ".to_owned(),
            String::new(),
        ],
        room,
    );
    buffer.set_stringn(area.x + 2, area.bottom() - 1, text, usize::from(room), look.theme.faint);
}

/// The first column shown: those of the chosen lane are among the shown ones, as far as they fit.
fn first_column(tickets: &[ComparedTicket], focus: usize, columns: usize) -> usize {
    let of_focus = || (0..tickets.len()).filter(|&place| tickets[place].lane == focus);
    let (from, to) = (of_focus().next().unwrap_or(0), of_focus().next_back().unwrap_or(0));
    (to + 1).saturating_sub(columns).min(from)
}
