//! Tensors by their names, their shapes checked.

use std::collections::HashSet;

use ndarray::{Array1, Array2};

use super::super::preset::{GraphNode, GraphSource};
use super::error::DescriptionError;
use crate::network::files::WeightFile;
use crate::network::graph::GraphError;
use crate::visible::shortened;

/// Names of the file in a message, at most.
const NAMES_SHOWN: usize = 5;

/// A tensor: its axes, the outermost first, and its numbers, row by row.
pub(super) struct Tensor {
    pub(super) shape: Vec<usize>,
    pub(super) numbers: Vec<f64>,
}

/// The tensors of a file.
pub(super) struct NamedTensors<'f, 'b>(&'f mut WeightFile<'b>);

impl<'f, 'b> NamedTensors<'f, 'b> {
    pub(super) fn of(file: &'f mut WeightFile<'b>) -> Self {
        Self(file)
    }

    /// Whether there is a tensor of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.entries().iter().any(|entry| entry.name == name)
    }

    /// The tensor of this name, of floating-point numbers.
    pub(super) fn read(&mut self, node: &str, name: &str) -> Result<Tensor, DescriptionError> {
        let expected = || format!("a tensor `{}` in the file", shortened(name));
        let Some(entry) = self.0.entries().iter().find(|entry| entry.name == name) else {
            let all = self.0.entries();
            let names = all.iter().take(NAMES_SHOWN).map(|entry| format!("`{}`", shortened(&entry.name)));
            let more = if all.len() > NAMES_SHOWN { ", …" } else { "" };
            let found = format!("{}{more}", names.collect::<Vec<_>>().join(", "));
            return Err(GraphError::new(node, expected(), found).into());
        };
        let shape = entry.shape.clone();
        let numbers = match self.0.floats(name) {
            Ok(Some(numbers)) => numbers,
            Ok(None) => return Err(GraphError::new(node, expected(), "none").into()),
            Err(error) => return Err(DescriptionError::File { node: node.to_owned(), error }),
        };
        if let Some((place, found)) = numbers.iter().enumerate().find(|(_, number)| !number.is_finite()) {
            let expected = format!("finite numbers in tensor `{}`", shortened(name));
            return Err(GraphError::new(node, expected, format!("{found} at number {place}")).into());
        }
        Ok(Tensor { shape, numbers })
    }

    /// A matrix, rows × columns.
    pub(super) fn matrix(&mut self, node: &str, name: &str) -> Result<Array2<f64>, DescriptionError> {
        let Tensor { shape, numbers } = self.read(node, name)?;
        let (&[rows, columns], found) = (&shape[..], &shape) else {
            return Err(misfit(node, name, "2 axes, outputs × inputs", &shape));
        };
        Array2::from_shape_vec((rows, columns), numbers)
            .map_err(|_| misfit(node, name, "as many numbers as its axes say", found))
    }

    /// A list of numbers.
    pub(super) fn list(&mut self, node: &str, name: &str) -> Result<Array1<f64>, DescriptionError> {
        let Tensor { shape, numbers } = self.read(node, name)?;
        match shape.len() {
            1 => Ok(numbers.into()),
            _ => Err(misfit(node, name, "1 axis", &shape)),
        }
    }
}

/// A tensor of another shape.
pub(super) fn misfit(node: &str, name: &str, expected: &str, shape: &[usize]) -> DescriptionError {
    let expected = format!("{expected} of tensor `{}`", shortened(name));
    GraphError::new(node, expected, format!("shape {shape:?}")).into()
}

/// The tensors of a node: named one by one, or by their module.
pub(super) struct Naming<'a> {
    module: Option<&'a str>,
    /// the ending behind the module's name, and the name where one is given
    tensors: Vec<(&'static str, Option<&'a str>)>,
}

impl<'a> Naming<'a> {
    /// The tensors of a node; `None` of one without.
    pub(super) fn of(node: &'a GraphNode) -> Option<Self> {
        use GraphNode::*;
        type Given<'a> = Vec<(&'static str, &'a Option<String>)>;
        let recurrent = |ih, hh, bias_ih, bias_hh| -> Given<'a> {
            vec![("weight_ih_l0", ih), ("weight_hh_l0", hh), ("bias_ih_l0", bias_ih), ("bias_hh_l0", bias_hh)]
        };
        let (module, tensors): (_, Given<'a>) = match node {
            Conv(fields) => (&fields.module, vec![("weight", &fields.weight), ("bias", &fields.bias)]),
            Dense(fields) => (&fields.module, vec![("weight", &fields.weight), ("bias", &fields.bias)]),
            BatchNorm(fields) => {
                let statistics =
                    [("running_mean", &fields.running_mean), ("running_var", &fields.running_var)];
                let parameters = [("weight", &fields.weight), ("bias", &fields.bias)];
                (&fields.module, [statistics, parameters].concat())
            }
            Lstm(f) | Gru(f) => (&f.module, recurrent(&f.weight_ih, &f.weight_hh, &f.bias_ih, &f.bias_hh)),
            Rnn(f) => (&f.module, recurrent(&f.weight_ih, &f.weight_hh, &f.bias_ih, &f.bias_hh)),
            _ => return None,
        };
        let tensors = tensors.into_iter().map(|(ending, given)| (ending, given.as_deref())).collect();
        Some(Self { module: module.as_deref(), tensors })
    }

    /// The names of the tensors. The first `required` have one; of a module's others, those that `has` finds.
    ///
    /// # Errors
    /// [`GraphError`] for a required one without a name or a module.
    pub(super) fn names(
        &self,
        node: &str,
        required: usize,
        has: impl Fn(&str) -> bool,
    ) -> Result<Vec<Option<String>>, GraphError> {
        let name = |(at, &(ending, given)): (usize, &(&str, Option<&str>))| {
            let of_module = || {
                let name = format!("{}.{ending}", self.module?);
                (at < required || has(&name)).then_some(name)
            };
            let name = given.map(str::to_owned).or_else(of_module);
            if name.is_none() && at < required {
                let field = ending.strip_suffix("_l0").unwrap_or(ending);
                let expected = format!("a `module`, or the name of a tensor in `{field}`");
                return Err(GraphError::new(node, expected, "neither"));
            }
            Ok(name)
        };
        self.tensors.iter().enumerate().map(name).collect()
    }
}

/// All names of tensors that a graph can read.
pub(super) fn named(source: &GraphSource) -> HashSet<String> {
    let names = |naming: Naming<'_>| naming.names("", 0, |_| true).ok();
    source.nodes.iter().filter_map(Naming::of).filter_map(names).flatten().flatten().collect()
}
