//! The shape of a value in a graph.

use std::fmt;

use serde::Serialize;

/// The axes of a value, the outermost first: `[64]`, `[channels, height, width]`, `[steps, width]`. No axis for inputs of a
/// batch: those are rows. Entries are numbered row by row, the last axis fastest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Shape(Vec<usize>);

impl Shape {
    /// A shape with these axes.
    pub fn new(axes: impl Into<Vec<usize>>) -> Self {
        Self(axes.into())
    }

    /// Its axes, the outermost first.
    pub fn axes(&self) -> &[usize] {
        &self.0
    }

    /// How many entries a value of this shape has; `usize::MAX` where they cannot be counted.
    pub fn entries(&self) -> usize {
        self.0.iter().fold(1, |product: usize, &axis| product.saturating_mul(axis))
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("1");
        }
        for (at, axis) in self.0.iter().enumerate() {
            let sign = if at > 0 { "×" } else { "" };
            write!(f, "{sign}{axis}")?;
        }
        Ok(())
    }
}
