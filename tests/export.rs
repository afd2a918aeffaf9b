//! A screen as a file: its data agree with `slth run --json`, its picture is well-formed and holds its text.
#![allow(missing_docs, clippy::unwrap_used)]

mod terminal;

use std::path::Path;

use portable_pty::CommandBuilder;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use serde_json::Value;
use slth::experiment::Experiment;
use slth::report::{Comparison, RunReport};
use slth::session::{Command, Session, Step, Worker};
use slth::tui::app::App;
use slth::tui::export::Export;
use slth::tui::export::svg::{svg, text};
use slth::tui::keymap::Action;
use slth::tui::look::glyphs::{ASCII, UNICODE};
use slth::tui::look::theme::{ANSI, Ground, INDEXED, LIGHT_ANSI, LIGHT_INDEXED, LIGHT_RGB, MONO, RGB};
use slth::tui::overlays;
use slth::tui::screens::{bounds, compare, outputs, weight};
use slth::tui::{Look, render};
use terminal::Explorer;

const LOOK: Look = Look { theme: ANSI, glyphs: UNICODE };

fn session(preset: &str) -> Session {
    Session::new(Experiment::load(preset, None, &[]).unwrap()).unwrap()
}

fn after(preset: &str, commands: Vec<Command>) -> App {
    let mut worker = Worker::spawn(session(preset));
    for command in commands {
        worker.send(command);
        while !worker.is_at_rest(&worker.latest()) {
            std::thread::yield_now();
        }
    }
    App::new(worker.latest())
}

fn drawn(app: &App, look: &Look, width: u16, height: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| render(frame, app, look)).unwrap();
    terminal.backend().buffer().clone()
}

/// Writes, and returns the message and the file's text.
fn written(app: &App, export: Export, folder: &Path, name: &str) -> (String, String) {
    let said = app.export(export, &LOOK, &drawn(app, &LOOK, 80, 24), folder).unwrap();
    (said, std::fs::read_to_string(folder.join(name)).unwrap())
}

#[test]
fn data_of_explore_are_those_of_run() {
    let folder = tempfile::tempdir().unwrap();
    let app = after("tiny", vec![Command::Step(Step::All, vec![0])]);
    let (said, json) = written(&app, Export::Json, folder.path(), "slth-tiny-explore.json");
    assert!(said.starts_with("slth-tiny-explore.json is written: the data, as JSON, in /"), "{said}");
    let mut json: Value = serde_json::from_str(&json).unwrap();

    let mut session = session("tiny");
    session.run(&|_| {});
    let report = RunReport::new(&session);
    // Read back too, since serde_json reads a number's last digit but roughly.
    let mut expected: Value = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
    for value in [&mut json, &mut expected] {
        value["lanes"][0]["elapsed_seconds"] = Value::Null;
    }
    for key in ["title", "seed", "lanes"] {
        assert_eq!(json[key], expected[key], "{key}");
    }
    // Counts of the visible layer, the last one: every neuron once, and every demand met.
    let counted = json["counts"]["products"]["counts"].as_array().unwrap();
    let neurons: u64 = counted.iter().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(json["counts"]["layer"], 2);
    assert_eq!(Value::from(neurons), json["lanes"][0]["layers"][1]["neurons_sampled"]);
    for bucket in json["counts"]["buckets"].as_array().unwrap() {
        assert_eq!(bucket["filled"], bucket["quota"]);
    }

    let (_, csv) = written(&app, Export::Csv, folder.path(), "slth-tiny-explore.csv");
    let mut of_run = Vec::new();
    report.table().write_csv(&mut of_run).unwrap();
    assert_eq!(csv.as_bytes(), of_run);
}

#[test]
fn half_way_there_are_finished_layers_and_progress() {
    let folder = tempfile::tempdir().unwrap();
    let app = after("tiny", vec![Command::Step(Step::Layer, vec![0]), Command::Step(Step::Weight, vec![0])]);
    let (_, json) = written(&app, Export::Json, folder.path(), "slth-tiny-explore.json");
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["lanes"][0]["layers"].as_array().unwrap().len(), 1);
    let progress: Vec<_> =
        json["progress"].as_array().unwrap().iter().map(|row| &row["weights_done"]).collect();
    assert_eq!(progress, [&Value::from(6), &Value::from(1)]);
}

