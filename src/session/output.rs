//! F and Ĝ at one input.

use std::ops::Range;
use std::sync::Arc;

use ndarray::{ArrayView1, Axis};

use super::Session;
use super::background::Background;
use super::picture::Picture;
use crate::construction::{LayerBuilder, LayerTicket};
use crate::experiment::Experiment;
use crate::network::Domain;
use crate::verification::careful::forward_target;
use crate::verification::{Climber, Evaluation, MaskedNetwork, error_between, inputs, prediction};

/// Neighbouring inputs evaluated together: hardly longer than a single one, and shorter than a slice of the search.
const BATCH: usize = 8;

/// From so many weights of F and paths of Ĝ on, they are evaluated on a thread of their own.
const LONG: u64 = 1 << 20;

/// F and, once all its layers are built, Ĝ at one input.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputView {
    /// Ĝ's lane, from 0
    pub lane: usize,
    /// number of the input, from 0
    pub input: usize,
    /// how many inputs there are
    pub inputs: usize,
    /// whether it is the one climbed to, behind all tried ones
    pub is_climbed: bool,
    /// x, without the constant 1 of folded biases
    pub x: Vec<f64>,
    /// x as a picture: of a chain, if it has a square number of values; of a graph, by the shape of its input
    pub picture: Option<Picture>,
    /// the class of x, if known
    pub label: Option<usize>,
    /// F(x)
    pub target: Outputs,
    /// Ĝ(x); `None` while a layer is not built to its end
    pub pruned: Option<PrunedOutputs>,
}

/// The outputs of a network at an input.
#[derive(Clone, Debug, PartialEq)]
pub struct Outputs {
    /// one value for each output
    pub values: Vec<f64>,
    /// the class it chooses, see [`prediction`]
    pub class: usize,
}

/// The outputs of Ĝ at an input.
#[derive(Clone, Debug, PartialEq)]
pub struct PrunedOutputs {
    /// Ĝ(x)
    pub outputs: Outputs,
    /// Ĝ(x) − F(x), one for each output
    pub differences: Vec<f64>,
    /// ‖F(x) − Ĝ(x)‖₂
    pub error: f64,
}

impl Outputs {
    fn new(values: ArrayView1<'_, f64>) -> Self {
        Self { values: values.to_vec(), class: prediction(values) }
    }
}

impl PrunedOutputs {
    fn new(f: ArrayView1<'_, f64>, g: ArrayView1<'_, f64>) -> Self {
        Self {
            outputs: Outputs::new(g),
            differences: g.iter().zip(f).map(|(g, f)| g - f).collect(),
            error: error_between(f, g),
        }
    }
}

impl Session {
    /// F and Ĝ of a lane at the inputs `from..to` of the lane's search and, behind them, the one climbed to. The
    /// outputs at an input do not depend on the others.
    pub fn outputs(&self, lane_index: usize, from: usize, to: usize) -> Vec<OutputView> {
        self.output_question(lane_index, from, to).answer()
    }

    /// [`outputs`](Self::outputs) for any thread.
    fn output_question(&self, lane_index: usize, from: usize, to: usize) -> OutputQuestion {
        let lane = &self.lanes()[lane_index];
        OutputQuestion {
            experiment: Arc::clone(self.experiment()),
            lane: lane_index,
            range: from..to,
            tried: lane.inputs(),
            inputs: lane.inputs_shown(),
            climbed: lane.found().climbed().filter(|_| to > lane.inputs()).cloned(),
            evaluation: lane.evaluation(),
            tickets: lane
                .is_built()
                .then(|| lane.builders().iter().map(LayerBuilder::shared_ticket).collect()),
            pruned: lane.pruned().cloned(),
        }
    }
}

/// F and Ĝ at some inputs, still to be evaluated.
struct OutputQuestion {
    experiment: Arc<Experiment>,
    lane: usize,
    range: Range<usize>,
    /// inputs of the search
    tried: usize,
    /// inputs for screens
    inputs: usize,
    climbed: Option<Climber>,
    evaluation: Evaluation,
    /// once all layers are built
    tickets: Option<Vec<Arc<LayerTicket>>>,
    /// Ĝ, if it is assembled
    pruned: Option<Arc<MaskedNetwork>>,
}

impl OutputQuestion {
    /// Whether the answer takes longer than a few milliseconds.
    fn is_long(&self) -> bool {
        let weights = self.experiment.target.architecture().total_weights();
        let paths: usize = self.tickets.iter().flatten().map(|ticket| ticket.len()).sum();
        weights + paths as u64 > LONG
    }

    /// Whether Ĝ is there to be seen, but still to be put together.
    fn needs_pruned(&self) -> bool {
        self.tickets.is_some() && self.pruned.is_none()
    }

