//! The text of `slth check`.

use std::fmt::Write as _;

use super::assumptions::broken;
use super::learned::checked;
use super::origin::origin;
use super::setup::{construction_name, mode, tolerance_and_assumptions};
use crate::report::faithfulness::{CheckedLane, CheckedSetup, FaithfulnessReport, RateReport, Verdict, plot};
use crate::report::numbers::{grouped, number, number_of_neurons, per_weight};
use crate::report::page::Page;
use crate::report::share::{CheckShare, MissingParts};
use crate::report::table::{Cell, Rows};
use crate::session::{FailureRate, LaneRuns, Shard, Threshold};
use crate::theory::Count;
use crate::visible::{self, shortened};

/// The text of `slth check`.
pub fn faithfulness(
    setup: &CheckedSetup,
    lanes: &[LaneRuns],
    report: &FaithfulnessReport,
    page: Page,
) -> String {
    let mut text = String::new();
    let last = setup.outline.seed_of(report.runs - 1);
    let (title, name) = (shortened(&report.title), shortened(&setup.preset));
    let _ = writeln!(text, "{title} (preset {name}, seeds {} to {last})", report.seed);
    text.push_str(&origin(&report.origin));
    if report.stopped {
        let _ = writeln!(text, "STOPPED: what follows is what was found up to then.");
    }
    let within = match report.neurons_per_weight {
        Some(neurons) => format!("within {} neurons per weight", number(neurons)),
        None => "within its bound".to_owned(),
    };
    let _ = writeln!(
        text,
        "A run fails where a layer is not complete {within},\nor where the error certified in exact arithmetic is above ε = {}.",
        visible::number(report.epsilon)
    );
    text.push_str(&tolerance_and_assumptions(
        setup.given_tolerance,
        setup.epsilon,
        setup.is_chain,
        &setup.broken_assumptions,
    ));
    for refused in &report.refused {
        let _ = writeln!(text, "{} is not repeated: {}", construction_name(refused.which), refused.reason);
    }
    for (lane, runs) in report.lanes.iter().zip(lanes) {
        let stopped =
            if lane.runs < report.runs { format!(" of {}", grouped(report.runs)) } else { String::new() };
        let _ = writeln!(
            text,
            "\n{}: {}{stopped} runs, {}\n",
            construction_name(lane.which),
            grouped(lane.runs),
            mode(runs.plan.mode)
        );
        if !lane.unfinished_seeds.is_empty() {
            let seeds: Vec<String> = lane.unfinished_seeds.iter().map(u64::to_string).collect();
            let _ = writeln!(text, "not waited for, and not counted: seed {}\n", seeds.join(", "));
        }
        if let Some(broken) = broken(&lane.assumptions) {
            let _ = writeln!(text, "{broken}\n");
        }
        let _ = writeln!(text, "{}\n", rates(lane, report, page));
        let _ = writeln!(text, "{}\n", thresholds(lane, report, page));
        text.push_str(&plot(
            runs,
            (report.delta, report.confidence),
            report.limit(),
            page.width(),
            page.is_ascii(),
        ));
        text.push_str(&verdict(lane, report));
    }
    for lane in &report.learned {
        text.push_str(&checked(lane, report.confidence, page));
    }
    page.fit(&text)
}

/// The text of a share of a check, saved in the file of this name.
pub fn share_made(share: &CheckShare, shard: Shard, file: &str) -> String {
    let title = shortened(&share.setup().title);
    format!(
        "share {shard} of {title}: {}, saved in {file}\n`slth merge` brings the shares together\n",
        made(share)
    )
}

/// The text of shares merged to a larger one, saved in the file of this name.
pub fn merged_share(share: &CheckShare, missing: &MissingParts, file: &str) -> String {
    let title = shortened(&share.setup().title);
    format!("merged share of {title}: {}, saved in {file}\nmissing: {missing}\n", made(share))
}

