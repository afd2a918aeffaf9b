//! Results as text for people.

mod assumptions;
mod certificate;
mod comparison;
mod faithfulness;
mod inspected;
mod origin;
mod refused;
#[cfg(feature = "cli")]
mod speed;

pub use assumptions::{MARK, NO_PROMISE, assumed, broken, marked};
pub use certificate::{COLUMNS as CERTIFICATE_COLUMNS, certificate_cells, certificate_notes};
pub use comparison::{comparison, gain, subset_estimate};
pub use faithfulness::faithfulness;
pub use inspected::inspected;
pub use origin::{origin, unused, unused_names};
pub use refused::{not_built, not_built_names};
#[cfg(feature = "cli")]
pub use speed::speed;

use std::fmt::Write as _;

use super::bounds::{BoundsReport, ConstructionBounds};
use super::comparison::SubsetEstimate;
use super::origin::Origin;
use super::page::Page;
use super::size::Size;
use crate::construction::{Demand, Existence, LayerBuilder, Mode, Shortage, Undecided};
use crate::experiment::{Construction, Savings, ToleranceRule};
use crate::method::DemandKind;
use crate::network::Architecture;
use crate::session::{LaneView, Session, TicketVerdict};
use crate::theory::Count;
use crate::visible::{number as plain, shortened};

/// Open demands that are named one by one.
const NAMED_DEMANDS: usize = 5;

/// Percentages below this are the rounding of sums.
const SMALLEST_PERCENT: f64 = 1e-9;

/// A number for people: whole and grouped below 10⁷, else three digits and an exponent.
pub fn number(value: f64) -> String {
    if value == 0.0 {
        "0".to_owned()
    } else if value.fract() == 0.0 && value.abs() < 1e7 {
        grouped(value as i64)
    } else if (0.01..10_000.0).contains(&value.abs()) {
        let digits = 3 - value.abs().log10().floor().max(0.0) as usize;
        format!("{value:.digits$}")
    } else {
        format!("{value:.3e}")
    }
}

/// A number that was asked for as it was written; one that follows, with all its digits, in four of them.
pub fn asked(value: f64) -> String {
    /// Longer ones nobody has typed.
    const LONGEST: usize = 9;
    let written = value.to_string();
    if written.len() <= LONGEST { written } else { format!("{value:.3e}") }
}

/// A whole number with its thousands apart.
pub fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::from(if value < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with `digits` behind the point; what rounds to 0 has no sign.
pub fn fixed(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.to_owned(),
        _ => text,
    }
}

/// The text of `slth bounds`.
pub fn bounds(report: &BoundsReport, page: Page) -> String {
    let mut text = String::new();
    let widths: Vec<String> = report.widths.iter().map(usize::to_string).collect();
    let (tolerance, layer) = finest(&report.theory.weight_tolerance);
    let (named, of_layer) = match layer {
        Some(layer) => ("finest ε_w", format!(" (of layer {layer})")),
        None => ("ε_w", String::new()),
    };
    let _ = writeln!(text, "{}\nwidths {}", shortened(&report.title), widths.join("-"));
    text.push_str(&origin(&report.theory.origin));
    let _ = writeln!(
        text,
        "ε = {}, δ = {}, w_max = {}, F_max = {}\nnorms: {}, {named} = {tolerance:.11e}{of_layer}",
        plain(report.epsilon),
        plain(report.delta),
        plain(report.w_max),
        plain(report.f_max),
        report.norms
    );
    if let Some(given) = report.theory.tolerance.given() {
        let _ = writeln!(text, "{}", follows(given, report.epsilon));
    }
    let _ = writeln!(text);
    let applies = report.theory.constructions.first().is_none_or(ConstructionBounds::bound_applies);
    for line in
        savings(&report.theory.savings, report.theory.tolerance, report.theory.skip_dead_halves, applies)
    {
        let _ = writeln!(text, "{line}");
    }
    let _ = writeln!(text);
    for construction in &report.theory.constructions {
        let applies = construction.bound_applies();
        let _ = writeln!(text, "{}", construction.name);
        if let Some(broken) = broken(&construction.assumptions) {
            let _ = writeln!(text, "  {broken}");
        }
        if let (Some(k_prime), Some(levels)) = (construction.k_prime, construction.levels) {
            let _ = writeln!(text, "  k' = {k_prime:.10}, k = {levels}{of_layer}");
        }
        if let (Some((alpha, beta)), Some((low, high))) =
            (construction.weight_range, construction.product_range)
        {
            let _ = writeln!(
                text,
                "  weights ±[{alpha:.11e}, {beta:.11}]{of_layer}\n  products [{low:.11e}, {high:.11}]{of_layer}"
            );
        } else if let Some((low, high)) = construction.weight_range {
            let _ = writeln!(text, "  weights uniform in [{low}, {high}]");
        }
        if let Some(ratio) = construction.weight_ratio {
            let _ = writeln!(text, "  weights of G per target weight {}", count(ratio));
        }
        let rows = construction.layers.iter().map(|layer| {
            let all = layer.neurons_all_targets.map_or("-".to_owned(), |n| number_of_neurons(n));
            vec![
                format!("  {}", layer.layer),
                grouped(layer.weights as i64),
                marked(layer.neurons.map_or("-".to_owned(), |n| number_of_neurons(n)), applies),
                marked(all, applies),
                marked(layer.neurons_per_weight.map_or("-".to_owned(), |n| per_weight(n)), applies),
            ]
        });
        let header = ["  layer", "weights", "neurons", "for all targets", "per weight"];
        let _ = writeln!(text, "{}\n", page.table(&header, rows.collect(), &[]));
    }
    if report.theory.constructions.iter().any(|construction| !construction.bound_applies()) {
        let _ = writeln!(text, "{NO_PROMISE}");
    }
    page.fit(&text)
}

