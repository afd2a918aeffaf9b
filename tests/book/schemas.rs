//! The JSON Schemas of the book: each describes the program's output, and nothing else.

use std::fs;
use std::path::Path;

use ndarray::Array1;
use ndarray_npy::ReadNpyExt as _;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::Value;
use slth::tui::Look;
use slth::tui::export::Export;
use slth::tui::look::glyphs::UNICODE;
use slth::tui::look::theme::MONO;

use crate::calls::{EVERY_LANE, SEVERAL_TARGETS, json, slth};
use crate::pages::{book, files};
use crate::screens::Opened;

/// A schema by its file.
fn read(name: &str) -> Value {
    let path = book().join("schemas").join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The type of a key, in words.
fn kind(schema: &Value) -> String {
    if let Some(to) = schema["$ref"].as_str() {
        return format!("[{0}](#shared-parts)", to.rsplit('/').next().unwrap());
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        return choices.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    let names: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().map(|name| name.as_str().unwrap()).collect(),
        _ => vec![],
    };
    let words = names.iter().map(|name| match *name {
        "array" => {
            let item = kind(&schema["items"]);
            if schema["minItems"] == 2 { format!("pair of {item}") } else { format!("list of {item}") }
        }
        "string" => "text".to_owned(),
        name => name.to_owned(),
    });
    words.collect::<Vec<_>>().join(" or ")
}

/// Rows for the keys of an object, `path` before each.
fn rows(schema: &Value, path: &str, text: &mut String) {
    // Required keys in their order, then the keys that may be left out.
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().map(|key| key.as_str().unwrap()).collect();
    let properties = schema["properties"].as_object().into_iter().flatten().map(|(key, _)| key.as_str());
    let optional: Vec<&str> = properties.filter(|key| !required.contains(key)).collect();
    for key in required.iter().chain(&optional) {
        let value = &schema["properties"][*key];
        let path = format!("{path}{key}");
        let mut meaning = value["description"].as_str().unwrap_or_default().to_owned();
        if optional.contains(key) && !meaning.starts_with("left out") {
            meaning = format!("left out unless the target is a graph; {meaning}");
        }
        if let Some(choices) = value["enum"].as_array()
            && !meaning.contains('`')
        {
            let names: Vec<String> =
                choices.iter().filter_map(Value::as_str).map(|name| format!("`{name}`")).collect();
            meaning.push_str(if meaning.is_empty() { "" } else { ": " });
            meaning.push_str(&names.join(", "));
        }
        text.push_str(&format!("| `{path}` | {} | {} |\n", kind(value), meaning.replace('|', "\\|")));
        rows(value, &format!("{path}."), text);
        rows(&value["items"], &format!("{path}[]."), text);
    }
}

/// A schema as a table of its keys; of the shared parts one after the other.
pub(crate) fn table(name: &str) -> String {
    let schema = read(name);
    let mut text = "| key | type | meaning |\n|---|---|---|\n".to_owned();
    for (name, part) in schema["$defs"].as_object().into_iter().flatten() {
        let meaning = part["description"].as_str().unwrap_or_default();
        text.push_str(&format!("| **{name}** | {} | {meaning} |\n", kind(part)));
        rows(part, &format!("{name}."), &mut text);
    }
    rows(&schema, "", &mut text);
    rows(&schema["items"], "[].", &mut text);
    text
}

/// What a keyword without parts of its own expects of `value`, where that is not so.
fn unmet(value: &Value, keyword: &str, rule: &Value) -> Option<String> {
    let (number, length) = (value.as_f64(), value.as_array().map(Vec::len));
    let limit = rule.as_f64().unwrap_or_default();
    let met = match keyword {
        "$schema" | "$defs" | "title" | "description" => true,
        "type" => {
            let names = rule.as_array().cloned().unwrap_or_else(|| vec![rule.clone()]);
            names.iter().any(|name| is_of(value, name.as_str().unwrap()))
        }
        "enum" => rule.as_array().unwrap().contains(value),
        "const" => rule == value,
        "minimum" => number.is_none_or(|number| number >= limit),
        "maximum" => number.is_none_or(|number| number <= limit),
        "minItems" => length.is_none_or(|length| length as f64 >= limit),
        "maxItems" => length.is_none_or(|length| length as f64 <= limit),
        other => panic!("the keyword {other} is not understood"),
    };
    (!met).then(|| format!("{keyword} {rule}"))
}

/// Holds `value` to a schema of the file `name`; mistakes go to `wrong`. Understood is the part of JSON Schema that the schemas use.
fn check(value: &Value, schema: &Value, name: &str, at: &str, wrong: &mut Vec<String>) {
    for (keyword, rule) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "required" => {
                let keys = rule.as_array().unwrap().iter().map(|key| key.as_str().unwrap());
                let absent = keys.filter(|key| value.is_object() && value.get(key).is_none());
                wrong.extend(absent.map(|key| format!("{at}: expected the key {key}")));
            }
            "additionalProperties" => {
                assert_eq!(rule, false);
                let keys = value.as_object().into_iter().flatten().map(|(key, _)| key);
                let others = keys.filter(|key| schema["properties"].get(key).is_none());
                wrong.extend(others.map(|key| format!("{at}: expected no key {key}")));
            }
            "properties" => {
                for (key, rule) in rule.as_object().unwrap() {
                    if let Some(value) = value.get(key) {
                        check(value, rule, name, &format!("{at}.{key}"), wrong);
                    }
                }
            }
            "items" => {
                for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                    check(value, rule, name, &format!("{at}[{index}]"), wrong);
                }
            }
            "anyOf" => {
                let choices = rule.as_array().unwrap().iter().map(|choice| {
                    let mut wrong = Vec::new();
                    check(value, choice, name, at, &mut wrong);
                    wrong
                });
                let choices: Vec<Vec<String>> = choices.collect();
                if choices.iter().all(|wrong| !wrong.is_empty()) {
                    wrong.extend(choices.concat());
                }
            }
            "$ref" => {
                let (file, pointer) = rule.as_str().unwrap().split_once('#').unwrap();
                let file = if file.is_empty() { name } else { file };
                check(value, read(file).pointer(pointer).unwrap(), file, at, wrong);
            }
            _ => {
                let expected = unmet(value, keyword, rule);
                wrong.extend(expected.map(|expected| format!("{at}: expected {expected}, found {value}")));
            }
        }
    }
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

