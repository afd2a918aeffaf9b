//! The opcodes of a pickle.

use std::collections::HashMap;

use super::input::{PickleInput, unescaped};
use super::value::{Damage, DeferredCall, Id, Value};

/// More values than the pickle of any network has; about 130 MB.
const MOST_VALUES: usize = 1 << 22;

// Shared constants.
const NONE: Id = 0;
const FALSE: Id = 1;
const TRUE: Id = 2;
const PLAIN: Id = 3;
const EMPTY_TUPLE: Id = 4;

/// The state between two opcodes.
pub(super) struct Machine<'p> {
    input: PickleInput<'p>,
    values: Vec<Value<'p>>,
    stack: Vec<Id>,
    /// heights of the stack
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
}

impl<'p> Machine<'p> {
    pub(super) fn new(bytes: &'p [u8]) -> Self {
        Self {
            input: PickleInput::new(bytes),
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
        }
    }

    /// All values, the root among them, and the length of the pickle.
    pub(super) fn run(mut self) -> Result<(Vec<Value<'p>>, Id, usize), Damage> {
        match self.root() {
            Ok(root) => Ok((self.values, root, self.input.place)),
            Err(found) => Err(Damage { found, is_cut_short: self.input.is_cut_short }),
        }
    }

    fn root(&mut self) -> Result<Id, String> {
        loop {
            match self.input.byte()? {
                b'.' => return self.pop(),
                opcode => self.step(opcode)?,
            }
        }
    }

    fn step(&mut self, opcode: u8) -> Result<(), String> {
        match opcode {
            b'(' | b'0' | b'1' | b'2' => self.on_stack(opcode),
            b'p' | b'q' | b'r' | b'g' | b'h' | b'j' | 0x94 => self.on_memo(opcode),
            b')' | b']' | b'}' | b't' | b'l' | b'd' | b'a' | b'e' | b's' | b'u' => self.on_container(opcode),
            0x85..=0x87 | 0x8f..=0x91 => self.on_container(opcode),
            b'c' | b'P' | b'Q' | b'R' | b'i' | b'o' | b'b' | 0x81 | 0x92 | 0x93 => self.on_object(opcode),
            // Protocol and frame change nothing.
            0x80 => self.input.byte().map(drop),
            0x95 => self.input.array::<8>().map(drop),
            0x82..=0x84 | 0x97 | 0x98 => Err(format!("opcode {opcode:#04x}, whose value is not in the file")),
            _ => self.on_constant(opcode),
        }
    }

