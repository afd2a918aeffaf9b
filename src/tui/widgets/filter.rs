//! The filter of lists and tables.

use crate::tui::widgets::field::Field;

/// What a list or a table is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// rows that hold this text, in whatever case, stay
    pub field: Field,
    /// whether keys go to the field
    pub typing: bool,
}

impl Filter {
    /// Whether a row of these texts stays.
    pub fn lets_through(&self, texts: &[&str]) -> bool {
        let wanted = self.field.text().trim().to_lowercase();
        texts.iter().any(|text| text.to_lowercase().contains(&wanted))
    }
}
