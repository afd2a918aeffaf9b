//! Learned networks as targets of Theorem 3, beside the networks in which edge-popup finds its own.

use serde::Serialize;

use super::names::learned_names;
use super::{LearnedRun, ShareReport};
use crate::experiment::Experiment;
use crate::learning::{Arm, LearnedMethod, Round};
use crate::report::table::{Rows, Table};
use crate::session::{Bridge, BridgedNetwork, Session, TheoremNeed};
use crate::theory::Count;

/// The name of edge-popup, see [`LearnedMethod::name`].
const EDGE_POPUP: &str = "edge-popup";

/// Networks that Theorem 3 can have as its target, and edge-popup's networks: the keys are stable.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct BridgeReport {
    /// of the experiment; null where ε_w is given, and an ε follows for each network
    pub epsilon: Option<f64>,
    pub delta: f64,
    /// by lane, then by round
    pub networks: Vec<BridgedReport>,
    /// one for each lane of edge-popup with a ticket
    pub edge_popup: Vec<PopupGraph>,
    /// finished rounds not yet computed; 0 in the reports of finished runs
    pub pending: usize,
}

/// The network of one round.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct BridgedReport {
    pub lane: usize,
    /// the lane's method, `edge-popup` or `rewinding`
    pub method: &'static str,
    pub name: String,
    pub round: usize,
    pub kept_weights: u64,
    pub share_weights_kept: f64,
    /// on the test examples
    pub accuracy: Option<ShareReport>,
    /// null where the network cannot be a target
    pub theorem_3: Option<NeedReport>,
    /// why it cannot
    pub refused: Option<String>,
}

/// Theorem 3's G for one network.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct NeedReport {
    pub epsilon: f64,
    pub w_max: f64,
    pub f_max: f64,
    /// biases included
    pub nonzero_weights: u64,
    /// the finest of all layers
    pub weight_tolerance: f64,
    pub g_neurons: Count,
    pub g_weights: Count,
    pub neurons_per_nonzero_weight: Count,
    /// `g_neurons`, as a multiple of those for the dense network of the lane; null for edge-popup
    pub neurons_of_dense: Option<Count>,
    /// of the assumptions of the bound
    pub bound_applies: bool,
    pub layers: Vec<NeedOfLayer>,
    /// this G, as a multiple of each of edge-popup's
    pub times_edge_popup: Vec<TimesPopup>,
}

/// Theorem 3's numbers for one layer.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct NeedOfLayer {
    pub layer: usize,
    pub nonzero_weights: u64,
    pub norm: f64,
    pub weight_tolerance: f64,
    pub k_prime: f64,
    pub neurons: Count,
}

/// How many times larger Theorem 3's G is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct TimesPopup {
    /// lane of edge-popup
    pub lane: usize,
    pub neurons: Count,
    pub weights: Count,
}

/// The random network of a lane of edge-popup, and its ticket.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct PopupGraph {
    pub lane: usize,
    pub name: String,
    pub widths: Vec<usize>,
    pub hidden_neurons: u64,
    pub weights: u64,
    pub kept_weights: u64,
    pub share_weights_kept: f64,
    /// on the test examples
    pub accuracy: ShareReport,
}

