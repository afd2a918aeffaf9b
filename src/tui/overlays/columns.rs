//! A table in a window: its columns, those without room left out.

use ratatui::text::Span;

use crate::report::{Cell, Column, Table};
use crate::tui::look::Look;
use crate::visible::shortened_to;

/// The least width of the column of names where other columns are wanted too.
const LEAST_NAME: usize = 20;

/// The columns of a table with room.
#[derive(Debug)]
pub(super) struct ShownColumns(Vec<ShownColumn>);

/// A column as it is drawn: its header, then its cells.
#[derive(Debug)]
struct ShownColumn {
    header: String,
    texts: Vec<String>,
    width: usize,
    is_left: bool,
    is_name: bool,
}

impl ShownColumns {
    /// The columns of a table in `room` columns of a terminal. Without room for all, those of `left_out` go, the first of them
    /// first, and the column headed `name` takes what the others leave.
    pub(super) fn of(table: &Table, (name, left_out): (&str, &[&str]), room: usize, look: &Look) -> Self {
        let mut shown: Vec<ShownColumn> =
            table.columns.iter().map(|column| ShownColumn::of(column, name, look)).collect();
        for left_out in left_out {
            let least = |column: &ShownColumn| 1 + column.width.min(column.least());
            if shown.iter().map(least).sum::<usize>() <= room + 1 {
                break;
            }
            shown.retain(|column| column.header != *left_out);
        }
        let others: usize =
            shown.iter().filter(|column| !column.is_name).map(|column| column.width + 1).sum();
        for name in shown.iter_mut().filter(|column| column.is_name) {
            name.width = name.width.min(room.saturating_sub(others)).max(1);
        }
        Self(shown)
    }

    /// Columns of the terminal that its widest line takes.
    pub(super) fn width(&self) -> usize {
        let rows = self.0.first().map_or(0, |column| column.texts.len());
        let wider = |row: usize| {
            let texts = self.0.iter().map(|column| &column.texts[row]);
            texts.map(|text| Span::raw(text).width().saturating_sub(text.chars().count())).sum()
        };
        let cells = self.0.iter().map(|column| column.width + 1).sum::<usize>();
        cells.saturating_sub(1) + (0..rows).map(wider).max().unwrap_or(0)
    }

    /// The line of headers (0) or of a row (from 1).
    pub(super) fn line(&self, row: usize) -> String {
        self.0.iter().map(|column| column.cell(row)).collect::<Vec<_>>().join(" ")
    }
}

impl ShownColumn {
    fn of(column: &Column, name: &str, look: &Look) -> Self {
        let header = look.glyphs.write(&column.header);
        let texts: Vec<String> = [header].into_iter().chain(column.cells.iter().map(Cell::text)).collect();
        let width = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
        Self {
            header: column.header.clone(),
            texts,
            width,
            is_left: column.is_left,
            is_name: column.header == name,
        }
    }

    fn least(&self) -> usize {
        if self.is_name { LEAST_NAME } else { self.width }
    }

    fn cell(&self, row: usize) -> String {
        let (text, width) = (shortened_to(&self.texts[row], self.width), self.width);
        if self.is_left { format!("{text:<width$}") } else { format!("{text:>width$}") }
    }
}
