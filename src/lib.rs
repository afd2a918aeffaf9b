//! `slth`, a terminal laboratory for the strong lottery ticket hypothesis.
//!
//! A network that was never trained already contains, by pruning alone, a good approximation of any given
//! network, if it is large enough; *Logarithmic Pruning is All You Need* (Orseau, Hutter, Rivasplata 2020)
//! says how large. This crate builds such a network, prunes it, and checks the claim.
//!
//! # The tour
//! What is asked comes in as a preset and goes one way:
//!
//! ```text
//! preset (RON) ─► Experiment ─► Plan ─► Session ──step──► Snapshot ─► panes on the screen
//!                 what is asked  the     the stepper,        └──────► report: text, JSON, CSV, ticket
//!                 validated      theory  a lane per construction
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`exact`] | sums and products carried beyond f64, with the proof of their bounds |
//! | [`visible`] | texts of others without characters that hide or deceive |
//! | [`network`] | the target F: shapes, activations, weight files, spectral norms, bounds on activations |
//! | [`theory`] | the paper's closed forms, a file per statement |
//! | [`sampling`] | the words of G as a function of their place, the hyperbolic law, the exact law of products |
//! | [`construction`] | one layer of G drawn neuron by neuron, given to the weights that need it, put together, masked |
//! | [`method`] | the table of all methods: what each is called, how it finds a ticket, what reports say of it |
//! | [`verification`] | the masked network Ĝ evaluated, the error found, the error certified |
//! | [`experiment`] | presets read and checked, the plan that theory makes of them |
//! | [`session`] | lanes and steps; the worker thread and its snapshots; runs repeated over many seeds |
//! | [`speed`] | how fast all this is on a machine: ratios within one run |
//! | [`report`] | results as text, JSON, CSV, plots, and the ticket as npz |
//! | [`tui`] | the screens; alone knows the terminal |
//! | [`cli`] | arguments and exit codes |
//!
//! Each module uses only those above it; a test (`tests/arrows.rs`) walks the `use` lines and holds them to
//! that. (`theory` takes nothing from `sampling`: it has no randomness.)
//!
//! # The same engine without a screen
//! ```
//! use slth::{experiment::Experiment, session::Session};
//! let mut session = Session::new(Experiment::load("tiny", None, &[])?)?;
//! session.run(&|_progress| {});
//! let lane = &session.lanes()[0];
//! assert_eq!(lane.holds(), Some(true));
//! assert!(lane.found().error <= lane.certified().unwrap());
//! # Ok::<(), slth::experiment::ExperimentError>(())
//! ```

#[cfg(feature = "cli")]
pub mod cli;
pub mod construction;
pub mod exact;
pub mod experiment;
pub mod method;
pub mod network;
pub mod report;
pub mod sampling;
pub mod session;
#[cfg(feature = "cli")]
pub mod speed;
pub mod theory;
#[cfg(feature = "tui")]
pub mod tui;
pub mod verification;
pub mod visible;
