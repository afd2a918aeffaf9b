//! Why a file cannot be used.

use thiserror::Error;

use super::foreign::Foreign;
use super::readings::Refusal;
use crate::visible::number;

/// The files that tensors are read from.
const TENSOR_FILES: &str = "safetensors, npz, npy or PyTorch file";

/// Why a weight file, a file of points or a file of labels cannot be used.
#[derive(Debug, Error)]
pub enum FileError {
    /// The system's own error while the file is read.
    #[error("expected a file that can be read to its end, found: {0}")]
    Io(#[from] std::io::Error),
    /// A file of another format.
    #[error("expected a {files}, found {0}", files = TENSOR_FILES)]
    Format(Foreign),
    /// A file of another format in the place of a network.
    #[error("expected a {files}, or a model in ONNX, found {0}", files = TENSOR_FILES)]
    NoNetwork(Foreign),
    /// A damaged safetensors file.
    #[error("expected a safetensors file, found: {0}")]
    Safetensors(String),
    /// A zip archive without a readable directory.
    #[error("expected a zip archive (npz or PyTorch), found one damaged or cut short: {0}")]
    Archive(String),
    /// A PyTorch file with damage or without a tensor.
    #[error("expected a PyTorch file of tensors, found: {0}")]
    Torch(String),
    /// A PyTorch file of a module instead of its tensors.
    #[error(
        "expected a state dict, found a whole module {class}, whose layers are in its code and not in the file: save it with \
         `torch.save(model.state_dict(), \"net.pt\")`"
    )]
    WholeModule {
        /// its class, in backquotes
        class: String,
    },
    /// An array of objects.
    #[error(
        "tensor `{tensor}`: expected an array of numbers, found pickled Python objects, which are not read: save the arrays \
         with `np.savez(\"net.npz\", *arrays)`"
    )]
    Pickled {
        /// the array's name
        tensor: String,
    },
    /// An unreadable npz archive.
    #[error("expected an npz archive, found: {0}")]
    Npz(String),
    /// An unreadable member of an npz archive.
    #[error("member `{member}`: {error}")]
    Member {
        /// the member's name
        member: String,
        /// why
        error: Box<FileError>,
    },
    /// A member with an unsupported compression.
    #[error(
        "member `{member}`: expected a stored or deflated array, found one compressed with {found}; NumPy saves it anew: \
         `np.savez(\"new.npz\", **np.load(\"old.npz\"))`"
    )]
    Compression {
        /// the member's name
        member: String,
        /// how it is compressed
        found: String,
    },
    /// Two tensors of one name.
    #[error("tensor `{0}`: expected one of this name, found two")]
    Duplicate(String),
    /// A name or shape outside any network.
    #[error(
        "tensor `{tensor}`: expected a name of at most 1024 bytes and at most 64 axes, found {length} bytes and {axes} axes"
    )]
    Oversized {
        /// the start of its name
        tensor: String,
        /// bytes of the name
        length: usize,
        /// length of the shape
        axes: usize,
    },
    /// An unsupported number type.
    #[error("tensor `{tensor}`: expected F16, BF16, F32 or F64, found {found}")]
    Dtype {
        /// the tensor's name
        tensor: String,
        /// the type found
        found: String,
    },
    /// NaN or infinity.
    #[error("tensor `{tensor}`, {place}: expected a finite number, found {found}")]
    NotFinite {
        /// the tensor's name
        tensor: String,
        /// `output 1, input 0`, or `output 1` of a bias
        place: String,
        /// the value
        found: f64,
    },
    /// Tensors of no network, or of more than one.
    #[error(transparent)]
    Reading(#[from] Refusal),
    /// A mask beside weights it does not mask.
    #[error(
        "tensor `{mask}`: expected the weights `{matrix}` to be 0 where this mask is 0, or to be called `weight_orig`, \
         found another value"
    )]
    Mask {
        /// the mask's name
        mask: String,
        /// its matrix's
        matrix: String,
    },
    /// A mask with other numbers than 0 and 1.
    #[error("mask `{mask}`: expected 0 and 1 only, found {}", number(*found))]
    MaskValue {
        /// the mask's name
        mask: String,
        /// one of its numbers
        found: f64,
    },
    /// An npy file of another kind than needed.
    #[error("expected an npy array of {expected}, found: {found}")]
    Npy {
        /// the expectation
        expected: &'static str,
        /// the finding
        found: String,
    },
    /// An unreadable IDX file.
    #[error("expected an IDX file (gzip or not), found: {0}")]
    Idx(String),
    /// Malformed points or labels.
    #[error("expected an array of {expected}, found: {found}")]
    Data {
        /// the expectation
        expected: &'static str,
        /// the finding
        found: String,
    },
    /// Several candidates for the points or labels.
    #[error(
        "expected one array of {expected}, found {found}: choose one by its name, as in `FILE.{ending}:{first}`"
    )]
    SeveralArrays {
        /// the expectation
        expected: &'static str,
        /// names and shapes
        found: String,
        /// name of the first
        first: String,
        /// ending of the file's name
        ending: &'static str,
    },
}

impl FileError {
    /// The same of a file in the place of a network, where a model in ONNX would do as well.
    #[must_use]
    pub fn of_network(self) -> Self {
        match self {
            Self::Format(found) => Self::NoNetwork(found),
            other => other,
        }
    }
}
