//! Bounds on the value of one node.

use crate::network::domain::{magnitude, norm_of, or_infinite, rounding_of_sums};
use crate::network::range::product;

/// Bounds on the value of a node over a domain.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeBounds {
    /// the smallest and the largest value of each entry
    pub intervals: Vec<(f64, f64)>,
    /// bound on the 2-norm, the smallest of the next three
    pub norm: f64,
    /// by the norms of linear maps and Lipschitz factors
    pub by_norms: f64,
    /// by intervals of the single entries
    pub by_intervals: f64,
    /// by the largest over the points of a list, where the domain is one
    pub by_points: Option<f64>,
    /// bound on the largest |entry|
    pub largest: f64,
}

impl NodeBounds {
    /// Bounds from intervals and from norms, each made sharper by the other.
    pub(super) fn new(intervals: Vec<(f64, f64)>, by_norms: f64) -> Self {
        let by_norms = or_infinite(by_norms);
        let by_intervals = product(norm_of(&intervals), rounding_of_sums(intervals.len()));
        let norm = by_norms.min(by_intervals);
        Self { by_norms, by_intervals, by_points: None, norm, largest: f64::INFINITY, intervals }.clamped()
    }

    /// No entry is above the norm.
    fn clamped(mut self) -> Self {
        let norm = self.norm;
        self.intervals.iter_mut().for_each(|(low, high)| (*low, *high) = (low.max(-norm), high.min(norm)));
        self.largest = magnitude(&self.intervals);
        self
    }

    /// The largest |v| of an entry v.
    pub fn magnitude(&self, entry: usize) -> f64 {
        let (low, high) = self.intervals[entry];
        low.abs().max(high.abs())
    }

    /// Bounds on a value that is off by no more than `norm` as a whole, and by `entries` entry by entry.
    #[must_use]
    pub fn widened(&self, norm: f64, entries: &[f64]) -> Self {
        let intervals = self.intervals.iter().zip(entries);
        let intervals = intervals.map(|((low, high), off)| ((low - off).next_down(), (high + off).next_up()));
        Self::new(intervals.collect(), (self.norm + norm).next_up())
    }

    /// The same, made sharper by another bound on the 2-norm.
    #[must_use]
    pub fn within(mut self, norm: f64) -> Self {
        self.norm = self.norm.min(norm);
        self.clamped()
    }

    /// The same, made sharper by what was computed at all points of the domain: intervals and the largest 2-norm, off by no more
    /// than `rounding` as a whole and `of_entries` entry by entry.
    #[must_use]
    pub(super) fn at_points(
        mut self,
        (intervals, norm): (&[(f64, f64)], f64),
        rounding: f64,
        of_entries: &[f64],
    ) -> Self {
        let norm = product(or_infinite(norm), rounding_of_sums(intervals.len()));
        let by_points = (norm + rounding).next_up();
        (self.by_points, self.norm) = (Some(by_points), self.norm.min(by_points));
        for (((low, high), (least, most)), off) in self.intervals.iter_mut().zip(intervals).zip(of_entries) {
            // `max` and `min` pass over NaN, of a sum that has overflowed.
            *low = low.max((least - off).next_down());
            *high = high.min((most + off).next_up());
        }
        self.clamped()
    }
}
