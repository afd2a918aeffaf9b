//! Whole sequences, sequences cut anywhere, and garbage.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::*;

/// Keys, and terminals' bytes for them.
const KEYS: [(&[u8], KeyCode, KeyModifiers); 44] = {
    use KeyCode::*;
    const NONE: KeyModifiers = KeyModifiers::NONE;
    const CONTROL: KeyModifiers = KeyModifiers::CONTROL;
    const ALT: KeyModifiers = KeyModifiers::ALT;
    const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
    [
        (b"q", Char('q'), NONE),
        (b"Q", Char('Q'), SHIFT),
        (b" ", Char(' '), NONE),
        (b"\r", Enter, NONE),
        (b"\n", Char('j'), CONTROL),
        (b"\t", Tab, NONE),
        (b"\x7f", Backspace, NONE),
        (b"\x08", Char('h'), CONTROL),
        (b"\0", Char(' '), CONTROL),
        (b"\x03", Char('c'), CONTROL),
        (b"\x1a", Char('z'), CONTROL),
        (b"\x1c", Char('4'), CONTROL),
        ("ä".as_bytes(), Char('ä'), NONE),
        ("Ä".as_bytes(), Char('Ä'), SHIFT),
        ("ε".as_bytes(), Char('ε'), NONE),
        ("漢".as_bytes(), Char('漢'), NONE),
        ("😀".as_bytes(), Char('😀'), NONE),
        (b"\x1bq", Char('q'), ALT),
        (b"\x1b\r", Enter, ALT),
        (b"\x1b\x03", Char('c'), ALT.union(CONTROL)),
        ("\x1bä".as_bytes(), Char('ä'), ALT),
        (b"\x1b[A", Up, NONE),
        (b"\x1b[B", Down, NONE),
        (b"\x1b[C", Right, NONE),
        (b"\x1b[D", Left, NONE),
        (b"\x1bOA", Up, NONE),
        (b"\x1bOH", Home, NONE),
        (b"\x1b[H", Home, NONE),
        (b"\x1b[F", End, NONE),
        (b"\x1b[1~", Home, NONE),
        (b"\x1b[8~", End, NONE),
        (b"\x1b[3~", Delete, NONE),
        (b"\x1b[5~", PageUp, NONE),
        (b"\x1b[6;5~", PageDown, CONTROL),
        (b"\x1b[1;5C", Right, CONTROL),
        (b"\x1b[1;2:1A", Up, SHIFT),
        (b"\x1b[Z", BackTab, SHIFT),
        (b"\x1bOR", F(3), NONE),
        (b"\x1b[24~", F(12), NONE),
        (b"\x1b[[B", F(2), NONE),
        (b"\x1b[99;5u", Char('c'), CONTROL),
        (b"\x1b[27;5;99~", Char('c'), CONTROL),
        (b"\x1b[27u", Esc, NONE),
        (b"\x9bA", Up, NONE),
    ]
};

