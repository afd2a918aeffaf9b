//! Which screens there are, and what can lie over them.

use crate::tui::keymap::Context;

/// The screens, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// one construction in full
    Explore,
    /// two or three side by side
    Compare,
    /// one weight as it is put together
    Weight,
    /// what theory asks of all constructions
    Bounds,
    /// F(x) against Ĝ(x)
    Outputs,
}

impl Screen {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Explore, Self::Compare, Self::Weight, Self::Bounds, Self::Outputs];

    /// The key that shows it.
    pub fn key(self) -> char {
        match self {
            Self::Explore => '1',
            Self::Compare => '2',
            Self::Weight => '3',
            Self::Bounds => '4',
            Self::Outputs => '5',
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Explore => "Explore",
            Self::Compare => "Compare",
            Self::Weight => "Weight",
            Self::Bounds => "Bounds",
            Self::Outputs => "Outputs",
        }
    }

    pub(crate) fn context(self) -> Context {
        match self {
            Self::Explore => Context::Explore,
            Self::Compare => Context::Compare,
            Self::Weight => Context::Weight,
            Self::Bounds => Context::Bounds,
            Self::Outputs => Context::Outputs,
        }
    }
}

/// What lies over the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// all keys, scrolled down by this many lines
    Help(u16),
    /// the built-in presets, this one selected
    Presets(usize),
    /// what can be written to a file, this one selected
    Export(usize),
    /// how the error certified comes about, scrolled down by this many lines
    Certificate(u16),
}
