//! The Architecture pane while it is edited: every field with its text and problem, and the consequences.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::architecture;
use crate::experiment::{Construction, Parameter};
use crate::report::text::{asked, construction_name, number};
use crate::session::Snapshot;
use crate::tui::look::Look;
use crate::tui::screens::explore::editing::Editing;
use crate::tui::widgets::frame_lines::{cut, draw_line, fitting};

/// Width of the fields' names; the longest is `output_activation`.
const NAMES: usize = 18;

/// Width of the marks before a name: chosen, edited.
const MARKS: usize = 2;

/// Columns before the reason why a construction cannot be built.
const REASON_INDENT: usize = 9;

/// Most lines of a reason.
const REASON_LINES: usize = 6;

pub(super) fn render(editing: &Editing, snapshot: &Snapshot, look: &Look, area: Rect, buffer: &mut Buffer) {
    let mut below = consequences(editing, snapshot, look, area.height);
    let (mut lines, mut chosen) = (Vec::new(), 0..0);
    for parameter in editing.setup().shown() {
        let from = lines.len();
        lines.extend(field(editing, parameter, look, usize::from(area.width)));
        if parameter == editing.chosen() {
            chosen = from..lines.len();
            if parameter == Parameter::Constructions {
                let ticks = ticks(editing, look, usize::from(area.width));
                let marked = from + 1 + ticks.iter().position(|(marked, _)| *marked).unwrap_or(0);
                let line = |(_, line)| line;
                lines.splice(from + 1..from + 1, ticks.into_iter().map(line)).for_each(drop);
                // The name of the field if there is room, the marked construction in any case.
                chosen = if area.height >= 24 { from..lines.len() } else { marked..marked + 1 };
            }
        }
    }
    let room = usize::from(area.height).saturating_sub(below.len());
    // The chosen field and its problem stay in sight.
    let hidden = (lines.len() - room.min(lines.len())).min(
        chosen
            .end
            .saturating_sub(room)
            .max(chosen.start.saturating_sub(room.saturating_sub(chosen.len()) / 2)),
    );
    if let (true, Some(heading)) = (hidden + room < lines.len(), below.first_mut()) {
        const MORE: &str = " (more fields: Down)";
        // The hint about hidden fields is worth more than the end of a long heading.
        if heading.width() + MORE.len() > usize::from(area.width) {
            let room = usize::from(area.width).saturating_sub(MORE.len());
            *heading = Line::styled(cut(&heading.to_string(), room, look), heading.style);
        }
        heading.push_span(Span::styled(MORE, look.theme.faint));
    }
    let mut shown: Vec<Line<'_>> = lines.into_iter().skip(hidden).take(room).collect();
    shown.extend(below);
    for (line, row) in shown.iter().zip(area.rows()) {
        draw_line(line, look, row, buffer);
    }
}

/// A field's line, and under it why its value cannot be used.
fn field(editing: &Editing, parameter: Parameter, look: &Look, width: usize) -> Vec<Line<'static>> {
    let (theme, setup) = (look.theme, editing.setup());
    let chosen = parameter == editing.chosen();
    let reason = editing.problems().iter().find(|problem| problem.parameter == parameter);
    let pointer = if chosen { look.glyphs.pointer } else { " " };
    let edited = if setup.is_changed(parameter) { "*" } else { " " };
    let name = format!("{:<NAMES$}", parameter.key());
    let style = if chosen { theme.title } else { theme.faint };
    let mut spans = vec![
        Span::styled(pointer, theme.key),
        Span::styled(edited, theme.key),
        Span::styled(name, if reason.is_some() { theme.bad } else { style }),
    ];
    let room = width.saturating_sub(MARKS + NAMES);
    if parameter == Parameter::Constructions {
        let ticked = setup.constructions();
        let text = if chosen {
            let count = ticked.len();
            let variants =
                [format!("{count} ticked; Left Right go, Space ticks"), format!("{count}: Space ticks")];
            fitting(variants.to_vec(), room as u16)
        } else {
            let refused = editing.forecast().plan.refused.len();
            let names: Vec<String> = ticked.iter().map(|&each| construction_name(each)).collect();
            let names = names.join("; ");
            if refused == 0 { names } else { format!("{names} ({} {refused} cannot)", look.glyphs.bad) }
        };
        spans.push(Span::styled(cut(&text, room, look), theme.text));
    } else if chosen {
        spans.extend(editing.field().spans(look, room));
    } else {
        spans.push(Span::styled(cut(&look.glyphs.write(setup.text(parameter)), room, look), theme.text));
    }
    if setup.text(parameter).trim().is_empty() {
        spans.push(Span::styled(left_out(editing, parameter), theme.faint));
    }
    let mut lines = vec![Line::from(spans)];
    let indent = " ".repeat(MARKS);
    if let Some(problem) = reason {
        let text = format!("{} {}", look.glyphs.bad, look.glyphs.write(&problem.message));
        let rows = textwrap::wrap(&text, width.saturating_sub(MARKS).max(8));
        lines.extend(
            rows.iter().take(REASON_LINES).map(|row| Line::styled(format!("{indent}{row}"), theme.bad)),
        );
    }
    lines
}

