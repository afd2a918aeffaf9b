//! How things look: colours by meaning, and characters for Unicode and ASCII terminals.

pub mod glyphs;
pub mod theme;