/// The finest of the layers' ε_w, and its layer where another layer has another one.
pub(super) fn finest(tolerances: &[f64]) -> (f64, Option<usize>) {
    let finest = tolerances.iter().copied().fold(f64::INFINITY, f64::min);
    let differ = tolerances.iter().any(|&tolerance| tolerance != finest);
    let layer = (1..).zip(tolerances).find(|(_, tolerance)| **tolerance == finest);
    (finest, layer.map(|(layer, _)| layer).filter(|_| differ))
}

/// Which of ε and ε_w was given.
pub fn follows(tolerance: f64, epsilon: f64) -> String {
    format!("ε_w = {tolerance:e} is given for every weight; ε = {epsilon:.6e} follows (Lemma 1)")
}

/// What two options save of Theorem 3's construction, or would save, a line each; marked where its bound does not apply.
pub fn savings(savings: &Savings, tolerance: ToleranceRule, skips: bool, bound_applies: bool) -> [String; 2] {
    let verb = |used: bool| if used { "saves" } else { "would save" };
    [
        format!(
            "tolerance PerLayer {} {} of Theorem 3's neurons{}",
            verb(tolerance == ToleranceRule::PerLayer),
            saved_share(savings.per_layer),
            marked(String::new(), bound_applies)
        ),
        format!(
            "skip_dead_halves {} {} of them, {} of those to be kept",
            verb(skips),
            saved_share(savings.dead_halves),
            saved_share(Some(savings.dead_demands))
        ),
    ]
}

/// A share of what is saved, in percent; small ones with an exponent.
pub fn saved_share(share: Option<f64>) -> String {
    match share.map(|share| 100.0 * share) {
        None => "-".to_owned(),
        Some(percent) if (SMALLEST_PERCENT..0.1).contains(&percent.abs()) => format!("{percent:.1e} %"),
        Some(percent) => format!("{} %", fixed(percent, 1)),
    }
}

/// A share of G in percent, also one below f64.
pub fn share(share: Count) -> String {
    let percent = share.times(100.0);
    let value = percent.as_f64();
    if (0.01..=100.0).contains(&value) {
        format!("{value:.2} %")
    } else if share == Count::ZERO {
        "0 %".to_owned()
    } else {
        format!("{percent:.2} %")
    }
}

/// A number of neurons, whole below 10¹⁵.
pub fn number_of_neurons(neurons: Count) -> String {
    let value = neurons.as_f64();
    if value < 1e15 { grouped(value as i64) } else { format!("{neurons:.4}") }
}

/// A number like [`number`], which may be beyond f64.
pub fn count(count: Count) -> String {
    if count.as_f64().is_finite() { number(count.as_f64()) } else { format!("{count:.3}") }
}

/// Neurons per weight.
pub fn per_weight(neurons: Count) -> String {
    let value = neurons.as_f64();
    if value < 1e6 { format!("{value:.2}") } else { format!("{neurons:.4}") }
}

/// What a construction is called, its choices included.
pub fn construction_name(construction: Construction) -> String {
    construction.facts().title()
}

