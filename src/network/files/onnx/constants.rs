//! Operations on constants alone: shapes, casts, comparisons.

use ndarray::{ArrayD, IxDyn};

use super::OnnxError;
use super::constant::{ConstantNumbers, OnnxConstant};
use super::node::{OnnxNode, shown};
use super::rearrangement::{Rearrangement, broadcast_axes};
use super::traced::OnnxValue;
use super::walk::OnnxWalk;

fn list(origin: String, numbers: Vec<i64>) -> OnnxValue {
    OnnxValue::Constant(OnnxConstant::integers(origin, ndarray::Array1::from(numbers).into_dyn()))
}

/// The shape of a value; the batch is one input.
pub(super) fn shape<'a>(walk: &OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let axes = walk.axes(node, 0)?;
    let rank = axes.len() as i64;
    let place = |n: i64| (if n < 0 { n.saturating_add(rank) } else { n }).clamp(0, rank) as usize;
    let (start, end) = (place(node.int("start", 0)), place(node.int("end", rank)));
    let numbers: Vec<i64> = axes[start..end.max(start)].iter().map(|&axis| axis as i64).collect();
    Ok(vec![list(format!("shape {numbers:?}"), numbers)])
}

/// The number of entries of a value.
pub(super) fn size<'a>(walk: &OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let entries = walk.axes(node, 0)?.iter().product::<usize>() as i64;
    let number = ArrayD::from_elem(IxDyn(&[]), entries);
    Ok(vec![OnnxValue::Constant(OnnxConstant::integers(format!("size {entries}"), number))])
}

/// A constant of the graph.
pub(super) fn constant<'a>(node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let scalar = IxDyn(&[]);
    let name = node.outputs().first().copied().unwrap_or_default();
    let numbers = if let Some(tensor) = node.tensor("value") {
        let mut constant = OnnxConstant::of_tensor(&node.place, tensor, None)?;
        name.clone_into(&mut constant.origin);
        constant
    } else if let Some(numbers) = node.ints("value_ints") {
        OnnxConstant::integers(name, ndarray::Array1::from(numbers.to_vec()).into_dyn())
    } else if let Some(numbers) = node.floats("value_floats") {
        OnnxConstant::reals(
            name,
            numbers.iter().map(|&x| f64::from(x)).collect::<ndarray::Array1<f64>>().into_dyn(),
        )
    } else if node.has("value_int") {
        OnnxConstant::integers(name, ArrayD::from_elem(scalar, node.int("value_int", 0)))
    } else if node.has("value_float") {
        OnnxConstant::reals(name, ArrayD::from_elem(scalar, node.float("value_float", 0.0)))
    } else {
        return Err(node.error("numbers as its value", "none"));
    };
    Ok(vec![OnnxValue::Constant(numbers)])
}

/// A constant as another type; a value of the network stays as it is.
pub(super) fn cast<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let value = walk.take(node, 0)?;
    // Numbers of the standard's element types.
    let (is_real, is_integer) = match node.int("to", 0) {
        1 | 11 => (true, false),
        6 | 7 | 9 => (false, true),
        _ => (false, false),
    };
    let OnnxValue::Constant(constant) = value else {
        if is_real {
            return Ok(vec![value]);
        }
        return Err(
            node.error("values of the network as float or double", format!("type {}", node.int("to", 0)))
        );
    };
    let origin = constant.origin;
    let is_bool = node.int("to", 0) == 9;
    Ok(vec![OnnxValue::Constant(match constant.numbers {
        numbers @ ConstantNumbers::Reals(_) if is_real => OnnxConstant { origin, numbers },
        ConstantNumbers::Integers(numbers) if is_real => {
            OnnxConstant::reals(format!("{origin}|real"), numbers.mapv(|n| n as f64).into_owned())
        }
        ConstantNumbers::Integers(numbers) if is_integer => {
            let cast = numbers.mapv(|n| if is_bool { i64::from(n != 0) } else { n });
            OnnxConstant::integers(format!("{origin}|{}", node.int("to", 0)), cast.into_owned())
        }
        ConstantNumbers::Reals(numbers) if is_integer => {
            let cast = numbers.mapv(|x| if is_bool { i64::from(x != 0.0) } else { x as i64 });
            OnnxConstant::integers(format!("{origin}|{}", node.int("to", 0)), cast.into_owned())
        }
        _ => {
            let expected = "float, double, int32, int64 or bool";
            return Err(node.error(expected, format!("type {}", node.int("to", 0))));
        }
    })])
}

