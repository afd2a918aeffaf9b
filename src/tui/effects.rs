//! Effects: what keys ask of the event loop, and the news that come back.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::export::Export;
use super::overlays::picker::folder::Listing;
use crate::experiment::Experiment;
use crate::session::{Answer, Command, Question};

/// What the event loop is asked to do.
#[derive(Debug)]
pub enum Effect {
    /// tell the worker
    Send(Command),
    /// open the preset of this name, or the file at this path
    Load(String),
    /// look into this folder, the working directory where it is empty
    Browse(PathBuf),
    /// complete this path
    Complete(String),
    /// ask what theory says of something
    Ask(Question),
    /// put this setup in place of what is there
    Start(Arc<Experiment>),
    /// write a setup as a preset file
    Save {
        /// where
        path: PathBuf,
        /// what
        experiment: Arc<Experiment>,
        /// whether a file that stands there may be replaced
        replace: bool,
    },
    /// write this to a file
    Export(Export),
    /// stop until the shell resumes the program
    Suspend,
    /// leave
    Quit,
}

/// The answers to effects. Every screen and overlay gets them and takes those that it has asked for.
#[derive(Debug)]
pub enum News {
    /// theory's answer
    Theory(Answer),
    /// the contents of a folder
    Listed(PathBuf, io::Result<Listing>),
    /// a path was typed
    Typed(String),
    /// a session was opened in place of the one before
    Opened,
}
