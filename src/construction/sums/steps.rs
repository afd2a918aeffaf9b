//! The steps of a weight's sum, as the screens show them.

use crate::construction::half::Half;
use crate::construction::ticket::Path;
use crate::exact::DoubleDouble;

/// Outcome of one step of a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// its piece is part of the sum
    Taken,
    /// the sum does without a piece here
    PassedBy,
    /// the sum needs a piece here, and there is none: not yet, or not within the bound
    Missing,
    /// not decided yet
    Open,
}

/// One step of a sum: a bucket of a golden-ratio sum, a value of any other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SumStep {
    /// bucket u = 1…k and its threshold γ^u·w_max: a piece is taken where the residual is at least the threshold
    pub bucket: Option<(u32, f64)>,
    /// residual before the step: |w*| less the pieces taken, counted along the sign of w*; `None` where not known yet
    pub before: Option<f64>,
    /// outcome of the step
    pub fate: Fate,
    /// the available piece; of a finished weight only pieces taken are kept
    pub path: Option<Path>,
    /// residual after the step; `None` where not known yet
    pub after: Option<f64>,
}

impl SumStep {
    /// A step without a bucket whose piece is not available.
    fn missing(before: f64) -> Self {
        Self { bucket: None, before: Some(before), fate: Fate::Missing, path: None, after: None }
    }

    /// A value whose part in the sum is not decided yet.
    fn undecided(path: &Path) -> Self {
        Self { bucket: None, before: None, fate: Fate::Open, path: Some(*path), after: None }
    }
}

/// The sum of one half of a weight.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightSum {
    /// which half; `None` for a neuron that stands in for a whole one and passes inputs of both signs
    pub half: Option<Half>,
    /// steps in their order
    pub steps: Vec<SumStep>,
    /// ŵ so far: the sum of z_in·z_out over the steps taken
    pub value: f64,
    /// |w*| − |ŵ| so far; bit by bit |w* − ŵ| as it is measured, but for the sign; carried exactly, shown as its
    /// nearest f64
    pub residual: f64,
}

impl WeightSum {
    pub(crate) fn new(half: Option<Half>, magnitude: f64, steps: Vec<SumStep>) -> Self {
        let taken = steps.iter().filter(|step| step.fate == Fate::Taken);
        let value = taken
            .filter_map(|step| step.path)
            .fold(DoubleDouble::ZERO, |value, path| value + path.exact_product());
        let known = steps.iter().rev().find_map(|step| step.after.or(step.before));
        Self { half, steps, value: value.nearest(), residual: known.unwrap_or(magnitude) }
    }

    /// Whether nothing is missing or undecided.
    pub fn is_complete(&self) -> bool {
        self.steps.iter().all(|step| matches!(step.fate, Fate::Taken | Fate::PassedBy))
    }
}

/// The values of a sum without buckets, the chosen ones taken one after another. `needs_any`: the empty sum is not enough.
pub(crate) fn plain_steps(w: f64, available: &[Path], chosen: &[Path], needs_any: bool) -> Vec<SumStep> {
    let mut residual = DoubleDouble::from(w.abs());
    if available.is_empty() && needs_any {
        return vec![SumStep::missing(residual.nearest())];
    }
    let step = |path: &Path| {
        let before = Some(residual.nearest());
        let fate = if chosen.contains(path) { Fate::Taken } else { Fate::PassedBy };
        if fate == Fate::Taken {
            let product = path.exact_product();
            residual -= if w < 0.0 { -product } else { product };
        }
        let after = Some(residual.nearest());
        SumStep { bucket: None, before, fate, path: Some(*path), after }
    };
    available.iter().map(step).collect()
}

/// The available values of a sum that is not settled.
pub(crate) fn open_steps(w: f64, available: &[Path]) -> Vec<SumStep> {
    if available.is_empty() {
        return vec![SumStep::missing(w.abs())];
    }
    available.iter().map(SumStep::undecided).collect()
}
