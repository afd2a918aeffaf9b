//! The Explore screen.
//!
//! ```text
//! ┌ title ────────────────────────────────┐  what this is, what is happening
//! │ status                                │  where the construction stands
//! │ Architecture      │ Product weights   │
//! │───────────────────┼───────────────────│
//! │ Buckets           │ Pruned network    │
//! │ event                                 │  what the last neuron did, or what to press
//! └ keys ─────────────────────────────────┘
//! ```

mod architecture;
mod buckets;
mod products;
mod pruned;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use super::Look;
use super::app::App;
use super::keymap::{Context, bindings};
use crate::construction::Half;
use crate::report::text::{construction_name, grouped, mode, number_of_neurons, per_weight};
use crate::session::{Activity, Phase, Snapshot, Speed};

/// Draws the screen, whatever its size.
pub fn render(frame: &mut Frame<'_>, app: &App, look: &Look) {
    let [title, status, panes, event, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    let [upper, lower] = Layout::vertical([Constraint::Fill(1); 2]).areas(panes);
    let halves = |area: Rect| -> [Rect; 2] { Layout::horizontal([Constraint::Fill(1); 2]).areas(area) };
    let ([top_left, top_right], [bottom_left, bottom_right]) = (halves(upper), halves(lower));
    let buffer = frame.buffer_mut();
    let snapshot = &app.snapshot;
    title_line(snapshot, look).render(title, buffer);
    status_line(snapshot, look).render(status, buffer);
    architecture::render(snapshot, look, pane("Architecture", look, top_left, buffer), buffer);
    products::render(snapshot, look, pane("Product weights", look, top_right, buffer), buffer);
    buckets::render(snapshot, look, pane("Buckets", look, bottom_left, buffer), buffer);
    pruned::render(snapshot, look, pane("Pruned network", look, bottom_right, buffer), buffer);
    event_line(app, look).render(event, buffer);
    key_line(app.context(), look, keys.width).render(keys, buffer);
}

/// Draws a frame with a title and returns what is left inside.
fn pane(title: &str, look: &Look, area: Rect, buffer: &mut ratatui::buffer::Buffer) -> Rect {
    let block = Block::bordered()
        .border_set(look.glyphs.border)
        .border_style(look.theme.faint)
        .title(Span::styled(format!(" {title} "), look.theme.title));
    let inner = block.inner(area);
    block.render(area, buffer);
    inner
}

/// Says that there is no room, as far as there is.
fn too_small(look: &Look, area: Rect, buffer: &mut ratatui::buffer::Buffer) {
    if area.height > 0 {
        buffer.set_stringn(area.x, area.y, "too small", usize::from(area.width), look.theme.faint);
    }
}

fn title_line<'a>(snapshot: &'a Snapshot, look: &Look) -> Line<'a> {
    let (theme, glyphs) = (look.theme, look.glyphs);
    let (mark, activity, style) = match &snapshot.activity {
        Activity::Failed(_) => (glyphs.bad, "the engine has failed", theme.bad),
        Activity::Running => (glyphs.running, "running", theme.good),
        Activity::Stepping => (glyphs.running, "stepping", theme.good),
        Activity::Paused => match (snapshot.lane.phase, snapshot.lane.error.holds) {
            (Phase::Done, Some(true)) => (glyphs.good, "done: the ticket holds", theme.good),
            (Phase::Done, _) => (glyphs.bad, "done: the ticket does not hold", theme.bad),
            _ => (glyphs.paused, "paused", theme.text),
        },
    };
    Line::from(vec![
        Span::styled(" slth ", theme.selected),
        Span::styled(format!(" {mark} {activity}"), style),
        Span::styled(glyphs.separator, theme.faint),
        Span::styled(&*snapshot.experiment.name, theme.title),
        Span::styled(glyphs.separator, theme.faint),
        Span::raw(&*snapshot.experiment.title),
    ])
}

