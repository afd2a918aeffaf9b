//! A lane's pane: how far it is, and the products of its neurons on the common axis, as high as they
//! are in this lane.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Paragraph, Widget, Wrap};

use super::slots::lane_of;
use crate::construction::Mode;
use crate::experiment::Construction;
use crate::report::plot::LogAxis;
use crate::report::text::{grouped, layer_kind, marked, mode, number_of_neurons};
use crate::session::{LaneView, Phase, Snapshot, TicketVerdict};
use crate::tui::look::Look;
use crate::tui::widgets::frame_lines::MEASURING;
use crate::tui::widgets::frame_lines::{cut, fitting};
use crate::tui::widgets::log_axis;
use crate::tui::widgets::products;

/// Rows of text above the bars, and rows of the chart and its axis that come before them.
const TEXT: u16 = 2;
const LEAST_CHART: u16 = 3;

/// Draws the inside of a pane. `columns`: width of the chart, the same in all panes.
pub(super) fn render(
    snapshot: &Snapshot,
    construction: Construction,
    common: Option<&LogAxis>,
    columns: u16,
    look: &Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    let Some(index) = lane_of(snapshot, construction) else {
        let refused = snapshot.plan.refused.iter().find(|(refused, _)| *refused == construction);
        let text = refused.map_or(String::new(), |(_, reason)| format!("does not apply: {reason}"));
        Paragraph::new(look.glyphs.write(&text)).wrap(Wrap { trim: true }).render(area, buffer);
        return;
    };
    let lane = &snapshot.lanes[index];
    let (state, style) = state(snapshot, lane, look, area.width);
    let lines = [(state, style), (neurons(lane, look, area.width), look.theme.text)];
    let rows = if area.height < LEAST_CHART { area.height } else { area.height - LEAST_CHART }.min(TEXT);
    for ((text, style), y) in lines.into_iter().zip(area.y..area.y + rows) {
        buffer.set_string(area.x, y, cut(&text, usize::from(area.width), look), style);
    }
    let Some(axis) = common.filter(|_| area.height > rows + 1) else { return };
    let chart =
        Rect { y: area.y + rows, height: area.height - rows - 1, width: columns.min(area.width), ..area };
    products::render_on(snapshot, index, axis, look, chart, buffer);
    log_axis::render(axis, look, Rect { y: chart.bottom(), height: 1, ..chart }, buffer);
}

/// The caption in the frame below the chart: its curve, and the density at its upper edge.
pub(super) fn caption(snapshot: &Snapshot, lane: &LaneView, look: &Look, width: u16) -> String {
    let (layer, curve) = (lane.view.layer, look.glyphs.curve[2].repeat(2));
    let layers = match layer_kind(&snapshot.experiment, layer) {
        Some(kind) => vec![format!("layer {layer}, {kind}"), format!("layer {layer}")],
        None => vec![format!("layer {layer}")],
    };
    let top = format!("top {:.2} per decade", products::top(snapshot, lane.index));
    let (law, only, what) = match lane.mode {
        Mode::SkipAhead => ("exact law only", "law only", "no neuron drawn"),
        Mode::Drawn => ("exact law", "law", "|z_in*z_out|"),
    };
    let mut variants: Vec<String> =
        layers.iter().map(|layer| format!(" {layer}, {what}: {curve} {law}, {top} ")).collect();
    variants.push(format!(" {what}: {curve} {law}, {top} "));
    variants.extend([format!(" {curve} {law}, {top} "), format!(" {curve} {only}, {top} ")]);
    variants.extend([format!(" {top} "), String::new()]);
    fitting(variants.iter().map(|text| look.glyphs.write(text).to_string()).collect(), width)
}

/// The lane's phase, complete weights and mode; or its verdict.
fn state(snapshot: &Snapshot, lane: &LaneView, look: &Look, width: u16) -> (String, Style) {
    let (theme, glyphs) = (look.theme, look.glyphs);
    let parts = |parts: &[&str]| parts.join(glyphs.separator);
    let (in_words, in_short) = (mode(lane.mode), lane.mode.name());
    match lane.phase {
        Phase::Building(layer) if lane.is_measuring => {
            let layer = format!("layer {layer}/{}", lane.layers.len());
            let variants = vec![parts(&[&layer, MEASURING]), layer];
            (fitting(variants, width), theme.text)
        }
        Phase::Building(of) => {
            let layer = format!("layer {of}/{}", lane.layers.len());
            let done = format!("{}/{}", grouped(lane.weights_done() as i64), grouped(lane.weights() as i64));
            let weights = format!("{done} weights");
            let mut variants = vec![
                parts(&[&layer, &weights, in_words]),
                parts(&[&layer, &weights, in_short]),
                parts(&[&layer, &weights]),
                parts(&[&layer, &done]),
            ];
            if let Some(kind) = layer_kind(&snapshot.experiment, of) {
                let named = format!("{layer}: {}", look.glyphs.write(&kind));
                variants.insert(0, parts(&[&named, &weights, in_words]));
                variants.insert(1, parts(&[&named, &weights]));
            }
            (fitting(variants, width), theme.text)
        }
        Phase::Verifying => {
            let (tried, inputs) = (lane.error.found.tried as i64, lane.error.inputs as i64);
            let tried = format!("{}/{}", grouped(tried), grouped(inputs));
            let variants = vec![
                format!("all layers built, inputs tried {tried}"),
                format!("inputs tried {tried}"),
                tried,
            ];
            (fitting(variants, width), theme.text)
        }
        Phase::Done => {
            let (verdict, style) = match lane.verdict() {
                Some(TicketVerdict::Holds) => (format!("{} the ticket holds", glyphs.good), theme.good),
                Some(TicketVerdict::HoldsExactly) => {
                    (format!("{} holds but for rounding", glyphs.good), theme.good)
                }
                Some(TicketVerdict::NotFound) => {
                    (format!("{} not completed, though there", glyphs.bad), theme.bad)
                }
                Some(TicketVerdict::Missing | TicketVerdict::Incomplete) => {
                    (format!("{} incomplete at the bound", glyphs.bad), theme.bad)
                }
                Some(TicketVerdict::NotCertified) | None => {
                    (format!("{} does not hold", glyphs.bad), theme.bad)
                }
            };
            (fitting(vec![parts(&[&verdict, in_words]), parts(&[&verdict, in_short]), verdict], width), style)
        }
    }
}

/// Neurons sampled, of the bound, over all layers.
fn neurons(lane: &LaneView, look: &Look, width: u16) -> String {
    let sampled = number_of_neurons(lane.neurons_sampled());
    let at_most = look.glyphs.at_most;
    let mut variants = Vec::new();
    let bound = lane.neurons_bound().map(number_of_neurons);
    if let Some(bound) = bound.map(|bound| marked(bound, lane.bound_applies())) {
        variants.push(format!("{sampled} of {at_most} {bound} neurons"));
        variants.push(format!("{sampled} of {at_most} {bound}"));
    }
    variants.extend([format!("{sampled} neurons"), sampled]);
    fitting(variants, width)
}
