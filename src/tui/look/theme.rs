//! Colours by meaning. Nothing is told by colour alone.

use ratatui::style::{Color as Ink, Modifier, Style};
use serde::{Deserialize, Serialize};

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Color {
    /// unless NO_COLOR is set
    Auto,
    /// even if NO_COLOR is set
    Always,
    /// bold and reverse only
    Never,
}

/// Which colours, if there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThemeName {
    /// for a dark background
    Dark,
    /// for a light background
    Light,
    /// no colours, bold and reverse only
    Mono,
}

/// The wish for colours. A light background is looked for with `Auto` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum ThemeChoice {
    /// light where COLORFGBG names a light background, else dark
    Auto,
    /// for a dark background
    Dark,
    /// for a light background
    Light,
    /// no colours, bold and reverse only
    Mono,
}

impl ThemeChoice {
    /// The theme, in a terminal with these variables of the environment.
    pub fn theme(self, variable: impl Fn(&str) -> Option<String>) -> ThemeName {
        match self {
            Self::Auto => ThemeName::of_terminal(variable),
            Self::Dark => ThemeName::Dark,
            Self::Light => ThemeName::Light,
            Self::Mono => ThemeName::Mono,
        }
    }
}

impl From<ThemeName> for ThemeChoice {
    fn from(theme: ThemeName) -> Self {
        match theme {
            ThemeName::Dark => Self::Dark,
            ThemeName::Light => Self::Light,
            ThemeName::Mono => Self::Mono,
        }
    }
}

/// What the colours are made to be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// black, or nearly
    Dark,
    /// white, or nearly
    Light,
}

/// A style for each meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Theme {
    /// the background that these styles are for; the terminal's own is never painted over
    pub ground: Ground,
    /// ordinary text
    pub text: Style,
    /// labels, frames, what is not the point
    pub faint: Style,
    /// names of panes and of the program
    pub title: Style,
    /// keys that can be pressed
    pub key: Style,
    /// observed frequencies, what has been filled
    pub bar: Style,
    /// a bar at its quota
    pub full: Style,
    /// the exact density
    pub curve: Style,
    /// the theorem's bound
    pub bound: Style,
    /// curves beside one another, by their numbers; each carries a letter too
    pub curves: [Style; CURVES],
    /// what holds
    pub good: Style,
    /// what does not
    pub bad: Style,
    /// the row or layer one looks at
    pub selected: Style,
    /// greys of a picture, from the darkest to the lightest; none where characters have to do
    pub greys: &'static [Ink],
}

/// Colours of curves beside one another.
pub const CURVES: usize = 8;

/// A style for each of these colours.
const fn inked(colours: [Ink; CURVES]) -> [Style; CURVES] {
    let mut styles = [Style::new(); CURVES];
    let mut curve = 0;
    while curve < CURVES {
        styles[curve] = Style::new().fg(colours[curve]);
        curve += 1;
    }
    styles
}

/// The greys among 256 colours, with black and white.
const GREYS: [Ink; 26] = {
    let mut greys = [Ink::Indexed(16); 26];
    let mut level = 0;
    while level < 24 {
        greys[level + 1] = Ink::Indexed(232 + level as u8);
        level += 1;
    }
    greys[25] = Ink::Indexed(231);
    greys
};

/// All greys of 24-bit colours.
const ALL_GREYS: [Ink; 256] = {
    let mut greys = [Ink::Reset; 256];
    let mut level = 0;
    while level < 256 {
        let grey = level as u8;
        greys[level] = Ink::Rgb(grey, grey, grey);
        level += 1;
    }
    greys
};

/// Modifiers only.
pub const MONO: Theme = Theme {
    ground: Ground::Light,
    text: Style::new(),
    faint: Style::new(),
    title: Style::new().add_modifier(Modifier::BOLD),
    key: Style::new().add_modifier(Modifier::BOLD),
    bar: Style::new(),
    full: Style::new().add_modifier(Modifier::BOLD),
    curve: Style::new().add_modifier(Modifier::BOLD),
    bound: Style::new(),
    curves: [Style::new(); CURVES],
    good: Style::new().add_modifier(Modifier::BOLD),
    bad: Style::new().add_modifier(Modifier::BOLD.union(Modifier::REVERSED)),
    selected: Style::new().add_modifier(Modifier::REVERSED),
    greys: &[],
};

