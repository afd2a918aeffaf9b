//! Files of many tensors are read in linear time, and a small layer of a large file is read alone.
#![allow(missing_docs, clippy::unwrap_used)]

mod calls;

use std::time::{Duration, Instant};

use calls::spent;
use slth::experiment::{Experiment, Plan};
use slth::network::files::readings::ReadingOptions;
use slth::network::files::{Order, WeightFile};

/// A tensor of 32-bit floats: name and shape.
type Tensor = (String, Vec<usize>);

fn bytes_of(tensors: &[Tensor]) -> usize {
    tensors.iter().map(|(_, shape)| 4 * shape.iter().product::<usize>()).sum()
}

/// The number in place `at` of a file's data.
fn number(at: usize) -> [u8; 4] {
    ((1 + at % 7) as f32 / 32.0).to_le_bytes()
}

fn safetensors(tensors: &[Tensor]) -> Vec<u8> {
    let (mut header, mut place) = ("{".to_owned(), 0);
    for (name, shape) in tensors {
        let end = place + 4 * shape.iter().product::<usize>();
        let comma = if place == 0 { "" } else { "," };
        header.push_str(&format!(
            "{comma}\"{name}\":{{\"dtype\":\"F32\",\"shape\":{shape:?},\"data_offsets\":[{place},{end}]}}"
        ));
        place = end;
    }
    header.push('}');
    let data = (0..bytes_of(tensors) / 4).flat_map(number);
    (header.len() as u64).to_le_bytes().into_iter().chain(header.into_bytes()).chain(data).collect()
}

fn npz(tensors: &[Tensor], method: zip::CompressionMethod) -> Vec<u8> {
    use std::io::Write;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, shape) in tensors {
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        writer.start_file(format!("{name}.npy"), options).unwrap();
        let sides: String = shape.iter().map(|side| format!("{side},")).collect();
        let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({sides}), }}\n");
        writer.write_all(b"\x93NUMPY\x01\x00").unwrap();
        writer.write_all(&(header.len() as u16).to_le_bytes()).unwrap();
        writer.write_all(header.as_bytes()).unwrap();
        let data: Vec<u8> = (0..shape.iter().product::<usize>()).flat_map(number).collect();
        writer.write_all(&data).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A state dict; each tensor has a storage of its own, or all share one.
fn pickle(tensors: &[Tensor], is_shared: bool) -> Vec<u8> {
    fn text(pickle: &mut Vec<u8>, text: &str) {
        pickle.push(b'X');
        pickle.extend((text.len() as u32).to_le_bytes());
        pickle.extend(text.as_bytes());
    }
    fn integer(pickle: &mut Vec<u8>, number: usize) {
        pickle.push(b'J');
        pickle.extend((number as i32).to_le_bytes());
    }
    let total = bytes_of(tensors) / 4;
    let mut start = 0;
    let mut pickle = b"\x80\x02}(".to_vec();
    for (index, (name, shape)) in tensors.iter().enumerate() {
        let count = shape.iter().product();
        let (key, length, from) = if is_shared { (0, total, start) } else { (index, count, 0) };
        text(&mut pickle, name);
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        text(&mut pickle, "storage");
        pickle.extend(b"ctorch\nFloatStorage\n");
        text(&mut pickle, &key.to_string());
        text(&mut pickle, "cpu");
        integer(&mut pickle, length);
        pickle.extend(b"tQ");
        integer(&mut pickle, from);
        pickle.push(b'(');
        shape.iter().for_each(|&side| integer(&mut pickle, side));
        pickle.extend(b"t(");
        (0..shape.len()).for_each(|axis| integer(&mut pickle, shape[axis + 1..].iter().product()));
        pickle.extend(b"t\x89}tR");
        start += count;
    }
    pickle.extend(b"u.");
    pickle
}

