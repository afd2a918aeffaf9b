//! The state of a session, for a checkpoint and for the shares of a run.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::lane::LaneState;
use super::learned::LearnedState;

/// A [`Session`](super::Session) as a checkpoint holds it: all else follows from the experiment and its plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionState<'a> {
    pub(super) lanes: Vec<LaneState<'a>>,
    pub(super) learned: Vec<LearnedState<'a>>,
}

/// A part of a run that needs no other part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatePart {
    /// a layer of a construction
    Layer {
        /// number of the lane in commands, from 0
        lane: usize,
        /// from 1
        layer: usize,
    },
    /// a learned method
    Learned {
        /// number of the lane in commands, behind those of constructions
        lane: usize,
    },
}

/// `layer 2 of lane 0`
impl fmt::Display for StatePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Layer { lane, layer } => write!(f, "layer {layer} of lane {lane}"),
            Self::Learned { lane } => write!(f, "the learned lane {lane}"),
        }
    }
}

impl<'a> SessionState<'a> {
    /// Of its lanes.
    pub(super) fn new(lanes: Vec<LaneState<'a>>, learned: Vec<LearnedState<'a>>) -> Self {
        Self { lanes, learned }
    }

    /// The parts begun, and whether they are done. A learned lane counts as done: a run goes on with it.
    pub fn begun(&self) -> Vec<(StatePart, bool)> {
        self.parts().filter(|(_, is_begun, _)| *is_begun).map(|(part, _, is_done)| (part, is_done)).collect()
    }

    /// The parts not done.
    pub fn open(&self) -> Vec<StatePart> {
        self.parts().filter(|(.., is_done)| !is_done).map(|(part, ..)| part).collect()
    }

    /// Each part, whether it is begun, and whether it is done.
    fn parts(&self) -> impl Iterator<Item = (StatePart, bool, bool)> {
        let layers = self.lanes.iter().enumerate().flat_map(|(lane, state)| {
            let layers = (1..).zip(state.layers());
            layers.map(move |(layer, state)| {
                (StatePart::Layer { lane, layer }, !state.is_untouched(), state.is_done())
            })
        });
        let learned = (self.lanes.len()..).zip(&self.learned).map(|(lane, state)| {
            let is_begun = !state.is_untouched();
            (StatePart::Learned { lane }, is_begun, is_begun)
        });
        layers.chain(learned)
    }

    /// The parts of two shares of one run together.
    ///
    /// # Errors
    /// The first part that both have begun, or `None` if they have other lanes or layers.
    pub fn together(mut self, other: Self) -> Result<Self, Option<StatePart>> {
        let shape = |state: &Self| -> (Vec<usize>, usize) {
            (state.lanes.iter().map(|lane| lane.layers().len()).collect(), state.learned.len())
        };
        if shape(&self) != shape(&other) {
            return Err(None);
        }
        let (ours, theirs) = (self.begun(), other.begun());
        if let Some((part, _)) = ours.iter().find(|(part, _)| theirs.iter().any(|(other, _)| other == part)) {
            return Err(Some(*part));
        }
        self.lanes.iter_mut().zip(other.lanes).for_each(|(lane, other)| lane.take_layers(other));
        for (lane, other) in self.learned.iter_mut().zip(other.learned) {
            if !other.is_untouched() {
                *lane = other;
            }
        }
        Ok(self)
    }
}
