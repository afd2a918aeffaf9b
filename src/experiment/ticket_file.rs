//! The file of a learned ticket as a target: its masked network, pruned weights exactly 0.
//!
//! A rewound ticket has its weights and biases in the file. Those of edge-popup are made again from the seed, and have no
//! biases. Its network ends without an activation; a standardisation of the inputs becomes part of layer 1.

use ndarray::{Array1, Array2};
use serde::Deserialize;
use serde_json::Value;

use crate::learning::edge_popup::frozen::FrozenLaw;
use crate::learning::training::{Masks, Parameters, streams};
use crate::learning::{FrozenWeights, Standardisation, target_layers};
use crate::network::files::readings::{ReadLayer, Reading, Unused};
use crate::network::files::{TensorEntry, TensorName, WeightFile};
use crate::network::{Activation, Network};
use crate::sampling::VERSION;
use crate::visible::{number, shortened};

/// The array of settings.
const META: &str = "meta";

/// Most layers of a ticket.
const MOST_LAYERS: usize = 1 << 16;

/// The settings in a ticket's `meta`; other keys are left alone.
#[derive(Debug, Deserialize)]
struct TicketMeta {
    method: String,
    #[serde(default)]
    options: Value,
    seed: u64,
    version: u32,
    widths: Vec<usize>,
    #[serde(default)]
    law: Option<FrozenWeights>,
    #[serde(default)]
    scaled_by: Option<f64>,
    #[serde(default)]
    mean: Option<Vec<f64>>,
    #[serde(default)]
    deviation: Option<Vec<f64>>,
}

/// A learned ticket with its settings read and checked; its masks and weights are still in the file.
#[derive(Debug)]
pub(super) struct FoundTicket {
    meta: TicketMeta,
    standardisation: Option<Standardisation>,
}

/// Whether a file is a learned ticket, by the names of its arrays.
pub(super) fn is_learned(file: &WeightFile<'_>) -> bool {
    let has = |name: &str| file.entries().iter().any(|entry| entry.name == name);
    has(META) && has(&mask_name(1))
}

fn mask_name(layer: usize) -> String {
    format!("layer{layer}.kept_bits")
}

/// The tensor of this name: its shape, and its numbers row by row.
fn tensor(file: &mut WeightFile<'_>, name: &str) -> Result<(Vec<usize>, Vec<f64>), String> {
    let shape = file.entries().iter().find(|entry| entry.name == name).map(|entry| entry.shape.clone());
    let numbers = file.tensor(name).map_err(|error| error.to_string())?;
    shape.zip(numbers).ok_or_else(|| format!("expected an array `{name}` of a learned ticket, found none"))
}

impl FoundTicket {
    /// Reads the settings.
    ///
    /// # Errors
    /// What is wrong with them, in words.
    pub(super) fn of(file: &mut WeightFile<'_>) -> Result<Self, String> {
        let (_, bytes) = tensor(file, META)?;
        let bytes: Vec<u8> = bytes.iter().map(|&byte| byte as u8).collect();
        let wrong =
            |found: String| format!("`{META}`: expected the settings of a learned ticket, found {found}");
        let meta: TicketMeta =
            serde_json::from_slice(&bytes).map_err(|error| wrong(shortened(&error.to_string())))?;
        let layers = meta.widths.len().saturating_sub(1);
        if !(1..=MOST_LAYERS).contains(&layers) || meta.widths.contains(&0) {
            let widths = shortened(&format!("{:?}", meta.widths));
            return Err(wrong(format!("widths {widths}")));
        }
        if meta.law.is_some() && meta.version != VERSION {
            let found = meta.version;
            return Err(wrong(format!(
                "version {found} of the random function; this program makes weights by version {VERSION}"
            )));
        }
        if meta.scaled_by.is_some_and(|keep| !(keep > 0.0 && keep <= 1.0)) {
            return Err(wrong(format!("scaled_by {}", number(meta.scaled_by.unwrap_or(0.0)))));
        }
        let standardisation = match (&meta.mean, &meta.deviation) {
            (None, None) => None,
            (Some(mean), Some(deviation)) if [mean.len(), deviation.len()] == [meta.widths[0]; 2] => {
                Some(Standardisation { mean: mean.clone(), deviation: deviation.clone() })
            }
            (mean, deviation) => {
                let length = |list: &Option<Vec<f64>>| list.as_ref().map_or(0, Vec::len);
                let (inputs, mean, deviation) = (meta.widths[0], length(mean), length(deviation));
                return Err(wrong(format!("{mean} means and {deviation} deviations of {inputs} inputs")));
            }
        };
        Ok(Self { meta, standardisation })
    }