fn status_line(snapshot: &Snapshot, look: &Look) -> Line<'static> {
    let lane = &snapshot.lane;
    let layers = lane.layers.len();
    let construction = construction_name(snapshot.plan.lanes[lane.index].construction);
    let mut parts = Vec::new();
    match lane.phase {
        Phase::Building(layer) => {
            let row = &lane.layers[layer - 1];
            let (weights_done, weights) = (grouped(row.weights_done as i64), grouped(row.weights as i64));
            let sampled = number_of_neurons(row.neurons_sampled);
            parts.push(format!("layer {layer}/{layers}"));
            parts.push(format!("{weights_done}/{weights} weights"));
            parts.push(match row.neurons_bound {
                Some(bound) => {
                    format!("{sampled} of {} {} neurons", look.glyphs.at_most, number_of_neurons(bound))
                }
                None => format!("{sampled} neurons"),
            });
            parts.push(match snapshot.speed {
                Speed::PerSecond(speed) => format!("{}/s", grouped(speed as i64)),
                Speed::FlatOut => "flat out".to_owned(),
            });
        }
        Phase::Verifying => {
            let (tried, inputs) = (lane.error.found.tried as i64, lane.error.inputs as i64);
            parts.push(format!("all layers built, inputs tried {}/{}", grouped(tried), grouped(inputs)));
        }
        Phase::Done => {
            let sampled: f64 = lane.layers.iter().map(|row| row.neurons_sampled).sum();
            let weights: u64 = lane.layers.iter().map(|row| row.weights).sum();
            let drawn = mode(snapshot.plan.lanes[lane.index].mode);
            let each = per_weight(sampled / weights as f64);
            parts.push(format!("{} neurons, {each} per weight, {drawn}", number_of_neurons(sampled)));
            parts.push(format!("{:.2} s computing", lane.elapsed.as_secs_f64()));
        }
    }
    parts.push(construction);
    if snapshot.lanes > 1 {
        parts.push(format!("lane {} of {}", lane.index + 1, snapshot.lanes));
    }
    Line::styled(format!(" {}", parts.join(look.glyphs.separator)), look.theme.text)
}

/// What the last neuron did; before the first, what to press; what went wrong, if anything did.
fn event_line(app: &App, look: &Look) -> Line<'static> {
    let snapshot = &app.snapshot;
    if let Some(message) = &app.message {
        return Line::styled(format!(" {message}"), look.theme.bad);
    }
    if let Activity::Failed(message) = &snapshot.activity {
        return Line::styled(format!(" internal error: {message}"), look.theme.bad);
    }
    let view = &snapshot.lane.view;
    let Some(draw) = view.tally.last else {
        let hint = " Press n to draw a neuron, space to run, ? to learn what this is.";
        return Line::styled(hint, look.theme.text);
    };
    let tried = if draw.tries == 1 { "1 pair".to_owned() } else { format!("{} pairs", draw.tries) };
    let outcome = match draw.served {
        Some(demand) => {
            let side = if demand.half == Half::Positive { "x>0" } else { "x<0" };
            let (output, input, bucket) = (demand.output, demand.input, demand.bucket);
            let more =
                if draw.serves > 1 { format!(", and {} more", draw.serves - 1) } else { String::new() };
            format!("serves w[{output},{input}], {side}, bucket {bucket}{more}")
        }
        None => "is of no use to any open demand".to_owned(),
    };
    let text = format!(
        " layer {}: neuron {}, tried against {tried}, {outcome}",
        view.layer,
        grouped(draw.neuron as i64)
    );
    Line::styled(text, look.theme.faint)
}

/// As many keys as fit, the help and the way out always among them.
fn key_line(context: Context, look: &Look, width: u16) -> Line<'static> {
    let mut spans = Vec::new();
    let mut used = 0;
    for binding in bindings(context) {
        let key = format!(" {} ", binding.keys[0].name());
        let label = format!("{} ", binding.label);
        used += key.len() + label.len();
        if used > usize::from(width) {
            break;
        }
        spans.push(Span::styled(key, look.theme.key));
        spans.push(Span::styled(label, look.theme.faint));
    }
    Line::from(spans)
}
