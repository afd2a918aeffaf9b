//! The supported operators, by name.

use super::OnnxError;
use super::batch_norm::batch_norm;
use super::elementwise::TwoOperands;
use super::node::OnnxNode;
use super::traced::OnnxValue;
use super::walk::OnnxWalk;
use super::{constants, elementwise, linear, pools, recurrent, shapes};
use crate::network::Activation;
use crate::network::graph::{PoolingKind, RecurrentCell};

/// Operators dividing by the data: their denominators have no lower bound.
const DIVIDES_BY_DATA: [&str; 7] = [
    "LayerNormalization",
    "InstanceNormalization",
    "GroupNormalization",
    "LpNormalization",
    "MeanVarianceNormalization",
    "RMSNormalization",
    "SkipLayerNormalization",
];

/// Attributes of windows.
const WINDOW: [&str; 5] = ["auto_pad", "dilations", "kernel_shape", "pads", "strides"];

/// Attributes of recurrent layers.
const RECURRENT: [&str; 8] = [
    "activation_alpha",
    "activation_beta",
    "activations",
    "clip",
    "direction",
    "hidden_size",
    "layout",
    "output_sequence",
];

/// The values of a node.
pub(super) fn apply<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let Some(operator) = node.operator() else {
        return Err(node.error("an operator of the ONNX standard", "one of another domain"));
    };
    let with = |base: &[&'static str], more: &[&'static str]| [base, more].concat();
    let allow = |names: &[&str]| node.allow(names);
    match operator {
        "Gemm" => {
            allow(&["alpha", "beta", "transA", "transB"])?;
            linear::gemm(walk, node)
        }
        "MatMul" => {
            allow(&[])?;
            linear::matmul(walk, node)
        }
        "Conv" => {
            allow(&with(&WINDOW, &["group"]))?;
            linear::conv(walk, node)
        }
        "Add" | "Sub" | "Mul" | "Div" => {
            allow(&[])?;
            let operation = match operator {
                "Add" => TwoOperands::Add,
                "Sub" => TwoOperands::Sub,
                "Mul" => TwoOperands::Mul,
                _ => TwoOperands::Div,
            };
            elementwise::two(walk, node, operation)
        }
        "Sum" => {
            allow(&[])?;
            elementwise::sum_of_all(walk, node)
        }
        "Relu" | "Tanh" | "Sigmoid" => {
            allow(&[])?;
            let activation = match operator {
                "Relu" => Activation::Relu,
                "Tanh" => Activation::Tanh,
                _ => Activation::Logistic,
            };
            elementwise::activation(walk, node, activation)
        }
        "LeakyRelu" => {
            allow(&["alpha"])?;
            let activation = elementwise::slope(node, node.float("alpha", 0.01))?;
            elementwise::activation(walk, node, activation)
        }
        "PRelu" => {
            allow(&[])?;
            elementwise::prelu(walk, node)
        }
        "Clip" => {
            allow(&[])?;
            elementwise::clip(walk, node)
        }
        "BatchNormalization" => {
            allow(&["epsilon", "momentum", "training_mode"])?;
            batch_norm(walk, node)
        }
        "MaxPool" => {
            allow(&with(&WINDOW, &["ceil_mode", "storage_order"]))?;
            pools::windowed(walk, node, PoolingKind::Maximum)
        }
        "AveragePool" => {
            allow(&with(&WINDOW, &["ceil_mode", "count_include_pad"]))?;
            pools::windowed(walk, node, PoolingKind::Average)
        }
        "GlobalAveragePool" | "GlobalMaxPool" => {
            allow(&[])?;
            let is_mean = operator == "GlobalAveragePool";
            pools::global(walk, node, if is_mean { PoolingKind::Average } else { PoolingKind::Maximum })
        }
        "ReduceMean" | "ReduceMax" => {
            allow(&["axes", "keepdims", "noop_with_empty_axes"])?;
            let is_mean = operator == "ReduceMean";
            pools::reduced(walk, node, if is_mean { PoolingKind::Average } else { PoolingKind::Maximum })
        }
        "Softmax" | "LogSoftmax" => {
            allow(&["axis"])?;
            pools::softmax(walk, node, operator == "LogSoftmax")
        }
        "LSTM" => {
            allow(&with(&RECURRENT, &["input_forget"]))?;
            recurrent::layer(walk, node, RecurrentCell::Lstm)
        }
        "GRU" => {
            allow(&with(&RECURRENT, &["linear_before_reset"]))?;
            recurrent::layer(walk, node, RecurrentCell::Gru)
        }
        "RNN" => {
            allow(&RECURRENT)?;
            recurrent::layer(walk, node, RecurrentCell::Rnn(Activation::Tanh))
        }
        _ => rearrange(walk, node, operator),
    }
}

/// Operators on places of entries, and on constants.
fn rearrange<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    operator: &str,
) -> Result<Vec<OnnxValue>, OnnxError> {
    type Read<'a> = fn(&mut OnnxWalk<'a>, &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError>;
    let (names, read): (&[&str], Read<'a>) = match operator {
        "Identity" => (&[], constants::unchanged),
        "Dropout" => (&["ratio", "seed"], constants::dropout),
        "Reshape" => (&["allowzero"], shapes::reshape),
        "Flatten" => (&["axis"], shapes::flatten),
        "Squeeze" => (&["axes"], shapes::squeeze),
        "Unsqueeze" => (&["axes"], shapes::unsqueeze),
        "Transpose" => (&["perm"], shapes::transpose),
        "Gather" => (&["axis"], shapes::gather),
        "Slice" => (&[], shapes::slice),
        "Split" => (&["axis", "num_outputs", "split"], shapes::split),
        "Concat" => (&["axis"], shapes::concat),
        "Expand" => (&[], shapes::expand),
        "ConstantOfShape" => (&["value"], constants::constant_of_shape),
        "Shape" => (&["end", "start"], |walk, node| constants::shape(walk, node)),
        "Size" => (&[], |walk, node| constants::size(walk, node)),
        "Constant" => (&["value", "value_float", "value_floats", "value_int", "value_ints"], |_, node| {
            constants::constant(node)
        }),
        "Cast" => (&["saturate", "to"], constants::cast),
        "Equal" => (&[], constants::equal),
        "Where" => (&[], constants::choice),
        "Range" => (&[], constants::range),
        _ if DIVIDES_BY_DATA.contains(&operator) => {
            let found = "one that divides by its data, for which no bound of this kind exists";
            return Err(node.error("an operator that is read", found));
        }
        _ if operator.contains("Quant")
            || operator.starts_with("QLinear")
            || operator.ends_with("Integer") =>
        {
            return Err(node.error("a network of real numbers", "an operator of quantised networks"));
        }
        _ => return Err(node.error("an operator that is read", "one that is not")),
    };
    node.allow(names)?;
    read(walk, node)
}
