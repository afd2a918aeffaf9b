//! The meaning of complete sequences: keys and the mouse. All other sequences have none.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::arrival::Arrival;

/// Most parameters of a key's sequence.
const PARAMETERS: usize = 3;

fn key(code: KeyCode, modifiers: KeyModifiers) -> Arrival {
    Arrival::Key(KeyEvent::new(code, modifiers))
}

fn with_alt(alt: bool) -> KeyModifiers {
    if alt { KeyModifiers::ALT } else { KeyModifiers::NONE }
}

/// The Escape key.
pub(super) fn escape() -> Arrival {
    key(KeyCode::Esc, KeyModifiers::NONE)
}

/// A byte below 0x80 other than ESC.
pub(super) fn of_ascii(byte: u8, alt: bool) -> Arrival {
    let control = |c: u8| (KeyCode::Char(char::from(c)), KeyModifiers::CONTROL);
    let (code, modifiers) = match byte {
        b'\r' => (KeyCode::Enter, KeyModifiers::NONE),
        b'\t' => (KeyCode::Tab, KeyModifiers::NONE),
        0x7f => (KeyCode::Backspace, KeyModifiers::NONE),
        0 => control(b' '),
        0x01..=0x1a => control(byte - 1 + b'a'),
        0x1b..=0x1f => control(byte - 0x1b + b'3'),
        _ => (KeyCode::Char(char::from(byte)), shifted(char::from(byte))),
    };
    key(code, modifiers | with_alt(alt))
}

/// Any other character; control characters (C1) are no keys.
pub(super) fn of_character(character: char, alt: bool) -> Option<Arrival> {
    let modifiers = shifted(character) | with_alt(alt);
    (!character.is_control()).then(|| key(KeyCode::Char(character), modifiers))
}

fn shifted(character: char) -> KeyModifiers {
    if character.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE }
}

/// The last byte of SS3 and CSI sequences of cursor and function keys.
fn of_letter(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P' => KeyCode::F(1),
        b'Q' => KeyCode::F(2),
        b'S' => KeyCode::F(4),
        _ => return None,
    })
}

/// ESC O and a letter.
pub(super) fn ss3(letter: u8) -> Option<Arrival> {
    let code = if letter == b'R' { Some(KeyCode::F(3)) } else { of_letter(letter) };
    code.map(|code| key(code, KeyModifiers::NONE))
}

/// ESC [ [ and a letter.
pub(super) fn console(letter: u8) -> Option<Arrival> {
    matches!(letter, b'A'..=b'E').then(|| key(KeyCode::F(letter - b'A' + 1), KeyModifiers::NONE))
}

/// ESC [, parameters and a last byte. `CSI row ; column R` is the cursor's position, and F3 with modifiers; the program asks
/// for neither.
pub(super) fn csi(parameters: &[u8], last: u8) -> Option<Arrival> {
    if let Some(report) = parameters.strip_prefix(b"<") {
        return sgr_mouse(report, last);
    }
    let numbers = numbers(parameters)?;
    let [first, second, third] = numbers.map(|(number, _)| number);
    // A key release (kitty): reported on request only.
    let (_, kind) = numbers[1];
    if kind == Some(3) {
        return None;
    }
    let modifiers = modifiers(second.unwrap_or(1))?;
    let is_plain = first.is_none_or(|first| first == 1) && third.is_none();
    match last {
        b'~' if first == Some(27) => of_code_point(third?, modifiers),
        b'~' => numbered(first?).map(|code| key(code, modifiers)),
        b'u' => of_code_point(first?, modifiers),
        b'Z' if is_plain => Some(key(KeyCode::BackTab, KeyModifiers::SHIFT)),
        _ if is_plain => of_letter(last).map(|code| key(code, modifiers)),
        _ => None,
    }
}

/// Up to three numbers between semicolons, each with the part behind its colon.
fn numbers(parameters: &[u8]) -> Option<[(Option<u32>, Option<u32>); PARAMETERS]> {
    let mut found = [(None, None); PARAMETERS];
    let text = std::str::from_utf8(parameters).ok()?;
    for (index, part) in text.split(';').enumerate() {
        let mut parts = part.split(':');
        let mut number = || match parts.next() {
            None | Some("") => Some(None),
            Some(digits) => digits.parse().ok().map(Some),
        };
        *found.get_mut(index)? = (number()?, number()?);
    }
    Some(found)
}