fn torch_zip(tensors: &[Tensor], is_shared: bool) -> Vec<u8> {
    use std::io::Write;
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file("net/data.pkl", options).unwrap();
    writer.write_all(&pickle(tensors, is_shared)).unwrap();
    let counts: Vec<usize> = match is_shared {
        true => vec![bytes_of(tensors) / 4],
        false => tensors.iter().map(|(_, shape)| shape.iter().product()).collect(),
    };
    for (key, &count) in counts.iter().enumerate() {
        writer.start_file(format!("net/data/{key}"), options).unwrap();
        writer.write_all(&(0..count).flat_map(number).collect::<Vec<u8>>()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The legacy form without its storages.
fn torch_legacy_start(tensors: &[Tensor]) -> Vec<u8> {
    let mut file =
        b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}.".to_vec();
    file.extend(pickle(tensors, false));
    file.extend(b"\x80\x02](");
    for key in 0..tensors.len() {
        let key = key.to_string();
        file.push(b'X');
        file.extend((key.len() as u32).to_le_bytes());
        file.extend(key.as_bytes());
    }
    file.extend(b"e.");
    file
}

fn torch_legacy(tensors: &[Tensor]) -> Vec<u8> {
    let mut file = torch_legacy_start(tensors);
    for (_, shape) in tensors {
        let count: usize = shape.iter().product();
        file.extend((count as u64).to_le_bytes());
        file.extend((0..count).flat_map(number));
    }
    file
}

/// How long a file takes, whether it is read or refused.
fn time(file: &[u8], options: &ReadingOptions) -> (Duration, String) {
    let (since, start) = (Instant::now(), spent(Instant::now()));
    let read = WeightFile::open(file).and_then(|mut file| {
        let found = file.find_network(options)?;
        file.network(found)
    });
    let elapsed = spent(since).saturating_sub(start);
    let said = match read {
        Ok(network) => format!("{} layers, {} unused", network.weights.len(), network.reading.unused.len()),
        Err(error) => error.to_string(),
    };
    (elapsed, said)
}

/// Eight times the tensors take at most 24 times the time: three times as much as in proportion, for caches and neighbours, and less
/// than half of what every pair of tensors would take.
fn is_linear(name: &str, of: impl Fn(usize) -> (Duration, String)) {
    /// Least time of the smaller file, for the comparison.
    const LEAST: Duration = Duration::from_millis(3);
    let fastest = |n| (0..3).map(|_| of(n)).min_by_key(|(took, _)| *took).unwrap();
    let ((small, _), (large, said)) = (fastest(500), fastest(4_000));
    println!("{name:<26} {small:>10.1?} {large:>10.1?}  {}", said.chars().take(80).collect::<String>());
    assert!(large <= 24 * small.max(LEAST), "{name}: {small:?}, {large:?}: {said}");
    assert!(said.len() < 6_000, "{name}: {said}");
}

/// Names and shapes of a file of `n` tensors.
fn named(n: usize, name: impl Fn(usize) -> String) -> Vec<Tensor> {
    (0..n).map(|i| (name(i), vec![2, 2])).collect()
}

fn kinds(n: usize) -> Vec<(&'static str, Vec<Tensor>, ReadingOptions)> {
    let plain = ReadingOptions::default;
    let word = |mut i: usize| {
        let mut word = String::new();
        for _ in 0..5 {
            word.push(char::from(b'a' + (i % 26) as u8));
            i /= 26;
        }
        word
    };
    let chain: Vec<Tensor> = (0..n)
        .map(|i| match i % 2 {
            0 => (format!("layers.{}.weight", i / 2), vec![2, 2]),
            _ => (format!("layers.{}.bias", i / 2), vec![2]),
        })
        .collect();
    let list = |tensors: &[Tensor]| tensors.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let with = |mut tensors: Vec<Tensor>, more: &[(&str, &[usize])]| {
        tensors.extend(more.iter().map(|(name, shape)| ((*name).to_owned(), shape.to_vec())));
        tensors
    };
    let layers = named(n, |i| format!("fc{i}.weight"));
    let stems = named(n, |i| format!("fc{i}"));
    vec![
        ("chain", chain, plain()),
        ("chain, order of the file", layers.clone(), ReadingOptions { order: Some(Order::File), ..plain() }),
        ("chain, listed", layers.clone(), ReadingOptions { layers: Some(list(&layers)), ..plain() }),
        ("chain, listed by stems", layers.clone(), ReadingOptions { layers: Some(list(&stems)), ..plain() }),
        (
            "one of many, listed",
            layers.clone(),
            ReadingOptions { layers: Some(vec!["fc0".to_owned()]), ..plain() },
        ),
        (
            "a missing one listed",
            layers.clone(),
            ReadingOptions { layers: Some(vec!["x".to_owned()]), ..plain() },
        ),
        ("numbered", named(n, |i| format!("arr_{i}")), plain()),
        (
            "numbered, unsure",
            (0..n).map(|i| (format!("arr_{i}"), if i < 20 { vec![1, 1] } else { vec![1] })).collect(),
            plain(),
        ),
        (
            "numbered, listed",
            named(n, |i| format!("arr_{i}")),
            ReadingOptions { layers: Some(list(&named(n, |i| format!("arr_{i}")))), ..plain() },
        ),
        ("words", named(n, |i| format!("{}.weight", word(i))), plain()),
        ("networks", named(n, |i| format!("{}.fc{}.weight", word(i / 2), i % 2)), plain()),
        (
            "copies",
            named(n, |i| format!("{}fc{}.weight", if i % 2 == 0 { "" } else { "ema." }, i / 2)),
            plain(),
        ),
        ("heads", named(n, |i| format!("heads.{i}.weight")), plain()),
        (
            "masks",
            named(n, |i| format!("fc{}.weight_{}", i / 2, if i % 2 == 0 { "orig" } else { "mask" })),
            plain(),
        ),
        (
            "same words",
            named(n, |i| format!("fc{}weight{}", ".".repeat(1 + i % 100), "_".repeat(i / 100))),
            plain(),
        ),
        (
            "same masks",
            (0..n)
                .map(|i| {
                    (
                        format!(
                            "fc{}weight{}{}",
                            ".".repeat(1 + i / 2 % 100),
                            "_".repeat(i / 200),
                            ["", "_mask"][i % 2]
                        ),
                        vec![2, 2 + (i % 2) * i],
                    )
                })
                .collect(),
            plain(),
        ),
        ("records", with(named(n, |i| format!("loss.{i}.step")), &[("fc1.weight", &[2, 2])]), plain()),
        (
            "loose biases",
            with(
                (0..n).map(|i| (format!("b{}", word(i)), vec![i + 3])).collect(),
                &[("fc1.weight", &[2, 2])],
            ),
            plain(),
        ),
        (
            "vectors beside layers",
            (0..n)
                .map(|i| match i % 2 {
                    0 => (format!("fc{i}.weight"), vec![2, 2]),
                    _ => (format!("fc{i}.scale"), vec![3, 3, 3]),
                })
                .collect(),
            plain(),
        ),
        (
            "vectors apart",
            (0..n)
                .map(|i| match i % 2 {
                    0 => (format!("fc{i}.weight"), vec![2, 2]),
                    _ => (format!("{}.v", word(i)), vec![9]),
                })
                .collect(),
            plain(),
        ),
        ("deep names", named(n, |i| format!("{}{i}.weight", "a.".repeat(100))), plain()),
        ("long names", named(n, |i| format!("{}{i}.weight", "conv".repeat(50))), plain()),
    ]
}

#[test]
fn files_of_many_tensors_take_time_in_proportion() {
    for at in 0..kinds(1).len() {
        is_linear(kinds(1)[at].0, |n| {
            let (_, tensors, options) = kinds(n).swap_remove(at);
            time(&safetensors(&tensors), &options)
        });
    }
}

#[test]
fn every_format_takes_time_in_proportion() {
    type Format = (&'static str, fn(&[Tensor]) -> Vec<u8>);
    let formats: [Format; 5] = [
        ("npz", |tensors| npz(tensors, zip::CompressionMethod::Stored)),
        ("npz, deflated", |tensors| npz(tensors, zip::CompressionMethod::Deflated)),
        ("pt", |tensors| torch_zip(tensors, false)),
        ("pt of one storage", |tensors| torch_zip(tensors, true)),
        ("pt of the legacy form", torch_legacy),
    ];
    for (name, file) in formats {
        is_linear(name, |n| {
            let (_, tensors, options) = kinds(n).swap_remove(1);
            let (took, said) = time(&file(&tensors), &options);
            assert_eq!(said, format!("{n} layers, 0 unused"));
            (took, said)
        });
    }
}

#[test]
fn networks_of_many_layers_are_planned_in_proportion() {
    let folder = tempfile::tempdir().unwrap();
    is_linear("planned", |n| {
        let (_, tensors, _) = kinds(n).swap_remove(0);
        let path = folder.path().join(format!("{n}.safetensors"));
        std::fs::write(&path, safetensors(&tensors)).unwrap();
        let (since, start) = (Instant::now(), spent(Instant::now()));
        let experiment = Experiment::load(path.to_str().unwrap(), None, &["delta=0.1".to_owned()]).unwrap();
        let lanes = Plan::new(&experiment).lanes.len();
        (spent(since).saturating_sub(start), format!("{lanes} lanes"))
    });
}

#[test]
fn members_that_share_their_bytes_are_refused() {
    let mut file = npz(&named(2, |i| format!("w{i}")), zip::CompressionMethod::Stored);
    let end = file.len() - 22;
    let directory = u32::from_le_bytes(file[end + 16..end + 20].try_into().unwrap()) as usize;
    // Both entries claim a member as long as the file.
    let mut at = directory;
    while at < end {
        for field in [20, 24] {
            let long = (directory as u32).to_le_bytes();
            file[at + field..at + field + 4].copy_from_slice(&long);
        }
        at += 46 + usize::from(u16::from_le_bytes([file[at + 28], file[at + 29]]));
    }
    let refused = WeightFile::open(&file).err().unwrap().to_string();
    assert!(refused.contains("share their bytes"), "{refused}");
}

/// Each of these records at the end of an archive points to a directory with a damaged end.
#[test]
fn an_archive_of_many_ends_is_given_up() {
    let file = npz(&named(2_000, |i| format!("w{i}")), zip::CompressionMethod::Stored);
    let end = file.len() - 22;
    let mut record = file[end..].to_vec();
    // One member more than there are.
    for field in [8, 10] {
        record[field..field + 2].copy_from_slice(&2_001_u16.to_le_bytes());
    }
    let forged = |records: usize| [&file[..end], &record.repeat(records)].concat();
    let (took, said) = time(&forged(50_000), &ReadingOptions::default());
    assert!(said.contains("damaged or cut short"), "{said}");
    assert!(took < Duration::from_secs(4), "{took:?}");
}

/// A file with a `layer` of four weights beside one of [`LARGE`] bytes, a hole in a sparse file.
#[cfg(target_os = "linux")]
mod sparse {
    use std::fs::File;
    use std::os::unix::fs::FileExt;
    use std::path::Path;
    use std::process::Command;

    /// Above 4 GiB: zip archives need 64 bits.
    const LARGE: u64 = 5 << 30;

    /// A large layer's extents.
    const SIDES: (u64, u64) = (LARGE / 4 / 1024, 1024);

    fn file(path: &Path, parts: &[(u64, &[u8])], length: u64) {
        let file = File::create(path).unwrap();
        file.set_len(length).unwrap();
        for (place, bytes) in parts {
            file.write_all_at(bytes, *place).unwrap();
        }
    }

    fn four() -> Vec<u8> {
        [0.5_f32, -0.25, 0.125, 1.0].into_iter().flat_map(f32::to_le_bytes).collect()
    }

    fn safetensors(path: &Path) {
        let header = format!(
            "{{\"large.weight\":{{\"dtype\":\"F32\",\"shape\":[{},{}],\"data_offsets\":[0,{LARGE}]}},\
             \"small.weight\":{{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[{LARGE},{}]}}}}",
            SIDES.0,
            SIDES.1,
            LARGE + 16
        );
        let start = [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat();
        let data = start.len() as u64;
        file(path, &[(0, &start), (data + LARGE, &four())], data + LARGE + 16);
    }

    /// Sizes and places of a stored member, in 64 bits.
    struct Stored {
        name: &'static str,
        /// bytes in front of the zeros
        content: Vec<u8>,
        size: u64,
        checksum: u32,
    }

    /// A zip archive of stored members.
    fn archive(path: &Path, members: &[Stored]) {
        let (mut parts, mut directory, mut place) = (Vec::new(), Vec::new(), 0_u64);
        for Stored { name, content, size, checksum } in members {
            let sizes = [&size.to_le_bytes()[..], &size.to_le_bytes()].concat();
            let mut common = vec![45, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            common.extend(checksum.to_le_bytes());
            common.extend([0xff; 8]);
            common.extend((name.len() as u16).to_le_bytes());
            let extra = |more: &[u8]| {
                let length = (sizes.len() + more.len()) as u16;
                let of_sizes: Vec<u8> =
                    [&1_u16.to_le_bytes()[..], &length.to_le_bytes(), &sizes, more].concat();
                of_sizes
            };
            let local = extra(&[]);
            let mut header = b"PK\x03\x04".to_vec();
            header.extend(&common);
            header.extend((local.len() as u16).to_le_bytes());
            header.extend(name.as_bytes());
            header.extend(local);
            header.extend(content);
            let length = header.len() as u64 - content.len() as u64 + size;
            let central = extra(&place.to_le_bytes());
            directory.extend(b"PK\x01\x02\x2d\0");
            directory.extend(&common);
            directory.extend((central.len() as u16).to_le_bytes());
            directory.extend([0; 10]);
            directory.extend([0xff; 4]);
            directory.extend(name.as_bytes());
            directory.extend(central);
            parts.push((place, header));
            place += length;
        }
        let count = (members.len() as u64).to_le_bytes();
        let mut end = directory.clone();
        end.extend(b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0");
        end.extend([count, count, (directory.len() as u64).to_le_bytes(), place.to_le_bytes()].concat());
        end.extend(b"PK\x06\x07\0\0\0\0");
        end.extend((place + directory.len() as u64).to_le_bytes());
        end.extend(b"\x01\0\0\0PK\x05\x06\0\0\0\0");
        end.extend([0xff; 12]);
        end.extend([0, 0]);
        let length = place + end.len() as u64;
        parts.push((place, end));
        let parts: Vec<(u64, &[u8])> =
            parts.iter().map(|(place, bytes)| (*place, bytes.as_slice())).collect();
        file(path, &parts, length);
    }

    fn checksum(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
        })
    }

    fn npy(rows: u64, columns: u64, data: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}\n");
        let length = (header.len() as u16).to_le_bytes();
        [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), data].concat()
    }

    fn npz(path: &Path) {
        let (large, small) = (npy(SIDES.0, SIDES.1, &[]), npy(2, 2, &four()));
        let size = large.len() as u64 + LARGE;
        let (length, crc) = (small.len() as u64, checksum(&small));
        archive(
            path,
            &[
                Stored { name: "large.weight.npy", content: large, size, checksum: 1 },
                Stored { name: "small.weight.npy", content: small, size: length, checksum: crc },
            ],
        );
    }

    fn tensors() -> [super::Tensor; 2] {
        let sides = vec![SIDES.0 as usize, SIDES.1 as usize];
        [("large.weight".to_owned(), sides), ("small.weight".to_owned(), vec![2, 2])]
    }

    fn torch_zip(path: &Path) {
        let pickle = super::pickle(&tensors(), false);
        let (length, crc) = (pickle.len() as u64, checksum(&pickle));
        archive(
            path,
            &[
                Stored { name: "net/data.pkl", content: pickle, size: length, checksum: crc },
                Stored { name: "net/data/0", content: Vec::new(), size: LARGE, checksum: 1 },
                Stored { name: "net/data/1", content: four(), size: 16, checksum: checksum(&four()) },
            ],
        );
    }

    fn torch_legacy(path: &Path) {
        let start = super::torch_legacy_start(&tensors());
        let (place, numbers) = (start.len() as u64, LARGE / 4);
        let small = [&4_u64.to_le_bytes()[..], &four()].concat();
        let parts: [(u64, &[u8]); 3] =
            [(0, &start), (place, &numbers.to_le_bytes()), (place + 8 + LARGE, &small)];
        file(path, &parts, place + 8 + LARGE + 24);
    }

    /// Output of `slth` with 2 GB of address space.
    fn slth(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new("bash");
        command.args(["-c", "ulimit -v 2000000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_slth")]);
        let output = command.args(arguments).current_dir(folder).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }

    #[test]
    fn a_small_layer_of_a_large_file_is_read_alone() {
        let folder = tempfile::tempdir().unwrap();
        type Named = (&'static str, fn(&Path));
        let files: [Named; 4] =
            [("a.safetensors", safetensors), ("b.npz", npz), ("c.pt", torch_zip), ("d.pt", torch_legacy)];
        for (name, write) in files {
            write(&folder.path().join(name));
            let (code, said) = slth(folder.path(), &["inspect", name, "--layers", "small.weight"]);
            assert_eq!(code, Some(0), "{name}: {said}");
            assert!(said.contains("small.weight") && said.contains("large.weight"), "{name}: {said}");
            let (code, said) = slth(folder.path(), &["inspect", name, "--layers", "large.weight"]);
            assert_eq!(code, Some(2), "{name}: {said}");
            assert!(said.contains("the target network needs"), "{name}: {said}");
            if name.ends_with("pt") {
                continue;
            }
            let points = format!("inputs=File(path: \"{name}:small.weight\")");
            let target = format!("target=File(path: \"{name}\", layers: [\"small.weight\"])");
            let (code, said) = slth(folder.path(), &["inspect", "tiny", "--set", &target, "--set", &points]);
            assert_eq!(code, Some(0), "{name}: {said}");
        }
    }
}
