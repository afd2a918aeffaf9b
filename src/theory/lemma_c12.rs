//! Lemma C.12, batch sampling: draws until every category holds enough samples.

use super::ln_over;

/// ⌈(2/c)(N + ln(K/δ))⌉ draws leave each of `categories` K, of probability ≥ `probability` c each, with at
/// least `samples` N, with probability ≥ 1 − δ.
///
/// 0 < c ≤ 1, 0 < δ < 1, K > 0 (it may be real: the paper puts 2k′ for 2k).
pub fn draws(probability: f64, samples: u64, categories: f64, delta: f64) -> u64 {
    ((2.0 / probability) * (samples as f64 + ln_over(categories, delta))).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_for_a_fair_coin() {
        // (2/½)(10 + ln(2/0.01)) = 4·15.298… = 61.19…
        assert_eq!(draws(0.5, 10, 2.0, 0.01), 62);
    }

    /// The bound is a bound: binomial tail below δ at the stated draws, summed exactly.
    #[test]
    fn the_binomial_tail_is_below_delta() {
        for (c, n, delta) in [(0.25, 3_u64, 0.05), (0.1, 1, 0.01), (0.5, 20, 0.1)] {
            let m = draws(c, n, 1.0, delta);
            let mut term = (1.0 - c).powi(m as i32);
            let mut tail = term;
            for j in 1..n {
                term *= (m - j + 1) as f64 / j as f64 * c / (1.0 - c);
                tail += term;
            }
            assert!(tail <= delta, "c={c} n={n}: tail {tail} over {delta}");
        }
    }
}
