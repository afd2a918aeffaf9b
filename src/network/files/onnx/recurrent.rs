//! Recurrent layers, unrolled over their steps: each matrix is one linear map, used at every step.

use ndarray::{ArrayD, Axis, Ix1, Ix2};

use super::OnnxError;
use super::elementwise::{once, slope};
use super::node::{OnnxNode, shown};
use super::rearrangement::Rearrangement;
use super::traced::{OnnxValue, TracedArray, TracedEntry};
use super::walk::OnnxWalk;
use crate::network::Activation;
use crate::network::graph::{
    GateOrder, GraphBuilder, MapId, NodeId, RecurrentCell, RecurrentForm, RecurrentLayer, RecurrentMatrices,
    RecurrentState, RecurrentWeights, Shape, StepInputs,
};

/// Most steps of an unrolled layer.
const MOST_STEPS: usize = 4096;

/// Memory of the nodes of a step, in entries.
const NODES_OF_A_STEP: usize = 1024;

/// The numbers of one direction.
struct Direction {
    form: RecurrentForm,
    weights: RecurrentWeights,
    is_reverse: bool,
}

/// A sequence, and the map on the inputs of a step.
struct InputsByStep<'w, 'a> {
    walk: &'w mut OnnxWalk<'a>,
    /// for messages
    place: &'w str,
    /// steps × batch × inputs
    sequence: &'w ArrayD<TracedEntry>,
    map: MapId,
    units: usize,
}

impl StepInputs for InputsByStep<'_, '_> {
    type Error = OnnxError;

    fn graph(&mut self) -> &mut GraphBuilder {
        &mut self.walk.builder
    }

    fn at(&mut self, step: usize, name: &str) -> Result<NodeId, OnnxError> {
        let inputs = self.sequence.shape()[2];
        // Gates, sums and states of a step, and its nodes.
        self.walk.claim(self.place, (16 * self.units + inputs).saturating_add(NODES_OF_A_STEP))?;
        let x = self.walk.gathered(self.sequence.index_axis(Axis(0), step).to_owned(), Some(0));
        let x = self.walk.shaped_node(&format!("{name}/x"), x, &[inputs])?;
        Ok(self.walk.builder.linear(&format!("{name}/input"), self.map, x)?)
    }
}

