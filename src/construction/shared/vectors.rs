//! SIMD words: the steps of the hot path on whole vectors of neurons.
//!
//! A *chunk* is 64 neurons, a bit of a u64 mask for each. The pair is a constant, so a miss costs no branch. Most loops are plain
//! ones over all neurons of a chunk, which the compiler vectorises. It does poorly at turning flags into bits of a mask and at
//! moving words within a vector; those steps are [`Vectors`], written out for AVX-512.
//!
//! All but buckets are integers, with the same bits on every processor. A bucket may be in doubt with some instructions and not
//! with others ([`Approximation`]); the outcome is the same, since doubts are settled exactly.

use pulp::{Arch, Simd, WithSimd};

use crate::construction::buckets::approximation::{Approximation, DEMAND_WORDS};
use crate::construction::buckets::levels::{self, SumInterval};
use crate::sampling::Row;

/// Neurons of a chunk: a bit of a mask for each.
pub(crate) const CHUNK: usize = 64;

/// Neurons from which on drawing many at once takes less time.
pub(crate) const LEAST_AT_ONCE: u64 = 8;

/// 32-bit words of a SIMD vector.
pub(crate) const VECTOR: usize = 16;

/// Aligned to a cache line: a vector load across two cache lines takes twice as long.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct Aligned<T>(pub(crate) T);

/// Steps on whole vectors of [`levels`].
pub(crate) trait Vectors: Copy {
    /// [`levels::of_input`] of each word.
    fn cut(self, unfinished: &[u64; VECTOR]) -> [u32; VECTOR];

    /// A bit for each neuron whose sum is wanted, or might be.
    fn wanted(self, sums: &[u32; CHUNK], wanted: SumInterval) -> u64;

    /// A bit for each neuron whose product meets an open demand, or might where its bucket is in doubt; and the
    /// [`Approximation::place`] of each neuron. `open` has a bit for each place, the demands of the positive half first.
    /// `negative` is 1 where w* < 0.
    fn candidates(
        self,
        sums: &[u32; CHUNK],
        open: [[u64; DEMAND_WORDS]; 2],
        negative: u32,
        buckets: &Approximation,
    ) -> (u64, [u32; CHUNK]);

    /// The words whose bits are set, moved to the front; the rest of the result is unspecified.
    fn close_up(self, words: [u32; VECTOR], keep: u16) -> [u32; VECTOR];

    /// The same for words twice as wide.
    fn close_up_wide(self, words: [u64; VECTOR / 2], keep: u8) -> [u64; VECTOR / 2];
}

/// A computation on vectors.
pub(crate) trait WithVectors {
    type Output;

    /// Inline this, so that all of it is compiled for the instructions available.
    fn with<V: Vectors>(self, simd: V) -> Self::Output;
}

/// Runs it with the widest vectors available.
pub(crate) fn dispatch<T: WithVectors>(work: T) -> T::Output {
    #[cfg(target_arch = "x86_64")]
    if let Some(wide) = pulp::x86::V4::try_new() {
        return Simd::vectorize(wide, With { work, simd: wide });
    }
    Arch::new().dispatch(With { work, simd: Plain })
}

struct With<T, V> {
    work: T,
    simd: V,
}

impl<T: WithVectors, V: Vectors> WithSimd for With<T, V> {
    type Output = T::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> T::Output {
        self.work.with(self.simd)
    }
}

/// Plain loops, for the compiler to vectorise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain;

impl Vectors for Plain {
    #[inline(always)]
    fn cut(self, unfinished: &[u64; VECTOR]) -> [u32; VECTOR] {
        let mut cuts = [0; VECTOR];
        cuts.iter_mut().zip(unfinished).for_each(|(cut, &word)| *cut = levels::of_input(word));
        cuts
    }

    #[inline(always)]
    fn wanted(self, sums: &[u32; CHUNK], wanted: SumInterval) -> u64 {
        let mut flags = [0; CHUNK];
        flags.iter_mut().zip(sums).for_each(|(flag, &sum)| *flag = u32::from(wanted.might_have(sum)));
        bits(&flags)
    }

