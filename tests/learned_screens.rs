//! Explore and Weight with a learned lane on view: pictures of hand-made moments, keys, files.
#![allow(missing_docs, clippy::unwrap_used)]

mod screens;

use std::sync::Arc;
use std::time::Duration;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use screens::{Opened, PLAIN, SIZES, draw, session};
use serde_json::Value;
use slth::learning::{
    Accuracy, Arm, ArmResult, CurvePoint, EdgePopup, LayerShare, LearnedMethod, Position, Quantity,
    Rewinding, Round, ScoreLayer,
};
use slth::session::{Command, LearnedView, LearnedWeight, ScoreView, Snapshot, Step, Worker};
use slth::tui::Look;
use slth::tui::app::App;
use slth::tui::effects::Effect;
use slth::tui::export::Export;
use slth::tui::keymap::Action;
use slth::tui::look::glyphs::ASCII;
use slth::tui::look::theme::ANSI;
use slth::tui::overlays::certificate;
use slth::tui::screens::weight::{MaskLayout, MaskMove};
use slth::tui::screens::{explore, weight};

/// Outputs and inputs of the layers.
const SHAPES: [(usize, usize); 3] = [(30, 64), (20, 30), (10, 20)];

/// Numbers in [0, 1) without a pattern.
fn scattered(count: usize) -> impl Iterator<Item = f32> {
    (1..=count as u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 8) as f32 / (1_u32 << 24) as f32)
}

/// A layer with the largest `keep` of its values kept.
fn layer(number: usize, quantity: Quantity, keep: f64) -> ScoreView {
    let shape = SHAPES[number - 1];
    let weights = shape.0 * shape.1;
    // Small values are more frequent.
    let values: Vec<f32> = scattered(weights).map(|place| 0.3 * place * place).collect();
    let mut sorted = values.clone();
    sorted.sort_by(f32::total_cmp);
    let cut = sorted[((1.0 - keep) * weights as f64) as usize];
    let mask: Vec<bool> = values.iter().map(|value| *value >= cut).collect();
    // Pruned weights are 0.
    let values = match quantity {
        Quantity::WeightMagnitude => {
            values.iter().zip(&mask).map(|(value, kept)| if *kept { *value } else { 0.0 }).collect()
        }
        Quantity::Score | Quantity::ScoreMagnitude => values,
    };
    let layer =
        ScoreLayer { layer: number, shape, quantity, weights: values.clone(), values, mask, cut: Some(cut) };
    ScoreView::new(layer, SHAPES.len())
}

/// Loss and accuracy of a training, up to a step.
fn curve(steps: u64, every: u64) -> Vec<CurvePoint> {
    let points = (1..=steps / every).map(|point| point * every);
    let at = |step: u64| {
        let left = (-(step as f64) / 120.0).exp();
        CurvePoint { step, loss: 0.05 + 2.2 * left, accuracy: 0.975 - 0.85 * left }
    };
    points.map(at).collect()
}

fn result(arm: Arm, correct: u64, steps: u64) -> ArmResult {
    ArmResult {
        arm,
        steps,
        selected_step: steps,
        training_loss: (steps > 0).then_some(0.05),
        validation: None,
        test: Accuracy { correct, examples: 360 },
        predictions: vec![0; 360].into(),
        curve: curve(steps, 60).into(),
    }
}

fn shares(keep: f64) -> Vec<LayerShare> {
    let share = |&(outputs, inputs): &(usize, usize)| {
        let weights = (outputs * inputs) as u64;
        let kept = (keep * weights as f64) as u64;
        LayerShare { weights, kept, dead_neurons: if keep < 0.3 { outputs as u64 / 5 } else { 0 } }
    };
    SHAPES.iter().map(share).collect()
}

/// Edge-popup in its third epoch.
fn edge_popup() -> LearnedView {
    LearnedView {
        lane: 1,
        method: LearnedMethod::EdgePopup(EdgePopup::default()),
        position: Position {
            round: 0,
            rounds: 1,
            arm: Arm::Ticket,
            epoch: 2,
            epochs: 50,
            batch: 7,
            batches: 12,
            steps_done: 31,
            steps: 1_200,
        },
        is_done: false,
        rounds: Arc::new(vec![Round { round: 0, layers: shares(0.5), arms: vec![] }]),
        curve: curve(31, 3),
        elapsed: Duration::from_millis(1_230),
        layer: Some(Arc::new(layer(2, Quantity::ScoreMagnitude, 0.5))),
    }
}

