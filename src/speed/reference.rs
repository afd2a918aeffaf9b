//! Figures of a named processor, to compare one's own with.

use serde::Serialize;

/// A figure as it was measured elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reference {
    /// the processor, its threads and its vector instructions
    pub processor: &'static str,
    /// the smallest value seen
    pub low: f64,
    /// the largest
    pub high: f64,
}

/// The processor of [`MEASURED`], over several days on a shared machine.
const PROCESSOR: &str = "AMD EPYC, 2 threads, AVX-512";

/// Name, smallest value, largest value; units as in the figure.
const MEASURED: [(&str, f64, f64); 13] = [
    ("first-fit-to-words", 1.7, 2.0),
    ("first-fit", 0.30, 0.45),
    ("in-order-to-first-fit", 4.2, 4.9),
    ("on-demand-neurons", 21.9, 21.9),
    ("on-demand-kept", 21.5, 21.5),
    ("on-demand-to-first-fit", 1.4, 1.8),
    ("million-weights", 0.86, 1.03),
    ("million-weights-memory", 0.65, 0.65),
    ("mlp", 0.93, 1.09),
    ("subset-sums", 1.4, 2.3),
    ("forward-pass", 0.50, 0.67),
    ("first-frame", 13.0, 22.0),
    ("key-to-screen", 3.0, 10.0),
];

impl Reference {
    /// The reference of a figure, if measured.
    pub fn of(figure: &str) -> Option<Self> {
        let measured = MEASURED.iter().find(|(name, ..)| *name == figure);
        measured.map(|&(_, low, high)| Self { processor: PROCESSOR, low, high })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_ranges() {
        assert!(MEASURED.iter().all(|(_, low, high)| 0.0 < *low && low <= high));
        let reference = Reference::of("mlp").unwrap();
        assert_eq!((reference.low, reference.high), (0.93, 1.09));
        assert_eq!(Reference::of("subset-sums-scaling"), None);
    }
}
