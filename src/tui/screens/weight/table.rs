//! The table of a sum: a row for each step.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::choice::STEP;
use super::keys::WeightMove;
use crate::construction::{Fate, Mode, SumStep, WeightState, WeightSum};
use crate::report::numbers::{grouped, scientific};
use crate::session::WeightView;
use crate::tui::look::Look;
use crate::tui::widgets::clickable::{ClickTarget, Clickables};
use crate::tui::widgets::frame_lines::too_small;

/// Steps whose texts decide how wide columns are, at most.
const MEASURED: usize = 256;

/// What is told of a step.
#[derive(Clone, Copy, Debug, PartialEq)]
enum SumColumn {
    Place,
    Threshold,
    Residual,
    Bar,
    Fate,
    Neuron,
    In,
    Out,
    Piece,
}

use SumColumn::{Bar, In, Neuron, Out, Piece, Place, Residual, Threshold};

/// Columns, and digits behind the point: the first of these that fits is used.
const VARIANTS: [(&[SumColumn], usize); 7] = [
    (&[Place, Threshold, Residual, Bar, SumColumn::Fate, Neuron, In, Out, Piece], 3),
    (&[Place, Threshold, Residual, Bar, SumColumn::Fate, Neuron, In, Out, Piece], 2),
    (&[Place, Threshold, Residual, Bar, SumColumn::Fate, Neuron, In, Out, Piece], 1),
    (&[Place, Threshold, Residual, SumColumn::Fate, Neuron, In, Out, Piece], 1),
    (&[Place, Residual, Bar, SumColumn::Fate, Neuron, Piece], 1),
    (&[Place, Residual, SumColumn::Fate, Neuron, Piece], 1),
    (&[Place, Residual, SumColumn::Fate], 1),
];

/// A bar's least and largest width.
const BAR: Range<usize> = 4..25;

impl SumColumn {
    /// Header if there is room, and where there is not.
    fn heads(self, golden: bool) -> [&'static str; 2] {
        match self {
            Place if golden => ["bucket", "u"],
            Place => ["value", "#"],
            Threshold => ["threshold", "needs"],
            Residual => ["residual", "left"],
            Bar | SumColumn::Fate => ["", ""],
            Neuron => ["neuron", "neuron"],
            In => ["z_in", "z_in"],
            Out => ["z_out", "z_out"],
            Piece => ["product", "piece"],
        }
    }

    fn text(self, index: usize, step: &SumStep, digits: usize, mode: Mode, look: &Look) -> String {
        let number = |value: Option<f64>| value.map_or(String::new(), |value| scientific(value, digits));
        match self {
            Place => step.bucket.map_or(index + 1, |(bucket, _)| bucket as usize).to_string(),
            Threshold => number(step.bucket.map(|(_, threshold)| threshold)),
            Residual => number(step.before),
            Bar => String::new(),
            SumColumn::Fate => fate(step.fate, look).to_owned(),
            // A neuron skipped ahead to has no number in G.
            Neuron if mode == Mode::SkipAhead => step.path.map_or(String::new(), |_| "-".to_owned()),
            Neuron => step.path.map_or(String::new(), |path| grouped(path.neuron as i64)),
            In => number(step.path.map(|path| path.z_in)),
            Out => number(step.path.map(|path| path.z_out)),
            Piece => number(step.path.map(|path| path.product())),
        }
    }
}

fn fate(fate: Fate, look: &Look) -> &'static str {
    match fate {
        Fate::Taken => look.glyphs.taken,
        Fate::PassedBy => look.glyphs.wanted,
        Fate::Missing => look.glyphs.missing,
        Fate::Open => look.glyphs.open,
    }
}

/// The tables of a weight's sums: which steps they show, and in which columns.
pub(super) struct Tables<'a> {
    pub(super) view: &'a WeightView,
    /// the steps shown
    pub(super) steps: &'a [usize],
    /// which of them is the chosen one
    pub(super) place: usize,
    pub(super) mode: Mode,
    pub(super) look: &'a Look,
}

/// Which columns there are, and how wide.
pub(super) struct SumColumns {
    columns: Vec<(SumColumn, usize)>,
    digits: usize,
}

impl SumColumns {
    fn width(&self) -> usize {
        self.columns.iter().map(|(_, width)| width + 1).sum::<usize>().saturating_sub(1)
    }
}

