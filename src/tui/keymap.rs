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
    BackNeuron,
    BackWeight,
    BackLayer,
    ToggleRun,
    Freeze,
    Faster,
    Slower,
    Restart,
    PreviousLayer,
    NextLayer,
    FollowLayer,
    NextLane,
    ShowExplore,
    ShowCompare,
    ShowWeight,
    ShowBounds,
    ShowOutputs,
    NextSlot,
    PreviousConstruction,
    NextConstruction,
    ThirdSlot,
    StepTogether,
    ClimbLadder,
    WeightUp,
    WeightDown,
    WeightLeft,
    WeightRight,
    WeightFarUp,
    WeightFarDown,
    WeightFirst,
    WeightLast,
    WorstWeight,
    LatestWeight,
    ServedWeight,
    NextSumStep,
    PreviousSumStep,
    TakenOnly,
    CursorBack,
    CursorOn,
    CursorFarBack,
    CursorFarOn,
    CursorOwn,
    NextAxis,
    NextCurve,
    PreviousCurve,
    HideCurve,
    NextInput,
    PreviousInput,
    InputsOn,
    InputsBack,
    FirstInput,
    LastInput,
    WorstInput,
    NextMistake,
    RowsOn,
    RowsBack,
    OpenPresets,
    OpenExport,
    OpenHelp,
    Suspend,
    Quit,
    Edit,
    Save,
    JumpToLayer,
    PreviousChoice,
    NextChoice,
    Filter,
    Up,
    Down,
    Choose,
    Close,
}

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
    /// what can be written to a file
    Export,
    /// the help
    Help,
    /// the Architecture pane while it is edited; what is bound nowhere goes to the chosen field
    Editing,
    /// a line of text; what is bound nowhere goes there
    Field,
    /// yes or no
    Confirm,
}

