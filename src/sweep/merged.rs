//! The rows of all shares as one table: every field of the setup, the method, the seed, the figures, the time.
//!
//! Rows go setup by setup, method by method, seed by seed, whatever the shares and their order. Only `elapsed_seconds`, the last
//! column, differs from run to run.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};

use super::figures::FIGURES;
use super::folder::{self, SweptContents};
use super::rows::SweptRow;
use super::{Missing, SweepError};

/// Columns that are texts even where they look like numbers, figures apart.
const TEXTS: [&str; 4] = ["title", "target_name", "method", "path"];

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweptColumn {
    /// its header, and its key
    pub name: String,
    /// whether its cells are texts even where they look like numbers
    pub is_text: bool,
}

/// The merged table of a sweep's folder.
#[derive(Debug)]
pub struct SweptTable {
    described: SweptContents,
    rows: Vec<Option<SweptRow>>,
    missing: Missing,
    columns: Vec<SweptColumn>,
    has_times: bool,
}

impl SweptTable {
    /// Reads a folder. Without `times`, the column of times is left out.
    ///
    /// # Errors
    /// [`SweepError`] for a folder of something else, and for damaged or foreign files in it.
    pub fn read(folder: &Path, times: bool) -> Result<Self, SweepError> {
        if !folder.is_dir() {
            return Err(SweepError::refused(folder, "expected the folder of a sweep, found none"));
        }
        let described = folder::contents(folder)?.ok_or_else(|| {
            SweepError::refused(folder, "expected the folder of a sweep, found no sweep.json in it")
        })?;
        let (rows, missing) = folder::read_all(folder, &described)?;
        let column = |name: &str, is_text: bool| SweptColumn { name: name.to_owned(), is_text };
        let text_or_not = |name: &String| column(name, TEXTS.contains(&name.as_str()));
        let is_text = |name: &str| FIGURES.iter().any(|figure| figure.name == name && figure.is_text);
        let columns: Vec<SweptColumn> = described
            .fields
            .iter()
            .map(text_or_not)
            .chain([column("method", true)])
            .chain(described.options.iter().map(text_or_not))
            .chain([column("seed", false)])
            .chain(described.figures.iter().map(|name| column(name, is_text(name))))
            .chain(times.then(|| column("elapsed_seconds", false)))
            .collect();
        Ok(Self { described, rows, missing, columns, has_times: times })
    }

    /// Title of the sweep.
    pub fn title(&self) -> &str {
        &self.described.title
    }

    /// Its columns, from left to right.
    pub fn columns(&self) -> &[SweptColumn] {
        &self.columns
    }

