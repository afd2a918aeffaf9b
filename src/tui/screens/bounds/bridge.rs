//! The bridge on Bounds: neurons of Theorem 3 for each learned network, against the share of weights left, and edge-popup's
//! G as a line.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Line;

use crate::report::numbers::{CountFormat, power_of_ten};
use crate::report::plot::{LogAxis, labels};
use crate::report::text::{count, grouped, marked, percent};
use crate::report::{BridgeReport, BridgedReport, LearnedRun, NeedReport, PopupGraph, Rows, Table};
use crate::session::Snapshot;
use crate::theory::Count;
use crate::tui::look::Look;
use crate::tui::view::ScreenView;
use crate::tui::widgets::dots::{DotGrid, over};
use crate::tui::widgets::frame_lines::{self, cut, fitting, needs, pane};
use crate::tui::widgets::table;

/// Columns of the numbers at the upright axis.
const NUMBERS: u16 = 5;

/// Least columns and rows of the plot, with its axes.
const LEAST: (u16, u16) = (NUMBERS + 17, 5);

/// Rows of the plot's pane at least, and of the table's pane at most.
const ROWS: (u16, u16) = (9, 26);

/// Columns on the frame for which networks of the table are shown.
const ROW_COUNT: u16 = 22;

/// Dot columns of a dash, and between two of them.
const DASH: u16 = 2;

/// The bridge of a snapshot; `None` while it is not watched.
pub(super) fn report(snapshot: &Snapshot) -> Option<BridgeReport> {
    let bridge = snapshot.bridge.as_ref()?;
    Some(BridgeReport::new(&snapshot.experiment, &LearnedRun::of_snapshot(snapshot), bridge))
}

/// Draws plot, table and the sentence of the network at the cursor; without a cursor, of the last one.
pub(super) fn render(view: &ScreenView<'_>, cursor: Option<usize>, area: Rect, buffer: &mut Buffer) {
    let look = view.look;
    let report = report(view.scene.snapshot);
    let rows = report.as_ref().map_or(0, |report| report.networks.len());
    let height = (rows as u16 + 4).clamp(5, ROWS.1).min(area.height.saturating_sub(ROWS.0));
    let [upper, lower] = Layout::vertical([Constraint::Fill(1), Constraint::Length(height)]).areas(area);
    let inside =
        pane("Theorem 3's neurons for each learned network, against weights left", look, upper, buffer);
    let Some(report) = report.filter(|report| !report.networks.is_empty()) else {
        let text = if view.scene.snapshot.bridge.as_ref().is_some_and(|bridge| bridge.pending > 0) {
            "Computing the norms of the first network."
        } else {
            "No network yet: l goes on to the end of a round, a runs all."
        };
        if inside.height > 0 {
            buffer.set_string(
                inside.x,
                inside.y,
                cut(text, usize::from(inside.width), look),
                look.theme.text,
            );
        }
        pane("Networks", look, lower, buffer);
        message(view, Vec::new(), (lower, 0), buffer);
        return;
    };
    let chosen = cursor.unwrap_or(rows - 1).min(rows - 1);
    plot(&report, chosen, look, inside, buffer);
    let inside = pane(&title(&report, look), look, lower, buffer);
    let room = usize::from(inside.height.saturating_sub(1)).min(rows);
    let first = chosen.saturating_sub(room / 2).min(rows - room);
    let style = |row: usize| if first + row == chosen { look.theme.selected } else { look.theme.text };
    if inside.height >= 2 && room > 0 {
        let shown = networks(&report.networks[first..first + room], &report.networks, look);
        table::render(&shown, style, look, inside, buffer);
    }
    frame_lines::rows_of("networks", first..first + room, rows, look, lower, buffer);
    let count = if room < rows { ROW_COUNT } else { 0 };
    message(view, reading(&report, chosen), (lower, count), buffer);
}

/// On the lower frame: a message, or the sentence of the chosen network.
fn message(view: &ScreenView<'_>, variants: Vec<String>, (lower, count): (Rect, u16), buffer: &mut Buffer) {
    let look = view.look;
    let room = lower.width.saturating_sub(4 + count);
    let variants = variants.iter().map(|text| look.glyphs.write(text).to_string()).collect();
    let line = view.message_line().unwrap_or_else(|| Line::styled(fitting(variants, room), look.theme.title));
    if lower.height > 1 {
        let foot = Rect { x: lower.x + 2, y: lower.bottom() - 1, width: room, height: 1 };
        frame_lines::draw_line(&line, look, foot.intersection(lower), buffer);
    }
}

