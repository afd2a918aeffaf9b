//! The options in force, and those of the published protocols.

use serde::{Deserialize, Serialize};

use super::super::options::{
    BiasRewind, Control, Cut, InputScaling, Optimiser, Protocol, Removal, Rewind, Rewinding, Schedule,
    Selection, UsedGradients,
};
use super::super::training::{BiasLaw, Initialisation, WeightLaw};

/// The length of a training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrainingLength {
    /// this many batches
    Steps(u64),
    /// this many passes over the training examples
    Epochs(u64),
}

impl TrainingLength {
    /// Batches, of `batches` an epoch.
    pub fn steps(self, batches: u64) -> u64 {
        match self {
            Self::Steps(steps) => steps,
            Self::Epochs(epochs) => epochs.saturating_mul(batches),
        }
    }
}

/// All options of [`Rewinding`] in force, but for the widths. Field by field as there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RewindingOptions {
    /// rounds of pruning after the first training
    pub rounds: usize,
    /// share of the remaining weights removed in a round
    pub rate: f64,
    /// the same of the output layer; 0 for an output layer never pruned
    pub output_rate: f64,
    /// where the pruned network starts again
    pub rewind: Rewind,
    /// the rounds in which biases are rewound
    pub bias_rewind: BiasRewind,
    /// range of the ranking
    pub cut: Cut,
    /// number of weights removed
    pub removal: Removal,
    /// whether a global cut-off counts the weights of an output layer never pruned
    pub output_counted: bool,
    /// laws of the initial weights and biases
    pub initial: Initialisation,
    /// the network's inputs
    pub inputs: InputScaling,
    /// the optimiser
    pub optimiser: Optimiser,
    /// the optimiser of round 0
    pub dense_optimiser: Optimiser,
    /// learning rate over a training
    pub schedule: Schedule,
    /// weight decay
    pub decay: f64,
    /// the gradients used
    pub gradients: UsedGradients,
    /// examples of a batch
    pub batch: usize,
    /// length of each training
    pub length: TrainingLength,
    /// the evaluated step
    pub selection: Selection,
    /// the controls, trained in every round but 0
    pub controls: Vec<Control>,
}

impl Protocol {
    /// All protocols.
    pub const ALL: [Self; 4] = [Self::Frankle, Self::GoogleResearch, Self::OpenLth, Self::InPytorch];

    /// The program that defines the protocol, as a GitHub repository; the paper for its own.
    pub fn source(self) -> &'static str {
        match self {
            Self::Frankle => "arXiv:1803.03635",
            Self::GoogleResearch => "google-research/lottery-ticket-hypothesis",
            Self::OpenLth => "facebookresearch/open_lth",
            Self::InPytorch => "rahulvigneswaran/Lottery-Ticket-Hypothesis-in-Pytorch",
        }
    }

    /// The options of the protocol.
    pub fn options(self) -> RewindingOptions {
        let paper = RewindingOptions {
            rounds: 21,
            rate: 0.2,
            output_rate: 0.1,
            rewind: Rewind::Init,
            bias_rewind: BiasRewind::Always,
            cut: Cut::Layer,
            removal: Removal::Nearest,
            output_counted: false,
            initial: Initialisation { weights: WeightLaw::GlorotNormal, biases: BiasLaw::Zero },
            inputs: InputScaling::Features,
            optimiser: Optimiser::Adam(1.2e-3),
            dense_optimiser: Optimiser::Adam(1.2e-3),
            schedule: Schedule::Constant,
            decay: 0.0,
            gradients: UsedGradients::All,
            batch: 60,
            length: TrainingLength::Steps(50_000),
            selection: Selection::Last,
            controls: vec![Control::FreshWeights, Control::RandomMask],
        };
        let sgd = Optimiser::Sgd { rate: 0.1, momentum: 0.0 };
        match self {
            Self::Frankle => paper,
            Self::GoogleResearch => RewindingOptions {
                rounds: 30,
                removal: Removal::NearestInclusive,
                initial: Initialisation { weights: WeightLaw::GlorotTruncated, biases: BiasLaw::Zero },
                inputs: InputScaling::UnitNorm,
                optimiser: sgd,
                dense_optimiser: sgd,
                batch: 64,
                ..paper
            },
            Self::OpenLth => RewindingOptions {
                output_rate: 0.0,
                cut: Cut::Global,
                removal: Removal::CeilingInclusive,
                output_counted: true,
                initial: Initialisation { weights: WeightLaw::KaimingNormal, biases: BiasLaw::Uniform },
                inputs: InputScaling::Standardised,
                optimiser: sgd,
                dense_optimiser: sgd,
                batch: 128,
                length: TrainingLength::Epochs(40),
                ..paper
            },
            Self::InPytorch => RewindingOptions {
                rounds: 34,
                rate: 0.1,
                bias_rewind: BiasRewind::Once,
                removal: Removal::Percentile,
                initial: Initialisation { weights: WeightLaw::GlorotNormal, biases: BiasLaw::Normal },
                inputs: InputScaling::Standardised,
                dense_optimiser: Optimiser::Adam(1e-3),
                decay: 1e-4,
                gradients: UsedGradients::WeightsFrom(1e-6),
                length: TrainingLength::Epochs(100),
                ..paper
            },
        }
    }
}

