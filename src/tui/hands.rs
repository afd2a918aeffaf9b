//! The hands of the event loop: they carry out the effects of keys on the engine, theory, files and the terminal.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::path::Path;

use ratatui::buffer::Buffer;

use super::app::App;
use super::chrome::render;
use super::config::{self, Config};
use super::effects::{Effect, News};
use super::look::Look;
use super::opening::{LoadSession, NotOpened, Opening};
use super::overlays::picker::folder;
use super::terminal::display::Display;
use super::terminal::signals;
use crate::experiment::Experiment;
use crate::report::{OutputFile, is_same_file};
use crate::session::{Command, Forecaster, Session, TargetBuilder, Worker};

/// Told until a setup is open.
const OPENING: &str = "opening";

/// The reach of effects: the engine, theory, presets, files, the terminal.
pub(crate) struct Hands {
    pub(crate) worker: Worker,
    pub(crate) forecaster: Forecaster,
    pub(crate) targets: TargetBuilder,
    pub(crate) opening: Opening,
    load: LoadSession,
}

impl Hands {
    pub(crate) fn new(session: Session, load: LoadSession) -> Self {
        let (forecaster, targets, opening) =
            (Forecaster::default(), TargetBuilder::default(), Opening::default());
        Self { worker: Worker::spawn(session), forecaster, targets, opening, load }
    }

    /// Carries effects out, in order. Returns whether the program is to be left.
    ///
    /// # Errors
    /// Whatever the terminal reports.
    pub(crate) fn carry_out(
        &mut self,
        app: &mut App,
        effects: Vec<Effect>,
        display: &mut Display,
        look: &Look,
    ) -> io::Result<bool> {
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Quit => return Ok(true),
                Effect::Send(command) => self.worker.send(command),
                Effect::Copy(text) => display.copy(&text)?,
                Effect::Remember(config) => {
                    let written = config::file().and_then(|path| config.write(&path).map(|()| path));
                    app.remembered(written);
                }
                Effect::NeverAgain => {
                    let written = config::file().and_then(|path| {
                        let config = Config { cards_seen: true, ..Config::read(&path)? };
                        config.write(&path).map(|()| path)
                    });
                    app.remembered(written);
                }
                Effect::Suspend => signals::suspend(),
                Effect::Ask(question) => self.forecaster.ask(question),
                Effect::Browse(path) => {
                    let found = folder::list(&path);
                    effects.extend(app.learn(News::Listed(path, found)));
                }
                Effect::Complete(text) => app.path_completed(folder::completed(&text)),
                Effect::Start(experiment) => {
                    app.notice = Some(OPENING.to_owned());
                    self.opening.start(Box::new(move || Session::to_watch((*experiment).clone())));
                }
                Effect::OpenTarget(experiment, name) => {
                    app.notice = Some(OPENING.to_owned());
                    self.opening.start(Box::new(move || Session::to_watch(experiment.with_target(&name)?)));
                }
                Effect::AskTarget { experiment, place, depth } => self.targets.ask(&experiment, place, depth),
                Effect::StopTargets => self.targets.stop(),
                Effect::Save { path, experiment, replace } => {
                    let saved = save(&path, &experiment, &app.snapshot.experiment, replace);
                    app.saved(path, experiment, saved);
                }
                Effect::Export(export) => {
                    // Without the list of choices, and on the screen too.
                    let mut drawn = Buffer::default();
                    display.draw(|frame| {
                        render(frame, app, look);
                        drawn = frame.buffer_mut().clone();
                        app.pictures.take()
                    })?;
                    match app.export(export, look, &drawn, Path::new("")) {
                        Ok(written) => app.notice = Some(written),
                        Err(error) => app.message = Some(error),
                    }
                }
                Effect::Load(name) => {
                    app.notice = Some(OPENING.to_owned());
                    self.opening.start((self.load)(&name));
                }
            }
        }
        Ok(false)
    }

    /// Goes on with the opened session.
    pub(crate) fn begin(&mut self, app: &mut App, opened: Result<Session, NotOpened>) {
        app.notice = None;
        match opened {
            Ok(session) => {
                self.worker.send(Command::Load(Box::new(session)));
                app.learn(News::Opened);
            }
            Err(error) => app.failed_to_open(error.to_string()),
        }
    }
}

/// Writes a setup as a preset. Nothing is replaced unless `replace`, and never an input file of it or of the setup on
/// the screen.
fn save(path: &Path, experiment: &Experiment, shown: &Experiment, replace: bool) -> io::Result<()> {
    let mut read = experiment.data_files().into_iter().chain(shown.data_files());
    if read.any(|file| is_same_file(&file, path)) {
        return Err(io::Error::other("a file that the setup reads"));
    }
    let text = experiment.to_ron().map_err(io::Error::other)?;
    let file = if replace { OutputFile::create(path)? } else { OutputFile::create_new(path)? };
    file.finish(|file| file.write_all(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::faults::{Call, each_call_fails};

    #[test]
    fn a_setup_is_not_saved_over_what_it_reads() {
        let folder = tempfile::tempdir().unwrap();
        let (weights, link) = (folder.path().join("w.safetensors"), folder.path().join("link.ron"));
        std::fs::copy("presets/digits-mlp.safetensors", &weights).unwrap();
        std::fs::hard_link(&weights, &link).unwrap();
        let before = std::fs::read(&weights).unwrap();
        let read = Experiment::load(weights.to_str().unwrap(), None, &[]).unwrap();
        let other = Experiment::load("tiny", None, &[]).unwrap();
        for path in [&weights, &link] {
            for replace in [false, true] {
                for (saved, shown) in [(&read, &read), (&read, &other), (&other, &read)] {
                    let error = save(path, saved, shown, replace).unwrap_err();
                    assert_eq!(error.to_string(), "a file that the setup reads");
                }
            }
            assert_eq!(std::fs::read(path).unwrap(), before);
        }
        save(&weights, &other, &other, true).unwrap();
    }

    #[test]
    fn a_failing_disk_costs_no_preset() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("saved.ron");
        let experiment = Experiment::load("tiny", None, &[]).unwrap();
        for replace in [false, true] {
            let prepare = || {
                let _ = std::fs::remove_file(&path);
                if replace {
                    std::fs::write(&path, "older").unwrap();
                }
            };
            let whole = experiment.to_ron().unwrap();
            each_call_fails(
                prepare,
                || save(&path, &experiment, &experiment, replace),
                |saved, failed| {
                    let found = std::fs::read_to_string(&path).ok();
                    let names = std::fs::read_dir(folder.path()).unwrap().count();
                    assert_eq!(names, usize::from(found.is_some()), "{failed:?}");
                    let older = replace.then(|| "older".to_owned());
                    let is_placed = saved.is_ok() || failed == Some(Call::SyncFolder);
                    assert_eq!(found, if is_placed { Some(whole.clone()) } else { older }, "{failed:?}");
                },
            );
        }
    }
}