    /// Marks, drops and duplicates.
    fn on_stack(&mut self, opcode: u8) -> Result<(), String> {
        match opcode {
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.pop_mark()?),
            b'2' => self.stack.push(self.top()?),
            _ => return Err(self.unknown(opcode)),
        }
        Ok(())
    }

    /// Places of the memo, written and read.
    fn on_memo(&mut self, opcode: u8) -> Result<(), String> {
        match opcode {
            b'p' => self.put_text()?,
            b'q' => {
                let index = u32::from(self.input.byte()?);
                self.put(index)?;
            }
            b'r' => {
                let index = u32::from_le_bytes(self.input.array()?);
                self.put(index)?;
            }
            0x94 => self.put(u32::try_from(self.memo.len()).map_err(|_| "a memo without end")?)?,
            b'g' => {
                let index = self.input.decimal()?;
                self.get(index)?;
            }
            b'h' => {
                let index = u32::from(self.input.byte()?);
                self.get(index)?;
            }
            b'j' => {
                let index = u32::from_le_bytes(self.input.array()?);
                self.get(index)?;
            }
            _ => return Err(self.unknown(opcode)),
        }
        Ok(())
    }

    /// Constants, numbers and texts.
    fn on_constant(&mut self, opcode: u8) -> Result<(), String> {
        match opcode {
            b'N' => self.stack.push(NONE),
            0x88 => self.stack.push(TRUE),
            0x89 => self.stack.push(FALSE),
            b'I' | b'L' => self.integer_text()?,
            b'J' => {
                let number = i32::from_le_bytes(self.input.array()?);
                self.push(Value::Int(number.into()))?;
            }
            b'K' => {
                let number = self.input.byte()?;
                self.push(Value::Int(number.into()))?;
            }
            b'M' => {
                let number = u16::from_le_bytes(self.input.array()?);
                self.push(Value::Int(number.into()))?;
            }
            0x8a | 0x8b => self.long(opcode == 0x8b)?,
            b'F' => {
                self.input.line()?;
                self.stack.push(PLAIN);
            }
            b'G' => {
                self.input.array::<8>()?;
                self.stack.push(PLAIN);
            }
            b'V' => {
                let line = self.input.line()?;
                self.push(Value::Text(unescaped(line)))?;
            }
            b'S' => {
                let line = self.input.line()?.trim_ascii();
                let quoted = line.get(1..line.len().saturating_sub(1)).unwrap_or_default();
                self.push(Value::Text(unescaped(quoted)))?;
            }
            b'T' | b'U' | b'X' | 0x8c | 0x8d => {
                let text = self.input.counted(opcode)?;
                self.push(Value::Text(String::from_utf8_lossy(text)))?;
            }
            b'B' | b'C' | 0x8e | 0x96 => {
                self.input.counted(opcode)?;
                self.stack.push(PLAIN);
            }
            _ => return Err(self.unknown(opcode)),
        }
        Ok(())
    }

    /// Lists, sets, tuples and dictionaries.
    fn on_container(&mut self, opcode: u8) -> Result<(), String> {
        match opcode {
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
            _ => return Err(self.unknown(opcode)),
        }
        Ok(())
    }

    /// Python's imports, calls and persistent ids.
    fn on_object(&mut self, opcode: u8) -> Result<(), String> {
        match opcode {
            b'c' => {
                self.global()?;
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                self.push(Value::Global(module, name))?;
            }
            b'P' => {
                let line = self.input.line()?;
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
                // BUILD on an ordered dictionary sets its `_metadata`.
                if let Some(Value::Call(call)) = self.values.get_mut(object as usize) {
                    call.state = Some(state);
                }
            }
            _ => return Err(self.unknown(opcode)),
        }
        Ok(())
    }

    fn unknown(&self, opcode: u8) -> String {
        format!("{opcode:#04x} in place {}, no opcode of a pickle", self.input.place.saturating_sub(1))
    }

    fn push(&mut self, value: Value<'p>) -> Result<(), String> {
        if self.values.len() >= MOST_VALUES {
            return Err(format!("more than {MOST_VALUES} values"));
        }
        self.stack.push(self.values.len() as Id);
        self.values.push(value);
        Ok(())
    }

    /// Lowest height of the stack above the last mark.
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

    /// Removes the last mark and all values above it.
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
        let index = self.input.decimal()?;
        self.put(index)
    }

    fn get(&mut self, index: u32) -> Result<(), String> {
        let id = *self.memo.get(&index).ok_or_else(|| format!("place {index} of an empty memo"))?;
        self.stack.push(id);
        Ok(())
    }

    fn integer_text(&mut self) -> Result<(), String> {
        let line = String::from_utf8_lossy(self.input.line()?);
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
        let length = if wide { u32::from_le_bytes(self.input.array()?) } else { self.input.byte()?.into() };
        let bytes = self.input.take(length.into())?;
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
            let line = self.input.line()?;
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
        let call = DeferredCall { callable, arguments, state: None, items: Vec::new() };
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

fn pairs(items: &[Id]) -> Result<Vec<(Id, Id)>, String> {
    let (pairs, rest) = items.as_chunks::<2>();
    if rest.is_empty() {
        Ok(pairs.iter().map(|&[key, value]| (key, value)).collect())
    } else {
        Err("a key without its value".to_owned())
    }
}
