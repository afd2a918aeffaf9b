//! Words cut to 32 bits: sixteen of them are tried in one instruction.
//!
//! A word's level is its upper 53 bits, its sign the lowest one. Its *cut* has the upper 29 bits of the level at the bottom and
//! the sign on top: in bit 31 for an input word, in bit 30 for an output word. The *sum* of both cuts holds nearly all of a
//! product: both signs, as no carry reaches them, and 30 bits u with u ≤ t < u + 2, where t is the sum of both levels (see
//! [`Buckets`](super::Buckets)) in units of 2⁻²⁹. A demand, the products of one bucket with the signs of one half, is an interval
//! of these integers, and a try is one comparison. Only at the ends of an interval do the bits cut off decide: the sum is in
//! doubt, and the full words settle it ([`Buckets::piece`](super::Buckets::piece)). About one in a
//! million of the neurons given away is in doubt.

/// Bits of u.
const BITS: u32 = 30;

/// Bits of a level that are cut off.
const CUT_OFF: u32 = 24;

/// The cut of an input word that lacks the last step of its mixing, see
/// [`Row::unfinished_after`](crate::sampling::Row).
#[inline(always)]
pub(crate) fn of_input(unfinished: u64) -> u32 {
    // That step, z ^ z >> 31, leaves the upper 31 bits as they are.
    let sign = (unfinished ^ unfinished >> 31) as u32;
    (unfinished >> (11 + CUT_OFF)) as u32 | sign << 31
}

/// The cut of an output word, from its [`of_input`].
#[inline(always)]
pub(crate) fn of_output(cut: u32) -> u32 {
    cut & u32::MAX >> 1 | cut >> 31 << BITS
}

/// u of a sum.
#[inline(always)]
pub(crate) fn u(sum: u32) -> u32 {
    sum & ((1 << BITS) - 1)
}

/// The half served by the product: 1 where z_in < 0.
#[inline(always)]
pub(crate) fn half(sum: u32) -> usize {
    (sum >> 31) as usize
}

/// Whether the product has the sign of its half: z_in·z_out·w* > 0 for z_in > 0, with `negative` = 1 where w* < 0.
#[inline(always)]
pub(crate) fn fits(sum: u32, negative: u32) -> bool {
    (sum >> 31) ^ (sum >> BITS & 1) == negative
}

/// t of two words, in units of 2⁻⁵³.
#[inline(always)]
pub(crate) fn t(word_in: u64, word_out: u64) -> u64 {
    (word_in >> 11) + (word_out >> 11)
}

/// The bin of a sum, of `BINS` = 2ⁿ equal parts of 0 ≤ t < 2, unless it [is in doubt](bin_is_in_doubt); see also [`bin_of`].
#[inline(always)]
pub(crate) fn bin<const BINS: usize>(sum: u32) -> usize {
    (u(sum) >> (BITS - BINS.ilog2())) as usize
}

/// Whether a sum's t may lie in the next bin.
#[inline(always)]
pub(crate) fn bin_is_in_doubt<const BINS: usize>(sum: u32) -> bool {
    (u(sum) + 1) & ((1 << (BITS - BINS.ilog2())) - 1) == 0
}

/// The bin of t, in units of 2⁻⁵³, of `BINS` = 2ⁿ equal parts of 0 ≤ t < 2.
#[inline(always)]
pub(crate) fn bin_of<const BINS: usize>(t: u64) -> usize {
    (t >> (54 - BINS.ilog2())) as usize
}

/// An interval of sums whose products are one piece, or might be: `low`, …, `low` + `width` − 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SumInterval {
    pub(crate) low: u32,
    pub(crate) width: u32,
}

impl SumInterval {
    /// The `count` products with t = `low`, `low` + 1, … in units of 2⁻⁵³, and both weights positive.
    pub(crate) fn new((low, count): (u64, u64)) -> Self {
        let [first, last] = [low, low + count].map(|t| (t >> CUT_OFF) as u32);
        Self { low: first.wrapping_sub(1), width: last - first + 2 }
    }

