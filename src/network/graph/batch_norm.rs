//! Batch norm at inference: y = γ·(x − μ)/√(v + e) + β, channel by channel, with the statistics of its training.
//!
//! Behind a linear map it is folded into the map's weights: W′ = diag(γ/√(v+e))·W, b′ = γ·(b−μ)/√(v+e) + β. Elsewhere it is a
//! fixed scale and shift.

use ndarray::{Array1, ArrayView2, Axis, Slice};

use super::folding::{FoldedNorm, OutputAffine};
use super::linear_map::WeightedMap;
use super::{GraphBuilder, GraphError, NodeId, Operation, Placement};

/// Batch norm of some channels.
#[derive(Clone, Debug)]
pub struct BatchNorm {
    /// γ/√(v + e)
    factor: Vec<f64>,
    mean: Vec<f64>,
    /// β
    shift: Vec<f64>,
}

/// The parameters and statistics of a batch norm, one number for each channel.
#[derive(Clone, Debug, Default)]
pub struct BatchStatistics {
    /// γ; 1 if not given
    pub weight: Option<Vec<f64>>,
    /// β; 0 if not given
    pub bias: Option<Vec<f64>>,
    /// μ, the running mean
    pub mean: Option<Vec<f64>>,
    /// v, the running variance
    pub variance: Option<Vec<f64>>,
    /// e
    pub epsilon: f64,
}

impl BatchNorm {
    /// Batch norm by these statistics.
    ///
    /// # Errors
    /// [`GraphError`] for a missing mean or variance, lists of different lengths, and numbers that are not finite or
    /// a variance with v + e ≤ 0.
    pub fn new(name: &str, of: BatchStatistics) -> Result<Self, GraphError> {
        let required = |what: &str, list: Option<Vec<f64>>| {
            let expected = format!("a running {what}, as batch norm has it after training");
            list.ok_or_else(|| GraphError::new(name, expected, "none"))
        };
        let (mean, variance) = (required("mean", of.mean)?, required("variance", of.variance)?);
        let channels = mean.len();
        let weight = of.weight.unwrap_or_else(|| vec![1.0; channels]);
        let shift = of.bias.unwrap_or_else(|| vec![0.0; channels]);
        for (what, list) in
            [("weights", &weight), ("biases", &shift), ("means", &mean), ("variances", &variance)]
        {
            if list.len() != channels {
                let expected = format!("{channels} {what}, one for each mean");
                return Err(GraphError::new(name, expected, list.len().to_string()));
            }
            if let Some((channel, found)) = list.iter().enumerate().find(|(_, x)| !x.is_finite()) {
                let expected = format!("finite {what}");
                return Err(GraphError::new(name, expected, format!("{found} at channel {channel}")));
            }
        }
        let mut factor = Vec::with_capacity(channels);
        for (channel, (weight, variance)) in weight.iter().zip(&variance).enumerate() {
            let scale = weight / (variance + of.epsilon).sqrt();
            if variance + of.epsilon <= 0.0 || !scale.is_finite() {
                let expected = format!("a variance v with v + {} above 0", of.epsilon);
                return Err(GraphError::new(name, expected, format!("{variance} at channel {channel}")));
            }
            factor.push(scale);
        }
        Ok(Self { factor, mean, shift })
    }

    /// Channels.
    pub fn channels(&self) -> usize {
        self.factor.len()
    }

    /// A map with the batch norm of its outputs folded in. The map has a bias then.
    fn folded(&self, of: &WeightedMap) -> WeightedMap {
        let (map, weights) = of;
        let bias = (0..map.rows()).filter(|_| map.has_bias()).map(|row| weights[[row, map.columns() - 1]]);
        let bias: Array1<f64> = bias.collect();
        let mut scaled = without_bias(of).to_owned();
        let affine =
            OutputAffine { scale: Some(&self.factor), mean: Some(&self.mean), shift: Some(&self.shift) };
        let bias = affine.fold(&mut scaled, map.has_bias().then_some(bias));
        map.rebiased(scaled, bias.unwrap_or_else(|| Array1::zeros(map.rows())))
    }

    /// The same as a scale and a shift of each channel: s·x + t.
    pub fn scale_and_shift(&self) -> (&[f64], Vec<f64>) {
        let shift = (0..self.channels()).map(|at| self.shift[at] - self.factor[at] * self.mean[at]);
        (&self.factor, shift.collect())
    }
}

