//! A figure of the table: its mean over the seeds against a field, a line per method, or over two fields.

#[cfg(feature = "plots")]
mod svg;

#[cfg(feature = "plots")]
pub use svg::svg;

use std::collections::BTreeMap;

use super::merged::SweptTable;
use super::{SweepError, SweptColumn};
use crate::learning::difference_over_seeds;

/// Figures drawn without a choice: the first one with a number.
const DEFAULTS: [&str; 2] = ["neurons_per_weight", "accuracy_pruned"];

/// What to draw; `None` is chosen from the table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlotChoice {
    /// a field
    pub x: Option<String>,
    /// a figure, or a second field
    pub y: Option<String>,
    /// a figure
    pub figure: Option<String>,
    /// of the intervals, in (0, 1)
    pub confidence: f64,
}

/// The values of a field, in order: numbers rise, texts as they come.
#[derive(Clone, Debug, PartialEq)]
pub struct SweptAxis {
    /// the field
    pub name: String,
    /// its values as written
    pub texts: Vec<String>,
    /// the same as numbers, if all are
    pub numbers: Option<Vec<f64>>,
}

/// The mean of a figure over the seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SweptPoint {
    /// place on the x axis, from 0
    pub x: usize,
    /// place on the y axis, from 0; 0 for curves
    pub y: usize,
    /// of the figure
    pub mean: f64,
    /// Student's interval; unbounded with one seed
    pub low: f64,
    /// its other end
    pub high: f64,
    /// seeds with a value
    pub seeds: usize,
}

/// The points of one method, and of one value of each other list.
#[derive(Clone, Debug, PartialEq)]
pub struct SweptSeries {
    /// the method, and the values by which it differs from others
    pub name: String,
    /// by x, then y
    pub points: Vec<SweptPoint>,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepPlot {
    /// of the sweep
    pub title: String,
    /// the figure
    pub figure: String,
    /// of the intervals
    pub confidence: f64,
    /// along x
    pub x: SweptAxis,
    /// along y, for heat maps; `None` for curves
    pub y: Option<SweptAxis>,
    /// a curve or a map each
    pub series: Vec<SweptSeries>,
}

impl SweepPlot {
    /// What a choice draws of a table.
    ///
    /// # Errors
    /// [`SweepError::Usage`] for names that the table does not have, and for a table with nothing to draw.
    pub fn new(table: &SweptTable, choice: &PlotChoice) -> Result<Self, SweepError> {
        let rows: Vec<Vec<String>> =
            table.rows().collect::<Result<_, _>>().map_err(|error| SweepError::Usage(error.to_string()))?;
        let columns = Columns { table, rows: &rows };
        let (y_field, y_figure) = match &choice.y {
            None => (None, None),
            Some(name) if columns.is_field(name) => (Some(name.clone()), None),
            Some(name) => (None, Some(name)),
        };
        let figure = match choice.figure.as_ref().or(y_figure) {
            Some(name) => columns.figure(name)?,
            None => columns.default_figure()?,
        };
        let x = match &choice.x {
            Some(name) => columns.field("--x", name)?,
            None => columns.default_x(y_field.as_deref())?,
        };
        let y = y_field.map(|name| columns.field("--y", &name)).transpose()?;
        Ok(columns.plot(x, y, figure, choice.confidence))
    }
}

/// A table in memory.
struct Columns<'a> {
    table: &'a SweptTable,
    rows: &'a [Vec<String>],
}

