//! Generated networks, written as people write them: a reading computes the written function, or is refused.

use std::collections::BTreeMap;
use std::io::Write as _;

use ndarray::{Array1, Array2};
use safetensors::{Dtype, tensor::TensorView};

use super::super::{FileError, FileNetwork, WeightFile};

/// A small generator with a fixed seed.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 ^ (self.0 >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^ (mixed >> 33)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn number(&mut self) -> f64 {
        self.below(2001) as f64 / 1000.0 - 1.0
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Style {
    PyTorch,
    Pruned,
    Flax,
    Keras,
    Sklearn,
    Course,
    Positions,
    Leaves,
    Words,
}

const STYLES: [Style; 9] = [
    Style::PyTorch,
    Style::Pruned,
    Style::Flax,
    Style::Keras,
    Style::Sklearn,
    Style::Course,
    Style::Positions,
    Style::Leaves,
    Style::Words,
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum BiasForm {
    None,
    Vector,
    Column,
    Row,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum LeftOver {
    Nothing,
    Records,
    Optimiser,
    Copy,
    Scale,
    Recurrent,
}

/// A tensor to be written; whole numbers as I64.
struct Tensor {
    name: String,
    shape: Vec<usize>,
    values: Vec<f64>,
    is_whole: bool,
}

fn tensor(name: String, shape: &[usize], values: Vec<f64>) -> Tensor {
    Tensor { name, shape: shape.to_vec(), values, is_whole: false }
}

/// A written network.
#[derive(Debug)]
#[allow(dead_code)] // shown where an assertion fails
struct Written {
    style: Style,
    form: BiasForm,
    left_over: LeftOver,
    transposed: bool,
    widths: Vec<usize>,
    weights: Vec<Array2<f64>>,
    biases: Vec<Option<Array1<f64>>>,
    names: Vec<String>,
}

fn transposed_of(style: Style, draw: &mut Draw) -> bool {
    match style {
        Style::PyTorch | Style::Pruned => false,
        Style::Flax | Style::Keras | Style::Sklearn => true,
        _ => draw.below(2) == 1,
    }
}

/// Names of the matrix and the bias of layer `at` of `layers`.
fn names(style: Style, at: usize, layers: usize) -> (String, String) {
    let numbered = |matrix: &str, bias: &str, from: usize| {
        (format!("{matrix}{}", at + from), format!("{bias}{}", at + from))
    };
    match style {
        Style::PyTorch => (format!("layers.{}.weight", 2 * at), format!("layers.{}.bias", 2 * at)),
        Style::Pruned => (format!("fc{}.weight_orig", at + 1), format!("fc{}.bias", at + 1)),
        Style::Flax => (format!("Dense_{at}.kernel"), format!("Dense_{at}.bias")),
        Style::Keras if at == 0 => ("dense/kernel:0".to_owned(), "dense/bias:0".to_owned()),
        Style::Keras => (format!("dense_{at}/kernel:0"), format!("dense_{at}/bias:0")),
        Style::Sklearn => numbered("coefs_", "intercepts_", 0),
        Style::Course => numbered("W", "b", 1),
        Style::Positions => (format!("arr_{}", 2 * at), format!("arr_{}", 2 * at + 1)),
        Style::Leaves => (format!("arr_{}", 2 * at + 1), format!("arr_{}", 2 * at)),
        Style::Words if at == 0 => ("input_w".to_owned(), "input_b".to_owned()),
        Style::Words if at + 1 == layers => ("output_w".to_owned(), "output_b".to_owned()),
        Style::Words => (format!("hidden{at}_w"), format!("hidden{at}_b")),
    }
}

fn network(draw: &mut Draw) -> (Written, Vec<Tensor>) {
    let style = draw.of(&STYLES);
    let form = draw.of(&[BiasForm::None, BiasForm::Vector, BiasForm::Column, BiasForm::Row]);
    let left_over = draw.of(&[
        LeftOver::Nothing,
        LeftOver::Nothing,
        LeftOver::Records,
        LeftOver::Optimiser,
        LeftOver::Copy,
        LeftOver::Scale,
        LeftOver::Recurrent,
    ]);
    let layers = 1 + draw.below(4);
    // Few widths make square matrices and palindromes common.
    let most = draw.of(&[1, 2, 3, 6]);
    let widths: Vec<usize> = (0..=layers).map(|_| 1 + draw.below(most)).collect();
    let transposed = transposed_of(style, draw);
    let prefix = match style {
        Style::Positions | Style::Leaves | Style::Keras | Style::Sklearn => "",
        _ => draw.of(&["", "module.", "model.", "state_dict.", "params."]),
    };
    let (mut tensors, mut weights, mut biases, mut matrices) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for at in 0..layers {
        let (inputs, outputs) = (widths[at], widths[at + 1]);
        let mut matrix = Array2::from_shape_fn((outputs, inputs), |_| draw.number());
        let (name, bias_name) = names(style, at, layers);
        let (name, bias_name) = (format!("{prefix}{name}"), format!("{prefix}{bias_name}"));
        let (stored, shape) = match transposed {
            true => (matrix.t().iter().copied().collect(), [inputs, outputs]),
            false => (matrix.iter().copied().collect::<Vec<f64>>(), [outputs, inputs]),
        };
        let mut of_layer = vec![tensor(name.clone(), &shape, stored)];
        if style == Style::Pruned {
            let mask: Vec<f64> = (0..inputs * outputs).map(|_| draw.below(2) as f64).collect();
            matrix.iter_mut().zip(&mask).for_each(|(weight, kept)| *weight *= kept);
            of_layer.push(tensor(name.replace("_orig", "_mask"), &shape, mask));
        }
        let bias = (form != BiasForm::None).then(|| Array1::from_shape_fn(outputs, |_| draw.number()));
        if let Some(bias) = &bias {
            let shape = match form {
                BiasForm::Column => vec![outputs, 1],
                BiasForm::Row => vec![1, outputs],
                _ => vec![outputs],
            };
            let bias = tensor(bias_name, &shape, bias.to_vec());
            of_layer.insert(if style == Style::Leaves { 0 } else { of_layer.len() }, bias);
        }
        tensors.extend(of_layer);
        weights.push(matrix);
        biases.push(bias);
        matrices.push(name);
    }
    leave(left_over, prefix, &matrices, &mut tensors, draw);
    (Written { style, form, left_over, transposed, widths, weights, biases, names: matrices }, tensors)
}

/// Adds the left-overs.
fn leave(left_over: LeftOver, prefix: &str, matrices: &[String], tensors: &mut Vec<Tensor>, draw: &mut Draw) {
    let copies = |tensors: &[Tensor], name: &dyn Fn(&str) -> String, draw: &mut Draw| -> Vec<Tensor> {
        let copy =
            |t: &Tensor| tensor(name(&t.name), &t.shape, t.values.iter().map(|_| draw.number()).collect());
        tensors.iter().map(copy).collect()
    };
    let more = match left_over {
        LeftOver::Nothing => Vec::new(),
        LeftOver::Records => {
            let mut step = tensor("step".to_owned(), &[], vec![7.0]);
            step.is_whole = true;
            let mut classes = tensor("classes".to_owned(), &[3], vec![0.0, 1.0, 2.0]);
            classes.is_whole = true;
            let length = 1 + draw.below(6);
            vec![step, classes, tensor("loss_history".to_owned(), &[length], vec![0.5; length])]
        }
        LeftOver::Optimiser => copies(tensors, &|name| format!("optimizer.state.{name}.exp_avg"), draw),
        LeftOver::Copy => copies(tensors, &|name| format!("ema.{name}"), draw),
        LeftOver::Scale => {
            let module = matrices[0].rsplit_once(['.', '/']).map_or(prefix, |(module, _)| module);
            vec![tensor(format!("{module}.gain"), &[1], vec![0.5])]
        }
        LeftOver::Recurrent => vec![tensor("weight_hh_l0".to_owned(), &[2, 2], vec![0.5; 4])],
    };
    tensors.extend(more);
}

fn npz(tensors: &[Tensor]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for tensor in tensors {
        zip.start_file(format!("{}.npy", tensor.name), zip::write::SimpleFileOptions::default()).unwrap();
        let sides: Vec<String> = tensor.shape.iter().map(|side| format!("{side},")).collect();
        let descr = if tensor.is_whole { "<i8" } else { "<f8" };
        let header =
            format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}), }}\n", sides.concat());
        zip.write_all(b"\x93NUMPY\x01\x00").unwrap();
        zip.write_all(&(header.len() as u16).to_le_bytes()).unwrap();
        zip.write_all(header.as_bytes()).unwrap();
        zip.write_all(&bytes(tensor)).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn bytes(tensor: &Tensor) -> Vec<u8> {
    let of = |value: &f64| if tensor.is_whole { (*value as i64).to_le_bytes() } else { value.to_le_bytes() };
    tensor.values.iter().flat_map(of).collect()
}