/// Rewinding in its eighth round, the ticket of which is trained.
fn rewinding() -> LearnedView {
    let round = |round: usize| {
        let keep = 0.8_f64.powi(round as i32);
        let lost = round as u64;
        let ticket = result(Arm::Ticket, 352, 500);
        let controls =
            [result(Arm::FreshWeights, 350 - 3 * lost, 500), result(Arm::RandomMask, 350 - 9 * lost, 500)];
        let arms = if round == 0 { vec![ticket] } else { [vec![ticket], controls.to_vec()].concat() };
        Round { round, layers: shares(keep), arms }
    };
    let mut rounds: Vec<Round> = (0..=8).map(round).collect();
    rounds[8].arms.truncate(1);
    LearnedView {
        lane: 2,
        method: LearnedMethod::Rewinding(Rewinding { rounds: Some(21), ..Default::default() }),
        position: Position {
            round: 8,
            rounds: 22,
            arm: Arm::FreshWeights,
            epoch: 10,
            epochs: 25,
            batch: 3,
            batches: 21,
            steps_done: 10_213,
            steps: 32_000,
        },
        is_done: false,
        rounds: Arc::new(rounds),
        curve: curve(213, 21),
        elapsed: Duration::from_millis(2_340),
        layer: Some(Arc::new(layer(1, Quantity::WeightMagnitude, 0.168))),
    }
}

/// The past of a score that has crossed the cut.
fn past(layer: &ScoreView, (output, input): (usize, usize)) -> LearnedWeight {
    let index = output * layer.shape.1 + input;
    let history = (0..40_u64).map(|epoch| {
        let place = epoch as f32 / 40.0;
        (12 * epoch, 0.02 + 0.2 * place * place, Some(0.08 - 0.02 * place))
    });
    LearnedWeight {
        layer: layer.layer,
        output,
        input,
        weight: -0.25,
        value: layer.values[index],
        kept: layer.mask[index],
        history: history.collect(),
    }
}

/// A snapshot with both learned lanes, of which one is on view, and the chosen weight.
fn snapshot(shown: Option<usize>) -> Snapshot {
    let mut snapshot = (*Worker::spawn(session("tiny", &[])).latest()).clone();
    snapshot.learned = vec![edge_popup(), rewinding()];
    snapshot.shown_learned = shown;
    let chosen = shown.and_then(|shown| snapshot.learned[shown].layer.clone());
    snapshot.learned_weight = chosen.map(|layer| Arc::new(past(&layer, (3, 17))));
    snapshot
}

/// The explorer at this moment.
fn explorer(snapshot: Snapshot, screen: &'static str) -> App {
    let mut app = App::new(Arc::new(snapshot));
    app.update(Action::Show(screen));
    (app.is_new, app.screens.weight.choice.output, app.screens.weight.choice.input) = (false, 3, 17);
    app
}

fn picture(app: &App, look: Look, (width, height): (u16, u16)) -> String {
    draw(app, look, width, height).backend().to_string()
}

fn pictures(name: &str, app: &App) {
    for (width, height) in SIZES {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), picture(app, PLAIN, (width, height)));
    }
}

fn key(app: &mut App, code: KeyCode) -> Vec<Effect> {
    app.press(KeyEvent::new(code, KeyModifiers::NONE))
}

#[test]
fn explore_edge_popup() {
    pictures("explore_edge_popup", &explorer(snapshot(Some(0)), explore::NAME));
}

#[test]
fn explore_rewinding() {
    let app = explorer(snapshot(Some(1)), explore::NAME);
    pictures("explore_rewinding", &app);
    insta::assert_snapshot!("explore_rewinding_40x15", picture(&app, PLAIN, (40, 15)));
}

#[test]
fn weight_edge_popup() {
    pictures("weight_edge_popup", &explorer(snapshot(Some(0)), weight::NAME));
}

#[test]
fn weight_rewinding_as_an_image() {
    let mut app = explorer(snapshot(Some(1)), weight::NAME);
    insta::assert_snapshot!("weight_rewinding_40x15", picture(&app, PLAIN, (40, 15)));
    app.update(MaskMove::Picture.action());
    pictures("weight_one_output", &app);
    app.update(MaskMove::Picture.action());
    insta::assert_snapshot!("weight_all_outputs_80x24", picture(&app, PLAIN, (80, 24)));
}

