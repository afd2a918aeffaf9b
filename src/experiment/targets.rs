//! The list of targets for the same task: its checks, and the one that is F.

use super::error::{ExperimentError, PlaceOf};
use super::preset::{Preset, TargetSource};
use crate::visible::shortened;

/// Before a name: the setting that chooses a target of the list.
pub(super) const CHOICE: &str = "--target ";

/// Targets named in a message.
const NAMED: usize = 8;

/// The name in a setting that chooses a target of the list: `target="name"`, or that of [`setting_of`]. `None` for any other.
pub(super) fn name_in(setting: &str) -> Option<String> {
    if let Some(name) = setting.strip_prefix(CHOICE) {
        return Some(name.to_owned());
    }
    let (key, value) = setting.split_once('=')?;
    (key.trim() == "target").then(|| ron::from_str(value.trim()).ok())?
}

/// The setting that chooses this target of a list, as the argument is typed.
pub fn setting_of(name: &str) -> String {
    format!("{CHOICE}{name}")
}

/// Makes the listed target of this name F.
///
/// # Errors
/// In words, for a name that is not listed.
pub(super) fn choose(preset: &mut Preset, name: &str) -> Result<(), String> {
    let listed = preset.targets.as_deref().unwrap_or_default();
    if listed.is_empty() {
        let found = shortened(name);
        return Err(format!(
            "expected a target, found the name \"{found}\" where the setup lists no `targets`"
        ));
    }
    let Some(named) = listed.iter().find(|named| named.name == name) else {
        let names: Vec<String> =
            listed.iter().take(NAMED).map(|named| format!("\"{}\"", shortened(&named.name))).collect();
        let more = match listed.len() - names.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        return Err(format!("expected one of {}{more}, found \"{}\"", names.join(", "), shortened(name)));
    };
    preset.target = Some(named.target.clone());
    Ok(())
}

/// Checks the list of targets. Without a `target`, the first of them is F. Returns the place of F in the list, from 0.
///
/// # Errors
/// For an empty list, names that are empty or repeated, and targets that are repeated.
pub(super) fn settle(preset: &mut Preset, place_of: PlaceOf<'_>) -> Result<Option<usize>, ExperimentError> {
    let Some(listed) = &preset.targets else { return Ok(None) };
    let fail = |message: String| Err(ExperimentError::new(place_of("targets"), message));
    let Some(first) = listed.first() else {
        return fail("expected at least one target, found none".to_owned());
    };
    for (place, named) in listed.iter().enumerate() {
        if named.name.trim().is_empty() {
            return fail(format!("target {place}: expected a name, found none"));
        }
        let name = shortened(&named.name);
        if let Some(same) = listed[..place].iter().position(|other| other.name == named.name) {
            return fail(format!(
                "expected names that differ, found \"{name}\" for targets {same} and {place}"
            ));
        }
        if let Some(same) = listed[..place].iter().find(|other| other.target == named.target) {
            let same = shortened(&same.name);
            return fail(format!(
                "expected targets that differ, found the same for \"{same}\" and \"{name}\""
            ));
        }
    }
    let target: &TargetSource = preset.target.get_or_insert_with(|| first.target.clone());
    Ok(listed.iter().position(|named| named.target == *target))
}
