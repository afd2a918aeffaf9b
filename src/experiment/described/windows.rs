//! Windows with PyTorch's options.

use super::super::preset::Sizes;
use crate::network::graph::{GraphError, Shape, Window};

/// Entries of the input, and numbers that a window reads at all places together, at most.
pub(super) const MOST_ENTRIES: usize = 1 << 28;

/// The options of a window, by the names of their fields; `None` for the default.
pub(super) struct WindowOptions<'a> {
    pub(super) stride: Option<&'a Sizes>,
    pub(super) padding: Option<&'a Sizes>,
    pub(super) dilation: Option<&'a Sizes>,
}

impl WindowOptions<'_> {
    /// A window with this kernel over an input of shape (channels, spatial axes…). `default_stride`: of each axis.
    ///
    /// # Errors
    /// [`GraphError`] for another number of axes, a number beyond the range of values, and a window that reads too much.
    pub(super) fn window(
        &self,
        node: &str,
        input: &Shape,
        kernel: Vec<usize>,
        default_stride: Vec<usize>,
    ) -> Result<Window, GraphError> {
        let [channels, spatial @ ..] = input.axes() else {
            return Err(GraphError::new(node, "an input with channels and spatial axes", "no axis"));
        };
        let axes = kernel.len();
        if axes == 0 || spatial.len() != axes {
            let expected = format!("an input with channels and {axes} more axes, as its window has");
            return Err(GraphError::new(node, expected, format!("shape {input}")));
        }
        let list = |what, sizes: Option<&Sizes>, default| match sizes {
            Some(sizes) => each(node, what, sizes, axes),
            None => Ok(default),
        };
        let window = Window {
            stride: list("stride", self.stride, default_stride)?,
            padding: list("padding", self.padding, vec![0; axes])?.into_iter().map(|n| (n, n)).collect(),
            dilation: list("dilation", self.dilation, vec![1; axes])?,
            kernel,
        };
        let taps = window.kernel.iter().fold(*channels, |taps: usize, &n| taps.saturating_mul(n));
        // Where it does not fit, the map or the pooling says so.
        let places = window.places(spatial, true).unwrap_or_default();
        let read = places.into_iter().fold(taps, usize::saturating_mul);
        if read > MOST_ENTRIES {
            let expected = format!("a window that reads at most {MOST_ENTRIES} numbers at all places");
            return Err(GraphError::new(node, expected, read.to_string()));
        }
        Ok(window)
    }
}

/// A number for each axis.
///
/// # Errors
/// [`GraphError`] for a list of another length, and for numbers that no window has.
pub(super) fn each(node: &str, what: &str, sizes: &Sizes, axes: usize) -> Result<Vec<usize>, GraphError> {
    let list = match sizes {
        Sizes::Same(size) => vec![*size; axes],
        Sizes::Each(list) => list.clone(),
    };
    if list.len() != axes {
        let expected = format!("one {what}, or a list of {axes}, one for each axis behind the channels");
        return Err(GraphError::new(node, expected, format!("a list of {}", list.len())));
    }
    let within = |&size: &u64| usize::try_from(size).ok().filter(|&size| size <= MOST_ENTRIES);
    match list.iter().find(|size| within(size).is_none()) {
        None => Ok(list.iter().filter_map(within).collect()),
        Some(found) => {
            Err(GraphError::new(node, format!("a {what} of at most {MOST_ENTRIES}"), found.to_string()))
        }
    }
}
