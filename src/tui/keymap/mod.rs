//! Keys and their meanings. Tables of [`Binding`]s drive dispatch, footers, the help and the list of keys in the
//! documentation. The keys of every screen stand in [`every_screen`]; each screen and each overlay brings its own.

pub(crate) mod action;
mod binding;
pub mod every_screen;
mod field;
mod key;
mod learned_lane;

pub(crate) use action::moves;
pub use action::{Action, Move};
pub(crate) use binding::bind;
pub use binding::{Binding, Keymap, action_of, with_others};
pub use field::FIELD;
pub use key::Key;
pub use learned_lane::{LEARNED, TOGETHER, in_terms_of};
