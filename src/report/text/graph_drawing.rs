//! A graph as lines with its skips beside them, for a screen.
//!
//! ```text
//!   input                   64
//! ┌ dense 24, relu          24
//! │ dense 24, relu          24
//! ├ add                     24
//! └ ...
//! ```
//!
//! A value taken by a later line than the next one keeps a column of its own from its line to the last one that takes it. What a
//! recurrent layer does at each step stands there once.

use super::graph::node_in_words;
use crate::network::graph::{Graph, Operation, Shape};
use crate::report::graph::GraphReport;
use crate::visible::shortened_to;

/// Most columns for values that skip lines; more cannot be told apart.
const MOST_RAILS: usize = 6;

/// Most characters of a node's own name.
const NAME: usize = 20;

/// Most nodes of a step of a recurrent layer.
const LONGEST_STEP: usize = 64;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphLine {
    /// a character for each value that passes or meets this line: `┌`, `│`, `├`, `└`, with `─` up to the text
    pub rails: String,
    /// `conv 3×3, 8 channels, relu`, or a heading
    pub text: String,
    /// the shape of its value; `None` of a heading
    pub shape: Option<String>,
}

/// Nodes that repeat: the steps of a recurrent layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Steps {
    /// the first node of the step shown
    first: usize,
    /// nodes of a step
    length: usize,
    /// how often they follow one another
    times: usize,
    /// nodes before `first` that are a first step, in which what takes a state is left out
    shorter: usize,
}

/// The lines of a graph, an activation in the line of the linear map before it. Reshapes, slices and constants have no line.
pub fn graph_drawing(graph: &Graph) -> Vec<GraphLine> {
    let report = GraphReport::new(graph);
    let nodes = graph.nodes();
    let all_steps = steps(graph);
    // The line of each node, or the node that its value is of.
    let mut line_of: Vec<Option<usize>> = vec![None; nodes.len()];
    let mut lines: Vec<GraphLine> = Vec::new();
    let mut taken: Vec<Vec<usize>> = Vec::new();
    let mut readers = vec![0_usize; nodes.len()];
    nodes.iter().flat_map(|node| &node.from).for_each(|&from| readers[from] += 1);
    for (number, node) in nodes.iter().enumerate() {
        let within = all_steps.iter().find(|steps| steps.holds(number));
        if let Some(steps) = within
            && !steps.is_shown(number)
        {
            // What follows takes the value of the step shown.
            continue;
        }
        if let Some(steps) = within
            && steps.first == number
        {
            let all = steps.times + usize::from(steps.shorter > 0);
            let text = format!("at each of {all} steps:");
            lines.push(GraphLine { rails: String::new(), text, shape: None });
            taken.push(Vec::new());
        }
        let shown = |from: usize| all_steps.iter().find_map(|steps| steps.stand_in(from)).unwrap_or(from);
        let sources = node.from.iter().filter_map(|&from| line_of[shown(from)]);
        let sources: Vec<usize> = sources.collect();
        line_of[number] = match &node.operation {
            Operation::Constant(_) => None,
            Operation::Reshape | Operation::Select(_) => sources.first().copied(),
            Operation::Activation(activation)
                if sources.len() == 1
                    && sources[0] + 1 == lines.len()
                    && readers[node.from[0]] == 1
                    && matches!(nodes[node.from[0]].operation, Operation::Linear(_)) =>
            {
                lines[sources[0]].text += &format!(", {}", activation.name());
                Some(sources[0])
            }
            _ => {
                let what = node_in_words(&report, &report.nodes[number]);
                let text = match (&node.operation, within) {
                    (Operation::Input, _) => "input".to_owned(),
                    // Many nodes of a step do the same; of linear maps there is one of each kind.
                    (Operation::Linear(layer), _) if graph.map(*layer).recurrent().is_some() => what,
                    (_, Some(_)) => format!("{what}: {}", own_name(&node.name)),
                    _ => what,
                };
                lines.push(GraphLine {
                    rails: String::new(),
                    text,
                    shape: Some(Shape::new(node.shape.axes()).to_string()),
                });
                taken.push(sources);
                Some(lines.len() - 1)
            }
        };
    }
    draw_rails(&mut lines, &taken);
    lines
}

