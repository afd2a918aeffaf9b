//! What is drawn with: one set for Unicode terminals, one for plain ASCII.

use ratatui::symbols::border;

/// Characters and words that depend on what the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glyphs {
    /// a column filled by 0…8 eighths
    pub eighths: [&'static str; 9],
    /// the part of a column that its quota still asks for
    pub wanted: &'static str,
    /// the exact density
    pub curve: &'static str,
    /// the theorem's bound on the density
    pub bound: &'static str,
    /// horizontal axis, and its marks
    pub axis: &'static str,
    /// a mark on the axis
    pub tick: &'static str,
    /// all is well
    pub good: &'static str,
    /// something is not
    pub bad: &'static str,
    /// the selected row
    pub pointer: &'static str,
    /// running
    pub running: &'static str,
    /// paused
    pub paused: &'static str,
    /// between parts of a line
    pub separator: &'static str,
    /// ≤
    pub at_most: &'static str,
    /// ε
    pub epsilon: &'static str,
    /// ε_w
    pub tolerance: &'static str,
    /// δ
    pub delta: &'static str,
    /// k′
    pub k_prime: &'static str,
    /// ±
    pub plus_minus: &'static str,
    /// the norm of W*
    pub norm_target: &'static str,
    /// Ĝ
    pub pruned: &'static str,
    /// box drawing
    pub border: border::Set<'static>,
    /// whether the terminal is to see nothing but ASCII
    pub ascii_only: bool,
}

/// For terminals that show UTF-8.
pub const UNICODE: Glyphs = Glyphs {
    eighths: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    wanted: "·",
    curve: "•",
    bound: "─",
    axis: "─",
    tick: "┴",
    good: "✓",
    bad: "✗",
    pointer: "▶",
    running: "▶",
    paused: "‖",
    separator: " · ",
    at_most: "≤",
    epsilon: "ε",
    tolerance: "ε_w",
    delta: "δ",
    k_prime: "k′",
    plus_minus: "±",
    norm_target: "‖W*‖",
    pruned: "Ĝ",
    border: border::PLAIN,
    ascii_only: false,
};

/// For all others.
pub const ASCII: Glyphs = Glyphs {
    eighths: [" ", ".", ".", ":", ":", "|", "|", "#", "#"],
    wanted: ".",
    curve: "o",
    bound: "-",
    axis: "-",
    tick: "+",
    good: "ok",
    bad: "FAILS",
    pointer: ">",
    running: ">",
    paused: "=",
    separator: ", ",
    at_most: "<=",
    epsilon: "eps",
    tolerance: "eps_w",
    delta: "delta",
    k_prime: "k'",
    plus_minus: "+-",
    norm_target: "|W*|",
    pruned: "G^",
    border: border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    },
    ascii_only: true,
};

impl Glyphs {
    /// ASCII where asked for, or where the locale (the first of `LC_ALL`, `LC_CTYPE`, `LANG` that is set) is
    /// no UTF-8.
    pub fn choose(ascii: bool, variable: impl Fn(&str) -> Option<String>) -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|v| !v.is_empty());
        let utf8 = locale.is_some_and(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        if ascii || !utf8 { ASCII } else { UNICODE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_locale_that_is_set_decides() {
        let set = |pairs: &'static [(&str, &str)]| {
            move |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
        };
        assert_eq!(Glyphs::choose(false, set(&[("LANG", "de_DE.UTF-8")])), UNICODE);
        assert_eq!(Glyphs::choose(false, set(&[("LANG", "C.utf8")])), UNICODE);
        assert_eq!(Glyphs::choose(false, set(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")])), ASCII);
        assert_eq!(Glyphs::choose(false, set(&[("LC_ALL", ""), ("LANG", "de_DE.UTF-8")])), UNICODE);
        assert_eq!(Glyphs::choose(false, set(&[])), ASCII);
        assert_eq!(Glyphs::choose(true, set(&[("LANG", "de_DE.UTF-8")])), ASCII);
    }
}
