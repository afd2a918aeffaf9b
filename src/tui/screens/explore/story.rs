//! The story of the neuron drawn last: its path x → z_in → ReLU → z_out → y, its product, and what became of it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::construction::{Mode, NeuronFate, NeuronStory};
use crate::report::text::{neuron_in_short, neuron_story, neuron_title, weight_of_g};
use crate::session::LaneView;
use crate::tui::look::Look;
use crate::tui::widgets::frame_lines::{cut, draw_line, fitting, pane};

/// Rows of the pane: its frame, the path and its labels, and two rows of text.
pub(super) const ROWS: u16 = 6;

/// Columns left of the path and of the text.
const MARGIN: u16 = 2;

/// Words that are set off in the sentence.
const OUTCOMES: [&str; 3] = ["KEPT", "CUT", "SET ASIDE"];

/// Draws the pane.
pub(super) fn render(lane: &LaneView, look: &Look, area: Rect, buffer: &mut Buffer) {
    let titles = match &lane.view.last {
        Some(story) => neuron_title(story),
        None => vec![
            "The neurons of the random network G: never trained, only kept or cut".to_owned(),
            "The neurons of G: kept or cut".to_owned(),
        ],
    };
    let inside = pane(&fitting(titles, area.width.saturating_sub(4)), look, area, buffer);
    let inside = Rect { x: inside.x + MARGIN, width: inside.width.saturating_sub(2 * MARGIN), ..inside };
    let (lines, sentence) = match &lane.view.last {
        Some(story) => (path(story, look, inside.width), neuron_story(story, lane.construction)),
        None => {
            let words = Line::styled(path_in_words(look), look.theme.text);
            ([Line::default(), words], nothing_drawn(lane).to_owned())
        }
    };
    let sentence = look.glyphs.write(&sentence);
    let needed = textwrap::wrap(&sentence, usize::from(inside.width.max(1))).len();
    // The labels give way to a long sentence.
    let without = usize::from(needed + lines.len() > usize::from(inside.height));
    let mut rows = inside.rows();
    for (line, row) in lines.iter().skip(without).zip(rows.by_ref()) {
        draw_line(line, look, row, buffer);
    }
    paragraph(&sentence, is_kept(lane), look, rows.collect(), buffer);
}

/// The story in one line, or as much of it as fits.
pub(super) fn line(lane: &LaneView, look: &Look, width: u16) -> Line<'static> {
    match &lane.view.last {
        Some(story) => {
            let what = neuron_in_short(story, lane.construction);
            let product = weight_of_g(story.path.product());
            let neuron = story.path.neuron;
            let variants = [
                format!(" neuron {neuron}: {product}, {what}"),
                format!(" neuron {neuron}: {what}"),
                format!(" {what}"),
            ];
            let text = fitting(variants.to_vec(), width);
            let style = if is_kept(lane) { look.theme.good } else { look.theme.text };
            Line::styled(look.glyphs.write(&text), style)
        }
        None => Line::styled(format!(" {}", look.glyphs.write(nothing_drawn(lane))), look.theme.text),
    }
}

/// Whether the neuron drawn last is part of a sum for sure.
fn is_kept(lane: &LaneView) -> bool {
    lane.view.last.is_some_and(|story| story.fate == NeuronFate::Kept)
}

/// Why no neuron is there to tell of.
fn nothing_drawn(lane: &LaneView) -> &'static str {
    match lane.mode {
        Mode::SkipAhead => {
            "Neurons that do not fit are skipped here, not drawn one by one: there is none to show. Those that fit are counted."
        }
        Mode::Drawn => {
            "When z_in·x > 0 it passes on z_out·z_in·x: two random weights act as one, their product. Kept are those that \
             add up to a target weight."
        }
    }
}

/// `x ───( z_in )──▶ ReLU ──( z_out )──▶ y`
fn path_in_words(look: &Look) -> String {
    let (line, arrow) = (look.glyphs.axis, look.glyphs.pointer);
    format!("x {0}( z_in ){1}{arrow} ReLU {1}( z_out ){1}{arrow} y", line.repeat(3), line.repeat(2))
}

/// The path with its numbers, and a row of labels above it.
fn path(story: &NeuronStory, look: &Look, width: u16) -> [Line<'static>; 2] {
    let (theme, glyphs) = (look.theme, look.glyphs);
    let (z_in, z_out) = (weight_of_g(story.path.z_in), weight_of_g(story.path.z_out));
    let (x, y) = (format!("x[{}]", story.path.input), format!("y[{}]", story.path.output));
    let product = story.path.product();
    let product = format!("{}{}", if product > 0.0 { "+" } else { "" }, weight_of_g(product));
    // Dashes before a bracket and behind it, and blanks before the product: fewer where there is little room.
    let parts = |dashes: usize, gap: usize| {
        let line = glyphs.axis.repeat(dashes);
        [
            (format!("{x} {line}( "), theme.text),
            (z_in.clone(), theme.title),
            (format!(" ){line}{} ReLU {line}( ", glyphs.pointer), theme.text),
            (z_out.clone(), theme.title),
            (format!(" ){line}{} {y}{}product ", glyphs.pointer, " ".repeat(gap)), theme.text),
            (product.clone(), theme.title),
        ]
    };
    let columns =
        |parts: &[(String, Style)]| -> usize { parts.iter().map(|(text, _)| Span::raw(text).width()).sum() };
    let variants = [parts(3, 6), parts(2, 4), parts(1, 2)];
    let fits = variants.iter().position(|parts| columns(parts) <= usize::from(width)).unwrap_or(2);
    let parts = &variants[fits];
    let (first, second) = (columns(&parts[..1]), columns(&parts[..3]));
    let labels = format!("{:first$}{:2$}z_out", "", "z_in", second - first);
    let spans: Vec<Span<'static>> =
        parts.iter().map(|(text, style)| Span::styled(text.clone(), *style)).collect();
    [Line::styled(labels, theme.faint), Line::from(spans)]
}

/// A text in these rows, its outcome set off; where it does not fit, it ends in the mark of a cut.
fn paragraph(text: &str, is_kept: bool, look: &Look, rows: Vec<Rect>, buffer: &mut Buffer) {
    let Some(width) = rows.first().map(|row| usize::from(row.width)).filter(|&width| width > 0) else {
        return;
    };
    let wrapped = textwrap::wrap(text, width);
    let room = rows.len();
    for (index, (words, row)) in wrapped.iter().zip(rows).enumerate() {
        let is_cut = index + 1 == room && wrapped.len() > room;
        let words = if is_cut {
            cut(&format!("{words} {}", wrapped[index + 1]), width, look)
        } else {
            words.to_string()
        };
        draw_line(&set_off(&words, is_kept, look), look, row, buffer);
    }
}

/// A line with the outcome in it set off.
fn set_off(words: &str, is_kept: bool, look: &Look) -> Line<'static> {
    let theme = look.theme;
    let found = OUTCOMES.iter().find_map(|word| words.find(word).map(|at| (at, at + word.len())));
    let Some((from, to)) = found else { return Line::styled(words.to_owned(), theme.text) };
    let style = if is_kept { theme.good } else { theme.title };
    Line::from(vec![
        Span::styled(words[..from].to_owned(), theme.text),
        Span::styled(words[from..to].to_owned(), style),
        Span::styled(words[to..].to_owned(), theme.text),
    ])
}
