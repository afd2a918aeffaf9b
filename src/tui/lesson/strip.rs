//! The strip of the lesson below the screen.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Padding, Paragraph};

use super::progress::Lesson;
use super::steps::{LessonStep, STEPS};
use crate::session::Snapshot;
use crate::tui::look::Look;
use crate::tui::widgets::frame_lines::fitting;

/// Most rows, the frame included.
const MOST: u16 = 10;

/// Longer lines are hard to read.
const WIDTH: u16 = 110;

/// Columns of the frame and its padding.
const FRAME: u16 = 4;

/// What to do where the step was done before it began.
const DONE_BEFORE: &str = "You have done this already: ) goes on";

/// Where steps are taken by a training.
const LEARNED: &str = "A learned lane is on view. The lesson is about a construction: Tab goes to one.";

/// Rows that the strip takes of an area: all of its texts, or as much as leaves the screen a few rows.
pub(crate) fn height(lesson: &Lesson, snapshot: &Snapshot, look: &Look, area: Rect) -> u16 {
    if !lesson.is_open || area.width <= FRAME {
        return 0;
    }
    let most = (area.height / 2 + 2).min(MOST).min(area.height);
    texts(lesson, snapshot, look, inner_width(area), most.saturating_sub(2)).len() as u16 + 2
}

fn inner_width(area: Rect) -> u16 {
    area.width.saturating_sub(FRAME).min(WIDTH)
}

/// The step's texts in so many rows: all, or without the reason, or only the key.
fn texts(lesson: &Lesson, snapshot: &Snapshot, look: &Look, width: u16, rows: u16) -> Vec<Line<'static>> {
    let step = &STEPS[lesson.step];
    let theme = look.theme;
    let press = if lesson.was_done { DONE_BEFORE } else { step.press };
    let press = (format!("{} {}", look.glyphs.pointer, look.glyphs.write(press)), theme.key);
    let of = |text: &str, style: Style| (look.glyphs.write(text), style);
    let variants: Vec<Vec<(String, Style)>> = if snapshot.learned_lane().is_some() {
        vec![vec![of(LEARNED, theme.key)]]
    } else {
        let LessonStep { see, why, .. } = *step;
        vec![
            vec![of(see, theme.text), of(why, theme.text), press.clone()],
            vec![of(see, theme.text), press.clone()],
            vec![press],
        ]
    };
    let wrapped = variants.into_iter().map(|texts| {
        let rows = texts.into_iter().flat_map(|(text, style)| {
            let rows = textwrap::wrap(&text, usize::from(width.max(1)));
            rows.into_iter().map(Cow::into_owned).map(|row| Line::styled(row, style)).collect::<Vec<_>>()
        });
        rows.collect::<Vec<Line<'static>>>()
    });
    let mut wrapped: Vec<Vec<Line<'static>>> = wrapped.collect();
    let last = wrapped.len() - 1;
    let chosen = wrapped.iter().position(|lines| lines.len() <= usize::from(rows)).unwrap_or(last);
    wrapped.swap_remove(chosen)
}

/// Draws the strip.
pub(crate) fn render(lesson: &Lesson, snapshot: &Snapshot, look: &Look, area: Rect, frame: &mut Frame<'_>) {
    if area.height < 2 {
        return;
    }
    let lines = texts(lesson, snapshot, look, inner_width(area), area.height - 2);
    let step = &STEPS[lesson.step];
    let (place, of, name) = (lesson.step + 1, STEPS.len(), look.glyphs.write(step.title));
    let room = area.width.saturating_sub(FRAME);
    let now = (step.now)(snapshot).map(|now| format!("{}{now}", look.glyphs.separator)).unwrap_or_default();
    let title = fitting(
        vec![
            format!("Lesson, step {place} of {of}: {name}{now}"),
            format!("Lesson, step {place} of {of}: {name}"),
            format!("Lesson {place}/{of}: {name}"),
            format!("Lesson {place}/{of}"),
        ],
        room,
    );
    let keys = [") skip", "( back", "Esc leave"];
    let keys = vec![keys.join(look.glyphs.separator), keys[2].to_owned()];
    let block = Block::bordered()
        .border_set(look.glyphs.border)
        .border_style(look.theme.title)
        .title(Span::styled(format!(" {title} "), look.theme.title))
        .title_bottom(
            Line::from(Span::styled(format!(" {} ", fitting(keys, room)), look.theme.key)).right_aligned(),
        )
        .padding(Padding::horizontal(1));
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block), area);
}
