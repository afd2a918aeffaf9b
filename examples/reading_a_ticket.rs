//! Reads a ticket of `slth run PRESET --ticket FILE.npz`, and recomputes the pruned network from it.
//!
//! `slth run tiny --ticket tiny.npz && cargo run --example reading_a_ticket -- tiny.npz`

use std::error::Error;
use std::fs::File;

use ndarray::{Array, Array1, Array2, Dimension};
use ndarray_npy::{ReadNpyExt, ReadableElement};
use serde_json::Value;
use zip::ZipArchive;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("expected the path of a ticket")?;
    let mut npz = ZipArchive::new(File::open(path)?)?;
    let meta: Array1<u8> = read(&mut npz, "meta")?;
    let meta: Value = serde_json::from_slice(&meta.to_vec())?;
    let widths: Vec<usize> = serde_json::from_value(meta["widths"].clone())?;

    // One input in the unit ball, through the pruned network G and through the target F.
    let mut x = Array1::from_elem(widths[0], 1.0 / (widths[0] as f64).sqrt());
    if meta["constant_input"] == true {
        x[widths[0] - 1] = 1.0; // the input of folded biases
    }
    let (mut pruned, mut target) = (x.clone(), x);
    for layer in 1..widths.len() {
        let neuron: Array1<u64> = read(&mut npz, &format!("layer{layer}.neuron"))?;
        let input: Array1<u32> = read(&mut npz, &format!("layer{layer}.input"))?;
        let output: Array1<u32> = read(&mut npz, &format!("layer{layer}.output"))?;
        let z_in: Array1<f64> = read(&mut npz, &format!("layer{layer}.z_in"))?;
        let z_out: Array1<f64> = read(&mut npz, &format!("layer{layer}.z_out"))?;
        // A row is a kept path: input, z_in, a ReLU neuron of G, z_out, output. Rows of one neuron stand together.
        let (mut y, mut v) = (Array1::<f64>::zeros(widths[layer]), 0.0);
        for row in 0..neuron.len() {
            v += z_in[row] * pruned[input[row] as usize];
            let next = row + 1;
            if next == neuron.len() || (neuron[next], output[next]) != (neuron[row], output[row]) {
                y[output[row] as usize] += z_out[row] * f64::max(v, 0.0);
                v = 0.0;
            }
        }
        let weights: Array2<f64> = read(&mut npz, &format!("layer{layer}.target"))?;
        let activate: fn(f64) -> f64 = match meta["activations"][layer - 1].as_str() {
            Some("relu") => |v: f64| v.max(0.0),
            Some("tanh") => f64::tanh,
            Some("identity") => |v| v,
            other => return Err(format!("expected relu, tanh or identity, found {other:?}").into()),
        };
        (pruned, target) = (y.mapv(activate), weights.dot(&target).mapv(activate));
    }
    let error = (&pruned - &target).mapv(|d| d * d).sum().sqrt();
    println!("F(x) = {target:.6}\nG(x) = {pruned:.6}\nerror {error:.3e}, epsilon {}", meta["epsilon"]);
    Ok(())
}

fn read<T: ReadableElement, D: Dimension>(
    npz: &mut ZipArchive<File>,
    name: &str,
) -> Result<Array<T, D>, Box<dyn Error>> {
    Ok(Array::read_npy(npz.by_name(&format!("{name}.npy"))?)?)
}