fn mistakes(document: &Value, name: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    check(document, &read(name), name, "", &mut wrong);
    wrong
}

/// Holds a document to its schema.
fn fits(document: &Value, name: &str, of: &str) {
    let wrong = mistakes(document, name);
    assert!(wrong.is_empty(), "{of} against {name}:\n{}", wrong.join("\n"));
}

/// A preset with biases from a file, one with every construction, one with labels, one that fails.
#[test]
fn every_report_fits_its_schema() {
    let folder = tempfile::tempdir().unwrap();
    let lanes = folder.path().join("lanes.ron");
    fs::write(&lanes, EVERY_LANE).unwrap();
    let lanes = lanes.to_str().unwrap();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/pt/checkpoint.pt");
    for command in ["run", "compare", "bounds", "inspect"] {
        for preset in ["tiny", lanes, file, "digits"] {
            if command != "compare" || preset != "digits" {
                let document = json(&[command, preset, "--json"]);
                fits(&document, &format!("{command}.schema.json"), &format!("{command} {preset}"));
            }
        }
    }
    // Several targets, one of them beyond the precision there is.
    let targets = folder.path().join("targets.ron");
    fs::write(&targets, SEVERAL_TARGETS).unwrap();
    let compared = json(&["compare", targets.to_str().unwrap(), "--json"]);
    fits(&compared, "targets.schema.json", "compare of several targets");
    let on_demand = "constructions=[Hyperbolic(allocation: OnDemand)]";
    let fails = ["run", "tiny", "--json", "--set", "epsilon=1e-24", "--set", on_demand];
    let failed = slth(&fails).assert().code(1);
    let failed: Value = serde_json::from_slice(&failed.get_output().stdout).unwrap();
    assert_eq!(failed["lanes"][0]["verdict"], "not-found");
    fits(&failed, "run.schema.json", "a run that fails");
    // Graphs; their checks are those of a chain.
    for (command, preset) in
        [("bounds", "lstm"), ("inspect", "residual"), ("run", "conv"), ("compare", "conv")]
    {
        let document = json(&[command, preset, "--json"]);
        assert!(document["graph"].is_object(), "{command} {preset}");
        fits(&document, &format!("{command}.schema.json"), &format!("{command} {preset}"));
    }
    // Counts beyond f64.
    fits(&json(&["bounds", "example-5-all", "--json"]), "bounds.schema.json", "bounds example-5-all");
    for options in [&["--runs", "20"][..], &["--runs", "20", "--neurons-per-weight", "200"]] {
        let call = [&["check", "tiny", "--json"][..], options].concat();
        let checked = slth(&call).output().unwrap().stdout;
        fits(&serde_json::from_slice(&checked).unwrap(), "check.schema.json", &format!("{call:?}"));
    }
}

