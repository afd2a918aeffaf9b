//! The Compare screen: pictures at four sizes and three moments, every small size, the sentence, the ladder, and the lanes moved by
//! steps.
#![allow(missing_docs, clippy::unwrap_used)]

mod screens;

use screens::{Opened, PLAIN, session};
use slth::method::Construction;
use slth::report::text::construction_name;
use slth::session::{Command, LaneView, Phase, Session, Step};
use slth::tui::Look;
use slth::tui::keymap::Action;
use slth::tui::look::glyphs::ASCII;
use slth::tui::look::theme::ANSI;
use slth::tui::overlays;
use slth::tui::screens::all_facts;
use slth::tui::screens::compare;
use slth::tui::screens::compare::LaneMove;
use slth::tui::screens::explore;

/// A target small enough to draw every construction but whole neurons.
const SMALL: &[&str] = &[
    "title=\"Small: 5-4-3\"",
    "target=Random(widths:[5,4,3],weight_bound:0.4,spectral_norm:1.0,seed:3)",
    "epsilon=1.0",
    "mode=Drawn",
];

fn open(preset: &str, settings: &[&str]) -> Opened {
    let mut screen = Opened::open(preset, settings);
    screen.press(Action::Show(compare::NAME));
    screen
}

/// A preset of one construction, and Malach's beside it.
fn with_malach(preset: &str) -> Opened {
    let mut screen = open(preset, &[]);
    screen.press(LaneMove::Beside.action());
    screen
}

/// Malach, hyperbolic and subset sums.
fn three_lanes() -> Opened {
    let mut screen = open("tiny", SMALL);
    screen.press(LaneMove::Beside.action());
    screen.press(LaneMove::Beside.action());
    screen
}

fn pictures(name: &str, screen: &Opened) {
    for (name, picture) in screen.pictures(name) {
        insta::assert_snapshot!(name, picture);
    }
    insta::assert_snapshot!(format!("{name}_40x15"), screen.picture(PLAIN, 40, 15));
}

/// A layer, and some weights of the next.
fn half_way(screen: &mut Opened) {
    screen.press(Action::Step(Step::Layer));
    (0..7).for_each(|_| screen.press(Action::Step(Step::Weight)));
}

fn shown(screen: &Opened) -> Vec<&LaneView> {
    let lanes = &screen.app.snapshot.lanes;
    let lane = |construction: &_| lanes.iter().find(|lane| lane.construction == *construction).unwrap();
    screen.app.screens.compare.slots.shown().iter().map(lane).collect()
}

#[test]
fn compare_at_the_start() {
    pictures("compare_start", &open("malach-vs-hyperbolic", &[]));
    pictures("compare_three_start", &three_lanes());
}

#[test]
fn compare_half_way() {
    let mut screen = open("malach-vs-hyperbolic", &[]);
    half_way(&mut screen);
    assert!(shown(&screen).iter().all(|lane| lane.phase == Phase::Building(2)));
    pictures("compare_half_way", &screen);
    let mut screen = three_lanes();
    half_way(&mut screen);
    pictures("compare_three_half_way", &screen);
}

#[test]
fn compare_done() {
    for (mut screen, name) in
        [(open("malach-vs-hyperbolic", &[]), "compare_done"), (three_lanes(), "compare_three_done")]
    {
        screen.press(Action::Step(Step::All));
        assert!(shown(&screen).iter().all(|lane| lane.error.holds == Some(true)));
        pictures(name, &screen);
    }
}

#[test]
fn any_size_can_be_drawn() {
    let ascii = Look { theme: ANSI, glyphs: ASCII };
    let mut screen = three_lanes();
    screen.draw_every_small_size(ascii);
    half_way(&mut screen);
    screen.draw_every_small_size(ascii);
    screen.press(Action::Step(Step::All));
    screen.press(LaneMove::Beside.action());
    screen.draw_every_small_size(ascii);
    refused().draw_every_small_size(ascii);
}

/// A target with weights too large for Malach.
fn refused() -> Opened {
    let mut screen = open("tiny", &["target=Explicit(layers:[[[1.5,-0.3]]])"]);
    screen.press(LaneMove::Beside.action());
    screen
}

