//! The pairs, inputs or outputs of a layer with something to build.

use std::sync::Arc;

/// Places of a layer, its pairs, inputs or outputs, with a weight other than 0, numbered in turn.
///
/// A weight of 0 is met exactly by an all-zero mask: it demands nothing, takes no neuron, and is finished from the start.
/// Allocators go by these numbers. Where no weight is 0, numbers and places are the same, and nothing is listed.
#[derive(Clone, Debug)]
pub(crate) struct NonzeroPlaces {
    /// all places
    all: u64,
    /// those with a weight other than 0, ascending; `None` where all have one
    listed: Option<Arc<[u64]>>,
}

impl NonzeroPlaces {
    /// The places for which `is_nonzero` holds, in their order.
    pub(crate) fn new(is_nonzero: impl IntoIterator<Item = bool, IntoIter: Clone>) -> Self {
        let is_nonzero = is_nonzero.into_iter();
        let all = is_nonzero.clone().count() as u64;
        if is_nonzero.clone().all(|is| is) {
            return Self { all, listed: None };
        }
        let listed = (0..).zip(is_nonzero).filter_map(|(place, is)| is.then_some(place)).collect();
        Self { all, listed: Some(listed) }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.listed.as_ref().map_or(self.all, |listed| listed.len() as u64)
    }

    /// How many places have no weight but 0.
    pub(crate) fn zeros(&self) -> u64 {
        self.all - self.count()
    }

    /// Whether there are no others.
    #[inline(always)]
    pub(crate) fn is_all(&self) -> bool {
        self.listed.is_none()
    }

    /// The place with this number; behind the last one, the number of all places.
    #[inline(always)]
    pub(crate) fn place(&self, number: u64) -> u64 {
        match &self.listed {
            None => number,
            Some(listed) => listed.get(number as usize).copied().unwrap_or(self.all),
        }
    }

    /// The number of a place; `None` where its weights are 0, or where there is no such place.
    pub(crate) fn number(&self, place: u64) -> Option<u64> {
        match &self.listed {
            None => (place < self.all).then_some(place),
            Some(listed) => listed.binary_search(&place).ok().map(|number| number as u64),
        }
    }

    /// The place of the `number`-th zero, `number` below [`zeros`](Self::zeros).
    pub(crate) fn zero(&self, number: u64) -> u64 {
        let Some(listed) = &self.listed else { return self.all };
        // Before the place listed at i there are listed[i] − i zeros.
        let (mut low, mut high) = (0, listed.len());
        while low < high {
            let middle = low.midpoint(high);
            if listed[middle] - middle as u64 <= number { low = middle + 1 } else { high = middle }
        }
        number + low as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_places_are_inverse_to_each_other() {
        for bits in 0..1_u64 << 9 {
            let is_nonzero = (0..9).map(|place| bits >> place & 1 == 1);
            let places = NonzeroPlaces::new(is_nonzero);
            assert_eq!(places.count(), u64::from(bits.count_ones()));
            assert_eq!((places.count() + places.zeros(), places.is_all()), (9, bits == (1 << 9) - 1));
            let (mut nonzero, mut zeros) = (Vec::new(), Vec::new());
            for place in 0..9 {
                if bits >> place & 1 == 1 { nonzero.push(place) } else { zeros.push(place) }
            }
            for (number, &place) in (0..).zip(&nonzero) {
                assert_eq!((places.place(number), places.number(place)), (place, Some(number)));
            }
            for (number, &place) in (0..).zip(&zeros) {
                assert_eq!((places.zero(number), places.number(place)), (place, None));
            }
            assert_eq!((places.place(places.count()), places.number(9)), (9, None));
        }
    }
}
