//! Which constructions stand side by side on Compare, and which of them steps move.

use crate::construction::Allocation;
use crate::experiment::Construction;

const HYPERBOLIC: Construction = Construction::Hyperbolic { allocation: Allocation::FirstFit };

/// From whole neurons over Malach to Theorem 3 and beyond, an idea a rung.
pub const LADDER: [Construction; 6] = [
    Construction::WholeNeuron,
    Construction::Malach,
    Construction::ProductPair,
    Construction::Corollary10,
    HYPERBOLIC,
    Construction::SharedGolden,
];

/// All that a slot can hold: the ladder, and what stands beside it.
pub const CHOICES: [Construction; 10] = [
    Construction::WholeNeuron,
    Construction::Malach,
    Construction::ProductPair,
    Construction::Corollary10,
    HYPERBOLIC,
    Construction::Hyperbolic { allocation: Allocation::InOrder },
    Construction::Hyperbolic { allocation: Allocation::OnDemand },
    Construction::SharedGolden,
    Construction::UniformSubSums,
    Construction::SubsetSum,
];

/// Two or three constructions, one of them chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Slots {
    constructions: Vec<Construction>,
    /// the chosen one
    pub focus: usize,
    /// whether steps move all of them
    pub together: bool,
}

impl Slots {
    /// Malach against the hyperbolic construction, as the preset has it.
    pub fn new(preset: &[Construction]) -> Self {
        let hyperbolic = preset.iter().find(|c| matches!(c, Construction::Hyperbolic { .. }));
        let constructions = vec![Construction::Malach, *hyperbolic.unwrap_or(&HYPERBOLIC)];
        Self { constructions, focus: 0, together: true }
    }

    /// The constructions, from left to right; two or three, all different.
    pub fn shown(&self) -> &[Construction] {
        &self.constructions
    }

    /// Those that steps move.
    pub fn moving(&self) -> impl Iterator<Item = Construction> + '_ {
        let moves = |(slot, _): &(usize, &Construction)| self.together || *slot == self.focus;
        self.constructions.iter().enumerate().filter(moves).map(|(_, construction)| *construction)
    }

    pub(super) fn focus_next(&mut self) {
        self.focus = (self.focus + 1) % self.constructions.len();
    }

    /// The next or previous construction that no slot shows, in the chosen slot.
    pub(super) fn change(&mut self, forward: bool) {
        let count = CHOICES.len();
        let here = CHOICES.iter().position(|choice| *choice == self.constructions[self.focus]).unwrap_or(0);
        let step = |n: usize| if forward { (here + n) % count } else { (here + count - n) % count };
        if let Some(free) = self.free((1..count).map(step)) {
            self.constructions[self.focus] = free;
        }
    }

    pub(super) fn toggle_third(&mut self) {
        if self.constructions.len() == 3 {
            self.constructions.pop();
            self.focus = self.focus.min(1);
        } else if let Some(free) = self.free((0..CHOICES.len()).rev()) {
            self.constructions.push(free);
        }
    }

    fn free(&self, mut order: impl Iterator<Item = usize>) -> Option<Construction> {
        order.find(|&index| !self.constructions.contains(&CHOICES[index])).map(|index| CHOICES[index])
    }

    /// The next two neighbours on the ladder; from the top, or from elsewhere, the first two.
    pub(super) fn climb(&mut self) {
        let rung = (0..LADDER.len() - 1).find(|&rung| self.constructions == LADDER[rung..rung + 2]);
        let next = rung.map_or(0, |rung| (rung + 1) % (LADDER.len() - 1));
        self.constructions = LADDER[next..next + 2].to_vec();
        self.focus = 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_is_climbed_rung_by_rung() {
        let mut slots = Slots::new(&[]);
        for rung in (0..LADDER.len() - 1).chain([0]) {
            slots.climb();
            assert_eq!(slots.shown(), &LADDER[rung..rung + 2]);
        }
    }

    #[test]
    fn slots_never_show_the_same() {
        let mut slots = Slots::new(&[]);
        slots.toggle_third();
        for turn in 0..40 {
            slots.change(turn % 3 != 0);
            slots.focus_next();
            let shown = slots.shown();
            assert!(shown[0] != shown[1] && shown[1] != shown[2] && shown[0] != shown[2]);
        }
        slots.toggle_third();
        assert!(slots.shown().len() == 2 && slots.focus < 2);
    }
}
