//! Linear maps on their way into the graph: constants behind them become part of them.

use ndarray::{ArrayD, IxDyn};

use super::OnnxError;
use super::linear_part::{LinearPart, PartKind};
use super::node::OnnxNode;
use super::traced::{OnnxValue, TracedArray};
use super::walk::OnnxWalk;
use crate::network::graph::{BiasedMatrix, FoldedNorm, GraphError, LinearMap, MapId, Shape, WeightedMap};

impl<'a> OnnxWalk<'a> {
    /// scale · x + shift, as part of a linear map if possible. `what`: the numbers' origin.
    pub(super) fn affine(
        &mut self,
        node: &OnnxNode<'a>,
        value: OnnxValue,
        (scale, shift): (Option<ArrayD<f64>>, Option<ArrayD<f64>>),
        what: &str,
    ) -> Result<OnnxValue, OnnxError> {
        let mut value = value;
        if let OnnxValue::Linear(part) = &mut value
            && !self.bare.contains(&part.geometry)
        {
            let folded = |numbers: &Option<ArrayD<f64>>| match numbers {
                None => Some(None),
                Some(numbers) => part.per_output(numbers).map(Some),
            };
            if let (Some(scale), Some(shift)) = (folded(&scale), folded(&shift)) {
                // Its norm is taken before and after.
                self.claim_axes(&node.place, part.weights.shape())?;
                part.fold(&node.name, scale.as_deref(), shift.as_deref());
                part.history += &format!("|{what}");
                return Ok(value);
            }
        }
        let mut traced = self.as_traced(node, value)?;
        for numbers in [&scale, &shift].into_iter().flatten() {
            traced = self.broadcast(node, traced, numbers.shape())?;
        }
        self.claim_axes(&node.place, &traced.axes)?;
        let full = |numbers: Option<ArrayD<f64>>, default: f64| -> Vec<f64> {
            let numbers = numbers.unwrap_or_else(|| ArrayD::from_elem(IxDyn(&[]), default));
            let full = numbers.broadcast(IxDyn(&traced.axes));
            full.map(|full| full.iter().copied().collect()).unwrap_or_default()
        };
        let (scale, shift) = (full(scale, 1.0), full(shift, 0.0));
        let (axes, batch) = (traced.axes.clone(), traced.batch);
        let id = self.node(&node.name, traced)?;
        let id = self.builder.scale_shift(&node.name, id, scale, shift)?;
        Ok(OnnxValue::Traced(TracedArray::whole(id, axes, batch)))
    }

    /// Puts a linear map into the graph.
    pub(super) fn place(&mut self, part: LinearPart) -> Result<TracedArray, OnnxError> {
        let LinearPart { name, layer, kind, input, input_shape, axes, batch, weights, bias, .. } = part;
        let (geometry, history) = (part.geometry, part.history);
        let key = format!("{geometry}{history}");
        self.histories.entry(geometry).or_default().insert(history);
        let make = |layer: &str| match kind {
            PartKind::Dense => LinearMap::dense(layer, input_shape, weights, bias),
            PartKind::Rows => LinearMap::of_rows(layer, input_shape, weights, bias),
            PartKind::Convolution { window, groups } => {
                LinearMap::convolution(layer, input_shape, weights, bias, window, groups)
            }
        };
        let map = self.shared_map(&key, &layer, part.folds, make)?;
        let id = self.builder.linear(&name, map, input)?;
        Ok(TracedArray::whole(id, axes, batch))
    }

    /// The map of a key, made at its first use.
    fn shared_map(
        &mut self,
        key: &str,
        layer: &str,
        folds: Vec<FoldedNorm>,
        make: impl FnOnce(&str) -> Result<WeightedMap, GraphError>,
    ) -> Result<MapId, OnnxError> {
        if let Some(&map) = self.maps.get(key) {
            return Ok(map);
        }
        let mut name = layer.to_owned();
        let mut number = 2;
        while !self.layer_names.insert(name.clone()) {
            name = format!("{layer}#{number}");
            number += 1;
        }
        let map = self.builder.map(make(&name)?);
        self.folds.extend(folds.into_iter().map(|fold| FoldedNorm { map: name.clone(), ..fold }));
        self.maps.insert(key.to_owned(), map);
        Ok(map)
    }

    /// A dense map of a key, made at its first use.
    pub(super) fn dense(&mut self, key: &str, layer: &str, matrix: BiasedMatrix) -> Result<MapId, OnnxError> {
        let BiasedMatrix { weights, bias, part } = matrix;
        let input = Shape::new([weights.ncols()]);
        self.shared_map(key, layer, Vec::new(), |name| {
            let (map, weights) = LinearMap::dense(name, input, weights, bias)?;
            Ok((map.of_recurrent(part), weights))
        })
    }
}
