//! Tables: columns of cells under headers. [`Page::table`](super::Page::table) lays one out as text,
//! [`write_csv`](Table::write_csv) writes it, screens draw it.

#[cfg(feature = "text")]
use std::io;

use serde::{Serialize, Serializer};

use crate::theory::Count;

/// One cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// no value: `-` in a text, empty in CSV
    Missing,
    /// already in its final form
    Text(String),
    /// a whole number
    Whole(u64),
    /// written in full
    Real(f64),
    /// written in full; digits and an exponent beyond f64
    Count(Count),
    /// a share of G, possibly below f64
    Share(Count),
    /// `true` or `false`
    Flag(bool),
}

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    /// in a text of several lines, if need be; in CSV the key
    pub header: String,
    /// from the first row to the last
    pub cells: Vec<Cell>,
    /// whether a text keeps it in the same line as the column before it
    pub is_joined: bool,
    /// whether a screen aligns it to the left, as text
    pub is_left: bool,
    /// its width on a screen
    pub width: u16,
    /// the narrowest table with this column on a screen
    pub least: u16,
}

/// Columns of equally many cells.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// from left to right
    pub columns: Vec<Column>,
}

/// Builds a [`Table`] column by column from one value per row.
#[derive(Clone, Debug)]
pub struct Rows<R> {
    rows: Vec<R>,
    table: Table,
}

impl Cell {
    /// An empty cell instead of `-`.
    pub const BLANK: Self = Self::Text(String::new());

    /// As a text shows it.
    pub fn text(&self) -> String {
        match self {
            Self::Missing => "-".to_owned(),
            Self::Text(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Real(number) => number.to_string(),
            Self::Count(count) => count_in_full(*count),
            Self::Share(share) => share_in_full(*share),
            Self::Flag(flag) => flag.to_string(),
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Missing => serializer.serialize_none(),
            Self::Whole(number) => serializer.serialize_u64(*number),
            Self::Real(number) => serializer.serialize_f64(*number),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Count(_) | Self::Share(_) => serializer.serialize_str(&self.text()),
        }
    }
}

/// A number of neurons with all its digits.
fn count_in_full(count: Count) -> String {
    match count.whole() {
        Some(whole) => whole.to_string(),
        None if count.as_f64().is_finite() => count.as_f64().to_string(),
        None => count.to_string(),
    }
}

/// A share with all its digits; below f64 with five of them.
pub(super) fn share_in_full(share: Count) -> String {
    if is_below_f64(share) { format!("{share:.4}") } else { share.as_f64().to_string() }
}

/// Whether a share is too small for f64, and not 0.
pub(super) fn is_below_f64(share: Count) -> bool {
    share.as_f64() == 0.0 && share.ln().is_finite()
}

macro_rules! cells {
    ($($from:ty => $cell:expr),* $(,)?) => {
        $(impl From<$from> for Cell {
            fn from(value: $from) -> Self {
                $cell(value)
            }
        })*
    };
}

cells! {
    String => Self::Text,
    &str => |text: &str| Self::Text(text.to_owned()),
    u64 => Self::Whole,
    u32 => |number| Self::Whole(u64::from(number)),
    usize => |number| Self::Whole(number as u64),
    f64 => Self::Real,
    Count => Self::Count,
    bool => Self::Flag,
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}

impl<R> Rows<R> {
    /// A row for each value.
    pub fn of(rows: impl IntoIterator<Item = R>) -> Self {
        Self { rows: rows.into_iter().collect(), table: Table::default() }
    }

    /// Adds a column to the right.
    pub fn column<C: Into<Cell>>(mut self, header: impl Into<String>, cell: impl Fn(&R) -> C) -> Self {
        let cells = self.rows.iter().map(|row| cell(row).into()).collect();
        let (header, is_joined, is_left) = (header.into(), false, false);
        self.table.columns.push(Column { header, cells, is_joined, is_left, width: 0, least: 0 });
        self
    }

    /// Keeps the last column in the same line as the one before it, however narrow the page is.
    pub fn joined(self) -> Self {
        self.last(|column| column.is_joined = true)
    }

    /// On a screen, gives the last column a width, in tables at least `least` wide.
    pub fn wide(self, width: u16, least: u16) -> Self {
        self.last(|column| (column.width, column.least) = (width, least))
    }

    /// On a screen, aligns the last column to the left.
    pub fn left(self) -> Self {
        self.last(|column| column.is_left = true)
    }

    fn last(mut self, change: impl FnOnce(&mut Column)) -> Self {
        if let Some(column) = self.table.columns.last_mut() {
            change(column);
        }
        self
    }

    /// The table of all columns added.
    pub fn table(self) -> Table {
        self.table
    }
}

impl Table {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.cells.len())
    }

    /// Writes the headers and the rows as CSV; an empty table is an empty file.
    ///
    /// # Errors
    /// Whatever `out` reports.
    #[cfg(feature = "text")]
    pub fn write_csv(&self, out: impl io::Write) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        for row in 0..self.rows() {
            if row == 0 {
                csv.write_record(self.columns.iter().map(|column| &column.header))?;
            }
            let cells: Vec<&Cell> = self.columns.iter().map(|column| &column.cells[row]).collect();
            csv.serialize(cells)?;
        }
        csv.flush()
    }
}

#[cfg(all(test, feature = "text"))]
mod tests {
    use super::*;

    #[test]
    fn csv_has_all_digits_and_texts_a_dash() {
        let counts = [Count::from(3), Count::new(0.5), Count::from_ln(2000.0)];
        let table = Rows::of(counts)
            .column("count", |count| *count)
            .column("share, if any", |count| Some(Cell::Share(Count::from(1).ratio(*count))))
            .column("real", |count| (count.as_f64() < 1.0).then_some(1e-7))
            .table();
        let mut csv = Vec::new();
        table.write_csv(&mut csv).unwrap();
        let expected =
            "count,\"share, if any\",real\n3,0.3333333333333333,\n0.5,2,1e-7\n3.8812e868,2.5765e-869,\n";
        assert_eq!(String::from_utf8(csv).unwrap(), expected);
        assert_eq!(table.columns[2].cells[0].text(), "-");
    }

    #[test]
    fn no_rows_are_no_csv() {
        let mut csv = Vec::new();
        Rows::of([0_u64; 0]).column("never", |row| *row).table().write_csv(&mut csv).unwrap();
        assert_eq!(csv, b"");
    }
}
