//! The Explore screen as a picture, at three sizes and three moments, and at every small size.
#![allow(missing_docs, clippy::unwrap_used)]

mod screens;

use screens::{Opened, PLAIN};
use slth::session::{Command, Phase, Step, TicketVerdict};
use slth::tui::Look;
use slth::tui::keymap::Action;
use slth::tui::look::glyphs::ASCII;
use slth::tui::look::theme::ANSI;
use slth::tui::overlays;
use slth::tui::screens::all_facts;
use slth::tui::screens::{compare, explore};

fn pictures(name: &str, screen: &Opened) {
    for (name, picture) in screen.pictures(name) {
        insta::assert_snapshot!(name, picture);
    }
}

#[test]
fn explore_at_the_start() {
    pictures("start", &Opened::after("digits", vec![]));
}

#[test]
fn explore_half_way() {
    let mut commands = vec![Command::Step(Step::Layer, vec![0])];
    commands.extend((0..100).map(|_| Command::Step(Step::Weight, vec![0])));
    let screen = Opened::after("digits", commands);
    assert_eq!(screen.app.snapshot.lane().phase, Phase::Building(2));
    pictures("half_way", &screen);
}

#[test]
fn explore_done() {
    let screen = Opened::after("digits", vec![Command::Step(Step::All, vec![0])]);
    assert_eq!(screen.app.snapshot.lane().phase, Phase::Done);
    pictures("done", &screen);
}

/// From the first neuron to the end of a layer, whose picture stays until the next layer has a neuron.
#[test]
fn a_finished_layer_keeps_its_picture_and_the_next_step_is_named() {
    let mut screen = Opened::after("digits", vec![Command::Step(Step::Weight, vec![0])]);
    let text = screen.picture(PLAIN, 120, 40);
    assert!(text.contains("is complete. Next: 3 how it was put together"), "{text}");
    screen.send(vec![Command::Step(Step::Layer, vec![0])]);
    assert_eq!(screen.app.snapshot.lane().phase, Phase::Building(2));
    let view = &screen.app.snapshot.lane().view;
    assert_eq!((view.layer, view.tally.weights_done), (1, 2_048));
    assert_eq!(view.tally.products.iter().sum::<u64>(), view.tally.sampled);
    let text = screen.picture(PLAIN, 120, 40);
    for told in
        ["✓ Layer 1 is built. Next: n draws for layer 2", "layer 1/3 · 2,048/2,048 weights · built with"]
    {
        assert!(text.contains(told), "{told} is missing:\n{text}");
    }
    screen.send(vec![Command::Step(Step::Neuron, vec![0])]);
    assert_eq!(screen.app.snapshot.lane().view.layer, 2);
    assert!(screen.picture(PLAIN, 120, 40).contains("Neuron 0 of layer 2"));
    screen.send(vec![Command::Step(Step::All, vec![0])]);
    assert!(screen.picture(PLAIN, 80, 24).contains("✓ The ticket holds. Next: C why it is certain"));
}

/// At 40×15 the story is a line; at 80×24 the other panes are lines, and the filter opens the table of layers.
#[test]
fn the_story_is_told_at_every_size() {
    let mut screen = Opened::after("digits", vec![Command::Step(Step::Neuron, vec![0])]);
    insta::assert_snapshot!("first_neuron_40x15", screen.picture(PLAIN, 40, 15));
    insta::assert_snapshot!("first_neuron_80x24", screen.picture(PLAIN, 80, 24));
    let narrow = screen.picture(PLAIN, 80, 24);
    for told in ["Neuron 0 of", "Architecture e:", "Buckets", "Pruned network"] {
        assert!(narrow.contains(told), "{told} is missing:\n{narrow}");
    }
    assert!(!narrow.contains("per w"));
    let wide = screen.picture(PLAIN, 120, 40);
    for pane in
        ["┌ Neuron 0 of", "┌ Architecture ─", "┌ Product weights ─", "┌ Buckets ─", "┌ Pruned network ─"]
    {
        assert!(wide.contains(pane), "{pane} is missing:\n{wide}");
    }
    screen.press(Action::Filter);
    assert!(screen.picture(PLAIN, 80, 24).contains("per w"));
}

/// The first neuron that some weight can use fills one bucket, right below the mark of its product.
#[test]
fn a_bucket_fills_below_the_product_that_falls_into_it() {
    let mut screen = Opened::after("tiny", vec![]);
    while screen.app.snapshot.lane().view.tally.last.is_none_or(|draw| draw.served.is_none()) {
        screen.send(vec![Command::Step(Step::Neuron, vec![0])]);
    }
    for (width, height) in [(80, 24), (120, 40), (200, 50)] {
        let text = screen.picture(PLAIN, width, height);
        let cell = |of: &str| {
            text.lines().find_map(|line| line.split_once(of).map(|(before, _)| before.chars().count()))
        };
        let mark = cell("◆").unwrap();
        let is_below = |line: &str| {
            let filled = |at: usize| line.chars().nth(at).is_some_and(|c| ('▁'..='█').contains(&c));
            // A bar in the column of the mark, and nothing but the same bar beside it.
            filled(mark) && (0..line.chars().count()).filter(|&at| filled(at)).all(|at| at.abs_diff(mark) < 8)
        };
        let rows = text.lines().filter(|line| line.contains("x>0") || line.contains("x<0"));
        assert_eq!(rows.filter(|line| is_below(line)).count(), 1, "{text}");
    }
}

