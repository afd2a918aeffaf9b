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

use std::borrow::Cow;
use std::collections::HashMap;

/// Index of a value.
pub(super) type Id = u32;

/// More values than the pickle of any network has; about 130 MB.
const MOST_VALUES: usize = 1 << 22;

/// What one opcode built.
#[derive(Debug)]
pub(super) enum Value<'p> {
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
pub(super) struct Call {
    /// the function or class
    pub(super) callable: Id,
    /// a tuple, mostly
    pub(super) arguments: Id,
    /// what `__setstate__` would be given
    pub(super) state: Option<Id>,
    /// what would be set by key
    pub(super) items: Vec<(Id, Id)>,
}

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
    /// In words: where it is cut short, or does what no pickle does.
    pub(super) fn read(bytes: &'p [u8]) -> Result<Self, String> {
        let mut machine = Machine {
            bytes,
            place: 0,
            values: vec![
                Value::None,
                Value::Bool(false),
                Value::Bool(true),
                Value::Plain,
                Value::Tuple(Vec::new()),
            ],
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
        };
        let root = loop {
            let opcode = machine.byte()?;
            if opcode == b'.' {
                break machine.pop()?;
            }
            machine.step(opcode)?;
        };
        Ok(Self { values: machine.values, root, length: machine.place })
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

// Values that need no place of their own.
const NONE: Id = 0;
const FALSE: Id = 1;
const TRUE: Id = 2;
const PLAIN: Id = 3;
const EMPTY_TUPLE: Id = 4;

struct Machine<'p> {
    bytes: &'p [u8],
    place: usize,
    values: Vec<Value<'p>>,
    stack: Vec<Id>,
    /// heights of the stack
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
}

