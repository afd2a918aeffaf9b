//! Recurrent layers, unrolled over their steps: each matrix is one linear map, used at every step.

use ndarray::{Array1, Array2, ArrayD, Axis, Ix1, Ix2};

use super::OnnxError;
use super::cells::{CellState, Gru, Lstm, RecurrentStep, Rnn};
use super::elementwise::{once, slope};
use super::node::{OnnxNode, shown};
use super::rearrangement::Rearrangement;
use super::traced::{OnnxValue, TracedArray};
use super::walk::OnnxWalk;
use crate::network::Activation;
use crate::network::graph::NodeId;

/// Most steps of an unrolled layer.
const MOST_STEPS: usize = 4096;

/// Memory of the nodes of a step, in entries.
const NODES_OF_A_STEP: usize = 1024;

/// A kind of recurrent layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CellKind {
    Lstm,
    Gru,
    Rnn,
}

impl CellKind {
    fn gates(self) -> usize {
        match self {
            Self::Lstm => 4,
            Self::Gru => 3,
            Self::Rnn => 1,
        }
    }

    fn default_activations(self) -> &'static [&'static str] {
        match self {
            Self::Lstm => &["Sigmoid", "Tanh", "Tanh"],
            Self::Gru => &["Sigmoid", "Tanh"],
            Self::Rnn => &["Tanh"],
        }
    }
}

/// The numbers of one direction.
struct DirectionWeights {
    /// gates · units × inputs
    input: Array2<f64>,
    /// gates · units × units
    hidden: Array2<f64>,
    /// of the input, of the hidden state
    biases: Option<(Array1<f64>, Array1<f64>)>,
    activations: Vec<Activation>,
}

/// The states before the first step, of all directions.
struct InitialStates {
    hidden: Option<OnnxValue>,
    cell: Option<OnnxValue>,
}

/// An LSTM, GRU or plain recurrent layer: all states, the last hidden state, and of an LSTM the last cell.
pub(super) fn layer<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    kind: CellKind,
) -> Result<Vec<OnnxValue>, OnnxError> {
    let is_batch_first = node.flag("layout");
    let mut sequence = walk.traced(node, 0)?;
    if sequence.axes.len() != 3 {
        return Err(node.error("an input of steps, batch and entries", shown(&sequence.axes)));
    }
    let turn = |is_needed: bool| if is_needed { vec![1, 0, 2] } else { vec![0, 1, 2] };
    let how = Rearrangement::Permute(turn(is_batch_first));
    sequence = walk.rearranged_entries(node, sequence, &how, Some(1))?;
    let (steps, inputs) = (sequence.axes[0], sequence.axes[2]);
    if sequence.axes[1] != 1 {
        return Err(node.error("a batch of one input on its axis", sequence.axes[1].to_string()));
    }
    if steps > MOST_STEPS {
        return Err(node.error(format!("at most {MOST_STEPS} steps"), steps.to_string()));
    }
    refuse_what_is_not_read(walk, node, kind)?;
    let directions = match node.text("direction").as_str() {
        "" | "forward" => vec![false],
        "reverse" => vec![true],
        "bidirectional" => vec![false, true],
        other => {
            return Err(node.error("`direction` forward, reverse or bidirectional", format!("`{other}`")));
        }
    };
    let (weights, origin, units) = weights(walk, node, kind, directions.len(), inputs)?;
    let mut initial = |at: usize| node.input(at).map(|_| walk.take(node, at)).transpose();
    let hidden = initial(5)?;
    let cell = if kind == CellKind::Lstm { initial(6)? } else { None };
    let states = InitialStates { hidden, cell };
    let array = sequence.array();
    let mut all: Vec<Vec<NodeId>> = Vec::new();
    let (mut last, mut last_cells) = (Vec::new(), Vec::new());
    for (direction, (weights, &is_reverse)) in weights.into_iter().zip(&directions).enumerate() {
        let suffix = if is_reverse { "/reverse" } else { "" };
        let layer = format!("{}{suffix}", node.name.trim_start_matches('/'));
        let key = format!("{kind:?}|{origin}|{direction}|{}", node.int("linear_before_reset", 0));
        let DirectionWeights { input, hidden, biases, activations } = weights;
        let cell: Box<dyn RecurrentStep> = match kind {
            CellKind::Lstm => Box::new(Lstm::new(walk, (&key, &layer), input, hidden, biases, &activations)?),
            CellKind::Gru => {
                let resets_behind = node.flag("linear_before_reset");
                Box::new(Gru::new(walk, (&key, &layer), input, hidden, biases, &activations, resets_behind)?)
            }
            CellKind::Rnn => Box::new(Rnn::new(walk, (&key, &layer), input, hidden, biases, &activations)?),
        };
        let mut state = CellState {
            hidden: initial_state(walk, node, states.hidden.as_ref(), (direction, directions.len()), units)?,
            cell: initial_state(walk, node, states.cell.as_ref(), (direction, directions.len()), units)?,
        };
        let mut outputs = Vec::new();
        for at in 0..steps {
            let step = if is_reverse { steps - 1 - at } else { at };
            // Gates, sums and states of a step, and its nodes.
            walk.claim(&node.place, (16 * units + inputs).saturating_add(NODES_OF_A_STEP))?;
            let x = walk.gathered(array.index_axis(Axis(0), step).to_owned(), Some(0));
            let x = walk.shaped_node(&format!("{}{suffix}/{step}/x", node.name), x, &[inputs])?;
            state = cell.step(walk, &format!("{}{suffix}/{step}", node.name), x, state)?;
            outputs.extend(state.hidden);
        }
        last.extend(state.hidden);
        last_cells.extend(state.cell);
        if is_reverse {
            outputs.reverse();
        }
        all.push(outputs);
    }
    let count = directions.len();
    let of_steps = (0..steps).flat_map(|step| all.iter().map(move |outputs| outputs[step]));
    let y = states_as_value(walk, node, of_steps.collect(), vec![steps, count, 1, units], 2)?;
    let h = states_as_value(walk, node, last, vec![count, 1, units], 1)?;
    let mut values = vec![(y, vec![2, 0, 1, 3], 0), (h, vec![1, 0, 2], 0)];
    if kind == CellKind::Lstm {
        let c = states_as_value(walk, node, last_cells, vec![count, 1, units], 1)?;
        values.push((c, vec![1, 0, 2], 0));
    }
    let mut turned = Vec::new();
    for (value, order, batch) in values {
        turned.push(if is_batch_first {
            let how = Rearrangement::Permute(order);
            OnnxValue::Traced(walk.rearranged_entries(node, value, &how, Some(batch))?)
        } else {
            OnnxValue::Traced(value)
        });
    }
    Ok(turned)
}

