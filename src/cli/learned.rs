//! The files of learned methods: accuracy against the share of weights kept.

use super::CliError;
use super::files::Results;
use crate::report::{KeptCurve, OutputFile};

/// The file to draw in, if this program draws.
macro_rules! learned_svg {
    ($arguments:expr) => {{
        #[cfg(feature = "plots")]
        let file = $arguments.learned_svg.as_deref();
        #[cfg(not(feature = "plots"))]
        let file: Option<&std::path::Path> = None;
        file
    }};
}
pub(super) use learned_svg;

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
    if svg.is_some() {
        match crate::report::kept_curve_svg(title, curve) {
            Ok(picture) => results.file(svg, |out| std::io::Write::write_all(out, picture.as_bytes())),
            Err(error) => results.fail(CliError::Internal(error)),
        }
    }
}

#[cfg(not(feature = "plots"))]
fn draw(_: &str, _: &KeptCurve, _: Option<OutputFile>, _: &mut Results) {}