fn as_safetensors(tensors: &[Tensor]) -> Vec<u8> {
    let data: Vec<Vec<u8>> = tensors.iter().map(bytes).collect();
    let views: BTreeMap<String, TensorView<'_>> = tensors
        .iter()
        .zip(&data)
        .map(|(tensor, data)| {
            let dtype = if tensor.is_whole { Dtype::I64 } else { Dtype::F64 };
            (tensor.name.clone(), TensorView::new(dtype, tensor.shape.clone(), data).unwrap())
        })
        .collect();
    safetensors::serialize(views, None).unwrap()
}

fn read(bytes: &[u8]) -> Result<FileNetwork, FileError> {
    let mut file = WeightFile::open(bytes)?;
    let found = file.find_network(&Default::default())?;
    file.network(found)
}

/// tanh(W·x + b), layer after layer, by plain loops.
fn outputs(weights: &[Array2<f64>], biases: &[Option<Array1<f64>>], x: &[f64]) -> Vec<f64> {
    weights.iter().zip(biases).fold(x.to_vec(), |x, (w, b)| {
        (0..w.nrows())
            .map(|row| {
                let sum: f64 = (0..w.ncols()).map(|column| w[[row, column]] * x[column]).sum();
                (sum + b.as_ref().map_or(0.0, |b| b[row])).tanh()
            })
            .collect()
    })
}

