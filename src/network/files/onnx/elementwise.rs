//! Operations entry by entry: sums, products, activations.

use ndarray::{ArrayD, IxDyn, Zip};

use super::OnnxError;
use super::constant::{ConstantNumbers, OnnxConstant};
use super::node::{OnnxNode, shown};
use super::rearrangement::{Rearrangement, broadcast_axes};
use super::traced::{OnnxValue, TracedArray};
use super::walk::OnnxWalk;
use crate::network::Activation;

/// An operation of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TwoOperands {
    Add,
    Sub,
    Mul,
    Div,
}

/// a + b, a − b, a·b, a/b with constants or between values.
pub(super) fn two<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    operation: TwoOperands,
) -> Result<Vec<OnnxValue>, OnnxError> {
    let (a, b) = (walk.take(node, 0)?, walk.take(node, 1)?);
    let value = match (a, b) {
        (OnnxValue::Constant(a), OnnxValue::Constant(b)) => {
            OnnxValue::Constant(of_constants(walk, node, operation, &a, &b)?)
        }
        (value, OnnxValue::Constant(constant)) => {
            let c = fitting(walk, node, &value, &constant)?;
            let (scale, shift) = match operation {
                TwoOperands::Add => (None, Some(c)),
                TwoOperands::Sub => (None, Some(-c)),
                TwoOperands::Mul => (Some(c), None),
                TwoOperands::Div => (Some(c.mapv(f64::recip)), None),
            };
            walk.affine(node, value, (scale, shift), &format!("{operation:?} {}", constant.origin))?
        }
        (OnnxValue::Constant(constant), value) => {
            let c = fitting(walk, node, &value, &constant)?;
            let (scale, shift) = match operation {
                TwoOperands::Add => (None, Some(c)),
                TwoOperands::Sub => (Some(minus_one()), Some(c)),
                TwoOperands::Mul => (Some(c), None),
                TwoOperands::Div => return Err(divides_by_data(node)),
            };
            walk.affine(node, value, (scale, shift), &format!("{} {operation:?}", constant.origin))?
        }
        (a, b) => match operation {
            TwoOperands::Add => sum(walk, node, a, b)?,
            TwoOperands::Sub => {
                let b = walk.affine(node, b, (Some(minus_one()), None), "-")?;
                sum(walk, node, a, b)?
            }
            TwoOperands::Mul => {
                let (a, b, axes, batch) = alike(walk, node, a, b)?;
                let id = walk.builder.product(&node.name, a, b)?;
                OnnxValue::Traced(TracedArray::whole(id, axes, batch))
            }
            TwoOperands::Div => return Err(divides_by_data(node)),
        },
    };
    Ok(vec![value])
}

fn minus_one() -> ArrayD<f64> {
    ArrayD::from_elem(IxDyn(&[]), -1.0)
}

fn divides_by_data(node: &OnnxNode<'_>) -> OnnxError {
    node.error("a constant divisor", "one that depends on the input, for which no bound of this kind exists")
}

/// The sum of all inputs.
pub(super) fn sum_of_all<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
) -> Result<Vec<OnnxValue>, OnnxError> {
    let mut total = walk.take(node, 0)?;
    for at in 1..node.input_count() {
        let next = walk.take(node, at)?;
        total = sum(walk, node, total, next)?;
    }
    Ok(vec![total])
}

/// a + b of two values.
pub(super) fn sum<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    a: OnnxValue,
    b: OnnxValue,
) -> Result<OnnxValue, OnnxError> {
    let (a, b, axes, batch) = alike(walk, node, a, b)?;
    let id = walk.builder.add(&node.name, a, b)?;
    Ok(OnnxValue::Traced(TracedArray::whole(id, axes, batch)))
}

type Alike = (crate::network::graph::NodeId, crate::network::graph::NodeId, Vec<usize>, Option<usize>);

