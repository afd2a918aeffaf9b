//! Entries of an array in another order: transpositions, slices, copies.

use ndarray::{ArrayD, ArrayViewD, Axis, IxDyn};

/// Entries of an array in another order or shape. All sizes are checked by its maker.
#[derive(Clone, Debug)]
pub(super) enum Rearrangement {
    /// axis i of the result is this axis
    Permute(Vec<usize>),
    /// chosen places along an axis
    Take {
        /// the axis
        axis: usize,
        /// the places
        places: Vec<usize>,
    },
    /// copies along axes of length 1, and along new ones in front
    Broadcast(Vec<usize>),
    /// the same order in another shape
    Reshape(Vec<usize>),
}

impl Rearrangement {
    /// The axes of its result, from its argument's.
    pub(super) fn axes(&self, before: &[usize]) -> Vec<usize> {
        match self {
            Self::Permute(order) => order.iter().map(|&axis| before[axis]).collect(),
            Self::Take { axis, places } => {
                let mut axes = before.to_vec();
                axes[*axis] = places.len();
                axes
            }
            Self::Broadcast(axes) | Self::Reshape(axes) => axes.clone(),
        }
    }

    /// The array rearranged; `None` for sizes out of step.
    pub(super) fn apply<T: Clone>(&self, array: ArrayViewD<'_, T>) -> Option<ArrayD<T>> {
        fn standard<T: Clone>(array: ArrayViewD<'_, T>) -> ArrayD<T> {
            array.as_standard_layout().into_owned()
        }
        Some(match self {
            Self::Permute(order) => standard(array.permuted_axes(IxDyn(order))),
            Self::Take { axis, places } => standard(array.select(Axis(*axis), places).view()),
            Self::Broadcast(axes) => standard(array.broadcast(IxDyn(axes))?),
            Self::Reshape(axes) => standard(array).into_shape_with_order(IxDyn(axes)).ok()?,
        })
    }
}

/// The common shape of two arrays by broadcasting; `None` if there is none.
pub(super) fn broadcast_axes(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let axis = |axes: &[usize], at: usize| (at + axes.len()).checked_sub(rank).map_or(1, |at| axes[at]);
    (0..rank)
        .map(|at| match (axis(a, at), axis(b, at)) {
            (m, n) if m == n || n == 1 => Some(m),
            (1, n) => Some(n),
            _ => None,
        })
        .collect()
}
