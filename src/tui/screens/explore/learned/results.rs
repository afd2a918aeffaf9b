//! The Test accuracy pane: the finished networks of a learned method. Edge-popup has a row per network; rewinding a row per
//! round and a column per network.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::learning::{Accuracy, Arm, ArmResult, LearnedMethod, Round};
use crate::report::numbers::{grouped, percent};
use crate::report::{Cell, Rows, ShareReport, Table, arm_name};
use crate::session::LearnedView;
use crate::tui::view::ScreenView;
use crate::tui::widgets;
use crate::tui::widgets::frame_lines::draw_line;

/// The networks of edge-popup, in the order of their evaluation.
const EDGE_POPUP: [Arm; 5] =
    [Arm::Ticket, Arm::ShuffledMask, Arm::FreshWeights, Arm::WholeNetwork, Arm::Dense];

/// Columns of a network's accuracy.
const ACCURACY: u16 = 7;

/// Columns of round and share.
const ROUND: u16 = 14;

/// Draws the inside of the pane. Returns the range of rows shown, and their number.
pub(super) fn render(
    view: &ScreenView<'_>,
    learned: &LearnedView,
    area: Rect,
    buffer: &mut Buffer,
) -> (Range<usize>, usize) {
    let look = view.look;
    if learned.rounds.iter().all(|round| round.arms.is_empty())
        && matches!(learned.method, LearnedMethod::Rewinding(_))
    {
        let text = "the ticket and its controls come with the end of each round: l";
        draw_line(&Line::styled(text, look.theme.faint), look, area, buffer);
        return (0..0, 0);
    }
    let (table, under_way) = match learned.method {
        LearnedMethod::EdgePopup(_) => networks(learned),
        LearnedMethod::Rewinding(_) => rounds(learned),
    };
    let rows = table.rows();
    let room = usize::from(area.height.saturating_sub(1));
    // The newest rows stay in sight.
    let first = under_way.map_or(rows, |row| row + 1).saturating_sub(room).min(rows.saturating_sub(room));
    let shown = first..(first + room).min(rows);
    let style = |index: usize| match under_way {
        Some(row) if row == first + index => look.theme.key,
        Some(row) if row < first + index => look.theme.faint,
        _ => look.theme.text,
    };
    widgets::table::render(&part(table, shown.clone()), style, look, area, buffer);
    (shown, rows)
}

/// Some rows of a table.
fn part(mut table: Table, rows: Range<usize>) -> Table {
    for column in &mut table.columns {
        column.cells = column.cells.get(rows.clone()).map(<[Cell]>::to_vec).unwrap_or_default();
    }
    table
}

/// A row per network of edge-popup's round, and the row of the one under way.
fn networks(learned: &LearnedView) -> (Table, Option<usize>) {
    let result = |arm: &Arm| learned.rounds.last().and_then(|round| round.arm(*arm));
    let accuracy = |write: fn(Accuracy) -> String| {
        move |arm: &Arm| result(arm).map_or(Cell::BLANK, |result| write(result.test).into())
    };
    let state = |arm: &Arm| {
        if result(arm).is_some() {
            ""
        } else if !learned.is_done && *arm == learned.position.arm {
            "under way"
        } else {
            "to come"
        }
    };
    let table = Rows::of(EDGE_POPUP)
        .column("network", |arm| arm_name(*arm))
        .left()
        .wide(13, 0)
        .column("accuracy", |arm| match result(arm) {
            Some(result) => percent(result.test.share()),
            None => state(arm).to_owned(),
        })
        .wide(9, 0)
        .column("95 % interval", accuracy(interval))
        .wide(13, 38)
        .column("right", accuracy(|test| format!("{}/{}", grouped(test.correct), grouped(test.examples))))
        .wide(13, 56)
        .column("steps", |arm| result(arm).map_or(Cell::BLANK, |result| grouped(result.steps).into()))
        .wide(8, 66)
        .table();
    let under_way =
        (!learned.is_done).then(|| EDGE_POPUP.iter().position(|arm| *arm == learned.position.arm));
    (table, under_way.flatten())
}

/// `96.1 to 98.2`
fn interval(accuracy: Accuracy) -> String {
    let ShareReport { low, high, .. } = ShareReport::new(accuracy);
    format!("{:.1} to {:.1}", 100.0 * low, 100.0 * high)
}

/// A row per round of rewinding, and the row of the one under way.
fn rounds(learned: &LearnedView) -> (Table, Option<usize>) {
    let arms = arms(&learned.rounds);
    let mut rows = Rows::of(learned.rounds.iter())
        .column("round", |round| round.round)
        .wide(5, 0)
        .column("kept", |round| percent(round.share()))
        .wide(8, 22);
    for (at, &arm) in arms.iter().enumerate() {
        let cell = |round: &&Round| round.arm(arm).map_or(Cell::BLANK, |result| accuracy(result).into());
        let least = if at == 0 { 0 } else { ROUND + (ACCURACY + 1) * (at as u16 + 1) };
        rows = rows.column(short(arm), cell).wide(ACCURACY, least);
    }
    let under_way = learned.rounds.iter().position(|round| round.round == learned.position.round);
    (rows.table(), under_way.filter(|_| !learned.is_done))
}

fn accuracy(result: &ArmResult) -> String {
    format!("{:.1}", 100.0 * result.test.share())
}

/// The networks with a result, the ticket first.
fn arms(rounds: &[Round]) -> Vec<Arm> {
    let mut arms: Vec<Arm> =
        rounds.iter().flat_map(|round| round.arms.iter().map(|result| result.arm)).collect();
    arms.sort();
    arms.dedup();
    arms
}

/// An arm as the head of a column.
fn short(arm: Arm) -> &'static str {
    match arm {
        Arm::Ticket => "ticket",
        Arm::FreshWeights => "fresh",
        Arm::RandomMask => "random",
        Arm::ShuffledMask => "shuffle",
        Arm::WholeNetwork => "whole",
        Arm::Dense => "dense",
    }
}
