//! Figures of speed as a table.

use crate::report::Page;
use crate::speed::{Figure, Goal};

/// The figures, a row each, and below what they are.
pub fn speed(figures: &[Figure], page: Page) -> String {
    let row = |figure: &Figure| {
        let goal = match figure.goal {
            Goal::AtMost(most) => format!("≤ {most}"),
            Goal::AtLeast(least) => format!("≥ {least}"),
        };
        let value = figure.value.map_or("-".to_owned(), |value| format!("{value:.2} {}", figure.unit));
        let met = figure.met.map_or("-", |met| if met { "met" } else { "missed" });
        vec![figure.name.to_owned(), value, goal, met.to_owned()]
    };
    let mut text = page.table(&["figure", "measured", "goal", ""], figures.iter().map(row).collect(), &[]);
    text.push_str("\n\n");
    for Figure { name, work, note, .. } in figures {
        let note = if note.is_empty() { String::new() } else { format!(" ({note})") };
        text += &format!("{name}: {work}{note}\n");
    }
    page.fit(&text)
}
