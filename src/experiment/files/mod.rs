//! Reading presets and weight files: opening, decoding, and the position of a mistake.
//!
//! | file | holds |
//! |---|---|
//! | `source` | a preset's text, the positions of its fields, and the files named by it |
//! | `weight_file` | a weight file in the place of a preset |
//! | `named_file` | the permitted kinds of files, and the bytes read of each |
//! | `encoding` | UTF-8, and the names of other encodings |

mod encoding;
mod named_file;
pub(super) mod source;
pub(super) mod weight_file;
