//! The screen as a file: its characters, or a picture of them.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use ratatui::text::Span;

use crate::tui::look::theme::Ground;

/// Size of a cell, in the picture's units, for common monospace fonts at [`FONT`].
const CELL: (f64, f64) = (8.4, 17.0);

/// Size of the letters.
const FONT: u16 = 14;

/// From a row's top to the baseline of its letters.
const BASELINE: f64 = 13.0;

/// The characters, a line for each row, without the spaces at its end.
pub fn text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for row in rows(buffer) {
        let line: String = row.iter().map(|(_, cell)| cell.symbol()).collect();
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A picture: monospaced text with its colours. The terminal's own sixteen colours become fixed ones,
/// legible on `ground`.
pub fn svg(buffer: &Buffer, ground: Ground) -> String {
    let (width, height) = (f64::from(buffer.area.width) * CELL.0, f64::from(buffer.area.height) * CELL.1);
    let paper = hex(Color::Reset, ground, false);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.1}\" height=\"{height:.1}\" \
         viewBox=\"0 0 {width:.1} {height:.1}\" font-family=\"'DejaVu Sans Mono', Menlo, Consolas, monospace\" \
         font-size=\"{FONT}\">\n<rect width=\"100%\" height=\"100%\" fill=\"{paper}\"/>\n"
    );
    for (y, row) in rows(buffer).into_iter().enumerate() {
        for run in runs(&row) {
            run.write(y, ground, &mut svg);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// Each row's cells and their columns, without cells under a wide character before them.
fn rows(buffer: &Buffer) -> Vec<Vec<(u16, &Cell)>> {
    let columns = usize::from(buffer.area.width).max(1);
    buffer
        .content
        .chunks(columns)
        .map(|row| {
            let mut covered = 0;
            let mut cells = Vec::with_capacity(row.len());
            for (column, cell) in (0..).zip(row) {
                if covered > 0 {
                    covered -= 1;
                    continue;
                }
                covered = width(cell) - 1;
                cells.push((column, cell));
            }
            cells
        })
        .collect()
}

/// Columns of a cell's character.
fn width(cell: &Cell) -> usize {
    Span::raw(cell.symbol()).width().max(1)
}

/// Neighbouring cells of one style.
struct StyleRun<'a> {
    column: u16,
    columns: usize,
    text: String,
    look: &'a Cell,
}

/// A row in runs. A wide character has one of its own, since fonts do not agree on how wide it is.
fn runs<'a>(row: &[(u16, &'a Cell)]) -> Vec<StyleRun<'a>> {
    let alike = |a: &Cell, b: &Cell| {
        (a.fg, a.bg, a.modifier) == (b.fg, b.bg, b.modifier) && width(a) == 1 && width(b) == 1
    };
    let mut runs: Vec<StyleRun<'_>> = Vec::new();
    for &(column, cell) in row {
        match runs.last_mut() {
            Some(run) if alike(run.look, cell) => {
                run.columns += 1;
                run.text.push_str(cell.symbol());
            }
            _ => {
                let (columns, text) = (width(cell), cell.symbol().to_owned());
                runs.push(StyleRun { column, columns, text, look: cell });
            }
        }
    }
    runs
}

impl StyleRun<'_> {
    /// The ground under it, if it has one of its own, and its characters at exactly the width of their cells.
    fn write(&self, row: usize, ground: Ground, svg: &mut String) {
        let modifier = self.look.modifier;
        let mut ink = hex(self.look.fg, ground, true);
        let mut paper = hex(self.look.bg, ground, false);
        if modifier.contains(Modifier::REVERSED) {
            std::mem::swap(&mut ink, &mut paper);
        }
        let (x, y) = (f64::from(self.column) * CELL.0, row as f64 * CELL.1);
        let width = self.columns as f64 * CELL.0;
        if paper != hex(Color::Reset, ground, false) {
            let height = CELL.1;
            // Writing to a string never fails.
            let _ = writeln!(
                svg,
                r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" fill="{paper}"/>"#
            );
        }
        let text = self.text.trim_end();
        if text.is_empty() {
            return;
        }
        let width = width * Span::raw(text).width() as f64 / self.columns as f64;
        let bold = if modifier.contains(Modifier::BOLD) { r#" font-weight="bold""# } else { "" };
        let dim = if modifier.contains(Modifier::DIM) { r#" fill-opacity="0.65""# } else { "" };
        let _ = writeln!(
            svg,
            r#"<text xml:space="preserve" x="{x:.1}" y="{:.1}" textLength="{width:.1}" lengthAdjust="spacingAndGlyphs" fill="{ink}"{bold}{dim}>{}</text>"#,
            y + BASELINE,
            escaped(text)
        );
    }
}

/// Text as XML takes it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // Forbidden in XML 1.0.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Brightness of a step in the cube of 216 colours.
fn cube_step(step: u8) -> u8 {
    if step == 0 { 0 } else { 55 + 40 * step }
}

/// A colour as SVG writes it, `ink` for letters, else the ground below them.
fn hex(color: Color, ground: Ground, ink: bool) -> String {
    let dark = ground == Ground::Dark;
    let (red, green, blue) = match color {
        Color::Rgb(red, green, blue) => (red, green, blue),
        Color::Black => (0, 0, 0),
        Color::White => (255, 255, 255),
        Color::Gray => (190, 190, 190),
        Color::DarkGray if dark => (140, 140, 140),
        Color::DarkGray => (95, 95, 95),
        Color::Red if dark => (224, 80, 80),
        Color::Red => (175, 20, 20),
        Color::Green if dark => (90, 180, 90),
        Color::Green => (0, 115, 0),
        Color::Yellow if dark => (215, 185, 80),
        Color::Yellow => (130, 95, 0),
        Color::Blue if dark => (95, 140, 230),
        Color::Blue => (25, 60, 180),
        Color::Magenta if dark => (200, 110, 215),
        Color::Magenta => (140, 25, 150),
        Color::Cyan if dark => (80, 185, 195),
        Color::Cyan => (0, 110, 120),
        Color::LightRed => (255, 110, 110),
        Color::LightGreen => (130, 220, 130),
        Color::LightYellow => (240, 220, 120),
        Color::LightBlue => (130, 170, 255),
        Color::LightMagenta => (230, 150, 240),
        Color::LightCyan => (120, 220, 225),
        Color::Indexed(grey @ 232..) => [8 + 10 * (grey - 232); 3].into(),
        Color::Indexed(colour @ 16..) => [36, 6, 1].map(|place| cube_step((colour - 16) / place % 6)).into(),
        // The terminal's own two colours. No theme names the first sixteen by number.
        Color::Reset | Color::Indexed(_) => match (ink, dark) {
            (true, true) => (220, 220, 220),
            (false, true) => (16, 16, 16),
            (true, false) => (16, 16, 16),
            (false, false) => (255, 255, 255),
        },
    };
    format!("#{red:02x}{green:02x}{blue:02x}")
}
