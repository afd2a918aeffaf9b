//! Files that can be opened: those of a folder, and completions of a typed path.

use std::io;
use std::path::{Path, PathBuf};

use crate::visible::{shortened, visible};

/// The endings of presets and of weight files, in lower case.
const PRESET: &str = "ron";
const WEIGHTS: [&str; 6] = ["safetensors", "npz", "npy", "pt", "pth", "onnx"];

/// Most listed entries of a folder.
const MOST: usize = 2000;

/// The kind of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// a folder
    Folder,
    /// a preset
    Preset,
    /// a weight file, by its ending
    Weights,
}

impl FileKind {
    /// Its name in the list.
    pub fn name(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Preset => "preset file",
            Self::Weights => "weight file",
        }
    }

    fn of_file(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        if extension == PRESET {
            return Some(Self::Preset);
        }
        WEIGHTS.contains(&&*extension).then_some(Self::Weights)
    }
}

/// An entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderEntry {
    /// its name in its visible form
    pub name: String,
    /// its path
    pub path: PathBuf,
    /// its kind
    pub kind: FileKind,
    /// its size, of files
    pub bytes: u64,
}

/// The folders, presets and weight files of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// the folder, relative to the working directory
    pub folder: PathBuf,
    /// folders first, each kind by name; hidden files and all others are left out
    pub entries: Vec<FolderEntry>,
    /// how many more there are than are listed
    pub left_out: usize,
}

/// Lists a folder.
///
/// # Errors
/// Whatever the system reports.
pub fn list(folder: &Path) -> io::Result<Listing> {
    let mut entries = Vec::new();
    // The working directory has no name of its own.
    let read = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    for entry in std::fs::read_dir(read)? {
        let entry = entry?;
        let name = visible(&entry.file_name().to_string_lossy()).into_owned();
        let path = folder.join(entry.file_name());
        // Links are followed; entries gone meanwhile are left out.
        let Ok(found) = std::fs::metadata(&path) else { continue };
        let kind = if found.is_dir() { Some(FileKind::Folder) } else { FileKind::of_file(&path) };
        if let Some(kind) = kind.filter(|_| !name.starts_with('.')) {
            entries.push(FolderEntry { name, path, kind, bytes: found.len() });
        }
    }
    entries.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    let left_out = entries.len().saturating_sub(MOST);
    entries.truncate(MOST);
    Ok(Listing { folder: folder.to_path_buf(), entries, left_out })
}

/// The folder above.
pub fn above(folder: &Path) -> Option<PathBuf> {
    let up = folder.components().next_back();
    match up {
        // Above `..` and above the working directory there is another `..`.
        None | Some(std::path::Component::ParentDir) => Some(folder.join("..")),
        Some(std::path::Component::Normal(_)) => folder.parent().map(Path::to_path_buf),
        _ => None,
    }
}

/// A typed path, with the home folder in place of `~`.
pub fn expanded(text: &str) -> PathBuf {
    let text = text.trim();
    match (text.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(text),
    }
}

/// A typed path as far as the folder leaves no choice, and the names that it can go on with if there are several.
///
/// # Errors
/// Whatever the system reports of the folder, in words.
pub fn completed(text: &str) -> Result<(String, Vec<String>), String> {
    let text = text.trim_start();
    let start = text.rfind('/').map_or(0, |at| at + 1);
    let (folder, begun) = text.split_at(start);
    let listing =
        list(&expanded(folder)).map_err(|error| format!("folder {}: {error}", shortened(folder)))?;
    // The typed text is the name itself.
    let typed = |entry: &FolderEntry| {
        let name = entry.path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(begun)
            .then(|| format!("{name}{}", if entry.kind == FileKind::Folder { "/" } else { "" }))
    };
    let names: Vec<String> = listing.entries.iter().filter_map(typed).collect();
    let Some(first) = names.first() else {
        return Err(format!("no folder, preset or weight file begins with `{}`", shortened(begun)));
    };
    let shared = |name: &String| first.chars().zip(name.chars()).take_while(|(a, b)| a == b).count();
    let length = names.iter().map(shared).min().unwrap_or(0);
    let common: String = first.chars().take(length).collect();
    let several = if names.len() > 1 { names } else { Vec::new() };
    Ok((format!("{folder}{common}"), several))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in ["b.RON", "net.pt", "net2.npz", "graph.onnx", "notes.txt", ".hidden.ron", "a\x1b.npy"] {
            std::fs::write(folder.path().join(file), "12345").unwrap();
        }
        std::fs::create_dir(folder.path().join("inner")).unwrap();
        folder
    }

    #[test]
    fn folders_presets_and_weight_files_are_listed() {
        let folder = folder();
        let listing = list(folder.path()).unwrap();
        let names: Vec<(&str, FileKind)> =
            listing.entries.iter().map(|entry| (&*entry.name, entry.kind)).collect();
        assert_eq!(
            names,
            [
                ("inner", FileKind::Folder),
                ("b.RON", FileKind::Preset),
                ("a\\u{1b}.npy", FileKind::Weights),
                ("graph.onnx", FileKind::Weights),
                ("net.pt", FileKind::Weights),
                ("net2.npz", FileKind::Weights)
            ]
        );
        assert_eq!((listing.entries[3].bytes, listing.left_out), (5, 0));
        assert!(list(&folder.path().join("none")).is_err());
    }

    #[test]
    fn a_path_is_completed_as_far_as_there_is_no_choice() {
        let folder = folder();
        let at = |rest: &str| format!("{}/{rest}", folder.path().display());
        assert_eq!(completed(&at("i")).unwrap(), (at("inner/"), Vec::new()));
        let (text, several) = completed(&at("n")).unwrap();
        assert_eq!((text, several.len()), (at("net"), 2));
        assert_eq!(completed(&at("net.")).unwrap().0, at("net.pt"));
        assert!(completed(&at("x")).unwrap_err().contains("`x`"));
        assert!(completed("/no/such/folder/x").is_err());
    }

    #[test]
    fn the_folder_above_is_reached_from_anywhere() {
        for (folder, up) in [("", ".."), ("..", "../.."), ("a", ""), ("a/b", "a"), ("/a", "/")] {
            assert_eq!(above(Path::new(folder)), Some(PathBuf::from(up)), "{folder}");
        }
        assert_eq!(above(Path::new("/")), None);
    }
}