impl Columns<'_> {
    fn place(&self, name: &str) -> Option<usize> {
        self.table.columns().iter().position(|column: &SweptColumn| column.name == name)
    }

    fn is_field(&self, name: &str) -> bool {
        self.table.fields().any(|field| field == name)
    }

    /// The values of a column.
    fn axis(&self, name: &str) -> SweptAxis {
        let mut texts: Vec<String> = Vec::new();
        let place = self.place(name);
        for cell in self.rows.iter().filter_map(|row| row.get(place?)) {
            if !cell.is_empty() && !texts.contains(cell) {
                texts.push(cell.clone());
            }
        }
        let numbers: Option<Vec<f64>> = texts.iter().map(|text| number(text)).collect();
        let Some(numbers) = numbers else { return SweptAxis { name: name.to_owned(), texts, numbers: None } };
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
        SweptAxis {
            name: name.to_owned(),
            texts: order.iter().map(|&place| texts[place].clone()).collect(),
            numbers: Some(order.iter().map(|&place| numbers[place]).collect()),
        }
    }

    fn field(&self, option: &str, name: &str) -> Result<SweptAxis, SweepError> {
        if !self.is_field(name) {
            let fields = self.varied().join(", ");
            let message = format!("{option}: expected one of the fields that vary, {fields}; found {name}");
            return Err(SweepError::Usage(message));
        }
        Ok(self.axis(name))
    }

    /// Fields with several values, those with lists in the sweep first.
    fn varied(&self) -> Vec<String> {
        let mut names: Vec<String> = self.table.fields().map(str::to_owned).collect();
        names.retain(|name| self.axis(name).texts.len() > 1);
        names.sort_by_key(|name| {
            self.table.swept().iter().position(|swept| swept == name).unwrap_or(usize::MAX)
        });
        names
    }

    fn default_x(&self, other: Option<&str>) -> Result<SweptAxis, SweepError> {
        let varied: Vec<SweptAxis> = self
            .varied()
            .iter()
            .filter(|name| Some(name.as_str()) != other)
            .map(|name| self.axis(name))
            .collect();
        let numeric = varied.iter().find(|axis| axis.numbers.is_some());
        numeric.or(varied.first()).cloned().ok_or_else(|| {
            SweepError::Usage("--x: expected a field that varies in the sweep, found none".to_owned())
        })
    }

    fn figure(&self, name: &str) -> Result<String, SweepError> {
        let has_numbers = |name: &&String| self.has_numbers(name);
        if self.table.figures().iter().any(|figure| figure == name) {
            return Ok(name.to_owned());
        }
        let figures: Vec<&str> =
            self.table.figures().iter().filter(has_numbers).map(String::as_str).collect();
        let message = format!("expected one of the figures {}; found {name}", figures.join(", "));
        Err(SweepError::Usage(message))
    }

    fn default_figure(&self) -> Result<String, SweepError> {
        let found = DEFAULTS.iter().find(|name| self.has_numbers(name));
        found.map(|name| (*name).to_owned()).ok_or_else(|| {
            SweepError::Usage("--figure: expected a figure with numbers, found none in the table".to_owned())
        })
    }

    fn has_numbers(&self, name: &str) -> bool {
        let place = self.place(name);
        place.is_some_and(|place| self.rows.iter().any(|row| number(&row[place]).is_some()))
    }

    fn plot(&self, x: SweptAxis, y: Option<SweptAxis>, figure: String, confidence: f64) -> SweepPlot {
        let axes: Vec<&str> =
            [Some(&x), y.as_ref()].into_iter().flatten().map(|axis| axis.name.as_str()).collect();
        let groups = self.groups(&axes);
        let mut values: BTreeMap<(usize, usize, usize), Vec<f64>> = BTreeMap::new();
        let mut names: Vec<&String> = Vec::new();
        let [x_place, y_place] =
            [Some(&x), y.as_ref()].map(|axis| axis.and_then(|axis| self.place(&axis.name)));
        let figure_place = self.place(&figure);
        for (row, group) in self.rows.iter().zip(&groups) {
            let cell = |place: Option<usize>| place.map_or("", |place| row[place].as_str());
            let at = |axis: &SweptAxis, place| axis.texts.iter().position(|text| text == cell(place));
            let y_at = y.as_ref().map_or(Some(0), |axis| at(axis, y_place));
            let (Some(x_at), Some(y_at), Some(value)) = (at(&x, x_place), y_at, number(cell(figure_place)))
            else {
                continue;
            };
            let series = names.iter().position(|name| *name == group).unwrap_or_else(|| {
                names.push(group);
                names.len() - 1
            });
            values.entry((series, x_at, y_at)).or_default().push(value);
        }
        let mut series: Vec<SweptSeries> =
            names.iter().map(|name| SweptSeries { name: (*name).clone(), points: Vec::new() }).collect();
        for ((place, x, y), values) in values {
            let over = difference_over_seeds(&values, confidence);
            let (mean, low, high) = (over.mean, over.low, over.high);
            series[place].points.push(SweptPoint { x, y, mean, low, high, seeds: values.len() });
        }
        SweepPlot { title: self.table.title().to_owned(), figure, confidence, x, y, series }
    }

    /// For each row its method, and its value of each list that no axis stands for; options of learned methods by which they
    /// differ.
    fn groups(&self, axes: &[&str]) -> Vec<String> {
        let options: Vec<String> =
            self.varied().into_iter().filter(|name| name.starts_with("learned_")).collect();
        let options: Vec<(String, usize)> = options
            .into_iter()
            .filter(|name| !axes.contains(&name.as_str()))
            .filter_map(|name| Some((name.clone(), self.place(&name)?)))
            .collect();
        let method = self.place("method");
        let labels = self.table.labels(axes);
        let name = |(row, labels): (&Vec<String>, Vec<&str>)| {
            let mut name = method.map_or(String::new(), |place| row[place].clone());
            for (option, place) in &options {
                if !row[*place].is_empty() {
                    let option = option.trim_start_matches("learned_").replace('_', " ");
                    name.push_str(&format!(", {option} {}", row[*place]));
                }
            }
            for label in labels {
                name.push_str(&format!(", {label}"));
            }
            name
        };
        self.rows.iter().zip(labels).map(name).collect()
    }
}

/// A finite number; true counts as 1, false as 0.
fn number(cell: &str) -> Option<f64> {
    match cell {
        "true" => Some(1.0),
        "false" => Some(0.0),
        cell => cell.parse().ok().filter(|number: &f64| number.is_finite()),
    }
}
