//! Many neurons tried at once: the lanes of vectors.
//!
//! Neurons are the lanes, so that all of a pair is a constant and a miss costs no branch. Most loops are plain ones over all
//! lanes, which the compiler makes vectors of. It makes poor ones where lanes become the bits of a mask, and where lanes are
//! moved together; those steps are [`Lanes`], written out for AVX-512. All but buckets is integers, the same bits whatever is
//! picked at run time. A bucket may be in doubt with some instructions and not with others ([`Approximation`]); what comes of it
//! is the same, as doubts are settled exactly.
//!
//! # Measured
//! Example 5 on one thread of a shared machine with AVX-512: `FirstFit` takes a seventh less time, `InOrder` a tenth, since words
//! are cut to 32 bits and sixteen are tried at once instead of eight, and 64 neurons make a chunk instead of 32. To
//! generate the words of a chunk before the one at hand is through, so that they need not be waited for, saved nothing. With AVX2
//! `FirstFit` takes as long as before and `InOrder` a sixth less; the plain loops are written so that they become vectors there:
//! bits put together from closures, or floats converted as Rust's `as` does, made `FirstFit` take 1.6 times as long.

use pulp::{Arch, Simd, WithSimd};

use crate::construction::buckets::Approximation;
use crate::construction::buckets::levels::{self, Wanted};

/// Neurons that are looked at together: a bit of a word for each.
pub(crate) const CHUNK: usize = 64;

/// Lanes that make a vector of cuts.
pub(crate) const VECTOR: usize = 16;

/// Words of open demands of a half that [`Lanes::candidates`] looks at.
pub(crate) const DEMAND_WORDS: usize = 4;

/// What vectors are loaded from, so that they begin and end with a line of the caches: across two of them, each load takes
/// twice as long.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct Aligned<T>(pub(crate) T);

/// What is done with whole vectors of [`levels`].
pub(crate) trait Lanes: Copy {
    /// [`levels::of_input`] of each word.
    fn cut(self, unfinished: &[u64; VECTOR]) -> [u32; VECTOR];

    /// The lanes whose sum is wanted, or might be.
    fn wanted(self, sums: &[u32; CHUNK], wanted: Wanted) -> u64;

    /// The lanes whose products meet an open demand, or might, as far as the bucket is in doubt, and the
    /// [`Approximation::place`] of each lane; `open` has a bit for each place, the demands of the positive half first, and
    /// `negative` is 1 where w* < 0.
    fn candidates(
        self,
        sums: &[u32; CHUNK],
        open: [[u64; DEMAND_WORDS]; 2],
        negative: u32,
        buckets: &Approximation,
    ) -> (u64, [u32; CHUNK]);

    /// The lanes whose bits are set, moved to the front; what is behind them is anything.
    fn close_up(self, lanes: [u32; VECTOR], keep: u16) -> [u32; VECTOR];

    /// The same of lanes twice as wide.
    fn close_up_wide(self, lanes: [u64; VECTOR / 2], keep: u8) -> [u64; VECTOR / 2];
}

/// Something that is computed with lanes.
pub(crate) trait WithLanes {
    type Output;

    /// To be inlined, so that all of it is compiled for the instructions that there are.
    fn with<L: Lanes>(self, lanes: L) -> Self::Output;
}

