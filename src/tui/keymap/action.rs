//! The meanings of keys: of every screen, of overlays, and the moves of a screen's own.
#![allow(missing_docs)]

use crate::session::Step;

/// The meaning of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Step(Step),
    Back(Step),
    /// show the screen of this name
    Show(&'static str),
    /// lay the overlay of this name over the screen
    Open(&'static str),
    /// a move of the shown screen's own
    Own(Move),
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
    OpenPath,
    Complete,
    Edit,
    Save,
    PreviousChoice,
    NextChoice,
    Filter,
    AllRows,
    Up,
    Down,
    PageUp,
    PageDown,
    Choose,
    Close,
    /// copy what the cursor is on
    Copy,
    /// copy the command that repeats the run
    CopyCommand,
    /// one pane in the place of all, then the next one
    Zoom,
    /// the screens of a lecture, or the full ones
    Large,
    NextTheme,
    /// write the options in force to the config file
    Remember,
    /// leave the cards out at the start
    NeverAgain,
    /// open the lesson where it was left, or leave it
    Lesson,
    NextLessonStep,
    PreviousLessonStep,
    Suspend,
    Quit,
}

/// A move of a screen's own. Only this screen knows the enum behind it (`moves`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// name of the enum
    pub of: &'static str,
    /// name of the variant
    pub name: &'static str,
}

/// Declares the moves of a screen: an enum, and its conversion to and from actions.
macro_rules! moves {
    ($(#[$doc:meta])* $name:ident { $($variant:ident),* $(,)? }) => {
        $(#[$doc])*
        #[allow(missing_docs)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($variant),*
        }

        impl $name {
            /// The action of the key table.
            pub const fn action(self) -> $crate::tui::keymap::Action {
                $crate::tui::keymap::Action::Own($crate::tui::keymap::Move {
                    of: stringify!($name),
                    name: match self {
                        $(Self::$variant => stringify!($variant)),*
                    },
                })
            }

            /// The move behind an action; `None` for a move of another screen.
            pub(crate) fn of(own: $crate::tui::keymap::Move) -> Option<Self> {
                match (own.of, own.name) {
                    $((stringify!($name), stringify!($variant)) => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// All, in the order of their declaration.
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),*];
        }
    };
}

pub(crate) use moves;
