//! Requests to end a long computation early.

/// Asked now and then by a long computation, from any thread: whether to end early, with nothing.
pub type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

/// Never asks a computation to end.
pub const NEVER: Stop<'static> = &|| false;