impl Tables<'_> {
    fn is_golden(&self) -> bool {
        let first = self.view.sums.iter().flat_map(|sum| sum.steps.first());
        first.into_iter().any(|step| step.bucket.is_some())
    }

    fn text(&self, column: SumColumn, index: usize, step: &SumStep, digits: usize) -> String {
        column.text(index, step, digits, self.mode, self.look)
    }

    fn measure(&self, columns: &[SumColumn], digits: usize) -> SumColumns {
        let golden = self.is_golden();
        let width_of = |&column: &SumColumn| {
            let steps =
                self.steps.iter().flat_map(|&index| self.view.sums.iter().map(move |sum| (index, sum)));
            let steps = steps.filter_map(|(index, sum)| sum.steps.get(index).map(|step| (index, step)));
            let texts = steps.take(MEASURED).map(|(index, step)| self.text(column, index, step, digits));
            let widest = texts.map(|text| text.chars().count()).max().unwrap_or(0);
            (column, if column == Bar { BAR.start } else { column.heads(golden)[1].len().max(widest) })
        };
        let columns = columns.iter().filter(|column| golden || **column != Threshold);
        SumColumns { columns: columns.map(width_of).collect(), digits }
    }

    /// The columns of all tables, which are `width` wide.
    pub(super) fn columns(&self, width: u16) -> SumColumns {
        let width = usize::from(width);
        let mut variants = VARIANTS.into_iter().map(|(columns, digits)| self.measure(columns, digits));
        let (least, digits) = VARIANTS[VARIANTS.len() - 1];
        let found = variants.find(|columns| columns.width() <= width);
        let mut found = found.unwrap_or_else(|| self.measure(least, digits));
        let mut left = width.saturating_sub(found.width());
        for (column, width) in &mut found.columns {
            let more = column.heads(self.is_golden())[0].len().saturating_sub(*width);
            if *column != Bar && more <= left {
                (*width, left) = (*width + more, left - more);
            }
        }
        if let Some((_, bar)) = found.columns.iter_mut().find(|(column, _)| *column == Bar) {
            *bar = (*bar + left).min(BAR.end - 1);
        }
        found
    }

    /// The steps with room under the header, the chosen one in their middle.
    pub(super) fn shown(&self, height: u16) -> Range<usize> {
        let room = usize::from(height.saturating_sub(u16::from(height > 1)));
        let first = self.place.saturating_sub(room / 2).min(self.steps.len().saturating_sub(room));
        first..(first + room).min(self.steps.len())
    }

    /// Draws the rows of one sum around the chosen one.
    pub(super) fn render(
        &self,
        sum: &WeightSum,
        columns: &SumColumns,
        clickables: &Clickables,
        area: Rect,
        buffer: &mut Buffer,
    ) {
        if area.height < 1 || usize::from(area.width) < columns.width() {
            too_small(self.look, area, buffer);
            return;
        }
        let golden = self.is_golden();
        let mut x = area.x;
        // A row alone has no header over it.
        let headers = u16::from(area.height > 1);
        for &(column, width) in columns.columns.iter().take(usize::from(headers) * columns.columns.len()) {
            let [long, short] = column.heads(golden);
            let head = if long.len() <= width { long } else { short };
            buffer.set_string(x, area.y, format!("{head:>width$}"), self.look.theme.faint);
            x += width as u16 + 1;
        }
        let shown = self.shown(area.height);
        let first = shown.start;
        clickables
            .add(area, ClickTarget::Wheel(WeightMove::PreviousStep.action(), WeightMove::NextStep.action()));
        for (row, &index) in self.steps[shown].iter().enumerate() {
            let Some(step) = sum.steps.get(index) else { continue };
            let y = area.y + headers + row as u16;
            clickables.add(Rect { y, height: 1, ..area }, ClickTarget::part(STEP, index));
            let style = style(step.fate, self.view, self.look);
            let chosen = first + row == self.place;
            let style = if chosen { style.patch(self.look.theme.selected) } else { style };
            buffer.set_style(Rect { y, height: 1, ..area }, style);
            let mut x = area.x;
            for &(column, width) in &columns.columns {
                if column == Bar {
                    // Never in reverse: an empty bar would look full.
                    let style = Style::reset().patch(self.look.theme.bar);
                    buffer.set_string(x, y, bar(self.view, step, width, self.look), style);
                } else {
                    let text = self.text(column, index, step, columns.digits);
                    buffer.set_string(x, y, format!("{text:>width$}"), style);
                }
                x += width as u16 + 1;
            }
        }
    }
}

fn style(fate: Fate, view: &WeightView, look: &Look) -> Style {
    match fate {
        Fate::Taken => look.theme.full,
        Fate::PassedBy | Fate::Open => look.theme.faint,
        Fate::Missing if view.state == WeightState::Finished => look.theme.bad,
        Fate::Missing => look.theme.key,
    }
}

/// The residual on a log scale: empty if it is near enough to 0, full at w_max.
fn bar(view: &WeightView, step: &SumStep, width: usize, look: &Look) -> String {
    let (low, high) = (view.allowed.ln(), view.w_max.ln());
    let share = step.before.map_or(0.0, |residual| (residual.abs().ln() - low) / (high - low));
    // A residual of 0 has no logarithm; where a tolerance is as wide as w_max there is no scale.
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let eighths = (share * 8.0 * width as f64).round() as usize;
    (0..width).map(|column| look.glyphs.bar[eighths.saturating_sub(8 * column).min(8)]).collect()
}
