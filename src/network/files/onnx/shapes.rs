//! Entries in new places: reshapes, transpositions, slices, concatenations.

use ndarray::{ArrayD, ArrayViewD, Axis, concatenate};

use super::OnnxError;
use super::constant::OnnxConstant;
use super::node::{OnnxNode, shown};
use super::rearrangement::{Rearrangement, broadcast_axes};
use super::traced::{OnnxValue, TracedEntry};
use super::walk::OnnxWalk;

/// The axes of a value, and its batch axis.
pub(super) fn outline(value: &OnnxValue) -> (Vec<usize>, Option<usize>) {
    match value {
        OnnxValue::Constant(constant) => (constant.axes().to_vec(), None),
        OnnxValue::Traced(traced) => (traced.axes.clone(), traced.batch),
        OnnxValue::Linear(part) => (part.axes.clone(), part.batch),
    }
}

/// The axis of the batch in another shape: as many entries lie before it, and it has length 1.
fn batch_in(before: &[usize], batch: Option<usize>, after: &[usize]) -> Option<usize> {
    let front: usize = before[..batch?].iter().product();
    (0..after.len()).find(|&at| after[at] == 1 && after[..at].iter().product::<usize>() == front)
}

fn reshaped<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    value: OnnxValue,
    axes: Vec<usize>,
    batch: Option<usize>,
) -> Result<Vec<OnnxValue>, OnnxError> {
    let (before, _) = outline(&value);
    let count = |axes: &[usize]| axes.iter().try_fold(1_usize, |product, &axis| product.checked_mul(axis));
    if count(&before) != count(&axes) {
        let expected = format!("as many entries as its input of {}", shown(&before));
        return Err(node.error(expected, shown(&axes)));
    }
    Ok(vec![walk.rearranged(node, value, &Rearrangement::Reshape(axes), batch)?])
}

/// Reshape to axes; 0 keeps the input's axis, −1 takes the rest.
pub(super) fn reshape<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let value = walk.take(node, 0)?;
    let Some(mut target) = walk.integers(node, 1)? else {
        return Err(node.error("a shape as its input 1", "none"));
    };
    let (before, batch) = outline(&value);
    if let (Some(size), Some(batch)) = (walk.batch_size, batch) {
        one_input(&mut target, size, before[..batch].iter().product());
    }
    let keeps_zero = node.flag("allowzero");
    let mut axes = Vec::new();
    let mut free = None;
    for (at, &n) in target.iter().enumerate() {
        let axis = match n {
            -1 if free.is_none() => {
                free = Some(at);
                1
            }
            0 if !keeps_zero => match before.get(at) {
                Some(&axis) => axis,
                None => return Err(node.error(format!("an axis {at} of its input to keep"), shown(&before))),
            },
            n => usize::try_from(n)
                .map_err(|_| node.error("axes of at least 0, and −1 once", format!("{target:?}")))?,
        };
        axes.push(axis);
    }
    if let Some(free) = free {
        let count =
            |axes: &[usize]| axes.iter().try_fold(1_usize, |product, &axis| product.checked_mul(axis));
        let left = count(&before).zip(count(&axes)).filter(|&(all, known)| known > 0 && all % known == 0);
        let Some((all, known)) = left else {
            let expected = format!("a shape for the entries of its input of {}", shown(&before));
            return Err(node.error(expected, format!("{target:?}")));
        };
        axes[free] = all / known;
    }
    let batch = batch_in(&before, batch, &axes);
    reshaped(walk, node, value, axes, batch)
}

/// The axis of a batch of fixed size in a shape becomes 1: `front` entries lie before it.
fn one_input(target: &mut [i64], size: usize, front: usize) {
    let mut before = 1_usize;
    for n in target {
        match usize::try_from(*n) {
            Ok(axis) if before == front && axis == size => {
                *n = 1;
                return;
            }
            Ok(axis) => before = before.saturating_mul(axis),
            Err(_) => return,
        }
    }
}

