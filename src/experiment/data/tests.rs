//! Refusals of data and options, the split, and trained targets.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::error::Place;
use super::*;
use crate::experiment::{EditedSetup, Experiment, Parameter, Plan};
use crate::learning::{EdgePopup, LearnedMethod, Rewinding};

const DATA: &str = "data=(training: Points(points: [[0.5, -1.0], [0.25, 0.5], [1.0, 1.0], [0.0, 0.75]], \
     labels: [0, 1, 1, 0]), test: Points(points: [[0.5, 0.5], [0.1, 0.0]], labels: [1, 0]))";

fn load(settings: &[&str]) -> Result<Experiment, String> {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    Experiment::load("tiny", None, &settings).map_err(|error| error.to_string())
}

fn refusal(settings: &[&str]) -> String {
    load(settings).err().unwrap_or_else(|| format!("accepted: {settings:?}"))
}

fn digest(experiment: &Experiment) -> [u8; 32] {
    experiment.digest(&Plan::new(experiment))
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let points = |points: &str, labels: &str| format!("Points(points: {points}, labels: {labels})");
    let good = points("[[0.5, 1.0], [1.0, 0.0]]", "[0, 1]");
    let of =
        |training: &str, test: &str, more: &str| format!("data=(training: {training}, test: {test}{more})");
    for (data, says) in [
        (
            of(&points("[]", "[]"), &good, ""),
            "training: expected at least one example with a feature, found none",
        ),
        (
            of(&points("[[0.5], [0.5, 1.0]]", "[0, 1]"), &good, ""),
            "training: example 1: expected 1 features, found 2",
        ),
        (of(&points("[[0.5, 1.0]]", "[0, 1]"), &good, ""), "training: expected 1 labels, found 2"),
        (
            of(&points("[[0.5, 1e39]]", "[0]"), &good, ""),
            "training: example 0, feature 1: expected a number of 32 bits, found 1e39",
        ),
        (
            of(&good, &points("[[0.5], [0.5]]", "[0, 1]"), ""),
            "test: expected 2 features, as in the training part, found 1",
        ),
        (
            of(&good, &points("[[0.5, 1.0], [0.5, 1.0]]", "[0, 7]"), ""),
            "test: label of example 1: expected a class below 2, as in the training part, found 7",
        ),
        (
            of(&good, &points("[[0.5, 1.0]]", "[0]"), ""),
            "test: expected an example of each class 0 to 1, found none of class 1",
        ),
        (
            of(&points("[[0.5, 1.0], [0.5, 1.0]]", "[0, 4294967295]"), &good, ""),
            "training: expected an example of each class 0 to 4294967295, found none of class 1",
        ),
        (
            of(&good, &good, ", validation: 2"),
            "validation: expected at most 1 of 2 training examples, found 2",
        ),
        (
            of(&good, &good, ", validation: 1"),
            "training, without validation: expected an example of each class 0 to 1",
        ),
        (of(&good, &good, ", test_share: 1"), "expected one of the fields of"),
        (
            of("File(path: \"none.npy\", labels: \"none.npy\")", &good, ""),
            "training: file none.npy: expected a readable file, found: No such file",
        ),
    ] {
        let found = refusal(&[&data]);
        assert!(found.contains(says) && found.starts_with("--set data="), "expected {says}, found {found}");
    }
}

#[test]
fn a_missing_file_of_a_built_in_preset_says_where_it_was_looked_for() {
    let found = Experiment::load("mnist-edge-popup", None, &[]).err().map(|error| error.to_string());
    // The tests run in the manifest's folder, which has no MNIST.
    let found = found.unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mnist/train-images-idx3-ubyte.gz");
    assert!(found.contains("mnist-edge-popup:") && found.contains("--set data=…"), "{found}");
    assert!(found.contains("relative to the working directory") && folder.is_absolute(), "{found}");
}

