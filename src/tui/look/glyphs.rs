//! Glyphs of the screens: one set for Unicode terminals, one for plain ASCII.

use ratatui::symbols::border;

use crate::report::{in_ascii, shows_only_ascii};
use crate::visible::visible;

/// Characters and words, by the terminal's abilities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glyphs {
    /// a column filled by 0…8 eighths
    pub eighths: [&'static str; 9],
    /// a column of dots, filled by 0…4 quarters: weights cut
    pub quarters: [&'static str; 5],
    /// the missing part of a column's quota
    pub wanted: &'static str,
    /// the exact density, at each quarter of a row from below
    pub curve: [&'static str; 4],
    /// the theorem's bound on the density, at each quarter of a row from below
    pub bound: [&'static str; 4],
    /// the largest number of neurons by theory
    pub limit: &'static str,
    /// shades of a picture, from nothing to full
    pub inks: &'static [&'static str],
    /// a bar of two values: cells of the first alone, the second alone, both
    pub halves: [&'static str; 3],
    /// start of the bars
    pub zero: &'static str,
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
    /// error of a weight: at most half of what its sums are allowed, or all of it
    pub shades: [&'static str; 2],
    /// a weight beyond its tolerance
    pub beyond: &'static str,
    /// the weight looked at
    pub chosen: &'static str,
    /// labels of the vertical and the horizontal axis
    pub down_across: [&'static str; 2],
    /// a row filled by 0…8 eighths
    pub bar: [&'static str; 9],
    /// a piece of a sum
    pub taken: &'static str,
    /// a demanded piece
    pub missing: &'static str,
    /// an open step
    pub open: &'static str,
    /// running
    pub running: &'static str,
    /// paused
    pub paused: &'static str,
    /// an observation of a run, among theory's curves
    pub observed: &'static str,
    /// a vertical guide line
    pub guide: &'static str,
    /// not known yet
    pub pending: &'static str,
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
    /// ŵ
    pub found: &'static str,
    /// ‖F − Ĝ‖
    pub norm_error: &'static str,
    /// Ĝ
    pub pruned: &'static str,
    /// box drawing
    pub border: border::Set<'static>,
    /// whether the terminal is to see nothing but ASCII
    pub ascii_only: bool,
}

/// For UTF-8 terminals.
pub const UNICODE: Glyphs = Glyphs {
    eighths: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    quarters: [" ", "⣀", "⣤", "⣶", "⣿"],
    wanted: "·",
    curve: ["⣀", "⠤", "⠒", "⠉"],
    bound: ["⡀", "⠄", "⠂", "⠁"],
    limit: "┊",
    inks: &[" ", "░", "▒", "▓", "█"],
    halves: ["▀", "▄", "█"],
    zero: "│",
    axis: "─",
    tick: "┴",
    good: "✓",
    bad: "✗",
    pointer: "▶",
    shades: ["░", "▒"],
    beyond: "✗",
    chosen: "◆",
    down_across: ["↓", "→"],
    bar: [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
    taken: "●",
    missing: "○",
    open: "~",
    running: "▶",
    paused: "‖",
    observed: "◆",
    guide: "┊",
    pending: "…",
    separator: " · ",
    at_most: "≤",
    epsilon: "ε",
    tolerance: "ε_w",
    delta: "δ",
    k_prime: "k′",
    plus_minus: "±",
    norm_target: "‖W*‖",
    found: "ŵ",
    norm_error: "‖F-Ĝ‖",
    pruned: "Ĝ",
    border: border::PLAIN,
    ascii_only: false,
};

/// For all others.
pub const ASCII: Glyphs = Glyphs {
    eighths: [" ", ".", ".", ":", ":", "|", "|", "#", "#"],
    quarters: [" ", "-", "-", "=", "="],
    wanted: ".",
    curve: ["o"; 4],
    bound: ["-"; 4],
    limit: "]",
    inks: &[" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"],
    halves: ["\"", "_", "#"],
    zero: "|",
    axis: "-",
    tick: "+",
    good: "ok",
    bad: "FAILS",
    pointer: ">",
    shades: ["-", "+"],
    beyond: "X",
    chosen: "@",
    down_across: ["down", "across"],
    bar: [" ", " ", " ", " ", "=", "=", "=", "=", "="],
    taken: "*",
    missing: "o",
    open: "~",
    running: ">",
    paused: "=",
    observed: "*",
    guide: ":",
    pending: "...",
    separator: ", ",
    at_most: "<=",
    epsilon: "eps",
    tolerance: "eps_w",
    delta: "delta",
    k_prime: "k'",
    plus_minus: "+-",
    norm_target: "|W*|",
    found: "w^",
    norm_error: "|F-G^|",
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
    /// A text of reports, or of others, for this terminal: without hidden or deceptive characters; in ASCII,
    /// mathematical signs are spelt out.
    pub fn write(&self, text: &str) -> String {
        let text = visible(text);
        if self.ascii_only { in_ascii(&text) } else { text.into_owned() }
    }

    /// ASCII on request, or if the locale (the first set of `LC_ALL`, `LC_CTYPE`, `LANG`) is
    /// no UTF-8.
    pub fn choose(ascii: bool, variable: impl Fn(&str) -> Option<String>) -> Self {
        if ascii || shows_only_ascii(variable) { ASCII } else { UNICODE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_spelt_out_in_ascii_only() {
        let text = "‖W_i‖₀ ≤ n_max, |w| ≤ 1/√n_max, z_in ≈ ±w → product";
        assert_eq!(UNICODE.write(text), text);
        assert_eq!(ASCII.write(text), "|W_i|_0 <= n_max, |w| <= 1/sqrt n_max, z_in ~ +-w -> product");
    }

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
