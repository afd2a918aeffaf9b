//! Windows that slide over the spatial axes of a value: of a convolution, or of pooling.

use serde::Serialize;

use super::GraphError;

/// Numbers that a window reads at all places together, at most: 1 GiB of their entries.
const MOST_READS: usize = 1 << 28;

/// A window sliding over axes; all lists have one entry for each axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    /// entries of the window, ≥ 1
    pub kernel: Vec<usize>,
    /// entries between neighbouring places, ≥ 1
    pub stride: Vec<usize>,
    /// entries added before and behind, which are 0 for a convolution
    pub padding: Vec<(usize, usize)>,
    /// entries from one tap to the next, ≥ 1
    pub dilation: Vec<usize>,
}

impl Window {
    /// A window with stride 1, without padding and dilation.
    pub fn new(kernel: impl Into<Vec<usize>>) -> Self {
        let kernel = kernel.into();
        let axes = kernel.len();
        Self { kernel, stride: vec![1; axes], padding: vec![(0, 0); axes], dilation: vec![1; axes] }
    }

    /// The same with another stride on all axes.
    #[must_use]
    pub fn with_stride(mut self, stride: usize) -> Self {
        self.stride.fill(stride);
        self
    }

    /// The same with this padding at all ends.
    #[must_use]
    pub fn with_padding(mut self, padding: usize) -> Self {
        self.padding.fill((padding, padding));
        self
    }

    /// Taps of the window on one channel.
    pub fn taps(&self) -> usize {
        self.kernel.iter().product()
    }

    /// Places of the window along each axis of a value with these sizes. `rounds_up`: a last window may reach beyond the
    /// padding, as long as it starts before it. `None` where the window does not fit, or a number is out of range.
    pub fn places(&self, sizes: &[usize], rounds_up: bool) -> Option<Vec<usize>> {
        let axes = sizes.len();
        let lists = [self.kernel.len(), self.stride.len(), self.padding.len(), self.dilation.len()];
        if lists != [axes; 4] {
            return None;
        }
        let place = |axis: usize| {
            let (before, behind) = self.padding[axis];
            let (kernel, stride) = (self.kernel[axis], self.stride[axis]);
            let reach = kernel.checked_sub(1)?.checked_mul(self.dilation[axis])?.checked_add(1)?;
            let padded = sizes[axis].checked_add(before)?.checked_add(behind)?;
            if stride == 0 || self.dilation[axis] == 0 {
                return None;
            }
            let free = padded.checked_sub(reach)?;
            let mut places = if rounds_up { free.div_ceil(stride) } else { free / stride } + 1;
            if rounds_up && (places - 1).checked_mul(stride)? >= sizes[axis].checked_add(before)? {
                places -= 1;
            }
            (places > 0).then_some(places)
        };
        (0..axes).map(place).collect()
    }

    /// Refuses a window that would read too many numbers at all its places together, `of_each` at one.
    ///
    /// # Errors
    /// [`GraphError`] at the node of this name.
    pub(super) fn check_reads(&self, name: &str, places: &[usize], of_each: usize) -> Result<(), GraphError> {
        let reads = places.iter().fold(of_each, |product: usize, &places| product.saturating_mul(places));
        if reads <= MOST_READS {
            return Ok(());
        }
        Err(GraphError::new(
            name,
            format!("at most {MOST_READS} numbers to read at all places"),
            reads.to_string(),
        ))
    }

    /// For every place, in the order of entries, and every tap, the entry of a value with these sizes; `None` in the padding.
    pub(super) fn entries(&self, sizes: &[usize], places: &[usize]) -> Vec<Option<u32>> {
        let (taps, count) = (self.taps(), places.iter().product::<usize>());
        let mut entries = Vec::with_capacity(taps * count);
        for place in 0..count {
            for tap in 0..taps {
                let (mut place, mut tap, mut entry, mut step) = (place, tap, Some(0), 1);
                for axis in (0..sizes.len()).rev() {
                    let at = (place % places[axis]) * self.stride[axis]
                        + (tap % self.kernel[axis]) * self.dilation[axis];
                    (place, tap) = (place / places[axis], tap / self.kernel[axis]);
                    let inside = at.checked_sub(self.padding[axis].0).filter(|&at| at < sizes[axis]);
                    entry = entry.zip(inside).map(|(entry, at)| entry + at * step);
                    step *= sizes[axis];
                }
                entries.push(entry.map(|entry| entry as u32));
            }
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_the_field_counts_them() {
        let window = Window::new([3, 3]).with_padding(1);
        assert_eq!(window.places(&[8, 8], false), Some(vec![8, 8]));
        assert_eq!(window.clone().with_stride(2).places(&[8, 8], false), Some(vec![4, 4]));
        assert_eq!(Window::new([2, 2]).with_stride(2).places(&[5, 5], false), Some(vec![2, 2]));
        assert_eq!(Window::new([2, 2]).with_stride(2).places(&[5, 5], true), Some(vec![3, 3]));
        // A window that would start in the padding behind is left out.
        assert_eq!(Window::new([2]).with_stride(2).with_padding(1).places(&[4], true), Some(vec![3]));
        assert_eq!(Window::new([6]).places(&[5], false), None);
        assert_eq!(Window::new([0]).places(&[5], false), None);
        assert_eq!(Window::new([2]).with_stride(0).places(&[5], false), None);
        assert_eq!(Window::new([2]).places(&[5, 5], false), None);
    }

    #[test]
    fn entries_by_hand() {
        let mut window = Window::new([2, 2]);
        window.padding = vec![(1, 0), (0, 0)];
        let places = window.places(&[2, 3], false).unwrap();
        assert_eq!(places, [2, 2]);
        let entries = window.entries(&[2, 3], &places);
        assert_eq!(entries[..4], [None, None, Some(0), Some(1)]);
        assert_eq!(entries[4..8], [None, None, Some(1), Some(2)]);
        assert_eq!(entries[12..], [Some(1), Some(2), Some(4), Some(5)]);
    }
}
