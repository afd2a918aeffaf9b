//! `slth merge`: the shares of a check, made by several processes, as one.

use std::path::PathBuf;

use super::arguments::MergeArguments;
use super::check::{asked, print_results};
use super::files::Results;
use super::output::{note, print};
use super::{CliError, files};
use crate::report::{CheckShare, Part, ShareError, text};
use crate::visible::shortened;

pub(super) fn merge(merge: &MergeArguments) -> Result<u8, CliError> {
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
