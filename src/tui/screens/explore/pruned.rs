//! The Pruned network pane: a row per layer, then the error found, the error certified and ε.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::experiment::Experiment;
use crate::report::numbers::{asked, grouped, per_weight_short, share};
use crate::report::text::layer_kind;
use crate::report::{Cell, Rows, Size, Table};
use crate::session::{LayerRow, Phase, Snapshot, TicketVerdict};
use crate::theory::Count;
use crate::tui::keymap::Action;
use crate::tui::look::Look;
use crate::tui::view::ScreenView;
use crate::tui::widgets;
use crate::tui::widgets::clickable::{ClickTarget, LAYER};
use crate::tui::widgets::frame_lines::draw_line;
use crate::verification::LayerCheck;

/// Columns for the kind of a layer.
const KIND: u16 = 25;

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
    let (lane, look) = (view.scene.snapshot.lane(), view.look);
    let experiment = &view.scene.snapshot.experiment;
    let mut rows: Vec<&LayerRow> = lane.layers.iter().collect();
    if let Some(filter) = view.scene.filter {
        rows.retain(|row| {
            let columns = columns(&[row], experiment, look).columns;
            let texts: Vec<String> = columns.iter().map(|column| column.cells[0].text()).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).chain([state(row)]).collect();
            filter.lets_through(&texts)
        });
    }
    let room = usize::from(area.height.saturating_sub(1)).max(1);
    let here = rows.partition_point(|row| row.layer < lane.view.layer);
    let first = here.saturating_sub(room / 2).min(rows.len().saturating_sub(room));
    let all = rows.len();
    let seen = if area.height > 1 { first..(first + room).min(all) } else { 0..0 };
    let rows = rows.get(seen.clone()).unwrap_or_default();
    view.clickables.add(area, ClickTarget::Wheel(Action::PreviousLayer, Action::NextLayer));
    view.clickables.add_rows(area, 1, rows.iter().map(|row| ClickTarget::part(LAYER, row.layer)));
    let style = |index: usize| {
        let row = rows[index];
        if row.layer == lane.view.layer && lane.layers.len() > 1 {
            look.theme.selected
        } else if row.neurons_sampled == Count::ZERO && !row.is_done {
            look.theme.faint
        } else {
            look.theme.text
        }
    };
    widgets::table::render(&columns(rows, experiment, look), style, look, area, buffer);
    (seen, all)
}

/// The table in one line: the largest error of a weight in the layer on view, the error certified, the verdict.
pub(super) fn line(snapshot: &Snapshot, look: &Look) -> Line<'static> {
    let (theme, glyphs, lane) = (look.theme, look.glyphs, snapshot.lane());
    let row = &lane.layers[lane.view.layer - 1];
    let so_far = lane.view.tally.max_error.into_iter().fold(0.0, f64::max);
    let error = row.check.as_ref().map_or(so_far, LayerCheck::largest_error);
    let error = match error {
        0.0 => "-".to_owned(),
        _ => format!("{error:.1e} {} {:.1e}", glyphs.at_most, row.weight_tolerance),
    };
    let mut spans = vec![
        Span::styled("max error ", theme.faint),
        Span::styled(error, theme.text),
        Span::styled(glyphs.separator, theme.faint),
    ];
    let Some(certified) = lane.error.certified else {
        spans.push(Span::styled("verdict: when all layers are built", theme.faint));
        return Line::from(spans);
    };
    let (epsilon, verdict) = (asked(lane.error.epsilon), lane.verdict());
    let relation = if certified <= lane.error.epsilon { glyphs.at_most } else { ">" };
    spans.push(Span::styled("certified ", theme.faint));
    spans.push(Span::styled(format!("{certified:.1e} {relation} {epsilon} "), theme.text));
    spans.push(match verdict.filter(|_| lane.phase == Phase::Done) {
        None => Span::styled("trying inputs", theme.text),
        Some(TicketVerdict::Holds | TicketVerdict::HoldsExactly) => Span::styled(glyphs.good, theme.good),
        Some(_) => Span::styled(glyphs.bad, theme.bad),
    });
    Line::from(spans)
}

/// The columns; blank in a layer without measurements.
fn columns(rows: &[&LayerRow], experiment: &Experiment, look: &Look) -> Table {
    fn measured(write: fn(&LayerCheck) -> String) -> impl Fn(&&&LayerRow) -> Cell {
        move |row| row.check.as_ref().map_or(Cell::BLANK, |check| write(check).into())
    }
    // Layers of a chain are all dense.
    let kinds = experiment.target.graph().is_some();
    let more = if kinds { KIND + 1 } else { 0 };
    let mut table = Rows::of(rows)
        .column("layer", |row| row.layer)
        .wide(5, 0)
        .column("kind", |row| layer_kind(experiment, row.layer).map(|kind| look.glyphs.write(&kind)))
        .wide(KIND, 46 + KIND)
        .left()
        .column("per w", |row| per_weight_short(row.neurons_sampled.ratio(row.weights.into())))
        .wide(7, 0)
        .column("kept", |row| grouped(row.kept_paths as u64))
        .wide(9, 36)
        .column("max error", measured(|check| format!("{:.2e}", check.largest_error())))
        .wide(9, 24)
        .column("tolerance", |row| format!("{:.2e}", row.weight_tolerance))
        .wide(9, 46)
        .column("|W*|", measured(|check| format!("{:.4}", check.norm_target)))
        .wide(9, 70 + more)
        .column("|pruned|", measured(|check| format!("{:.4}", check.norm_pruned)))
        .wide(9, 70 + more)
        .column("open", |row| match row.check {
            None => Cell::BLANK,
            Some(_) if row.is_complete => look.glyphs.good.into(),
            Some(_) => grouped(row.open_demands).into(),
        })
        .wide(9, 80 + more)
        .table();
    table.columns.retain(|column| kinds || column.header != "kind");
    table
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
