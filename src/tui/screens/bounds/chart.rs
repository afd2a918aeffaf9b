//! What the Bounds screen shows, and how keys change it.

use std::sync::Arc;

use super::keys::ChartMove;
use crate::experiment::Experiment;
use crate::report::{Against, Curve, Curves, Observed};
use crate::session::Snapshot;
use crate::tui::widgets::filter::Filter;

/// The kinds of clickable parts: a curve, and a place on the axis.
pub(super) const CURVE: &str = "curve";
pub(super) const PLACE: &str = "place";

/// Places that a far move passes.
const FAR: usize = 10;

/// A curve that reaches log₁₀ of this many neurons per weight is hidden at first: it would press all others flat.
const OUT_OF_SIGHT: f64 = 30.0;

/// Curves, a cursor on them, and one curve that the others are compared with.
#[derive(Clone, Debug)]
pub struct Chart {
    /// theory's numbers
    pub curves: Curves,
    /// what finished lanes have taken
    pub observed: Vec<Observed>,
    /// the place read
    pub cursor: usize,
    /// the curve that the others are compared with
    pub chosen: usize,
    /// which curves are not drawn
    pub hidden: Vec<bool>,
    /// what the curves are of
    experiment: Arc<Experiment>,
}

impl Chart {
    /// Against ε, read at the experiment's own value.
    pub fn new(snapshot: &Snapshot) -> Self {
        let curves = Curves::new(&snapshot.experiment, Against::default());
        Self {
            observed: Observed::of(&snapshot.lanes),
            cursor: curves.own,
            chosen: 0,
            hidden: out_of_sight(&curves),
            experiment: Arc::clone(&snapshot.experiment),
            curves,
        }
    }

    /// Takes what a newer snapshot shows; another experiment has other curves.
    pub fn show(&mut self, snapshot: &Snapshot) {
        if !Arc::ptr_eq(&self.experiment, &snapshot.experiment) {
            self.experiment = Arc::clone(&snapshot.experiment);
            self.draw_against(self.curves.against);
            self.hidden = out_of_sight(&self.curves);
        }
        self.observed = Observed::of(&snapshot.lanes);
    }

    /// What a key of this screen changes.
    pub fn update(&mut self, change: ChartMove, filter: Option<&Filter>) {
        let last = self.curves.places.len() - 1;
        match change {
            ChartMove::Back => self.cursor = self.cursor.saturating_sub(1),
            ChartMove::On => self.cursor = (self.cursor + 1).min(last),
            ChartMove::FarBack => self.cursor = self.cursor.saturating_sub(FAR),
            ChartMove::FarOn => self.cursor = (self.cursor + FAR).min(last),
            ChartMove::Own => self.cursor = self.curves.own,
            ChartMove::NextAxis => self.draw_against(self.curves.against.next(&self.experiment)),
            ChartMove::NextCurve => self.choose(filter, 1),
            ChartMove::PreviousCurve => self.choose(filter, self.curves.curves.len() - 1),
            // The screen's own.
            ChartMove::Bridge => {}
            ChartMove::Hide => self.hidden[self.chosen] = !self.hidden[self.chosen],
        }
    }

    /// The curve so many further on, or behind it the first that the filter leaves.
    fn choose(&mut self, filter: Option<&Filter>, step: usize) {
        let count = self.curves.curves.len();
        let mut places = (1..=count).map(|times| (self.chosen + times * step) % count);
        self.chosen = places.find(|&curve| self.is_listed(curve, filter)).unwrap_or(self.chosen);
    }

    /// Whether the table shows this curve: whether the filter leaves its name, its letter or what it does.
    pub(super) fn is_listed(&self, curve: usize, filter: Option<&Filter>) -> bool {
        let construction = self.curves.curves[curve].construction;
        filter.is_none_or(|filter| filter.lets_through(&[construction.name(), construction.facts().idea]))
    }

    fn draw_against(&mut self, against: Against) {
        self.curves = Curves::new(&self.experiment, against);
        self.cursor = self.curves.own;
    }

    /// What finished lanes have taken, of the constructions that are not hidden.
    pub fn seen(&self) -> impl Iterator<Item = &Observed> {
        let hides = |seen: &Observed| {
            let mut curves = self.curves.curves.iter().zip(&self.hidden);
            curves.any(|(curve, hidden)| *hidden && curve.construction.name() == seen.construction.name())
        };
        self.observed.iter().filter(move |seen| !hides(seen))
    }

    /// The curves drawn: their indices.
    pub fn drawn(&self) -> impl Iterator<Item = usize> + '_ {
        let curves = self.curves.curves.iter().zip(&self.hidden).enumerate();
        curves.filter(|(_, (curve, hidden))| curve.has_points() && !**hidden).map(|(index, _)| index)
    }
}

/// What is hidden at first.
fn out_of_sight(curves: &Curves) -> Vec<bool> {
    let is_high = |curve: &Curve| {
        curve.points.iter().flatten().any(|point| point.neurons_per_weight.log10() > OUT_OF_SIGHT)
    };
    curves.curves.iter().map(is_high).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Session, Worker};

    fn snapshot(preset: &str) -> Arc<Snapshot> {
        Worker::spawn(Session::new(Experiment::load(preset, None, &[]).unwrap()).unwrap()).latest()
    }

    #[test]
    fn the_cursor_stays_on_the_axis_and_finds_home() {
        let mut chart = Chart::new(&snapshot("tiny"));
        let own = chart.cursor;
        assert_eq!(chart.curves.places[own].value, 0.1);
        for _ in 0..200 {
            chart.update(ChartMove::FarBack, None);
        }
        assert_eq!(chart.cursor, 0);
        chart.update(ChartMove::Back, None);
        chart.update(ChartMove::On, None);
        assert_eq!(chart.cursor, 1);
        for _ in 0..200 {
            chart.update(ChartMove::FarOn, None);
        }
        assert_eq!(chart.cursor, chart.curves.places.len() - 1);
        chart.update(ChartMove::Own, None);
        assert_eq!(chart.cursor, own);
    }

    #[test]
    fn axes_come_in_turn_and_each_is_read_at_home_first() {
        let mut chart = Chart::new(&snapshot("tiny"));
        let mut seen = Vec::new();
        for _ in 0..4 {
            seen.push((chart.curves.against, chart.curves.places[chart.cursor].value));
            chart.update(ChartMove::FarOn, None);
            chart.update(ChartMove::NextAxis, None);
        }
        let expected =
            [(Against::Epsilon, 0.1), (Against::Width, 3.0), (Against::Depth, 2.0), (Against::Epsilon, 0.1)];
        assert_eq!(seen, expected);
    }

    #[test]
    fn another_experiment_has_other_curves_against_the_same_axis() {
        let mut chart = Chart::new(&snapshot("tiny"));
        chart.update(ChartMove::NextAxis, None);
        chart.update(ChartMove::Hide, None);
        assert!(chart.drawn().all(|index| index != 0));
        chart.show(&snapshot("deep"));
        assert_eq!((chart.curves.against, chart.curves.places[chart.cursor].value), (Against::Width, 16.0));
        assert!(!chart.hidden[0], "another experiment starts afresh");
        assert!(chart.hidden[7], "whole neurons of 16 inputs are out of sight");
    }
}
