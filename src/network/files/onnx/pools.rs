//! Poolings, reductions and softmax.

use super::OnnxError;
use super::node::{OnnxNode, shown};
use super::rearrangement::Rearrangement;
use super::sliding::window;
use super::traced::{OnnxValue, TracedArray};
use super::walk::OnnxWalk;
use crate::network::graph::{Pooling, PoolingKind, Shape};

/// Averages or maxima under a window, channel by channel.
pub(super) fn windowed<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    kind: PoolingKind,
) -> Result<Vec<OnnxValue>, OnnxError> {
    let value = walk.traced(node, 0)?;
    let axes = value.axes.clone();
    let [1, channels, spatial @ ..] = &axes[..] else {
        return Err(node.error("an input with a batch of 1, channels and spatial axes", shown(&axes)));
    };
    let (window, rounds_up) = window(node, spatial, None)?;
    let Some(places) = window.places(spatial, rounds_up) else {
        let expected = format!("a window that fits into its input of {}", shown(&axes));
        let found = format!("kernel {:?} with padding {:?}", window.kernel, window.padding);
        return Err(node.error(expected, found));
    };
    // Entries of all windows.
    walk.claim_axes(&node.place, &[&places[..], &[*channels], &window.kernel].concat())?;
    let inner = axes[1..].to_vec();
    let input = walk.shaped_node(&node.name, TracedArray { batch: Some(0), ..value }, &inner)?;
    let options = (rounds_up, node.flag("count_include_pad"));
    let (pooling, shape) = Pooling::windowed(&node.name, kind, &Shape::new(inner), window, options)?;
    let axes = [&[1], shape.axes()].concat();
    let id = walk.builder.pool(&node.name, input, (pooling, shape))?;
    Ok(vec![OnnxValue::Traced(TracedArray::whole(id, axes, Some(0)))])
}

/// Averages or maxima over all spatial axes.
pub(super) fn global<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    kind: PoolingKind,
) -> Result<Vec<OnnxValue>, OnnxError> {
    let value = walk.traced(node, 0)?;
    if value.axes.len() < 3 {
        return Err(node.error("an input with a batch, channels and spatial axes", shown(&value.axes)));
    }
    let spatial: Vec<usize> = (2..value.axes.len()).collect();
    Ok(vec![OnnxValue::Traced(over_axes(walk, node, kind, value, &spatial)?)])
}

/// Averages or maxima over chosen axes.
pub(super) fn reduced<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    kind: PoolingKind,
) -> Result<Vec<OnnxValue>, OnnxError> {
    let value = walk.traced(node, 0)?;
    let list = match node.ints("axes") {
        Some(axes) => Some(axes.to_vec()),
        None => walk.integers(node, 1)?,
    };
    let list = list.unwrap_or_default();
    if list.is_empty() && node.flag("noop_with_empty_axes") {
        return Ok(vec![OnnxValue::Traced(value)]);
    }
    let axes = match list[..] {
        [] => (0..value.axes.len()).collect(),
        _ => node.axes(&list, value.axes.len())?,
    };
    let mut reduced = over_axes(walk, node, kind, value, &axes)?;
    if node.int("keepdims", 1) == 0 {
        let kept: Vec<usize> = (0..reduced.axes.len()).filter(|at| !axes.contains(at)).collect();
        let batch = kept.iter().position(|&at| Some(at) == reduced.batch);
        let shape = kept.iter().map(|&at| reduced.axes[at]).collect();
        reduced = walk.rearranged_entries(node, reduced, &Rearrangement::Reshape(shape), batch)?;
    }
    Ok(vec![OnnxValue::Traced(reduced)])
}

/// Pooling over axes; they keep length 1.
fn over_axes<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    kind: PoolingKind,
    value: TracedArray,
    axes: &[usize],
) -> Result<TracedArray, OnnxError> {
    walk.claim_axes(&node.place, &value.axes)?;
    if value.batch.is_some_and(|batch| axes.contains(&batch)) {
        return Err(node.error("axes besides that of the batch", format!("{axes:?}")));
    }
    let inner = value.inner_axes();
    let mapped: Vec<usize> =
        axes.iter().map(|&axis| axis - usize::from(value.batch.is_some_and(|batch| batch < axis))).collect();
    let mut after = value.axes.clone();
    axes.iter().for_each(|&axis| after[axis] = 1);
    let batch = value.batch;
    let input = walk.shaped_node(&node.name, value, &inner)?;
    let pool = Pooling::over_axes(&node.name, kind, &Shape::new(inner), &mapped)?;
    let id = walk.builder.pool(&node.name, input, pool)?;
    Ok(TracedArray::whole(id, after, batch))
}

/// Softmax or its logarithm along an axis; before opset 13 over all axes from the given one on.
pub(super) fn softmax<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    is_logarithm: bool,
) -> Result<Vec<OnnxValue>, OnnxError> {
    let value = walk.traced(node, 0)?;
    walk.claim_axes(&node.place, &value.axes)?;
    let rank = value.axes.len();
    let is_coerced = walk.opset < 13;
    let axis = node.axis(node.int("axis", if is_coerced { 1 } else { -1 }), rank)?;
    let over_batch = if is_coerced { value.batch >= Some(axis) } else { value.batch == Some(axis) };
    if over_batch {
        return Err(node.error("an axis besides that of the batch", axis.to_string()));
    }
    let (batch, axes) = (value.batch, value.axes.clone());
    // The axis is the last one while softmax is taken.
    let mut order: Vec<usize> = (0..rank).collect();
    let shape = if is_coerced {
        vec![axes[..axis].iter().product(), axes[axis..].iter().product()]
    } else {
        order.remove(axis);
        order.push(axis);
        vec![axes.iter().product::<usize>() / axes[axis].max(1), axes[axis]]
    };
    let shape = if shape[0] == 1 { shape[1..].to_vec() } else { shape };
    let turned_batch = order.iter().position(|&at| Some(at) == batch);
    let turned =
        walk.rearranged_entries(node, value, &Rearrangement::Permute(order.clone()), turned_batch)?;
    let turned_axes = turned.axes.clone();
    let input = walk.shaped_node(&node.name, turned, &shape)?;
    let id = if is_logarithm {
        walk.builder.log_softmax(&node.name, input)?
    } else {
        walk.builder.softmax(&node.name, input)?
    };
    let turned = TracedArray::whole(id, turned_axes, turned_batch);
    let back = (0..rank).map(|axis| order.iter().position(|&at| at == axis).unwrap_or(axis)).collect();
    Ok(vec![OnnxValue::Traced(walk.rearranged_entries(
        node,
        turned,
        &Rearrangement::Permute(back),
        batch,
    )?)])
}
