//! `slth`, a terminal laboratory for the strong lottery ticket hypothesis.
//!
//! A large enough random network contains, by pruning alone, a good approximation of any given network;
//! *Logarithmic Pruning is All You Need* (Orseau, Hutter, Rivasplata 2020) says how large. This crate builds such a
//! network, prunes it, and checks the claim.
//!
//! # The tour
//! A setup comes in as a preset, or from [`Experiment::builder`](experiment::Experiment::builder), and goes one way:
//!
//! ```text
//! setup ─► Experiment ─► Plan ─► Session ──step──► Snapshot ─► screens
//!          resolved and  bounds  a lane per        └─────────► report: text, JSON, CSV, ticket
//!          checked               method
//! ```
//!
//! | module | holds | feature |
//! |---|---|---|
//! | [`exact`] | sums and products beyond f64, with proven bounds | |
//! | [`visible`] | foreign texts without hidden or deceptive characters | |
//! | [`network`] | the target F: shapes, activations, weight files, spectral norms, bounds on activations | |
//! | [`theory`] | the paper's closed forms, a file per statement; no randomness | |
//! | [`sampling`] | the weights of G as a function of their place, the hyperbolic law, the law of products | |
//! | [`construction`] | one layer of G: neurons drawn, allocated to weights, summed, masked | |
//! | [`learning`] | tickets learned from data: edge-popup, pruning with rewinding, their controls | |
//! | [`method`] | the table of all methods: id, law, idea, assumptions | |
//! | [`verification`] | the masked network Ĝ evaluated, its error searched for and certified | |
//! | [`experiment`] | setups read, checked and resolved; the plan theory makes of them | |
//! | [`session`] | lanes and steps; the worker thread and its snapshots; runs over many seeds | |
//! | `speed` | how fast the engine is on a machine: ratios within one run | `cli` |
//! | [`report`] | results as JSON and as the ticket's npz; text and CSV, SVG | `text`, `plots` |
//! | [`sweep`] | a grid of setups × methods × seeds: its runs, shares and table | |
//! | `tui` | the screens; the only module with terminal crates | `tui` |
//! | `cli` | arguments and exit codes | `cli` |
//!
//! Each module uses only modules above it, and no files use each other in a circle: `tests/arrows.rs` checks both.
//!
//! # Features
//! `cli`, `plots` and `tui` are on by default; each brings `text`. The engine alone is a small library, with fewer
//! than 80 crates in its tree:
//!
//! ```toml
//! slth = { version = "0.1", default-features = false }
//! ```
//!
//! | feature | adds |
//! |---|---|
//! | – | everything without a feature in the table above |
//! | `text` | reports as text and CSV: `report::text`, `Page`, `Table::write_csv` |
//! | `plots` | failure curves as SVG |
//! | `tui` | the screens |
//! | `cli` | the command line, and the program `slth` |
//!
//! # The engine without a screen
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
pub mod learning;
pub mod method;
pub mod network;
pub mod report;
pub mod sampling;
pub mod session;
#[cfg(feature = "cli")]
pub mod speed;
pub mod sweep;
pub mod theory;
#[cfg(feature = "tui")]
pub mod tui;
pub mod verification;
pub mod visible;
