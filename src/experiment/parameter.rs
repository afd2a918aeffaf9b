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
    Constructions,
    Mode,
    SkipDeadHalves,
    Inputs,
    Seed,
    Target,
    Path,
    Layers,
    Transposed,
    Order,
    Widths,
    WeightBound,
    SpectralNorm,
    TargetSeed,
    Activation,
    OutputActivation,
    Activations,
}

/// Where a target comes from, as the `target` field names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// weights written out in the preset, which stay as they are
    Explicit,
    /// a weight file
    File,
    /// random weights
    Random,
}

impl TargetKind {
    /// All, in the order of the field's choices.
    pub const ALL: [Self; 3] = [Self::Explicit, Self::File, Self::Random];

    /// Its name in a preset.
    pub fn name(self) -> &'static str {
        match self {
            Self::Explicit => "Explicit",
            Self::File => "File",
            Self::Random => "Random",
        }
    }
}

impl Parameter {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 24] = [
        Self::Epsilon,
        Self::Delta,
        Self::WMax,
        Self::FMax,
        Self::Base,
        Self::Norms,
        Self::Tolerance,
        Self::Constructions,
        Self::Mode,
        Self::SkipDeadHalves,
        Self::Inputs,
        Self::Seed,
        Self::Target,
        Self::Path,
        Self::Layers,
        Self::Transposed,
        Self::Order,
        Self::Widths,
        Self::WeightBound,
        Self::SpectralNorm,
        Self::TargetSeed,
        Self::Activation,
        Self::OutputActivation,
        Self::Activations,
    ];

    /// The field's name in a preset; those from `path` on are inside of `target`, where `target_seed` is called `seed`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Epsilon => "epsilon",
            Self::Delta => "delta",
            Self::WMax => "w_max",
            Self::FMax => "f_max",
            Self::Base => "base",
            Self::Norms => "norms",
            Self::Tolerance => "tolerance",
            Self::Constructions => "constructions",
            Self::Mode => "mode",
            Self::SkipDeadHalves => "skip_dead_halves",
            Self::Inputs => "inputs",
            Self::Seed => "seed",
            Self::Target => "target",
            Self::Path => "path",
            Self::Layers => "layers",
            Self::Transposed => "transposed",
            Self::Order => "order",
            Self::Widths => "widths",
            Self::WeightBound => "weight_bound",
            Self::SpectralNorm => "spectral_norm",
            Self::TargetSeed => "target_seed",
            Self::Activation => "activation",
            Self::OutputActivation => "output_activation",
            Self::Activations => "activations",
        }
    }

    /// The kinds of target that have the field; `None` for fields outside of `target`.
    pub fn of_targets(self) -> Option<&'static [TargetKind]> {
        match self {
            Self::Path | Self::Layers | Self::Transposed | Self::Order => Some(&[TargetKind::File]),
            Self::Widths | Self::WeightBound | Self::SpectralNorm | Self::TargetSeed => {
                Some(&[TargetKind::Random])
            }
            Self::Activation | Self::OutputActivation | Self::Activations => Some(&TargetKind::ALL),
            _ => None,
        }
    }

    /// All values, where they can be listed. The empty text leaves the field out.
    pub fn choices(self) -> &'static [&'static str] {
        match self {
            Self::Norms => &["Unit", "Worst", "Target"],
            Self::Tolerance => &["Uniform", "PerLayer"],
            Self::Mode => &["", "Drawn", "SkipAhead"],
            Self::SkipDeadHalves => &["false", "true"],
            Self::Target => &["Explicit", "File", "Random"],
            Self::Transposed => &["", "false", "true"],
            Self::Order => &["", "Names", "File"],
            Self::Activation | Self::OutputActivation => {
                &["", "Relu", "LeakyRelu(0.01)", "Tanh", "Logistic", "Identity"]
            }
            _ => &[],
        }
    }
}
