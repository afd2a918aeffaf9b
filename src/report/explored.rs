//! The data of the Explore screen.

use serde::Serialize;

use super::learned::LearnedRun;
use super::run::RunReport;
use crate::construction::Half;
use crate::experiment::{LawChoice, LayerPlan};
use crate::sampling::UniformProductLaw;
use crate::session::{LaneView, LayerRow, Snapshot};
use crate::theory::Count;

/// The shown lane: the keys of `slth run --json` with the finished layers, the progress of every layer, and the counts of the
/// shown layer.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct ExploredReport {
    #[serde(flatten)]
    pub run: RunReport,
    pub progress: Vec<ProgressReport>,
    pub counts: CountsReport,
}

/// Progress of a layer.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct ProgressReport {
    pub layer: usize,
    pub weights: u64,
    pub weights_done: u64,
    pub neurons_sampled: Count,
    pub neurons_bound: Option<Count>,
}

/// The counts of one layer.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct CountsReport {
    pub layer: usize,
    pub products: ProductsReport,
    /// halves in turn, x > 0 first, without skipped halves
    pub buckets: Vec<BucketReport>,
}

/// Histogram of |z_in·z_out|: bin i = 0…b−1 of b reaches from low·(high/low)^(i/b) to low·(high/low)^((i+1)/b). Products
/// below `low` are counted in the first bin.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct ProductsReport {
    pub low: f64,
    pub high: f64,
    pub counts: Vec<u64>,
}

/// One bucket of one half: demands met, and demands made so far.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct BucketReport {
    /// `x>0` or `x<0`
    pub half: &'static str,
    /// from 1, the largest pieces first
    pub bucket: usize,
    pub filled: u64,
    pub quota: u64,
}

impl ExploredReport {
    /// The lane and the layer shown by a snapshot.
    pub fn new(snapshot: &Snapshot) -> Self {
        let lane = snapshot.lane();
        let plan = &snapshot.plan.lanes[lane.index].layers[lane.view.layer - 1];
        Self {
            run: RunReport::of_lanes(
                &snapshot.experiment,
                &snapshot.plan,
                [lane],
                &LearnedRun::of_snapshot(snapshot),
            ),
            progress: lane.layers.iter().map(ProgressReport::new).collect(),
            counts: CountsReport::new(lane, plan),
        }
    }
}

impl ProgressReport {
    fn new(row: &LayerRow) -> Self {
        Self {
            layer: row.layer,
            weights: row.weights,
            weights_done: row.weights_done,
            neurons_sampled: row.neurons_sampled,
            neurons_bound: row.neurons_bound,
        }
    }
}

impl CountsReport {
    fn new(lane: &LaneView, plan: &LayerPlan) -> Self {
        let (view, weight) = (&lane.view, plan.ranges.weight);
        let (low, high) = match lane.construction.facts().law {
            LawChoice::Hyperbolic => (weight.0 * weight.0, weight.1 * weight.1),
            LawChoice::Uniform => (UniformProductLaw::AXIS_LOW, 1.0),
        };
        let halves = Half::BOTH
            .map(Half::name)
            .into_iter()
            .zip(view.live)
            .zip(view.tally.filled.iter().zip(&view.tally.quota));
        let buckets = halves.filter(|((_, live), _)| *live).flat_map(|((half, _), (filled, quota))| {
            let counts = (1..).zip(filled.iter().zip(quota));
            counts.map(move |(bucket, (&filled, &quota))| BucketReport { half, bucket, filled, quota })
        });
        Self {
            layer: view.layer,
            buckets: buckets.collect(),
            products: ProductsReport { low, high, counts: view.tally.products.clone() },
        }
    }
}
