//! The mask as a picture: weights kept and cut, or the share kept where weights share a character.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::choice::MaskLayout;
use super::keys::MaskMove;
use crate::report::numbers::percent;
use crate::session::ScoreView;
use crate::tui::look::Look;
use crate::tui::screens::weight::choice::{Choice, WEIGHT};
use crate::tui::screens::weight::map::{WeightCells, labels_across, labels_down};
use crate::tui::widgets::clickable::{ClickTarget, Clickables, ScreenPart};
use crate::tui::widgets::frame_lines::{draw_line, fitting, needs};

/// Most columns and rows of a weight.
const WIDEST: usize = 4;
const TALLEST: usize = 2;

/// Rows of the pane with room for more than one line of legend.
const ROOMY: u16 = 9;

/// What the characters stand for: shares kept, in rows and columns.
struct MaskPlane {
    rows: usize,
    columns: usize,
    /// share kept at each place, row by row, in 0 to 1
    kept: Vec<f32>,
    /// place of the chosen weight
    chosen: (usize, usize),
    is_image: bool,
}

impl MaskPlane {
    fn new(layer: &ScoreView, layout: MaskLayout, choice: Choice) -> Self {
        let (outputs, inputs) = layer.shape;
        let (output, input) = choice.within(layer.shape);
        let of = |kept: &bool| f32::from(u8::from(*kept));
        match layout.of(layer) {
            (MaskLayout::OneOutput, Some(side)) => {
                let row = layer.mask.iter().skip(output * inputs).take(inputs);
                Self {
                    rows: side,
                    columns: side,
                    kept: row.map(of).collect(),
                    chosen: (input / side, input % side),
                    is_image: true,
                }
            }
            (MaskLayout::AllOutputs, Some(side)) => {
                let mut kept = vec![0.0; inputs];
                for (index, value) in layer.mask.iter().map(of).enumerate() {
                    kept[index % inputs] += value / outputs as f32;
                }
                Self { rows: side, columns: side, kept, chosen: (input / side, input % side), is_image: true }
            }
            _ => Self {
                rows: outputs,
                columns: inputs,
                kept: layer.mask.iter().map(of).collect(),
                chosen: (output, input),
                is_image: false,
            },
        }
    }

    /// The share kept of the places in each character, row by row.
    fn shares(&self, down: WeightCells, across: WeightCells) -> Vec<f32> {
        let mut sums = vec![(0.0_f32, 0_u32); down.cells * across.cells];
        for (row, values) in self.kept.chunks(self.columns).enumerate() {
            let from = down.cell_of(row) * across.cells;
            for (column, value) in values.iter().enumerate() {
                let sum = &mut sums[from + across.cell_of(column)];
                *sum = (sum.0 + value, sum.1 + 1);
            }
        }
        sums.into_iter().map(|(sum, count)| sum / count.max(1) as f32).collect()
    }

    /// The weight behind a place.
    fn weight(&self, layer: &ScoreView, choice: Choice, (row, column): (usize, usize)) -> (usize, usize) {
        if self.is_image {
            (choice.within(layer.shape).0, row * self.columns + column)
        } else {
            (row, column)
        }
    }
}

