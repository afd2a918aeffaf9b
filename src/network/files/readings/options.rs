//! Choices of a reading, by the user and by the evidence.

use super::super::Order;

/// The user's statements about a file's layers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadingOptions {
    /// the matrices in order, each by its whole name or without `weight` in it; the rest is left alone
    pub layers: Option<Vec<String>>,
    /// whether matrices are inputs × outputs
    pub transposed: Option<bool>,
    /// the order of unlisted layers
    pub order: Option<Order>,
}

/// Evidence for the order of the layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OrderBy {
    Single,
    /// numbers of tensors without other names
    Numbers,
    Names,
    /// the only fitting order
    Shapes,
    List,
    Asked(Order),
}
