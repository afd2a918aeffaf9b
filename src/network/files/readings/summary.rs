//! Summary of a reading, for reports and screens.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::super::onnx::OnnxNetwork;
use super::super::{Order, TensorName};
use super::candidates::{self, BiasBy, Candidate, Candidates};
use super::evidence;
use super::options::{OrderBy, ReadingOptions};
use super::tensors::Catalogue;
use crate::network::graph::FoldedNorm;

/// How a file's tensors were read as a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// the reading and the evidence for it, in a sentence
    pub why: String,
    /// layer 1 first
    pub layers: Vec<ReadLayer>,
    /// everything else in the file
    pub unused: Vec<Unused>,
    /// batch norms that became part of a layer, with what that did to it
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub folded: Vec<FoldedNorm>,
    /// whether the file says its own activations, as a learned ticket or a model in ONNX does
    #[serde(skip)]
    pub says_activations: bool,
}

/// One layer of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadLayer {
    /// its matrix
    pub matrix: TensorName,
    /// rows × columns as stored
    pub stored: (usize, usize),
    /// whether the orientation is inputs × outputs
    pub transposed: bool,
    /// the mask multiplied in
    pub mask: Option<String>,
    /// its bias
    pub bias: Option<TensorName>,
    /// the mask multiplied into the bias
    pub bias_mask: Option<String>,
}

/// Content of a file beside the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unused {
    /// its name in the file
    pub name: String,
    /// type of its numbers; `None` for members other than tensors
    pub dtype: Option<String>,
    /// extents; `None` for members other than tensors
    pub shape: Option<Vec<usize>>,
    /// its probable role
    pub why: Cow<'static, str>,
}

impl Reading {
    /// Of a model in ONNX.
    pub fn of_onnx(found: &OnnxNetwork) -> Self {
        let OnnxNetwork { opset, producer, unused, folded, .. } = found;
        let by = if producer.is_empty() { String::new() } else { format!(", written by {producer}") };
        let unused = unused.iter().map(|name| Unused {
            name: name.clone(),
            dtype: None,
            shape: None,
            why: "the output does not need it".into(),
        });
        Self {
            why: format!("read as a model in ONNX, opset {opset}{by}"),
            layers: Vec::new(),
            unused: unused.collect(),
            folded: folded.clone(),
            says_activations: true,
        }
    }

    pub(super) fn new(
        catalogue: &Catalogue<'_>,
        chosen: &Candidate,
        outcome: &Candidates,
        others: &[String],
        options: &ReadingOptions,
    ) -> Self {
        let name = |i: usize| catalogue.entries[i].described();
        let layers = chosen.layers.iter().map(|unit| ReadLayer {
            matrix: name(unit.matrix),
            stored: match *catalogue.shape(unit.matrix) {
                [rows, columns] => (rows, columns),
                _ => (0, 0),
            },
            transposed: chosen.transposed,
            mask: unit.mask.map(|i| name(i).name),
            bias: unit.bias.map(name),
            bias_mask: unit.bias_mask.map(|i| name(i).name),
        });
        let layers: Vec<ReadLayer> = layers.collect();
        let used: HashSet<usize> = chosen.layers.iter().flat_map(|unit| unit.all()).collect();
        let tensors = (0..catalogue.entries.len()).filter(|i| !used.contains(i)).map(|i| {
            let entry = &catalogue.entries[i];
            let kind = || evidence::kind_by_name(&catalogue.names[i]).map(super::NetworkKind::part);
            let why = catalogue.alone[i].or_else(kind).unwrap_or("not part of the layers");
            Unused {
                name: entry.name.clone(),
                dtype: Some(entry.dtype.clone()),
                shape: Some(entry.shape.clone()),
                why: why.into(),
            }
        });
        let members = others.iter().map(|name| Unused {
            name: name.clone(),
            dtype: None,
            shape: None,
            why: "no tensor".into(),
        });
        let unused = tensors.chain(members).collect();
        let why = why(catalogue, chosen, outcome, options, &layers);
        Self { why, layers, unused, folded: Vec::new(), says_activations: false }
    }
}

fn why(
    catalogue: &Catalogue<'_>,
    chosen: &Candidate,
    outcome: &Candidates,
    options: &ReadingOptions,
    layers: &[ReadLayer],
) -> String {
    let orientation = if chosen.transposed { "inputs × outputs" } else { "outputs × inputs" };
    let matrices: Vec<usize> = chosen.layers.iter().map(|unit| unit.matrix).collect();
    let other = usize::from(!chosen.transposed);
    let by_name = candidates::convention(catalogue, &matrices).filter(|c| c.transposed == chosen.transposed);
    let because = match by_name {
        _ if options.transposed.is_some() => "as asked".to_owned(),
        Some(convention) => convention.says.to_owned(),
        None if outcome.bias_misfits[other].is_some() => {
            "only so the biases have as many numbers as outputs".to_owned()
        }
        None if catalogue.format == "npy" => {
            "the convention for an npy matrix (--transposed reads the other)".to_owned()
        }
        None => "only so each layer takes what the one before gives".to_owned(),
    };
    let mut text = format!("read as {orientation}: {because}");
    text.push_str(match chosen.order {
        OrderBy::Single => "",
        OrderBy::Numbers => "; order: as numbered",
        OrderBy::Names => "; order: by the names",
        OrderBy::Shapes => "; order: the only one in which the shapes fit",
        OrderBy::List => "; order: as listed",
        OrderBy::Asked(Order::Names) => "; order: by the names, as asked",
        OrderBy::Asked(Order::File) => "; order: of the file, as asked",
    });
    let with_bias = layers.iter().filter(|layer| layer.bias.is_some()).count();
    let by = match chosen.biases {
        BiasBy::Name => "by name",
        BiasBy::Position => "by position",
        BiasBy::Length => "by length",
    };
    match with_bias {
        0 => text.push_str("; no biases"),
        n if n == layers.len() => text.push_str(&format!("; biases {by}")),
        n => text.push_str(&format!("; biases {by} in {n} of {} layers", layers.len())),
    }
    if layers.iter().any(|layer| layer.mask.is_some() || layer.bias_mask.is_some()) {
        text.push_str("; masks multiplied in");
    }
    if layers.len() > 1 {
        // A residual network and a chain can store the same tensors.
        text.push_str("; taken as a chain: the file does not say how layers are connected");
    }
    text
}
