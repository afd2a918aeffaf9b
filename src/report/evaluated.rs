//! The data of the Outputs screen: both networks at one input.

use serde::Serialize;

use crate::network::graph::Graph;
use crate::session::{AxesOfInput, OutputView, Snapshot};

/// F, and Ĝ once all its layers are built, at the chosen input. All indices count from 0.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct EvaluatedReport {
    pub title: String,
    pub construction: &'static str,
    /// unique, see [`Construction::id`](crate::method::Construction::id)
    pub method: &'static str,
    pub input: usize,
    pub x: Vec<f64>,
    pub label: Option<usize>,
    /// F(x)
    pub target: Vec<f64>,
    pub target_class: usize,
    /// Ĝ(x)
    pub pruned: Option<Vec<f64>>,
    pub pruned_class: Option<usize>,
    /// ‖F(x) − Ĝ(x)‖₂
    pub error: Option<f64>,
    /// how the values of a graph lie; left out of chains
    #[serde(flatten)]
    pub shapes: Option<GraphShapes>,
}

/// The shapes of a graph's input and output, the outermost axis first.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct GraphShapes {
    pub input_shape: Vec<usize>,
    pub output_shape: Vec<usize>,
    /// channels of an input of a convolution, else null
    pub channels: Option<usize>,
    /// steps of a sequence, else null
    pub steps: Option<usize>,
}

impl GraphShapes {
    /// Of a graph.
    fn new(graph: &Graph) -> Self {
        let axes = AxesOfInput::of(graph);
        Self {
            input_shape: graph.input().axes().to_vec(),
            output_shape: graph.output().axes().to_vec(),
            channels: axes.channels,
            steps: axes.steps,
        }
    }
}

impl EvaluatedReport {
    /// The chosen input of a snapshot, if any.
    pub fn new(snapshot: &Snapshot) -> Option<Self> {
        let view: &OutputView = snapshot.output.as_ref()?;
        let pruned = view.pruned.as_ref();
        Some(Self {
            title: snapshot.experiment.title.clone(),
            construction: snapshot.lanes[view.lane].construction.name(),
            method: snapshot.lanes[view.lane].construction.id(),
            input: view.input,
            x: view.x.clone(),
            label: view.label,
            target: view.target.values.clone(),
            target_class: view.target.class,
            pruned: pruned.map(|pruned| pruned.outputs.values.clone()),
            pruned_class: pruned.map(|pruned| pruned.outputs.class),
            error: pruned.map(|pruned| pruned.error),
            shapes: snapshot.experiment.target.graph().map(|graph| GraphShapes::new(graph)),
        })
    }
}
