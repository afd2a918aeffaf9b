//! Levels and signs of two words, added as one integer.
//!
//! A word's level is its upper 53 bits, its sign the lowest one. The level of an input word with its sign in bit 63, plus that
//! of an output word with its sign in bit 62, is a *sum* that says all there is to say of a product: at the bottom t in units of
//! 2⁻⁵³ (see [`Buckets`](super::Buckets)), which is below 2⁵⁴, so that no carry reaches the signs on top. A demand, the
//! products of one bucket with the signs of one half, is an interval of such integers, and a try is one comparison.

/// The bits of t.
const LEVELS: u64 = (1 << 54) - 1;

/// An input word as it is added.
#[inline(always)]
pub(super) fn of_input(word: u64) -> u64 {
    (word >> 11) | (word << 63)
}

/// An output word as it is added.
#[inline(always)]
pub(super) fn of_output(word: u64) -> u64 {
    (word >> 11) | (word & 1) << 62
}

/// t of a sum, in units of 2⁻⁵³.
#[inline(always)]
pub(super) fn t(sum: u64) -> u64 {
    sum & LEVELS
}

/// 1 where z_in < 0: which half the product serves.
#[inline(always)]
pub(super) fn half(sum: u64) -> usize {
    (sum >> 63) as usize
}

/// Whether the product has the sign of its half: z_in·z_out·w* > 0 for z_in > 0, with `negative` = 1 where w* < 0.
#[inline(always)]
pub(super) fn fits(sum: u64, negative: u64) -> bool {
    (sum >> 63) ^ (sum >> 62 & 1) == negative
}

/// The sums that meet a demand: `low`, …, `low` + `width` − 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) low: u64,
    pub(super) width: u64,
}

impl Wanted {
    /// Products of this half with t from `low` on, for a weight with `negative` = 1 where w* < 0.
    #[inline(always)]
    pub(super) fn new((low, width): (u64, u64), half: usize, negative: u64) -> Self {
        let signs = (half as u64) << 63 | (half as u64 ^ negative) << 62;
        Self { low: low | signs, width }
    }

    /// Whether a sum is among them.
    #[inline(always)]
    pub(super) fn has(self, sum: u64) -> bool {
        sum.wrapping_sub(self.low) < self.width
    }
}
