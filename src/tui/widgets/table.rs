//! A [`Table`] of the reports on a screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Cell, Row, Widget};

use crate::report::{Column, Table};
use crate::tui::look::Look;

/// Draws the columns with room, under a line of headers; `style` is that of a row, counted from 0.
pub(crate) fn render(
    table: &Table,
    style: impl Fn(usize) -> Style,
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    let shown = || table.columns.iter().filter(|column| column.least <= area.width);
    let row = |text: &dyn Fn(&Column) -> String| {
        let cell = |column: &Column| {
            let line = Line::from(text(column));
            Cell::from(if column.is_left { line } else { line.right_aligned() })
        };
        Row::new(shown().map(cell).collect::<Vec<_>>())
    };
    let header = row(&|column| column.header.clone()).style(look.theme.faint);
    let rows = (0..table.rows()).map(|at| row(&|column| column.cells[at].text()).style(style(at)));
    let widths = shown().map(|column| match column.is_left {
        true => Constraint::Max(column.width),
        false => Constraint::Length(column.width),
    });
    let drawn = ratatui::widgets::Table::new(rows, widths).header(header).column_spacing(1);
    Widget::render(drawn, area, buffer);
}
