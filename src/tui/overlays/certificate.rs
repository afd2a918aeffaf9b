//! The certificate: how the certified error comes about, layer by layer.

use ratatui::Frame;
use ratatui::text::Line;

use super::columns::ShownColumns;
use super::overlay::Overlay;
use super::window::{window, window_under};
use crate::report::text::{certificate_notes, certificate_table};
use crate::tui::keymap::Key::{Char, Control, Down, Escape, PageDown, PageUp, Up};
use crate::tui::keymap::{Action, Keymap, bind};
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

    fn render(&self, frame: &mut Frame<'_>, view: &ScreenView<'_>) {
        let (look, lane) = (view.look, view.scene.snapshot.lane());
        let room = usize::from(frame.area().width).saturating_sub(FRAME).max(1);
        let Some(certificate) = &lane.error.certificate else {
            let text = "There is a certificate once all layers are built: a builds them.";
            let rows = textwrap::wrap(text, room);
            let lines = rows.iter().map(|row| Line::styled(row.to_string(), look.theme.text)).collect();
            window(frame, look, "Certificate", lines, self.scroll);
            return;
        };
        let table = certificate_table(certificate);
        let shown = ShownColumns::of(&table, ("node", &LEFT_OUT), room, look);
        let line = |row: usize| {
            let style = if row == 0 { look.theme.faint } else { look.theme.text };
            Line::styled(shown.line(row), style)
        };
        let mut lines: Vec<Line<'_>> = (1..=table.rows()).map(line).collect();
        lines.push(Line::default());
        for note in certificate_notes(certificate, lane.error.epsilon) {
            let note = look.glyphs.write(&note).to_string();
            let rows = textwrap::wrap(&note, room);
            lines.extend(rows.iter().map(|row| Line::styled(row.to_string(), look.theme.faint)));
        }
        window_under(frame, look, "Certificate", Some(line(0)), lines, self.scroll);
    }
}