/// Three or fewer lists of integers broadcast to one shape.
fn together<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    count: usize,
) -> Result<(Vec<ArrayD<i64>>, String), OnnxError> {
    let (mut constants, mut axes) = (Vec::new(), Vec::new());
    for at in 0..count {
        let Some(constant) = walk.constant(node, at)? else {
            return Err(node.error(format!("an input {at}"), "none"));
        };
        let found = shown(constant.axes());
        axes = broadcast_axes(&axes, constant.axes())
            .ok_or_else(|| node.error(format!("a shape that fits to {}", shown(&axes)), found))?;
        constants.push(constant);
    }
    walk.claim_axes(&node.place, &axes)?;
    let mut arrays = Vec::new();
    let origins: Vec<&str> = constants.iter().map(|constant| constant.origin.as_str()).collect();
    let origin = format!("{}({})", node.operator().unwrap_or_default(), origins.join(", "));
    for constant in &constants {
        let numbers = constant.as_integers().ok_or_else(|| node.error("integers", "real numbers"))?;
        let array = Rearrangement::Broadcast(axes.clone()).apply(numbers.view());
        arrays.push(array.ok_or_else(|| node.error("inputs that fit each other", "others"))?);
    }
    Ok((arrays, origin))
}

/// Whether two constants are equal, entry by entry.
pub(super) fn equal<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let (mut arrays, origin) = together(walk, node, 2)?;
    let (b, a) = (arrays.pop().unwrap_or_default(), arrays.pop().unwrap_or_default());
    let mut equal = a;
    equal.zip_mut_with(&b, |a, &b| *a = i64::from(*a == b));
    Ok(vec![OnnxValue::Constant(OnnxConstant::integers(origin, equal))])
}

/// Entries of the second constant under a true entry of the first, of the third elsewhere.
pub(super) fn choice<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let (mut arrays, origin) = together(walk, node, 3)?;
    let (b, a) = (arrays.pop().unwrap_or_default(), arrays.pop().unwrap_or_default());
    let mut chosen = arrays.pop().unwrap_or_default();
    ndarray::Zip::from(&mut chosen).and(&a).and(&b).for_each(|is, &a, &b| *is = if *is != 0 { a } else { b });
    Ok(vec![OnnxValue::Constant(OnnxConstant::integers(origin, chosen))])
}

/// Integers from a start up to a limit.
pub(super) fn range<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let mut numbers = [0; 3];
    for (at, number) in numbers.iter_mut().enumerate() {
        match walk.integers(node, at)?.as_deref() {
            Some(&[n]) => *number = n,
            _ => return Err(node.error(format!("one integer as its input {at}"), "something else")),
        }
    }
    let [start, limit, step] = numbers;
    let span = i128::from(limit) - i128::from(start);
    let count = match step {
        0 => return Err(node.error("a step other than 0", "0")),
        _ if (span > 0) != (step > 0) => 0,
        _ => span.unsigned_abs().div_ceil(u128::from(step.unsigned_abs())),
    };
    walk.claim(&node.place, usize::try_from(count).unwrap_or(usize::MAX))?;
    let numbers = (0..count as i64).map(|at| start + at * step).collect();
    Ok(vec![list(format!("range {start} {limit} {step}"), numbers)])
}

/// Identity: the value as it is.
pub(super) fn unchanged<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
) -> Result<Vec<OnnxValue>, OnnxError> {
    let value = walk.take(node, 0)?;
    Ok(vec![value])
}

/// Dropout: active in training only.
pub(super) fn dropout<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let value = walk.take(node, 0)?;
    walk.constant(node, 1)?;
    if walk.integers(node, 2)?.is_some_and(|training| training != [0]) {
        return Err(
            node.error("dropout outside of training", "`training_mode` 1: export the model in eval mode")
        );
    }
    Ok(vec![value])
}

/// A constant of one number, in a constant shape.
pub(super) fn constant_of_shape<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
) -> Result<Vec<OnnxValue>, OnnxError> {
    let Some(target) = walk.integers(node, 0)? else {
        return Err(node.error("a shape as its input 0", "none"));
    };
    let axes: Vec<usize> = target.iter().filter_map(|&n| usize::try_from(n).ok()).collect();
    if axes.len() != target.len() || axes.len() > 64 {
        return Err(node.error("axes of at least 0", format!("{target:?}")));
    }
    walk.claim_axes(&node.place, &axes)?;
    let of = match node.tensor("value") {
        Some(tensor) => OnnxConstant::of_tensor(&node.place, tensor, None)?,
        None => OnnxConstant::reals("", ArrayD::zeros(&[1][..])),
    };
    let one = |count: usize| node.error("one number as its `value`", count.to_string());
    let origin = |value: String| format!("{value} of {}", shown(&axes));
    Ok(vec![OnnxValue::Constant(match of.numbers {
        ConstantNumbers::Reals(numbers) => match numbers.iter().copied().collect::<Vec<f64>>()[..] {
            [x] => OnnxConstant::reals(origin(x.to_string()), ArrayD::from_elem(&axes[..], x)),
            _ => return Err(one(numbers.len())),
        },
        ConstantNumbers::Integers(numbers) => match numbers.iter().copied().collect::<Vec<i64>>()[..] {
            [n] => OnnxConstant::integers(origin(n.to_string()), ArrayD::from_elem(&axes[..], n)),
            _ => return Err(one(numbers.len())),
        },
    })])
}