fn title(report: &BridgeReport, look: &Look) -> String {
    let glyphs = look.glyphs;
    let given = match report.epsilon {
        Some(epsilon) => format!("{} {epsilon}", glyphs.epsilon),
        None => format!("{} given", glyphs.tolerance),
    };
    let pending = if report.pending > 0 {
        format!("{}{} to come", glyphs.separator, report.pending)
    } else {
        String::new()
    };
    format!("Targets at {given}{pending}{}left = weights kept by the mask", glyphs.separator)
}

/// How many times larger than edge-popup's G the chosen network's G is; or why there is no number.
fn reading(report: &BridgeReport, chosen: usize) -> Vec<String> {
    let row = &report.networks[chosen];
    let Some(need) = &row.theorem_3 else {
        let reason = row.refused.as_deref().unwrap_or_default();
        return vec![format!(" No target: {reason} "), " No target: see the export (E). ".to_owned()];
    };
    let Some((times, graph)) = need.times_edge_popup.iter().zip(&report.edge_popup).next() else {
        return vec![
            " No ticket of edge-popup to set beside; a runs its lane, if the preset has one. ".to_owned(),
            " No ticket of edge-popup to set beside. ".to_owned(),
        ];
    };
    let found = percent(graph.accuracy.accuracy);
    let (neurons, weights) = (count(times.neurons), count(times.weights));
    vec![
        format!(
            " Theorem 3's G: {neurons} times the {} neurons, {weights} times the {} weights of {}'s G, where {found} of the \
             test examples are right. ",
            grouped(graph.hidden_neurons),
            grouped(graph.weights),
            graph.name
        ),
        format!(
            " G: {neurons} times edge-popup's {} neurons, {weights} times its weights. ",
            grouped(graph.hidden_neurons)
        ),
        format!(" {neurons} times edge-popup's neurons. "),
    ]
}

/// The name of a row: a letter as on the plot, the method and its round.
fn letter(row: &BridgedReport) -> char {
    if row.is_edge_popup() { 'E' } else { 'R' }
}

/// The rows shown; counts are formatted as those of `all` networks need it.
fn networks(rows: &[BridgedReport], all: &[BridgedReport], look: &Look) -> Table {
    let needs = || all.iter().filter_map(|row| row.theorem_3.as_ref());
    let is_marked = needs().any(|need| !need.bound_applies);
    let neurons = CountFormat::of(needs().map(|need| need.g_neurons));
    let per_weight = CountFormat::of(needs().map(|need| need.neurons_per_nonzero_weight));
    let of_need =
        |row: &BridgedReport, write: &dyn Fn(&NeedReport) -> String| row.theorem_3.as_ref().map(write);
    Rows::of(rows)
        .column("network", |row| {
            let round = if row.is_edge_popup() { String::new() } else { format!(" {}", row.round) };
            format!("{} {}{round}", letter(row), row.name)
        })
        .left()
        .wide(21, 0)
        .column("left", |row| percent(row.share_weights_kept))
        .wide(8, 0)
        .column("test", |row| row.accuracy.map(|found| percent(found.accuracy)))
        .wide(8, 100)
        .column("not 0", move |row| of_need(row, &|need| grouped(need.nonzero_weights)))
        .wide(8, 50)
        .column(look.glyphs.tolerance, move |row| {
            of_need(row, &|need| format!("{:.1e}", need.weight_tolerance))
        })
        .wide(7, 70)
        .column("neurons", move |row| {
            of_need(row, &|need| {
                let space = if is_marked && need.bound_applies { " " } else { "" };
                format!("{}{space}", marked(neurons.write(need.g_neurons), need.bound_applies))
            })
        })
        .wide(12, 0)
        .column("a weight", move |row| {
            of_need(row, &|need| per_weight.write(need.neurons_per_nonzero_weight))
        })
        .wide(8, 60)
        .column("of dense", |row| {
            row.theorem_3.as_ref()?.neurons_of_dense.map(|of_dense| percent(of_dense.as_f64()))
        })
        .wide(8, 78)
        .table()
}

