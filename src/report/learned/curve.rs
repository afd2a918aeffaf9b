//! Accuracy against the share of weights kept: the data of the plot, for SVG, CSV and screens.

use serde::Serialize;
use serde_json::Value;

use super::checked::CheckedLearned;
use super::names::{arm_name, series_names};
use super::{CONFIDENCE, LearnedRun, learned_views};
use crate::learning::Arm;
use crate::report::plot::LogAxis;
use crate::report::table::{Rows, Table};
use crate::session::{LearnedRuns, Session};

/// Accuracy against the share of weights kept, a series per method and arm.
#[derive(Clone, Debug, Serialize)]
pub struct KeptCurve {
    /// of the intervals
    pub confidence: f64,
    /// the tickets first, then the controls of each method
    pub series: Vec<KeptSeries>,
}

/// One arm of one method. Lanes of edge-popup that differ in `keep` alone are one series.
#[derive(Clone, Debug, Serialize)]
pub struct KeptSeries {
    /// `edge-popup` or `rewinding`
    pub method: &'static str,
    /// as a legend shows it: `rewinding, ticket`
    pub name: String,
    /// the lanes of its points, as commands number them
    pub lanes: Vec<usize>,
    /// the ticket, or a control
    pub arm: Arm,
    /// from the largest share to the smallest
    pub points: Vec<KeptPoint>,
}

/// An accuracy with its interval; all in 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct KeptPoint {
    /// number of the lane in commands
    pub lane: usize,
    /// from 0
    pub round: usize,
    /// share of all weights kept; 1 for arms without a mask
    pub share: f64,
    /// on the test examples; over seeds, their mean
    pub accuracy: f64,
    /// lower end of its interval
    pub low: f64,
    /// upper end of its interval
    pub high: f64,
}

impl KeptCurve {
    /// The finished arms of these lanes, with Wilson's intervals over the test examples.
    pub fn new(lanes: &[LearnedRun<'_>]) -> Self {
        let mut curve = Self { confidence: CONFIDENCE, series: Vec::new() };
        for (run, name) in
            lanes.iter().zip(series_names(&lanes.iter().map(|run| run.method).collect::<Vec<_>>()))
        {
            for round in run.rounds {
                for arm in &round.arms {
                    let (low, high) = arm.test.interval(CONFIDENCE);
                    let (share, accuracy) = (share_of(arm.arm, round.share()), arm.test.share());
                    let point = KeptPoint { lane: run.lane, round: round.round, share, accuracy, low, high };
                    curve.add((run.method.name(), &name), arm.arm, point);
                }
            }
        }
        curve.in_order()
    }

    /// That of a session.
    pub fn of_session(session: &Session) -> Self {
        Self::new(&LearnedRun::all_of(session, &learned_views(session)))
    }

    /// The means over the seeds of each method, with Student's intervals, cut to 0 and 1.
    pub fn of_runs(lanes: &[LearnedRuns], confidence: f64) -> Self {
        let mut curve = Self { confidence, series: Vec::new() };
        for (lane, name) in
            lanes.iter().zip(series_names(&lanes.iter().map(|lane| &lane.method).collect::<Vec<_>>()))
        {
            let checked = CheckedLearned::new(lane, confidence);
            for round in &checked.rounds {
                for arm in &round.arms {
                    let share = share_of(arm.arm, round.share_weights_kept);
                    let (accuracy, low, high) =
                        (arm.accuracy.mean, arm.accuracy.low.max(0.0), arm.accuracy.high.min(1.0));
                    let point = KeptPoint { lane: lane.lane, round: round.round, share, accuracy, low, high };
                    curve.add((checked.method, &name), arm.arm, point);
                }
            }
        }
        curve.in_order()
    }

    /// Adds a point to the series of a method's name and an arm.
    fn add(&mut self, (method, name): (&'static str, &str), arm: Arm, point: KeptPoint) {
        let name = format!("{name}, {}", arm_name(arm));
        let index = self.series.iter().position(|series| series.name == name).unwrap_or_else(|| {
            self.series.push(KeptSeries { method, name, lanes: Vec::new(), arm, points: Vec::new() });
            self.series.len() - 1
        });
        let series = &mut self.series[index];
        if !series.lanes.contains(&point.lane) {
            series.lanes.push(point.lane);
        }
        series.points.push(point);
    }

    /// Tickets first; points from the largest share to the smallest.
    fn in_order(mut self) -> Self {
        self.series.sort_by_key(|series| series.arm != Arm::Ticket);
        for series in &mut self.series {
            series.points.sort_by(|a, b| b.share.total_cmp(&a.share));
        }
        self
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    /// A log axis around the shares, whole decades; `None` without a point.
    pub fn shares(&self) -> Option<LogAxis> {
        LogAxis::around(self.points().map(|point| point.share.log10()))
    }

    /// The lowest and the highest end of an interval.
    pub fn accuracies(&self) -> (f64, f64) {
        self.points()
            .fold((1.0, 0.0), |(low, high): (f64, f64), point| (low.min(point.low), high.max(point.high)))
    }

    fn points(&self) -> impl Iterator<Item = &KeptPoint> {
        self.series.iter().flat_map(|series| &series.points)
    }

    /// A row per point.
    pub fn table(&self) -> Table {
        Rows::of(self.series.iter().flat_map(|series| series.points.iter().map(move |point| (series, point))))
            .column("method", |(series, _)| series.method)
            .column("series", |(series, _)| series.name.clone())
            .column("arm", |(series, _)| arm_key(series.arm))
            .column("lane", |(_, point)| point.lane)
            .column("round", |(_, point)| point.round)
            .column("share_weights_kept", |(_, point)| point.share)
            .column("accuracy", |(_, point)| point.accuracy)
            .column("low", |(_, point)| point.low)
            .column("high", |(_, point)| point.high)
            .table()
    }
}

impl KeptSeries {
    /// Whether its networks have no mask: one level, not a curve.
    pub fn is_level(&self) -> bool {
        is_unmasked(self.arm)
    }
}

/// The share of weights kept by an arm's own network, `masked` by a mask.
fn share_of(arm: Arm, masked: f64) -> f64 {
    if is_unmasked(arm) { 1.0 } else { masked }
}

fn is_unmasked(arm: Arm) -> bool {
    matches!(arm, Arm::WholeNetwork | Arm::Dense)
}

/// An arm as JSON names it.
fn arm_key(arm: Arm) -> String {
    match serde_json::to_value(arm) {
        Ok(Value::String(name)) => name,
        Ok(_) | Err(_) => String::new(),
    }
}
