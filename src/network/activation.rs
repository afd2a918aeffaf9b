//! Activation functions and their Lipschitz factors (section 2).

use serde::{Deserialize, Serialize};

/// The activation function σ of one layer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Activation {
    /// max{0, v}
    Relu,
    /// v for v ≥ 0, `slope`·v below; 0 ≤ slope ≤ 1.
    LeakyRelu(f64),
    /// tanh v
    Tanh,
    /// 1/(1 + e^−v)
    Logistic,
    /// v
    Identity,
    /// 0 for v < 0, 1 from there on. It has no Lipschitz factor, so no theorem here applies to it.
    Heaviside,
}

impl Activation {
    /// σ(v).
    pub fn apply(self, v: f64) -> f64 {
        match self {
            // Not `max`: it makes 0 of NaN.
            Self::Relu => {
                if v <= 0.0 {
                    0.0
                } else {
                    v
                }
            }
            Self::LeakyRelu(slope) => {
                if v < 0.0 {
                    slope * v
                } else {
                    v
                }
            }
            Self::Tanh => v.tanh(),
            Self::Logistic => 1.0 / (1.0 + (-v).exp()),
            Self::Identity => v,
            Self::Heaviside => f64::from(v >= 0.0),
        }
    }

    /// σ(v) of a sum v in f64. An overflowed sum stays as it is: nothing is known of its σ.
    pub fn of_sum(self, v: f64) -> f64 {
        if v.is_finite() { self.apply(v) } else { v }
    }

    /// The Lipschitz factor λ, the smallest number with |σ(x) − σ(y)| ≤ λ|x − y| (section 2).
    /// `None` for a discontinuous σ: Heaviside jumps, so no weight accuracy bounds its output error.
    pub fn lipschitz(self) -> Option<f64> {
        match self {
            Self::Relu | Self::Tanh | Self::Identity => Some(1.0),
            Self::LeakyRelu(slope) => Some(slope.abs().max(1.0)),
            Self::Logistic => Some(0.25),
            Self::Heaviside => None,
        }
    }

    /// Whether σ(v) ≥ 0 for every v. The next layer's half for x < 0 is then dead.
    pub fn is_never_negative(self) -> bool {
        match self {
            Self::Relu | Self::Logistic | Self::Heaviside => true,
            Self::LeakyRelu(slope) => slope == 0.0,
            Self::Tanh | Self::Identity => false,
        }
    }

    /// The range of σ over an interval of its argument; the ends may be infinite. Every σ here is monotone.
    pub fn range(self, low: f64, high: f64) -> (f64, f64) {
        // A leaky ReLU of slope 0 makes NaN of −∞.
        let end = |v: f64| if self.slope() == Some(0.0) && v < 0.0 { 0.0 } else { self.apply(v) };
        (end(low), end(high))
    }

    /// σ′(x); at a kink the left derivative.
    pub fn derivative(self, x: f64) -> f64 {
        let step = |below: f64| if x > 0.0 { 1.0 } else { below };
        match self {
            Self::Relu => step(0.0),
            Self::LeakyRelu(slope) => step(slope),
            Self::Tanh => 1.0 - self.apply(x).powi(2),
            Self::Logistic => self.apply(x) * (1.0 - self.apply(x)),
            Self::Identity => 1.0,
            Self::Heaviside => 0.0,
        }
    }

    /// The slope of a leaky ReLU below 0.
    pub fn slope(self) -> Option<f64> {
        if let Self::LeakyRelu(slope) = self { Some(slope) } else { None }
    }

    /// Lower-case name, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Relu => "relu",
            Self::LeakyRelu(_) => "leaky-relu",
            Self::Tanh => "tanh",
            Self::Logistic => "logistic",
            Self::Identity => "identity",
            Self::Heaviside => "heaviside",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lipschitz_factors_are_those_of_section_2() {
        assert_eq!(Activation::Relu.lipschitz(), Some(1.0));
        assert_eq!(Activation::Tanh.lipschitz(), Some(1.0));
        assert_eq!(Activation::Logistic.lipschitz(), Some(0.25));
        assert_eq!(Activation::Heaviside.lipschitz(), None);
    }

    #[test]
    fn no_activation_hides_a_sum_that_has_overflowed() {
        use Activation::*;
        for activation in [Relu, LeakyRelu(0.1), Tanh, Logistic, Identity] {
            assert!(activation.apply(f64::NAN).is_nan(), "{activation:?}");
            assert!(
                [f64::NAN, f64::INFINITY, f64::NEG_INFINITY]
                    .iter()
                    .all(|&v| !activation.of_sum(v).is_finite())
            );
            assert_eq!(activation.of_sum(-0.7), activation.apply(-0.7));
        }
    }

    #[test]
    fn derivatives_are_limits_of_slopes() {
        use Activation::*;
        for activation in [Relu, LeakyRelu(0.1), Tanh, Logistic, Identity] {
            for x in [-3.0, -0.7, 0.4, 2.5] {
                let h = 1e-6;
                let slope = (activation.apply(x + h) - activation.apply(x - h)) / (2.0 * h);
                assert!((slope - activation.derivative(x)).abs() < 1e-8, "{activation:?} at {x}");
            }
        }
    }

    #[test]
    fn slopes_never_exceed_the_lipschitz_factor() {
        use Activation::*;
        for activation in [Relu, LeakyRelu(0.1), Tanh, Logistic, Identity] {
            let lambda = activation.lipschitz().unwrap();
            for step in -400..400 {
                let (x, y) = (f64::from(step) * 0.02, f64::from(step) * 0.02 + 0.013);
                let rise = (activation.apply(x) - activation.apply(y)).abs();
                assert!(rise <= lambda * (y - x) * (1.0 + 1e-12), "{activation:?} at {x}");
            }
        }
    }
}
