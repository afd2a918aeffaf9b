//! Which protocol.

use std::io;

use ratatui::layout::Size;

use super::{iterm2, kitty, sixel};
use crate::tui::look::Look;
use crate::tui::widgets::pictures::GreyPicture;

/// A terminal's protocol for images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Images {
    /// no images: pictures are made of characters
    None,
    /// kitty's graphics protocol: kitty, Ghostty, Konsole, WezTerm
    Kitty,
    /// sixel graphics: foot, mlterm, xterm, WezTerm, Windows Terminal
    Sixel,
    /// iTerm2's inline images: iTerm2, WezTerm, mintty
    Iterm2,
}

impl Images {
    /// The user's choice; else that of the environment, for a look with colours and more than ASCII.
    pub(crate) fn choose(
        asked: Option<Self>,
        look: &Look,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let is_plain = look.theme.greys.is_empty() || look.glyphs.ascii_only;
        asked.unwrap_or_else(|| if is_plain { Self::None } else { Self::of_terminal(variable) })
    }

    /// The protocol of the terminal that has named itself: kitty and Ghostty by TERM, iTerm2 and WezTerm by TERM_PROGRAM. Inside
    /// tmux and screen none, whatever is inherited: they pass no images on.
    fn of_terminal(variable: impl Fn(&str) -> Option<String>) -> Self {
        let term = variable("TERM").unwrap_or_default();
        let is_inside =
            ["TMUX", "STY"].iter().any(|name| variable(name).is_some_and(|value| !value.is_empty()));
        if is_inside || term.starts_with("tmux") || term.starts_with("screen") {
            return Self::None;
        }
        match (&term[..], variable("TERM_PROGRAM").as_deref()) {
            ("xterm-kitty" | "xterm-ghostty", _) => Self::Kitty,
            (_, Some("iTerm.app" | "WezTerm")) => Self::Iterm2,
            _ => Self::None,
        }
    }

    /// The bytes that show a picture over its cells, of this size in pixels; none if the protocol needs that size and it is
    /// not known.
    pub(super) fn show(
        self,
        picture: &GreyPicture,
        number: usize,
        cell: Option<Size>,
    ) -> io::Result<Vec<u8>> {
        match self {
            Self::None => Ok(Vec::new()),
            Self::Kitty => kitty::show(picture, number),
            Self::Iterm2 => iterm2::show(picture),
            Self::Sixel => Ok(cell.map(|cell| sixel::show(picture, cell)).unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::look::glyphs::{ASCII, UNICODE};
    use crate::tui::look::theme::{ANSI, INDEXED};

    #[test]
    fn a_terminal_that_names_itself_is_believed_outside_of_tmux_alone() {
        let look = Look { theme: INDEXED, glyphs: UNICODE };
        let found = |pairs: &'static [(&str, &str)], asked, look| {
            let variable = move |name: &str| {
                pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            };
            Images::choose(asked, &look, variable)
        };
        let kitty: &[_] = &[("TERM", "xterm-kitty")];
        let cases: [(&'static [(&str, &str)], Images); 9] = [
            (&[], Images::None),
            (&[("TERM", "xterm-256color")], Images::None),
            // Inherited by whatever is started from kitty.
            (&[("TERM", "xterm-256color"), ("KITTY_WINDOW_ID", "1")], Images::None),
            (&[("TERM", "xterm-kitty")], Images::Kitty),
            (&[("TERM", "xterm-ghostty"), ("TERM_PROGRAM", "ghostty")], Images::Kitty),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")], Images::Iterm2),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")], Images::Iterm2),
            (&[("TERM", "tmux-256color"), ("TERM_PROGRAM", "WezTerm")], Images::None),
            (&[("TERM", "xterm-kitty"), ("TMUX", "/tmp/tmux")], Images::None),
        ];
        for (pairs, expected) in cases {
            assert_eq!(found(pairs, None, look), expected, "{pairs:?}");
            assert_eq!(found(pairs, Some(Images::Sixel), look), Images::Sixel);
            assert_eq!(found(pairs, Some(Images::None), look), Images::None);
        }
        for plain in [Look { theme: ANSI, glyphs: UNICODE }, Look { theme: INDEXED, glyphs: ASCII }] {
            assert_eq!(found(kitty, None, plain), Images::None);
            assert_eq!(found(kitty, Some(Images::Kitty), plain), Images::Kitty);
        }
    }
}
