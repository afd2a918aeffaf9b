//! F and Ĝ at one input: the numbers against the networks themselves, the Outputs screen as a picture.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;
use std::time::Instant;

use ndarray::{Array2, ArrayView2};
use ratatui::style::Color;
use screens::{Opened, PLAIN, SIZES, draw, session};
use slth::session::{Command, Phase, Session, Snapshot, Step};
use slth::tui::Look;
use slth::tui::keymap::Action;
use slth::tui::look::glyphs::{ASCII, UNICODE};
use slth::tui::look::theme::{ANSI, INDEXED, RGB};
use slth::tui::screens::outputs::InputMove;
use slth::tui::screens::{explore, outputs};
use slth::verification::{MaskedLayer, inputs};

mod screens;

/// Acts and returns the next view.
fn act(screen: &mut Opened, action: Action) -> Arc<Snapshot> {
    screen.press(action);
    Arc::clone(&screen.app.snapshot)
}

/// Built, checked, and at the input with the largest difference between the networks.
fn at_worst(preset: &str, settings: &[&str]) -> Opened {
    let mut screen = Opened::open(preset, settings);
    for action in [Action::Step(Step::All), Action::Show(outputs::NAME), InputMove::Worst.action()] {
        screen.press(action);
    }
    screen
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Layer by layer, not by the product's own function for all layers.
fn masked(session: &Session, lane: usize, x: ArrayView2<'_, f64>) -> Array2<f64> {
    let architecture = session.experiment().target.architecture();
    let mut y = x.to_owned();
    for (index, ticket) in session.lanes()[lane].tickets().enumerate() {
        let layer = index + 1;
        let [inputs, outputs] = [layer - 1, layer].map(|at| architecture.widths()[at]);
        y = MaskedLayer::new(ticket, inputs, outputs, architecture.activation(layer)).forward(y.view());
    }
    y
}

#[test]
fn outputs_are_those_of_the_networks_to_the_bit() {
    // A labelled file, a ball, skipped lanes, the network of whole neurons among them, signs, a box.
    let presets: [(&str, &[&str]); 5] = [
        ("digits", &[]),
        ("tiny", &[]),
        ("ladder", &[]),
        ("deep", &[]),
        ("tiny", &["inputs=Box(low:-1.0,high:2.0)", "epsilon=0.1"]),
    ];
    for (preset, settings) in presets {
        let mut session = session(preset, settings);
        session.run(&|_| {});
        let experiment = Arc::clone(session.experiment());
        for (index, lane) in session.lanes().iter().enumerate() {
            let count = lane.inputs();
            let all = inputs(
                &experiment.domain,
                experiment.target.architecture().widths()[0],
                experiment.seed,
                0,
                count,
            );
            let (f, g) = (experiment.target.forward(all.view()), masked(&session, index, all.view()));
            let mut largest = (0.0, 0);
            for from in (0..count).step_by(100) {
                for view in session.outputs(index, from, (from + 7).min(count)) {
                    let input = view.input;
                    let pruned = view.pruned.unwrap();
                    assert_eq!(bits(&view.x), bits(all.row(input).as_slice().unwrap()));
                    assert_eq!(
                        bits(&view.target.values),
                        bits(f.row(input).as_slice().unwrap()),
                        "{preset} {input}"
                    );
                    assert_eq!(bits(&pruned.outputs.values), bits(g.row(input).as_slice().unwrap()));
                    if pruned.error > largest.0 {
                        largest = (pruned.error, input);
                    }
                }
            }
            let worst = lane.found().worst_input;
            let view = session.outputs(index, worst, worst + 1).remove(0);
            assert_eq!(
                view.pruned.unwrap().error.to_bits(),
                lane.found().error.to_bits(),
                "{preset} {index}"
            );
            assert!(largest.0 <= lane.found().error);
        }
    }
}

#[test]
fn mistakes_are_all_inputs_that_are_not_classified_rightly_by_both() {
    let class = |values: &[f64]| {
        let largest = values.iter().copied().fold(f64::MIN, f64::max);
        values.iter().position(|&value| value == largest).unwrap()
    };
    // Labels in the first; in the second F is 0 and Ĝ nearly 0 in some places.
    for (preset, labelled) in [("digits", true), ("tiny", false)] {
        let mut session = session(preset, &[]);
        session.run(&|_| {});
        let lane = &session.lanes()[0];
        let (mut mistakes, mut differ) = (Vec::new(), 0);
        let (mut rightly_f, mut rightly_g) = (0, 0);
        for view in session.outputs(0, 0, lane.inputs()) {
            let pruned = view.pruned.unwrap();
            let (f, g) = (class(&view.target.values), class(&pruned.outputs.values));
            assert_eq!((f, g), (view.target.class, pruned.outputs.class));
            assert_eq!(view.label.is_some(), labelled);
            rightly_f += usize::from(view.label == Some(f));
            rightly_g += usize::from(view.label == Some(g));
            differ += usize::from(f != g);
            if f != g || view.label.is_some_and(|label| f != label) {
                mistakes.push(view.input);
            }
        }
        let found = lane.found();
        assert_eq!(*found.mistakes, mistakes);
        assert_eq!(found.correct, labelled.then_some((rightly_f, rightly_g)));
        assert!(!mistakes.is_empty() && mistakes.len() < found.tried);
        assert!(labelled || differ == mistakes.len());
    }
}

#[test]
fn nothing_is_evaluated_again_until_something_changes() {
    let mut explorer = Opened::open("tiny", &[]);
    assert!(explorer.app.snapshot.output.is_none());
    let first = act(&mut explorer, Action::Show(outputs::NAME)).output.clone().unwrap();
    assert!(first.input == 0 && first.pruned.is_none());
    let same = act(&mut explorer, Action::Step(Step::Neuron)).output.clone().unwrap();
    assert!(Arc::ptr_eq(&first, &same));
    act(&mut explorer, InputMove::Next.action());
    let back = act(&mut explorer, InputMove::Previous.action()).output.clone().unwrap();
    assert!(Arc::ptr_eq(&first, &back), "a neighbour was evaluated alone");
    let built = act(&mut explorer, Action::Step(Step::All)).output.clone().unwrap();
    assert!(built.pruned.is_some() && built.target == first.target);
    let last = act(&mut explorer, InputMove::Last.action()).output.clone().unwrap();
    // The climbed input stands behind the drawn ones.
    assert_eq!((last.input, last.inputs, last.is_climbed), (10_000, 10_001, true));
    assert!(act(&mut explorer, Action::Restart).output.clone().unwrap().pruned.is_none());
    assert!(act(&mut explorer, Action::Show(explore::NAME)).output.is_none());
}

#[test]
fn inputs_are_chosen_by_keys() {
    let mut explorer = Opened::open("digits", &[]);
    act(&mut explorer, Action::Show(outputs::NAME));
    act(&mut explorer, InputMove::Worst.action());
    assert!(explorer.app.message.as_ref().unwrap().contains("No input has been tried yet"));
    act(&mut explorer, InputMove::Previous.action());
    assert_eq!(explorer.app.screens.outputs.chooser.input, 0);
    for (action, input) in [
        (InputMove::On.action(), 10),
        (InputMove::Next.action(), 11),
        (InputMove::Back.action(), 1),
        (InputMove::Last.action(), 359),
        (InputMove::On.action(), 359),
        (InputMove::First.action(), 0),
    ] {
        assert_eq!(act(&mut explorer, action).output.as_ref().unwrap().input, input);
    }
    let found = act(&mut explorer, Action::Step(Step::All)).lane().error.found.clone();
    assert_eq!(
        act(&mut explorer, InputMove::Worst.action()).output.as_ref().unwrap().input,
        found.worst_input
    );
    act(&mut explorer, InputMove::First.action());
    let first = found.mistakes.iter().copied().find(|&input| input > 0).unwrap();
    for input in
        found.mistakes.iter().copied().filter(|&input| input > 0).chain(found.mistakes.first().copied())
    {
        assert_eq!(act(&mut explorer, InputMove::NextMistake.action()).output.as_ref().unwrap().input, input);
    }
    assert!(explorer.app.message.is_none() && first > 0);
    // Another preset begins with its first input.
    explorer.send(vec![Command::Load(Box::new(session("tiny", &[])))]);
    assert_eq!(act(&mut explorer, Action::Step(Step::All)).output.as_ref().unwrap().input, 0);
    assert_eq!(explorer.app.screens.outputs.chooser.input, 0);
}

#[test]
fn there_may_be_no_mistake_to_go_to() {
    let mut explorer = at_worst("deep", &[]);
    let input = explorer.app.screens.outputs.chooser.input;
    act(&mut explorer, InputMove::NextMistake.action());
    assert!(explorer.app.message.as_ref().unwrap().contains("choose the same class"));
    assert_eq!(explorer.app.screens.outputs.chooser.input, input);
}

#[test]
fn a_view_that_stands_still_stays_where_it_is() {
    let mut explorer = at_worst("tiny", &[]);
    let before = explorer.app.snapshot.output.clone().unwrap();
    act(&mut explorer, Action::Freeze);
    act(&mut explorer, InputMove::Next.action());
    assert!(explorer.app.message.as_ref().unwrap().contains("stands still"));
    assert!(Arc::ptr_eq(&before, explorer.app.snapshot.output.as_ref().unwrap()));
    act(&mut explorer, Action::Freeze);
    let next = act(&mut explorer, InputMove::Previous.action()).output.clone().unwrap();
    assert_ne!(next.input, before.input);
}

#[test]
fn going_back_takes_the_pruned_network_away() {
    let mut explorer = at_worst("digits", &[]);
    let built = explorer.app.snapshot.output.clone().unwrap();
    assert!(act(&mut explorer, Action::Back(Step::Neuron)).output.as_ref().unwrap().pruned.is_none());
    assert_eq!(act(&mut explorer, Action::Step(Step::All)).output.as_ref().unwrap().pruned, built.pruned);
}

#[test]
fn the_screen_at_four_sizes() {
    let explorer = at_worst("digits", &[]);
    for (width, height) in [(40, 20)].into_iter().chain(SIZES) {
        insta::assert_snapshot!(
            format!("outputs_digits_{width}x{height}"),
            explorer.picture(PLAIN, width, height)
        );
    }
}

#[test]
fn the_screen_before_anything_is_built() {
    let mut explorer = Opened::open("digits", &[]);
    act(&mut explorer, Action::Show(outputs::NAME));
    act(&mut explorer, Action::Step(Step::Weight));
    insta::assert_snapshot!("outputs_start_80x24", explorer.picture(PLAIN, 80, 24));
}

#[test]
fn inputs_that_are_no_pictures_are_listed() {
    let mut explorer = at_worst("deep", &[]);
    insta::assert_snapshot!("outputs_deep_80x24", explorer.picture(PLAIN, 80, 24));
    for _ in 0..2 {
        act(&mut explorer, InputMove::RowsOn.action());
    }
    insta::assert_snapshot!("outputs_deep_scrolled_80x24", explorer.picture(PLAIN, 80, 24));
}

#[test]
fn ascii_terminals_get_nothing_but_ascii() {
    let explorer = at_worst("digits", &[]);
    let look = Look { theme: ANSI, glyphs: ASCII };
    insta::assert_snapshot!("outputs_ascii_80x24", explorer.picture(look, 80, 24));
    for preset in ["digits", "tiny"] {
        let explorer = at_worst(preset, &[]);
        let text = explorer.picture(look, 120, 40);
        assert!(text.is_ascii() && text.matches('?').count() == 1 && text.contains(" ? help"), "{text}");
    }
}

#[test]
fn pictures_are_grey_half_blocks_in_colour() {
    let mut explorer = Opened::open("digits", &[]);
    let snapshot = act(&mut explorer, Action::Show(outputs::NAME));
    let shades = &snapshot.output.as_ref().unwrap().picture.as_ref().unwrap().shades;
    insta::assert_snapshot!(
        "outputs_colour_80x24",
        explorer.picture(Look { theme: RGB, glyphs: UNICODE }, 80, 24)
    );
    // Each pixel is `scale` columns wide and half as many cells high.
    for (theme, greys, (width, height), scale) in [
        (RGB, 256, (80, 24), 2),
        (INDEXED, 26, (80, 24), 2),
        (RGB, 256, (40, 20), 1),
        (RGB, 256, (60, 28), 3),
    ] {
        let terminal = draw(&explorer.app, Look { theme, glyphs: UNICODE }, width, height);
        let buffer = terminal.backend().buffer();
        let first = buffer.content.iter().position(|cell| cell.bg != Color::Reset).unwrap();
        let (left, top) = buffer.pos_of(first);
        let grey = |row: u16, column: u16| {
            let shade = shades[usize::from(row / scale * 8 + column / scale)];
            let level = (shade * f64::from(greys - 1)).round() as u8;
            match (greys, level) {
                (26, 0) => Color::Indexed(16),
                (26, 25) => Color::Indexed(231),
                (26, _) => Color::Indexed(231 + level),
                _ => Color::Rgb(level, level, level),
            }
        };
        for row in 0..8 * scale / 2 {
            for column in 0..8 * scale {
                let (upper, lower) = (grey(2 * row, column), grey(2 * row + 1, column));
                let symbol = if upper == lower { "█" } else { "▀" };
                let cell = &buffer[(left + column, top + row)];
                assert_eq!((cell.symbol(), cell.fg, cell.bg), (symbol, upper, lower), "{row} {column}");
            }
        }
        // And no more of them than that.
        let cells = buffer.content.iter().filter(|cell| cell.bg != Color::Reset).count();
        assert_eq!(cells, usize::from(8 * scale * 4 * scale));
    }
}

/// An input of 28×28, as MNIST has it.
fn mnist_size() -> Opened {
    let settings = [
        "target=Random(widths: [784, 4], weight_bound: 0.1, seed: 1)",
        "inputs=Box(low: 0.0, high: 1.0)",
        "epsilon=0.5",
    ];
    let mut explorer = Opened::open("tiny", &settings);
    act(&mut explorer, Action::Show(outputs::NAME));
    explorer
}

#[test]
fn a_picture_of_28_rows_is_whole_at_80x24_in_colour() {
    let explorer = mnist_size();
    let pixels = |look: Look, width, height| {
        let terminal = draw(&explorer.app, look, width, height);
        terminal.backend().buffer().content.iter().filter(|cell| cell.bg != Color::Reset).count()
    };
    let colour = Look { theme: INDEXED, glyphs: UNICODE };
    assert_eq!(pixels(colour, 80, 24), 28 * 14);
    let text = explorer.picture(colour, 80, 24);
    assert!(text.contains("28x28, 0") && !text.contains("shown as"), "{text}");
    insta::assert_snapshot!("outputs_28x28_80x24", text);
    // Shades are as large as half the width allows.
    insta::assert_snapshot!("outputs_28x28_shades_80x24", explorer.picture(PLAIN, 80, 24));
    insta::assert_snapshot!("outputs_28x28_40x15", explorer.picture(colour, 40, 15));
}

#[test]
fn pictures_are_given_for_images_only_where_nothing_lies_over_them() {
    let mut explorer = mnist_size();
    let drawn = |explorer: &Opened| {
        draw(&explorer.app, PLAIN, 80, 24);
        explorer.app.pictures.take()
    };
    assert!(drawn(&explorer).is_empty());
    explorer.app.shows_images = true;
    let pictures = drawn(&explorer);
    let shades = &explorer.app.snapshot.output.as_ref().unwrap().picture.as_ref().unwrap().shades;
    assert_eq!((pictures.len(), pictures[0].rows, pictures[0].columns), (1, 28, 28));
    assert!(
        pictures[0]
            .greys
            .iter()
            .zip(shades)
            .all(|(grey, shade)| (f64::from(*grey) / 255.0 - shade).abs() < 0.002)
    );
    // It covers the picture in cells, and no cell of anything else.
    let terminal = draw(&explorer.app, Look { theme: INDEXED, glyphs: UNICODE }, 80, 24);
    let covered = explorer.app.pictures.take()[0].area;
    for (at, cell) in terminal.backend().buffer().area.positions().zip(&terminal.backend().buffer().content) {
        assert_eq!(covered.contains(at), cell.bg != Color::Reset, "{at}");
    }
    assert!(explorer.picture(PLAIN, 80, 24).contains("28x28, 0"));
    explorer.app.pictures.take();
    explorer.press(Action::Open(slth::tui::overlays::help::NAME));
    assert!(drawn(&explorer).is_empty());
    explorer.press(Action::Close);
    assert_eq!(drawn(&explorer).len(), 1);
    explorer.press(InputMove::ByNumber.action());
    assert!(drawn(&explorer).is_empty(), "a question lies over it");
    explorer.press(Action::Close);
    explorer.press(Action::Show(explore::NAME));
    assert!(drawn(&explorer).is_empty());
}

#[test]
fn the_error_stands_on_a_gauge_against_epsilon() {
    let explorer = at_worst("digits", &[]);
    for (width, height) in [(80, 24), (120, 40)] {
        let text = explorer.picture(PLAIN, width, height);
        let line = text.lines().find(|line| line.contains("certified  ")).unwrap();
        let gauge = line.split_once(" 0.01 ").unwrap().1;
        assert!(gauge.contains("ε, log"), "{line}");
        // At the input with the largest error the bar reaches to its mark.
        let [bar, mark, certified] = ["█", "f", "c"].map(|part| gauge.rfind(part).unwrap());
        assert!(bar < mark && mark < certified && gauge[bar..mark].chars().count() == 1, "{line}");
    }
}

#[test]
fn any_size_can_be_drawn() {
    let mut start = Opened::open("digits", &[]);
    // Before the worker has answered.
    start.app.update(Action::Show(outputs::NAME));
    let mut scrolled = at_worst("deep", &[]);
    scrolled.app.screens.outputs.chooser.scroll = 15;
    for explorer in [start, at_worst("digits", &[]), scrolled, at_worst("tiny", &[])] {
        explorer.draw_every_small_size(Look { theme: ANSI, glyphs: ASCII });
        explorer.draw_every_small_size(Look { theme: RGB, glyphs: UNICODE });
    }
}

/// The worker's cost of an evaluation; printed, not asserted, since machines differ.
#[test]
fn a_look_at_a_large_network_takes_no_longer_than_a_slice_of_the_search() {
    let mut session = session("example-5", &[]);
    while session.lanes()[0].phase() != Phase::Verifying {
        session.lane_mut(0).advance(Step::Layer, u64::MAX);
    }
    let paths: usize = session.lanes()[0].tickets().map(|ticket| ticket.len()).sum();
    let started = Instant::now();
    let views = session.outputs(0, 16, 24);
    let look = started.elapsed();
    let started = Instant::now();
    session.lane_mut(0).advance(Step::All, 1);
    let slice = started.elapsed();
    assert_eq!(views.len(), 8);
    eprintln!("{paths} paths: 8 inputs in {look:?}, a slice of the search in {slice:?}");
}
