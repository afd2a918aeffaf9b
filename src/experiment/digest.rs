//! One number for all that an experiment asks.

use sha2::{Digest, Sha256};

use super::{Experiment, Plan};
use crate::sampling::VERSION;

impl Experiment {
    /// SHA-256 of everything a run depends on: what the preset says with its overrides, the target's weights and the points
    /// that files hold, what theory makes of them, and the version of the random network. The places of files are no
    /// part of it, nor is the way in which a preset is spelt.
    pub fn digest(&self, plan: &Plan) -> [u8; 32] {
        // Without `..`, so that no field can be forgotten.
        let Self {
            name: _,
            title,
            target,
            // Names in a file change nothing of what is computed.
            reading: _,
            assumed: _,
            domain,
            // What follows from target and domain.
            target_norms: _,
            norm_bounds: _,
            bounds: _,
            epsilon,
            delta,
            w_max,
            f_max,
            norms,
            tolerance,
            base,
            skip_dead_halves,
            constructions,
            mode,
            seed,
            source: _,
            settings: _,
            preset: _,
        } = self;
        let mut hash = Sha256::new();
        hash.update(VERSION.to_le_bytes());
        let choices =
            (title, epsilon, delta, w_max, f_max, (norms, tolerance, base, skip_dead_halves, mode, seed));
        // Such values are always written, the numbers bit for bit.
        let text = format!("{choices:?} {constructions:?} {:?} {:?}", plan.weight_tolerance, plan.lanes);
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
        let data = (target.as_ref(), domain.as_ref());
        let mut write = HashWriter(hash);
        // Writing to a hash cannot fail, and these types have nothing that cannot be written.
        let _ = postcard::to_io(&data, &mut write);
        write.0.finalize().into()
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
