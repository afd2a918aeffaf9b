//! Pickles as plain data: an opcode machine that imports and calls nothing.
//!
//! # What is built
//! Every opcode up to protocol 5 has a value. A global is its two names. A call is a [`Call`]: the names of what would be
//! called beside its arguments. The reader of tensors decides which calls it knows.
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

use std::borrow::Cow;

use self::machine::Machine;

/// Index of a value.
pub(in super::super) type Id = u32;

/// What one opcode built.
#[derive(Debug)]
pub(in super::super) enum Value<'p> {
    None,
    Bool(bool),
    Int(i64),
    /// floats, larger integers, bytes: nothing that describes a tensor
    Plain,
    Text(Cow<'p, str>),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// module and name
    Global(Id, Id),
    /// the reference to something outside of the pickle
    Persistent(Id),
    Call(Box<Call>),
}

/// A call that was not made, or an object that was not created.
#[derive(Debug)]
pub(in super::super) struct Call {
    /// the function or class
    pub(in super::super) callable: Id,
    /// a tuple, mostly
    pub(in super::super) arguments: Id,
    /// what `__setstate__` would be given
    pub(in super::super) state: Option<Id>,
    /// what would be set by key
    pub(in super::super) items: Vec<(Id, Id)>,
}

/// A whole pickle.
pub(in super::super) struct Pickle<'p> {
    values: Vec<Value<'p>>,
    pub(in super::super) root: Id,
    /// bytes up to and including `STOP`
    pub(in super::super) length: usize,
}

impl<'p> Pickle<'p> {
    /// Reads the pickle at the start of `bytes`.
    ///
    /// # Errors
    /// In words: where it is cut short, or does what no pickle does.
    pub(in super::super) fn read(bytes: &'p [u8]) -> Result<Self, String> {
        let (values, root, length) = Machine::new(bytes).run()?;
        Ok(Self { values, root, length })
    }

    pub(in super::super) fn len(&self) -> usize {
        self.values.len()
    }

    pub(in super::super) fn value(&self, id: Id) -> &Value<'p> {
        self.values.get(id as usize).unwrap_or(&Value::None)
    }

    pub(in super::super) fn values(&self) -> impl Iterator<Item = &Value<'p>> {
        self.values.iter()
    }

    pub(in super::super) fn text(&self, id: Id) -> Option<&str> {
        match self.value(id) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Module and name of a global.
    pub(in super::super) fn global(&self, id: Id) -> Option<(&str, &str)> {
        match *self.value(id) {
            Value::Global(module, name) => self.text(module).zip(self.text(name)),
            _ => None,
        }
    }

    pub(in super::super) fn sequence(&self, id: Id) -> Option<&[Id]> {
        match self.value(id) {
            Value::List(items) | Value::Tuple(items) => Some(items),
            _ => None,
        }
    }
}
