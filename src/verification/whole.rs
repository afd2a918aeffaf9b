//! Neurons of Ĝ with several live inputs, as those that stand in for whole target neurons.

use ndarray::{ArrayView2, ArrayViewMut2};

use crate::construction::LayerTicket;

/// Whether some neuron of the ticket has more than one live input. The rows of such a neuron stand together.
pub(super) fn any(ticket: &LayerTicket) -> bool {
    let (neurons, outputs) = (&ticket.neuron, &ticket.output);
    neurons.windows(2).zip(outputs.windows(2)).any(|(n, o)| n[0] == n[1] && o[0] == o[1])
}

/// Adds z_out·max{0, Σ z_in·x_a} of every neuron to `y`, points × outputs, for the inputs `x`, points × inputs. Rows are
/// taken in the order of the ticket.
pub(super) fn add(ticket: &LayerTicket, x: ArrayView2<'_, f64>, mut y: ArrayViewMut2<'_, f64>) {
    for (x, mut y) in x.rows().into_iter().zip(y.rows_mut()) {
        let mut row = 0;
        while row < ticket.len() {
            let (neuron, output, z_out) = (ticket.neuron[row], ticket.output[row], ticket.z_out[row]);
            let mut h = 0.0;
            while row < ticket.len() && ticket.neuron[row] == neuron && ticket.output[row] == output {
                h += ticket.z_in[row] * x[ticket.input[row] as usize];
                row += 1;
            }
            if h > 0.0 {
                y[output as usize] += z_out * h;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn two_neurons_by_hand() {
        let ticket = LayerTicket {
            neuron: vec![7, 7, 3, 3],
            input: vec![0, 1, 0, 1],
            output: vec![0, 0, 1, 1],
            z_in: vec![1.0, -2.0, 0.5, 0.5],
            z_out: vec![2.0, 2.0, 1.0, 1.0],
        };
        assert!(any(&ticket));
        let x = array![[3.0, 1.0], [1.0, 3.0], [-1.0, -4.0]];
        let mut y = Array2::zeros((3, 2));
        add(&ticket, x.view(), y.view_mut());
        assert_eq!(y, array![[2.0, 2.0], [0.0, 2.0], [14.0, 0.0]]);
    }
}
