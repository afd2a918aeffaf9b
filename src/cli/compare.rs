//! `slth compare`: every construction of a preset, or every target of its list, as one table.

use super::arguments::{Common, CompareArguments};
use super::files::{Results, end_by_signals};
use super::learned::{svg_file, write_curve};
use super::output::{page, print, print_json};
use super::presets::load;
use super::progress::ProgressBar;
use super::run::{build, exit_code};
use super::{CliError, files};
use crate::experiment::Experiment;
use crate::report::{Comparison, KeptCurve, TargetsReport, text};
use crate::session::{Session, TargetFigures};

pub(super) fn compare(compare: &CompareArguments, common: &Common) -> Result<u8, CliError> {
    let experiment = load(&compare.preset, common)?;
    if common.target.is_none() && !experiment.targets().is_empty() {
        return compare_targets(compare, &experiment);
    }
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

/// Builds every target of the list, one after the other. 0 if all that can be built hold.
fn compare_targets(compare: &CompareArguments, experiment: &Experiment) -> Result<u8, CliError> {
    let learned = [
        ("--learned-csv", compare.learned_csv.is_some()),
        ("--learned-svg", svg_file!(compare.learned_svg).is_some()),
    ];
    if let Some((option, _)) = learned.into_iter().find(|(_, is_given)| *is_given) {
        let message =
            format!("{option}: expected one target, found a list of them (`--target NAME` chooses one)");
        return Err(CliError::Usage(message));
    }
    let asked = [("--csv", compare.csv.as_deref())];
    files::claim(&asked, experiment)?;
    end_by_signals(|_| false);
    let [csv] = files::open(asked)?;
    let bar = ProgressBar::start();
    let built = |place| TargetFigures::built(experiment, place, &|progress| bar.show(progress), &|| false);
    let figures: Vec<TargetFigures> = (0..experiment.targets().len()).filter_map(built).collect();
    bar.end();
    let report = TargetsReport::new(experiment, &figures);
    let mut results = Results::default();
    results.file(csv, |out| report.table().write_csv(out));
    results.text(if compare.json {
        print_json(&report)
    } else {
        print(&text::targets(experiment, &report, page()))
    })?;
    let does_not_hold = |figures: &TargetFigures| figures.refused.is_none() && !figures.holds();
    Ok(u8::from(figures.iter().any(does_not_hold)))
}
