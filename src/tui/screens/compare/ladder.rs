//! The ladder: a bar of neurons for each rung, the two lanes side by side marked.
//!
//! ```text
//! ▶W whole-neuron           ████████████████████████████ ≤ 3.8828e34
//! ▶M malach                 ██████████████ 6,835,441,460
//!  P product-pair           not in the run
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::slots::named;
use crate::report::Rung;
use crate::report::text::{marked, number_of_neurons};
use crate::tui::look::Look;
use crate::tui::widgets::frame_lines::{cut, fitting, needs};

/// Columns of the shortest useful bar.
const LEAST_BAR: u16 = 6;

/// Draws the rungs. Bars are logarithms of neurons, from 1 on; `on` is the first of the two rungs side by side.
pub(super) fn render(rungs: &[Rung], on: usize, look: &Look, area: Rect, buffer: &mut Buffer) {
    let values: Vec<String> = rungs.iter().map(|rung| value(rung, look)).collect();
    let widest = |texts: &[String]| texts.iter().map(|text| text.chars().count() as u16).max().unwrap_or(0);
    // A pointer, and a column before and after the bar.
    let around = widest(&values) + 3;
    let room = area.width.saturating_sub(around + LEAST_BAR);
    let in_full: Vec<String> = rungs.iter().map(|rung| named(rung.construction)).collect();
    let in_short = || rungs.iter().map(|rung| rung.construction.facts().letter.to_string()).collect();
    let names: Vec<String> = if widest(&in_full) <= room {
        in_full
    } else if room >= widest(&in_full) / 2 {
        in_full.iter().map(|name| cut(name, usize::from(room), look)).collect()
    } else {
        in_short()
    };
    let name = widest(&names);
    let Some(bar) = area.width.checked_sub(around + name).filter(|bar| *bar >= LEAST_BAR) else {
        needs((around + name + LEAST_BAR, 1), look, area, buffer);
        return;
    };
    let log = |rung: &Rung| rung.neurons.map_or(0.0, |neurons| neurons.0.log10().max(0.0));
    let most = rungs.iter().map(log).fold(f64::MIN_POSITIVE, f64::max);
    for (((rung, name_of), value), row) in rungs.iter().zip(&names).zip(&values).zip(0..area.height) {
        let y = area.y + row;
        let is_on = [on, on + 1].contains(&usize::from(row));
        let style = if is_on { look.theme.title } else { look.theme.text };
        if is_on {
            buffer.set_string(area.x, y, look.glyphs.pointer, look.theme.key);
        }
        buffer.set_string(area.x + 1, y, name_of, style);
        let eighths = (log(rung) / most * 8.0 * f64::from(bar)) as u16;
        let eighths = eighths.max(u16::from(rung.neurons.is_some()));
        let is_observed = rung.neurons.is_some_and(|neurons| neurons.1);
        let fill = if is_observed { look.theme.full } else { look.theme.bar };
        let (start, cells) = (area.x + name + 2, eighths.div_ceil(8));
        for cell in 0..cells {
            let glyph = look.glyphs.bar[usize::from((eighths - 8 * cell).min(8))];
            buffer.set_string(start + cell, y, glyph, fill);
        }
        buffer.set_string(start + cells + u16::from(cells > 0), y, value, style);
    }
}

/// The neurons of a rung; of a bound, at most as many.
fn value(rung: &Rung, look: &Look) -> String {
    match rung.neurons {
        Some((neurons, true)) => number_of_neurons(neurons),
        Some((bound, false)) => {
            let bound = marked(number_of_neurons(bound), rung.bound_applies);
            format!("{} {bound}", look.glyphs.at_most)
        }
        None if rung.is_in_run => "no bound".to_owned(),
        None => "not in the run".to_owned(),
    }
}

/// The title of its pane.
pub(super) fn title(rungs: &[Rung], on: usize, look: &Look, width: u16) -> String {
    let rung = format!("Ladder, rung {} of {}", on + 1, rungs.len().saturating_sub(1));
    let at_most = look.glyphs.at_most;
    let variants = vec![
        format!("{rung}: neurons on a log scale, {at_most} by the bound (g: next rung)"),
        format!("{rung}: neurons, {at_most} by the bound"),
        format!("{rung}: neurons"),
        rung,
    ];
    fitting(variants, width)
}