    /// Names of the setup's fields and of the options of learned methods, in the order of their columns.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.described.fields.iter().chain(&self.described.options).map(String::as_str)
    }

    /// The fields with lists of values in the sweep.
    pub fn swept(&self) -> Vec<&str> {
        self.described.axes.iter().flatten().map(String::as_str).collect()
    }

    /// For each row its values of the lists of the sweep, those of `fields` apart.
    pub(super) fn labels(&self, fields: &[&str]) -> Vec<Vec<&str>> {
        let SweptContents { axes, labels, methods, seeds, .. } = &self.described;
        let is_shown = |axis: &[String]| !axis.iter().any(|field| fields.contains(&field.as_str()));
        let places: Vec<usize> = (0..axes.len()).filter(|&place| is_shown(&axes[place])).collect();
        let of_setup = |setup: usize| places.iter().map(|&place| labels[setup][place].as_str()).collect();
        let setup = |row: &SweptRow| (row.run / seeds.count()) as usize / methods.len();
        self.rows.iter().flatten().map(|row| of_setup(setup(row))).collect()
    }

    /// Names of the figures.
    pub fn figures(&self) -> &[String] {
        &self.described.figures
    }

    /// The number of runs with and without a row.
    pub fn runs(&self) -> u64 {
        self.rows.len() as u64
    }

    /// The runs without a row.
    pub fn missing(&self) -> &Missing {
        &self.missing
    }

    /// The rows, as texts in the order of the columns; empty where there is no value.
    ///
    /// # Errors
    /// [`io::Error`] at a row with another number of figures.
    pub fn rows(&self) -> impl Iterator<Item = io::Result<Vec<String>>> {
        self.rows.iter().flatten().map(|row| self.cells(row))
    }

    fn cells(&self, row: &SweptRow) -> io::Result<Vec<String>> {
        let seeds = self.described.seeds.count();
        let (job, seed) = (row.run / seeds, self.described.seeds.at(row.run % seeds));
        let (setup, method) =
            (job as usize / self.described.methods.len(), job as usize % self.described.methods.len());
        let figures: Vec<String> = serde_json::from_str(&row.figures)?;
        if figures.len() != self.described.figures.len() {
            let (expected, found) = (self.described.figures.len(), figures.len());
            return Err(io::Error::other(format!(
                "expected {expected} figures of run {}, found {found}",
                row.run
            )));
        }
        let mut cells = self.described.setups[setup].clone();
        cells.push(self.described.methods[method].clone());
        cells.extend(self.described.method_options[method].iter().cloned());
        cells.push(seed.to_string());
        cells.extend(figures);
        cells.extend(self.has_times.then(|| row.seconds.to_string()));
        Ok(cells)
    }

    /// Writes the table as CSV.
    ///
    /// # Errors
    /// Whatever `out` reports.
    #[cfg(feature = "text")]
    pub fn write_csv(&self, out: impl Write) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(self.columns.iter().map(|column| &column.name))?;
        for row in self.rows() {
            csv.write_record(row?)?;
        }
        csv.flush()
    }

    /// Writes the table as JSON Lines: an object a row.
    ///
    /// # Errors
    /// Whatever `out` reports.
    pub fn write_json_lines(&self, mut out: impl Write) -> io::Result<()> {
        for row in self.rows() {
            let line = serde_json::to_string(&JsonRow { columns: &self.columns, cells: &row? })?;
            writeln!(out, "{}", crate::visible::visible_in_json(&line))?;
        }
        Ok(())
    }
}

/// `slth merge DIR --json`: title, digest, the runs missing, the names of the columns, and the rows as objects.
impl Serialize for SweptTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("title", &self.described.title)?;
        map.serialize_entry("digest", &self.described.digest)?;
        map.serialize_entry("runs", &self.runs())?;
        map.serialize_entry("missing", &self.missing)?;
        map.serialize_entry("swept", &self.swept())?;
        let names: Vec<&String> = self.columns.iter().map(|column| &column.name).collect();
        map.serialize_entry("columns", &names)?;
        map.serialize_entry("rows", &JsonRows(self))?;
        map.end()
    }
}

struct JsonRows<'a>(&'a SweptTable);

impl Serialize for JsonRows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for row in self.0.rows() {
            let cells = row.map_err(serde::ser::Error::custom)?;
            list.serialize_element(&JsonRow { columns: &self.0.columns, cells: &cells })?;
        }
        list.end()
    }
}

struct JsonRow<'a> {
    columns: &'a [SweptColumn],
    cells: &'a [String],
}

impl Serialize for JsonRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        for (column, cell) in self.columns.iter().zip(self.cells) {
            map.serialize_entry(&column.name, &JsonCell(cell, column.is_text))?;
        }
        map.end()
    }
}

/// A cell: null, true or false, a number that f64 or u64 holds, or a text.
struct JsonCell<'a>(&'a str, bool);

impl Serialize for JsonCell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(cell, is_text) = *self;
        match cell {
            "" => serializer.serialize_none(),
            text if is_text => serializer.serialize_str(text),
            "true" | "false" => serializer.serialize_bool(cell == "true"),
            number => match (number.parse::<u64>(), number.parse::<f64>()) {
                (Ok(whole), _) => serializer.serialize_u64(whole),
                (_, Ok(real)) if real.is_finite() => serializer.serialize_f64(real),
                _ => serializer.serialize_str(number),
            },
        }
    }
}
