//! The runs of a ticket: neighbouring rows that join the same two ends and fire on the same side of 0.

use std::ops::Range;

use crate::construction::{Half, LayerTicket};

/// The runs of a ticket whose neurons have one live input each, output by output.
#[derive(Clone, Debug)]
pub(super) struct Runs {
    runs: Vec<Run>,
    /// where the runs of each output begin, and the end of the last one's
    first_runs: Vec<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    input: u32,
    half: Half,
    /// the row behind the last one; the first one is where the run before it ends
    end: usize,
}

impl Runs {
    /// The runs of `ticket`, whose rows must be in the order of their outputs, as a finished ticket's are.
    pub(super) fn of(ticket: &LayerTicket, outputs: usize) -> Self {
        debug_assert!(ticket.output.is_sorted());
        let (mut runs, mut first_runs) = (Vec::<Run>::new(), Vec::with_capacity(outputs + 1));
        let joins = ticket.output.iter().zip(&ticket.input).zip(&ticket.z_in);
        for (((&output, &input), &z_in), end) in joins.zip(1..) {
            let half = Half::of(z_in);
            let is_first = first_runs.len() <= output as usize;
            if is_first {
                first_runs.resize(output as usize + 1, runs.len());
            }
            match runs.last_mut() {
                Some(run) if !is_first && (run.input, run.half) == (input, half) => run.end = end,
                _ => runs.push(Run { input, half, end }),
            }
        }
        first_runs.resize(outputs + 1, runs.len());
        Self { runs, first_runs }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.runs.len()
    }

    /// The runs that end in an output, in their order: input, half, rows.
    #[inline(always)]
    pub(super) fn of_output(&self, output: usize) -> impl Iterator<Item = (u32, Half, Range<usize>)> + '_ {
        let runs = self.first_runs[output]..self.first_runs[output + 1];
        let mut first = runs.start.checked_sub(1).map_or(0, |before| self.runs[before].end);
        self.runs[runs].iter().map(move |&Run { input, half, end }| {
            let rows = first..end;
            first = end;
            (input, half, rows)
        })
    }
}
