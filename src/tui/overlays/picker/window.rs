//! The window of the list of what can be opened, and the one that says why something could not be.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use crate::report::text::{grouped, widths};
use crate::theory::Count;
use crate::tui::Look;
use crate::tui::app::App;
use crate::tui::app::mouse::Target;
use crate::tui::keymap::Context;
use crate::tui::overlays::picker::folder::{Kind, Listing};
use crate::tui::overlays::picker::{Picker, Row};
use crate::tui::overlays::{keys, window};
use crate::tui::widgets::filter::Filter;
use crate::tui::widgets::frame_lines::{cut, filter_line};
use crate::visible::shortened;

/// Width of the names of presets and files.
const NAMES: usize = 21;

/// Width of the weights of their targets, and of the neurons expected.
const NUMBERS: usize = 11;

/// Width of the widths of their targets, and the least width of the list that shows them.
const WIDTHS: (usize, usize) = (20, 110);

/// Columns and rows that the window's frame takes.
const FRAME: (usize, usize) = (4, 2);

/// Width of a refusal's text.
const REFUSAL_WIDTH: usize = 96;

/// Where the columns of the list stand.
struct Columns {
    pointer: usize,
    title: usize,
    shows_widths: bool,
    /// columns of the window
    room: usize,
}

impl Columns {
    fn new(picker: &Picker, room: usize, look: &Look) -> Self {
        let pointer = Span::raw(look.glyphs.pointer).width();
        let shows_widths = room >= WIDTHS.1;
        let longest = picker.presets.iter().map(|(_, title)| Span::raw(title).width()).max().unwrap_or(0);
        let mut columns = Self { pointer, title: 0, shows_widths, room };
        columns.title = longest.min(room.saturating_sub(columns.width()));
        columns
    }

    fn width(&self) -> usize {
        let fixed = self.pointer + 1 + NAMES + 2 * (NUMBERS + 1) + self.title;
        if self.shows_widths { fixed + WIDTHS.0 + 1 } else { fixed }
    }

    fn row(&self, pointer: &str, name: &str, title: &str, [weights, widths, neurons]: [&str; 3]) -> String {
        let widths =
            if self.shows_widths { format!(" {widths:>width$}", width = WIDTHS.0) } else { String::new() };
        format!(
            "{pointer:<pointer_width$} {name:<NAMES$}{title:<title_width$.title_width$} {weights:>NUMBERS$}{widths} \
             {neurons:>NUMBERS$}",
            pointer_width = self.pointer,
            title_width = self.title,
        )
    }
}

/// Draws the list, the selected row in sight.
pub(crate) fn render(frame: &mut Frame<'_>, app: &App, look: &Look, selected: usize) {
    let Some(picker) = &app.picker else { return };
    let room = usize::from(frame.area().width).saturating_sub(FRAME.0);
    let columns = Columns::new(picker, room, look);
    let filter = app.filter.as_ref();
    let mut lines: Vec<Line<'_>> =
        filter.map(|filter| filter_line(filter, look, columns.width())).into_iter().collect();
    let header = columns.row("", "preset", "title", ["weights", "widths", "neurons"]);
    lines.push(Line::styled(header, look.theme.faint));
    let below = below(app, picker, selected, look, columns.width().min(room));
    let height = usize::from(frame.area().height).saturating_sub(FRAME.1 + lines.len() + below.len()).max(1);
    let rows = rows(picker, filter, &columns, look, selected);
    let place = rows.iter().position(|(index, _)| *index == Some(selected)).unwrap_or(0);
    // The line before the selected one may say which folder it is.
    let first = (place + 2).saturating_sub(height).min(rows.len().saturating_sub(height));
    let (above, hidden) = (lines.len() as u16, rows.len().saturating_sub(first + height));
    let mut targets = Vec::new();
    for (index, line) in rows.into_iter().skip(first).take(height) {
        targets.push(index.map_or(Target::Nothing, Target::Row));
        lines.push(line);
    }
    lines.extend(below);
    let title = match (first, hidden) {
        (0, 0) => "Presets and files".to_owned(),
        (0, below) => format!("Presets and files, {below} more below"),
        (above, 0) => format!("Presets and files, {above} more above"),
        (above, below) => format!("Presets and files, {above} more above, {below} below"),
    };
    let inside = window(frame, look, &title, lines, 0);
    app.areas.add_rows(inside, above, targets);
}