/// Flatten to two axes.
pub(super) fn flatten<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let value = walk.take(node, 0)?;
    let (before, batch) = outline(&value);
    // The number of axes is an axis here.
    let axis = node.int("axis", 1);
    let axis = if axis == before.len() as i64 { before.len() } else { node.axis(axis, before.len())? };
    let axes = vec![before[..axis].iter().product(), before[axis..].iter().product()];
    let batch = batch_in(&before, batch, &axes);
    reshaped(walk, node, value, axes, batch)
}

/// The axes of Squeeze and Unsqueeze: an attribute, or from opset 13 on an input.
fn listed_axes<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Option<Vec<i64>>, OnnxError> {
    match node.ints("axes") {
        Some(axes) => Ok(Some(axes.to_vec())),
        None => walk.integers(node, 1),
    }
}

/// Axes of length 1 left out.
pub(super) fn squeeze<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let value = walk.take(node, 0)?;
    let (before, batch) = outline(&value);
    let gone = match listed_axes(walk, node)? {
        Some(list) => node.axes(&list, before.len())?,
        None => (0..before.len()).filter(|&at| before[at] == 1).collect(),
    };
    if let Some(axis) = gone.iter().find(|&&axis| before[axis] != 1) {
        let found = format!("axis {axis} of {}", shown(&before));
        return Err(node.error("axes of length 1 to leave out", found));
    }
    let kept: Vec<usize> = (0..before.len()).filter(|at| !gone.contains(at)).collect();
    let batch = kept.iter().position(|&at| Some(at) == batch);
    reshaped(walk, node, value, kept.iter().map(|&at| before[at]).collect(), batch)
}

/// New axes of length 1.
pub(super) fn unsqueeze<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
) -> Result<Vec<OnnxValue>, OnnxError> {
    let value = walk.take(node, 0)?;
    let (before, batch) = outline(&value);
    let Some(list) = listed_axes(walk, node)? else {
        return Err(node.error("axes", "none"));
    };
    let rank = before.len() + list.len();
    if rank > 64 {
        return Err(node.error("at most 64 axes", rank.to_string()));
    }
    let new = node.axes(&list, rank)?;
    let mut old = before.iter().enumerate();
    let (mut axes, mut batch_after) = (Vec::new(), None);
    for at in 0..rank {
        match if new.contains(&at) { None } else { old.next() } {
            Some((from, &axis)) => {
                if batch == Some(from) {
                    batch_after = Some(at);
                }
                axes.push(axis);
            }
            None => axes.push(1),
        }
    }
    reshaped(walk, node, value, axes, batch_after)
}

/// Axes in another order.
pub(super) fn transpose<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
) -> Result<Vec<OnnxValue>, OnnxError> {
    let value = walk.take(node, 0)?;
    let (before, batch) = outline(&value);
    let order = match node.ints("perm") {
        None => (0..before.len()).rev().collect(),
        Some(order) if order.len() == before.len() => node.axes(order, before.len())?,
        Some(order) => {
            let expected = format!("`perm` with {} axes", before.len());
            return Err(node.error(expected, order.len().to_string()));
        }
    };
    let batch = order.iter().position(|&axis| Some(axis) == batch);
    Ok(vec![walk.rearranged(node, value, &Rearrangement::Permute(order), batch)?])
}

/// Places along an axis; the batch keeps its one.
fn taken<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    value: OnnxValue,
    axis: usize,
    places: Vec<usize>,
) -> Result<OnnxValue, OnnxError> {
    let (_, batch) = outline(&value);
    if batch == Some(axis) && places.len() != 1 {
        return Err(node.error("1 entry along the batch", places.len().to_string()));
    }
    walk.rearranged(node, value, &Rearrangement::Take { axis, places }, batch)
}