/// Unsolicited bytes of terminals, and answers to somebody else.
const REPORTS: [&[u8]; 30] = [
    b"\x1b[?64;1;2;6;9;15;18;21;22c",
    b"\x1b[?6c",
    b"\x1b[>41;367;0c",
    b"\x1b[24;80R",
    b"\x1b[?24;80;1R",
    b"\x1b[0n",
    b"\x1b[?1u",
    b"\x1b[?2026;2$y",
    b"\x1b[8;24;80t",
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[97;1:3u",
    b"\x1b[57441;2u",
    b"\x1b[201~",
    b"\x1b[12;34;56;78q",
    b"\x1b[99999999999999999999~",
    b"\x1b[<0;0;0M",
    b"\x1b[<0;70000;1M",
    b"\x1b]10;rgb:ffff/ffff/ffff\x07",
    b"\x1b]11;rgb:0000/0000/0000\x1b\\",
    b"\x1b]4;1;rgb:cdcd/0000/0000\x1b\\",
    "\x1b]lquit äöü\x1b\\".as_bytes(),
    b"\x1b]52;c;cXFxcQ==\x07",
    b"\x1bP>|XTerm(390)\x1b\\",
    b"\x1bP1+r544e=787465726d\x1b\\",
    b"\x1bP!|7E565445\x1b\\",
    b"\x1bP1$r0m\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b^private\x1b\\",
    b"\x1bXstring\x1b\\",
];

/// A parser, and the time in its world.
struct Terminal {
    parser: Parser,
    now: Instant,
}

impl Terminal {
    fn new() -> Self {
        Self { parser: Parser::default(), now: Instant::now() }
    }

    fn send(&mut self, bytes: &[u8]) -> Vec<Arrival> {
        self.parser.feed(bytes, self.now);
        self.arrived()
    }

    /// Sends each byte shortly before the one before it is given up.
    fn send_slowly(&mut self, bytes: &[u8]) -> Vec<Arrival> {
        let mut arrived = Vec::new();
        for byte in bytes {
            arrived.extend(self.send(&[*byte]));
            self.wait(PATIENCE - Duration::from_millis(1));
        }
        arrived
    }

    /// Lets the time pass as the loop does: an expired deadline is obeyed.
    fn wait(&mut self, time: Duration) {
        self.now += time;
        if self.parser.deadline().is_some_and(|deadline| self.now >= deadline) {
            self.parser.expire(self.now);
        }
    }

    fn pause(&mut self) -> Vec<Arrival> {
        self.wait(PATIENCE);
        self.arrived()
    }

    fn arrived(&mut self) -> Vec<Arrival> {
        std::iter::from_fn(|| self.parser.next()).collect()
    }
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Arrival {
    Arrival::Key(KeyEvent::new(code, modifiers))
}

fn x() -> Vec<Arrival> {
    vec![key(KeyCode::Char('x'), KeyModifiers::NONE)]
}

fn paste(text: &str) -> Vec<Arrival> {
    vec![Arrival::Paste(text.to_owned())]
}

fn click(column: u16, row: u16) -> Vec<Arrival> {
    let kind = MouseEventKind::Down(MouseButton::Left);
    vec![Arrival::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })]
}

#[test]
fn keys_whole_and_byte_by_byte() {
    let mut terminal = Terminal::new();
    for (bytes, code, modifiers) in KEYS {
        let expected = vec![key(code, modifiers)];
        assert_eq!(terminal.send(bytes), expected, "{:?}", bytes.escape_ascii().to_string());
        assert_eq!(terminal.send_slowly(bytes), expected, "{:?}", bytes.escape_ascii().to_string());
        assert_eq!(terminal.parser.deadline(), None);
    }
    let all: Vec<u8> = KEYS.iter().flat_map(|(bytes, ..)| *bytes).copied().collect();
    let expected: Vec<Arrival> = KEYS.iter().map(|(_, code, modifiers)| key(*code, *modifiers)).collect();
    assert_eq!(terminal.send(&all), expected);
}

#[test]
fn reports_press_no_keys() {
    let mut terminal = Terminal::new();
    for bytes in REPORTS {
        let name = bytes.escape_ascii().to_string();
        assert_eq!(terminal.send(bytes), [], "{name}");
        assert_eq!(terminal.send(b"x"), x(), "{name}");
        for byte in bytes {
            assert_eq!(terminal.send(&[*byte]), [], "{name}");
        }
        assert_eq!(terminal.send(b"x"), x(), "{name}");
    }
}

