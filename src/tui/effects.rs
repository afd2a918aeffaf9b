//! Effects: requests of keys to the event loop, and the news in return.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::config::Config;
use super::export::Export;
use super::overlays::picker::folder::Listing;
use crate::experiment::Experiment;
use crate::session::{Answer, Command, KnownTarget, Question, TargetDepth};

/// A request to the event loop.
#[derive(Debug)]
pub enum Effect {
    /// tell the worker
    Send(Command),
    /// open the preset of this name, or the file at this path
    Load(String),
    /// look into this folder, the working directory if it is empty
    Browse(PathBuf),
    /// complete this path
    Complete(String),
    /// ask for theory's answer
    Ask(Question),
    /// open the target of this name, of the setup's list
    OpenTarget(Arc<Experiment>, String),
    /// ask for the figures of the target at this place of the setup's list
    AskTarget {
        /// the setup
        experiment: Arc<Experiment>,
        /// from 0
        place: usize,
        /// theory's figures, or all
        depth: TargetDepth,
    },
    /// forget the figures of targets asked for
    StopTargets,
    /// start this setup in place of the present one
    Start(Arc<Experiment>),
    /// write a setup as a preset file
    Save {
        /// its path
        path: PathBuf,
        /// the setup
        experiment: Arc<Experiment>,
        /// whether an existing file may be replaced
        replace: bool,
    },
    /// write this to a file
    Export(Export),
    /// write the config file
    Remember(Config),
    /// write into the config file that the cards are not wanted at the start
    NeverAgain,
    /// put this text on the terminal's clipboard
    Copy(String),
    /// stop until the shell resumes the program
    Suspend,
    /// leave
    Quit,
}

/// The answers to effects. Every screen and overlay gets them and takes its own.
#[derive(Debug)]
pub enum News {
    /// theory's answer
    Theory(Answer),
    /// the figures of a target
    Target(Box<KnownTarget>),
    /// the contents of a folder
    Listed(PathBuf, io::Result<Listing>),
    /// a path was typed
    Typed(String),
    /// a session was opened in place of the one before
    Opened,
}