/// `16 of 1,000 runs`
fn made(share: &CheckShare) -> String {
    let outline = &share.setup().outline;
    let made = |made: Option<usize>| grouped(made.unwrap_or(0) as u64);
    let of_lanes = share.made().lanes().iter().map(|made| made.records().len()).max();
    let of_learned = share.made().learned().iter().map(|made| made.records().len()).max();
    let learned = of_learned.map_or(String::new(), |runs| {
        format!(", {} of {} of learned methods", made(Some(runs)), grouped(outline.learned_runs))
    });
    format!("{} of {} runs{learned}", made(of_lanes), grouped(outline.runs))
}

/// Failure rates at the bound.
fn rates(lane: &CheckedLane, report: &FaithfulnessReport, page: Page) -> String {
    struct RateRow<'a> {
        name: String,
        weights: u64,
        bound: Option<(Count, Count)>,
        rate: &'a RateReport,
    }
    let layers = lane.layers.iter().map(|layer| RateRow {
        name: layer.layer.to_string(),
        weights: layer.weights,
        bound: Some((layer.neurons_bound, layer.neurons_per_weight_bound)),
        rate: &layer.failures,
    });
    let network = &lane.network;
    let all = RateRow {
        name: "network".to_owned(),
        weights: network.weights,
        bound: None,
        rate: &network.failures,
    };
    let table = Rows::of(layers.chain([all]))
        .column("layer", |row| row.name.clone())
        .column("weights", |row| grouped(row.weights))
        .column(report.limit(), |row| row.bound.map(|(neurons, _)| number_of_neurons(neurons)))
        .column("per weight", |row| row.bound.map(|(_, each)| per_weight(each)))
        .column("failures", |row| grouped(row.rate.count))
        .column("rate", |row| number(row.rate.rate))
        .column("low", |row| number(row.rate.low))
        .joined()
        .column("high", |row| number(row.rate.high))
        .joined();
    page.table(&table.table())
}

/// The fewest neurons per weight with δ, and with the layer's share of it.
fn thresholds(lane: &CheckedLane, report: &FaithfulnessReport, page: Page) -> String {
    let layers = lane
        .layers
        .iter()
        .map(|layer| (layer.layer.to_string(), layer.threshold, Some(layer.threshold_of_share)));
    let rows = Rows::of(layers.chain([("network".to_owned(), lane.network.threshold, None)]))
        .column("layer", |(name, ..)| name.clone());
    let delta = format!("rate {}", visible::number(report.delta));
    let rows = threshold(rows, delta, |(_, threshold, _)| Some(*threshold));
    let rows = match lane.layers.len() {
        1 => rows,
        layers => {
            let share = format!("rate {}", number(report.delta / layers as f64));
            threshold(rows, share, |(.., share)| *share)
        }
    };
    format!(
        "Neurons per weight at which failures fall to δ, and to a layer's share of it:\n{}",
        page.table(&rows.table())
    )
}

/// A threshold and its interval; blank without one.
fn threshold<R>(rows: Rows<R>, header: String, of: impl Fn(&R) -> Option<Threshold>) -> Rows<R> {
    let cell = |row: &R, neurons: fn(Threshold) -> Option<Count>| -> Cell {
        of(row).map_or(Cell::BLANK, |threshold| neurons(threshold).map(per_weight).into())
    };
    rows.column(header, |row| cell(row, |threshold| threshold.estimate))
        .column("low", |row| cell(row, |threshold| threshold.low))
        .joined()
        .column("high", |row| cell(row, |threshold| threshold.high))
        .joined()
}

