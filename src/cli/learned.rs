//! The files of learned methods: accuracy against the share of weights kept.

use super::files::Results;
use crate::report::{KeptCurve, OutputFile};

/// The file of an option to draw in, if this program draws.
macro_rules! svg_file {
    ($arguments:ident.$option:ident) => {{
        #[cfg(feature = "plots")]
        let file = $arguments.$option.as_deref();
        #[cfg(not(feature = "plots"))]
        let file: Option<&std::path::Path> = None;
        file
    }};
}
pub(super) use svg_file;

/// Writes and draws the curve, where files were named for it.
pub(super) fn write_curve(
    title: &str,
    curve: &KeptCurve,
    [csv, svg]: [Option<OutputFile>; 2],
    results: &mut Results,
) {
    results.file(csv, |out| curve.table().write_csv(out));
    draw(title, curve, svg, results);
}

#[cfg(feature = "plots")]
fn draw(title: &str, curve: &KeptCurve, svg: Option<OutputFile>, results: &mut Results) {
    results.picture(svg, || crate::report::kept_curve_svg(title, curve));
}

#[cfg(not(feature = "plots"))]
fn draw(_: &str, _: &KeptCurve, _: Option<OutputFile>, _: &mut Results) {}
