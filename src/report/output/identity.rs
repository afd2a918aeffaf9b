//! Whether two paths lead to the same existing file, links followed.

use std::fmt;
use std::path::{Path, PathBuf};

use super::stream::standard_stream;
use super::unfinished::TemporaryName;
use super::{PRIVATE, disk, follow_links};

/// A file, whatever it is called.
#[derive(Clone, Debug)]
enum Identity {
    There(FileId),
    /// not created yet
    New {
        folder: FileId,
        folder_path: PathBuf,
        name: String,
    },
}

/// Device and number of a file.
#[cfg(unix)]
type FileId = (u64, u64);

/// A path without links, in lower case.
#[cfg(not(unix))]
type FileId = String;

impl Identity {
    /// The file at a path, existing or to be created; `None` if unknown. Terminals and other devices have no identity: they
    /// keep no data to be destroyed.
    fn of(path: &Path) -> Option<Self> {
        match std::fs::metadata(path) {
            Ok(found) if keeps_nothing(&found) => None,
            Ok(_) => Self::file_id(path).map(Self::There),
            Err(_) => {
                let place = follow_links(path).ok()?;
                let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
                let folder = folder.unwrap_or(Path::new("."));
                let name = place.file_name()?.to_string_lossy().into_owned();
                Some(Self::New { folder: Self::file_id(folder)?, folder_path: folder.to_owned(), name })
            }
        }
    }

    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::There(one), Self::There(other)) => one == other,
            (
                Self::New { folder: one_folder, folder_path, name: one },
                Self::New { folder: other_folder, name: other, .. },
            ) => {
                let differ_in_case =
                    || one.to_lowercase() == other.to_lowercase() && ignores_case(folder_path);
                one_folder == other_folder && (one == other || differ_in_case())
            }
            _ => false,
        }
    }

    #[cfg(unix)]
    fn file_id(path: &Path) -> Option<FileId> {
        std::fs::metadata(path).ok().as_ref().map(file_id)
    }

    #[cfg(not(unix))]
    fn file_id(path: &Path) -> Option<FileId> {
        Some(std::fs::canonicalize(path).ok()?.to_string_lossy().to_lowercase())
    }

    /// The target file of a redirected standard output.
    fn of_standard_output() -> Option<Self> {
        #[cfg(unix)]
        {
            let found = standard_stream(Path::new("/dev/stdout"))?.ok()?.metadata().ok()?;
            found.is_file().then(|| Self::There(file_id(&found)))
        }
        #[cfg(not(unix))]
        None
    }
}

#[cfg(unix)]
fn file_id(found: &std::fs::Metadata) -> FileId {
    use std::os::unix::fs::MetadataExt;
    (found.dev(), found.ino())
}

#[cfg(unix)]
fn keeps_nothing(found: &std::fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_char_device(&found.file_type())
}

#[cfg(not(unix))]
fn keeps_nothing(found: &std::fs::Metadata) -> bool {
    !found.is_file() && !found.is_dir()
}

/// Whether a folder takes `A` and `a` for one name. A file in it is looked up by another spelling of its name.
fn ignores_case(folder: &Path) -> bool {
    let probe = TemporaryName::new(folder, |name| disk::create_named(name, PRIVATE));
    probe.is_ok_and(|(_, name)| name.is_found_in_upper_case())
}

/// Whether two paths lead to the same existing file, links followed.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    let one = Identity::file_id(one);
    one.is_some() && one == Identity::file_id(other)
}

/// A file of a command.
#[derive(Clone, Debug)]
struct Claim {
    /// as the command calls it: `--csv FILE`
    what: String,
    identity: Option<Identity>,
    role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Read,
    Written,
    /// written, by the name of standard output
    Stream,
    StandardOutput,
}

/// All files of a command: no file is written twice, and no input is overwritten.
#[derive(Debug, Default)]
pub struct Claims(Vec<Claim>);

/// Two uses of one file.
#[derive(Debug, thiserror::Error)]
pub struct Collision {
    what: String,
    other: String,
}

