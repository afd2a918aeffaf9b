//! Skip connections built out of G as well: what would they cost?

use ndarray::Array2;

use super::{Graph, GraphBuilder, GraphError, LinearMap, Node, NodeId, Operation, WeightedMap, Window};

impl Graph {
    /// The skip connections: nodes of sums, each with the place of the input that other nodes take as well.
    fn skips(&self) -> Vec<(usize, usize)> {
        let takers = |of: usize| self.nodes.iter().filter(|node| node.from.contains(&of)).count();
        let sums = self.nodes.iter().enumerate().filter(|(_, node)| matches!(node.operation, Operation::Add));
        let skipped = sums.filter_map(|(number, node)| {
            let place = node.from.iter().position(|&from| takers(from) > 1)?;
            Some((number, place))
        });
        skipped.collect()
    }

    /// The same graph with a linear map of ones on each skip connection, to be rebuilt out of G like the others: a weight for each
    /// entry, or for each channel where there are places. `weights`: of its layers, layer 1 first.
    ///
    /// # Errors
    /// [`GraphError`] if there is no skip connection: no sum takes a value that other nodes take as well.
    pub fn with_built_skips(&self, weights: &[Array2<f64>]) -> Result<(Self, Vec<Array2<f64>>), GraphError> {
        let skips = self.skips();
        if skips.is_empty() {
            let expected = "a sum with a value that other nodes take as well";
            return Err(GraphError::new(&self.nodes[self.nodes.len() - 1].name, expected, "none before it"));
        }
        let mut builder = GraphBuilder::new(self.input().clone());
        let maps: Vec<_> = self.maps.iter().cloned().zip(weights.iter().cloned()).collect();
        let maps: Vec<_> = maps.into_iter().map(|map| builder.map(map)).collect();
        let mut numbers: Vec<NodeId> = vec![builder.input()];
        for (number, node) in self.nodes.iter().enumerate().skip(1) {
            let mut from: Vec<NodeId> = node.from.iter().map(|&from| numbers[from]).collect();
            if let Some(&(_, place)) = skips.iter().find(|(sum, _)| *sum == number) {
                let name = format!("{} skip", node.name);
                let map = builder.map(ones(&name, node)?);
                from[place] = builder.linear(&name, map, from[place])?;
            }
            let made = match &node.operation {
                Operation::Linear(layer) => builder.linear(&node.name, maps[layer - 1], from[0])?,
                operation => builder.push(&node.name, operation.clone(), from, node.shape.clone())?,
            };
            numbers.push(made);
        }
        builder.build(numbers[numbers.len() - 1])
    }
}

/// The linear map of ones for a value of a node's shape: on each channel where there are places, else on each entry.
fn ones(name: &str, node: &Node) -> Result<WeightedMap, GraphError> {
    let shape = node.shape.clone();
    match *shape.axes() {
        [channels, _, ..] => {
            let window = Window::new(vec![1; shape.axes().len() - 1]);
            LinearMap::convolution(name, shape, Array2::eye(channels), None, window, 1)
        }
        _ => {
            let entries = shape.entries();
            LinearMap::dense(name, shape, Array2::eye(entries), None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Shape;
    use super::*;
    use crate::network::Activation;

    /// y = x + relu(conv x), then the same with 3 numbers.
    fn residual() -> (Graph, Vec<Array2<f64>>) {
        let mut g = GraphBuilder::new(Shape::new([2, 3, 3]));
        let kernel = Array2::from_shape_fn((2, 18), |(i, j)| ((i * 18 + j) % 7) as f64 / 7.0 - 0.4);
        let window = Window::new([3, 3]).with_padding(1);
        let conv = LinearMap::convolution("conv", Shape::new([2, 3, 3]), kernel, None, window, 1).unwrap();
        let conv = g.map(conv);
        let y = g.linear("conv", conv, g.input()).unwrap();
        let y = g.activation("relu", Activation::Relu, y).unwrap();
        let y = g.add("sum", g.input(), y).unwrap();
        let dense = LinearMap::dense("fc", Shape::new([18]), Array2::eye(18), None).unwrap();
        let dense = g.map(dense);
        let y = g.linear("fc", dense, y).unwrap();
        let z = g.activation("tanh", Activation::Tanh, y).unwrap();
        let y = g.add("last", z, y).unwrap();
        g.build(y).unwrap()
    }

    #[test]
    fn built_skips_compute_the_same_with_a_weight_for_each_channel_or_entry() {
        let (graph, weights) = residual();
        let (built, more) = graph.with_built_skips(&weights).unwrap();
        let names: Vec<&str> = built.maps().iter().map(LinearMap::name).collect();
        assert_eq!(names, ["conv", "sum skip", "fc", "last skip"]);
        let nonzero = |w: &[Array2<f64>]| w.iter().flatten().filter(|&&w| w != 0.0).count();
        assert_eq!(nonzero(&more), nonzero(&weights) + 2 + 18);
        let x = Array2::from_shape_fn((3, 18), |(point, at)| ((point * 18 + at) % 11) as f64 - 5.0);
        let of = |graph: &Graph, w: &[Array2<f64>]| {
            graph.forward(x.view(), &mut |layer, x| x.dot(&w[layer - 1].t()), &mut |_, _| {})
        };
        assert_eq!(of(&graph, &weights), of(&built, &more));
    }

    #[test]
    fn a_graph_without_skips_is_refused() {
        let mut g = GraphBuilder::new(Shape::new([2]));
        let map = LinearMap::dense("fc", Shape::new([2]), Array2::eye(2), None).unwrap();
        let map = g.map(map);
        let y = g.linear("fc", map, g.input()).unwrap();
        let (graph, weights) = g.build(y).unwrap();
        let error = graph.with_built_skips(&weights).unwrap_err().to_string();
        assert_eq!(
            error,
            "node fc: expected a sum with a value that other nodes take as well, found none before it"
        );
    }
}
