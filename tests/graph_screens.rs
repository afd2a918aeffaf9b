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
use slth::tui::screens::weight::{Choice, WeightMove};

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
    let to_first = |opened: &mut Opened| {
        opened.app.screens.weight.choice = Choice { input: 1, is_own: true, ..Choice::default() };
        opened.press(WeightMove::Left.action());
    };
    let mut conv = built(CONV, '3', 1);
    to_first(&mut conv);
    holds(&conv, (120, 40), &["output channel 0, input channel 0, dy 0, dx 0", "in → channels"]);
    let right = |opened: &mut Opened, times: usize| {
        (0..times).for_each(|_| opened.press(WeightMove::Right.action()));
    };
    let down = |opened: &mut Opened, times: usize| {
        (0..times).for_each(|_| opened.press(WeightMove::Down.action()));
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
    to_first(&mut lstm);
    holds(&lstm, (120, 40), &["gate input, unit 0"]);
    down(&mut lstm, 70);
    holds(&lstm, (120, 40), &["gate forget, unit 6"]);
}

#[test]
fn a_layer_is_named_by_its_kind_on_every_screen() {
    let at = |file: &str, screen: char| {
        // A finished layer stays on view until the next one has a neuron.
        let steps = [Step::Layer, Step::Neuron].map(|step| Command::Step(step, vec![0]));
        let mut opened = Opened::after(file, steps.into());
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
    holds(&built(LSTM, '5', 0), (80, 24), &["8 steps down", "-0.279 to 0.327"]);
}

#[test]
fn three_channels_are_three_numbered_pictures() {
    const CHANNELS: &str = "tests/cases/channels/net.onnx";
    let mut net = built(CHANNELS, '5', 0);
    // By characters a pixel takes two columns: at 80 there is room for two channels, and a key goes to the third.
    holds(&net, (200, 50), &["channel 0 ", "channel 1 ", "channel 2 ", "3 channels, on one scale", "8x8, -"]);
    holds(
        &net,
        (80, 24),
        &["channel 0 ", "channel 1 ", "channels 0-1 of 3 ([ ] others)", "8x8, -0.180 to 0.201"],
    );
    assert!(!net.picture(PLAIN, 80, 24).contains("channel 2"));
    net.letter(']');
    holds(&net, (80, 24), &["channel 1 ", "channel 2 ", "channels 1-2 of 3 ([ ] others)"]);
    net.letter('[');
    holds(&net, (80, 24), &["channels 0-1 of 3"]);
    // Its pixels are those of x, in the shades of one scale: the brightest of all channels is full, the darkest blank.
    let view = net.app.snapshot.output.as_ref().unwrap();
    let picture = view.picture.as_ref().unwrap();
    assert_eq!((picture.channels, picture.rows, picture.columns, view.x.len()), (3, 8, 8, 192));
    let place = |of: f64| view.x.iter().position(|&value| value == of).unwrap();
    assert_eq!((picture.shades[place(picture.range.1)], picture.shades[place(picture.range.0)]), (1.0, 0.0));
    let ascii = Look { theme: ANSI, glyphs: ASCII };
    net.draw_every_small_size(ascii);
    draw(&net.app, Look { theme: RGB, ..PLAIN }, 80, 24);
}

#[test]
fn the_editor_says_what_a_graph_decides() {
    let mut conv = Opened::open(CONV, &[]);
    conv.letter('e');
    let picture = conv.picture(PLAIN, 120, 50);
    assert_eq!(picture.matches("as the graph says").count(), 6, "{picture}");
    assert!(picture.contains("the model's own") && !picture.contains("found in the file"), "{picture}");
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
    // In another look the same certificate is written anew, and the first one again.
    let unicode = lstm.picture(PLAIN, 200, 50);
    assert!(lstm.picture(Look { theme: ANSI, glyphs: ASCII }, 200, 50).is_ascii());
    assert_eq!(lstm.picture(PLAIN, 200, 50), unicode);
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