#[test]
fn ascii_terminals_get_nothing_but_ascii() {
    let look = Look { theme: ANSI, glyphs: ASCII };
    let mut skipping = with_malach("digits");
    skipping.press(Action::Step(Step::All));
    let mut done = three_lanes();
    done.press(Action::Step(Step::All));
    for screen in [three_lanes(), done, skipping, refused()] {
        for (width, height) in [(80, 24), (120, 40), (200, 50)] {
            let text = screen.picture(look, width, height);
            assert!(text.is_ascii(), "{text}");
            assert!(text.contains("FAILS |W_i|_0") || text.contains("ok |W_i|_0"), "{text}");
            // The one question mark is the key of the help.
            assert_eq!(text.replace(" ? help", "").matches('?').count(), 0, "a character was lost:\n{text}");
        }
    }
}

#[test]
fn a_construction_that_does_not_apply_says_why() {
    let mut screen = refused();
    let text = screen.picture(PLAIN, 80, 24);
    assert!(text.contains("does not apply: expected") && text.contains("|w*| = 1.5"), "{text}");
    assert!(text.contains("✗ |w|  "), "{text}");
    screen.press(Action::Step(Step::All));
    let text = screen.picture(PLAIN, 80, 24);
    assert!(
        text.contains("✓ the ticket holds") && text.contains("2 H hyperbolic, first-…      1,242"),
        "{text}"
    );
}

#[test]
fn lanes_that_skip_ahead_show_the_law_and_say_so() {
    let mut screen = open("malach-vs-hyperbolic", &["mode=SkipAhead"]);
    screen.press(Action::Step(Step::All));
    let text = screen.picture(PLAIN, 120, 40);
    assert!(text.contains("no neuron drawn: ⠒⠒ exact law only"), "{text}");
    assert!(text.contains("✓ the ticket holds · skipped ahead to the hits"), "{text}");
    // The target of digits breaks Malach's assumptions; the bound is too small for it.
    let mut screen = with_malach("digits");
    screen.press(Action::Step(Step::All));
    let text = screen.picture(PLAIN, 120, 40);
    assert!(text.contains("✗ incomplete at the bound · skipped ahead to the hits"), "{text}");
    assert!(text.contains("✗ ‖x‖₂ ≤ 1, found 4.604"), "{text}");
}

/// All of a lane but its clock.
fn outcome(lane: &LaneView) -> String {
    let LaneView { phase, layers, view, error, race, .. } = lane;
    format!("{phase:?} {layers:?} {view:?} {error:?} {race:?}")
}

/// The same lanes by themselves: each of its own session, without a worker.
fn by_themselves(preset: &str, settings: &[&str], constructions: &str, steps: &[Step]) -> String {
    let constructions = format!("constructions=[{constructions}]");
    let mut settings = settings.to_vec();
    settings.push(&constructions);
    let mut session: Session = session(preset, &settings);
    for &step in steps {
        while !session.lane_mut(0).advance(step, 311) {}
    }
    outcome(&session.view(0, None))
}

#[test]
fn together_all_lanes_shown_step_as_each_does_by_itself() {
    let mut screen = three_lanes();
    for (action, step) in [
        (Action::Step(Step::Neuron), Step::Neuron),
        (Action::Step(Step::Weight), Step::Weight),
        (Action::Step(Step::Layer), Step::Layer),
        (Action::Step(Step::All), Step::All),
    ] {
        let mut fresh = three_lanes();
        fresh.press(action);
        for (lane, name) in shown(&fresh).into_iter().zip(["Malach", "Hyperbolic()", "SubsetSum"]) {
            assert_eq!(outcome(lane), by_themselves("tiny", SMALL, name, &[step]), "{name}, {step:?}");
        }
        screen.press(action);
    }
    let steps = [Step::Neuron, Step::Weight, Step::Layer, Step::All];
    for (lane, name) in shown(&screen).into_iter().zip(["Malach", "Hyperbolic()", "SubsetSum"]) {
        assert_eq!(outcome(lane), by_themselves("tiny", SMALL, name, &steps), "{name}");
    }
}

