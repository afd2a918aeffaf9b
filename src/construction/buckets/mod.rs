//! Buckets: the pieces of a golden-ratio sum, and the products that can be each.
//!
//! Three classifications of a product agree:
//!
//! | | input | used |
//! |---|---|---|
//! | [`Buckets::classify`] | full words, 53 bits of each | exact; one product at a time |
//! | [`levels`] | words cut to 32 bits; a demand is an interval of integers | SIMD, few demands |
//! | [`approximation`] | the same in f32; the bucket's number | SIMD, many demands |
//!
//! The last two may leave a product in doubt, to be settled by the first.

pub(crate) mod approximation;
pub(crate) mod levels;

use self::approximation::Approximation;
use self::levels::SumInterval;
use crate::theory::section5::Ranges;

/// The buckets (γ^{u+1}·w_max, γ^u·w_max], u = 1…k, of one layer.
///
/// Products are classified in the log domain: the level of a weight is the upper 53 bits of its word, and the
/// sum of two levels is t·2⁵³ with t = ln(|z_in·z_out|/α²)/Λ. One multiplication finds the bucket; no exp is computed until a
/// product is used. Next to an edge, rounding could make this integer and the product of the two f64 weights disagree. Products
/// near an edge (within a relative 10⁻¹³ or so at base 3/2) are therefore rejected: every accepted product lies in its bucket
/// as an f64 too, and a usable one is lost with probability below 10⁻¹¹.
#[derive(Clone, Debug)]
pub struct Buckets {
    /// γ^u·w_max for u = 0…k+1, padded by [`EDGES_AT_ONCE`] sentinels −∞
    edges: Vec<f64>,
    levels: usize,
    /// k′·2⁴³
    scale: u64,
    /// half-width of the strip around an edge, in 2⁻⁶⁴ of a bucket
    margin: u64,
    /// per place
    wanted: Vec<SumInterval>,
    approximation: Approximation,
}

/// t = 3/2, the upper end of bucket 1, in units of 2⁻⁵³.
const TOP: u64 = 3 << 52;

/// Edges compared with a residual at once.
pub(crate) const EDGES_AT_ONCE: usize = 8;

/// Above this many buckets the integers of [`Buckets::classify`] would overflow. A base of 1.0001 makes 400,000.
pub const MOST_LEVELS: usize = 1 << 20;

impl Buckets {
    /// The buckets of a layer's ranges, with at most [`MOST_LEVELS`] levels.
    pub fn new(ranges: &Ranges) -> Self {
        debug_assert!(ranges.levels < MOST_LEVELS);
        // Rounding of two weights, (Λ + 3)·2⁻⁵³ each, of their product, and of the edge, (2Λ + 3)·2⁻⁵³; a bucket is ln(1/γ) wide.
        // Doubled, plus 2⁻⁴² for the rounding of `scale` over all levels.
        let rounding = (4.0 * ranges.log_range.abs() + 10.0) * f64::EPSILON / -ranges.gamma.ln();
        let margin = rounding + (0.5_f64).powi(42);
        let scale = (ranges.k_prime * (1_u64 << 43) as f64) as u64;
        let approximation = Approximation::new(ranges.k_prime, margin);
        let margin = (margin * (u64::MAX as f64)) as u64;
        let wanted = (0..ranges.levels).map(|place| SumInterval::new(usable(place, scale, margin))).collect();
        let mut edges = ranges.edges();
        edges.extend([f64::NEG_INFINITY; EDGES_AT_ONCE]);
        Self { edges, levels: ranges.levels, scale, margin, wanted, approximation }
    }

    /// k, the number of buckets.
    pub fn levels(&self) -> usize {
        self.levels
    }

    /// γ^u·w_max for u = 0…k+1; edge `u` is the largest value of bucket u.
    pub fn edge(&self, u: usize) -> f64 {
        self.edges[u]
    }

    /// The upper edges of the buckets at place ≤ k and behind it, then −∞.
    #[inline]
    pub(crate) fn edges_below(&self, place: usize) -> &[f64; EDGES_AT_ONCE] {
        let edges = self.edges[place + 1..].first_chunk();
        edges.expect("padded by EDGES_AT_ONCE sentinels")
    }

