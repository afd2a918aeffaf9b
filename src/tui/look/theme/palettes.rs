//! Contrast of every style on the common palettes, as WCAG 2 defines it.

use super::*;

/// A terminal's colours, as its users' terminals or its authors ship them.
struct Palette {
    name: &'static str,
    ground: Ground,
    /// default letters and background
    own: (u32, u32),
    /// colours 0 to 15
    sixteen: [u32; 16],
}

const fn palette(name: &'static str, ground: Ground, own: (u32, u32), sixteen: [u32; 16]) -> Palette {
    Palette { name, ground, own, sixteen }
}

#[rustfmt::skip]
const VGA: [u32; 16] = [
    0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa,
    0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
];

#[rustfmt::skip]
const XTERM: [u32; 16] = [
    0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
    0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
];

#[rustfmt::skip]
const SOLARIZED: [u32; 16] = [
    0x073642, 0xdc322f, 0x859900, 0xb58900, 0x268bd2, 0xd33682, 0x2aa198, 0xeee8d5,
    0x002b36, 0xcb4b16, 0x586e75, 0x657b83, 0x839496, 0x6c71c4, 0x93a1a1, 0xfdf6e3,
];

/// The eight most common palettes, and three more light ones.
#[rustfmt::skip]
const PALETTES: [Palette; 11] = [
    palette("VGA", Ground::Dark, (0xaaaaaa, 0x000000), VGA),
    palette("xterm", Ground::Dark, (0xffffff, 0x000000), XTERM),
    palette("Solarized dark", Ground::Dark, (0x839496, 0x002b36), SOLARIZED),
    palette("Solarized light", Ground::Light, (0x657b83, 0xfdf6e3), SOLARIZED),
    palette("Nord", Ground::Dark, (0xd8dee9, 0x2e3440), [
        0x3b4252, 0xbf616a, 0xa3be8c, 0xebcb8b, 0x81a1c1, 0xb48ead, 0x88c0d0, 0xe5e9f0,
        0x4c566a, 0xbf616a, 0xa3be8c, 0xebcb8b, 0x81a1c1, 0xb48ead, 0x8fbcbb, 0xeceff4,
    ]),
    palette("Dracula", Ground::Dark, (0xf8f8f2, 0x282a36), [
        0x21222c, 0xff5555, 0x50fa7b, 0xf1fa8c, 0xbd93f9, 0xff79c6, 0x8be9fd, 0xf8f8f2,
        0x6272a4, 0xff6e6e, 0x69ff94, 0xffffa5, 0xd6acff, 0xff92df, 0xa4ffff, 0xffffff,
    ]),
    palette("Gruvbox dark", Ground::Dark, (0xebdbb2, 0x282828), [
        0x282828, 0xcc241d, 0x98971a, 0xd79921, 0x458588, 0xb16286, 0x689d6a, 0xa89984,
        0x928374, 0xfb4934, 0xb8bb26, 0xfabd2f, 0x83a598, 0xd3869b, 0x8ec07c, 0xebdbb2,
    ]),
    palette("One Dark", Ground::Dark, (0xabb2bf, 0x282c34), [
        0x282c34, 0xe06c75, 0x98c379, 0xe5c07b, 0x61afef, 0xc678dd, 0x56b6c2, 0xabb2bf,
        0x5c6370, 0xe06c75, 0x98c379, 0xe5c07b, 0x61afef, 0xc678dd, 0x56b6c2, 0xffffff,
    ]),
    palette("VGA on white", Ground::Light, (0x000000, 0xffffff), VGA),
    palette("xterm on white", Ground::Light, (0x000000, 0xffffff), XTERM),
    palette("Gruvbox light", Ground::Light, (0x3c3836, 0xfbf1c7), [
        0xfbf1c7, 0xcc241d, 0x98971a, 0xd79921, 0x458588, 0xb16286, 0x689d6a, 0x7c6f64,
        0x928374, 0x9d0006, 0x79740e, 0xb57614, 0x076678, 0x8f3f71, 0x427b58, 0x3c3836,
    ]),
];

