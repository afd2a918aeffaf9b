//! Which node takes the values of which.

use std::collections::HashMap;

use super::super::preset::GraphNode;
use crate::network::graph::GraphError;
use crate::visible::shortened;

/// The name of the network's input.
const INPUT: &str = "input";

/// The nodes of a preset by their numbers from 1, in the order of the list; 0 is the input.
pub(super) struct Connections {
    /// the nodes whose values each node takes
    from: Vec<Vec<usize>>,
    /// how often the value of each is taken
    uses: Vec<usize>,
}

impl Connections {
    /// Finds the nodes by their names.
    ///
    /// # Errors
    /// [`GraphError`] for a list without nodes, a name that two nodes have, that no node has, or that a later one has.
    pub(super) fn of(nodes: &[GraphNode]) -> Result<Self, GraphError> {
        if nodes.is_empty() {
            return Err(GraphError::new(INPUT, "at least one node behind it", "none"));
        }
        let mut numbers = HashMap::from([(INPUT, 0)]);
        for (number, node) in (1..).zip(nodes) {
            if let Some(other) = node.name().and_then(|name| numbers.insert(name, number)) {
                let expected = "a name of its own";
                let found = match other {
                    0 => "that of the network's input".to_owned(),
                    other => format!("that of node {other}"),
                };
                return Err(GraphError::new(&called(number, node), expected, found));
            }
        }
        let (mut from, mut uses) = (vec![Vec::new()], vec![0; nodes.len() + 1]);
        for (number, node) in (1..).zip(nodes) {
            let earlier = |name: &String| match numbers.get(name.as_str()) {
                Some(&other) if other < number => Ok(other),
                other => {
                    let why = match other {
                        None => "which no node has",
                        Some(&other) if other == number => "its own",
                        Some(_) => "the name of a later one",
                    };
                    let found = format!("`{}`, {why}", shortened(name));
                    Err(GraphError::new(&called(number, node), "the name of an earlier node", found))
                }
            };
            let of = match given(number, node)? {
                GivenNames::Before => vec![number - 1],
                GivenNames::BeforeAnd(name) => vec![number - 1, earlier(name)?],
                GivenNames::Names(names) => names.iter().map(earlier).collect::<Result<_, _>>()?,
            };
            of.iter().for_each(|&other| uses[other] += 1);
            from.push(of);
        }
        Ok(Self { from, uses })
    }

    /// The nodes whose values node `number` takes.
    pub(super) fn from(&self, number: usize) -> &[usize] {
        &self.from[number]
    }

    /// Whether one node alone takes the value of node `number`.
    pub(super) fn is_used_once(&self, number: usize) -> bool {
        self.uses[number] == 1
    }
}

/// The name of a node in messages, and in the graph: its own, or its kind and number.
pub(super) fn called(number: usize, node: &GraphNode) -> String {
    node.name().map_or_else(|| format!("{}-{number}", node.kind()), str::to_owned)
}

/// What a node is given as its inputs.
enum GivenNames<'a> {
    /// nothing
    Before,
    /// one name beside the node before
    BeforeAnd(&'a String),
    /// these names
    Names(&'a [String]),
}

fn given(number: usize, node: &GraphNode) -> Result<GivenNames<'_>, GraphError> {
    use GraphNode::*;
    let one = match node {
        Add(fields) | Product(fields) => {
            return match (&fields.of, &fields.with) {
                (None, Some(name)) => Ok(GivenNames::BeforeAnd(name)),
                (Some(names), None) if names.len() >= 2 => Ok(GivenNames::Names(names)),
                (of, with) => {
                    let found = match (of, with) {
                        (Some(_), Some(_)) => "both",
                        (Some(_), None) => "fewer names",
                        _ => "neither",
                    };
                    let expected = "two or more names in `of`, or one in `with` beside the node before";
                    Err(GraphError::new(&called(number, node), expected, found))
                }
            };
        }
        Concat(fields) => return Ok(GivenNames::Names(&fields.of)),
        Conv(fields) => &fields.of,
        Dense(fields) => &fields.of,
        BatchNorm(fields) => &fields.of,
        Lstm(fields) | Gru(fields) => &fields.of,
        Rnn(fields) => &fields.of,
        LeakyRelu(fields) => &fields.of,
        MaxPool(fields) => &fields.of,
        AveragePool(fields) => &fields.of,
        Reshape(fields) => &fields.of,
        Relu(fields)
        | Tanh(fields)
        | Logistic(fields)
        | GlobalAveragePool(fields)
        | Flatten(fields)
        | Softmax(fields)
        | LogSoftmax(fields) => &fields.of,
    };
    Ok(one.as_ref().map_or(GivenNames::Before, |name| GivenNames::Names(std::slice::from_ref(name))))
}
