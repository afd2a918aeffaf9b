//! A filter for the subsets of older values that might come within tolerance with the newest value; see
//! [`incremental`](super).

/// The most subsets to add up anew; more of them are a crowd.
const MOST_CANDIDATES: usize = 1 << 14;

/// log₂ of the width of a cell, in tolerances.
const CELL: usize = 5;

/// Upper values with all sums queried together: a bit of a word for each sum.
const INNER_VALUES: usize = 6;

/// Sentinel: the end of a chain.
const NONE: u16 = u16::MAX;

/// The lower sums in fixed point: a bit for each cell within reach of any, and the sums themselves by words of bits.
#[derive(Clone, Debug)]
pub(crate) struct SumFilter {
    /// p
    pub(crate) lower_values: usize,
    /// multiples in 1; a cell has 2^(26 − p) of all 2³² multiples
    scale: f64,
    /// in multiples: the tolerance, m, and the rounding of 45 numbers; less than half a cell
    reach: u32,
    /// all values
    pub(crate) values: Vec<u32>,
    /// sum of each subset of the first p values, or of all if fewer; the index is the subset
    sums: Vec<u32>,
    /// a word for each sum of p values; empty for fewer values
    bits: Vec<u64>,
    /// per word one of the sums in its cells
    first: Vec<u16>,
    /// per sum another one of the same word
    next: Vec<u16>,
}

impl SumFilter {
    pub(crate) fn new(lower_values: usize, tolerance: f64) -> Self {
        let multiples = 1_u32 << (26 - lower_values - CELL);
        Self {
            lower_values,
            scale: f64::from(multiples) / tolerance,
            reach: multiples + (multiples >> 6) + 45,
            values: Vec::new(),
            sums: vec![0],
            bits: Vec::new(),
            first: Vec::new(),
            next: Vec::new(),
        }
    }

    /// x in fixed point. |x| is less than 2³⁷ tolerances, hence less than 2⁵⁰ multiples. With a tolerance so small that the scale
    /// is infinite, all x become 0, within reach of each other.
    fn fixed(&self, x: f64) -> u32 {
        /// Rounds a number when added to it, with the result in the low bits.
        const ROUNDER: f64 = (3_u64 << 51) as f64;
        (x * self.scale + ROUNDER).to_bits() as u32
    }

    /// The cell of x, of 2^(p + 6).
    #[inline(always)]
    fn cell(&self, x: u32) -> u32 {
        x >> (26 - self.lower_values)
    }

    /// Adds a value. Returns the number of lower sums made.
    pub(crate) fn add(&mut self, value: f64) -> u64 {
        let value = self.fixed(value);
        self.values.push(value);
        if self.values.len() > self.lower_values {
            return 0;
        }
        let made = self.sums.len();
        add_value(&mut self.sums, value);
        if self.values.len() == self.lower_values {
            self.set_bits();
        }
        made as u64
    }

    fn set_bits(&mut self) {
        let words = self.sums.len();
        let (mut bits, mut first, mut next) = (vec![0; words], vec![NONE; words], vec![NONE; words]);
        for ((place, &sum), next) in (0..).zip(&self.sums).zip(&mut next) {
            let (low, high) =
                (self.cell(sum.wrapping_sub(self.reach)), self.cell(sum.wrapping_add(self.reach)));
            bits[(low >> 6) as usize] |= 1 << (low & 63);
            if low != high {
                bits[(high >> 6) as usize] |= 1 << (high & 63);
            }
            let word = (self.cell(sum) >> 6) as usize;
            *next = std::mem::replace(&mut first[word], place);
        }
        (self.bits, self.first, self.next) = (bits, first, next);
    }

    /// Adds the subsets with sums in reach of x to `masks`. Returns the number of sums looked at, and whether the search is
    /// complete: a crowd of sums ends it.
    pub(crate) fn find(&self, x: f64, masks: &mut Vec<u64>) -> (u64, bool) {
        let x = self.fixed(x);
        if self.bits.is_empty() {
            masks.extend(places_in_reach(x, self.reach, &self.sums));
            return (self.sums.len() as u64, true);
        }
        let upper = &self.values[self.lower_values..];
        let (inner, outer) = upper.split_at(upper.len().min(INNER_VALUES));
        let (inner_sums, outer_sums) = (all_sums(inner), all_sums(outer));
        let queries = (inner_sums.len() * outer_sums.len()) as u64;
        let most = queries + self.sums.len() as u64;
        let mut compared = 0;
        for (high, sum) in (0_u64..).zip(&outer_sums) {
            let x = x.wrapping_sub(*sum);
            let mut hits = self.hits(x, &inner_sums);
            while hits != 0 {
                let low = hits.trailing_zeros();
                hits &= hits - 1;
                let upper = (high << inner.len() | u64::from(low)) << self.lower_values;
                compared += self.compare(x.wrapping_sub(inner_sums[low as usize]), upper, masks);
            }
            if compared > most || masks.len() > MOST_CANDIDATES {
                return (queries + compared, false);
            }
        }
        (queries + compared, true)
    }

    /// Which of up to 64 sums have the bit of their difference from x set.
    #[inline(never)]
    fn hits(&self, x: u32, sums: &[u32]) -> u64 {
        let bit = |sum: u32| {
            let cell = self.cell(x.wrapping_sub(sum));
            self.bits[(cell >> 6) as usize] >> (cell & 63) & 1
        };
        sums.iter().rev().fold(0, |hits, &sum| hits << 1 | bit(sum))
    }

    /// Adds to `masks` the lower sums in reach of x, with `upper` as their upper part. How many were held against x.
    fn compare(&self, x: u32, upper: u64, masks: &mut Vec<u64>) -> u64 {
        let ends = [x.wrapping_sub(self.reach), x.wrapping_add(self.reach)];
        let words = ends.map(|end| (self.cell(end) >> 6) as usize);
        let mut compared = 0;
        for &word in if words[0] == words[1] { &words[..1] } else { &words } {
            let mut place = self.first[word];
            while place != NONE {
                compared += 1;
                if in_reach(x, self.reach, self.sums[usize::from(place)]) {
                    masks.push(upper | u64::from(place));
                }
                place = self.next[usize::from(place)];
            }
        }
        compared
    }
}

#[inline(always)]
fn in_reach(x: u32, reach: u32, sum: u32) -> bool {
    x.wrapping_sub(sum).wrapping_add(reach) <= 2 * reach
}

/// Places of the sums in reach of x.
fn places_in_reach(x: u32, reach: u32, sums: &[u32]) -> impl Iterator<Item = u64> {
    const CHUNK: usize = 64;
    (0..).step_by(CHUNK).zip(sums.chunks(CHUNK)).flat_map(move |(first, chunk)| {
        // Without an early end, so that several are compared at once.
        let any = chunk.iter().fold(false, |any, &sum| any | in_reach(x, reach, sum));
        let chunk = if any { chunk } else { &[] };
        (first..).zip(chunk).filter(move |&(_, &sum)| in_reach(x, reach, sum)).map(|(place, _)| place)
    })
}

/// Makes the sums of one value more of the sums of all subsets.
fn add_value(sums: &mut Vec<u32>, value: u32) {
    let half = sums.len();
    sums.extend_from_within(..);
    sums[half..].iter_mut().for_each(|sum| *sum = sum.wrapping_add(value));
}

/// The sum of each subset, the subset being the index.
fn all_sums(values: &[u32]) -> Vec<u32> {
    let mut sums = Vec::with_capacity(1 << values.len());
    sums.push(0);
    values.iter().for_each(|&value| add_value(&mut sums, value));
    sums
}
