//! Neurons of Ĝ with several live inputs: each stands in for a whole target neuron.

use std::iter::zip;

use ndarray::{ArrayView1, ArrayView2, ArrayViewMut2};
use rayon::prelude::*;

use super::batch::{BLOCK, Batch, Values};
use crate::construction::LayerTicket;

/// The neurons that feed one output, each with its live inputs.
#[derive(Clone, Debug)]
pub(super) struct OutputNeurons {
    neurons: Vec<KeptNeuron>,
    /// input and z_in of each neuron's synapses, in the order of the ticket
    synapses: Vec<(u32, f64)>,
}

#[derive(Clone, Copy, Debug)]
struct KeptNeuron {
    z_out: f64,
    /// end of its synapses; they start at the end of the neuron before
    end: usize,
}

impl OutputNeurons {
    /// The neurons of each output, if any neuron has several live inputs. The rows of a neuron are consecutive.
    pub(super) fn of(ticket: &LayerTicket, outputs: usize) -> Option<Vec<Self>> {
        let (neurons, of) = (&ticket.neuron, &ticket.output);
        let goes_on = |row: usize| neurons.get(row) == neurons.get(row - 1) && of.get(row) == of.get(row - 1);
        if !(1..ticket.len()).into_par_iter().any(goes_on) {
            return None;
        }
        let mut to = vec![Self { neurons: Vec::new(), synapses: Vec::new() }; outputs];
        for (path, next) in ticket.paths().zip(1..) {
            let Self { neurons, synapses } = &mut to[path.output as usize];
            synapses.push((path.input, path.z_in));
            if !goes_on(next) {
                neurons.push(KeptNeuron { z_out: path.z_out, end: synapses.len() });
            }
        }
        Some(to)
    }

    /// z_out of each neuron, with its synapses.
    #[inline(always)]
    fn iter(&self) -> impl Iterator<Item = (f64, &[(u32, f64)])> {
        let mut first = 0;
        self.neurons.iter().map(move |neuron| {
            let synapses = &self.synapses[first..neuron.end];
            first = neuron.end;
            (neuron.z_out, synapses)
        })
    }

    /// Σ z_out·max{0, Σ z_in·x_a} at the points of a block.
    #[inline(always)]
    pub(super) fn sums(&self, inputs: &Batch, block: usize) -> Values {
        let mut sums = Values::default();
        for (z_out, synapses) in self.iter() {
            let mut h = [0.0; BLOCK];
            for &(input, z_in) in synapses {
                let x = inputs.values_at(input as usize, block);
                h.iter_mut().zip(x).for_each(|(h, x)| *h = z_in.mul_add(*x, *h));
            }
            for (sum, h) in sums.0.iter_mut().zip(h) {
                // An overflowed sum may have either sign.
                *sum = z_out.mul_add(if h > 0.0 || !h.is_finite() { h } else { 0.0 }, *sum);
            }
        }
        sums
    }

    /// Adds the slopes of firing neurons at the inputs `x`, times `by_sum`, a value for each point, to `to`, points × inputs.
    pub(super) fn back(
        &self,
        x: ArrayView2<'_, f64>,
        by_sum: ArrayView1<'_, f64>,
        mut to: ArrayViewMut2<'_, f64>,
    ) {
        for ((x, mut to), by_sum) in zip(zip(x.rows(), to.rows_mut()), by_sum) {
            for (z_out, synapses) in self.iter() {
                if synapses.iter().map(|&(input, z_in)| z_in * x[input as usize]).sum::<f64>() > 0.0 {
                    synapses.iter().for_each(|&(input, z_in)| to[input as usize] += z_in * z_out * by_sum);
                }
            }
        }
    }

    /// Memory taken.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&self.neurons[..]) + size_of_val(&self.synapses[..])
    }
}

#[cfg(test)]
mod tests {
    use super::super::batch::Spare;
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn three_neurons_by_hand() {
        let ticket = LayerTicket {
            neuron: vec![7, 7, 3, 5, 5],
            input: vec![0, 1, 0, 0, 1],
            output: vec![0, 0, 0, 1, 1],
            z_in: vec![1.0, -2.0, -1.0, 0.5, 0.5],
            z_out: vec![2.0, 2.0, 10.0, 1.0, 1.0],
        };
        let outputs = OutputNeurons::of(&ticket, 2).unwrap();
        let x = array![[3.0, 1.0], [1.0, 3.0], [-1.0, -4.0]];
        let sums = [0, 1].map(|output| outputs[output].sums(&Batch::of(x.view(), &Spare::default()), 0));
        // Neuron 3 fires at x₀ = −1 only: 10·1 on top of 2·7.
        assert_eq!(sums.map(|sums| sums.0[..3].to_vec()), [[2.0, 0.0, 24.0], [2.0, 2.0, 0.0]]);
        let slopes = [0, 1].map(|output| {
            let mut to = Array2::zeros((3, 2));
            outputs[output].back(x.view(), array![3.0, 3.0, 3.0].view(), to.view_mut());
            to
        });
        assert_eq!([slopes[0].row(0), slopes[0].row(2)], [array![6.0, -12.0], array![-24.0, -12.0]]);
        assert_eq!(slopes[1].row(2), array![0.0, 0.0]);
    }
}
