//! A histogram with lines over it: observed frequencies, and a law or a bound drawn across them.
//!
//! A cell holds one character, so a line and a bar have to share it. The bar always keeps its height:
//! - Above a bar the line is drawn in dots, at a quarter of a row.
//! - Inside a bar the line is cut out of it: the cell is drawn in reverse, so the ground is the bar and the dots are
//!   holes in it. This needs no second colour and works without any.
//! - The one cell in which a bar ends keeps its block. The line gives way to the edge of that cell: a [`Meeting::Nearest`]
//!   line to the edge on its own side, or to the nearest edge if both heights agree to an eighth of a row; a
//!   [`Meeting::Below`] line always to its own side, so a bar above it is seen above it. Where no cell lies beyond that
//!   edge, the block takes the line's colour, in bold.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::tui::look::Look;
use crate::tui::widgets::bars;

/// Heights, in eighths of a row, up to which a bar and a line are the same.
const SAME: f64 = 1.0;

/// The first character of the Braille block: no dots.
const NO_DOTS: u32 = 0x2800;

/// The place of a line in the last cell of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// the curve expected of bars: to the nearest edge, if both agree to an eighth of a row
    Nearest,
    /// the bound expected of bars: below the bar, where the bar is as high or higher
    Below,
}

/// A line over the bars.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// height in each column, as a share of the chart's; `None` without a line
    pub(crate) heights: Vec<Option<f64>>,
    /// how it looks at each quarter of a row, from below
    pub(crate) glyphs: [&'static str; 4],
    /// its colour above the bars
    pub(crate) style: Style,
    /// its place in the last cell of a bar
    pub(crate) meeting: Meeting,
}

/// Bars, a column each, and the lines over them.
#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    /// height of each bar, as a share of the chart's; `None` without observations. More than 1 is cut.
    pub(crate) bars: Vec<Option<f64>>,
    /// the lines, the last one on top
    pub(crate) lines: Vec<Line>,
}

impl Histogram {
    /// Draws one column of the area for each bar.
    pub(crate) fn render(&self, look: &Look, area: Rect, buffer: &mut Buffer) {
        if area.height == 0 {
            return;
        }
        for (column, &bar) in (0..area.width).zip(&self.bars) {
            let x = area.x + column;
            let eighths = bar.map_or(0, |share| eighths(share, area.height));
            bars::column(look, x, area, eighths, look.theme.bar, buffer);
            for line in &self.lines {
                if let Some(Some(height)) = line.heights.get(usize::from(column)) {
                    draw(
                        line,
                        *height,
                        bar.unwrap_or(0.0),
                        eighths,
                        look,
                        Rect { x, width: 1, ..area },
                        buffer,
                    );
                }
            }
        }
    }
}

/// Eighths of a row of a bar with observations: at least one, however low.
fn eighths(share: f64, rows: u16) -> u16 {
    let top = 8 * rows;
    ((share * f64::from(top)).round() as u16).clamp(1, top)
}

/// Draws a line in one column, over a bar of that many eighths.
fn draw(line: &Line, height: f64, bar: f64, eighths: u16, look: &Look, area: Rect, buffer: &mut Buffer) {
    let top = f64::from(8 * area.height);
    let (height, bar) = ((height * top).clamp(0.0, top), (bar * top).min(top));
    let row = ((height / 8.0) as u16).min(area.height - 1);
    let ends_here = !eighths.is_multiple_of(8) && row == eighths / 8;
    let quarter = (((height - 8.0 * f64::from(row)) / 2.0) as usize).min(3);
    let y = |row: u16| area.bottom() - 1 - row;
    if !ends_here {
        put(line, quarter, row < eighths / 8, look, (area.x, y(row)), buffer);
        return;
    }
    let is_above = match line.meeting {
        Meeting::Below => height > bar,
        Meeting::Nearest if (height - bar).abs() > SAME => height > bar,
        Meeting::Nearest => quarter >= 2,
    };
    if is_above && row + 1 < area.height {
        put(line, 0, false, look, (area.x, y(row + 1)), buffer);
    } else if !is_above && row > 0 {
        put(line, 3, true, look, (area.x, y(row - 1)), buffer);
    } else if let Some(cell) = buffer.cell_mut((area.x, y(row))) {
        cell.set_style(line.style.add_modifier(Modifier::BOLD));
    }
}

