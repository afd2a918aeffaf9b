//! Several targets for the same task: each is built and checked in a session of its own, one after the other.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::background::{Background, panic_message};
use super::{Progress, Session, TicketVerdict};
use crate::experiment::{Construction, Experiment, LanePlan, LayerPlan, Plan};
use crate::network::NonzeroWeights;
use crate::theory::Count;

/// The figures of one target: those of theory, and of each construction once it is built.
#[derive(Clone, Debug)]
pub struct TargetFigures {
    /// its name in the list
    pub name: String,
    /// the question it belongs to
    pub group: String,
    /// layers, if the target can be resolved
    pub layers: usize,
    /// weights of all layers
    pub weights: u64,
    /// weights other than 0
    pub nonzero: u64,
    /// ε
    pub epsilon: Option<f64>,
    /// the least ε_w of a layer
    pub weight_tolerance: Option<f64>,
    /// a line for each construction
    pub lanes: Vec<TargetLane>,
    /// constructions that are not built for this target, and why
    pub refused_lanes: Vec<(Construction, String)>,
    /// why the target is not built at all
    pub refused: Option<String>,
}

/// One construction of one target. Neurons are for each weight other than 0.
#[derive(Clone, Debug)]
pub struct TargetLane {
    /// the construction
    pub construction: Construction,
    /// of the bound; `None` without a published constant
    pub neurons_bound: Option<Count>,
    /// once it is built
    pub neurons_sampled: Option<Count>,
    /// the largest error over the inputs tried
    pub found: Option<f64>,
    /// the error certified
    pub certified: Option<f64>,
    /// shares of labelled inputs that F and Ĝ classify right
    pub accuracy: Option<(f64, f64)>,
    /// the verdict on the ticket
    pub verdict: Option<TicketVerdict>,
    /// time spent computing
    pub elapsed: Duration,
}

impl TargetFigures {
    /// The target at this place of the list, with nothing known of it.
    ///
    /// # Panics
    /// If the list has no such place.
    pub fn unknown(experiment: &Experiment, place: usize) -> Self {
        let named = &experiment.targets()[place];
        Self {
            name: named.name.clone(),
            group: named.group.clone(),
            layers: 0,
            weights: 0,
            nonzero: 0,
            epsilon: None,
            weight_tolerance: None,
            lanes: Vec::new(),
            refused_lanes: Vec::new(),
            refused: None,
        }
    }

    /// Theory's figures of the target at this place of the list, and its experiment if it can be built.
    ///
    /// # Panics
    /// As [`unknown`](Self::unknown).
    pub fn planned(experiment: &Experiment, place: usize) -> (Self, Option<Experiment>) {
        let mut figures = Self::unknown(experiment, place);
        let target = match experiment.with_target(&figures.name) {
            Ok(target) => target,
            Err(error) => {
                figures.refused = Some(error.message().to_owned());
                return (figures, None);
            }
        };
        let plan = Plan::new(&target);
        let architecture = target.target.architecture();
        (figures.layers, figures.weights) = (architecture.layers(), architecture.total_weights());
        figures.nonzero = (1..=architecture.layers())
            .map(|layer| NonzeroWeights::of(target.target.weights(layer)).weights)
            .sum();
        figures.epsilon = Some(target.epsilon);
        figures.weight_tolerance = plan.weight_tolerance.iter().copied().reduce(f64::min);
        figures.lanes = plan.lanes.iter().map(TargetLane::planned).collect();
        figures.refused_lanes = plan.refused.clone();
        figures.refused = target.check_can_run(&plan).err().map(|error| error.message().to_owned());
        let can_run = figures.refused.is_none();
        (figures, can_run.then_some(target))
    }

    /// The figures of the target at this place of the list, built and checked. `progress` and `pause` as in
    /// [`Session::run_until`]; `None` after `pause`.
    ///
    /// # Panics
    /// As [`unknown`](Self::unknown).
    pub fn built(
        experiment: &Experiment,
        place: usize,
        progress: &(dyn Fn(Progress) + Sync),
        pause: &(dyn Fn() -> bool + Sync),
    ) -> Option<Self> {
        let (mut figures, target) = Self::planned(experiment, place);
        let Some(target) = target else { return Some(figures) };
        match Session::new(target) {
            Ok(mut session) => {
                if !session.run_until(progress, pause) {
                    return None;
                }
                figures.lanes =
                    (0..session.lanes().len()).map(|lane| TargetLane::built(&session, lane)).collect();
            }
            Err(error) => figures.refused = Some(error.message().to_owned()),
        }
        Some(figures)
    }

