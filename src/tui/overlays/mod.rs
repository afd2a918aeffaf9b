//! What lies over a screen: the help, the list of presets.

pub mod abandon;
mod certificate;
pub mod picker;
pub mod prompt;

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use crate::tui::Look;
use crate::tui::app::App;
use crate::tui::app::mouse::Target;
use crate::tui::export::{self, Export};
use crate::tui::keymap::{Action, Context, LISTED, bindings};
use crate::tui::overlays::prompt::{Prompt, Wish};
use crate::tui::screen::Overlay;
use crate::tui::widgets::filter::Filter;
use crate::tui::widgets::frame_lines::filter_line;
use crate::visible::shortened;

/// What this is, for someone who has just arrived.
const ABOUT: &str = "A random network that is large enough contains a good approximation of any given network, found by \
     pruning alone. slth draws the neurons of that random network G one by one, keeps those that build up the target's \
     weights, masks all others, and checks the result against the theorem (Orseau, Hutter, Rivasplata 2020).";

/// What each pane shows.
const PANES: &[(&str, &str)] = &[
    (
        "Architecture",
        "What is asked, and what theory makes of it: how accurate a weight must be, the number of buckets k, how many \
         neurons are enough.",
    ),
    (
        "Editing",
        "e opens the setup in the Architecture pane. Values are typed as in a preset; left empty, a field is left \
         out. Space ticks constructions; the fields of target depend on its kind. What follows is computed at each key; what cannot be is marked with the reason.",
    ),
    (
        "Product weights",
        "A neuron's two weights act as their product. Bars: products of the neurons drawn. Dotted curve: their exact \
         density. Single dots: the theorem's lower bound on it, between the two marks on the axis. Inside a bar both are \
         cut out of it; in the row where a bar ends they keep to the row's edge.",
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
    (
        "Certificate",
        "C shows how the error certified comes about: for each layer bounds on its inputs, on the norms of what the \
         weights are off by and of the weights themselves, the error that follows, what rounding can add, and what \
         Lemma 1 promised.",
    ),
    (
        "Compare",
        "Two or three constructions on the same target and seed, their products on one axis and one scale; heights are \
         square roots of densities, so that wide and narrow laws can both be seen. A lane that skips ahead draws no \
         neurons: only its law is shown.",
    ),
    (
        "Race",
        "How much of each lane's weights is complete after so many neurons, on one logarithmic axis. A strip is full \
         height when all are, and ends where the lane is now; the mark is its bound.",
    ),
    (
        "Figures",
        "Per target weight, once a lane's layers are built: neurons by the bound, neurons sampled, their ratio to the \
         first lane's, neurons kept, steps of the search, weights of G kept.",
    ),
    (
        "Weight",
        "One target weight as it is put together, a half for inputs above 0 and one for those below: bucket by bucket, \
         what is left of it (the residual) is held against the bucket's threshold; where it reaches that, the bucket's \
         piece is taken and subtracted. The map shows how far each weight of the layer is off, in units of its \
         tolerance; where weights share a character it is that of the worst.",
    ),
    (
        "Bounds",
        "Neurons per weight that theory asks of each construction, all but one thing as in the preset. The dotted line \
         is the preset itself; marks on it are what finished lanes have taken. Against the width, all widths keep \
         their proportions; against the depth, the target's layers come in turn. Norms, F_max and the extremes of |w| \
         stay the target's. Curves out of all proportion are hidden at first. Subset \
         sums have no curve: the constant of their bound is not published.",
    ),
    (
        "Outputs",
        "F(x) and the pruned network's own output, evaluated neuron by neuron, at the input chosen; inputs, outputs and \
         classes count from 0. Bars of both networks share one scale, F in the upper half of a row. Square inputs are \
         shown as pictures. A network chooses the class of its largest output. Below: the error here, the largest \
         found, the one certified and the one asked for; where there are labels, how many are met.",
    ),
];

/// Width of the keys and of the panes' names in the help.
const HELP_LABELS: usize = 17;

/// Lines longer than this are hard to read.
const HELP_WIDTH: usize = 100;

/// Width of a question.
const QUESTION_WIDTH: usize = 60;

/// Draws what is open.
pub(crate) fn render(frame: &mut Frame<'_>, app: &App, look: &Look) {
    if app.overlay.is_some() || app.editing.is_some() {
        app.areas.add(frame.area(), Target::Nothing);
    }
    if app.overlay.is_some() {
        app.areas.add(frame.area(), Target::Wheel(Action::Up, Action::Down));
    }
    match app.overlay {
        None => {}
        Some(Overlay::Certificate(line)) => certificate::render(frame, app.snapshot.lane(), look, line),
        Some(Overlay::Help(line)) => help(frame, app.filter.as_ref(), look, line),
        Some(Overlay::Presets(selected)) => picker::window::render(frame, app, look, selected),
        Some(Overlay::Export(selected)) => exports(frame, app, look, selected),
    }
    if let Some((error, line)) = &app.refusal {
        picker::window::refusal(frame, app, look, error, *line);
    }
    if let Some(prompt) = &app.prompt {
        app.areas.add(frame.area(), Target::Nothing);
        question(frame, prompt, app.context(), look);
    }
}

/// The keys of a context, in one line.
pub(crate) fn keys(context: Context, look: &Look) -> Line<'static> {
    let keys: Vec<String> = bindings(context)
        .filter(|binding| binding.action != Action::Quit)
        .map(|binding| format!("{} {}", binding.keys[0].name(), binding.label))
        .collect();
    Line::styled(keys.join(look.glyphs.separator), look.theme.faint)
}

