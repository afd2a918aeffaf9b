//! The heat map: how far each weight of the layer is off.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::choice::{Choice, WEIGHT};
use super::kernels;
use super::keys::WeightMove;
use super::legend::{Legend, ROOMY, shade};
use crate::session::WeightView;
use crate::tui::look::Look;
use crate::tui::widgets::clickable::{ClickTarget, Clickables, ScreenPart};
use crate::tui::widgets::frame_lines::needs;

/// Columns and rows of a weight, if there is room.
const WIDEST: usize = 4;
const TALLEST: usize = 2;

/// Columns of the pane in which the legend can be read.
const LEGEND: u16 = 24;

/// Columns of a pane, its frame included, in which the map of such a layer has all the room that it can use.
pub(super) fn widest(view: &WeightView) -> u16 {
    let (outputs, inputs) = view.errors.dim();
    let gutter = (outputs - 1).to_string().len() + 1;
    let columns = view.kernel.map_or(WIDEST * inputs, kernels::widest);
    u16::try_from(gutter + columns + 2).map_or(u16::MAX, |width| width.max(LEGEND))
}

/// Some weights, shared out among some characters.
#[derive(Clone, Copy)]
pub(super) struct WeightCells {
    weights: usize,
    pub(super) cells: usize,
}

impl WeightCells {
    pub(super) fn new(weights: usize, room: usize) -> Self {
        Self { weights, cells: room.min(weights) }
    }

    pub(super) fn range(self, cell: usize) -> Range<usize> {
        cell * self.weights / self.cells..(cell + 1) * self.weights / self.cells
    }

    fn ranges(self) -> Vec<Range<usize>> {
        (0..self.cells).map(|cell| self.range(cell)).collect()
    }

    /// Weights that share a character, at most.
    pub(super) fn shared(self) -> usize {
        self.weights.div_ceil(self.cells)
    }

    pub(super) fn cell_of(self, weight: usize) -> usize {
        ((weight + 1) * self.cells - 1) / self.weights
    }
}

/// ```text
///    0      17          63
///  0 ░░▒░░▒░░░░░▒▒░░░░░▒░░
///  3 ░░░░░▒◆░░✗░░░░░░░░▒░░
/// 31 ····················
/// outputs ↓ inputs →
/// ░ to 1/4  ▒ to 1/2  ✗ above
/// · unfinished  ◆ chosen, ▒
/// the worst of 3x1 each
/// ```
pub(super) fn render(
    view: &WeightView,
    choice: Choice,
    clickables: &Clickables,
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    if let Some(kernel) = view.kernel
        && kernels::render(view, kernel, choice, clickables, look, area, buffer)
    {
        return;
    }
    let (outputs, inputs) = view.errors.dim();
    let gutter = (outputs - 1).to_string().len() as u16 + 1;
    let below = if area.height >= ROOMY { 4 } else { 1 };
    if area.width < gutter + 4 || area.height < below + 2 {
        needs((gutter + 4, below + 2), look, area, buffer);
        return;
    }
    let room = usize::from(area.width - gutter);
    let wide = (room / inputs).clamp(1, WIDEST);
    let across = WeightCells::new(inputs, room / wide);
    let rows = usize::from(area.height - below - 1);
    let tall = (rows / outputs).clamp(1, TALLEST);
    let down = WeightCells::new(outputs, rows / tall);
    let shared = (down.shared(), across.shared());
    let grid = Rect {
        x: area.x + gutter,
        y: area.y + 1,
        width: (across.cells * wide) as u16,
        height: (down.cells * tall) as u16,
    };
    let chosen = choice.within((outputs, inputs));
    let at = (down.cell_of(chosen.0), across.cell_of(chosen.1));
    clickables.add(area, ClickTarget::Wheel(WeightMove::Up.action(), WeightMove::Down.action()));
    let errors = view.errors.grid(&down.ranges(), &across.ranges());
    let allowed = view.allowed_share();
    let mut own = shade(None, allowed, look);
    for (index, error) in errors.into_iter().enumerate() {
        let (row, column) = (index / across.cells, index % across.cells);
        let (glyph, style) = shade(error, allowed, look);
        let (x, y) = (grid.x + (column * wide) as u16, grid.y + (row * tall) as u16);
        let weight = ClickTarget::Part(ScreenPart {
            kind: WEIGHT,
            first: down.range(row).start,
            second: across.range(column).start,
        });
        clickables.add(Rect { x, y, width: wide as u16, height: tall as u16 }, weight);
        for y in y..y + tall as u16 {
            for x in x..x + wide as u16 {
                if let Some(cell) = buffer.cell_mut((x, y)) {
                    cell.set_symbol(glyph).set_style(style);
                }
            }
        }
        if (row, column) == at {
            // Where the weight has this one character, the legend keeps its shade.
            buffer.set_string(x, y, look.glyphs.chosen, look.theme.selected);
            own = (glyph, style);
        }
    }
    labels_down(down, tall, chosen.0, look, Rect { x: area.x, width: gutter - 1, ..grid }, buffer);
    labels_across(across, wide, chosen.1, look, Rect { y: area.y, height: 1, ..grid }, area.right(), buffer);
    let [down, across] = look.glyphs.down_across;
    let axes = vec![
        format!("outputs {down}, inputs {across}; error in {}:", look.glyphs.tolerance),
        format!("outputs {down} inputs {across}"),
    ];
    let worst = format!("the worst of {}x{} each", shared.0, shared.1);
    let last = (shared != (1, 1)).then_some(worst);
    let legend = Legend { axes, last, own, allowed };
    legend.render(look, Rect { y: grid.bottom(), height: below, ..area }, buffer);
}

/// Numbers of the first, the last and the chosen output.
pub(super) fn labels_down(
    down: WeightCells,
    tall: usize,
    chosen: usize,
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    let at = down.cell_of(chosen);
    let mut write = |row: usize, output: usize, style| {
        let text = format!("{output:>width$}", width = usize::from(area.width));
        buffer.set_string(area.x, area.y + (row * tall) as u16, text, style);
    };
    write(0, 0, look.theme.faint);
    write(down.cells - 1, down.weights - 1, look.theme.faint);
    write(at, chosen, look.theme.key);
}

/// Numbers of the first, the last and the chosen input, as far as they leave each other room.
pub(super) fn labels_across(
    across: WeightCells,
    wide: usize,
    chosen: usize,
    look: &Look,
    area: Rect,
    right: u16,
    buffer: &mut Buffer,
) {
    let mut taken: Vec<Range<u16>> = Vec::new();
    let places = [(chosen, look.theme.key), (0, look.theme.faint), (across.weights - 1, look.theme.faint)];
    for (input, style) in places {
        let text = input.to_string();
        let length = text.len() as u16;
        let x = area.x + (across.cell_of(input) * wide) as u16;
        let x = x.min(right.saturating_sub(length));
        let (from, to) = (x.saturating_sub(1), x + length + 1);
        if taken.iter().all(|other| to <= other.start || other.end <= from) {
            buffer.set_string(x, area.y, text, style);
            taken.push(x..x + length);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weight_lies_in_the_cell_that_covers_it() {
        for weights in 1..200 {
            for room in 1..60 {
                let scale = WeightCells::new(weights, room);
                assert_eq!((scale.range(0).start, scale.range(scale.cells - 1).end), (0, weights));
                for weight in 0..weights {
                    assert!(
                        scale.range(scale.cell_of(weight)).contains(&weight),
                        "{weight} of {weights} in {room}"
                    );
                }
            }
        }
    }
}
