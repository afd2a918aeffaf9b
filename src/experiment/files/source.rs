//! A preset's text and origin, the files named by it, and the position of a mistake.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::named_file::{Kinds, Opened};
use super::{encoding, named_file};
use crate::experiment::error::{ExperimentError, Place};
use crate::experiment::preset::{self, Preset};
use crate::network::files::FileBytes;
use crate::visible::{file_name, shortened};

/// The built-in presets in listed order: name and text.
const BUILT_IN: [(&str, &str); 18] = [
    ("digits", include_str!("../../../presets/digits.ron")),
    ("tiny", include_str!("../../../presets/tiny.ron")),
    ("example-5", include_str!("../../../presets/example-5.ron")),
    ("example-6", include_str!("../../../presets/example-6.ron")),
    ("malach-vs-hyperbolic", include_str!("../../../presets/malach-vs-hyperbolic.ron")),
    ("ladder", include_str!("../../../presets/ladder.ron")),
    ("example-5-all", include_str!("../../../presets/example-5-all.ron")),
    ("deep", include_str!("../../../presets/deep.ron")),
    ("wide", include_str!("../../../presets/wide.ron")),
    ("digits-learned", include_str!("../../../presets/digits-learned.ron")),
    ("digits-rewinding", include_str!("../../../presets/digits-rewinding.ron")),
    ("mnist-edge-popup", include_str!("../../../presets/mnist-edge-popup.ron")),
    ("mnist-rewinding", include_str!("../../../presets/mnist-rewinding.ron")),
    ("conv", include_str!("../../../presets/conv.ron")),
    ("conv-batchnorm", include_str!("../../../presets/conv-batchnorm.ron")),
    ("residual", include_str!("../../../presets/residual.ron")),
    ("lstm", include_str!("../../../presets/lstm.ron")),
    ("further-questions", include_str!("../../../presets/further-questions.ron")),
];

macro_rules! files {
    ($($name:literal),+ $(,)?) => { &[$( ($name, include_bytes!(concat!("../../../presets/", $name))) ),+] };
}

/// Built-in presets named in a message.
const NAMED: usize = 6;

/// The files of built-in presets.
const BUILT_IN_FILES: &[(&str, &[u8])] = files![
    "digits-conv-1x1.onnx",
    "digits-conv-5x5.onnx",
    "digits-conv-7x7.onnx",
    "digits-conv-batchnorm.pt",
    "digits-conv.onnx",
    "digits-lstm-1-steps.onnx",
    "digits-lstm-16-steps.onnx",
    "digits-lstm-2-steps.onnx",
    "digits-lstm-32-steps.onnx",
    "digits-lstm-4-steps.onnx",
    "digits-lstm-64-steps.onnx",
    "digits-lstm.onnx",
    "digits-mlp.safetensors",
    "digits-plain-1.onnx",
    "digits-plain-16.onnx",
    "digits-plain-2.onnx",
    "digits-plain-4.onnx",
    "digits-plain-8.onnx",
    "digits-residual-1.onnx",
    "digits-residual-16.onnx",
    "digits-residual-2.onnx",
    "digits-residual-8.onnx",
    "digits-residual.onnx",
    "digits-test-inputs.npy",
    "digits-test-labels.npy",
    "digits-train-inputs.npy",
    "digits-train-labels.npy",
];

/// Prefix for the path of a built-in file.
const BUILT_IN_PREFIX: &str = "built-in:";

/// Names of the built-in presets, the default first.
pub fn built_in_names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// A preset's text and its origin.
#[derive(Clone, Debug)]
pub struct PresetSource {
    /// the name or path given by the user
    pub name: String,
    /// RON
    pub text: Cow<'static, str>,
    /// folder of the files it names; `None` for built-ins
    pub(crate) folder: Option<PathBuf>,
    /// whether the text was made for a weight file: the user has no text to look into
    pub(crate) is_weight_file: bool,
    /// the bytes of a weight file from a pipe or a device, readable only once
    pub(in crate::experiment) stream: Option<Arc<[u8]>>,
}

impl PresetSource {
    /// Finds a built-in by name, else reads a file.
    ///
    /// # Errors
    /// [`ExperimentError`] for an unknown name, a missing file, or other bytes than text.
    pub fn find(name: &str) -> Result<Self, ExperimentError> {
        match Self::built_in(name) {
            Some(built_in) => Ok(built_in),
            None => Self::of_preset(name, Self::opened(name, Kinds::Any)?),
        }
    }

    /// The text of a sweep; file paths in it are relative to its folder.
    ///
    /// # Errors
    /// [`ExperimentError`] for a missing file, or other bytes than text.
    pub fn of_sweep(name: &str) -> Result<Self, ExperimentError> {
        let unreadable = |found: String| {
            let message = format!("expected the .ron file of a sweep, found: {found}");
            ExperimentError::new(Place::File(name.to_owned()), message)
        };
        let opened = Opened::new(Path::new(name), Kinds::Any).map_err(unreadable)?;
        Self::of_text(name, opened.preset().map_err(unreadable)?)
    }

