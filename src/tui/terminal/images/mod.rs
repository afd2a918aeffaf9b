//! Images by a terminal's own protocol. Which one is never asked of the terminal: the user chooses it, or the environment
//! names a terminal known for it.
//!
//! An image lies over cells that show the same picture, so a terminal that ignores the protocol shows those.

mod iterm2;
pub(super) mod kitty;
mod png;
mod protocol;
mod shown;
mod sixel;

pub use protocol::Images;
pub(super) use shown::ShownImages;
