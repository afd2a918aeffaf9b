//! The heat map of a convolution: a small map for each kernel.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::choice::{Choice, WEIGHT};
use super::keys::WeightMove;
use super::legend::{Legend, ROOMY, shade};
use crate::network::graph::{KernelPlace, KernelShape};
use crate::session::WeightView;
use crate::tui::look::Look;
use crate::tui::widgets::clickable::{ClickTarget, Clickables, ScreenPart};

/// Columns of a tap, if there is room.
const WIDE: usize = 2;

/// Kernels in sight: as many as fit, the chosen one among them.
#[derive(Clone, Copy, Debug, PartialEq)]
struct InSight {
    first: usize,
    count: usize,
    all: usize,
}

impl InSight {
    /// `size` cells each, with a cell between two.
    fn new(all: usize, chosen: usize, size: usize, room: usize) -> Self {
        let count = ((room + 1) / (size + 1)).min(all);
        let first = chosen.saturating_sub(count / 2).min(all - count);
        Self { first, count, all }
    }

    /// `outputs 2-6 of 16`, or nothing where all are.
    fn words(self, what: &str) -> Option<String> {
        let last = self.first + self.count.max(1) - 1;
        (self.count < self.all).then(|| format!("{what} {}-{last} of {}", self.first, self.all))
    }
}

/// Columns of all kernels side by side, and the biases behind them.
fn across(kernel: KernelShape, wide: usize) -> usize {
    kernel.channels * (kernel.columns * wide + 1) - 1 + if kernel.has_bias { 1 + wide } else { 0 }
}

/// Columns in which the map has all the room that it can use, the numbers of outputs apart.
pub(super) fn widest(kernel: KernelShape) -> usize {
    across(kernel, WIDE)
}

/// ```text
///   0   1   2   b
/// 0 ░░▒ ░░▒ ▒░░ ░
///   ░░░ ▒◆░ ░✗░
///   ░░▒ ░░▒ ▒░░
///
/// 1 ··· ··· ··· ·
///   ··· ··· ···
/// output channels ↓, input channels →
/// ```
/// Whether there was room for a kernel.
pub(super) fn render(
    view: &WeightView,
    kernel: KernelShape,
    choice: Choice,
    clickables: &Clickables,
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) -> bool {
    let (outputs, inputs) = view.errors.dim();
    let (output, input) = choice.within((outputs, inputs));
    let gutter = (outputs - 1).to_string().len() + 1;
    let below = if area.height >= ROOMY { 4 } else { 1 };
    let width = usize::from(area.width).saturating_sub(gutter);
    let height = usize::from(area.height).saturating_sub(below + 1);
    let wide = if across(kernel, WIDE) <= width { WIDE } else { 1 };
    let biases = if kernel.has_bias { 1 + wide } else { 0 };
    let channel = match kernel.place(input) {
        KernelPlace::Tap { channel, .. } => channel,
        KernelPlace::Bias => kernel.channels - 1,
    };
    let size = kernel.columns * wide;
    let channels = InSight::new(kernel.channels, channel, size, width.saturating_sub(biases));
    let rows = InSight::new(outputs, output, kernel.rows, height);
    if channels.count == 0 || rows.count == 0 {
        return false;
    }
    clickables.add(area, ClickTarget::Wheel(WeightMove::Up.action(), WeightMove::Down.action()));
    let (left, top) = (area.x + gutter as u16, area.y + 1);
    let at = |channel: usize| left + ((channel - channels.first) * (size + 1)) as u16;
    let x_of = |place: KernelPlace| match place {
        KernelPlace::Tap { channel, column, .. } => at(channel) + (column * wide) as u16,
        KernelPlace::Bias => at(channels.first + channels.count),
    };
    let label = |text: &str, is_chosen: bool, x: u16, y: u16, buffer: &mut Buffer| {
        let style = if is_chosen { look.theme.key } else { look.theme.faint };
        buffer.set_string(x, y, text, style);
    };
    for number in channels.first..channels.first + channels.count {
        let text = number.to_string();
        if text.len() <= size {
            let is_chosen = number == channel && !view_is_bias(kernel, input);
            label(&text, is_chosen, at(number), area.y, buffer);
        }
    }
    if kernel.has_bias {
        let is_chosen = view_is_bias(kernel, input);
        label("b", is_chosen, x_of(KernelPlace::Bias), area.y, buffer);
    }
    let taps = kernel.rows * kernel.columns;
    let first = channels.first * taps;
    let mut columns: Vec<usize> = (first..first + channels.count * taps).collect();
    columns.extend(kernel.has_bias.then(|| kernel.column(KernelPlace::Bias)));
    let down: Vec<_> = (rows.first..rows.first + rows.count).map(|row| row..row + 1).collect();
    let over: Vec<_> = columns.iter().map(|&column| column..column + 1).collect();
    let errors = view.errors.grid(&down, &over);
    let allowed = view.allowed_share();
    let mut own = shade(None, allowed, look);
    for (row, errors) in errors.chunks(columns.len()).enumerate() {
        let top = top + (row * (kernel.rows + 1)) as u16;
        let number = rows.first + row;
        let text = format!("{number:>width$}", width = gutter - 1);
        label(&text, number == output, area.x, top, buffer);
        for (&column, &error) in columns.iter().zip(errors) {
            let place = kernel.place(column);
            let y = match place {
                KernelPlace::Tap { row, .. } => top + row as u16,
                KernelPlace::Bias => top,
            };
            let x = x_of(place);
            let (glyph, style) = shade(error, allowed, look);
            buffer.set_string(x, y, glyph.repeat(wide), style);
            let target = ScreenPart { kind: WEIGHT, first: number, second: column };
            clickables.add(Rect { x, y, width: wide as u16, height: 1 }, ClickTarget::Part(target));
            if (number, column) == (output, input) {
                buffer.set_string(x, y, look.glyphs.chosen, look.theme.selected);
                own = (glyph, style);
            }
        }
    }
    let [arrow_down, arrow_across] = look.glyphs.down_across;
    let axes = vec![
        format!(
            "output channels {arrow_down}, input channels {arrow_across}; error in {}:",
            look.glyphs.tolerance
        ),
        format!("out {arrow_down} in {arrow_across} channels"),
    ];
    let part = [rows.words("out"), channels.words("in")];
    let part: Vec<String> = part.into_iter().flatten().collect();
    let last = (!part.is_empty()).then(|| part.join(", "));
    let bottom = top + (rows.count * (kernel.rows + 1)) as u16 - 1;
    let area = Rect { y: bottom, height: area.bottom().saturating_sub(bottom).min(below as u16), ..area };
    Legend { axes, last, own, allowed }.render(look, area, buffer);
    true
}

fn view_is_bias(kernel: KernelShape, input: usize) -> bool {
    kernel.place(input) == KernelPlace::Bias
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_kernel_is_in_sight() {
        for all in 1..20 {
            for chosen in 0..all {
                for room in 3..60 {
                    let seen = InSight::new(all, chosen, 3, room);
                    assert!((seen.first..seen.first + seen.count).contains(&chosen), "{all} {chosen} {room}");
                    assert!(seen.count * 4 - 1 <= room && seen.first + seen.count <= all);
                    assert_eq!(seen.words("out").is_none(), seen.count == all);
                }
            }
        }
        assert_eq!(InSight::new(5, 2, 3, 2).count, 0);
    }
}
