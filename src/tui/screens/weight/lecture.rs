//! Weight in a lecture: the staircase of its first sum alone.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::staircase;
use crate::construction::{Fate, WeightState};
use crate::report::numbers::{number, scientific};
use crate::session::WeightView;
use crate::tui::lecture::bars::{self, NamedBar};
use crate::tui::lecture::{Lecture, NamedNumber};
use crate::tui::view::ScreenView;

/// What the screen shows of a weight.
pub(super) fn lecture<'a>(view: &'a ScreenView<'a>, weight: &'a WeightView) -> Lecture<'a> {
    let look = view.look;
    let mut figures = vec![NamedNumber::new("target weight", number(weight.target))];
    let mut stairs = Vec::new();
    if let Some(sum) = weight.sums.first() {
        figures.push(NamedNumber::new("kept pieces add up to", number(sum.value)));
        figures.push(NamedNumber::new("left", scientific(sum.residual.abs(), 1)));
        figures.push(NamedNumber::new("may be left", scientific(weight.allowed, 1)));
        let taken = sum.steps.iter().filter(|step| matches!(step.fate, Fate::Taken));
        let residuals = taken.filter_map(|step| step.before).chain([sum.residual]);
        stairs = residuals
            .map(|residual| {
                let share = staircase::share(weight, residual);
                NamedBar { name: String::new(), share, style: look.theme.bar }
            })
            .collect();
    }
    let sentence = match weight.state {
        _ if weight.target == 0.0 => "A weight of zero needs no neuron.",
        WeightState::Waiting => "No neuron has served this weight yet.",
        WeightState::UnderWay => "Each neuron kept takes away a piece of what is left of the weight.",
        WeightState::Finished => {
            "Each neuron kept took away much of what was left of the weight, until next to nothing was."
        }
    };
    Lecture {
        sentence: sentence.to_owned(),
        figures,
        picture: Box::new(move |area: Rect, buffer: &mut Buffer| bars::render(&stairs, look, area, buffer)),
    }
}
