//! A sweep's folder: `sweep.json` says what it is of, a file for each share holds rows.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::rows::{self, RowsFile, SweptRow};
use super::{Seeds, Sweep, SweepError, SweptMethod, shares};
use crate::report::OutputFile;
use crate::session::Shard;

/// The file that says what a folder is of.
const CONTENTS: &str = "sweep.json";

/// Version of that file.
const FORMAT: u32 = 1;

/// What a folder is of: all of a table but the results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SweptContents {
    pub(super) slth_sweep: u32,
    pub(super) digest: String,
    pub(super) title: String,
    /// the fields of each list of the sweep, or of several taken together
    pub(super) axes: Vec<Vec<String>>,
    /// the values of each setup, as texts, one for each of `axes`
    pub(super) labels: Vec<Vec<String>>,
    pub(super) seeds: Seeds,
    /// names of the fields of a setup
    pub(super) fields: Vec<String>,
    /// the fields of each setup, as texts
    pub(super) setups: Vec<Vec<String>>,
    /// the id of each method
    pub(super) methods: Vec<String>,
    /// names of the options of learned methods
    pub(super) options: Vec<String>,
    /// the options of each method, as texts
    pub(super) method_options: Vec<Vec<String>>,
    /// the expected cost of a run of each job, as text with all digits
    pub(super) costs: Vec<String>,
    /// names of the figures
    pub(super) figures: Vec<String>,
}

/// Runs of a sweep without a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct Missing {
    /// of all
    pub runs: u64,
    /// the shares that they belong to
    pub shares: Vec<MissingShare>,
}

/// A share with missing runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct MissingShare {
    /// `3/16`
    pub share: String,
    /// its missing runs
    pub runs: u64,
}

impl SweptContents {
    pub(super) fn of(sweep: &Sweep) -> Self {
        let fields = sweep.setups[0].fields_in_force();
        let texts = |(_, text): (&str, String)| text;
        let (options, method_options) = options_of(&sweep.methods);
        Self {
            slth_sweep: FORMAT,
            digest: sweep.digest.clone(),
            title: sweep.title.clone(),
            axes: sweep
                .axes
                .iter()
                .map(|fields| fields.iter().map(|&field| field.to_owned()).collect())
                .collect(),
            labels: sweep.labels.clone(),
            seeds: sweep.seeds.clone(),
            fields: fields.iter().map(|(name, _)| (*name).to_owned()).collect(),
            setups: sweep
                .setups
                .iter()
                .map(|setup| setup.fields_in_force().into_iter().map(texts).collect())
                .collect(),
            methods: sweep.methods.iter().map(|method| method.id().to_owned()).collect(),
            options,
            method_options,
            costs: sweep.jobs.iter().map(|job| format!("{:?}", job.cost)).collect(),
            figures: super::figures::FIGURES.iter().map(|figure| figure.name.to_owned()).collect(),
        }
    }

    /// The number of runs.
    pub(super) fn runs(&self) -> u64 {
        (self.setups.len() * self.methods.len()) as u64 * self.seeds.count()
    }

    fn costs(&self) -> Option<Vec<f64>> {
        let costs: Vec<f64> = self.costs.iter().filter_map(|cost| cost.parse().ok()).collect();
        (costs.len() == self.setups.len() * self.methods.len()).then_some(costs)
    }

    fn is_sound(&self) -> bool {
        let all_of = |rows: &[Vec<String>], length| rows.iter().all(|row| row.len() == length);
        self.costs().is_some()
            && self.method_options.len() == self.methods.len()
            && all_of(&self.setups, self.fields.len())
            && all_of(&self.labels, self.axes.len())
            && self.labels.len() == self.setups.len()
            && all_of(&self.method_options, self.options.len())
            && self.runs() <= super::MOST_RUNS
    }
}

/// The names of all options of learned methods, sorted, and for each method the values in force as it was given.
fn options_of(methods: &[SweptMethod]) -> (Vec<String>, Vec<Vec<String>>) {
    let of = |method: &SweptMethod| -> BTreeMap<String, String> {
        let SweptMethod::Learned(method) = method else { return BTreeMap::new() };
        let text = |value: serde_json::Value| match value {
            serde_json::Value::String(text) => text,
            serde_json::Value::Null => String::new(),
            value => value.to_string(),
        };
        let options = crate::report::learned_options(method).into_iter();
        options.map(|(name, value)| (name, text(value))).collect()
    };
    let all: Vec<BTreeMap<String, String>> = methods.iter().map(of).collect();
    let names: BTreeSet<&String> = all.iter().flat_map(BTreeMap::keys).collect();
    let row = |own: &BTreeMap<String, String>| {
        names.iter().map(|name| own.get(*name).cloned().unwrap_or_default()).collect()
    };
    (names.iter().map(|name| format!("learned_{name}")).collect(), all.iter().map(row).collect())
}

