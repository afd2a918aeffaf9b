//! Names of learned methods and of their arms, as texts and screens show them.

use serde_json::{Map, Value};

use crate::learning::{Arm, LearnedMethod};

/// The options of a method by name.
pub fn options_of(method: &LearnedMethod) -> Map<String, Value> {
    let options = match method {
        LearnedMethod::EdgePopup(options) => serde_json::to_value(options),
        LearnedMethod::Rewinding(options) => serde_json::to_value(options),
    };
    match options {
        Ok(Value::Object(options)) => options,
        Ok(_) | Err(_) => Map::new(),
    }
}

/// A name for each of these methods: edge-popup with the share it keeps, and every option in which lanes of a method differ.
pub fn learned_names(methods: &[&LearnedMethod]) -> Vec<String> {
    names(methods, &["keep"], &[])
}

/// A name for each of these methods, the same for lanes of edge-popup that differ in `keep` alone.
pub(super) fn series_names(methods: &[&LearnedMethod]) -> Vec<String> {
    names(methods, &[], &["keep"])
}

/// Names with the options `always` shown, those `never` shown, and those that differ.
fn names(methods: &[&LearnedMethod], always: &[&str], never: &[&str]) -> Vec<String> {
    let options: Vec<Map<String, Value>> = methods.iter().map(|method| options_of(method)).collect();
    let name = |(method, own): (&&LearnedMethod, &Map<String, Value>)| {
        let others = || methods.iter().zip(&options).filter(|(other, _)| other.name() == method.name());
        let keys = || others().flat_map(|(_, other)| other.keys());
        let differs = |key: &str| others().any(|(_, other)| other.get(key) != own.get(key));
        let mut shown: Vec<&str> = keys()
            .map(String::as_str)
            .filter(|key| !never.contains(key) && (always.contains(key) || differs(key)))
            .collect();
        shown.sort_by_key(|key| (!always.contains(key), *key));
        shown.dedup();
        let shown: Vec<String> = shown
            .into_iter()
            .map(|key| format!("{} {}", key.replace('_', " "), value(own.get(key))))
            .collect();
        if shown.is_empty() {
            method.name().to_owned()
        } else {
            format!("{} {}", method.name(), shown.join(", "))
        }
    };
    methods.iter().zip(&options).map(name).collect()
}

/// An option's value: `0.5`, `Cosine`, `Adam(0.0012)`, `64-300-10`.
fn value(value_of: Option<&Value>) -> String {
    match value_of {
        None | Some(Value::Null) => "default".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => {
            let items: Vec<String> = items.iter().map(|item| value(Some(item))).collect();
            items.join("-")
        }
        Some(Value::Object(fields)) => {
            let fields: Vec<String> =
                fields.iter().map(|(key, field)| format!("{key}({})", value(Some(field)))).collect();
            fields.join(" ")
        }
        Some(plain) => plain.to_string(),
    }
}

/// An arm in words.
pub fn arm_name(arm: Arm) -> &'static str {
    match arm {
        Arm::Ticket => "ticket",
        Arm::FreshWeights => "fresh weights",
        Arm::RandomMask => "random mask",
        Arm::ShuffledMask => "shuffled mask",
        Arm::WholeNetwork => "whole network",
        Arm::Dense => "trained dense",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::{EdgePopup, Optimiser, Rewinding};

    #[test]
    fn names_have_the_options_in_which_lanes_differ() {
        let popup = |keep, scaled| LearnedMethod::EdgePopup(EdgePopup { keep, scaled, ..Default::default() });
        let rewinding =
            |rounds| LearnedMethod::Rewinding(Rewinding { rounds: Some(rounds), ..Default::default() });
        let names = |methods: &[LearnedMethod]| learned_names(&methods.iter().collect::<Vec<_>>());
        assert_eq!(names(&[popup(0.5, false), rewinding(3)]), ["edge-popup keep 0.5", "rewinding"]);
        assert_eq!(
            names(&[popup(0.5, false), popup(0.5, true), rewinding(3), rewinding(4)]),
            [
                "edge-popup keep 0.5, scaled false",
                "edge-popup keep 0.5, scaled true",
                "rewinding rounds 3",
                "rewinding rounds 4"
            ]
        );
        let (few, many) = (popup(0.1, false), popup(0.9, false));
        assert_eq!(series_names(&[&few, &many]), ["edge-popup", "edge-popup"]);
        let adam = Rewinding { optimiser: Some(Optimiser::Adam(1.2e-3)), ..Default::default() };
        assert_eq!(
            names(&[LearnedMethod::Rewinding(adam), LearnedMethod::Rewinding(Rewinding::default())]),
            ["rewinding optimiser Adam(0.0012)", "rewinding optimiser default"]
        );
    }
}