fn verdict(lane: &CheckedLane, report: &FaithfulnessReport) -> String {
    let mut text = String::new();
    let network = &lane.network;
    let delta = report.delta;
    let _ = writeln!(text);
    if let Some(error) = network.largest_error {
        let _ = writeln!(text, "largest error certified  {error:.6e}, in exact arithmetic");
    }
    if network.exceeds_only_by_rounding > 0 {
        let above = grouped(network.exceeds_only_by_rounding);
        let _ = writeln!(text, "exceeds only by rounding {above}: ε is finer than an evaluation in f64");
    }
    if network.uncertified > 0 {
        let _ = writeln!(text, "complete, but above ε    {}", grouped(network.uncertified));
    }
    if network.incomplete > 0 {
        let open = network.incomplete - network.not_found - network.missing.count;
        let not_decided = if open > 0 { format!(", not decided {}", grouped(open)) } else { String::new() };
        let _ = writeln!(
            text,
            "not complete             {}: ticket there {}, missing {}{not_decided}",
            grouped(network.incomplete),
            grouped(network.not_found),
            grouped(network.missing.count)
        );
    }
    if !network.failing_seeds.is_empty() {
        let seeds: Vec<String> = network.failing_seeds.iter().map(u64::to_string).collect();
        let more = if network.failures.count > seeds.len() as u64 { ", …" } else { "" };
        let _ = writeln!(text, "seeds that fail          {}{more}", seeds.join(", "));
    }
    let _ = writeln!(text, "computed in              {:.2} s", lane.elapsed_seconds);
    if lane.least_claim > delta {
        let _ = writeln!(
            text,
            "{} runs can claim no rate below {}; for δ = {} it takes {} at least.",
            grouped(lane.runs),
            number(lane.least_claim),
            visible::number(delta),
            grouped(FailureRate::runs_to_claim(delta, report.confidence))
        );
    }
    text.push_str(&conclusion(lane, report));
    text
}

/// The verdict in a sentence or two.
fn conclusion(lane: &CheckedLane, report: &FaithfulnessReport) -> String {
    let network = &lane.network;
    let (low, high) = (number(network.failures.low), number(network.failures.high));
    let sure = format!("({} % sure), δ = {}", 100.0 * report.confidence, visible::number(report.delta));
    let (least, most) = (number(network.missing.low), number(network.missing.high));
    if let Some(neurons) = report.neurons_per_weight {
        return budget(lane, &number(neurons), &sure);
    }
    match lane.verdict {
        Verdict::Kept => format!("The promise is kept: at most {high} of all runs fail {sure}.\n"),
        Verdict::Undecided if network.failures.low > report.delta => format!(
            "Not decided: at least {low} of all runs are not completed; a ticket is missing in between {least} and {most} \
             of all runs {sure}.\n"
        ),
        Verdict::Undecided => {
            format!("Not decided: between {low} and {high} of all runs fail {sure}.\n")
        }
        Verdict::NotFound => format!(
            "Not found by this allocation though it is there: at least {low} of all runs are not completed, and a ticket is \
             missing in at most {most} of them all {sure}.\n"
        ),
        Verdict::Broken => format!(
            "The promise is NOT kept: the demands cannot all be met in at least {least} of all runs {sure}.\n"
        ),
        Verdict::OutsideAssumptions => format!(
            "The assumptions do not hold for this target, so its bound promises nothing: at least {low} of all runs fail {sure}.\n"
        ),
    }
}

/// The verdict on a budget of neurons per weight; it says nothing about the theorem's bound.
fn budget(lane: &CheckedLane, neurons: &str, sure: &str) -> String {
    let network = &lane.network;
    let (low, high) = (number(network.failures.low), number(network.failures.high));
    let (least, most) = (number(network.missing.low), number(network.missing.high));
    let runs = grouped(lane.runs);
    let tested = if network.failures.count == 0 {
        format!("Complete in all {runs} runs with {neurons} neurons per weight")
    } else {
        let failed = grouped(network.failures.count);
        format!("{failed} of {runs} runs fail with {neurons} neurons per weight")
    };
    let claim = match lane.verdict {
        Verdict::Kept => format!("at most {high} of all runs fail {sure}"),
        Verdict::Undecided => format!("not decided, between {low} and {high} of all runs fail {sure}"),
        Verdict::NotFound => format!(
            "this allocation does not complete at least {low} of all runs, and a ticket is missing in at most {most} {sure}"
        ),
        Verdict::Broken => {
            format!("the demands cannot all be met in at least {least} of all runs {sure}")
        }
        Verdict::OutsideAssumptions => format!("at least {low} of all runs fail {sure}"),
    };
    let bound = if lane.which.facts().has_constant {
        "the theorem's bound was not tested"
    } else {
        "no bound with a constant is published for this construction"
    };
    format!("{tested}: {claim}; {bound}.\n")
}
