//! The filter of lists and tables.

use super::field::Field;
use crate::tui::keymap::Action;

/// The text by which a list or a table is filtered.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// rows with this text, in upper or lower case, stay
    pub field: Field,
    /// whether keys go to the field
    pub typing: bool,
}

impl Filter {
    /// An empty filter in its text field.
    pub fn open() -> Self {
        Self { typing: true, ..Self::default() }
    }

    /// Whether a row of these texts stays.
    pub fn lets_through(&self, texts: &[&str]) -> bool {
        let wanted = self.field.text().trim().to_lowercase();
        texts.iter().any(|text| text.to_lowercase().contains(&wanted))
    }

    /// Opens, takes or drops the filter of an overlay. Returns whether the action was for the filter.
    pub(crate) fn update(filter: &mut Option<Self>, action: Action) -> bool {
        match filter {
            Some(Self { typing: typing @ true, .. }) if action == Action::Choose => *typing = false,
            Some(Self { typing: true, .. }) => *filter = None,
            _ if action == Action::Filter => *filter = Some(Self::open()),
            Some(_) if action == Action::Close => *filter = None,
            _ => return false,
        }
        true
    }
}
