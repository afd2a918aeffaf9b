//! Files of many tensors are read in linear time, and a small layer of a large file is read alone.
#![allow(missing_docs, clippy::unwrap_used)]

use std::time::{Duration, Instant};

use slth::network::files::readings::ReadingOptions;
use slth::network::files::{Order, WeightFile};

/// A tensor of 32-bit floats: name and shape.
type Tensor = (String, Vec<usize>);

fn bytes_of(tensors: &[Tensor]) -> usize {
    tensors.iter().map(|(_, shape)| 4 * shape.iter().product::<usize>()).sum()
}

/// The number in place `at` of a file's data.
fn number(at: usize) -> [u8; 4] {
    (0.25 + (at % 7) as f32).to_le_bytes()
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

fn torch_legacy(tensors: &[Tensor]) -> Vec<u8> {
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
    for (_, shape) in tensors {
        let count: usize = shape.iter().product();
        file.extend((count as u64).to_le_bytes());
        file.extend((0..count).flat_map(number));
    }
    file
}

/// How long a file takes, whether it is read or refused.
fn time(file: &[u8], options: &ReadingOptions) -> (Duration, String) {
    let start = Instant::now();
    let read = WeightFile::open(file).and_then(|mut file| {
        let found = file.find_network(options)?;
        file.network(found)
    });
    let elapsed = start.elapsed();
    let said = match read {
        Ok(network) => format!("{} layers, {} unused", network.weights.len(), network.reading.unused.len()),
        Err(error) => error.to_string(),
    };
    (elapsed, said)
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
#[ignore]
fn measure() {
    for at in 0..kinds(1).len() {
        let mut said = String::new();
        let mut line = String::new();
        for n in [1_000, 4_000, 16_000] {
            let (name, tensors, options) = kinds(n).swap_remove(at);
            let (took, text) = time(&safetensors(&tensors), &options);
            line.push_str(&if line.is_empty() { format!("{name:<26}") } else { String::new() });
            line.push_str(&format!("{:>9.0}", took.as_secs_f64() * 1e3));
            said = text.chars().take(100).collect();
            if took > Duration::from_secs(8) {
                break;
            }
        }
        println!("{line}  {said}");
    }
}
#[test]
#[ignore]
fn measure_formats() {
    for (name, make) in [
        ("npz", (|t| npz(t, zip::CompressionMethod::Stored)) as fn(&[Tensor]) -> Vec<u8>),
        ("npz deflated", |t| npz(t, zip::CompressionMethod::Deflated)),
        ("pt zip", |t| torch_zip(t, false)),
        ("pt zip shared", |t| torch_zip(t, true)),
        ("pt legacy", torch_legacy),
    ] {
        let mut line = format!("{name:<26}");
        for n in [1_000, 4_000, 16_000] {
            let (_, tensors, options) = kinds(n).swap_remove(1);
            let (took, text) = time(&make(&tensors), &options);
            line.push_str(&format!("{:>9.0} {text}", took.as_secs_f64() * 1e3));
        }
        println!("{line}");
    }
}
