//! Every screen with a target that is a graph: a convolution, and a recurrent layer.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod screens;

use screens::{Opened, PLAIN, draw};
use slth::session::{Command, Step};
use slth::tui::Look;
use slth::tui::keymap::Action;
use slth::tui::look::glyphs::ASCII;
use slth::tui::look::theme::{ANSI, RGB};
use slth::tui::overlays;

const CONV: &str = "tests/cases/onnx/digits-conv.onnx";
const LSTM: &str = "tests/cases/onnx/digits-lstm.onnx";
const RESIDUAL: &str = "tests/cases/onnx/digits-residual.onnx";

/// A built network on the screen of this number, at its layer.
fn built(file: &str, screen: char, layers_back: usize) -> Opened {
    let mut opened = Opened::after(file, vec![Command::Step(Step::All, vec![0])]);
    opened.letter(screen);
    (0..layers_back).for_each(|_| opened.press(Action::PreviousLayer));
    opened
}

fn holds(opened: &Opened, (width, height): (u16, u16), texts: &[&str]) {
    let picture = opened.picture(PLAIN, width, height);
    for text in texts {
        assert!(picture.contains(text), "{text} is missing:\n{picture}");
    }
}

#[test]
fn the_architecture_is_drawn_where_there_is_room() {
    let conv = Opened::open(CONV, &[]);
    holds(&conv, (80, 24), &["conv 3×3"]);
    holds(&conv, (200, 50), &["conv 3×3, 16 channels, relu", "16×4×4", "max-pool 2×2", "16×2×2"]);
    holds(&conv, (80, 50), &["a graph", "conv 3×3, 16 channels, relu  16×4×4"]);
    let residual = Opened::open(RESIDUAL, &[]);
    holds(&residual, (200, 50), &["┌ dense 24, relu", "│ dense 24, relu", "├ add", "└ add"]);
    let lstm = Opened::open(LSTM, &[]);
    holds(&lstm, (200, 50), &["at each of 8 steps:", "logistic: forget-gate", "LSTM state 128"]);
    assert_eq!(lstm.picture(PLAIN, 200, 50).matches("forget-gate").count(), 1);
}

#[test]
fn kernels_are_small_maps_and_a_weight_says_where_it_stands() {
    let mut conv = built(CONV, '3', 1);
    holds(&conv, (120, 40), &["output channel 0, input channel 0, dy 0, dx 0", "in → channels"]);
    let right = |opened: &mut Opened, times: usize| {
        (0..times).for_each(|_| opened.press(slth::tui::screens::weight::WeightMove::Right.action()));
    };
    let down = |opened: &mut Opened, times: usize| {
        (0..times).for_each(|_| opened.press(slth::tui::screens::weight::WeightMove::Down.action()));
    };
    right(&mut conv, 4);
    holds(&conv, (120, 40), &["output channel 0, input channel 1, dy 0, dx 1"]);
    down(&mut conv, 5);
    holds(&conv, (120, 40), &["output channel 1, input channel 1, dy 2, dx 1"]);
    right(&mut conv, 40);
    holds(&conv, (120, 40), &["output channel 1, bias"]);
    // Eight kernels of three columns with gaps, and the biases.
    let numbers = (0..8).map(|channel| channel.to_string()).collect::<Vec<_>>().join("   ");
    holds(&conv, (120, 40), &[&format!("{numbers}   b")]);
    holds(&conv, (200, 50), &["conv 3×3, 16 channels: output channel 1, bias"]);
    let mut lstm = built(LSTM, '3', 2);
    holds(&lstm, (120, 40), &["gate input, unit 0"]);
    down(&mut lstm, 70);
    holds(&lstm, (120, 40), &["gate forget, unit 6"]);
}

#[test]
fn a_layer_is_named_by_its_kind_on_every_screen() {
    let at = |file: &str, screen: char| {
        let mut opened = Opened::after(file, vec![Command::Step(Step::Layer, vec![0])]);
        opened.letter(screen);
        opened
    };
    holds(&at(CONV, '1'), (120, 40), &["layer 2/3: conv 3×3, 16 channels", "in layer 2: conv 3×3"]);
    holds(
        &at(CONV, '2'),
        (120, 40),
        &["layer 2/3: conv 3×3, 16 channels", " layer 2, conv 3×3, 16 channels"],
    );
    holds(&at(CONV, '3'), (200, 50), &["Layer 2, conv 3×3, 16 channels"]);
    holds(&at(LSTM, '1'), (200, 50), &["layer 2/3: LSTM state 128", "LSTM input 128", "LSTM state 128"]);
    holds(&at(LSTM, '2'), (120, 40), &["layer 2/3: LSTM state 128", " layer 2, LSTM state 128"]);
    // Where there is no room, the figures stay.
    holds(&at(CONV, '1'), (60, 24), &["layer 2/3"]);
    holds(&at(CONV, '2'), (40, 24), &["layer 2/3"]);
}

#[test]
fn inputs_are_pictures_in_the_shape_of_the_graph() {
    holds(&built(CONV, '5', 0), (80, 24), &["8x8,"]);
    holds(&built(LSTM, '5', 0), (80, 24), &["8 steps down,"]);
}

#[test]
fn the_certificate_names_every_node_under_a_header_that_stays() {
    let mut lstm = built(LSTM, '1', 0);
    lstm.press(Action::Open(overlays::certificate::NAME));
    holds(&lstm, (80, 24), &["error", "input"]);
    (0..30).for_each(|_| lstm.press(Action::PageDown));
    holds(&lstm, (80, 24), &["error", "certified "]);
    (0..20).for_each(|_| lstm.press(Action::PageUp));
    holds(&lstm, (80, 24), &["error", "input"]);
    assert!(!lstm.picture(PLAIN, 80, 24).contains("e-324"));
    lstm.draw_every_small_size(Look { theme: ANSI, glyphs: ASCII });
}

#[test]
fn the_only_axis_of_a_graph_is_epsilon() {
    let mut conv = built(CONV, '4', 0);
    conv.letter('x');
    holds(&conv, (80, 24), &["its only axis is epsilon", "against ε"]);
}

#[test]
fn nothing_promises_what_is_of_chains_alone() {
    for screen in '1'..='5' {
        let conv = built(CONV, screen, 0);
        let picture = conv.picture(PLAIN, 200, 50);
        assert!(!picture.contains("Lemma 1") && !picture.contains("per layer"), "{picture}");
    }
}

#[test]
fn every_screen_fits_everywhere() {
    let ascii = Look { theme: ANSI, glyphs: ASCII };
    for file in [CONV, LSTM, RESIDUAL] {
        for screen in '1'..='5' {
            let mut opened = Opened::after(file, vec![Command::Step(Step::Layer, vec![0])]);
            opened.letter(screen);
            opened.draw_every_small_size(ascii);
            for (width, height) in [(80, 24), (120, 40), (200, 50), (20, 50), (200, 6)] {
                let text = opened.picture(ascii, width, height);
                assert!(text.is_ascii(), "{file} on {screen} at {width}x{height}:\n{text}");
                draw(&opened.app, Look { theme: RGB, ..PLAIN }, width, height);
            }
        }
    }
}
