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
pub mod editing;
mod fields;
mod pruned;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::Widget;

use crate::report::text::{self, construction_name, grouped, mode, number_of_neurons, per_weight};
use crate::session::Phase;
use crate::tui::Look;
use crate::tui::app::App;
use crate::tui::screens::compare::lanes::MEASURING;
use crate::tui::widgets::frame_lines::{self, pane};
use crate::tui::widgets::products;
use crate::verification::STEPS;

/// Columns that editing leaves the other panes their half of.
const EDITING_BESIDE: u16 = 76;

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
    frame_lines::title(app, look).render(title, buffer);
    frame_lines::draw_line(&status_line(app, look), look, status, buffer);
    let areas = &app.areas;
    if let Some(editing) = &app.editing {
        // All fields want to be seen: the lower pane makes room, and the right half too where it is narrow.
        let narrow = panes.width < EDITING_BESIDE;
        let area = if narrow { panes } else { top_left.union(bottom_left) };
        fields::render(editing, snapshot, look, pane("Architecture, edited", look, area, buffer), buffer);
        if narrow {
            frame_lines::draw_line(&event_line(app, look), look, event, buffer);
            return frame_lines::keys(app.context(), look, keys.width).render(keys, buffer);
        }
    } else {
        architecture::render(snapshot, look, pane("Architecture", look, top_left, buffer), buffer);
        buckets::render(snapshot, areas, look, pane("Buckets", look, bottom_left, buffer), buffer);
    }
    products::render(
        snapshot,
        snapshot.shown,
        look,
        pane("Product weights", look, top_right, buffer),
        buffer,
    );
    let inside = pane("Pruned network", look, bottom_right, buffer);
    let (shown, all) = pruned::render(app, look, inside, buffer);
    frame_lines::rows_of("layers", shown, all, look, bottom_right, buffer);
    frame_lines::draw_line(&event_line(app, look), look, event, buffer);
    frame_lines::keys(app.context(), look, keys.width).render(keys, buffer);
}

fn status_line(app: &App, look: &Look) -> Line<'static> {
    let snapshot = &app.snapshot;
    let lane = snapshot.lane();
    let layers = lane.layers.len();
    let construction = construction_name(snapshot.plan.lanes[lane.index].construction);
    let mut parts = Vec::new();
    let built = lane.layers.iter().filter(|row| row.is_done).count();
    if app.is_layer_chosen() {
        parts.push(format!("viewing layer {}, computed {built}", lane.view.layer));
    }
    match lane.phase {
        Phase::Building(layer) if lane.is_measuring => {
            parts.push(format!("layer {layer}/{layers}"));
            parts.push(MEASURING.to_owned());
        }
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
            parts.push(frame_lines::speed(snapshot.speed));
        }
        Phase::Verifying => {
            let (tried, inputs) = (lane.error.found.tried as i64, lane.error.inputs as i64);
            parts.push(if tried < inputs {
                format!("all layers built, inputs tried {}/{}", grouped(tried), grouped(inputs))
            } else {
                format!("all layers built, climbing, step {} of {STEPS}", lane.error.found.steps + 1)
            });
        }
        Phase::Done => {
            let sampled = lane.neurons_sampled();
            let drawn = mode(snapshot.plan.lanes[lane.index].mode);
            let each = per_weight(sampled.ratio(lane.weights().into()));
            parts.push(format!("{} neurons, {each} per weight, {drawn}", number_of_neurons(sampled)));
            parts.push(format!("{:.2} s computing", lane.elapsed.as_secs_f64()));
        }
    }
    parts.push(construction);
    if snapshot.lanes.len() > 1 {
        parts.push(format!("lane {} of {}", lane.index + 1, snapshot.lanes.len()));
    }
    parts.extend(text::not_built_names(&snapshot.plan.refused));
    Line::styled(format!(" {}", parts.join(look.glyphs.separator)), look.theme.text)
}

/// What the last neuron did; before the first, what to press; what went wrong, if anything did.
fn event_line(app: &App, look: &Look) -> Line<'static> {
    let snapshot = &app.snapshot;
    if let Some(message) = frame_lines::message(app, look) {
        return message;
    }
    let view = &snapshot.lane().view;
    if app.editing.is_some() {
        let hint = " The last run stays until Enter forgets what was built and starts over.";
        return Line::styled(hint, look.theme.text);
    }
    if let (None, Some(refused)) = (view.tally.last, text::not_built(&snapshot.plan.refused)) {
        return Line::styled(format!(" {}", look.glyphs.write(&refused)), look.theme.bad);
    }
    if app.is_new && view.tally.last.is_none() {
        let hint = " Press n to draw a neuron, space to run, ? to learn what this is.";
        return Line::styled(hint, look.theme.text);
    }
    let Some(draw) = view.tally.last else {
        return Line::styled(format!(" layer {}: nothing is drawn", view.layer), look.theme.faint);
    };
    let tried = if draw.tries == 1 { "1 pair".to_owned() } else { format!("{} pairs", draw.tries) };
    let outcome = match draw.served {
        Some(demand) => {
            let more =
                if draw.serves > 1 { format!(", and {} more", draw.serves - 1) } else { String::new() };
            format!("serves {}{more}", text::demand(demand, snapshot.lane().construction))
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