#[test]
fn options_of_learned_methods_have_ranges() {
    for (method, says) in [
        ("EdgePopup(keep: 0)", "keep: expected a share above 0 and at most 1, found 0"),
        ("EdgePopup(keep: 1.5)", "keep: expected a share above 0 and at most 1, found 1.5"),
        ("EdgePopup(epochs: 0)", "epochs: expected a whole number of at least 1, found 0"),
        ("EdgePopup(rate: -0.1)", "rate: expected a finite learning rate above 0, found -0.1"),
        ("EdgePopup(momentum: 1.0)", "momentum: expected a momentum of at least 0 and below 1, found 1"),
        ("EdgePopup(decay: inf)", "decay: expected a finite weight decay of at least 0, found inf"),
        ("EdgePopup(batch: 0)", "batch: expected a whole number of at least 1, found 0"),
        ("EdgePopup(widths: [3, 2])", "widths: expected 2 inputs, as the data have features, found [3, 2]"),
        ("EdgePopup(widths: [2, 0, 2])", "widths: expected at least 1 neuron in each layer, found [2, 0, 2]"),
        ("EdgePopup(widths: [2])", "widths: expected widths of at least 2 layers"),
        ("Rewinding(widths: [2, 9])", "widths: expected 2 outputs, as the data have classes, found [2, 9]"),
        ("Rewinding(rate: 1.0)", "rate: expected a share between 0 and 1, both excluded, found 1"),
        ("Rewinding(output_rate: 1.0)", "output_rate: expected a share of at least 0 and below 1, found 1"),
        ("Rewinding(optimiser: Adam(0))", "optimiser: expected a finite learning rate above 0, found 0"),
        ("Rewinding(optimiser: Sgd(rate: 0.1, momentum: -1))", "momentum: expected a momentum"),
        ("Rewinding(steps: 5, epochs: 1)", "epochs: expected none beside steps, found 1"),
        (
            "Rewinding(steps: 5, rewind: Step(6))",
            "rewind: expected at most the 5 steps of a training, found 6",
        ),
        (
            "Rewinding(selection: Validation)",
            "selection: expected validation examples to select by, found none",
        ),
        (
            "Rewinding(controls: [RandomMask, RandomMask])",
            "controls: expected each control once, found RandomMask twice",
        ),
    ] {
        let learned = format!("learned=[{method}]");
        let found = refusal(&[DATA, &learned]);
        assert!(found.contains("method 1 (") && found.contains(says), "expected {says}, found {found}");
        assert!(found.starts_with(&format!("--set {learned}")), "{found}");
    }
    let alone = refusal(&["learned=[Rewinding()]"]);
    assert!(alone.contains("expected a field `data` to learn from beside rewinding, found none"), "{alone}");
}

#[test]
fn a_method_is_written_with_single_brackets() {
    let learned = "learned=[EdgePopup(keep: 0.25, widths: [2, 5, 2]), Rewinding(rounds: 3)]";
    let experiment = load(&[DATA, learned]).unwrap();
    let expected = [
        LearnedMethod::EdgePopup(EdgePopup {
            keep: 0.25,
            widths: Some(vec![2, 5, 2]),
            ..EdgePopup::default()
        }),
        LearnedMethod::Rewinding(Rewinding { rounds: Some(3), ..Rewinding::default() }),
    ];
    assert_eq!(experiment.learned, expected);
    let written = experiment.to_ron().unwrap();
    assert!(written.contains("EdgePopup(keep: 0.25") && !written.contains("(("), "{written}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saved.ron");
    std::fs::write(&path, written).unwrap();
    let read = Experiment::load(path.to_str().unwrap(), None, &[]).unwrap();
    assert_eq!((digest(&read), &read.learned), (digest(&experiment), &experiment.learned));
    assert_eq!(read.dataset, experiment.dataset);
}

#[test]
fn examples_and_methods_are_in_the_digest() {
    let other = DATA.replace("0.75", "0.875");
    let digests = [
        digest(&load(&[]).unwrap()),
        digest(&load(&[DATA]).unwrap()),
        digest(&load(&[&other]).unwrap()),
        digest(&load(&[DATA, "learned=[EdgePopup()]"]).unwrap()),
        digest(&load(&[DATA, "learned=[EdgePopup(keep: 0.25)]"]).unwrap()),
    ];
    assert_eq!(digests.iter().collect::<BTreeSet<_>>().len(), digests.len());
}

#[test]
fn validation_is_split_off_the_training_part() {
    let digits = Experiment::load("digits-learned", None, &[]).unwrap().dataset.unwrap();
    assert_eq!((digits.training.len(), digits.validation.len(), digits.test.len()), (1437, 0, 360));
    assert_eq!((digits.training.inputs.ncols(), digits.classes), (64, 10));
    let all = digits.training.clone();
    let (training, validation) = split(all.clone(), 200, 1);
    assert_eq!((training.len(), validation.len()), (1237, 200));
    let (_, other) = split(all.clone(), 200, 2);
    assert_ne!(validation, other);
    let rows = |examples: &Examples| -> Vec<(Vec<u32>, u32)> {
        let rows = examples.inputs.rows().into_iter().zip(&examples.labels);
        rows.map(|(row, &label)| (row.iter().map(|x| x.to_bits()).collect(), label)).collect()
    };
    let mut both = [rows(&training), rows(&validation)].concat();
    let mut whole = rows(&all);
    both.sort_unstable();
    whole.sort_unstable();
    assert!(both == whole);
}

