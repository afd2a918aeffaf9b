//! What lies over a screen, a file each, and the questions over everything. A new overlay is a file with an
//! [`Overlay`](overlay::Overlay), a line in [`Overlays`], and a key that opens it.

pub mod abandon;
pub mod certificate;
pub mod export;
pub mod help;
pub mod overlay;
pub mod picker;
pub mod prompt;
pub mod refusal;
mod window;

use super::table::table;
use certificate::CertificateWindow;
use export::ExportList;
use help::Help;
use overlay::Overlay;
use picker::Picker;
use refusal::Refusal;

table! {
    /// The overlays. Closed ones keep what they know.
    Overlays: dyn Overlay {
        /// all keys, and the meaning of the panes
        help: Help,
        /// the presets and files that can be opened
        picker: Picker,
        /// what can be written to a file
        export: ExportList,
        /// the certified error, layer by layer
        certificate: CertificateWindow,
        /// why something could not be opened
        refusal: Refusal,
    }
}
