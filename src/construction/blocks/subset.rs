//! Weights as subset sums of the products available (Pensia et al. 2020, after Lueker 1998; with a pool for each weight, the
//! conjecture of Orseau et al., Appendix A).
//!
//! Weights of G are uniform. Every neuron whose z_in has the sign of a half adds its product, of either sign, to the values of
//! that half, until the best of all their subsets is within tolerance of w. No other construction needs fewer samples; its
//! search is exponential in their number, see [`best_subset`](crate::construction::best_subset).

use super::scheduler::{BlockPosition, Blocks, Consumer};
use super::wiring::{Redrawn, Wiring, drawn_again};
use crate::construction::allocator::{Available, Shortfall};
use crate::construction::half::Half;
use crate::construction::position::AllocatorPosition;
use crate::construction::problem::Sharing;
use crate::construction::sums::best_subset::MOST_VALUES;
use crate::construction::sums::incremental::IncrementalSearch;
use crate::construction::tally::{Demand, Draw, Tally};
use crate::construction::ticket::Path;
use crate::construction::workbench::Workbench;

/// Neurons numbered for a block; far more than are ever drawn, since [`MOST_VALUES`] products end it.
const BLOCK: u64 = 1 << 20;

/// Weights that collect values until a subset of them is near enough.
#[derive(Clone, Debug)]
pub(crate) struct SubsetWeights {
    /// tolerance of a half
    tolerance: f64,
    wiring: Wiring,
}

/// A weight of the block.
#[derive(Clone, Debug)]
pub(crate) struct SubsetWeight {
    input: u32,
    output: u32,
    halves: [HalfSum; 2],
}

impl SubsetWeight {
    fn is_open(&self) -> bool {
        self.halves.iter().any(HalfSum::is_open)
    }
}

/// The subset sum of one half.
#[derive(Clone, Debug)]
struct HalfSum {
    progress: SumProgress,
    values: Vec<Path>,
    sum: Vec<Path>,
}

#[derive(Clone, Debug)]
enum SumProgress {
    Searching(Box<IncrementalSearch>),
    Settled,
    /// as many values as can be searched, and no sum near enough
    GivenUp,
    /// the half needs no value, or is not built
    Idle,
}

impl HalfSum {
    /// `tolerance` is `None` where no value is needed.
    fn new(weight: f64, tolerance: Option<f64>) -> Self {
        let search = |tolerance| SumProgress::Searching(Box::new(IncrementalSearch::new(weight, tolerance)));
        let progress = tolerance.map_or(SumProgress::Idle, search);
        Self { progress, values: Vec::new(), sum: Vec::new() }
    }

    fn is_open(&self) -> bool {
        matches!(self.progress, SumProgress::Searching(_))
    }

    /// Adds a product and looks for the best sum. Returns the number of sums looked at; `None` where no search is open.
    fn add(&mut self, path: Path) -> Option<u64> {
        let SumProgress::Searching(search) = &mut self.progress else { return None };
        self.values.push(path);
        let before = search.looked_at();
        let settled = match search.add(path.z_in * path.z_out) {
            Ok(Some(best)) => Some((best, SumProgress::Settled)),
            Ok(None) if search.values().len() < MOST_VALUES => None,
            // The best there is, though not near enough.
            _ => search.best().ok().map(|best| (best, SumProgress::GivenUp)),
        };
        let looked_at = search.looked_at() - before;
        if let Some((best, progress)) = settled {
            let paths = self.values.iter().enumerate();
            self.sum = paths.filter(|(i, _)| best.mask >> i & 1 == 1).map(|(_, path)| *path).collect();
            self.progress = progress;
        }
        Some(looked_at)
    }
}

impl SubsetWeights {
    /// Blocks without a bound: [`MOST_VALUES`] products a half end them.
    pub(crate) fn blocks(sharing: Sharing, tolerance: f64, bench: &mut Workbench) -> Blocks<Self> {
        let wiring = Wiring::new(sharing, bench);
        let count = wiring.blocks();
        Blocks::new(Self { tolerance, wiring }, count, BLOCK.into(), bench)
    }
}

impl Consumer for SubsetWeights {
    type Open = SubsetWeight;

