//! A model read from its bytes.

use std::collections::{BTreeSet, HashMap, HashSet};

use ndarray::Array2;
use onnx_rs::ast::{DataLocation, DataType, Dimension, Graph as StoredGraph, Model, TensorProto, ValueInfo};

use super::OnnxError;
use super::constant::OnnxConstant;
use super::external::ExternalPart;
use super::node::{OnnxNode, shortened, shown};
use super::order::NodeOrder;
use super::traced::{OnnxValue, TracedArray};
use super::walk::OnnxWalk;
use super::{message, operators};
use crate::network::graph::{FoldedNorm, Graph, Operation, Shape};

/// Oldest supported version of the operators.
const OLDEST_OPSET: i64 = 11;

/// Most axes of the input.
const MOST_AXES: usize = 8;

/// A network read from an ONNX model.
#[derive(Clone, Debug)]
pub struct OnnxNetwork {
    /// its graph; shapes without the axis of the batch
    pub graph: Graph,
    /// the weights of each layer, layer 1 first; a bias is the last column
    pub weights: Vec<Array2<f64>>,
    /// folded batch norms and other constant scales, in the order of the layers
    pub folded: Vec<FoldedNorm>,
    /// initialisers without a use in the network
    pub unused: Vec<String>,
    /// version of the standard's operators, at least 11
    pub opset: i64,
    /// the file's writer, with its version; may be empty
    pub producer: String,
}

