//! An experiment written back as a preset.

use std::path::PathBuf;

use super::preset::{DataSource, InputSource, TargetSource, written};
use super::resolved::Experiment;
use crate::network::files::split_array_name;
use crate::visible::shortened;

impl Experiment {
    /// The name or path of this experiment's preset.
    pub fn preset_name(&self) -> &str {
        &self.source.name
    }

    /// The file of the preset itself; `None` for a built-in one, and for a weight file in a preset's place.
    pub fn preset_file(&self) -> Option<PathBuf> {
        self.source.file()
    }

    /// The files named by the preset for target, inputs, labels and data, without built-in ones.
    pub fn data_files(&self) -> Vec<PathBuf> {
        let mut named = Vec::new();
        for target in self.preset.target_sources() {
            if let TargetSource::File { path, .. } = target {
                named.push(path.as_str());
            }
        }
        if let Some(InputSource::File { path, labels }) = &self.preset.inputs {
            let labels = labels.as_deref().map(|labels| split_array_name(labels).0);
            named.extend([Some(split_array_name(path).0), labels].into_iter().flatten());
        }
        let mut data = self.preset.data.clone();
        let of_data: Vec<&str> =
            data.iter_mut().flat_map(DataSource::paths_mut).map(|path| split_array_name(path).0).collect();
        named.extend(of_data);
        named.into_iter().filter_map(|path| self.source.path_of(path)).collect()
    }

    /// A complete preset, overrides and edits included. It loads to this experiment from any folder: files are named by
    /// absolute paths. Comments and the spelling of numbers are lost.
    ///
    /// # Errors
    /// In words, for a path outside of UTF-8.
    pub fn to_ron(&self) -> Result<String, String> {
        let mut preset = (*self.preset).clone();
        for path in preset.paths_mut() {
            *path = self.source.path_from_anywhere(path)?;
        }
        // Elsewhere it would be called after its file.
        preset.title.get_or_insert_with(|| self.title_of_all().to_owned());
        // A field a line.
        let text = written(&preset, 1)?;
        let name = shortened(&self.name);
        Ok(format!("// Saved by slth: {name}.\n{text}\n"))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{EditedSetup, Parameter, Plan, built_in_names};
    use super::*;

    /// The experiment and its plan as text: every digit of every number.
    fn everything(experiment: &Experiment) -> String {
        let mut shown = experiment.clone();
        shown.name = String::new();
        shown.source = super::super::PresetSource::find("tiny").unwrap();
        shown.preset = Default::default();
        shown.settings = Default::default();
        shown.norm_bounds = Default::default();
        format!("{shown:?} {:?}", Plan::new(&shown))
    }

    fn assert_round_trip(experiment: &Experiment, folder: &Path) {
        let path = folder.join("saved.ron");
        std::fs::write(&path, experiment.to_ron().unwrap()).unwrap();
        let read = Experiment::load(path.to_str().unwrap(), None, &[]).unwrap();
        assert!(everything(&read) == everything(experiment), "{}", experiment.to_ron().unwrap());
        // And once more, from the saved one.
        assert_eq!(body(&read.to_ron().unwrap()), body(&experiment.to_ron().unwrap()));
    }

    fn body(text: &str) -> &str {
        text.split_once('\n').unwrap().1
    }

    #[test]
    fn every_built_in_is_read_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        for name in built_in_names().filter(|name| !name.starts_with("mnist")) {
            assert_round_trip(&Experiment::load(name, None, &[]).unwrap(), folder.path());
        }
    }

