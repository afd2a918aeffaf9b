//! The error certified of a graph: an upper bound on sup ‖F − Ĝ‖₂ from the weights of the tickets, node by node.
//!
//! The walk of [`theory::walk`](crate::theory::walk), with the differences that were measured ([`LayerCheck`]), over the bounds of
//! [`GraphBounds`]. It is made three times: for Ĝ against F in exact arithmetic, for the rounding errors of F, and for those of Ĝ, whose values
//! lie in the bounds of F widened by the first. All three are part of the error certified. If rounding exceeds a tenth of ε, sums
//! are evaluated carefully ([`Evaluation::Careful`]).

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::chain_certificate::{MOST_ROUNDING, Source};
use super::evaluation::Evaluation;
use super::layer_check::{LayerCheck, UNIT};
use crate::network::graph::{Deviation, Graph, GraphBounds, MapChange, MapRounding, NodeBounds, Operation};
use crate::network::range::product;
use crate::theory::walk::deviations;

/// One node's line of the certificate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CertifiedNode {
    /// its name
    pub node: String,
    /// the name of its operation
    pub kind: &'static str,
    /// its layer, from 1, if it is linear
    pub layer: Option<usize>,
    /// the names of the nodes whose values it takes
    pub from: Vec<String>,
    /// bounds on their 2-norms, in F
    pub input_norms: Vec<f64>,
    /// bound on the 2-norm of its own value in F, the smallest
    #[serde(rename = "output_norm")]
    pub norm: f64,
    /// source of that bound
    #[serde(rename = "output_norm_by")]
    pub source: Source,
    /// bound by norms
    #[serde(rename = "output_norm_by_norms")]
    pub by_norms: f64,
    /// bound by intervals
    #[serde(rename = "output_norm_by_intervals")]
    pub by_intervals: f64,
    /// ‖ΔW‖₂ of a linear map, biases apart
    pub delta_norm: Option<f64>,
    /// ‖Ŵ‖₂ of a linear map, biases apart
    pub pruned_norm: Option<f64>,
    /// bound on the difference of F's and Ĝ's value in the 2-norm
    pub error: f64,
    /// bound on the largest difference of an entry
    pub largest_entry_error: f64,
    /// bound on the rounding errors of evaluating F and Ĝ up to here, in the 2-norm
    pub rounding: f64,
}

/// The error certified of a graph, with its derivation node by node.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphCertificate {
    /// the nodes in the order of the graph, the input first, the output last
    pub nodes: Vec<CertifiedNode>,
    /// how F and Ĝ are evaluated
    pub evaluation: Evaluation,
    /// the bound on sup‖F − Ĝ‖₂ in f64: the error of the output, and rounding
    pub total: f64,
}

impl Serialize for GraphCertificate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut keys = serializer.serialize_struct("GraphCertificate", 4)?;
        keys.serialize_field("nodes", &self.nodes)?;
        keys.serialize_field("error", &self.error())?;
        keys.serialize_field("rounding", &self.rounding())?;
        keys.serialize_field("evaluation", &self.evaluation)?;
        keys.end()
    }
}