    /// The views.
    fn answer(self) -> Vec<OutputView> {
        let (target, domain) = (&self.experiment.target, &*self.experiment.domain);
        let (width, tried, Range { start: from, end: to }) =
            (target.architecture().widths()[0], self.tried, self.range);
        let mut x = inputs(domain, width, self.experiment.seed, from.min(tried), to.min(tried));
        if let Some(climbed) = &self.climbed {
            // Of the same width as all others.
            let _ = x.push_row(ArrayView1::from(&climbed.input[..]));
        }
        let f = forward_target(target, self.evaluation, x.view());
        let masked = self.tickets.map(|tickets| {
            let tickets = tickets.iter().map(|ticket| &**ticket);
            let masked = || Arc::new(MaskedNetwork::new(target.architecture(), tickets));
            self.pruned.unwrap_or_else(masked)
        });
        let pruned = masked.as_ref().map(|masked| masked.forward(self.evaluation, x.view()));
        let free = domain.free_coordinates(x.ncols());
        let shows_pictures = matches!(domain.free(), Domain::Points { .. } | Domain::Box { .. });
        let rows = x.axis_iter(Axis(0)).zip(f.axis_iter(Axis(0))).enumerate();
        let views = rows.map(|(row, (x, f))| {
            let x = x.iter().copied().take(free).collect::<Vec<f64>>();
            OutputView {
                lane: self.lane,
                input: from + row,
                inputs: self.inputs,
                is_climbed: from + row == tried,
                picture: match target.graph().filter(|graph| graph.input().axes().len() > 1) {
                    Some(graph) => Picture::of_graph(&x, graph),
                    None => Picture::new(&x).filter(|_| shows_pictures),
                },
                x,
                label: domain.label(from + row),
                target: Outputs::new(f),
                pruned: pruned.as_ref().map(|g| PrunedOutputs::new(f, g.row(row))),
            }
        });
        views.collect()
    }
}

/// The watched input, and the views of it and its neighbours.
#[derive(Debug, Default)]
pub(super) struct OutputWatch {
    input: Option<usize>,
    /// the state of the views
    of: Option<Seen>,
    views: Vec<Arc<OutputView>>,
    /// views under way, and their first input
    under_way: Option<(Seen, usize, Background<Vec<OutputView>>)>,
    /// a lane with its Ĝ kept for the watch
    kept: Option<usize>,
    is_behind: bool,
}

/// The state of a lane, as far as outputs depend on it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    run: u64,
    lane: usize,
    /// whether Ĝ is there
    is_built: bool,
    /// number of inputs
    inputs: usize,
    /// how F and Ĝ are evaluated
    evaluation: Evaluation,
}

impl OutputWatch {
    /// Watches another input, or none: the session's Ĝ is then released.
    pub(super) fn turn_to(&mut self, input: Option<usize>, session: &mut Session) {
        self.input = input;
        if input.is_none() {
            self.release(session);
            *self = Self::default();
        }
    }

    /// Releases the kept Ĝ.
    fn release(&mut self, session: &mut Session) {
        if let Some(lane) = self.kept.take().filter(|&lane| lane < session.lanes().len()) {
            session.lane_mut(lane).release_pruned();
        }
    }

    /// Watches the first input, if any was watched.
    pub(super) fn turn_back(&mut self) {
        self.input = self.input.map(|_| 0);
    }

    /// Evaluates F and Ĝ at the watched input, unless the view is known; a long evaluation gets a thread of its own.
    pub(super) fn look(&mut self, session: &mut Session, run: u64, lane_index: usize) {
        let Some(input) = self.input else { return };
        let lane = &session.lanes()[lane_index];
        let inputs = lane.inputs_shown();
        // A newly loaded session may have fewer inputs.
        let input = input.min(inputs.saturating_sub(1));
        self.input = Some(input);
        let (is_built, evaluation) = (lane.is_built(), lane.evaluation());
        let seen = Seen { run, lane: lane_index, is_built, inputs, evaluation };
        if self.kept.is_some_and(|kept| kept != lane_index) {
            self.release(session);
        }
        let is_known = self.of == Some(seen) && self.view().is_some();
        self.is_behind = !is_known && !self.answer(session, seen, input);
    }

    /// Answers for this input and its neighbours. Whether the answer is there.
    fn answer(&mut self, session: &mut Session, seen: Seen, input: usize) -> bool {
        let from = input - input % BATCH;
        let is_this = |(of, first, _): &(Seen, usize, _)| (*of, *first) == (seen, from);
        let answer = match self.under_way.take().filter(is_this) {
            Some((.., answer)) => answer,
            None => {
                let mut question = session.output_question(seen.lane, from, (from + BATCH).min(seen.inputs));
                if !question.is_long() {
                    self.show(seen, question.answer());
                    return true;
                }
                if question.needs_pruned() {
                    self.kept = Some(seen.lane);
                    question.pruned = session.lane_mut(seen.lane).watch_pruned(&|| true);
                    if question.pruned.is_none() {
                        return false;
                    }
                }
                Background::start(move |_| Some(question.answer()))
            }
        };
        match answer.wait(&|| true) {
            Some(views) => {
                self.show(seen, views);
                true
            }
            None => {
                self.under_way = Some((seen, from, answer));
                false
            }
        }
    }

    fn show(&mut self, seen: Seen, views: Vec<OutputView>) {
        (self.of, self.views) = (Some(seen), views.into_iter().map(Arc::new).collect());
    }

    /// Whether the watched view is still under way.
    pub(super) fn is_behind(&self) -> bool {
        self.is_behind
    }

    /// The watched view.
    pub(super) fn view(&self) -> Option<Arc<OutputView>> {
        let input = self.input?;
        self.views.iter().find(|view| view.input == input).cloned()
    }
}
