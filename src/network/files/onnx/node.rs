//! A node of an ONNX graph with typed access to its attributes.

use onnx_rs::ast::{Attribute, Node as Stored, TensorProto};

use super::OnnxError;

/// Longest name in a message.
const LONGEST_NAME: usize = 100;

/// A node and its name in messages.
pub(super) struct OnnxNode<'a> {
    stored: &'a Stored<'a>,
    /// its name, or its first output's
    pub(super) name: String,
    /// ``node `name` (Operator)``
    pub(super) place: String,
}

impl<'a> OnnxNode<'a> {
    pub(super) fn new(stored: &'a Stored<'a>) -> Self {
        let first = || stored.output.iter().find(|name| !name.is_empty()).copied().unwrap_or("?");
        let name = shortened(if stored.name.is_empty() { first() } else { stored.name });
        let operator = shortened(stored.op_type.as_str());
        let place = match stored.domain {
            "" | "ai.onnx" => format!("node `{name}` ({operator})"),
            domain => format!("node `{name}` ({}.{operator})", shortened(domain)),
        };
        Self { stored, name, place }
    }

    /// Its operator, in the standard's domain.
    pub(super) fn operator(&self) -> Option<&'a str> {
        ["", "ai.onnx"].contains(&self.stored.domain).then(|| self.stored.op_type.as_str())
    }

    /// An error at this node.
    pub(super) fn error(&self, expected: impl Into<String>, found: impl Into<String>) -> OnnxError {
        OnnxError::at(&self.place, expected, found)
    }

    /// The names of its inputs; an empty one is left out.
    pub(super) fn inputs(&self) -> impl Iterator<Item = &'a str> {
        self.stored.input.iter().copied().filter(|name| !name.is_empty())
    }

    /// The number of inputs, empty ones included.
    pub(super) fn input_count(&self) -> usize {
        self.stored.input.len()
    }

    /// The name of an input; `None` if empty.
    pub(super) fn input(&self, at: usize) -> Option<&'a str> {
        self.stored.input.get(at).copied().filter(|name| !name.is_empty())
    }

    /// The names of its outputs, empty ones included.
    pub(super) fn outputs(&self) -> &'a [&'a str] {
        &self.stored.output
    }

    /// Refuses attributes besides these.
    pub(super) fn allow(&self, names: &[&str]) -> Result<(), OnnxError> {
        let mut seen = Vec::new();
        for attribute in &self.stored.attribute {
            let name = attribute.name;
            if !names.contains(&name) || !attribute.ref_attr_name.is_empty() {
                let expected = match names {
                    [] => "no attribute".to_owned(),
                    _ => format!("no attribute besides {}", names.join(", ")),
                };
                return Err(self.error(expected, format!("`{}`", shortened(name))));
            }
            if seen.contains(&name) {
                return Err(self.error("each attribute once", format!("`{name}` twice")));
            }
            seen.push(name);
        }
        Ok(())
    }

    fn attribute(&self, name: &str) -> Option<&'a Attribute<'a>> {
        self.stored.attribute.iter().find(|attribute| attribute.name == name)
    }

    /// Whether it has this attribute.
    pub(super) fn has(&self, name: &str) -> bool {
        self.attribute(name).is_some()
    }

    /// An integer, with its default.
    pub(super) fn int(&self, name: &str, default: i64) -> i64 {
        self.attribute(name).map_or(default, |attribute| attribute.i)
    }

    /// Whether an integer is not 0, with its default.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.int(name, 0) != 0
    }

    /// A real number, with its default.
    pub(super) fn float(&self, name: &str, default: f32) -> f64 {
        f64::from(self.attribute(name).map_or(default, |attribute| attribute.f))
    }

    /// A list of integers.
    pub(super) fn ints(&self, name: &str) -> Option<&'a [i64]> {
        self.attribute(name).map(|attribute| attribute.ints.as_slice())
    }

    /// A list of real numbers.
    pub(super) fn floats(&self, name: &str) -> Option<&'a [f32]> {
        self.attribute(name).map(|attribute| attribute.floats.as_slice())
    }

    /// A tensor.
    pub(super) fn tensor(&self, name: &str) -> Option<&'a TensorProto<'a>> {
        self.attribute(name).and_then(|attribute| attribute.t.as_ref())
    }

    /// A text; empty by default.
    pub(super) fn text(&self, name: &str) -> String {
        self.attribute(name)
            .map_or_else(String::new, |attribute| shortened(&String::from_utf8_lossy(attribute.s)))
    }

    /// A list of texts.
    pub(super) fn texts(&self, name: &str) -> Option<Vec<String>> {
        let attribute = self.attribute(name)?;
        Some(attribute.strings.iter().map(|text| shortened(&String::from_utf8_lossy(text))).collect())
    }

    /// An axis of a value with so many axes, counted from the end if negative.
    pub(super) fn axis(&self, axis: i64, axes: usize) -> Result<usize, OnnxError> {
        let from_start = if axis < 0 { axis.checked_add(axes as i64) } else { Some(axis) };
        from_start
            .and_then(|axis| usize::try_from(axis).ok())
            .filter(|&axis| axis < axes)
            .ok_or_else(|| self.error(format!("an axis of {axes} axes"), axis.to_string()))
    }

    /// Different axes of a value.
    pub(super) fn axes(&self, list: &[i64], axes: usize) -> Result<Vec<usize>, OnnxError> {
        let mut found = Vec::new();
        for &axis in list {
            let axis = self.axis(axis, axes)?;
            if found.contains(&axis) {
                return Err(self.error("different axes", format!("axis {axis} twice")));
            }
            found.push(axis);
        }
        Ok(found)
    }
}

/// A text of a file on one line, shortened.
pub(super) fn shortened(text: &str) -> String {
    let clean = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut short: String = text.chars().take(LONGEST_NAME).map(clean).collect();
    if text.chars().nth(LONGEST_NAME).is_some() {
        short.push('…');
    }
    short
}

/// Axes for messages: `1×64`.
pub(super) fn shown(axes: &[usize]) -> String {
    crate::network::graph::Shape::new(axes).to_string()
}
