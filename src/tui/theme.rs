//! Colours by meaning. Nothing is told by colour alone.

use ratatui::style::{Color as Ink, Modifier, Style};

use super::Color;

/// Which colours, where there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ThemeName {
    /// for a dark background
    Dark,
    /// for a light background
    Light,
    /// no colours, bold and reverse only
    Mono,
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
    /// a bar that has reached its quota
    pub full: Style,
    /// the exact density
    pub curve: Style,
    /// the theorem's bound
    pub bound: Style,
    /// what holds
    pub good: Style,
    /// what does not
    pub bad: Style,
    /// the row or layer one looks at
    pub selected: Style,
    /// greys of a picture, from the darkest to the lightest; none where characters have to do
    pub greys: &'static [Ink],
}

/// The greys among the sixteen colours.
const FOUR_GREYS: [Ink; 4] = [Ink::Black, Ink::DarkGray, Ink::Gray, Ink::White];

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
    good: Style::new().add_modifier(Modifier::BOLD),
    bad: Style::new().add_modifier(Modifier::BOLD.union(Modifier::REVERSED)),
    selected: Style::new().add_modifier(Modifier::REVERSED),
    greys: &[],
};

/// The sixteen colours that the user's terminal defines, on a dark background.
pub const ANSI: Theme = Theme {
    ground: Ground::Dark,
    text: Style::new(),
    faint: Style::new().fg(Ink::DarkGray),
    title: Style::new().fg(Ink::Cyan).add_modifier(Modifier::BOLD),
    key: Style::new().fg(Ink::Yellow),
    bar: Style::new().fg(Ink::Blue),
    full: Style::new().fg(Ink::Green),
    curve: Style::new().fg(Ink::Yellow),
    bound: Style::new().fg(Ink::Magenta),
    good: Style::new().fg(Ink::Green).add_modifier(Modifier::BOLD),
    bad: Style::new().fg(Ink::Red).add_modifier(Modifier::BOLD),
    selected: Style::new().add_modifier(Modifier::REVERSED),
    greys: &FOUR_GREYS,
};

/// The same on a light background. Many terminals' green, cyan and yellow cannot be read on white, nor can some
/// terminals' greys: what is faint is the text's own colour, dimmed where the terminal can. Red is for what is bad alone.
pub const LIGHT_ANSI: Theme = Theme {
    ground: Ground::Light,
    text: Style::new(),
    faint: Style::new().add_modifier(Modifier::DIM),
    title: Style::new().fg(Ink::Blue).add_modifier(Modifier::BOLD),
    key: Style::new().fg(Ink::Magenta),
    bar: Style::new().fg(Ink::Blue),
    full: Style::new().add_modifier(Modifier::BOLD),
    curve: Style::new().fg(Ink::Magenta),
    bound: Style::new(),
    good: Style::new().fg(Ink::Blue).add_modifier(Modifier::BOLD),
    bad: Style::new().fg(Ink::Red).add_modifier(Modifier::BOLD),
    selected: Style::new().add_modifier(Modifier::REVERSED),
    greys: &FOUR_GREYS,
};

/// For terminals with 24-bit colours, on a dark background.
pub const RGB: Theme = Theme {
    ground: Ground::Dark,
    text: Style::new(),
    faint: Style::new().fg(Ink::Rgb(128, 128, 128)),
    title: Style::new().fg(Ink::Rgb(86, 182, 194)).add_modifier(Modifier::BOLD),
    key: Style::new().fg(Ink::Rgb(229, 192, 123)),
    bar: Style::new().fg(Ink::Rgb(97, 145, 217)),
    full: Style::new().fg(Ink::Rgb(120, 176, 96)),
    curve: Style::new().fg(Ink::Rgb(229, 192, 123)),
    bound: Style::new().fg(Ink::Rgb(198, 120, 221)),
    good: Style::new().fg(Ink::Rgb(120, 176, 96)).add_modifier(Modifier::BOLD),
    bad: Style::new().fg(Ink::Rgb(224, 90, 90)).add_modifier(Modifier::BOLD),
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
    good: Style::new().fg(Ink::Rgb(50, 115, 40)).add_modifier(Modifier::BOLD),
    bad: Style::new().fg(Ink::Rgb(180, 25, 35)).add_modifier(Modifier::BOLD),
    selected: Style::new().add_modifier(Modifier::REVERSED),
    greys: &ALL_GREYS,
};

