//! Labels and curves in cells.

use std::ops::RangeInclusive;

/// A label under its tick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// its first column
    pub at: usize,
    /// column of the tick
    pub tick: usize,
    /// the text
    pub text: String,
}

/// Labels for ticks at rising columns, each centred under its tick as far as `width` columns allow, and a blank column
/// between two of them. One without room is left out.
pub fn labels(ticks: impl IntoIterator<Item = (usize, String)>, width: usize) -> Vec<Label> {
    let mut free_from = 0;
    let place = |(tick, text): (usize, String)| {
        let length = text.chars().count();
        let at = tick.saturating_sub(length / 2).min(width.saturating_sub(length));
        let fits = at >= free_from && length <= width;
        fits.then(|| {
            free_from = at + length + 1;
            Label { at, tick, text }
        })
    };
    ticks.into_iter().filter_map(place).collect()
}

/// The rows of a curve in each column, from its row there; a steep part reaches to the row of the column before.
pub fn curve(
    rows: impl IntoIterator<Item = Option<u16>>,
) -> impl Iterator<Item = Option<RangeInclusive<u16>>> {
    rows.into_iter().scan(None, |before: &mut Option<u16>, row| {
        let range = row.map(|row| match *before {
            Some(before) if before < row => before + 1..=row,
            Some(before) if before > row => row..=before - 1,
            _ => row..=row,
        });
        *before = row;
        Some(range)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_centred_and_apart() {
        let ticks = [(0, "first"), (7, "mid"), (9, "late"), (19, "last")];
        let placed = labels(ticks.map(|(at, text)| (at, text.to_owned())), 20);
        let at: Vec<_> = placed.iter().map(|label| (label.at, label.tick, &label.text[..])).collect();
        assert_eq!(at, [(0, 0, "first"), (6, 7, "mid"), (16, 19, "last")]);
        assert_eq!(labels([(0, "long".to_owned())], 3), []);
    }

    #[test]
    fn steep_parts_are_joined() {
        let rows: Vec<_> = curve([Some(1), Some(4), Some(4), None, Some(0), Some(3), Some(1)]).collect();
        let expected = [Some(1..=1), Some(2..=4), Some(4..=4), None, Some(0..=0), Some(1..=3), Some(1..=2)];
        assert_eq!(rows, expected);
    }
}
