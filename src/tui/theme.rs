//! Colours by meaning. Nothing is told by colour alone.

use ratatui::style::{Color as Ink, Modifier, Style};

use super::Color;

/// A style for each meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Theme {
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
}

/// Modifiers only.
pub const MONO: Theme = Theme {
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
};

/// The sixteen colours that the user's terminal defines.
pub const ANSI: Theme = Theme {
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
};

/// For terminals with 24-bit colours.
pub const RGB: Theme = Theme {
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
};

impl Theme {
    /// The theme for a choice on the command line and the environment's `NO_COLOR` and `COLORTERM`.
    pub fn choose(color: Color, variable: impl Fn(&str) -> Option<String>) -> Self {
        let plain = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
        let rgb = variable("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit");
        match color {
            Color::Never => MONO,
            Color::Auto if plain => MONO,
            Color::Auto | Color::Always => {
                if rgb {
                    RGB
                } else {
                    ANSI
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_color_and_colorterm_are_obeyed() {
        let with = |name: &'static str, value: &'static str| {
            move |asked: &str| (asked == name).then(|| value.to_owned())
        };
        assert_eq!(Theme::choose(Color::Auto, with("NO_COLOR", "1")), MONO);
        assert_eq!(Theme::choose(Color::Auto, with("NO_COLOR", "")), ANSI);
        assert_eq!(Theme::choose(Color::Always, with("NO_COLOR", "1")), ANSI);
        assert_eq!(Theme::choose(Color::Auto, with("COLORTERM", "truecolor")), RGB);
        assert_eq!(Theme::choose(Color::Never, with("COLORTERM", "truecolor")), MONO);
    }

    #[test]
    fn mono_has_no_colour() {
        let Theme { text, faint, title, key, bar, full, curve, bound, good, bad, selected } = MONO;
        for style in [text, faint, title, key, bar, full, curve, bound, good, bad, selected] {
            assert!(style.fg.is_none() && style.bg.is_none());
        }
    }
}
