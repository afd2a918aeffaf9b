//! What the keys copy: the numbers on view in full, or the command of the run.

use crate::experiment::Experiment;
use crate::session::{Command, Session, Worker};
use crate::tui::app::App;
use crate::tui::effects::Effect;
use crate::tui::keymap::Action;
use crate::tui::overlays::{certificate, export, targets};
use crate::tui::screens::bounds::ChartMove;
use crate::tui::screens::compare::LaneMove;
use crate::tui::screens::{bounds, compare, explore, outputs, weight};

/// `tiny` when it is built, on this screen.
fn finished(screen: &'static str) -> App {
    let mut session = Session::to_watch(Experiment::load("tiny", None, &[]).unwrap()).unwrap();
    session.run(&|_| {});
    on_screen(session, screen)
}

/// A preset of which nothing is built yet.
fn begun(preset: &str, screen: &'static str) -> App {
    on_screen(Session::to_watch(Experiment::load(preset, None, &[]).unwrap()).unwrap(), screen)
}

fn on_screen(session: Session, screen: &'static str) -> App {
    let mut worker = Worker::spawn(session);
    let mut app = App::new(worker.latest());
    for effect in app.update(Action::Show(screen)) {
        let Effect::Send(command) = effect else { continue };
        worker.send(command);
        while !worker.is_at_rest(&worker.latest()) {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }
    app.show(worker.latest());
    app
}

/// The text copied, with what the screen says about it.
fn copied(app: &mut App, action: Action) -> (String, String) {
    let mut effects = app.update(action);
    let Some(Effect::Copy(text)) = effects.pop() else { unreachable!("{effects:?} {:?}", app.message) };
    assert!(effects.is_empty() && app.message.is_none());
    let notice = app.notice.clone().unwrap();
    (text, notice.strip_prefix("sent to the terminal's clipboard: ").unwrap().to_owned())
}

/// The rows of a text in CSV, by the names of their columns.
fn rows(text: &str) -> Vec<std::collections::HashMap<String, String>> {
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    csv.deserialize().map(|row| row.unwrap()).collect()
}

#[test]
fn the_command_of_the_run_is_copied() {
    let mut app = finished(explore::NAME);
    for action in [Action::Copy, Action::CopyCommand] {
        assert_eq!(copied(&mut app, action), ("slth run tiny".into(), "the command slth run tiny".into()));
    }
    app.overrides = ["--seed", "7", "--set", "epsilon=0.5 "].map(str::to_owned).to_vec();
    app.update(Action::Show(bounds::NAME));
    assert_eq!(copied(&mut app, Action::CopyCommand).0, "slth run tiny --seed 7 --set 'epsilon=0.5 '");
    // No command says what an editor has changed.
    let mut edited = Experiment::load("tiny", None, &[]).unwrap();
    edited.name = "tiny, edited".to_owned();
    let mut app = App::new(Worker::spawn(Session::new(edited).unwrap()).latest());
    assert!(app.update(Action::Copy).is_empty());
    assert!(app.message.as_ref().unwrap().contains("S saves it"), "{:?}", app.message);
}

#[test]
fn the_weight_looked_at_is_copied_with_all_digits() {
    let mut app = finished(weight::NAME);
    let (text, what) = copied(&mut app, Action::Copy);
    let shown = app.snapshot.weight.clone().unwrap();
    let (output, input, layer) = (shown.output, shown.input, shown.layer);
    assert_eq!(what, format!("w[{output},{input}] of layer {layer}, a row for each sum"));
    let rows = rows(&text);
    assert_eq!(rows.len(), shown.sums.len());
    for (row, sum) in rows.iter().zip(&shown.sums) {
        let number = |name: &str| row[name].parse::<f64>().unwrap();
        assert_eq!((number("target"), number("found")), (shown.target, sum.value));
        assert_eq!(number("error"), sum.residual.abs());
        // The rounding of one subtraction apart.
        assert!(((number("target") - number("found")).abs() - number("error")).abs() < 1e-15);
        assert!(number("error") <= number("weight_tolerance") && row["state"] == "finished");
    }
}

#[test]
fn the_chosen_lane_is_copied() {
    let mut app = begun("malach-vs-hyperbolic", compare::NAME);
    let first = rows(&copied(&mut app, Action::Copy).0);
    app.update(LaneMove::NextLane.action());
    let second = rows(&copied(&mut app, Action::Copy).0);
    let shown = app.screens.compare.slots.shown().to_vec();
    for (row, construction) in [first, second].iter().zip(shown) {
        assert_eq!((row.len(), &*row[0]["construction"]), (1, construction.name()));
    }
}

#[test]
fn the_point_at_the_cursor_is_copied() {
    let mut app = begun("example-5-all", bounds::NAME);
    let (mut said, mut silent) = (0, 0);
    for _ in 0..app.screens.bounds.chart.as_ref().unwrap().curves.curves.len() {
        for to in [ChartMove::Back, ChartMove::FarBack, ChartMove::On, ChartMove::FarOn] {
            app.update(to.action());
            let chart = app.screens.bounds.chart.clone().unwrap();
            let curve = &chart.curves.curves[chart.chosen];
            let Some(point) = curve.points[chart.cursor] else {
                assert!(app.update(Action::Copy).is_empty() && app.message.is_some());
                silent += 1;
                continue;
            };
            let rows = rows(&copied(&mut app, Action::Copy).0);
            assert_eq!((rows.len(), &*rows[0]["construction"]), (1, curve.construction.name()));
            let value: f64 = rows[0]["value"].parse().unwrap();
            assert_eq!(value, chart.curves.places[chart.cursor].value);
            if let Ok(neurons) = rows[0]["neurons_per_weight"].parse::<f64>() {
                assert_eq!(neurons, point.neurons_per_weight.as_f64());
            }
            said += 1;
        }
        app.update(ChartMove::NextCurve.action());
    }
    assert!(said > 20, "{said} and {silent}");
}

#[test]
fn outputs_certificate_and_targets_are_copied() {
    let mut app = finished(outputs::NAME);
    let output = app.snapshot.output.clone().unwrap();
    let (text, what) = copied(&mut app, Action::Copy);
    assert_eq!((rows(&text).len(), &*what), (2, "the outputs at input 0, 2 rows"));
    assert_eq!(rows(&text)[0]["target"].parse::<f64>().unwrap(), output.target.values[0]);
    app.update(Action::Open(certificate::NAME));
    let (text, what) = copied(&mut app, Action::Copy);
    assert_eq!((rows(&text).len(), &*what), (2, "the certificate, 2 rows"));
    // A list without anything to copy says so, and nothing is sent.
    app.update(Action::Close);
    app.update(Action::Open(export::NAME));
    assert!(app.update(Action::Copy).is_empty() && app.message.is_some());
    let mut app = begun("further-questions", explore::NAME);
    assert!(!app.update(Action::Open(targets::NAME)).is_empty());
    app.update(Action::Down);
    let (text, what) = copied(&mut app, Action::Copy);
    assert_eq!((&*rows(&text)[0]["target"], &*what), ("conv 1x1", "the row of conv 1x1"));
    assert!(matches!(app.update(Action::Restart)[..], [] | [Effect::Send(Command::Restart)]));
}
