//! The text of `slth run`.

use std::fmt::Write as _;

use super::assumptions::{NO_PROMISE, broken, marked};
use super::bridge::bridge;
use super::certificate::certificate;
use super::comparison::subset_estimate;
use super::learned::learned;
use super::setup::{construction_name, heading, mode};
use super::verdict::verdict;
use crate::construction::{Demand, LayerBuilder};
use crate::experiment::Construction;
use crate::method::DemandKind;
use crate::report::comparison::SubsetEstimate;
use crate::report::learned::{BridgeReport, LearnedReport, LearnedRun, learned_names, learned_views};
use crate::report::numbers::{grouped, number_of_neurons, per_weight};
use crate::report::page::Page;
use crate::report::table::{Cell, Rows};
use crate::session::{LaneView, LayerRow, Session, Shard};
use crate::verification::LayerCheck;
use crate::visible::shortened;

/// Most open demands listed.
const NAMED_DEMANDS: usize = 5;

/// The text of `slth run`.
pub fn run(session: &Session, page: Page) -> String {
    let mut text = heading(session);
    for (index, lane) in session.lanes().iter().enumerate() {
        let view = session.view(index, None);
        let plan = lane.plan();
        let _ = writeln!(text, "\n{}, {}\n", construction_name(plan.construction), mode(plan.mode));
        let broken = broken(&view.assumptions);
        let _ = writeln!(text, "{}\n", layers(&view, broken.is_none(), page));
        if let Some(broken) = broken {
            let _ = writeln!(text, "{NO_PROMISE}\n{broken}");
        }
        text.push_str(&open_demands(lane.builders(), plan.construction));
        if let Some(estimate) = SubsetEstimate::new(session.experiment(), &view) {
            let _ = writeln!(text, "{}", subset_estimate(&estimate));
        }
        if let Some(certified) = view.error.certificate.as_deref() {
            let _ = writeln!(text, "{}", certificate(certified, view.error.epsilon, page));
        }
        text.push_str(&verdict(session.experiment().target.architecture(), &view));
    }
    let views = learned_views(session);
    let names = learned_names(&views.iter().map(|view| &view.method).collect::<Vec<_>>());
    let runs = LearnedRun::all_of(session, &views);
    for (run, name) in runs.iter().zip(names) {
        text.push_str(&learned(&name, &LearnedReport::new(run), page));
    }
    if let Some(report) = BridgeReport::of_session(session, &runs) {
        text.push_str(&bridge(&report, page));
    }
    page.fit(&text)
}

fn layers(view: &LaneView, bound_applies: bool, page: Page) -> String {
    // Blank while a layer is not measured.
    fn measured(write: fn(&LayerRow, &LayerCheck) -> String) -> impl Fn(&&LayerRow) -> Cell {
        move |row| row.check.as_ref().map_or(Cell::BLANK, |check| write(row, check).into())
    }
    let table = Rows::of(&view.layers)
        .column("layer", |row| row.layer)
        .column("weights", |row| grouped(row.weights))
        .column("bound", |row| row.neurons_bound.map(|bound| marked(number_of_neurons(bound), bound_applies)))
        .column("sampled", |row| number_of_neurons(row.neurons_sampled))
        .column("sampled\nper weight", |row| per_weight(row.neurons_sampled.ratio(row.weights.into())))
        .column("kept\nneurons", measured(|_, check| grouped(check.kept_neurons)))
        .column("kept\nweights", measured(|_, check| grouped(check.kept_weights)))
        .column("max error\nx>0", measured(|_, check| error_of_half(check.max_error[0])))
        .joined()
        .column("max error\nx<0", measured(|_, check| error_of_half(check.max_error[1])))
        .joined()
        .column("tolerance", measured(|row, _| format!("{:.3e}", row.weight_tolerance)))
        .column("norm W*", measured(|_, check| format!("{:.6}", check.norm_target)))
        .joined()
        .column("norm Ŵ", measured(|_, check| format!("{:.6}", check.norm_pruned)));
    page.table(&table.table())
}

fn error_of_half(error: Option<f64>) -> String {
    error.map_or("skipped".to_owned(), |error| format!("{error:.3e}"))
}

/// A demand in words: `w[0,3] x>0 bucket 4`.
pub fn demand(demand: Demand, construction: Construction) -> String {
    let Demand { output, input, half, bucket } = demand;
    let side = half.name();
    match construction.facts().demands {
        DemandKind::Buckets => format!("w[{output},{input}] {side} bucket {bucket}"),
        DemandKind::Halves => format!("w[{output},{input}] {side}"),
        DemandKind::Neurons => format!("neuron {output} of the target"),
    }
}

fn open_demands(builders: &[LayerBuilder], construction: Construction) -> String {
    let mut text = String::new();
    for builder in builders {
        let (count, listed) = builder.open_demands();
        if count == 0 {
            continue;
        }
        let named: Vec<String> =
            listed.iter().take(NAMED_DEMANDS).map(|&open| demand(open, construction)).collect();
        let more = if count > named.len() as u64 { ", …" } else { "" };
        let _ = writeln!(
            text,
            "layer {}: {} {} stayed open at the bound: {}{more}",
            builder.problem().layer,
            grouped(count),
            if count == 1 { "demand" } else { "demands" },
            named.join("; ")
        );
    }
    text
}

/// The text of a share of a run, left in the checkpoint of this name.
pub fn run_share(session: &Session, shard: Shard, file: &str) -> String {
    let done = session.state().begun().into_iter().filter(|(_, is_done)| *is_done);
    let done: Vec<String> = done.map(|(part, _)| part.to_string()).collect();
    let done = if done.is_empty() { "nothing".to_owned() } else { done.join(", ") };
    format!(
        "share {shard} of {}: built {done}, in {file}\n`slth merge FILES --save FILE` brings the shares together\n",
        shortened(&session.experiment().title)
    )
}

/// The text of shares of a run merged to the checkpoint of this name.
pub fn merged_run(file: &str) -> String {
    format!("merged in {file}\n`slth run PRESET --checkpoint {file}` certifies and reports the run\n")
}
