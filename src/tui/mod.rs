//! placeholder
use crate::experiment::ExperimentError;
use crate::session::Session;
/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// As NO_COLOR and COLORTERM say
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
/// How the screen is drawn, and where other sessions come from.
pub struct Options {
    /// ASCII glyphs only
    pub ascii: bool,
    /// when to use colours
    pub color: Color,
    /// most frames per second while the engine runs
    pub frames_per_second: u16,
    /// opens a session of another preset
    pub load: Box<dyn Fn(&str) -> Result<Session, ExperimentError>>,
}
/// x
pub fn run(_session: Session, _options: Options) -> std::io::Result<Option<String>> {
    Ok(None)
}
