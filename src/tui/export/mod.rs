//! What a screen shows, as a file: its data, or its picture.

pub mod svg;

use std::io::{self, Write};
use std::path::{Path, absolute};

use ratatui::buffer::Buffer;

use crate::report::{
    Comparison, EvaluatedReport, ExploredReport, OutputFile, PlottedReport, WeighedReport, json_text,
    write_comparison_csv, write_csv, write_evaluated_csv, write_plotted_csv, write_weighed_csv,
};
use crate::tui::Look;
use crate::tui::app::App;
use crate::tui::screen::Screen;
use crate::visible::{is_hidden, shortened};

/// What can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// the numbers, a row each
    Csv,
    /// the numbers, by name
    Json,
    /// the screen's characters
    Text,
    /// the screen with its colours
    Svg,
}

/// Most characters of a preset's name in that of a file; file systems allow 255 bytes.
const LONGEST_STEM: usize = 50;

/// The numbers behind a screen.
enum Data {
    Explored(ExploredReport),
    Compared(Comparison),
    Weighed(WeighedReport),
    Evaluated(EvaluatedReport),
    Plotted(PlottedReport),
}

impl Export {
    /// All, in the order of their list.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Json, Self::Text, Self::Svg];

    /// What it is, in a few words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "the data, as CSV",
            Self::Json => "the data, as JSON",
            Self::Text => "the screen, as text",
            Self::Svg => "the screen, as SVG",
        }
    }

    /// How its file's name ends.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Text => "txt",
            Self::Svg => "svg",
        }
    }

    /// Writes a new file in `folder`, the working directory if that is empty. `drawn` is the frame last drawn. What is
    /// returned says in one line what was written, and where.
    ///
    /// # Errors
    /// In one line why there is nothing to write, or what the file system reports.
    pub fn write(self, app: &App, look: &Look, drawn: &Buffer, folder: &Path) -> Result<String, String> {
        let contents = self.contents(app, look, drawn)?;
        let written = OutputFile::create_numbered(folder, &stem(app), self.extension()).and_then(|file| {
            let path = absolute(file.path()).unwrap_or_else(|_| file.path().to_owned());
            file.finish(|out| out.write_all(&contents))?;
            Ok(path)
        });
        match written {
            Ok(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let parent = shortened(&path.parent().unwrap_or(Path::new("")).to_string_lossy());
                Ok(format!("{name} is written: {}, in {parent}", self.name()))
            }
            Err(error) => Err(format!("{}.{} cannot be written: {error}", stem(app), self.extension())),
        }
    }

    /// What the file will hold, or why there is nothing to write.
    fn contents(self, app: &App, look: &Look, drawn: &Buffer) -> Result<Vec<u8>, String> {
        let data = match self {
            Self::Text => return Ok(svg::text(drawn).into_bytes()),
            Self::Svg => return Ok(svg::svg(drawn, look.theme.ground).into_bytes()),
            Self::Csv | Self::Json => {
                Data::of(app).ok_or("nothing is written: what this screen shows is not there yet")?
            }
        };
        let mut contents = Vec::new();
        match self {
            Self::Csv if data.rows() == 0 => {
                let why = match data {
                    Data::Explored(_) => "no layer is finished, and CSV has a row for each",
                    Data::Compared(_) => "no lane is there, and CSV has a row for each",
                    Data::Evaluated(_) => "there are no outputs",
                    Data::Weighed(_) => "the weight's sums have no steps yet",
                    Data::Plotted(_) => "theory says nothing anywhere on this axis",
                };
                return Err(format!("nothing is written: {why}"));
            }
            Self::Csv => data.write_csv(&mut contents),
            _ => data.write_json(&mut contents),
        }
        .map_err(|error| error.to_string())?;
        Ok(contents)
    }
}

/// The file's name without its ending: `slth-PRESET-SCREEN`, of the preset's path only its own name.
pub fn stem(app: &App) -> String {
    let experiment = &app.snapshot.experiment;
    let preset = Path::new(experiment.preset_name()).file_stem().unwrap_or_default().to_string_lossy();
    let plain = |c: char| if (c.is_alphanumeric() && !is_hidden(c)) || "-_.".contains(c) { c } else { '-' };
    let preset: String = preset.chars().take(LONGEST_STEM).map(plain).collect();
    let edited = if experiment.name == experiment.preset_name() { "" } else { "-edited" };
    format!("slth-{preset}{edited}-{}", app.screen.name().to_lowercase())
}

