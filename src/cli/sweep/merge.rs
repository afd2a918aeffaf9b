//! `slth merge DIR`: the shares of a sweep as one table.

use super::super::CliError;
use super::super::arguments::MergeArguments;
use super::super::files::{self, Results};
use super::super::learned::svg_file;
use super::super::output::{note, page, print, print_json};
use crate::report::OutputFile;
#[cfg(feature = "plots")]
use crate::sweep::sweep_svg;
use crate::sweep::{Missing, PlotChoice, SweepPlot, SweptTable};
use crate::visible::shortened;

/// Most shares named as missing.
const NAMED: usize = 20;

/// Merges the folder of a sweep.
///
/// # Errors
/// [`CliError`] for options of other merges, for a folder of something else, for missing rows without `--partial`, and for
/// files that cannot be written.
pub(in crate::cli) fn merge_folder(merge: &MergeArguments) -> Result<u8, CliError> {
    let [folder] = merge.files.as_slice() else {
        let message = format!("expected one folder of a sweep, found {} files", merge.files.len());
        return Err(CliError::Usage(message));
    };
    let (outputs, own) = (&merge.outputs, &merge.folder);
    let svg = svg_file!(outputs.svg);
    let foreign = [
        ("--save", merge.save.is_some()),
        ("--learned-csv", outputs.learned_csv.is_some()),
        ("--learned-svg", svg_file!(outputs.learned_svg).is_some()),
    ];
    if let Some((option, _)) = foreign.into_iter().find(|(_, is_given)| *is_given) {
        let message = format!("{option}: expected shares of a check, found the folder of a sweep");
        return Err(CliError::Usage(message));
    }
    let asked = [("--csv", outputs.csv.as_deref()), ("--jsonl", own.jsonl.as_deref()), ("--svg", svg)];
    files::claim_beside(&asked, &[])?;
    let table = SweptTable::read(folder, !own.no_times)?;
    if table.missing().runs > 0 {
        let missing = missing(&table);
        if !merge.partial {
            let named = shortened(&folder.to_string_lossy());
            let message = format!(
                "{named}: expected all rows of the sweep, found {missing} (`--partial` merges the others)"
            );
            return Err(CliError::Usage(message));
        }
        note(&missing);
    }
    let plot = svg.map(|_| {
        let (x, y, figure) = (own.x.clone(), own.y.clone(), own.figure.clone());
        SweepPlot::new(&table, &PlotChoice { x, y, figure, confidence: outputs.confidence })
    });
    let plot = plot.transpose()?;
    let [csv, jsonl, svg] = files::open(asked)?;
    let mut results = Results::default();
    results.file(csv, |out| table.write_csv(out));
    results.file(jsonl, |out| table.write_json_lines(out));
    if let Some(plot) = &plot {
        draw(plot, svg, &mut results);
    }
    let text = if outputs.json { print_json(&table) } else { print(&page().fit(&summary(&table)?)) };
    results.text(text)?;
    Ok(0)
}

#[cfg(feature = "plots")]
fn draw(plot: &SweepPlot, svg: Option<OutputFile>, results: &mut Results) {
    results.picture(svg, || sweep_svg(plot));
}

#[cfg(not(feature = "plots"))]
fn draw(_: &SweepPlot, _: Option<OutputFile>, _: &mut Results) {}

/// `24 of 160 runs are missing: 10 of share 3/16, 14 of share 7/16`.
fn missing(table: &SweptTable) -> String {
    let Missing { runs, shares } = table.missing();
    let named: Vec<String> = shares
        .iter()
        .take(NAMED)
        .map(|missing| format!("{} of share {}", missing.runs, missing.share))
        .collect();
    let more = match shares.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more shares"),
    };
    format!("{runs} of {} runs missing: {}{more}", table.runs(), named.join(", "))
}

/// The table in short.
fn summary(table: &SweptTable) -> Result<String, CliError> {
    let place = |name: &str| table.columns().iter().position(|column| column.name == name);
    let (status, holds) = (place("status"), place("holds"));
    let (mut built, mut refused, mut hold, mut fail) = (0, 0, 0, 0);
    for row in table.rows() {
        let row = row?;
        let cell = |place: Option<usize>| place.map_or("", |place| row[place].as_str());
        match cell(status) {
            "refused" => refused += 1,
            _ => built += 1,
        }
        match cell(holds) {
            "true" => hold += 1,
            "false" => fail += 1,
            _ => {}
        }
    }
    let mut text =
        format!("{}\n{} of {} runs: {built} built", shortened(table.title()), built + refused, table.runs());
    if hold + fail > 0 {
        text.push_str(&format!(", {hold} of {} constructed tickets hold", hold + fail));
    }
    if refused > 0 {
        text.push_str(&format!(", {refused} cannot be built"));
    }
    text.push_str(&format!(
        "\n{} columns: `--csv FILE`, `--jsonl FILE` or `--json` has them all\n",
        table.columns().len()
    ));
    Ok(text)
}
