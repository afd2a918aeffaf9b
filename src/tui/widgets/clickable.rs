//! Clickable areas of the last frame. Whoever draws something clickable adds its area while drawing; no layout is
//! computed twice.

use std::cell::RefCell;

use ratatui::layout::{Position, Rect};

use crate::tui::keymap::Action;

/// A part of a screen or of a list: its kind, and its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScreenPart {
    /// a layer, a lane, a weight: the screen's own name for it
    pub kind: &'static str,
    /// the part's number, or its row
    pub first: usize,
    /// 0, or its column
    pub second: usize,
}

impl ScreenPart {
    /// A part with one number.
    pub const fn new(kind: &'static str, number: usize) -> Self {
        Self { kind, first: number, second: 0 }
    }
}

/// The kind of a layer of the shown lane, counted from 1.
pub const LAYER: &str = "layer";

/// The meaning of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClickTarget {
    /// nothing; the areas below are covered
    Nothing,
    /// the name of a screen, by its place in the table
    Tab(usize),
    /// a row of the list over the screen
    Row(usize),
    /// a part of the shown screen
    Part(ScreenPart),
    /// the actions of the wheel: up or back, down or on
    Wheel(Action, Action),
}

impl ClickTarget {
    /// A part with one number.
    pub const fn part(kind: &'static str, number: usize) -> Self {
        Self::Part(ScreenPart::new(kind, number))
    }
}

/// The areas of the last frame, from the back to the front.
#[derive(Clone, Debug, Default)]
pub struct Clickables(RefCell<Vec<(Rect, ClickTarget)>>);

impl Clickables {
    /// Forgets the last frame.
    pub fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// Adds an area over the earlier ones.
    pub fn add(&self, area: Rect, target: ClickTarget) {
        if !area.is_empty() {
            self.0.borrow_mut().push((area, target));
        }
    }

    /// Adds rows of one line each below a header of so many lines. Rows beyond `area` are left out.
    pub fn add_rows(&self, area: Rect, header: u16, targets: impl IntoIterator<Item = ClickTarget>) {
        for (row, target) in area.rows().skip(usize::from(header)).zip(targets) {
            self.add(row, target);
        }
    }

    /// The frontmost target at `place` with the property `wanted`, unless it is covered.
    fn find(&self, place: Position, wanted: impl Fn(ClickTarget) -> bool) -> Option<ClickTarget> {
        let areas = self.0.borrow();
        let here = areas.iter().rev().filter(|(area, _)| area.contains(place)).map(|(_, target)| *target);
        let mut open = here.take_while(|target| *target != ClickTarget::Nothing);
        open.find(|target| wanted(*target))
    }

    /// The target of a click.
    pub fn click(&self, place: Position) -> Option<ClickTarget> {
        self.find(place, |target| !matches!(target, ClickTarget::Wheel(..)))
    }

    /// The action of the wheel, turned down or up.
    pub fn wheel(&self, place: Position, down: bool) -> Option<Action> {
        match self.find(place, |target| matches!(target, ClickTarget::Wheel(..))) {
            Some(ClickTarget::Wheel(up_action, down_action)) => {
                Some(if down { down_action } else { up_action })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOW: Rect = Rect { x: 0, y: 0, width: 10, height: 10 };
    const HIGH: Rect = Rect { x: 2, y: 2, width: 4, height: 4 };

    #[test]
    fn what_is_in_front_is_hit() {
        let areas = Clickables::default();
        areas.add(LOW, ClickTarget::Wheel(Action::Up, Action::Down));
        areas.add(LOW, ClickTarget::part(LAYER, 1));
        areas.add(HIGH, ClickTarget::part(LAYER, 2));
        assert_eq!(areas.click(Position::new(3, 3)), Some(ClickTarget::part(LAYER, 2)));
        assert_eq!(areas.click(Position::new(6, 3)), Some(ClickTarget::part(LAYER, 1)));
        assert_eq!(areas.click(Position::new(10, 3)), None);
        assert_eq!(areas.wheel(Position::new(3, 3), true), Some(Action::Down));
        assert_eq!(areas.wheel(Position::new(9, 9), false), Some(Action::Up));
        areas.clear();
        assert_eq!(areas.click(Position::new(3, 3)), None);
    }

    #[test]
    fn what_lies_below_a_window_is_out_of_reach() {
        let areas = Clickables::default();
        areas.add(LOW, ClickTarget::Wheel(Action::Up, Action::Down));
        areas.add(LOW, ClickTarget::part(LAYER, 1));
        areas.add(LOW, ClickTarget::Nothing);
        areas.add(HIGH, ClickTarget::Row(0));
        assert_eq!(areas.click(Position::new(3, 3)), Some(ClickTarget::Row(0)));
        assert_eq!(areas.click(Position::new(0, 0)), None);
        assert_eq!(areas.wheel(Position::new(3, 3), true), None);
    }
}
