//! The Input pane: x as a picture, else as a list.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::bar::{self, BarScale};
use super::chooser::ROWS;
use super::picture;
use crate::report::numbers::{Decimals, grouped, number};
use crate::session::{OutputView, Picture, PictureRows};
use crate::tui::look::Look;
use crate::tui::widgets::frame_lines::{cut, fitting};
use crate::tui::widgets::pictures::Pictures;

/// Width of the pane, its frame included, where the screen has room; and the least.
const WIDTH: u16 = 26;
const LEAST_WIDTH: u16 = 18;

/// Columns that an entry of the list takes, and those of its number and value.
const ENTRY: u16 = 23;
const NUMBER: u16 = 4;
const VALUE: u16 = 9;

/// Rows that the upper panes keep if there is no room for all, their frames included.
pub(super) const LEAST_UPPER: u16 = 10;

/// Rows below a picture.
const CAPTION: u16 = 2;

/// The input on view.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShownInput<'a> {
    /// its values
    pub(super) x: &'a [f64],
    /// x as a picture, if it is one
    pub(super) picture: Option<&'a Picture>,
    /// its class, if known
    pub(super) label: Option<usize>,
}

impl<'a> ShownInput<'a> {
    pub(super) fn of(view: &'a OutputView) -> Self {
        Self { x: &view.x, picture: view.picture.as_ref(), label: view.label }
    }
}

/// Columns that the pane is to have, its frame included: as many as it can use, less than half.
pub(super) fn width(view: ShownInput<'_>, look: &Look, area: Rect) -> u16 {
    let most = (area.width / 20 * 9).max(LEAST_WIDTH);
    let rows = area.height.saturating_sub(2);
    let wanted = match view.picture {
        Some(picture) => {
            let each =
                picture::columns(picture, look, rows.saturating_sub(caption_rows(picture))).saturating_add(1);
            each.saturating_mul(picture.channels.try_into().unwrap_or(u16::MAX)).saturating_add(1)
        }
        None => {
            let columns = view.x.len().div_ceil(usize::from(rows).max(1)).min(usize::from(most / ENTRY));
            ENTRY * columns as u16 + 2
        }
    };
    wanted.max(WIDTH).min(most).min(area.width)
}

/// Whether a picture is reduced in the second pane and larger in the first.
pub(super) fn is_larger(view: ShownInput<'_>, look: &Look, first: Rect, second: Rect) -> bool {
    let Some(picture) = view.picture else { return false };
    let rows = |pane: Rect| {
        let inside = Rect {
            width: pane.width.saturating_sub(2),
            height: pane.height.saturating_sub(2 + caption_rows(picture)),
            ..pane
        };
        picture::size(picture, look, places(picture, look, inside)[0]).0
    };
    rows(second) < picture.rows && rows(first) > rows(second)
}

pub(super) fn title(view: &OutputView, width: u16) -> String {
    let (input, last) = (grouped(view.input as i64), grouped(view.inputs.saturating_sub(1) as i64));
    if view.is_climbed {
        return fitting(vec![format!("Input {input}, climbed to"), "Climbed to".to_owned()], width);
    }
    fitting(vec![format!("Input {input} (0-{last})"), format!("Input {input}")], width)
}

pub(super) fn render(
    view: ShownInput<'_>,
    scroll: usize,
    look: &Look,
    pictures: Option<&Pictures>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let Some(picture) = view.picture else {
        return list(view, scroll, look, area, buffer);
    };
    let above = Rect { height: area.height.saturating_sub(caption_rows(picture)), ..area };
    let places = places(picture, look, above);
    // Rather no caption than a picture that is not whole.
    let is_whole = |area: Rect| {
        let (rows, columns) = picture::size(picture, look, area);
        rows >= picture.rows && columns >= picture.columns
    };
    let in_full = Rect { height: area.height, ..places[0] };
    let height = if is_whole(in_full) && !is_whole(places[0]) { area.height } else { above.height };
    let shown = channels_shown(picture, scroll, places.len());
    let (mut size, mut rows) = ((0, 0), 0);
    for (channel, place) in shown.clone().zip(&places) {
        (size, rows) = picture::render(picture, channel, look, pictures, Rect { height, ..*place }, buffer);
    }
    let mut below = area.y + rows..area.bottom();
    if picture.channels > 1
        && let Some(y) = below.next()
    {
        for (channel, place) in shown.clone().zip(&places) {
            let text = fitting(vec![format!("channel {channel}"), channel.to_string()], place.width);
            let left = place.x + place.width.saturating_sub(text.len() as u16) / 2;
            buffer.set_stringn(left, y, text, usize::from(place.width), look.theme.faint);
        }
    }
    let (caption, range) = caption(picture, size, shown, area.width);
    let label = view.label.map(|label| format!("label {label}"));
    for (y, text) in below.zip(caption.into_iter().chain(label).chain(range)) {
        buffer.set_string(area.x, y, cut(&text, usize::from(area.width), look), look.theme.text);
    }
}

