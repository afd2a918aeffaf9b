//! The numbers of a reading's layers.

use ndarray::{Array1, Array2};

use super::readings::{self, FoundNetwork, Reading, ReadingOptions, Refusal, Tensors};
use super::{FileError, WeightFile};

/// A file's network.
#[derive(Clone, Debug)]
pub struct FileNetwork {
    /// outputs × inputs, layer 1 first
    pub weights: Vec<Array2<f64>>,
    /// one for each output; `None` where the file has none
    pub biases: Vec<Option<Array1<f64>>>,
    /// the tensors, and the evidence for them
    pub reading: Reading,
}

impl WeightFile<'_> {
    /// Finds the network of the tensors; no numbers are read yet.
    ///
    /// # Errors
    /// [`FileError`] where they form none, or more than one.
    pub fn find_network(&mut self, options: &ReadingOptions) -> Result<FoundNetwork, FileError> {
        match readings::read(self.entries(), self.others(), self.format(), options) {
            // Its own error says more.
            Err(Refusal::Unreadable(tensor)) => {
                Err(self.values(tensor).err().unwrap_or(Refusal::Unreadable(tensor).into()))
            }
            found => Ok(found?),
        }
    }

    /// Numbers of the layers found.
    pub fn numbers_of(&self, found: &FoundNetwork) -> f64 {
        let tensors = found.layers.iter().flat_map(Tensors::all);
        tensors.map(|i| self.entries[i].shape.iter().map(|&n| n as f64).product::<f64>()).sum()
    }

    /// Reads the numbers of the network found.
    ///
    /// # Errors
    /// [`FileError`] if a tensor is damaged, of another type, or not finite.
    pub fn network(mut self, found: FoundNetwork) -> Result<FileNetwork, FileError> {
        let (mut weights, mut biases) = (Vec::new(), Vec::new());
        for layer in &found.layers {
            weights.push(self.matrix(layer, found.transposed)?);
            biases.push(layer.bias.map(|bias| self.bias(bias, layer.bias_mask)).transpose()?);
        }
        let mut reading = found.reading;
        let mut all = weights.iter().flatten();
        if all.clone().any(|&w| w == 0.0) && all.all(|&w| w == 0.0 || w == 1.0) {
            reading.why.push_str("; all weights are 0 or 1, as those of masks are");
        }
        Ok(FileNetwork { weights, biases, reading })
    }

    /// A layer's matrix, outputs × inputs, its mask multiplied in.
    fn matrix(&mut self, layer: &Tensors, transposed: bool) -> Result<Array2<f64>, FileError> {
        let values = self.masked(layer.matrix, layer.mask)?;
        let entry = &self.entries[layer.matrix];
        let shape = match *entry.shape {
            [rows, columns] => (rows, columns),
            _ => (0, 0),
        };
        let stored = Array2::from_shape_vec(shape, values)
            .map_err(|_| FileError::Safetensors("numbers that do not fill a matrix".to_owned()))?;
        let weights = match transposed {
            true => stored.reversed_axes().as_standard_layout().into_owned(),
            false => stored,
        };
        match weights.indexed_iter().find(|(_, value)| !value.is_finite()) {
            None => Ok(weights),
            Some(((output, input), &found)) => {
                let place = format!("output {output}, input {input}");
                Err(FileError::NotFinite { tensor: entry.name.clone(), place, found })
            }
        }
    }

    /// A bias as a vector, its mask multiplied in.
    fn bias(&mut self, bias: usize, mask: Option<usize>) -> Result<Array1<f64>, FileError> {
        let values = Array1::from(self.masked(bias, mask)?);
        match values.indexed_iter().find(|(_, value)| !value.is_finite()) {
            None => Ok(values),
            Some((output, &found)) => {
                let (tensor, place) = (self.entries[bias].name.clone(), format!("output {output}"));
                Err(FileError::NotFinite { tensor, place, found })
            }
        }
    }

    /// The numbers of a tensor, times those of its mask. A mask beside a tensor without `orig` in its name must change
    /// nothing: it may have been multiplied in before.
    fn masked(&mut self, tensor: usize, mask: Option<usize>) -> Result<Vec<f64>, FileError> {
        let mut values = self.values(tensor)?;
        let Some(mask) = mask else { return Ok(values) };
        let factors = self.numbers(mask)?;
        let is_original = readings::is_original(&self.entries[tensor].name);
        for (value, factor) in values.iter_mut().zip(factors) {
            if factor != 0.0 && factor != 1.0 {
                return Err(FileError::MaskValue { mask: self.entries[mask].name.clone(), found: factor });
            }
            let masked = *value * factor;
            if !is_original && value.is_finite() && masked != *value {
                let name = |i: usize| self.entries[i].name.clone();
                return Err(FileError::Mask { mask: name(mask), matrix: name(tensor) });
            }
            *value = masked;
        }
        Ok(values)
    }
}