#[test]
fn alone_only_the_chosen_lane_steps() {
    let mut screen = three_lanes();
    let before: Vec<String> = shown(&screen).into_iter().map(outcome).collect();
    assert!(screen.picture(PLAIN, 80, 24).contains("together: steps and runs move lanes 1, 2, 3"));
    screen.press(LaneMove::Together.action());
    // The lane added last is the chosen one.
    screen.press(LaneMove::NextLane.action());
    screen.press(LaneMove::NextLane.action());
    assert!(screen.picture(PLAIN, 80, 24).contains("alone: steps and runs move lane 2 only"));
    screen.press(Action::Step(Step::Weight));
    screen.press(Action::Step(Step::All));
    let after: Vec<String> = shown(&screen).into_iter().map(outcome).collect();
    assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
    assert_eq!(after[1], by_themselves("tiny", SMALL, "Hyperbolic()", &[Step::Weight, Step::All]));
    // The lanes left behind catch up with the same outcome as if they had never waited.
    screen.press(LaneMove::Together.action());
    screen.press(Action::Step(Step::All));
    assert_eq!(outcome(shown(&screen)[0]), by_themselves("tiny", SMALL, "Malach", &[Step::All]));
}

#[test]
fn a_restart_keeps_the_lanes_and_another_preset_has_its_own() {
    let mut screen = three_lanes();
    let fresh: Vec<String> = shown(&screen).into_iter().map(outcome).collect();
    screen.press(Action::Step(Step::All));
    screen.press(Action::Restart);
    assert_eq!(shown(&screen).into_iter().map(outcome).collect::<Vec<_>>(), fresh);
    // tiny is the second of the built-in presets.
    screen.press(Action::Open(overlays::picker::NAME));
    screen.press(Action::Choose);
    let text = screen.picture(PLAIN, 80, 24);
    assert!(text.contains("· tiny ·"), "{text}");
    assert_eq!((shown(&screen).len(), screen.app.snapshot.lanes.len()), (1, 1));
}

/// No lane is lost on any visit or by any key adding a lane.
#[test]
fn looking_changes_nothing_and_what_is_added_is_said() {
    for preset in ["tiny", "malach-vs-hyperbolic", "example-5-all"] {
        let mut screen = Opened::open(preset, &[]);
        let lanes = |screen: &Opened| -> Vec<_> {
            screen.app.snapshot.lanes.iter().map(|lane| (lane.construction, outcome(lane))).collect()
        };
        let before = lanes(&screen);
        for shown in all_facts() {
            screen.press(Action::Show(shown.name));
            assert_eq!(lanes(&screen), before, "{preset}, {}", shown.name);
        }
    }
    let mut screen = Opened::open("tiny", SMALL);
    screen.press(Action::Step(Step::All));
    let done = outcome(&screen.app.snapshot.lanes[0]);
    screen.press(Action::Show(compare::NAME));
    for (width, height) in [(40, 15), (80, 24), (200, 50)] {
        let text = screen.picture(PLAIN, width, height);
        assert!(text.contains("done: th") && text.contains("1 H"), "{text}");
        assert!(text.contains("t add lane") && text.contains("One lane"), "{text}");
    }
    // Without anything to change, nothing happens.
    screen.press(LaneMove::NextConstruction.action());
    assert!(screen.picture(PLAIN, 80, 24).contains("Only one lane is shown"));
    screen.press(LaneMove::Beside.action());
    let text = screen.picture(PLAIN, 80, 24);
    assert!(text.contains("Added to the run: malach, nothing drawn yet"), "{text}");
    assert!(text.contains("paused: 1 of 2 lanes done"), "{text}");
    assert_eq!(outcome(&screen.app.snapshot.lanes[0]), done);
    screen.press(LaneMove::NextConstruction.action());
    let text = screen.picture(PLAIN, 120, 40);
    assert!(text.contains("product-pair, nothing drawn yet (without malach: nothing was drawn)"), "{text}");
    assert_eq!(screen.app.snapshot.lanes.len(), 2);
    // Drawn neurons stay, shown or not.
    screen.press(Action::Step(Step::All));
    screen.press(LaneMove::NextConstruction.action());
    assert_eq!(screen.app.snapshot.lanes.len(), 3);
    assert_eq!(outcome(&screen.app.snapshot.lanes[0]), done);
    assert_eq!(screen.app.snapshot.lanes[1].phase, Phase::Done);
}