#[test]
fn nothing_is_written_where_there_is_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let app = after("tiny", vec![]);
    let error = app.export(Export::Csv, &LOOK, &drawn(&app, &LOOK, 80, 24), folder.path()).unwrap_err();
    assert!(error.contains("no layer is finished"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let error = app.export(Export::Text, &LOOK, &Buffer::default(), &folder.path().join("no")).unwrap_err();
    assert!(error.starts_with("slth-tiny-explore.txt cannot be written: "), "{error}");
}

#[test]
fn data_of_compare_are_those_of_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let set = ["target=Explicit(layers:[[[0.25,-0.25],[0.125,0.25]]])", "mode=SkipAhead"].map(str::to_owned);
    let load = || Session::new(Experiment::load("malach-vs-hyperbolic", None, &set).unwrap()).unwrap();
    let mut worker = Worker::spawn(load());
    worker.send(Command::Step(Step::All, vec![0, 1]));
    while !worker.is_at_rest(&worker.latest()) {
        std::thread::yield_now();
    }
    let mut app = App::new(worker.latest());
    app.update(Action::Show(compare::NAME));
    let (_, json) = written(&app, Export::Json, folder.path(), "slth-malach-vs-hyperbolic-compare.json");
    let mut json: Value = serde_json::from_str(&json).unwrap();
    let mut session = load();
    session.run(&|_| {});
    let expected = serde_json::to_string(&Comparison::of_session(&session)).unwrap();
    let mut expected: Value = serde_json::from_str(&expected).unwrap();
    for value in [&mut json, &mut expected] {
        for lane in 0..2 {
            value["lanes"][lane]["elapsed_seconds"] = Value::Null;
            value["tickets"][lane]["elapsed_seconds"] = Value::Null;
        }
    }
    assert_eq!(json, expected);
    let (_, csv) = written(&app, Export::Csv, folder.path(), "slth-malach-vs-hyperbolic-compare.csv");
    assert_eq!(csv.lines().count(), 3);
}

#[test]
fn data_of_weight_are_its_sums() {
    let folder = tempfile::tempdir().unwrap();
    let commands = vec![Command::Step(Step::All, vec![0]), Command::WatchWeight(Some((1, 2)))];
    let mut app = after("tiny", commands);
    app.update(Action::Show(weight::NAME));
    let (_, json) = written(&app, Export::Json, folder.path(), "slth-tiny-weight.json");
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["layer"], &json["output"], &json["input"]), (&2.into(), &1.into(), &2.into()));
    assert_eq!((&json["target"], &json["state"]), (&0.1.into(), &"finished".into()));
    assert_eq!(json["method"], "hyperbolic/first-fit");
    let mut steps = 0;
    for sum in json["sums"].as_array().unwrap() {
        let number = |value: &Value| value.as_f64().unwrap();
        let taken = sum["steps"].as_array().unwrap().iter().filter(|step| step["fate"] == "taken");
        let pieces: f64 = taken.map(|step| number(&step["z_in"]) * number(&step["z_out"])).sum();
        assert!((pieces - number(&sum["value"])).abs() < 1e-12);
        assert!((number(&json["target"]) - pieces).abs() <= number(&json["weight_tolerance"]));
        steps += sum["steps"].as_array().unwrap().len();
    }
    let (_, csv) = written(&app, Export::Csv, folder.path(), "slth-tiny-weight.csv");
    assert_eq!(csv.lines().count(), steps + 1);
    assert!(csv.lines().skip(1).all(|row| row.ends_with(",hyperbolic/first-fit")), "{csv}");

    let mut unseen = after("tiny", vec![]);
    unseen.update(Action::Show(weight::NAME));
    let error = unseen.export(Export::Json, &LOOK, &Buffer::default(), folder.path()).unwrap_err();
    assert!(error.contains("not there yet"), "{error}");
}

#[test]
fn data_of_outputs_are_those_of_both_networks() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = after("tiny", vec![Command::Step(Step::All, vec![0]), Command::WatchOutput(Some(3))]);
    app.update(Action::Show(outputs::NAME));
    let (_, json) = written(&app, Export::Json, folder.path(), "slth-tiny-outputs.json");
    let json: Value = serde_json::from_str(&json).unwrap();
    let values = |key: &str| -> Vec<f64> {
        json[key].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
    };
    let (target, pruned) = (values("target"), values("pruned"));
    let distance = target.iter().zip(&pruned).map(|(f, g)| (f - g) * (f - g)).sum::<f64>().sqrt();
    assert_eq!((&json["input"], target.len()), (&3.into(), 2));
    assert_eq!(json["method"], "hyperbolic/first-fit");
    assert!((distance - json["error"].as_f64().unwrap()).abs() < 1e-12);
    assert!(distance > 0.0 && distance <= app.snapshot.lane().error.found.error);
    let (_, csv) = written(&app, Export::Csv, folder.path(), "slth-tiny-outputs.csv");
    assert_eq!(csv.lines().count(), 3);
}

/// A weight at this row and column of the second layer of a graph, as it is written.
fn weight_of_graph(preset: &str, (output, input): (usize, usize), folder: &Path) -> Value {
    let steps = [Step::Layer, Step::Neuron].map(|step| Command::Step(step, vec![0]));
    let commands = steps.into_iter().chain([Command::WatchWeight(Some((output, input)))]).collect();
    let mut app = after(preset, commands);
    app.update(Action::Show(weight::NAME));
    let (_, json) = written(&app, Export::Json, folder, &format!("slth-{preset}-weight.json"));
    serde_json::from_str(&json).unwrap()
}

