//! Formats that are not read, by the first bytes of a file: their names, and the next step.

use std::fmt;

use super::npy_header::MAGIC;
use crate::visible::visible;

/// An unsupported format: its name, and the next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    found: String,
    advice: Option<&'static str>,
}

impl Foreign {
    pub(super) fn new(found: impl Into<String>, advice: &'static str) -> Self {
        Self { found: found.into(), advice: Some(advice) }
    }

    fn without_advice(found: impl Into<String>) -> Self {
        Self { found: found.into(), advice: None }
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.advice {
            Some(advice) => write!(f, "{}: {advice}", self.found),
            None => f.write_str(&self.found),
        }
    }
}

/// Text is judged by its first bytes.
const TEXT_SAMPLE: usize = 512;

const TO_NPZ: &str = "save its arrays by name with `np.savez(\"net.npz\", **arrays)`";
const FROM_STATE_DICT: &str =
    "save the model it was made from: `safetensors.torch.save_file(model.state_dict(), \"net.safetensors\")`";
pub(super) const FROM_KERAS: &str = "save the model's weights by name: `np.savez(\"net.npz\", **{getattr(w, \"path\", w.name): \
     w.numpy() for w in model.weights})`";
const FROM_SKLEARN: &str = "save its matrices by name: `np.savez(\"net.npz\", **{f\"coefs_{i}\": w for i, w in \
     enumerate(model.coefs_)}, **{f\"intercepts_{i}\": b for i, b in enumerate(model.intercepts_)})`";
const FROM_PICKLE: &str = "load it in Python, where you trust it, and save its arrays by name with `np.savez(\"net.npz\", \
     **arrays)`";
const FROM_TORCH_PICKLE: &str = "save it with `torch.save(model.state_dict(), \"net.pt\")`";
const DOWNLOAD: &str = "the download was a login or an error page";
const UNPACK: &str = "unpack it first";

