//! The text that a key copies: rows of the data on view, or a command.

use std::ops::Range;

use crate::report::{Column, Table};

/// A text for the clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// what it is, in a few words
    pub what: String,
    /// the text itself, without a line break at its end
    pub text: String,
}

impl Copied {
    /// Rows of a table as CSV, under their headers; `None` where the table has no such rows.
    pub(crate) fn rows(what: String, table: &Table, rows: Range<usize>) -> Option<Self> {
        let cut = |column: &Column| {
            let cells = column.cells.get(rows.clone())?.to_vec();
            Some(Column { cells, ..column.clone() })
        };
        let columns = table.columns.iter().map(cut).collect::<Option<Vec<Column>>>()?;
        let mut csv = Vec::new();
        Table { columns }.write_csv(&mut csv).ok()?;
        let text = String::from_utf8(csv).ok()?.trim_end().to_owned();
        (!text.is_empty()).then_some(Self { what, text })
    }
}
