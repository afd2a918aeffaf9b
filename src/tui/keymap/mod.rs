//! The one table of keys: it drives dispatch, the footer, the help and the book's lists.

mod action;
mod key;
mod table;

pub use action::{Action, ChartMove, InputMove, LaneMove, WeightMove};
pub use key::Key;
pub use table::{KEYMAP, LISTED};

use ratatui::crossterm::event::KeyEvent;

use Context::{Anywhere, Certificate, Confirm, Editing, Export, Field, Help, Path, Picker, Refusal};

/// Where a key has its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// every screen, where the screen itself has no other meaning for the key
    Anywhere,
    /// the Explore screen
    Explore,
    /// the Compare screen
    Compare,
    /// the Weight screen
    Weight,
    /// the Bounds screen
    Bounds,
    /// the Outputs screen
    Outputs,
    /// a list to choose from
    Picker,
    /// why something could not be opened
    Refusal,
    /// what can be written to a file
    Export,
    /// the help
    Help,
    /// the certificate
    Certificate,
    /// the Architecture pane while it is edited; what is bound nowhere goes to the chosen field
    Editing,
    /// a line of text; what is bound nowhere goes there
    Field,
    /// a path, as a line of text
    Path,
    /// yes or no
    Confirm,
}

impl Context {
    /// Whether keys without a meaning of their own are text.
    pub fn takes_text(self) -> bool {
        matches!(self, Editing | Field | Path)
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// where it holds
    pub context: Context,
    /// keys that do it, the first one shown
    pub keys: &'static [Key],
    /// what they do
    pub action: Action,
    /// one word for the footer
    pub label: &'static str,
    /// one line for the help
    pub help: &'static str,
}

/// What a key event means in a context: there first, then anywhere.
pub fn action(context: Context, event: KeyEvent) -> Option<Action> {
    let key = Key::of(event)?;
    let anywhere = is_screen(context).then(|| bindings(Anywhere)).into_iter().flatten();
    bindings(context)
        .chain(anywhere)
        .find(|binding| binding.keys.contains(&key))
        .map(|binding| binding.action)
}

fn is_screen(context: Context) -> bool {
    !matches!(context, Picker | Refusal | Export | Help | Certificate | Editing | Field | Path | Confirm)
}

/// The rows of a context.
pub fn bindings(context: Context) -> impl Iterator<Item = &'static Binding> {
    KEYMAP.iter().filter(move |binding| binding.context == context)
}

/// The rows that apply in a context, its own first: for a screen those of every screen too, without the keys that
/// mean something else there.
pub fn applicable(context: Context) -> impl Iterator<Item = &'static Binding> {
    let taken = move |key: &Key| bindings(context).any(|own| own.keys.contains(key));
    let anywhere = is_screen(context).then(|| bindings(Anywhere)).into_iter().flatten();
    bindings(context).chain(anywhere.filter(move |binding| !taken(&binding.keys[0])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::crossterm::event::{KeyCode, KeyModifiers};

    #[test]
    fn no_key_is_bound_twice_in_a_context() {
        for (index, binding) in KEYMAP.iter().enumerate() {
            for key in binding.keys {
                let twice = KEYMAP[index + 1..]
                    .iter()
                    .any(|other| other.context == binding.context && other.keys.contains(key));
                assert!(!twice, "{key:?} in {:?}", binding.context);
            }
        }
    }

    #[test]
    fn every_action_has_a_plain_key_and_a_description() {
        for binding in KEYMAP {
            assert!(!binding.label.is_empty() && !binding.help.is_empty());
            let plain = |binding: &Binding| binding.keys.iter().any(|key| !matches!(key, Key::Control(_)));
            assert!(KEYMAP.iter().any(|other| other.action == binding.action && plain(other)), "{binding:?}");
        }
    }

    /// The enums' own text, since a variant that nothing binds is no mistake to the compiler.
    #[test]
    fn every_action_is_bound() {
        let source = include_str!("action.rs");
        let bound: Vec<String> = KEYMAP.iter().map(|binding| format!("{:?}", binding.action)).collect();
        let mut actions = 0;
        for body in source.split("pub enum ").skip(1) {
            for line in body.lines().map(str::trim).filter(|line| line.ends_with(',')) {
                let name = line.trim_end_matches(',').split('(').next().unwrap();
                let is_this = |shown: &&String| shown.split(['(', ')']).any(|part| part == name);
                assert!(bound.iter().any(|shown| is_this(&shown)), "no key does {name}");
                actions += 1;
            }
        }
        assert!(actions > 60, "only {actions} actions were seen: has the way they are written changed?");
    }

    #[test]
    fn alt_chords_mean_nothing() {
        let event = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::ALT);
        assert_eq!(action(Context::Explore, event), None);
        let event = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE);
        assert_eq!(action(Context::Explore, event), Some(Action::Quit));
    }
}