#[test]
fn data_of_a_graph_name_channels_taps_and_gates() {
    // A kernel of 3×3 on 8 channels, taps row by row: dy 2, dx 1 of channel 1.
    let folder = tempfile::tempdir().unwrap();
    let json = weight_of_graph("conv", (5, 9 + 2 * 3 + 1), folder.path());
    let expected = [
        ("kind", Value::from("convolution")),
        ("bias", false.into()),
        ("output_channel", 5.into()),
        ("input_channel", 1.into()),
        ("dy", 2.into()),
        ("dx", 1.into()),
        ("cell", Value::Null),
        ("unit", Value::Null),
    ];
    expected.iter().for_each(|(key, value)| assert_eq!(&json[*key], value, "{key}"));
    let folder = tempfile::tempdir().unwrap();
    let json = weight_of_graph("conv", (5, 8 * 9), folder.path());
    assert_eq!(
        (&json["bias"], &json["dy"], &json["output_channel"]),
        (&true.into(), &Value::Null, &5.into())
    );

    // 32 units, gates in the order of ONNX: row 70 is unit 6 of the third one.
    let folder = tempfile::tempdir().unwrap();
    let json = weight_of_graph("lstm", (70, 3), folder.path());
    let expected = [("kind", "dense"), ("cell", "LSTM"), ("reads", "state"), ("gate", "forget")];
    for (key, value) in expected {
        assert!(json[key].as_str().unwrap().contains(value), "{key} is {}", json[key]);
    }
    assert_eq!((&json["unit"], &json["dx"]), (&6.into(), &Value::Null));
}

#[test]
fn rows_of_a_graph_end_with_its_place_and_its_shapes() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = after("conv", vec![Command::Step(Step::All, vec![0]), Command::WatchWeight(Some((3, 5)))]);
    app.update(Action::Show(weight::NAME));
    let (_, csv) = written(&app, Export::Csv, folder.path(), "slth-conv-weight.csv");
    let header = csv.lines().next().unwrap();
    assert!(
        header
            .ends_with("method,layer_name,kind,bias,output_channel,input_channel,dy,dx,cell,reads,gate,unit")
    );
    // The last layer is dense: no channel, no gate.
    assert!(csv.lines().skip(1).all(|row| row.ends_with(",dense,false,,,,,,,,")), "{csv}");

    for (preset, ends, shape) in
        [("conv", ",1×8×8,10,1,", [1, 8, 8].as_slice()), ("lstm", ",8×8,10,,8", [8, 8].as_slice())]
    {
        let mut app = after(preset, vec![Command::WatchOutput(Some(1))]);
        app.update(Action::Show(outputs::NAME));
        let (_, json) = written(&app, Export::Json, folder.path(), &format!("slth-{preset}-outputs.json"));
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&json["input_shape"], &json["output_shape"]), (&shape.into(), &[10].as_slice().into()));
        assert_eq!(json["x"].as_array().unwrap().len(), shape.iter().product::<usize>());
        let (_, csv) = written(&app, Export::Csv, folder.path(), &format!("slth-{preset}-outputs.csv"));
        assert_eq!(csv.lines().count(), 11);
        assert!(csv.lines().skip(1).all(|row| row.ends_with(ends)), "{csv}");
    }
}

#[test]
fn chains_have_no_keys_of_graphs() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = after("tiny", vec![Command::WatchWeight(Some((0, 0))), Command::WatchOutput(Some(0))]);
    for (screen, last) in [(weight::NAME, "\"sums\""), (outputs::NAME, "\"error\"")] {
        app.update(Action::Show(screen));
        let name = format!("slth-tiny-{}.json", screen.to_lowercase());
        let (_, json) = written(&app, Export::Json, folder.path(), &name);
        let mut keys = json.lines().filter(|line| line.starts_with("  \""));
        assert!(keys.next_back().unwrap().trim_start().starts_with(last), "{json}");
    }
}

#[test]
fn data_of_bounds_are_the_curves() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = after("example-5", vec![]);
    app.update(Action::Show(bounds::NAME));
    let (_, json) = written(&app, Export::Json, folder.path(), "slth-example-5-bounds.json");
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["against"], &json["own"]), (&"epsilon".into(), &0.01.into()));
    let own = |name: &str| {
        let points = json["points"].as_array().unwrap().iter();
        let mut own = points.filter(|point| point["construction"] == name && point["value"] == 0.01);
        own.next().unwrap()["neurons_per_weight"].clone()
    };
    assert_eq!(own("hyperbolic"), 628.6927);
    assert!(own("whole-neuron").as_str().unwrap().ends_with("e679"));
    let (_, csv) = written(&app, Export::Csv, folder.path(), "slth-example-5-bounds.csv");
    assert_eq!(csv.lines().count(), json["points"].as_array().unwrap().len() + 1);
}

