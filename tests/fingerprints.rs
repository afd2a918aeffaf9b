//! Tickets and counts, held to what the first implementation drew: one neuron, one try, one bucket at a time.
//!
//! A fingerprint is the FNV-1a hash of all columns of the tickets, bit for bit, and of the integer counts; it may
//! change with the version of the random words, and with nothing else.
#![allow(missing_docs, clippy::unwrap_used)]

use slth::construction::Tally;
use slth::experiment::Experiment;
use slth::session::{Lane, Session};

struct Fnv(u64);

impl Fnv {
    fn word(&mut self, word: u64) {
        for byte in word.to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3);
        }
    }

    fn words(&mut self, words: impl IntoIterator<Item = u64>) {
        words.into_iter().for_each(|word| self.word(word));
    }

    fn tally(&mut self, tally: &Tally) {
        self.words([tally.sampled, tally.tries, tally.words, tally.weights_done]);
        for counts in tally.filled.iter().chain(&tally.quota).chain([&tally.products]) {
            self.words(counts.iter().copied());
        }
        self.words(tally.race.iter().map(|neurons| neurons.saturated()));
        let last = tally.last.unwrap();
        self.words([
            last.neuron,
            last.tries,
            last.serves,
            last.served.map_or(0, |demand| demand.bucket.into()),
        ]);
    }
}

fn fingerprint(lane: &Lane) -> u64 {
    let mut hash = Fnv(0xCBF2_9CE4_8422_2325);
    for builder in lane.builders() {
        for path in builder.ticket().paths() {
            hash.words([path.neuron, path.input.into(), path.output.into()]);
            hash.words([path.z_in.to_bits(), path.z_out.to_bits()]);
        }
        hash.tally(builder.tally());
        hash.word(builder.open_demands().0);
    }
    hash.0
}

const FAMILY: &str = "constructions=[Hyperbolic(allocation:InOrder),Hyperbolic(allocation:FirstFit),Hyperbolic(allocation:OnDemand),Corollary10,SharedGolden]";

fn fingerprints(preset: &str, settings: &[&str]) -> Vec<u64> {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    let mut session = Session::new(Experiment::load(preset, None, &settings).unwrap()).unwrap();
    session.run(&|_| ());
    session.lanes().iter().map(fingerprint).collect()
}

const SMALL: &str = "target=Random(widths:[20,20,20],weight_bound:1.0,spectral_norm:1.0,seed:3)";

#[test]
fn every_allocation_keeps_its_fingerprint() {
    let found = [fingerprints("tiny", &[FAMILY]), fingerprints("tiny", &[SMALL, FAMILY])];
    assert_eq!(
        found,
        [
            [
                16470554987320032679,
                17903337803128416941,
                251755855008022772,
                2479479132173191290,
                6512042996070748569
            ],
            [
                17289230787739029151,
                3668603674975552730,
                6667080953010729491,
                10161316200675399688,
                9183567522031640851
            ]
        ]
    );
}

/// More than 64 buckets to a half, and more than 256.
#[test]
fn many_buckets_keep_their_fingerprint() {
    let found = [
        fingerprints("tiny", &[SMALL, FAMILY, "base=1.2", "skip_dead_halves=true"]),
        fingerprints("tiny", &[SMALL, FAMILY, "base=1.03", "inputs=Signs"]),
    ];
    assert_eq!(
        found,
        [
            [
                16710074625059297475,
                2993295086561952714,
                15111593654301306039,
                8760786135365924795,
                11427667424033226648
            ],
            [
                8079024605827771465,
                11755170512508974534,
                13796271281551844820,
                9975084047819004980,
                18392028564518143114
            ]
        ]
    );
}

/// A trained network at an accuracy that asks nothing of some weights. 226 of its weights are 0: they are
/// finished from the start.
#[test]
fn digits_keeps_its_fingerprint() {
    let lanes = "constructions=[Hyperbolic(allocation:FirstFit),Hyperbolic(allocation:OnDemand)]";
    assert_eq!(fingerprints("digits", &[lanes, "epsilon=20.0"]), [6133663917349101799, 17276374710499843311]);
}

#[test]
fn subset_sums_keep_their_fingerprint() {
    let target = "target=Random(widths:[6,5,4],weight_bound:0.5,spectral_norm:1.0,seed:3)";
    let lanes = "constructions=[UniformSubSums,SubsetSum]";
    assert_eq!(
        fingerprints("tiny", &[target, lanes, "epsilon=0.01"]),
        [10030114010629460709, 9020299228278368179]
    );
}
