//! `slth merge`: the shares of a check, of a run or of a sweep, made by several processes, as one.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::arguments::MergeArguments;
use super::check::{asked, print_results};
use super::files::Results;
use super::output::{note, print};
use super::sweep::merge_folder;
use super::{CliError, files};
use crate::report::{CheckShare, Part, ShareError, is_checkpoint, merge_checkpoints, named_parts, text};
use crate::visible::shortened;

pub(super) fn merge(merge: &MergeArguments) -> Result<u8, CliError> {
    if merge.files.iter().any(|file| file.is_dir()) {
        return merge_folder(merge);
    }
    if let Some(option) = merge.folder.given() {
        let message = format!("{option}: expected the folder of a sweep, found other files");
        return Err(CliError::Usage(message));
    }
    if merge.files.first().is_some_and(|file| begins(file, is_checkpoint)) {
        return merge_run(merge);
    }
    let asked = asked(&merge.outputs);
    let save = ("--save", merge.save.as_deref());
    files::claim_beside(&[asked[0], asked[1], asked[2], asked[3], save], &merge.files)?;
    let outputs = files::open(asked)?;
    let [saved] = files::open([save])?;
    let part = |path: &PathBuf| {
        let share = CheckShare::open(path)?;
        Ok::<_, ShareError>(Part { name: path.display().to_string(), share })
    };
    let parts: Vec<Part> = merge.files.iter().map(part).collect::<Result<_, _>>()?;
    let Some(merged) = CheckShare::merged(parts)? else {
        return Err(CliError::Usage("expected at least one share to merge, found none".to_owned()));
    };
    let missing = merged.missing_parts();
    let mut results = Results::default();
    results.file(saved, |out| merged.write(out));
    if let Some(missing) = &missing {
        if merge.partial {
            note(&format!("merged without {missing}"));
        } else if let Some(path) = &merge.save {
            // A share of its own, to be merged with the rest later.
            results.text(print(&text::merged_share(
                &merged,
                missing,
                &shortened(&path.to_string_lossy()),
            )))?;
            return Ok(0);
        } else {
            merged.whole()?;
        }
    }
    print_results(merged.setup(), &merged.results(), &merge.outputs, outputs, results)
}

/// Whether a file's first bytes are of this kind.
fn begins(path: &Path, is_kind: fn(&[u8]) -> bool) -> bool {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(16).read_to_end(&mut bytes));
    read.is_ok() && is_kind(&bytes)
}

/// The shares of one run: checkpoints, merged to one that `slth run` goes on from.
fn merge_run(merge: &MergeArguments) -> Result<u8, CliError> {
    let Some(path) = &merge.save else {
        let message = "--save: expected a file for the checkpoint of the whole run, found none; `slth run PRESET --checkpoint \
                       FILE` then goes on from it";
        return Err(CliError::Usage(message.to_owned()));
    };
    files::claim_beside(&[("--save", Some(path))], &merge.files)?;
    let [saved] = files::open([("--save", Some(path.as_path()))])?;
    let read = |path: &PathBuf| {
        let name = path.display().to_string();
        std::fs::read(path)
            .map(|bytes| (name.clone(), bytes))
            .map_err(|error| ShareError::Io { path: name, error })
    };
    let shares: Vec<(String, Vec<u8>)> = merge.files.iter().map(read).collect::<Result<_, _>>()?;
    let mut merged = Vec::new();
    let open = merge_checkpoints(&shares, &mut merged)??;
    let parts = named_parts(&open);
    match (open.is_empty(), merge.partial) {
        (false, false) => return Err(ShareError::Open { parts }.into()),
        (false, true) => note(&format!("merged, not built yet: {parts}")),
        (true, _) => {}
    }
    let mut results = Results::default();
    results.file(saved, |out| out.write_all(&merged));
    results.text(print(&text::merged_run(&shortened(&path.to_string_lossy()))))?;
    Ok(0)
}
