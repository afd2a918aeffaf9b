//! What the plots of failure rates share: axes, and the curves at every place of them.

use crate::session::{LaneRuns, Survival};
use crate::theory::Count;

/// Log axes that hold a construction's curves, as decimal logarithms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axes {
    /// neurons per weight
    pub(super) neurons: (f64, f64),
    /// failure rate, from a whole decade to 0
    pub(super) rate: (f64, f64),
}

/// A failure rate at one place, as decimal logarithms, −∞ for none at all.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "plots"), allow(dead_code))] // a text plot has one sample per column
pub(super) struct Sample {
    pub(super) neurons: f64,
    pub(super) rate: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Axes {
    /// From the least that any layer needed to the largest bound; `None` where there are no neurons to speak of.
    pub(super) fn of(lane: &LaneRuns, delta: f64) -> Option<Self> {
        let curves = || lane.layers.iter().chain([&lane.network]);
        let last = curves().map(|curve| curve.limit().log10()).fold(f64::NEG_INFINITY, f64::max);
        let needs = curves().flat_map(|curve| curve.steps().map(|(neurons, _)| neurons.log10()).take(2));
        let first = needs.filter(|log| log.is_finite()).fold(last, f64::min);
        if !last.is_finite() {
            return None;
        }
        // Room on both sides, and some of it even where all is at the bound.
        let margin = (0.04 * (last - first)).max(0.02);
        let resolution = 1.0 / lane.network.runs().max(1) as f64;
        Some(Self {
            neurons: (first - margin, last + margin),
            rate: (delta.min(resolution).log10().floor(), 0.0),
        })
    }

    /// A curve at `places` equally far apart, the first and the last being the ends of the axis, as far as it is known.
    pub(super) fn sample(&self, curve: &Survival, confidence: f64, places: usize) -> Vec<Sample> {
        let (from, to) = self.neurons;
        let logs = (0..places).map(|place| from + (to - from) * place as f64 / (places - 1).max(1) as f64);
        let mut known: Option<(u64, Sample)> = None;
        logs.map_while(|neurons| {
            let count = Count::from_ln(neurons * std::f64::consts::LN_10);
            (count <= curve.limit()).then(|| {
                let rate = curve.rate_at(count);
                // Neighbours mostly agree.
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

    /// Where numbers stand on the axis of neurons, as decimal logarithms: 1, 2 and 5 of each decade, or all digits of it where
    /// those are fewer than three, or whole decades where they are many.
    pub(super) fn ticks(&self) -> Vec<f64> {
        const DIGITS: [&[u32]; 3] = [&[1], &[1, 2, 5], &[1, 2, 3, 4, 5, 6, 7, 8, 9]];
        let (from, to) = self.neurons;
        let decades = to - from;
        if decades > 5.0 {
            let step = (decades / 5.0).ceil() as i64;
            let first = from.ceil() as i64;
            return (first..=to.floor() as i64)
                .filter(|d| d.rem_euclid(step) == 0)
                .map(|d| d as f64)
                .collect();
        }
        let inside = |digits: &[u32]| -> Vec<f64> {
            let decades = from.floor() as i64..=to.floor() as i64;
            let all =
                decades.flat_map(|decade| digits.iter().map(move |&d| decade as f64 + f64::from(d).log10()));
            all.filter(|log| (from..=to).contains(log)).collect()
        };
        let enough = DIGITS.into_iter().map(inside).find(|ticks| ticks.len() > 2);
        enough.unwrap_or_else(|| vec![from, to])
    }
}

/// 10^`log`, short.
pub(super) fn number(log: f64) -> String {
    if (-2.5..4.0).contains(&log) {
        let value = 10_f64.powf(log);
        let digits = if value >= 9.99 { 0 } else { 2 };
        let text = format!("{value:.digits$}");
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    } else {
        let decade = log.floor();
        let digit = format!("{:.1}", 10_f64.powf(log - decade));
        format!("{}e{decade}", digit.trim_end_matches(".0"))
    }
}
