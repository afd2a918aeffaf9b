//! The seam between a layer and the ways of giving its neurons to demands.
//!
//! A new allocator is a file with an implementation of [`Allocator`], and a line in the table of
//! [`layer`](crate::construction::layer).

use std::fmt::Debug;

use crate::construction::position::AllocatorPosition;
use crate::construction::problem::Until;
use crate::construction::tally::Draw;
use crate::construction::ticket::Path;
use crate::construction::workbench::Workbench;

/// Draws the neurons of a layer and gives each of them to the demands that it can meet.
///
/// Dispatch is dynamic per batch of neurons; the loops over neurons and pairs are inside.
pub(crate) trait Allocator: Debug + Send + Sync {
    /// Draws the next neuron; when skipping ahead, all neurons of a block. Whether a weight was finished.
    ///
    /// `neuron`: number of the next neuron where the layer shares its neurons. Blocks number their own.
    fn draw(&mut self, neuron: u64, bench: &mut Workbench) -> bool;

    /// Draws between 1 and `most` neurons, the first one being `first`. Returns how many, and whether a weight was finished.
    ///
    /// With [`Until::WeightDone`] no neuron is drawn after one that finishes a weight.
    fn draw_many(&mut self, first: u64, most: u64, until: Until, bench: &mut Workbench) -> (u64, bool) {
        let _ = (most, until);
        (1, self.draw(first, bench))
    }

    /// Whether no demand is open any more.
    fn is_complete(&self, bench: &Workbench) -> bool;

    /// Ends the layer without another neuron: sums what was found and lists the demands left open.
    fn close(&mut self, bench: &mut Workbench);

    /// Paths found so far for a pair under way; `None` for a pair that no neuron has reached.
    fn available(&self, pair: u64, bench: &Workbench) -> Option<Available>;

    /// (input, output) of the first pair that the last neuron was tried against, if no demand could use it. `None` where the
    /// layer has ended since.
    fn tried_first(&self, last: &Draw, bench: &Workbench) -> Option<(u32, u32)>;

    /// How far it is.
    fn position(&self, bench: &Workbench) -> AllocatorPosition<'_>;

    /// The same allocator at a saved position. `bench` holds the finished pairs and `has_group` marks them; `None` where no
    /// run can have been there.
    fn at(
        &self,
        position: AllocatorPosition<'_>,
        has_group: &[bool],
        bench: &Workbench,
    ) -> Option<Box<dyn Allocator>>;

    /// Whether a run of this layer can have kept this path, going by the number of its neuron. `sampled`: neurons drawn.
    fn may_keep(&self, path: &Path, sampled: u64, bench: &Workbench) -> bool;

    /// Why a demand stays open.
    fn shortfall(&self) -> Shortfall;

    /// A copy of it.
    fn boxed(&self) -> Box<dyn Allocator>;
}

impl Clone for Box<dyn Allocator> {
    fn clone(&self) -> Self {
        self.boxed()
    }
}

/// Paths available to a weight under way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Available {
    /// paths found for it
    pub(crate) paths: Vec<Path>,
    /// per half, the paths of the sum it has settled on
    pub(crate) chosen: [Option<Vec<Path>>; 2],
}

impl Available {
    /// Paths of which all are part of the sum.
    pub(crate) fn all(paths: Vec<Path>) -> Self {
        Self { paths, ..Self::default() }
    }
}

/// Why a demand stays open when the neurons run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shortfall {
    /// other weights may have taken the neurons that it needed
    Competition,
    /// none of its block's neurons can meet it
    NoNeuron,
    /// the search for its subset sum has ended at the most values it can handle
    SearchEnded,
}