/// Checks nesting of tags and escaping, and returns the texts in their order.
fn texts_of_xml(xml: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(xml).unwrap_or_else(|error| unreachable!("{error} in:\n{xml}"));
    assert_eq!(document.root_element().tag_name().name(), "svg");
    let texts =
        document.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")));
    texts.map(|node| node.text().unwrap().to_owned()).collect()
}

fn without_spaces(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn a_picture_is_well_formed_and_holds_the_text() {
    let done = after("digits", vec![Command::Step(Step::Layer, vec![0])]);
    let mut bounds = done.clone();
    bounds.update(Action::Show(bounds::NAME));
    let mut help = done.clone();
    help.update(Action::Open(overlays::help::NAME));
    for app in [&done, &bounds, &help] {
        for theme in [MONO, ANSI, INDEXED, RGB, LIGHT_ANSI, LIGHT_INDEXED, LIGHT_RGB] {
            let buffer = drawn(app, &Look { theme, glyphs: UNICODE }, 120, 40);
            let picture = svg(&buffer, theme.ground);
            assert_eq!(without_spaces(&texts_of_xml(&picture).concat()), without_spaces(&text(&buffer)));
            let paper = if theme.ground == Ground::Dark { "#101010" } else { "#ffffff" };
            assert!(picture.contains(&format!("height=\"100%\" fill=\"{paper}\"")), "{paper}");
        }
    }
}

#[test]
fn any_size_has_a_picture() {
    let app = after("tiny", vec![Command::Step(Step::Weight, vec![0])]);
    for (width, height) in (0..=60).flat_map(|width| [(width, 0), (width, 1), (width, width / 2)]) {
        let buffer = drawn(&app, &Look { theme: MONO, glyphs: ASCII }, width, height);
        let texts = texts_of_xml(&svg(&buffer, Ground::Light)).concat();
        assert_eq!(without_spaces(&texts), without_spaces(&text(&buffer)));
        assert_eq!(text(&buffer).lines().count(), usize::from(if width > 0 { height } else { 0 }));
    }
}

#[test]
fn wide_characters_and_markup_stay_what_they_are() {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 14, 2));
    buffer.set_string(0, 0, "a<&>\"漢字]]>b", Style::new().fg(Color::Red).bg(Color::Blue));
    assert_eq!(text(&buffer), "a<&>\"漢字]]>b\n\n");
    let picture = svg(&buffer, Ground::Dark);
    assert_eq!(texts_of_xml(&picture), ["a<&>\"", "漢", "字", "]]>b"]);
    // Each starts at its own column: 0, 5, 7, 9, of 8.4 units each.
    let document = roxmltree::Document::parse(&picture).unwrap();
    let starts: Vec<_> =
        document.descendants().filter(|n| n.has_tag_name("text")).map(|n| n.attribute("x")).collect();
    assert_eq!(starts, [Some("0.0"), Some("42.0"), Some("58.8"), Some("75.6")]);
}

#[test]
fn names_are_the_presets_own_and_plain() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my target's.ron");
    std::fs::write(&path, include_str!("../presets/tiny.ron")).unwrap();
    let app = after(path.to_str().unwrap(), vec![]);
    let (said, _) = written(&app, Export::Text, folder.path(), "slth-my-target-s-explore.txt");
    assert!(said.starts_with("slth-my-target-s-explore.txt is written"), "{said}");
}

/// In the program itself: the file holds the screen's contents, and no other is replaced.
#[test]
fn the_program_writes_beside_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_slth"));
    command.arg("tiny");
    command.cwd(folder.path());
    let mut slth = Explorer::spawn(command);
    slth.shows(&["Press n"]);
    slth.press("a");
    slth.shows(&["done: the ticket holds"]);
    slth.press("E");
    slth.shows(&["Write to a file", "slth-tiny-explore.svg"]);
    slth.press("jj\r");
    slth.shows(&["slth-tiny-explore.txt is written: the screen, as text, in /"]);
    slth.press("Ejj\r");
    slth.shows(&["slth-tiny-explore-2.txt is written"]);
    slth.press("q");
    assert_eq!(slth.ends(), 0);
    let first = std::fs::read_to_string(folder.path().join("slth-tiny-explore.txt")).unwrap();
    assert!(first.contains("Architecture") && first.contains("The ticket holds. Next"), "{first}");
    assert!(!first.contains("Write to a file"), "the list of choices is no part of the screen");
    assert_eq!(first.lines().count(), 24);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}
