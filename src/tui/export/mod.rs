//! What a screen shows, as a file: its data, or its picture.

pub mod svg;

use std::io::{self, Write};
use std::path::{Path, absolute};

use ratatui::buffer::Buffer;

use crate::report::{
    Comparison, EvaluatedReport, ExploredReport, OutputFile, PlottedReport, Table, WeighedReport, json_text,
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
struct Data {
    json: io::Result<String>,
    table: Table,
    /// why a table may have no rows
    empty: &'static str,
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
        if self == Self::Json {
            return data.json.map(String::into_bytes).map_err(|error| error.to_string());
        }
        if data.table.rows() == 0 {
            return Err(format!("nothing is written: {}", data.empty));
        }
        let mut contents = Vec::new();
        data.table.write_csv(&mut contents).map_err(|error| error.to_string())?;
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
        let (json, table, empty) = match (app.screen, &app.chart) {
            (Screen::Bounds, Some(chart)) => {
                let report = PlottedReport::new(&snapshot.experiment.title, &chart.curves, &chart.observed);
                (json_text(&report), report.table(), "theory says nothing anywhere on this axis")
            }
            (Screen::Compare, _) => {
                let lanes = app.slots.shown().iter().filter_map(|&construction| app.lane_of(construction));
                let lanes: Vec<_> = lanes.map(|lane| &snapshot.lanes[lane]).collect();
                let report = Comparison::new(&snapshot.experiment, &snapshot.plan, &lanes);
                (json_text(&report), report.table(), "no lane is there, and CSV has a row for each")
            }
            (Screen::Outputs, _) => {
                let report = EvaluatedReport::new(snapshot)?;
                (json_text(&report), report.table(), "there are no outputs")
            }
            (Screen::Weight, _) => {
                let report = WeighedReport::new(snapshot)?;
                (json_text(&report), report.table(), "the weight's sums have no steps yet")
            }
            (Screen::Explore | Screen::Bounds, _) => {
                let report = ExploredReport::new(snapshot);
                (json_text(&report), report.run.table(), "no layer is finished, and CSV has a row for each")
            }
        };
        Some(Self { json, table, empty })
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
