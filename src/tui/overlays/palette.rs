//! The command palette: every command valid on the screen, with its key, found by a few letters of its description.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::text::{Line, Span};

use super::overlay::Overlay;
use super::window::{keys, list_title, window_under};
use crate::tui::keymap::Key::{Control, Down, Enter, Escape, PageDown, PageUp, Up};
use crate::tui::keymap::{Action, Binding, Key, Keymap, bind};
use crate::tui::learned_lane::layers_on_view;
use crate::tui::request::Request;
use crate::tui::view::{Scene, ScreenView};
use crate::tui::widgets::clickable::{ClickTarget, LAYER, ScreenPart};
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame_lines::cut;

/// Its name in key tables.
pub const NAME: &str = "commands";

/// Its keys; all others are text.
pub const KEYMAP: Keymap = Keymap::of_text(
    "In the list of commands",
    &[
        bind(&[Enter], Action::Choose, "do", "do the selected command"),
        bind(&[Up, Control('p')], Action::Up, "up", "the row above"),
        bind(&[Down, Control('n')], Action::Down, "down", "the row below"),
        bind(&[PageUp], Action::PageUp, "page up", "ten rows up"),
        bind(&[PageDown], Action::PageDown, "page down", "ten rows down"),
        bind(&[Escape], Action::Close, "close", "close the list"),
        bind(&[Control('c')], Action::Quit, "quit", "leave the program"),
    ],
);

/// Rows of a page.
const PAGE: usize = 10;

/// Longer lines are hard to read.
const WIDTH: usize = 96;

/// Columns and rows of the window's frame.
const FRAME: (usize, usize) = (4, 2);

/// The least columns of a description, and those that it gets before the word of the footer.
const LEAST_HELP: usize = 10;
const HELP_FIRST: usize = 32;

/// The commands, and those that match the typed text.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    commands: Vec<&'static Binding>,
    field: Field,
    /// places of the matching commands, the best match first
    found: Vec<usize>,
    /// the selected row
    selected: usize,
}

/// A row: a layer to look at, or a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PaletteRow {
    Layer(usize),
    Command(&'static Binding),
}

impl Palette {
    /// Takes the rows of the key tables valid now. Of several rows with one action the first stays.
    pub(crate) fn list(&mut self, bindings: impl Iterator<Item = &'static Binding>) {
        self.commands.clear();
        for binding in bindings {
            let is_listed = self.commands.iter().any(|listed| listed.action == binding.action);
            if !is_listed && binding.action != Action::Open(NAME) {
                self.commands.push(binding);
            }
        }
        self.field = Field::default();
        self.find();
    }

    /// Finds the commands that match: one with exactly this key first, then by the score of the fuzzy match.
    fn find(&mut self) {
        let wanted = self.field.text().trim();
        let has_key = |key: &Key| key.name() == wanted;
        let pattern = Pattern::new(wanted, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut characters = Vec::new();
        let mut score = |binding: &Binding| {
            let text = format!("{} {}", binding.label, binding.help);
            let score = pattern.score(Utf32Str::new(&text, &mut characters), &mut matcher);
            if binding.keys.iter().any(has_key) { Some(u32::MAX) } else { score }
        };
        let mut found: Vec<(usize, u32)> = self
            .commands
            .iter()
            .enumerate()
            .filter_map(|(place, binding)| Some((place, score(binding)?)))
            .collect();
        // Equal scores stay in the order of the tables.
        found.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
        self.found = found.into_iter().map(|(place, _)| place).collect();
        self.selected = 0;
    }

    /// The rows shown for a lane of so many layers: the layer whose number is typed, then commands.
    fn rows(&self, layers: usize) -> Vec<PaletteRow> {
        let number = self.field.text().trim().parse().ok().filter(|number| (1..=layers).contains(number));
        let commands = self.found.iter().filter_map(|&place| self.commands.get(place));
        let commands = commands.map(|binding| PaletteRow::Command(binding));
        number.map(PaletteRow::Layer).into_iter().chain(commands).collect()
    }

    /// The words of the rows found.
    #[cfg(test)]
    pub(crate) fn texts(&self) -> Vec<[String; 3]> {
        self.rows(0).iter().map(|row| row.texts(0)).collect()
    }

    fn choose(&self, scene: &Scene<'_>) -> Vec<Request> {
        let chosen = match self.rows(layers_on_view(scene.snapshot)).get(self.selected) {
            None => return Vec::new(),
            Some(PaletteRow::Layer(number)) => Request::GoTo(ScreenPart::new(LAYER, *number)),
            Some(PaletteRow::Command(binding)) => Request::Act(binding.action),
        };
        vec![Request::Close, chosen]
    }
}

impl Overlay for Palette {
    fn name(&self) -> &'static str {
        NAME
    }

