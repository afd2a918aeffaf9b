//! The step that the lesson is at. It goes on once the state of the run and of the screen says that the step is done, whatever
//! key did it.

use super::steps::{LessonView, STEPS};
use crate::session::Snapshot;
use crate::theory::Count;

/// The lesson: the step it is at.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// number of the step, from 0
    pub step: usize,
    /// whether it is on view
    pub is_open: bool,
    /// whether the step was done already when it began: only its key goes on then
    pub was_done: bool,
    /// most neurons drawn since the step began
    most: Count,
}

impl Default for Lesson {
    fn default() -> Self {
        Self { step: 0, is_open: false, was_done: false, most: Count::ZERO }
    }
}

impl Lesson {
    /// Opens the lesson at the step where it was left.
    pub(crate) fn open(&mut self, snapshot: &Snapshot, screen: &'static str, overlay: Option<&'static str>) {
        self.is_open = true;
        self.begin(self.step, snapshot, screen, overlay);
    }

    /// Begins a step; the last one if there are not so many.
    pub(crate) fn begin(
        &mut self,
        step: usize,
        snapshot: &Snapshot,
        screen: &'static str,
        overlay: Option<&'static str>,
    ) {
        self.step = step.min(STEPS.len() - 1);
        self.most = snapshot.lane().neurons_sampled();
        self.was_done = self.is_done(snapshot, screen, overlay);
    }

    fn is_done(&self, snapshot: &Snapshot, screen: &'static str, overlay: Option<&'static str>) -> bool {
        (STEPS[self.step].is_done)(&LessonView { snapshot, screen, overlay, most: self.most })
    }

    /// Looks at the run and the screen, and goes on if the step is done.
    pub(crate) fn look(&mut self, snapshot: &Snapshot, screen: &'static str, overlay: Option<&'static str>) {
        if !self.is_open {
            return;
        }
        let sampled = snapshot.lane().neurons_sampled();
        if sampled > self.most {
            self.most = sampled;
        }
        match self.is_done(snapshot, screen, overlay) {
            true if !self.was_done => self.begin(self.step + 1, snapshot, screen, overlay),
            true => {}
            false => self.was_done = false,
        }
    }
}