/// Contrast required by WCAG 2 of text (1.4.3), and of graphics (1.4.11).
const TEXT: f64 = 4.5;
const GRAPHICS: f64 = 3.0;

/// Relative luminance.
fn luminance(rgb: u32) -> f64 {
    let linear = |shift: u32| {
        let share = f64::from(rgb >> shift & 0xff) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0)
}

fn contrast(a: u32, b: u32) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// One of the 240 fixed colours.
fn fixed(index: u8) -> u32 {
    let rgb = |red: u32, green: u32, blue: u32| red << 16 | green << 8 | blue;
    match u32::from(index) {
        grey @ 232.. => rgb(8 + 10 * (grey - 232), 8 + 10 * (grey - 232), 8 + 10 * (grey - 232)),
        colour => {
            let step = |place: u32| [0, 95, 135, 175, 215, 255][((colour - 16) / place % 6) as usize];
            rgb(step(36), step(6), step(1))
        }
    }
}

/// Number of one of the sixteen colours.
fn number(ink: Ink) -> Option<usize> {
    const SIXTEEN: [Ink; 16] = [
        Ink::Black,
        Ink::Red,
        Ink::Green,
        Ink::Yellow,
        Ink::Blue,
        Ink::Magenta,
        Ink::Cyan,
        Ink::Gray,
        Ink::DarkGray,
        Ink::LightRed,
        Ink::LightGreen,
        Ink::LightYellow,
        Ink::LightBlue,
        Ink::LightMagenta,
        Ink::LightCyan,
        Ink::White,
    ];
    SIXTEEN.iter().position(|other| *other == ink)
}

/// Possible colours of a style's letters: some terminals brighten the first eight colours in bold.
fn inks(style: Style, palette: &Palette) -> Vec<u32> {
    let is_bold = style.add_modifier.contains(Modifier::BOLD);
    match style.fg {
        None => vec![palette.own.0],
        Some(Ink::Rgb(red, green, blue)) => {
            vec![u32::from(red) << 16 | u32::from(green) << 8 | u32::from(blue)]
        }
        Some(Ink::Indexed(index)) if index >= 16 => vec![fixed(index)],
        Some(Ink::Reset) => vec![palette.own.0],
        Some(ink) => {
            let number = number(ink).unwrap_or_else(|| unreachable!("{ink}"));
            let bright = (is_bold && number < 8).then(|| palette.sixteen[number + 8]);
            [palette.sixteen[number]].into_iter().chain(bright).collect()
        }
    }
}

/// A style and its name.
type NamedStyle = (&'static str, Style);

/// Styles of text, and styles of bars and curves.
fn styles(theme: &Theme) -> (Vec<NamedStyle>, Vec<NamedStyle>) {
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
        curves,
        good,
        bad,
        selected,
        greys: _,
    } = *theme;
    (
        vec![
            ("text", text),
            ("faint", faint),
            ("title", title),
            ("key", key),
            ("full", full),
            ("good", good),
            ("bad", bad),
            ("selected", selected),
        ],
        [("bar", bar), ("curve", curve), ("bound", bound)]
            .into_iter()
            .chain(curves.map(|style| ("one of the curves", style)))
            .collect(),
    )
}

const THEMES: [(&str, Theme); 7] = [
    ("mono", MONO),
    ("16 colours, dark", ANSI),
    ("16 colours, light", LIGHT_ANSI),
    ("256 colours, dark", INDEXED),
    ("256 colours, light", LIGHT_INDEXED),
    ("24 bits, dark", RGB),
    ("24 bits, light", LIGHT_RGB),
];

/// The palettes of a theme.
fn palettes(theme: &Theme) -> impl Iterator<Item = &'static Palette> {
    let (any, ground) = (*theme == MONO, theme.ground);
    PALETTES.iter().filter(move |palette| any || palette.ground == ground)
}