/// The sixteen colours as the terminal's user defines them, on a dark background.
///
/// Few of them can be read on every palette: bright black is the background itself of Solarized, blue vanishes on VGA, no
/// red has enough contrast on Nord. Text is green, cyan, or the terminal's own colour. Green is never bold: terminals that
/// show bold as bright turn it into a grey of Solarized that is too dark.
pub const ANSI: Theme = Theme {
    ground: Ground::Dark,
    text: Style::new(),
    faint: Style::new(),
    title: Style::new().fg(Ink::Cyan).add_modifier(Modifier::BOLD),
    key: Style::new().add_modifier(Modifier::BOLD),
    bar: Style::new().fg(Ink::Cyan),
    full: Style::new().fg(Ink::Green),
    curve: Style::new().fg(Ink::Yellow),
    bound: Style::new().fg(Ink::Magenta),
    curves: inked([
        Ink::Cyan,
        Ink::Yellow,
        Ink::Green,
        Ink::LightRed,
        Ink::LightCyan,
        Ink::Magenta,
        Ink::LightBlue,
        Ink::Reset,
    ]),
    good: Style::new().fg(Ink::Green),
    bad: Style::new().add_modifier(Modifier::BOLD.union(Modifier::REVERSED)),
    selected: Style::new().add_modifier(Modifier::REVERSED),
    greys: &[],
};

/// The same on a light background. No colour but the terminal's own can be read on every light palette: colours are for
/// bars and curves alone.
pub const LIGHT_ANSI: Theme = Theme {
    ground: Ground::Light,
    bar: Style::new().fg(Ink::Blue),
    curve: Style::new().fg(Ink::Magenta),
    curves: inked([
        Ink::Blue,
        Ink::Red,
        Ink::Magenta,
        Ink::Reset,
        Ink::Reset,
        Ink::Reset,
        Ink::LightRed,
        Ink::Blue,
    ]),
    ..MONO
};

/// For terminals with 256 colours, on a dark background. The first sixteen are the user's and not used here.
pub const INDEXED: Theme = Theme {
    ground: Ground::Dark,
    text: Style::new(),
    faint: Style::new().fg(Ink::Indexed(248)),
    title: Style::new().fg(Ink::Indexed(80)).add_modifier(Modifier::BOLD),
    key: Style::new().fg(Ink::Indexed(222)),
    bar: Style::new().fg(Ink::Indexed(75)),
    full: Style::new().fg(Ink::Indexed(114)),
    curve: Style::new().fg(Ink::Indexed(222)),
    bound: Style::new().fg(Ink::Indexed(177)),
    curves: inked([
        Ink::Indexed(80),
        Ink::Indexed(222),
        Ink::Indexed(114),
        Ink::Indexed(210),
        Ink::Indexed(252),
        Ink::Indexed(177),
        Ink::Indexed(75),
        Ink::Indexed(215),
    ]),
    good: Style::new().fg(Ink::Indexed(114)).add_modifier(Modifier::BOLD),
    bad: Style::new().fg(Ink::Indexed(210)).add_modifier(Modifier::BOLD),
    selected: Style::new().add_modifier(Modifier::REVERSED),
    greys: &GREYS,
};

/// The same on a light background.
pub const LIGHT_INDEXED: Theme = Theme {
    ground: Ground::Light,
    text: Style::new(),
    faint: Style::new().fg(Ink::Indexed(241)),
    title: Style::new().fg(Ink::Indexed(24)).add_modifier(Modifier::BOLD),
    key: Style::new().fg(Ink::Indexed(94)),
    bar: Style::new().fg(Ink::Indexed(25)),
    full: Style::new().fg(Ink::Indexed(22)),
    curve: Style::new().fg(Ink::Indexed(130)),
    bound: Style::new().fg(Ink::Indexed(91)),
    curves: inked([
        Ink::Indexed(24),
        Ink::Indexed(130),
        Ink::Indexed(22),
        Ink::Indexed(124),
        Ink::Indexed(238),
        Ink::Indexed(91),
        Ink::Indexed(25),
        Ink::Indexed(52),
    ]),
    good: Style::new().fg(Ink::Indexed(22)).add_modifier(Modifier::BOLD),
    bad: Style::new().fg(Ink::Indexed(124)).add_modifier(Modifier::BOLD),
    selected: Style::new().add_modifier(Modifier::REVERSED),
    greys: &GREYS,
};

