//! Corollary 7: how many weights G has for each weight of the target.

use super::Count;

/// N_G = Σ (n_{i−1} + n_i)·M_i, all weights of G with its layers fully connected (Corollary 7).
/// `shapes` n_i and n_{i−1} of each layer, `neurons` M₁…M_ℓ.
pub fn total_weights(shapes: &[(usize, usize)], neurons: &[Count]) -> Count {
    shapes.iter().zip(neurons).map(|(n, m)| m.times((n.0 + n.1) as f64)).sum()
}

/// N_G/N*, weights of G per weight of the target.
pub fn weight_ratio(shapes: &[(usize, usize)], neurons: &[Count]) -> Count {
    let target: f64 = shapes.iter().map(|n| n.0 as f64 * n.1 as f64).sum();
    total_weights(shapes, neurons).ratio(Count::new(target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example_5_ratio() {
        let ratio = weight_ratio(&[(100, 100); 10], &[Count::new(6_286_927.0); 10]).as_f64();
        assert_eq!(format!("{ratio:.2}"), "125738.54");
    }
}
