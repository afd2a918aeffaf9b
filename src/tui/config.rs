//! The config file: options of the screens that the user has asked to be remembered, in RON as presets are.
//!
//! An option of the command line comes before the file, and the file before the default. The file is written on the keys of
//! "remember" and "never again" alone.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};

use super::look::theme::ThemeChoice;
use crate::experiment::{Place, parse_ron, written_ron};
use crate::report::OutputFile;
use crate::visible::file_name;

/// Its path in the folder of the user's configuration.
const FILE: [&str; 2] = ["slth", "config.ron"];

/// The first lines of the file.
const HEAD: &str = "// Options of the screens of slth. Those of the command line come first; what is left out has its default.\n";

/// More bytes are no config file.
const LONGEST: u64 = 64 * 1024;

/// The frames per second that can be asked for.
pub const FRAMES: std::ops::RangeInclusive<u16> = 1..=60;

/// Those without a wish.
const DEFAULT_FRAMES: u16 = 15;

/// What is remembered. `None`: the default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// the colours
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<ThemeChoice>,
    /// most frames per second while the engine runs, in [`FRAMES`]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fps: Option<u16>,
    /// whether the mouse is asked for
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mouse: Option<bool>,
    /// whether the screens are drawn with ASCII characters only
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ascii: Option<bool>,
    /// whether the cards of "What is this" are left out at the start
    pub cards_seen: bool,
}

/// Why there is no config.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// no folder for it is known
    #[error("expected a folder for the config file in XDG_CONFIG_HOME or HOME, found neither")]
    NoFolder,
    /// the file cannot be read or written
    #[error("{}: {error}", file_name(&path.display().to_string()))]
    File {
        /// the file
        path: PathBuf,
        /// why
        error: io::Error,
    },
    /// its text is something else
    #[error("{place}: {problem}")]
    Text {
        /// the place of the mistake
        place: Place,
        /// expected and found
        problem: String,
    },
}

/// The path of the config file: `slth/config.ron` in `XDG_CONFIG_HOME`, or where the system keeps configuration.
///
/// # Errors
/// If no such folder is known.
pub fn file() -> Result<PathBuf, ConfigError> {
    let folders = etcetera::choose_base_strategy().map_err(|_| ConfigError::NoFolder)?;
    Ok(folders.config_dir().join(FILE[0]).join(FILE[1]))
}

impl Config {
    /// These options, and those of `other` where they are left open.
    pub fn or(self, other: Self) -> Self {
        Self {
            theme: self.theme.or(other.theme),
            fps: self.fps.or(other.fps),
            mouse: self.mouse.or(other.mouse),
            ascii: self.ascii.or(other.ascii),
            cards_seen: self.cards_seen || other.cards_seen,
        }
    }

    /// With the defaults written out. Without a wish, the terminal's language decides about ASCII.
    pub fn in_full(self) -> Self {
        let (theme, fps, mouse) = (self.theme(), self.frames_per_second(), self.mouse());
        Self { theme: Some(theme), fps: Some(fps), mouse: Some(mouse), ..self }
    }

    /// The colours in force.
    pub fn theme(&self) -> ThemeChoice {
        self.theme.unwrap_or(ThemeChoice::Dark)
    }

    /// Most frames per second in force.
    pub fn frames_per_second(&self) -> u16 {
        self.fps.unwrap_or(DEFAULT_FRAMES)
    }

    /// Whether the mouse is asked for.
    pub fn mouse(&self) -> bool {
        self.mouse == Some(true)
    }

    /// Whether the screens are drawn with ASCII characters only, whatever the terminal's language.
    pub fn ascii(&self) -> bool {
        self.ascii == Some(true)
    }

    /// Reads the file; all defaults if there is none.
    ///
    /// # Errors
    /// If it cannot be read, or holds something else.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let failed = |error| ConfigError::File { path: path.to_owned(), error };
        let name = path.display().to_string();
        let wrong = |problem| ConfigError::Text { place: Place::File(name.clone()), problem };
        let found = match std::fs::metadata(path) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(Self::default());
            }
            found => found.map_err(failed)?,
        };
        if !found.is_file() || found.len() > LONGEST {
            return Err(wrong(format!("expected a file of at most {LONGEST} bytes")));
        }
        let text = std::fs::read_to_string(path).map_err(failed)?;
        let config: Self = parse_ron(&text).map_err(|((line, column), problem)| ConfigError::Text {
            place: Place::Position { file: name.clone(), line, column },
            problem,
        })?;
        match config.fps {
            Some(fps) if !FRAMES.contains(&fps) => Err(wrong(format!(
                "fps: expected a number from {} to {}, found {fps}",
                FRAMES.start(),
                FRAMES.end()
            ))),
            _ => Ok(config),
        }
    }

    /// The text of the file.
    ///
    /// # Errors
    /// None is known.
    pub fn text(&self) -> io::Result<String> {
        let fields = written_ron(self, 1).map_err(io::Error::other)?;
        Ok(format!("{HEAD}{fields}\n"))
    }

    /// Writes the file, and its folder if it is missing. An older file stays until the new one is complete.
    ///
    /// # Errors
    /// Whatever the system reports.
    pub fn write(&self, path: &Path) -> Result<(), ConfigError> {
        let failed = |error| ConfigError::File { path: path.to_owned(), error };
        let text = self.text().map_err(failed)?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let file = OutputFile::create(path).map_err(failed)?;
        file.finish(|file| file.write_all(text.as_bytes())).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/slth/config.ron");
        assert_eq!(Config::read(&path).unwrap(), Config::default());
        let all = Config {
            theme: Some(ThemeChoice::Light),
            fps: Some(30),
            mouse: Some(true),
            ascii: Some(false),
            cards_seen: true,
        };
        for config in [Config::default(), all.clone(), Config { cards_seen: true, ..Config::default() }] {
            config.write(&path).unwrap();
            assert_eq!(Config::read(&path).unwrap(), config);
        }
        let light = Config { theme: Some(ThemeChoice::Light), ..Config::default() };
        assert_eq!(light.clone().or(Config { theme: Some(ThemeChoice::Mono), ..all.clone() }), all);
        let in_full = Config { fps: Some(15), mouse: Some(false), ..light.clone() };
        assert_eq!((light.in_full(), all.clone().in_full()), (in_full, all.clone()));
        all.write(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("// Options") && text.contains("theme: Light,\n"), "{text}");
    }

    #[test]
    fn a_wrong_config_is_refused_with_the_place_and_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.ron");
        for (text, reason) in [
            ("(fps: 0)", "fps: expected a number from 1 to 60, found 0"),
            ("(fps: 61)", "found 61"),
            ("(fps: 1.5)", "expected"),
            ("(theme: Purple)", "config.ron:1:9: expected one of"),
            ("(frames: 3)", "frames"),
            ("(mouse: 1)", "expected"),
            ("(", "expected"),
            ("mouse = true", "expected"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = Config::read(&path).unwrap_err().to_string();
            assert!(error.contains("config.ron") && error.contains(reason), "{text}: {error}");
        }
        std::fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(Config::read(&path).unwrap_err().to_string().contains("UTF-8"));
        assert!(Config::read(folder.path()).is_err(), "a folder");
        std::fs::write(&path, "()").unwrap();
        assert_eq!(Config::read(&path).unwrap(), Config::default());
    }
}
