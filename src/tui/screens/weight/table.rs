//! The table of a sum, its staircase in the same rows: a row for each step, and one for what is left.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::choice::STEP;
use super::keys::WeightMove;
use super::staircase;
use crate::construction::{Fate, Mode, SumStep, WeightState, WeightSum};
use crate::report::numbers::{grouped, scientific};
use crate::session::WeightView;
use crate::tui::look::Look;
use crate::tui::widgets::clickable::{ClickTarget, Clickables, ScreenPart};
use crate::tui::widgets::frame_lines::needs;

/// Steps whose texts decide how wide columns are, at most.
const MEASURED: usize = 256;

/// What is told of a step.
#[derive(Clone, Copy, Debug, PartialEq)]
enum SumColumn {
    Place,
    Needs,
    Residual,
    Stairs,
    Fate,
    Neuron,
    In,
    Out,
    Product,
    Takes,
}

use SumColumn::{In, Needs, Neuron, Out, Place, Product, Residual, Stairs, Takes};

const ALL: &[SumColumn] = &[Place, Needs, Residual, Stairs, SumColumn::Fate, Neuron, In, Out, Product, Takes];

/// Columns, digits behind the point, and the least width of the stairs: the first of these that fits is used.
const VARIANTS: [(&[SumColumn], usize, usize); 9] = [
    (ALL, 3, 24),
    (ALL, 2, 16),
    (ALL, 1, 12),
    (&[Place, Needs, Residual, Stairs, SumColumn::Fate, Neuron, In, Out, Product], 1, 12),
    (&[Place, Needs, Residual, Stairs, SumColumn::Fate, Neuron, Product, Takes], 1, 10),
    (&[Place, Needs, Residual, Stairs, SumColumn::Fate, Neuron, Product], 1, 10),
    (&[Place, Residual, Stairs, SumColumn::Fate, Product], 1, 8),
    (&[Residual, Stairs, SumColumn::Fate], 1, 5),
    (&[Residual, SumColumn::Fate], 1, 0),
];

/// The largest width of the stairs.
const WIDEST: usize = 64;

impl SumColumn {
    /// Header if there is room, and where there is not.
    fn heads(self, golden: bool) -> [&'static str; 2] {
        match self {
            Place if golden => ["bucket", "u"],
            Place => ["value", "#"],
            Needs => ["needs"; 2],
            Residual => ["residual"; 2],
            Stairs | SumColumn::Fate => [""; 2],
            Neuron => ["neuron"; 2],
            In => ["z_in"; 2],
            Out => ["z_out"; 2],
            Product => ["product"; 2],
            Takes => ["takes"; 2],
        }
    }

    fn text(self, index: usize, step: &SumStep, digits: usize, mode: Mode, look: &Look) -> String {
        let number = |value: Option<f64>| value.map_or(String::new(), |value| scientific(value, digits));
        match self {
            Place => step.bucket.map_or(index + 1, |(bucket, _)| bucket as usize).to_string(),
            Needs => number(step.bucket.map(|(_, threshold)| threshold)),
            Residual => number(step.before),
            Stairs => String::new(),
            SumColumn::Fate => fate(step.fate, look).to_owned(),
            // A neuron skipped ahead to has no number in G.
            Neuron if mode == Mode::SkipAhead => step.path.map_or(String::new(), |_| "-".to_owned()),
            Neuron => step.path.map_or(String::new(), |path| grouped(path.neuron as i64)),
            In => number(step.path.map(|path| path.z_in)),
            Out => number(step.path.map(|path| path.z_out)),
            Product => number(step.path.map(|path| path.product())),
            Takes => share(step).map_or(String::new(), |share| format!("{:.0} %", 100.0 * share)),
        }
    }
}

/// The share of the residual that a piece takes away.
fn share(step: &SumStep) -> Option<f64> {
    let (before, path) = (step.before?, step.path?);
    let share = (path.product() / before).abs();
    (step.fate == Fate::Taken && share.is_finite()).then_some(share)
}

