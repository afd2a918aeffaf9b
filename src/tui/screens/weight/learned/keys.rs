//! The keys of Weight with a learned lane on view.

use crate::tui::keymap::Key::{Char, Down, End, Home, Left, PageDown, PageUp, Right, Up};
use crate::tui::keymap::{Keymap, bind, moves};

moves! {
    /// Another weight of the mask, or another picture of it.
    MaskMove {
        Up,
        Down,
        Left,
        Right,
        FarUp,
        FarDown,
        First,
        Last,
        Largest,
        NearCut,
        Picture,
    }
}

/// The keys of Weight with a learned lane on view, besides the keys of every screen.
pub const MASK: Keymap = Keymap::of_screen(
    "On Weight, of a learned lane",
    &[
        bind(
            &[Char('i')],
            MaskMove::Picture.action(),
            "image",
            "in layer 1 of square inputs: the mask of this output as an image, of all outputs together, or all weights",
        ),
        bind(
            &[Char('t')],
            MaskMove::Largest.action(),
            "top",
            "the weight of the layer with the largest score or magnitude",
        ),
        bind(
            &[Char('c')],
            MaskMove::NearCut.action(),
            "at cut",
            "the weight nearest to the cut: the next to change sides",
        ),
        bind(&[Left], MaskMove::Left.action(), "move", "the weight to the left: the input before"),
        bind(&[Right], MaskMove::Right.action(), "right", "the weight to the right: the next input"),
        bind(
            &[Up],
            MaskMove::Up.action(),
            "up",
            "the weight above: the output before, in an image the input a row above",
        ),
        bind(
            &[Down],
            MaskMove::Down.action(),
            "down",
            "the weight below: the next output, in an image the input a row below",
        ),
        bind(
            &[PageUp],
            MaskMove::FarUp.action(),
            "far up",
            "a tenth of the outputs up, in an image the output before",
        ),
        bind(
            &[PageDown],
            MaskMove::FarDown.action(),
            "far down",
            "a tenth of the outputs down, in an image the next output",
        ),
        bind(&[Home], MaskMove::First.action(), "first", "the output's first weight"),
        bind(&[End], MaskMove::Last.action(), "last", "the output's last weight"),
    ],
);
