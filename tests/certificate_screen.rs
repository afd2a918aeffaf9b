//! The certificate over a screen, as pictures and at every small size.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod screens;

use screens::{Opened, PLAIN};
use slth::session::{Command, Step};
use slth::tui::Look;
use slth::tui::keymap::Action;
use slth::tui::look::glyphs::ASCII;
use slth::tui::look::theme::ANSI;
use slth::tui::overlays;
use slth::tui::screens::explore;

const PLAIN_ASCII: Look = Look { theme: ANSI, glyphs: ASCII };

fn certificate(preset: &str) -> Opened {
    let mut opened = Opened::after(preset, vec![Command::Step(Step::All, vec![0])]);
    opened.press(Action::Open(overlays::certificate::NAME));
    opened
}

#[test]
fn at_three_sizes() {
    for (name, picture) in certificate("digits").pictures("certificate") {
        insta::assert_snapshot!(name, picture);
    }
}

#[test]
fn before_anything_is_built() {
    let mut opened = Opened::open("digits", &[]);
    opened.press(Action::Open(overlays::certificate::NAME));
    assert!(opened.picture(PLAIN, 80, 24).contains("once all layers are built: a builds them"));
    opened.draw_every_small_size(PLAIN_ASCII);
}

#[test]
fn it_fits_everywhere_scrolls_and_goes_away() {
    let mut opened = certificate("deep");
    assert!(opened.picture(PLAIN_ASCII, 120, 40).is_ascii());
    opened.draw_every_small_size(PLAIN_ASCII);
    let total = format!("certified {:.3e}", opened.app.snapshot.lane().error.certified.unwrap());
    // 24 layers are more than 24 rows show.
    assert!(!opened.picture(PLAIN, 80, 24).contains(&total));
    (0..30).for_each(|_| opened.press(Action::Down));
    assert!(opened.picture(PLAIN, 80, 24).contains(&total), "{}", opened.picture(PLAIN, 80, 24));
    (0..30).for_each(|_| opened.press(Action::Up));
    assert!(opened.picture(PLAIN, 80, 24).contains("error rounding"));
    assert_eq!(opened.app.keymap(), &overlays::certificate::KEYMAP);
    opened.press(Action::Close);
    assert_eq!((opened.app.screen_name(), opened.app.overlay_name()), (explore::NAME, None));
}