impl Rewinding {
    /// The options in force: those given, the others from the protocol. `steps` goes before `epochs`; an `optimiser`
    /// without a `dense_optimiser` is that of round 0 too; a `rate` without an `output_rate` leaves that of the protocol.
    pub fn resolved(&self) -> RewindingOptions {
        let of = self.protocol.options();
        let length = self.steps.map(TrainingLength::Steps).or(self.epochs.map(TrainingLength::Epochs));
        RewindingOptions {
            rounds: self.rounds.unwrap_or(of.rounds),
            rate: self.rate.unwrap_or(of.rate),
            output_rate: self.output_rate.unwrap_or(of.output_rate),
            rewind: self.rewind.unwrap_or(of.rewind),
            bias_rewind: self.bias_rewind.unwrap_or(of.bias_rewind),
            cut: self.cut.unwrap_or(of.cut),
            removal: self.removal.unwrap_or(of.removal),
            output_counted: self.output_counted.unwrap_or(of.output_counted),
            initial: self.initial.unwrap_or(of.initial),
            inputs: self.inputs.unwrap_or(of.inputs),
            optimiser: self.optimiser.unwrap_or(of.optimiser),
            dense_optimiser: self.dense_optimiser.or(self.optimiser).unwrap_or(of.dense_optimiser),
            schedule: self.schedule.unwrap_or(of.schedule),
            decay: self.decay.unwrap_or(of.decay),
            gradients: self.gradients.unwrap_or(of.gradients),
            batch: self.batch.unwrap_or(of.batch),
            length: length.unwrap_or(of.length),
            selection: self.selection.unwrap_or(of.selection),
            controls: self.controls.clone().unwrap_or(of.controls),
        }
    }
}

impl RewindingOptions {
    /// The method with all options written out.
    pub fn written(&self, method: &Rewinding) -> Rewinding {
        let (steps, epochs) = match self.length {
            TrainingLength::Steps(steps) => (Some(steps), None),
            TrainingLength::Epochs(epochs) => (None, Some(epochs)),
        };
        Rewinding {
            protocol: method.protocol,
            widths: method.widths.clone(),
            rounds: Some(self.rounds),
            rate: Some(self.rate),
            output_rate: Some(self.output_rate),
            rewind: Some(self.rewind),
            bias_rewind: Some(self.bias_rewind),
            cut: Some(self.cut),
            removal: Some(self.removal),
            output_counted: Some(self.output_counted),
            initial: Some(self.initial),
            inputs: Some(self.inputs),
            optimiser: Some(self.optimiser),
            dense_optimiser: Some(self.dense_optimiser),
            schedule: Some(self.schedule),
            decay: Some(self.decay),
            gradients: Some(self.gradients),
            batch: Some(self.batch),
            steps,
            epochs,
            selection: Some(self.selection),
            controls: Some(self.controls.clone()),
        }
    }
}
