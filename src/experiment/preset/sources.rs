//! The files and numbers named in a preset.

use super::data::{DataSource, ExampleSource};
use super::inputs::InputSource;
use super::schema::Preset;
use super::target::TargetSource;

impl Preset {
    /// The path of each file named by the preset.
    pub(in crate::experiment) fn paths_mut(&mut self) -> Vec<&mut String> {
        let Self { target, targets, inputs, data, .. } = self;
        let listed = targets.iter_mut().flatten().map(|named| &mut named.target);
        let of_targets = target.iter_mut().chain(listed).filter_map(|target| match target {
            TargetSource::File { path, .. } => Some(path),
            _ => None,
        });
        let of_inputs = match inputs {
            Some(InputSource::File { path, labels }) => [Some(path), labels.as_mut()],
            _ => [None, None],
        };
        let of_data = data.iter_mut().flat_map(DataSource::paths_mut);
        of_targets.chain(of_inputs.into_iter().flatten()).chain(of_data).collect()
    }

    /// The target, and all targets listed.
    pub(in crate::experiment) fn target_sources(&self) -> impl Iterator<Item = &TargetSource> {
        let listed = self.targets.iter().flatten().map(|named| &named.target);
        self.target.iter().chain(listed)
    }

    /// Numbers written out in the preset: weights, points and examples.
    pub(in crate::experiment) fn written_numbers(&self) -> usize {
        let weights = self.target_sources().map(|target| match target {
            TargetSource::Explicit { layers, .. } => layers.iter().flatten().map(Vec::len).sum(),
            _ => 0,
        });
        let points = match &self.inputs {
            Some(InputSource::Points { points, .. }) => points.iter().map(Vec::len).sum(),
            _ => 0,
        };
        let examples = self.data.iter().flat_map(DataSource::parts).map(|(_, part)| match part {
            ExampleSource::Points { points, .. } => points.iter().map(Vec::len).sum(),
            ExampleSource::File { .. } => 0,
        });
        weights.sum::<usize>() + points + examples.sum::<usize>()
    }
}
