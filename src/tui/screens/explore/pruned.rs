//! The Pruned network pane: a row per layer, then the error found, the error certified and ε.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Cell, Row, Table, Widget};

use crate::report::Size;
use crate::report::text::{asked, grouped, share};
use crate::session::{LayerRow, Phase, Snapshot, TicketVerdict};
use crate::theory::Count;
use crate::tui::keymap::Action;
use crate::tui::look::Look;
use crate::tui::view::ScreenView;
use crate::tui::widgets::clickable::{ClickTarget, LAYER};
use crate::tui::widgets::frame_lines::draw_line;

/// A column: header, width, the least width of a pane with it.
const COLUMNS: [(&str, u16, u16); 8] = [
    ("layer", 5, 0),
    ("per w", 7, 0),
    ("kept", 9, 36),
    ("max error", 9, 24),
    ("tolerance", 9, 46),
    ("|W*|", 9, 70),
    ("|pruned|", 9, 70),
    ("open", 9, 80),
];

/// Draws the inside of the pane. Returns the range of layers shown, and their number.
pub(super) fn render(view: &ScreenView<'_>, area: Rect, buffer: &mut Buffer) -> (Range<usize>, usize) {
    let (snapshot, look) = (view.scene.snapshot, view.look);
    let mut summary = summary(snapshot, look);
    // Rows of layers come first.
    let layers = snapshot.lane().layers.len();
    if usize::from(area.height) > summary.len() + 1 + layers
        && let Some(kept) = kept(snapshot, look)
    {
        summary.insert(summary.len() - 1, kept);
    }
    let below = (summary.len() as u16).min(area.height);
    let above = Rect { height: area.height - below, ..area };
    for (line, row) in summary.iter().zip(Rect { y: above.bottom(), height: below, ..area }.rows()) {
        draw_line(line, look, row, buffer);
    }
    table(view, above, buffer)
}

fn table(view: &ScreenView<'_>, area: Rect, buffer: &mut Buffer) -> (Range<usize>, usize) {
    let (lane, look, filter) = (view.scene.snapshot.lane(), view.look, view.scene.filter);
    let shown: Vec<usize> = (0..COLUMNS.len()).filter(|&index| COLUMNS[index].2 <= area.width).collect();
    let header =
        Row::new(shown.iter().map(|&index| right(COLUMNS[index].0.to_owned()))).style(look.theme.faint);
    let room = usize::from(area.height.saturating_sub(1)).max(1);
    let mut rows: Vec<(&LayerRow, [String; 8])> =
        lane.layers.iter().map(|layer| (layer, cells(layer, look))).collect();
    rows.retain(|(layer, cells)| {
        let texts: Vec<&str> = cells.iter().map(String::as_str).chain([state(layer)]).collect();
        filter.is_none_or(|filter| filter.lets_through(&texts))
    });
    let here = rows.partition_point(|(layer, _)| layer.layer < lane.view.layer);
    let first = here.saturating_sub(room / 2).min(rows.len().saturating_sub(room));
    view.clickables.add(area, ClickTarget::Wheel(Action::PreviousLayer, Action::NextLayer));
    let all = rows.len();
    let seen = if area.height > 1 { first..(first + room).min(all) } else { 0..0 };
    let rows = rows.get(seen.clone()).unwrap_or_default();
    view.clickables.add_rows(area, 1, rows.iter().map(|(row, _)| ClickTarget::part(LAYER, row.layer)));
    let rows = rows.iter().map(|(layer, cells)| {
        let style = if layer.layer == lane.view.layer && lane.layers.len() > 1 {
            look.theme.selected
        } else if layer.neurons_sampled == Count::ZERO && !layer.is_done {
            look.theme.faint
        } else {
            look.theme.text
        };
        Row::new(shown.iter().map(|&index| right(cells[index].clone()))).style(style)
    });
    let widths = shown.iter().map(|&index| Constraint::Length(COLUMNS[index].1));
    Widget::render(Table::new(rows, widths).header(header).column_spacing(1), area, buffer);
    (seen, all)
}

/// How far a layer is, in the words of the filter.
fn state(row: &LayerRow) -> &'static str {
    match (row.is_done, row.is_complete) {
        (true, true) => "complete",
        (true, false) => "incomplete",
        (false, _) if row.neurons_sampled == Count::ZERO => "waiting",
        (false, _) => "building",
    }
}

