//! The weight on view as rows to copy: one for each of its sums.

use crate::construction::WeightState;
use crate::report::Rows;
use crate::session::WeightView;
use crate::tui::clipboard::Copied;

/// w*, ŵ and |w* − ŵ| of each sum, all digits kept.
pub(super) fn weight(view: &WeightView) -> Option<Copied> {
    let table = Rows::of(&view.sums)
        .column("layer", |_| view.layer)
        .column("output", |_| view.output)
        .column("input", |_| view.input)
        .column("half", |sum| sum.half.map(|half| half.name()))
        .column("target", |_| view.target)
        .column("found", |sum| sum.value)
        .column("error", |sum| sum.residual.abs())
        .column("weight_tolerance", |_| view.tolerance)
        .column("state", |_| match view.state {
            WeightState::Waiting => "waiting",
            WeightState::UnderWay => "under way",
            WeightState::Finished => "finished",
        })
        .table();
    let what = format!("w[{},{}] of layer {}, a row for each sum", view.output, view.input, view.layer);
    Copied::rows(what, &table, 0..view.sums.len())
}
