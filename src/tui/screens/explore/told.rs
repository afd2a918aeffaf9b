//! Explore in words: how far the construction is, and what the last neuron did.

use ratatui::text::Line;

use crate::report::text::{
    self, construction_name, grouped, layer_kind, mode, number_of_neurons, per_weight,
};
use crate::session::Phase;
use crate::tui::view::ScreenView;
use crate::tui::widgets::frame_lines::{self, MEASURING, fitting};
use crate::verification::STEPS;

/// How far the construction is; of a graph with the kinds of its layers, where there is room.
pub(super) fn status_line(view: &ScreenView<'_>, width: u16) -> Line<'static> {
    let (separator, style) = (view.look.glyphs.separator, view.look.theme.text);
    let variants = [true, false].map(|with_kinds| format!(" {}", status(view, with_kinds).join(separator)));
    Line::styled(fitting(variants.to_vec(), width), style)
}

fn status(view: &ScreenView<'_>, with_kinds: bool) -> Vec<String> {
    let (snapshot, look) = (view.scene.snapshot, view.look);
    let kind = |layer: usize| match layer_kind(&snapshot.experiment, layer).filter(|_| with_kinds) {
        Some(kind) => format!(": {}", look.glyphs.write(&kind)),
        None => String::new(),
    };
    let lane = snapshot.lane();
    let layers = lane.layers.len();
    let construction = construction_name(snapshot.plan.lanes[lane.index].construction);
    let mut parts = Vec::new();
    let built = lane.layers.iter().filter(|row| row.is_done).count();
    if view.layer_is_chosen {
        parts.push(format!("viewing layer {}{}, computed {built}", lane.view.layer, kind(lane.view.layer)));
    }
    match lane.phase {
        Phase::Building(layer) if lane.is_measuring => {
            parts.push(format!("layer {layer}/{layers}{}", kind(layer)));
            parts.push(MEASURING.to_owned());
        }
        Phase::Building(layer) => {
            let row = &lane.layers[layer - 1];
            let (weights_done, weights) = (grouped(row.weights_done as i64), grouped(row.weights as i64));
            let sampled = number_of_neurons(row.neurons_sampled);
            parts.push(format!("layer {layer}/{layers}{}", kind(layer)));
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
    parts
}

/// An error; else the last neuron; before the first one, the hint.
pub(super) fn event_line(view: &ScreenView<'_>, is_edited: bool) -> Line<'static> {
    let (snapshot, look) = (view.scene.snapshot, view.look);
    if let Some(message) = view.message_line() {
        return message;
    }
    let layer = &snapshot.lane().view;
    if is_edited {
        let hint = " The last run stays until Enter forgets what was built and starts over.";
        return Line::styled(hint, look.theme.text);
    }
    if let (None, Some(refused)) = (layer.tally.last, text::not_built(&snapshot.plan.refused)) {
        return Line::styled(format!(" {}", look.glyphs.write(&refused)), look.theme.bad);
    }
    if view.is_new && layer.tally.last.is_none() {
        let hint = " Press n to draw a neuron, space to run, ? to learn what this is.";
        return Line::styled(hint, look.theme.text);
    }
    let Some(draw) = layer.tally.last else {
        return Line::styled(format!(" layer {}: nothing is drawn", layer.layer), look.theme.faint);
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
        layer.layer,
        grouped(draw.neuron as i64)
    );
    Line::styled(text, look.theme.faint)
}