/// A question, and the answer so far.
fn question(frame: &mut Frame<'_>, prompt: &Prompt, context: Context, look: &Look) {
    let title = match &prompt.wish {
        Wish::Save(_) => "Save the setup as a preset",
        Wish::Open => "Open a preset or a weight file",
        Wish::Replace(..) => "A file stands there",
        Wish::Abandon(what, _) => what.title(),
        Wish::Layer(_) => "Jump to layer",
        Wish::Input(_) => "Jump to input",
    };
    let width = usize::from(frame.area().width.saturating_sub(4)).clamp(12, QUESTION_WIDTH);
    let mut lines = match &prompt.wish {
        Wish::Replace(path, _) => {
            let question = format!("Replace {}?", look.glyphs.write(&shortened(&path.to_string_lossy())));
            textwrap::wrap(&question, width).iter().map(|row| Line::from(row.to_string())).collect()
        }
        Wish::Save(_) | Wish::Open => {
            let mut spans = vec![Span::styled("file: ", look.theme.faint)];
            spans.extend(prompt.field.spans(look, width - 6));
            // Room to type, before there is a text that needs it.
            let typed: usize = spans.iter().map(Span::width).sum();
            spans.push(Span::raw(" ".repeat(width.saturating_sub(typed))));
            vec![Line::from(spans)]
        }
        Wish::Abandon(what, stake) => {
            let text = look.glyphs.write(&what.loss(stake)).to_string();
            let mut lines: Vec<Line<'_>> =
                textwrap::wrap(&text, width).iter().map(|row| Line::from(row.to_string())).collect();
            lines.push(Line::default());
            let keys = textwrap::wrap(what.keys(), width);
            lines.extend(keys.iter().map(|row| Line::styled(row.to_string(), look.theme.key)));
            window(frame, look, title, lines, 0);
            return;
        }
        Wish::Layer(layers) => vec![numbered(prompt, 1, *layers, look)],
        Wish::Input(inputs) => vec![numbered(prompt, 0, inputs.saturating_sub(1), look)],
    };
    if let Some(problem) = &prompt.problem {
        let text = format!("{} {}", look.glyphs.bad, look.glyphs.write(problem));
        let rows = textwrap::wrap(&text, width);
        lines.extend(rows.iter().map(|row| Line::styled(row.to_string(), look.theme.bad)));
    }
    lines.extend([Line::default(), keys(context, look)]);
    window(frame, look, title, lines, 0);
}

/// The numbers to choose from, and the one typed so far.
fn numbered(prompt: &Prompt, first: usize, last: usize, look: &Look) -> Line<'static> {
    let mut spans = vec![Span::styled(format!("{first} to {last}: "), look.theme.faint)];
    spans.extend(prompt.field.spans(look, 8));
    Line::from(spans)
}

/// Draws a window around these lines and returns where the first of them stands, and those below.
pub(crate) fn window(
    frame: &mut Frame<'_>,
    look: &Look,
    title: &str,
    lines: Vec<Line<'_>>,
    scroll: u16,
) -> Rect {
    let width = lines.iter().map(Line::width).max().unwrap_or(0).max(title.len()) as u16 + 4;
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
    inside
}

fn more_below(frame: &mut Frame<'_>, look: &Look, area: Rect, more: bool) {
    let text = " j: more below ";
    if more && area.height > 0 && area.width > text.len() as u16 + 2 {
        frame.buffer_mut().set_string(area.x + 2, area.bottom() - 1, text, look.theme.key);
    }
}

fn help(frame: &mut Frame<'_>, filter: Option<&Filter>, look: &Look, scroll: u16) {
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
    let stays = |label: &str, text: &str| filter.is_none_or(|filter| filter.lets_through(&[label, text]));
    lines.extend(filter.map(|filter| filter_line(filter, look, width)));
    for (context, title) in LISTED {
        let rows: Vec<(String, &str)> = bindings(*context)
            .map(|binding| {
                let keys: Vec<String> = binding.keys.iter().map(|key| key.name()).collect();
                (keys.join(" "), binding.help)
            })
            .filter(|(keys, help)| stays(keys, help))
            .collect();
        if rows.is_empty() {
            continue;
        }
        lines.push(Line::styled(*title, look.theme.title));
        for (keys, help) in rows {
            lines.extend(entry(&keys, look.theme.key, help));
        }
        lines.push(Line::default());
    }
    if stays("", ABOUT) {
        let rows = textwrap::wrap(ABOUT, width);
        lines.extend(rows.iter().map(|row| Line::styled(row.to_string(), look.theme.text)));
        lines.push(Line::default());
    }
    for (pane, text) in PANES.iter().filter(|(pane, text)| stays(pane, text)) {
        lines.extend(entry(pane, look.theme.title, text));
    }
    window(frame, look, "Keys, and what you see", lines, scroll);
}

/// What can be written to a file, and how the file is called.
fn exports(frame: &mut Frame<'_>, app: &App, look: &Look, selected: usize) {
    let stem = export::stem(app);
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (index, export) in Export::ALL.into_iter().enumerate() {
        let pointer = if index == selected { look.glyphs.pointer } else { " " };
        let style = if index == selected { look.theme.selected } else { look.theme.text };
        let (what, extension) = (export.name(), export.extension());
        lines.push(Line::styled(format!("{pointer} {what:<19} {stem}.{extension} "), style));
    }
    lines.extend([Line::default(), keys(app.context(), look)]);
    let inside = window(frame, look, "Write to a file", lines, 0);
    app.areas.add_rows(inside, 0, (0..Export::ALL.len()).map(Target::Row));
}
