use std::io::{Cursor, Write};

use zip::CompressionMethod;

use super::super::{FileError, UNREADABLE, WeightFile};
use super::pickle::Pickle;
use super::walk;

macro_rules! case {
    ($name:literal) => {
        include_bytes!(concat!("../../../../tests/cases/", $name))
    };
}

/// The numbers of `expected.npz`.
fn expected(name: &str) -> Vec<f64> {
    let mut file = WeightFile::open(case!("pt/expected.npz")).unwrap();
    let index = file.entries().iter().position(|entry| entry.name == name).unwrap();
    file.values(index).unwrap()
}

/// Holds the tensors of a file to those of `expected.npz`, in their order, and its other contents to `others`.
fn holds(bytes: &[u8], dtype: &str, tensors: &[(&str, &str)], others: &[&str]) {
    let mut file = WeightFile::open(bytes).unwrap();
    assert_eq!(file.format(), "pt");
    let names: Vec<&str> = file.entries().iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, tensors.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    assert_eq!(file.others(), others);
    for (index, (name, wanted)) in tensors.iter().enumerate() {
        assert_eq!(file.entries()[index].dtype, dtype, "{name}");
        let (found, wanted) = (file.values(index).unwrap(), expected(wanted));
        assert_eq!(found.len(), wanted.len(), "{name}");
        let rounded = |x: f64| match dtype {
            "F16" => half::f16::from_f64(x).to_f64(),
            "BF16" => half::bf16::from_f64(x).to_f64(),
            _ => x,
        };
        assert!(
            found.iter().zip(&wanted).all(|(&x, &y)| x == rounded(y)),
            "{name}: {found:?} for {wanted:?}"
        );
    }
}

fn refused(bytes: &[u8]) -> String {
    WeightFile::open(bytes).err().map_or_else(String::new, |error| error.to_string())
}

const FOUR: [(&str, &str); 4] =
    [("0.weight", "0_weight"), ("0.bias", "0_bias"), ("2.weight", "2_weight"), ("2.bias", "2_bias")];

#[test]
fn a_state_dict() {
    holds(case!("pt/state-dict.pt"), "F32", &FOUR, &[]);
}

#[test]
fn the_legacy_form() {
    holds(case!("pt/legacy.pt"), "F32", &FOUR, &[]);
}

#[test]
fn half_precision() {
    holds(case!("pt/float16.pt"), "F16", &FOUR, &[]);
    holds(case!("pt/bfloat16.pt"), "BF16", &FOUR, &[]);
}

#[test]
fn a_data_parallel_model_keeps_its_prefix() {
    let names = ["module.0.weight", "module.0.bias", "module.2.weight", "module.2.bias"];
    let tensors: Vec<(&str, &str)> = names.into_iter().zip(FOUR.map(|(_, wanted)| wanted)).collect();
    holds(case!("pt/data-parallel.pt"), "F32", &tensors, &[]);
}

#[test]
fn a_checkpoint_lists_what_is_no_tensor() {
    let names = FOUR.map(|(name, wanted)| (format!("model_state_dict.{name}"), wanted));
    let tensors: Vec<(&str, &str)> = names.iter().map(|(name, wanted)| (name.as_str(), *wanted)).collect();
    holds(case!("pt/checkpoint.pt"), "F32", &tensors, &["epoch", "optimizer_state_dict", "loss"]);
}

#[test]
fn a_list_and_a_single_tensor() {
    let tensors = [("0", "0_weight"), ("1", "0_bias"), ("2", "2_weight"), ("3", "2_bias")];
    holds(case!("pt/list.pt"), "F32", &tensors, &[]);
    holds(case!("pt/one-tensor.pt"), "F32", &[("weight", "tied")], &[]);
}