fn fate(fate: Fate, look: &Look) -> &'static str {
    match fate {
        Fate::Taken => look.glyphs.taken,
        Fate::PassedBy => look.glyphs.wanted,
        Fate::Missing => look.glyphs.missing,
        Fate::Open => look.glyphs.open,
    }
}

/// The tables of a weight's sums.
pub(super) struct Tables<'a> {
    pub(super) view: &'a WeightView,
    /// of each sum, the steps shown
    pub(super) steps: Vec<Vec<usize>>,
    /// which sum has the chosen step, and the place of that among the steps shown
    pub(super) chosen: (usize, usize),
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

    /// The width that each column of [`ALL`] needs.
    fn widths(&self, digits: usize) -> [usize; ALL.len()] {
        let golden = self.is_golden();
        let mut widths = [0; ALL.len()];
        for (width, column) in widths.iter_mut().zip(ALL) {
            *width = column.heads(golden)[1].len();
        }
        let sums = self.view.sums.iter().zip(&self.steps);
        let steps = sums.flat_map(|(sum, steps)| steps.iter().map(|&index| (index, &sum.steps[index])));
        for (index, step) in steps.take(MEASURED) {
            for (width, &column) in widths.iter_mut().zip(ALL) {
                *width = (*width).max(self.text(column, index, step, digits).chars().count());
            }
        }
        for sum in &self.view.sums {
            let left = scientific(sum.residual, digits).len();
            widths[Residual as usize] = widths[Residual as usize].max(left);
        }
        widths
    }

    /// The columns of all tables, which are `width` wide.
    pub(super) fn columns(&self, width: u16) -> SumColumns {
        let (width, golden) = (usize::from(width), self.is_golden());
        let mut measured = (usize::MAX, [0; ALL.len()]);
        let mut found = SumColumns { columns: Vec::new(), digits: 1 };
        for (columns, digits, stairs) in VARIANTS {
            if measured.0 != digits {
                measured = (digits, self.widths(digits));
            }
            let columns = columns.iter().filter(|column| golden || **column != Needs);
            let widths = columns.map(|&column| match column {
                Stairs => (column, stairs),
                _ => (column, measured.1[column as usize]),
            });
            found = SumColumns { columns: widths.collect(), digits };
            if found.width() <= width {
                break;
            }
        }
        let mut left = width.saturating_sub(found.width());
        for (column, width) in &mut found.columns {
            let more = column.heads(golden)[0].len().saturating_sub(*width);
            if *column != Stairs && more <= left {
                (*width, left) = (*width + more, left - more);
            }
        }
        if let Some((_, stairs)) = found.columns.iter_mut().find(|(column, _)| *column == Stairs) {
            *stairs = (*stairs + left).min(WIDEST.max(*stairs));
        }
        found
    }

    /// Places of the steps with room between the header and what is left, the chosen one in their middle.
    pub(super) fn shown(&self, sum: usize, height: u16) -> Range<usize> {
        let steps = self.steps[sum].len();
        let room = usize::from(height.saturating_sub(headers(height) + 1));
        let chosen = if sum == self.chosen.0 { self.chosen.1 } else { 0 };
        let first = chosen.saturating_sub(room / 2).min(steps.saturating_sub(room));
        first..(first + room).min(steps)
    }

    /// Draws the rows of one sum around the chosen one.
    pub(super) fn render(
        &self,
        number: usize,
        columns: &SumColumns,
        clickables: &Clickables,
        area: Rect,
        buffer: &mut Buffer,
    ) {
        if area.height < 1 || usize::from(area.width) < columns.width() {
            needs((columns.width() as u16, 1), self.look, area, buffer);
            return;
        }
        let sum = &self.view.sums[number];
        let headers = if sum.steps.is_empty() { 0 } else { headers(area.height) };
        if headers > 0 {
            self.draw_heads(columns, area, buffer);
        }
        let shown = self.shown(number, area.height);
        let first = shown.start;
        clickables
            .add(area, ClickTarget::Wheel(WeightMove::PreviousStep.action(), WeightMove::NextStep.action()));
        let mut y = area.y + headers;
        for (row, &index) in self.steps[number][shown].iter().enumerate() {
            let line = Rect { y, height: 1, ..area };
            clickables.add(line, ClickTarget::Part(ScreenPart { kind: STEP, first: index, second: number }));
            let is_chosen = (number, first + row) == self.chosen;
            self.draw_step(index, &sum.steps[index], columns, is_chosen, line, buffer);
            y += 1;
        }
        if y < area.bottom() {
            self.draw_left(sum, columns, Rect { y, height: 1, ..area }, buffer);
        }
    }

    fn draw_heads(&self, columns: &SumColumns, area: Rect, buffer: &mut Buffer) {
        let (golden, mut x) = (self.is_golden(), area.x);
        for &(column, width) in &columns.columns {
            let [long, short] = column.heads(golden);
            let head = if long.len() <= width { long } else { short };
            let text = match column {
                Stairs => staircase::head(self.view, width, self.look),
                _ => format!("{head:>width$}"),
            };
            buffer.set_string(x, area.y, text, self.look.theme.faint);
            x += width as u16 + 1;
        }
    }

    fn draw_step(
        &self,
        index: usize,
        step: &SumStep,
        columns: &SumColumns,
        is_chosen: bool,
        line: Rect,
        buffer: &mut Buffer,
    ) {
        let theme = self.look.theme;
        let style = style(step.fate, self.view, self.look);
        let style = if is_chosen { style.patch(theme.selected) } else { style };
        buffer.set_style(line, style);
        let mut x = line.x;
        for &(column, width) in &columns.columns {
            match column {
                Stairs => {
                    buffer.set_style(Rect { x, width: width as u16, ..line }, Style::reset());
                    if let Some(residual) = step.before {
                        let residual = (self.view, residual);
                        staircase::draw(residual, (x, line.y, width), theme.bar, self.look, buffer);
                    }
                }
                SumColumn::Fate if step.fate == Fate::Taken && !is_chosen => {
                    buffer.set_string(x, line.y, self.look.glyphs.taken, theme.full);
                }
                _ => {
                    let text = self.text(column, index, step, columns.digits);
                    buffer.set_string(x, line.y, format!("{text:>width$}"), style);
                }
            }
            x += width as u16 + 1;
        }
    }

    /// The last row: what is left, against the tolerance.
    fn draw_left(&self, sum: &WeightSum, columns: &SumColumns, line: Rect, buffer: &mut Buffer) {
        let theme = self.look.theme;
        let (words, style) = staircase::verdict(self.view, sum, self.look);
        let mut x = line.x;
        for &(column, width) in &columns.columns {
            let end = x + width as u16;
            match column {
                Residual => {
                    let text = scientific(sum.residual, columns.digits);
                    buffer.set_string(x, line.y, format!("{text:>width$}"), theme.text);
                    let label = "left";
                    if usize::from(x - line.x) > label.len() {
                        buffer.set_string(x - 1 - label.len() as u16, line.y, label, theme.text);
                    }
                }
                Stairs => {
                    let is_far = self.view.state == WeightState::Finished && !self.view.is_near(sum);
                    let bar = if is_far { theme.bad } else { theme.bar };
                    let residual = (self.view, sum.residual);
                    let used = staircase::draw(residual, (x, line.y, width), bar, self.look, buffer);
                    let at = x + used as u16 + u16::from(used > 1);
                    let room = usize::from(line.right().saturating_sub(at));
                    if let Some(words) = words.iter().find(|words| words.chars().count() <= room) {
                        buffer.set_string(at, line.y, words, style);
                    }
                }
                _ => {}
            }
            x = end + 1;
        }
    }
}

/// Rows of the header: none where there is hardly room for steps.
fn headers(height: u16) -> u16 {
    u16::from(height > 2)
}

fn style(fate: Fate, view: &WeightView, look: &Look) -> Style {
    match fate {
        Fate::Taken => look.theme.text,
        Fate::PassedBy | Fate::Open => look.theme.faint,
        Fate::Missing if view.state == WeightState::Finished => look.theme.bad,
        Fate::Missing => look.theme.key,
    }
}