/// For terminals with 24-bit colours, on a dark background.
pub const RGB: Theme = Theme {
    ground: Ground::Dark,
    text: Style::new(),
    faint: Style::new().fg(Ink::Rgb(165, 165, 165)),
    title: Style::new().fg(Ink::Rgb(86, 182, 194)).add_modifier(Modifier::BOLD),
    key: Style::new().fg(Ink::Rgb(229, 192, 123)),
    bar: Style::new().fg(Ink::Rgb(97, 145, 217)),
    full: Style::new().fg(Ink::Rgb(120, 176, 96)),
    curve: Style::new().fg(Ink::Rgb(229, 192, 123)),
    bound: Style::new().fg(Ink::Rgb(198, 120, 221)),
    curves: inked([
        Ink::Rgb(86, 182, 194),
        Ink::Rgb(229, 192, 123),
        Ink::Rgb(120, 176, 96),
        Ink::Rgb(240, 128, 128),
        Ink::Rgb(215, 215, 215),
        Ink::Rgb(198, 120, 221),
        Ink::Rgb(97, 145, 217),
        Ink::Rgb(230, 150, 90),
    ]),
    good: Style::new().fg(Ink::Rgb(120, 176, 96)).add_modifier(Modifier::BOLD),
    bad: Style::new().fg(Ink::Rgb(240, 128, 128)).add_modifier(Modifier::BOLD),
    selected: Style::new().add_modifier(Modifier::REVERSED),
    greys: &ALL_GREYS,
};

/// The same on a light background: the same hues, darker.
pub const LIGHT_RGB: Theme = Theme {
    ground: Ground::Light,
    text: Style::new(),
    faint: Style::new().fg(Ink::Rgb(105, 105, 105)),
    title: Style::new().fg(Ink::Rgb(0, 105, 120)).add_modifier(Modifier::BOLD),
    key: Style::new().fg(Ink::Rgb(140, 90, 0)),
    bar: Style::new().fg(Ink::Rgb(40, 95, 175)),
    full: Style::new().fg(Ink::Rgb(50, 115, 40)),
    curve: Style::new().fg(Ink::Rgb(175, 75, 0)),
    bound: Style::new().fg(Ink::Rgb(135, 50, 165)),
    curves: inked([
        Ink::Rgb(0, 105, 120),
        Ink::Rgb(175, 75, 0),
        Ink::Rgb(50, 115, 40),
        Ink::Rgb(180, 25, 35),
        Ink::Rgb(70, 70, 70),
        Ink::Rgb(135, 50, 165),
        Ink::Rgb(40, 95, 175),
        Ink::Rgb(90, 50, 20),
    ]),
    good: Style::new().fg(Ink::Rgb(50, 115, 40)).add_modifier(Modifier::BOLD),
    bad: Style::new().fg(Ink::Rgb(180, 25, 35)).add_modifier(Modifier::BOLD),
    selected: Style::new().add_modifier(Modifier::REVERSED),
    greys: &ALL_GREYS,
};

impl ThemeName {
    /// The next one in turn: dark, light, mono.
    pub fn next(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Mono,
            Self::Mono => Self::Dark,
        }
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Mono => "mono",
        }
    }

    /// The theme for the background that `COLORFGBG` names, which some terminals set; else dark.
    fn of_terminal(variable: impl Fn(&str) -> Option<String>) -> Self {
        let colours = variable("COLORFGBG").unwrap_or_default();
        match colours.rsplit(';').next().and_then(|ground| ground.parse().ok()) {
            Some(7 | 9..=15) => Self::Light,
            _ => Self::Dark,
        }
    }
}

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// none, or none are wanted
    None,
    /// the sixteen that the user defines
    Sixteen,
    /// 256, all but the first sixteen fixed
    Indexed,
    /// 24 bits
    Rgb,
}