/// ```text
///    0      17          63
///  0 ██·█··██·█··█·██··█·██
///  3 █···█·◆█··██·█··█··█··
/// 31 ··█·█··█·██··█·█·██·█·
/// outputs ↓ inputs →
/// █ kept · cut ◆ chosen
/// ```
pub(super) fn render(
    layer: &ScoreView,
    (layout, choice): (MaskLayout, Choice),
    clickables: &Clickables,
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    let plane = MaskPlane::new(layer, layout, choice);
    let gutter = (plane.rows - 1).to_string().len() as u16 + 1;
    let below = if area.height >= ROOMY { 3 } else { 1 };
    if area.width < gutter + 4 || area.height < below + 2 {
        needs((gutter + 4, below + 2), look, area, buffer);
        return;
    }
    // Characters of the area, and places in each.
    let room = (usize::from(area.height - below - 1), usize::from(area.width - gutter));
    let (tall, wide) = grain(&plane, room);
    let down = WeightCells::new(plane.rows, room.0 / tall);
    let across = WeightCells::new(plane.columns, room.1 / wide);
    let grid = Rect {
        x: area.x + gutter,
        y: area.y + 1,
        width: (across.cells * wide) as u16,
        height: (down.cells * tall) as u16,
    };
    let shares = plane.shares(down, across);
    let range = range_of(&shares);
    let is_single = down.shared() == 1 && across.shared() == 1 && layout != MaskLayout::AllOutputs;
    let at = (down.cell_of(plane.chosen.0), across.cell_of(plane.chosen.1));
    clickables.add(area, ClickTarget::Wheel(MaskMove::Up.action(), MaskMove::Down.action()));
    for (index, &share) in shares.iter().enumerate() {
        let (row, column) = (index / across.cells, index % across.cells);
        let (glyph, style) = shade(share, range, is_single, look);
        let cell = Rect {
            x: grid.x + (column * wide) as u16,
            y: grid.y + (row * tall) as u16,
            width: wide as u16,
            height: tall as u16,
        };
        let place = (down.range(row).start, across.range(column).start);
        let (first, second) = plane.weight(layer, choice, place);
        clickables.add(cell, ClickTarget::Part(ScreenPart { kind: WEIGHT, first, second }));
        for y in cell.top()..cell.bottom() {
            for x in cell.left()..cell.right() {
                buffer.set_string(x, y, glyph, style);
            }
        }
        if (row, column) == at {
            buffer.set_string(cell.x, cell.y, look.glyphs.chosen, look.theme.selected);
        }
    }
    labels_down(down, tall, plane.chosen.0, look, Rect { x: area.x, width: gutter - 1, ..grid }, buffer);
    labels_across(
        across,
        wide,
        plane.chosen.1,
        look,
        Rect { y: area.y, height: 1, ..grid },
        area.right(),
        buffer,
    );
    let shared = (down.shared(), across.shared());
    let legend = legend(&plane, layout, (shared, range, is_single), look, area.width);
    for (line, row) in legend.into_iter().rev().zip(Rect { y: grid.bottom(), height: below, ..area }.rows()) {
        draw_line(&line, look, row, buffer);
    }
}

/// Rows and columns of a place. Characters are about twice as high as wide, so an image takes twice as many columns.
fn grain(plane: &MaskPlane, (rows, columns): (usize, usize)) -> (usize, usize) {
    let tall = (rows / plane.rows).clamp(1, TALLEST);
    let most = if plane.is_image { 2 * tall } else { WIDEST };
    (tall, (columns / plane.columns).clamp(1, most))
}

/// The lowest and the highest share above 0; 0 and 0 without any.
fn range_of(shares: &[f32]) -> (f32, f32) {
    let kept = || shares.iter().copied().filter(|share| *share > 0.0);
    (kept().reduce(f32::min).unwrap_or(0.0), kept().reduce(f32::max).unwrap_or(0.0))
}

/// A place kept or cut; else the share kept, in even steps from the lowest above 0 to the highest.
fn shade(share: f32, (lowest, highest): (f32, f32), is_single: bool, look: &Look) -> (&'static str, Style) {
    let inks = look.glyphs.inks;
    let last = inks.len() - 1;
    if share == 0.0 {
        return (look.glyphs.wanted, look.theme.faint);
    }
    if is_single || lowest == highest {
        return (inks[last], look.theme.full);
    }
    let step = ((share - lowest) / (highest - lowest) * last as f32) as usize;
    (inks[(1 + step).min(last)], look.theme.full)
}