/// Of a sweep with refused runs and learned methods, whole and in part.
#[test]
fn the_documents_of_a_sweep_fit_their_schemas() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.ron");
    let sweep = "(base: \"digits-learned\", grid: (w_max: [2.0, 3.0]), methods: [Malach, ProductPair], \
                 learned: [EdgePopup(epochs: 1)], seeds: List([3, 1]))";
    fs::write(&file, sweep).unwrap();
    let (file, rows) = (file.to_str().unwrap(), folder.path().join("rows"));
    let rows = rows.to_str().unwrap();
    fits(&json(&["sweep", file, "--plan", "--json"]), "sweep-plan.schema.json", "a plan");
    let share = json(&["sweep", file, "--save", rows, "--shard", "1/2", "--json"]);
    fits(&share, "sweep-share.schema.json", "a share");
    fits(&json(&["merge", rows, "--partial", "--json"]), "sweep-table.schema.json", "a part of a table");
    slth(&["sweep", file, "--save", rows]).assert().success();
    fits(&json(&["merge", rows, "--json"]), "sweep-table.schema.json", "a table");
    let contents = fs::read_to_string(format!("{rows}/sweep.json")).unwrap();
    fits(&serde_json::from_str(&contents).unwrap(), "sweep-folder.schema.json", "the contents of a folder");
}

/// The files of `E`, on every screen, before, under way and done.
#[test]
fn the_data_of_every_screen_fit_their_schemas() {
    let screens = [('1', "explore"), ('2', "compare"), ('3', "weight"), ('4', "curves"), ('5', "outputs")];
    for keys in ["lw", "a"] {
        for (digit, schema) in screens {
            let mut screen = Opened::open("tiny", &[]);
            keys.chars().chain([digit]).for_each(|key| screen.letter(key));
            let document = exported(&screen);
            fits(&document, &format!("{schema}.schema.json"), &format!("{schema} after {keys}"));
        }
    }
}

/// Of graphs: the keys of chains and more.
#[test]
fn the_data_of_a_graph_fit_their_schemas() {
    let screens = [
        ('1', "explore", "graph"),
        ('3', "weight", "kind dy gate unit"),
        ('5', "outputs", "input_shape channels steps"),
    ];
    for preset in ["conv", "lstm"] {
        for (digit, schema, keys) in screens {
            let mut screen = Opened::open(preset, &[]);
            ['l', digit].into_iter().for_each(|key| screen.letter(key));
            let document = exported(&screen);
            keys.split(' ').for_each(|key| assert!(document.get(key).is_some(), "{preset} {schema}: {key}"));
            fits(&document, &format!("{schema}.schema.json"), &format!("{schema} of {preset}"));
        }
    }
}