/// The matrix of a map without its biases.
fn without_bias((map, weights): &WeightedMap) -> ArrayView2<'_, f64> {
    let columns = map.columns() - usize::from(map.has_bias());
    weights.slice_axis(Axis(1), Slice::from(..columns))
}

impl GraphBuilder {
    /// Batch norm along the first axis of a value. `is_only_use`: no other node takes that value. Then, behind a dense layer or
    /// a convolution, it is folded into the weights; else it stays a scale and shift.
    ///
    /// # Errors
    /// [`GraphError`] for another number of channels.
    pub fn batch_norm(
        &mut self,
        name: &str,
        norm: &BatchNorm,
        of: NodeId,
        is_only_use: bool,
    ) -> Result<(NodeId, Option<FoldedNorm>), GraphError> {
        let shape = self.shape(of).clone();
        let channels = shape.axes().first().copied().unwrap_or(1);
        if channels != norm.channels() {
            let expected = format!("{channels} channels, as its input of {shape} has");
            return Err(GraphError::new(name, expected, norm.channels().to_string()));
        }
        if let Some((map, from)) = self.map_behind(of).filter(|_| is_only_use) {
            let before = &self.maps[map];
            let after = norm.folded(before);
            if let Some(((row, column), found)) = after.1.indexed_iter().find(|(_, w)| !w.is_finite()) {
                let expected = format!("a finite weight at row {row}, column {column} of {}", after.0.name());
                return Err(GraphError::new(name, expected, found.to_string()));
            }
            let names = (name, before.0.name());
            let effect = FoldedNorm::new(names, 1, without_bias(before), without_bias(&after));
            let map = self.map(after);
            let node = self.linear(name, map, from)?;
            return Ok((node, Some(effect)));
        }
        let size = shape.entries() / channels.max(1);
        let each = |of: &[f64]| of.iter().flat_map(|&x| std::iter::repeat_n(x, size)).collect::<Vec<f64>>();
        let (scale, shift) = norm.scale_and_shift();
        let (scale, shift) = (each(scale), each(&shift));
        Ok((self.scale_shift(name, of, scale, shift)?, None))
    }

    /// The linear map that gives a value with its rows along the first axis, and the map's input. No other node may use the map.
    fn map_behind(&self, node: NodeId) -> Option<(usize, NodeId)> {
        let Operation::Linear(map) = self.nodes[node.0].operation else { return None };
        let uses =
            self.nodes.iter().filter(|node| matches!(node.operation, Operation::Linear(m) if m == map));
        let is_by_rows = *self.maps[map].0.placement() == Placement::Rows;
        (uses.count() == 1 && !is_by_rows).then(|| (map, NodeId(self.nodes[node.0].from[0])))
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, ArrayView2, array};

    use super::super::{LinearMap, Shape, Window};
    use super::*;
    use crate::network::Activation;

    /// A number in [−1, 1).
    fn number(place: usize) -> f64 {
        ((place * 7919 + 13) % 1009) as f64 / 1009.0 * 2.0 - 1.0
    }

    fn statistics(channels: usize) -> BatchStatistics {
        let list = |from: usize| (0..channels).map(|at| number(from + at)).collect::<Vec<f64>>();
        BatchStatistics {
            weight: Some(list(100)),
            bias: Some(list(200)),
            mean: Some(list(300)),
            variance: Some(list(400).into_iter().map(|v| v + 1.5).collect()),
            epsilon: 1e-5,
        }
    }

    fn values(graph: &GraphBuilder, output: NodeId, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let (graph, w) = graph.clone().build(output).unwrap();
        graph.forward(x, &mut |layer, x| x.dot(&w[layer - 1].t()), &mut |_, _| {})
    }

