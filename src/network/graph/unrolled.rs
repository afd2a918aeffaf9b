//! The same function with a weight for each place: the form to compare shared kernels with.

use ndarray::Array2;

use super::Graph;

impl Graph {
    /// The same graph with every map as a dense layer, and their weights: a kernel is copied to each of its places. Entries outside of
    /// a window are weights of 0, which need no neuron; so are entries of the padding. `weights`: of its layers, layer 1 first.
    pub fn unrolled(&self, weights: &[Array2<f64>]) -> (Self, Vec<Array2<f64>>) {
        let (maps, matrices) = self.maps.iter().zip(weights).map(|(map, w)| map.as_dense(w)).unzip();
        (Self { nodes: self.nodes.clone(), maps, last_use: self.last_use.clone() }, matrices)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{GraphBuilder, LinearMap, Shape, Window};
    use super::*;
    use ndarray::{Array1, Array2};

    #[test]
    fn the_unrolled_form_computes_the_same() {
        let number = |at: usize| ((at * 7919 + 13) % 1009) as f64 / 504.5 - 1.0;
        let mut g = GraphBuilder::new(Shape::new([2, 5, 4]));
        let kernel = Array2::from_shape_fn((3, 12), |(i, j)| number(12 * i + j));
        let window = Window { padding: vec![(1, 0), (0, 1)], ..Window::new([3, 2]).with_stride(2) };
        let bias = Array1::from_shape_fn(3, |at| number(400 + at));
        let conv = LinearMap::convolution("conv", g.shape(g.input()).clone(), kernel, Some(bias), window, 1);
        let conv = g.map(conv.unwrap());
        let y = g.linear("conv", conv, g.input()).unwrap();
        let rows = Array2::from_shape_fn((2, 2), |(i, j)| number(500 + 2 * i + j));
        let rows = g.map(LinearMap::of_rows("rows", g.shape(y).clone(), rows, None).unwrap());
        let y = g.linear("rows", rows, y).unwrap();
        let (graph, weights) = g.build(y).unwrap();
        let (dense, matrices) = graph.unrolled(&weights);
        let x = Array2::from_shape_fn((4, 40), |(point, at)| number(600 + 40 * point + at));
        let of = |graph: &Graph, w: &[Array2<f64>]| {
            graph.forward(x.view(), &mut |layer, x| x.dot(&w[layer - 1].t()), &mut |_, _| {})
        };
        let (y, unrolled) = (of(&graph, &weights), of(&dense, &matrices));
        assert_eq!(graph.output(), dense.output());
        for (a, b) in y.iter().zip(&unrolled) {
            assert!((a - b).abs() < 1e-14, "{a} {b}");
        }
        assert!(dense.maps().iter().all(|map| map.places() == 1));
        // A weight for each place at which a tap reads an entry.
        let nonzero = |w: &[Array2<f64>]| w.iter().flatten().filter(|&&w| w != 0.0).count();
        assert!(nonzero(&matrices) > 3 * nonzero(&weights));
    }
}