/// Skips by name where the files of MNIST are missing.
#[test]
fn mnist_is_read_as_it_is_distributed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/mnist");
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    if !folder.exists() {
        eprintln!("mnist_is_read_as_it_is_distributed is skipped: no {}", folder.display());
        return;
    }
    let part = |name: &str| ExampleSource::File {
        path: file(&format!("{name}-images-idx3-ubyte.gz")),
        labels: file(&format!("{name}-labels-idx1-ubyte.gz")),
    };
    let data = DataSource { training: part("train"), test: part("t10k"), validation: 5000, seed: 0 };
    let (source, place) = (PresetSource::find("tiny").unwrap(), |key: &str| Place::Field(key.to_owned()));
    let mnist = dataset(&data, &source, &place).unwrap();
    assert_eq!((mnist.training.len(), mnist.validation.len(), mnist.test.len()), (55_000, 5_000, 10_000));
    assert_eq!((mnist.training.inputs.ncols(), mnist.classes), (784, 10));
    assert_eq!(mnist.test.labels[..5], [7, 2, 1, 0, 4]);
    let inputs = &mnist.test.inputs;
    assert!(inputs.iter().all(|x| (0.0..=1.0).contains(x)) && inputs.iter().any(|&x| x == 1.0));
    // Images in the place of labels, and the other way round.
    let ExampleSource::File { path, labels } = part("t10k") else { return };
    for (path, labels, says) in [(&labels, &labels, "points × inputs"), (&path, &path, "labels (whole")] {
        let test = ExampleSource::File { path: path.clone(), labels: labels.clone() };
        let swapped = DataSource { training: test.clone(), test, validation: 0, seed: 0 };
        let found = dataset(&swapped, &source, &place).unwrap_err().to_string();
        assert!(found.starts_with("data: training: file ") && found.contains(says), "{found}");
    }
}

#[test]
fn the_test_examples_are_x_without_inputs() {
    let learned = Experiment::load("digits-learned", None, &[]).unwrap();
    let digits = Experiment::load("digits", None, &[]).unwrap();
    let points = |experiment: &Experiment| match experiment.domain.free() {
        Domain::Points { points, labels } => (points.clone(), labels.clone()),
        _ => (Array2::zeros((0, 0)), None),
    };
    assert!(points(&learned) == points(&digits) && points(&digits).0.len() == 360 * 64);
    assert!(learned.peak_memory(&Plan::new(&learned)) > digits.peak_memory(&Plan::new(&digits)) + 1e6);
}

#[test]
fn an_edited_field_reads_no_examples_again() {
    let experiment = std::sync::Arc::new(Experiment::load("digits-learned", None, &[]).unwrap());
    let mut setup = EditedSetup::new(&experiment);
    setup.set(Parameter::Delta, "0.02".to_owned());
    let edited = setup.forecast().unwrap().experiment;
    let data = |experiment: &Experiment| experiment.dataset.clone().unwrap();
    assert!(std::sync::Arc::ptr_eq(&data(&edited), &data(&experiment)));
    assert!(std::sync::Arc::ptr_eq(&edited.target, &experiment.target));
    setup.set(Parameter::Data, String::new());
    let problems = setup.forecast().unwrap_err();
    assert!(!problems.is_empty(), "{problems:?}");
}

#[test]
fn the_builder_takes_examples_and_methods() {
    let read = load(&[DATA, "learned=[Rewinding(rounds: 2)]", "title=\"own network\""]).unwrap();
    let dataset = read.dataset.clone().unwrap();
    let build = || {
        let matrices = read.target.all_weights().map(|weights| weights.to_owned());
        Experiment::builder(matrices).epsilon(0.1).data(&dataset.training, &dataset.test, 0)
    };
    let method = LearnedMethod::Rewinding(Rewinding { rounds: Some(2), ..Rewinding::default() });
    let built = build().learned([method]).build().unwrap();
    assert_eq!((&built.dataset, &built.learned), (&read.dataset, &read.learned));
    let refused =
        build().learned([LearnedMethod::EdgePopup(EdgePopup { keep: 0.0, ..EdgePopup::default() })]);
    let found = refused.build().unwrap_err().to_string();
    assert_eq!(
        found,
        "learned: method 1 (edge-popup): keep: expected a share above 0 and at most 1, found 0"
    );
    let mut nan = dataset.test.clone();
    nan.inputs[(1, 0)] = f32::NAN;
    let found = build().data(&dataset.training, &nan, 0).build().unwrap_err().to_string();
    assert_eq!(found, "data: test: example 1, feature 0: expected a finite number, found NaN");
}