/// The axes on the screen: shares from 1 on the left, neurons upwards.
struct BridgeAxes {
    x: LogAxis,
    y: LogAxis,
    grid: DotGrid,
}

impl BridgeAxes {
    fn new(report: &BridgeReport, look: &Look, area: Rect) -> Option<Self> {
        if area.width < LEAST.0 || area.height < LEAST.1 {
            return None;
        }
        let (width, height) = (area.width - NUMBERS - 1, area.height - 2);
        let shares = report.networks.iter().map(|row| row.share_weights_kept.log10());
        let least = shares.filter(|log| log.is_finite()).fold(-0.1, f64::min);
        let neurons = points(report).map(|(.., neurons)| neurons.log10());
        let graphs = report.edge_popup.iter().map(|graph| (graph.hidden_neurons as f64).log10());
        Some(Self {
            x: LogAxis { from: least - 0.05, to: 0.0 },
            y: LogAxis::around(neurons.chain(graphs))?,
            grid: DotGrid::new(Rect { x: area.x + NUMBERS + 1, y: area.y, width, height }, look),
        })
    }

    fn dot(&self, share: f64, neurons: f64) -> (u16, u16) {
        let across = self.x.reversed().dot(share.log10(), self.grid.across());
        (across, self.y.reversed().dot(neurons, self.grid.down()))
    }

    fn cell(&self, (x, y): (u16, u16)) -> (u16, u16) {
        (self.grid.area.x + x / self.grid.dots.0, self.grid.area.y + y / self.grid.dots.1)
    }
}

/// Index, row and neurons of each target.
fn points(report: &BridgeReport) -> impl Iterator<Item = (usize, &BridgedReport, Count)> {
    let rows = report.networks.iter().enumerate();
    rows.filter_map(|(index, row)| Some((index, row, row.theorem_3.as_ref()?.g_neurons)))
}

fn plot(report: &BridgeReport, chosen: usize, look: &Look, area: Rect, buffer: &mut Buffer) {
    let Some(axes) = BridgeAxes::new(report, look, area) else {
        needs(LEAST, look, area, buffer);
        return;
    };
    frame(&axes, look, area, buffer);
    for graph in &report.edge_popup {
        line_of(graph, &axes, look, buffer);
    }
    let places: Vec<_> = points(report)
        .map(|(index, row, neurons)| (index, row, axes.dot(row.share_weights_kept, neurons.log10())))
        .collect();
    let mut lanes: Vec<usize> = places.iter().map(|(_, row, _)| row.lane).collect();
    lanes.dedup();
    let colour = |row: &BridgedReport| {
        look.theme.curve_style(lanes.iter().position(|lane| *lane == row.lane).unwrap_or(0))
    };
    for pair in places.windows(2).filter(|pair| pair[0].1.lane == pair[1].1.lane) {
        join(pair[0].2, pair[1].2, &axes, look, over(colour(pair[0].1)), buffer);
    }
    for &(index, row, dot) in &places {
        let (x, y) = axes.cell(dot);
        let style = if index == chosen { look.theme.selected } else { look.theme.title };
        buffer.set_string(x, y, letter(row).to_string(), over(style));
    }
    let is_last = |at: usize| places.get(at + 1).is_none_or(|next| next.1.lane != places[at].1.lane);
    let mut ends: Vec<_> = (0..places.len()).filter(|&at| is_last(at)).map(|at| places[at]).collect();
    ends.sort_by_key(|(.., dot)| dot.0);
    for (_, row, dot) in ends {
        name_beside(axes.cell(dot), row, colour(row), axes.grid.area, look, buffer);
    }
}

