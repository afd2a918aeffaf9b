//! The text of `slth check`.

use std::fmt::Write as _;

use super::{broken, construction_name, follows, grouped, mode, number, number_of_neurons, per_weight};
use crate::report::Page;
use crate::report::faithfulness::{CheckedLane, FaithfulnessReport, RateReport, Verdict, plot};
use crate::session::{FailureRate, FaithfulnessCheck, LaneRuns, Threshold};
use crate::visible::{self, shortened};

/// What a check has shown.
pub fn faithfulness(
    check: &FaithfulnessCheck,
    lanes: &[LaneRuns],
    report: &FaithfulnessReport,
    page: Page,
) -> String {
    let experiment = check.experiment();
    let mut text = String::new();
    let last = experiment.seed.wrapping_add(report.runs - 1);
    let (title, name) = (shortened(&report.title), shortened(&experiment.name));
    let _ = writeln!(text, "{title} (preset {name}, seeds {} to {last})", experiment.seed);
    text.push_str(&super::origin(&report.origin));
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
    if let Some(given) = experiment.tolerance.given() {
        let _ = writeln!(text, "{}", follows(given, experiment.epsilon));
    }
    for broken in experiment.broken_assumptions() {
        let _ = writeln!(text, "not kept by this target: {broken}");
    }
    for refused in &report.refused {
        let _ = writeln!(text, "{} is not repeated: {}", construction_name(refused.which), refused.reason);
    }
    for (lane, runs) in report.lanes.iter().zip(lanes) {
        let stopped = if lane.runs < report.runs {
            format!(" of {}", grouped(report.runs as i64))
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "\n{}: {}{stopped} runs, {}\n",
            construction_name(lane.which),
            grouped(lane.runs as i64),
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
    page.fit(&text)
}

/// How often each layer fails at its bound.
fn rates(lane: &CheckedLane, report: &FaithfulnessReport, page: Page) -> String {
    let row = |name: String, weights: u64, bound: String, each: String, rate: &RateReport| {
        vec![
            name,
            grouped(weights as i64),
            bound,
            each,
            grouped(rate.count as i64),
            number(rate.rate),
            number(rate.low),
            number(rate.high),
        ]
    };
    let layers = lane.layers.iter().map(|layer| {
        let (bound, each) =
            (number_of_neurons(layer.neurons_bound), per_weight(layer.neurons_per_weight_bound));
        row(layer.layer.to_string(), layer.weights, bound, each, &layer.failures)
    });
    let network = &lane.network;
    let all = row("network".to_owned(), network.weights, "-".to_owned(), "-".to_owned(), &network.failures);
    let header = ["layer", "weights", report.limit(), "per weight", "failures", "rate", "low", "high"];
    page.table(&header, layers.chain([all]).collect(), &[6, 7])
}

/// How few neurons per weight would do.
fn thresholds(lane: &CheckedLane, report: &FaithfulnessReport, page: Page) -> String {
    let cells = |threshold: &Threshold| {
        let cell = |neurons: Option<crate::theory::Count>| neurons.map_or("-".to_owned(), per_weight);
        [threshold.estimate, threshold.low, threshold.high].map(cell)
    };
    let several = lane.layers.len() > 1;
    let layers = lane.layers.iter().map(|layer| {
        let mut row = vec![layer.layer.to_string()];
        row.extend(cells(&layer.threshold));
        if several {
            row.extend(cells(&layer.threshold_of_share));
        }
        row
    });
    let mut all = vec!["network".to_owned()];
    all.extend(cells(&lane.network.threshold));
    let delta = format!("rate {}", visible::number(report.delta));
    let share = format!("rate {}", number(report.delta / lane.layers.len() as f64));
    let mut header = vec!["layer", &delta, "low", "high"];
    if several {
        header.extend([&share[..], "low", "high"]);
    }
    format!(
        "Neurons per weight at which failures fall to δ, and to a layer's share of it:\n{}",
        page.table(&header, layers.chain([all]).collect(), &[2, 3, 5, 6])
    )
}

fn verdict(lane: &CheckedLane, report: &FaithfulnessReport) -> String {
    let mut text = String::new();
    let network = &lane.network;
    let delta = report.delta;
    let _ = writeln!(text);
    if let Some(error) = network.largest_error {
        let _ = writeln!(text, "largest error certified  {error:.6e}, in exact arithmetic");
    }
    let runs = |count: u64| grouped(i64::try_from(count).unwrap_or(i64::MAX));
    if network.exceeds_only_by_rounding > 0 {
        let above = runs(network.exceeds_only_by_rounding);
        let _ = writeln!(text, "exceeds only by rounding {above}: ε is finer than an evaluation in f64");
    }
    if network.uncertified > 0 {
        let _ = writeln!(text, "complete, but above ε    {}", runs(network.uncertified));
    }
    if network.incomplete > 0 {
        let open = network.incomplete - network.not_found - network.missing.count;
        let not_decided = if open > 0 { format!(", not decided {}", runs(open)) } else { String::new() };
        let _ = writeln!(
            text,
            "not complete             {}: ticket there {}, missing {}{not_decided}",
            runs(network.incomplete),
            runs(network.not_found),
            runs(network.missing.count)
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
            grouped(lane.runs as i64),
            number(lane.least_claim),
            visible::number(delta),
            grouped(FailureRate::runs_to_claim(delta, report.confidence) as i64)
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

/// The verdict on a budget of neurons per weight, which says nothing of the theorem's bound.
fn budget(lane: &CheckedLane, neurons: &str, sure: &str) -> String {
    let network = &lane.network;
    let (low, high) = (number(network.failures.low), number(network.failures.high));
    let (least, most) = (number(network.missing.low), number(network.missing.high));
    let runs = grouped(lane.runs as i64);
    let tested = if network.failures.count == 0 {
        format!("Complete in all {runs} runs with {neurons} neurons per weight")
    } else {
        let failed = grouped(i64::try_from(network.failures.count).unwrap_or(i64::MAX));
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