/// Two values broadcast to one shape, with its axes and its batch axis.
fn alike<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    a: OnnxValue,
    b: OnnxValue,
) -> Result<Alike, OnnxError> {
    let (a, b) = (walk.as_traced(node, a)?, walk.as_traced(node, b)?);
    let (a_axes, b_axes) = (a.axes.clone(), b.axes.clone());
    let a = walk.broadcast(node, a, &b_axes)?;
    let b = walk.broadcast(node, b, &a_axes)?;
    if let (Some(one), Some(other)) = (a.batch, b.batch)
        && one != other
    {
        let expected = format!("the batch on one axis of both inputs, {one}");
        return Err(node.error(expected, format!("axis {other}")));
    }
    let (axes, batch) = (a.axes.clone(), a.batch.or(b.batch));
    walk.claim_axes(&node.place, &axes)?;
    let a = walk.node(&node.name, a)?;
    let b = walk.node(&node.name, b)?;
    let shape = walk.builder.shape(a).clone();
    let b = if walk.builder.shape(b) == &shape { b } else { walk.builder.reshape(&node.name, b, shape)? };
    Ok((a, b, axes, batch))
}

/// The real numbers of a constant beside a value; copies along a batch of a fixed size count once.
fn fitting<'a>(
    walk: &OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    value: &OnnxValue,
    constant: &OnnxConstant,
) -> Result<ArrayD<f64>, OnnxError> {
    let Some(numbers) = constant.as_reals() else {
        return Err(node.error("real numbers beside values of the network", "integers"));
    };
    let (axes, batch) = match value {
        OnnxValue::Traced(traced) => (&traced.axes, traced.batch),
        OnnxValue::Linear(part) => (&part.axes, part.batch),
        OnnxValue::Constant(_) => return Ok(numbers.to_owned().into_owned()),
    };
    let at = batch.and_then(|batch| (batch + numbers.ndim()).checked_sub(axes.len()));
    Ok(match at {
        Some(at) if at < numbers.ndim() && Some(numbers.shape()[at]) == walk.batch_size => {
            once(numbers.view(), at)
                .ok_or_else(|| node.error("the same constant for each input", "different ones"))?
        }
        _ => numbers.to_owned().into_owned(),
    })
}

/// Equal entries along an axis as one; `None` if they differ.
pub(super) fn once(numbers: ndarray::ArrayViewD<'_, f64>, axis: usize) -> Option<ArrayD<f64>> {
    let axis = ndarray::Axis(axis);
    let first = numbers.index_axis(axis, 0);
    numbers.axis_iter(axis).all(|other| other == first).then(|| first.insert_axis(axis).to_owned())
}

/// The result of two constants.
fn of_constants<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    operation: TwoOperands,
    a: &OnnxConstant,
    b: &OnnxConstant,
) -> Result<OnnxConstant, OnnxError> {
    let Some(axes) = broadcast_axes(a.axes(), b.axes()) else {
        let expected = format!("a shape that fits to {}", shown(a.axes()));
        return Err(node.error(expected, shown(b.axes())));
    };
    walk.claim_axes(&node.place, &axes)?;
    let origin = format!("{operation:?}({}, {})", a.origin, b.origin);
    let misfit = || node.error("two constants that fit each other", "others");
    let shape = Rearrangement::Broadcast(axes);
    match (&a.numbers, &b.numbers) {
        (ConstantNumbers::Reals(a), ConstantNumbers::Reals(b)) => {
            let mut a = shape.apply(a.view()).ok_or_else(misfit)?;
            let b = shape.apply(b.view()).ok_or_else(misfit)?;
            Zip::from(&mut a).and(&b).for_each(|a, &b| {
                *a = match operation {
                    TwoOperands::Add => *a + b,
                    TwoOperands::Sub => *a - b,
                    TwoOperands::Mul => *a * b,
                    TwoOperands::Div => *a / b,
                }
            });
            Ok(OnnxConstant::reals(origin, a))
        }
        (ConstantNumbers::Integers(a), ConstantNumbers::Integers(b)) => {
            let mut a = shape.apply(a.view()).ok_or_else(misfit)?;
            let b = shape.apply(b.view()).ok_or_else(misfit)?;
            let mut fits = true;
            Zip::from(&mut a).and(&b).for_each(|a, &b| {
                let result = match operation {
                    TwoOperands::Add => a.checked_add(b),
                    TwoOperands::Sub => a.checked_sub(b),
                    TwoOperands::Mul => a.checked_mul(b),
                    TwoOperands::Div => a.checked_div(b),
                };
                fits &= result.is_some();
                *a = result.unwrap_or_default();
            });
            if !fits {
                return Err(node.error("a result that is an integer of 64 bits", "one beyond them"));
            }
            Ok(OnnxConstant::integers(origin, a))
        }
        _ => Err(node.error("two constants of one type", "integers and real numbers")),
    }
}

