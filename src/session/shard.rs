//! Work shared out among processes.

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

    /// Its pieces, rising, where each piece has an expected cost of at least 0: the dearest piece first, each goes to the share
    /// with the least to do so far, the first of those. All processes come to the same shares.
    pub fn of_costs(self, costs: &[f64]) -> Vec<usize> {
        let mut dearest_first: Vec<usize> = (0..costs.len()).collect();
        dearest_first.sort_by(|&a, &b| costs[b].total_cmp(&costs[a]));
        // No more shares than pieces get any.
        let mut loads = vec![0.0; costs.len().min(usize::try_from(self.count).unwrap_or(usize::MAX))];
        let mut mine = Vec::new();
        for piece in dearest_first {
            let least = (0..loads.len()).fold(0, |a, b| if loads[b] < loads[a] { b } else { a });
            loads[least] += costs[piece];
            if least as u64 + 1 == self.index {
                mine.push(piece);
            }
        }
        mine.sort_unstable();
        mine
    }

    /// Its part of the pieces 0 … `pieces` − 1: neighbours, so that all shares together are all pieces, and no two shares
    /// differ by more than one piece.
    pub fn of(self, pieces: u64) -> Range<u64> {
        let start = |index: u64| (u128::from(pieces) * u128::from(index) / u128::from(self.count)) as u64;
        start(self.index - 1)..start(self.index)
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
