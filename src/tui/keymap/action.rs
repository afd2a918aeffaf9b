//! What keys can mean: the table says what each does, each screen's own moves are an enum of their own.
#![allow(missing_docs)]

use crate::session::Step;
use crate::tui::screen::Screen;

/// What a key can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Step(Step),
    Back(Step),
    Show(Screen),
    Lanes(LaneMove),
    Weight(WeightMove),
    Chart(ChartMove),
    Inputs(InputMove),
    JumpToInput,
    ToggleRun,
    Freeze,
    Faster,
    Slower,
    Restart,
    PreviousLayer,
    NextLayer,
    FollowLayer,
    JumpToLayer,
    NextLane,
    OpenPresets,
    OpenPath,
    Complete,
    OpenExport,
    OpenHelp,
    OpenCertificate,
    Edit,
    Save,
    PreviousChoice,
    NextChoice,
    Filter,
    AllRows,
    Up,
    Down,
    Choose,
    Close,
    NextTheme,
    Suspend,
    Quit,
}

/// What changes on Compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneMove {
    NextLane,
    PreviousConstruction,
    NextConstruction,
    Beside,
    Together,
    Ladder,
}

/// What changes on Weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightMove {
    Up,
    Down,
    Left,
    Right,
    FarUp,
    FarDown,
    First,
    Last,
    Worst,
    Latest,
    Served,
    NextStep,
    PreviousStep,
    TakenOnly,
}

/// What changes on Bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartMove {
    Back,
    On,
    FarBack,
    FarOn,
    Own,
    NextAxis,
    NextCurve,
    PreviousCurve,
    Hide,
}

/// What changes on Outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputMove {
    Next,
    Previous,
    On,
    Back,
    First,
    Last,
    Worst,
    NextMistake,
    RowsOn,
    RowsBack,
}