#[test]
fn views_into_a_storage_and_tied_weights() {
    holds(case!("pt/views.pt"), "F32", &[("fc1.weight", "view1"), ("fc2.weight", "view2")], &[]);
    let mut file = WeightFile::open(case!("pt/tied-strided.pt")).unwrap();
    let tied = expected("tied");
    assert_eq!(file.values(0).unwrap(), tied);
    assert_eq!(file.entries()[1].shape, [4, 6]);
    // The second layer is the first one transposed.
    let transposed: Vec<f64> = (0..24).map(|i| tied[(i % 6) * 4 + i / 6]).collect();
    assert_eq!(file.values(1).unwrap(), transposed);
}

#[test]
fn whole_modules_are_refused_by_their_class() {
    for (bytes, class) in [
        (case!("pt/whole-module.pt").as_slice(), "`torch.nn.modules.container.Sequential`"),
        // Beside a checkpoint; only the optimiser's state would be left to read.
        (case!("pt-forms/module-in-checkpoint.pt"), "`net.Net`"),
        (case!("pt-forms/module-protocol-1.pt"), "`net.Net`"),
        (case!("pt-forms/torchscript.pt"), "of TorchScript"),
    ] {
        let found = refused(bytes);
        assert!(found.contains(class) && found.contains("model.state_dict()"), "{found}");
    }
    // Old versions write a class as a persistent id.
    let state = b"}(X\x0b\0\0\0_parameters}X\x08\0\0\0_modules}ub.";
    let class = b"(X\x06\0\0\0modulecnet\nNet\nX\x01\0\0\0aX\x01\0\0\0btQ)\x81";
    let found = refused(&zipped(&[class.as_slice(), state].concat(), 0, CompressionMethod::Stored));
    assert!(found.contains("`net.Net`"), "{found}");
    assert!(refused(case!("pt-forms/no-tensor.pt")).contains("no tensor among `epoch`, `loss`"));
}

#[test]
fn every_integer_type_is_an_entry() {
    let mut file = WeightFile::open(case!("torch-zip/net.pt")).unwrap();
    assert_eq!((file.entries()[0].dtype.as_str(), file.entries()[0].shape.as_slice()), ("I64", &[2, 4][..]));
    assert!(matches!(file.values(0), Err(FileError::Dtype { .. })));
    assert_eq!(file.numbers(0).unwrap().len(), 8);
}

/// The same four tensors in other forms, as `tests/cases/README.md` lists them.
#[test]
fn the_forms_of_old_and_odd_versions_hold_the_same_numbers() {
    let weights = |columns: usize, step: f64, start: f64, count: usize| {
        assert_eq!(count % columns, 0);
        (0..count).map(|i| i as f64 / step + start).collect::<Vec<f64>>()
    };
    let expected =
        [weights(3, 8.0, -0.5, 12), weights(1, 1.0, -1.0, 4), weights(4, 4.0, -1.0, 8), vec![0.5, -0.25]];
    let names = ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"];
    let files: [(&str, &[u8]); 14] = [
        ("protocol-1", case!("pt-forms/protocol-1.pt")),
        ("protocol-3", case!("pt-forms/protocol-3.pt")),
        ("protocol-4", case!("pt-forms/protocol-4.pt")),
        ("protocol-5", case!("pt-forms/protocol-5.pt")),
        ("old-rebuild", case!("pt-forms/old-rebuild.pt")),
        ("torch-size", case!("pt-forms/torch-size.pt")),
        ("parameters", case!("pt-forms/parameters.pt")),
        ("subclass", case!("pt-forms/subclass.pt")),
        ("untyped", case!("pt-forms/untyped.pt")),
        ("deflated", case!("pt-forms/deflated.pt")),
        ("big-endian", case!("pt-forms/big-endian.pt")),
        ("no-folder", case!("pt-forms/no-folder.pt")),
        ("legacy-protocol-4", case!("pt-forms/legacy-protocol-4.pt")),
        ("reversed", case!("pt-forms/reversed.pt")),
    ];
    for (form, bytes) in files {
        let mut file = WeightFile::open(bytes).unwrap();
        for index in 0..4 {
            // The order is the dictionary's.
            let wanted = if form == "reversed" { 3 - index } else { index };
            assert_eq!(file.entries()[index].name, names[wanted], "{form}");
            assert_eq!(file.values(index).unwrap(), expected[wanted], "{form}");
        }
    }
    let shared = WeightFile::open(case!("pt-forms/shared.pt")).unwrap();
    assert_eq!(shared.entries().len(), 8);
    assert_eq!(shared.entries()[4].name, "ema.fc1.weight");
}

