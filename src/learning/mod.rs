//! Tickets learned from data: masks found by edge-popup in a network that is never trained, and networks trained, pruned and
//! rewound, with the controls of both.
//!
//! No theorem stands behind a learned ticket. Its evidence is the accuracy on held-out examples beside that of its
//! controls, the [`Arm`]s of the experiment.
//!
//! | file | holds |
//! |---|---|
//! | [`dataset`](Dataset) | examples with labels: training, validation, test |
//! | [`accuracy`](Accuracy) | right answers, with their interval |
//! | [`options`](LearnedMethod) | the methods with their options, as presets write them |
//! | [`start`](start()) | the learner of each method |
//! | [`ranges`](OptionError) | the ranges of the options |
//! | `evaluation` | a finished network's answers, block by block |
//! | [`results`](Round) | the results of a run, round by round |
//! | [`training`] | one dense network under training |
//! | [`rewinding`] | pruning with rewinding, and its published protocols |
//! | [`learner`](Learner) | the seam between a method and the session |
//! | [`shares`](layer_shares) | a mask's shares: weights kept, dead neurons |
//! | [`ticket`](LearnedTicket) | all that another program needs to rebuild a learned network |
//! | [`target`](target_layers()) | learned parameters as a target of the constructions |
//! | `ticket_layers` | the layers of a ticket's network |
//! | [`edge_popup`] | a mask learned in a random network |

mod accuracy;
mod dataset;
pub mod edge_popup;
mod evaluation;
mod learner;
mod options;
mod ranges;
mod results;
pub mod rewinding;
mod shares;
mod start;
mod target;
mod ticket;
mod ticket_layers;
pub mod training;

pub use accuracy::{Accuracy, Difference, difference_over_seeds, paired_difference};
pub use dataset::{Dataset, Examples};
pub use learner::{Learner, Position, Quantity, Reach, ScoreLayer};
pub use options::{
    BiasRewind, Control, Cut, EdgePopup, FrozenWeights, InputScaling, LearnedMethod, Optimiser, Protocol,
    Ranking, Removal, Rewind, Rewinding, Schedule, Selection, UsedGradients,
};
pub use ranges::{OptionError, check_count, check_decay, check_widths};
pub use results::{Arm, ArmResult, CurvePoint, LayerShare, Round};
pub use shares::layer_shares;
pub use start::{LearningError, start};
pub use target::{TicketLayers, target_layers};
pub use ticket::{LearnedTicket, Standardisation, TicketWeights};
