//! What lies over a screen: the help, the list of presets.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::Look;
use super::app::{App, Overlay};
use super::keymap::{Context, bindings};
use crate::experiment::{PresetSource, built_in_names};

/// What this is, for someone who has just arrived.
const ABOUT: &str = "A random network that is large enough contains a good approximation of any given network, found by \
     pruning alone. slth draws the neurons of that random network G one by one, keeps those that build up the target's \
     weights, masks all others, and checks the result against the theorem (Orseau, Hutter, Rivasplata 2020).";

/// What each pane shows.
const PANES: [(&str, &str); 4] = [
    (
        "Architecture",
        "What is asked, and what theory makes of it: how accurate a weight must be, the number of buckets k, how many \
         neurons are enough.",
    ),
    (
        "Product weights",
        "A neuron's two weights act as their product. Bars: products of the neurons drawn. Curve: their exact density. \
         Line: the theorem's lower bound on it, between the two marks on the axis.",
    ),
    (
        "Buckets",
        "A weight is a sum of pieces, each from a bucket of its own, once for inputs above 0 and once for those below. \
         A bar is full when every weight has its piece from that bucket.",
    ),
    (
        "Pruned network",
        "Neurons drawn per weight, paths kept, the largest error of a weight and its tolerance. Then the network's \
         error: found by trying inputs, certified by proof, and the one asked for.",
    ),
];

/// Width of the keys and of the panes' names in the help.
const HELP_LABELS: usize = 17;

/// Lines longer than this are hard to read.
const HELP_WIDTH: usize = 100;

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
    let width = usize::from(frame.area().width.saturating_sub(4)).clamp(HELP_LABELS + 8, HELP_WIDTH);
    let mut lines: Vec<Line<'_>> = Vec::new();
    let entry = |label: &str, style, text: &str| -> Vec<Line<'static>> {
        let rows = textwrap::wrap(text, width - HELP_LABELS);
        let labels = std::iter::once(label).chain(std::iter::repeat(""));
        rows.iter()
            .zip(labels)
            .map(|(row, label)| {
                let label = Span::styled(format!("{label:<HELP_LABELS$}"), style);
                Line::from(vec![label, Span::styled(row.to_string(), look.theme.text)])
            })
            .collect()
    };
    for binding in bindings(Context::Explore) {
        let keys: Vec<String> = binding.keys.iter().map(|key| key.name()).collect();
        lines.extend(entry(&keys.join(" "), look.theme.key, binding.help));
    }
    lines.push(Line::default());
    lines.extend(
        textwrap::wrap(ABOUT, width).iter().map(|row| Line::styled(row.to_string(), look.theme.text)),
    );
    lines.push(Line::default());
    for (pane, text) in PANES {
        lines.extend(entry(pane, look.theme.title, text));
    }
    window(frame, look, "Keys, and what you see", lines, scroll);
}

fn presets(frame: &mut Frame<'_>, look: &Look, selected: usize) {
    let lines = built_in_names().enumerate().map(|(index, name)| {
        let title =
            PresetSource::find(name).and_then(|source| source.parse()).ok().and_then(|preset| preset.title);
        let pointer = if index == selected { look.glyphs.pointer } else { " " };
        let style = if index == selected { look.theme.selected } else { look.theme.text };
        Line::styled(format!("{pointer} {name:<21} {} ", title.unwrap_or_default()), style)
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
