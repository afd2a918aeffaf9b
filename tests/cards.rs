//! The cards of "What is this": at four sizes, in ASCII, and true to the run that they are drawn from.
#![allow(missing_docs, clippy::unwrap_used)]

mod screens;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use screens::{Opened, PLAIN, session};
use slth::report::numbers::scientific;
use slth::sampling::RandomLayer;
use slth::session::{Command, Step};
use slth::tui::Look;
use slth::tui::look::glyphs::ASCII;
use slth::tui::look::theme::{ANSI, MONO};
use slth::tui::overlays;
use slth::tui::overlays::help::ideas::IDEAS;
use slth::tui::screens::weight;

/// The card of the screen, the ideas, the card of all keys.
const CARDS: usize = IDEAS.len() + 2;

fn key(opened: &mut Opened, code: KeyCode) {
    opened.key(KeyEvent::new(code, KeyModifiers::NONE));
}

/// All cards, one picture under the other.
fn deck(opened: &mut Opened, look: Look, width: u16, height: u16) -> String {
    opened.letter('?');
    let mut pictures = Vec::new();
    for _ in 0..CARDS {
        pictures.push(opened.picture(look, width, height));
        key(opened, KeyCode::Right);
    }
    key(opened, KeyCode::Esc);
    pictures.join("\n")
}

#[test]
fn the_cards_half_way() {
    for (width, height) in [(40, 15), (80, 24), (120, 40), (200, 50)] {
        let commands = (0..5).map(|_| Command::Step(Step::Weight, vec![0])).collect();
        let mut opened = Opened::after("tiny", commands);
        let deck = deck(&mut opened, PLAIN, width, height);
        assert!(deck.matches("Esc close").count() >= CARDS, "{deck}");
        insta::assert_snapshot!(format!("cards_{width}x{height}"), deck);
    }
}

#[test]
fn the_cards_before_anything_is_drawn_name_the_key_to_press() {
    let mut opened = Opened::open("tiny", &[]);
    let deck = deck(&mut opened, PLAIN, 80, 24);
    // w·x, products, law, buckets.
    assert_eq!(deck.matches("Press Enter").count(), 4, "{deck}");
    insta::assert_snapshot!("cards_start_80x24", deck);
}

#[test]
fn the_cards_in_ascii() {
    for (preset, steps) in [("tiny", Step::All), ("malach-vs-hyperbolic", Step::Layer)] {
        let mut opened = Opened::after(preset, vec![Command::Step(steps, vec![0])]);
        for theme in [ANSI, MONO] {
            for (width, height) in [(40, 15), (80, 24), (120, 40)] {
                let deck = deck(&mut opened, Look { theme, glyphs: ASCII }, width, height);
                assert!(deck.is_ascii() && !deck.contains("\\u{"), "{deck}");
                if preset == "tiny" && theme == MONO && width == 80 {
                    insta::assert_snapshot!("cards_ascii_80x24", deck);
                }
            }
        }
    }
}

#[test]
fn every_preset_has_its_cards() {
    for preset in ["ladder", "digits-learned", "lstm", "example-6", "further-questions"] {
        let mut opened = Opened::open(preset, &[]);
        opened.send(vec![Command::Step(Step::Neuron, vec![0])]);
        for (width, height) in [(40, 15), (80, 24)] {
            let deck = deck(&mut opened, PLAIN, width, height);
            assert!(deck.contains("your own network"), "{deck}");
        }
    }
}

/// The numbers on a card are those of the ticket, and of the random function.
#[test]
fn kept_and_cut_neurons_are_those_of_the_ticket() {
    let mut built = session("tiny", &[]);
    built.run(&|_| {});
    let mut opened = Opened::after("tiny", vec![Command::Step(Step::All, vec![0])]);
    opened.letter('?');
    key(&mut opened, KeyCode::Right);
    let text = opened.picture(PLAIN, 120, 60);
    let weight = opened.app.snapshot.weight.clone().unwrap();
    let builder = &built.lanes()[0].builders()[weight.layer - 1];
    let random = RandomLayer::new(builder.problem().seed, weight.layer, builder.problem().law);
    let kept: Vec<u64> = builder
        .ticket()
        .paths()
        .filter(|path| (path.output as usize, path.input as usize) == (weight.output, weight.input))
        .map(|path| path.neuron)
        .collect();
    let (mut shown_kept, mut shown_cut) = (0, 0);
    for line in text.lines().filter(|line| line.contains(" ReLU ─( ")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let neuron: u64 = words.iter().find_map(|word| word.replace(',', "").parse().ok()).unwrap();
        let (z_in, z_out) = (random.z_in(neuron, weight.input), random.z_out(neuron, weight.output));
        for value in [z_in, z_out, z_in * z_out] {
            assert!(line.contains(&scientific(value, 2)), "{value} in {line}");
        }
        let is_kept = line.contains("kept");
        assert_eq!(kept.contains(&neuron), is_kept, "{line}");
        assert_ne!(line.contains(" cut"), is_kept, "{line}");
        (shown_kept, shown_cut) = (shown_kept + u32::from(is_kept), shown_cut + u32::from(!is_kept));
    }
    assert!(shown_kept > 0 && shown_cut > 0, "{text}");
    let sum = &weight.sums[0];
    assert!(text.contains(&format!("add up to {}", scientific(sum.value, 3))), "{text}");
    assert!((weight.target - sum.value).abs() <= weight.allowed);
}