impl GraphCertificate {
    /// The certificate of a graph from bounds on its values and the checks of its layers, layer 1 first. `None` for checks that were
    /// not measured on a graph, or are not one for each layer.
    pub fn new(graph: &Graph, bounds: &GraphBounds, checks: &[LayerCheck], epsilon: f64) -> Option<Self> {
        if checks.len() != graph.layers() {
            return None;
        }
        let changes: Option<Vec<&MapChange>> = checks.iter().map(|check| check.change.as_deref()).collect();
        let changes = changes?;
        let errors = deviations(graph, bounds.nodes(), &changes, None);
        let near = values_of_pruned(graph, bounds, &changes, &errors);
        let exact = |(check, change): (&LayerCheck, &&MapChange), of_g: bool| MapChange {
            delta: Vec::new(),
            delta_norm: 0.0,
            bias_norm: 0.0,
            gain: if of_g { change.gain } else { check.target_bound },
            magnitudes: change.magnitudes.clone(),
        };
        let [of_f, of_g] = [false, true].map(|of_g| {
            checks.iter().zip(&changes).map(|both| exact(both, of_g)).collect::<Vec<MapChange>>()
        });
        let of = |evaluation: Evaluation| {
            let losses = checks.iter().map(|check| {
                let rounding = check.rounding[evaluation as usize];
                rounding.of_maps(check.underflow)
            });
            let (plain_f, plain_g): (Vec<MapRounding>, Vec<MapRounding>) =
                losses.map(|[of_f, of_g]| (of_f, of_g)).unzip();
            let rounded_f = deviations(graph, bounds.nodes(), &of_f, Some(&plain_f));
            let rounded_g = deviations(graph, &near, &of_g, Some(&plain_g));
            let rounding: Vec<f64> =
                rounded_f.iter().zip(&rounded_g).map(|(f, g)| (f.norm + g.norm).next_up()).collect();
            let lines = graph.nodes().iter().enumerate().map(|(number, node)| {
                let bounds_of = &bounds.nodes()[number];
                let layer = if let Operation::Linear(layer) = node.operation { Some(layer) } else { None };
                let change = layer.map(|layer| changes[layer - 1]);
                CertifiedNode {
                    node: node.name.clone(),
                    kind: node.operation.name(),
                    layer,
                    from: node.from.iter().map(|&from| graph.nodes()[from].name.clone()).collect(),
                    input_norms: node.from.iter().map(|&from| bounds.nodes()[from].norm).collect(),
                    norm: bounds_of.norm,
                    source: source(bounds_of),
                    by_norms: bounds_of.by_norms,
                    by_intervals: bounds_of.by_intervals,
                    delta_norm: change.map(|change| change.delta_norm),
                    pruned_norm: change.map(|change| change.gain),
                    error: errors[number].norm,
                    largest_entry_error: errors[number].largest(),
                    rounding: rounding[number],
                }
            });
            let nodes: Vec<CertifiedNode> = lines.collect();
            // ‖F − Ĝ‖₂ of the outputs is a sum of squares.
            let outputs = graph.output().entries() as f64;
            let last = nodes.last().map_or(f64::INFINITY, |node| node.error + node.rounding);
            Self { total: product(last, 1.0 + (outputs + 16.0) * UNIT), nodes, evaluation }
        };
        let plain = of(Evaluation::Plain);
        if plain.rounding() <= MOST_ROUNDING * epsilon {
            return Some(plain);
        }
        let careful = of(Evaluation::Careful);
        Some(if careful.total < plain.total { careful } else { plain })
    }

    /// The bound on sup‖F − Ĝ‖₂ in exact arithmetic.
    pub fn error(&self) -> f64 {
        self.nodes.last().map_or(0.0, |node| node.error)
    }

    /// Bound on the rounding error of evaluating F and Ĝ.
    pub fn rounding(&self) -> f64 {
        self.nodes.last().map_or(0.0, |node| node.rounding)
    }
}

/// Bounds on Ĝ's values: near F's, and no larger than its own weights make them.
fn values_of_pruned(
    graph: &Graph,
    bounds: &GraphBounds,
    changes: &[&MapChange],
    errors: &[Deviation],
) -> Vec<NodeBounds> {
    let mut near: Vec<NodeBounds> = Vec::with_capacity(errors.len());
    for ((node, of_f), error) in graph.nodes().iter().zip(bounds.nodes()).zip(errors) {
        let norm = match node.operation {
            Operation::Linear(layer) => {
                let change = changes[layer - 1];
                let biases = bounds.norms()[layer - 1].bias_norm + change.bias_norm;
                product(change.gain, near[node.from[0]].norm) + biases
            }
            Operation::Activation(activation) => {
                let lambda = activation.lipschitz().unwrap_or(f64::INFINITY);
                let at_rest = activation.apply(0.0).abs() * (of_f.intervals.len() as f64).sqrt();
                product(lambda, near[node.from[0]].norm) + at_rest
            }
            _ => f64::INFINITY,
        };
        let widened = of_f.widened(error.norm, &error.entries);
        near.push(widened.within(product(norm, 1.0 + 16.0 * UNIT)));
    }
    near
}

/// Which bound on the norm is the smallest.
fn source(bounds: &NodeBounds) -> Source {
    let points = bounds.by_points.unwrap_or(f64::INFINITY);
    if points < bounds.by_norms.min(bounds.by_intervals) {
        Source::Points
    } else if bounds.by_norms < bounds.by_intervals {
        Source::Norms
    } else {
        Source::Intervals
    }
}