/// The present work of every network has its sentence, and the end its result.
#[test]
fn one_line_says_what_is_happening() {
    let last_line = |learned: usize, change: &dyn Fn(&mut LearnedView)| {
        let mut snapshot = snapshot(Some(learned));
        change(&mut snapshot.learned[learned]);
        let text = picture(&explorer(snapshot, explore::NAME), PLAIN, (120, 40));
        text.lines().nth(38).unwrap().trim_matches(['"', ' ']).to_owned()
    };
    let arm = |learned: usize, arm: Arm| last_line(learned, &|view| view.position.arm = arm);
    assert!(arm(0, Arm::Ticket).starts_with("Scores of layer 2: the 50.0 % with the largest |s| are kept"));
    let dense = arm(0, Arm::Dense);
    assert!(dense.starts_with("Control: a dense network of the same widths, trained."), "{dense}");
    let ticket = arm(1, Arm::Ticket);
    assert!(
        ticket.starts_with("The ticket: 16.8 % of layer 1 is left, rewound and trained again"),
        "{ticket}"
    );
    assert!(
        arm(1, Arm::FreshWeights).starts_with("Control: the ticket's mask with newly drawn initial weights.")
    );
    assert!(arm(1, Arm::RandomMask).starts_with("Control: a random mask"));
    let start = last_line(1, &|view| (view.position.round, view.position.arm) = (0, Arm::Ticket));
    assert!(start.starts_with("Round 0: the whole network is trained"), "{start}");
    let end = last_line(1, &|view| view.is_done = true);
    assert!(
        end.starts_with(
            "Done: with 16.7 % of the weights the ticket is right on 97.8 % of the test examples"
        ),
        "{end}"
    );
}

#[test]
fn steps_have_the_names_of_the_lane_on_view() {
    let footer = |app: &App| picture(app, PLAIN, (200, 24)).lines().last().unwrap().to_owned();
    let learned = explorer(snapshot(Some(0)), explore::NAME);
    let text = footer(&learned);
    for label in ["n batch", "w epoch", "l round", "a all", "space run/pause", "N back", "W back", "L back"] {
        assert!(text.contains(label), "no {label:?} in {text}");
    }
    assert!(
        !text.contains("neuron") && !text.contains("f follow") && !text.contains("certificate"),
        "{text}"
    );
    let constructed = footer(&explorer(snapshot(None), explore::NAME));
    assert!(constructed.contains("n neuron") && !constructed.contains("batch"), "{constructed}");
    let title = picture(&learned, PLAIN, (120, 24)).lines().nth(1).unwrap().to_owned();
    assert!(title.contains("edge-popup keep 0.5 · epoch 3 of 50 · batch 7 of 12"), "{title}");
}

#[test]
fn keys_move_the_learned_lane_both_ways() {
    let mut app = explorer(snapshot(Some(1)), explore::NAME);
    for (code, step) in [('n', Step::Neuron), ('w', Step::Weight), ('l', Step::Layer), ('a', Step::All)] {
        let effects = key(&mut app, KeyCode::Char(code));
        let sent = matches!(&effects[..], [Effect::Send(Command::Step(found, lanes))] if *found == step && *lanes == [2]);
        assert!(sent, "{code}: {effects:?}");
        if step != Step::All {
            let effects = key(&mut app, KeyCode::Char(code.to_ascii_uppercase()));
            let sent = matches!(&effects[..], [Effect::Send(Command::Back(found, lanes))] if *found == step && *lanes == [2]);
            assert!(sent, "{code}: {effects:?}");
        }
    }
    let effects = key(&mut app, KeyCode::Char(' '));
    assert!(matches!(&effects[..], [Effect::Send(Command::Run(lanes))] if *lanes == [2]), "{effects:?}");
}

