//! `slth compare`: every construction of a preset, as one table.

use super::arguments::{Common, Compare};
use super::output::{page, print, print_json};
use super::run::{build, exit_code, finish, open};
use super::{CliError, load};
use crate::report::{Comparison, text, write_comparison_csv};
use crate::session::Session;

pub(super) fn compare(compare: &Compare, common: &Common) -> Result<u8, CliError> {
    let experiment = load(&compare.preset, common)?;
    let csv = compare.csv.as_deref().map(open).transpose()?;
    let mut session = Session::new(experiment)?;
    build(&mut session);
    let comparison = Comparison::of_session(&session);
    if compare.json {
        print_json(&comparison)?
    } else {
        print(&text::comparison(&session, &comparison, page()))?
    }
    if let Some(file) = csv {
        finish(file, |file| file.finish(|out| write_comparison_csv(&comparison, out)))?;
    }
    Ok(exit_code(&session))
}