    /// The bucket's place u − 1 = 0…k−1 for the sum of two levels (t in units of 2⁻⁵³), or k for a useless product: out of range,
    /// or too near an edge.
    #[inline(always)]
    pub fn classify(&self, t: u64) -> usize {
        if self.is_near_an_edge(t) { self.levels } else { self.place(t) }
    }

    /// [`classify`](Self::classify) without the strips around the edges. Branchless: one product in four is out of range, and the
    /// mispredictions would cost more than the rest of a try (11 ns against 4 ns).
    #[inline(always)]
    pub(crate) fn place(&self, t: u64) -> usize {
        // Where t > 3/2 the difference wraps to at least 2⁶³, and the place to at least 2¹⁰·k′.
        let place = (scaled(t, self.scale) >> 96) as u64;
        let in_range = (place.wrapping_sub(self.levels as u64) as i64 >> 63) as u64;
        ((place & in_range) | (self.levels as u64 & !in_range)) as usize
    }

    /// The half and the place of the piece that the product of these words can be, if any, for a weight with `negative` = 1
    /// where w* < 0: z_in·z_out·w* > 0 for z_in > 0.
    #[inline(always)]
    pub(crate) fn piece(&self, word_in: u64, word_out: u64, negative: u64) -> Option<(usize, usize)> {
        let (half, place) = ((word_in & 1) as usize, self.classify(levels::t(word_in, word_out)));
        let fits = (word_in ^ word_out ^ negative) & 1 == 0;
        (fits && place < self.levels).then_some((half, place))
    }

    /// The places in f32, for many products at once.
    #[inline(always)]
    pub(crate) fn approximation(&self) -> &Approximation {
        &self.approximation
    }

    /// The sums of [`levels`] that meet a demand for this bucket, for a half of a weight with `negative` = 1 where w* < 0.
    #[inline(always)]
    pub(crate) fn wanted(&self, place: usize, half: usize, negative: u32) -> SumInterval {
        self.wanted[place].with_signs(half, negative)
    }

    /// Whether t is too near an edge: the f64 product might lie beyond it.
    #[inline(always)]
    pub(crate) fn is_near_an_edge(&self, t: u64) -> bool {
        let fraction = (scaled(t, self.scale) >> 32) as u64;
        fraction.wrapping_add(self.margin) < 2 * self.margin
    }

    /// The bucket u = 1…k of `product` > 0, if any.
    pub fn of(&self, product: f64) -> Option<usize> {
        let edges_above = self.edges.partition_point(|&edge| edge >= product);
        edges_above.checked_sub(1).filter(|u| (1..=self.levels).contains(u))
    }

    /// Whether `product` > 0 lies in bucket u = 1…k.
    pub fn contains(&self, bucket: usize, product: f64) -> bool {
        self.edges[bucket + 1] < product && product <= self.edges[bucket]
    }
}

/// (3/2 − t)·k′ in units of 2⁻⁹⁶.
#[inline(always)]
fn scaled(t: u64, scale: u64) -> u128 {
    u128::from(TOP.wrapping_sub(t)) * u128::from(scale)
}

