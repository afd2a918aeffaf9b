//! Randomly mutated inputs are read or refused: no panic, no long read, no large allocation.
//!
//! The inputs come from `fuzz/corpus`, mutated in the same way each time. Each reader has two seconds; `SLTH_MUTATED_SECONDS`
//! sets another time, `SLTH_MUTATED_INPUTS` a number of inputs instead. `cargo fuzz` runs the same readers.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod calls;
#[path = "mutated/targets.rs"]
mod targets;

use std::io::{Cursor, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use calls::spent;
use slth::sampling::{Row, Side, Stream};

/// Time limit of one input.
const LIMIT: Duration = Duration::from_secs(2);

/// An input still running after this time hangs.
const HANGS: Duration = Duration::from_secs(60);

/// Limit on the peak memory of the process.
const MOST_MEMORY: u64 = 1 << 30;

/// Longer inputs are cut.
const LONGEST: usize = 1 << 16;

/// Pieces of text with a meaning to some reader.
const PIECES: [&str; 44] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    ",",
    ":",
    "-",
    "0",
    "1e308",
    "-1e-308",
    "inf",
    "NaN",
    "None",
    "Some(",
    "18446744073709551616",
    "4294967295",
    "True",
    "False",
    "//",
    "/*",
    "*/",
    "r#\"",
    "#![enable(unwrap_newtypes)]",
    "\\u{0}",
    "<f8",
    ">f2",
    "|O",
    "(2, 2)",
    "weight",
    "bias",
    "mask",
    ".",
    "Relu",
    "LeakyRelu(0.1)",
    "File(path: \"x\")",
    "Random(widths: [2, 3])",
    "PK\x05\x06",
    "PK\x01\x02",
    "\u{7f}",
    "\u{fffd}",
];

/// Extreme numbers, as text and in binary.
const NUMBERS: [u64; 10] =
    [0, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 1 << 62, u64::MAX - 7, u64::MAX];

/// Random numbers, the same each time.
struct Random {
    words: Row,
    next: u64,
}

impl Random {
    fn new(input: u64) -> Self {
        Self { words: Stream::new(17, 0, Side::In).row(input), next: 0 }
    }

    fn below(&mut self, most: usize) -> usize {
        self.next += 1;
        (self.words.word(self.next) >> 8) as usize % most.max(1)
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// A part of a text; short parts are likelier.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let most = *self.of(&[1, 4, 16, 64, 1024]);
        let start = self.below(length + 1);
        start..(start + self.below(most + 1)).min(length)
    }
}

/// Changes bytes anywhere.
fn change(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..1 + random.below(4) {
        let length = bytes.len();
        let part = random.range(length);
        match random.below(11) {
            0 if length > 0 => bytes[random.below(length)] ^= 1 << random.below(8),
            1 if length > 0 => bytes[random.below(length)] = random.below(256) as u8,
            2 => bytes.truncate(random.below(length + 1)),
            3 => drop(bytes.drain(part)),
            4 => {
                let copy = bytes[part.clone()].repeat(*random.of(&[1, 2, 40]));
                bytes.splice(part.start..part.start, copy).for_each(drop);
            }
            5 => {
                let from = random.range(other.len());
                bytes.splice(part, other[from].to_vec()).for_each(drop);
            }
            6 => {
                let cut = random.below(other.len() + 1);
                bytes.truncate(random.below(length + 1));
                bytes.extend(&other[cut..]);
            }
            7 => {
                let piece = random.of(&PIECES).repeat(*random.of(&[1, 1, 2, 16, 300]));
                bytes.splice(part.start..part.start, piece.into_bytes()).for_each(drop);
            }
            8 => number_in_text(bytes, random),
            _ => {
                let number = random.of(&NUMBERS).to_le_bytes();
                let width = *random.of(&[1, 2, 4, 8]);
                let end = (part.start + width).min(length);
                bytes.splice(part.start..end, number[..width].to_vec()).for_each(drop);
            }
        }
    }
    bytes.truncate(LONGEST);
}