/// A line for each construction with its tick, and whether it is the marked one. A ticked one that cannot be built for the
/// target says why.
fn ticks(editing: &Editing, look: &Look, width: usize) -> Vec<(bool, Line<'static>)> {
    let ticked = editing.setup().constructions();
    let refused = &editing.forecast().plan.refused;
    let mut lines = Vec::new();
    for &construction in Construction::all() {
        let marked = construction == editing.marked();
        let pointer = if marked { look.glyphs.pointer } else { " " };
        let tick = if ticked.contains(&construction) { "[x]" } else { "[ ]" };
        let style = if marked { look.theme.title } else { look.theme.text };
        let text = format!("{tick} {}", construction_name(construction));
        let line = Line::from(vec![
            Span::raw("   "),
            Span::styled(format!("{pointer} "), look.theme.key),
            Span::styled(text, style),
        ]);
        lines.push((marked, line));
        let reason = refused.iter().find(|(other, _)| *other == construction && ticked.contains(other));
        if let Some((_, reason)) = reason {
            let text = look.glyphs.write(&format!("{} {reason}", look.glyphs.bad));
            let rows = textwrap::wrap(&text, width.saturating_sub(REASON_INDENT).max(8));
            lines.extend(rows.iter().take(REASON_LINES).map(|row| {
                let row = format!("{:REASON_INDENT$}{row}", "");
                (false, Line::styled(row, look.theme.bad))
            }));
        }
    }
    lines
}

/// The default of an empty field.
fn left_out(editing: &Editing, parameter: Parameter) -> String {
    let experiment = &editing.forecast().experiment;
    let is_pending = editing.is_pending() || !editing.problems().is_empty();
    let is_graph = experiment.target.graph().is_some();
    match parameter {
        _ if is_pending => String::new(),
        Parameter::Epsilon => format!("{}: from tolerance", asked(experiment.epsilon)),
        Parameter::WMax => format!("{}: largest |w|", number(experiment.w_max)),
        Parameter::FMax => format!("{}: derived", number(experiment.f_max)),
        Parameter::Mode => "each lane decides".to_owned(),
        Parameter::Layers
        | Parameter::Transposed
        | Parameter::Order
        | Parameter::Activation
        | Parameter::OutputActivation
        | Parameter::Activations
            if is_graph =>
        {
            "as the graph says".to_owned()
        }
        Parameter::Graph if is_graph => "the model's own".to_owned(),
        Parameter::Graph => "none: layer after layer".to_owned(),
        Parameter::Layers | Parameter::Transposed | Parameter::Order => "found in the file".to_owned(),
        Parameter::SpectralNorm => "not scaled down".to_owned(),
        Parameter::Activation => "Relu".to_owned(),
        Parameter::OutputActivation => "as activation".to_owned(),
        Parameter::Activations => "as the two above".to_owned(),
        _ => String::new(),
    }
}

/// The consequences, as far as there is room, under a heading with their state.
fn consequences(editing: &Editing, snapshot: &Snapshot, look: &Look, height: u16) -> Vec<Line<'static>> {
    const ALL: usize = 9;
    /// The size of G per weight, its draws, its useful products.
    const LESS_TELLING: std::ops::Range<usize> = 4..7;
    let forecast = editing.forecast();
    let lane = snapshot.shown.min(forecast.plan.lanes.len() - 1);
    let layer = snapshot.lane().view.layer.min(forecast.plan.lanes[lane].layers.len());
    let mut lines = architecture::consequences(&forecast.experiment, &forecast.plan, (lane, layer), look);
    let room = usize::from(height / 3);
    if room < ALL {
        lines.drain(LESS_TELLING);
    }
    lines.truncate(room);
    let (text, style) = if editing.is_pending() {
        ("what follows: computing", look.theme.title)
    } else if editing.problems().is_empty() {
        ("what follows", look.theme.title)
    } else {
        ("what followed when all was valid", look.theme.bad)
    };
    if height > 0 {
        lines.insert(0, Line::styled(text, style));
    }
    lines
}