/// Chosen places along an axis, by constant numbers of any shape.
pub(super) fn gather<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let value = walk.take(node, 0)?;
    let (before, batch) = outline(&value);
    let axis = node.axis(node.int("axis", 0), before.len())?;
    let Some(indices) = walk.constant(node, 1)? else {
        return Err(node.error("indices as its input 1", "none"));
    };
    let Some(numbers) = indices.as_integers() else {
        return Err(node.error("integers as its input 1", "real numbers"));
    };
    let places: Result<Vec<usize>, OnnxError> = numbers
        .iter()
        .map(|&n| {
            let place = if n < 0 { n.checked_add(before[axis] as i64) } else { Some(n) };
            place
                .and_then(|place| usize::try_from(place).ok())
                .filter(|&place| place < before[axis])
                .ok_or_else(|| {
                    node.error(format!("a place below {} along axis {axis}", before[axis]), n.to_string())
                })
        })
        .collect();
    let value = taken(walk, node, value, axis, places?)?;
    let axes = [&before[..axis], indices.axes(), &before[axis + 1..]].concat();
    let batch = batch.and_then(|batch| match batch.cmp(&axis) {
        std::cmp::Ordering::Less => Some(batch),
        std::cmp::Ordering::Equal => (indices.axes().len() == 1).then_some(batch),
        std::cmp::Ordering::Greater => Some(batch + indices.axes().len() - 1),
    });
    reshaped(walk, node, value, axes, batch)
}

/// Places from starts to ends with steps, along axes.
pub(super) fn slice<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let mut value = walk.take(node, 0)?;
    let (before, _) = outline(&value);
    let (Some(starts), Some(ends)) = (walk.integers(node, 1)?, walk.integers(node, 2)?) else {
        return Err(node.error("starts and ends as its inputs 1 and 2", "none"));
    };
    let list = walk.integers(node, 3)?.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = walk.integers(node, 4)?.unwrap_or_else(|| vec![1; starts.len()]);
    if [ends.len(), list.len(), steps.len()] != [starts.len(); 3] {
        let expected = format!("{} ends, axes and steps", starts.len());
        return Err(node.error(expected, format!("{}, {} and {}", ends.len(), list.len(), steps.len())));
    }
    let axes = node.axes(&list, before.len())?;
    for (at, &axis) in axes.iter().enumerate() {
        let (length, step) = (before[axis] as i64, steps[at]);
        if step == 0 {
            return Err(node.error("steps other than 0", "0"));
        }
        let from_start = |n: i64| if n < 0 { n.saturating_add(length) } else { n };
        let (least, most) = if step > 0 { (0, length) } else { (-1, length - 1) };
        let (start, end) = (from_start(starts[at]), from_start(ends[at]));
        let start = start.clamp(least.max(0), most.max(0));
        // Below the axis, an end stands before its first place.
        let end = end.clamp(least, most);
        let mut places = Vec::new();
        let mut place = start;
        while if step > 0 { place < end } else { place > end } {
            if let Ok(place) = usize::try_from(place)
                && place < before[axis]
            {
                places.push(place);
            }
            place = place.saturating_add(step);
        }
        value = taken(walk, node, value, axis, places)?;
    }
    Ok(vec![value])
}

/// Parts along an axis.
pub(super) fn split<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let value = walk.traced(node, 0)?;
    let axis = node.axis(node.int("axis", 0), value.axes.len())?;
    let (length, parts) = (value.axes[axis], node.outputs().len());
    let lengths = match node.ints("split") {
        Some(lengths) => Some(lengths.to_vec()),
        None => walk.integers(node, 1)?,
    };
    let lengths: Vec<usize> = match lengths {
        Some(lengths) => lengths.iter().filter_map(|&n| usize::try_from(n).ok()).collect(),
        None => {
            let each = length.div_ceil(parts.max(1));
            (0..parts).map(|part| each.min(length.saturating_sub(part * each))).collect()
        }
    };
    let all = lengths.iter().fold(0_usize, |sum, &n| sum.saturating_add(n));
    if lengths.len() != parts || all != length {
        let expected = format!("{parts} parts of {length} entries along axis {axis}");
        return Err(node.error(expected, format!("{lengths:?}")));
    }
    let mut first = 0;
    let mut values = Vec::new();
    for n in lengths {
        let places = (first..first + n).collect();
        values.push(taken(walk, node, OnnxValue::Traced(value.clone()), axis, places)?);
        first += n;
    }
    Ok(values)
}

