//! The nodes needed by an output, each behind its inputs.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::OnnxError;
use super::node::{OnnxNode, shortened};

/// Nodes by their numbers, and how many take each value.
pub(super) struct NodeOrder<'a> {
    pub(super) nodes: Vec<usize>,
    pub(super) uses: HashMap<&'a str, usize>,
}

impl<'a> NodeOrder<'a> {
    /// The order for an output. `known`: inputs and initialisers.
    pub(super) fn new(
        nodes: &[OnnxNode<'a>],
        output: &'a str,
        known: &HashSet<&'a str>,
    ) -> Result<Self, OnnxError> {
        let mut makers: HashMap<&'a str, usize> = HashMap::new();
        for (number, node) in nodes.iter().enumerate() {
            for &name in node.outputs().iter().filter(|name| !name.is_empty()) {
                if known.contains(name) || makers.insert(name, number).is_some() {
                    let expected = "a new name for each of its outputs";
                    return Err(node.error(expected, format!("`{}` again", shortened(name))));
                }
            }
        }
        let mut uses = HashMap::from([(output, 1)]);
        let (mut needed, mut open) = (HashSet::new(), Vec::new());
        match makers.get(output) {
            Some(&maker) => open.push(maker),
            None if known.contains(output) => {}
            None => {
                let place = format!("output `{}`", shortened(output));
                return Err(OnnxError::at(&place, "a node that computes it", "none"));
            }
        }
        while let Some(number) = open.pop() {
            if !needed.insert(number) {
                continue;
            }
            let node = &nodes[number];
            for name in node.inputs() {
                // A shape needs no numbers.
                if !["Shape", "Size"].map(Some).contains(&node.operator()) {
                    *uses.entry(name).or_insert(0) += 1;
                }
                match makers.get(name) {
                    Some(&maker) => open.push(maker),
                    None if known.contains(name) => {}
                    None => {
                        let expected =
                            "inputs that are initialisers, inputs of the network or outputs of nodes";
                        return Err(
                            node.error(expected, format!("`{}`, which is none of them", shortened(name)))
                        );
                    }
                }
            }
        }
        Ok(Self { nodes: sorted(nodes, &needed, &makers)?, uses })
    }
}

/// Needed nodes, as far as possible in the order of the file.
fn sorted<'a>(
    nodes: &[OnnxNode<'a>],
    needed: &HashSet<usize>,
    makers: &HashMap<&'a str, usize>,
) -> Result<Vec<usize>, OnnxError> {
    let mut followers: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut waiting: HashMap<usize, usize> = HashMap::new();
    let mut ready = BTreeSet::new();
    for &number in needed {
        let before: HashSet<usize> =
            nodes[number].inputs().filter_map(|name| makers.get(name).copied()).collect();
        before.iter().for_each(|&maker| followers.entry(maker).or_default().push(number));
        if before.is_empty() {
            ready.insert(number);
        }
        waiting.insert(number, before.len());
    }
    let mut order = Vec::new();
    while let Some(number) = ready.pop_first() {
        order.push(number);
        for &follower in followers.get(&number).into_iter().flatten() {
            if let Some(left) = waiting.get_mut(&follower) {
                *left -= 1;
                if *left == 0 {
                    ready.insert(follower);
                }
            }
        }
    }
    if order.len() < needed.len() {
        // The first waiting one lies in a circle or behind one.
        let stuck =
            waiting.iter().filter(|&(_, &left)| left > 0).map(|(&number, _)| number).min().unwrap_or(0);
        return Err(nodes[stuck].error("a graph without circles", "one in a circle or behind one"));
    }
    Ok(order)
}
