//! First-fit and on-demand, a neuron at a time: the reference for [`passing`](super::passing), in scalar code.
//!
//! It also draws when a user steps, or when few neurons are requested.

use super::open_pairs::OpenPairs;
use crate::construction::buckets::levels;
use crate::construction::tally::{Demand, Draw};
use crate::construction::workbench::Workbench;

impl OpenPairs {
    /// Tries a neuron against the open pairs. Whether a weight was finished.
    pub(crate) fn draw_one(&mut self, neuron: u64, bench: &mut Workbench) -> bool {
        let (row_in, row_out) = (bench.random.input_words(neuron), bench.random.output_words(neuron));
        let half_bits = 64 * self.stride;
        let (mut output, mut word_out, mut words_out) = (u32::MAX, 0, 0);
        let mut tries = 0;
        // Try pair after pair, and admit new pairs behind the front.
        let hit = loop {
            let mut hit = None;
            let mut bits = tries * 2 * half_bits;
            for (index, pair) in self.front.iter().enumerate().skip(tries) {
                if pair.output != output {
                    (output, word_out) = (pair.output, row_out.word(u64::from(pair.output)));
                    words_out += 1;
                }
                let word_in = row_in.word(u64::from(pair.input));
                let t = levels::t(word_in, word_out);
                if index == 0 {
                    bench.note_product(t);
                }
                let half = (word_in & 1) as usize;
                let place = bench.buckets.place(t);
                let bit = bits + half * half_bits + place;
                let sign_fits = !(word_in ^ word_out ^ u64::from(pair.negative));
                if (self.open[bit >> 6] >> (bit & 63)) & sign_fits & 1 == 1
                    && !bench.buckets.is_near_an_edge(t)
                {
                    hit = Some((index, half, place));
                    break;
                }
                bits += 2 * half_bits;
            }
            tries = hit.map_or(self.front.len(), |(index, ..)| index + 1);
            if hit.is_some() || !self.admit_now(bench) {
                break hit;
            }
        };
        // Count, and give the neuron away.
        let tries = tries as u64;
        bench.tally.tries += tries;
        bench.tally.words += tries + words_out;
        let (served, finished) = match hit {
            Some((index, half, place)) => self.take(index, half, place, neuron, bench),
            None => (None, false),
        };
        bench.tally.last = Some(Draw { neuron, tries, served, serves: u64::from(served.is_some()) });
        finished
    }

    /// Gives the neuron to the pair at `index` of the front. Returns the demand it meets, and whether that finishes
    /// the pair.
    fn take(
        &mut self,
        index: usize,
        half: usize,
        place: usize,
        neuron: u64,
        bench: &mut Workbench,
    ) -> (Option<Demand>, bool) {
        let demand = self.front[index].demand(half, place);
        self.give(index, half, place, neuron, bench);
        let finished = self.open(index).iter().all(|&word| word == 0);
        if finished {
            self.release(index, true, bench);
            if self.front.is_empty() {
                self.admit_now(bench);
            }
        }
        (Some(demand), finished)
    }
}
