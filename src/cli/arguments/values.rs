//! The values of options, read and held to their ranges.

use std::ops::{Bound, RangeBounds};
use std::str::FromStr;
use std::time::Duration;

#[cfg(feature = "tui")]
use crate::tui::config;

/// The longest time between two checkpoints: 32 years, in seconds.
const LONGEST: f64 = 1e9;

/// The value that a text stands for, if it is in `range`; otherwise a message with the values `expected`.
fn within<T: FromStr + PartialOrd>(
    text: &str,
    range: impl RangeBounds<T>,
    expected: &str,
) -> Result<T, String> {
    let value = text.parse().ok().filter(|value| range.contains(value));
    value.ok_or_else(|| format!("expected {expected}"))
}

pub(super) fn threads(text: &str) -> Result<usize, String> {
    within(text, 1..=1024, "a number of threads from 1 to 1024")
}

pub(super) fn seed(text: &str) -> Result<u64, String> {
    within(text, .., &format!("a whole number from 0 to {}", u64::MAX))
}

#[cfg(feature = "tui")]
pub(super) fn frames(text: &str) -> Result<u16, String> {
    let (first, last) = config::FRAMES.into_inner();
    within(text, config::FRAMES, &format!("a number of frames from {first} to {last}"))
}

pub(super) fn runs(text: &str) -> Result<u64, String> {
    within(text, 1.., "a number of runs from 1 on")
}

pub(super) fn confidence(text: &str) -> Result<f64, String> {
    within(text, 0.5..=0.999_999, "a probability from 0.5 to 0.999999")
}

pub(super) fn neurons_per_weight(text: &str) -> Result<f64, String> {
    within(text, (Bound::Excluded(0.0), Bound::Excluded(f64::INFINITY)), "a number above 0")
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let expected = format!("a number of seconds, 0 or more and at most {LONGEST}");
    within(text, 0.0..=LONGEST, &expected).map(Duration::from_secs_f64)
}
