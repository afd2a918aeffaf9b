//! Explore in words: how far the construction is, and the next step.

use ratatui::text::{Line, Span};

use crate::report::text::{
    self, construction_name, grouped, layer_kind, mode, number_of_neurons, per_weight,
};
use crate::session::{Activity, Phase, Snapshot, TicketVerdict};
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
        // A finished layer keeps its picture until the next one has a neuron.
        Phase::Building(layer) if !view.layer_is_chosen && lane.view.layer < layer => {
            let row = &lane.layers[lane.view.layer - 1];
            parts.push(format!("layer {}/{layers}", row.layer));
            parts.push(format!(
                "{}/{} weights",
                grouped(row.weights_done as i64),
                grouped(row.weights as i64)
            ));
            parts.push(format!("built with {} neurons", number_of_neurons(row.neurons_sampled)));
            parts.push(format!("next layer {layer}/{layers}{}", kind(layer)));
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

/// An error; else the next step, with the milestone that was reached; before the first one, the hint.
pub(super) fn event_line(view: &ScreenView<'_>, is_edited: bool, width: u16) -> Line<'static> {
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
    let (milestone, next) = next_step(snapshot);
    let mut spans = vec![Span::raw(" ")];
    if let Some(reached) = milestone {
        let good = format!("{} {} ", look.glyphs.good, look.glyphs.write(&reached));
        spans.push(Span::styled(good, look.theme.good));
    }
    let room = width.saturating_sub(Line::from(spans.clone()).width() as u16);
    // As many keys as there is room for.
    let keys =
        (1..=next.len()).rev().map(|keys| format!("Next: {}", next[..keys].join(look.glyphs.separator)));
    spans.push(Span::styled(frame_lines::fitting(keys.collect(), room), look.theme.text));
    Line::from(spans)
}

/// The milestone that the construction has just reached, if any, and what can be done next: keys with their effects.
fn next_step(snapshot: &Snapshot) -> (Option<String>, Vec<String>) {
    let (lane, layer) = (snapshot.lane(), &snapshot.lane().view);
    let steps = |steps: &[&str]| steps.iter().map(|&step| step.to_owned()).collect::<Vec<String>>();
    match (&snapshot.activity, lane.phase) {
        (Activity::Running, _) => return (None, steps(&["space pauses", "+ faster", "- slower"])),
        (Activity::Stepping | Activity::GoingBack, _) => return (None, steps(&["space stops here"])),
        (_, Phase::Verifying) => return (None, steps(&["a tries all inputs", "C what is proved already"])),
        (_, Phase::Done) => {
            let held = lane
                .verdict()
                .filter(|verdict| matches!(verdict, TicketVerdict::Holds | TicketVerdict::HoldsExactly));
            let next = ["C why it is certain", "5 what it computes", "4 bounds", "p presets"];
            let failed = ["C where the error comes from", "r once more", "e another setup"];
            return match held {
                Some(_) => (Some("The ticket holds.".to_owned()), steps(&next)),
                None => (None, steps(&failed)),
            };
        }
        (_, Phase::Building(_)) if lane.is_measuring => return (None, steps(&["l measures the layer"])),
        (_, Phase::Building(building)) if layer.layer < building && lane.layers[layer.layer - 1].is_done => {
            let next = vec![
                format!("n draws for layer {building}"),
                "l builds all of it".to_owned(),
                "3 how a weight was put together".to_owned(),
            ];
            return (Some(format!("Layer {} is built.", layer.layer)), next);
        }
        _ => {}
    }
    match layer.last {
        Some(story) if story.completes => {
            let weight = format!("w[{},{}] is complete.", story.path.output, story.path.input);
            (Some(weight), steps(&["3 how it was put together", "w the next weight", "l the whole layer"]))
        }
        Some(_) => {
            (None, steps(&["n one more neuron", "w finishes a weight", "3 watch it grow", "? what is this"]))
        }
        None => (None, steps(&["n draws a neuron", "w finishes a weight", "space runs"])),
    }
}