#[test]
fn tensors_of_every_type_and_other_contents_are_listed() {
    let mut file = WeightFile::open(case!("pt-forms/mixed.pt")).unwrap();
    let entries: Vec<(&str, &str, &[usize])> =
        file.entries().iter().map(|e| (e.name.as_str(), e.dtype.as_str(), e.shape.as_slice())).collect();
    let expected: [(&str, &str, &[usize]); 9] = [
        ("model.layers.0", "F32", &[4, 3]),
        ("model.layers.1.0", "F32", &[2, 4]),
        ("model.5", "F32", &[4]),
        ("model.2", "F32", &[2]),
        ("steps", "I64", &[]),
        ("mask", "BOOL", &[2, 2]),
        ("spectrum", "C64", &[1]),
        ("empty", "F32", &[0, 3]),
        ("sparse", UNREADABLE, &[]),
    ];
    assert_eq!(entries, expected);
    assert_eq!(file.others(), ["epoch", "note", "loss_history", "big", "best", "flags", "args"]);
    assert_eq!(file.numbers(4).unwrap(), [7.0]);
    assert_eq!(file.numbers(5).unwrap(), [1.0, 0.0, 0.0, 1.0]);
    assert!(file.numbers(7).unwrap().is_empty());
    assert!(file.numbers(8).unwrap_err().to_string().contains("to_dense()"));
}