/// Widths n₀…n_ℓ; of long lists how many there are.
pub fn widths(widths: &[usize]) -> String {
    let (layers, first) = (widths.len() - 1, widths[0]);
    let list = |widths: &[usize]| widths.iter().map(usize::to_string).collect::<Vec<_>>().join("-");
    if widths.len() <= 6 {
        list(widths)
    } else if widths.iter().all(|&width| width == first) {
        format!("{layers} layers of {first}x{first}")
    } else {
        format!("{}-...-{} ({layers} layers)", list(&widths[..3]), widths[layers])
    }
}

/// What stands above a run's results: what was asked, and what the target does not allow.
fn heading(session: &Session) -> String {
    let experiment = session.experiment();
    let mut text = format!(
        "{} (preset {}, seed {})\n",
        shortened(&experiment.title),
        shortened(&experiment.name),
        experiment.seed
    );
    text.push_str(&origin(&Origin::new(experiment)));
    if experiment.target.fold().is_some() {
        let (given, folded) =
            (widths(experiment.target.given_widths()), widths(experiment.target.architecture().widths()));
        let _ =
            writeln!(text, "biases are folded in: widths {given} become {folded}, inputs x become (x, 1)");
    }
    if let Some(given) = experiment.tolerance.given() {
        let _ = writeln!(text, "{}", follows(given, experiment.epsilon));
    }
    for broken in experiment.broken_assumptions() {
        let _ = writeln!(text, "not kept by this target: {broken}");
    }
    for (construction, reason) in &session.plan().refused {
        let _ = writeln!(text, "not built: {}: {reason}", construction_name(*construction));
    }
    text
}

/// The text of `slth run`.
pub fn run(session: &Session, page: Page) -> String {
    let mut text = heading(session);
    for (index, lane) in session.lanes().iter().enumerate() {
        let view = session.view(index, None);
        let _ =
            writeln!(text, "\n{}, {}\n", construction_name(lane.plan().construction), mode(lane.plan().mode));
        let broken = broken(&view.assumptions);
        let _ = writeln!(text, "{}\n", layers(&view, broken.is_none(), page));
        if let Some(broken) = broken {
            let _ = writeln!(text, "{NO_PROMISE}\n{broken}");
        }
        text.push_str(&open_demands(lane.builders(), lane.plan().construction));
        if let Some(estimate) = SubsetEstimate::new(session.experiment(), &view) {
            let _ = writeln!(text, "{}", subset_estimate(&estimate));
        }
        if let Some(certificate) = view.error.certificate.as_deref() {
            let certificate = certificate::certificate(certificate, view.error.epsilon, page);
            let _ = writeln!(text, "{certificate}");
        }
        text.push_str(&verdict(session.experiment().target.architecture(), &view));
    }
    page.fit(&text)
}

/// How a lane's neurons were come by.
pub fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Drawn => "every neuron drawn",
        Mode::SkipAhead => "skipped ahead to the hits",
    }
}

fn layers(view: &LaneView, bound_applies: bool, page: Page) -> String {
    let rows = view.layers.iter().map(|row| {
        let mut cells = vec![
            row.layer.to_string(),
            grouped(row.weights as i64),
            marked(row.neurons_bound.map_or("-".to_owned(), number_of_neurons), bound_applies),
            number_of_neurons(row.neurons_sampled),
            per_weight(row.neurons_sampled.ratio(row.weights.into())),
        ];
        if let Some(check) = &row.check {
            cells.extend([
                grouped(check.kept_neurons as i64),
                grouped(check.kept_weights as i64),
                error_of_half(check.max_error[0]),
                error_of_half(check.max_error[1]),
                format!("{:.3e}", row.weight_tolerance),
                format!("{:.6}", check.norm_target),
                format!("{:.6}", check.norm_pruned),
            ]);
        }
        cells
    });
    let header = [
        "layer",
        "weights",
        "bound",
        "sampled",
        "sampled\nper weight",
        "kept\nneurons",
        "kept\nweights",
        "max error\nx>0",
        "max error\nx<0",
        "tolerance",
        "norm W*",
        "norm Ŵ",
    ];
    page.table(&header, rows.collect(), &[7, 8, 10])
}

fn error_of_half(error: Option<f64>) -> String {
    error.map_or("skipped".to_owned(), |error| format!("{error:.3e}"))
}

/// What a neuron is asked for.
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
            grouped(count as i64),
            if count == 1 { "demand" } else { "demands" },
            named.join("; ")
        );
    }
    text
}

