//! A target that is a graph, in the Architecture pane: a line for each node where there is room.

use std::sync::Arc;

use ratatui::text::{Line, Span};

use crate::experiment::Experiment;
use crate::report::text::{GraphLine, graph_drawing, graph_in_words};
use crate::session::Snapshot;
use crate::tui::look::Look;

/// Columns between the text and the shape of a line.
const GAP: usize = 2;

/// The drawing of an experiment's graph, once it was shown.
#[derive(Clone, Debug, Default)]
pub(super) struct ShownGraph {
    of: Option<Arc<Experiment>>,
    lines: Vec<GraphLine>,
    in_words: String,
}

impl ShownGraph {
    /// Draws another experiment's graph; a chain has none.
    pub(super) fn show(&mut self, snapshot: &Snapshot) {
        let experiment = &snapshot.experiment;
        if !self.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, experiment)) {
            let graph = experiment.target.graph();
            self.lines = graph.map(|graph| graph_drawing(graph)).unwrap_or_default();
            self.in_words = graph.map(|graph| graph_in_words(graph, "→")).unwrap_or_default();
            self.of = Some(Arc::clone(experiment));
        }
    }

    /// In one line; empty of a chain.
    pub(super) fn in_words(&self) -> &str {
        &self.in_words
    }

    /// How many rows it takes in full; 0 of a chain.
    pub(super) fn height(&self) -> usize {
        self.lines.len()
    }

    /// Columns that its lines take.
    pub(super) fn width(&self) -> usize {
        let shape = |line: &GraphLine| line.shape.as_ref().map_or(0, |shape| GAP + shape.chars().count());
        let width =
            |line: &GraphLine| 1 + line.rails.chars().count() + line.text.chars().count() + shape(line);
        self.lines.iter().map(width).max().unwrap_or(0)
    }

    /// Its lines in so many columns and rows, cut in the middle where there are more.
    pub(super) fn rows(&self, look: &Look, width: usize, height: usize) -> Vec<Line<'static>> {
        let (all, width) = (self.lines.len(), width.min(self.width()));
        let row = |line: &GraphLine| {
            let rails = look.glyphs.write(&line.rails);
            let text = look.glyphs.write(&line.text);
            let shape = line.shape.as_ref().map(|shape| look.glyphs.write(shape)).unwrap_or_default();
            let used = rails.chars().count() + 1 + text.chars().count() + shape.chars().count();
            let style = if line.shape.is_some() { look.theme.text } else { look.theme.faint };
            Line::from(vec![
                Span::styled(format!("{rails} "), look.theme.key),
                Span::styled(text, style),
                Span::styled(format!("{}{shape}", " ".repeat(width.saturating_sub(used))), look.theme.faint),
            ])
        };
        if all <= height {
            return self.lines.iter().map(row).collect();
        }
        let below = height / 3;
        let above = height.saturating_sub(below + 1);
        let left_out = format!("  {} more lines", all - above - below);
        let mut rows: Vec<Line<'static>> = self.lines[..above].iter().map(row).collect();
        rows.push(Line::styled(left_out, look.theme.faint));
        rows.extend(self.lines[all - below..].iter().map(row));
        rows
    }
}
