//! The text left in the terminal after the explorer.

use std::fmt::Write as _;

use super::shell::quoted;
use super::text::{construction_name, grouped, mode, number_of_neurons, per_weight};
use crate::session::{LaneView, Phase, Snapshot, TicketVerdict};
use crate::theory::Count;
use crate::visible::{number, shortened};

/// Most lanes listed: with title, command and a line for the others, eight lines.
const LANES: usize = 5;

/// Most characters of the command to repeat the run.
const LONGEST_COMMAND: usize = 4000;

/// Most lanes listed as not built.
const REFUSED: usize = 2;

/// The experiment, the progress of each lane, and the command to repeat the run; at most eight lines. `overrides` are the
/// arguments given with the preset. Plain ASCII, except for names given by the user.
pub fn summary(snapshot: &Snapshot, overrides: &[String]) -> String {
    let experiment = &snapshot.experiment;
    let (title, name) = (shortened(&experiment.title), shortened(&experiment.name));
    let mut text = format!("{title} (preset {name}, seed {})\n", experiment.seed);
    let begun = |lane: &&LaneView| lane.neurons_sampled() > Count::ZERO;
    let lanes: Vec<&LaneView> = snapshot.lanes.iter().filter(begun).collect();
    let refused = &snapshot.plan.refused;
    let refused_lines = refused.len().min(REFUSED);
    let lane_lines = lanes.len().min(LANES - refused_lines);
    for lane in lanes.iter().take(lane_lines) {
        let _ = writeln!(text, "  {}: {}", construction_name(lane.construction), how_far(lane));
    }
    if lanes.is_empty() {
        text.push_str("  no neuron was drawn\n");
    }
    for (construction, reason) in refused.iter().take(refused_lines) {
        let _ = writeln!(text, "  {} was not built: {reason}", construction_name(*construction));
    }
    match lanes.len() + refused.len() - lane_lines - refused_lines {
        0 => {}
        more => {
            let _ = writeln!(text, "  and {more} more");
        }
    }
    match repeated(snapshot, overrides) {
        Some(command) => {
            let _ = writeln!(text, "again: {command}");
        }
        None => text.push_str("again: not from the preset alone, since it was edited; S saves the setup\n"),
    }
    text
}

/// The command that repeats a run, with the arguments that change its preset; `None` for an edited setup.
pub fn repeated(snapshot: &Snapshot, overrides: &[String]) -> Option<String> {
    let experiment = &snapshot.experiment;
    (experiment.name == experiment.preset_name()).then(|| command(snapshot, overrides))
}

/// `every neuron drawn, 77.96 per weight, found 1.2e-3 <= certified 4.5e-2 <= epsilon 0.1`, or the progress so far.
fn how_far(lane: &LaneView) -> String {
    let (weights, sampled) = (lane.weights(), lane.neurons_sampled());
    if let Phase::Building(layer) = lane.phase {
        return format!(
            "layer {layer} of {}, {} of {} weights, {} neurons so far",
            lane.layers.len(),
            grouped(lane.weights_done() as i64),
            grouped(weights as i64),
            number_of_neurons(sampled)
        );
    }
    let each = per_weight(sampled.ratio(weights.into()));
    let built = format!("{}, {each} per weight", mode(lane.mode));
    let (error, found) = (&lane.error, lane.error.found.error);
    let Some(certified) = error.certified else { return built };
    match lane.verdict() {
        Some(TicketVerdict::Holds) => {
            format!(
                "{built}, found {found:.3e} <= certified {certified:.3e} <= epsilon {}",
                number(error.epsilon)
            )
        }
        Some(TicketVerdict::HoldsExactly) => format!(
            "{built}, holds in exact arithmetic: certified {certified:.3e} exceeds epsilon {} only by rounding",
            number(error.epsilon)
        ),
        Some(TicketVerdict::NotFound) => {
            format!("{built}, not completed by this allocation though it is there")
        }
        Some(TicketVerdict::Missing) => format!("{built}, not to be completed within the bound"),
        Some(TicketVerdict::Incomplete) => format!("{built}, not completed within the bound"),
        Some(TicketVerdict::NotCertified) => format!(
            "{built}, does not hold: found {found:.3e}, certified {certified:.3e}, epsilon {}",
            number(error.epsilon)
        ),
        None => format!("{built}, certified {certified:.3e}, not all inputs tried"),
    }
}