    /// Whether every construction of the target is built and holds.
    pub fn holds(&self) -> bool {
        self.refused.is_none() && self.lanes.iter().all(|lane| lane.verdict.is_some_and(TicketVerdict::holds))
    }
}

impl TargetLane {
    fn planned(plan: &LanePlan) -> Self {
        let bound: Option<Count> = plan.layers.iter().map(|layer| layer.neurons).sum();
        Self {
            construction: plan.construction,
            neurons_bound: bound.map(|bound| bound.ratio(nonzero(plan).into())),
            neurons_sampled: None,
            found: None,
            certified: None,
            accuracy: None,
            verdict: None,
            elapsed: Duration::ZERO,
        }
    }

    fn built(session: &Session, lane: usize) -> Self {
        let (plan, view) = (session.lanes()[lane].plan(), session.view(lane, None));
        Self {
            neurons_sampled: Some(view.neurons_sampled().ratio(nonzero(plan).into())),
            found: (view.error.found.tried > 0).then_some(view.error.found.error),
            certified: view.error.certified,
            accuracy: view.error.found.accuracy(),
            verdict: view.verdict(),
            elapsed: view.elapsed,
            ..Self::planned(plan)
        }
    }
}

/// Weights other than 0, of all layers.
fn nonzero(plan: &LanePlan) -> u64 {
    plan.layers.iter().map(LayerPlan::nonzero_weights).sum()
}

/// The figures of a target of an experiment's list.
#[derive(Clone, Debug)]
pub struct KnownTarget {
    /// the experiment whose list it is
    pub experiment: Arc<Experiment>,
    /// its place in the list, from 0
    pub place: usize,
    /// how much was asked for
    pub depth: TargetDepth,
    /// its figures
    pub figures: TargetFigures,
}

/// How much of a target is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetDepth {
    /// theory's figures
    Planned,
    /// built and checked
    Built,
}

#[derive(Clone, Debug)]
struct TargetTask {
    experiment: Arc<Experiment>,
    place: usize,
    depth: TargetDepth,
}

/// Builds targets beside a screen, in the order asked for. With the handle, the work under way ends too.
#[derive(Debug, Default)]
pub struct TargetBuilder {
    waiting: VecDeque<TargetTask>,
    under_way: Option<(TargetTask, Background<TargetFigures>)>,
}

impl TargetBuilder {
    /// Asks for the figures of the target at a place of the experiment's list.
    pub fn ask(&mut self, experiment: &Arc<Experiment>, place: usize, depth: TargetDepth) {
        self.waiting.push_back(TargetTask { experiment: Arc::clone(experiment), place, depth });
        self.start_next();
    }

    /// Figures, if there are new ones.
    pub fn known(&mut self) -> Option<KnownTarget> {
        let (task, background) = self.under_way.as_ref()?;
        let found = catch_unwind(AssertUnwindSafe(|| background.wait(&|| true)));
        let figures = found.unwrap_or_else(|panic| {
            let refused = Some(format!("internal error: {}", panic_message(&*panic)));
            Some(TargetFigures { refused, ..TargetFigures::unknown(&task.experiment, task.place) })
        })?;
        let (TargetTask { experiment, place, depth }, _) = self.under_way.take()?;
        self.start_next();
        Some(KnownTarget { experiment, place, depth, figures })
    }

    /// Whether nothing asked for is missing.
    pub fn is_at_rest(&self) -> bool {
        self.under_way.is_none()
    }

    /// Forgets all that is asked for, and ends the work under way.
    pub fn stop(&mut self) {
        *self = Self::default();
    }

    fn start_next(&mut self) {
        if self.under_way.is_some() {
            return;
        }
        let Some(task) = self.waiting.pop_front() else { return };
        let TargetTask { experiment, place, depth } = task.clone();
        let background = Background::start(move |stop| match depth {
            TargetDepth::Planned => Some(TargetFigures::planned(&experiment, place).0),
            TargetDepth::Built => TargetFigures::built(&experiment, place, &|_| {}, &|| stop()),
        });
        self.under_way = Some((task, background));
    }
}