/// Refuses options without an implementation.
fn refuse_what_is_not_read<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    kind: CellKind,
) -> Result<(), OnnxError> {
    if node.input(4).is_some() {
        return Err(
            node.error("sequences of the full length", "lengths of its own for each, `sequence_lens`")
        );
    }
    if node.has("clip") {
        return Err(node.error("no `clip`", format!("{}", node.float("clip", 0.0))));
    }
    if node.flag("input_forget") {
        return Err(node.error("separate gates for input and forgetting", "`input_forget` 1"));
    }
    if kind == CellKind::Lstm
        && let Some(peepholes) = walk.reals(node, 7)?
        && peepholes.as_reals().into_iter().flatten().any(|&p| p != 0.0)
    {
        return Err(node.error("no peephole weights", "some that are not 0"));
    }
    Ok(())
}

/// The weights of all directions, their origin, and the number of units.
fn weights<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    kind: CellKind,
    directions: usize,
    inputs: usize,
) -> Result<(Vec<DirectionWeights>, String, usize), OnnxError> {
    let missing = |what: &str| node.error(format!("{what} as a constant"), "none");
    let (Some(w), Some(r)) = (walk.reals(node, 1)?, walk.reals(node, 2)?) else {
        return Err(missing("weights of the input and of the state"));
    };
    let bias = walk.reals(node, 3)?;
    let gates = kind.gates();
    let units = r.axes().last().copied().unwrap_or(0);
    let declared = node.int("hidden_size", units as i64);
    if units == 0 || declared != units as i64 {
        return Err(
            node.error(format!("`hidden_size` {units}, as its weights have it"), declared.to_string())
        );
    }
    let rows = gates.saturating_mul(units);
    let expected = [
        (w.axes().to_vec(), vec![directions, rows, inputs]),
        (r.axes().to_vec(), vec![directions, rows, units]),
        (
            bias.as_ref().map_or_else(|| vec![directions, 2 * rows], |bias| bias.axes().to_vec()),
            vec![directions, 2 * rows],
        ),
    ];
    for (found, expected) in expected {
        if found != expected {
            return Err(node.error(format!("weights of shape {}", shown(&expected)), shown(&found)));
        }
    }
    let activations = activations(node, kind, directions)?;
    let of = |numbers: &ArrayD<f64>, direction: usize| numbers.index_axis(Axis(0), direction).to_owned();
    let misfit = || node.error("weights of a matrix for each direction", "others");
    let reals =
        |constant: &super::constant::OnnxConstant| constant.as_reals().map(|n| n.to_owned().into_owned());
    let (w_numbers, r_numbers) = (reals(&w).ok_or_else(misfit)?, reals(&r).ok_or_else(misfit)?);
    let b_numbers = bias.as_ref().and_then(reals);
    let mut all = Vec::new();
    for (direction, activations) in activations.into_iter().enumerate() {
        let matrix = |numbers: &ArrayD<f64>| of(numbers, direction).into_dimensionality::<Ix2>();
        let biases = match &b_numbers {
            None => None,
            Some(numbers) => {
                let both = of(numbers, direction).into_dimensionality::<Ix1>().map_err(|_| misfit())?;
                let (input, hidden) = both.view().split_at(Axis(0), rows);
                Some((input.to_owned(), hidden.to_owned()))
            }
        };
        all.push(DirectionWeights {
            input: matrix(&w_numbers).map_err(|_| misfit())?,
            hidden: matrix(&r_numbers).map_err(|_| misfit())?,
            biases,
            activations,
        });
    }
    let bias = bias.map_or_else(String::new, |bias| bias.origin);
    Ok((all, format!("{}|{}|{bias}", w.origin, r.origin), units))
}

