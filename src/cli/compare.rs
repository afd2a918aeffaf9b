//! `slth compare`: every construction of a preset, as one table.

use super::arguments::{Common, CompareArguments};
use super::files::{Results, end_by_signals};
use super::learned::{svg_file, write_curve};
use super::output::{page, print, print_json};
use super::presets::load;
use super::run::{build, exit_code};
use super::{CliError, files};
use crate::report::{Comparison, KeptCurve, text};
use crate::session::Session;

pub(super) fn compare(compare: &CompareArguments, common: &Common) -> Result<u8, CliError> {
    let experiment = load(&compare.preset, common)?;
    let asked = [
        ("--csv", compare.csv.as_deref()),
        ("--learned-csv", compare.learned_csv.as_deref()),
        ("--learned-svg", svg_file!(compare.learned_svg)),
    ];
    files::claim(&asked, &experiment)?;
    end_by_signals(|_| false);
    let [csv, learned @ ..] = files::open(asked)?;
    let mut session = Session::new(experiment)?;
    build(&mut session);
    let comparison = Comparison::of_session(&session);
    let mut results = Results::default();
    results.file(csv, |out| comparison.table().write_csv(out));
    write_curve(&comparison.title, &KeptCurve::of_session(&session), learned, &mut results);
    results.text(if compare.json {
        print_json(&comparison)
    } else {
        print(&text::comparison(&session, &comparison, page()))
    })?;
    Ok(exit_code(&session))
}
