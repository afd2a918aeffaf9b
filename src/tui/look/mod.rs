//! How things look: colours by meaning, and characters for Unicode and ASCII terminals.

pub mod glyphs;
pub mod theme;

use glyphs::Glyphs;
use theme::Theme;

/// Colours and characters.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// colours
    pub theme: Theme,
    /// characters
    pub glyphs: Glyphs,
}