/// Offset, magic bytes, the format's name, the next step.
pub(super) type Mark = (usize, &'static [u8], &'static str, &'static str);

pub(super) const MARKS: [Mark; 33] = [
    (
        0,
        b"version https://git-lfs.github.com/spec/",
        "a Git LFS pointer, not the file itself",
        "run `git lfs pull`",
    ),
    (0, b"\x89HDF\r\n\x1a\n", "HDF5 (Keras, PyTables)", FROM_KERAS),
    (0, b"GGUF", "GGUF", FROM_STATE_DICT),
    (0, b"lmgg", "GGML", FROM_STATE_DICT),
    (0, b"tjgg", "GGML", FROM_STATE_DICT),
    (4, b"TFL3", "TensorFlow Lite", FROM_KERAS),
    (
        0,
        b"MATLAB 5.0 MAT-file",
        "a MATLAB file",
        "`np.savez(\"net.npz\", **{k: v for k, v in \
     scipy.io.loadmat(\"net.mat\").items() if not k.startswith(\"_\")})`",
    ),
    (0, b"MATLAB 7.3 MAT-file", "a MATLAB file of version 7.3", TO_NPZ),
    (0, b"\x1f\x8b", "gzip-compressed data", "decompress it first with `gunzip`"),
    (0, b"BZh", "bzip2-compressed data", "decompress it first with `bunzip2`"),
    (0, b"\xfd7zXZ\x00", "XZ-compressed data", "decompress it first with `unxz`"),
    (0, b"\x28\xb5\x2f\xfd", "Zstandard-compressed data", "decompress it first with `unzstd`"),
    (0, b"\x04\x22\x4d\x18", "LZ4-compressed data", UNPACK),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (0, b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    (257, b"ustar", "a tar archive", UNPACK),
    (0, b"x\x01", "zlib-compressed data (joblib)", FROM_PICKLE),
    (0, b"x\x5e", "zlib-compressed data (joblib)", FROM_PICKLE),
    (0, b"x\x9c", "zlib-compressed data (joblib)", FROM_PICKLE),
    (0, b"x\xda", "zlib-compressed data (joblib)", FROM_PICKLE),
    (0, b"PAR1", "Parquet", TO_NPZ),
    (0, b"ARROW1", "Arrow", TO_NPZ),
    (0, b"\x89PNG\r\n\x1a\n", "a PNG image", TO_NPZ),
    (0, b"\xff\xd8\xff", "a JPEG image", TO_NPZ),
    (0, b"%PDF-", "a PDF document", DOWNLOAD),
    (0, b"\x00\x00\x08\x01", "IDX (as MNIST has it)", TO_NPZ),
    (0, b"\x00\x00\x08\x03", "IDX (as MNIST has it)", TO_NPZ),
    (0, b"\xff\xfe", "UTF-16 text", "save it as UTF-8"),
    (0, b"\xfe\xff", "UTF-16 text", "save it as UTF-8"),
    (0, b"ccopy_reg\n", PICKLE, FROM_PICKLE),
    (0, b"(dp", PICKLE, FROM_PICKLE),
    (0, b"(lp", PICKLE, FROM_PICKLE),
    (0, b"cnumpy", PICKLE, FROM_PICKLE),
];

const PICKLE: &str = "a Python pickle, which is never executed";

/// Another format, by the first bytes of a file.
pub(super) fn foreign(bytes: &[u8]) -> Foreign {
    if bytes.is_empty() {
        return Foreign::new("an empty file", "the download or the saving did not finish");
    }
    let marked =
        |&&(place, mark, _, _): &&Mark| bytes.get(place..).is_some_and(|rest| rest.starts_with(mark));
    if let Some(&(_, _, found, advice)) = MARKS.iter().find(marked) {
        return Foreign::new(found, advice);
    }
    if let [0x80, 2..=5, ..] = bytes {
        return pickle(bytes);
    }
    protobuf(bytes)
        .map(Protobuf::foreign)
        .or_else(|| flax(bytes))
        .or_else(|| text(bytes))
        .unwrap_or_else(|| unknown(bytes))
}

fn unknown(bytes: &[u8]) -> Foreign {
    let short = [MAGIC, b"PK\x03\x04"].into_iter().any(|magic| magic.starts_with(bytes));
    if short {
        return Foreign::without_advice(format!("a file cut short after {} bytes", bytes.len()));
    }
    let shown: Vec<String> = bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Foreign::without_advice(format!("an unknown format, whose first bytes are {}", shown.join(" ")))
}

/// An archive without arrays or a pickle, told by the names of its members.
pub(super) fn foreign_archive<'n>(names: impl Iterator<Item = &'n str>) -> Foreign {
    let names: Vec<&str> = names.collect();
    if names.contains(&"model.weights.h5") {
        return Foreign::new("a Keras archive", FROM_KERAS);
    }
    if names.is_empty() {
        return Foreign::without_advice("an empty zip archive");
    }
    let shown: Vec<String> = names.iter().take(3).map(|name| format!("`{}`", start(name))).collect();
    let more = if names.len() > shown.len() { ", …" } else { "" };
    let found =
        format!("a zip archive without npy arrays or a `data.pkl` (members: {}{more})", shown.join(", "));
    Foreign::without_advice(found)
}

/// The start of a text from a file.
fn start(text: &str) -> String {
    visible(&text.chars().take(40).collect::<String>()).into_owned()
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// Tells pickles apart by the classes they name.
fn pickle(bytes: &[u8]) -> Foreign {
    if contains(bytes, b"torch._utils") || contains(bytes, b"torch.storage") {
        return Foreign::new("PyTorch tensors pickled without `torch.save`", FROM_TORCH_PICKLE);
    }
    if contains(bytes, b"sklearn") {
        return Foreign::new("a pickled scikit-learn model", FROM_SKLEARN);
    }
    Foreign::new(PICKLE, FROM_PICKLE)
}

/// One field of a protobuf message: its number, the content of a text or message, and the rest of the bytes.
type WireField<'b> = (u64, Option<&'b [u8]>, &'b [u8]);

fn field(bytes: &[u8]) -> Option<WireField<'_>> {
    let (key, rest) = varint(bytes)?;
    match key & 7 {
        0 => varint(rest).map(|(_, rest)| (key >> 3, None, rest)),
        2 => {
            let (length, rest) = varint(rest)?;
            let length = usize::try_from(length).ok()?;
            let content = rest.get(..length).unwrap_or(rest);
            Some((key >> 3, Some(content), rest.get(length..).unwrap_or_default()))
        }
        _ => None,
    }
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0;
    for (index, &byte) in bytes.iter().take(9).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * index);
        if byte < 0x80 {
            return Some((number, &bytes[index + 1..]));
        }
    }
    None
}