/// The name of a lane beside its last letter, on its right or its left, in this row or in one next to it: wherever there is
/// nothing yet. Without room the letter has to do.
fn name_beside(
    (x, y): (u16, u16),
    row: &BridgedReport,
    colour: Style,
    plot: Rect,
    look: &Look,
    buffer: &mut Buffer,
) {
    let width = row.name.chars().count() as u16 + 1;
    let is_free = |left: u16, y: u16| {
        let inside = left >= plot.x && left + width <= plot.right() && y >= plot.y && y < plot.bottom();
        inside && (left..left + width).all(|x| buffer[(x, y)].symbol() == " ")
    };
    let (right, left) = (x + 1, x.checked_sub(width).unwrap_or(u16::MAX));
    // Above and below also ending under the letter.
    let aligned = (plot.right().saturating_sub(width)).min(x);
    let wanted = [(right, y), (left, y)]
        .into_iter()
        .chain([y.wrapping_sub(1), y + 1].into_iter().flat_map(|y| [(right, y), (aligned, y), (left, y)]));
    let row_of_letter = y;
    let Some((at, y)) = wanted.into_iter().find(|&(left, y)| is_free(left, y)) else { return };
    // A piece of the lane's line between letter and name.
    let is_left = at == left && y == row_of_letter;
    let (piece, name) = if is_left { (at + width - 1, at) } else { (at, at + 1) };
    buffer.set_string(piece, y, look.glyphs.axis, over(colour));
    buffer.set_string(name, y, &row.name, over(look.theme.text));
}

/// The straight line between two dots.
fn join(from: (u16, u16), to: (u16, u16), axes: &BridgeAxes, look: &Look, style: Style, buffer: &mut Buffer) {
    let steps = from.0.abs_diff(to.0).max(from.1.abs_diff(to.1)).max(1);
    let at = |from: u16, to: u16, step: u16| {
        let share = f64::from(step) / f64::from(steps);
        (f64::from(from) + share * (f64::from(to) - f64::from(from))).round() as u16
    };
    for step in 0..=steps {
        let dot = (at(from.0, to.0, step), at(from.1, to.1, step));
        axes.grid.put(dot, look, style, buffer);
    }
}

/// Edge-popup's G as a dashed line, with its name.
fn line_of(graph: &PopupGraph, axes: &BridgeAxes, look: &Look, buffer: &mut Buffer) {
    let (_, y) = axes.dot(1.0, (graph.hidden_neurons as f64).log10());
    for x in (0..axes.grid.across()).filter(|x| (x / DASH).is_multiple_of(2)) {
        axes.grid.put((x, y), look, over(look.theme.bound), buffer);
    }
    let name = format!(" {}'s G: {} hidden neurons ", graph.name, grouped(graph.hidden_neurons));
    let (x, row) = (axes.grid.area.x + 2, axes.cell((0, y)).1);
    let room = usize::from(axes.grid.area.width.saturating_sub(2));
    buffer.set_string(x, row, cut(&name, room, look), over(look.theme.text));
}

fn frame(axes: &BridgeAxes, look: &Look, area: Rect, buffer: &mut Buffer) {
    let (theme, glyphs, plot) = (look.theme, look.glyphs, axes.grid.area);
    for y in plot.top()..plot.bottom() {
        buffer.set_string(plot.x - 1, y, glyphs.border.vertical_left, theme.faint);
    }
    for x in plot.x - 1..plot.right() {
        buffer.set_string(x, plot.bottom(), glyphs.axis, theme.faint);
    }
    for decade in axes.y.decades(1 + usize::from(plot.height / 2)) {
        let (_, y) = axes.cell(axes.dot(1.0, decade));
        let text = format!("{:>1$}", power_of_ten(decade), usize::from(NUMBERS));
        buffer.set_string(area.x, y, text, theme.faint);
    }
    let tick = |log: f64| {
        let share = 100.0 * 10_f64.powf(log);
        let digits = if share < 1.0 { (-share.log10()).ceil().max(0.0) as usize } else { 0 };
        let (x, _) = axes.cell(axes.dot(10_f64.powf(log), axes.y.from));
        (usize::from(x - area.x), format!("{share:.digits$} %"))
    };
    let mut ticks: Vec<(usize, String)> = axes.x.ticks().into_iter().map(tick).collect();
    ticks.sort_by_key(|(column, _)| *column);
    for label in labels(ticks, usize::from(plot.right() - area.x)) {
        buffer.set_string(area.x + label.tick as u16, plot.bottom(), glyphs.tick, theme.text);
        buffer.set_string(area.x + label.at as u16, plot.bottom() + 1, label.text, theme.faint);
    }
}
