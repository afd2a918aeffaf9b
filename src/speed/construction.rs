//! Layers drawn and pruned, against the random words they consume and against each other.

use rayon::prelude::*;
use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};

use super::figure::{Figure, ROUNDS, median, timed};
use crate::construction::{LayerBuilder, Until};
use crate::experiment::{Experiment, ExperimentError};
use crate::sampling::{Side, Stream};
use crate::session::Session;

pub(super) fn figures() -> Result<Vec<Figure>, ExperimentError> {
    let mut figures = example_5()?;
    figures.extend(wide_layers()?);
    Ok(figures)
}

/// The layers of a preset's first construction, nothing drawn.
pub(super) fn layers(preset: &str, settings: &[&str]) -> Result<Vec<LayerBuilder>, ExperimentError> {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    let session = Session::new(Experiment::load(preset, None, &settings)?)?;
    Ok(session.lanes()[0].builders().to_vec())
}

/// The layer, complete.
pub(super) fn build(layer: &LayerBuilder) -> LayerBuilder {
    let mut layer = layer.restarted();
    layer.advance(u64::MAX, Until::Neurons);
    assert!(layer.is_complete(), "a layer that is timed is complete");
    layer
}

/// As many words as each layer consumed, spread over as many neurons, two rows a neuron as the construction reads them,
/// and folded: the optimiser may drop none.
fn generate(layers: &[LayerBuilder]) -> u64 {
    let layer = |builder: &LayerBuilder| {
        let (tally, layer) = (builder.tally(), builder.problem().layer as u64);
        let (inputs, outputs) = (Stream::new(1, layer, Side::In), Stream::new(1, layer, Side::Out));
        let (each, mut rest) = (tally.words / tally.sampled, tally.words % tally.sampled);
        let mut folded = 0;
        for neuron in 0..tally.sampled {
            let (row_in, row_out) = (inputs.row(neuron), outputs.row(neuron));
            folded ^= row_out.word(0);
            for synapse in 1..each + u64::from(rest > 0) {
                folded ^= row_in.word(synapse);
            }
            rest = rest.saturating_sub(1);
        }
        folded
    };
    layers.par_iter().map(layer).reduce(|| 0, |a, b| a ^ b)
}

/// Cost of an allocation.
struct Timing {
    /// seconds of each round, and of the generation of the words consumed
    rounds: Vec<(f64, f64)>,
    neurons: f64,
    kept: f64,
    words: f64,
}

impl Timing {
    fn seconds(&self) -> f64 {
        median(self.rounds.iter().map(|(seconds, _)| *seconds))
    }

    fn to_words(&self) -> f64 {
        median(self.rounds.iter().map(|(seconds, words)| seconds / words))
    }

    /// Round by round, as rounds take turns.
    fn to(&self, other: &Self) -> f64 {
        median(self.rounds.iter().zip(&other.rounds).map(|((a, _), (b, _))| a / b))
    }
}