/// The lines of the list: rows that can be chosen, and those that say what follows.
fn rows(
    picker: &Picker,
    filter: Option<&Filter>,
    columns: &Columns,
    look: &Look,
    selected: usize,
) -> Vec<(Option<usize>, Line<'static>)> {
    let (all, shown) = (picker.rows(), picker.shown(filter));
    let mut lines = Vec::new();
    let mut in_folder = false;
    for index in shown {
        let row = all[index];
        if !in_folder && !matches!(row, Row::Preset(..)) {
            in_folder = true;
            lines.push((None, Line::styled(folder_name(picker), look.theme.faint)));
        }
        let chosen = index == selected;
        let pointer = if chosen { look.glyphs.pointer } else { " " };
        let style = if chosen { look.theme.selected } else { look.theme.text };
        let text = match row {
            Row::Preset(name, title) => {
                let size = match picker.costs.get(name) {
                    None => ["", "", look.glyphs.pending].map(str::to_owned),
                    Some(cost) => [
                        grouped(cost.weights as i64),
                        widths(&cost.widths).chars().take(WIDTHS.0).collect(),
                        cost.neurons.map_or("bounds only".to_owned(), about),
                    ],
                };
                let title = cut(&look.glyphs.write(title), columns.title, look);
                columns.row(pointer, name, &title, [&size[0], &size[1], &size[2]])
            }
            Row::Above => wide(pointer, columns, "..", "the folder above", look),
            Row::Entry(entry) if entry.kind == Kind::Folder => {
                wide(pointer, columns, &format!("{}/", entry.name), "folder", look)
            }
            Row::Entry(entry) => {
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

/// A row of a name of any length and what it is.
fn wide(pointer: &str, columns: &Columns, name: &str, what: &str, look: &Look) -> String {
    let room =
        columns.width().min(columns.room).saturating_sub(columns.pointer + 1 + what.chars().count() + 1);
    let name = cut(&look.glyphs.write(name), room, look);
    format!("{pointer:<width$} {name:<room$} {what}", width = columns.pointer)
}

fn folder_name(picker: &Picker) -> String {
    match &picker.listing {
        Some(Ok(listing)) if listing.folder.as_os_str().is_empty() => {
            "files in the working directory".to_owned()
        }
        Some(Ok(listing)) => format!("files in {}", shortened(&listing.folder.to_string_lossy())),
        _ => "files".to_owned(),
    }
}

/// What stands under the list: what the numbers mean, what is happening, the keys.
fn below(app: &App, picker: &Picker, selected: usize, look: &Look, width: usize) -> Vec<Line<'static>> {
    let says = match picker.rows().get(selected) {
        Some(Row::Entry(entry)) if entry.kind == Kind::Weights => {
            "opened with inputs in the unit ball, epsilon 0.01, delta 0.01; e edits them"
        }
        _ => "neurons: expected of a run, roughly, over all its lanes",
    };
    let (text, style) = match (&app.message, &app.notice) {
        (Some(message), _) => (look.glyphs.write(message), look.theme.bad),
        (None, Some(notice)) => (look.glyphs.write(notice), look.theme.good),
        (None, None) => (says.to_owned(), look.theme.faint),
    };
    let mut lines = vec![Line::default()];
    let rows = textwrap::wrap(&text, width.max(12));
    lines.extend(rows.iter().map(|row| Line::styled(row.to_string(), style)));
    let keys = keys(Context::Picker, look).to_string();
    let rows = textwrap::wrap(&keys, width.max(12));
    lines.extend(rows.iter().map(|row| Line::styled(row.to_string(), look.theme.faint)));
    lines
}

/// Draws why something could not be opened, whole, scrolled down by so many lines.
pub(crate) fn refusal(frame: &mut Frame<'_>, app: &App, look: &Look, error: &str, scroll: u16) {
    app.areas.add(frame.area(), Target::Nothing);
    let width = usize::from(frame.area().width).saturating_sub(FRAME.0).clamp(8, REFUSAL_WIDTH);
    let text = look.glyphs.write(error);
    let rows = textwrap::wrap(&text, width);
    let mut lines: Vec<Line<'_>> =
        rows.iter().map(|row| Line::styled(row.to_string(), look.theme.text)).collect();
    lines.push(Line::default());
    let after = "Nothing was changed. How a weight file is read can be chosen in the editor (e): target File, with the \
                 fields path, layers, transposed and order.";
    let rows = textwrap::wrap(after, width);
    lines.extend(rows.iter().map(|row| Line::styled(row.to_string(), look.theme.faint)));
    lines.push(keys(Context::Refusal, look));
    window(frame, look, "This could not be opened", lines, scroll);
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
