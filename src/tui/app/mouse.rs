//! What is where on the screen, for the mouse. Whoever draws something that can be clicked says so while drawing; no
//! layout is worked out twice.

use std::cell::RefCell;

use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::tui::app::App;
use crate::tui::effects::Effect;
use crate::tui::keymap::{Action, LaneMove};
use crate::tui::screen::{Overlay, Screen};

/// What stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// nothing that a click could mean; what lies below is out of reach
    Nothing,
    /// the name of a screen
    Screen(Screen),
    /// a row of the list that lies over the screen
    Row(usize),
    /// a layer of the lane that is looked at, from 1
    Layer(usize),
    /// a lane of Compare, from 0
    Slot(usize),
    /// (output, input) of a weight, the first of those that share a character
    Weight(usize, usize),
    /// a step of the weight's sums, from 0
    SumStep(usize),
    /// a curve of Bounds
    Curve(usize),
    /// a place on the axis of Bounds
    Place(usize),
    /// what the wheel moves: up or back, down or on
    Wheel(Action, Action),
}

/// What the last frame has where. Filled while drawing, from the back to the front.
#[derive(Clone, Debug, Default)]
pub struct Areas(RefCell<Vec<(Rect, Target)>>);

impl Areas {
    /// Forgets the frame before.
    pub fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// Notes what was drawn last.
    pub fn add(&self, area: Rect, target: Target) {
        if !area.is_empty() {
            self.0.borrow_mut().push((area, target));
        }
    }

    /// Notes rows of one line each, drawn one below the other under so many lines of a header. Those that `area` has no
    /// room for were not drawn.
    pub fn add_rows(&self, area: Rect, header: u16, targets: impl IntoIterator<Item = Target>) {
        for (row, target) in area.rows().skip(usize::from(header)).zip(targets) {
            self.add(row, target);
        }
    }

    /// The frontmost target at a place that satisfies `wanted`, unless something lies over it.
    fn find(&self, place: Position, wanted: impl Fn(Target) -> bool) -> Option<Target> {
        let areas = self.0.borrow();
        let here = areas.iter().rev().filter(|(area, _)| area.contains(place)).map(|(_, target)| *target);
        let mut open = here.take_while(|target| *target != Target::Nothing);
        open.find(|target| wanted(*target))
    }

    /// What a click means at a place.
    pub fn click(&self, place: Position) -> Option<Target> {
        self.find(place, |target| !matches!(target, Target::Wheel(..)))
    }

    /// What the wheel means at a place, turned down or up.
    pub fn wheel(&self, place: Position, down: bool) -> Option<Action> {
        match self.find(place, |target| matches!(target, Target::Wheel(..))) {
            Some(Target::Wheel(up_action, down_action)) => Some(if down { down_action } else { up_action }),
            _ => None,
        }
    }
}

impl App {
    /// What the mouse changes here, and what it asks for; `None` where it means nothing.
    pub fn mouse(&mut self, event: MouseEvent) -> Option<Vec<Effect>> {
        let place = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                let target = self.areas.click(place)?;
                Some(self.click(target))
            }
            MouseEventKind::ScrollUp | MouseEventKind::ScrollDown => {
                let down = event.kind == MouseEventKind::ScrollDown;
                let action = self.areas.wheel(place, down)?;
                Some(self.update(action))
            }
            _ => None,
        }
    }

    /// A row is chosen by the first click on it and opened by the second.
    fn click(&mut self, target: Target) -> Vec<Effect> {
        match (target, &mut self.overlay) {
            (Target::Screen(screen), None) => self.update(Action::Show(screen)),
            (Target::Layer(layer), None) => self.look_at(layer),
            (Target::Row(row), Some(Overlay::Presets(selected) | Overlay::Export(selected))) => {
                if *selected == row {
                    return self.update(Action::Choose);
                }
                *selected = row;
                Vec::new()
            }
            (Target::Slot(slot), None) if slot < self.slots.shown().len() => {
                let mut effects = Vec::new();
                while self.slots.focus != slot {
                    effects = self.update(Action::Lanes(LaneMove::NextLane));
                }
                effects
            }
            (Target::Weight(output, input), None) => {
                (self.choice.output, self.choice.input) = (output, input);
                vec![Effect::Send(self.choice.command())]
            }
            (Target::SumStep(step), None) => {
                self.choice.step = step;
                Vec::new()
            }
            (Target::Curve(curve), None) => {
                if let Some(chart) = &mut self.chart {
                    chart.chosen = curve;
                }
                Vec::new()
            }
            (Target::Place(place), None) => {
                if let Some(chart) = &mut self.chart {
                    chart.cursor = place;
                }
                Vec::new()
            }
            _ => Vec::new(),
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
        let areas = Areas::default();
        areas.add(LOW, Target::Wheel(Action::Up, Action::Down));
        areas.add(LOW, Target::Layer(1));
        areas.add(HIGH, Target::Layer(2));
        assert_eq!(areas.click(Position::new(3, 3)), Some(Target::Layer(2)));
        assert_eq!(areas.click(Position::new(6, 3)), Some(Target::Layer(1)));
        assert_eq!(areas.click(Position::new(10, 3)), None);
        assert_eq!(areas.wheel(Position::new(3, 3), true), Some(Action::Down));
        assert_eq!(areas.wheel(Position::new(9, 9), false), Some(Action::Up));
        areas.clear();
        assert_eq!(areas.click(Position::new(3, 3)), None);
    }

    #[test]
    fn what_lies_below_a_window_is_out_of_reach() {
        let areas = Areas::default();
        areas.add(LOW, Target::Wheel(Action::Up, Action::Down));
        areas.add(LOW, Target::Layer(1));
        areas.add(LOW, Target::Nothing);
        areas.add(HIGH, Target::Row(0));
        assert_eq!(areas.click(Position::new(3, 3)), Some(Target::Row(0)));
        assert_eq!(areas.click(Position::new(0, 0)), None);
        assert_eq!(areas.wheel(Position::new(3, 3), true), None);
    }
}
