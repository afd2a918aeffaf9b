//! Texts in ASCII.

/// ASCII spellings of mathematical and drawing signs.
const SPELT_OUT: [(char, &str); 51] = [
    ('ᵀ', "^T"),
    ('│', "|"),
    ('─', "-"),
    ('┌', "+"),
    ('├', "+"),
    ('└', "+"),
    ('┬', "+"),
    ('┴', "+"),
    ('┼', "+"),
    ('‖', "|"),
    ('₀', "_0"),
    ('₁', "_1"),
    ('₂', "_2"),
    ('ℓ', "l"),
    ('≤', "<="),
    ('≥', ">="),
    ('≈', "~"),
    ('±', "+-"),
    ('√', "sqrt "),
    ('→', "->"),
    ('α', "alpha"),
    ('β', "beta"),
    ('γ', "gamma"),
    ('δ', "delta"),
    ('Δ', "d"),
    ('ε', "eps"),
    ('λ', "lambda"),
    ('σ', "sigma"),
    ('φ', "phi"),
    ('∏', "prod "),
    ('Σ', "sum "),
    ('·', "*"),
    ('×', "x"),
    ('−', "-"),
    ('–', "-"),
    ('′', "'"),
    ('ŵ', "w^"),
    ('Ŵ', "W^"),
    ('Ĝ', "G^"),
    ('∞', "inf"),
    ('⁻', "^-"),
    ('²', "^2"),
    ('³', "^3"),
    ('…', "..."),
    ('✓', "ok"),
    ('✗', "NO"),
    ('•', "*"),
    ('“', "\""),
    ('”', "\""),
    ('‘', "'"),
    ('’', "'"),
];

/// A text in ASCII. Signs are spelt out; all other characters become `\u{…}` as in RON and Rust, so that names stay distinct.
pub fn in_ascii(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut plain = String::new();
    for c in text.chars() {
        match SPELT_OUT.iter().find(|(sign, _)| *sign == c) {
            Some((_, word)) => plain.push_str(word),
            None if c.is_ascii() => plain.push(c),
            None => plain.extend(c.escape_unicode()),
        }
    }
    plain
}

/// Whether the locale is not UTF-8: the first of `LC_ALL`, `LC_CTYPE` and `LANG` with a value.
pub fn shows_only_ascii(variable: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|v| !v.is_empty());
    !locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_spelt_out_and_names_are_told_apart() {
        let text = "‖W_i‖₀ ≤ n_max, |w| ≤ 1/√n_max, z_in ≈ ±w → product";
        assert_eq!(in_ascii(text), "|W_i|_0 <= n_max, |w| <= 1/sqrt n_max, z_in ~ +-w -> product");
        assert_eq!(in_ascii("größe.ron"), "gr\\u{f6}\\u{df}e.ron");
    }
}
