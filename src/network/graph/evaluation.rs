//! The values of a graph at a batch of inputs, forwards, and their derivatives, backwards.

use ndarray::{Array2, ArrayView2, Axis, Slice, Zip, concatenate};

use super::{Graph, Node, Operation};

/// Applies a layer, from 1, to what its columns read, (points · places) × columns: (points · places) × rows.
pub type Apply<'a> = &'a mut dyn FnMut(usize, ArrayView2<'_, f64>) -> Array2<f64>;

/// Takes a layer, from 1, what its columns read, and derivatives by its outputs, (points · places) × rows, to derivatives by
/// what its columns read.
pub type ApplyBack<'a> = &'a mut dyn FnMut(usize, ArrayView2<'_, f64>, ArrayView2<'_, f64>) -> Array2<f64>;

impl Graph {
    /// The output at a batch: points × entries of the input in, points × entries of the output out. `note` sees the value of
    /// every node, by its number, before any later one is computed. A point's outputs are NaN where any of its values has
    /// overflowed: a later node may not show it.
    pub fn forward(
        &self,
        x: ArrayView2<'_, f64>,
        linear: Apply<'_>,
        note: &mut dyn FnMut(usize, ArrayView2<'_, f64>),
    ) -> Array2<f64> {
        let mut values: Vec<Option<Array2<f64>>> = vec![None; self.nodes.len()];
        let mut overflowed = vec![false; x.nrows()];
        for number in 0..self.nodes.len() {
            let value = self.value(number, x, &values, linear);
            note(number, value.view());
            for (overflowed, value) in overflowed.iter_mut().zip(value.rows()) {
                *overflowed |= value.iter().any(|v| !v.is_finite());
            }
            values[number] = Some(value);
            // No later node takes these.
            for &from in &self.nodes[number].from {
                if self.last_use[from] == number {
                    values[from] = None;
                }
            }
        }
        let mut output = values.pop().flatten().unwrap_or_default();
        for (mut row, _) in
            output.rows_mut().into_iter().zip(overflowed).filter(|(_, overflowed)| *overflowed)
        {
            row.fill(f64::NAN);
        }
        output
    }

    /// The values of all nodes at a batch, points × entries each.
    pub fn values(&self, x: ArrayView2<'_, f64>, linear: Apply<'_>) -> Vec<Array2<f64>> {
        let mut values: Vec<Option<Array2<f64>>> = Vec::with_capacity(self.nodes.len());
        for number in 0..self.nodes.len() {
            let value = self.value(number, x, &values, linear);
            values.push(Some(value));
        }
        values.into_iter().flatten().collect()
    }

    fn value(
        &self,
        number: usize,
        x: ArrayView2<'_, f64>,
        values: &[Option<Array2<f64>>],
        linear: Apply<'_>,
    ) -> Array2<f64> {
        let node = &self.nodes[number];
        let of = |at: usize| match &values[node.from[at]] {
            Some(value) => value.view(),
            None => unreachable!("a value is kept until its last use"),
        };
        let each = |operation: &dyn Fn(usize, f64) -> f64| {
            let mut value = of(0).to_owned();
            value.indexed_iter_mut().for_each(|((_, entry), v)| *v = operation(entry, *v));
            value
        };
        match &node.operation {
            Operation::Input => x.to_owned(),
            Operation::Constant(values) => {
                Array2::from_shape_fn((x.nrows(), values.len()), |(_, at)| values[at])
            }
            Operation::Linear(layer) => {
                let map = self.map(*layer);
                map.outputs(linear(*layer, map.patches(of(0)).view()))
            }
            Operation::Activation(activation) => of(0).mapv(|v| activation.of_sum(v)),
            Operation::Add => &of(0) + &of(1),
            Operation::Product => &of(0) * &of(1),
            Operation::Mix => {
                let mut mixed = of(1).to_owned();
                Zip::from(&mut mixed)
                    .and(&of(0))
                    .and(&of(2))
                    .for_each(|a, &z, &b| *a = z * *a + (1.0 - z) * b);
                mixed
            }
            Operation::Concat { axis } => {
                let parts: Vec<_> = (0..node.from.len()).map(of).collect();
                let rows = self.rows_of_concat(node, *axis);
                let chunks: Vec<_> = (0..rows)
                    .flat_map(|row| {
                        parts.iter().map(move |part| {
                            let length = part.ncols() / rows;
                            part.slice_axis(Axis(1), Slice::from(row * length..(row + 1) * length)).to_owned()
                        })
                    })
                    .collect();
                let views: Vec<_> = chunks.iter().map(|chunk| chunk.view()).collect();
                concatenate(Axis(1), &views).unwrap_or_default()
            }
            Operation::Reshape => of(0).to_owned(),
            Operation::Select(entries) => {
                let from = of(0);
                Array2::from_shape_fn((from.nrows(), entries.len()), |(point, at)| {
                    from[[point, entries[at] as usize]]
                })
            }
            Operation::Pool(pooling) => pooling.forward(of(0)),
            Operation::ScaleShift { scale, shift } => each(&|entry, v| scale[entry] * v + shift[entry]),
            Operation::Softmax => by_rows(node, of(0), &softmax),
            Operation::LogSoftmax => by_rows(node, of(0), &log_softmax),
        }
    }

    /// Rows into which the values of a concatenation fall before its axis.
    fn rows_of_concat(&self, node: &Node, axis: usize) -> usize {
        node.shape.axes()[..axis].iter().product()
    }

    /// Derivatives by the output, points × entries, to derivatives by the input. `values`: of all nodes, as
    /// [`values`](Self::values) has them.
    pub fn back(&self, values: &[Array2<f64>], by_output: Array2<f64>, linear: ApplyBack<'_>) -> Array2<f64> {
        let mut by: Vec<Option<Array2<f64>>> = vec![None; self.nodes.len()];
        let points = by_output.nrows();
        if let Some(last) = by.last_mut() {
            *last = Some(by_output);
        }
        for number in (1..self.nodes.len()).rev() {
            let Some(by_value) = by[number].take() else { continue };
            let node = &self.nodes[number];
            for (from, by_input) in
                node.from.iter().zip(self.back_through(node, values, &by_value, number, linear))
            {
                by[*from] = Some(match by[*from].take() {
                    Some(sum) => sum + by_input,
                    None => by_input,
                });
            }
        }
        by[0].take().unwrap_or_else(|| Array2::zeros((points, self.input().entries())))
    }

    /// Derivatives by each input of a node.
    fn back_through(
        &self,
        node: &Node,
        values: &[Array2<f64>],
        by: &Array2<f64>,
        number: usize,
        linear: ApplyBack<'_>,
    ) -> Vec<Array2<f64>> {
        let of = |at: usize| &values[node.from[at]];
        match &node.operation {
            Operation::Input | Operation::Constant(_) => Vec::new(),
            Operation::Linear(layer) => {
                let map = self.map(*layer);
                let by_patches =
                    linear(*layer, map.patches(of(0).view()).view(), map.by_place(by.view()).view());
                vec![map.back(by_patches)]
            }
            Operation::Activation(activation) => {
                let mut by = by.clone();
                by.zip_mut_with(of(0), |by, &sum| *by *= activation.derivative(sum));
                vec![by]
            }
            Operation::Add => vec![by.clone(), by.clone()],
            Operation::Product => vec![by * of(1), by * of(0)],
            Operation::Mix => {
                let z = of(0);
                vec![by * &(of(1) - of(2)), by * z, by * &z.mapv(|z| 1.0 - z)]
            }
            Operation::Concat { axis } => {
                let rows = self.rows_of_concat(node, *axis);
                let mut first = 0;
                let width = by.ncols() / rows;
                let parts = node.from.iter().map(|&from| {
                    let length = self.nodes[from].shape.entries() / rows;
                    let part = Array2::from_shape_fn((by.nrows(), rows * length), |(point, at)| {
                        by[[point, at / length * width + first + at % length]]
                    });
                    first += length;
                    part
                });
                parts.collect()
            }
            Operation::Reshape => vec![by.clone()],
            Operation::Select(entries) => {
                let mut to = Array2::zeros(of(0).dim());
                for (mut to, by) in to.rows_mut().into_iter().zip(by.rows()) {
                    entries.iter().zip(by).for_each(|(&entry, by)| to[entry as usize] += by);
                }
                vec![to]
            }
            Operation::Pool(pooling) => vec![pooling.back(of(0).view(), by.view())],
            Operation::ScaleShift { scale, .. } => {
                let mut by = by.clone();
                by.indexed_iter_mut().for_each(|((_, entry), by)| *by *= scale[entry]);
                vec![by]
            }
            Operation::Softmax => {
                let back = |p: &[f64], by: &[f64]| {
                    let mean: f64 = p.iter().zip(by).map(|(p, by)| p * by).sum();
                    p.iter().zip(by).map(|(p, by)| p * (by - mean)).collect()
                };
                vec![back_by_rows(node, &values[number], by, &back)]
            }
            Operation::LogSoftmax => {
                let back = |logs: &[f64], by: &[f64]| {
                    let sum: f64 = by.iter().sum();
                    logs.iter().zip(by).map(|(log, by)| by - pxfm::f_exp(*log) * sum).collect()
                };
                vec![back_by_rows(node, &values[number], by, &back)]
            }
        }
    }
}

/// The length of the last axis.
fn row_length(node: &Node) -> usize {
    node.shape.axes().last().copied().unwrap_or(1)
}

fn by_rows(node: &Node, x: ArrayView2<'_, f64>, of_row: &dyn Fn(&[f64]) -> Vec<f64>) -> Array2<f64> {
    let values = x.rows().into_iter().flat_map(|x| {
        let x = x.to_vec();
        x.chunks(row_length(node)).flat_map(of_row).collect::<Vec<f64>>()
    });
    Array2::from_shape_vec(x.dim(), values.collect()).unwrap_or_default()
}

/// Takes the values of a row and derivatives by them: derivatives by what they were computed from.
type BackOfRow<'a> = &'a dyn Fn(&[f64], &[f64]) -> Vec<f64>;

fn back_by_rows(node: &Node, values: &Array2<f64>, by: &Array2<f64>, of_row: BackOfRow<'_>) -> Array2<f64> {
    let length = row_length(node);
    let back = values.rows().into_iter().zip(by.rows()).flat_map(|(values, by)| {
        let (values, by) = (values.to_vec(), by.to_vec());
        values.chunks(length).zip(by.chunks(length)).flat_map(|(v, by)| of_row(v, by)).collect::<Vec<f64>>()
    });
    Array2::from_shape_vec(values.dim(), back.collect()).unwrap_or_default()
}

/// Softmax of a row. NaN where an entry is not finite.
fn softmax(x: &[f64]) -> Vec<f64> {
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = x.iter().map(|x| pxfm::f_exp(x - largest)).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// The logarithm of [`softmax`].
fn log_softmax(x: &[f64]) -> Vec<f64> {
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = x.iter().map(|x| pxfm::f_exp(x - largest)).sum();
    x.iter().map(|x| x - largest - pxfm::f_log(sum)).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2};

    use super::super::{GraphBuilder, LinearMap, Pooling, PoolingKind, Shape, Window};
    use super::*;
    use crate::network::Activation;
    use crate::sampling::{Side, Stream};

    /// A number in [−1, 1].
    fn number(place: usize) -> f64 {
        (Stream::new(3, 0, Side::In).row(0).word(place as u64) >> 11) as f64 / 2f64.powi(52) - 1.0
    }

    fn weights(rows: usize, columns: usize, from: usize) -> Array2<f64> {
        Array2::from_shape_fn((rows, columns), |(i, j)| number(from + i * columns + j))
    }

    /// Every kind of node on one way: 2 channels of 4×4 in, 3 numbers out.
    fn everything() -> (Graph, Vec<Array2<f64>>) {
        let mut g = GraphBuilder::new(Shape::new([2, 4, 4]));
        let conv = LinearMap::convolution(
            "conv",
            Shape::new([2, 4, 4]),
            weights(4, 9, 0),
            Some(Array1::from_shape_fn(4, |at| number(900 + at))),
            Window::new([3, 3]).with_padding(1),
            2,
        );
        let conv = g.map(conv.unwrap());
        let y = g.linear("conv", conv, g.input()).unwrap();
        let y = g.activation("tanh", Activation::Tanh, y).unwrap();
        let scale = (0..64).map(|at| number(1000 + at)).collect();
        let shift = (0..64).map(|at| number(1100 + at)).collect();
        let y = g.scale_shift("norm", y, scale, shift).unwrap();
        let window = Window::new([2, 2]).with_stride(2);
        let of = |kind, g: &GraphBuilder| {
            Pooling::windowed("pool", kind, g.shape(y), window.clone(), (false, false)).unwrap()
        };
        let (largest, mean) = (of(PoolingKind::Maximum, &g), of(PoolingKind::Average, &g));
        let (a, b) = (g.pool("max", y, largest).unwrap(), g.pool("mean", y, mean).unwrap());
        let both = g.concat("both", 1, vec![a, b]).unwrap();
        assert_eq!(g.shape(both), &Shape::new([4, 4, 2]));
        let rows = g.reshape("rows", both, Shape::new([8, 4])).unwrap();
        let map = LinearMap::of_rows("rows", Shape::new([8, 4]), weights(2, 4, 2000), None).unwrap();
        let map = g.map(map);
        let y = g.linear("first", map, rows).unwrap();
        let turned =
            g.select("turned", rows, (0..32).map(|at| 31 - at).collect(), Shape::new([8, 4])).unwrap();
        // The same weights once more.
        let z = g.linear("second", map, turned).unwrap();
        let sum = g.add("sum", y, z).unwrap();
        let product = g.product("product", y, z).unwrap();
        let gate = g.activation("gate", Activation::Logistic, product).unwrap();
        let mixed = g.mix("mix", gate, sum, product).unwrap();
        let fixed =
            g.constant("fixed", (0..16).map(|at| number(3000 + at)).collect(), Shape::new([8, 2])).unwrap();
        let y = g.add("with", mixed, fixed).unwrap();
        let y = g.softmax("soft", y).unwrap();
        let dense = LinearMap::dense("out", Shape::new([16]), weights(3, 16, 4000), None).unwrap();
        let dense = g.map(dense);
        let y = g.linear("out", dense, y).unwrap();
        let y = g.log_softmax("log", y).unwrap();
        g.build(y).unwrap()
    }

    fn output(graph: &Graph, w: &[Array2<f64>], x: ArrayView2<'_, f64>) -> Array2<f64> {
        graph.forward(x, &mut |layer, x| x.dot(&w[layer - 1].t()), &mut |_, _| {})
    }

    #[test]
    fn derivatives_are_those_of_the_values() {
        let (graph, w) = everything();
        assert_eq!((graph.layers(), graph.uses(2).count()), (3, 2));
        let x = Array2::from_shape_fn((5, 32), |(point, at)| number(5000 + point * 32 + at));
        let direction = Array2::from_shape_fn((5, 3), |(point, at)| number(6000 + point * 3 + at));
        let values = graph.values(x.view(), &mut |layer, x| x.dot(&w[layer - 1].t()));
        assert_eq!(values[values.len() - 1], output(&graph, &w, x.view()));
        let by = graph.back(&values, direction.clone(), &mut |layer, _, by| by.dot(&w[layer - 1]));
        let height = |x: &Array2<f64>| (output(&graph, &w, x.view()) * &direction).sum_axis(Axis(1));
        for entry in 0..32 {
            let moved = |by: f64| {
                let mut x = x.clone();
                x.column_mut(entry).mapv_inplace(|v| v + by);
                height(&x)
            };
            let slope = (moved(1e-6) - moved(-1e-6)) / 2e-6;
            for (slope, found) in slope.iter().zip(by.column(entry)) {
                assert!((slope - found).abs() < 1e-7, "entry {entry}: {slope} {found}");
            }
        }
    }

    #[test]
    fn a_point_does_not_depend_on_its_batch() {
        let (graph, w) = everything();
        let x = Array2::from_shape_fn((9, 32), |(point, at)| number(7000 + point * 32 + at));
        let all = output(&graph, &w, x.view());
        for point in 0..9 {
            let alone = output(&graph, &w, x.slice_axis(Axis(0), Slice::from(point..=point)));
            assert_eq!(alone.row(0), all.row(point));
        }
    }

    #[test]
    fn what_has_no_way_to_the_output_is_left_out() {
        let mut g = GraphBuilder::new(Shape::new([2]));
        let map = |name: &str| LinearMap::dense(name, Shape::new([2]), weights(2, 2, 0), None).unwrap();
        let (unused, used) = (g.map(map("unused")), g.map(map("used")));
        let aside = g.linear("aside", unused, g.input()).unwrap();
        g.activation("also", Activation::Relu, aside).unwrap();
        let y = g.linear("used", used, g.input()).unwrap();
        let (graph, weights) = g.clone().build(y).unwrap();
        assert_eq!((graph.layers(), graph.nodes().len(), weights.len()), (1, 2, 1));
        assert_eq!(graph.map(1).name(), "used");
        let error = g.clone().build(g.input()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "node input: expected at least one linear map before the output, found none"
        );
    }
}