impl Data {
    /// What the screen shows; `None` where a weight or an input was asked for and is not there yet.
    fn of(app: &App) -> Option<Self> {
        let snapshot = &app.snapshot;
        Some(match (app.screen, &app.chart) {
            (Screen::Bounds, Some(chart)) => {
                Self::Plotted(PlottedReport::new(&snapshot.experiment.title, &chart.curves, &chart.observed))
            }
            (Screen::Compare, _) => {
                let lanes = app.slots.shown().iter().filter_map(|&construction| app.lane_of(construction));
                let lanes: Vec<_> = lanes.map(|lane| &snapshot.lanes[lane]).collect();
                Self::Compared(Comparison::new(&snapshot.experiment, &snapshot.plan, &lanes))
            }
            (Screen::Outputs, _) => Self::Evaluated(EvaluatedReport::new(snapshot)?),
            (Screen::Weight, _) => Self::Weighed(WeighedReport::new(snapshot)?),
            (Screen::Explore | Screen::Bounds, _) => Self::Explored(ExploredReport::new(snapshot)),
        })
    }

    /// Rows of the CSV.
    fn rows(&self) -> usize {
        match self {
            Self::Explored(report) => report.run.lanes.iter().map(|lane| lane.layers.len()).sum(),
            Self::Compared(report) => report.lanes.len(),
            Self::Evaluated(report) => report.target.len(),
            Self::Weighed(report) => report.sums.iter().map(|sum| sum.steps.len()).sum(),
            Self::Plotted(report) => report.points.len(),
        }
    }

    fn write_csv(&self, out: impl Write) -> io::Result<()> {
        match self {
            Self::Explored(report) => write_csv(&report.run, out),
            Self::Compared(report) => write_comparison_csv(report, out),
            Self::Evaluated(report) => write_evaluated_csv(report, out),
            Self::Weighed(report) => write_weighed_csv(report, out),
            Self::Plotted(report) => write_plotted_csv(report, out),
        }
    }

    fn write_json(&self, mut out: impl Write) -> io::Result<()> {
        let text = match self {
            Self::Explored(report) => json_text(report),
            Self::Compared(report) => json_text(report),
            Self::Evaluated(report) => json_text(report),
            Self::Weighed(report) => json_text(report),
            Self::Plotted(report) => json_text(report),
        }?;
        out.write_all(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ratatui::layout::Rect;

    use super::*;
    use crate::experiment::Experiment;
    use crate::report::faults::{Call, each_call_fails};
    use crate::session::{Session, Worker};
    use crate::tui::look::glyphs::Glyphs;
    use crate::tui::look::theme::{Colours, Theme, ThemeName};

    #[test]
    fn a_failing_disk_leaves_no_part_of_an_export() {
        let mut session = Session::new(Experiment::load("tiny", None, &[]).unwrap()).unwrap();
        session.run(&|_| {});
        let app = App::new(Arc::clone(&Worker::spawn(session).latest()));
        let look = Look {
            theme: Theme::of(ThemeName::Dark, Colours::Sixteen),
            glyphs: Glyphs::choose(false, |_| None),
        };
        let drawn = Buffer::filled(Rect::new(0, 0, 20, 3), 'x'.into());
        for export in Export::ALL {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(format!("{}.{}", stem(&app), export.extension()));
            let prepare = || drop(std::fs::remove_file(&path));
            let whole = export.contents(&app, &look, &drawn).unwrap();
            each_call_fails(
                prepare,
                || export.write(&app, &look, &drawn, folder.path()),
                |said, failed| {
                    let found = std::fs::read(&path).ok();
                    let is_placed = said.is_ok() || failed == Some(Call::SyncFolder);
                    assert!(found == is_placed.then(|| whole.clone()), "{export:?} {failed:?}");
                    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), usize::from(is_placed));
                    if let Err(message) = said {
                        let name = path.file_name().unwrap().to_str().unwrap();
                        assert!(message.starts_with(&format!("{name} cannot be written: ")), "{message}");
                        assert_eq!(message.lines().count(), 1, "{message}");
                    }
                },
            );
        }
    }
}
