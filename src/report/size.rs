//! The size of G, and the share of it kept.

use serde::Serialize;

use super::table::{is_below_f64, share_in_full};
use crate::network::Architecture;
use crate::session::{LaneView, LayerRow};
use crate::theory::Count;

/// The size of a layer of G, or of all of G. Every neuron is connected to all inputs and outputs of its layer
/// (Corollary 7): n_{i−1} + n_i weights each.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// M_i of the theorem; those sampled if no constant is published
    pub neurons: Count,
    /// (n_{i−1} + n_i)·M_i
    pub weights: Count,
    /// whether the neurons are from the bound
    pub by_bound: bool,
}

/// Shares of G's neurons and weights kept.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// neurons with a kept path
    pub neurons: Count,
    /// weights on a kept path
    pub weights: Count,
}

/// The keys of a size and of the shares kept; shares are null for unfinished layers.
#[derive(Clone, Copy, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct SizeReport {
    pub g_neurons: Count,
    pub g_weights: Count,
    /// `bound` or `sampled`
    pub g_size_by: &'static str,
    pub share_neurons_kept: Option<Share>,
    pub share_weights_kept: Option<Share>,
}

/// A share; a text in JSON (`"1.5000e-681"`) if below f64.
#[derive(Clone, Copy, Debug)]
pub struct Share(pub Count);

impl Serialize for Share {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if is_below_f64(self.0) {
            serializer.serialize_str(&share_in_full(self.0))
        } else {
            self.0.as_f64().serialize(serializer)
        }
    }
}

impl Size {
    /// Of a layer with this many inputs and outputs.
    pub fn new(inputs_and_outputs: usize, bound: Option<Count>, sampled: Count) -> Self {
        let neurons = bound.unwrap_or(sampled);
        Self { neurons, weights: neurons.times(inputs_and_outputs as f64), by_bound: bound.is_some() }
    }

    /// Of layer i = 1…ℓ of a lane.
    pub fn of_layer(architecture: &Architecture, row: &LayerRow) -> Self {
        Self::new(architecture.ends(row.layer), row.neurons_bound, row.neurons_sampled)
    }

    /// Of all of G.
    pub fn of_lane(architecture: &Architecture, lane: &LaneView) -> Self {
        Self::sum(lane.layers.iter().map(|row| Self::of_layer(architecture, row)))
    }

    /// Of these layers together.
    pub fn sum(layers: impl Iterator<Item = Self> + Clone) -> Self {
        Self {
            neurons: layers.clone().map(|size| size.neurons).sum(),
            weights: layers.clone().map(|size| size.weights).sum(),
            by_bound: layers.into_iter().all(|size| size.by_bound),
        }
    }

    /// `bound` or `sampled`.
    pub fn by(self) -> &'static str {
        if self.by_bound { "bound" } else { "sampled" }
    }

    /// The share of this many neurons and weights.
    fn kept(self, neurons: u64, weights: u64) -> Kept {
        let share = |kept: u64, of: Count| if kept == 0 { Count::ZERO } else { Count::from(kept).ratio(of) };
        Kept { neurons: share(neurons, self.neurons), weights: share(weights, self.weights) }
    }

    /// The kept share of a finished layer.
    pub fn kept_of_layer(self, row: &LayerRow) -> Option<Kept> {
        row.check.as_ref().map(|check| self.kept(check.kept_neurons, check.kept_weights))
    }

    /// The kept share of G, once all layers are finished.
    pub fn kept_of_lane(self, lane: &LaneView) -> Option<Kept> {
        let checks = || lane.layers.iter().map(|row| row.check.as_ref());
        let neurons: Option<u64> = checks().map(|check| check.map(|check| check.kept_neurons)).sum();
        let weights: Option<u64> = checks().map(|check| check.map(|check| check.kept_weights)).sum();
        Some(self.kept(neurons?, weights?))
    }
}

impl SizeReport {
    /// Its keys.
    pub fn new(size: Size, kept: Option<Kept>) -> Self {
        Self {
            g_neurons: size.neurons,
            g_weights: size.weights,
            g_size_by: size.by(),
            share_neurons_kept: kept.map(|kept| Share(kept.neurons)),
            share_weights_kept: kept.map(|kept| Share(kept.weights)),
        }
    }

    /// Of a layer.
    pub fn of_layer(architecture: &Architecture, row: &LayerRow) -> Self {
        let size = Size::of_layer(architecture, row);
        Self::new(size, size.kept_of_layer(row))
    }

    /// Of all of G.
    pub fn of_lane(architecture: &Architecture, lane: &LaneView) -> Self {
        let size = Size::of_lane(architecture, lane);
        Self::new(size, size.kept_of_lane(lane))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::session::Session;
    use crate::theory::corollary7;

    #[test]
    fn the_size_of_g_is_that_of_corollary_7() {
        let mut session = Session::new(Experiment::load("tiny", None, &[]).unwrap()).unwrap();
        session.run(&|_| {});
        let view = session.view(0, None);
        let architecture = session.experiment().target.architecture();
        let size = Size::of_lane(architecture, &view);
        let bounds: Vec<Count> = view.layers.iter().map(|row| row.neurons_bound.unwrap()).collect();
        assert_eq!(size.weights, corollary7::total_weights(&architecture.shapes(), &bounds));
        assert!(size.by_bound);
        let kept = size.kept_of_lane(&view).unwrap();
        let weights: u64 = view.layers.iter().map(|row| row.check.as_ref().unwrap().kept_weights).sum();
        assert_eq!(kept.weights.as_f64(), weights as f64 / size.weights.as_f64());
        assert!(kept.neurons.as_f64() > 0.0 && kept.neurons.as_f64() < 1.0);
    }

    #[test]
    fn shares_below_f64_are_text() {
        let size = Size::new(4, Some(Count::from_ln(2000.0)), Count::ZERO);
        let report = SizeReport::new(size, Some(size.kept(1, 0)));
        let json = serde_json::to_value(report).unwrap();
        assert!(json["share_neurons_kept"].as_str().is_some_and(|text| text.ends_with("e-869")), "{json}");
        assert_eq!(json["share_weights_kept"], 0.0);
        assert_eq!(json["g_size_by"], "bound");
    }
}