/// The last part of a node's name, behind the names of its layer and step.
fn own_name(name: &str) -> String {
    shortened_to(name.rsplit(['/', '.']).next().unwrap_or(name), NAME)
}

impl Steps {
    fn holds(&self, node: usize) -> bool {
        (self.first - self.shorter..self.first + self.length * self.times).contains(&node)
    }

    fn is_shown(&self, node: usize) -> bool {
        (self.first..self.first + self.length).contains(&node)
    }

    /// The node of the step shown in place of one of a later step.
    fn stand_in(&self, node: usize) -> Option<usize> {
        let is_later = self.holds(node) && node >= self.first + self.length;
        is_later.then(|| self.first + (node - self.first) % self.length)
    }
}

/// The steps of all recurrent layers: groups of nodes that follow one another with the same operations, a linear map among them.
fn steps(graph: &Graph) -> Vec<Steps> {
    let nodes = graph.nodes();
    let layer = |number: usize| match nodes[number].operation {
        Operation::Linear(layer) => Some(layer),
        _ => None,
    };
    let alike = |a: usize, b: usize| {
        layer(a) == layer(b)
            && nodes[a].operation.name() == nodes[b].operation.name()
            && nodes[a].shape == nodes[b].shape
    };
    let mut found: Vec<Steps> = Vec::new();
    let mut from = 0;
    while from < nodes.len() {
        let most = LONGEST_STEP.min((nodes.len() - from) / 2);
        let run = |length: usize| {
            let pairs = (from..nodes.len() - length).take_while(|&node| alike(node, node + length));
            pairs.count()
        };
        let has_map = |length: usize| (from..from + length).any(|node| layer(node).is_some());
        let repeats = (1..=most).map(|length| (length, run(length)));
        let Some((length, alike_pairs)) =
            repeats.into_iter().find(|&(length, pairs)| pairs >= length && has_map(length))
        else {
            from += 1;
            continue;
        };
        let end = from + alike_pairs + length;
        let times = (end - from) / length;
        // A step ends where the last one does.
        let first = end - times * length;
        let before = found.last().map_or(0, |steps| steps.first + steps.length * steps.times);
        // A first step does the same, less what takes a state, and may start from zeros.
        let (mut at, mut place) = (first, first + length);
        while at > before && place > first {
            if matches!(nodes[at - 1].operation, Operation::Constant(_)) {
                at -= 1;
            } else if alike(at - 1, place - 1) {
                (at, place) = (at - 1, place - 1);
            } else {
                place -= 1;
            }
        }
        let is_whole = at < first && alike(at, first);
        found.push(Steps { first, length, times, shorter: if is_whole { first - at } else { 0 } });
        from = end;
    }
    found
}

