//! Terminal input, byte by byte: keys, mouse reports and pastes.
//!
//! Bytes arrive cut anywhere. A complete sequence is an event, or without a meaning here it is swallowed whole: a late answer
//! to another program's query presses no key. A sequence still without its end after [`PATIENCE`] is dropped by
//! [`Parser::expire`], and the next byte is a key again.
//!
//! The grammar is ECMA-48's, in the state machine of <https://vt100.net/emu/dec_ansi_parser>, and a few additions: SS3 keys,
//! X10 mouse reports, the Linux console's function keys and bracketed pastes.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::arrival::Arrival;
use super::keys;

/// The longest pause inside a sequence or a paste.
pub(super) const PATIENCE: Duration = Duration::from_millis(100);

/// The longest time for a whole sequence, from its first byte; pastes may take longer.
const LONGEST_TIME: Duration = Duration::from_secs(3);

/// Most parameter bytes of a sequence. Longer ones have no meaning.
const LONGEST: usize = 64;

/// Most bytes kept of a paste. No text field takes as many.
const LONGEST_PASTE: usize = 1 << 16;

/// The start marker of a bracketed paste.
const BEGIN_OF_PASTE: &[u8] = b"\x1b[200~";

/// The end marker of a bracketed paste.
const END_OF_PASTE: &[u8] = b"\x1b[201~";

/// How long the rest of an interrupted paste is still expected: a lost packet is sent again within seconds.
const LATE: Duration = Duration::from_secs(10);

/// Bytes in one read too many for typing: the rest of an interrupted paste.
const BURST: usize = 16;

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
const CAN: u8 = 0x18;
const SUB: u8 = 0x1a;

/// The position of the next byte in its sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// outside of all sequences
    #[default]
    Ground,
    /// in a character of several bytes (UTF-8)
    Character,
    /// behind ESC
    Escape,
    /// behind ESC O
    Ss3,
    /// behind ESC [
    Csi,
    /// behind ESC [ [, a function key of the Linux console
    Console,
    /// behind ESC [ M, in a mouse report of three bytes
    Mouse,
    /// in the text of an OSC, DCS, SOS, PM or APC sequence
    Text,
    /// behind an ESC in the text
    TextEscape,
    /// in a paste, behind this many bytes of [`END_OF_PASTE`]
    Paste(usize),
}

/// The state machine.
#[derive(Debug, Default)]
pub(super) struct Parser {
    state: State,
    /// the sequence's parameters, a character's bytes or a paste's text
    bytes: Vec<u8>,
    /// whether ESC came before the character
    alt: bool,
    arrived: VecDeque<Arrival>,
    /// when the sequence began
    began: Option<Instant>,
    /// when its last byte came
    last: Option<Instant>,
    /// when a paste was interrupted
    interrupted: Option<Instant>,
}

impl Parser {
    /// Takes the bytes of one read.
    pub(super) fn feed(&mut self, bytes: &[u8], now: Instant) {
        let is_paste = matches!(self.state, State::Paste(_));
        if !is_paste && self.began.is_some_and(|began| now.duration_since(began) > LONGEST_TIME) {
            self.rest();
        }
        if self.state == State::Ground && self.is_rest_of_paste(bytes, now) {
            self.state = State::Paste(0);
        }
        for &byte in bytes {
            self.push(byte);
            if self.state == State::Ground {
                self.began = None;
            } else {
                self.began.get_or_insert(now);
            }
        }
        self.last = Some(now);
    }

