//! A number of a lecture.

/// A number and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedNumber {
    /// its name, without numbers
    pub name: String,
    /// one number
    pub value: String,
}

impl NamedNumber {
    pub(crate) fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}
