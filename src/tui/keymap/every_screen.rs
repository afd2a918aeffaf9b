//! The keys of every screen, in the order of the footer and the help. The keys of the screens themselves stand between them.

use super::action::Action;
use super::binding::{Binding, bind};
use super::key::Key::{Char, Control, Enter, Escape, Left, Right, Space, Tab};
use crate::session::Step;

/// The keys before the numbers of the screens.
pub const RUNNING: &[Binding] = &[
    bind(&[Char('n')], Action::Step(Step::Neuron), "neuron", "draw one neuron"),
    bind(&[Char('w')], Action::Step(Step::Weight), "weight", "draw until another target weight is complete"),
    bind(&[Char('l')], Action::Step(Step::Layer), "layer", "draw to the end of the layer"),
    bind(&[Char('a')], Action::Step(Step::All), "all", "draw everything and check it, as fast as possible"),
    bind(&[Space], Action::ToggleRun, "run/pause", "run at the chosen speed, or pause"),
    bind(
        &[Char('?')],
        Action::Open("help"),
        "help",
        "what is this: cards about the screen, its keys, and the idea behind it",
    ),
    bind(
        &[Char('q'), Control('c')],
        Action::Quit,
        "quit",
        "leave the program; a run of more than 5 s asks first, Ctrl-C twice leaves",
    ),
    bind(&[Char('p')], Action::Open("presets"), "presets", "open another preset or a weight file"),
    bind(
        &[Char(':')],
        Action::Open("commands"),
        "commands",
        "list every command with its key, found by a few letters; a number goes to that layer",
    ),
];

/// The keys after the numbers of the screens.
pub const LOOKING: &[Binding] = &[
    bind(&[Char('e')], Action::Edit, "edit", "edit the setup in the Architecture pane"),
    bind(&[Char('S')], Action::Save, "save", "save the setup as a preset file"),
    bind(&[Char('N')], Action::Back(Step::Neuron), "back", "take the last neuron back"),
    bind(&[Char('W')], Action::Back(Step::Weight), "back", "go back to where the weight before was complete"),
    bind(&[Char('L')], Action::Back(Step::Layer), "back", "take this layer back, or the one before"),
    bind(
        &[Char('r')],
        Action::Restart,
        "restart",
        "forget all neurons and start over; a run of more than 5 s asks first",
    ),
    bind(&[Char('s')], Action::Freeze, "still", "let the view stand still while the engine runs on"),
    bind(&[Char('+'), Char('=')], Action::Faster, "faster", "run faster, up to flat out"),
    bind(&[Char('-')], Action::Slower, "slower", "run slower, down to one neuron a second"),
    bind(&[Char('['), Left], Action::PreviousLayer, "layer before", "look at the layer before"),
    bind(&[Char(']'), Right], Action::NextLayer, "next layer", "look at the next layer"),
    bind(&[Char('f')], Action::FollowLayer, "follow", "look at the layer being built"),
    bind(&[Char('v')], Action::JumpToLayer, "jump", "look at a layer by its number"),
    bind(
        &[Char('/')],
        Action::Filter,
        "filter",
        "only rows that hold a text, in the tables of layers, steps, constructions and outputs",
    ),
    bind(&[Enter], Action::Zoom, "zoom", "one pane in the place of all, then the next one"),
    bind(
        &[Escape],
        Action::AllRows,
        "all",
        "show all rows of the filtered table again, else all panes; with neither, leave the lesson",
    ),
    bind(&[Tab], Action::NextLane, "lane", "look at the next lane: constructions, then learned tickets"),
    bind(
        &[Char('E')],
        Action::Open("export"),
        "export",
        "write this screen, or the data it shows, to a file in the working directory",
    ),
    bind(
        &[Char('y')],
        Action::Copy,
        "copy",
        "copy the row or number under the cursor to the terminal's clipboard, or the command if there is none",
    ),
    bind(&[Char('Y')], Action::CopyCommand, "copy command", "copy the command that repeats this run"),
    bind(
        &[Char('C')],
        Action::Open("certificate"),
        "certificate",
        "how the error certified comes about, layer by layer",
    ),
    bind(
        &[Char('F')],
        Action::Open("targets"),
        "targets",
        "the targets for the same task, where the setup lists several: build them side by side, or open one",
    ),
    bind(&[Char('T')], Action::NextTheme, "theme", "colours for a dark background, for a light one, or none"),
    bind(
        &[Char('B')],
        Action::Large,
        "large",
        "big digits for a lecture: one sentence, one picture, at most five numbers; once more: everything",
    ),
    bind(
        &[Char('R')],
        Action::Remember,
        "remember",
        "write the theme and the options of the screens in force to the config file, for the next start",
    ),
    bind(
        &[Char('G')],
        Action::Lesson,
        "lesson",
        "the guided lesson, from the step where it was left; once more leaves it",
    ),
    bind(&[Char(')')], Action::NextLessonStep, "skip", "the next step of the lesson"),
    bind(&[Char('(')], Action::PreviousLessonStep, "step back", "the step of the lesson before"),
    bind(&[Char('z'), Control('z')], Action::Suspend, "suspend", "back to the shell, until fg"),
];
