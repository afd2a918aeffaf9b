//! Checkpoints changed and hashed anew: they are refused, or their runs end.
#![allow(missing_docs, clippy::unwrap_used)]

use std::time::{Duration, Instant};

use sha2::Digest;
use slth::experiment::Experiment;
use slth::report::{Checkpoint, RunReport, resume_from};
use slth::sampling::{Row, Side, Stream};
use slth::session::{Phase, Session, Step};

/// Bytes before the state and behind it.
const HEADER: usize = 56;
const TRAILER: usize = 40;

/// Forged states of the test suite; `SLTH_FORGED` gives another number.
const FORGED: u64 = 600;

/// Time limit of a run from a forged state; a genuine one takes milliseconds.
const LIMIT: Duration = Duration::from_secs(20);

/// Networks of few weights, and ways to build them.
const SETUPS: [&[&str]; 6] = [
    &["mode=SkipAhead", "constructions=[WholeNeuron, Malach, ProductPair]"],
    &[
        "mode=Drawn",
        "constructions=[WholeNeuron, Malach, ProductPair]",
        "target=Random(widths: [1, 2, 1], weight_bound: 0.4, activation: Relu, seed: 5)",
        "epsilon=0.9",
    ],
    &["constructions=[Corollary10, SharedGolden, UniformSubSums, SubsetSum]"],
    &["constructions=[Hyperbolic(allocation: InOrder), Hyperbolic(allocation: FirstFit)]"],
    &["constructions=[Hyperbolic(allocation: OnDemand)]", "inputs=Box(low: -1.0, high: 1.0)"],
    &["constructions=[Hyperbolic(allocation: FirstFit)]", "inputs=Signs"],
];

const PRESET: &str = r#"(
    title: "Small",
    target: Random(widths: [2, 3, 2], weight_bound: 0.4, spectral_norm: 1.0, activation: Relu, seed: 5),
    inputs: Ball(radius: 1.0), epsilon: 0.5, delta: 0.01, w_max: 1.0,
    constructions: [Corollary10], seed: 42,
)"#;

struct Setup {
    new: Session,
    /// checkpoints of several moments
    files: Vec<Vec<u8>>,
}

impl Setup {
    fn new(settings: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (preset, place) = (folder.path().join("p.ron"), folder.path().join("c"));
        std::fs::write(&preset, PRESET).unwrap();
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let new = Session::new(Experiment::load(preset.to_str().unwrap(), None, &settings).unwrap()).unwrap();
        let mut session = new.clone();
        let mut files = Vec::new();
        let mut budget = 1;
        let mut searched = 0;
        // While layers are built, while inputs are tried and climbed from, and at the end.
        while searched < 60 {
            for lane in 0..session.lanes().len() {
                session.lane_mut(lane).advance(Step::All, budget);
            }
            let built = session.lanes().iter().all(|lane| !matches!(lane.phase(), Phase::Building(_)));
            searched += u32::from(built);
            if !built || searched % 9 == 1 {
                let checkpoint = Checkpoint::at(&place, &session).unwrap();
                checkpoint.write(&session).unwrap();
                files.push(std::fs::read(&place).unwrap());
            }
            budget = (budget * 2 + 1).min(1 << 24);
        }
        Self { new, files }
    }
}

/// A changed state, its length and hash made right.
fn forged(file: &[u8], other: &[u8], words: Row) -> Vec<u8> {
    let mut state = file[HEADER..file.len() - TRAILER].to_vec();
    let mut next = 0;
    let mut below = |most: usize| {
        next += 1;
        words.word(next) as usize % most.max(1)
    };
    for _ in 0..1 + below(3) {
        let at = below(state.len());
        let floats = [f64::NAN, f64::INFINITY, -1.0, 1e308, 0.0, 5e-324, 0.3];
        match below(9) {
            0 | 1 => state[at] ^= 1 << below(8),
            2 => state[at] = [0, 1, 2, 0x7F, 0x80, 0xFF][below(6)],
            3 => state[at] = below(256) as u8,
            4 => state.insert(at, below(256) as u8),
            5 => drop(state.drain(at..(at + 1 + below(9)).min(state.len() - 1))),
            6 => state.splice(at..=at, [0xFF; 9].into_iter().chain([below(2) as u8])).for_each(drop),
            7 => {
                let bytes = floats[below(floats.len())].to_le_bytes();
                state.splice(at..(at + 8).min(state.len()), bytes).for_each(drop);
            }
            _ => {
                let (from, count) = (below(other.len()), 1 + below(40));
                let part = other[from..(from + count).min(other.len())].to_vec();
                state.splice(at..(at + count).min(state.len()), part).for_each(drop);
            }
        }
        if state.is_empty() {
            state.push(0);
        }
    }
    sealed(&file[..HEADER], &state)
}

fn sealed(header: &[u8], state: &[u8]) -> Vec<u8> {
    let mut file = [header, state, &(state.len() as u64).to_le_bytes()].concat();
    let hash = sha2::Sha256::digest(&file);
    file.extend(hash);
    file
}

#[test]
fn forged_states_are_refused_or_end() {
    let setups = SETUPS.map(Setup::new);
    for setup in &setups {
        for file in &setup.files {
            let state = &file[HEADER..file.len() - TRAILER];
            assert_eq!(&sealed(&file[..HEADER], state), file, "the format is another one");
            resume_from(file, &mut setup.new.clone()).unwrap();
        }
    }
    let forgeries = std::env::var("SLTH_FORGED").ok().map_or(FORGED, |number| number.parse().unwrap());
    let (mut refused, mut ended) = (0, 0);
    for case in 0..forgeries {
        let words = Stream::new(8, 0, Side::In).row(case);
        let setup = &setups[case as usize % setups.len()];
        let pick = |word: u64| &setup.files[words.word(word) as usize % setup.files.len()][..];
        let file = forged(pick(1_000), pick(1_001), words);
        let mut session = setup.new.clone();
        if resume_from(&file, &mut session).is_err() {
            refused += 1;
            continue;
        }
        let started = Instant::now();
        let is_late = || started.elapsed() > LIMIT;
        let mut done = false;
        while !done {
            assert!(!is_late(), "case {case} does not end");
            done = session.run_until(&|_| {}, &is_late);
        }
        serde_json::to_value(RunReport::new(&session)).unwrap();
        ended += 1;
    }
    eprintln!("{forgeries} forged states: {refused} refused, {ended} ended");
    // Changes of mere counts may pass unseen.
    assert!(refused > forgeries / 2 && ended > 0, "{refused} refused, {ended} ended");
}

#[test]
fn lengths_that_are_claimed_take_no_memory() {
    let setup = Setup::new(SETUPS[3]);
    let file = &setup.files[0];
    // Every byte in turn begins a number near 2^64: as a length, beyond all memory.
    for at in 0..file.len() - HEADER - TRAILER {
        let mut state = file[HEADER..file.len() - TRAILER].to_vec();
        state.splice(at..at, [0xFF; 9].into_iter().chain([1])).for_each(drop);
        let _ = resume_from(&sealed(&file[..HEADER], &state), &mut setup.new.clone());
    }
}
