//! Weight files, points and labels: safetensors, npz, npy, and PyTorch's `.pt` and `.pth`; models in ONNX; points and labels in IDX, too.
//! Whole networks in ONNX: see [`onnx`].
//!
//! # Layers
//! [`readings`] finds the network of the tensors, from their names, shapes and left-overs, or refuses. A list of
//! names, an orientation or an [`Order`] chooses: [`Order::Names`] compares the numbers in names as numbers;
//! [`Order::File`] is in safetensors the order of the data, in npz of the archive's directory, in PyTorch files of
//! the dictionaries.
//!
//! # Files that lie
//! No length in a header is believed: it is compared with the bytes of the file before anything is allocated, and
//! compressed data grow as they are read. Opening and finding a network take time and memory in proportion to the file, for
//! any names, shapes and numbers of tensors.
//!
//! # Memory
//! A file stays on disk ([`FileBytes::of_file`]). An opened file holds its header, of a PyTorch file also its pickle. Reading a
//! network holds 8 bytes for each number of its layers, and of one layer at a time: 8 more per number with a mask, or if it is
//! turned (inputs × outputs, columns first); for a non-contiguous view into a PyTorch storage up to 16 per number. A part
//! of a deflated PyTorch storage takes the whole storage, at most 64 times its bytes in the file.

mod archive;
mod bytes;
mod damage;
mod data;
mod entry;
mod error;
mod foreign;
mod format;
mod idx;
mod layers;
mod npy;
mod npy_header;
mod npz;
mod number;
pub mod onnx;
pub mod readings;
mod safetensors;
mod torch;
mod weight_file;

pub use bytes::FileBytes;
pub use data::{DataArray, read_labels, read_points, split_array_name};
pub use entry::{Order, TensorEntry, TensorName, UNREADABLE};
pub use error::FileError;
pub use foreign::Foreign;
pub use format::is_onnx;
pub use layers::FileNetwork;
pub use weight_file::{WeightFile, recognise};