/// Rows below a picture: its size, its label, and of several channels their numbers and how many there are.
fn caption_rows(picture: &Picture) -> u16 {
    if picture.channels > 1 { CAPTION + 2 } else { CAPTION }
}

/// The channels in so many places: one place after the other is scrolled through.
fn channels_shown(picture: &Picture, scroll: usize, places: usize) -> Range<usize> {
    let last = picture.channels.saturating_sub(places);
    let first = (scroll / ROWS).saturating_mul(places).min(last);
    first..(first + places).min(picture.channels)
}

/// A place for each channel that fits, side by side: all of them where each has its pixels, else as many as fit.
fn places(picture: &Picture, look: &Look, area: Rect) -> Vec<Rect> {
    let channels = u16::try_from(picture.channels).unwrap_or(u16::MAX);
    let least = picture::least_columns(picture, look);
    let shared = (area.width.saturating_add(1) / channels.max(1)).saturating_sub(1);
    let (count, each) = if shared >= least {
        (channels, shared)
    } else {
        ((area.width.saturating_add(1) / least.saturating_add(1)).max(1), least.min(area.width))
    };
    // No wider than the height asks for.
    let each = if count > 1 { each.min(picture::columns(picture, look, area.height)) } else { each };
    let all = count * each + count - 1;
    let left = area.x + area.width.saturating_sub(all) / 2;
    let place = |at: u16| Rect { x: left + at * (each + 1), width: each, ..area };
    (0..count).map(place).collect()
}

/// `8x8, 0 to 1`, of a sequence its steps; above it, of several channels, which ones are shown. And the range, if it is apart.
fn caption(
    picture: &Picture,
    size: (usize, usize),
    shown: Range<usize>,
    width: u16,
) -> (Vec<String>, Option<String>) {
    let (rows, columns) = (picture.rows, picture.columns);
    let (low, high) = (number(picture.range.0), number(picture.range.1));
    let own = match picture.down {
        PictureRows::Pixels => format!("{rows}x{columns}"),
        PictureRows::Steps => format!("{rows} steps down"),
        PictureRows::Channels => format!("{rows} channels down"),
    };
    let size = if size.0 < rows || size.1 < columns {
        format!("{rows}x{columns} shown as {}x{}", size.0, size.1)
    } else {
        own
    };
    let range = format!("{low} to {high}");
    let both = format!("{size}, {range}");
    // The range has a line of its own where there is no room beside the size.
    let (size, range) = if both.len() <= usize::from(width) { (both, None) } else { (size, Some(range)) };
    let all = picture.channels;
    let channels = match shown {
        _ if all == 1 => None,
        shown if shown.len() == all => {
            Some(vec![format!("{all} channels, on one scale"), format!("{all} channels")])
        }
        shown => {
            let (first, last) = (shown.start, shown.end.saturating_sub(1));
            let some =
                if first == last { format!("channel {first}") } else { format!("channels {first}-{last}") };
            Some(vec![
                format!("{some} of {all} ([ ] others)"),
                format!("{some} of {all} ([ ])"),
                format!("{some} of {all}"),
            ])
        }
    };
    let lines = channels.map(|variants| fitting(variants, width)).into_iter().chain([size]);
    (lines.collect(), range)
}

/// A row for each value, in as many columns as there is room for.
fn list(view: ShownInput<'_>, scroll: usize, look: &Look, area: Rect, buffer: &mut Buffer) {
    let columns = (area.width / ENTRY).max(1);
    let room = usize::from(area.height) * usize::from(columns);
    let first = scroll.min(view.x.len().saturating_sub(room));
    let hidden = view.x.len() > first + room;
    let scale = BarScale::of(view.x.iter());
    let decimals = Decimals::of(view.x.iter(), 4);
    let width = area.width / columns;
    for (place, (index, &value)) in view.x.iter().enumerate().skip(first).take(room).enumerate() {
        let (column, row) =
            ((place / usize::from(area.height)) as u16, (place % usize::from(area.height)) as u16);
        let cell = Rect { x: area.x + column * width, y: area.y + row, width, height: 1 };
        if hidden && place + 1 == room {
            let more = view.x.len() - index;
            buffer.set_stringn(
                cell.x,
                cell.y,
                format!("{more} more: ]"),
                usize::from(width),
                look.theme.faint,
            );
            return;
        }
        Line::from(vec![
            Span::styled(format!("{index:>w$} ", w = usize::from(NUMBER)), look.theme.faint),
            Span::styled(format!("{:>w$}", decimals.write(value), w = usize::from(VALUE)), look.theme.text),
        ])
        .render(cell, buffer);
        let used = (NUMBER + VALUE + 2).min(width);
        let rest = Rect { x: cell.x + used, width: (width - used).saturating_sub(1), ..cell };
        bar::render((value, None), scale, look, rest, buffer);
    }
}