impl BridgeReport {
    /// The bridge of these lanes.
    pub fn new(experiment: &Experiment, learned: &[LearnedRun<'_>], bridge: &Bridge) -> Self {
        let names = learned_names(&learned.iter().map(|run| run.method).collect::<Vec<_>>());
        let graphs = learned.iter().zip(&names);
        let edge_popup: Vec<PopupGraph> =
            graphs.filter_map(|(run, name)| PopupGraph::new(experiment, run, name)).collect();
        let dense = |lane: usize| {
            let first = bridge.networks.iter().find(|network| network.lane == lane && network.round == 0)?;
            first.known().map(|need| need.neurons)
        };
        let row = |network: &BridgedNetwork| {
            let (run, name) = learned.iter().zip(&names).find(|(run, _)| run.lane == network.lane)?;
            let is_rewound = matches!(run.method, LearnedMethod::Rewinding(_));
            let round = run.rounds.iter().find(|round| round.round == network.round)?;
            let dense = dense(network.lane).filter(|_| is_rewound);
            Some(BridgedReport::new(network, (run, name, round), dense, &edge_popup))
        };
        Self {
            epsilon: experiment.tolerance.given().is_none().then_some(experiment.epsilon),
            delta: experiment.delta,
            networks: bridge.networks.iter().filter_map(row).collect(),
            edge_popup,
            pending: bridge.pending,
        }
    }

    /// That of a session; what is unknown is computed now. `None` without learned lanes.
    pub(in crate::report) fn of_session(session: &Session, learned: &[LearnedRun<'_>]) -> Option<Self> {
        (!learned.is_empty()).then(|| Self::new(session.experiment(), learned, &session.bridge()))
    }

    /// A row per network.
    pub fn table(&self) -> Table {
        let need = |row: &&BridgedReport| row.theorem_3.clone();
        Rows::of(&self.networks)
            .column("lane", |row| row.lane)
            .column("method", |row| row.method)
            .column("name", |row| row.name.clone())
            .column("round", |row| row.round)
            .column("kept_weights", |row| row.kept_weights)
            .column("share_weights_kept", |row| row.share_weights_kept)
            .column("accuracy", |row| row.accuracy.map(|found| found.accuracy))
            .column("nonzero_weights", move |row| need(row).map(|need| need.nonzero_weights))
            .column("weight_tolerance", move |row| need(row).map(|need| need.weight_tolerance))
            .column("g_neurons", move |row| need(row).map(|need| need.g_neurons))
            .column("g_weights", move |row| need(row).map(|need| need.g_weights))
            .column("neurons_per_nonzero_weight", move |row| {
                need(row).map(|need| need.neurons_per_nonzero_weight)
            })
            .column("neurons_of_dense", move |row| need(row).and_then(|need| need.neurons_of_dense))
            .column("bound_applies", move |row| need(row).map(|need| need.bound_applies))
            .column("refused", |row| row.refused.clone())
            .table()
    }
}

impl BridgedReport {
    /// Whether the network is that of edge-popup, whose round 0 is no dense network.
    pub fn is_edge_popup(&self) -> bool {
        self.method == EDGE_POPUP
    }

    fn new(
        network: &BridgedNetwork,
        (run, name, round): (&LearnedRun<'_>, &str, &Round),
        dense: Option<Count>,
        edge_popup: &[PopupGraph],
    ) -> Self {
        Self {
            lane: network.lane,
            method: run.method.name(),
            name: name.to_owned(),
            round: network.round,
            kept_weights: round.kept(),
            share_weights_kept: round.share(),
            accuracy: round.arm(Arm::Ticket).map(|ticket| ShareReport::new(ticket.test)),
            theorem_3: network.known().map(|need| NeedReport::new(need, dense, edge_popup)),
            refused: (*network.need).as_ref().err().cloned(),
        }
    }
}

impl NeedReport {
    fn new(need: &TheoremNeed, dense: Option<Count>, edge_popup: &[PopupGraph]) -> Self {
        let layer = |(layer, of): (usize, &crate::session::BridgedLayer)| NeedOfLayer {
            layer,
            nonzero_weights: of.nonzero_weights,
            norm: of.norm,
            weight_tolerance: of.weight_tolerance,
            k_prime: of.k_prime,
            neurons: of.neurons,
        };
        let times = |graph: &PopupGraph| TimesPopup {
            lane: graph.lane,
            neurons: need.neurons.ratio(graph.hidden_neurons.into()),
            weights: need.g_weights.ratio(graph.weights.into()),
        };
        Self {
            epsilon: need.epsilon,
            w_max: need.w_max,
            f_max: need.f_max,
            nonzero_weights: need.nonzero_weights(),
            weight_tolerance: need.weight_tolerance(),
            g_neurons: need.neurons,
            g_weights: need.g_weights,
            neurons_per_nonzero_weight: need.neurons_per_weight(),
            neurons_of_dense: dense.map(|dense| need.neurons.ratio(dense)),
            bound_applies: need.bound_applies,
            layers: (1..).zip(&need.layers).map(layer).collect(),
            times_edge_popup: edge_popup.iter().map(times).collect(),
        }
    }
}

impl PopupGraph {
    /// `None` for a lane of another method, and before the first ticket.
    fn new(experiment: &Experiment, run: &LearnedRun<'_>, name: &str) -> Option<Self> {
        let LearnedMethod::EdgePopup(_) = run.method else { return None };
        let round = run.rounds.last()?;
        let ticket = round.arm(Arm::Ticket)?;
        let widths = run.method.widths().unwrap_or_else(|| experiment.target.given_widths());
        let hidden = &widths[1..widths.len() - 1];
        Some(Self {
            lane: run.lane,
            name: name.to_owned(),
            widths: widths.to_vec(),
            hidden_neurons: hidden.iter().map(|&width| width as u64).sum(),
            weights: round.weights(),
            kept_weights: round.kept(),
            share_weights_kept: round.share(),
            accuracy: ShareReport::new(ticket.test),
        })
    }
}