#[test]
fn tab_goes_over_constructions_and_learned_lanes() {
    let next = |shown| {
        let mut app = explorer(snapshot(shown), explore::NAME);
        match &key(&mut app, KeyCode::Tab)[..] {
            [Effect::Send(Command::View { lane, layer: None })] => *lane,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!([None, Some(0), Some(1)].map(next), [1, 2, 0]);
}

#[test]
fn layers_of_learned_lanes_are_chosen_within_their_network() {
    let mut app = explorer(snapshot(Some(0)), explore::NAME);
    let layer = |effects: Vec<Effect>| match &effects[..] {
        [Effect::Send(Command::View { lane: 1, layer })] => *layer,
        other => panic!("{other:?}"),
    };
    // Layer 2 of 3 is on view.
    assert_eq!(layer(key(&mut app, KeyCode::Char(']'))), Some(3));
    assert_eq!(layer(key(&mut app, KeyCode::Char('['))), Some(1));
    let mut last = snapshot(Some(0));
    last.learned[0].layer = Some(Arc::new(self::layer(3, Quantity::Score, 0.5)));
    assert_eq!(layer(key(&mut explorer(last, explore::NAME), KeyCode::Char(']'))), Some(3));
}

/// Keys without a meaning for a learned lane say so.
#[test]
fn keys_of_constructions_are_refused_with_a_reason() {
    let mut app = explorer(snapshot(Some(0)), explore::NAME);
    for (action, reason) in [
        (Action::FollowLayer, "All layers of a learned lane are trained together"),
        (Action::Open(certificate::NAME), "A learned ticket has no certificate"),
    ] {
        assert!(app.update(action).is_empty());
        assert!(app.message.as_ref().is_some_and(|message| message.starts_with(reason)), "{:?}", app.message);
        assert_eq!(app.overlay_name(), None);
        assert!(picture(&app, PLAIN, (80, 24)).contains(reason));
    }
}

#[test]
fn the_cursor_goes_over_the_mask() {
    let mut app = explorer(snapshot(Some(1)), weight::NAME);
    let mut go = |to: MaskMove| {
        app.update(to.action());
        (app.screens.weight.choice.output, app.screens.weight.choice.input)
    };
    assert_eq!(
        [MaskMove::Left, MaskMove::Up, MaskMove::FarDown, MaskMove::Last].map(&mut go),
        [(3, 16), (2, 16), (5, 16), (5, 63)]
    );
    // An image of 8×8 inputs.
    assert_eq!(go(MaskMove::Picture), (5, 63));
    assert_eq!([MaskMove::Down, MaskMove::Up, MaskMove::FarDown].map(&mut go), [(5, 63), (5, 55), (6, 55)]);
    let layer = layer(1, Quantity::WeightMagnitude, 0.168);
    let value = |(output, input): (usize, usize)| layer.values[output * 64 + input];
    let (largest, nearest) = (value(go(MaskMove::Largest)), value(go(MaskMove::NearCut)));
    assert_eq!(largest, layer.values.iter().copied().fold(0.0, f32::max));
    let distance = |value: f32| (value - layer.cut.unwrap()).abs();
    assert!(layer.values.iter().all(|&other| distance(other) >= distance(nearest)));
    assert_eq!(app.screens.weight.layout, MaskLayout::OneOutput);
    // Hidden layers have no image.
    let mut hidden = explorer(snapshot(Some(0)), weight::NAME);
    hidden.update(MaskMove::Picture.action());
    assert!(hidden.message.as_ref().is_some_and(|message| message.contains("only the inputs of layer 1")));
}

#[test]
fn ascii_terminals_get_nothing_but_ascii() {
    let look = Look { theme: ANSI, glyphs: ASCII };
    for (shown, name) in [(0, "edge_popup"), (1, "rewinding")] {
        for screen in [explore::NAME, weight::NAME] {
            let text = picture(&explorer(snapshot(Some(shown)), screen), look, (80, 24));
            assert!(text.is_ascii() && !text.replace("? help", "").contains('?'), "{text}");
            insta::assert_snapshot!(format!("{}_{name}_ascii_80x24", screen.to_lowercase()), text);
        }
    }
}

#[test]
fn any_size_can_be_drawn() {
    let mut bare = snapshot(Some(0));
    (bare.learned[0].layer, bare.learned[0].rounds, bare.learned_weight) = (None, Arc::new(vec![]), None);
    bare.learned[0].curve.clear();
    for snapshot in [snapshot(Some(0)), snapshot(Some(1)), bare] {
        for screen in [explore::NAME, weight::NAME] {
            let app = explorer(snapshot.clone(), screen);
            for height in 0..=30 {
                for width in 0..=60 {
                    let other = Look { theme: ANSI, glyphs: ASCII };
                    draw(&app, if width % 2 == 0 { PLAIN } else { other }, width, height);
                }
            }
        }
    }
}

/// Values that are no numbers, and layers without a spread.
#[test]
fn odd_values_can_be_drawn() {
    let mut odd = snapshot(Some(0));
    let values = vec![f32::NAN, f32::INFINITY, 0.0, -1.0];
    let layer = ScoreLayer {
        layer: 1,
        shape: (2, 2),
        quantity: Quantity::Score,
        weights: values.clone(),
        values,
        mask: vec![true, false, true, false],
        cut: Some(f32::NAN),
    };
    let layer = ScoreView::new(layer, 1);
    let mut weight = past(&layer, (0, 0));
    weight.history = vec![(0, f32::NAN, None), (5, f32::INFINITY, Some(f32::NAN))];
    odd.learned_weight = Some(Arc::new(weight));
    odd.learned[0].layer = Some(Arc::new(layer));
    odd.learned[0].curve = vec![CurvePoint { step: 0, loss: f64::NAN, accuracy: f64::NAN }; 2];
    for screen in [explore::NAME, weight::NAME] {
        for size in SIZES {
            picture(&explorer(odd.clone(), screen), PLAIN, size);
        }
    }
}

#[test]
fn the_numbers_can_be_written() {
    let numbers = |screen| {
        let app = explorer(snapshot(Some(1)), screen);
        let folder = tempfile::tempdir().unwrap();
        let drawn = draw(&app, PLAIN, 80, 24).backend().buffer().clone();
        let write = |export| app.export(export, &PLAIN, &drawn, folder.path()).unwrap();
        [write(Export::Json), write(Export::Csv)].into_iter().for_each(drop);
        let stem = format!("slth-tiny-{}", screen.to_lowercase());
        let read = |end: &str| std::fs::read_to_string(folder.path().join(format!("{stem}.{end}"))).unwrap();
        (serde_json::from_str::<Value>(&read("json")).unwrap(), read("csv"))
    };
    let (json, csv) = numbers(explore::NAME);
    assert_eq!((&json["method"], &json["position"]["round"]), (&"rewinding".into(), &8.into()));
    let kept: u64 = json["values"]["kept"].as_array().unwrap().iter().filter_map(Value::as_u64).sum();
    assert_eq!(Some(kept), snapshot(Some(1)).learned[1].layer.as_ref().map(|layer| layer.kept));
    // A row for each finished network, and the header.
    assert_eq!(csv.lines().count(), 1 + 1 + 7 * 3 + 1);
    let (json, csv) = numbers(weight::NAME);
    assert_eq!(
        (&json["output"], &json["input"], &json["quantity"]),
        (&3.into(), &17.into(), &"weight magnitude".into())
    );
    assert_eq!((json["history"].as_array().unwrap().len(), csv.lines().count()), (40, 41));
}

/// The keys against the engine itself: forward, back, and another lane.
#[test]
fn a_lane_of_a_preset_is_stepped_both_ways() {
    let mut screen = Opened::open("digits-learned", &[]);
    screen.letter('1');
    screen.key(KeyEvent::new(KeyCode::Tab, KeyModifiers::NONE));
    let place = |screen: &Opened| {
        let position = screen.app.snapshot.learned_lane().unwrap().position;
        (position.epoch, position.batch)
    };
    let mut after = |keys: &str| {
        keys.chars().for_each(|key| screen.letter(key));
        place(&screen)
    };
    assert_eq!(
        ["n", "n", "N", "w", "n", "W", "W"].map(&mut after),
        [(0, 1), (0, 2), (0, 1), (1, 0), (1, 1), (1, 0), (0, 0)]
    );
    // Weight shows the history of a score, a point for each epoch.
    after("wwn3");
    let snapshot = &screen.app.snapshot;
    let (lane, weight) = (snapshot.learned_lane().unwrap(), snapshot.learned_weight.as_ref().unwrap());
    assert_eq!(weight.history.len(), 4, "{:?}", weight.history);
    let layer = lane.layer.as_ref().unwrap();
    assert_eq!(weight.kept, layer.mask[0]);
    // The histogram is that of |s|: half of the scores are negative.
    assert_eq!(layer.quantity, Quantity::ScoreMagnitude);
    assert!(layer.values.iter().all(|score| *score >= 0.0) && layer.bins[0].0 == 0, "{:?}", layer.bins[0]);
    screen.key(KeyEvent::new(KeyCode::Tab, KeyModifiers::NONE));
    let text = screen.picture(PLAIN, 120, 40);
    assert!(text.contains("· rewinding"), "{text}");
    screen.key(KeyEvent::new(KeyCode::Tab, KeyModifiers::NONE));
    assert!(screen.app.snapshot.learned_lane().is_none());
}