    #[inline(always)]
    fn candidates(
        self,
        sums: &[u32; CHUNK],
        open: [[u64; DEMAND_WORDS]; 2],
        negative: u32,
        buckets: &Approximation,
    ) -> (u64, [u32; CHUNK]) {
        let (mut places, mut wanted) = ([0; CHUNK], [0; CHUNK]);
        for (place, &sum) in places.iter_mut().zip(sums) {
            *place = buckets.place(sum);
        }
        // Half a word of demands at a time; most layers have no more than two halves.
        for part in 0..2 * DEMAND_WORDS {
            let open = open.map(|half| (half[part / 2] >> (32 * (part % 2))) as u32);
            if open == [0; 2] {
                continue;
            }
            for (wanted, (&place, &sum)) in wanted.iter_mut().zip(places.iter().zip(sums)) {
                let open = if levels::half(sum) == 1 { open[1] } else { open[0] };
                *wanted |= open.checked_shr(place.wrapping_sub(32 * part as u32)).unwrap_or(0) & 1;
            }
        }
        for (wanted, (&place, &sum)) in wanted.iter_mut().zip(places.iter().zip(sums)) {
            *wanted |= u32::from(place == Approximation::IN_DOUBT);
            *wanted &= u32::from(levels::fits(sum, negative));
        }
        (bits(&wanted), places)
    }

    #[inline(always)]
    fn close_up(self, words: [u32; VECTOR], keep: u16) -> [u32; VECTOR] {
        close_up(words, keep)
    }

    #[inline(always)]
    fn close_up_wide(self, words: [u64; VECTOR / 2], keep: u8) -> [u64; VECTOR / 2] {
        close_up(words, keep.into())
    }
}

/// A mask with the bit of each flag, 0 or 1.
#[inline(always)]
fn bits(flags: &[u32; CHUNK]) -> u64 {
    // In halves of 32 bits: 64 bits would take vectors twice as wide.
    let mut halves = [0; 2];
    for (half, flags) in halves.iter_mut().zip(flags.as_chunks::<32>().0) {
        for (place, flag) in flags.iter().enumerate() {
            *half |= flag << place;
        }
    }
    u64::from(halves[0]) | u64::from(halves[1]) << 32
}

#[inline(always)]
fn close_up<T: Copy, const N: usize>(mut words: [T; N], keep: u16) -> [T; N] {
    let mut to = 0;
    for from in 0..N {
        // Branchless: a word that is not kept is overwritten.
        words[to] = words[from];
        to += usize::from(keep >> from & 1);
    }
    words
}

/// The words of these rows, [cut](levels::of_input), for the synapse of this [`step`](Row::step).
#[inline(always)]
pub(crate) fn cuts<V: Vectors>(simd: V, rows: &[u64; VECTOR], step: u64) -> [u32; VECTOR] {
    let mut words = [0; VECTOR];
    for (word, &row) in words.iter_mut().zip(rows) {
        *word = Row::from_state(row).unfinished_after(step);
    }
    simd.cut(&words)
}

/// The bits above this one.
#[inline(always)]
pub(crate) fn bits_after(bit: u32) -> u64 {
    (u64::MAX << bit) << 1
}