fn spoken(construction: Construction) -> String {
    construction_name(construction).replace(", ", " ")
}

fn capital(name: &str) -> String {
    name[..1].to_uppercase() + &name[1..]
}

/// Setups that compare open on Compare, those of one construction on Explore.
#[test]
fn presets_that_compare_open_on_compare() {
    let expected = [
        ("tiny", false),
        ("digits", false),
        ("deep", false),
        ("example-5", false),
        ("malach-vs-hyperbolic", true),
        ("example-5-all", true),
        ("ladder", true),
        ("conv", true),
        ("lstm", true),
    ];
    for (preset, compares) in expected {
        let screen = Opened::open(preset, &[]);
        let name = if compares { compare::NAME } else { explore::NAME };
        assert_eq!(screen.app.screen_name(), name, "{preset}");
    }
    // From the list of presets too, and a lane added by a key leads nowhere.
    let mut screen = Opened::open("tiny", &[]);
    screen.send(vec![Command::Load(Box::new(session("ladder", &[])))]);
    assert_eq!(screen.app.screen_name(), compare::NAME);
    let mut screen = open("tiny", SMALL);
    screen.press(Action::Show(explore::NAME));
    screen.send(vec![Command::Compare(vec![Construction::Malach])]);
    assert_eq!((screen.app.screen_name(), screen.app.snapshot.lanes.len()), (explore::NAME, 2));
}

#[test]
fn the_sentence_says_how_its_number_is_known() {
    let lead = |screen: &Opened| screen.picture(PLAIN, 200, 50).lines().nth(1).unwrap().to_owned();
    // Malach's bound promises nothing for this target.
    let mut screen = open("malach-vs-hyperbolic", &[]);
    assert!(
        lead(&screen).contains("The bounds promise nothing: this target breaks what malach's bound assumes.")
    );
    half_way(&mut screen);
    let lanes = shown(&screen);
    let share = lanes.iter().map(|lane| lane.race.last().unwrap().1).fold(1.0, f64::min);
    let at = |lane: &LaneView| lane.race.iter().find(|point| point.1 >= share - 1e-9).unwrap().0;
    let times = slth::report::numbers::times(at(lanes[0]).ratio(at(lanes[1])));
    let expected = format!(
        "Malach needed {times} times more neurons than hyperbolic first-fit for the same target, up to "
    );
    assert!(lead(&screen).contains(&expected), "{expected}{}", lead(&screen));
    screen.press(Action::Step(Step::All));
    let expected = "Malach needed 6,662 times more neurons than hyperbolic first-fit for the same target.";
    assert!(lead(&screen).contains(expected), "{}", lead(&screen));
    for (width, height) in [(40, 15), (80, 24), (120, 40)] {
        let text = screen.picture(PLAIN, width, height);
        assert!(text.contains("Malach needed 6,662 times more"), "{text}");
        assert!(text.contains("1 M malach") && text.contains("Race"), "{text}");
    }
    // Two bounds that apply.
    let ladder = {
        let mut screen = open("ladder", &[]);
        (0..2).for_each(|_| screen.press(LaneMove::Ladder.action()));
        screen
    };
    let bounds: Vec<_> = shown(&ladder).iter().map(|lane| lane.neurons_bound().unwrap()).collect();
    let times = slth::report::numbers::times(bounds[0].ratio(bounds[1]));
    let expected =
        format!("needs {times} times more neurons than corollary10 for the same target, by the bounds.");
    assert!(lead(&ladder).contains(&expected), "{expected}{}", lead(&ladder));
}