    /// The built-in preset of this name.
    pub(in crate::experiment) fn built_in(name: &str) -> Option<Self> {
        let (name, text) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name)?;
        Some(Self {
            name: (*name).to_owned(),
            text: Cow::Borrowed(text),
            folder: None,
            is_weight_file: false,
            stream: None,
        })
    }

    /// No text: every field was given in memory.
    pub(crate) fn without_text(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: Cow::Borrowed(""),
            folder: None,
            is_weight_file: false,
            stream: None,
        }
    }

    pub(super) fn opened(name: &str, kinds: Kinds) -> Result<Opened, ExperimentError> {
        Opened::new(Path::new(name), kinds).map_err(|found| Self::unreadable(name, &found))
    }

    pub(super) fn of_preset(name: &str, opened: Opened) -> Result<Self, ExperimentError> {
        Self::of_text(name, opened.preset().map_err(|found| Self::unreadable(name, &found))?)
    }

    pub(super) fn unreadable(name: &str, found: &str) -> ExperimentError {
        let names: Vec<&str> = built_in_names().take(NAMED).collect();
        let (names, others) = (names.join(", "), BUILT_IN.len() - names.len());
        let expected = format!(
            "a .ron file, a weight file or one of {names} and {others} more presets (`slth presets` lists them)"
        );
        ExperimentError::new(Place::File(name.to_owned()), format!("expected {expected}, found: {found}"))
    }

    /// A preset of these bytes; its file paths are relative to the folder of `name`.
    ///
    /// # Errors
    /// [`ExperimentError`] for other bytes than text.
    pub fn of_text(name: &str, bytes: Vec<u8>) -> Result<Self, ExperimentError> {
        let text = encoding::decode(bytes).map_err(|found| Self::unreadable(name, &found))?;
        let folder = Path::new(name).parent().map_or_else(PathBuf::new, Path::to_path_buf);
        Ok(Self {
            name: name.to_owned(),
            text: Cow::Owned(text),
            folder: Some(folder),
            is_weight_file: false,
            stream: None,
        })
    }

    /// The file of the text; `None` for a built-in, and for the text made for a weight file.
    pub fn file(&self) -> Option<PathBuf> {
        let is_file = self.folder.is_some() && !self.is_weight_file;
        is_file.then(|| PathBuf::from(&self.name))
    }

    /// Reads the text.
    ///
    /// # Errors
    /// [`ExperimentError`] at the line and column of the first mistake.
    pub fn parse(&self) -> Result<Preset, ExperimentError> {
        preset::parse(&self.text).map_err(|((line, column), message)| {
            ExperimentError::new(Place::Position { file: self.name.clone(), line, column }, message)
        })
    }

    /// The bytes of a regular file named by the preset, read from disk on demand. `built-in:NAME` is one of the program's
    /// own, for any preset.
    ///
    /// # Errors
    /// [`ExperimentError`] at the field's place in the preset.
    pub fn read(&self, key: &str, path: &str) -> Result<FileBytes<'static>, ExperimentError> {
        let missing = |found: String| {
            let message = format!("file {}: expected a readable file, found: {found}", file_name(path));
            ExperimentError::new(self.place_of(key), message)
        };
        if let Some(stream) = self.stream.as_ref().filter(|_| path == self.name) {
            return Ok(Arc::clone(stream).into());
        }
        match (self.built_in_file(path), path.strip_prefix(BUILT_IN_PREFIX), &self.folder) {
            (Some(bytes), ..) => Ok(bytes.into()),
            (None, Some(_), _) => Err(missing("no such built-in file".to_owned())),
            // Built-in presets have no folder: other files are relative to the working directory.
            (None, None, folder) => {
                let path = folder.as_deref().unwrap_or(Path::new("")).join(path);
                let file = named_file::regular(&path).map_err(|found| match folder {
                    Some(_) => missing(found),
                    None => missing(format!("{found}; {}", looked_at(key))),
                })?;
                FileBytes::of_file(file).map_err(|error| missing(error.to_string()))
            }
        }
    }

    /// The path of a file named by the preset; `None` for a built-in file.
    pub(crate) fn path_of(&self, path: &str) -> Option<PathBuf> {
        let comes_with_program = self.built_in_file(path).is_some() || path.starts_with(BUILT_IN_PREFIX);
        (!comes_with_program).then(|| self.folder.as_deref().unwrap_or(Path::new("")).join(path))
    }

    /// A built-in file: by its prefix, or named by a built-in preset.
    fn built_in_file(&self, path: &str) -> Option<&'static [u8]> {
        let named = path.strip_prefix(BUILT_IN_PREFIX);
        let name = if self.folder.is_none() { Some(named.unwrap_or(path)) } else { named };
        BUILT_IN_FILES.iter().find(|(built_in, _)| Some(*built_in) == name).map(|(_, bytes)| *bytes)
    }

    /// The same file for a preset in any folder: an absolute path, or `built-in:NAME`.
    ///
    /// # Errors
    /// In words, for a path outside of UTF-8.
    pub(crate) fn path_from_anywhere(&self, path: &str) -> Result<String, String> {
        match &self.folder {
            _ if path.starts_with(BUILT_IN_PREFIX) => Ok(path.to_owned()),
            None if self.built_in_file(path).is_some() => Ok(format!("{BUILT_IN_PREFIX}{path}")),
            folder => {
                let joined = folder.as_deref().unwrap_or(Path::new("")).join(path);
                let absolute = std::path::absolute(&joined)
                    .map_err(|error| format!("file {}: {error}", shortened(&joined.to_string_lossy())))?;
                let text = absolute.to_str().map(str::to_owned);
                text.ok_or_else(|| {
                    format!(
                        "file {}: expected a path in UTF-8, as presets are",
                        shortened(&absolute.to_string_lossy())
                    )
                })
            }
        }
    }

    /// Line and column of a field's value, for mistakes in the combination of fields.
    pub fn place_of(&self, key: &str) -> Place {
        match position_of(&self.text, key).filter(|_| !self.is_weight_file) {
            Some((line, column)) => Place::Position { file: self.name.clone(), line, column },
            None => Place::File(self.name.clone()),
        }
    }
}

