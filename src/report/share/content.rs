//! A share, read and written.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::ShareError;
use crate::experiment::Plan;
use crate::report::faithfulness::{CheckedSetup, FaithfulnessReport};
use crate::report::state_file::seal::{Seal, Unfit, short};
use crate::report::state_file::{ReadError, StateFile, StateFileError, bytes_of};
use crate::session::{CheckResults, CheckRuns, FaithfulnessCheck, MissingRuns, Shard};

/// A share in messages.
pub const SHARE: &str = "a share of a check";

/// Its format is raised with every change of a type in a share.
const SEAL: Seal = Seal { mark: *b"slth share\n\0\0\0\0\0", format: 1, name: SHARE };

/// Some runs of a check.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckShare {
    /// the version of the program that made them
    pub(super) version: String,
    /// of the check: the experiment with its plan, the numbers of runs, and the neurons allowed
    pub(super) check: [u8; 32],
    pub(super) setup: CheckedSetup,
    /// into how many shares the runs were cut; `None` after a merge of shares cut in different ways
    pub(super) cut: Option<u64>,
    pub(super) made: CheckRuns,
}

impl CheckShare {
    /// A share of a check, none of its runs made.
    pub fn new(check: &FaithfulnessCheck, shard: Shard) -> Self {
        let setup = CheckedSetup::new(check);
        let experiment = check.experiment();
        let mut hash = Sha256::new();
        hash.update(experiment.digest(&Plan::new(experiment)));
        let outline = &setup.outline;
        for number in [outline.runs, outline.learned_runs, outline.budget.map_or(u64::MAX, f64::to_bits)] {
            hash.update(number.to_le_bytes());
        }
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            check: hash.finalize().into(),
            cut: Some(shard.count()),
            made: CheckRuns::none(outline),
            setup,
        }
    }

    /// What a report says of the setup.
    pub fn setup(&self) -> &CheckedSetup {
        &self.setup
    }

    /// The runs made.
    pub fn made(&self) -> &CheckRuns {
        &self.made
    }

    /// The runs made, to make more.
    pub fn made_mut(&mut self) -> &mut CheckRuns {
        &mut self.made
    }

    /// The runs of the check that are not here.
    pub fn missing(&self) -> MissingRuns {
        self.made.missing(&self.setup.outline)
    }

    /// The results of the runs.
    pub fn results(&self) -> CheckResults {
        self.setup.outline.results(&self.made)
    }

    /// The report of the runs, with intervals at `confidence` in (0, 1); marked as stopped if runs are missing.
    pub fn report(&self, confidence: f64) -> FaithfulnessReport {
        FaithfulnessReport::new(&self.setup, &self.results(), confidence)
    }

    /// Writes the share as a file holds it.
    ///
    /// # Errors
    /// Whatever `out` reports.
    pub fn write(&self, out: impl Write) -> io::Result<()> {
        SEAL.write(out, &self.check, self)
    }

    /// The share of a file's bytes.
    ///
    /// # Errors
    /// [`Unfit`] for another kind of file, another version, and a truncated or damaged one.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, Unfit> {
        let digest = SEAL.digest_in(bytes)?;
        let share = SEAL.state_in::<Self>(bytes)?;
        let is_cut = |cut: Option<u64>| cut.is_none_or(|cut| Shard::new(1, cut).is_some());
        let share = share.filter(|share| {
            share.check == digest
                && is_cut(share.cut)
                && share.setup.is_sound()
                && share.made.fit(&share.setup.outline)
        });
        share.ok_or_else(|| Unfit::new(SHARE, "another state in its place"))
    }

    /// Reads a share.
    ///
    /// # Errors
    /// [`ShareError::Io`], and [`ShareError::Refused`] for a file that is no whole share of this version.
    pub fn open(path: &Path) -> Result<Self, ShareError> {
        let name = path.display().to_string();
        let io = |error| ShareError::Io { path: name.clone(), error };
        let file = File::open(path).map_err(io)?;
        let refused = |unfit| ShareError::Refused { path: name.clone(), unfit };
        let bytes =
            bytes_of(file, |header| SEAL.digest_in(header).map(drop)).map_err(|error| match error {
                ReadError::Io(error) => io(error),
                ReadError::Unfit(unfit) => refused(unfit),
            })?;
        Self::of_bytes(&bytes).map_err(refused)
    }

    /// Takes the runs of an earlier share of the same check from a file, whose runs must be of this `shard`. Whether there is
    /// one.
    ///
    /// # Errors
    /// [`StateFileError`] for a file that is no whole share of this check.
    pub fn resume(&mut self, file: &StateFile, shard: Shard) -> Result<bool, StateFileError> {
        let check = |header: &[u8]| {
            let found = SEAL.digest_in(header)?;
            if found == self.check {
                return Ok(());
            }
            let expected = format!("a share of this check, {}", short(&self.check));
            Err(Unfit::new(expected, format!("one of another check, {}", short(&found))))
        };
        let Some(bytes) = file.read(check)? else { return Ok(false) };
        let share = Self::of_bytes(&bytes).map_err(|unfit| file.refused(unfit))?;
        if share.version != self.version {
            let found = format!("one of version {}", share.version);
            return Err(file.refused(Unfit::new(format!("a share made by version {}", self.version), found)));
        }
        if !share.made.is_within(&self.setup.outline, shard) {
            let found = "runs that are not among its own";
            return Err(file.refused(Unfit::new(format!("share {shard} of this check"), found)));
        }
        self.made = share.made;
        Ok(true)
    }

    /// Writes the share to its file, atomically.
    ///
    /// # Errors
    /// [`StateFileError::Io`]; the previous file stays.
    pub fn save(&self, file: &StateFile) -> Result<(), StateFileError> {
        file.replace(|out| self.write(out))
    }
}