    /// The same with the signs of a half, for a weight with `negative` = 1 where w* < 0.
    #[inline(always)]
    pub(crate) fn with_signs(self, half: usize, negative: u32) -> Self {
        let signs = (half as u32) << 31 | (half as u32 ^ negative) << BITS;
        Self { low: self.low.wrapping_add(signs), width: self.width }
    }

    /// Whether a sum is in the interval: its product is the piece, or in doubt.
    #[inline(always)]
    pub(crate) fn might_have(self, sum: u32) -> bool {
        sum.wrapping_sub(self.low) < self.width
    }

    /// Whether a sum's product is the piece without doubt: u is above the first sum, and u + 2 not above the last.
    #[inline(always)]
    pub(crate) fn has(self, sum: u32) -> bool {
        sum.wrapping_sub(self.low).wrapping_sub(2) < self.width.saturating_sub(4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::construction::buckets::Buckets;
    use crate::sampling::{Row, Side, Stream};
    use crate::theory::section5::Ranges;

    fn row() -> Row {
        Stream::new(8, 1, Side::In).row(0)
    }

    /// A sum and the words it is of.
    fn sum(inputs: u64, outputs: u64) -> (u32, [u64; 2]) {
        let [a, b] = [inputs, outputs].map(|place| of_input(row().unfinished_after(Row::step(place))));
        (a + of_output(b), [inputs, outputs].map(|place| row().word(place)))
    }

    #[test]
    fn a_sum_agrees_with_its_words_up_to_the_bits_cut_off() {
        for place in 0..100_000 {
            let (sum, [a, b]) = sum(2 * place, 2 * place + 1);
            assert_eq!(half(sum) as u64, a & 1);
            assert!(fits(sum, ((a ^ b) & 1) as u32) && !fits(sum, (!(a ^ b) & 1) as u32));
            let (u, t) = (u64::from(u(sum)), t(a, b));
            assert!(u << CUT_OFF <= t && t < (u + 2) << CUT_OFF);
            // A million parts, so that some are in doubt.
            assert!(bin_is_in_doubt::<0x10_0000>(sum) || bin::<0x10_0000>(sum) == bin_of::<0x10_0000>(t));
        }
        let in_doubt =
            (0..100_000).filter(|&place| bin_is_in_doubt::<0x10_0000>(sum(place, place + 1).0)).count();
        // One in 2¹⁰, 98 of them: within 6 standard deviations but once in 10⁸ sequences of words.
        assert!((39..=157).contains(&in_doubt), "{in_doubt}");
    }

    #[test]
    fn wanted_sums_are_those_whose_words_make_the_piece_or_in_doubt() {
        // Few buckets, and so many that a product in 200 is in doubt.
        for base in [1.5, 1.000_01] {
            let buckets = Buckets::new(&Ranges::new(1e-3, 1.0, base));
            let (mut surely, mut in_doubt) = (0, 0);
            for place in 0..20_000 {
                let (sum, [a, b]) = sum(2 * place, 2 * place + 1);
                let near = buckets.place(t(a, b));
                for place in near.saturating_sub(1)..(near + 2).min(buckets.levels()) {
                    for signs in 0..4 {
                        let (half, negative) = (signs >> 1, (signs & 1) as u32);
                        let is_piece = buckets.piece(a, b, negative.into()) == Some((half, place));
                        let wanted = buckets.wanted(place, half, negative);
                        assert!(wanted.might_have(sum) || !is_piece);
                        assert!(is_piece || !wanted.has(sum));
                        surely += u32::from(wanted.has(sum));
                        in_doubt += u32::from(wanted.might_have(sum) && !wanted.has(sum));
                    }
                }
            }
            assert!(surely > 5_000 && (base > 1.1 || in_doubt > 10), "{surely}, {in_doubt} in doubt");
        }
    }
}
