//! Buckets in f32, for many products at once.

use super::levels;

/// Words of open-demand bits per half that SIMD code looks at.
pub(crate) const DEMAND_WORDS: usize = 4;

/// Buckets of sums of [`levels`] in f32.
///
/// The place is ⌊y⌋, where y = (3/2 − t)·k′ and u ≤ t < u + 2 in units of 2⁻²⁹. The computed x = 3k′/2 + 1 − k′u/2²⁹ differs from
/// y + 1 by the roundings of u, the slope, the product, the first term, x, and x − 1/2, at most 2⁻²⁴·(2 + 2k′) each, and
/// by 2⁻²⁸k′ for the bits cut off: less than 2⁻²⁰·(1 + k′). The margin is this and the strip around an edge. If ⌊x⌋ is the same
/// at both ends of the margin, it is the place + 1; else the place is in doubt. SIMD code truncates x instead: −1 < x < 0 becomes
/// 0, out of range like ⌊x⌋ = −1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Approximation {
    /// k′/2²⁹
    pub(crate) slope: f32,
    /// 3k′/2 + 1, the margin below and above
    pub(crate) from: [f32; 2],
}

impl Approximation {
    /// A place beyond all buckets, if there are at most this many: the last bit of [`DEMAND_WORDS`].
    pub(crate) const BEYOND: u32 = 64 * DEMAND_WORDS as u32 - 1;

    /// Sentinel: the place is in doubt.
    pub(crate) const IN_DOUBT: u32 = u32::MAX;

    pub(crate) fn new(k_prime: f64, strip: f64) -> Self {
        let (from, margin) = (1.5 * k_prime + 1.0, 2.0_f64.powi(-20) * (1.0 + k_prime) + strip);
        let slope = (k_prime / f64::from(1 << 29)) as f32;
        Self { slope, from: [from - margin, from + margin].map(|from| from as f32) }
    }

    /// The place of the product of a sum of [`levels`], [`BEYOND`](Self::BEYOND) from there on and out of range, or
    /// [`IN_DOUBT`](Self::IN_DOUBT).
    #[inline(always)]
    pub(crate) fn place(&self, sum: u32) -> u32 {
        let u = levels::u(sum) as i32 as f32;
        let [low, high] = self.from.map(|from| floor(from - self.slope * u));
        if low == high { (low.wrapping_sub(1) as u32).min(Self::BEYOND) } else { Self::IN_DOUBT }
    }
}

/// ⌊x⌋ for |x| < 2²²: x − 1/2 rounded by adding a number without bits for fractions. SIMD has no saturating float-to-int
/// conversion.
#[inline(always)]
fn floor(x: f32) -> i32 {
    const BESIDE: f32 = (3 << 22) as f32;
    (x - 0.5 + BESIDE).to_bits().wrapping_sub(BESIDE.to_bits()) as i32
}