impl Theme {
    /// The theme for a choice on the command line and the environment's `NO_COLOR` and `COLORTERM`.
    pub fn choose(name: ThemeName, color: Color, variable: impl Fn(&str) -> Option<String>) -> Self {
        let plain = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
        let rgb = variable("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit");
        if color == Color::Never || (color == Color::Auto && plain) {
            return MONO;
        }
        match (name, rgb) {
            (ThemeName::Mono, _) => MONO,
            (ThemeName::Dark, false) => ANSI,
            (ThemeName::Dark, true) => RGB,
            (ThemeName::Light, false) => LIGHT_ANSI,
            (ThemeName::Light, true) => LIGHT_RGB,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DARK: ThemeName = ThemeName::Dark;

    fn styles(theme: Theme) -> [Style; 11] {
        let Theme {
            ground: _,
            text,
            faint,
            title,
            key,
            bar,
            full,
            curve,
            bound,
            good,
            bad,
            selected,
            greys: _,
        } = theme;
        [text, faint, title, key, bar, full, curve, bound, good, bad, selected]
    }

    fn with(name: &'static str, value: &'static str) -> impl Fn(&str) -> Option<String> {
        move |asked: &str| (asked == name).then(|| value.to_owned())
    }

    #[test]
    fn no_color_and_colorterm_are_obeyed() {
        assert_eq!(Theme::choose(DARK, Color::Auto, with("NO_COLOR", "1")), MONO);
        assert_eq!(Theme::choose(DARK, Color::Auto, with("NO_COLOR", "")), ANSI);
        assert_eq!(Theme::choose(DARK, Color::Always, with("NO_COLOR", "1")), ANSI);
        assert_eq!(Theme::choose(DARK, Color::Auto, with("COLORTERM", "truecolor")), RGB);
        assert_eq!(Theme::choose(DARK, Color::Never, with("COLORTERM", "truecolor")), MONO);
    }

    #[test]
    fn themes_are_chosen_by_name() {
        let light = |variable, value| Theme::choose(ThemeName::Light, Color::Auto, with(variable, value));
        assert_eq!(light("COLORTERM", "24bit"), LIGHT_RGB);
        assert_eq!(light("COLORTERM", "yes"), LIGHT_ANSI);
        assert_eq!(light("NO_COLOR", "1"), MONO);
        let mono = Theme::choose(ThemeName::Mono, Color::Always, with("COLORTERM", "truecolor"));
        assert_eq!(mono, MONO);
    }

    #[test]
    fn mono_has_no_colour() {
        assert!(MONO.greys.is_empty());
        for style in styles(MONO) {
            assert!(style.fg.is_none() && style.bg.is_none() && style.underline_color.is_none());
        }
    }

    #[test]
    fn dark_and_light_differ_where_there_is_colour() {
        for (dark, light) in [(ANSI, LIGHT_ANSI), (RGB, LIGHT_RGB)] {
            assert_eq!((dark.ground, light.ground), (Ground::Dark, Ground::Light));
            let pairs = styles(dark).into_iter().zip(styles(light));
            let same: Vec<_> =
                pairs.filter(|(dark, light)| dark.fg.is_some() && dark.fg == light.fg).collect();
            // Of sixteen colours few can be read on both.
            assert!(same.len() <= 3, "{same:?}");
        }
    }

    /// Relative luminance as WCAG 2 defines it.
    fn luminance(red: u8, green: u8, blue: u8) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(luminance: f64, ground: Ground) -> f64 {
        match ground {
            Ground::Dark => (luminance + 0.05) / 0.05,
            Ground::Light => 1.05 / (luminance + 0.05),
        }
    }

    #[test]
    fn every_rgb_colour_can_be_read_on_its_ground() {
        assert!((contrast(luminance(255, 255, 255), Ground::Dark) - 21.0).abs() < 1e-9);
        for theme in [RGB, LIGHT_RGB] {
            for style in styles(theme) {
                let Some(ink) = style.fg else { continue };
                let Ink::Rgb(red, green, blue) = ink else { unreachable!("{ink} is not RGB") };
                let contrast = contrast(luminance(red, green, blue), theme.ground);
                assert!(contrast >= 3.0, "{ink} on {:?}: {contrast}", theme.ground);
            }
        }
    }

    /// Sixteen colours are the terminal's, but xterm's own are the worst of the usual ones on white.
    #[test]
    fn light_in_sixteen_colours_can_be_read_with_the_colours_of_xterm() {
        for ink in styles(LIGHT_ANSI).into_iter().filter_map(|style| style.fg) {
            let luminance = match ink {
                Ink::Blue => luminance(0, 0, 238),
                Ink::Magenta => luminance(205, 0, 205),
                Ink::Red => luminance(205, 0, 0),
                _ => unreachable!("{ink} is too bright on some white terminal"),
            };
            assert!(contrast(luminance, Ground::Light) >= 3.0, "{ink}");
        }
    }
}
