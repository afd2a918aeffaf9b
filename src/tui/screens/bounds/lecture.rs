//! Bounds in a lecture: what each construction asks for at the place of the cursor, as bars.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::chart::Chart;
use crate::report::numbers::per_weight_short;
use crate::tui::lecture::bars::{self, NamedBar};
use crate::tui::lecture::{Lecture, NamedNumber};
use crate::tui::view::ScreenView;

/// What the screen shows of the theory's curves.
pub(super) fn lecture<'a>(view: &'a ScreenView<'a>, chart: &'a Chart) -> Lecture<'a> {
    let look = view.look;
    let readings = chart.curves.read(chart.cursor, chart.chosen, &[]);
    let asked = |index: usize| {
        let reading = readings.iter().find(|reading| reading.curve == index)?;
        reading.point.map(|point| point.neurons_per_weight)
    };
    let drawn: Vec<usize> = chart.drawn().filter(|&index| asked(index).is_some()).collect();
    let name = |index: usize| chart.curves.curves[index].construction.name();
    let log = |index: usize| asked(index).map_or(0.0, |neurons| neurons.log10().max(0.0));
    let by_neurons = |a: &&usize, b: &&usize| log(**a).total_cmp(&log(**b));
    let (most, fewest) = (drawn.iter().max_by(by_neurons), drawn.iter().min_by(by_neurons));
    let figure = |index: &usize| Some(NamedNumber::new(name(*index), per_weight_short(asked(*index)?)));
    let figures = [fewest, most.filter(|most| Some(*most) != fewest)].into_iter().flatten();
    let figures = figures.filter_map(figure).collect();
    let longest = most.map_or(1.0, |&most| log(most).max(1.0));
    let bars: Vec<NamedBar> = drawn
        .iter()
        .map(|&index| NamedBar {
            name: name(index).to_owned(),
            share: log(index) / longest,
            style: look.theme.curve_style(index),
        })
        .collect();
    Lecture {
        sentence: "Neurons of the random network for each weight of the target, by the theorems: a step to the right \
                   multiplies them."
            .to_owned(),
        figures,
        picture: Box::new(move |area: Rect, buffer: &mut Buffer| bars::render(&bars, look, area, buffer)),
    }
}