/// A file in the zip form around a pickle, with one storage of `storage` bytes.
fn zipped(pickle: &[u8], storage: usize, method: CompressionMethod) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(method);
    for (name, data) in [("net/data.pkl", pickle), ("net/data/0", &vec![0; storage])] {
        writer.start_file(name, options).unwrap();
        writer.write_all(data).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn integer(pickle: &mut Vec<u8>, number: i64) {
    pickle.extend(b"\x8a\x08");
    pickle.extend(number.to_le_bytes());
}

/// The opcodes of a tensor over a storage of `length` numbers.
fn tensor(shape: &[i64], strides: &[i64], start: i64, length: i64) -> Vec<u8> {
    let mut pickle =
        b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\n".to_vec();
    pickle.extend(b"X\x01\0\0\x000X\x03\0\0\0cpu");
    integer(&mut pickle, length);
    pickle.extend(b"tQ");
    integer(&mut pickle, start);
    for extents in [shape, strides] {
        pickle.push(b'(');
        extents.iter().for_each(|&extent| integer(&mut pickle, extent));
        pickle.push(b't');
    }
    pickle.extend(b"tR");
    pickle
}

#[test]
fn tensors_that_lie_are_refused() {
    let stored = CompressionMethod::Stored;
    let file = |shape: &[i64], strides: &[i64], start, length| {
        zipped(&[tensor(shape, strides, start, length), b".".to_vec()].concat(), 64, stored)
    };
    // 4,000,000 zeros, deflated to a thousandth.
    let zeros = [tensor(&[1000, 1000], &[1000, 1], 0, 1_000_000), b".".to_vec()].concat();
    let zeros = zipped(&zeros, 4_000_000, CompressionMethod::Deflated);
    assert!(zeros.len() < 10_000 && WeightFile::open(&zeros).unwrap().values(0).unwrap() == [0.0; 1_000_000]);
    let good = file(&[2, 3], &[3, 1], 10, 16);
    assert_eq!(WeightFile::open(&good).unwrap().values(0).unwrap(), [0.0; 6]);
    let many = vec![1; 1000];
    let cases: [(Vec<u8>, &str); 10] = [
        (file(&[1 << 62, 1 << 62], &[1, 1], 0, 16), "which no memory holds"),
        (file(&[2, 2], &[1 << 62, 1 << 62], 0, 16), "beyond a storage"),
        (file(&[2, 3], &[3, 1], 11, 16), "beyond a storage of 16"),
        (file(&[2], &[-1], 1, 16), "other than whole numbers from 0 up"),
        (file(&[-2], &[1], 1, 16), "other than whole numbers from 0 up"),
        // Expanded: one number claimed a billion times.
        (file(&[1_000_000_000], &[0], 0, 16), "1000000000 numbers in a file of"),
        (file(&[2, 3], &[3, 1], 0, 1 << 61), "a storage of 2305843009213693952 numbers"),
        (file(&[2, 3], &[3, 1], 0, 17), "a storage of 17 numbers in a member of 64 bytes"),
        (file(&[2, 3], &[3], 0, 16), "1 strides for 2 axes"),
        (file(&many, &many, 0, 16), "1000 axes"),
    ];
    for (bytes, says) in cases {
        let found = refused(&bytes);
        assert!(found.contains(says), "expected {says}, found {found}");
    }
}

#[test]
fn pickle_bombs_are_refused() {
    let one = tensor(&[2], &[1], 0, 16);
    let stop = b".".as_slice();
    let doubled = [one.as_slice(), &b"2\x86".repeat(60), stop].concat();
    // The same through the memo, and dictionaries with growing keys.
    let memo = [one.as_slice(), &b"q\0(h\0h\0h\0l".repeat(40), stop].concat();
    let key = [b"X\xe8\x03\0\0".as_slice(), &[b'k'; 1000]].concat();
    let mut keys = one.clone();
    for _ in 0..20 {
        keys.extend(b"q\0}(");
        for _ in 0..2 {
            keys.extend(&key);
            keys.extend(b"h\0");
        }
        keys.extend(b"u");
    }
    keys.extend(stop);
    let deep = [b"]".repeat(200_000).as_slice(), &b"a".repeat(199_999), stop].concat();
    let marks = [b"(".repeat(200_000).as_slice(), stop].concat();
    // Many ordered dictionaries given one long list, and many objects with one large state.
    let mut lists = b"(".to_vec();
    lists.extend(b"X\x01\0\0\0aN\x86".repeat(50_000));
    lists.extend(b"l\x85q\0ccollections\nOrderedDict\nq\x01(");
    lists.extend(b"h\x01h\0R".repeat(50_000));
    lists.extend(b"l.");
    let mut states = [one.as_slice(), b"0}(".as_slice()].concat();
    states.extend(b"X\x01\0\0\0aN".repeat(50_000));
    states.extend(b"uq\0cnet\nNet\nq\x01(");
    states.extend(b"h\x01)\x81h\0b".repeat(50_000));
    states.extend(b"l.");
    let cases: [(&[u8], &str); 16] = [
        (&lists, "by sharing them"),
        (&states, "no tensor"),
        (
            b"}X\x01\0\0\0Wcnumpy.core.multiarray\n_reconstruct\n)Rs.",
            "no tensor among `W`; save NumPy arrays",
        ),
        (&doubled, "by sharing them"),
        (&memo, "by sharing them"),
        (&keys, "by sharing them"),
        (&deep, "nested more than 64 deep"),
        (&marks, "without its values"),
        (b"]q\0h\0a.", "no tensor"),
        (&[b"]q\0h\0a".as_slice(), &one, b"a."].concat(), "nested more than 64 deep"),
        (b"\x8b\xff\xff\xff\x7f\x01.", "cut short"),
        (b"X\xff\xff\xff\xff.", "cut short"),
        (b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff.", "cut short"),
        (b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.", "cut short"),
        (b"r\xff\xff\xff\xffN.", "without its values"),
        (b"cos\nsystem\n(X\x02\0\0\0lstR.", "no tensor"),
    ];
    for (pickle, says) in cases {
        let found = refused(&zipped(pickle, 64, CompressionMethod::Stored));
        assert!(found.contains(says), "expected {says}, found {found}");
    }
    // Deflated to a thousandth: not read at all.
    let deflated =
        zipped(&[b"N".repeat(10_000_000).as_slice(), stop].concat(), 64, CompressionMethod::Deflated);
    let found = refused(&deflated);
    assert!(deflated.len() < 20_000 && found.contains("10000001 bytes from"), "{found}");
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % most.max(1) as u64) as usize
    }
}

/// A file without checksums: the directory says 0, so damaged pickles reach the opcode machine.
fn without_checksums(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for at in 0..bytes.len().saturating_sub(20) {
        if bytes[at..].starts_with(b"PK\x01\x02") {
            bytes[at + 16..at + 20].fill(0);
        }
    }
    bytes
}

fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    const TELLING: &[u8] =
        b"\x00\x01\x7f\x80\xff.(02]}tlduesabRQqhrj\x81\x85\x86\x87\x8a\x8b\x8c\x8d\x93\x94\x95";
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len());
        match random.below(6) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, TELLING[random.below(TELLING.len())]),
            2 => {
                let part = bytes[at..bytes.len().min(at + random.below(40))].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, part);
            }
            3 => drop(bytes.drain(at..bytes.len().min(at + 1 + random.below(8)))),
            4 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            _ if at < bytes.len() => bytes[at] = TELLING[random.below(TELLING.len())],
            _ => {}
        }
    }
}