impl Colours {
    /// What the command line and the environment say: `NO_COLOR`, `COLORTERM`, `TERM`.
    pub fn of(color: Color, variable: impl Fn(&str) -> Option<String>) -> Self {
        let plain = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
        if color == Color::Never || (color == Color::Auto && plain) {
            return Self::None;
        }
        if variable("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit") {
            Self::Rgb
        } else if variable("TERM").is_some_and(|value| value.ends_with("-256color")) {
            Self::Indexed
        } else {
            Self::Sixteen
        }
    }
}

impl Theme {
    /// The style of one of several curves, by its number.
    pub fn curve_style(&self, curve: usize) -> Style {
        self.curves[curve % CURVES]
    }

    /// The theme of a name, in the colours that there are.
    pub fn of(name: ThemeName, colours: Colours) -> Self {
        match (name, colours) {
            (ThemeName::Mono, _) | (_, Colours::None) => MONO,
            (ThemeName::Dark, Colours::Sixteen) => ANSI,
            (ThemeName::Dark, Colours::Indexed) => INDEXED,
            (ThemeName::Dark, Colours::Rgb) => RGB,
            (ThemeName::Light, Colours::Sixteen) => LIGHT_ANSI,
            (ThemeName::Light, Colours::Indexed) => LIGHT_INDEXED,
            (ThemeName::Light, Colours::Rgb) => LIGHT_RGB,
        }
    }
}

#[cfg(test)]
mod palettes;

#[cfg(test)]
mod tests {
    use super::*;

    const DARK: ThemeName = ThemeName::Dark;

    fn with(name: &'static str, value: &'static str) -> impl Fn(&str) -> Option<String> {
        move |asked: &str| (asked == name).then(|| value.to_owned())
    }

    #[test]
    fn no_color_colorterm_and_term_are_obeyed() {
        let chosen = |color, name, value| Theme::of(DARK, Colours::of(color, with(name, value)));
        assert_eq!(chosen(Color::Auto, "NO_COLOR", "1"), MONO);
        assert_eq!(chosen(Color::Auto, "NO_COLOR", ""), ANSI);
        assert_eq!(chosen(Color::Always, "NO_COLOR", "1"), ANSI);
        assert_eq!(chosen(Color::Auto, "COLORTERM", "truecolor"), RGB);
        assert_eq!(chosen(Color::Never, "COLORTERM", "truecolor"), MONO);
        assert_eq!(chosen(Color::Auto, "TERM", "xterm-256color"), INDEXED);
        assert_eq!(chosen(Color::Auto, "TERM", "tmux-256color"), INDEXED);
        assert_eq!(chosen(Color::Auto, "TERM", "xterm"), ANSI);
        assert_eq!(chosen(Color::Never, "TERM", "xterm-256color"), MONO);
    }

    #[test]
    fn themes_are_chosen_by_name() {
        let light =
            |variable, value| Theme::of(ThemeName::Light, Colours::of(Color::Auto, with(variable, value)));
        assert_eq!(light("COLORTERM", "24bit"), LIGHT_RGB);
        assert_eq!(light("COLORTERM", "yes"), LIGHT_ANSI);
        assert_eq!(light("TERM", "screen-256color"), LIGHT_INDEXED);
        assert_eq!(light("NO_COLOR", "1"), MONO);
        assert_eq!(Theme::of(ThemeName::Mono, Colours::Rgb), MONO);
        let names = [DARK, ThemeName::Light, ThemeName::Mono];
        assert_eq!(names.map(ThemeName::next), [ThemeName::Light, ThemeName::Mono, DARK]);
    }

    #[test]
    fn a_terminal_that_names_its_background_is_believed() {
        let named = |value| ThemeChoice::Auto.theme(with("COLORFGBG", value));
        assert_eq!(["0;15", "0;default;15", "0;7"].map(named), [ThemeName::Light; 3]);
        assert_eq!(["15;0", "7;8", "15;default", "", "12;"].map(named), [DARK; 5]);
        assert_eq!(ThemeChoice::Auto.theme(|_| None), DARK);
        // Only where it is asked for.
        let asked = [ThemeChoice::Dark, ThemeChoice::Light, ThemeChoice::Mono];
        let found = asked.map(|choice| choice.theme(with("COLORFGBG", "0;15")));
        assert_eq!(found.map(ThemeChoice::from), asked);
    }
}