/// An LSTM, GRU or plain recurrent layer: all states, the last hidden state, and of an LSTM the last cell.
pub(super) fn layer<'a>(
    walk: &mut OnnxWalk<'a>,
    node: &OnnxNode<'a>,
    cell: RecurrentCell,
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
    refuse_what_is_not_read(walk, node, cell)?;
    let directions = match node.text("direction").as_str() {
        "" | "forward" => vec![false],
        "reverse" => vec![true],
        "bidirectional" => vec![false, true],
        other => {
            return Err(node.error("`direction` forward, reverse or bidirectional", format!("`{other}`")));
        }
    };
    let (both, origin, units) = weights(walk, node, cell, &directions, inputs)?;
    let mut initial = |at: usize| node.input(at).map(|_| walk.take(node, at)).transpose();
    let hidden = initial(5)?;
    let cells = if cell == RecurrentCell::Lstm { initial(6)? } else { None };
    let array = sequence.array();
    let mut all: Vec<Vec<NodeId>> = Vec::new();
    let (mut last, mut last_cells) = (Vec::new(), Vec::new());
    for (number, Direction { form, weights, is_reverse }) in both.into_iter().enumerate() {
        let suffix = if is_reverse { "/reverse" } else { "" };
        let layer = format!("{}{suffix}", node.name.trim_start_matches('/'));
        let key = format!("{cell:?}|{origin}|{number}|{}", node.int("linear_before_reset", 0));
        let matrices = RecurrentMatrices::new(&node.name, &form, weights, true)?;
        let map = walk.dense(&format!("{key}|input"), &format!("{layer}/input"), matrices.input)?;
        let hidden_maps = matrices.hidden.placed(|part, matrix| {
            walk.dense(&format!("{key}|{part}"), &format!("{layer}/{part}"), matrix)
        })?;
        let at = (number, directions.len());
        let initial = RecurrentState {
            hidden: initial_state(walk, node, hidden.as_ref(), at, units)?,
            cell: initial_state(walk, node, cells.as_ref(), at, units)?,
        };
        let mut by_step = InputsByStep { walk, place: &node.place, sequence: &array, map, units };
        let layer = RecurrentLayer { form, units, hidden: hidden_maps };
        let name = format!("{}{suffix}", node.name);
        let (outputs, state) = layer.unrolled(&name, &mut by_step, (steps, is_reverse), initial)?;
        last.extend(state.hidden);
        last_cells.extend(state.cell);
        all.push(outputs);
    }
    let count = directions.len();
    let of_steps = (0..steps).flat_map(|step| all.iter().map(move |outputs| outputs[step]));
    let y = states_as_value(walk, node, of_steps.collect(), vec![steps, count, 1, units], 2)?;
    let h = states_as_value(walk, node, last, vec![count, 1, units], 1)?;
    let mut values = vec![(y, vec![2, 0, 1, 3], 0), (h, vec![1, 0, 2], 0)];
    if cell == RecurrentCell::Lstm {
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
    cell: RecurrentCell,
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
    if cell == RecurrentCell::Lstm
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
    cell: RecurrentCell,
    directions: &[bool],
    inputs: usize,
) -> Result<(Vec<Direction>, String, usize), OnnxError> {
    let missing = |what: &str| node.error(format!("{what} as a constant"), "none");
    let (Some(w), Some(r)) = (walk.reals(node, 1)?, walk.reals(node, 2)?) else {
        return Err(missing("weights of the input and of the state"));
    };
    let bias = walk.reals(node, 3)?;
    let units = r.axes().last().copied().unwrap_or(0);
    let declared = node.int("hidden_size", units as i64);
    if units == 0 || declared != units as i64 {
        return Err(
            node.error(format!("`hidden_size` {units}, as its weights have it"), declared.to_string())
        );
    }
    let (rows, count) = (cell.gates().saturating_mul(units), directions.len());
    let expected = [
        (w.axes().to_vec(), vec![count, rows, inputs]),
        (r.axes().to_vec(), vec![count, rows, units]),
        (
            bias.as_ref().map_or_else(|| vec![count, 2 * rows], |bias| bias.axes().to_vec()),
            vec![count, 2 * rows],
        ),
    ];
    for (found, expected) in expected {
        if found != expected {
            return Err(node.error(format!("weights of shape {}", shown(&expected)), shown(&found)));
        }
    }
    let forms = forms(node, cell, count)?;
    let of = |numbers: &ArrayD<f64>, direction: usize| numbers.index_axis(Axis(0), direction).to_owned();
    let misfit = || node.error("weights of a matrix for each direction", "others");
    let reals =
        |constant: &super::constant::OnnxConstant| constant.as_reals().map(|n| n.to_owned().into_owned());
    let (w_numbers, r_numbers) = (reals(&w).ok_or_else(misfit)?, reals(&r).ok_or_else(misfit)?);
    let b_numbers = bias.as_ref().and_then(reals);
    let mut all = Vec::new();
    for (direction, (form, &is_reverse)) in forms.into_iter().zip(directions).enumerate() {
        let matrix = |numbers: &ArrayD<f64>| of(numbers, direction).into_dimensionality::<Ix2>();
        let (input_bias, hidden_bias) = match &b_numbers {
            None => (None, None),
            Some(numbers) => {
                let both = of(numbers, direction).into_dimensionality::<Ix1>().map_err(|_| misfit())?;
                let (input, hidden) = both.view().split_at(Axis(0), rows);
                (Some(input.to_owned()), Some(hidden.to_owned()))
            }
        };
        let weights = RecurrentWeights {
            input: matrix(&w_numbers).map_err(|_| misfit())?,
            hidden: matrix(&r_numbers).map_err(|_| misfit())?,
            input_bias,
            hidden_bias,
        };
        all.push(Direction { form, weights, is_reverse });
    }
    let bias = bias.map_or_else(String::new, |bias| bias.origin);
    Ok((all, format!("{}|{}|{bias}", w.origin, r.origin), units))
}

/// The cell of each direction, with its activations.
fn forms(
    node: &OnnxNode<'_>,
    cell: RecurrentCell,
    directions: usize,
) -> Result<Vec<RecurrentForm>, OnnxError> {
    let mut form = RecurrentForm::new(cell, GateOrder::Onnx);
    if cell == RecurrentCell::Gru && !node.flag("linear_before_reset") {
        form = form.with_reset_of_the_state();
    }
    let mut forms = vec![form; directions];
    let Some(names) = node.texts("activations") else { return Ok(forms) };
    let count = form.activations_mut().len() * directions;
    if names.len() != count {
        return Err(node.error(format!("{count} activations"), names.len().to_string()));
    }
    // Only leaky ReLUs take a number of the list.
    let mut slopes = node.floats("activation_alpha").unwrap_or_default().iter();
    for (own, name) in forms.iter_mut().flat_map(RecurrentForm::activations_mut).zip(&names) {
        *own = match name.to_ascii_lowercase().as_str() {
            "tanh" => Activation::Tanh,
            "sigmoid" => Activation::Logistic,
            "relu" => Activation::Relu,
            "leakyrelu" => slope(node, slopes.next().map_or(0.01, |&slope| f64::from(slope)))?,
            _ => {
                let expected = "activations Tanh, Sigmoid, Relu or LeakyRelu";
                return Err(node.error(expected, format!("`{name}`")));
            }
        };
    }
    Ok(forms)
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
            let shape = Shape::new([units]);
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
