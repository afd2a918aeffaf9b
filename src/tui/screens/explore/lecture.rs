//! Explore in a lecture: the neuron drawn last, its product among all products.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::report::numbers::{number_short, scientific};
use crate::report::text::{grouped, neuron_outcome};
use crate::session::{Phase, Snapshot, TicketVerdict};
use crate::tui::lecture::{Lecture, NamedNumber};
use crate::tui::view::ScreenView;
use crate::tui::widgets::products;

/// Said before the first neuron.
const FIRST: &str =
    "A random network is drawn, neuron by neuron. Nothing in it is ever changed: a neuron is kept or cut.";

/// What the screen shows of a construction.
pub(super) fn lecture<'a>(view: &'a ScreenView<'a>) -> Lecture<'a> {
    let (snapshot, look): (&Snapshot, _) = (view.scene.snapshot, view.look);
    let lane = snapshot.lane();
    let picture = Box::new(move |area: Rect, buffer: &mut Buffer| {
        products::render_bare(snapshot, snapshot.shown, look, area, buffer);
    });
    let drawn = NamedNumber::new("neurons drawn", number_short(lane.neurons_sampled().as_f64()));
    let rebuilt = NamedNumber::new("weights rebuilt", grouped(lane.weights_done() as i64));
    let (sentence, figures) = match (lane.phase, &lane.view.last) {
        (Phase::Done, _) => {
            let holds = matches!(lane.verdict(), Some(TicketVerdict::Holds | TicketVerdict::HoldsExactly));
            let sentence = if holds {
                "The ticket holds: what is kept of the random network computes what the target computes."
            } else {
                "The ticket does not hold."
            };
            let certified =
                lane.error.certified.map(|error| NamedNumber::new("error certified", scientific(error, 1)));
            let asked = NamedNumber::new("error allowed", number_short(snapshot.experiment.epsilon));
            let each = lane.neurons_sampled().ratio(lane.weights().into()).as_f64();
            let each = NamedNumber::new("neurons a weight", number_short(each));
            (sentence, certified.into_iter().chain([asked, each]).collect())
        }
        (_, Some(story)) => {
            let figures = vec![
                NamedNumber::new("product of its weights", scientific(story.path.product(), 1)),
                rebuilt,
                NamedNumber::new("z_in, rounded", scientific(story.path.z_in, 0)),
                NamedNumber::new("z_out, rounded", scientific(story.path.z_out, 0)),
            ];
            (neuron_outcome(story), figures)
        }
        (_, None) => (FIRST, vec![rebuilt, drawn]),
    };
    Lecture { sentence: sentence.to_owned(), figures, picture }
}