/// Replaces a number written in digits.
fn number_in_text(bytes: &mut Vec<u8>, random: &mut Random) {
    let start = random.below(bytes.len() + 1);
    let Some(at) = bytes[start..].iter().position(u8::is_ascii_digit) else { return };
    let digits = bytes[start + at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = match random.below(4) {
        0 => format!("-{}", random.of(&NUMBERS)),
        1 => random.below(100).to_string(),
        2 => (*random.of(&["1e999", "0.5", "1e-400", "0x1p3", "00", "1_0"])).to_owned(),
        _ => random.of(&NUMBERS).to_string(),
    };
    bytes.splice(start + at..start + at + digits, number.into_bytes()).for_each(drop);
}

/// A mutation of one part that keeps the parts around it valid.
type Inside = fn(&[u8], &[u8], &mut Random) -> Option<Vec<u8>>;

/// Mutates a header and corrects its length.
fn in_header(bytes: &[u8], start: usize, width: usize, other: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let mut length = [0; 8];
    length[..width].copy_from_slice(bytes.get(start..start + width)?);
    let from = start + width;
    let to = from.checked_add(usize::try_from(u64::from_le_bytes(length)).ok()?)?;
    let mut header = bytes.get(from..to)?.to_vec();
    change(&mut header, other.get(from..).unwrap_or_default(), random);
    let length = (header.len() as u64).to_le_bytes();
    Some([&bytes[..start], &length[..width], &header, &bytes[to..]].concat())
}

fn in_safetensors(bytes: &[u8], other: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    in_header(bytes, 0, 8, other, random)
}

fn in_npy(bytes: &[u8], other: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    in_header(bytes, 8, 2, other, random)
}

/// Mutates a member of an archive and corrects its checksums.
fn in_archive(bytes: &[u8], other: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let chosen = random.below(archive.len());
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).ok()?;
        let mut name = member.name().as_bytes().to_vec();
        let mut content = Vec::new();
        member.by_ref().take(LONGEST as u64).read_to_end(&mut content).ok()?;
        if index == chosen {
            match random.below(8) {
                0 => change(&mut name, other, random),
                1..=3 => content = in_npy(&content, other, random).unwrap_or(content),
                _ => change(&mut content, other, random),
            }
        }
        let method = *random.of(&[
            zip::CompressionMethod::Stored,
            zip::CompressionMethod::Stored,
            zip::CompressionMethod::Deflated,
        ]);
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        writer.start_file(String::from_utf8_lossy(&name), options).ok()?;
        writer.write_all(&content).ok()?;
    }
    writer.finish().ok().map(Cursor::into_inner)
}

/// Mutates the content of gzip data and packs it anew.
fn in_gzip(bytes: &[u8], other: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let unpacked = |bytes: &[u8]| {
        let mut content = Vec::new();
        flate2::read::GzDecoder::new(bytes).take(LONGEST as u64).read_to_end(&mut content).ok()?;
        Some(content)
    };
    let mut content = unpacked(bytes)?;
    change(&mut content, &unpacked(other).unwrap_or_else(|| other.to_vec()), random);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&content).ok()?;
    packed.finish().ok()
}

/// The inputs to begin with.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Peak memory of the process, if the system reports it.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or(0, |peak| 1024 * peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap())
}

/// The file for a failing input.
fn keep(name: &str, input: &[u8]) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutated");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{name}-{}", input.len()));
    std::fs::write(&path, input).unwrap();
    path.display().to_string()
}

