//! Dense maps and convolutions: Gemm, MatMul, Conv.

use ndarray::{Array2, ArrayD, Ix1, Ix2};

use super::OnnxError;
use super::constant::OnnxConstant;
use super::linear_part::{LinearPart, PartKind};
use super::node::{OnnxNode, shown};
use super::rearrangement::Rearrangement;
use super::sliding::{positive, window};
use super::traced::{OnnxValue, TracedArray};
use super::walk::OnnxWalk;
use crate::network::graph::Shape;

/// α·A·B + β·C; one of A and B is a constant.
pub(super) fn gemm<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let (alpha, beta) = (node.float("alpha", 1.0), node.float("beta", 1.0));
    for at in 0..2 {
        let rank = walk.axes(node, at)?.len();
        if rank != 2 {
            return Err(node.error(format!("2 axes of its input {at}"), rank.to_string()));
        }
    }
    let product = |walk: &mut OnnxWalk<'a>| {
        let (a, b) = (walk.take(node, 0)?, walk.take(node, 1)?);
        let a = turned(walk, node, a, node.flag("transA"))?;
        let b = turned(walk, node, b, node.flag("transB"))?;
        multiplied(walk, node, a, b, alpha)
    };
    let product = product(walk)?;
    if node.input(2).is_none() {
        return Ok(vec![product]);
    }
    match walk.take(node, 2)? {
        OnnxValue::Constant(c) => {
            let numbers = real(node, &c, 2)?.mapv(|x| beta * x);
            let what = format!("+{beta}·{}", c.origin);
            Ok(vec![walk.affine(node, product, (None, Some(numbers)), &what)?])
        }
        c => {
            let scale = ArrayD::from_elem(&[][..], beta);
            let c =
                if beta == 1.0 { c } else { walk.affine(node, c, (Some(scale), None), &beta.to_string())? };
            Ok(vec![super::elementwise::sum(walk, node, product, c)?])
        }
    }
}

/// A·B, matrices along the last two axes; one of them is a constant matrix.
pub(super) fn matmul<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let (a, b) = (walk.take(node, 0)?, walk.take(node, 1)?);
    Ok(vec![multiplied(walk, node, a, b, 1.0)?])
}

/// The matrix turned round, its last two axes exchanged.
fn turned<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    value: OnnxValue,
    is_turned: bool,
) -> Result<OnnxValue, OnnxError> {
    if !is_turned {
        return Ok(value);
    }
    let (rank, batch) = match &value {
        OnnxValue::Constant(constant) => (constant.axes().len(), None),
        OnnxValue::Traced(traced) => (traced.axes.len(), traced.batch),
        OnnxValue::Linear(part) => (part.axes.len(), part.batch),
    };
    if rank < 2 {
        return Err(node.error("a matrix", format!("{rank} axes")));
    }
    let mut order: Vec<usize> = (0..rank).collect();
    order.swap(rank - 1, rank - 2);
    let batch = batch.and_then(|batch| order.iter().position(|&axis| axis == batch));
    walk.rearranged(node, value, &Rearrangement::Permute(order), batch)
}

fn multiplied<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    a: OnnxValue,
    b: OnnxValue,
    alpha: f64,
) -> Result<OnnxValue, OnnxError> {
    match (a, b) {
        (OnnxValue::Constant(_), OnnxValue::Constant(_)) => {
            Err(node.error("a value of the network as one of its factors", "two constants"))
        }
        (a, OnnxValue::Constant(b)) => {
            let a = walk.as_traced(node, a)?;
            let is_vector = b.axes().len() == 1;
            let weights = matrix(node, &b, 1)?.reversed_axes();
            let rank = b.axes().len();
            if rank > a.axes.len().max(2) {
                let expected = format!("at most the {} axes of its other factor", a.axes.len());
                return Err(node.error(expected, format!("{rank}")));
            }
            let product = applied(walk, node, a, weights, &format!("{}|transposed", b.origin), alpha)?;
            if !is_vector {
                return Ok(OnnxValue::Linear(Box::new(product)));
            }
            // The last axis, of length 1, goes.
            let (axes, batch) = (product.axes[..product.axes.len() - 1].to_vec(), product.batch);
            walk.rearranged(node, OnnxValue::Linear(Box::new(product)), &Rearrangement::Reshape(axes), batch)
        }
        (OnnxValue::Constant(a), b) => {
            if a.axes().len() < 2 || walk_axes(&b) < 2 {
                return Err(node.error("two matrices", "a vector"));
            }
            let weights = matrix(node, &a, 0)?;
            let b = turned(walk, node, b, true)?;
            let b = walk.as_traced(node, b)?;
            if a.axes().len() > b.axes.len() {
                return Err(node.error("at most the axes of its other factor", a.axes().len().to_string()));
            }
            let product = applied(walk, node, b, weights, &a.origin, alpha)?;
            turned(walk, node, OnnxValue::Linear(Box::new(product)), true)
        }
        _ => Err(node.error(
            "a constant as one of its factors",
            "two values that depend on the input, whose product has no bound of this kind",
        )),
    }
}

