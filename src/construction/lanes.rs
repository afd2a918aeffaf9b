//! Many neurons tried at once: the lanes of vectors.
//!
//! Neurons are the lanes, so that all of a pair is a constant and a miss costs no branch. Most loops are plain ones over all
//! lanes, which the compiler makes vectors of. It makes poor ones where lanes become the bits of a mask, and where lanes are
//! moved together; those steps are [`Lanes`], written out for AVX-512. All is integers: the bits are the same whatever
//! is picked at run time.

use pulp::{Arch, Simd, WithSimd};

use super::buckets::Approximation;
use super::levels::{self, Wanted};

/// Neurons of a queue that are looked at together.
pub(super) const CHUNK: usize = 32;

/// Neurons of a group, whose hits make a word.
pub(super) const GROUP: usize = 64;

/// Lanes that make a vector.
pub(super) const VECTOR: usize = 8;

/// What is done with whole vectors of sums of [`levels`].
pub(super) trait Lanes: Copy {
    /// The lanes whose sum is wanted.
    fn wanted(self, sums: &[u64; CHUNK], wanted: Wanted) -> u32;

    /// The lanes whose sum, of an input's and an output's part, is wanted.
    fn hits(self, inputs: &[u64; GROUP], outputs: &[u64; GROUP], wanted: Wanted) -> u64;

    /// The lanes whose products meet an open demand, or might, as far as the bucket is in doubt, and the
    /// [`Approximation::place`] of each lane; `open` has a bit for each place, `WORDS` words for either half, and `negative` is 1
    /// where w* < 0.
    fn candidates<const WORDS: usize>(
        self,
        sums: &[u64; CHUNK],
        open: [[u64; WORDS]; 2],
        negative: u64,
        buckets: &Approximation,
    ) -> (u32, [u64; CHUNK]);

    /// The lanes whose bits are set, moved to the front; what is behind them is anything.
    fn close_up(self, lanes: [u64; VECTOR], keep: u8) -> [u64; VECTOR];
}

/// Something that is computed with lanes.
pub(super) trait WithLanes {
    type Output;

    /// To be inlined, so that all of it is compiled for the instructions that there are.
    fn with<L: Lanes>(self, lanes: L) -> Self::Output;
}

/// Does it with the widest lanes that there are.
pub(super) fn dispatch<T: WithLanes>(work: T) -> T::Output {
    #[cfg(target_arch = "x86_64")]
    if let Some(wide) = pulp::x86::V4::try_new() {
        return Simd::vectorize(wide, With { work, lanes: wide });
    }
    Arch::new().dispatch(With { work, lanes: Plain })
}

struct With<T, L> {
    work: T,
    lanes: L,
}

impl<T: WithLanes, L: Lanes> WithSimd for With<T, L> {
    type Output = T::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> T::Output {
        self.work.with(self.lanes)
    }
}

/// Lane after lane, as far as the compiler knows no better.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain;

impl Lanes for Plain {
    #[inline(always)]
    fn wanted(self, sums: &[u64; CHUNK], wanted: Wanted) -> u32 {
        let mut lanes = 0;
        for (lane, &sum) in sums.iter().enumerate() {
            lanes |= u32::from(wanted.has(sum)) << lane;
        }
        lanes
    }

    #[inline(always)]
    fn hits(self, inputs: &[u64; GROUP], outputs: &[u64; GROUP], wanted: Wanted) -> u64 {
        let mut hits = 0;
        for lane in 0..GROUP {
            hits |= u64::from(wanted.has(inputs[lane] + outputs[lane])) << lane;
        }
        hits
    }

    #[inline(always)]
    fn candidates<const WORDS: usize>(
        self,
        sums: &[u64; CHUNK],
        open: [[u64; WORDS]; 2],
        negative: u64,
        buckets: &Approximation,
    ) -> (u32, [u64; CHUNK]) {
        let (mut lanes, mut places) = (0, [0; CHUNK]);
        for (lane, &sum) in sums.iter().enumerate() {
            let place = buckets.place(sum);
            places[lane] = place;
            let mut wanted = 0;
            for (word, (positive, negative)) in (0..).zip(open[0].iter().zip(&open[1])) {
                let demands = if levels::half(sum) == 1 { negative } else { positive };
                wanted |= if place >> 6 == word { demands >> (place & 63) } else { 0 };
            }
            let in_doubt = place == Approximation::IN_DOUBT;
            let is_candidate = ((wanted & 1 != 0) | in_doubt) & levels::fits(sum, negative);
            lanes |= if is_candidate { 1 << lane } else { 0 };
        }
        (lanes, places)
    }

