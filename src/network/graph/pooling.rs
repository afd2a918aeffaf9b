//! Pooling: averages or maxima of groups of entries.

use ndarray::{Array2, ArrayView2};
use serde::Serialize;

use super::{GraphError, Shape, Window};

/// How the entries of a group become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum PoolingKind {
    /// their sum divided by the group's divisor
    Average,
    /// the largest of them
    Maximum,
}

impl PoolingKind {
    /// Kebab-case name, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Average => "average-pool",
            Self::Maximum => "max-pool",
        }
    }
}

/// Groups of entries, one for each entry of the output.
#[derive(Clone, Debug, Serialize)]
pub struct Pooling {
    /// average or maximum
    pub kind: PoolingKind,
    /// the window that the groups lie under, if there is one
    pub window: Option<Window>,
    /// entries of all groups, group by group
    entries: Vec<u32>,
    /// end of each group
    ends: Vec<u32>,
    /// what the sum of each group is divided by
    divisors: Vec<f64>,
}

impl Pooling {
    /// Pooling under a window, channel by channel, of an input of shape (channels, spatial axes…), and the shape of its output.
    /// `counts_padding`: an average divides by the window's entries in the padding too.
    ///
    /// # Errors
    /// [`GraphError`] where the window does not fit, or a group would be empty.
    pub fn windowed(
        name: &str,
        kind: PoolingKind,
        input: &Shape,
        window: Window,
        (rounds_up, counts_padding): (bool, bool),
    ) -> Result<(Self, Shape), GraphError> {
        let [channels, sizes @ ..] = input.axes() else {
            return Err(GraphError::new(name, "an input with channels and spatial axes", "no axis"));
        };
        let misfit = || {
            let expected = format!("a window that fits into its input of {input}");
            GraphError::new(name, expected, format!("{:?} with padding {:?}", window.kernel, window.padding))
        };
        let places = window.places(sizes, rounds_up).ok_or_else(misfit)?;
        window.check_reads(name, &places, channels.saturating_mul(window.taps()))?;
        let size: usize = sizes.iter().product();
        let on_channel = window.entries(sizes, &places);
        let mut pooling = Self {
            kind,
            window: Some(window.clone()),
            entries: Vec::new(),
            ends: Vec::new(),
            divisors: Vec::new(),
        };
        for channel in 0..*channels {
            for (place, taps) in on_channel.chunks(window.taps()).enumerate() {
                let group = taps.iter().flatten().map(|entry| (channel * size) as u32 + entry);
                let divisor = counts_padding.then(|| padded(&window, sizes, &places, place));
                if !pooling.push(group, divisor) {
                    return Err(misfit());
                }
            }
        }
        Ok((pooling, Shape::new([&[*channels][..], &places].concat())))
    }

    /// Pooling over whole axes, which stay with length 1, and the shape of its output.
    ///
    /// # Errors
    /// [`GraphError`] for an axis that is not there.
    pub fn over_axes(
        name: &str,
        kind: PoolingKind,
        input: &Shape,
        axes: &[usize],
    ) -> Result<(Self, Shape), GraphError> {
        let sizes = input.axes();
        if let Some(axis) = axes.iter().find(|&&axis| axis >= sizes.len()) {
            return Err(GraphError::new(name, format!("an axis of its input of {input}"), axis.to_string()));
        }
        let kept: Vec<usize> =
            sizes.iter().enumerate().map(|(axis, &n)| if axes.contains(&axis) { 1 } else { n }).collect();
        let output = Shape::new(kept.clone());
        let mut groups = vec![Vec::new(); output.entries()];
        for entry in 0..input.entries() {
            let (mut rest, mut group, mut step) = (entry, 0, 1);
            for axis in (0..sizes.len()).rev() {
                let at = rest % sizes[axis];
                rest /= sizes[axis];
                group += if axes.contains(&axis) { 0 } else { at * step };
                step *= kept[axis];
            }
            groups[group].push(entry as u32);
        }
        let mut pooling =
            Self { kind, window: None, entries: Vec::new(), ends: Vec::new(), divisors: Vec::new() };
        for group in groups {
            pooling.push(group.into_iter(), None);
        }
        Ok((pooling, output))
    }

    /// Adds a group. Whether it has an entry.
    fn push(&mut self, group: impl Iterator<Item = u32>, divisor: Option<usize>) -> bool {
        let before = self.entries.len();
        self.entries.extend(group);
        let count = self.entries.len() - before;
        self.ends.push(self.entries.len() as u32);
        self.divisors.push(divisor.unwrap_or(count) as f64);
        count > 0
    }

