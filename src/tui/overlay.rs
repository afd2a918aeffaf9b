//! What lies over a screen: the help, the list of presets.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::Look;
use super::app::{App, Overlay};
use super::keymap::{Context, bindings};
use crate::experiment::{PresetSource, built_in_names};

/// What the panes mean, for someone who has just arrived.
const ABOUT: &str = "\
A random network that is large enough contains a good approximation of any given network, found by pruning
alone. slth draws the neurons of that random network G one by one, keeps those that build up the target's
weights, masks all others, and checks the result against the theorem (Orseau, Hutter, Rivasplata 2020).

Architecture     what is asked, and what theory makes of it: the tolerance of a weight, the number of
                 buckets k, how many neurons are enough
Product weights  a neuron's two weights act as their product. Bars: products of the neurons drawn; curve: their
                 exact density; line: the theorem's lower bound on it
Buckets          a weight is a sum with one piece from each bucket it needs, for inputs above and below 0.
                 A bar is full when every weight has its piece from that bucket
Pruned network   neurons drawn per weight, paths kept, the largest error of a weight against its tolerance;
                 then the network's error: found by trying inputs, certified by proof, and what was asked";

/// Draws what is open.
pub(super) fn render(frame: &mut Frame<'_>, app: &App, look: &Look) {
    match app.overlay {
        None => {}
        Some(Overlay::Help(line)) => help(frame, look, line),
        Some(Overlay::Presets(selected)) => presets(frame, look, selected),
    }
}

fn window(frame: &mut Frame<'_>, look: &Look, title: &str, lines: Vec<Line<'_>>, scroll: u16) {
    let width = lines.iter().map(Line::width).max().unwrap_or(0) as u16 + 4;
    let height = lines.len() as u16 + 2;
    let area = frame.area().centered(Constraint::Max(width), Constraint::Max(height));
    let block = Block::bordered()
        .border_set(look.glyphs.border)
        .border_style(look.theme.title)
        .title(Span::styled(format!(" {title} "), look.theme.title))
        .padding(ratatui::widgets::Padding::horizontal(1));
    let inside = block.inner(area);
    let last = (lines.len() as u16).saturating_sub(inside.height);
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block).scroll((scroll.min(last), 0)), area);
    more_below(frame, look, area, last > scroll);
}

fn more_below(frame: &mut Frame<'_>, look: &Look, area: Rect, more: bool) {
    let text = " j: more below ";
    if more && area.height > 0 && area.width > text.len() as u16 + 2 {
        frame.buffer_mut().set_string(area.x + 2, area.bottom() - 1, text, look.theme.key);
    }
}

fn help(frame: &mut Frame<'_>, look: &Look, scroll: u16) {
    let mut lines: Vec<Line<'_>> = Vec::new();
    for binding in bindings(Context::Explore) {
        let keys: Vec<String> = binding.keys.iter().map(|key| key.name()).collect();
        lines.push(Line::from(vec![
            Span::styled(format!("{:<12}", keys.join(" ")), look.theme.key),
            Span::styled(binding.help, look.theme.text),
        ]));
    }
    lines.push(Line::default());
    let room = usize::from(frame.area().width.saturating_sub(4)).max(1);
    for paragraph in ABOUT.lines() {
        lines.extend(wrapped(paragraph, room).into_iter().map(|line| Line::styled(line, look.theme.text)));
    }
    window(frame, look, "Keys, and what you see", lines, scroll);
}

/// A line cut at spaces into lines of at most `width` characters; follow-up lines keep a table's indent.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_inclusive(' ') {
        if !line.trim().is_empty() && line.chars().count() + word.trim_end().chars().count() > width {
            lines.push(std::mem::take(&mut line));
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

fn presets(frame: &mut Frame<'_>, look: &Look, selected: usize) {
    let lines = built_in_names().enumerate().map(|(index, name)| {
        let title =
            PresetSource::find(name).and_then(|source| source.parse()).ok().and_then(|preset| preset.title);
        let pointer = if index == selected { look.glyphs.pointer } else { " " };
        let style = if index == selected { look.theme.selected } else { look.theme.text };
        Line::styled(format!("{pointer} {name:<12} {} ", title.unwrap_or_default()), style)
    });
    let mut lines: Vec<Line<'_>> = lines.collect();
    lines.push(Line::default());
    let keys: Vec<String> = bindings(Context::Picker)
        .filter(|binding| binding.action != super::keymap::Action::Quit)
        .map(|binding| format!("{} {}", binding.keys[0].name(), binding.label))
        .collect();
    lines.push(Line::styled(keys.join(look.glyphs.separator), look.theme.faint));
    window(frame, look, "Presets", lines, 0);
}