fn walk_axes(value: &OnnxValue) -> usize {
    match value {
        OnnxValue::Constant(constant) => constant.axes().len(),
        OnnxValue::Traced(traced) => traced.axes.len(),
        OnnxValue::Linear(part) => part.axes.len(),
    }
}

/// A constant as a matrix: one column for a vector; axes of length 1 in front are left out.
fn matrix(node: &OnnxNode<'_>, constant: &OnnxConstant, at: usize) -> Result<Array2<f64>, OnnxError> {
    let numbers = real(node, constant, at)?;
    let (rows, columns) = match *numbers.shape() {
        [n] => (n, 1),
        [ref front @ .., m, n] if front.iter().all(|&axis| axis == 1) => (m, n),
        _ => return Err(node.error(format!("a matrix as its input {at}"), shown(numbers.shape()))),
    };
    let found = shown(numbers.shape());
    let matrix = numbers.into_shape_with_order((rows, columns));
    matrix.map_err(|_| node.error(format!("a matrix as its input {at}"), found))
}

/// The real numbers of a constant.
fn real(node: &OnnxNode<'_>, constant: &OnnxConstant, at: usize) -> Result<ArrayD<f64>, OnnxError> {
    match constant.as_reals() {
        Some(numbers) => Ok(numbers.as_standard_layout().into_owned()),
        None => Err(node.error(format!("real numbers as its input {at}"), "integers")),
    }
}

/// A matrix, outputs × inputs, applied along the last axis of a value.
fn applied<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    value: TracedArray,
    weights: Array2<f64>,
    origin: &str,
    alpha: f64,
) -> Result<LinearPart, OnnxError> {
    let (outputs, inputs) = weights.dim();
    let Some((&last, rows)) = value.axes.split_last() else {
        return Err(node.error("a value with at least one axis", "none"));
    };
    if last != inputs {
        let expected = format!("{inputs} entries along the last axis of its input, as its weights have them");
        return Err(node.error(expected, format!("{last}, of shape {}", shown(&value.axes))));
    }
    let is_dense = rows.iter().all(|&axis| axis == 1);
    if value.batch == Some(rows.len()) {
        return Err(node.error("a sum over entries of one input", "a sum over the batch"));
    }
    let (axes, batch) = ([rows, &[outputs]].concat(), value.batch);
    walk.claim_axes(&node.place, &axes)?;
    walk.claim_axes(&node.place, &value.axes)?;
    let inner = value.inner_axes();
    let (kind, input, input_shape) = if is_dense {
        let input = walk.node(&node.name, value)?;
        (PartKind::Dense, input, walk.builder.shape(input).clone())
    } else {
        (PartKind::Rows, walk.shaped_node(&node.name, value, &inner)?, Shape::new(inner.clone()))
    };
    let place = if is_dense { format!("{inputs}") } else { shown(&inner) };
    Ok(LinearPart {
        name: node.name.clone(),
        layer: layer_name(node, origin),
        geometry: format!("{alpha}·{origin}|{place}"),
        history: String::new(),
        kind,
        input,
        input_shape,
        output_axis: axes.len() - 1,
        axes,
        batch,
        weights: if alpha == 1.0 { weights } else { weights * alpha },
        bias: None,
        folds: Vec::new(),
    })
}

