//! Windows of convolutions and poolings from their attributes.

use super::OnnxError;
use super::node::OnnxNode;
use crate::network::graph::Window;

/// A positive number.
pub(super) fn positive(node: &OnnxNode<'_>, what: &str, found: i64) -> Result<usize, OnnxError> {
    usize::try_from(found)
        .ok()
        .filter(|&n| n > 0)
        .ok_or_else(|| node.error(format!("`{what}` of at least 1"), found.to_string()))
}

/// The window over spatial axes of these sizes, and whether places are rounded up. `taps` is the size of a kernel.
pub(super) fn window(
    node: &OnnxNode<'_>,
    sizes: &[usize],
    taps: Option<&[usize]>,
) -> Result<(Window, bool), OnnxError> {
    let list = |name: &str, default: &[usize]| -> Result<Vec<usize>, OnnxError> {
        let Some(found) = node.ints(name) else { return Ok(default.to_vec()) };
        if found.len() != sizes.len() {
            let expected = format!("{} numbers in `{name}`, one for each spatial axis", sizes.len());
            return Err(node.error(expected, found.len().to_string()));
        }
        found.iter().map(|&n| positive(node, name, n)).collect()
    };
    let kernel = match taps {
        Some(taps) => {
            let kernel = list("kernel_shape", taps)?;
            if kernel != taps {
                return Err(node
                    .error(format!("`kernel_shape` {taps:?}, as its kernel has it"), format!("{kernel:?}")));
            }
            kernel
        }
        None if node.has("kernel_shape") => list("kernel_shape", &[])?,
        None => return Err(node.error("a `kernel_shape`", "none")),
    };
    if kernel.contains(&0) {
        return Err(node.error("a kernel with taps", format!("{kernel:?}")));
    }
    let ones = vec![1; sizes.len()];
    let mut window = Window {
        stride: list("strides", &ones)?,
        dilation: list("dilations", &ones)?,
        padding: vec![(0, 0); sizes.len()],
        kernel,
    };
    let mut rounds_up = node.flag("ceil_mode");
    let automatic = node.text("auto_pad");
    match automatic.as_str() {
        "" | "NOTSET" => {
            if let Some(pads) = node.ints("pads") {
                window.padding = padding(node, pads, sizes.len())?;
            }
        }
        "VALID" => rounds_up = false,
        "SAME_UPPER" | "SAME_LOWER" => {
            rounds_up = false;
            for (axis, &size) in sizes.iter().enumerate() {
                let places = size.div_ceil(window.stride[axis]);
                let reach = (window.kernel[axis] - 1).saturating_mul(window.dilation[axis]).saturating_add(1);
                let needed = (places.max(1) - 1).saturating_mul(window.stride[axis]).saturating_add(reach);
                let (less, all) = (needed.saturating_sub(size) / 2, needed.saturating_sub(size));
                window.padding[axis] =
                    if automatic == "SAME_UPPER" { (less, all - less) } else { (all - less, less) };
            }
        }
        _ => {
            let expected = "`auto_pad` NOTSET, VALID, SAME_UPPER or SAME_LOWER";
            return Err(node.error(expected, format!("`{automatic}`")));
        }
    }
    Ok((window, rounds_up))
}

/// Padding before and behind each axis; in the attribute all first ends come first.
fn padding(node: &OnnxNode<'_>, pads: &[i64], axes: usize) -> Result<Vec<(usize, usize)>, OnnxError> {
    if pads.len() != 2 * axes {
        return Err(node.error(format!("{} numbers in `pads`", 2 * axes), pads.len().to_string()));
    }
    let pad = |n: i64| usize::try_from(n).map_err(|_| node.error("`pads` of at least 0", n.to_string()));
    (0..axes).map(|axis| Ok((pad(pads[axis])?, pad(pads[axes + axis])?))).collect()
}
