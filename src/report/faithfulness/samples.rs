//! Failure rates for plots: the axes of a construction, and its curves sampled along them.

use crate::report::plot::LogAxis;
use crate::session::{LaneRuns, Survival};
use crate::theory::Count;

/// Log axes around the curves of a construction.
#[derive(Clone, Copy, Debug)]
pub(super) struct RateAxes {
    /// neurons per weight
    pub(super) neurons: LogAxis,
    /// failure rate, from a whole decade to 1
    pub(super) rate: LogAxis,
}

/// A failure rate and its interval as decimal logarithms; −∞ is a rate of 0.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "plots"), allow(dead_code))] // a text plot has one sample per column
pub(super) struct Sample {
    pub(super) neurons: f64,
    pub(super) rate: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl RateAxes {
    /// From the smallest need of any layer to the largest bound; `None` without a finite bound.
    pub(super) fn of(lane: &LaneRuns, delta: f64) -> Option<Self> {
        let curves = || lane.layers.iter().chain([&lane.network]);
        let last = curves().map(|curve| curve.limit().log10()).fold(f64::NEG_INFINITY, f64::max);
        let needs = curves().flat_map(|curve| curve.steps().map(|(neurons, _)| neurons.log10()).take(2));
        let first = needs.filter(|log| log.is_finite()).fold(last, f64::min);
        if !last.is_finite() {
            return None;
        }
        // A margin on both sides, even if every run needed as many neurons as the bound.
        let margin = (0.04 * (last - first)).max(0.02);
        let resolution = 1.0 / lane.network.runs().max(1) as f64;
        Some(Self {
            neurons: LogAxis { from: first - margin, to: last + margin },
            rate: LogAxis { from: delta.min(resolution).log10().floor(), to: 0.0 },
        })
    }

    /// A curve at `places` equidistant places from end to end of the axis, up to its limit.
    pub(super) fn sample(&self, curve: &Survival, confidence: f64, places: usize) -> Vec<Sample> {
        let last = (places - 1).max(1) as f64;
        let logs = (0..places).map(|place| self.neurons.at(place as f64 / last));
        let mut known: Option<(u64, Sample)> = None;
        logs.map_while(|neurons| {
            let count = Count::from_ln(neurons * std::f64::consts::LN_10);
            (count <= curve.limit()).then(|| {
                let rate = curve.rate_at(count);
                // Most neighbours have the same number of failures.
                let sample =
                    known.filter(|(failures, _)| *failures == rate.failures).map(|(_, sample)| sample);
                let sample = sample.unwrap_or_else(|| {
                    let (low, high) = rate.interval(confidence);
                    Sample { neurons, rate: rate.share().log10(), low: low.log10(), high: high.log10() }
                });
                known = Some((rate.failures, sample));
                Sample { neurons, ..sample }
            })
        })
        .collect()
    }
}