    /// The entries of each group and its divisor, in the order of the output.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = (&[u32], f64)> {
        self.divisors.iter().enumerate().map(|(group, &divisor)| {
            let start = group.checked_sub(1).map_or(0, |before| self.ends[before]);
            (&self.entries[start as usize..self.ends[group] as usize], divisor)
        })
    }

    /// The most groups that one entry lies in.
    pub fn most_groups_of_an_entry(&self) -> usize {
        let entries = self.entries.iter().max().map_or(0, |&last| last as usize + 1);
        let mut groups = vec![0; entries];
        self.entries.iter().for_each(|&entry| groups[entry as usize] += 1);
        groups.into_iter().max().unwrap_or(0)
    }

    /// points × entries to points × groups. NaN where an entry of the group is.
    pub(super) fn forward(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut y = Array2::zeros((x.nrows(), self.divisors.len()));
        for (x, mut y) in x.rows().into_iter().zip(y.rows_mut()) {
            for ((group, divisor), y) in self.groups().zip(&mut y) {
                let values = group.iter().map(|&entry| x[entry as usize]);
                *y =
                    match self.kind {
                        PoolingKind::Average => values.sum::<f64>() / divisor,
                        PoolingKind::Maximum => values.fold(f64::NEG_INFINITY, |largest: f64, x| {
                            if x > largest || x.is_nan() { x } else { largest }
                        }),
                    };
            }
        }
        y
    }

    /// Derivatives by the groups to derivatives by `inputs` entries; of equal maxima the first takes it.
    pub(super) fn back(&self, x: ArrayView2<'_, f64>, by_groups: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut by_x = Array2::zeros(x.dim());
        for ((x, by_groups), mut by_x) in x.rows().into_iter().zip(by_groups.rows()).zip(by_x.rows_mut()) {
            for ((group, divisor), by) in self.groups().zip(by_groups) {
                match self.kind {
                    PoolingKind::Average => {
                        group.iter().for_each(|&entry| by_x[entry as usize] += by / divisor)
                    }
                    PoolingKind::Maximum => {
                        let first = group.iter().copied().reduce(|best, entry| {
                            if x[entry as usize] > x[best as usize] { entry } else { best }
                        });
                        first.into_iter().for_each(|entry| by_x[entry as usize] += by);
                    }
                }
            }
        }
        by_x
    }
}

/// Entries of a window at a place, those in the padding included and those beyond it not.
fn padded(window: &Window, sizes: &[usize], places: &[usize], place: usize) -> usize {
    let (mut rest, mut count) = (place, 1);
    for axis in (0..sizes.len()).rev() {
        let first = (rest % places[axis]) * window.stride[axis];
        rest /= places[axis];
        let (before, behind) = window.padding[axis];
        let end = before + sizes[axis] + behind;
        count *= (0..window.kernel[axis]).filter(|tap| first + tap * window.dilation[axis] < end).count();
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn averages_and_maxima_by_hand() {
        let input = Shape::new([1, 2, 3]);
        let x = array![[1.0, 2.0, 3.0, 4.0, 5.0, -6.0]];
        let of = |kind, window, options| Pooling::windowed("pool", kind, &input, window, options).unwrap();
        let (pool, shape) = of(PoolingKind::Maximum, Window::new([2, 2]), (false, false));
        assert_eq!((pool.forward(x.view()), shape), (array![[5.0, 5.0]], Shape::new([1, 1, 2])));
        assert_eq!(pool.most_groups_of_an_entry(), 2);
        let by = array![[1.0, 2.0]];
        assert_eq!(pool.back(x.view(), by.view()), array![[0.0, 0.0, 0.0, 0.0, 3.0, 0.0]]);
        // Padding counts or not.
        let window = Window::new([2, 2]).with_padding(1).with_stride(2);
        let (pool, _) = of(PoolingKind::Average, window.clone(), (false, true));
        assert_eq!(pool.forward(x.view()), array![[0.25, 1.25, 1.0, -0.25]]);
        let (pool, _) = of(PoolingKind::Average, window, (false, false));
        assert_eq!(pool.forward(x.view()), array![[1.0, 2.5, 4.0, -0.5]]);
        let (pool, shape) = Pooling::over_axes("mean", PoolingKind::Average, &input, &[1, 2]).unwrap();
        assert_eq!((pool.forward(x.view()), shape), (array![[1.5]], Shape::new([1, 1, 1])));
        assert_eq!(pool.back(x.view(), array![[6.0]].view()), array![[1.0; 6]]);
    }
}
