//! Work shared out among processes.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One of several equal shares of some work, counted from 1: `3/64` is the third of 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    index: u64,
    count: u64,
}

/// The most shares of anything.
const MOST: u64 = 1_000_000;

impl Shard {
    /// All of it.
    pub const WHOLE: Self = Self { index: 1, count: 1 };

    /// Share `index` of `count`; `None` unless 1 ≤ `index` ≤ `count` ≤ 1,000,000.
    pub fn new(index: u64, count: u64) -> Option<Self> {
        (count <= MOST && (1..=count).contains(&index)).then_some(Self { index, count })
    }

    /// All shares of so many.
    pub fn all(count: u64) -> impl Iterator<Item = Self> {
        (1..=count).map(move |index| Self { index, count })
    }

    /// Its number, from 1.
    pub fn index(self) -> u64 {
        self.index
    }

    /// How many there are.
    pub fn count(self) -> u64 {
        self.count
    }

    /// Its pieces, rising, where pieces differ in their expected cost: see [`dealt_out`].
    pub fn of_costs(self, costs: &[f64]) -> Vec<usize> {
        let shares = dealt_out(costs, 1, self.count);
        (0..costs.len()).filter(|&piece| u64::from(shares[piece]) + 1 == self.index).collect()
    }

    /// Its part of the pieces 0 … `pieces` − 1: neighbours, so that all shares together are all pieces, and no two shares
    /// differ by more than one piece.
    pub fn of(self, pieces: u64) -> Range<u64> {
        let start = |index: u64| (u128::from(pieces) * u128::from(index) / u128::from(self.count)) as u64;
        start(self.index - 1)..start(self.index)
    }
}

/// The share of each piece, from 0, of at most 1,000,000: the dearest piece first, each to the share with the least so far, at
/// equal cost in the order of pieces and of shares. `costs` holds the expected cost, at least 0, of `repeats` pieces in a row each.
/// Every process comes to the same.
pub fn dealt_out(costs: &[f64], repeats: u64, count: u64) -> Vec<u32> {
    let mut order: Vec<usize> = (0..costs.len()).collect();
    order.sort_by(|&a, &b| costs[b].total_cmp(&costs[a]).then(a.cmp(&b)));
    let mut shares = vec![0; costs.len() * repeats as usize];
    let mut loads: BinaryHeap<Reverse<(Load, u32)>> =
        (0..count.min(MOST) as u32).map(|share| Reverse((Load(0.0), share))).collect();
    for job in order {
        for repeat in 0..repeats {
            let Some(Reverse((Load(load), share))) = loads.pop() else { break };
            shares[job * repeats as usize + repeat as usize] = share;
            loads.push(Reverse((Load(load + costs[job]), share)));
        }
    }
    shares
}

/// A sum of costs, in the order of numbers.
#[derive(Clone, Copy, PartialEq)]
struct Load(f64);

impl Eq for Load {}

impl PartialOrd for Load {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Load {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers =
            text.split_once('/').and_then(|(index, count)| index.parse().ok().zip(count.parse().ok()));
        let shard = numbers.and_then(|(index, count)| Self::new(index, count));
        shard.ok_or_else(|| {
            "expected a share as `i/n`, counted from 1: `1/64` to `64/64`; at most 1000000 of them".to_owned()
        })
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_all_the_pieces_once_and_nearly_equal() {
        for (pieces, count) in
            [(0, 3), (1, 1), (10, 3), (3, 10), (10_000, 100), (u64::MAX, 7), (9, 1_000_000)]
        {
            let mut next = 0;
            for shard in Shard::all(count) {
                let part = shard.of(pieces);
                assert_eq!(part.start, next, "{shard} of {pieces}");
                assert!((pieces / count..=pieces.div_ceil(count)).contains(&(part.end - part.start)));
                next = part.end;
            }
            assert_eq!(next, pieces);
        }
    }

    #[test]
    fn pieces_of_different_cost_are_all_shared_out_once() {
        let costs = [5.0, 1.0, 9.0, 2.0, 2.0, 0.0, 7.0];
        for count in [1, 2, 3, 7, 20] {
            let shares: Vec<Vec<usize>> = Shard::all(count).map(|shard| shard.of_costs(&costs)).collect();
            let mut all = shares.concat();
            all.sort_unstable();
            assert_eq!(all, (0..costs.len()).collect::<Vec<_>>(), "{count}");
            let load = |share: &Vec<usize>| share.iter().map(|&piece| costs[piece]).sum::<f64>();
            let (most, mean) = (shares.iter().map(load).fold(0.0, f64::max), 26.0 / count as f64);
            // The bound of Graham (1969) for the dearest first.
            assert!(most <= (4.0 / 3.0 - 1.0 / (3.0 * count as f64)) * mean.max(9.0), "{count}: {most}");
        }
        assert_eq!(Shard { index: 1, count: 2 }.of_costs(&[]), Vec::<usize>::new());
        // Equal costs: in turn.
        assert_eq!(Shard { index: 2, count: 2 }.of_costs(&[1.0; 5]), [1, 3]);
        assert_eq!(dealt_out(&[1.0, 1.0], 3, 2), [0, 1, 0, 1, 0, 1]);
    }

    #[test]
    fn shares_are_counted_from_1() {
        assert_eq!("3/64".parse(), Ok(Shard { index: 3, count: 64 }));
        assert_eq!("1/1".parse(), Ok(Shard::WHOLE));
        for text in ["0/64", "65/64", "3", "3/", "/3", "-1/3", "1/0", "1/1000001", "a/b", "1/2/3", " 1/2", ""]
        {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
        assert_eq!(Shard { index: 3, count: 64 }.to_string(), "3/64");
    }
}