#[test]
fn what_is_read_computes_what_was_written_or_is_refused() {
    let mut draw = Draw(20_261_127);
    let mut accepted: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for case in 0..3000 {
        let (written, mut tensors) = network(&mut draw);
        let mut file = npz(&tensors);
        if draw.below(2) == 0 {
            // Named tensors may stand in any order.
            if !matches!(written.style, Style::Positions | Style::Leaves) {
                let turned = draw.below(tensors.len());
                tensors.rotate_left(turned);
            }
            file = if draw.below(2) == 0 { as_safetensors(&tensors) } else { npz(&tensors) };
        }
        let count = accepted.entry(format!("{:?}", written.style)).or_default();
        count.1 += 1;
        let network = match read(&file) {
            Ok(network) => network,
            Err(error) => {
                let is_clear =
                    matches!(written.left_over, LeftOver::Nothing | LeftOver::Records | LeftOver::Optimiser)
                        && matches!(
                            written.style,
                            Style::PyTorch | Style::Pruned | Style::Flax | Style::Keras | Style::Sklearn
                        );
                assert!(!is_clear, "case {case}: {error}\n{written:?}");
                continue;
            }
        };
        count.0 += 1;
        assert!(
            !matches!(written.left_over, LeftOver::Copy | LeftOver::Recurrent),
            "case {case}: {} from {written:?}",
            network.reading.why
        );
        let x: Vec<f64> = (0..written.widths[0]).map(|_| draw.number()).collect();
        let why = &network.reading.why;
        assert_eq!(network.weights[0].ncols(), x.len(), "case {case}: {why}\n{written:?}");
        let (found, expected) =
            (outputs(&network.weights, &network.biases, &x), outputs(&written.weights, &written.biases, &x));
        assert_eq!(found, expected, "case {case}: {why}\n{written:?}");
        // Nothing is left out without being listed.
        let layers = &network.reading.layers;
        let listed = network.reading.unused.len()
            + layers.len()
            + layers.iter().filter(|layer| layer.bias.is_some()).count()
            + layers.iter().filter(|layer| layer.mask.is_some()).count();
        assert_eq!(listed, tensors.len(), "case {case}: {:?}", network.reading);
    }
    // Refusing everything would be no reading.
    for (style, (read, tried)) in &accepted {
        let least = if ["Course", "Words", "Positions", "Leaves"].contains(&style.as_str()) { 10 } else { 3 };
        assert!(read * least >= *tried, "{style}: {read} of {tried}");
    }
}