    /// When an incomplete sequence is given up, unless more of it comes.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.last.filter(|_| self.state != State::Ground).map(|last| last + PATIENCE)
    }

    /// Gives an incomplete sequence up. A lone ESC is the key; a paste without its end is a paste.
    pub(super) fn expire(&mut self, now: Instant) {
        match self.state {
            State::Escape => self.arrived.push_back(keys::escape()),
            State::Paste(_) => {
                self.end_paste();
                self.interrupted = Some(now);
            }
            _ => {}
        }
        self.rest();
    }

    /// The next piece of input.
    pub(super) fn next(&mut self) -> Option<Arrival> {
        self.arrived.pop_front()
    }

    /// Whether nothing has arrived.
    pub(super) fn is_empty(&self) -> bool {
        self.arrived.is_empty()
    }

    /// Whether a read continues an interrupted paste: typed keys come in ones and twos.
    fn is_rest_of_paste(&mut self, bytes: &[u8], now: Instant) -> bool {
        if self.interrupted.is_none_or(|then| now.duration_since(then) > LATE) {
            return false;
        }
        let place = |of: &[u8]| bytes.windows(of.len()).position(|window| window == of);
        match (place(END_OF_PASTE), place(BEGIN_OF_PASTE)) {
            // The end of another paste is none of this one.
            (Some(end), begin) => begin.is_none_or(|begin| end < begin),
            (None, _) => bytes.len() >= BURST && bytes[0] != ESC,
        }
    }

    fn rest(&mut self) {
        (self.state, self.alt, self.began) = (State::Ground, false, None);
        self.bytes.clear();
    }

    /// Ends the sequence, with or without a meaning.
    fn end(&mut self, meaning: Option<Arrival>) {
        self.arrived.extend(meaning);
        self.rest();
    }

    fn push(&mut self, byte: u8) {
        match self.state {
            State::Ground => self.begin(byte),
            State::Character => self.push_to_character(byte),
            State::Escape => self.push_behind_escape(byte),
            State::Ss3 => match byte {
                b'0'..=b';' if self.bytes.len() < LONGEST => self.bytes.push(byte),
                b'@'..=b'~' => self.end(keys::ss3(byte)),
                _ => self.begin_again(byte),
            },
            State::Csi => self.push_to_csi(byte),
            State::Console => self.end(keys::console(byte)),
            State::Mouse => {
                self.bytes.push(byte);
                if let &[buttons, column, row] = self.bytes.as_slice() {
                    self.end(keys::x10_mouse(buttons, column, row));
                }
            }
            State::Text => match byte {
                BEL | CAN | SUB => self.rest(),
                ESC => self.state = State::TextEscape,
                _ => {}
            },
            State::TextEscape => match byte {
                b'\\' => self.rest(),
                ESC => {}
                _ => {
                    self.state = State::Escape;
                    self.push_behind_escape(byte);
                }
            },
            State::Paste(matched) => self.push_to_paste(byte, matched),
        }
    }

    /// Drops the sequence: this byte belongs to none and stands for itself.
    fn begin_again(&mut self, byte: u8) {
        self.rest();
        self.begin(byte);
    }

    /// A byte outside of all sequences. From 0x80 on it is UTF-8, or introduces a sequence alone (C1).
    fn begin(&mut self, byte: u8) {
        match byte {
            ESC => self.state = State::Escape,
            0x00..=0x7f => {
                let key = keys::of_ascii(byte, self.alt);
                self.end(Some(key));
            }
            0x8f => self.state = State::Ss3,
            0x9b => self.state = State::Csi,
            0x90 | 0x98 | 0x9d..=0x9f => self.state = State::Text,
            0xc2..=0xf4 => {
                self.state = State::Character;
                self.bytes.push(byte);
            }
            _ => self.rest(),
        }
    }

    fn push_to_character(&mut self, byte: u8) {
        if !matches!(byte, 0x80..=0xbf) {
            return self.begin_again(byte);
        }
        self.bytes.push(byte);
        let length = match self.bytes[0] {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            _ => 4,
        };
        if self.bytes.len() == length {
            let character = std::str::from_utf8(&self.bytes).ok().and_then(|text| text.chars().next());
            let key = character.and_then(|c| keys::of_character(c, self.alt));
            self.end(key);
        }
    }

    fn push_behind_escape(&mut self, byte: u8) {
        match byte {
            // Twice the key: the second one may still begin a sequence.
            ESC => self.arrived.push_back(keys::escape()),
            b'[' => self.state = State::Csi,
            b'O' => self.state = State::Ss3,
            b']' | b'P' | b'X' | b'^' | b'_' => self.state = State::Text,
            // The end of an abandoned text.
            b'\\' => self.rest(),
            _ => {
                self.state = State::Ground;
                self.alt = true;
                self.begin(byte);
            }
        }
    }

    fn push_to_csi(&mut self, byte: u8) {
        match (byte, self.bytes.as_slice()) {
            (b'[', []) => self.state = State::Console,
            (b'M', []) => self.state = State::Mouse,
            (b'~', b"200") => {
                self.rest();
                self.state = State::Paste(0);
            }
            (b' '..=b'?', _) => {
                if self.bytes.len() < LONGEST {
                    self.bytes.push(byte);
                }
            }
            (b'@'..=b'~', parameters) => {
                let meaning = if parameters.len() < LONGEST { keys::csi(parameters, byte) } else { None };
                self.end(meaning);
            }
            (CAN | SUB, _) => self.rest(),
            _ => self.begin_again(byte),
        }
    }

    fn push_to_paste(&mut self, byte: u8, matched: usize) {
        if byte == END_OF_PASTE[matched] {
            if matched + 1 == END_OF_PASTE.len() {
                self.end_paste();
                self.interrupted = None;
            } else {
                self.state = State::Paste(matched + 1);
            }
            return;
        }
        // Only its first byte is an ESC, so no shorter part of the end can be under way.
        self.keep(&END_OF_PASTE[..matched]);
        if byte == ESC {
            self.state = State::Paste(1);
        } else {
            self.keep(&[byte]);
            self.state = State::Paste(0);
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.bytes.len() < LONGEST_PASTE {
            self.bytes.extend_from_slice(bytes);
        }
    }

    fn end_paste(&mut self) {
        let text = String::from_utf8_lossy(&self.bytes).into_owned();
        self.end(Some(Arrival::Paste(text)));
    }
}

#[cfg(test)]
mod tests;