    pub(super) fn layers(&self) -> usize {
        self.meta.widths.len() - 1
    }

    /// Weights of all layers, those of edge-popup as given by the widths.
    pub(super) fn weights(&self) -> f64 {
        self.meta.widths.windows(2).map(|pair| pair[0] as f64 * pair[1] as f64).sum()
    }

    /// The masked network, and how it was read.
    ///
    /// # Errors
    /// Missing or damaged arrays, pruned weights other than 0, and weights that are not finite, in words.
    pub(super) fn network(
        &self,
        file: &mut WeightFile<'_>,
        activations: Vec<Activation>,
    ) -> Result<(Network, Reading), String> {
        let masks = self.masks(file)?;
        let parameters = match self.meta.law {
            None => self.trained(file, &masks)?,
            Some(weights) => {
                let law = FrozenLaw { weights, scaled_by: self.meta.scaled_by };
                let mut network = law.network(self.meta.seed, streams::FROZEN, &self.meta.widths);
                network.prune(&masks);
                network
            }
        };
        let layers = target_layers(&parameters, self.standardisation.as_ref());
        let network = Network::with_biases(layers.weights, layers.biases, activations);
        Ok((network.map_err(|error| error.to_string())?, self.reading(file)))
    }

    fn masks(&self, file: &mut WeightFile<'_>) -> Result<Masks, String> {
        let mut layers = Vec::new();
        for (layer, pair) in (1..).zip(self.meta.widths.windows(2)) {
            let name = mask_name(layer);
            let (inputs, outputs) = (pair[0], pair[1]);
            let weights =
                inputs.checked_mul(outputs).ok_or_else(|| format!("`{name}`: a layer no memory holds"))?;
            let (_, bytes) = tensor(file, &name)?;
            let expected = weights.div_ceil(8);
            if bytes.len() != expected {
                let found = bytes.len();
                return Err(format!(
                    "`{name}`: expected {expected} bytes, a bit for each of {outputs}x{inputs} weights, found {found}"
                ));
            }
            let bit = |weight: usize| bytes[weight / 8] as u8 >> (7 - weight % 8) & 1 == 1;
            layers.push(Array2::from_shape_fn((outputs, inputs), |(output, input)| {
                bit(output * inputs + input)
            }));
        }
        Ok(Masks { layers })
    }

