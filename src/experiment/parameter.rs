//! The fields of a setup that can be edited.

/// A field that can be edited, named as in a preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the fields are described in the README
pub enum Parameter {
    Epsilon,
    Delta,
    WMax,
    FMax,
    Base,
    Norms,
    Tolerance,
    Allocation,
    Mode,
    SkipDeadHalves,
    Inputs,
    Widths,
    Seed,
}

impl Parameter {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 13] = [
        Self::Epsilon,
        Self::Delta,
        Self::WMax,
        Self::FMax,
        Self::Base,
        Self::Norms,
        Self::Tolerance,
        Self::Allocation,
        Self::Mode,
        Self::SkipDeadHalves,
        Self::Inputs,
        Self::Widths,
        Self::Seed,
    ];

    /// The field's name in a preset; `widths` and `allocation` are inside of `target` and `constructions`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Epsilon => "epsilon",
            Self::Delta => "delta",
            Self::WMax => "w_max",
            Self::FMax => "f_max",
            Self::Base => "base",
            Self::Norms => "norms",
            Self::Tolerance => "tolerance",
            Self::Allocation => "allocation",
            Self::Mode => "mode",
            Self::SkipDeadHalves => "skip_dead_halves",
            Self::Inputs => "inputs",
            Self::Widths => "widths",
            Self::Seed => "seed",
        }
    }

    /// All values, where they can be listed. The empty text leaves the field out.
    pub fn choices(self) -> &'static [&'static str] {
        match self {
            Self::Norms => &["Unit", "Worst", "Target"],
            Self::Tolerance => &["Uniform", "PerLayer"],
            Self::Allocation => &["InOrder", "FirstFit", "OnDemand"],
            Self::Mode => &["", "Drawn", "SkipAhead"],
            Self::SkipDeadHalves => &["false", "true"],
            Self::Epsilon | Self::Delta | Self::WMax | Self::FMax | Self::Base => &[],
            Self::Inputs | Self::Widths | Self::Seed => &[],
        }
    }
}
