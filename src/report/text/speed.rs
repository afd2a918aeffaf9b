//! Figures of speed as a table.

use crate::report::page::Page;
use crate::report::table::Rows;
use crate::speed::{Figure, Reference};

/// The figures beside those of a named processor, a row each, with their descriptions below.
pub fn speed(figures: &[Figure], page: Page) -> String {
    let number = |value: f64| if value < 10.0 { format!("{value:.2}") } else { format!("{value:.1}") };
    let range = |Reference { low, high, .. }: Reference| match (number(low), number(high)) {
        (low, high) if low == high => low,
        (low, high) => format!("{low}-{high}"),
    };
    let here = figures.first().map_or("-", |figure| &figure.processor);
    let there = figures.iter().find_map(|figure| figure.reference).map_or("-", |other| other.processor);
    let mut text = format!("here: {here}\nthere: {there}\n\n");
    let table = Rows::of(figures)
        .column("figure", |figure| figure.name)
        .column("here", |figure| figure.value.map(number))
        .column("there", |figure| figure.reference.map(range))
        .column("unit", |figure| figure.unit);
    text += &page.table(&table.table());
    text.push_str("\n\n");
    for Figure { name, work, note, .. } in figures {
        let note = if note.is_empty() { String::new() } else { format!(" ({note})") };
        text += &format!("{name}: {work}{note}\n");
    }
    page.fit(&text)
}
