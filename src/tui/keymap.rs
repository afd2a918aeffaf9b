//! The one table of keys: it drives dispatch, the footer, the help and the README's list.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the table below says what each does
pub enum Action {
    StepNeuron,
    StepWeight,
    StepLayer,
    StepAll,
    ToggleRun,
    Faster,
    Slower,
    Restart,
    PreviousLayer,
    NextLayer,
    FollowLayer,
    NextLane,
    OpenPresets,
    OpenHelp,
    Quit,
    Up,
    Down,
    Choose,
    Close,
}

/// Where a key has its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// the Explore screen
    Explore,
    /// a list to choose from
    Picker,
    /// the help
    Help,
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

/// A key, with Control or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// a character as typed
    Char(char),
    /// Control and a letter
    Control(char),
    /// Space, which shows badly as itself
    Space,
    /// Tab
    Tab,
    /// Enter
    Enter,
    /// Escape
    Escape,
    /// an arrow
    Up,
    /// an arrow
    Down,
    /// an arrow
    Left,
    /// an arrow
    Right,
}

impl Key {
    fn of(event: KeyEvent) -> Option<Self> {
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        if event.modifiers.intersects(KeyModifiers::ALT | KeyModifiers::SUPER | KeyModifiers::META) {
            return None;
        }
        match event.code {
            KeyCode::Char(c) if control => Some(Self::Control(c.to_ascii_lowercase())),
            KeyCode::Char(' ') => Some(Self::Space),
            KeyCode::Char(c) => Some(Self::Char(c)),
            KeyCode::Tab => Some(Self::Tab),
            KeyCode::Enter => Some(Self::Enter),
            KeyCode::Esc => Some(Self::Escape),
            KeyCode::Up => Some(Self::Up),
            KeyCode::Down => Some(Self::Down),
            KeyCode::Left => Some(Self::Left),
            KeyCode::Right => Some(Self::Right),
            _ => None,
        }
    }

    /// How the key is written for people.
    pub fn name(self) -> String {
        match self {
            Self::Char(c) => c.to_string(),
            Self::Control(c) => format!("Ctrl-{}", c.to_ascii_uppercase()),
            Self::Space => "space".to_owned(),
            Self::Tab => "Tab".to_owned(),
            Self::Enter => "Enter".to_owned(),
            Self::Escape => "Esc".to_owned(),
            Self::Up => "Up".to_owned(),
            Self::Down => "Down".to_owned(),
            Self::Left => "Left".to_owned(),
            Self::Right => "Right".to_owned(),
        }
    }
}

const fn bind(
    context: Context,
    keys: &'static [Key],
    action: Action,
    label: &'static str,
    help: &'static str,
) -> Binding {
    Binding { context, keys, action, label, help }
}

use Context::{Explore, Help, Picker};
use Key::{Char, Control, Down, Enter, Escape, Left, Right, Space, Tab, Up};

/// All keys, in the order of the footer and the help.
pub const KEYMAP: &[Binding] = &[
    bind(Explore, &[Char('n')], Action::StepNeuron, "neuron", "draw one neuron"),
    bind(Explore, &[Char('w')], Action::StepWeight, "weight", "draw until another target weight is complete"),
    bind(Explore, &[Char('l')], Action::StepLayer, "layer", "draw to the end of the layer"),
    bind(Explore, &[Char('a')], Action::StepAll, "all", "draw everything and check it, as fast as possible"),
    bind(Explore, &[Space], Action::ToggleRun, "run/pause", "run at the chosen speed, or pause"),
    bind(Explore, &[Char('?')], Action::OpenHelp, "help", "show all keys and what the panes mean"),
    bind(Explore, &[Char('q'), Control('c')], Action::Quit, "quit", "leave the program"),
    bind(Explore, &[Char('p')], Action::OpenPresets, "presets", "choose another preset"),
    bind(Explore, &[Char('r')], Action::Restart, "restart", "forget all neurons and start over"),
    bind(Explore, &[Char('+'), Char('=')], Action::Faster, "faster", "run faster, up to flat out"),
    bind(Explore, &[Char('-')], Action::Slower, "slower", "run slower, down to one neuron a second"),
    bind(Explore, &[Char('['), Left], Action::PreviousLayer, "layer before", "look at the layer before"),
    bind(Explore, &[Char(']'), Right], Action::NextLayer, "next layer", "look at the next layer"),
    bind(Explore, &[Char('f')], Action::FollowLayer, "follow", "look at the layer being built"),
    bind(Explore, &[Tab], Action::NextLane, "lane", "look at the preset's next construction"),
    bind(Picker, &[Char('k'), Up], Action::Up, "up", "the preset above"),
    bind(Picker, &[Char('j'), Down], Action::Down, "down", "the preset below"),
    bind(Picker, &[Enter], Action::Choose, "open", "open the preset"),
    bind(Picker, &[Escape, Char('p'), Char('q')], Action::Close, "close", "close the list"),
    bind(Picker, &[Control('c')], Action::Quit, "quit", "leave the program"),
    bind(Help, &[Char('k'), Up], Action::Up, "up", "scroll up"),
    bind(Help, &[Char('j'), Down], Action::Down, "down", "scroll down"),
    bind(Help, &[Escape, Char('?'), Char('q')], Action::Close, "close", "close the help"),
    bind(Help, &[Control('c')], Action::Quit, "quit", "leave the program"),
];

/// What a key event means in a context.
pub fn action(context: Context, event: KeyEvent) -> Option<Action> {
    let key = Key::of(event)?;
    bindings(context).find(|binding| binding.keys.contains(&key)).map(|binding| binding.action)
}

/// The rows of a context.
pub fn bindings(context: Context) -> impl Iterator<Item = &'static Binding> {
    KEYMAP.iter().filter(move |binding| binding.context == context)
}

/// The Explore keys as the README lists them.
pub fn markdown() -> String {
    let mut text = String::from("| key | does |\n|---|---|\n");
    for binding in bindings(Context::Explore) {
        let keys: Vec<String> = binding.keys.iter().map(|key| format!("`{}`", key.name())).collect();
        text.push_str(&format!("| {} | {} |\n", keys.join(", "), binding.help));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn the_readme_lists_the_keys_as_they_are() {
        let readme = include_str!("../../README.md");
        assert!(readme.contains(&markdown()), "put this into the README:\n{}", markdown());
    }

    #[test]
    fn alt_chords_mean_nothing() {
        let event = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::ALT);
        assert_eq!(action(Context::Explore, event), None);
        let event = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE);
        assert_eq!(action(Context::Explore, event), Some(Action::Quit));
    }
}
