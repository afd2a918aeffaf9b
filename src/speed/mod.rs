//! How fast this machine runs the engine: what `slth bench` prints, and `cargo bench` row by row.
//!
//! Figures are ratios within one run wherever they can be, since machines are shared and noisy: both sides of a ratio take
//! turns, and the median of their rounds counts. A goal that is missed is no error.

mod construction;
mod forward_pass;
mod screen;
pub mod subset_sums;

pub use forward_pass::ForwardPass;

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;

use crate::experiment::ExperimentError;

/// What a figure should be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// at most this
    AtMost(f64),
    /// at least this
    AtLeast(f64),
}

impl Goal {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
        }
    }
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// kebab-case name
    pub name: &'static str,
    /// what was done, and what the figure compares
    pub work: &'static str,
    /// what was measured; `None` where it could not be
    pub value: Option<f64>,
    /// `x` for a ratio, `s`, `us`, `ms`, `GiB`, or `per weight`
    pub unit: &'static str,
    /// what it should be
    pub goal: Goal,
    /// whether it is that; `None` where nothing was measured
    pub met: Option<bool>,
    /// both sides of a ratio, or why nothing was measured
    pub note: String,
}

impl Figure {
    fn new(name: &'static str, work: &'static str, value: f64, unit: &'static str, goal: Goal) -> Self {
        let met = Some(goal.is_met(value));
        Self { name, work, value: Some(value), unit, goal, met, note: String::new() }
    }

    fn unknown(name: &'static str, work: &'static str, unit: &'static str, goal: Goal, why: String) -> Self {
        Self { name, work, value: None, unit, goal, met: None, note: why }
    }

    fn noted(mut self, note: String) -> Self {
        self.note = note;
        self
    }
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Example 5 by each allocation, a layer of a million weights, a network of 784-500-10
    Construction,
    /// best subset sums
    SubsetSums,
    /// the masked network's forward pass
    ForwardPass,
    /// the screen's first frame, and its answer to a key under full load
    Screen,
}

impl Work {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Construction, Self::SubsetSums, Self::ForwardPass, Self::Screen];

    /// Measures it, on the threads of the current pool. `slth`: the program whose screen is measured.
    ///
    /// # Errors
    /// [`ExperimentError`] where there is not enough memory.
    pub fn measure(self, slth: &Path) -> Result<Vec<Figure>, ExperimentError> {
        Ok(match self {
            Self::Construction => construction::figures()?,
            Self::SubsetSums => subset_sums::figures(),
            Self::ForwardPass => forward_pass::figures()?,
            Self::Screen => screen::figures(slth),
        })
    }
}

/// Rounds of which the median counts.
const ROUNDS: usize = 3;

/// The work's result, and the seconds that it took.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let result = black_box(work());
    (result, started.elapsed().as_secs_f64())
}

/// The middle one of some values.
fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_are_met_at_their_ends() {
        assert!(Goal::AtMost(2.0).is_met(2.0) && !Goal::AtMost(2.0).is_met(2.1));
        assert!(Goal::AtLeast(2.0).is_met(2.0) && !Goal::AtLeast(2.0).is_met(1.9));
        assert!(!Goal::AtMost(2.0).is_met(f64::NAN) && !Goal::AtLeast(2.0).is_met(f64::NAN));
    }

    #[test]
    fn figures_have_these_keys() {
        let figure =
            Figure::new("f", "work", 1.5, "x", Goal::AtMost(2.0)).noted("3 s against 2 s".to_owned());
        let unknown = Figure::unknown("g", "more", "ms", Goal::AtLeast(1.0), "no terminal".to_owned());
        assert_eq!(
            serde_json::to_string(&[figure, unknown]).unwrap(),
            "[{\"name\":\"f\",\"work\":\"work\",\"value\":1.5,\"unit\":\"x\",\"goal\":{\"at_most\":2.0},\"met\":true,\
             \"note\":\"3 s against 2 s\"},{\"name\":\"g\",\"work\":\"more\",\"value\":null,\"unit\":\"ms\",\
             \"goal\":{\"at_least\":1.0},\"met\":null,\"note\":\"no terminal\"}]"
        );
    }

    #[test]
    fn medians() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert!(median([]).is_nan());
    }
}
