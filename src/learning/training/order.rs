//! The order of the examples in an epoch.

use super::streams::{self, stream};
use crate::sampling::Side;

/// The examples 0…`examples` − 1 in their order in `epoch`, from 0: sorted by the words of (seed, layer number
/// 2³²·[`ORDER`](streams::ORDER), side 0, neuron `epoch`, synapse = example). In NumPy: `argsort(words, kind="stable")`.
pub fn order(seed: u64, epoch: u64, examples: usize) -> Vec<u32> {
    let words = stream(seed, streams::ORDER, 0, Side::In).row(epoch);
    let mut keys: Vec<(u64, u32)> =
        (0..examples as u32).map(|example| (words.word(example.into()), example)).collect();
    keys.sort_unstable();
    keys.into_iter().map(|(_, example)| example).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_epoch_has_an_order_of_its_own_with_each_example_once() {
        let orders = [order(1, 0, 1000), order(1, 1, 1000), order(2, 0, 1000)];
        for order in &orders {
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..1000).collect::<Vec<u32>>());
        }
        assert!(orders[0] != orders[1] && orders[0] != orders[2]);
        assert_eq!(orders[0], order(1, 0, 1000));
    }
}