/// Values one behind the other along an axis.
pub(super) fn concat<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let values: Result<Vec<OnnxValue>, OnnxError> =
        (0..node.input_count()).map(|at| walk.take(node, at)).collect();
    let values = values?;
    let Some(first) = values.first() else {
        return Err(node.error("at least one input", "none"));
    };
    let (axes, _) = outline(first);
    let axis = node.axis(node.int("axis", 0), axes.len())?;
    let misfit = || node.error(format!("inputs like {} apart from axis {axis}", shown(&axes)), "others");
    let constants: Vec<&OnnxConstant> = values
        .iter()
        .filter_map(|value| if let OnnxValue::Constant(c) = value { Some(c) } else { None })
        .collect();
    if constants.len() == values.len() {
        return Ok(vec![OnnxValue::Constant(concatenated(walk, node, &constants, axis)?)]);
    }
    let (mut arrays, mut batch): (Vec<ArrayD<TracedEntry>>, _) = (Vec::new(), None);
    for value in values {
        let traced = walk.as_traced(node, value)?;
        walk.claim_axes(&node.place, &traced.axes)?;
        if traced.batch == Some(axis) {
            return Err(node.error("another axis than that of the batch", axis.to_string()));
        }
        batch = batch.or(traced.batch);
        arrays.push(traced.array());
    }
    let views: Vec<_> = arrays.iter().map(|array| array.view()).collect();
    let all = joined(axis, &views).ok_or_else(misfit)?;
    Ok(vec![OnnxValue::Traced(walk.gathered(all.as_standard_layout().into_owned(), batch))])
}

/// Arrays one behind the other along an axis; `None` where their shapes do not fit.
fn joined<T: Clone>(axis: usize, arrays: &[ArrayViewD<'_, T>]) -> Option<ArrayD<T>> {
    let axes = arrays.first()?.ndim();
    // ndarray panics at an array with fewer axes than the first.
    let fits = axis < axes && arrays.iter().all(|array| array.ndim() == axes);
    fits.then(|| concatenate(Axis(axis), arrays).ok())?
}

fn concatenated<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    constants: &[&OnnxConstant],
    axis: usize,
) -> Result<OnnxConstant, OnnxError> {
    let misfit = || node.error("constants of one type and shape, apart from the axis", "others");
    let origins: Vec<&str> = constants.iter().map(|constant| constant.origin.as_str()).collect();
    let origin = format!("concat {axis}({})", origins.join(", "));
    for constant in constants {
        walk.claim_axes(&node.place, constant.axes())?;
    }
    let integers: Vec<_> = constants.iter().filter_map(|c| c.as_integers().map(|n| n.view())).collect();
    if integers.len() == constants.len() {
        let all = joined(axis, &integers).ok_or_else(misfit)?;
        return Ok(OnnxConstant::integers(origin, all.as_standard_layout().into_owned()));
    }
    let reals: Vec<_> = constants.iter().filter_map(|c| c.as_reals().map(|n| n.view())).collect();
    if reals.len() != constants.len() {
        return Err(misfit());
    }
    let all = joined(axis, &reals).ok_or_else(misfit)?;
    Ok(OnnxConstant::reals(origin, all.as_standard_layout().into_owned()))
}

/// Copies along axes of length 1, and along new ones in front.
pub(super) fn expand<'a>(walk: &mut OnnxWalk<'a>, node: &OnnxNode<'a>) -> Result<Vec<OnnxValue>, OnnxError> {
    let value = walk.take(node, 0)?;
    let Some(target) = walk.integers(node, 1)? else {
        return Err(node.error("a shape as its input 1", "none"));
    };
    let mut axes: Vec<usize> = target.iter().filter_map(|&n| usize::try_from(n).ok()).collect();
    let (before, batch) = outline(&value);
    if axes.len() != target.len() || axes.len() > 64 {
        return Err(node.error("axes of at least 0", format!("{target:?}")));
    }
    if let (Some(size), Some(batch)) = (walk.batch_size, batch)
        && let Some(at) = (batch + axes.len()).checked_sub(before.len())
        && axes[at] == size
    {
        axes[at] = 1;
    }
    if let OnnxValue::Constant(_) = &value {
        let Some(all) = broadcast_axes(&before, &axes) else {
            return Err(node.error(format!("a shape that fits to {}", shown(&before)), shown(&axes)));
        };
        return Ok(vec![walk.rearranged(node, value, &Rearrangement::Broadcast(all), None)?]);
    }
    let traced = walk.as_traced(node, value)?;
    Ok(vec![OnnxValue::Traced(walk.broadcast(node, traced, &axes)?)])
}