#[test]
fn enter_draws_and_says_why_it_cannot() {
    let mut opened = Opened::open("tiny", &[]);
    opened.letter('?');
    key(&mut opened, KeyCode::Enter);
    assert_eq!(opened.app.snapshot.lane().weights_done(), 1);
    key(&mut opened, KeyCode::Enter);
    assert_eq!(opened.app.snapshot.lane().weights_done(), 2);
    for _ in 0..20 {
        key(&mut opened, KeyCode::Enter);
    }
    assert_eq!(opened.app.snapshot.lane().error.holds, Some(true));
    assert!(opened.app.message.as_ref().unwrap().contains("Everything is drawn"));
}

/// The cards watch a weight while they are open, and leave the one of the Weight screen alone.
#[test]
fn a_weight_is_watched_no_longer_than_the_cards_are_open() {
    let mut opened = Opened::after("tiny", vec![Command::Step(Step::Layer, vec![0])]);
    assert!(opened.app.snapshot.weight.is_none());
    opened.letter('?');
    assert!(opened.app.snapshot.weight.is_some());
    key(&mut opened, KeyCode::Right);
    key(&mut opened, KeyCode::Esc);
    assert!(opened.app.snapshot.weight.is_none() && opened.app.overlay_name().is_none());
    opened.letter('3');
    assert_eq!(opened.app.screen_name(), weight::NAME);
    opened.letter('?');
    key(&mut opened, KeyCode::Esc);
    assert!(opened.app.snapshot.weight.is_some());
}

#[test]
fn the_card_of_the_screen_comes_first_and_keys_turn_cards() {
    let mut opened = Opened::open("tiny", &[]);
    for (number, name) in
        [('1', "Explore"), ('2', "Compare"), ('3', "Weight"), ('4', "Bounds"), ('5', "Outputs")]
    {
        opened.letter(number);
        opened.letter('?');
        assert_eq!(opened.app.overlay_name(), Some(overlays::help::NAME));
        let title = format!("1 of {CARDS}: {name}");
        assert!(opened.picture(PLAIN, 120, 40).contains(&title));
        opened.letter('n');
        opened.letter('n');
        opened.letter('p');
        assert_eq!(opened.app.overlays.help.card, 1);
        key(&mut opened, KeyCode::Left);
        key(&mut opened, KeyCode::Left);
        assert_eq!(opened.app.overlays.help.card, 0);
        (0..2 * CARDS).for_each(|_| key(&mut opened, KeyCode::Right));
        assert_eq!(opened.app.overlays.help.card, CARDS - 1);
        key(&mut opened, KeyCode::Esc);
        assert!(opened.app.overlay_name().is_none());
    }
}

/// Down to the last line of every card at every size, and back up at once.
#[test]
fn pages_reach_the_last_line() {
    let mut opened = Opened::open("tiny", &[]);
    opened.letter('?');
    (0..CARDS).for_each(|_| key(&mut opened, KeyCode::Right));
    let last = "the pruned network classify right";
    assert!(!opened.picture(PLAIN, 80, 24).contains(last));
    for _ in 0..60 {
        key(&mut opened, KeyCode::PageDown);
        opened.picture(PLAIN, 80, 24);
    }
    let text = opened.picture(PLAIN, 80, 24);
    assert!(!text.contains("more below"), "{text}");
    let end = opened.app.overlays.help.scroll;
    key(&mut opened, KeyCode::PageUp);
    assert_eq!(opened.app.overlays.help.scroll, end - 10);
    (0..60).for_each(|_| key(&mut opened, KeyCode::PageUp));
    assert_eq!(opened.app.overlays.help.scroll, 0);
}

#[test]
fn the_search_goes_over_all_cards_and_keys() {
    let mut opened = Opened::open("tiny", &[]);
    opened.letter('?');
    for (text, found) in [
        ("greedily", "buckets"),
        ("coincidences", "why products"),
        ("largest error", "the weight of the layer with the largest error"),
        ("Confusion", "Confusion"),
        ("nothing so", "No card and no key has this text."),
    ] {
        opened.letter('/');
        text.chars().for_each(|letter| opened.letter(letter));
        key(&mut opened, KeyCode::Enter);
        let picture = opened.picture(PLAIN, 120, 40);
        assert!(picture.contains(found) && picture.contains("All cards and keys"), "{picture}");
        key(&mut opened, KeyCode::Esc);
        assert_eq!(opened.app.overlay_name(), Some(overlays::help::NAME));
    }
}
