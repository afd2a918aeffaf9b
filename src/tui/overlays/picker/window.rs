//! The window of the list.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::super::window::{keys, list_title, window};
use super::folder::{FileKind, Listing};
use super::list::{PickerList, PickerRow};
use crate::report::text::{grouped, widths};
use crate::session::Cost;
use crate::theory::Count;
use crate::tui::keymap::Keymap;
use crate::tui::look::Look;
use crate::tui::view::ScreenView;
use crate::tui::widgets::clickable::ClickTarget;
use crate::tui::widgets::frame_lines::{cut, filter_line};
use crate::visible::shortened;

/// Width of the names of presets and files.
const NAMES: usize = 21;

/// Width of the weights of their targets, and of the neurons expected.
const NUMBERS: usize = 11;

/// Width of the sizes of their targets, and the least width of the list with them.
const SIZES: (usize, usize) = (20, 110);

/// Columns and rows of the window's frame.
const FRAME: (usize, usize) = (4, 2);

/// The columns of the list.
struct PickerColumns {
    pointer: usize,
    title: usize,
    shows_sizes: bool,
    /// columns of the window
    room: usize,
}

impl PickerColumns {
    fn new(picker: &PickerList, room: usize, look: &Look) -> Self {
        let pointer = Span::raw(look.glyphs.pointer).width();
        let shows_sizes = room >= SIZES.1;
        let longest = picker.presets.iter().map(|(_, title)| Span::raw(title).width()).max().unwrap_or(0);
        let mut columns = Self { pointer, title: 0, shows_sizes, room };
        columns.title = longest.min(room.saturating_sub(columns.width()));
        columns
    }

    fn width(&self) -> usize {
        let fixed = self.pointer + 1 + NAMES + 2 * (NUMBERS + 1) + self.title;
        if self.shows_sizes { fixed + SIZES.0 + 1 } else { fixed }
    }

    fn row(&self, pointer: &str, name: &str, title: &str, [weights, size, neurons]: [&str; 3]) -> String {
        let size = if self.shows_sizes { format!(" {size:>width$}", width = SIZES.0) } else { String::new() };
        format!(
            "{pointer:<pointer_width$} {name:<NAMES$}{title:<title_width$.title_width$} {weights:>NUMBERS$}{size} \
             {neurons:>NUMBERS$}",
            pointer_width = self.pointer,
            title_width = self.title,
        )
    }
}

/// Draws the list, the selected row in sight.
pub(super) fn render(frame: &mut Frame<'_>, picker: &PickerList, keymap: &Keymap, view: &ScreenView<'_>) {
    let look = view.look;
    let room = usize::from(frame.area().width).saturating_sub(FRAME.0);
    let columns = PickerColumns::new(picker, room, look);
    // Above the list: the filter and the header.
    let mut lines: Vec<Line<'_>> =
        picker.filter.as_ref().map(|filter| filter_line(filter, look, columns.width())).into_iter().collect();
    let header = columns.row("", "preset", "title", ["weights", "size", "neurons"]);
    lines.push(Line::styled(header, look.theme.faint));
    let below = below(view, picker, keymap, columns.width().min(room));
    let height = usize::from(frame.area().height).saturating_sub(FRAME.1 + lines.len() + below.len()).max(1);
    // The rows in sight. The line before the selected one may name its folder.
    let rows = rows(picker, &columns, look);
    let place = rows.iter().position(|(index, _)| *index == Some(picker.selected)).unwrap_or(0);
    let first = (place + 2).saturating_sub(height).min(rows.len().saturating_sub(height));
    let (above, hidden) = (lines.len() as u16, rows.len().saturating_sub(first + height));
    let mut targets = Vec::new();
    for (index, line) in rows.into_iter().skip(first).take(height) {
        targets.push(index.map_or(ClickTarget::Nothing, ClickTarget::Row));
        lines.push(line);
    }
    lines.extend(below);
    let title = list_title("Presets and files", first, hidden);
    let inside = window(frame, look, &title, lines, 0);
    view.clickables.add_rows(inside, above, targets);
}

/// The widths of a chain; of a graph the shapes of its ends.
fn size(cost: &Cost, look: &Look) -> String {
    match &cost.ends {
        Some([input, output]) => look.glyphs.write(&format!("{input} → {output}")).to_string(),
        None => widths(&cost.widths),
    }
}

