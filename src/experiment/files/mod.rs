//! Presets and weight files on their way in: what is opened, how its bytes become text, and where in it a mistake is.
//!
//! | file | holds |
//! |---|---|
//! | `source` | a preset's text, its position lookup, and the files that it names |
//! | `weight_file` | a weight file in the place of a preset |
//! | `named_file` | which kinds of files are opened, and how much of each is read |
//! | `encoding` | UTF-8, and the names of other encodings |

mod encoding;
mod named_file;
pub(super) mod source;
pub(super) mod weight_file;