/// Reads a network. `external` gives the bytes of a file in the model's folder, by its relative path; paths out of the folder
/// are refused before.
///
/// # Errors
/// [`OnnxError`] for a damaged model, an unsupported operator, shapes out of step, and missing tensors, each
/// with the node.
pub fn network(
    bytes: &[u8],
    external: &dyn Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<OnnxNetwork, OnnxError> {
    message::check(bytes)?;
    let model = onnx_rs::parse(bytes).map_err(|error| OnnxError::Damaged(error.to_string()))?;
    let opset = opset(&model)?;
    let Some(graph) = &model.graph else {
        return Err(OnnxError::Damaged("one without a graph".to_owned()));
    };
    let nodes: Vec<OnnxNode<'_>> = graph.node.iter().map(OnnxNode::new).collect();
    let initialisers = initialisers(graph)?;
    let [output] = &graph.output[..] else {
        let names: Vec<String> = graph.output.iter().map(|output| shortened(output.name)).collect();
        let found = format!("{} ({})", names.len(), shortened(&names.join(", ")));
        return Err(OnnxError::at("the graph", "one output", found));
    };
    let inputs: Vec<&ValueInfo<'_>> =
        graph.input.iter().filter(|input| !initialisers.contains_key(input.name)).collect();
    let known: HashSet<&str> =
        initialisers.keys().copied().chain(inputs.iter().map(|input| input.name)).collect();
    if known.len() != initialisers.len() + inputs.len() {
        return Err(OnnxError::at("the graph", "inputs of different names", "two of one name"));
    }
    let order = NodeOrder::new(&nodes, output.name, &known)?;
    let used: HashSet<&str> =
        order.nodes.iter().flat_map(|&number| nodes[number].inputs()).chain([output.name]).collect();
    let needed: Vec<&&ValueInfo<'_>> = inputs.iter().filter(|input| used.contains(input.name)).collect();
    let input = match needed[..] {
        [input] => *input,
        _ => {
            let names: Vec<&str> = needed.iter().map(|input| input.name).collect();
            let found = format!("{} ({})", names.len(), shortened(&names.join(", ")));
            return Err(OnnxError::at("the graph", "one input that the output needs", found));
        }
    };
    let (axes, batch, batch_size) = input_axes(input)?;
    let constants = constants(&initialisers, &used, external)?;
    let read = |bare: HashSet<String>| {
        let shape = Shape::new(axes[usize::from(batch.is_some())..].to_vec());
        let mut walk = OnnxWalk::new(opset, batch_size, shape, order.uses.clone(), bare);
        walk.claim_axes(&format!("input `{}`", shortened(input.name)), &axes)?;
        for (&name, constant) in &constants {
            walk.set(name, OnnxValue::Constant(constant.clone()));
        }
        let whole = TracedArray::whole(walk.builder.input(), axes.clone(), batch);
        walk.set(input.name, OnnxValue::Traced(whole));
        for &number in &order.nodes {
            run(&mut walk, &nodes[number])?;
        }
        let missing = || OnnxError::at("the output", "a value of the network", "none");
        let value = walk.take_named(output.name).map_err(|error| error.unwrap_or_else(missing))?;
        let OnnxValue::Traced(mut traced) = walk.settled(value)? else {
            return Err(OnnxError::at("the output", "a value that depends on the input", "a constant"));
        };
        if traced.batch.is_none() && traced.axes.len() > 1 && traced.axes[0] == 1 {
            traced.batch = Some(0);
        }
        let inner = traced.inner_axes();
        let last = walk.shaped_node(output.name, traced, &inner)?;
        Ok((walk, last))
    };
    let (mut walk, mut last) = read(HashSet::new())?;
    let shared = walk.shared_geometries();
    if !shared.is_empty() {
        // A matrix with several biases or scales: they stay apart from it, and it is one map.
        (walk, last) = read(shared)?;
    }
    let mut folded = std::mem::take(&mut walk.folds);
    let (built, weights) = walk.builder.build(last)?;
    softmax_at_the_output_alone(&built)?;
    let layers: HashMap<&str, usize> =
        built.maps().iter().enumerate().map(|(at, map)| (map.name(), at + 1)).collect();
    folded.retain(|fold| layers.contains_key(fold.map.as_str()));
    folded.sort_by_key(|fold| layers.get(fold.map.as_str()).copied());
    let unused: BTreeSet<&str> = initialisers.keys().copied().filter(|name| !used.contains(name)).collect();
    let producer = format!("{} {}", model.producer_name, model.producer_version);
    Ok(OnnxNetwork {
        graph: built,
        weights,
        folded,
        unused: unused.into_iter().map(shortened).collect(),
        opset,
        producer: shortened(producer.trim()),
    })
}

/// The values of a node by their names.
fn run<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<(), OnnxError> {
    let mut values = operators::apply(walk, node)?.into_iter();
    let count = values.len();
    for &name in node.outputs() {
        match values.next() {
            _ if name.is_empty() => {}
            Some(value) => walk.set(name, value),
            None if walk.is_used(name) => {
                let found = format!("`{}` besides", shortened(name));
                return Err(node.error(format!("{count} outputs that are read"), found));
            }
            None => {}
        }
    }
    Ok(())
}

/// The version of the standard's operators.
fn opset(model: &Model<'_>) -> Result<i64, OnnxError> {
    let standard = model.opset_import.iter().find(|set| ["", "ai.onnx"].contains(&set.domain));
    match standard {
        Some(set) if set.version >= OLDEST_OPSET => Ok(set.version),
        Some(set) => {
            let expected = format!("operators of opset {OLDEST_OPSET} or later");
            Err(OnnxError::at("the model", expected, format!("opset {}", set.version)))
        }
        None => Err(OnnxError::Damaged("one without a version of the standard's operators".to_owned())),
    }
}

/// Initialisers by name.
fn initialisers<'g, 'a>(
    graph: &'g StoredGraph<'a>,
) -> Result<HashMap<&'g str, &'g TensorProto<'a>>, OnnxError> {
    let mut all = HashMap::new();
    for tensor in &graph.initializer {
        if all.insert(tensor.name(), tensor).is_some() {
            let place = format!("initialiser `{}`", shortened(tensor.name()));
            return Err(OnnxError::at(&place, "one of this name", "two"));
        }
    }
    if let Some(sparse) = graph.sparse_initializer.first() {
        let name = sparse.values.as_ref().map_or("", |values| values.name());
        let place = format!("initialiser `{}`", shortened(name));
        return Err(OnnxError::at(&place, "all its numbers", "a sparse tensor"));
    }
    Ok(all)
}

