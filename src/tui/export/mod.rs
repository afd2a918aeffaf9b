//! What a screen shows, as a file: its data, or its picture.

pub mod svg;

use std::io::{self, Write};
use std::path::{Path, absolute};

use ratatui::buffer::Buffer;

use crate::experiment::Experiment;
use crate::report::{OutputFile, Table};
use crate::tui::look::theme::Ground;
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
#[derive(Debug)]
pub struct Numbers {
    /// the numbers by name
    pub json: io::Result<String>,
    /// the numbers in rows
    pub table: Table,
    /// why there are no rows, if there are none
    pub why_no_rows: &'static str,
}

/// A drawn screen and the numbers behind it.
pub struct Exported<'a> {
    /// the file's name without its ending
    pub stem: String,
    /// the numbers; `None` while they are not there yet
    pub numbers: Option<Numbers>,
    /// the last frame
    pub drawn: &'a Buffer,
    /// its theme's background
    pub ground: Ground,
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

    /// Writes a new file in `folder`, the working directory if that is empty. Returns a line with the file's name and
    /// contents.
    ///
    /// # Errors
    /// In one line why there is nothing to write, or the file system's error.
    pub fn write(self, exported: Exported<'_>, folder: &Path) -> Result<String, String> {
        let stem = exported.stem.clone();
        let contents = self.contents(exported)?;
        let written = OutputFile::create_numbered(folder, &stem, self.extension()).and_then(|file| {
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
            Err(error) => Err(format!("{stem}.{} cannot be written: {error}", self.extension())),
        }
    }

    /// The contents of the file, or why there is nothing to write.
    fn contents(self, exported: Exported<'_>) -> Result<Vec<u8>, String> {
        let numbers = match self {
            Self::Text => return Ok(svg::text(exported.drawn).into_bytes()),
            Self::Svg => return Ok(svg::svg(exported.drawn, exported.ground).into_bytes()),
            Self::Csv | Self::Json => {
                exported.numbers.ok_or("nothing is written: what this screen shows is not there yet")?
            }
        };
        if self == Self::Json {
            return numbers.json.map(String::into_bytes).map_err(|error| error.to_string());
        }
        if numbers.table.rows() == 0 {
            return Err(format!("nothing is written: {}", numbers.why_no_rows));
        }
        let mut contents = Vec::new();
        numbers.table.write_csv(&mut contents).map_err(|error| error.to_string())?;
        Ok(contents)
    }
}

/// The file's name without its ending: `slth-PRESET-SCREEN`, of the preset's path only its own name.
pub fn stem(experiment: &Experiment, screen: &str) -> String {
    let preset = Path::new(experiment.preset_name()).file_stem().unwrap_or_default().to_string_lossy();
    let plain = |c: char| if (c.is_alphanumeric() && !is_hidden(c)) || "-_.".contains(c) { c } else { '-' };
    let preset: String = preset.chars().take(LONGEST_STEM).map(plain).collect();
    let edited = if experiment.name == experiment.preset_name() { "" } else { "-edited" };
    format!("slth-{preset}{edited}-{}", screen.to_lowercase())
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;
    use crate::report::faults::{Call, each_call_fails};
    use crate::report::{ExploredReport, json_text};
    use crate::session::{Session, Worker};

    #[test]
    fn a_failing_disk_leaves_no_part_of_an_export() {
        let mut session = Session::new(Experiment::load("tiny", None, &[]).unwrap()).unwrap();
        session.run(&|_| {});
        let snapshot = Worker::spawn(session).latest();
        let stem = stem(&snapshot.experiment, "Explore");
        let drawn = Buffer::filled(Rect::new(0, 0, 20, 3), 'x'.into());
        let exported = || {
            let report = ExploredReport::new(&snapshot);
            let (json, table) = (json_text(&report), report.run.table());
            let numbers = Some(Numbers { json, table, why_no_rows: "" });
            Exported { stem: stem.clone(), numbers, drawn: &drawn, ground: Ground::Dark }
        };
        for export in Export::ALL {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(format!("{}.{}", stem, export.extension()));
            let prepare = || drop(std::fs::remove_file(&path));
            let whole = export.contents(exported()).unwrap();
            each_call_fails(
                prepare,
                || export.write(exported(), folder.path()),
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
