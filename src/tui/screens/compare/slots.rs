//! The constructions side by side on Compare, and the ones moved by steps. They show the lanes of the run; only a key
//! adds another.

use crate::experiment::Construction;
use crate::report::text::construction_name;
use crate::session::Snapshot;

/// The kind of a lane's pane.
pub(super) const SLOT: &str = "slot";

/// Most constructions side by side.
const MOST: usize = 3;

/// One to three constructions in the order of [`Construction::all`], one of them chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Slots {
    constructions: Vec<Construction>,
    /// the chosen one
    pub focus: usize,
    /// whether steps move all of them
    pub together: bool,
}

impl Default for Slots {
    fn default() -> Self {
        Self::new(&[])
    }
}

/// The lane of a construction.
pub(super) fn lane_of(snapshot: &Snapshot, construction: Construction) -> Option<usize> {
    snapshot.lanes.iter().position(|lane| lane.construction == construction)
}

/// A construction as on Bounds: the letter of its curve and its name.
pub(super) fn named(construction: Construction) -> String {
    format!("{} {}", construction.facts().letter, construction_name(construction))
}

impl Slots {
    /// Two of these lanes: of the whole ladder its first rung, else Malach's and the hyperbolic one if there are both, else the
    /// first two; or the only one.
    pub fn new(lanes: &[Construction]) -> Self {
        let hyperbolic = lanes.iter().copied().find(|lane| matches!(lane, Construction::Hyperbolic { .. }));
        let constructions = match hyperbolic {
            _ if lanes == Construction::ladder() => lanes[..2].to_vec(),
            Some(hyperbolic) if lanes.contains(&Construction::Malach) => {
                vec![Construction::Malach, hyperbolic]
            }
            _ if lanes.is_empty() => vec![Construction::default()],
            _ => lanes.iter().copied().take(2).collect(),
        };
        Self { constructions, focus: 0, together: true }
    }

    /// The constructions, from left to right; one to three, all different.
    pub fn shown(&self) -> &[Construction] {
        &self.constructions
    }

    /// The ones moved by steps.
    pub fn moving(&self) -> impl Iterator<Item = Construction> + '_ {
        let moves = |(slot, _): &(usize, &Construction)| self.together || *slot == self.focus;
        self.constructions.iter().enumerate().filter(moves).map(|(_, construction)| *construction)
    }

    pub(crate) fn focus_next(&mut self) {
        self.focus = (self.focus + 1) % self.constructions.len();
    }

    /// The next or previous unshown construction, in the chosen slot.
    pub(crate) fn change(&mut self, forward: bool) {
        let all = Construction::all();
        let count = all.len();
        let here = all.iter().position(|choice| *choice == self.constructions[self.focus]).unwrap_or(0);
        let step = |n: usize| if forward { (here + n) % count } else { (here + count - n) % count };
        if let Some(free) = self.free((1..count).map(step)) {
            self.constructions[self.focus] = free;
        }
    }

    /// Shows and chooses one more: an unshown lane of the run, else Malach's or Theorem 3's
    /// construction, else any other. With three, only the first one again.
    pub(crate) fn show_beside(&mut self, lanes: &[Construction]) {
        if self.constructions.len() == MOST {
            self.constructions.truncate(1);
            self.focus = 0;
            return;
        }
        let all = Construction::all();
        let known = [Construction::Malach, Construction::default()];
        let wanted = lanes.iter().copied().chain(known).chain(all.iter().rev().copied());
        if let Some(free) = wanted.into_iter().find(|lane| !self.constructions.contains(lane)) {
            self.constructions.push(free);
            let place = |lane: &Construction| all.iter().position(|choice| choice == lane);
            self.constructions.sort_by_key(|lane| place(lane).unwrap_or(all.len()));
            self.focus = self.constructions.iter().position(|lane| *lane == free).unwrap_or(0);
        }
    }

    fn free(&self, order: impl Iterator<Item = usize>) -> Option<Construction> {
        order.map(|index| Construction::all()[index]).find(|choice| !self.constructions.contains(choice))
    }

    /// The place on the ladder of the first of two neighbours; `None` for others.
    pub(super) fn rung(&self) -> Option<usize> {
        Construction::ladder().windows(2).position(|rungs| self.constructions == rungs)
    }

    /// The next two neighbours on the ladder; from the top, or from elsewhere, the first two.
    pub(crate) fn climb(&mut self) {
        let ladder = Construction::ladder();
        let steps = ladder.len() - 1;
        let next = self.rung().map_or(0, |rung| (rung + 1) % steps);
        self.constructions = ladder[next..next + 2].to_vec();
        self.focus = 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::construction::Allocation;

    const HYPERBOLIC: Construction = Construction::Hyperbolic { allocation: Allocation::FirstFit };
    const MALACH: Construction = Construction::Malach;

    #[test]
    fn the_lanes_of_the_run_are_shown_and_no_others() {
        assert_eq!(Slots::new(&[HYPERBOLIC]).shown(), [HYPERBOLIC]);
        assert_eq!(Slots::new(&[HYPERBOLIC, MALACH]).shown(), [MALACH, HYPERBOLIC]);
        let ladder = Construction::ladder();
        assert_eq!((Slots::new(&ladder).shown(), Slots::new(&ladder).rung()), (&ladder[..2], Some(0)));
        assert_eq!(Slots::new(&ladder[..5]).shown(), [MALACH, HYPERBOLIC]);
        assert_eq!(Slots::new(&ladder[..5]).rung(), None);
        let others = [Construction::SubsetSum, Construction::SharedGolden, Construction::ProductPair];
        assert_eq!(Slots::new(&others).shown(), &others[..2]);
    }

    #[test]
    fn one_more_is_shown_up_to_three() {
        let mut slots = Slots::new(&[HYPERBOLIC]);
        slots.show_beside(&[HYPERBOLIC]);
        assert_eq!((slots.shown(), slots.focus), (&[MALACH, HYPERBOLIC][..], 0));
        slots.show_beside(&[HYPERBOLIC, MALACH]);
        assert_eq!((slots.shown(), slots.focus), (&[MALACH, HYPERBOLIC, Construction::SubsetSum][..], 2));
        slots.show_beside(&[HYPERBOLIC, MALACH]);
        assert_eq!((slots.shown(), slots.focus), (&[MALACH][..], 0));
        // Lanes of the run come first.
        slots.show_beside(&[Construction::ProductPair, MALACH]);
        assert_eq!((slots.shown(), slots.focus), (&[MALACH, Construction::ProductPair][..], 1));
    }

    #[test]
    fn the_ladder_is_climbed_rung_by_rung() {
        let mut slots = Slots::new(&[HYPERBOLIC]);
        let ladder = Construction::ladder();
        for rung in (0..ladder.len() - 1).chain([0]) {
            slots.climb();
            assert_eq!(slots.shown(), &ladder[rung..rung + 2]);
        }
    }

    #[test]
    fn slots_never_show_the_same() {
        let mut slots = Slots::new(&[HYPERBOLIC]);
        slots.show_beside(&[]);
        slots.show_beside(&[]);
        for turn in 0..40 {
            slots.change(turn % 3 != 0);
            slots.focus_next();
            let shown = slots.shown();
            assert!(shown[0] != shown[1] && shown[1] != shown[2] && shown[0] != shown[2]);
        }
    }
}