/// The lines of the list: rows to choose, and headings.
fn rows(picker: &PickerList, columns: &PickerColumns, look: &Look) -> Vec<(Option<usize>, Line<'static>)> {
    let (all, shown) = (picker.rows(), picker.filtered());
    let filter = picker.filter.as_ref();
    let mut lines = Vec::new();
    let mut in_folder = false;
    for index in shown {
        let row = all[index];
        if !in_folder && !matches!(row, PickerRow::Preset(..)) {
            in_folder = true;
            lines.push((None, Line::styled(folder_name(picker), look.theme.faint)));
        }
        let chosen = index == picker.selected;
        let pointer = if chosen { look.glyphs.pointer } else { " " };
        let style = if chosen { look.theme.selected } else { look.theme.text };
        let text = match row {
            PickerRow::Preset(name, title) => {
                let figures = match picker.costs.get(name) {
                    None => ["", "", look.glyphs.pending].map(str::to_owned),
                    Some(cost) => [
                        grouped(cost.weights as i64),
                        size(cost, look).chars().take(SIZES.0).collect(),
                        cost.neurons.map_or("bounds only".to_owned(), about),
                    ],
                };
                let title = cut(&look.glyphs.write(title), columns.title, look);
                columns.row(pointer, name, &title, [&figures[0], &figures[1], &figures[2]])
            }
            PickerRow::Above => wide(pointer, columns, "..", "the folder above", look),
            PickerRow::Entry(entry) if entry.kind == FileKind::Folder => {
                wide(pointer, columns, &format!("{}/", entry.name), "folder", look)
            }
            PickerRow::Entry(entry) => {
                let what = format!("{}, {}", entry.kind.name(), bytes(entry.bytes));
                wide(pointer, columns, &entry.name, &what, look)
            }
        };
        lines.push((Some(index), Line::styled(text, style)));
    }
    if lines.is_empty() {
        lines.push((None, Line::styled("nothing here holds this text", look.theme.bad)));
    }
    match &picker.listing {
        Some(Err(error)) if filter.is_none() => {
            lines.push((None, Line::styled(format!("the working directory: {error}"), look.theme.bad)));
        }
        Some(Ok(Listing { entries, left_out, .. })) if filter.is_none() => {
            if entries.is_empty() {
                let text = "  no folder, preset or weight file here";
                lines.push((None, Line::styled(text, look.theme.faint)));
            } else if *left_out > 0 {
                let text = format!("  and {left_out} more: o opens any by its path");
                lines.push((None, Line::styled(text, look.theme.faint)));
            }
        }
        _ => {}
    }
    lines
}

/// A row of a name of any length and its kind.
fn wide(pointer: &str, columns: &PickerColumns, name: &str, what: &str, look: &Look) -> String {
    let room =
        columns.width().min(columns.room).saturating_sub(columns.pointer + 1 + what.chars().count() + 1);
    let name = cut(&look.glyphs.write(name), room, look);
    format!("{pointer:<width$} {name:<room$} {what}", width = columns.pointer)
}

fn folder_name(picker: &PickerList) -> String {
    match &picker.listing {
        Some(Ok(listing)) if listing.folder.as_os_str().is_empty() => {
            "files in the working directory".to_owned()
        }
        Some(Ok(listing)) => format!("files in {}", shortened(&listing.folder.to_string_lossy())),
        _ => "files".to_owned(),
    }
}

/// The lines under the list: the meaning of the numbers, messages, the keys.
fn below(view: &ScreenView<'_>, picker: &PickerList, keymap: &Keymap, width: usize) -> Vec<Line<'static>> {
    let look = view.look;
    let says = match picker.rows().get(picker.selected) {
        Some(PickerRow::Entry(entry)) if entry.kind == FileKind::Weights => {
            "opened with inputs in the unit ball, epsilon 0.01, delta 0.01; e edits them"
        }
        _ => "neurons: expected of a run, roughly, over all its lanes",
    };
    let (text, style) = match (view.message, view.notice) {
        (Some(message), _) => (look.glyphs.write(message), look.theme.bad),
        (None, Some(notice)) => (look.glyphs.write(notice), look.theme.good),
        (None, None) => (says.to_owned(), look.theme.faint),
    };
    let mut lines = vec![Line::default()];
    let rows = textwrap::wrap(&text, width.max(12));
    lines.extend(rows.iter().map(|row| Line::styled(row.to_string(), style)));
    let keys = keys(keymap, look).to_string();
    let rows = textwrap::wrap(&keys, width.max(12));
    lines.extend(rows.iter().map(|row| Line::styled(row.to_string(), look.theme.faint)));
    lines
}

/// A rough number: two digits of it.
fn about(neurons: Count) -> String {
    format!("~{neurons:.1}")
}

/// A size in bytes, kB, MB or GB.
fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
