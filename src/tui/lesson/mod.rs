//! The guided lesson: from w·x to the certificate in steps that the user performs with the real keys.
//!
//! [`progress`] knows the step and when it is done, [`steps`] holds the steps, `strip` draws them below the screen.

pub mod progress;
pub mod steps;
pub(crate) mod strip;
