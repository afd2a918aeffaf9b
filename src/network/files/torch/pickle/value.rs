//! Values of a pickle.

use std::borrow::Cow;

/// Index of a value.
pub(in super::super) type Id = u32;

/// The value of one opcode.
#[derive(Debug)]
pub(in super::super) enum Value<'p> {
    None,
    Bool(bool),
    Int(i64),
    /// floats, larger integers, bytes: no part of a tensor's description
    Plain,
    Text(Cow<'p, str>),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// module and name
    Global(Id, Id),
    /// the reference to something outside of the pickle
    Persistent(Id),
    Call(Box<DeferredCall>),
}

/// A call or the creation of an object, not executed.
#[derive(Debug)]
pub(in super::super) struct DeferredCall {
    /// the function or class
    pub(in super::super) callable: Id,
    /// a tuple, mostly
    pub(in super::super) arguments: Id,
    /// the argument of `__setstate__`
    pub(in super::super) state: Option<Id>,
    /// items set by key
    pub(in super::super) items: Vec<(Id, Id)>,
}

/// Why a pickle cannot be read.
#[derive(Debug)]
pub(in super::super) struct Damage {
    /// in words
    pub(in super::super) found: String,
    /// whether more bytes might make it whole
    pub(in super::super) is_cut_short: bool,
}
