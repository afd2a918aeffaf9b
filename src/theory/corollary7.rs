//! Corollary 7: how many weights G has for each weight of the target.

/// N_G = Σ (n_{i−1} + n_i)·M_i, all weights of G with its layers fully connected (Corollary 7).
/// `widths` n₀…n_ℓ, `neurons` M₁…M_ℓ.
pub fn total_weights(widths: &[usize], neurons: &[f64]) -> f64 {
    widths.windows(2).zip(neurons).map(|(n, m)| (n[0] + n[1]) as f64 * m).sum()
}

/// N_G/N*, weights of G per weight of the target.
pub fn weight_ratio(widths: &[usize], neurons: &[f64]) -> f64 {
    let target: f64 = widths.windows(2).map(|n| n[0] as f64 * n[1] as f64).sum();
    total_weights(widths, neurons) / target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example_5_ratio() {
        let ratio = weight_ratio(&[100; 11], &[6_286_927.0; 10]);
        assert_eq!(format!("{ratio:.2}"), "125738.54");
    }
}