/// Formats of protobuf messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protobuf {
    Onnx,
    SavedModel,
}

impl Protobuf {
    fn foreign(self) -> Foreign {
        match self {
            Self::Onnx => {
                Foreign::new("an ONNX model", "it is read as the target of a preset, and as nothing else")
            }
            Self::SavedModel => Foreign::new("a TensorFlow SavedModel", FROM_KERAS),
        }
    }
}

/// ONNX and TensorFlow's SavedModel: protobuf messages, without a magic number. Both begin with a version.
pub(super) fn protobuf(bytes: &[u8]) -> Option<Protobuf> {
    let (&[0x08, version @ 1..=50], mut rest) = bytes.split_first_chunk::<2>()? else { return None };
    let meta_graph = field(rest)
        .filter(|&(number, content, _)| number == 2 && content.is_some_and(|c| c.starts_with(b"\x0a")));
    if version == 1 && meta_graph.is_some() {
        return Some(Protobuf::SavedModel);
    }
    let is_onnx_field = |number: u64, content: Option<&[u8]>| match content {
        // producer, its version, domain and documentation
        Some(text) if [2, 3, 4, 6].contains(&number) => std::str::from_utf8(text).is_ok(),
        // graph, operator sets, metadata, training, functions
        Some(_) => [7, 8, 14, 20, 25].contains(&number),
        None => number == 5,
    };
    let mut fields = 0;
    while !rest.is_empty() {
        let (number, content, after) = field(rest)?;
        if !is_onnx_field(number, content) {
            return None;
        }
        fields += 1;
        if number == 7 || fields == 4 {
            break;
        }
        rest = after;
    }
    (fields > 0).then_some(Protobuf::Onnx)
}

/// Flax writes MessagePack: a map with text keys.
fn flax(bytes: &[u8]) -> Option<Foreign> {
    let &[0x81..=0x8f, length @ 0xa1..=0xbf, ref rest @ ..] = bytes else { return None };
    let key = rest.get(..usize::from(length - 0xa0))?;
    let is_name = key.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-./ ".contains(byte));
    is_name.then(|| {
        let advice = "save the parameters by name: `np.savez(\"net.npz\", \
             **flax.traverse_util.flatten_dict(params, sep=\".\"))`";
        Foreign::new("MessagePack (Flax)", advice)
    })
}

/// Text: a web page, JSON, numbers, a preset.
fn text(bytes: &[u8]) -> Option<Foreign> {
    let sample = &bytes[..bytes.len().min(TEXT_SAMPLE)];
    let sample = match std::str::from_utf8(sample) {
        Ok(text) => text,
        // The sample may end within a character.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&sample[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    if sample.chars().any(|c| c.is_control() && !"\n\r\t\x0c".contains(c)) {
        return None;
    }
    let text = sample.trim_start_matches('\u{feff}').trim_start();
    let lower = text.to_ascii_lowercase();
    if ["<!doctype html", "<html", "<head", "<body", "<!--", "<script"]
        .iter()
        .any(|mark| lower.starts_with(mark))
    {
        return Some(Foreign::new("a web page", DOWNLOAD));
    }
    if lower.starts_with("<?xml") || lower.starts_with("<error") {
        return Some(Foreign::new("XML", DOWNLOAD));
    }
    let line = text.lines().next().unwrap_or_default();
    let cells = line.split([',', ';', ' ', '\t']).filter(|cell| !cell.is_empty());
    let numbers = cells.clone().count() > 0 && cells.clone().all(|cell| cell.parse::<f64>().is_ok());
    Some(match text.chars().next() {
        None => Foreign::without_advice("blank text"),
        Some('{') if text.contains("\"weight_map\"") || text.contains("\"total_size\"") => {
            Foreign::new("the index of a model in several files", FROM_STATE_DICT)
        }
        Some('{' | '[') => Foreign::new("JSON", TO_NPZ),
        _ if numbers => {
            Foreign::new("numbers as text", "save them with `np.save(\"net.npy\", np.loadtxt(\"net.txt\"))`")
        }
        Some('(') => Foreign::without_advice("text in RON, as presets are"),
        Some(_) => Foreign::without_advice(format!("text that begins with `{}`", start(line))),
    })
}
