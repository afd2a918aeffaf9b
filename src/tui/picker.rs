//! The list of presets.

use std::collections::HashMap;

use super::filter::Filter;
use crate::experiment::{PresetSource, built_in_names};
use crate::session::Cost;

/// The built-in presets, and what is known of them.
#[derive(Clone, Debug)]
pub struct Picker {
    /// name and title
    pub presets: Vec<(&'static str, String)>,
    /// what each costs, as soon as that is known
    pub costs: HashMap<&'static str, Cost>,
}

impl Default for Picker {
    fn default() -> Self {
        let title = |name: &'static str| {
            let preset = PresetSource::find(name).and_then(|source| source.parse());
            (name, preset.ok().and_then(|preset| preset.title).unwrap_or_default())
        };
        Self { presets: built_in_names().map(title).collect(), costs: HashMap::new() }
    }
}

impl Picker {
    /// The places in the list that a filter leaves.
    pub fn shown(&self, filter: Option<&Filter>) -> Vec<usize> {
        let stays =
            |(name, title): &(&str, String)| filter.is_none_or(|filter| filter.lets_through(&[name, title]));
        (0..self.presets.len()).filter(|&index| stays(&self.presets[index])).collect()
    }

    /// The row below or above `index`, of those that the filter leaves; the nearest where `index` itself is left out.
    pub(super) fn neighbour(&self, filter: Option<&Filter>, index: usize, step: isize) -> usize {
        let shown = self.shown(filter);
        let here = shown.partition_point(|&other| other < index);
        let wanted = here.saturating_add_signed(step).min(shown.len().saturating_sub(1));
        shown.get(wanted).copied().unwrap_or(index)
    }
}