/// Of both learned methods, before the first step and under way.
#[test]
fn the_data_of_learned_lanes_fit_their_schemas() {
    for tabs in [1, 2] {
        let mut screen = Opened::open("digits-learned", &[]);
        screen.letter('1');
        (0..tabs).for_each(|_| screen.key(KeyEvent::new(KeyCode::Tab, KeyModifiers::NONE)));
        for steps in ["", "nw"] {
            let screens = [('1', "explore-learned"), ('3', "weight-learned"), ('5', "outputs-learned")];
            for (digit, schema) in screens {
                steps.chars().chain([digit]).for_each(|key| screen.letter(key));
                let document = exported(&screen);
                fits(
                    &document,
                    &format!("{schema}.schema.json"),
                    &format!("{schema} of lane {tabs} after {steps}"),
                );
            }
        }
    }
}

/// The data of a screen, from their file.
fn exported(screen: &Opened) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let look = Look { theme: MONO, glyphs: UNICODE };
    screen.app.export(Export::Json, &look, &Buffer::default(), folder.path()).unwrap();
    let written = files(folder.path(), "json");
    serde_json::from_str(&fs::read_to_string(&written[0]).unwrap()).unwrap()
}

#[test]
fn the_meta_of_a_ticket_fits_its_schema() {
    let folder = tempfile::tempdir().unwrap();
    let ticket = folder.path().join("ticket.npz");
    let biased = "target=Explicit(layers:[[[0.6,-0.3],[0.2,0.5]],[[0.4,-0.7]]],biases:[[0.3,-0.2],[0.1]])";
    let uniform = "constructions=[ProductPair]";
    for setting in ["seed=1", biased, uniform] {
        let call =
            ["run", "tiny", "--ticket", ticket.to_str().unwrap(), "--set", setting, "--set", "epsilon=0.5"];
        slth(&call).assert().success();
        fits(&meta(&ticket), "ticket.schema.json", setting);
    }
}

#[test]
fn the_meta_of_a_learned_ticket_fits_its_schema() {
    let folder = tempfile::tempdir().unwrap();
    let ticket = folder.path().join("ticket.npz");
    let constructions = "constructions=[Hyperbolic()]";
    for method in [
        "EdgePopup(widths: [64, 10, 10], epochs: 1)",
        "EdgePopup(widths: [64, 10, 10], epochs: 1, weights: Normal, scaled: true, standardised: true)",
        "Rewinding(widths: [64, 10, 10], rounds: 1, steps: 10)",
        "Rewinding(protocol: OpenLth, widths: [64, 10, 10], rounds: 1, steps: 10)",
    ] {
        let learned = format!("learned=[{method}]");
        let call =
            ["run", "digits-learned", "--ticket", ticket.to_str().unwrap(), "--lane", "1", "--set", &learned];
        slth(&[&call[..], &["--set", constructions]].concat()).assert().success();
        fits(&meta(&ticket), "learned-ticket.schema.json", method);
    }
}

fn meta(ticket: &Path) -> Value {
    let mut archive = zip::ZipArchive::new(fs::File::open(ticket).unwrap()).unwrap();
    let member = archive.by_name("meta.npy").unwrap();
    let bytes = Array1::<u8>::read_npy(member).unwrap();
    serde_json::from_slice(bytes.as_slice().unwrap()).unwrap()
}

/// Figures of a machine take seconds to measure: the schema is held to the type that `slth bench --json` prints.
#[test]
fn figures_fit_their_schema() {
    let figure = slth::speed::Figure {
        name: "first-fit",
        work: "Example 5",
        value: Some(0.4),
        unit: "s",
        processor: "a processor".to_owned(),
        reference: slth::speed::Reference::of("first-fit"),
        note: String::new(),
    };
    fits(&serde_json::to_value(vec![figure]).unwrap(), "bench.schema.json", "bench");
}

/// A schema accepting everything would check nothing.
#[test]
fn a_key_that_is_not_described_is_refused() {
    let mut document = json(&["run", "tiny", "--json"]);
    document["lanes"][0]["layers"][0]["new_key"] = 1.into();
    assert_eq!(mistakes(&document, "run.schema.json").len(), 1);
    document = json(&["run", "tiny", "--json"]);
    document["lanes"][0].as_object_mut().unwrap().remove("method");
    assert_eq!(mistakes(&document, "run.schema.json").len(), 1);
}
