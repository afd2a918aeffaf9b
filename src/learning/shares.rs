//! The shares of a mask: weights kept and dead neurons, layer by layer.

use super::LayerShare;
use super::training::Masks;

/// The shares of a network's masks, layer 1 first.
///
/// An output neuron of a layer is dead if no path of kept weights leads from an input feature to it, or none from it to an
/// output of the network. Its value is the same for all inputs, or has no effect. So the outputs of the network, in the last
/// layer's share, are dead without a path from an input.
pub fn layer_shares(masks: &Masks) -> Vec<LayerShare> {
    let masks = &masks.layers;
    let mut fed: Vec<Vec<bool>> = Vec::with_capacity(masks.len());
    for mask in masks {
        let before = fed.last();
        let reached = |row: ndarray::ArrayView1<'_, bool>| {
            row.iter().enumerate().any(|(input, &kept)| kept && before.is_none_or(|before| before[input]))
        };
        let reached = mask.rows().into_iter().map(reached).collect();
        fed.push(reached);
    }
    let mut used = masks.last().map_or_else(Vec::new, |mask| vec![true; mask.nrows()]);
    let mut shares = Vec::with_capacity(masks.len());
    for (mask, fed) in masks.iter().zip(&fed).rev() {
        let alive = fed.iter().zip(&used).filter(|(fed, used)| **fed && **used).count();
        let kept = mask.iter().filter(|kept| **kept).count();
        let share = LayerShare {
            weights: mask.len() as u64,
            kept: kept as u64,
            dead_neurons: (mask.nrows() - alive) as u64,
        };
        shares.push(share);
        let mut before = vec![false; mask.ncols()];
        for (row, _) in mask.rows().into_iter().zip(&used).filter(|(_, used)| **used) {
            before.iter_mut().zip(row).for_each(|(before, &kept)| *before |= kept);
        }
        used = before;
    }
    shares.reverse();
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    fn shares(masks: &[Array2<bool>]) -> Vec<LayerShare> {
        layer_shares(&Masks { layers: masks.to_vec() })
    }

    fn dead(masks: &[Array2<bool>]) -> Vec<u64> {
        shares(masks).iter().map(|share| share.dead_neurons).collect()
    }

    #[test]
    fn a_neuron_lives_on_a_path_from_input_to_output() {
        let whole = [Array2::from_elem((3, 2), true), Array2::from_elem((2, 3), true)];
        assert_eq!(dead(&whole), [0, 0]);
        // Neuron 0 has no input, neuron 1 no output, neuron 2 both; output 1 is fed by neuron 0 alone.
        let masks = [
            array![[false, false], [true, true], [false, true]],
            array![[false, false, true], [true, false, false]],
        ];
        assert_eq!(dead(&masks), [2, 1]);
        assert_eq!(shares(&masks)[0], LayerShare { weights: 6, kept: 3, dead_neurons: 2 });
    }

    #[test]
    fn death_spreads_through_layers_both_ways() {
        // Layer 2 keeps nothing: all neurons before it lead nowhere, all after it are fed by nothing.
        let masks = [
            Array2::from_elem((4, 3), true),
            Array2::from_elem((2, 4), false),
            Array2::from_elem((5, 2), true),
        ];
        assert_eq!(dead(&masks), [4, 2, 5]);
    }
}