/// Reads what a folder is of; `None` for an empty folder, or none.
pub(super) fn contents(folder: &Path) -> Result<Option<SweptContents>, SweepError> {
    let path = folder.join(CONTENTS);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(SweepError::read(&path, error)),
    };
    let foreign =
        || SweepError::refused(&path, "expected the contents of a sweep's folder, found another file");
    let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|_| foreign())?;
    match value["slth_sweep"].as_u64() {
        None => return Err(foreign()),
        Some(format) if format != u64::from(FORMAT) => {
            let message = format!("expected a sweep of format {FORMAT}, found format {format}");
            return Err(SweepError::refused(&path, message));
        }
        Some(_) => {}
    }
    let described: SweptContents = serde_json::from_value(value).map_err(|_| foreign())?;
    if !described.is_sound() {
        return Err(foreign());
    }
    Ok(Some(described))
}

/// The share of a sweep in a folder, its finished runs known.
#[derive(Debug)]
pub(super) struct ShareOfFolder {
    pub(super) file: RowsFile,
    /// runs with a row, in any file of the folder
    pub(super) done: BTreeSet<u64>,
}

/// Opens a share of a sweep in a folder, which is made if it does not exist.
pub(super) fn open(folder: &Path, sweep: &Sweep, shard: Shard) -> Result<ShareOfFolder, SweepError> {
    std::fs::create_dir_all(folder).map_err(|error| SweepError::write(folder, error))?;
    match contents(folder)? {
        Some(found) if found.digest != sweep.digest => {
            let message = format!(
                "expected an empty folder or that of this sweep, {:.16}…; found that of the sweep \"{}\", {:.16}…",
                sweep.digest, found.title, found.digest
            );
            return Err(SweepError::refused(folder, message));
        }
        Some(_) => {}
        None => {
            if let Some(name) = foreign_file(folder)? {
                let message =
                    format!("expected an empty folder or that of a sweep, found a folder with {name}");
                return Err(SweepError::refused(folder, message));
            }
            describe(folder, sweep)?;
        }
    }
    let (file, _) = RowsFile::open(folder, &sweep.digest, shard)?;
    let mut done = BTreeSet::new();
    for other in shards_in(folder)? {
        let read = rows::read(&rows::path_of(folder, other), &sweep.digest)?;
        done.extend(read.rows.iter().map(|row| row.run));
    }
    Ok(ShareOfFolder { file, done })
}

fn describe(folder: &Path, sweep: &Sweep) -> Result<(), SweepError> {
    let path = folder.join(CONTENTS);
    let failed = |error| SweepError::write(&path, error);
    let file = OutputFile::create(&path).map_err(failed)?;
    let described = SweptContents::of(sweep);
    let written = file.finish(|out| {
        serde_json::to_writer(&mut *out, &described)?;
        out.write_all(b"\n")
    });
    written.map_err(failed)
}

/// A file that no sweep leaves, if the folder has one.
fn foreign_file(folder: &Path) -> Result<Option<String>, SweepError> {
    let is_ours = |name: &str| {
        let name = name.strip_suffix(".slth-lock").unwrap_or(name);
        rows::shard_of(name).is_some() || name.starts_with(".slth-") || name == CONTENTS
    };
    Ok(names_in(folder)?.into_iter().find(|name| !is_ours(name)))
}

fn names_in(folder: &Path) -> Result<Vec<String>, SweepError> {
    let failed = |error| SweepError::read(folder, error);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// The shares with a file in the folder, in order.
pub(super) fn shards_in(folder: &Path) -> Result<BTreeSet<Shard>, SweepError> {
    Ok(names_in(folder)?.iter().filter_map(|name| rows::shard_of(name)).collect())
}

/// All rows of a folder by their runs, and the runs without one.
pub(super) fn read_all(
    folder: &Path,
    described: &SweptContents,
) -> Result<(Vec<Option<SweptRow>>, Missing), SweepError> {
    let mut found: Vec<Option<SweptRow>> = vec![None; described.runs() as usize];
    let shards = shards_in(folder)?;
    for &shard in &shards {
        let path = rows::path_of(folder, shard);
        for row in rows::read(&path, &described.digest)?.rows {
            let Some(place) = found.get_mut(row.run as usize) else {
                let message = format!("expected runs below {}, found run {}", described.runs(), row.run);
                return Err(SweepError::refused(&path, message));
            };
            match place {
                Some(other) if other.figures != row.figures => {
                    let message = format!(
                        "expected the same figures for run {} as in another file, found others",
                        row.run
                    );
                    return Err(SweepError::refused(&path, message));
                }
                Some(_) => {}
                None => *place = Some(row),
            }
        }
    }
    let missing: Vec<u64> = (0..).zip(&found).filter(|(_, row)| row.is_none()).map(|(run, _)| run).collect();
    let count = shards.iter().map(|shard| shard.count()).max().unwrap_or(1);
    let costs = described.costs().unwrap_or_default();
    let counted = match missing.is_empty() {
        true => Vec::new(),
        false => shares::counted(missing.iter().copied(), &costs, described.seeds.count(), count),
    };
    let shares = Shard::all(count).zip(counted).filter(|(_, runs)| *runs > 0);
    let shares = shares.map(|(shard, runs)| MissingShare { share: shard.to_string(), runs }).collect();
    Ok((found, Missing { runs: missing.len() as u64, shares }))
}