#[test]
fn what_is_cut_off_makes_nobody_deaf() {
    let keys = KEYS.iter().map(|(bytes, ..)| *bytes);
    let others: [&[u8]; 4] = [b"\x1b[<0;12;7M", b"\x1b[M !!", b"\x1b[?", b"\x1b[200~abc\x1b[201~"];
    for whole in keys.chain(REPORTS).chain(others) {
        for length in 1..whole.len() {
            let part = &whole[..length];
            let name = part.escape_ascii().to_string();
            for slowly in [false, true] {
                let mut terminal = Terminal::new();
                let mut arrived = if slowly { terminal.send_slowly(part) } else { terminal.send(part) };
                arrived.extend(terminal.pause());
                let expected = match part {
                    [ESC] => vec![key(KeyCode::Esc, KeyModifiers::NONE)],
                    _ if part.starts_with(b"\x1b[200~") => {
                        // A possible beginning of its end is no text.
                        let text: &[u8] = &part[6..part.len().min(9)];
                        paste(std::str::from_utf8(text).unwrap())
                    }
                    _ => Vec::new(),
                };
                assert_eq!(arrived, expected, "{name}");
                assert_eq!(terminal.send(b"x"), x(), "{name}");
                assert_eq!(terminal.parser.deadline(), None, "{name}");
            }
        }
    }
}

#[test]
fn digits_behind_a_pause_are_keys_again() {
    let mut terminal = Terminal::new();
    assert_eq!(terminal.send(b"\x1b[?"), []);
    assert_eq!(terminal.pause(), []);
    let digit = |digit| key(KeyCode::Char(digit), KeyModifiers::NONE);
    assert_eq!(terminal.send(b"64"), [digit('6'), digit('4')]);
}

#[test]
fn escape_alone_is_a_key_after_the_pause() {
    let escape = || key(KeyCode::Esc, KeyModifiers::NONE);
    let mut terminal = Terminal::new();
    assert_eq!(terminal.send(b"\x1b"), []);
    assert_eq!(terminal.parser.deadline(), Some(terminal.now + PATIENCE));
    assert_eq!(terminal.pause(), [escape()]);
    // Two in one go, and one before an arrow.
    assert_eq!(terminal.send(b"\x1b\x1b"), [escape()]);
    assert_eq!(terminal.pause(), [escape()]);
    assert_eq!(terminal.send(b"\x1b\x1b[A"), [escape(), key(KeyCode::Up, KeyModifiers::NONE)]);
}

#[test]
fn a_control_key_ends_an_unfinished_sequence() {
    let interrupt = || vec![key(KeyCode::Char('c'), KeyModifiers::CONTROL)];
    for part in [&b"\x1b[?"[..], b"\x1b[<0;1", b"\x1bO", "ä".as_bytes().split_at(1).0] {
        let mut terminal = Terminal::new();
        terminal.send(part);
        assert_eq!(terminal.send(b"\x03"), interrupt());
        assert_eq!(terminal.send(b"x"), x());
    }
}

#[test]
fn a_sequence_without_end_is_given_up_though_bytes_keep_coming() {
    let mut terminal = Terminal::new();
    terminal.send(b"\x1b]0;");
    let started = terminal.now;
    while terminal.send(b"x").is_empty() {
        terminal.wait(PATIENCE / 2);
        assert!(terminal.now.duration_since(started) <= LONGEST_TIME + PATIENCE);
    }
}

#[test]
fn invalid_characters_are_no_keys() {
    for bytes in [&b"\xff"[..], b"\x80", b"\xc0\x80", b"\xe0\x80\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"] {
        let mut terminal = Terminal::new();
        assert_eq!(terminal.send(bytes), [], "{}", bytes.escape_ascii());
        assert_eq!(terminal.send(b"x"), x());
    }
    // Latin-1: the next key is still one.
    assert_eq!(Terminal::new().send(b"\xe4x"), x());
}

#[test]
fn the_mouse_in_both_formats() {
    let mut terminal = Terminal::new();
    for bytes in [&b"\x1b[<0;12;7M"[..], b"\x1b[M ,'"] {
        assert_eq!(terminal.send(bytes), click(11, 6));
        assert_eq!(terminal.send_slowly(bytes), click(11, 6));
    }
    let kind = |bytes: &[u8]| match Terminal::new().send(bytes)[..] {
        [Arrival::Mouse(event)] => event.kind,
        ref other => panic!("{other:?}"),
    };
    assert_eq!(kind(b"\x1b[<0;12;7m"), MouseEventKind::Up(MouseButton::Left));
    assert_eq!(kind(b"\x1b[<64;1;1M"), MouseEventKind::ScrollUp);
    assert_eq!(kind(b"\x1b[<65;1;1M"), MouseEventKind::ScrollDown);
    assert_eq!(kind(b"\x1b[<35;1;1M"), MouseEventKind::Moved);
    assert_eq!(kind(b"\x1b[M#!!"), MouseEventKind::Up(MouseButton::Left));
}