/// Example 5 in full, every neuron drawn, layers in parallel.
fn example_5() -> Result<Vec<Figure>, ExperimentError> {
    let mut all = Vec::new();
    for allocation in ["FirstFit", "OnDemand", "InOrder"] {
        let setting = format!("constructions=[Hyperbolic(allocation: {allocation})]");
        let taken = Timing { rounds: Vec::new(), neurons: 0.0, kept: 0.0, words: 0.0 };
        all.push((layers("example-5", &[&setting])?, taken));
    }
    for _ in 0..ROUNDS {
        for (layers, taken) in &mut all {
            let (built, seconds) = timed(|| layers.par_iter().map(build).collect::<Vec<_>>());
            let (_, words) = timed(|| generate(&built));
            taken.rounds.push((seconds, words));
            let sum = |count: fn(&LayerBuilder) -> u64| built.iter().map(count).sum::<u64>() as f64;
            let weights = sum(|layer| layer.tally().weights_done);
            taken.neurons = sum(|layer| layer.tally().sampled) / weights;
            taken.kept = sum(|layer| layer.ticket().len() as u64) / weights;
            taken.words = sum(|layer| layer.tally().words) / weights;
        }
    }
    let [(_, first_fit), (_, on_demand), (_, in_order)] = &all[..] else { return Ok(Vec::new()) };
    let words = |taken: &Timing| {
        let words = median(taken.rounds.iter().map(|(_, words)| *words));
        format!("{:.3} s; its words, {:.0} a weight, {words:.3} s", taken.seconds(), taken.words)
    };
    let pair = |a: &Timing| {
        format!("{:.3} s against {:.3} s; {:.1}x its words", a.seconds(), first_fit.seconds(), a.to_words())
    };
    Ok(vec![
        Figure::new(
            "first-fit-to-words",
            "Example 5, FirstFit, all ten layers, every neuron drawn: time against that of its random words",
            first_fit.to_words(),
            "x",
        )
        .noted(words(first_fit)),
        Figure::new("first-fit", "the same: time", first_fit.seconds(), "s")
            .noted(format!("{:.1} neurons per weight", first_fit.neurons)),
        Figure::new(
            "in-order-to-first-fit",
            "Example 5, InOrder: time against FirstFit's",
            in_order.to(first_fit),
            "x",
        )
        .noted(pair(in_order)),
        Figure::new(
            "on-demand-neurons",
            "Example 5, OnDemand: neurons sampled",
            on_demand.neurons,
            "per weight",
        ),
        Figure::new("on-demand-kept", "the same: neurons kept", on_demand.kept, "per weight"),
        Figure::new(
            "on-demand-to-first-fit",
            "the same: time against FirstFit's",
            on_demand.to(first_fit),
            "x",
        )
        .noted(pair(on_demand)),
    ])
}

/// Layers of other shapes against one of 100×100, on one thread each.
fn wide_layers() -> Result<Vec<Figure>, ExperimentError> {
    let million = [
        "target=Random(widths:[1000,1000],weight_bound:1.0,spectral_norm:1.0,seed:7)",
        "epsilon=0.01",
        "norms=Unit",
    ];
    let mlp = [
        "target=Random(widths:[784,500,10],weight_bound:0.05,seed:7,output_activation:Identity)",
        "inputs=Box(low:0.0,high:1.0)",
        "epsilon=0.1",
        "norms=Target",
    ];
    let hundred = layers("example-5", &[])?;
    let hundred = &hundred[..2];
    let per_weight = |layers: &[LayerBuilder]| {
        let (built, seconds) = timed(|| layers.iter().map(build).collect::<Vec<_>>());
        let weights: u64 = built.iter().map(|layer| layer.tally().weights_done).sum();
        (1e6 * seconds / weights as f64, built)
    };
    let mut figures = Vec::new();
    for (name, work, settings) in [
        ("million-weights", "a layer of 1000x1000, FirstFit: time per weight against 100x100", &million[..]),
        ("mlp", "784-500-10, FirstFit: time per weight against 100x100", &mlp),
    ] {
        let wide = layers("tiny", settings)?;
        let before = per_weight(hundred).0;
        let memory_before = memory();
        let (each, built) = per_weight(&wide);
        let memory = memory() - memory_before;
        let beside = (before + per_weight(hundred).0) / 2.0;
        let levels = built[0].buckets().levels();
        let note = format!(
            "{each:.2} us against {beside:.2} us; {levels} buckets, {}",
            hundred[0].buckets().levels()
        );
        figures.push(Figure::new(name, work, each / beside, "x").noted(note));
        if name == "million-weights" {
            let work = "the same: memory that it takes";
            figures.push(Figure::new("million-weights-memory", work, memory, "GiB"));
        }
    }
    Ok(figures)
}

/// Memory of this process, in GiB.
fn memory() -> f64 {
    let memory = || {
        let pid = sysinfo::get_current_pid().ok()?;
        let mut system = System::new().ok()?;
        let what = ProcessRefreshKind::nothing().with_memory();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, what);
        Some(system.process(pid)?.memory())
    };
    memory().map_or(f64::NAN, |bytes| bytes as f64 / (1_u64 << 30) as f64)
}