fn verdict(architecture: &Architecture, view: &LaneView) -> String {
    let row = &view.error;
    let mut text = String::new();
    let _ = writeln!(
        text,
        "error found      {:.6e}  over {} inputs{}",
        row.found.error,
        grouped(row.found.tried as i64),
        row.found.climbed().map_or(String::new(), |climbed| {
            let from = grouped(climbed.from as i64);
            format!(" and climbing from input {from} ({:.6e})", climbed.from_error)
        })
    );
    if let Some(certified) = row.certified {
        let _ = writeln!(text, "error certified  {certified:.6e}");
    }
    let _ = writeln!(text, "epsilon          {:.6e}", row.epsilon);
    let size = Size::of_lane(architecture, view);
    let by = if size.by_bound { "the bound's neurons" } else { "the neurons sampled" };
    let _ = writeln!(
        text,
        "size of G        {} neurons, {} weights ({by})",
        number_of_neurons(size.neurons),
        count(size.weights)
    );
    if let Some(kept) = size.kept_of_lane(view) {
        let _ = writeln!(
            text,
            "kept of G        {} of the neurons, {} of the weights",
            share(kept.neurons),
            share(kept.weights)
        );
    }
    if let Some((f, g)) = row.found.accuracy() {
        let _ = writeln!(text, "accuracy         F {:.2} %, pruned {:.2} %", 100.0 * f, 100.0 * g);
    }
    let _ = writeln!(text, "computed in      {:.2} s", view.elapsed.as_secs_f64());
    let unmatched = view.layers.iter().filter(|row| !row.is_complete);
    for (layer, line) in unmatched.filter_map(|row| Some((row.layer, existence(row.existence.as_ref()?)))) {
        let _ = writeln!(text, "layer {layer}: {line}");
    }
    let _ = writeln!(text, "{}", ticket_verdict(view));
    let is_open = view.layers.iter().any(|row| !row.is_complete);
    if is_open && row.certificate.as_deref().is_some_and(|certificate| certificate.error() <= row.epsilon) {
        let _ = writeln!(text, "What was built is certified within ε all the same.");
    }
    text
}

/// Whether the neurons of an open layer can meet every demand.
fn existence(existence: &Existence) -> String {
    let grouped = |count: u64| grouped(i64::try_from(count).unwrap_or(i64::MAX));
    match existence {
        Existence::There => "its neurons can meet every demand, each with one of its own".to_owned(),
        Existence::Missing(Shortage { demands: 1, neurons: 0, .. }) => {
            "no neuron within the bound can meet one of its demands".to_owned()
        }
        Existence::Missing(Shortage { demands, neurons, .. }) => format!(
            "{} of its demands have {} neurons between them: they cannot all be met",
            grouped(*demands),
            grouped(*neurons)
        ),
        Existence::NotDecided(Undecided::TooLarge { demands, neurons }) => format!(
            "whether its neurons can meet every demand is not decided: {} demands, {} neurons",
            grouped(*demands),
            grouped(*neurons)
        ),
        Existence::NotDecided(Undecided::SearchEnded) => {
            "its search has ended at as many values as it can go through".to_owned()
        }
    }
}

/// The verdict on a ticket, in a sentence.
fn ticket_verdict(view: &LaneView) -> &'static str {
    match view.verdict() {
        Some(TicketVerdict::Holds) => "The ticket holds: found ≤ certified ≤ ε.",
        Some(TicketVerdict::HoldsExactly) => {
            "The ticket holds in exact arithmetic; certified exceeds ε only by rounding."
        }
        Some(TicketVerdict::NotFound) => {
            "This allocation did not find every piece within the bound, though a ticket is there."
        }
        Some(TicketVerdict::Missing) => {
            "The ticket could not be completed within the bound: the neurons cannot meet all demands."
        }
        Some(TicketVerdict::Incomplete) => {
            "This allocation did not complete a ticket within the bound; whether one is there is not decided."
        }
        Some(TicketVerdict::NotCertified) | None => "The ticket does not hold.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let cases = [
            (0.0, "0"),
            (6_286_927.0, "6,286,927"),
            (628.6927, "628.7"),
            (0.05, "0.050"),
            (3.2e-7, "3.200e-7"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
        assert_eq!([fixed(-0.04, 1), fixed(-0.0, 2), fixed(-0.06, 1)], ["0.0", "0.00", "-0.1"]);
        assert_eq!([-0.0, -1e-17].map(|share| saved_share(Some(share))), ["0.0 %", "0.0 %"]);
        assert_eq!(saved_share(Some(-4e-4)), "-4.0e-2 %");
        assert_eq!([0.01, 0.035_843_733_654_3, 1e-12].map(asked), ["0.01", "3.584e-2", "1.000e-12"]);
        assert_eq!(grouped(-1_234_567), "-1,234,567");
        assert_eq!(grouped(999), "999");
    }
}
