//! The help: all keys, and the meaning of the panes.

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::text::{Line, Span};

use super::overlay::Overlay;
use super::window::window;
use super::{certificate, targets};
use crate::tui::keymap::Key::{Char, Control, Down, Escape, Up};
use crate::tui::keymap::{Action, FIELD, Keymap, bind};
use crate::tui::request::Request;
use crate::tui::screens::{all_facts, listed_keymaps};
use crate::tui::view::{Scene, ScreenView};
use crate::tui::widgets::filter::Filter;
use crate::tui::widgets::frame_lines::filter_line;

/// Its name in key tables.
pub const NAME: &str = "help";

/// Its keys.
pub const KEYMAP: Keymap = Keymap::alone(
    "In the help",
    &[
        bind(&[Char('k'), Up], Action::Up, "up", "scroll up"),
        bind(&[Char('j'), Down], Action::Down, "down", "scroll down"),
        bind(&[Char('/')], Action::Filter, "filter", "only rows that hold a text; Esc shows all again"),
        bind(&[Escape, Char('?'), Char('q')], Action::Close, "close", "close the help"),
        bind(&[Control('c')], Action::Quit, "quit", "leave the program"),
    ],
);

/// A first explanation.
const ABOUT: &str = "A random network that is large enough contains a good approximation of any given network, found by \
     pruning alone. slth draws the neurons of that random network G one by one, keeps those that build up the target's \
     weights, masks all others, and checks the result against the theorem (Orseau, Hutter, Rivasplata 2020).";

/// Width of the keys and of the panes' names.
const LABELS: usize = 17;

/// Longer lines are hard to read.
const WIDTH: usize = 100;

/// The help, and its scroll position.
#[derive(Clone, Debug, Default)]
pub struct Help {
    /// lines scrolled down
    pub scroll: u16,
    /// its filter
    pub filter: Option<Filter>,
}

impl Help {
    /// The filtered lines, in so many columns.
    fn lines(&self, view: &ScreenView<'_>, width: usize) -> Vec<Line<'static>> {
        let theme = view.look.theme;
        let entry = |label: &str, style, text: &str| -> Vec<Line<'static>> {
            let rows = textwrap::wrap(text, width - LABELS);
            let labels = std::iter::once(label).chain(std::iter::repeat(""));
            rows.iter()
                .zip(labels)
                .map(|(row, label)| {
                    let label = Span::styled(format!("{label:<LABELS$}"), style);
                    Line::from(vec![label, Span::styled(row.to_string(), theme.text)])
                })
                .collect()
        };
        let filter = self.filter.as_ref();
        let stays = |label: &str, text: &str| filter.is_none_or(|filter| filter.lets_through(&[label, text]));
        let mut lines: Vec<Line<'static>> =
            filter.map(|filter| filter_line(filter, view.look, width)).into_iter().collect();
        // The keys, a list for each keymap.
        for keymap in listed_keymaps() {
            let rows = keymap.bindings.iter().map(|binding| {
                let keys: Vec<String> = binding.keys.iter().map(|key| key.name()).collect();
                (keys.join(" "), binding.help)
            });
            let rows: Vec<(String, &str)> = rows.filter(|(keys, help)| stays(keys, help)).collect();
            if rows.is_empty() {
                continue;
            }
            lines.push(Line::styled(keymap.title, theme.title));
            for (keys, help) in rows {
                lines.extend(entry(&keys, theme.key, help));
            }
            lines.push(Line::default());
        }
        // The program in a few sentences, then the panes.
        if stays("", ABOUT) {
            let rows = textwrap::wrap(ABOUT, width);
            lines.extend(rows.iter().map(|row| Line::styled(row.to_string(), theme.text)));
            lines.push(Line::default());
        }
        let panes = all_facts()
            .into_iter()
            .flat_map(|facts| facts.panes)
            .chain(certificate::PANES)
            .chain(targets::PANES);
        for (pane, text) in panes.filter(|(pane, text)| stays(pane, text)) {
            lines.extend(entry(pane, theme.title, text));
        }
        lines
    }
}

impl Overlay for Help {
    fn name(&self) -> &'static str {
        NAME
    }

    fn keymap(&self) -> &'static Keymap {
        if self.filter.as_ref().is_some_and(|filter| filter.typing) { &FIELD } else { &KEYMAP }
    }

    fn open(&mut self, _scene: &Scene<'_>) -> Vec<Request> {
        *self = Self::default();
        Vec::new()
    }

    fn update(&mut self, action: Action, _scene: &Scene<'_>) -> Option<Vec<Request>> {
        if Filter::update(&mut self.filter, action) {
            self.scroll = 0;
            return Some(Vec::new());
        }
        match action {
            Action::Up => self.scroll = self.scroll.saturating_sub(1),
            Action::Down => self.scroll = self.scroll.saturating_add(1),
            Action::Close => return Some(vec![Request::Close]),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn type_key(&mut self, key: KeyEvent) {
        if let Some(filter) = &mut self.filter {
            filter.field.press(key);
        }
        self.scroll = 0;
    }

    fn paste(&mut self, line: &str) {
        if let Some(filter) = &mut self.filter {
            filter.field.insert(line);
        }
        self.scroll = 0;
    }

    fn render(&self, frame: &mut Frame<'_>, view: &ScreenView<'_>) {
        let width = usize::from(frame.area().width.saturating_sub(4)).clamp(LABELS + 8, WIDTH);
        window(frame, view.look, "Keys, and what you see", self.lines(view, width), self.scroll.into());
    }
}
