//! A weight file in the place of a preset.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::named_file::Kinds;
use super::source::PresetSource;
use crate::experiment::error::{ExperimentError, Place};
use crate::experiment::preset::{Lipschitz, Preset, TargetSource, written};
use crate::network::files::readings::Reading;
use crate::network::files::{self, Order};
use crate::visible::shortened;

/// Options for a weight file in the place of a preset. A preset has them in its `target`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileOptions {
    /// the matrices in order
    pub layers: Option<Vec<String>>,
    /// whether they are inputs × outputs
    pub transposed: Option<bool>,
    /// the order of unlisted layers
    pub order: Option<Order>,
    /// σ of the hidden layers
    pub activation: Option<Lipschitz>,
    /// σ of the last layer
    pub output_activation: Option<Lipschitz>,
}

/// Defaults for a weight file: fields of a preset, with their values in RON.
const DEFAULTS: [(&str, &str); 3] = [("epsilon", "0.01"), ("delta", "0.01"), ("inputs", "Ball(radius: 1.0)")];

impl FileOptions {
    /// The given options, as on the command line.
    pub fn as_arguments(&self) -> Vec<String> {
        let activation =
            |key: &str, value: Option<Lipschitz>| value.map(|value| format!("--{key}={:?}", value.0));
        let order = |order| match order {
            Order::Names => "--order=names".to_owned(),
            Order::File => "--order=file".to_owned(),
        };
        let all = [
            self.layers.as_ref().map(|layers| format!("--layers={}", layers.join(","))),
            self.transposed.map(|transposed| format!("--transposed={transposed}")),
            self.order.map(order),
            activation("activation", self.activation),
            activation("output-activation", self.output_activation),
        ];
        all.into_iter().flatten().collect()
    }

    /// A preset's target.
    fn target(&self, path: &str) -> TargetSource {
        TargetSource::File {
            path: path.to_owned(),
            layers: self.layers.clone(),
            transposed: self.transposed,
            order: self.order,
            graph: None,
            unrolled: false,
            built_skips: false,
            activation: self.activation,
            output_activation: self.output_activation,
            activations: None,
        }
    }
}

impl PresetSource {
    /// A built-in preset, a preset's file, or the shortest preset of a weight file. Files are recognised by their first
    /// bytes.
    ///
    /// # Errors
    /// As [`find`](Self::find), and for `options` beside a preset.
    pub fn open(name: &str, options: &FileOptions) -> Result<Self, ExperimentError> {
        Self::open_kinds(name, options, Kinds::Any)
    }

    /// As [`open`](Self::open), without pipes and devices.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub(crate) fn open_regular(name: &str, options: &FileOptions) -> Result<Self, ExperimentError> {
        Self::open_kinds(name, options, Kinds::Regular)
    }

    fn open_kinds(name: &str, options: &FileOptions, kinds: Kinds) -> Result<Self, ExperimentError> {
        let no_options = || match options.as_arguments().first() {
            None => Ok(()),
            Some(option) => {
                let option = option.split('=').next().unwrap_or_default().to_owned();
                let message = format!(
                    "expected a weight file, found the preset {}; it says so in its target",
                    shortened(name)
                );
                Err(ExperimentError::new(Place::Argument(option), message))
            }
        };
        if let Some(built_in) = Self::built_in(name) {
            return no_options().map(|()| built_in);
        }
        let opened = Self::opened(name, kinds)?;
        if is_preset(Path::new(name), &opened.start) {
            no_options()?;
            return Self::of_preset(name, opened);
        }
        let mut stream = None;
        if opened.is_stream {
            // Another stream may have no end.
            files::recognise(&opened.start)
                .map_err(|error| ExperimentError::new(Place::File(name.to_owned()), error.to_string()))?;
            stream = Some(opened.stream().map_err(|found| Self::unreadable(name, &found))?.into());
        }
        Self::of_weights(name, options, stream)
    }

    /// The shortest preset of a weight file: the regular file `name`, or the `bytes` already read from it.
    ///
    /// # Errors
    /// [`ExperimentError`] for a name or an option without a spelling in RON.
    pub fn of_weights(
        name: &str,
        options: &FileOptions,
        bytes: Option<Arc<[u8]>>,
    ) -> Result<Self, ExperimentError> {
        let target = written(&options.target(name), 0)
            .map_err(|message| ExperimentError::new(Place::File(name.to_owned()), message))?;
        let defaults: Vec<String> = DEFAULTS.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        let text = format!("(target: {target}, {})", defaults.join(", "));
        Ok(Self {
            name: name.to_owned(),
            text: Cow::Owned(text),
            folder: Some(PathBuf::new()),
            is_weight_file: true,
            stream: bytes,
        })
    }
}

