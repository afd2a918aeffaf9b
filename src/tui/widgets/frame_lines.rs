//! Lines and panes: texts cut with a mark, frames with titles, numbers of rows.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use super::filter::Filter;
use crate::report::text::grouped;
use crate::session::Speed;
use crate::tui::look::Look;
use crate::visible::shortened;

/// The work of a lane between the last neuron of a layer and the next layer.
pub(crate) const MEASURING: &str = "built, measuring its weights";

/// Draws a line. A text too long ends in the mark of a cut.
pub(crate) fn draw_line(line: &Line<'_>, look: &Look, area: Rect, buffer: &mut Buffer) {
    line.render(area, buffer);
    mark_cut(line, look, area, buffer);
}

/// Draws lines one below the other, as far as there are rows.
pub(crate) fn draw_lines(lines: &[Line<'_>], look: &Look, area: Rect, buffer: &mut Buffer) {
    for (line, row) in lines.iter().zip(area.rows()) {
        draw_line(line, look, row, buffer);
    }
}

/// Puts the mark of a cut at the end of an area that holds less than the line.
pub(crate) fn mark_cut(line: &Line<'_>, look: &Look, area: Rect, buffer: &mut Buffer) {
    if line.width() > usize::from(area.width) && area.height > 0 {
        let mark = look.glyphs.pending;
        let at = area.right() - (mark.chars().count() as u16).min(area.width);
        buffer.set_stringn(at, area.y, mark, usize::from(area.right() - at), Style::new());
    }
}

/// A text in so many columns, the mark of a cut text at its end if it is one.
pub(crate) fn cut(text: &str, width: usize, look: &Look) -> String {
    if Span::raw(text).width() <= width {
        return text.to_owned();
    }
    let mark = look.glyphs.pending;
    let room = width.saturating_sub(mark.chars().count());
    let kept = text.chars().scan(0, |used, c| {
        *used += Span::raw(c.to_string()).width();
        (*used <= room).then_some(c)
    });
    kept.chain(mark.chars()).take(width).collect()
}

/// On the lower frame of a pane: the range of shown rows, unless all are shown.
pub(crate) fn rows_of(
    what: &str,
    shown: std::ops::Range<usize>,
    all: usize,
    look: &Look,
    pane: Rect,
    buffer: &mut Buffer,
) {
    if shown.len() >= all || pane.height < 2 || pane.width < 8 {
        return;
    }
    let text = format!(" {what} {}-{} of {all} ", (shown.start + 1).min(shown.end), shown.end);
    let length = text.len() as u16;
    if length + 4 <= pane.width {
        buffer.set_string(pane.right() - 2 - length, pane.bottom() - 1, text, look.theme.text);
    }
}

/// Neurons per second of a run.
pub(crate) fn speed(speed: Speed) -> String {
    match speed {
        Speed::PerSecond(speed) => format!("{}/s", grouped(speed as i64)),
        Speed::FlatOut => "flat out".to_owned(),
    }
}

/// The first fitting text, the last one if none does.
pub(crate) fn fitting(variants: Vec<String>, width: u16) -> String {
    let width = usize::from(width);
    let fits = variants.iter().position(|text| text.chars().count() <= width);
    let chosen = fits.unwrap_or(variants.len().saturating_sub(1));
    variants.into_iter().nth(chosen).unwrap_or_default()
}

/// The line of a filter.
pub(crate) fn filter_line(filter: &Filter, look: &Look, width: usize) -> Line<'static> {
    let mut spans = vec![Span::styled("/", look.theme.key)];
    if filter.typing {
        spans.extend(filter.field.spans(look, width.saturating_sub(1)));
    } else {
        spans.push(Span::styled(format!("{} (Esc: all)", shortened(filter.field.text())), look.theme.text));
    }
    Line::from(spans)
}

/// Draws a frame with a title. Returns its inside.
pub(crate) fn pane(title: &str, look: &Look, area: Rect, buffer: &mut Buffer) -> Rect {
    let block =
        Block::bordered().border_set(look.glyphs.border).border_style(look.theme.faint).title(Span::styled(
            format!(" {} ", cut(title, usize::from(area.width.saturating_sub(4)), look)),
            look.theme.title,
        ));
    let inner = block.inner(area);
    block.render(area, buffer);
    inner
}

/// Writes a text into the lower frame of a pane.
pub(crate) fn caption(text: &str, look: &Look, pane: Rect, buffer: &mut Buffer) {
    if !pane.is_empty() {
        let room = usize::from(pane.width.saturating_sub(2));
        buffer.set_stringn(pane.x + 1, pane.bottom() - 1, text, room, look.theme.faint);
    }
}

/// Says how many columns and rows are needed, as far as there is room.
pub(crate) fn needs(least: (u16, u16), look: &Look, area: Rect, buffer: &mut Buffer) {
    if area.height > 0 {
        let text = format!("{}x{} needed", least.0, least.1);
        let text = cut(&text, usize::from(area.width), look);
        buffer.set_string(area.x, area.y, text, look.theme.faint);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::look::glyphs;
    use crate::tui::look::theme;

    #[test]
    fn what_is_cut_says_so() {
        let looks = [glyphs::UNICODE, glyphs::ASCII].map(|glyphs| Look { theme: theme::MONO, glyphs });
        let shown = |text: &str, look: &Look, width: u16| {
            let area = Rect::new(0, 0, width, 1);
            let mut buffer = Buffer::empty(area);
            draw_line(&Line::raw(text.to_owned()), look, area, &mut buffer);
            let drawn: String = buffer.content.iter().map(|cell| cell.symbol()).collect();
            assert_eq!(drawn.trim_end(), cut(text, usize::from(width), look).trim_end());
            drawn
        };
        assert_eq!(looks.map(|look| shown("2,720 weights", &look, 8)), ["2,720 w…", "2,720..."]);
        assert_eq!(looks.map(|look| shown("2,720", &look, 5)), ["2,720", "2,720"]);
        assert_eq!(looks.map(|look| shown("2,720", &look, 2)), ["2…", ".."]);
        assert_eq!(looks.map(|look| shown("2,720", &look, 0)), ["", ""]);
    }
}