    /// Weights and biases of the file.
    fn trained(&self, file: &mut WeightFile<'_>, masks: &Masks) -> Result<Parameters, String> {
        let biased = file.entries().iter().any(|entry| entry.name == "layer1.bias");
        let (mut weights, mut biases) = (Vec::new(), Vec::new());
        for (layer, mask) in (1..).zip(&masks.layers) {
            let (outputs, inputs) = mask.dim();
            let name = format!("layer{layer}.weight");
            let (shape, numbers) = tensor(file, &name)?;
            let numbers = numbers.into_iter().map(|weight| weight as f32).collect();
            let expected = |shape: &[usize], wanted: &[usize], name: &str| {
                format!("`{name}`: expected shape {wanted:?}, found {shape:?}")
            };
            let matrix = Array2::from_shape_vec((outputs, inputs), numbers)
                .ok()
                .filter(|_| shape == [outputs, inputs])
                .ok_or_else(|| expected(&shape, &[outputs, inputs], &name))?;
            let cut = |((at, weight), kept): (((usize, usize), &f32), &bool)| {
                (!kept && *weight != 0.0).then_some((at, *weight))
            };
            if let Some(((output, input), found)) = matrix.indexed_iter().zip(mask).find_map(cut) {
                return Err(format!(
                    "`{name}`, output {output}, input {input}: expected 0, as the mask prunes it, found {}",
                    number(f64::from(found))
                ));
            }
            weights.push(matrix);
            if biased {
                let name = format!("layer{layer}.bias");
                let (shape, numbers) = tensor(file, &name)?;
                if shape != [outputs] {
                    return Err(expected(&shape, &[outputs], &name));
                }
                biases.push(Array1::from_iter(numbers.into_iter().map(|bias| bias as f32)));
            }
        }
        Ok(Parameters { weights, biases: biased.then_some(biases) })
    }

    fn reading(&self, file: &WeightFile<'_>) -> Reading {
        let is_frozen = self.meta.law.is_some();
        let entry = |name: String| file.entries().iter().find(|entry| entry.name == name);
        let named = |entry: &TensorEntry| TensorName { name: entry.name.clone(), dtype: entry.dtype.clone() };
        let layers: Vec<ReadLayer> = (1..)
            .zip(self.meta.widths.windows(2))
            .filter_map(|(layer, pair)| {
                let matrix = if is_frozen { mask_name(layer) } else { format!("layer{layer}.weight") };
                Some(ReadLayer {
                    matrix: named(entry(matrix)?),
                    stored: (pair[1], pair[0]),
                    transposed: false,
                    mask: (!is_frozen).then(|| mask_name(layer)),
                    bias: entry(format!("layer{layer}.bias")).filter(|_| !is_frozen).map(named),
                    bias_mask: None,
                })
            })
            .collect();
        let is_used = |name: &str| {
            let is_of = |layer: &ReadLayer| {
                let bias = layer.bias.as_ref().map(|bias| bias.name.as_str());
                [Some(layer.matrix.name.as_str()), layer.mask.as_deref(), bias].contains(&Some(name))
            };
            layers.iter().any(is_of)
        };
        let why = |name: &str| match name {
            META => "settings, read",
            "predictions" => "data",
            name if name.contains(".initial_") => "where the last training began",
            _ => "not part of the layers",
        };
        let tensors = file.entries().iter().filter(|entry| !is_used(&entry.name)).map(|entry| Unused {
            name: entry.name.clone(),
            dtype: Some(entry.dtype.clone()),
            shape: Some(entry.shape.clone()),
            why: why(&entry.name).into(),
        });
        let members = file.others().iter().map(|name| Unused {
            name: name.clone(),
            dtype: None,
            shape: None,
            why: "no tensor".into(),
        });
        let unused = tensors.chain(members).collect();
        Reading { why: self.why(), layers, unused, folded: Vec::new(), says_activations: true }
    }

    /// How the ticket was read, in a sentence.
    fn why(&self) -> String {
        let method = shortened(&self.meta.method);
        let mut text = match self.meta.law {
            Some(law) => format!(
                "read as a learned ticket ({method}): a bit for each weight, the weights made again from seed {} \
                 ({law:?}); no biases",
                self.meta.seed
            ),
            None => format!("read as a learned ticket ({method}): outputs × inputs, pruned weights are 0"),
        };
        if self.standardisation.is_some() {
            text.push_str("; the standardisation of its inputs is part of layer 1");
        }
        if self.meta.options.get("inputs").and_then(Value::as_str) == Some("UnitNorm") {
            text.push_str("; it was trained on inputs of norm 1, and they are not scaled here");
        }
        text
    }
}