#[test]
fn a_paste_is_one_text_however_it_is_cut() {
    let text = "squid game\r\nq\x03\x1b[A\x1b[201 ä 漢 \x1b\x1b[20";
    let whole = format!("\x1b[200~{text}\x1b[201~x").into_bytes();
    for cut in 0..whole.len() {
        let mut terminal = Terminal::new();
        let mut arrived = terminal.send(&whole[..cut]);
        terminal.wait(PATIENCE / 2);
        arrived.extend(terminal.send(&whole[cut..]));
        assert_eq!(arrived, [paste(text), x()].concat(), "cut at {cut}");
    }
    assert_eq!(Terminal::new().send_slowly(&whole), [paste(text), x()].concat());
}

#[test]
fn the_rest_of_an_interrupted_paste_is_no_key() {
    let mut terminal = Terminal::new();
    terminal.send(b"\x1b[200~first ");
    assert_eq!(terminal.pause(), paste("first "));
    // A typed byte is a key; a burst, as after a pause of the line, is not.
    assert_eq!(terminal.send(b"x"), x());
    terminal.wait(Duration::from_secs(1));
    assert_eq!(terminal.send(b"quit quit quit quit "), []);
    assert_eq!(terminal.pause(), paste("quit quit quit quit "));
    assert_eq!(terminal.send(b"q\x1b[201~x"), [paste("q"), x()].concat());
    // It has ended.
    assert_eq!(terminal.send(&b"x".repeat(BURST)).len(), BURST);
    // Another paste is one of its own.
    terminal.send(b"\x1b[200~first ");
    assert_eq!(terminal.pause(), paste("first "));
    assert_eq!(terminal.send(b"\x1b[200~second\x1b[201~x"), [paste("second"), x()].concat());
    // An unfinished one is forgotten.
    terminal.send(b"\x1b[200~");
    terminal.pause();
    terminal.wait(LATE * 2);
    assert_eq!(terminal.send(&b"x".repeat(BURST)).len(), BURST);
}

#[test]
fn a_paste_without_end_does_not_fill_the_memory() {
    let mut terminal = Terminal::new();
    terminal.send(b"\x1b[200~");
    for _ in 0..100 {
        terminal.send(&[b'a'; 4096]);
        assert!(terminal.parser.bytes.len() <= LONGEST_PASTE + 4096);
    }
    terminal.send(b"\x1b[201~");
    assert_eq!(terminal.send(b"x"), x());
    terminal.send(b"\x1b[");
    terminal.send(&[b'1'; 100_000]);
    assert!(terminal.parser.bytes.len() <= LONGEST);
}

/// Garbage of bytes to begin, continue and end sequences, cut at random, with pauses at random.
#[test]
fn after_garbage_and_a_pause_keys_are_keys() {
    let alphabet = b"\x1b\x1b\x1b[[]OPM<?;:0129~uRc\x07\\ \x18\x9b\x9d\xc3\xa4\xf0\xffAq\x03_^X200~201~";
    for seed in 0..2000 {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut terminal = Terminal::new();
        for _ in 0..random.random_range(1..30) {
            let bytes: Vec<u8> = (0..random.random_range(1..40))
                .map(|_| match random.random_range(0..4) {
                    0 => random.random(),
                    _ => alphabet[random.random_range(0..alphabet.len())],
                })
                .collect();
            terminal.send(&bytes);
            terminal.wait(Duration::from_millis(random.random_range(0..150)));
        }
        terminal.pause();
        assert_eq!(terminal.send(b"x"), x(), "seed {seed}");
    }
}
