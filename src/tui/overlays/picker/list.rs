//! The list: its rows, the filtered ones, and the selected one.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use super::folder::{self, FolderEntry, Listing};
use crate::session::Cost;
use crate::tui::widgets::filter::Filter;
use crate::visible::shortened;

/// A row of the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PickerRow<'a> {
    /// a built-in preset: name and title
    Preset(&'static str, &'a str),
    /// the folder above
    Above,
    /// a folder or a file
    Entry(&'a FolderEntry),
}

/// The presets, and the contents of a folder.
#[derive(Clone, Debug, Default)]
pub struct PickerList {
    /// the presets' names and titles, once the list was opened
    pub presets: Vec<(&'static str, String)>,
    /// the presets' costs, as soon as they are known
    pub costs: HashMap<&'static str, Cost>,
    /// the contents of the folder, or why it cannot be listed
    pub listing: Option<Result<Listing, String>>,
    /// place of the selected row
    pub selected: usize,
    /// the list's filter
    pub filter: Option<Filter>,
}

impl PickerList {
    /// All rows: the presets, then the folder's.
    pub fn rows(&self) -> Vec<PickerRow<'_>> {
        let mut rows: Vec<PickerRow<'_>> =
            self.presets.iter().map(|(name, title)| PickerRow::Preset(name, title)).collect();
        if let Some(Ok(listing)) = &self.listing {
            rows.extend(folder::above(&listing.folder).map(|_| PickerRow::Above));
            rows.extend(listing.entries.iter().map(PickerRow::Entry));
        }
        rows
    }

    /// The places of the filtered rows.
    pub(super) fn filtered(&self) -> Vec<usize> {
        let stays = |row: &PickerRow<'_>| {
            self.filter.as_ref().is_none_or(|filter| match row {
                PickerRow::Preset(name, title) => filter.lets_through(&[name, title]),
                PickerRow::Above => false,
                PickerRow::Entry(entry) => filter.lets_through(&[&entry.name, entry.kind.name()]),
            })
        };
        let rows = self.rows();
        (0..rows.len()).filter(|&index| stays(&rows[index])).collect()
    }

    /// Selects the filtered row so many below or above, or the nearest one if the selected row is left out.
    pub(super) fn select(&mut self, step: isize) {
        let filtered = self.filtered();
        let here = filtered.partition_point(|&other| other < self.selected);
        let wanted = here.saturating_add_signed(step).min(filtered.len().saturating_sub(1));
        self.selected = filtered.get(wanted).copied().unwrap_or(self.selected);
    }

    /// Takes the contents of a folder.
    ///
    /// # Errors
    /// A folder without a listing leaves the one before.
    pub(super) fn listed(&mut self, folder: &Path, found: &io::Result<Listing>) -> Result<(), String> {
        let before = match &self.listing {
            Some(Ok(listing)) => Some(listing.folder.clone()),
            _ => None,
        };
        match found {
            Ok(listing) => self.listing = Some(Ok(listing.clone())),
            Err(error) if before.is_some() => {
                return Err(format!("{}: {error}", shortened(&folder.to_string_lossy())));
            }
            Err(error) => self.listing = Some(Err(error.to_string())),
        }
        if let Some(before) = before {
            // In another folder its first row is selected; in the same one the selection stays if it can.
            let row = self.selected.min(self.rows().len().saturating_sub(1));
            self.selected = if before == folder { row } else { self.presets.len() };
        }
        Ok(())
    }
}
