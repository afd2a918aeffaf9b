//! The commands of a worker.

use super::Session;
use super::lane::Step;
use crate::experiment::Construction;

/// A command to a worker. Lanes are counted from 0, constructions first, then learned methods.
#[derive(Debug)]
pub enum Command {
    /// take one step in each of these lanes
    Step(Step, Vec<usize>),
    /// take one step back in each of these lanes
    Back(Step, Vec<usize>),
    /// run these lanes at the chosen speed
    Run(Vec<usize>),
    /// stop stepping or running
    Pause,
    /// drop everything built
    Restart,
    /// put another session in place of this one
    Load(Box<Session>),
    /// change the speed of running
    ChangeSpeed {
        /// to the next faster one, else to the next slower one
        faster: bool,
    },
    /// have lanes of these constructions beside the preset's, see [`Session::compare`]; moving lanes stop
    Compare(Vec<Construction>),
    /// show this lane, and this layer of it in full; without one, the layer being built, or layer 1 of a learned lane
    View {
        /// lane
        lane: usize,
        /// layer, from 1
        layer: Option<usize>,
    },
    /// show a weight of the layer on view, (output, input) from 0: its sums and the errors of its layer, or its past in a
    /// learned lane; or none
    WatchWeight(Option<(usize, usize)>),
    /// Show the weight completed last of the layer on view; while none is, the one that its last neuron serves, or the
    /// first other than 0. While lanes
    /// move, each one is shown for a while. Of a learned lane: its first weight.
    WatchLatestWeight,
    /// show F and Ĝ at the input of this number, from 0, or a learned lane's network at this test example; or at none
    WatchOutput(Option<usize>),
    /// show the learned networks as targets of Theorem 3, or no more
    WatchBridge(bool),
}
