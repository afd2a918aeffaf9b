//! All the weights of a neuron matched at once (Ramanujan et al. 2019).

use rand::Rng;
use rand::distr::Distribution;
use serde::{Deserialize, Serialize};

use super::{Error, Near};

/// Every input weight within η of the target neuron's own, and the output weight within η of 1.
///
/// Such a neuron stands in for the target neuron as a whole, activation included, so no half is asked for. With
/// intervals cut to [−1, 1], p = ½η·∏ₐ ½|[−1, 1] ∩ [wₐ − η, wₐ + η]|, that is ½ηⁿ⁺¹ where all of them are inside:
/// about 10⁻⁶⁸¹ for Example 5's 100 inputs at η = ε_w/2 = 1.84e-7.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WholeNeuronHits {
    z_in: Vec<Near>,
    z_out: Near,
    ln_p: f64,
}

/// The weights of a neuron that hits as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct NeuronHit {
    /// weights from the inputs, in the order of the row
    pub z_in: Vec<f64>,
    /// weight to the output
    pub z_out: f64,
}

impl WholeNeuronHits {
    /// For the `row` of weights of a target neuron and the tolerance `eta` of each weight.
    ///
    /// # Errors
    /// [`Error::Tolerance`] when η is not in [2⁻⁴⁶, 1), [`Error::OutOfReach`] when a weight has |w| ≥ 1 + η.
    pub fn new(row: impl IntoIterator<Item = f64>, eta: f64) -> Result<Self, Error> {
        let z_in = row.into_iter().map(|w| Near::new(w, eta, -1.0)).collect::<Result<Vec<_>, _>>()?;
        let z_out = Near::new(1.0, eta, -1.0)?;
        let ln_p = z_in.iter().map(Near::ln_p).sum::<f64>() + z_out.ln_p();
        Ok(Self { z_in, z_out, ln_p })
    }

    /// ln of the probability that a neuron is a hit, with a relative error below (n + 3)·2⁻⁵³ for n inputs.
    pub fn ln_p(&self) -> f64 {
        self.ln_p
    }

    /// Whether these weights are a hit. Asks for no more input weights than it takes to say no; a row of another
    /// length is no hit.
    pub fn accepts(&self, z_in: impl IntoIterator<Item = f64>, z_out: f64) -> bool {
        let mut z_in = z_in.into_iter();
        self.z_out.contains(z_out)
            && self.z_in.iter().all(|near| z_in.next().is_some_and(|z| near.contains(z)))
            && z_in.next().is_none()
    }
}

impl Distribution<NeuronHit> for WholeNeuronHits {
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> NeuronHit {
        let z_in = self.z_in.iter().map(|near| near.draw(rng)).collect();
        NeuronHit { z_in, z_out: self.z_out.draw(rng) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::deviations;
    use super::*;
    use crate::sampling::{Side, Stream, Uniform};

    /// 400,000 neurons: 3.9 deviations are 7 % of p with nothing cut (p = 0.0078), 17 % with three ends cut (p = 0.0013).
    #[test]
    fn drawn_neurons_hit_as_often_as_the_probability_says() {
        let law = Uniform::new(1.0).unwrap();
        for row in [[0.3, -0.6], [0.0, 0.9], [-1.1, 0.97]] {
            let neuron = WholeNeuronHits::new(row, 0.25).unwrap();
            let count = (0..400_000)
                .filter(|&n| {
                    let inputs = Stream::new(3, 1, Side::In).row(n);
                    let z_out = law.weight(Stream::new(3, 1, Side::Out).row(n).word(0));
                    neuron.accepts((0..2).map(|a| law.weight(inputs.word(a))), z_out)
                })
                .count();
            assert!(deviations(count, 400_000, neuron.ln_p().exp()).abs() < 3.9, "{row:?}: {count}");
        }
    }

    #[test]
    fn a_hundred_inputs_are_beyond_f64() {
        let eta = 1.8e-7_f64;
        let row = (0..100).map(|a| f64::from(a) / 100.0 - 0.5);
        let ln_p = WholeNeuronHits::new(row, eta).unwrap().ln_p();
        assert!((ln_p - (101.0 * eta.ln() - std::f64::consts::LN_2)).abs() < 1e-11);
        assert!(ln_p < -1550.0);
    }

    #[test]
    fn skipped_hits_are_hits() {
        let mut words = Stream::new(3, 0, Side::Out).row(0).reader();
        for eta in [1e-13, 1e-6, 0.3] {
            let row = [0.0, 1.0, -1.0, 0.5, -0.999];
            let neuron = WholeNeuronHits::new(row, eta).unwrap();
            for _ in 0..1_000 {
                let NeuronHit { z_in, z_out } = neuron.sample(&mut words);
                assert!(neuron.accepts(z_in.iter().copied(), z_out));
                assert!(!neuron.accepts(z_in[1..].iter().copied(), z_out));
                assert!(!neuron.accepts(z_in.iter().copied(), z_out - 2.0 * eta));
            }
        }
    }

    #[test]
    fn one_weight_out_of_reach_is_enough_to_refuse() {
        assert_eq!(WholeNeuronHits::new([0.0, 1.5], 0.2).unwrap_err(), Error::OutOfReach);
        assert_eq!(WholeNeuronHits::new([0.0], 2.0).unwrap_err(), Error::Tolerance);
    }
}
