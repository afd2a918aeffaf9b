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

impl Shard {
    /// All of it.
    pub const WHOLE: Self = Self { index: 1, count: 1 };

    /// Share `index` of `count`; `None` unless 1 ≤ `index` ≤ `count`.
    pub fn new(index: u64, count: u64) -> Option<Self> {
        (1..=count).contains(&index).then_some(Self { index, count })
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
        shard.ok_or_else(|| "expected a share as `i/n`, counted from 1: `1/64` to `64/64`".to_owned())
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
        for (pieces, count) in [(0, 3), (1, 1), (10, 3), (3, 10), (10_000, 100), (u64::MAX, 7)] {
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
    fn shares_are_counted_from_1() {
        assert_eq!("3/64".parse(), Ok(Shard { index: 3, count: 64 }));
        assert_eq!("1/1".parse(), Ok(Shard::WHOLE));
        for text in ["0/64", "65/64", "3", "3/", "/3", "-1/3", "1/0", "a/b", "1/2/3", " 1/2", ""] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
        assert_eq!(Shard { index: 3, count: 64 }.to_string(), "3/64");
    }
}
