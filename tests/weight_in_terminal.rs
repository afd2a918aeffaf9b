//! The Weight screen of the whole program, under a pseudo-terminal.
#![allow(missing_docs, clippy::unwrap_used)]

mod terminal;

use terminal::Explorer;

#[test]
fn a_weight_is_chosen_and_followed() {
    let mut slth = Explorer::open(&["tiny"]);
    slth.shows(&["Press n"]);
    slth.press("3");
    slth.shows(&[
        "w[0,0] of layer 1/2 = 0.6",
        "under way",
        "unfinished",
        "bucket 1: 6.000e-1 reaches 6.000e-1, none found yet",
        "x<0",
    ]);
    slth.press("1w");
    slth.shows(&["1/6 weights"]);
    slth.press("3");
    slth.shows(&["Layer 1: |w*-ŵ|/ε_w"]);
    slth.press("c");
    slth.shows(&[" completed last · ", "ε_w ✓"]);
    slth.press("\x1b[A\x1b[A\x1b[H");
    slth.shows(&["w[0,0] of layer 1/2 = 0.6"]);
    slth.press("\x1b[B\x1b[C");
    slth.shows(&["w[1,1] of layer 1/2 = 0.8"]);
    slth.press("\x1b[H");
    slth.shows(&["w[1,0] of layer 1/2 = -0.3"]);
    slth.press("ln");
    slth.shows(&["of layer 2/2"]);
    slth.press("[e");
    slth.shows(&["of layer 1/2", "✓ within ε_w/2", "x>0  bucket "]);
    slth.press("t");
    slth.shows(&["x>0  bucket 1:", "steps 1-"]);
    slth.press("j");
    slth.shows(&["x>0  bucket 2:", "x<0  bucket 2:"]);
    slth.press("h");
    slth.shows(&["h: x>0"]);
    slth.press("u1");
    slth.shows(&["Architecture"]);
    slth.press("3");
    slth.shows(&["Layer 1: |w*-ŵ|/ε_w"]);
    slth.press("?");
    slth.shows(&["What is this?"]);
    slth.press("qq");
    assert_eq!(slth.ends(), 0);
    slth.assert_restored();
}
