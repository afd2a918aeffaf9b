//! The race of several constructions of one target: how many times more neurons one needs than another, and how that is
//! known.

use crate::experiment::Construction;
use crate::session::{LaneView, Phase};
use crate::theory::Count;

/// How the neurons of a race are known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RaceSource {
    /// by the bounds, all of which apply to the target
    Bounds,
    /// observed at this share of the target's weights, complete in all lanes
    SoFar(f64),
    /// observed, all weights complete in all lanes
    Observed,
}

/// What a race shows at one moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Race {
    /// no lane
    NoLane,
    /// The bounds of all lanes are needed, and these constructions have none.
    NoBound(Vec<Construction>),
    /// The bounds of all lanes are needed, and the target breaks what those of these constructions assume.
    NoPromise(Vec<Construction>),
    /// the lanes of the most and the fewest neurons; of a single lane, it is both
    Gap(RaceGap),
}

/// The lanes of the most and the fewest neurons.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RaceGap {
    /// of the most neurons, and how many: of all layers
    pub most: (Construction, Count),
    /// of the fewest
    pub fewest: (Construction, Count),
    /// how they are known
    pub source: RaceSource,
}

impl RaceGap {
    /// The most neurons over the fewest, at least 1.
    pub fn times(&self) -> Count {
        self.most.1.ratio(self.fewest.1)
    }
}

impl Race {
    /// The race of these lanes: from all neurons, else from those at an equal share of weights complete, else by the bounds.
    pub fn of(lanes: &[&LaneView]) -> Self {
        if lanes.is_empty() {
            return Self::NoLane;
        }
        let is_complete = |lane: &&LaneView| {
            !matches!(lane.phase, Phase::Building(_)) && lane.layers.iter().all(|row| row.is_complete)
        };
        let observed = || {
            let each = lanes.iter().map(|lane| (lane.construction, lane.neurons_sampled()));
            lanes.iter().all(is_complete).then(|| gap(each, RaceSource::Observed)).flatten()
        };
        observed().or_else(|| at_equal_share(lanes)).map_or_else(|| by_the_bounds(lanes), Self::Gap)
    }
}

/// The lanes of the most and the fewest neurons; `None` if one has none.
fn gap(lanes: impl Iterator<Item = (Construction, Count)> + Clone, source: RaceSource) -> Option<RaceGap> {
    let by_neurons = |a: &(_, Count), b: &(_, Count)| a.1.log10().total_cmp(&b.1.log10());
    let most = lanes.clone().max_by(by_neurons)?;
    let fewest = lanes.min_by(by_neurons)?;
    (fewest.1 > Count::ZERO).then_some(RaceGap { most, fewest, source })
}

/// The neurons at the largest share of weights that all lanes have complete.
fn at_equal_share(lanes: &[&LaneView]) -> Option<RaceGap> {
    let reached = |lane: &&LaneView| lane.race.last().map_or(0.0, |point| point.1);
    let share = lanes.iter().map(reached).fold(1.0, f64::min);
    // The points of all lanes are at the same shares, but for rounding.
    let neurons = |lane: &LaneView| {
        let before = lane.race.partition_point(|point| point.1 < share * (1.0 - 1e-9));
        lane.race.get(before).map_or(Count::ZERO, |point| point.0)
    };
    let each = lanes.iter().map(|lane| (lane.construction, neurons(lane)));
    (share > 0.0).then(|| gap(each, RaceSource::SoFar(share))).flatten()
}

fn by_the_bounds(lanes: &[&LaneView]) -> Race {
    let those = |is_one: fn(&LaneView) -> bool| -> Vec<Construction> {
        lanes.iter().filter(|lane| is_one(lane)).map(|lane| lane.construction).collect()
    };
    let unbounded = those(|lane| lane.neurons_bound().is_none_or(|bound| bound == Count::ZERO));
    let broken = those(|lane| !lane.bound_applies());
    let bounds = lanes.iter().map(|lane| (lane.construction, lane.neurons_bound().unwrap_or(Count::ZERO)));
    match gap(bounds, RaceSource::Bounds) {
        Some(gap) if unbounded.is_empty() && broken.is_empty() => Race::Gap(gap),
        _ if unbounded.is_empty() => Race::NoPromise(broken),
        _ => Race::NoBound(unbounded),
    }
}

/// A rung of the ladder, from whole neurons upwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rung {
    /// its construction
    pub construction: Construction,
    /// neurons of all layers, and whether they were observed, not those of the bound; `None` without a lane, or without a
    /// bound before any weight is complete
    pub neurons: Option<(Count, bool)>,
    /// whether the target keeps what the bound assumes
    pub bound_applies: bool,
    /// whether the run has a lane of it
    pub is_in_run: bool,
}

impl Rung {
    /// All rungs, from the lanes of a run: neurons observed of a built lane, else by the bound.
    pub fn all_of(lanes: &[LaneView]) -> Vec<Self> {
        let rung = |construction: Construction| {
            let lane = lanes.iter().find(|lane| lane.construction == construction);
            let neurons = lane.and_then(|lane| match lane.phase {
                Phase::Building(_) => lane.neurons_bound().map(|bound| (bound, false)),
                Phase::Verifying | Phase::Done => Some((lane.neurons_sampled(), true)),
            });
            let bound_applies = lane.is_some_and(LaneView::bound_applies);
            Self { construction, neurons, bound_applies, is_in_run: lane.is_some() }
        };
        Construction::ladder().into_iter().map(rung).collect()
    }
}
