//! The certificate over a screen: how the error certified comes about, layer by layer.

use ratatui::Frame;
use ratatui::text::Line;

use crate::report::text::{CERTIFICATE_COLUMNS, certificate_cells, certificate_notes};
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
    let mut rows = vec![CERTIFICATE_COLUMNS.map(|column| look.glyphs.write(column).to_string())];
    rows.extend(certificate.layers.iter().map(certificate_cells));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let mut shown: Vec<(usize, usize)> =
        (0..CERTIFICATE_COLUMNS.len()).map(|column| (column, width(column))).collect();
    for name in LEFT_OUT {
        if shown.iter().map(|(_, width)| width + 1).sum::<usize>() <= room + 1 {
            break;
        }
        shown.retain(|&(column, _)| CERTIFICATE_COLUMNS[column] != name);
    }
    let line = |(number, row): (usize, &[String; 10])| {
        let cells: Vec<String> =
            shown.iter().map(|&(column, width)| format!("{:>width$}", row[column])).collect();
        let style = if number == 0 { look.theme.faint } else { look.theme.text };
        Line::styled(cells.join(" "), style)
    };
    let mut lines: Vec<Line<'_>> = rows.iter().enumerate().map(line).collect();
    lines.push(Line::default());
    for note in certificate_notes(certificate, lane.error.epsilon) {
        let note = look.glyphs.write(&note).to_string();
        let rows = textwrap::wrap(&note, room);
        lines.extend(rows.iter().map(|row| Line::styled(row.to_string(), look.theme.faint)));
    }
    window(frame, look, "Certificate", lines, scroll);
}
