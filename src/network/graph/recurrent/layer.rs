//! The steps of a recurrent layer.

use super::form::RecurrentForm;
use super::step::{CellStep, RecurrentState};
use super::weights::HiddenParts;
use crate::network::graph::{GraphBuilder, GraphError, MapId, NodeId};

/// The inputs of a layer, step by step.
pub trait StepInputs {
    /// the reader's error
    type Error: From<GraphError>;

    /// The graph under construction.
    fn graph(&mut self) -> &mut GraphBuilder;

    /// W·x + b of a step of the sequence, all gates one behind the other. Its nodes are named after `name`.
    ///
    /// # Errors
    /// As the reader has them.
    fn at(&mut self, step: usize, name: &str) -> Result<NodeId, Self::Error>;
}

/// A recurrent layer in one direction.
#[derive(Clone, Copy, Debug)]
pub struct RecurrentLayer {
    /// its cell
    pub form: RecurrentForm,
    /// entries of the state
    pub units: usize,
    /// its maps on the state
    pub hidden: HiddenParts<MapId>,
}

impl RecurrentLayer {
    /// The layer at `steps` steps of a sequence, from the last to the first if `is_reverse`. Gives the hidden states in the order of
    /// the sequence, and the state behind the step made last. Nodes are called `name/step/…`.
    ///
    /// # Errors
    /// [`GraphError`] where shapes do not fit, and the errors of the inputs.
    pub fn unrolled<I: StepInputs>(
        &self,
        name: &str,
        inputs: &mut I,
        (steps, is_reverse): (usize, bool),
        initial: RecurrentState,
    ) -> Result<(Vec<NodeId>, RecurrentState), I::Error> {
        let (mut state, mut all) = (initial, Vec::with_capacity(steps));
        for at in 0..steps {
            let step = if is_reverse { steps - 1 - at } else { at };
            let name = format!("{name}/{step}");
            let x = inputs.at(step, &name)?;
            let Self { form, units, hidden } = *self;
            state = CellStep { graph: inputs.graph(), form, units, hidden, name: &name }.state(x, state)?;
            all.extend(state.hidden);
        }
        if is_reverse {
            all.reverse();
        }
        Ok((all, state))
    }
}
