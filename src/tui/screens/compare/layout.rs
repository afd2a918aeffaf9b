//! The layout of Compare.

use ratatui::layout::{Constraint, Layout, Rect};

/// From this height on, figures and assumptions have frames.
const FRAMED: u16 = 28;

/// From this width on, figures and assumptions stand side by side.
const SIDE_BY_SIDE: u16 = 180;

/// Rows of a frame.
const FRAME: u16 = 2;

/// The parts of the screen between the lines above and below; parts without room have no height.
pub(super) struct CompareLayout {
    pub(super) lanes: Rect,
    pub(super) race: Rect,
    pub(super) figures: Rect,
    pub(super) assumptions: Rect,
    pub(super) framed: bool,
}

impl CompareLayout {
    pub(super) fn new(body: Rect, lanes: u16, asks_malach: bool) -> Self {
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