#[test]
fn the_ladder_starts_at_its_first_rung_and_lanes_are_remembered() {
    let mut screen = Opened::open("ladder", &[]);
    let ladder = Construction::ladder();
    assert_eq!(screen.app.screens.compare.slots.shown(), &ladder[..2]);
    for (name, picture) in screen.pictures("ladder_start") {
        insta::assert_snapshot!(name, picture);
    }
    screen.press(LaneMove::Ladder.action());
    screen.press(LaneMove::NextLane.action());
    screen.press(LaneMove::Together.action());
    let chosen = screen.app.screens.compare.slots.clone();
    assert_eq!(chosen.shown(), &ladder[1..3]);
    for shown in all_facts() {
        screen.press(Action::Show(shown.name));
    }
    screen.press(Action::Show(compare::NAME));
    assert_eq!(screen.app.screens.compare.slots, chosen);
    screen.send(vec![Command::Restart]);
    assert_eq!(screen.app.screens.compare.slots, chosen);
    let text = screen.picture(PLAIN, 80, 24);
    assert!(text.contains("Ladder, rung 2 of 5"), "{text}");
    // All rungs built: observed neurons in place of bounds.
    screen.press(LaneMove::Together.action());
    screen.press(Action::Step(Step::All));
    for (name, picture) in screen.pictures("ladder_second_rung_done") {
        insta::assert_snapshot!(name, picture);
    }
    let text = screen.picture(Look { theme: ANSI, glyphs: ASCII }, 80, 24);
    assert!(text.is_ascii(), "{text}");
    insta::assert_snapshot!("ladder_ascii_80x24", text);
    screen.draw_every_small_size(Look { theme: ANSI, glyphs: ASCII });
}

/// Every number of a column has as many digits behind its point, and an exponent if another has one.
#[test]
fn a_column_of_the_figures_has_one_format() {
    let mut screen = open("ladder", &[]);
    for _ in Construction::ladder().windows(2) {
        screen.press(Action::Step(Step::All));
        let text = screen.picture(PLAIN, 200, 50);
        let rows: Vec<Vec<&str>> = text
            .lines()
            .filter(|line| line.starts_with("\"│1 ") || line.starts_with("\"│2 "))
            .filter(|line| line.contains(" s "))
            .map(|line| line.split('│').nth(1).unwrap().split_whitespace().rev().take(10).collect())
            .collect();
        assert_eq!(rows.len(), 2, "{text}");
        let format = |cell: &str| {
            let cell = cell.trim_end_matches('!');
            let digits = cell.split('e').next().unwrap().split('.').nth(1).map(str::len);
            (cell.contains('e'), digits)
        };
        for (first, second) in rows[0].iter().zip(&rows[1]) {
            let is_number = |cell: &str| cell.starts_with(|c: char| c.is_ascii_digit());
            if is_number(first) && is_number(second) {
                assert_eq!(format(first), format(second), "{first} beside {second}:\n{text}");
            }
        }
        screen.press(LaneMove::Ladder.action());
    }
}

#[test]
fn the_ladder_names_what_changes_and_what_it_buys() {
    let mut screen = open("tiny", &SMALL[..3]);
    for rung in slth::method::Construction::ladder().windows(2) {
        screen.press(LaneMove::Ladder.action());
        assert_eq!(screen.app.screens.compare.slots.shown(), rung);
        screen.press(Action::Step(Step::All));
        let sampled = |lane: usize| shown(&screen)[lane].neurons_sampled();
        let [most, fewest] = if sampled(0).log10() >= sampled(1).log10() { [0, 1] } else { [1, 0] };
        let times = slth::report::numbers::times(sampled(most).ratio(sampled(fewest)));
        let [most, fewest] = [most, fewest].map(|lane| spoken(rung[lane]));
        let sentence = format!(
            " {} needed {times} times more neurons than {fewest} for the same target.",
            capital(&most)
        );
        let text = screen.picture(PLAIN, 200, 50);
        assert!(text.contains(&sentence), "expected {sentence} in\n{text}");
        assert!(text.contains(&format!(" {times} times ")) && text.contains(" 1→2  "), "{text}");
    }
    let rungs: Vec<String> = slth::method::Construction::ladder()
        .windows(2)
        .map(|rung| {
            let differences = rung[0].facts().differences(rung[1].facts());
            differences.into_iter().map(|(choice, from, to)| format!("{choice}: {from} → {to}; ")).collect()
        })
        .collect();
    assert_eq!(
        rungs,
        [
            "match: all its weights at once → z_in ≈ ±w, z_out ≈ ±1; sum: one neuron for a neuron → one neuron a half; ",
            "match: z_in ≈ ±w, z_out ≈ ±1 → product; ",
            "law: uniform → hyperbolic; sum: one neuron a half → golden-ratio sum; ",
            "sharing: nobody → the layer, first-fit; ",
            "sharing: the layer, first-fit → the outputs of one input; ",
        ]
    );
}