/// The numbers of the used initialisers.
fn constants<'g>(
    initialisers: &HashMap<&'g str, &'g TensorProto<'g>>,
    used: &HashSet<&str>,
    external: &dyn Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<HashMap<&'g str, OnnxConstant>, OnnxError> {
    let mut files: HashMap<&str, Vec<u8>> = HashMap::new();
    let mut constants = HashMap::new();
    // By name: of several errors always the same one is found.
    let sorted: BTreeSet<&&str> = initialisers.keys().filter(|name| used.contains(**name)).collect();
    for name in sorted {
        let Some(&tensor) = initialisers.get(*name) else { continue };
        let place = format!("initialiser `{}`", shortened(name));
        let constant = if tensor.data_location() == DataLocation::External {
            let part = ExternalPart::of(&place, tensor)?;
            if !files.contains_key(part.location) {
                let bytes = external(part.location).map_err(|error| {
                    let expected = format!("its numbers in `{}`", shortened(part.location));
                    OnnxError::at(&place, expected, shortened(&error))
                })?;
                files.insert(part.location, bytes);
            }
            let file = files.get(part.location).map(Vec::as_slice).unwrap_or_default();
            OnnxConstant::of_tensor(&place, tensor, Some(part.bytes(&place, file)?))?
        } else {
            OnnxConstant::of_tensor(&place, tensor, None)?
        };
        constants.insert(*name, constant);
    }
    Ok(constants)
}

/// The axes of the input with a batch of 1, the axis of the batch, and its fixed size unless 1.
type InputAxes = (Vec<usize>, Option<usize>, Option<usize>);

fn input_axes(input: &ValueInfo<'_>) -> Result<InputAxes, OnnxError> {
    let place = format!("input `{}`", shortened(input.name));
    let floats = [DataType::Float, DataType::Double, DataType::Float16, DataType::Bfloat16];
    match input.tensor_elem_type() {
        Some(found) if floats.contains(&found) => {}
        Some(found) => return Err(OnnxError::at(&place, "real numbers", format!("{found:?}"))),
        None => return Err(OnnxError::at(&place, "a tensor of real numbers", "another type or none")),
    }
    let Some(shape) = input.tensor_shape().filter(|shape| (1..=MOST_AXES).contains(&shape.dim.len())) else {
        return Err(OnnxError::at(&place, format!("a shape of 1 to {MOST_AXES} axes"), "another or none"));
    };
    let has_batch = shape.dim.len() > 1;
    let (mut axes, mut batch_size) = (Vec::new(), None);
    for (at, dimension) in shape.dim.iter().enumerate() {
        let size = match dimension.value {
            Dimension::Value(n) => usize::try_from(n).ok().filter(|&n| n > 0),
            Dimension::Param(_) => None,
        };
        if has_batch && at == 0 {
            batch_size = size.filter(|&n| n > 1);
            axes.push(1);
            continue;
        }
        let Some(size) = size else {
            let found = match dimension.value {
                Dimension::Param(name) => format!("`{}`", shortened(name)),
                Dimension::Value(n) => n.to_string(),
            };
            return Err(OnnxError::at(&place, format!("a fixed size of axis {at}"), found));
        };
        axes.push(size);
    }
    Ok((axes, has_batch.then_some(0), batch_size))
}

/// Softmax has its bound at the output alone.
fn softmax_at_the_output_alone(graph: &Graph) -> Result<(), OnnxError> {
    let nodes = graph.nodes();
    let mut at = nodes.len() - 1;
    while matches!(nodes[at].operation, Operation::Reshape | Operation::Select(_)) {
        at = nodes[at].from[0];
    }
    let softmax = |number: &usize| {
        matches!(nodes[*number].operation, Operation::Softmax | Operation::LogSoftmax) && *number != at
    };
    match (0..nodes.len()).find(softmax) {
        None => Ok(()),
        Some(number) => {
            let place =
                format!("node `{}` ({})", shortened(&nodes[number].name), nodes[number].operation.name());
            let shape = shown(nodes[number].shape.axes());
            Err(OnnxError::at(
                &place,
                "softmax at the output alone",
                format!("one before it, of shape {shape}"),
            ))
        }
    }
}