#[test]
fn overlays() {
    let mut screen = Opened::after("tiny", vec![Command::Step(Step::Neuron, vec![0])]);
    screen.app.update(Action::Open(overlays::help::NAME));
    insta::assert_snapshot!("help_80x24", screen.picture(PLAIN, 80, 24));
    insta::assert_snapshot!("help_200x50", screen.picture(PLAIN, 200, 50));
    screen.app.update(Action::Open(overlays::export::NAME));
    screen.app.overlays.export.selected = 3;
    insta::assert_snapshot!("export_80x24", screen.picture(PLAIN, 80, 24));
    screen.app.update(Action::Close);
    screen.letter(':');
    insta::assert_snapshot!("commands_40x15", screen.picture(PLAIN, 40, 15));
    insta::assert_snapshot!("commands_200x50", screen.picture(PLAIN, 200, 50));
    "layer".chars().for_each(|letter| screen.letter(letter));
    insta::assert_snapshot!("commands_found_80x24", screen.picture(PLAIN, 80, 24));
    insta::assert_snapshot!(
        "commands_found_ascii_120x40",
        screen.picture(Look { theme: ANSI, glyphs: ASCII }, 120, 40)
    );
}

#[test]
fn ascii_terminals_get_nothing_but_ascii() {
    let mut screen = Opened::after("tiny", vec![Command::Step(Step::All, vec![0])]);
    let look = Look { theme: ANSI, glyphs: ASCII };
    insta::assert_snapshot!("ascii_80x24", screen.picture(look, 80, 24));
    for overlay in
        [None, Some(overlays::help::NAME), Some(overlays::export::NAME), Some(overlays::palette::NAME)]
    {
        overlay.map(|name| screen.app.update(Action::Open(name)));
        let text = screen.picture(look, 120, 40);
        assert!(text.is_ascii(), "{text}");
        assert!(
            !text.contains('?') || overlay.is_some() || text.contains(" ? help"),
            "a character was lost:\n{text}"
        );
    }
}

#[test]
fn an_incomplete_ticket_says_so() {
    // One weight, few buckets and δ near 1: about one seed in a thousand leaves a bucket empty, this one does.
    let settings =
        ["target=Explicit(layers:[[[0.5]]])", "epsilon=0.9", "delta=0.999", "base=1.618", "seed=919"];
    let mut screen = Opened::open("tiny", &settings);
    screen.send(vec![Command::Step(Step::All, vec![0])]);
    let text = screen.picture(PLAIN, 120, 40);
    assert!(text.contains("demands cannot be met at the bound"), "{text}");
    assert!(text.contains("the ticket does not hold"), "{text}");
}

/// The allocation runs out of neurons that are there: no verdict on the ticket.
#[test]
fn what_the_allocation_did_not_complete_is_no_ticket_that_does_not_hold() {
    let settings = ["constructions=[Hyperbolic(allocation:OnDemand)]", "epsilon=1e-24"];
    let mut screen = Opened::open("tiny", &settings);
    screen.send(vec![Command::Step(Step::All, vec![0])]);
    let verdict = screen.app.snapshot.lane().verdict();
    assert_eq!(verdict, Some(TicketVerdict::NotFound));
    for shown in all_facts() {
        screen.app.update(Action::Show(shown.name));
        let text = screen.picture(PLAIN, 120, 40);
        let header = text.lines().next().unwrap();
        assert!(header.contains("done: not completed") && !header.contains("does not hold"), "{header}");
    }
}

#[test]
fn a_lane_that_is_not_built_says_so_with_its_reason() {
    let settings = ["target=Explicit(layers:[[[1.5,-0.3]]])", "constructions=[Malach,Hyperbolic()]"];
    let mut screen = Opened::open("tiny", &settings);
    let text = screen.picture(PLAIN, 120, 40);
    assert!(text.contains("not built: malach: expected weights in [-1, 1]"), "{text}");
    screen.app.update(Action::Show(compare::NAME));
    let text = screen.picture(PLAIN, 120, 40);
    assert!(text.contains("not built: malach: expected weights in [-1, 1]"), "{text}");
    screen.app.update(Action::Show(explore::NAME));
    screen.send(vec![Command::Step(Step::All, vec![0])]);
    assert!(screen.picture(PLAIN, 140, 40).contains("not built: malach"));
}

#[test]
fn any_size_can_be_drawn() {
    let screens = [
        Opened::after("digits", vec![]),
        Opened::after("tiny", vec![Command::Step(Step::Weight, vec![0])]),
        Opened::after("deep", vec![]),
    ];
    for mut screen in screens {
        for overlay in
            [None, Some(overlays::help::NAME), Some(overlays::export::NAME), Some(overlays::palette::NAME)]
        {
            overlay.map(|name| screen.app.update(Action::Open(name)));
            screen.app.overlays.help.scroll = 3;
            screen.draw_every_small_size(Look { theme: ANSI, glyphs: ASCII });
        }
    }
}
