//! Shares that come together.

use std::ops::Range;

use super::content::CheckShare;
use super::error::{MissingParts, ShareError};
use crate::report::numbers::grouped;
use crate::session::{CheckRuns, Shard};

/// A share and the name of its file, for messages.
#[derive(Clone, Debug)]
pub struct Part {
    /// its file, or its place in a list
    pub name: String,
    /// the share
    pub share: CheckShare,
}

impl CheckShare {
    /// All runs of shares of one check. The order of the shares, and whether some were merged before, make no difference.
    /// `None` without a share.
    ///
    /// # Errors
    /// [`ShareError::Foreign`] and [`ShareError::Overlap`]
    pub fn merged(parts: Vec<Part>) -> Result<Option<Self>, ShareError> {
        let mut parts = parts.into_iter();
        let Some(Part { name: first, share: mut all }) = parts.next() else { return Ok(None) };
        let (mut names, mut made) = (vec![first], Vec::new());
        for Part { name, share } in parts {
            if let Some((expected, found)) = all.difference(&share) {
                let first = names[0].clone();
                return Err(ShareError::Foreign { path: name, first, expected, found });
            }
            all.cut = all.cut.filter(|_| all.cut == share.cut);
            names.push(name);
            made.push(share.made);
        }
        made.insert(0, all.made);
        if let Some((run, [first, second])) = CheckRuns::first_shared(&made) {
            let what = format!("the run of seed {}", all.setup.outline.seed_of(run));
            let (path, other) = (names[second].clone(), names[first].clone());
            return Err(ShareError::Overlap { path, other, what });
        }
        all.made = CheckRuns::together(&all.setup.outline, made);
        Ok(Some(all))
    }

    /// Refuses shares that are not all of their check.
    ///
    /// # Errors
    /// [`ShareError::Missing`] with the runs and shares that are missing.
    pub fn whole(&self) -> Result<(), ShareError> {
        match self.missing_parts() {
            None => Ok(()),
            Some(missing) => Err(ShareError::Missing { missing }),
        }
    }

    /// What is missing, if anything is.
    pub fn missing_parts(&self) -> Option<MissingParts> {
        let (runs, outline) = (self.missing(), &self.setup.outline);
        if runs.is_empty() {
            return None;
        }
        let meets = |part: Range<u64>, missing: &[Range<u64>]| {
            missing.iter().any(|missing| missing.start < part.end && part.start < missing.end)
        };
        let is_missing = |shard: &Shard| {
            meets(shard.of(outline.runs), &runs.runs) || meets(shard.of(outline.learned_runs), &runs.learned)
        };
        let shards = Shard::all(self.cut.unwrap_or(0)).filter(is_missing).collect();
        Some(MissingParts { shards, runs, cut: self.cut, seed: outline.seed })
    }

    /// What this check has, and what another has in its place; `None` if they are the same.
    fn difference(&self, other: &Self) -> Option<(String, String)> {
        let pairs = |share: &Self| {
            let (setup, outline) = (&share.setup, &share.setup.outline);
            let methods: Vec<&str> = outline.lanes.iter().map(|lane| lane.construction.id()).collect();
            [
                format!("version {}", share.version),
                format!("the setup `{}`", setup.title),
                format!("the preset {}", setup.preset),
                format!("seed {}", outline.seed),
                format!("{} runs", grouped(outline.runs)),
                format!("{} runs of learned methods", grouped(outline.learned_runs)),
                outline.budget.map_or("bounds".to_owned(), |budget| format!("{budget} neurons per weight")),
                format!("ε = {}", setup.epsilon),
                format!("δ = {}", setup.delta),
                format!("the methods {}", methods.join(", ")),
            ]
        };
        let told = pairs(self).into_iter().zip(pairs(other)).find(|(ours, theirs)| ours != theirs);
        let untold = || ("its weights, inputs and options".to_owned(), "others".to_owned());
        (self.check != other.check || self.version != other.version).then(|| told.unwrap_or_else(untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::report::state_file::StateFile;
    use crate::session::FaithfulnessCheck;

    /// Programs of two versions may build by different rules.
    #[test]
    fn shares_of_different_versions_do_not_come_together() {
        let experiment = Experiment::load("tiny", None, &[]).unwrap();
        let check = FaithfulnessCheck::new(experiment, 2, None).unwrap();
        let [first, second] = [1, 2].map(|index| {
            let shard = Shard::new(index, 2).unwrap();
            let mut share = CheckShare::new(&check, shard);
            assert!(check.go_on(share.made_mut(), shard, &|| false, &|| false, &|_| ()));
            share
        });
        let part = |name: &str, share: &CheckShare| Part { name: name.to_owned(), share: share.clone() };
        let merged = |second: &CheckShare| {
            CheckShare::merged(vec![part("a", &first), part("b", second)]).map_err(|error| error.to_string())
        };
        assert!(merged(&second).unwrap().unwrap().whole().is_ok());
        let older = CheckShare { version: "0.0.9".to_owned(), ..second.clone() };
        assert_eq!(
            merged(&older).unwrap_err(),
            format!(
                "b: expected a share of the same work as a, with version {}; found version 0.0.9",
                env!("CARGO_PKG_VERSION")
            )
        );
        // Nor is one gone on with.
        let folder = tempfile::tempdir().unwrap();
        let file = StateFile::take(&folder.path().join("b"), super::super::SHARE).unwrap();
        older.save(&file).unwrap();
        let shard = Shard::new(2, 2).unwrap();
        let refused = CheckShare::new(&check, shard).resume(&file, shard).unwrap_err().to_string();
        assert!(refused.contains("expected a share made by version") && refused.ends_with("version 0.0.9"));
    }
}