    fn open(&self, block: u64, bench: &Workbench) -> Vec<SubsetWeight> {
        let ends = self.wiring.ends(block, bench).into_iter();
        ends.map(|(input, output)| {
            let weight = bench.weight(input, output);
            // The empty sum is near enough to a small weight.
            let needs_any = weight.abs() > self.tolerance;
            let halves = Half::BOTH.map(|half| {
                let needs_any = needs_any && bench.live[half as usize];
                HalfSum::new(weight, needs_any.then_some(self.tolerance))
            });
            SubsetWeight { input, output, halves }
        })
        .collect()
    }

    fn count_demands(&self, open: &SubsetWeight, tally: &mut Tally) {
        for (quota, half) in tally.quota.iter_mut().zip(&open.halves) {
            quota[0] += u64::from(half.is_open());
        }
    }

    fn is_settled(&self, open: &SubsetWeight) -> bool {
        !open.is_open()
    }

    fn draw(&self, neuron: u64, _: u64, open: &mut [SubsetWeight], bench: &mut Workbench) -> bool {
        let tries = open.len() as u64;
        let (mut first, mut serves) = (None, 0);
        for (index, pair) in open.iter_mut().enumerate() {
            let (input, output) = (pair.input, pair.output);
            let path = Path::of(&bench.random, neuron, input, output);
            if index == 0 {
                bench.note_product_value(path.product().abs());
            }
            let half = Half::of(path.z_in);
            let sum = &mut pair.halves[half as usize];
            let Some(searched) = sum.add(path) else { continue };
            bench.tally.searched += searched as f64;
            let demand = Demand { output, input, half, bucket: 1 };
            first = first.or(Some(demand));
            serves += 1;
            if matches!(sum.progress, SumProgress::Settled) {
                bench.serve(demand);
            }
        }
        bench.tally.tries += tries;
        bench.tally.words += tries + 1;
        bench.tally.last = Some(Draw { neuron, tries, served: first, serves });
        serves > 0
    }

    fn finish(&self, open: &SubsetWeight, bench: &mut Workbench) -> bool {
        let mut is_complete = true;
        let mut paths = Vec::new();
        for (half, sum) in Half::BOTH.into_iter().zip(&open.halves) {
            if matches!(sum.progress, SumProgress::Searching(_) | SumProgress::GivenUp) {
                is_complete = false;
                bench.leave_open(Demand { output: open.output, input: open.input, half, bucket: 1 });
            }
            paths.extend_from_slice(&sum.sum);
            bench.tally.values += sum.values.len() as u64;
        }
        bench.keep(bench.pair(open.input, open.output), &paths, is_complete);
        is_complete
    }

    fn ends(open: &SubsetWeight) -> (u32, u32) {
        (open.input, open.output)
    }

    fn is_for(&self, open: &SubsetWeight, input: u32, output: u32) -> bool {
        (open.input, open.output) == (input, output)
    }

    fn available(&self, open: &SubsetWeight, _: &Workbench) -> Available {
        let paths = open.halves.iter().flat_map(|half| &half.values).copied().collect();
        let chosen = [0, 1].map(|half| (!open.halves[half].is_open()).then(|| open.halves[half].sum.clone()));
        Available { paths, chosen }
    }

    fn reopened(
        &self,
        position: &AllocatorPosition<'_>,
        size: u64,
        has_group: &[bool],
        bench: &Workbench,
    ) -> Option<(BlockPosition, Vec<SubsetWeight>)> {
        drawn_again(self, position, size, has_group, bench)
    }

    fn may_keep(&self, path: &Path, size: u64, bench: &Workbench) -> bool {
        self.wiring.has(path, size, bench)
    }

    fn shortfall(&self) -> Shortfall {
        Shortfall::SearchEnded
    }
}

impl Redrawn for SubsetWeights {
    fn wiring(&self) -> &Wiring {
        &self.wiring
    }

    fn offer(&self, neuron: u64, open: &mut [SubsetWeight], bench: &Workbench) {
        for pair in open {
            let path = Path::of(&bench.random, neuron, pair.input, pair.output);
            pair.halves[Half::of(path.z_in) as usize].add(path);
        }
    }
}
