//! The certificate over a screen: how the error certified comes about, layer by layer.

use ratatui::Frame;
use ratatui::text::Line;

use crate::report::text::{certificate_notes, certificate_table};
use crate::report::{Cell, Column};
use crate::session::LaneView;
use crate::tui::Look;
use crate::tui::overlays::window;

/// Columns that are left out where there is no room for all, the first of them first.
const LEFT_OUT: [&str; 6] = ["λ", "by", "|Ŵ|", "x<0", "sup|F|", "|ΔW| x>0"];

/// Columns that the window's frame and padding take.
const FRAME: usize = 4;

/// Draws the certificate of a lane, scrolled down by so many lines.
pub(crate) fn render(frame: &mut Frame<'_>, lane: &LaneView, look: &Look, scroll: u16) {
    let room = usize::from(frame.area().width).saturating_sub(FRAME).max(1);
    let Some(certificate) = &lane.error.certificate else {
        let text = "There is a certificate once all layers are built: a builds them.";
        let rows = textwrap::wrap(text, room);
        let lines = rows.iter().map(|row| Line::styled(row.to_string(), look.theme.text)).collect();
        window(frame, look, "Certificate", lines, scroll);
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
    window(frame, look, "Certificate", lines, scroll);
}