/// Neurons per weight in seven columns.
fn short(neurons: Count) -> String {
    let value = neurons.as_f64();
    if value < 1e5 { format!("{value:.1}") } else { format!("{neurons:.1}") }
}

fn right(text: String) -> Cell<'static> {
    Cell::from(Line::from(text).right_aligned())
}

fn cells(row: &LayerRow, look: &Look) -> [String; 8] {
    let per_weight = short(row.neurons_sampled.ratio(row.weights.into()));
    let kept = grouped(row.kept_paths as i64);
    let Some(check) = &row.check else {
        let empty = String::new;
        let tolerance = format!("{:.2e}", row.weight_tolerance);
        return [row.layer.to_string(), per_weight, kept, empty(), tolerance, empty(), empty(), empty()];
    };
    let open = if row.is_complete { look.glyphs.good.to_owned() } else { grouped(row.open_demands as i64) };
    [
        row.layer.to_string(),
        per_weight,
        kept,
        format!("{:.2e}", check.largest_error()),
        format!("{:.2e}", row.weight_tolerance),
        format!("{:.4}", check.norm_target),
        format!("{:.4}", check.norm_pruned),
        open,
    ]
}

/// The kept share of G, once all layers are built.
fn kept(snapshot: &Snapshot, look: &Look) -> Option<Line<'static>> {
    let size = Size::of_lane(snapshot.experiment.target.architecture(), snapshot.lane());
    let kept = size.kept_of_lane(snapshot.lane())?;
    let text = format!("{} of G's weights", share(kept.weights));
    Some(Line::from(vec![
        Span::styled(format!("{:<11}", "kept"), look.theme.faint),
        Span::styled(text, look.theme.text),
    ]))
}

/// The network's lines: errors, accuracy, verdict.
fn summary(snapshot: &Snapshot, look: &Look) -> Vec<Line<'static>> {
    let (theme, glyphs) = (look.theme, look.glyphs);
    let row = &snapshot.lane().error;
    let line = |label: &str, value: String| {
        Line::from(vec![Span::styled(format!("{label:<11}"), theme.faint), Span::styled(value, theme.text)])
    };
    let tried = grouped(row.found.tried as i64);
    let found = if row.found.tried == 0 {
        "-".to_owned()
    } else {
        format!("{:.3e} in {tried} inputs", row.found.error)
    };
    let certified = row.certified.map_or("-".to_owned(), |certified| format!("{certified:.3e}"));
    let mut lines = vec![
        line("found", found),
        line("certified", format!("{certified}, {} {}", glyphs.epsilon, asked(row.epsilon))),
    ];
    if let Some((f, g)) = row.found.accuracy() {
        let text = format!("F {:.1} %, {} {:.1} %", 100.0 * f, glyphs.pruned, 100.0 * g);
        lines.push(line("accuracy", text));
    }
    let at_most = glyphs.at_most;
    let (text, style) = match (snapshot.lane().phase, snapshot.lane().verdict()) {
        (Phase::Done, Some(TicketVerdict::Holds)) => {
            (format!("{} found {at_most} certified {at_most} {}", glyphs.good, glyphs.epsilon), theme.good)
        }
        (Phase::Done, Some(TicketVerdict::HoldsExactly)) => {
            (format!("{} exceeds {} only by rounding", glyphs.good, glyphs.epsilon), theme.good)
        }
        (Phase::Done, Some(TicketVerdict::NotFound)) => {
            (format!("{} not completed, though it is there", glyphs.bad), theme.bad)
        }
        (Phase::Done, Some(TicketVerdict::Missing)) => {
            (format!("{} demands cannot be met at the bound", glyphs.bad), theme.bad)
        }
        (Phase::Done, Some(TicketVerdict::Incomplete)) => {
            (format!("{} demands stayed open at the bound", glyphs.bad), theme.bad)
        }
        (Phase::Done, _) => (format!("{} certified error above {}", glyphs.bad, glyphs.epsilon), theme.bad),
        (Phase::Verifying, _) if row.found.tried == row.inputs => {
            ("climbing from the worst inputs".to_owned(), theme.text)
        }
        (Phase::Verifying, _) => ("trying inputs".to_owned(), theme.text),
        (Phase::Building(_), _) => ("verdict: when all layers are built".to_owned(), theme.faint),
    };
    lines.push(Line::styled(text, style));
    lines
}
