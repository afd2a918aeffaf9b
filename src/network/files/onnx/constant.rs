//! Numbers independent of the input: initialisers, and results of them.

use ndarray::{ArcArray, ArrayD, IxDyn};
use onnx_rs::ast::{DataType, TensorProto};
use sha2::{Digest, Sha256};

use super::OnnxError;
use super::node::shown;
use crate::network::files::number::Number;

/// Most axes of a tensor.
const MOST_AXES: usize = 16;

/// Most bytes of an origin; longer than a digest.
const LONGEST_ORIGIN: usize = 200;

/// Numbers in a shared array, cheap to copy.
#[derive(Clone, Debug)]
pub(super) enum ConstantNumbers {
    /// of float types, in f64
    Reals(ArcArray<f64, IxDyn>),
    /// of integer types and booleans
    Integers(ArcArray<i64, IxDyn>),
}

/// A constant and its history: two of one origin hold the same numbers.
#[derive(Clone, Debug)]
pub(super) struct OnnxConstant {
    /// the initialiser, with the operations on it
    pub(super) origin: String,
    pub(super) numbers: ConstantNumbers,
}

impl OnnxConstant {
    pub(super) fn reals(origin: impl Into<String>, numbers: ArrayD<f64>) -> Self {
        Self { origin: short_origin(origin.into()), numbers: ConstantNumbers::Reals(numbers.into_shared()) }
    }

    pub(super) fn integers(origin: impl Into<String>, numbers: ArrayD<i64>) -> Self {
        Self {
            origin: short_origin(origin.into()),
            numbers: ConstantNumbers::Integers(numbers.into_shared()),
        }
    }

    /// Its axes.
    pub(super) fn axes(&self) -> &[usize] {
        match &self.numbers {
            ConstantNumbers::Reals(numbers) => numbers.shape(),
            ConstantNumbers::Integers(numbers) => numbers.shape(),
        }
    }

    /// Its numbers if they are real.
    pub(super) fn as_reals(&self) -> Option<&ArcArray<f64, IxDyn>> {
        if let ConstantNumbers::Reals(numbers) = &self.numbers { Some(numbers) } else { None }
    }

    /// Its numbers if they are integers.
    pub(super) fn as_integers(&self) -> Option<&ArcArray<i64, IxDyn>> {
        if let ConstantNumbers::Integers(numbers) = &self.numbers { Some(numbers) } else { None }
    }

    /// The numbers of a tensor; `external` are its bytes in another file. No length is believed.
    pub(super) fn of_tensor(
        place: &str,
        tensor: &TensorProto<'_>,
        external: Option<&[u8]>,
    ) -> Result<Self, OnnxError> {
        let dims = tensor.dims();
        let axes: Vec<usize> = dims.iter().filter_map(|&n| usize::try_from(n).ok()).collect();
        let count = axes.iter().try_fold(1_usize, |product, &axis| product.checked_mul(axis));
        let Some(count) = count.filter(|_| axes.len() == dims.len() && axes.len() <= MOST_AXES) else {
            let found = format!("{:?}", &dims[..dims.len().min(MOST_AXES)]);
            return Err(OnnxError::at(place, format!("a shape of at most {MOST_AXES} axes"), found));
        };
        let origin = tensor.name().to_owned();
        let misfit = |found: usize| {
            let expected = format!("{count} numbers for its shape {}", shown(&axes));
            OnnxError::at(place, expected, found.to_string())
        };
        let shape = IxDyn(&axes);
        let is_packed = external.is_some() || tensor.as_raw().is_some();
        let bytes = external.or(tensor.as_raw()).unwrap_or(&[]);
        let packed = |number: Number| -> Result<Vec<f64>, OnnxError> {
            if Some(bytes.len()) != count.checked_mul(number.size()) {
                let expected = format!("{count} numbers of {} bytes", number.size());
                return Err(OnnxError::at(place, expected, format!("{} bytes", bytes.len())));
            }
            Ok(bytes.chunks_exact(number.size()).map(|bytes| number.value(bytes, false)).collect())
        };
        let halves = |number: Number| -> Vec<f64> {
            let bits = tensor.as_i32().unwrap_or_default();
            bits.iter().map(|&bits| number.value(&(bits as u16).to_le_bytes(), false)).collect()
        };
        let reals = match tensor.data_type() {
            DataType::Float if is_packed => packed(Number::F32)?,
            DataType::Float => tensor.as_f32().unwrap_or_default().iter().map(|&x| f64::from(x)).collect(),
            DataType::Double if is_packed => packed(Number::F64)?,
            DataType::Double => tensor.as_f64().unwrap_or_default().into_owned(),
            DataType::Float16 if is_packed => packed(Number::F16)?,
            DataType::Float16 => halves(Number::F16),
            DataType::Bfloat16 if is_packed => packed(Number::BF16)?,
            DataType::Bfloat16 => halves(Number::BF16),
            _ => {
                let integers = integers(place, tensor, is_packed.then_some(bytes))?;
                let found = integers.len();
                let numbers = ArrayD::from_shape_vec(shape, integers).map_err(|_| misfit(found))?;
                return Ok(Self::integers(origin, numbers));
            }
        };
        let found = reals.len();
        let numbers = ArrayD::from_shape_vec(shape, reals).map_err(|_| misfit(found))?;
        Ok(Self::reals(origin, numbers))
    }
}

/// A long origin by its digest: constants of constants would double it at each step.
fn short_origin(origin: String) -> String {
    if origin.len() <= LONGEST_ORIGIN {
        return origin;
    }
    Sha256::digest(origin).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The numbers of a tensor of integers or booleans.
fn integers(place: &str, tensor: &TensorProto<'_>, bytes: Option<&[u8]>) -> Result<Vec<i64>, OnnxError> {
    Ok(match (tensor.data_type(), bytes) {
        (DataType::Int64, Some(bytes)) if bytes.len() % 8 == 0 => {
            bytes.as_chunks().0.iter().map(|&bytes| i64::from_le_bytes(bytes)).collect()
        }
        (DataType::Int64, None) => tensor.as_i64().unwrap_or_default().into_owned(),
        (DataType::Int32, Some(bytes)) if bytes.len() % 4 == 0 => {
            bytes.as_chunks().0.iter().map(|&bytes| i64::from(i32::from_le_bytes(bytes))).collect()
        }
        (DataType::Int64 | DataType::Int32, Some(bytes)) => {
            return Err(OnnxError::at(
                place,
                "whole numbers of 4 or 8 bytes",
                format!("{} bytes", bytes.len()),
            ));
        }
        (DataType::Bool, Some(bytes)) => bytes.iter().map(|&byte| i64::from(byte != 0)).collect(),
        (DataType::Int32 | DataType::Bool, None) => {
            tensor.as_i32().unwrap_or_default().iter().map(|&n| i64::from(n)).collect()
        }
        (other, _) => {
            let expected = "float, double, float16 or bfloat16 numbers (int32, int64 and bool for shapes)";
            let quantised = [DataType::Int8, DataType::Uint8, DataType::Int4, DataType::Uint4];
            let why = if quantised.contains(&other) { ", of a quantised network" } else { "" };
            return Err(OnnxError::at(place, expected, format!("{other:?}{why}")));
        }
    })
}
