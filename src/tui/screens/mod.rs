//! The screens, a folder each. A new screen is a folder with a [`Screen`] and a line in [`Screens`].

pub mod bounds;
pub mod compare;
pub mod explore;
pub mod outputs;
pub mod screen;
pub mod weight;

use std::sync::LazyLock;

use super::keymap::every_screen::{LOOKING, RUNNING};
use super::keymap::{Action, Binding, Key, Keymap, LEARNED, bind};
use super::overlays::{certificate, targets};
use super::table::table;
use bounds::BoundsScreen;
use compare::CompareScreen;
use explore::ExploreScreen;
use outputs::OutputsScreen;
use screen::{Screen, ScreenFacts};
use weight::WeightScreen;

table! {
    /// The screens, in the order of their numbers.
    Screens: dyn Screen {
        /// one construction in full
        explore: ExploreScreen,
        /// two or three side by side
        compare: CompareScreen,
        /// one weight as it is assembled
        weight: WeightScreen,
        /// the bounds of all constructions
        bounds: BoundsScreen,
        /// F(x) against Ĝ(x)
        outputs: OutputsScreen,
    }
}

/// The keys that show the first nine screens.
const NUMBERS: [&[Key]; 9] = [
    &[Key::Char('1')],
    &[Key::Char('2')],
    &[Key::Char('3')],
    &[Key::Char('4')],
    &[Key::Char('5')],
    &[Key::Char('6')],
    &[Key::Char('7')],
    &[Key::Char('8')],
    &[Key::Char('9')],
];

/// The facts of all screens, in the order of their numbers.
pub fn all_facts() -> [&'static ScreenFacts; Screens::COUNT] {
    Screens::default().all().map(Screen::facts)
}

/// The keys of every screen, with those that show each of them.
pub fn every_screen() -> &'static Keymap {
    static BINDINGS: LazyLock<Vec<Binding>> = LazyLock::new(|| {
        let numbers = all_facts().into_iter().zip(NUMBERS);
        let shows =
            numbers.map(|(facts, keys)| bind(keys, Action::Show(facts.name), facts.label, facts.help));
        RUNNING.iter().copied().chain(shows).chain(LOOKING.iter().copied()).collect()
    });
    static KEYMAP: LazyLock<Keymap> = LazyLock::new(|| Keymap::alone("On every screen", &BINDINGS));
    &KEYMAP
}

/// The keymaps in the help and the documentation: those of every screen, of each screen with keys of its own, and of the
/// setup editor.
pub fn listed_keymaps() -> Vec<&'static Keymap> {
    let own = all_facts().into_iter().map(|facts| &facts.keymap).filter(|keymap| !keymap.bindings.is_empty());
    let learned = [&compare::learned::KEYMAP, &weight::MASK, &outputs::ANSWERS, &bounds::BRIDGE];
    [every_screen(), &LEARNED].into_iter().chain(own).chain(learned).chain([&explore::EDITING]).collect()
}

/// What the help and the documentation explain: the panes of each screen, then of overlays with data.
pub fn explained() -> Vec<(&'static str, &'static [(&'static str, &'static str)])> {
    let screens = all_facts().into_iter().map(|facts| (facts.name, facts.panes));
    screens.chain([("Certificate", certificate::PANES), ("Targets", targets::PANES)]).collect()
}

/// The example of the book, kept compiling.
#[cfg(test)]
#[path = "../../../docs/src/development/layers.rs"]
#[allow(unreachable_pub)]
mod layers;

#[cfg(test)]
mod tests;