/// `slth run` for all lanes, with those added to the preset's own.
fn command(snapshot: &Snapshot, overrides: &[String]) -> String {
    let mut words = vec!["slth".to_owned(), "run".to_owned(), snapshot.experiment.name.clone()];
    words.extend_from_slice(overrides);
    if let Some(named) =
        snapshot.experiment.chosen_target().and_then(|at| snapshot.experiment.targets().get(at))
    {
        words.extend(["--target".to_owned(), named.name.clone()]);
    }
    let lanes: Vec<_> = snapshot.lanes.iter().map(|lane| lane.construction).collect();
    if lanes.iter().any(|lane| !snapshot.experiment.constructions.contains(lane))
        && let Ok(list) = ron::to_string(&lanes)
    {
        words.extend(["--set".to_owned(), format!("constructions={list}")]);
    }
    let command = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
    match command.chars().count() {
        0..=LONGEST_COMMAND => command,
        long => format!("slth run with the options it was opened with, {long} characters"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::experiment::Experiment;
    use crate::session::{Command, Session, Step, Worker};

    fn after(preset: &str, commands: Vec<Command>) -> Arc<Snapshot> {
        let mut worker = Worker::spawn(Session::new(Experiment::load(preset, None, &[]).unwrap()).unwrap());
        for command in commands {
            worker.send(command);
            while !worker.is_at_rest(&worker.latest()) {
                std::thread::yield_now();
            }
        }
        worker.latest()
    }

    #[test]
    fn a_lane_says_how_far_it_got() {
        let start = summary(&after("tiny", vec![]), &[]);
        assert!(start.ends_with("  no neuron was drawn\nagain: slth run tiny\n"), "{start}");
        let half = summary(&after("tiny", vec![Command::Step(Step::Layer, vec![0])]), &[]);
        assert!(half.contains("  hyperbolic, first-fit: layer 2 of 2, 6 of 12 weights, "), "{half}");
        let done = summary(&after("tiny", vec![Command::Step(Step::All, vec![0])]), &[]);
        assert!(done.contains("every neuron drawn, ") && done.contains(" <= epsilon 0.1\n"), "{done}");
    }

    #[test]
    fn all_lanes_fit_in_eight_lines() {
        let steps = Command::Step(Step::Neuron, (0..8).collect());
        let text = summary(&after("ladder", vec![steps]), &[]);
        assert!(text.lines().count() <= 8, "{text}");
    }

    #[test]
    fn a_lane_that_is_not_built_is_named_with_its_reason() {
        let set = ["target=Explicit(layers:[[[1.5,-0.3]]])", "constructions=[Malach,Hyperbolic()]"];
        let experiment = Experiment::load("tiny", None, &set.map(str::to_owned)).unwrap();
        let text = summary(&Worker::spawn(Session::new(experiment).unwrap()).latest(), &[]);
        assert!(text.contains("  malach was not built: expected weights in [-1, 1]"), "{text}");
    }

    /// The command is read back as the shell and the program would.
    #[test]
    fn the_command_names_overrides_and_added_lanes() {
        use crate::experiment::Construction;
        let compare = Command::Compare(vec![Construction::SharedGolden]);
        let overrides = ["--seed", "3", "--set", "target=Explicit(layers:[[[0.5]]])", "--set", "it's"];
        let text = summary(&after("tiny", vec![compare]), &overrides.map(str::to_owned));
        let expected = "again: slth run tiny --seed 3 --set 'target=Explicit(layers:[[[0.5]]])' --set 'it'\\''s' \
                        --set 'constructions=[Hyperbolic(allocation:FirstFit),SharedGolden]'\n";
        assert!(text.ends_with(expected), "{text}");
        let set = "constructions=[Hyperbolic(allocation:FirstFit),SharedGolden]".to_owned();
        let read = Experiment::load("tiny", None, &[set]).unwrap();
        assert_eq!(read.constructions.len(), 2);
    }
}