/// Assumptions about a weight file, as fields of a preset.
pub(crate) fn assumed(
    preset: &Preset,
    source: &PresetSource,
    reading: Option<&Reading>,
    given: &[(String, String)],
) -> Vec<String> {
    if !source.is_weight_file {
        return Vec::new();
    }
    let is_given = |key: &str| given.iter().any(|(given, _)| given == key);
    let mut assumed: Vec<String> = DEFAULTS
        .iter()
        .filter(|(key, _)| !is_given(key) && (*key != "epsilon" || preset.epsilon.is_some()))
        .map(|(key, value)| format!("{key}: {value}"))
        .collect();
    if let Some(TargetSource::File { activation: None, output_activation, activations: None, .. }) =
        &preset.target
        && !reading.is_some_and(|reading| reading.says_activations)
    {
        let of = if output_activation.is_some() { " in the hidden layers" } else { "" };
        assumed.push(format!("activation: Relu{of}"));
    }
    assumed
}

/// Whether a file is a preset: text beginning with a parenthesis, comments and `#![…]` apart, or a file with the ending
/// `.ron`.
fn is_preset(path: &Path, start: &[u8]) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("ron")) || begins_as_preset(start)
}

fn begins_as_preset(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.contains(&0) {
        return false;
    }
    let text = String::from_utf8_lossy(bytes);
    let mut rest = text.trim_start();
    loop {
        rest = if let Some(comment) = rest.strip_prefix("//") {
            comment.split_once('\n').map_or("", |(_, rest)| rest)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, rest)| rest)
        } else {
            return rest.starts_with('(') || rest.starts_with("#![");
        };
        rest = rest.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Experiment, Plan};

    #[test]
    fn presets_are_told_by_their_beginning() {
        for preset in ["(seed: 1)", "\u{feff}  (", "// a\n/* b */ (x)", "#![enable(implicit_some)]\n("] {
            assert!(begins_as_preset(preset.as_bytes()), "{preset}");
        }
        let weights: [&[u8]; 5] =
            [b"", b"\x93NUMPY", b"PK\x03\x04(", b"(\0\0\0\0\0\0\0{", b"version https://git-lfs"];
        for weights in weights {
            assert!(!begins_as_preset(weights), "{weights:?}");
        }
    }

    #[test]
    fn the_preset_of_a_weight_file_says_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
        let relu = |name: &str| Some(name.parse().unwrap());
        let options = [
            ("bias-as-column/net.npz", FileOptions::default()),
            ("torch-prune/net.safetensors", FileOptions { activation: relu("tanh"), ..Default::default() }),
            ("activation-names/net.npy", FileOptions { transposed: Some(true), ..Default::default() }),
            (
                "order-open-lth/square.npz",
                FileOptions {
                    layers: Some(["fc_layers.0", "fc_layers.1", "fc.weight"].map(str::to_owned).to_vec()),
                    output_activation: relu("LeakyRelu(0.1)"),
                    ..Default::default()
                },
            ),
            ("order-open-lth/lenet.npz", FileOptions { order: Some(Order::File), ..Default::default() }),
        ];
        for (file, options) in options {
            let path = cases.join(file);
            let settings = ["delta=0.125".to_owned()];
            let given = Experiment::open(path.to_str().unwrap(), &options, Some(3), &settings).unwrap();
            let saved = folder.path().join("saved.ron");
            std::fs::write(&saved, given.to_ron().unwrap()).unwrap();
            let read = Experiment::load(saved.to_str().unwrap(), None, &[]).unwrap();
            assert_eq!(read.digest(&Plan::new(&read)), given.digest(&Plan::new(&given)), "{file}");
            assert_eq!(read.reading, given.reading, "{file}");
            assert_eq!((read.seed, read.delta, read.epsilon), (3, 0.125, 0.01));
            assert!(given.assumed.iter().any(|field| field == "epsilon: 0.01"));
            assert!(!given.assumed.iter().any(|field| field.starts_with("delta")));
            assert!(read.assumed.is_empty());
        }
    }

    #[test]
    fn options_of_files_are_refused_for_presets() {
        let options = FileOptions { transposed: Some(true), ..Default::default() };
        let error = Experiment::open("tiny", &options, None, &[]).unwrap_err().to_string();
        assert!(error.starts_with("--transposed: expected a weight file, found the preset tiny"), "{error}");
    }
}
