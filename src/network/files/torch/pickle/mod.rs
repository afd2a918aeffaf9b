//! Pickles as plain data: an opcode machine without imports or calls.
//!
//! # Values
//! Every opcode up to protocol 5 has a value. A global is its two names. A call is a [`DeferredCall`]: the callable's name beside
//! the arguments. The reader of tensors knows a few calls by name.
//!
//! # Why no crate
//! `serde-pickle` has neither persistent ids nor calls. `pytorch-reader` reads from paths alone, keeps tensors in a hash map
//! (the order of a state dict is the order of the layers), takes a whole module for a state dict, and refuses a file for
//! one complex tensor.
//!
//! # Hostile pickles
//! Values live in one arena and refer to each other by index: a shared value is never copied, so memo and `DUP` cannot
//! multiply it, and deep nesting takes no stack. Each opcode adds at most one value, their number is limited, and texts
//! borrow the file's bytes.

mod input;
mod machine;
mod value;

use self::machine::Machine;
pub(super) use self::value::{Damage, DeferredCall, Id, Value};

/// A whole pickle.
pub(super) struct Pickle<'p> {
    values: Vec<Value<'p>>,
    pub(super) root: Id,
    /// bytes up to and including `STOP`
    pub(super) length: usize,
}

impl<'p> Pickle<'p> {
    /// Reads the pickle at the start of `bytes`.
    ///
    /// # Errors
    /// [`Damage`]: the pickle is cut short or malformed.
    pub(super) fn read(bytes: &'p [u8]) -> Result<Self, Damage> {
        let (values, root, length) = Machine::new(bytes).run()?;
        Ok(Self { values, root, length })
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    pub(super) fn value(&self, id: Id) -> &Value<'p> {
        self.values.get(id as usize).unwrap_or(&Value::None)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Value<'p>> {
        self.values.iter()
    }

    pub(super) fn text(&self, id: Id) -> Option<&str> {
        match self.value(id) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Module and name of a global.
    pub(super) fn global(&self, id: Id) -> Option<(&str, &str)> {
        match *self.value(id) {
            Value::Global(module, name) => self.text(module).zip(self.text(name)),
            _ => None,
        }
    }

    pub(super) fn sequence(&self, id: Id) -> Option<&[Id]> {
        match self.value(id) {
            Value::List(items) | Value::Tuple(items) => Some(items),
            _ => None,
        }
    }
}
