//! The certificate: how the certified error comes about, layer by layer.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::columns::ShownColumns;
use super::overlay::Overlay;
use super::window::{WindowLines, window, window_of};
use crate::report::text::{certificate_notes, certificate_table};
use crate::tui::clipboard::Copied;
use crate::tui::keymap::Key::{Char, Control, Down, Escape, PageDown, PageUp, Up};
use crate::tui::keymap::{Action, Keymap, bind};
use crate::tui::look::Look;
use crate::tui::request::Request;
use crate::tui::view::{Scene, ScreenView};
use crate::verification::Certificate;

/// Its name in key tables.
pub const NAME: &str = "certificate";

/// Its keys.
pub const KEYMAP: Keymap = Keymap::alone(
    "Over the certificate",
    &[
        bind(&[Char('k'), Up], Action::Up, "up", "scroll up"),
        bind(&[Char('j'), Down], Action::Down, "down", "scroll down"),
        bind(&[PageUp, Char('K')], Action::PageUp, "page up", "scroll up by ten lines"),
        bind(&[PageDown, Char('J')], Action::PageDown, "page down", "scroll down by ten lines"),
        bind(&[Char('y')], Action::Copy, "copy", "copy the table to the terminal's clipboard"),
        bind(&[Escape, Char('C'), Char('q')], Action::Close, "close", "close the certificate"),
        bind(&[Control('c')], Action::Quit, "quit", "leave the program"),
    ],
);

/// Its entry in the help.
pub const PANES: &[(&str, &str)] = &[(
    "Certificate",
    "C shows how the error certified comes about: for each layer (or node of a graph) bounds on its inputs, on the norms of what the \
         weights are off by and of the weights themselves, the error that follows, what rounding can add, and what \
         Lemma 1 promised of a chain.",
)];

/// Columns left out if there is no room for all, the first of them first.
const LEFT_OUT: [&str; 10] =
    ["λ", "by", "|Ŵ|", "of an entry", "kind", "x<0", "sup|F|", "|ΔW| x>0", "|ΔW|", "layer"];

/// Lines of a page.
const PAGE: usize = 10;

/// Lines of notes that can follow the table.
const NOTES: usize = 20;

/// Columns of the window's frame and padding.
const FRAME: usize = 4;

/// The certificate of the shown lane.
#[derive(Clone, Debug, Default)]
pub struct CertificateWindow {
    /// lines scrolled down
    pub scroll: usize,
    /// the certificate of the last frame
    written: RefCell<Option<Rc<WrittenCertificate>>>,
}

/// A certificate as texts, for windows of one width.
#[derive(Debug)]
struct WrittenCertificate {
    of: Arc<Certificate>,
    epsilon: f64,
    room: usize,
    is_ascii: bool,
    columns: ShownColumns,
    /// rows of the table, its header apart
    rows: usize,
    notes: Vec<String>,
    /// columns of the widest line
    width: usize,
}

impl CertificateWindow {
    /// The certificate as texts: those of the last frame, unless something has changed.
    fn written(
        &self,
        of: &Arc<Certificate>,
        epsilon: f64,
        room: usize,
        look: &Look,
    ) -> Rc<WrittenCertificate> {
        let mut written = self.written.borrow_mut();
        let is_same = |last: &&Rc<WrittenCertificate>| {
            (last.epsilon, last.room, last.is_ascii) == (epsilon, room, look.glyphs.ascii_only)
                && Arc::ptr_eq(&last.of, of)
        };
        let same = written.as_ref().filter(is_same).map(Rc::clone);
        let shown = same.unwrap_or_else(|| Rc::new(WrittenCertificate::new(of, epsilon, room, look)));
        *written = Some(Rc::clone(&shown));
        shown
    }
}

impl WrittenCertificate {
    fn new(of: &Arc<Certificate>, epsilon: f64, room: usize, look: &Look) -> Self {
        let table = certificate_table(of);
        let columns = ShownColumns::of(&table, ("node", &LEFT_OUT), room, look);
        let mut notes = Vec::new();
        for note in certificate_notes(of, epsilon) {
            let note = look.glyphs.write(&note);
            notes.extend(textwrap::wrap(&note, room).into_iter().map(Cow::into_owned));
        }
        let widest = notes.iter().map(|note| Span::raw(note).width()).max().unwrap_or(0);
        let (rows, width) = (table.rows(), columns.width().max(widest));
        let is_ascii = look.glyphs.ascii_only;
        Self { of: Arc::clone(of), epsilon, room, is_ascii, columns, rows, notes, width }
    }
}

impl Overlay for CertificateWindow {
    fn name(&self) -> &'static str {
        NAME
    }

    fn keymap(&self) -> &'static Keymap {
        &KEYMAP
    }

    fn open(&mut self, _scene: &Scene<'_>) -> Vec<Request> {
        self.scroll = 0;
        Vec::new()
    }

    fn update(&mut self, action: Action, scene: &Scene<'_>) -> Option<Vec<Request>> {
        let rows = match scene.snapshot.lane().error.certificate.as_deref() {
            Some(Certificate::Chain(certificate)) => certificate.layers.len(),
            Some(Certificate::Graph(certificate)) => certificate.nodes.len(),
            None => 0,
        };
        let down = |scroll: usize, lines: usize| (scroll + lines).min(rows + NOTES);
        match action {
            Action::Up => self.scroll = self.scroll.saturating_sub(1),
            Action::Down => self.scroll = down(self.scroll, 1),
            Action::PageUp => self.scroll = self.scroll.saturating_sub(PAGE),
            Action::PageDown => self.scroll = down(self.scroll, PAGE),
            Action::Close => return Some(vec![Request::Close]),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn copied(&self, scene: &Scene<'_>) -> Result<Copied, &'static str> {
        let nothing = "There is a certificate once all layers are built: a builds them.";
        let table = certificate_table(scene.snapshot.lane().error.certificate.as_ref().ok_or(nothing)?);
        let rows = table.rows();
        Copied::rows(format!("the certificate, {rows} rows"), &table, 0..rows).ok_or(nothing)
    }

    fn render(&self, frame: &mut Frame<'_>, view: &ScreenView<'_>) {
        let (look, lane) = (view.look, view.scene.snapshot.lane());
        let room = usize::from(frame.area().width).saturating_sub(FRAME).max(1);
        let Some(certificate) = &lane.error.certificate else {
            let text = "There is a certificate once all layers are built: a builds them.";
            let rows = textwrap::wrap(text, room);
            let lines = rows.iter().map(|row| Line::styled(row.to_string(), look.theme.text)).collect();
            window(frame, look, &title(view), lines, self.scroll);
            return;
        };
        let written = self.written(certificate, lane.error.epsilon, room, look);
        let WrittenCertificate { columns, rows, notes, width, .. } = &*written;
        // The table, an empty line, the notes.
        let line = |number: usize| match number.checked_sub(rows + 1) {
            Some(note) => Line::styled(notes[note].clone(), look.theme.faint),
            None if number == *rows => Line::default(),
            None => Line::styled(columns.line(number + 1), look.theme.text),
        };
        let head = Some(Line::styled(columns.line(0), look.theme.faint));
        let lines = WindowLines { head, count: rows + 1 + notes.len(), width: *width, line: &line };
        window_of(frame, look, &title(view), lines, self.scroll);
    }
}

/// The window's title, with the effect of the last key.
fn title(view: &ScreenView<'_>) -> String {
    let said = view.message.or(view.notice).map(|said| format!(": {}", view.look.glyphs.write(said)));
    format!("Certificate{}", said.unwrap_or_default())
}