impl<'p> Machine<'p> {
    fn step(&mut self, opcode: u8) -> Result<(), String> {
        match opcode {
            // The stack
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.pop_mark()?),
            b'2' => self.stack.push(self.top()?),
            // The memo
            b'p' => self.put_text()?,
            b'q' => {
                let index = u32::from(self.byte()?);
                self.put(index)?;
            }
            b'r' => {
                let index = u32::from_le_bytes(self.array()?);
                self.put(index)?;
            }
            0x94 => self.put(u32::try_from(self.memo.len()).map_err(|_| "a memo without end")?)?,
            b'g' => {
                let index = self.decimal()?;
                self.get(index)?;
            }
            b'h' => {
                let index = u32::from(self.byte()?);
                self.get(index)?;
            }
            b'j' => {
                let index = u32::from_le_bytes(self.array()?);
                self.get(index)?;
            }
            // Constants, numbers and texts
            b'N' => self.stack.push(NONE),
            0x88 => self.stack.push(TRUE),
            0x89 => self.stack.push(FALSE),
            b'I' | b'L' => self.integer_text()?,
            b'J' => {
                let number = i32::from_le_bytes(self.array()?);
                self.push(Value::Int(number.into()))?;
            }
            b'K' => {
                let number = self.byte()?;
                self.push(Value::Int(number.into()))?;
            }
            b'M' => {
                let number = u16::from_le_bytes(self.array()?);
                self.push(Value::Int(number.into()))?;
            }
            0x8a | 0x8b => self.long(opcode == 0x8b)?,
            b'F' => {
                self.line()?;
                self.stack.push(PLAIN);
            }
            b'G' => {
                self.array::<8>()?;
                self.stack.push(PLAIN);
            }
            b'V' => {
                let line = self.line()?;
                self.push(Value::Text(unescaped(line)))?;
            }
            b'S' => {
                let line = self.line()?.trim_ascii();
                let quoted = line.get(1..line.len().saturating_sub(1)).unwrap_or_default();
                self.push(Value::Text(unescaped(quoted)))?;
            }
            b'T' | b'U' | b'X' | 0x8c | 0x8d => {
                let text = self.counted(opcode)?;
                self.push(Value::Text(String::from_utf8_lossy(text)))?;
            }
            b'B' | b'C' | 0x8e | 0x96 => {
                self.counted(opcode)?;
                self.stack.push(PLAIN);
            }
            // Containers
            b')' => self.stack.push(EMPTY_TUPLE),
            b']' | 0x8f => self.push(Value::List(Vec::new()))?,
            b'}' => self.push(Value::Dict(Vec::new()))?,
            b't' => {
                let items = self.pop_mark()?;
                self.push(Value::Tuple(items))?;
            }
            b'l' | 0x91 => {
                let items = self.pop_mark()?;
                self.push(Value::List(items))?;
            }
            b'd' => {
                let items = pairs(&self.pop_mark()?)?;
                self.push(Value::Dict(items))?;
            }
            0x85..=0x87 => {
                let count = usize::from(opcode - 0x84);
                let mut items = Vec::with_capacity(count);
                for _ in 0..count {
                    items.push(self.pop()?);
                }
                items.reverse();
                self.push(Value::Tuple(items))?;
            }
            b'a' => {
                let item = self.pop()?;
                self.append(&[item])?;
            }
            b'e' | 0x90 => {
                let items = self.pop_mark()?;
                self.append(&items)?;
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set(vec![(key, value)])?;
            }
            b'u' => {
                let items = pairs(&self.pop_mark()?)?;
                self.set(items)?;
            }
            // What Python would import, call or look up elsewhere
            b'c' => {
                self.global()?;
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                self.push(Value::Global(module, name))?;
            }
            b'P' => {
                let line = self.line()?;
                self.push(Value::Text(String::from_utf8_lossy(line)))?;
                let id = self.pop()?;
                self.push(Value::Persistent(id))?;
            }
            b'Q' => {
                let id = self.pop()?;
                self.push(Value::Persistent(id))?;
            }
            b'R' | 0x81 => {
                let (arguments, callable) = (self.pop()?, self.pop()?);
                self.call(callable, arguments)?;
            }
            0x92 => {
                let (_keywords, arguments, callable) = (self.pop()?, self.pop()?, self.pop()?);
                self.call(callable, arguments)?;
            }
            b'i' => {
                self.global()?;
                let callable = self.pop()?;
                let arguments = self.pop_mark()?;
                self.push(Value::Tuple(arguments))?;
                let arguments = self.pop()?;
                self.call(callable, arguments)?;
            }
            b'o' => {
                let mut arguments = self.pop_mark()?.into_iter();
                let callable = arguments.next().ok_or("an object of no class")?;
                self.push(Value::Tuple(arguments.collect()))?;
                let arguments = self.pop()?;
                self.call(callable, arguments)?;
            }
            b'b' => {
                let state = self.pop()?;
                let object = self.top()?;
                // What is built onto an ordered dictionary is its `_metadata`.
                if let Some(Value::Call(call)) = self.values.get_mut(object as usize) {
                    call.state = Some(state);
                }
            }
            // Protocol and frames
            0x80 => drop(self.byte()?),
            0x95 => drop(self.array::<8>()?),
            0x82..=0x84 | 0x97 | 0x98 => {
                return Err(format!("opcode {opcode:#04x}, whose value is not in the file"));
            }
            _ => return Err(format!("{opcode:#04x} in place {}, no opcode of a pickle", self.place - 1)),
        }
        Ok(())
    }

    fn byte(&mut self) -> Result<u8, String> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.take(N as u64)?.try_into().map_err(|_| cut_short())
    }

    fn take(&mut self, length: u64) -> Result<&'p [u8], String> {
        let rest = &self.bytes[self.place..];
        let taken =
            usize::try_from(length).ok().and_then(|length| rest.get(..length)).ok_or_else(cut_short)?;
        self.place += taken.len();
        Ok(taken)
    }

    /// Up to the next line feed, which is left out.
    fn line(&mut self) -> Result<&'p [u8], String> {
        let rest = &self.bytes[self.place..];
        let length = rest.iter().position(|&byte| byte == b'\n').ok_or_else(cut_short)?;
        self.place += length + 1;
        Ok(&rest[..length])
    }

    fn decimal(&mut self) -> Result<u32, String> {
        let line = String::from_utf8_lossy(self.line()?);
        line.trim().parse().map_err(|_| "a place in the memo that is no number".to_owned())
    }

    /// Bytes behind their length, which takes 1, 4 or 8 bytes.
    fn counted(&mut self, opcode: u8) -> Result<&'p [u8], String> {
        let length = match opcode {
            b'U' | b'C' | 0x8c => u64::from(self.byte()?),
            b'T' | b'B' | b'X' => u64::from(u32::from_le_bytes(self.array()?)),
            _ => u64::from_le_bytes(self.array()?),
        };
        self.take(length)
    }

    fn push(&mut self, value: Value<'p>) -> Result<(), String> {
        if self.values.len() >= MOST_VALUES {
            return Err(format!("more than {MOST_VALUES} values"));
        }
        self.stack.push(self.values.len() as Id);
        self.values.push(value);
        Ok(())
    }

    /// The height that the stack cannot be taken below.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn top(&self) -> Result<Id, String> {
        let above = self.stack.get(self.floor()..).unwrap_or_default();
        above.last().copied().ok_or_else(|| "an opcode without its values".to_owned())
    }

    fn pop(&mut self) -> Result<Id, String> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    /// What lies above the last mark, which is removed.
    fn pop_mark(&mut self) -> Result<Vec<Id>, String> {
        let height = self.marks.pop().ok_or("an opcode without its mark")?;
        Ok(self.stack.split_off(height.min(self.stack.len())))
    }

    fn put(&mut self, index: u32) -> Result<(), String> {
        let top = self.top()?;
        self.memo.insert(index, top);
        Ok(())
    }

    fn put_text(&mut self) -> Result<(), String> {
        let index = self.decimal()?;
        self.put(index)
    }

    fn get(&mut self, index: u32) -> Result<(), String> {
        let id = *self.memo.get(&index).ok_or_else(|| format!("place {index} of an empty memo"))?;
        self.stack.push(id);
        Ok(())
    }

    fn integer_text(&mut self) -> Result<(), String> {
        let line = String::from_utf8_lossy(self.line()?);
        match line.trim_end_matches(['L', '\r']) {
            "00" => self.stack.push(FALSE),
            "01" => self.stack.push(TRUE),
            digits => match digits.parse() {
                Ok(number) => self.push(Value::Int(number))?,
                Err(_) => self.stack.push(PLAIN),
            },
        }
        Ok(())
    }

    /// An integer in two's complement, little-endian.
    fn long(&mut self, wide: bool) -> Result<(), String> {
        let length = if wide { u32::from_le_bytes(self.array()?) } else { self.byte()?.into() };
        let bytes = self.take(length.into())?;
        if bytes.len() > 8 {
            self.stack.push(PLAIN);
            return Ok(());
        }
        let negative = bytes.last().is_some_and(|&last| last >= 0x80);
        let mut number = [if negative { 0xff } else { 0 }; 8];
        number[..bytes.len()].copy_from_slice(bytes);
        self.push(Value::Int(i64::from_le_bytes(number)))
    }

    /// `module\nname\n`
    fn global(&mut self) -> Result<(), String> {
        for _ in 0..2 {
            let line = self.line()?;
            self.push(Value::Text(String::from_utf8_lossy(line)))?;
        }
        let (name, module) = (self.pop()?, self.pop()?);
        self.push(Value::Global(module, name))
    }

    /// An empty ordered or default dictionary is a dictionary; any other call stays one.
    fn call(&mut self, callable: Id, arguments: Id) -> Result<(), String> {
        let text = |id: Id| match self.values.get(id as usize) {
            Some(Value::Text(text)) => text.as_ref(),
            _ => "",
        };
        let name = match self.values.get(callable as usize) {
            Some(&Value::Global(module, name)) => (text(module), text(name)),
            _ => ("", ""),
        };
        let no_arguments =
            matches!(self.values.get(arguments as usize), Some(Value::Tuple(items)) if items.is_empty());
        let is_dictionary = match name {
            ("collections", "OrderedDict") | ("builtins" | "__builtin__", "dict") => no_arguments,
            ("collections", "defaultdict") => true,
            _ => false,
        };
        if is_dictionary {
            return self.push(Value::Dict(Vec::new()));
        }
        let call = Call { callable, arguments, state: None, items: Vec::new() };
        self.push(Value::Call(Box::new(call)))
    }

    fn append(&mut self, items: &[Id]) -> Result<(), String> {
        let list = self.top()?;
        match self.values.get_mut(list as usize) {
            Some(Value::List(list)) => list.extend(items),
            Some(Value::Call(_)) => {}
            _ => return Err("an element of what is no list".to_owned()),
        }
        Ok(())
    }

    fn set(&mut self, items: Vec<(Id, Id)>) -> Result<(), String> {
        let dictionary = self.top()?;
        match self.values.get_mut(dictionary as usize) {
            Some(Value::Dict(old)) => old.extend(items),
            Some(Value::Call(call)) => call.items.extend(items),
            _ => return Err("a key of what is no dictionary".to_owned()),
        }
        Ok(())
    }
}

fn cut_short() -> String {
    "a pickle cut short".to_owned()
}

fn pairs(items: &[Id]) -> Result<Vec<(Id, Id)>, String> {
    let (pairs, rest) = items.as_chunks::<2>();
    if rest.is_empty() {
        Ok(pairs.iter().map(|&[key, value]| (key, value)).collect())
    } else {
        Err("a key without its value".to_owned())
    }
}

/// Text of the old protocols, with `\uXXXX`, `\xXX` and `\\` for what is not printable.
fn unescaped(line: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(line);
    if !text.contains('\\') {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let digits = match escape.as_bytes().first() {
            Some(b'u') => 4,
            Some(b'U') => 8,
            Some(b'x') => 2,
            _ => 0,
        };
        let code = escape.get(1..=digits).filter(|_| digits > 0);
        let character = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        match (character, escape.chars().next()) {
            (Some(character), _) => {
                plain.push(character);
                rest = &escape[1 + digits..];
            }
            (None, Some(escaped)) => {
                plain.push(escaped);
                rest = &escape[escaped.len_utf8()..];
            }
            (None, None) => rest = escape,
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}