    #[inline(always)]
    fn close_up(self, lanes: [u64; VECTOR], keep: u8) -> [u64; VECTOR] {
        let (mut kept, mut to) = ([0; VECTOR], 0);
        for (from, &lane) in lanes.iter().enumerate() {
            // What is not kept is written over.
            kept[to] = lane;
            to += usize::from(keep >> from & 1);
        }
        kept
    }
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::__m512i;

    use pulp::cast;
    use pulp::x86::V4;

    use super::super::buckets::TOP;
    use super::{Approximation, CHUNK, GROUP, Lanes, VECTOR, Wanted};

    /// The same number in all lanes.
    #[inline(always)]
    fn all(simd: V4, value: u64) -> __m512i {
        simd.avx512f._mm512_set1_epi64(value as i64)
    }

    #[inline(always)]
    fn vectors<const LANES: usize>(lanes: &[u64; LANES]) -> impl Iterator<Item = __m512i> + '_ {
        lanes.as_chunks::<VECTOR>().0.iter().map(|&lanes| cast(lanes))
    }

    impl Lanes for V4 {
        #[inline(always)]
        fn wanted(self, sums: &[u64; CHUNK], wanted: Wanted) -> u32 {
            let (less, width) = (all(self, wanted.low.wrapping_neg()), all(self, wanted.width));
            let mut lanes = [0; CHUNK / VECTOR];
            for (lanes, sums) in lanes.iter_mut().zip(vectors(sums)) {
                let above = self.avx512f._mm512_add_epi64(less, sums);
                *lanes = self.avx512f._mm512_cmplt_epu64_mask(above, width);
            }
            u32::from_le_bytes(lanes)
        }

        #[inline(always)]
        fn hits(self, inputs: &[u64; GROUP], outputs: &[u64; GROUP], wanted: Wanted) -> u64 {
            let (less, width) = (all(self, wanted.low.wrapping_neg()), all(self, wanted.width));
            let mut lanes = [0; GROUP / VECTOR];
            for (lanes, (a, b)) in lanes.iter_mut().zip(vectors(inputs).zip(vectors(outputs))) {
                let above = self.avx512f._mm512_add_epi64(self.avx512f._mm512_add_epi64(less, a), b);
                *lanes = self.avx512f._mm512_cmplt_epu64_mask(above, width);
            }
            u64::from_le_bytes(lanes)
        }

        #[inline(always)]
        fn candidates<const WORDS: usize>(
            self,
            sums: &[u64; CHUNK],
            open: [[u64; WORDS]; 2],
            negative: u64,
            buckets: &Approximation,
        ) -> (u32, [u64; CHUNK]) {
            let (top, scale, one) = (all(self, TOP), all(self, u64::from(buckets.scale)), all(self, 1));
            let (below, doubtful) = buckets.doubts();
            let (below, doubtful) = (all(self, below), all(self, doubtful));
            let (margin, in_doubt) = (all(self, buckets.margin), all(self, Approximation::IN_DOUBT));
            let shift = self.sse2._mm_cvtsi32_si128(buckets.shift as i32);
            let (mut wanted, mut places) = ([0; CHUNK / VECTOR], [0; CHUNK]);
            let (mut signs_in, mut signs_out) = ([0; CHUNK / VECTOR], [0; CHUNK / VECTOR]);
            let places_of = places.as_chunks_mut::<VECTOR>().0;
            for ((vector, sums), places) in vectors(sums).enumerate().zip(places_of) {
                // As `Approximation::place`; a product is of the lower 32 bits.
                let d = self.avx512f._mm512_sub_epi64(top, sums);
                let d = self.avx512f._mm512_srli_epi64::<{ Approximation::LEFT_OUT }>(d);
                let product = self.avx512f._mm512_mul_epu32(d, scale);
                let fraction = self.avx512f._mm512_sub_epi64(product, margin);
                let fraction = self.avx512f._mm512_and_si512(fraction, below);
                let doubts = self.avx512f._mm512_cmpge_epu64_mask(fraction, doubtful);
                let place = self.avx512f._mm512_srl_epi64(product, shift);
                *places = cast(self.avx512f._mm512_mask_mov_epi64(place, doubts, in_doubt));
                let sign_in = self.avx512dq._mm512_movepi64_mask(sums);
                let sign_out = self.avx512f._mm512_test_epi64_mask(sums, all(self, 1 << 62));
                let mut lanes = doubts;
                for (word, (&positive, &negative)) in (0..).zip(open[0].iter().zip(&open[1])) {
                    let (positive, negative) = (all(self, positive), all(self, negative));
                    let demands = self.avx512f._mm512_mask_blend_epi64(sign_in, positive, negative);
                    // A shift by 64 or more, or by less than 0, leaves 0.
                    let bit = self.avx512f._mm512_sub_epi64(place, all(self, 64 * word));
                    let demands = self.avx512f._mm512_srlv_epi64(demands, bit);
                    lanes |= self.avx512f._mm512_test_epi64_mask(demands, one);
                }
                (wanted[vector], signs_in[vector], signs_out[vector]) = (lanes, sign_in, sign_out);
            }
            let differ = u32::from_le_bytes(signs_in) ^ u32::from_le_bytes(signs_out);
            (u32::from_le_bytes(wanted) & !(differ ^ (negative as u32).wrapping_neg()), places)
        }

        #[inline(always)]
        fn close_up(self, lanes: [u64; VECTOR], keep: u8) -> [u64; VECTOR] {
            cast(self.avx512f._mm512_maskz_compress_epi64(keep, cast(lanes)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::construction::Buckets;
    use crate::sampling::{Side, Stream};
    use crate::theory::section5::Ranges;

    struct Steps {
        case: u64,
    }

    /// What all steps make of a case.
    type Made = (u32, u64, [(u32, [u64; CHUNK]); 2], Vec<u64>);

    impl WithLanes for Steps {
        type Output = Made;

        #[inline(always)]
        fn with<L: Lanes>(self, lanes: L) -> Made {
            let buckets = Buckets::new(&Ranges::new(1e-3, 1.0, [1.6, 1.1][self.case as usize % 2]));
            let row = Stream::new(self.case, 1, Side::In).row(0);
            let inputs: [u64; GROUP] = std::array::from_fn(|lane| levels::of_input(row.word(lane as u64)));
            let mut outputs = inputs.map(|_| 0);
            for (lane, output) in (GROUP as u64..).zip(&mut outputs) {
                *output = levels::of_output(row.word(lane));
            }
            let sums: [u64; CHUNK] = std::array::from_fn(|lane| inputs[lane] + outputs[lane]);
            let random = row.word(200);
            let place = (random % buckets.levels() as u64) as usize;
            let wanted = Wanted::new(buckets.usable(place), (random >> 61 & 1) as usize, random >> 62 & 1);
            let open: [[u64; 2]; 2] = [[random, random >> 7], [random >> 9, !random]];
            let (negative, approximation) = (random >> 63, buckets.approximation());
            let one = lanes.candidates(&sums, open.map(|[first, _]| [first]), negative, approximation);
            let two = lanes.candidates(&sums, open, negative, approximation);
            let closed = (0..4).flat_map(|part| {
                let keep = (random >> (8 * part)) as u8;
                let some = std::array::from_fn(|lane| sums[8 * part + lane]);
                lanes.close_up(some, keep).into_iter().take(keep.count_ones() as usize)
            });
            let closed = closed.collect();
            (lanes.wanted(&sums, wanted), lanes.hits(&inputs, &outputs, wanted), [one, two], closed)
        }
    }

    #[test]
    fn wide_lanes_do_what_plain_ones_do() {
        let (mut wanted, mut candidates) = (0, [0; 2]);
        for case in 0..4_000 {
            let plain = Steps { case }.with(Plain);
            assert_eq!(plain, dispatch(Steps { case }), "case {case}");
            assert_eq!(plain.0, plain.1 as u32);
            wanted += plain.0.count_ones();
            for (candidates, lanes) in candidates.iter_mut().zip(plain.2) {
                *candidates += lanes.0.count_ones();
            }
        }
        assert!(wanted > 500 && candidates.iter().all(|&lanes| lanes > 5_000), "{wanted}, {candidates:?}");
    }
}
