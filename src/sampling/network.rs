//! The random network G, one layer of it, as a function.

use super::{Hyperbolic, Row, Side, Stream, Uniform, UniformProductLaw};
use crate::theory::ln;

/// The law of G's weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// log-uniform magnitudes (Orseau et al.)
    Hyperbolic(Hyperbolic),
    /// uniform (Malach et al., Pensia et al.)
    Uniform(Uniform),
}

impl Law {
    /// The weight that a word stands for.
    #[inline]
    pub fn weight(&self, word: u64) -> f64 {
        match self {
            Self::Hyperbolic(law) => law.weight(word),
            Self::Uniform(law) => law.weight(word),
        }
    }

    /// P(w ≤ `w`).
    pub fn cdf(&self, w: f64) -> f64 {
        match self {
            Self::Hyperbolic(law) => law.cdf(w),
            Self::Uniform(law) => law.cdf(w),
        }
    }

    /// Place of a product |z_in·z_out| on the axis of its law: from 0 at the lower end to 1 at the upper, below 0 for less.
    pub fn product_place(&self, product: f64) -> f64 {
        match self {
            Self::Hyperbolic(law) => {
                let (alpha, _) = law.range();
                (ln(product) / 2.0 - ln(alpha)) / law.log_range()
            }
            Self::Uniform(_) => UniformProductLaw::axis(product),
        }
    }

    /// Lower-case name, as in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Hyperbolic(_) => "hyperbolic",
            Self::Uniform(_) => "uniform",
        }
    }
}

/// The intermediate neurons between layers i − 1 and i of the target: endless in number, each with an input
/// weight from every neuron of layer i − 1 and an output weight to every neuron of layer i, all drawn from
/// one law. Nothing is stored: any weight can be asked for at any time.
#[derive(Clone, Copy, Debug)]
pub struct RandomLayer {
    law: Law,
    inputs: Stream,
    outputs: Stream,
}

impl RandomLayer {
    /// The neurons of `layer` = 1…ℓ of the network with this `seed`.
    pub fn new(seed: u64, layer: usize, law: Law) -> Self {
        let layer = layer as u64;
        Self { law, inputs: Stream::new(seed, layer, Side::In), outputs: Stream::new(seed, layer, Side::Out) }
    }

    /// The words of a neuron's input weights, one per neuron of layer i − 1.
    #[inline(always)]
    pub fn input_words(&self, neuron: u64) -> Row {
        self.inputs.row(neuron)
    }

    /// The words of a neuron's output weights, one per neuron of layer i.
    #[inline(always)]
    pub fn output_words(&self, neuron: u64) -> Row {
        self.outputs.row(neuron)
    }

    /// z_in of (neuron, input).
    #[inline]
    pub fn z_in(&self, neuron: u64, input: usize) -> f64 {
        self.law.weight(self.input_words(neuron).word(input as u64))
    }

    /// z_out of (neuron, output).
    #[inline]
    pub fn z_out(&self, neuron: u64, output: usize) -> f64 {
        self.law.weight(self.output_words(neuron).word(output as u64))
    }

    /// The law that all weights are drawn from.
    pub fn law(&self) -> Law {
        self.law
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::ProductLaw;
    use crate::theory::section5::Ranges;

    #[test]
    fn a_product_has_its_place_on_the_axis_of_its_law() {
        let ranges = Ranges::new(1e-3, 1.0, 1.5);
        let (alpha, beta) = ranges.weight;
        let hyperbolic = Law::Hyperbolic(Hyperbolic::new(alpha, beta).unwrap());
        for product in [alpha * alpha, ranges.product.0, alpha * beta, ranges.product.1, beta * beta] {
            let t = ProductLaw::new(ranges).t(product);
            assert!((hyperbolic.product_place(product) - t / 2.0).abs() < 1e-12, "{product}");
        }
        let uniform = Law::Uniform(Uniform::new(1.0).unwrap());
        assert_eq!(uniform.product_place(1.0), 1.0);
        assert!(uniform.product_place(UniformProductLaw::AXIS_LOW).abs() < 1e-12);
    }
}
