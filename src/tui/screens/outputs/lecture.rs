//! Outputs in a lecture: the input, and both networks' outputs as twin bars.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

use super::bar::{self, BarScale};
use super::picture;
use crate::report::numbers::{number_short, scientific};
use crate::session::OutputView;
use crate::tui::lecture::{Lecture, NamedNumber};
use crate::tui::view::ScreenView;

/// Most rows of a pair of bars, with the blank one below.
const TALLEST: u16 = 5;

/// What the screen shows at an input.
pub(super) fn lecture<'a>(view: &'a ScreenView<'a>, output: &'a OutputView) -> Lecture<'a> {
    let (look, error) = (view.look, &view.scene.snapshot.lanes[output.lane].error);
    let has_classes = output.target.values.len() > 1;
    let sentence = match &output.pruned {
        None => {
            "The target network's outputs. What is kept of the random network answers once all layers are built."
        }
        Some(_) if !has_classes => "The target network above, what is kept of the random network below.",
        Some(pruned) if pruned.outputs.class == output.target.class => {
            "Both networks choose the same class: the target above, what is kept of the random network below."
        }
        Some(_) => "The two networks choose different classes: the target above, the pruned one below.",
    };
    let mut figures = Vec::new();
    if has_classes {
        figures.push(NamedNumber::new("F chooses", output.target.class.to_string()));
        let pruned = output.pruned.as_ref();
        figures.extend(pruned.map(|pruned| {
            NamedNumber::new(format!("{} chooses", look.glyphs.pruned), pruned.outputs.class.to_string())
        }));
    }
    figures.extend(
        error.certified.map(|certified| NamedNumber::new("error certified", scientific(certified, 1))),
    );
    figures.push(NamedNumber::new("error allowed", number_short(error.epsilon)));
    let draw = move |area: Rect, buffer: &mut Buffer| {
        let [left, right] = match &output.picture {
            Some(_) => Layout::horizontal([Constraint::Fill(1); 2]).spacing(2).areas(area),
            None => [Rect::ZERO, area],
        };
        if let Some(picture) = output.picture.as_ref().filter(|_| left.width > 1 && left.height > 1) {
            picture::render(picture, 0, look, view.pictures, left, buffer);
        }
        let (f, g) = (&output.target.values, output.pruned.as_ref().map(|pruned| &pruned.outputs.values));
        let scale = BarScale::of(f.iter().chain(g.into_iter().flatten()));
        let each = (right.height / (f.len() as u16).max(1)).clamp(1, TALLEST);
        for (index, top) in (0..f.len()).zip((right.y..right.bottom()).step_by(usize::from(each))) {
            let row = |y: u16| Rect { y, height: 1, ..right };
            let g = g.map(|g| g[index]);
            if each < 3 {
                bar::render((f[index], g), scale, look, row(top), buffer);
                continue;
            }
            // A row between pairs.
            for y in top..(top + each - 1).min(right.bottom()) {
                let is_upper = y - top < (each - 1) / 2;
                let value = if is_upper { f[index] } else { g.unwrap_or(f[index]) };
                bar::render((value, None), scale, look, row(y), buffer);
            }
        }
    };
    Lecture { sentence: sentence.to_owned(), figures, picture: Box::new(draw) }
}
