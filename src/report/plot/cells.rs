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

/// Rows for names that want to stand in these rows, given from the top: a row each, in the same order, as near as can be;
/// crowded ones spread to both sides. `None` if there are more names than rows.
pub fn apart(wanted: &[u16], rows: u16) -> Option<Vec<u16>> {
    if wanted.len() > usize::from(rows) {
        return None;
    }
    // Blocks of names in adjacent rows: how many, and the sum of the rows that each wants its block to start in.
    let mut blocks: Vec<(i32, i32)> = Vec::new();
    let start = |(count, sum): (i32, i32)| {
        let mean = (2 * sum + count).div_euclid(2 * count);
        mean.clamp(0, (i32::from(rows) - count).max(0))
    };
    for &row in wanted {
        let mut block = (1, i32::from(row));
        while let Some(&before) = blocks.last().filter(|&&before| start(before) + before.0 > start(block)) {
            blocks.pop();
            // The later ones stand below all of the earlier ones.
            block = (before.0 + block.0, before.1 + block.1 - before.0 * block.0);
        }
        blocks.push(block);
    }
    let placed = blocks.into_iter().flat_map(|block| (0..block.0).map(move |at| (start(block) + at) as u16));
    Some(placed.collect())
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
    fn names_stand_apart_in_order_and_near_where_they_belong() {
        let cases: [(&[u16], &[u16]); 7] = [
            (&[], &[]),
            (&[0, 3, 9], &[0, 3, 9]),
            (&[5, 5, 5], &[4, 5, 6]),
            (&[0, 0, 0], &[0, 1, 2]),
            (&[9, 9], &[8, 9]),
            (&[2, 8, 8, 9, 9], &[2, 6, 7, 8, 9]),
            (&[4, 4, 5, 7], &[3, 4, 5, 7]),
        ];
        for (wanted, expected) in cases {
            assert_eq!(apart(wanted, 10).as_deref(), Some(expected), "{wanted:?}");
        }
        assert_eq!(apart(&[1, 1, 1], 2), None);
        // Any rows at all stay inside, in order, each for itself.
        for seed in 0..2_000_u32 {
            let rows = 1 + (seed % 9) as u16;
            let mut wanted: Vec<u16> = (0..seed % u32::from(rows + 1))
                .map(|at| (seed.wrapping_mul(at + 7) >> 3) as u16 % rows)
                .collect();
            wanted.sort_unstable();
            let placed = apart(&wanted, rows).unwrap();
            assert!(
                placed.iter().all(|&row| row < rows) && placed.is_sorted_by(|a, b| a < b),
                "{wanted:?} {placed:?}"
            );
        }
    }

    #[test]
    fn steep_parts_are_joined() {
        let rows: Vec<_> = curve([Some(1), Some(4), Some(4), None, Some(0), Some(3), Some(1)]).collect();
        let expected = [Some(1..=1), Some(2..=4), Some(4..=4), None, Some(0..=0), Some(1..=3), Some(1..=2)];
        assert_eq!(rows, expected);
    }
}