#[test]
fn contrast_is_what_wcag_says() {
    assert!((contrast(0xffffff, 0x000000) - 21.0).abs() < 1e-9);
    // The lightest grey to pass on white, and the next one.
    assert!(contrast(0x767676, 0xffffff) > 4.5 && contrast(0x777777, 0xffffff) < 4.5);
    assert_eq!((fixed(16), fixed(231), fixed(232), fixed(255)), (0, 0xffffff, 0x080808, 0xeeeeee));
    assert_eq!((fixed(208), fixed(75)), (0xff8700, 0x5fafff));
}

#[test]
fn all_text_can_be_read_on_the_common_palettes() {
    for (name, theme) in &THEMES {
        let (text, graphics) = styles(theme);
        for palette in palettes(theme) {
            // A palette's own text bounds every theme: Solarized light has 4.13.
            let own = contrast(palette.own.0, palette.own.1);
            assert!(own >= TEXT || palette.name == "Solarized light", "{}: {own}", palette.name);
            for (styles, least) in [(&text, TEXT), (&graphics, GRAPHICS)] {
                for (style_name, style) in styles {
                    for ink in inks(*style, palette) {
                        let found = contrast(ink, palette.own.1);
                        let style = format!("{style_name} of {name} on {}", palette.name);
                        assert!(found >= least.min(own), "{style}: {found:.2}, expected {least}");
                    }
                }
            }
        }
    }
}

/// A style has no background of its own: reversed, it keeps its contrast; and nothing is shown by
/// a colour invisible in some palette.
#[test]
fn nothing_is_dim_or_bright_black_or_on_a_colour_of_its_own() {
    for (name, theme) in &THEMES {
        let (text, graphics) = styles(theme);
        for (style_name, style) in text.into_iter().chain(graphics) {
            assert_ne!(style.fg, Some(Ink::DarkGray), "{style_name} of {name}");
            assert_eq!((style.bg, style.underline_color), (None, None), "{style_name} of {name}");
            assert!(!style.add_modifier.contains(Modifier::DIM), "{style_name} of {name}");
            let has_colour = style.fg.is_some();
            assert!(!has_colour || *theme != MONO, "{style_name} of {name}");
        }
    }
    assert!(MONO.greys.is_empty() && ANSI.greys.is_empty() && LIGHT_ANSI.greys.is_empty());
}

/// Why the sixteen colours are used so sparingly: colours unfit for text, by palette.
#[test]
fn of_the_sixteen_colours_only_green_and_cyan_can_be_read_on_every_dark_palette() {
    let readable = |ground: Ground| -> Vec<usize> {
        let on = |palette: &Palette, number: usize| contrast(palette.sixteen[number], palette.own.1) >= TEXT;
        let of_ground = |palette: &&Palette| palette.ground == ground;
        (0..16)
            .filter(|&number| PALETTES.iter().filter(of_ground).all(|palette| on(palette, number)))
            .collect()
    };
    let [green, cyan, white, bright_cyan, bright_white] = [2, 6, 7, 14, 15];
    assert_eq!(readable(Ground::Dark), [green, cyan, white, bright_cyan, bright_white]);
    assert_eq!(readable(Ground::Light), [0; 0]);
}

#[test]
fn greys_rise_from_black_to_white() {
    let grey = |ink: &Ink| match *ink {
        Ink::Indexed(index) => luminance(fixed(index)),
        Ink::Rgb(red, _, _) => luminance(u32::from(red) * 0x010101),
        other => unreachable!("{other}"),
    };
    for theme in [INDEXED, LIGHT_INDEXED, RGB, LIGHT_RGB] {
        assert!(theme.greys.is_sorted_by(|a, b| grey(a) < grey(b)));
        let ends = (grey(&theme.greys[0]), grey(&theme.greys[theme.greys.len() - 1]));
        assert!(ends.0 == 0.0 && (ends.1 - 1.0).abs() < 1e-12);
    }
}