/// The set bits, in ascending order.
#[inline(always)]
pub(crate) fn set_bits(mut bits: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        (bit < u64::BITS).then_some(bit)
    })
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::{__m512, __m512i};

    use pulp::cast;
    use pulp::x86::V4;

    use super::{Approximation, CHUNK, DEMAND_WORDS, SumInterval, VECTOR, Vectors};

    /// The same number in all words of a vector.
    #[inline(always)]
    fn all(simd: V4, value: u32) -> __m512i {
        simd.avx512f._mm512_set1_epi32(value as i32)
    }

    #[inline(always)]
    fn vectors(words: &[u32; CHUNK]) -> impl Iterator<Item = __m512i> + '_ {
        words.as_chunks::<VECTOR>().0.iter().map(|&words| cast(words))
    }

    /// The masks of all vectors as one.
    #[inline(always)]
    fn together([a, b, c, d]: [u16; CHUNK / VECTOR]) -> u64 {
        let pair = |low, high| u32::from(low) | u32::from(high) << VECTOR;
        u64::from(pair(a, b)) | u64::from(pair(c, d)) << (2 * VECTOR)
    }

    /// Positions of the upper halves of the 64-bit words of two vectors, and of the lower halves.
    const UPPER: [u32; VECTOR] = [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31];
    const LOWER: [u32; VECTOR] = [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30];

    impl Vectors for V4 {
        #[inline(always)]
        fn cut(self, unfinished: &[u64; VECTOR]) -> [u32; VECTOR] {
            let [first, second]: [__m512i; 2] = cast(*unfinished);
            let part = |places| self.avx512f._mm512_permutex2var_epi32(first, cast(places), second);
            let (upper, lower) = (part(UPPER), part(LOWER));
            let sign = self.avx512f._mm512_slli_epi32::<31>(lower);
            let sign = self.avx512f._mm512_xor_si512(sign, lower);
            let level = self.avx512f._mm512_srli_epi32::<3>(upper);
            // Bit 31 is the sign, the others are the level.
            cast(self.avx512f._mm512_ternarylogic_epi32::<0xEA>(sign, all(self, 1 << 31), level))
        }

        #[inline(always)]
        fn wanted(self, sums: &[u32; CHUNK], wanted: SumInterval) -> u64 {
            let (less, width) = (all(self, wanted.low.wrapping_neg()), all(self, wanted.width));
            let mut masks = [0; CHUNK / VECTOR];
            for (mask, sums) in masks.iter_mut().zip(vectors(sums)) {
                let above = self.avx512f._mm512_add_epi32(less, sums);
                *mask = self.avx512f._mm512_cmplt_epu32_mask(above, width);
            }
            together(masks)
        }

        #[inline(always)]
        fn candidates(
            self,
            sums: &[u32; CHUNK],
            open: [[u64; DEMAND_WORDS]; 2],
            negative: u32,
            buckets: &Approximation,
        ) -> (u64, [u32; CHUNK]) {
            let (slope, [low, high]): (__m512, [__m512; 2]) =
                (cast([buckets.slope; VECTOR]), buckets.from.map(|from| cast([from; VECTOR])));
            let (one, half_words) = (all(self, 1), all(self, 2 * DEMAND_WORDS as u32));
            let open: __m512i = cast(open);
            let mut places = [0; CHUNK];
            let (mut wanted, mut differ) = ([0; CHUNK / VECTOR], [0; CHUNK / VECTOR]);
            let places_of = places.as_chunks_mut::<VECTOR>().0;
            for ((vector, sums), places) in vectors(sums).enumerate().zip(places_of) {
                // As `Approximation::place`.
                let u = self.avx512f._mm512_and_si512(sums, all(self, u32::MAX >> 2));
                let u = self.avx512f._mm512_cvtepi32_ps(u);
                let place =
                    |from| self.avx512f._mm512_cvttps_epi32(self.avx512f._mm512_fnmadd_ps(slope, u, from));
                let [low, high] = [place(low), place(high)];
                let doubts = self.avx512f._mm512_cmpneq_epi32_mask(low, high);
                let place = self.avx512f._mm512_sub_epi32(low, one);
                let place = self.avx512f._mm512_min_epu32(place, all(self, Approximation::BEYOND));
                *places = cast(self.avx512f._mm512_mask_mov_epi32(
                    place,
                    doubts,
                    all(self, Approximation::IN_DOUBT),
                ));
                // Look up the word of demands, then its bit.
                let word = self.avx512f._mm512_srli_epi32::<5>(place);
                let sign_in = self.avx512dq._mm512_movepi32_mask(sums);
                let word = self.avx512f._mm512_mask_add_epi32(word, sign_in, word, half_words);
                let demands = self.avx512f._mm512_permutexvar_epi32(word, open);
                let demands = self.avx512f._mm512_rorv_epi32(demands, place);
                wanted[vector] = doubts | self.avx512f._mm512_test_epi32_mask(demands, one);
                let sign_out = self.avx512f._mm512_test_epi32_mask(sums, all(self, 1 << 30));
                differ[vector] = sign_in ^ sign_out;
            }
            (together(wanted) & !(together(differ) ^ u64::from(negative).wrapping_neg()), places)
        }

        #[inline(always)]
        fn close_up(self, words: [u32; VECTOR], keep: u16) -> [u32; VECTOR] {
            cast(self.avx512f._mm512_maskz_compress_epi32(keep, cast(words)))
        }

        #[inline(always)]
        fn close_up_wide(self, words: [u64; VECTOR / 2], keep: u8) -> [u64; VECTOR / 2] {
            cast(self.avx512f._mm512_maskz_compress_epi64(keep, cast(words)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::construction::Buckets;
    use crate::sampling::{Row, Side, Stream};
    use crate::theory::section5::Ranges;

    struct Steps {
        case: u64,
    }

    /// Results of all steps.
    #[derive(Clone, Debug, PartialEq)]
    struct Results {
        cuts: [[u32; VECTOR]; 2],
        wanted: u64,
        candidates: (u64, [u32; CHUNK]),
        closed: Vec<u32>,
        closed_wide: Vec<u64>,
    }

    impl WithVectors for Steps {
        type Output = Results;

        #[inline(always)]
        fn with<V: Vectors>(self, simd: V) -> Results {
            let buckets = Buckets::new(&Ranges::new(1e-3, 1.0, [1.6, 1.1, 1.03][self.case as usize % 3]));
            let row = Stream::new(self.case, 1, Side::In).row(0);
            let words =
                |first: u64| std::array::from_fn(|at| row.unfinished_after(Row::step(first + at as u64)));
            let cuts = [simd.cut(&words(0)), simd.cut(&words(100))];
            let sums: [u32; CHUNK] = std::array::from_fn(|at| {
                let [a, b] = cuts.map(|cuts| cuts[at % VECTOR]);
                a.wrapping_add(b.rotate_left(7 * at as u32))
            });
            let random = row.word(200);
            let place = (random % buckets.levels() as u64) as usize;
            let (negative, approximation) = ((random >> 63) as u32, buckets.approximation());
            let open = [0, 1].map(|half| std::array::from_fn(|word| row.word(300 + 8 * half + word as u64)));
            let candidates = simd.candidates(&sums, open, negative, approximation);
            let kept = |keep: u32| keep.count_ones() as usize;
            let closed = simd.close_up(cuts[0], random as u16)[..kept(random as u16 as u32)].to_vec();
            let wide = std::array::from_fn(|at| row.word(400 + at as u64));
            let closed_wide = simd.close_up_wide(wide, random as u8)[..kept(random as u8 as u32)].to_vec();
            let wanted = simd
                .wanted(&sums, buckets.wanted(place, (random >> 61 & 1) as usize, (random >> 62 & 1) as u32));
            Results { cuts, wanted, candidates, closed, closed_wide }
        }
    }

    impl Results {
        /// Leaves out neurons in doubt here or there, as doubts may differ. Returns how many are in doubt here.
        fn leave_out_doubts(&mut self, other: &Self) -> u32 {
            let in_doubt = |places: &[u32; CHUNK]| {
                let doubts = (0..).zip(places).filter(|&(_, &place)| place == Approximation::IN_DOUBT);
                doubts.fold(0, |bits: u64, (bit, _)| bits | 1 << bit)
            };
            let (here, there) = (in_doubt(&self.candidates.1), in_doubt(&other.candidates.1));
            let fits = self.candidates.0 & here;
            self.candidates.0 &= !(here | there);
            for bit in (0..CHUNK).filter(|bit| (here | there) >> bit & 1 == 1) {
                self.candidates.1[bit] = Approximation::IN_DOUBT;
            }
            fits.count_ones()
        }
    }

    #[test]
    fn wide_vectors_agree_with_plain_loops() {
        let (mut wanted, mut candidates, mut doubts) = (0, 0, 0);
        for case in 0..6_000 {
            let (plain, wide) = (Steps { case }.with(Plain), dispatch(Steps { case }));
            let [mut plain_sure, mut wide_sure] = [plain.clone(), wide.clone()];
            doubts += plain_sure.leave_out_doubts(&wide) + wide_sure.leave_out_doubts(&plain);
            assert_eq!(plain_sure, wide_sure, "case {case}");
            wanted += plain.wanted.count_ones();
            candidates += plain_sure.candidates.0.count_ones();
        }
        assert!(wanted > 500 && candidates > 5_000, "{wanted}, {candidates}");
        assert!(doubts > 0 && doubts < 1_000, "{doubts}");
    }
}