/// No panic and no hang, and nothing read is larger than the file.
#[test]
fn a_hundred_thousand_damaged_files() {
    let files: [&[u8]; 14] = [
        case!("pt/state-dict.pt"),
        case!("pt/checkpoint.pt"),
        case!("pt/legacy.pt"),
        case!("pt/list.pt"),
        case!("pt/one-tensor.pt"),
        case!("pt/tied-strided.pt"),
        case!("pt/views.pt"),
        case!("pt/whole-module.pt"),
        case!("pt-forms/protocol-1.pt"),
        case!("pt-forms/protocol-4.pt"),
        case!("pt-forms/mixed.pt"),
        case!("pt-forms/untyped.pt"),
        case!("pt-forms/deflated.pt"),
        case!("pt-forms/legacy-protocol-4.pt"),
    ];
    let unchecked = files.map(without_checksums);
    let pickles = files.map(|bytes| {
        // The stored pickle is the first member, or the legacy form begins with its pickles.
        let start = bytes.windows(2).position(|at| at == b"\x80\x02" || at == b"\x80\x04").unwrap_or(0);
        bytes[start..].to_vec()
    });
    let mut random = Random(1);
    let (mut opened, mut read, mut unpickled) = (0, 0, 0);
    for _ in 0..100_000 {
        let index = random.below(2 * files.len());
        let mut bytes = unchecked.get(index).cloned().unwrap_or_else(|| files[index - files.len()].to_vec());
        damage(&mut bytes, &mut random);
        if let Ok(mut file) = WeightFile::open(&bytes) {
            opened += 1;
            assert!(file.entries().len() + file.others().len() <= bytes.len());
            for index in 0..file.entries().len() {
                if let Ok(numbers) = file.numbers(index) {
                    read += 1;
                    assert!(numbers.len() <= 1032 * bytes.len());
                }
            }
        }
        // The opcode machine alone: damaged archives do not reach it.
        let mut bytes = pickles[index % files.len()].clone();
        damage(&mut bytes, &mut random);
        if let Ok(pickle) = Pickle::read(&bytes) {
            assert!(pickle.len() <= bytes.len() + 16);
            unpickled += usize::from(walk::contents(&pickle, bytes.len()).is_ok());
        }
    }
    assert!(opened > 5_000 && read > opened, "only {opened} files opened and {read} tensors read");
    assert!(unpickled > 20_000, "only {unpickled} pickles read");
}
