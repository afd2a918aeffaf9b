//! Batch normalisation by its running statistics: a scale and a shift of each channel.

use ndarray::{ArrayD, IxDyn};

use super::OnnxError;
use super::node::{OnnxNode, shown};
use super::traced::OnnxValue;
use super::walk::OnnxWalk;
use crate::network::graph::{BatchNorm, BatchStatistics};

/// γ·(x − μ)/√(v + e) + β for each channel, axis 1: part of the linear map before it, if nothing else takes its value.
pub(super) fn batch_norm<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
) -> Result<Vec<OnnxValue>, OnnxError> {
    if node.flag("training_mode") {
        let found = "`training_mode` 1, statistics of each batch: export the model in eval mode";
        return Err(node.error("running statistics", found));
    }
    let axes = walk.axes(node, 0)?.to_vec();
    let value = walk.take(node, 0)?;
    let [_, channels, spatial @ ..] = &axes[..] else {
        return Err(node.error("an input with a batch and channels", shown(&axes)));
    };
    let mut lists = Vec::new();
    let mut origins = Vec::new();
    for (at, what) in ["scale", "bias", "mean", "variance"].into_iter().enumerate() {
        let Some(numbers) = walk.reals(node, at + 1)? else {
            return Err(node.error(format!("a {what} as its input {}", at + 1), "none"));
        };
        let list: Vec<f64> = numbers.as_reals().into_iter().flatten().copied().collect();
        if list.len() != *channels {
            let expected = format!("{channels} numbers as its {what}, one for each channel");
            return Err(node.error(expected, list.len().to_string()));
        }
        origins.push(numbers.origin);
        lists.push(Some(list));
    }
    let epsilon = node.float("epsilon", 1e-5);
    let mut lists = lists.into_iter();
    let [weight, bias, mean, variance] = std::array::from_fn(|_| lists.next().flatten());
    let norm = BatchNorm::new(&node.name, BatchStatistics { weight, bias, mean, variance, epsilon })?;
    let (scale, shift) = norm.scale_and_shift();
    let along = [&[*channels][..], &vec![1; spatial.len()]].concat();
    let array = |numbers: Vec<f64>| {
        ArrayD::from_shape_vec(IxDyn(&along), numbers)
            .map_err(|_| node.error("one for each channel", "others"))
    };
    let what = format!("batch norm {epsilon} {}", origins.join(", "));
    Ok(vec![walk.affine(node, value, (Some(array(scale.to_vec())?), Some(array(shift)?)), &what)?])
}