/// σ of each entry.
pub(super) fn activation<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    activation: Activation,
) -> Result<Vec<OnnxValue>, OnnxError> {
    let value = walk.traced(node, 0)?;
    Ok(vec![OnnxValue::Traced(activated(walk, node, value, activation)?)])
}

fn activated<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    value: TracedArray,
    activation: Activation,
) -> Result<TracedArray, OnnxError> {
    walk.claim_axes(&node.place, &value.axes)?;
    let (axes, batch) = (value.axes.clone(), value.batch);
    let id = walk.node(&node.name, value)?;
    let id = walk.builder.activation(&node.name, activation, id)?;
    Ok(TracedArray::whole(id, axes, batch))
}

/// The slope of a leaky ReLU, from 0 to 1.
pub(super) fn slope(node: &OnnxNode<'_>, slope: f64) -> Result<Activation, OnnxError> {
    if (0.0..=1.0).contains(&slope) {
        return Ok(Activation::LeakyRelu(slope));
    }
    Err(node.error("a slope from 0 to 1", slope.to_string()))
}

/// A leaky ReLU with a constant slope.
pub(super) fn prelu<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let Some(slopes) = walk.reals(node, 1)? else {
        return Err(node.error("a slope as its input 1", "none"));
    };
    let numbers = slopes.as_reals();
    let mut all = numbers.into_iter().flatten().copied();
    match all.next() {
        Some(first) if all.all(|other| other == first) => activation(walk, node, slope(node, first)?),
        _ => Err(node.error("one slope for all entries", "several")),
    }
}

/// min{max{x, low}, high}, out of ReLUs: max{x, a} = a + relu(x − a), min{x, b} = b − relu(b − x).
pub(super) fn clip<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let bound = |walk: &mut OnnxWalk<'a>, at: usize, beyond: f64| -> Result<Option<f64>, OnnxError> {
        let Some(constant) = walk.reals(node, at)? else { return Ok(None) };
        let numbers: Vec<f64> = constant.as_reals().into_iter().flatten().copied().collect();
        match numbers[..] {
            // The exporters write the largest float for no bound.
            [x] if x == beyond || x == beyond.signum() * f64::from(f32::MAX) => Ok(None),
            [x] if x.is_finite() => Ok(Some(x)),
            _ => Err(node.error(format!("one number as its input {at}"), shown(constant.axes()))),
        }
    };
    let low = bound(walk, 1, f64::NEG_INFINITY)?;
    let high = bound(walk, 2, f64::INFINITY)?;
    if let (Some(low), Some(high)) = (low, high)
        && low > high
    {
        return Err(node.error(format!("an upper bound of at least {low}"), high.to_string()));
    }
    let one = |x: f64| ArrayD::from_elem(IxDyn(&[]), x);
    // A linear map before it stays as it is.
    let mut value = OnnxValue::Traced(walk.traced(node, 0)?);
    if let Some(low) = low {
        if low != 0.0 {
            value = walk.affine(node, value, (None, Some(one(-low))), "clip")?;
        }
        let traced = walk.as_traced(node, value)?;
        value = OnnxValue::Traced(activated(walk, node, traced, Activation::Relu)?);
        if low != 0.0 && high.is_none() {
            value = walk.affine(node, value, (None, Some(one(low))), "clip")?;
        }
    }
    if let Some(high) = high {
        // The lower bound has been subtracted.
        let free = high - low.unwrap_or(0.0);
        value = walk.affine(node, value, (Some(minus_one()), Some(one(free))), "clip")?;
        let traced = walk.as_traced(node, value)?;
        value = OnnxValue::Traced(activated(walk, node, traced, Activation::Relu)?);
        value = walk.affine(node, value, (Some(minus_one()), Some(one(high))), "clip")?;
    }
    Ok(vec![value])
}