/// Does it with the widest lanes that there are.
pub(crate) fn dispatch<T: WithLanes>(work: T) -> T::Output {
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
pub(crate) struct Plain;

impl Lanes for Plain {
    #[inline(always)]
    fn cut(self, unfinished: &[u64; VECTOR]) -> [u32; VECTOR] {
        let mut cuts = [0; VECTOR];
        cuts.iter_mut().zip(unfinished).for_each(|(cut, &word)| *cut = levels::of_input(word));
        cuts
    }

    #[inline(always)]
    fn wanted(self, sums: &[u32; CHUNK], wanted: Wanted) -> u64 {
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
        // Halves of words, as many as fit a vector; mostly the first two are all that there are.
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
    fn close_up(self, lanes: [u32; VECTOR], keep: u16) -> [u32; VECTOR] {
        close_up(lanes, keep)
    }

    #[inline(always)]
    fn close_up_wide(self, lanes: [u64; VECTOR / 2], keep: u8) -> [u64; VECTOR / 2] {
        close_up(lanes, keep.into())
    }
}

/// A bit for each lane, 0 or 1.
#[inline(always)]
fn bits(lanes: &[u32; CHUNK]) -> u64 {
    // Half after half, as 64 bits would take vectors twice as wide.
    let mut halves = [0; 2];
    for (half, lanes) in halves.iter_mut().zip(lanes.as_chunks::<32>().0) {
        for (place, lane) in lanes.iter().enumerate() {
            *half |= lane << place;
        }
    }
    u64::from(halves[0]) | u64::from(halves[1]) << 32
}

#[inline(always)]
fn close_up<T: Copy, const LANES: usize>(mut lanes: [T; LANES], keep: u16) -> [T; LANES] {
    let mut to = 0;
    for from in 0..LANES {
        // What is not kept is written over.
        lanes[to] = lanes[from];
        to += usize::from(keep >> from & 1);
    }
    lanes
}

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::{__m512, __m512i};

    use pulp::cast;
    use pulp::x86::V4;

    use super::{Approximation, CHUNK, DEMAND_WORDS, Lanes, VECTOR, Wanted};

    /// The same number in all lanes.
    #[inline(always)]
    fn all(simd: V4, value: u32) -> __m512i {
        simd.avx512f._mm512_set1_epi32(value as i32)
    }

    #[inline(always)]
    fn vectors(lanes: &[u32; CHUNK]) -> impl Iterator<Item = __m512i> + '_ {
        lanes.as_chunks::<VECTOR>().0.iter().map(|&lanes| cast(lanes))
    }

    /// The bits of the lanes of all vectors.
    #[inline(always)]
    fn together([a, b, c, d]: [u16; CHUNK / VECTOR]) -> u64 {
        let pair = |low, high| u32::from(low) | u32::from(high) << VECTOR;
        u64::from(pair(a, b)) | u64::from(pair(c, d)) << (2 * VECTOR)
    }

    /// Where the upper halves of two vectors' 64-bit lanes are, and the lower ones.
    const UPPER: [u32; VECTOR] = [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31];
    const LOWER: [u32; VECTOR] = [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30];

    impl Lanes for V4 {
        #[inline(always)]
        fn cut(self, unfinished: &[u64; VECTOR]) -> [u32; VECTOR] {
            let [first, second]: [__m512i; 2] = cast(*unfinished);
            let part = |places| self.avx512f._mm512_permutex2var_epi32(first, cast(places), second);
            let (upper, lower) = (part(UPPER), part(LOWER));
            let sign = self.avx512f._mm512_slli_epi32::<31>(lower);
            let sign = self.avx512f._mm512_xor_si512(sign, lower);
            let level = self.avx512f._mm512_srli_epi32::<3>(upper);
            // The sign's bit, or the level's.
            cast(self.avx512f._mm512_ternarylogic_epi32::<0xEA>(sign, all(self, 1 << 31), level))
        }

        #[inline(always)]
        fn wanted(self, sums: &[u32; CHUNK], wanted: Wanted) -> u64 {
            let (less, width) = (all(self, wanted.low.wrapping_neg()), all(self, wanted.width));
            let mut lanes = [0; CHUNK / VECTOR];
            for (lanes, sums) in lanes.iter_mut().zip(vectors(sums)) {
                let above = self.avx512f._mm512_add_epi32(less, sums);
                *lanes = self.avx512f._mm512_cmplt_epu32_mask(above, width);
            }
            together(lanes)
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
                // The word of demands, then its bit.
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
        fn close_up(self, lanes: [u32; VECTOR], keep: u16) -> [u32; VECTOR] {
            cast(self.avx512f._mm512_maskz_compress_epi32(keep, cast(lanes)))
        }

        #[inline(always)]
        fn close_up_wide(self, lanes: [u64; VECTOR / 2], keep: u8) -> [u64; VECTOR / 2] {
            cast(self.avx512f._mm512_maskz_compress_epi64(keep, cast(lanes)))
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

    /// What all steps make of a case.
    #[derive(Clone, Debug, PartialEq)]
    struct Made {
        cuts: [[u32; VECTOR]; 2],
        wanted: u64,
        candidates: (u64, [u32; CHUNK]),
        closed: Vec<u32>,
        closed_wide: Vec<u64>,
    }

    impl WithLanes for Steps {
        type Output = Made;

        #[inline(always)]
        fn with<L: Lanes>(self, lanes: L) -> Made {
            let buckets = Buckets::new(&Ranges::new(1e-3, 1.0, [1.6, 1.1, 1.03][self.case as usize % 3]));
            let row = Stream::new(self.case, 1, Side::In).row(0);
            let words =
                |first: u64| std::array::from_fn(|lane| row.unfinished_after(Row::step(first + lane as u64)));
            let cuts = [lanes.cut(&words(0)), lanes.cut(&words(100))];
            let sums: [u32; CHUNK] = std::array::from_fn(|lane| {
                let [a, b] = cuts.map(|cuts| cuts[lane % VECTOR]);
                a.wrapping_add(b.rotate_left(7 * lane as u32))
            });
            let random = row.word(200);
            let place = (random % buckets.levels() as u64) as usize;
            let (negative, approximation) = ((random >> 63) as u32, buckets.approximation());
            let open = [0, 1].map(|half| std::array::from_fn(|word| row.word(300 + 8 * half + word as u64)));
            let candidates = lanes.candidates(&sums, open, negative, approximation);
            let kept = |keep: u32| keep.count_ones() as usize;
            let closed = lanes.close_up(cuts[0], random as u16)[..kept(random as u16 as u32)].to_vec();
            let wide = std::array::from_fn(|lane| row.word(400 + lane as u64));
            let closed_wide = lanes.close_up_wide(wide, random as u8)[..kept(random as u8 as u32)].to_vec();
            let wanted = lanes
                .wanted(&sums, buckets.wanted(place, (random >> 61 & 1) as usize, (random >> 62 & 1) as u32));
            Made { cuts, wanted, candidates, closed, closed_wide }
        }
    }

    impl Made {
        /// Leaves out the lanes that are in doubt here or there, which need not be the same. How many they are here.
        fn leave_out_doubts(&mut self, other: &Self) -> u32 {
            let in_doubt = |places: &[u32; CHUNK]| {
                let doubts = (0..).zip(places).filter(|&(_, &place)| place == Approximation::IN_DOUBT);
                doubts.fold(0, |lanes: u64, (lane, _)| lanes | 1 << lane)
            };
            let (here, there) = (in_doubt(&self.candidates.1), in_doubt(&other.candidates.1));
            let fits = self.candidates.0 & here;
            self.candidates.0 &= !(here | there);
            for lane in (0..CHUNK).filter(|lane| (here | there) >> lane & 1 == 1) {
                self.candidates.1[lane] = Approximation::IN_DOUBT;
            }
            fits.count_ones()
        }
    }

    #[test]
    fn wide_lanes_do_what_plain_ones_do() {
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