impl fmt::Display for Collision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected a file of its own, found the one of {}", self.what, self.other)
    }
}

impl Claims {
    /// Claims a file to be written. It is compared with all earlier claims as a file: links are followed, and case is ignored
    /// if the folder ignores it. The null device may be written by all.
    ///
    /// # Errors
    /// If the file is claimed already.
    pub fn write(&mut self, what: &str, path: &Path) -> Result<(), Collision> {
        let role = if standard_stream(path).is_some() { Role::Stream } else { Role::Written };
        self.claim(what, Identity::of(path), role)
    }

    /// Claims a file to be read.
    ///
    /// # Errors
    /// If the file is to be written.
    pub fn read(&mut self, what: &str, path: &Path) -> Result<(), Collision> {
        self.claim(what, Identity::of(path), Role::Read)
    }

    /// Claims the target file of a redirected standard output. Call it after all other claims.
    ///
    /// # Errors
    /// If the file is claimed under another name than standard output.
    pub fn standard_output(&mut self) -> Result<(), Collision> {
        self.claim("standard output", Identity::of_standard_output(), Role::StandardOutput)
    }

    fn claim(&mut self, what: &str, identity: Option<Identity>, role: Role) -> Result<(), Collision> {
        let collides = |other: &&Claim| {
            let same =
                identity.as_ref().zip(other.identity.as_ref()).is_some_and(|(one, other)| one.is(other));
            let may_share = matches!(
                (role, other.role),
                (Role::Read, Role::Read)
                    | (Role::Stream, Role::StandardOutput)
                    | (Role::StandardOutput, Role::Stream)
            );
            same && !may_share
        };
        if let Some(other) = self.0.iter().find(collides) {
            // Blame the written file.
            let (what, other) = match role {
                Role::StandardOutput if other.role == Role::Read => (what.to_owned(), other.what.clone()),
                Role::Read | Role::StandardOutput => (other.what.clone(), what.to_owned()),
                Role::Written | Role::Stream => (what.to_owned(), other.what.clone()),
            };
            return Err(Collision { what, other });
        }
        self.0.push(Claim { what: what.to_owned(), identity, role });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether `one` and `other` may both be written.
    fn collide(one: &Path, other: &Path) -> bool {
        let mut claims = Claims::default();
        claims.write("one", one).unwrap();
        claims.write("other", other).is_err()
    }

    #[cfg(unix)]
    #[test]
    fn one_file_by_two_names_is_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("sub")).unwrap();
        std::fs::write(at("there"), "").unwrap();
        std::fs::hard_link(at("there"), at("hard")).unwrap();
        for (to, link) in [("there", "link"), ("link", "link-to-link"), ("new", "dangling"), (".", "folder")]
        {
            std::os::unix::fs::symlink(to, at(link)).unwrap();
        }
        let names = ["there", "hard", "link", "link-to-link", "./there", "sub/../there", "folder/there"];
        let new = ["new", "dangling", "sub/../new", "folder/new", "folder/folder/dangling"];
        for same in [&names[..], &new] {
            for one in same {
                for other in same {
                    assert!(collide(&at(one), &at(other)), "{one} {other}");
                }
            }
        }
        for one in names {
            for other in new.into_iter().chain(["New", "sub/new", "sub"]) {
                assert!(!collide(&at(one), &at(other)), "{one} {other}");
            }
        }
        assert!(!collide(Path::new("/dev/null"), Path::new("/dev/null")));
        assert!(!collide(&at("new"), &at("NEW")) || ignores_case(folder.path()));
    }

    #[test]
    fn what_is_read_may_be_read_twice_and_never_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "").unwrap();
        let mut claims = Claims::default();
        claims.read("the preset", &path).unwrap();
        claims.read("the points", &path).unwrap();
        let refused = claims.write("--csv file", &path).unwrap_err().to_string();
        assert_eq!(refused, "--csv file: expected a file of its own, found the one of the preset");
        let mut claims = Claims::default();
        claims.write("--csv file", &path).unwrap();
        assert_eq!(claims.read("the preset", &path).unwrap_err().to_string(), refused);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