/// The activations of each direction.
fn activations(
    node: &OnnxNode<'_>,
    kind: CellKind,
    directions: usize,
) -> Result<Vec<Vec<Activation>>, OnnxError> {
    let defaults = kind.default_activations();
    let count = defaults.len() * directions;
    let names = node
        .texts("activations")
        .unwrap_or_else(|| (0..count).map(|at| defaults[at % defaults.len()].to_owned()).collect());
    if names.len() != count {
        return Err(node.error(format!("{count} activations"), names.len().to_string()));
    }
    // Only leaky ReLUs take a number of the list.
    let mut slopes = node.floats("activation_alpha").unwrap_or_default().iter();
    let mut found = Vec::new();
    for name in &names {
        found.push(match name.to_ascii_lowercase().as_str() {
            "tanh" => Activation::Tanh,
            "sigmoid" => Activation::Logistic,
            "relu" => Activation::Relu,
            "leakyrelu" => slope(node, slopes.next().map_or(0.01, |&slope| f64::from(slope)))?,
            _ => {
                let expected = "activations Tanh, Sigmoid, Relu or LeakyRelu";
                return Err(node.error(expected, format!("`{name}`")));
            }
        });
    }
    Ok(found.chunks(defaults.len()).map(<[Activation]>::to_vec).collect())
}

/// The state of a direction before its first step; `None` for 0.
fn initial_state<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    state: Option<&OnnxValue>,
    (direction, directions): (usize, usize),
    units: usize,
) -> Result<Option<NodeId>, OnnxError> {
    let Some(state) = state else { return Ok(None) };
    let axes = if node.flag("layout") { [1, directions, units] } else { [directions, 1, units] };
    let (at, batch) = if node.flag("layout") { (1, 0) } else { (0, 1) };
    let how = Rearrangement::Take { axis: at, places: vec![direction] };
    match state.clone() {
        OnnxValue::Constant(constant) => {
            let misfit = || node.error(format!("a state of shape {}", shown(&axes)), shown(constant.axes()));
            let Some(numbers) = constant.as_reals().filter(|numbers| numbers.ndim() == 3) else {
                return Err(misfit());
            };
            if numbers.shape()[batch] == 0 || numbers.shape()[at] != directions {
                return Err(misfit());
            }
            let Some(numbers) = once(numbers.view(), batch) else {
                return Err(node.error("the same state for each input", "different ones"));
            };
            let values: Vec<f64> = how.apply(numbers.view()).into_iter().flatten().collect();
            if values.len() != units {
                return Err(misfit());
            }
            if values.iter().all(|&x| x == 0.0) {
                return Ok(None);
            }
            let shape = crate::network::graph::Shape::new([units]);
            Ok(Some(walk.builder.constant(&format!("{}/state", node.name), values, shape)?))
        }
        value => {
            let traced = walk.as_traced(node, value)?;
            if traced.axes != axes {
                return Err(node.error(format!("a state of shape {}", shown(&axes)), shown(&traced.axes)));
            }
            let one = walk.rearranged_entries(node, traced, &how, Some(batch))?;
            Ok(Some(walk.shaped_node(&format!("{}/state", node.name), one, &[units])?))
        }
    }
}

/// States of so many units each, one behind the other, as a value.
fn states_as_value<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    states: Vec<NodeId>,
    axes: Vec<usize>,
    batch: usize,
) -> Result<TracedArray, OnnxError> {
    let units = axes.last().copied().unwrap_or(1) as u32;
    let entries = states.into_iter().flat_map(|id| (0..units).map(move |entry| (id, entry)));
    let array = ArrayD::from_shape_vec(axes, entries.collect());
    let array = array.map_err(|_| node.error("a state for each step", "fewer"))?;
    Ok(walk.gathered(array, Some(batch)))
}
