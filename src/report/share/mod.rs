//! Shares of a check: the runs made by one of several processes, in a file, and their merge.
//!
//! A share holds the record of each of its runs, and what a report says of the setup. So merged shares give the report of one
//! process that made all the runs, byte for byte but for elapsed time, and need neither the preset nor the network's files.
//!
//! | file | holds |
//! |---|---|
//! | [`content`] | a share, read and written |
//! | [`merge`] | shares that come together |
//! | [`error`] | the reasons why they do not |

mod content;
mod error;
mod merge;

pub use content::{CheckShare, SHARE};
pub use error::{MissingParts, ShareError, named_parts};
pub use merge::Part;
