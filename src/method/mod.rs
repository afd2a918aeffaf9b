//! The methods of finding a ticket: one file each, and one table of them all.
//!
//! A [`Method`] has [`Facts`]: its id and letter, the law of G's weights, how neurons are matched, summed and shared.
//! Every list of constructions in reports, on screens and in help texts is made of them. A new method is one new file
//! and one line of the table below.

mod corollary10;
mod facts;
mod golden;
mod hyperbolic;
mod interface;
mod malach;
mod product_pair;
mod shared_golden;
mod single;
mod subset_sum;
mod task;
mod uniform;
mod whole_neuron;

pub use facts::{DemandKind, Facts, LawChoice, WeightCaption};
pub use interface::{LayerMemory, Method};
pub use task::{Assumption, BoundParameters, BuildOptions, LayerBound, LayerTask, Premises, ROUNDING};

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::construction::Allocation;

/// Makes [`Construction`] of the table: a line is a name as presets have it, the values of its option, if it has one, and
/// the method.
macro_rules! table {
    ($( $(#[$doc:meta])+ $name:ident $({ $field:ident: $kind:ident = $($value:ident)|+ })? => $method:path, )+) => {
        /// A method as presets name it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub enum Construction {
            $( $(#[$doc])+ $name $({
                /// how neurons are given to demands
                #[serde(default)]
                $field: $kind,
            })?, )+
        }

        static ALL: LazyLock<Vec<Construction>> =
            LazyLock::new(|| [$( table!(@values $name $({ $field: $kind = $($value)|+ })?) ),+].concat());

        impl Construction {
            /// The method of that name.
            pub fn method(self) -> &'static dyn Method {
                match self {
                    $( Self::$name $({ $field })? => $method($($field)?), )+
                }
            }
        }
    };
    (@values $name:ident) => { &[Construction::$name][..] };
    (@values $name:ident { $field:ident: $kind:ident = $($value:ident)|+ }) => {
        &[$( Construction::$name { $field: $kind::$value } ),+][..]
    };
}

table! {
    /// Ramanujan et al. (2019): a neuron of G for each neuron of the target, all weights matched at once
    WholeNeuron => whole_neuron::method,
    /// Malach et al. (2020): z_in ≈ ±|w|, z_out ≈ ±1, a neuron for each half
    Malach => malach::method,
    /// the same with z_in·z_out ≈ w
    ProductPair => product_pair::method,
    /// Corollary 10 for each weight alone
    Corollary10 => corollary10::method,
    /// Orseau, Hutter, Rivasplata (2020), Theorem 3: all weights of a layer share
    Hyperbolic { allocation: Allocation = FirstFit | InOrder | OnDemand } => hyperbolic::method,
    /// golden-ratio sums, the outputs of one input share
    SharedGolden => shared_golden::method,
    /// Orseau et al., Appendix A: subset sums, nobody shares
    UniformSubSums => subset_sum::unshared,
    /// Pensia et al. (2020): subset sums, the outputs of one input share
    SubsetSum => subset_sum::shared,
}

impl Default for Construction {
    /// Theorem 3's, if a preset names none.
    fn default() -> Self {
        Self::Hyperbolic { allocation: Allocation::default() }
    }
}

impl Construction {
    /// All, a value of an option each by itself: from whole neurons over Malach to Theorem 3 and beyond, then the subset
    /// sums.
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// One for each bound (no bound depends on the allocation), in the order of reports.
    pub fn with_bounds() -> Vec<Self> {
        let mut listed: Vec<Self> =
            ALL.iter().copied().filter(|each| each.facts().bounds_row.is_some()).collect();
        listed.sort_by_key(|each| each.facts().bounds_row);
        listed
    }

    /// The methods with the same bound, itself among them.
    pub fn with_this_bound(self) -> impl Iterator<Item = Self> {
        ALL.iter().copied().filter(move |each| each.name() == self.name())
    }

    /// From whole neurons over Malach to Theorem 3 and beyond, an idea a rung.
    pub fn ladder() -> Vec<Self> {
        ALL.iter().copied().filter(|each| each.facts().is_rung).collect()
    }

    /// The facts of the method.
    pub fn facts(self) -> &'static Facts {
        self.method().facts()
    }

    /// Kebab-case name, as in reports.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// Unique id of the method, the allocation included, as in reports.
    pub fn id(self) -> &'static str {
        self.facts().id
    }
}

/// The example of the book, kept compiling.
#[cfg(test)]
#[path = "../../docs/src/development/repaired.rs"]
mod repaired;

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn distinct<T: Ord>(of: impl Fn(&Construction) -> T) -> usize {
        Construction::all().iter().map(of).collect::<BTreeSet<T>>().len()
    }

    #[test]
    fn no_two_methods_share_an_id_or_a_title() {
        let count = Construction::all().len();
        assert_eq!(count, 10);
        assert_eq!(distinct(|each| each.id()), count);
        assert_eq!(distinct(|each| each.facts().title()), count);
        assert_eq!(distinct(|each| format!("{each:?}")), count);
    }

    #[test]
    fn every_bound_is_listed_once() {
        let listed = Construction::with_bounds();
        assert_eq!(distinct(|each| each.name()), listed.len());
        let mut letters: BTreeMap<char, &str> = BTreeMap::new();
        for each in Construction::all() {
            let facts = each.facts();
            assert_eq!(*letters.entry(facts.letter).or_insert(facts.name), facts.name);
            assert!(listed.iter().any(|other| other.name() == facts.name));
        }
        let rows: BTreeSet<_> = listed.iter().map(|each| each.facts().bounds_row).collect();
        assert_eq!(rows.len(), listed.len());
    }

    /// The method of the book fits the seam, and its id and letter are free.
    #[test]
    fn the_method_of_the_book_can_be_added() {
        let facts = repaired::method().facts();
        assert_eq!(facts.title(), "repaired");
        for each in Construction::all() {
            assert!(each.id() != facts.id && each.facts().letter != facts.letter, "{}", facts.id);
            assert_ne!(each.facts().bounds_row, facts.bounds_row);
        }
    }
}
