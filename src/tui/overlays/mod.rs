//! Overlays, a file each, and the questions over everything. A new overlay is a file with an
//! [`Overlay`], a line in [`Overlays`], and a key to open it.

pub mod abandon;
pub mod certificate;
mod columns;
pub mod export;
pub mod help;
pub mod overlay;
pub mod palette;
pub mod picker;
pub mod prompt;
pub mod refusal;
pub mod targets;
mod window;

use super::table::table;
use certificate::CertificateWindow;
use export::ExportList;
use help::Help;
use overlay::Overlay;
use palette::Palette;
use picker::Picker;
use refusal::RefusalWindow;
use targets::TargetList;

table! {
    /// The overlays. Closed ones keep their state.
    Overlays: dyn Overlay {
        /// all keys, and the meaning of the panes
        help: Help,
        /// the presets and files to open
        picker: Picker,
        /// the files to write
        export: ExportList,
        /// the certified error, layer by layer
        certificate: CertificateWindow,
        /// why something could not be opened
        refusal: RefusalWindow,
        /// the targets for the same task
        targets: TargetList,
        /// every command, found by a few letters
        palette: Palette,
    }
}
