//! Learned networks as targets of Theorem 3, computed once per finished round.

use std::sync::Arc;

use rayon::prelude::*;

use super::LearnedLane;
use super::bridged::{BridgeKey, BridgedNetwork, NeedOrReason, TheoremNeed};
use crate::experiment::Experiment;
use crate::learning::{Arm, LearnedTicket};
use crate::session::Session;
use crate::session::background::Background;

/// The learned networks of a session as targets, as far as they are computed.
#[derive(Clone, Debug, Default)]
pub struct Bridge {
    /// by lane, then by round
    pub networks: Vec<BridgedNetwork>,
    /// finished rounds still to be computed
    pub pending: usize,
}

/// A learned network, its numbers still to be computed.
struct BridgeQuestion {
    experiment: Arc<Experiment>,
    ticket: LearnedTicket,
}

impl BridgeQuestion {
    fn answer(self) -> NeedOrReason {
        TheoremNeed::new(&self.experiment, &self.ticket).map_err(|error| error.to_string())
    }
}

impl Session {
    /// Every learned network of a finished round as the target of Theorem 3's construction: what is still unknown is
    /// computed now, on the threads of the current rayon pool.
    pub fn bridge(&self) -> Bridge {
        let missing: Vec<_> =
            self.bridge_keys().filter(|&key| self.bridge_cache().get(key).is_none()).collect();
        missing.into_par_iter().for_each(|key| {
            if let Some(question) = self.bridge_question(key) {
                self.bridge_cache().add(key, question.answer());
            }
        });
        self.known_bridge()
    }

    /// [`bridge`](Self::bridge), as far as it is computed.
    fn known_bridge(&self) -> Bridge {
        let mut bridge = Bridge::default();
        for key in self.bridge_keys() {
            let (lane, round) = (self.lanes().len() + key.0, key.1);
            match self.bridge_cache().get(key) {
                Some(need) => bridge.networks.push(BridgedNetwork { lane, round, need }),
                None => bridge.pending += 1,
            }
        }
        bridge
    }

    /// The finished rounds.
    fn bridge_keys(&self) -> impl Iterator<Item = BridgeKey> + '_ {
        let rounds = |(lane, learned): (usize, &LearnedLane)| {
            let finished = learned.rounds().iter().filter(|round| round.arm(Arm::Ticket).is_some());
            finished.map(|round| (lane, round.round)).collect::<Vec<_>>()
        };
        self.learned().iter().enumerate().flat_map(rounds)
    }

    fn bridge_question(&self, (lane, round): BridgeKey) -> Option<BridgeQuestion> {
        let learner = self.learned().get(lane)?.learner();
        // Edge-popup has one round, and so one ticket.
        let ticket = learner.ticket_of(round).or_else(|| learner.ticket())?;
        Some(BridgeQuestion { experiment: Arc::clone(self.experiment()), ticket })
    }
}

/// The bridge on view, computed on a thread of its own, a network at a time.
#[derive(Debug, Default)]
pub(in crate::session) struct BridgeWatch {
    is_watched: bool,
    under_way: Option<(BridgeKey, Background<NeedOrReason>)>,
    is_behind: bool,
}

impl BridgeWatch {
    /// Watches, or no more.
    pub(in crate::session) fn turn(&mut self, is_watched: bool) {
        self.is_watched = is_watched;
        self.is_behind &= is_watched;
    }

    /// Another session has other networks.
    pub(in crate::session) fn turn_back(&mut self) {
        (self.under_way, self.is_behind) = (None, false);
    }

    /// Takes what is computed, and starts the next network.
    pub(in crate::session) fn look(&mut self, session: &Session) {
        if !self.is_watched {
            return;
        }
        if let Some((key, computing)) = self.under_way.take() {
            match computing.wait(&|| true) {
                Some(need) => session.bridge_cache().add(key, need),
                None => self.under_way = Some((key, computing)),
            }
        }
        let missing = session.bridge_keys().find(|&key| session.bridge_cache().get(key).is_none());
        if let (Some(key), None) = (missing, &self.under_way)
            && let Some(question) = session.bridge_question(key)
        {
            self.under_way = Some((key, Background::start(move |_| Some(question.answer()))));
        }
        self.is_behind = missing.is_some();
    }

    /// Whether a network is still under way.
    pub(in crate::session) fn is_behind(&self) -> bool {
        self.is_behind
    }

    /// The bridge of a session, while it is watched.
    pub(in crate::session) fn view(&self, session: &Session) -> Option<Bridge> {
        self.is_watched.then(|| session.known_bridge())
    }
}