/// Puts a line's character into a cell, together with the dots of other lines there.
fn put(line: &Line, quarter: usize, in_bar: bool, look: &Look, at: (u16, u16), buffer: &mut Buffer) {
    let Some(cell) = buffer.cell_mut(at) else { return };
    match (dots(line.glyphs[quarter]), dots(cell.symbol())) {
        (Some(new), Some(old)) => {
            cell.set_char(char::from_u32(NO_DOTS | new | old).unwrap_or(' '));
        }
        _ => {
            cell.set_symbol(line.glyphs[quarter]);
        }
    }
    if in_bar {
        cell.set_style(look.theme.bar.add_modifier(Modifier::REVERSED));
    } else {
        cell.set_style(Style::reset().patch(line.style));
    }
}

/// The dots of a Braille character.
fn dots(symbol: &str) -> Option<u32> {
    let code = u32::from(symbol.chars().next()?);
    (NO_DOTS..NO_DOTS + 0x100).contains(&code).then(|| code - NO_DOTS)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::tui::look::glyphs::{ASCII, UNICODE};
    use crate::tui::look::theme::{ANSI, INDEXED, LIGHT_ANSI, LIGHT_INDEXED, LIGHT_RGB, MONO, RGB, Theme};
    use proptest::prelude::*;

    pub(crate) const THEMES: [Theme; 7] = [MONO, ANSI, LIGHT_ANSI, INDEXED, LIGHT_INDEXED, RGB, LIGHT_RGB];

    /// Sizes of charts up to a screen of 200×50.
    pub(crate) const SIZES: [(u16, u16); 8] =
        [(16, 1), (16, 2), (36, 3), (36, 5), (58, 9), (38, 1), (98, 12), (98, 18)];

    fn looks() -> Vec<Look> {
        let look = |theme| [UNICODE, ASCII].map(|glyphs| Look { theme, glyphs });
        THEMES.into_iter().flat_map(look).collect()
    }

    /// Eighths of a row that a cell's bar fills, from the cell alone: `None` if it cannot be told.
    fn filled(look: &Look, buffer: &Buffer, at: (u16, u16)) -> Option<u16> {
        let cell = &buffer[at];
        if cell.modifier.contains(Modifier::REVERSED) {
            return Some(8);
        }
        let is_line = look.glyphs.curve.iter().chain(&look.glyphs.bound).any(|glyph| *glyph == cell.symbol());
        if is_line || dots(cell.symbol()).is_some() {
            return Some(0);
        }
        let eighths = look.glyphs.eighths.iter().rposition(|glyph| *glyph == cell.symbol())?;
        Some(eighths as u16)
    }

    /// Height of each column's bar, in eighths of a row, read from the characters and their styles.
    pub(crate) fn heights(look: &Look, buffer: &Buffer, area: Rect) -> Vec<u16> {
        let column = |x: u16| {
            let cells: Vec<u16> = (area.top()..area.bottom())
                .rev()
                .map(|y| {
                    filled(look, buffer, (x, y)).unwrap_or_else(|| panic!("what is {:?}?", buffer[(x, y)]))
                })
                .collect();
            let full = cells.iter().take_while(|&&eighths| eighths >= 7).count();
            assert!(cells.iter().skip(full + 1).all(|&eighths| eighths == 0), "a bar with a gap: {cells:?}");
            cells.iter().sum()
        };
        (area.left()..area.right()).map(column).collect()
    }

    /// No bar loses its height under the lines, and no line vanishes.
    pub(crate) fn keeps_its_bars(histogram: &Histogram, (width, height): (u16, u16)) {
        let area = Rect::new(3, 2, width, height);
        for look in looks() {
            let draw = |histogram: &Histogram| {
                let mut buffer = Buffer::empty(Rect::new(0, 0, width + 6, height + 4));
                histogram.render(&look, area, &mut buffer);
                buffer
            };
            let mut alone = histogram.clone();
            alone.lines.clear();
            let (bars, with) = (draw(&alone), draw(histogram));
            let pairs = heights(&look, &bars, area).into_iter().zip(heights(&look, &with, area));
            for (column, (before, after)) in pairs.enumerate() {
                assert_eq!(before, after, "column {column} of {width}x{height}");
                let x = area.x + column as u16;
                let changes = (area.top()..area.bottom()).any(|y| bars[(x, y)] != with[(x, y)]);
                let has_line = histogram.lines.iter().any(|line| line.heights[column].is_some());
                assert_eq!(changes, has_line, "column {column} of {width}x{height}");
            }
            let inside = |x, y| area.contains((x, y).into());
            for y in 0..height + 4 {
                for x in (0..width + 6).filter(|&x| !inside(x, y)) {
                    assert_eq!(with[(x, y)], bars[(x, y)], "outside of the chart");
                }
            }
        }
    }

    fn line(look: &Look, heights: Vec<Option<f64>>, meeting: Meeting) -> Line {
        match meeting {
            Meeting::Nearest => Line { heights, glyphs: look.glyphs.curve, style: look.theme.curve, meeting },
            Meeting::Below => Line { heights, glyphs: look.glyphs.bound, style: look.theme.bound, meeting },
        }
    }

    const PLAIN: Look = Look { theme: MONO, glyphs: UNICODE };

    fn drawn(histogram: &Histogram, look: &Look, height: u16) -> Vec<String> {
        let area = Rect::new(0, 0, histogram.bars.len() as u16, height);
        let mut buffer = Buffer::empty(area);
        histogram.render(look, area, &mut buffer);
        let row = |row: &[ratatui::buffer::Cell]| row.iter().map(|cell| cell.symbol()).collect();
        buffer.content.chunks(histogram.bars.len()).map(row).collect()
    }

    #[test]
    fn a_line_runs_above_bars_and_is_cut_out_of_them() {
        let bars = [None, Some(0.25), Some(0.5), Some(0.75), Some(1.0)].to_vec();
        let curve = line(&PLAIN, vec![Some(0.55); 5], Meeting::Nearest);
        let histogram = Histogram { bars, lines: vec![curve] };
        assert_eq!(drawn(&histogram, &PLAIN, 4), ["    █", "⣀⣀⣀⣀⣀", "  ███", " ████"]);
        let ascii = Look { theme: MONO, glyphs: ASCII };
        let curve = line(&ascii, vec![Some(0.55); 5], Meeting::Nearest);
        let histogram = Histogram { lines: vec![curve], ..histogram };
        assert_eq!(drawn(&histogram, &ascii, 4), ["    #", "ooooo", "  ###", " ####"]);
    }

    #[test]
    fn where_a_bar_ends_the_line_gives_way_to_its_own_side() {
        // Bars of 11 and 13 eighths, lines of 12.
        let bars = vec![Some(11.0 / 24.0), Some(13.0 / 24.0)];
        let at = |meeting| Histogram {
            bars: bars.clone(),
            lines: vec![line(&PLAIN, vec![Some(0.5); 2], meeting)],
        };
        assert_eq!(drawn(&at(Meeting::Below), &PLAIN, 3), ["⡀ ", "▃▅", "█⠁"]);
        assert_eq!(drawn(&at(Meeting::Nearest), &PLAIN, 3), ["⣀⣀", "▃▅", "██"]);
    }

    proptest! {
        #[test]
        fn no_bar_is_lost_under_any_lines(
            size in proptest::sample::select(&SIZES[..]),
            bars in proptest::collection::vec(proptest::option::of(-0.1..1.3_f64), 98),
            curve in proptest::collection::vec(proptest::option::of(-0.1..1.3_f64), 98),
            bound in proptest::collection::vec(proptest::option::of(0.0..1.0_f64), 98),
        ) {
            let lines = vec![line(&PLAIN, bound, Meeting::Below), line(&PLAIN, curve, Meeting::Nearest)];
            keeps_its_bars(&Histogram { bars, lines }, size);
        }

        /// From the picture alone: a bar seen below the bound is below it, one seen above is above.
        #[test]
        fn a_bound_is_never_seen_on_the_wrong_side_of_a_bar(
            rows in 1_u16..20,
            bar in 0.0..1.0_f64,
            bound in 0.0..1.0_f64,
        ) {
            let histogram =
                Histogram { bars: vec![Some(bar)], lines: vec![line(&PLAIN, vec![Some(bound)], Meeting::Below)] };
            let area = Rect::new(0, 0, 1, rows);
            let mut buffer = Buffer::empty(area);
            histogram.render(&PLAIN, area, &mut buffer);
            let marked = (0..rows).find(|&y| dots(buffer[(0, y)].symbol()).is_some());
            let eighth = 1.0 / f64::from(8 * rows);
            if let Some(y) = marked {
                let is_above = !buffer[(0, y)].modifier.contains(Modifier::REVERSED);
                let slack = if is_above { eighth } else { -eighth };
                prop_assert!(is_above == (bound > bar) || is_above == (bound + slack > bar), "{bar} {bound}");
                // And no further than a row from its height.
                let (low, high) = (f64::from(rows - 1 - y), f64::from(rows - y));
                let height = bound * f64::from(rows);
                prop_assert!(height > low - 1.0 && height < high + 1.0);
            }
        }
    }
}