/// Changes the corpus of a reader again and again, and reads it.
fn attack(name: &'static str, read: fn(&[u8]) -> bool, mut seeds: Vec<Vec<u8>>, inside: Option<Inside>) {
    seeds.extend(corpus(name));
    for seed in &seeds {
        read(seed);
    }
    let number = |variable: &str| std::env::var(variable).ok().map(|number| number.parse::<u64>().unwrap());
    let inputs = number("SLTH_MUTATED_INPUTS").unwrap_or(u64::MAX);
    let seconds = number("SLTH_MUTATED_SECONDS").unwrap_or(if inputs == u64::MAX { 2 } else { u64::MAX });
    type Current = Option<(Instant, Vec<u8>)>;
    let current: Arc<Mutex<Current>> = Arc::default();
    let of_worker = Arc::clone(&current);
    let worker = std::thread::spawn(move || {
        let since = Instant::now();
        let (mut count, mut accepted, mut slowest) = (0, 0_u64, Duration::ZERO);
        while count < inputs && since.elapsed().as_secs() < seconds {
            let mut random = Random::new(count);
            let (seed, other) = (random.of(&seeds), random.of(&seeds));
            let whole = inside.filter(|_| random.below(3) > 0);
            let input = whole.and_then(|inside| inside(seed, other, &mut random)).unwrap_or_else(|| {
                let mut input = seed.clone();
                change(&mut input, other, &mut random);
                input
            });
            *of_worker.lock().unwrap() = Some((Instant::now(), input.clone()));
            let start = spent(since);
            let Ok(is_accepted) = catch_unwind(AssertUnwindSafe(|| read(&input))) else {
                panic!("{name}: input {count} panics, {}", keep(name, &input));
            };
            let took = spent(since).saturating_sub(start);
            slowest = slowest.max(took);
            assert!(took <= LIMIT, "{name}: input {count} takes {took:?}, {}", keep(name, &input));
            let peak = if count % 64 == 0 { peak_memory() } else { 0 };
            assert!(peak < MOST_MEMORY, "{name}: {peak} bytes after input {count}, {}", keep(name, &input));
            count += 1;
            accepted += u64::from(is_accepted);
        }
        (count, accepted, slowest)
    });
    while !worker.is_finished() {
        std::thread::sleep(Duration::from_millis(20));
        if let Some((start, input)) = &*current.lock().unwrap() {
            assert!(worker.is_finished() || start.elapsed() < HANGS, "{name}: hangs, {}", keep(name, input));
        }
    }
    let (count, accepted, slowest) = worker.join().unwrap();
    eprintln!(
        "{name}: {count} inputs, {accepted} accepted, slowest {slowest:.1?}, peak {} MiB",
        peak_memory() >> 20
    );
    assert!(count > 20 && accepted > 0, "{name}: {count} inputs, {accepted} accepted");
}

#[test]
fn presets() {
    attack("preset", targets::preset, Vec::new(), None);
}

#[test]
fn settings() {
    attack("set", targets::set, Vec::new(), None);
}

#[test]
fn safetensors() {
    attack("safetensors", targets::weights, Vec::new(), Some(in_safetensors));
}

#[test]
fn npy() {
    attack("npy", targets::weights, Vec::new(), Some(in_npy));
}

#[test]
fn npz() {
    attack("npz", targets::weights, Vec::new(), Some(in_archive));
}

#[test]
fn idx() {
    attack("idx", targets::data, Vec::new(), Some(in_gzip));
}

#[test]
fn pt() {
    attack("pt", targets::weights, Vec::new(), Some(in_archive));
}

#[test]
fn onnx() {
    attack("onnx", targets::onnx, Vec::new(), None);
}

#[test]
fn legacy() {
    attack("legacy", targets::weights, Vec::new(), None);
}

/// Checkpoints and shares change with the program: `cargo test --test mutated -- --ignored` writes them anew.
#[test]
#[ignore = "writes into the repository"]
fn corpus_of_checkpoints_and_shares() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/checkpoint");
    for (number, state) in targets::states().into_iter().enumerate() {
        std::fs::write(folder.join(number.to_string()), state).unwrap();
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/share");
    for (number, state) in targets::shares().into_iter().enumerate() {
        std::fs::write(folder.join(number.to_string()), state).unwrap();
    }
}

#[test]
fn checkpoints() {
    attack("checkpoint", targets::checkpoint, targets::states(), None);
}

#[test]
fn shares() {
    attack("share", targets::share, targets::shares(), None);
}