/// The meaning of the characters, the least important line first.
fn legend(
    plane: &MaskPlane,
    layout: MaskLayout,
    ((rows, columns), (lowest, highest), is_single): ((usize, usize), (f32, f32), bool),
    look: &Look,
    width: u16,
) -> Vec<Line<'static>> {
    let (theme, glyphs) = (look.theme, look.glyphs);
    let [down, across] = glyphs.down_across;
    let axes = match layout {
        MaskLayout::OneOutput if plane.is_image => "inputs as an image, one output",
        MaskLayout::AllOutputs if plane.is_image => "inputs as an image, all outputs",
        _ => &format!("outputs {down}, inputs {across}"),
    };
    let mut shades = Vec::new();
    if is_single {
        shades.push(Span::styled(glyphs.inks[glyphs.inks.len() - 1], theme.full));
        shades.push(Span::styled(" kept  ", theme.text));
        shades.push(Span::styled(glyphs.wanted, theme.faint));
        shades.push(Span::styled(" cut  ", theme.text));
    } else {
        let [lowest, highest] = [lowest, highest].map(|share| percent(f64::from(share)));
        shades.push(Span::styled(glyphs.wanted, theme.faint));
        shades.push(Span::styled(" 0  ", theme.text));
        shades.push(Span::styled(glyphs.inks[1..].concat(), theme.full));
        shades.push(Span::styled(format!(" {lowest} to {highest}  "), theme.text));
    }
    shades.push(Span::styled(glyphs.chosen, theme.selected));
    shades.push(Span::styled(" chosen", theme.text));
    let shared = fitting(
        vec![format!("{rows} x {columns} weights a character"), format!("{rows}x{columns} each")],
        width,
    );
    let mut lines = vec![Line::styled(axes.to_owned(), theme.faint), Line::from(shades)];
    if (rows, columns) != (1, 1) {
        lines.insert(0, Line::styled(shared, theme.faint));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::{Quantity, ScoreLayer};
    use crate::tui::look::glyphs::UNICODE;
    use crate::tui::look::theme::MONO;

    /// The weights of every third input are kept.
    fn layer((outputs, inputs): (usize, usize)) -> ScoreView {
        let mask: Vec<bool> = (0..outputs * inputs).map(|weight| weight % inputs % 3 == 0).collect();
        let values = mask.iter().map(|&kept| f32::from(u8::from(kept))).collect();
        let (shape, quantity) = ((outputs, inputs), Quantity::ScoreMagnitude);
        ScoreView::new(
            ScoreLayer { layer: 1, shape, quantity, weights: vec![], values, mask, cut: Some(0.5) },
            2,
        )
    }

    fn drawn(layer: &ScoreView, layout: MaskLayout, (width, height): (u16, u16)) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        let choice = Choice { output: 1, input: 1, ..Choice::default() };
        let look = Look { theme: MONO, glyphs: UNICODE };
        render(layer, (layout, choice), &Clickables::default(), &look, area, &mut buffer);
        let rows = buffer.content.chunks(usize::from(width.max(1)));
        rows.map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>().trim_end().to_owned())
            .collect()
    }

    #[test]
    fn a_small_mask_has_a_character_for_each_weight() {
        let text = drawn(&layer((2, 6)), MaskLayout::Weights, (9, 5));
        assert_eq!(text[1..3], ["0 █··█··", "1 █◆·█··"]);
    }

    #[test]
    fn weights_that_share_a_character_show_their_share() {
        let layer = layer((300, 784));
        let plane = MaskPlane::new(&layer, MaskLayout::Weights, Choice::default());
        let (down, across) = (WeightCells::new(300, 10), WeightCells::new(784, 30));
        let shares = plane.shares(down, across);
        let weights = |at: usize| (down.range(at / 30).len() * across.range(at % 30).len()) as f32;
        let kept: f32 = shares.iter().enumerate().map(|(at, share)| share * weights(at)).sum();
        assert!((kept - layer.kept as f32).abs() < 1.0, "{kept}");
    }

    /// A mask of shares near one half still has a pattern.
    #[test]
    fn shades_go_from_the_lowest_share_to_the_highest() {
        let shares = [0.0, 0.45, 0.48, 0.51, 0.54, 0.55];
        let range = range_of(&shares);
        assert_eq!(range, (0.45, 0.55));
        let look = Look { theme: MONO, glyphs: UNICODE };
        let drawn: String = shares.iter().map(|&share| shade(share, range, false, &look).0).collect();
        assert_eq!(drawn, "·░▒▓██");
    }

    #[test]
    fn square_inputs_of_the_first_layer_make_an_image() {
        let image = MaskPlane::new(&layer((2, 16)), MaskLayout::AllOutputs, Choice::default());
        assert_eq!(
            (image.rows, image.columns, image.kept[0], image.kept[1], image.kept[3]),
            (4, 4, 1.0, 0.0, 1.0)
        );
        let text = drawn(&layer((2, 16)), MaskLayout::OneOutput, (20, 12)).join("\n");
        assert!(text.contains("inputs as an image, …") || text.contains("image"), "{text}");
        let no_image = MaskPlane::new(&layer((2, 15)), MaskLayout::AllOutputs, Choice::default());
        assert_eq!((no_image.rows, no_image.columns), (2, 15));
    }

    #[test]
    fn no_size_is_too_small() {
        for height in 0..14 {
            for width in 0..40 {
                for layout in [MaskLayout::Weights, MaskLayout::OneOutput, MaskLayout::AllOutputs] {
                    drawn(&layer((30, 64)), layout, (width, height));
                }
            }
        }
    }
}
