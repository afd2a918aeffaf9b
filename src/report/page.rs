//! The page of a text report: its width and its characters.

use comfy_table::{CellAlignment, presets};
use textwrap::core::display_width;

use super::ascii::in_ascii;
use super::table::Table;
use crate::visible::visible_lines;

/// Columns of a report outside a terminal.
pub const DEFAULT_WIDTH: usize = 80;

/// The narrowest page.
const LEAST_WIDTH: usize = 40;

/// The widest page.
const MOST_WIDTH: usize = 1_000;

/// Blank columns before a cell of a table: on a wide and on a narrow page.
const PADDINGS: [usize; 2] = [2, 1];

/// The page of a text report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    width: usize,
    is_ascii: bool,
}

impl Page {
    /// A page of `width` columns, from 40 to 1,000: a plot has as many cells in each row, whatever a terminal claims.
    pub fn new(width: usize, is_ascii: bool) -> Self {
        Self { width: width.clamp(LEAST_WIDTH, MOST_WIDTH), is_ascii }
    }

    /// Columns.
    pub fn width(self) -> usize {
        self.width
    }

    /// Whether nothing but ASCII may be used.
    pub fn is_ascii(self) -> bool {
        self.is_ascii
    }

    /// A text for this page: without hidden or deceptive characters, except line feeds.
    pub fn write(self, text: &str) -> String {
        let text = visible_lines(text);
        if self.is_ascii { in_ascii(&text) } else { text.into_owned() }
    }

    /// A text with long lines wrapped to the page, continued two columns further in. A single word may be longer.
    pub fn fit(self, text: &str) -> String {
        let mut fitted = String::new();
        for line in self.write(text).lines() {
            if display_width(line) <= self.width {
                fitted.push_str(line);
                fitted.push('\n');
                continue;
            }
            let indent = " ".repeat(line.len() - line.trim_start().len());
            let further = format!("{indent}  ");
            let options = textwrap::Options::new(self.width)
                .initial_indent(&indent)
                .subsequent_indent(&further)
                .break_words(false)
                // A path with a hyphen stays whole.
                .word_splitter(textwrap::WordSplitter::NoHyphenation);
            for part in textwrap::wrap(line.trim_start(), options) {
                fitted.push_str(&part);
                fitted.push('\n');
            }
        }
        fitted
    }

    /// A table, without a line feed at its end; headers may have several lines. A wide table is cut between columns into tables
    /// one below the other, each with the first column. Numbers stay whole.
    pub fn table(self, table: &Table) -> String {
        let columns: Vec<Vec<String>> = table
            .columns
            .iter()
            .map(|column| {
                let cells = column.cells.iter().map(|cell| self.write(&cell.text()));
                [self.write(&column.header)].into_iter().chain(cells).collect()
            })
            .collect();
        let widest = |column: &Vec<String>| {
            column.iter().flat_map(|cell| cell.lines()).map(display_width).max().unwrap_or(0)
        };
        let widths: Vec<usize> = columns.iter().map(widest).collect();
        let fits = |padding: &usize| widths.iter().map(|width| width + padding).sum::<usize>() <= self.width;
        let padding = PADDINGS.into_iter().find(fits).unwrap_or(PADDINGS[1]);
        let joined: Vec<bool> = table.columns.iter().map(|column| column.is_joined).collect();
        let blocks = self.blocks(&widths, padding, &joined);
        let tables: Vec<String> = blocks.iter().map(|block| drawn(&columns, block, padding)).collect();
        tables.join("\n\n")
    }

    /// The columns of each table, as many as fit the page.
    fn blocks(self, widths: &[usize], padding: usize, joined: &[bool]) -> Vec<Vec<usize>> {
        let room = |columns: &[usize]| columns.iter().map(|&at| widths[at] + padding).sum::<usize>();
        let mut blocks: Vec<Vec<usize>> = vec![vec![0]];
        let mut at = 1;
        while at < widths.len() {
            let mut group = vec![at];
            group.extend((at + 1..widths.len()).take_while(|&next| joined[next]));
            at += group.len();
            if let Some(block) = blocks.last_mut() {
                if block.len() == 1 || room(block) + room(&group) <= self.width {
                    block.extend(group);
                } else {
                    blocks.push([&[0], &group[..]].concat());
                }
            }
        }
        blocks
    }
}

/// These of the columns, right-aligned, the first cell of each being its header.
fn drawn(columns: &[Vec<String>], shown: &[usize], padding: usize) -> String {
    let row = |row: usize| shown.iter().map(move |&column| columns[column][row].as_str());
    let mut drawn = comfy_table::Table::new();
    drawn.load_style(presets::NOTHING).set_header(row(0));
    drawn.add_rows((1..columns.first().map_or(0, Vec::len)).map(row));
    for column in drawn.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
        column.set_padding((padding as u16, 0));
    }
    drawn.trim_fmt()
}

#[cfg(test)]
mod tests {
    use super::super::table::Rows;
    use super::*;

    #[test]
    fn a_page_with_all_signs_keeps_them() {
        let text = "‖W_i‖₀ ≤ n_max, |w| ≤ 1/√n_max, z_in ≈ ±w → product";
        assert_eq!(Page::new(80, false).write(text), text);
    }

    #[test]
    fn a_table_fits_every_width_and_loses_no_cell() {
        let mut rows = Rows::of(0..3);
        for at in 0..12 {
            rows = rows.column(format!("name {at}"), |row| format!("{}", row * 1_000_000_007 + at));
            if [4, 7, 8].contains(&at) {
                rows = rows.joined();
            }
        }
        let table = rows.table();
        for width in 50..200 {
            let page = Page::new(width, width % 2 == 0);
            let text = page.table(&table);
            assert!(text.lines().all(|line| display_width(line) <= width), "{width}\n{text}");
            let words: Vec<&str> = text.split_whitespace().collect();
            let mut cells = table.columns.iter().flat_map(|column| &column.cells);
            assert!(cells.all(|cell| words.contains(&cell.text().as_str())), "{width}\n{text}");
            // Joined columns stand in one line.
            assert!(
                text.lines().any(|line| line.contains("name 6") && line.contains("name 8")),
                "{width}\n{text}"
            );
            assert!(
                text.lines().any(|line| line.contains("name 3") && line.contains("name 4")),
                "{width}\n{text}"
            );
            assert_eq!(text.contains("\n\n"), width < 132, "{width}\n{text}");
        }
    }

    #[test]
    fn long_lines_are_wrapped_with_their_indent_and_short_ones_stay() {
        let page = Page::new(40, false);
        let text = "short   as it is\n  a line that is a good deal wider than forty columns are\n";
        let fitted = page.fit(text);
        assert_eq!(
            fitted,
            "short   as it is\n  a line that is a good deal wider than\n    forty columns are\n"
        );
        let path = "a path that reaches its end on far-away-land/net.pt";
        assert_eq!(page.fit(path), "a path that reaches its end on\n  far-away-land/net.pt\n");
        let word = "x".repeat(60);
        assert_eq!(page.fit(&word), format!("{word}\n"));
    }

    #[test]
    fn a_width_that_no_terminal_has_is_cut() {
        assert_eq!(
            [0, 50, 1_000_000_000, usize::MAX].map(|width| Page::new(width, true).width()),
            [40, 50, 1_000, 1_000]
        );
    }
}