/// Draws the values that skip lines.
fn draw_rails(lines: &mut [GraphLine], taken: &[Vec<usize>]) {
    /// A value on its way: its line, and the last that takes it.
    struct Rail {
        from: usize,
        to: usize,
        column: usize,
    }
    let mut rails: Vec<Rail> = Vec::new();
    for from in 0..lines.len() {
        // A heading between two lines separates nothing.
        let next = (from + 1..lines.len()).find(|&line| lines[line].shape.is_some());
        let last = (from + 1..lines.len()).rev().find(|&line| taken[line].contains(&from));
        let Some(to) = last.filter(|&to| Some(to) != next) else { continue };
        let is_free = |column: &usize| !rails.iter().any(|rail| rail.column == *column && rail.to > from);
        if let Some(column) = (0..MOST_RAILS).find(is_free) {
            rails.push(Rail { from, to, column });
        }
    }
    // A line that takes the one before needs no mark for it.
    let before = |line: usize| (0..line).rev().find(|&line| lines[line].shape.is_some());
    let before: Vec<Option<usize>> = (0..lines.len()).map(before).collect();
    let columns = rails.iter().map(|rail| rail.column + 1).max().unwrap_or(0);
    for line in 0..lines.len() {
        // From the text leftwards: from the first mark on, a rule crosses the other columns.
        let mut marks = vec![' '; columns];
        for rail in &rails {
            let takes = taken[line].contains(&rail.from) && before[line] != Some(rail.from);
            let mark = match (rail.from == line, rail.to == line) {
                (true, _) => '┌',
                (_, true) => '└',
                _ if line > rail.from && line < rail.to => {
                    if takes {
                        '├'
                    } else {
                        '│'
                    }
                }
                _ => continue,
            };
            let at = &mut marks[rail.column];
            // One value ends where the next one begins.
            *at = if *at == ' ' { mark } else { '├' };
        }
        if let Some(first) = marks.iter().position(|mark| ['┌', '└', '├'].contains(mark)) {
            for mark in &mut marks[first + 1..] {
                *mark = match *mark {
                    ' ' => '─',
                    '│' => '┼',
                    '┌' => '┬',
                    '└' => '┴',
                    '├' => '┼',
                    other => other,
                };
            }
        }
        lines[line].rails = marks.into_iter().collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Activation;
    use crate::network::graph::{GraphBuilder, LinearMap, RecurrentCell, RecurrentState, RecurrentWeights};
    use ndarray::Array2;

    fn drawn(graph: &Graph) -> Vec<String> {
        let lines = graph_drawing(graph);
        lines.iter().map(|line| format!("{} {}", line.rails, line.text).trim_start().to_owned()).collect()
    }

    fn dense(
        builder: &mut GraphBuilder,
        name: &str,
        of: crate::network::graph::NodeId,
        rows: usize,
    ) -> crate::network::graph::NodeId {
        let input = builder.shape(of).clone();
        let weights = Array2::from_elem((rows, input.entries()), 0.5);
        let map = builder.map(LinearMap::dense(name, input, weights, None).unwrap());
        builder.linear(name, map, of).unwrap()
    }

    #[test]
    fn skips_stand_beside_the_lines() {
        let mut builder = GraphBuilder::new(Shape::new([4]));
        let input = builder.input();
        let first = dense(&mut builder, "first", input, 3);
        let first = builder.activation("relu", Activation::Relu, first).unwrap();
        let mut value = first;
        for block in ["a", "b"] {
            let inner = dense(&mut builder, block, value, 3);
            let inner = builder.activation(&format!("{block}.relu"), Activation::Relu, inner).unwrap();
            value = builder.add(&format!("{block}.add"), inner, value).unwrap();
        }
        let (graph, _) = builder.build(value).unwrap();
        let expected = ["input", "┌ dense 3, relu", "│ dense 3, relu", "├ add", "│ dense 3, relu", "└ add"];
        assert_eq!(drawn(&graph), expected);
    }

    #[test]
    fn the_steps_of_a_recurrent_layer_are_drawn_once() {
        for (cell, steps) in [
            (RecurrentCell::Lstm, 2),
            (RecurrentCell::Lstm, 9),
            (RecurrentCell::Gru, 5),
            (RecurrentCell::Rnn(Activation::Tanh), 7),
        ] {
            let mut builder = GraphBuilder::new(Shape::new([steps, 3]));
            let rows = 2 * cell.gates();
            let weights = RecurrentWeights {
                input: Array2::from_elem((rows, 3), 0.5),
                hidden: Array2::from_elem((rows, 2), 0.5),
                input_bias: None,
                hidden_bias: None,
            };
            let sequence = builder.input();
            let states = builder.recurrent("r", cell, weights, sequence, RecurrentState::default()).unwrap();
            let output = dense(&mut builder, "out", states.last, 2);
            let (graph, _) = builder.build(output).unwrap();
            let lines = drawn(&graph);
            let headings = lines.iter().filter(|line| line.contains("at each of")).count();
            assert_eq!(headings, usize::from(steps > 2), "{cell:?} {steps}: {lines:?}");
            if steps > 2 {
                assert!(
                    lines.iter().any(|line| line.contains(&format!("at each of {steps} steps"))),
                    "{lines:?}"
                );
            }
            let hidden = lines.iter().filter(|line| line.contains(&format!(" state {rows}"))).count();
            assert!((1..=2).contains(&hidden), "{cell:?} {steps}: {lines:?}");
        }
    }
}
