//! The certificate: how the certified error comes about, layer by layer.

use ratatui::Frame;
use ratatui::text::Line;

use super::overlay::Overlay;
use super::window::window;
use crate::report::text::{certificate_notes, certificate_table};
use crate::report::{Cell, Column};
use crate::tui::keymap::Key::{Char, Control, Down, Escape, Up};
use crate::tui::keymap::{Action, Keymap, bind};
use crate::tui::request::Request;
use crate::tui::view::{Scene, ScreenView};

/// Its name in key tables.
pub const NAME: &str = "certificate";

/// Its keys.
pub const KEYMAP: Keymap = Keymap::alone(
    "Over the certificate",
    &[
        bind(&[Char('k'), Up], Action::Up, "up", "scroll up"),
        bind(&[Char('j'), Down], Action::Down, "down", "scroll down"),
        bind(&[Escape, Char('C'), Char('q')], Action::Close, "close", "close the certificate"),
        bind(&[Control('c')], Action::Quit, "quit", "leave the program"),
    ],
);

/// Its entry in the help.
pub const PANES: &[(&str, &str)] = &[(
    "Certificate",
    "C shows how the error certified comes about: for each layer bounds on its inputs, on the norms of what the \
         weights are off by and of the weights themselves, the error that follows, what rounding can add, and what \
         Lemma 1 promised.",
)];

/// Columns left out if there is no room for all, the first of them first.
const LEFT_OUT: [&str; 6] = ["λ", "by", "|Ŵ|", "x<0", "sup|F|", "|ΔW| x>0"];

/// Columns of the window's frame and padding.
const FRAME: usize = 4;

/// The certificate of the shown lane.
#[derive(Clone, Debug, Default)]
pub struct CertificateWindow {
    /// lines scrolled down
    pub scroll: u16,
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

    fn update(&mut self, action: Action, _scene: &Scene<'_>) -> Option<Vec<Request>> {
        match action {
            Action::Up => self.scroll = self.scroll.saturating_sub(1),
            Action::Down => self.scroll = self.scroll.saturating_add(1),
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
        let texts = |column: &Column| -> Vec<String> {
            let header = look.glyphs.write(&column.header);
            [header].into_iter().chain(column.cells.iter().map(Cell::text)).collect()
        };
        let width = |texts: &[String]| texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
        let shown = table.columns.iter().map(|column| (column.header.as_str(), texts(column)));
        let mut shown: Vec<(&str, Vec<String>)> = shown.collect();
        for name in LEFT_OUT {
            if shown.iter().map(|(_, texts)| width(texts) + 1).sum::<usize>() <= room + 1 {
                break;
            }
            shown.retain(|&(header, _)| header != name);
        }
        let line = |row: usize| {
            let cell = |(_, texts): &(&str, Vec<String>)| format!("{:>1$}", texts[row], width(texts));
            let style = if row == 0 { look.theme.faint } else { look.theme.text };
            Line::styled(shown.iter().map(cell).collect::<Vec<_>>().join(" "), style)
        };
        let mut lines: Vec<Line<'_>> = (0..=table.rows()).map(line).collect();
        lines.push(Line::default());
        for note in certificate_notes(certificate, lane.error.epsilon) {
            let note = look.glyphs.write(&note).to_string();
            let rows = textwrap::wrap(&note, room);
            lines.extend(rows.iter().map(|row| Line::styled(row.to_string(), look.theme.faint)));
        }
        window(frame, look, "Certificate", lines, self.scroll);
    }
}