/// xterm's modifiers: 1 and a bit for each.
fn modifiers(number: u32) -> Option<KeyModifiers> {
    let bits = u8::try_from(number.checked_sub(1)?).ok()?;
    let known = [
        KeyModifiers::SHIFT,
        KeyModifiers::ALT,
        KeyModifiers::CONTROL,
        KeyModifiers::SUPER,
        KeyModifiers::HYPER,
        KeyModifiers::META,
    ];
    let held = known.into_iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
    Some(held.map(|(_, modifier)| modifier).collect())
}

/// CSI number ~.
fn numbered(number: u32) -> Option<KeyCode> {
    let function = |first: u32| u8::try_from(number - first).ok().map(KeyCode::F);
    match number {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11..=15 => function(10),
        17..=21 => function(11),
        23..=26 => function(12),
        28..=29 => function(13),
        31..=34 => function(14),
        _ => None,
    }
}

/// A key as a code point with modifiers: CSI u, or xterm's modifyOtherKeys. Kitty's private keys mean nothing here.
fn of_code_point(code_point: u32, modifiers: KeyModifiers) -> Option<Arrival> {
    let character = char::from_u32(code_point)?;
    let code = match character {
        '\x1b' => KeyCode::Esc,
        '\r' => KeyCode::Enter,
        '\t' => KeyCode::Tab,
        '\x7f' => KeyCode::Backspace,
        '\u{e000}'..='\u{f8ff}' => return None,
        _ if character.is_control() => return None,
        _ if modifiers == KeyModifiers::SHIFT => KeyCode::Char(character.to_ascii_uppercase()),
        _ => KeyCode::Char(character),
    };
    Some(key(code, modifiers))
}

/// CSI < buttons ; column ; row M, or m for a released button.
fn sgr_mouse(report: &[u8], last: u8) -> Option<Arrival> {
    let numbers = numbers(report)?;
    let [Some(buttons), Some(column), Some(row)] = numbers.map(|(number, _)| number) else { return None };
    let is_release = match last {
        b'M' => false,
        b'm' => true,
        _ => return None,
    };
    let place = |number: u32| number.checked_sub(1).and_then(|number| u16::try_from(number).ok());
    mouse(u8::try_from(buttons).ok()?, place(column)?, place(row)?, is_release)
}

/// ESC [ M and three bytes, each 32 too large, places counted from 1.
pub(super) fn x10_mouse(buttons: u8, column: u8, row: u8) -> Option<Arrival> {
    let place = |byte: u8| byte.checked_sub(33).map(u16::from);
    let buttons = buttons.checked_sub(32)?;
    mouse(buttons, place(column)?, place(row)?, buttons & 3 == 3)
}

/// A mouse report: two bits and bits 6 and 7 are the button, 2 to 4 the modifiers, 5 a move.
fn mouse(buttons: u8, column: u16, row: u16, is_release: bool) -> Option<Arrival> {
    let button = [MouseButton::Left, MouseButton::Middle, MouseButton::Right];
    let kind = match (buttons >> 6, usize::from(buttons & 3), buttons >> 5 & 1 == 1) {
        (0, _, true) => MouseEventKind::Moved,
        (0, 3, false) => MouseEventKind::Up(MouseButton::Left),
        (0, number, false) if is_release => MouseEventKind::Up(button[number]),
        (0, number, false) => MouseEventKind::Down(button[number]),
        (1, 0, false) => MouseEventKind::ScrollUp,
        (1, 1, false) => MouseEventKind::ScrollDown,
        (1, 2, false) => MouseEventKind::ScrollLeft,
        (1, 3, false) => MouseEventKind::ScrollRight,
        _ => return None,
    };
    let held = [(2, KeyModifiers::SHIFT), (3, KeyModifiers::ALT), (4, KeyModifiers::CONTROL)];
    let held = held.into_iter().filter(|(bit, _)| buttons >> bit & 1 == 1);
    let modifiers = held.map(|(_, modifier)| modifier).collect();
    Some(Arrival::Mouse(MouseEvent { kind, column, row, modifiers }))
}
