//! The layout of Compare: the race takes what the parts below it leave.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::experiment::Construction;

/// From this height on, figures and assumptions have frames.
const FRAMED: u16 = 28;

/// From this width on, figures and assumptions stand side by side.
const SIDE_BY_SIDE: u16 = 180;

/// From this width on, the ladder stands beside the lanes' panes.
const LADDER_BESIDE: u16 = 108;

/// Rows of a frame.
const FRAME: u16 = 2;

/// Rows of a lane's pane.
const PANES: std::ops::RangeInclusive<u16> = 7..=12;

/// The parts of the screen between the lines above and below; parts without room have no height.
pub(super) struct CompareLayout {
    pub(super) race: Rect,
    pub(super) lanes: Rect,
    pub(super) ladder: Rect,
    pub(super) figures: Rect,
    pub(super) assumptions: Rect,
    /// whether figures and assumptions have frames
    pub(super) framed: bool,
    /// rows of the body with room for all parts
    pub(super) rows_for_all: u16,
}

impl CompareLayout {
    pub(super) fn new(body: Rect, lanes: u16, asks_malach: bool, is_on_ladder: bool) -> Self {
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
        } else if body.height >= 2 * (lanes + 1) {
            (lanes + 1, assumed * u16::from(body.height >= 16 && !is_on_ladder))
        } else {
            (0, 0)
        };
        let below = if beside { figures.max(assumptions) } else { figures + assumptions };
        // A strip for each lane, an axis and a frame.
        let least_race = lanes + 1 + FRAME;
        let left = body.height.saturating_sub(below + least_race);
        let ladder_rows = if is_on_ladder { Construction::ladder().len() as u16 + FRAME } else { 0 };
        let share = ((left + least_race) / 3).clamp(*PANES.start(), *PANES.end());
        let is_beside = body.width >= LADDER_BESIDE;
        let (ladder, panes) = if is_beside {
            let panes = share.max(ladder_rows);
            let panes = if left >= panes { panes } else { 0 };
            (if panes > 0 { ladder_rows } else { 0 }, panes)
        } else {
            let ladder = if left >= ladder_rows { ladder_rows } else { 0 };
            (ladder, if left >= ladder + share { share } else { 0 })
        };
        let stacked = if is_beside { 0 } else { ladder };
        let [race, panes, stacked, below] = Layout::vertical([
            Constraint::Fill(1),
            Constraint::Length(panes),
            Constraint::Length(stacked),
            Constraint::Length(below),
        ])
        .areas(body);
        let [lanes_area, beside_area] = if is_beside && ladder > 0 {
            Layout::horizontal([Constraint::Fill(5), Constraint::Fill(4)]).areas(panes)
        } else {
            [panes, Rect::ZERO]
        };
        let [figures, assumptions] = if beside {
            Layout::horizontal([Constraint::Fill(2), Constraint::Fill(1)]).areas(below)
        } else {
            Layout::vertical([Constraint::Length(figures), Constraint::Length(assumptions)]).areas(below)
        };
        let least_panes = *PANES.start();
        let for_panes = if is_beside { least_panes.max(ladder_rows) } else { least_panes + ladder_rows };
        Self {
            race,
            lanes: lanes_area,
            ladder: if is_beside { beside_area } else { stacked },
            figures,
            assumptions,
            framed,
            rows_for_all: least_race + for_panes + lanes + 1 + assumed * u16::from(!is_on_ladder),
        }
    }
}