    fn keymap(&self) -> &'static Keymap {
        &KEYMAP
    }

    fn open(&mut self, _scene: &Scene<'_>) -> Vec<Request> {
        Vec::new()
    }

    fn closes_on_new_setup(&self) -> bool {
        true
    }

    fn update(&mut self, action: Action, scene: &Scene<'_>) -> Option<Vec<Request>> {
        let last = self.rows(layers_on_view(scene.snapshot)).len().saturating_sub(1);
        self.selected = match action {
            Action::Up => self.selected.saturating_sub(1),
            Action::Down => (self.selected + 1).min(last),
            Action::PageUp => self.selected.saturating_sub(PAGE),
            Action::PageDown => (self.selected + PAGE).min(last),
            Action::Choose => return Some(self.choose(scene)),
            Action::Close => return Some(vec![Request::Close]),
            _ => return None,
        };
        Some(Vec::new())
    }

    fn type_key(&mut self, key: KeyEvent) {
        if self.field.press(key) {
            self.find();
        }
    }

    fn paste(&mut self, line: &str) {
        self.field.insert(line);
        self.find();
    }

    fn click(&mut self, row: usize, _scene: &Scene<'_>) -> Vec<Request> {
        if self.selected == row {
            return vec![Request::Act(Action::Choose)];
        }
        self.selected = row;
        Vec::new()
    }

    fn render(&self, frame: &mut Frame<'_>, view: &ScreenView<'_>) {
        let look = view.look;
        let room = usize::from(frame.area().width).saturating_sub(FRAME.0).min(WIDTH);
        let layers = layers_on_view(view.scene.snapshot);
        let rows = self.rows(layers);
        // The keys, the one word of the footer, the description.
        let texts: Vec<[String; 3]> = rows.iter().map(|row| row.texts(layers)).collect();
        let listed = || self.commands.iter().map(|&binding| PaletteRow::Command(binding).texts(layers));
        let widest = |column: usize| {
            let widths = listed().map(|texts| Span::raw(&texts[column]).width());
            widths.max().unwrap_or(0)
        };
        let (key, label, pointer) = (widest(0), widest(1) + 2, Span::raw(look.glyphs.pointer).width());
        let longest = listed().map(|[.., help]| Span::raw(help).width()).max().unwrap_or(0);
        let left = room.saturating_sub(pointer + 1 + key + 2);
        let label = if left >= label + HELP_FIRST { label } else { 0 };
        let help = (left - label.min(left)).clamp(LEAST_HELP, longest.max(LEAST_HELP));
        let wanted = self.field.text().trim();
        let none = match wanted.parse::<usize>() {
            Ok(number) => format!("no command has this text, and layers are 1 to {layers}, not {number}"),
            Err(_) => "no command has this text".to_owned(),
        };
        let mut below = vec![Line::default()];
        let said = keys(&KEYMAP, look).to_string();
        let said = textwrap::wrap(&said, room.max(12));
        below.extend(said.iter().map(|row| Line::styled(row.to_string(), look.theme.faint)));
        // The rows in sight, the selected one among them.
        let height = usize::from(frame.area().height).saturating_sub(FRAME.1 + 1 + below.len()).max(1);
        let first = (self.selected + 1).saturating_sub(height).min(rows.len().saturating_sub(height));
        let hidden = rows.len().saturating_sub(first + height);
        let mut lines: Vec<Line<'_>> = Vec::new();
        for (place, [keys, what, text]) in texts.iter().enumerate().skip(first).take(height) {
            let is_selected = place == self.selected;
            let mark = if is_selected { look.glyphs.pointer } else { " " };
            let of = |style| if is_selected { look.theme.selected } else { style };
            let text = cut(&look.glyphs.write(text), help, look);
            lines.push(Line::from(vec![
                Span::styled(format!("{mark:<pointer$} "), of(look.theme.text)),
                Span::styled(format!("{keys:<key$}  "), of(look.theme.key)),
                Span::styled(format!("{:<label$}", if label > 0 { what } else { "" }), of(look.theme.title)),
                Span::styled(format!("{text:<help$}"), of(look.theme.text)),
            ]));
        }
        if rows.is_empty() {
            lines.push(Line::styled(none, look.theme.bad));
            // The window keeps its width while one types.
            lines.push(Line::raw(" ".repeat(pointer + 1 + key + 2 + label + help)));
        }
        let targets = (first..rows.len()).take(height).map(ClickTarget::Row).collect::<Vec<_>>();
        lines.extend(below);
        let title = list_title("Commands", first, hidden);
        let mut head = Line::from(Span::styled(":", look.theme.key));
        head.extend(self.field.spans(look, room.saturating_sub(1)));
        if self.field.text().is_empty() {
            let hint = " a few letters, or the number of a layer";
            head.push_span(Span::styled(hint, look.theme.faint));
        }
        let inside = window_under(frame, look, &title, Some(head), lines, 0);
        view.clickables.add_rows(inside, 1, targets);
    }
}

impl PaletteRow {
    /// Its keys, one word, and the description.
    fn texts(self, layers: usize) -> [String; 3] {
        match self {
            Self::Layer(number) => {
                let help = format!("look at layer {number} of {layers}");
                [number.to_string(), LAYER.to_owned(), help]
            }
            Self::Command(binding) => {
                let keys: Vec<String> = binding.keys.iter().map(|key| key.name()).collect();
                [keys.join(" "), binding.label.to_owned(), binding.help.to_owned()]
            }
        }
    }
}
