//! A command's output files: opened before the work, written after it, before the text.

use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use super::CliError;
use super::output::{Printed, note};
use crate::experiment::{Experiment, PresetSource};
use crate::report::{Claims, Collision, Contents, OutputFile, obey_signals};
use crate::visible::file_name;

/// An option for a file, and the file.
pub(super) type FileOption<'a> = (&'static str, Option<&'a Path>);

/// Refuses files in conflict with each other or with the experiment's inputs. `asked` are all files to be written. Standard output
/// is one more.
///
/// # Errors
/// [`CliError::Collision`].
pub(super) fn claim(asked: &[FileOption<'_>], experiment: &Experiment) -> Result<(), CliError> {
    let mut claims = Claims::default();
    if let Some(preset) = experiment.preset_file() {
        claim_preset(&mut claims, &preset)?;
    }
    for file in experiment.data_files() {
        claims.read(&format!("{}, which is read", named(&file)), &file)?;
    }
    claim_written(claims, asked)
}

/// Adds the files to be written, and standard output.
fn claim_written(mut claims: Claims, asked: &[FileOption<'_>]) -> Result<(), CliError> {
    for (option, path) in asked.iter().filter_map(|(option, path)| path.map(|path| (option, path))) {
        claims.write(&format!("{option} {}", named(path)), path)?;
    }
    Ok(claims.standard_output()?)
}

/// As [`claim`], for a command that reads these files in place of an experiment's.
///
/// # Errors
/// [`CliError::Collision`].
pub(super) fn claim_beside(asked: &[FileOption<'_>], read: &[PathBuf]) -> Result<(), CliError> {
    let mut claims = Claims::default();
    for file in read {
        claims.read(&format!("{}, which is read", named(file)), file)?;
    }
    claim_written(claims, asked)
}

/// As [`claim`], for a command to print an unread preset.
///
/// # Errors
/// [`CliError::Collision`].
pub(super) fn claim_text_of(preset: &PresetSource) -> Result<(), CliError> {
    let mut claims = Claims::default();
    if let Some(file) = preset.file() {
        claim_preset(&mut claims, &file)?;
    }
    Ok(claims.standard_output()?)
}

fn claim_preset(claims: &mut Claims, file: &Path) -> Result<(), Collision> {
    claims.read(&format!("the preset {}", named(file)), file)
}

/// A path as a message names it.
fn named(path: &Path) -> String {
    file_name(&path.to_string_lossy())
}

/// Opens files to be written when all is done.
///
/// # Errors
/// [`CliError::Output`] for the first failure.
pub(super) fn open<const N: usize>(asked: [FileOption<'_>; N]) -> Result<[Option<OutputFile>; N], CliError> {
    let mut opened = [const { None }; N];
    for (file, (_, path)) in opened.iter_mut().zip(asked) {
        let open = |path: &Path| {
            OutputFile::create(path)
                .map_err(|error| CliError::Output { path: path.display().to_string(), error })
        };
        *file = path.map(open).transpose()?;
    }
    Ok(opened)
}

/// Has the signals to end obeyed from now on, unfinished files removed first. `hold` keeps a signal from it.
pub(super) fn end_by_signals(hold: impl FnMut(i32) -> bool + Send + 'static) {
    // Without a thread for it, signals still end the program. Temporary files left behind are no reason not to begin.
    let _ = obey_signals(hold);
}

/// Writes results: every file, then the text, whatever fails.
#[derive(Default)]
pub(super) struct Results {
    files: usize,
    failed: Option<CliError>,
}

impl Results {
    /// Writes a file, if it was asked for.
    pub(super) fn file(
        &mut self,
        file: Option<OutputFile>,
        write: impl FnOnce(&mut BufWriter<Contents<'_>>) -> io::Result<()>,
    ) {
        let Some(file) = file else { return };
        let path = file.path().display().to_string();
        match file.finish(write) {
            Ok(()) => self.files += 1,
            Err(error) => self.fail(CliError::Output { path, error }),
        }
    }

    /// Draws a picture, if a file was named for it.
    #[cfg(feature = "plots")]
    pub(super) fn picture(
        &mut self,
        file: Option<OutputFile>,
        draw: impl FnOnce() -> Result<String, String>,
    ) {
        if file.is_some() {
            match draw() {
                Ok(picture) => self.file(file, |out| io::Write::write_all(out, picture.as_bytes())),
                Err(error) => self.fail(CliError::Internal(error)),
            }
        }
    }

    /// Notes a failure. Each is a line of its own; the caller prints the last.
    pub(super) fn fail(&mut self, error: CliError) {
        if let Some(before) = self.failed.replace(error) {
            note(&before.to_string());
        }
    }

    /// Takes the outcome of the text, the last output. Whether someone has the results: a file, or all of the text.
    ///
    /// # Errors
    /// The last failure.
    pub(super) fn text(mut self, printed: Result<Printed, CliError>) -> Result<bool, CliError> {
        let is_read = match printed {
            Ok(printed) => printed == Printed::Whole,
            Err(error) => {
                self.fail(error);
                false
            }
        };
        self.failed.map_or(Ok(is_read || self.files > 0), Err)
    }
}

#[cfg(all(test, feature = "plots"))]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::report::faults::{Call, each_call_fails};
    use crate::report::{CheckShare, Comparison, RunReport, failure_rates, faithfulness_svg, write_ticket};
    use crate::session::{FaithfulnessCheck, Session, Shard};

    type Writer<'a> = Box<dyn Fn(&mut BufWriter<Contents<'_>>) -> io::Result<()> + 'a>;

    /// Opens, writes and places one file, as a command does.
    fn deliver(path: &Path, write: &Writer<'_>) -> Result<bool, CliError> {
        let [file] = open([("--csv", Some(path))])?;
        let mut results = Results::default();
        results.file(file, write);
        results.text(Ok(Printed::Unread))
    }

    /// Every call of every writer fails in turn, over an older file, over none, and through a link.
    #[test]
    fn a_failing_disk_costs_nothing_that_was_there() {
        let tiny = || Experiment::load("tiny", None, &[]).unwrap();
        let mut session = Session::new(tiny()).unwrap();
        session.run(&|_| {});
        let (report, comparison) = (RunReport::new(&session), Comparison::of_session(&session));
        let check = FaithfulnessCheck::new(tiny(), 3, None).unwrap();
        let lanes = check.run(&AtomicBool::new(false), &|_| {}).lanes;
        let mut share = CheckShare::new(&check, Shard::WHOLE);
        check.go_on(share.made_mut(), Shard::WHOLE, &|| false, &|| false, &|_| {});
        let picture = faithfulness_svg(&share.report(0.95), &lanes).unwrap();
        let writers: [(&str, Writer<'_>); 6] = [
            ("run.csv", Box::new(|out| report.table().write_csv(out))),
            ("ticket.npz", Box::new(|out| write_ticket(&session, 0, out))),
            ("compare.csv", Box::new(|out| comparison.table().write_csv(out))),
            ("check.csv", Box::new(|out| failure_rates(&lanes, 0.95).write_csv(out))),
            ("share", Box::new(|out| share.write(out))),
            ("check.svg", Box::new(|out| io::Write::write_all(out, picture.as_bytes()))),
        ];
        for (name, write) in &writers {
            for is_there in [true, false] {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join(name);
                let mut whole = Vec::new();
                let prepare = || {
                    let _ = std::fs::remove_file(&path);
                    if is_there {
                        std::fs::write(&path, "older").unwrap();
                    }
                };
                each_call_fails(
                    prepare,
                    || deliver(&path, write),
                    |delivered, failed| {
                        let found = std::fs::read(&path).ok();
                        let names = std::fs::read_dir(folder.path()).unwrap().count();
                        assert_eq!(names, usize::from(found.is_some()), "{name} {failed:?}");
                        if failed.is_none() {
                            whole = found.clone().unwrap();
                            assert!(whole.len() > 50);
                        }
                        match delivered {
                            Ok(_) => assert!(found.as_ref() == Some(&whole), "{name} {failed:?}"),
                            Err(error) => {
                                let older = is_there.then(|| b"older".to_vec());
                                // Files already in place stay.
                                let stands = if failed == Some(Call::SyncFolder) {
                                    Some(whole.clone())
                                } else {
                                    older
                                };
                                assert!(found == stands, "{name} {failed:?}");
                                let message = error.to_string();
                                assert_eq!((error.exit_code(), message.lines().count()), (2, 1), "{message}");
                                assert!(message.starts_with(path.to_str().unwrap()), "{message}");
                            }
                        }
                    },
                );
            }
        }
    }

    #[test]
    fn every_failure_is_told_and_the_others_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let asked = ["a", "b", "c"].map(at);
        let files = open([0, 1, 2].map(|file| ("--csv", Some(asked[file].as_path())))).unwrap();
        let mut results = Results::default();
        for (file, fails) in files.into_iter().zip([true, false, true]) {
            results.file(file, |_| if fails { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) });
        }
        let error = results.text(Ok(Printed::Whole)).unwrap_err().to_string();
        assert!(error.starts_with(asked[2].to_str().unwrap()), "{error}");
        assert_eq!(["a", "b", "c"].map(|name| at(name).exists()), [false, true, false]);
    }
}
