//! The explorer's state, and how keys, clicks and news change it. Pure: effects are returned, not carried out.

mod copying;
mod in_vain;
mod input;
mod looking;
mod paste;
mod state;
#[cfg(test)]
mod tests;

pub use state::App;