/// The name of a layer: its weights' without `.weight`, else its node's without the operator.
fn layer_name(node: &OnnxNode<'_>, origin: &str) -> String {
    let weights = origin.split('|').next().unwrap_or_default();
    if let Some(name) = weights.strip_suffix(".weight")
        && !name.is_empty()
    {
        return super::node::shortened(name);
    }
    let name = node.name.trim_start_matches('/');
    let operator = name.rsplit_once('/').filter(|(_, last)| ["Conv", "Gemm", "MatMul"].contains(last));
    operator.map_or(name, |(name, _)| name).to_owned()
}

/// A convolution with a constant kernel, over one, two, three or more spatial axes.
pub(super) fn conv<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let value = walk.traced(node, 0)?;
    let Some(kernel) = walk.reals(node, 1)? else {
        return Err(node.error("a kernel as its input 1", "none"));
    };
    let bias = walk.reals(node, 2)?;
    let (axes, sizes) = (value.axes.clone(), kernel.axes().to_vec());
    let ([1, channels, spatial @ ..], [outputs, per_group, taps @ ..]) = (&axes[..], &sizes[..]) else {
        let expected = "an input and a kernel with a batch of 1 or of outputs, channels and spatial axes";
        return Err(node.error(expected, format!("{} and {}", shown(&axes), shown(&sizes))));
    };
    if spatial.is_empty() || taps.len() != spatial.len() {
        let expected = format!("a kernel with {} spatial axes, at least 1", spatial.len());
        return Err(node.error(expected, format!("shape {}", shown(&sizes))));
    }
    let groups = positive(node, "group", node.int("group", 1))?;
    if channels % groups != 0 || outputs % groups != 0 || channels / groups != *per_group {
        let expected = format!("a kernel for {channels} channels in {groups} groups");
        return Err(node.error(expected, format!("shape {}", shown(&sizes))));
    }
    let (window, _) = window(node, spatial, Some(taps))?;
    let Some(places) = window.places(spatial, false) else {
        let expected = format!("a window that fits into its input of {}", shown(&axes));
        return Err(node.error(expected, format!("kernel {taps:?} with padding {:?}", window.padding)));
    };
    let columns = taps.iter().fold(*channels, |product, &tap| product.saturating_mul(tap));
    walk.claim_axes(&node.place, &[&places[..], &[columns]].concat())?;
    walk.claim_axes(&node.place, &[*outputs, columns])?;
    walk.claim_axes(&node.place, &[&places[..], &[*outputs]].concat())?;
    let flat =
        real(node, &kernel, 1)?.into_shape_with_order((*outputs, sizes[1..].iter().product::<usize>()));
    let weights = flat.and_then(|flat| flat.into_dimensionality::<Ix2>());
    let weights = weights.map_err(|_| node.error("a kernel with weights", shown(&sizes)))?;
    let inner = axes[1..].to_vec();
    let mut part = LinearPart {
        name: node.name.clone(),
        layer: layer_name(node, &kernel.origin),
        geometry: format!("{}|{}|{window:?}|{groups}", kernel.origin, shown(&inner)),
        history: String::new(),
        kind: PartKind::Convolution { window, groups },
        input: walk.shaped_node(&node.name, TracedArray { batch: Some(0), ..value }, &inner)?,
        input_shape: Shape::new(inner),
        axes: [&[1, *outputs][..], &places].concat(),
        batch: Some(0),
        output_axis: 1,
        weights,
        bias: None,
        folds: Vec::new(),
    };
    let Some(bias) = bias else { return Ok(vec![OnnxValue::Linear(Box::new(part))]) };
    let numbers = real(node, &bias, 2)?.into_dimensionality::<Ix1>();
    let Some(numbers) = numbers.ok().filter(|numbers| numbers.len() == *outputs) else {
        return Err(node.error(format!("{outputs} biases"), format!("shape {}", shown(bias.axes()))));
    };
    part.output_axis = 1;
    let shape = [&[*outputs][..], &vec![1; places.len()]].concat();
    let shift = numbers.into_dyn().into_shape_with_order(shape);
    let shift = shift.map_err(|_| node.error("one bias for each output", "others"))?;
    let what = format!("+{}", bias.origin);
    Ok(vec![walk.affine(node, OnnxValue::Linear(Box::new(part)), (None, Some(shift)), &what)?])
}
