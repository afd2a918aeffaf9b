//! The data of the Weight screen: the sums of one weight.

use std::borrow::Cow;

use serde::Serialize;

use super::graph::GraphLayer;
use crate::construction::{Fate, Half, Mode, SumStep, WeightState, WeightSum};
use crate::experiment::Experiment;
use crate::network::graph::KernelPlace;
use crate::session::{Snapshot, WeightView};

/// The chosen weight.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct WeighedReport {
    pub title: String,
    pub construction: &'static str,
    /// unique, see [`Construction::id`](crate::method::Construction::id)
    pub method: &'static str,
    /// `drawn`, or `skip-ahead`
    pub mode: &'static str,
    pub layer: usize,
    /// row of the weight, from 0
    pub output: usize,
    /// column of the weight, from 0
    pub input: usize,
    /// w*
    pub target: f64,
    pub weight_tolerance: f64,
    /// `waiting`, `under way` or `finished`
    pub state: &'static str,
    pub sums: Vec<SumReport>,
    /// where it stands in a layer of a graph; left out of chains
    #[serde(flatten)]
    pub place: Option<WeightPlaceReport>,
}

/// Where the weight of a graph stands in its layer. Channels, taps and units count from 0.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct WeightPlaceReport {
    pub layer_name: String,
    /// `dense`, `rows` or `convolution`
    pub kind: Cow<'static, str>,
    /// whether it is a bias
    pub bias: bool,
    /// of a convolution, else null
    pub output_channel: Option<usize>,
    /// null also of a bias
    pub input_channel: Option<usize>,
    /// row of the tap, null also of a bias
    pub dy: Option<usize>,
    /// column of the tap, null also of a bias
    pub dx: Option<usize>,
    /// of a recurrent layer, `LSTM`, `GRU` or `RNN`; else null
    pub cell: Option<Cow<'static, str>>,
    /// of a recurrent layer, `input` or `state`; else null
    pub reads: Option<Cow<'static, str>>,
    /// of a cell with gates, else null
    pub gate: Option<&'static str>,
    pub unit: Option<usize>,
}

impl WeightPlaceReport {
    /// Of the weight on view; `None` of a chain.
    fn new(experiment: &Experiment, view: &WeightView) -> Option<Self> {
        let layer = GraphLayer::new(experiment.target.graph()?, view.layer);
        let tap = match view.kernel.map(|kernel| kernel.place(view.input)) {
            Some(KernelPlace::Tap { channel, row, column }) => Some((channel, row, column)),
            Some(KernelPlace::Bias) | None => None,
        };
        Some(Self {
            layer_name: layer.name,
            kind: layer.placement,
            bias: view.is_bias,
            output_channel: view.kernel.map(|_| view.output),
            input_channel: tap.map(|(channel, ..)| channel),
            dy: tap.map(|(_, row, _)| row),
            dx: tap.map(|(.., column)| column),
            cell: layer.cell,
            reads: layer.reads,
            gate: view.gate.map(|(gate, _)| gate),
            unit: view.gate.map(|(_, unit)| unit),
        })
    }
}

/// One half of it.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct SumReport {
    /// `x>0` or `x<0`; `None` for a neuron in place of a whole target neuron
    pub half: Option<&'static str>,
    pub value: f64,
    pub residual: f64,
    pub steps: Vec<StepReport>,
}

/// One step of a sum. A neuron reached by skipping has no number.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct StepReport {
    pub bucket: Option<u32>,
    pub threshold: Option<f64>,
    pub residual: Option<f64>,
    /// `taken`, `passed by`, `missing` or `open`
    pub fate: &'static str,
    pub neuron: Option<u64>,
    pub z_in: Option<f64>,
    pub z_out: Option<f64>,
    pub product: Option<f64>,
}

impl WeighedReport {
    /// The chosen weight of a snapshot, if any.
    pub fn new(snapshot: &Snapshot) -> Option<Self> {
        let view: &WeightView = snapshot.weight.as_ref()?;
        let lane = &snapshot.lanes[view.lane];
        Some(Self {
            title: snapshot.experiment.title.clone(),
            construction: lane.construction.name(),
            method: lane.construction.id(),
            mode: lane.mode.name(),
            layer: view.layer,
            output: view.output,
            input: view.input,
            target: view.target,
            weight_tolerance: view.tolerance,
            state: match view.state {
                WeightState::Waiting => "waiting",
                WeightState::UnderWay => "under way",
                WeightState::Finished => "finished",
            },
            sums: view.sums.iter().map(|sum| SumReport::new(sum, lane.mode)).collect(),
            place: WeightPlaceReport::new(&snapshot.experiment, view),
        })
    }
}

impl SumReport {
    fn new(sum: &WeightSum, mode: Mode) -> Self {
        Self {
            half: sum.half.map(Half::name),
            value: sum.value,
            residual: sum.residual,
            steps: sum.steps.iter().map(|step| StepReport::new(step, mode)).collect(),
        }
    }
}

impl StepReport {
    fn new(step: &SumStep, mode: Mode) -> Self {
        Self {
            bucket: step.bucket.map(|(bucket, _)| bucket),
            threshold: step.bucket.map(|(_, threshold)| threshold),
            residual: step.before,
            fate: match step.fate {
                Fate::Taken => "taken",
                Fate::PassedBy => "passed by",
                Fate::Missing => "missing",
                Fate::Open => "open",
            },
            neuron: step.path.filter(|_| mode == Mode::Drawn).map(|path| path.neuron),
            z_in: step.path.map(|path| path.z_in),
            z_out: step.path.map(|path| path.z_out),
            product: step.path.map(|path| path.product()),
        }
    }
}