    #[test]
    fn what_was_set_or_edited_is_saved() {
        let folder = tempfile::tempdir().unwrap();
        let settings = ["epsilon=0.012345678901234567", "w_max=0.95", "mode=Drawn"].map(str::to_owned);
        let set = Experiment::load("tiny", Some(u64::MAX), &settings).unwrap();
        assert_round_trip(&set, folder.path());
        let digits = "built-in:digits-mlp.safetensors";
        let ball = (Parameter::Inputs, "Ball(radius: 1.0)");
        let edits: [(&str, &[(Parameter, &str)]); 6] = [
            (
                "tiny",
                &[ball, (Parameter::Target, "File"), (Parameter::Path, digits), (Parameter::Order, "File")],
            ),
            (
                "digits",
                &[
                    ball,
                    (Parameter::Target, "Random"),
                    (Parameter::Widths, "[3, 4]"),
                    (Parameter::SpectralNorm, "1"),
                ],
            ),
            ("tiny", &[(Parameter::Constructions, "[SubsetSum, Malach]"), (Parameter::Activation, "tanh")]),
            ("tiny", &[(Parameter::Epsilon, "1e-7"), (Parameter::Inputs, "Box(low: -0.1, high: 0.3)")]),
            (
                "deep",
                &[
                    (Parameter::Widths, "[4, 7, 3]"),
                    (Parameter::Constructions, "[Hyperbolic(allocation: InOrder)]"),
                ],
            ),
            ("digits", &[(Parameter::Tolerance, "PerLayer"), (Parameter::Base, "1.6")]),
        ];
        for (name, edits) in edits {
            let mut setup = EditedSetup::new(&Experiment::load(name, None, &[]).unwrap().into());
            for (parameter, text) in edits {
                setup.set(*parameter, (*text).to_owned());
            }
            let forecast = setup.forecast().unwrap();
            assert_ne!(
                everything(&forecast.experiment),
                everything(&Experiment::load(name, None, &[]).unwrap())
            );
            assert_round_trip(&forecast.experiment, folder.path());
        }
    }

    #[test]
    fn what_a_target_says_of_layers_biases_and_activations_is_saved() {
        let folder = tempfile::tempdir().unwrap();
        let file = "target=File(path: \"built-in:digits-mlp.safetensors\", layers: LAYERS, activations: [Tanh, Relu, Identity])";
        let network = Experiment::load("digits", None, &[]).unwrap();
        let names: Vec<&str> =
            network.reading.as_ref().unwrap().layers.iter().map(|layer| layer.matrix.name.as_str()).collect();
        let targets = [
            file.replace("LAYERS", &format!("{names:?}")),
            "target=File(path: \"built-in:digits-mlp.safetensors\", order: Names)".to_owned(),
        ];
        for target in targets {
            let experiment = Experiment::load("digits", None, &[target]).unwrap();
            assert_round_trip(&experiment, folder.path());
        }
        let biased = "target=Explicit(layers: [[[0.5, -0.25]], [[1.0]]], biases: [[0.5], []], activations: [Tanh, Identity])";
        let mut setup =
            EditedSetup::new(&Experiment::load("tiny", None, &[biased.to_owned()]).unwrap().into());
        setup.set(Parameter::Epsilon, "0.05".to_owned());
        let edited = setup.forecast().unwrap().experiment;
        assert!(edited.to_ron().unwrap().contains("biases"));
        assert_round_trip(&edited, folder.path());
    }

    /// A built-in preset stands in no folder: a file typed there is relative to the working directory.
    #[test]
    fn a_file_typed_into_a_built_in_preset_is_saved_by_its_absolute_path() {
        let folder = tempfile::tempdir_in(".").unwrap();
        let path = folder.path().file_name().unwrap().to_str().unwrap().to_owned() + "/w.safetensors";
        std::fs::copy("presets/digits-mlp.safetensors", &path).unwrap();
        let mut setup = EditedSetup::new(&Experiment::load("digits", None, &[]).unwrap().into());
        setup.set(Parameter::Path, path.clone());
        let edited = setup.forecast().unwrap().experiment;
        let absolute = std::path::absolute(&path).unwrap();
        assert!(edited.to_ron().unwrap().contains(absolute.to_str().unwrap()));
        assert_round_trip(&edited, tempfile::tempdir().unwrap().path());
    }

    #[test]
    fn files_beside_a_preset_are_found_from_elsewhere() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for file in ["digits-mlp.safetensors", "digits-test-inputs.npy", "digits-test-labels.npy"] {
            let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("presets").join(file);
            std::fs::copy(from, here.path().join(file)).unwrap();
        }
        let preset = here.path().join("own.ron");
        let text = super::super::PresetSource::find("digits").unwrap().text.replace("built-in:", "");
        std::fs::write(&preset, text).unwrap();
        let experiment = Experiment::load(preset.to_str().unwrap(), None, &[]).unwrap();
        assert!(experiment.to_ron().unwrap().contains(here.path().to_str().unwrap()));
        assert_round_trip(&experiment, there.path());
    }
}
