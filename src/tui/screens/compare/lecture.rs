//! Compare in a lecture: the lanes of the most and the fewest neurons as bars.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::report::numbers::number_short;
use crate::report::{Race, RaceSource};
use crate::session::LaneView;
use crate::theory::Count;
use crate::tui::lecture::bars::{self, NamedBar};
use crate::tui::lecture::{Lecture, NamedNumber};
use crate::tui::view::ScreenView;

/// What the screen shows of these lanes.
pub(super) fn lecture<'a>(view: &'a ScreenView<'a>, lanes: &[&LaneView]) -> Lecture<'a> {
    let look = view.look;
    let gap = match Race::of(lanes) {
        Race::Gap(gap) if gap.most.0 != gap.fewest.0 => gap,
        race => {
            let sentence = match race {
                Race::NoLane => "No lane is there to compare.",
                Race::Gap(_) => "One lane is there: t puts another beside it.",
                Race::NoBound(_) => {
                    "Nothing is built yet, and not every lane has a bound: a builds all lanes."
                }
                Race::NoPromise(_) => {
                    "Nothing is built yet, and the target breaks what a bound assumes: a builds all lanes."
                }
            };
            return Lecture {
                sentence: sentence.to_owned(),
                figures: Vec::new(),
                picture: Box::new(|_, _| {}),
            };
        }
    };
    let (most, fewest) = (gap.most.0.name(), gap.fewest.0.name());
    let known = match gap.source {
        RaceSource::Bounds => "By their bounds",
        RaceSource::SoFar(_) => "So far",
        RaceSource::Observed => "Observed",
    };
    let short = |neurons: Count| number_short(neurons.as_f64());
    let longest = gap.most.1.log10().max(1.0);
    let bar = |name: &str, neurons: Count, style| NamedBar {
        name: name.to_owned(),
        share: neurons.log10().max(0.0) / longest,
        style,
    };
    let bars = [
        bar(most, gap.most.1, look.theme.curve_style(0)),
        bar(fewest, gap.fewest.1, look.theme.curve_style(1)),
    ];
    Lecture {
        sentence: format!(
            "{known}, {most} needs more neurons than {fewest} for the same target: a step to the right multiplies them."
        ),
        figures: vec![
            NamedNumber::new("times as many neurons", short(gap.times())),
            NamedNumber::new(most, short(gap.most.1)),
            NamedNumber::new(fewest, short(gap.fewest.1)),
        ],
        picture: Box::new(move |area: Rect, buffer: &mut Buffer| bars::render(&bars, look, area, buffer)),
    }
}