    #[test]
    fn folding_changes_no_value() {
        let weights =
            |rows, columns| Array2::from_shape_fn((rows, columns), |(i, j)| number(i * columns + j));
        let bias = || Some(Array1::from_shape_fn(4, |at| number(50 + at)));
        let norm = BatchNorm::new("bn", statistics(4)).unwrap();
        for bias in [None, bias()] {
            let mut g = GraphBuilder::new(Shape::new([2, 4, 4]));
            let window = Window::new([3, 3]).with_padding(1);
            let input = g.shape(g.input()).clone();
            let conv = LinearMap::convolution("conv", input, weights(4, 9), bias.clone(), window, 2).unwrap();
            let conv = g.map(conv);
            let conv = g.linear("conv", conv, g.input()).unwrap();
            let (folded, effect) = g.batch_norm("bn", &norm, conv, true).unwrap();
            let (apart, none) = g.batch_norm("bn", &norm, conv, false).unwrap();
            assert_eq!(none, None);
            let x = Array2::from_shape_fn((3, 32), |(point, at)| number(5000 + point * 32 + at));
            let (a, b) = (values(&g, folded, x.view()), values(&g, apart, x.view()));
            assert!((&a - &b).iter().all(|d| d.abs() < 1e-12));
            // By its definition, at the first entry of each channel.
            let (y, of) = (values(&g, conv, x.view()), statistics(4));
            for channel in 0..4 {
                let list = |list: &Option<Vec<f64>>| list.as_ref().unwrap()[channel];
                let scaled = list(&of.weight) * (y[[0, channel * 16]] - list(&of.mean));
                let expected = scaled / (list(&of.variance) + 1e-5).sqrt() + list(&of.bias);
                assert!((a[[0, channel * 16]] - expected).abs() < 1e-12);
            }
            let effect = effect.unwrap();
            let (graph, w) = g.build(folded).unwrap();
            assert_eq!((graph.nodes().len(), graph.layers(), graph.map(1).has_bias()), (2, 1, true));
            assert_eq!((effect.node.as_str(), effect.map.as_str()), ("bn", "conv"));
            let after = w[0].iter().enumerate().filter(|(at, _)| at % 19 != 18);
            assert_eq!(effect.w_max.1, after.map(|(_, w)| w.abs()).fold(0.0, f64::max));
            assert!(effect.norm.0 > 0.0 && effect.norm.1 > 0.0 && effect.norm.0 != effect.norm.1);
        }
    }

    #[test]
    fn what_cannot_be_folded_stays() {
        let norm = BatchNorm::new("bn", statistics(3)).unwrap();
        let mut g = GraphBuilder::new(Shape::new([3]));
        let map = LinearMap::dense("fc", Shape::new([3]), Array2::eye(3), None).unwrap();
        let map = g.map(map);
        let y = g.linear("fc", map, g.input()).unwrap();
        let z = g.activation("relu", Activation::Relu, y).unwrap();
        assert_eq!(g.batch_norm("bn", &norm, z, true).unwrap().1, None);
        // The map is used twice.
        let again = g.linear("again", map, z).unwrap();
        assert_eq!(g.batch_norm("bn", &norm, again, true).unwrap().1, None);
        // Channels are the first axis, outputs the last.
        let mut g = GraphBuilder::new(Shape::new([3, 2]));
        let map =
            LinearMap::of_rows("rows", Shape::new([3, 2]), array![[1.0, 2.0], [3.0, 4.0]], None).unwrap();
        let map = g.map(map);
        let y = g.linear("rows", map, g.input()).unwrap();
        let (y, effect) = g.batch_norm("bn", &norm, y, true).unwrap();
        assert_eq!((effect, g.shape(y)), (None, &Shape::new([3, 2])));
    }

    #[test]
    fn what_is_no_batch_norm_is_refused() {
        let refused = |change: &dyn Fn(&mut BatchStatistics)| {
            let mut of = statistics(3);
            change(&mut of);
            BatchNorm::new("bn", of).unwrap_err().to_string()
        };
        let says = refused(&|of| of.mean = None);
        assert_eq!(says, "node bn: expected a running mean, as batch norm has it after training, found none");
        assert!(refused(&|of| of.variance = None).contains("a running variance"));
        let says = refused(&|of| of.variance = Some(vec![1.0, -1.0, 1.0]));
        assert!(says.contains("above 0, found -1 at channel 1"), "{says}");
        let says = refused(&|of| of.weight = Some(vec![1.0; 2]));
        assert_eq!(says, "node bn: expected 3 weights, one for each mean, found 2");
        assert!(refused(&|of| of.bias = Some(vec![f64::NAN; 3])).contains("found NaN at channel 0"));
        let mut g = GraphBuilder::new(Shape::new([2, 4]));
        let norm = BatchNorm::new("bn", statistics(3)).unwrap();
        let error = g.batch_norm("bn", &norm, g.input(), true).unwrap_err();
        assert_eq!(error.to_string(), "node bn: expected 2 channels, as its input of 2×4 has, found 3");
    }
}