/// Where a file named by a built-in preset was looked for, and how to name another.
fn looked_at(key: &str) -> String {
    let folder = std::env::current_dir().unwrap_or_default();
    format!(
        "relative to the working directory {}; name other files with --set {}=…",
        file_name(&folder.to_string_lossy()),
        preset::outer_key(key)
    )
}

/// Reads one `--set key=value`.
///
/// # Errors
/// [`ExperimentError`] at the argument.
pub fn parse_override(argument: &str) -> Result<(String, Preset), ExperimentError> {
    let place = || Place::Argument(format!("--set {argument}"));
    let (key, value) = argument
        .split_once('=')
        .ok_or_else(|| ExperimentError::new(place(), "expected key=value, found no `=`".to_owned()))?;
    let preset =
        preset::parse_value(key.trim(), value).map_err(|message| ExperimentError::new(place(), message))?;
    Ok((key.trim().to_owned(), preset))
}

/// Line and column (from 1) of the value of `key:` in RON text, comments and strings passed over.
fn position_of(text: &str, key: &str) -> Option<(usize, usize)> {
    let mut rest = text;
    let after = loop {
        let c = rest.chars().next()?;
        if let Some(comment) = rest.strip_prefix("//") {
            rest = &comment[comment.find('\n')?..];
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = &comment[comment.find("*/")? + 2..];
        } else if c == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            })?;
            rest = &rest[end + 2..];
        } else if c.is_alphabetic() || c == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let (word, tail) = rest.split_at(end);
            match tail.trim_start().strip_prefix(':') {
                Some(value) if word == key => break value.trim_start(),
                _ => rest = tail,
            }
        } else {
            rest = &rest[c.len_utf8()..];
        }
    };
    let before = &text[..text.len() - after.len()];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |start| start.chars().count()) + 1;
    Some((line, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_can_be_read() {
        for name in built_in_names() {
            let preset = PresetSource::find(name).unwrap().parse().unwrap();
            assert!(preset.title.is_some() && preset.epsilon.is_some(), "{name}");
        }
    }

    #[test]
    fn fields_are_found_where_they_stand() {
        let text = "( // w_max: 3\n title: \"w_max: \\\" 4\", /* w_max: 5 */\n  w_max: 0.5,\n)";
        assert_eq!(position_of(text, "w_max"), Some((3, 10)));
        assert_eq!(position_of(text, "title"), Some((2, 9)));
        assert_eq!(position_of(text, "f_max"), None);
    }

    #[test]
    fn an_optional_value_may_be_written_plainly_or_with_some() {
        for value in ["0.5", "Some(0.5)"] {
            let (key, preset) = parse_override(&format!("w_max={value}")).unwrap();
            assert_eq!((key.as_str(), preset.w_max.unwrap().0), ("w_max", 0.5));
        }
        let two = parse_override("epsilon=0.1, delta: 0.5").unwrap_err().to_string();
        assert!(two.contains("expected one key and its value, found 2 keys"), "{two}");
        assert!(parse_override("w_max").unwrap_err().to_string().contains("expected key=value"));
        let unknown = parse_override("wmax=1").unwrap_err().to_string();
        assert!(unknown.contains("--set wmax=1") && unknown.contains("w_max"), "{unknown}");
    }
}
