//! SHA-256 of a setup: it ties a checkpoint to its run.

use sha2::{Digest, Sha256};

use super::data;
use super::layer_plan::LayerPlan;
use super::plan::{LanePlan, Plan};
use super::resolved::Experiment;
use crate::construction::Mode;
use crate::sampling::VERSION;
use crate::theory::Count;

/// A lane's method and mode, then its layers.
type LaneFields<'a> = (&'a str, Mode, Vec<LayerFields>);

/// Weights other than 0, buckets, the ranges of products and of weights, half the tolerance, both bounds, whether the negative half
/// is skipped.
type LayerFields = (u64, u64, [(f64, f64); 2], f64, [Option<Count>; 2], bool);

fn lane_fields(lane: &LanePlan) -> LaneFields<'_> {
    let layer = |layer: &LayerPlan| {
        let LayerPlan { weights: _, nonzero, ranges, neurons, neurons_all_targets, skip_negative_half } =
            *layer;
        let of_ranges = (ranges.levels as u64, [ranges.product, ranges.weight], ranges.half_tolerance);
        let bounds = [neurons, neurons_all_targets];
        (nonzero.weights, of_ranges.0, of_ranges.1, of_ranges.2, bounds, skip_negative_half)
    };
    (lane.construction.id(), lane.mode, lane.layers.iter().map(layer).collect())
}

impl Experiment {
    /// SHA-256 of everything a run depends on: the version of the random network, the fields in force under their names in
    /// a preset, the plan, the target's weights, the inputs, and the examples if there are any. File paths and the preset's spelling are left out. Enums
    /// are written by their names in a preset or by number, so a Rust type can be renamed freely.
    pub fn digest(&self, plan: &Plan) -> [u8; 32] {
        let lanes: Vec<LaneFields<'_>> = plan.lanes.iter().map(lane_fields).collect();
        let data = (&plan.weight_tolerance, lanes, self.target.as_ref(), self.domain.as_ref());
        let mut hash = HashWriter(Sha256::new());
        hash.0.update(VERSION.to_le_bytes());
        // Neither can fail: a hash takes all bytes, and every type here can be written.
        let _ = serde_json::to_writer(&mut hash, &**self);
        let _ = postcard::to_io(&data, &mut hash);
        if let Some(dataset) = &self.dataset {
            data::hash(dataset, |bytes| hash.0.update(bytes));
        }
        hash.0.finalize().into()
    }
}

/// A hash as a file.
struct HashWriter(Sha256);

impl std::io::Write for HashWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(preset: &str, seed: Option<u64>, settings: &[&str]) -> [u8; 32] {
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let experiment = Experiment::load(preset, seed, &settings).unwrap();
        experiment.digest(&Plan::new(&experiment))
    }

    #[test]
    fn whatever_changes_a_run_changes_the_digest() {
        let file = "target=File(path: \"built-in:digits-mlp.safetensors\", activation: Tanh)";
        let digests = [
            digest("tiny", None, &[]),
            digest("tiny", Some(2), &[]),
            digest("tiny", None, &["epsilon=0.10000000000000002"]),
            digest("tiny", None, &["delta=0.02"]),
            digest("tiny", None, &["inputs=Ball(radius: 1.0000000000000002)"]),
            digest("tiny", None, &["inputs=Signs"]),
            digest("tiny", None, &["constructions=[Hyperbolic(allocation: OnDemand)]"]),
            digest("tiny", None, &["skip_dead_halves=true"]),
            digest("tiny", None, &["mode=Drawn"]),
            digest("tiny", None, &["title=\"Another\""]),
            digest("tiny", None, &["target=Explicit(layers: [[[0.5, 0.5]]], activation: Relu)"]),
            digest(
                "tiny",
                None,
                &["target=Explicit(layers: [[[0.5, 0.5000000000000001]]], activation: Relu)"],
            ),
            digest("digits", None, &[]),
            digest("digits", None, &[file]),
        ];
        let distinct: std::collections::BTreeSet<_> = digests.iter().collect();
        assert_eq!(distinct.len(), digests.len());
    }

    /// Pinned by value: digests are in checkpoints. Whoever changes one raises `CHECKPOINT_FORMAT`.
    #[test]
    fn renaming_a_type_changes_no_digest() {
        let hex = |digest: [u8; 32]| digest[..8].iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let every_field = [
            "norms=Unit",
            "tolerance=Weight(0.002)",
            "base=1.25",
            "mode=SkipAhead",
            "skip_dead_halves=true",
            "constructions=[Malach, Hyperbolic(allocation: OnDemand), SubsetSum]",
            "inputs=Box(low: [-0.5, 0.0], high: 1.0)",
            "target=Explicit(layers: [[[0.5, -0.25]], [[0.75]]], biases: [[0.5], []], activations: [LeakyRelu(0.1), Tanh])",
        ];
        let digests = [digest("digits", None, &[]), digest("tiny", Some(7), &every_field)].map(hex);
        assert_eq!(digests, ["b838c22278142f10", "9256793149acae5f"]);
    }

    #[test]
    fn where_a_preset_stands_and_how_it_is_spelt_is_no_part_of_the_digest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("elsewhere.ron");
        let experiment = Experiment::load("digits", None, &[]).unwrap();
        std::fs::write(&path, experiment.to_ron().unwrap()).unwrap();
        assert_eq!(digest(path.to_str().unwrap(), None, &[]), digest("digits", None, &[]));
        assert_eq!(digest("tiny", Some(1), &["epsilon=1e-1"]), digest("tiny", None, &[]));
    }
}