/// The least t of a bucket, and the number of its t, as [`Buckets::classify`] has them: (3/2 − t)·k′ is at least the margin above
/// place, and more than the margin below place + 1.
fn usable(place: usize, scale: u64, margin: u64) -> (u64, u64) {
    let place = place as u128;
    let margin = u128::from(margin) << 32;
    let first = |scaled: u128| scaled.div_ceil(u128::from(scale)) as u64;
    let (low, high) = (first((place << 96) + margin), first(((place + 1) << 96) - margin));
    (TOP + 1 - high.max(low), high.saturating_sub(low))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::{Hyperbolic, Law, ProductLaw, RandomLayer, Side, Stream};

    #[test]
    fn classification_agrees_with_the_products_themselves() {
        for (half, base) in [(1.839e-7, 1.5), (0.03, 1.6), (1e-12, 1.2), (0.5, 1.01)] {
            let ranges = Ranges::new(half, 1.0, base);
            let buckets = Buckets::new(&ranges);
            let law = Hyperbolic::new(ranges.weight.0, ranges.weight.1).unwrap();
            let layer = RandomLayer::new(5, 1, Law::Hyperbolic(law));
            let mut used = 0;
            for neuron in 0..20_000 {
                let (a, b) = (layer.input_words(neuron).word(0), layer.output_words(neuron).word(0));
                let place = buckets.classify((a >> 11) + (b >> 11));
                let product = (layer.z_in(neuron, 0) * layer.z_out(neuron, 0)).abs();
                let expected = (1..=buckets.levels()).find(|&u| buckets.contains(u, product));
                assert_eq!(expected, buckets.of(product));
                assert_eq!(expected, (place < buckets.levels()).then_some(place + 1), "product {product}");
                used += u32::from(expected.is_some());
            }
            assert!(used > 5000);
        }
    }

    #[test]
    fn approximations_are_right_or_in_doubt() {
        for (half, base) in [(1.839e-7, 1.5), (1e-12, 1.2), (0.5, 1.02), (0.9, 1.6)] {
            let buckets = Buckets::new(&Ranges::new(half, 1.0, base));
            assert!(buckets.levels() <= Approximation::BEYOND as usize);
            let row = Stream::new(3, 1, Side::In).row(0);
            let doubts = |t: u64| {
                let (exact, k) = (buckets.classify(t), buckets.levels() as u32);
                // Both ends of the interval of t with the same sum.
                let in_doubt = [t >> 24, (t >> 24).saturating_sub(1)].into_iter().filter(|&u| {
                    let place = buckets.approximation().place(u as u32 | (t as u32) << 30);
                    let in_doubt = place == Approximation::IN_DOUBT;
                    let right = place.min(k) == exact as u32;
                    assert!(in_doubt || right, "{t:x} at base {base}: {place} for {exact}");
                    in_doubt
                });
                in_doubt.count()
            };
            let random = (0..50_000).map(|i| doubts(levels::t(row.word(2 * i), row.word(2 * i + 1))));
            // 2·2⁻²⁰·(1 + k′) of 10⁵ sums are expected, which is 48 at most, two for a product.
            let in_doubt: usize = random.sum();
            assert!(in_doubt < 200, "{in_doubt} in doubt");
            // Around edges, and the ends of the range.
            let edge = |place: usize| TOP - (place as f64 / buckets.scale as f64 * 2_f64.powi(96)) as u64;
            let around =
                |edge: u64| (0..40).map(|bits| (1 << bits) - 1).flat_map(move |off| [edge - off, edge + off]);
            let edges = (0..=buckets.levels()).flat_map(|place| around(edge(place)));
            let near: usize = edges.chain([0, 1, (1 << 54) - 2]).map(doubts).sum();
            assert!(near > 100, "{near} in doubt");
        }
    }

    #[test]
    fn usable_products_are_those_that_are_classified_so() {
        for (half, base) in [(1.839e-7, 1.5), (1e-12, 1.2), (0.5, 1.01), (1e-3, 1.0001)] {
            let buckets = Buckets::new(&Ranges::new(half, 1.0, base));
            for place in 0..buckets.levels() {
                let (low, count) = usable(place, buckets.scale, buckets.margin);
                assert!(count > 0);
                assert_eq!((buckets.classify(low), buckets.classify(low + count - 1)), (place, place));
                let around = [buckets.classify(low - 1), buckets.classify(low + count)];
                assert_eq!(around, [buckets.levels(); 2], "the strips are there");
            }
        }
    }

    #[test]
    fn edges_of_the_integers_are_the_intervals_of_the_law() {
        let ranges = Ranges::new(1.839e-7, 1.0, 1.5);
        let (buckets, law) = (Buckets::new(&ranges), ProductLaw::new(ranges));
        for u in 1..=buckets.levels() {
            let (low, high) = law.bucket_interval(u);
            let unit = (1_u64 << 53) as f64;
            assert_eq!(buckets.classify(((low + 1e-9) * unit) as u64), u - 1);
            assert_eq!(buckets.classify(((high - 1e-9) * unit) as u64), u - 1);
        }
        assert!(buckets.classify(TOP) >= buckets.levels());
        assert!(buckets.classify(TOP + 1) >= buckets.levels());
        assert!(buckets.classify((1 << 54) - 2) >= buckets.levels());
        assert!(buckets.classify(0) >= buckets.levels());
    }
}