impl Context {
    /// Whether keys without a meaning of their own are text.
    pub fn takes_text(self) -> bool {
        matches!(self, Editing | Field)
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
    /// a page up
    PageUp,
    /// a page down
    PageDown,
    /// to the beginning
    Home,
    /// to the end
    End,
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
            KeyCode::PageUp => Some(Self::PageUp),
            KeyCode::PageDown => Some(Self::PageDown),
            KeyCode::Home => Some(Self::Home),
            KeyCode::End => Some(Self::End),
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
            Self::PageUp => "PageUp".to_owned(),
            Self::PageDown => "PageDown".to_owned(),
            Self::Home => "Home".to_owned(),
            Self::End => "End".to_owned(),
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

use Context::{Anywhere, Bounds, Compare, Confirm, Editing, Export, Field, Help, Outputs, Picker, Weight};
use Key::{Char, Control, Down, End, Enter, Escape, Home, Left, PageDown, PageUp, Right, Space, Tab, Up};

/// All keys, in the order of the footer and the help.
pub const KEYMAP: &[Binding] = &[
    bind(Anywhere, &[Char('n')], Action::StepNeuron, "neuron", "draw one neuron"),
    bind(
        Anywhere,
        &[Char('w')],
        Action::StepWeight,
        "weight",
        "draw until another target weight is complete",
    ),
    bind(Anywhere, &[Char('l')], Action::StepLayer, "layer", "draw to the end of the layer"),
    bind(Anywhere, &[Char('a')], Action::StepAll, "all", "draw everything and check it, as fast as possible"),
    bind(Anywhere, &[Space], Action::ToggleRun, "run/pause", "run at the chosen speed, or pause"),
    bind(Anywhere, &[Char('?')], Action::OpenHelp, "help", "show all keys and what the panes mean"),
    bind(Anywhere, &[Char('q'), Control('c')], Action::Quit, "quit", "leave the program"),
    bind(Anywhere, &[Char('p')], Action::OpenPresets, "presets", "choose another preset"),
    bind(Anywhere, &[Char('1')], Action::ShowExplore, "explore", "one construction in full"),
    bind(Anywhere, &[Char('2')], Action::ShowCompare, "compare", "two or three constructions side by side"),
    bind(
        Anywhere,
        &[Char('3')],
        Action::ShowWeight,
        "one weight",
        "how one weight is put together, piece by piece",
    ),
    bind(
        Anywhere,
        &[Char('4')],
        Action::ShowBounds,
        "bounds",
        "what theory asks of every construction, against epsilon, width or depth",
    ),
    bind(
        Anywhere,
        &[Char('5')],
        Action::ShowOutputs,
        "outputs",
        "F(x) against the pruned network's, input by input",
    ),
    bind(Anywhere, &[Char('e')], Action::Edit, "edit", "edit the setup in the Architecture pane"),
    bind(Anywhere, &[Char('S')], Action::Save, "save", "save the setup as a preset file"),
    bind(Anywhere, &[Char('N')], Action::BackNeuron, "back", "take the last neuron back"),
    bind(
        Anywhere,
        &[Char('W')],
        Action::BackWeight,
        "back",
        "go back to where the weight before was complete",
    ),
    bind(Anywhere, &[Char('L')], Action::BackLayer, "back", "take this layer back, or the one before"),
    bind(Anywhere, &[Char('r')], Action::Restart, "restart", "forget all neurons and start over"),
    bind(
        Anywhere,
        &[Char('s')],
        Action::Freeze,
        "still",
        "let the view stand still while the engine runs on",
    ),
    bind(Anywhere, &[Char('+'), Char('=')], Action::Faster, "faster", "run faster, up to flat out"),
    bind(Anywhere, &[Char('-')], Action::Slower, "slower", "run slower, down to one neuron a second"),
    bind(Anywhere, &[Char('['), Left], Action::PreviousLayer, "layer before", "look at the layer before"),
    bind(Anywhere, &[Char(']'), Right], Action::NextLayer, "next layer", "look at the next layer"),
    bind(Anywhere, &[Char('f')], Action::FollowLayer, "follow", "look at the layer being built"),
    bind(Anywhere, &[Char('v')], Action::JumpToLayer, "jump", "look at a layer by its number"),
    bind(Anywhere, &[Tab], Action::NextLane, "lane", "look at the next construction"),
    bind(
        Anywhere,
        &[Char('E')],
        Action::OpenExport,
        "export",
        "write this screen, or the data it shows, to a file in the working directory",
    ),
    bind(Anywhere, &[Char('z'), Control('z')], Action::Suspend, "suspend", "back to the shell, until fg"),
    bind(
        Compare,
        &[Char('g')],
        Action::ClimbLadder,
        "rung",
        "go to the ladder's next rung: what the next idea buys",
    ),
    bind(Compare, &[Tab], Action::NextSlot, "lane", "choose the next lane"),
    bind(
        Compare,
        &[Char('j'), Down],
        Action::NextConstruction,
        "change",
        "another construction in the chosen lane",
    ),
    bind(
        Compare,
        &[Char('k'), Up],
        Action::PreviousConstruction,
        "back",
        "the construction before, in the chosen lane",
    ),
    bind(Compare, &[Char('t')], Action::ThirdSlot, "third", "show a third lane, or only two"),
    bind(
        Compare,
        &[Char('o')],
        Action::StepTogether,
        "one/all",
        "step and run the chosen lane alone, or all together",
    ),
    bind(
        Weight,
        &[Char('e')],
        Action::WorstWeight,
        "worst",
        "the weight of the layer with the largest error",
    ),
    bind(Weight, &[Char('c')], Action::LatestWeight, "latest", "the weight that was completed last"),
    bind(Weight, &[Char('u')], Action::ServedWeight, "served", "the weight that the last neuron serves"),
    bind(Weight, &[Char('j')], Action::NextSumStep, "step", "the next step of the sum"),
    bind(Weight, &[Char('k')], Action::PreviousSumStep, "back", "the step of the sum before"),
    bind(
        Weight,
        &[Char('t')],
        Action::TakenOnly,
        "taken",
        "leave out the steps at which nothing is taken, or show them again",
    ),
    bind(Weight, &[Left], Action::WeightLeft, "move", "the weight to the left: the input before"),
    bind(Weight, &[Right], Action::WeightRight, "right", "the weight to the right: the next input"),
    bind(Weight, &[Up], Action::WeightUp, "up", "the weight above: the output before"),
    bind(Weight, &[Down], Action::WeightDown, "down", "the weight below: the next output"),
    bind(Weight, &[PageUp], Action::WeightFarUp, "far up", "a tenth of the outputs up"),
    bind(Weight, &[PageDown], Action::WeightFarDown, "far down", "a tenth of the outputs down"),
    bind(Weight, &[Home], Action::WeightFirst, "first", "the output's first weight"),
    bind(Weight, &[End], Action::WeightLast, "last", "the output's last weight"),
    bind(
        Bounds,
        &[Char('x'), Tab],
        Action::NextAxis,
        "axis",
        "against epsilon, the width or the depth in turn",
    ),
    bind(
        Bounds,
        &[Char('j'), Down],
        Action::NextCurve,
        "choose",
        "choose the next construction, to compare the others with",
    ),
    bind(Bounds, &[Char('k'), Up], Action::PreviousCurve, "before", "choose the construction before"),
    bind(
        Bounds,
        &[Char('h')],
        Action::HideCurve,
        "hide",
        "hide the chosen construction, or show it again; the axis fits what is shown",
    ),
    bind(Bounds, &[Left, Char(',')], Action::CursorBack, "back", "move the cursor to the place before"),
    bind(Bounds, &[Right, Char('.')], Action::CursorOn, "on", "move the cursor to the next place"),
    bind(Bounds, &[Char('[')], Action::CursorFarBack, "far back", "move the cursor ten places back"),
    bind(Bounds, &[Char(']')], Action::CursorFarOn, "far on", "move the cursor ten places on"),
    bind(Bounds, &[Char('o')], Action::CursorOwn, "own", "move the cursor to the preset's own value"),
    bind(Outputs, &[Char('j'), Down], Action::NextInput, "next", "the next input"),
    bind(Outputs, &[Char('k'), Up], Action::PreviousInput, "before", "the input before"),
    bind(
        Outputs,
        &[Char('d')],
        Action::WorstInput,
        "differ most",
        "the input where the two networks differ most",
    ),
    bind(
        Outputs,
        &[Char('m')],
        Action::NextMistake,
        "mistake",
        "the next input where either is wrong or, without labels, where their classes differ",
    ),
    bind(Outputs, &[PageDown, Char('J')], Action::InputsOn, "ten on", "ten inputs on"),
    bind(Outputs, &[PageUp, Char('K')], Action::InputsBack, "ten back", "ten inputs back"),
    bind(Outputs, &[Home, Char('<')], Action::FirstInput, "first", "the first input"),
    bind(Outputs, &[End, Char('>')], Action::LastInput, "last", "the last input"),
    bind(Outputs, &[Char(']'), Right], Action::RowsOn, "rows on", "scroll long lists down"),
    bind(Outputs, &[Char('['), Left], Action::RowsBack, "rows back", "scroll long lists up"),
    bind(Picker, &[Char('k'), Up], Action::Up, "up", "the preset above"),
    bind(Picker, &[Char('j'), Down], Action::Down, "down", "the preset below"),
    bind(Picker, &[Enter], Action::Choose, "open", "open the preset"),
    bind(Picker, &[Char('/')], Action::Filter, "filter", "only rows that hold a text; Esc shows all again"),
    bind(Picker, &[Escape, Char('p'), Char('q')], Action::Close, "close", "close the list"),
    bind(Picker, &[Control('c')], Action::Quit, "quit", "leave the program"),
    bind(Export, &[Char('k'), Up], Action::Up, "up", "the choice above"),
    bind(Export, &[Char('j'), Down], Action::Down, "down", "the choice below"),
    bind(Export, &[Enter], Action::Choose, "write", "write the file"),
    bind(Export, &[Escape, Char('E'), Char('q')], Action::Close, "close", "write nothing"),
    bind(Export, &[Control('c')], Action::Quit, "quit", "leave the program"),
    bind(Help, &[Char('k'), Up], Action::Up, "up", "scroll up"),
    bind(Help, &[Char('j'), Down], Action::Down, "down", "scroll down"),
    bind(Help, &[Char('/')], Action::Filter, "filter", "only rows that hold a text; Esc shows all again"),
    bind(Help, &[Escape, Char('?'), Char('q')], Action::Close, "close", "close the help"),
    bind(Help, &[Control('c')], Action::Quit, "quit", "leave the program"),
    bind(
        Editing,
        &[Enter],
        Action::Choose,
        "start over",
        "start the edited setup; what was built is forgotten",
    ),
    bind(Editing, &[Escape], Action::Close, "drop edits", "leave editing and drop the edits"),
    bind(Editing, &[Control('s')], Action::Save, "save", "save the edited setup as a preset file"),
    bind(Editing, &[Up], Action::Up, "up", "the field above"),
    bind(Editing, &[Down, Tab], Action::Down, "down", "the field below"),
    bind(
        Editing,
        &[Left],
        Action::PreviousChoice,
        "choice before",
        "the choice before; where there is none, the cursor to the left",
    ),
    bind(
        Editing,
        &[Right],
        Action::NextChoice,
        "next choice",
        "the next choice; where there is none, the cursor to the right",
    ),
    bind(Editing, &[Control('c')], Action::Quit, "quit", "leave the program"),
    bind(Field, &[Enter], Action::Choose, "done", "take the text"),
    bind(Field, &[Escape], Action::Close, "cancel", "forget the text"),
    bind(Field, &[Control('c')], Action::Quit, "quit", "leave the program"),
    bind(Confirm, &[Char('y')], Action::Choose, "yes", "do it"),
    bind(Confirm, &[Char('n'), Escape, Char('q')], Action::Close, "no", "leave all as it is"),
    bind(Confirm, &[Control('c')], Action::Quit, "quit", "leave the program"),
];

/// The contexts whose keys are listed in the help and the README, and the titles of those lists.
pub const LISTED: &[(Context, &str)] = &[
    (Anywhere, "On every screen"),
    (Compare, "On Compare"),
    (Weight, "On Weight"),
    (Bounds, "On Bounds"),
    (Outputs, "On Outputs"),
    (Editing, "While editing"),
];

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
    !matches!(context, Picker | Export | Help | Editing | Field | Confirm)
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

/// The keys of the screens as the README lists them.
pub fn markdown() -> String {
    let mut text = String::new();
    for (context, title) in LISTED {
        text.push_str(&format!("| {title} | |\n|---|---|\n"));
        for binding in bindings(*context) {
            let keys: Vec<String> = binding.keys.iter().map(|key| format!("`{}`", key.name())).collect();
            text.push_str(&format!("| {} | {} |\n", keys.join(", "), binding.help));
        }
        text.push('\n');
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

    /// The enum's own text, since a variant that nothing binds is no mistake to the compiler.
    #[test]
    fn every_action_is_bound() {
        let source = include_str!("keymap.rs");
        let body = source.split("pub enum Action {").nth(1).and_then(|rest| rest.split('}').next()).unwrap();
        let mut actions = 0;
        for line in body.lines().map(str::trim).filter(|line| line.ends_with(',') && !line.starts_with("//"))
        {
            let name = line.trim_end_matches(',').split('(').next().unwrap();
            let bound = KEYMAP.iter().any(|binding| format!("{:?}", binding.action).starts_with(name));
            assert!(bound, "no key does {name}");
            actions += 1;
        }
        assert!(actions > 50, "only {actions} actions were seen: has the way they are written changed?");
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
