//! ONNX models written by the tests.

use onnx_rs::ast::{
    Attribute, AttributeType, DataType, Dimension, Graph, Model, Node, OpType, OperatorSetId, TensorProto,
    TensorShape, TensorShapeDimension, TensorTypeProto, TypeProto, TypeValue, ValueInfo,
};

/// An integer attribute.
pub(crate) fn int(name: &'static str, i: i64) -> Attribute<'static> {
    Attribute { name, r#type: AttributeType::Int, i, ..Default::default() }
}

/// An attribute of several integers.
pub(crate) fn ints(name: &'static str, ints: &[i64]) -> Attribute<'static> {
    Attribute { name, r#type: AttributeType::Ints, ints: ints.to_vec(), ..Default::default() }
}

/// A node of the standard's operators, named after its output.
pub(crate) fn node(operator: &'static str, inputs: &[&'static str], output: &'static str) -> Node<'static> {
    Node {
        input: inputs.to_vec(),
        output: vec![output],
        op_type: OpType::from(operator),
        ..Default::default()
    }
}

/// The same with attributes.
pub(crate) fn with(mut node: Node<'static>, attributes: &[Attribute<'static>]) -> Node<'static> {
    node.attribute = attributes.to_vec();
    node
}

/// Numbers in f32.
pub(crate) fn floats(name: &'static str, dims: &[i64], numbers: &[f32]) -> TensorProto<'static> {
    TensorProto::from_f32(name, dims.to_vec(), numbers.to_vec())
}

/// Integers.
pub(crate) fn integers(name: &'static str, numbers: &[i64]) -> TensorProto<'static> {
    TensorProto::from_i64(name, vec![numbers.len() as i64], numbers.to_vec())
}

fn value(name: &'static str, dims: &[i64]) -> ValueInfo<'static> {
    let dim = |&n: &i64| TensorShapeDimension {
        value: if n < 0 { Dimension::Param("n") } else { Dimension::Value(n) },
        ..Default::default()
    };
    let shape = Some(TensorShape { dim: dims.iter().map(dim).collect() });
    let tensor = TensorTypeProto { elem_type: DataType::Float, shape };
    let of = TypeProto { value: Some(TypeValue::Tensor(tensor)), ..Default::default() };
    ValueInfo { name, r#type: Some(of), ..Default::default() }
}

/// A model from `x` with these axes (−1: symbolic) to `y`, of opset 13.
pub(crate) fn model(
    dims: &[i64],
    initialisers: Vec<TensorProto<'static>>,
    nodes: Vec<Node<'static>>,
) -> Model<'static> {
    let graph = Graph {
        node: nodes,
        name: "g",
        initializer: initialisers,
        input: vec![value("x", dims)],
        output: vec![value("y", &[-1, 1])],
        ..Default::default()
    };
    Model {
        ir_version: 8,
        opset_import: vec![OperatorSetId { domain: "", version: 13 }],
        producer_name: "tests",
        producer_version: "1",
        graph: Some(graph),
        ..Default::default()
    }
}
