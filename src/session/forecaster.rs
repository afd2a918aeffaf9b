//! Theory's numbers for setups that are not loaded, on a thread of its own: neither the engine nor the screen waits.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::experiment::{EditedSetup, Experiment, Forecast, Parameter, Plan, Problem};
use crate::network::graph::Shape;
use crate::theory::Count;

/// A question to the forecaster.
#[derive(Clone, Debug)]
pub enum Question {
    /// the consequences of an edited setup; a later question replaces it
    Setup(Box<EditedSetup>),
    /// the cost of a built-in preset
    Cost(&'static str),
}

/// An answer of the forecaster.
#[derive(Clone, Debug)]
pub enum Answer {
    /// the consequences of the setup after so many edits
    Setup(u64, Result<Forecast, Vec<Problem>>),
    /// the cost of a built-in preset; `None` if it is unknown
    Cost(&'static str, Option<Cost>),
}

/// The size of a preset's target, and the cost of its run.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// n₀…n_ℓ
    pub widths: Vec<usize>,
    /// of a graph, the shapes of its input and its output
    pub ends: Option<[Shape; 2]>,
    /// weights of the target
    pub weights: u64,
    /// expected draws of all lanes, roughly; `None` if only theory's bounds can be computed
    pub neurons: Option<Count>,
}

impl Cost {
    /// The cost of an experiment.
    pub fn new(experiment: &Experiment, plan: &Plan) -> Self {
        let architecture = experiment.target.architecture();
        let can_run = experiment.check_can_run(plan).is_ok();
        Self {
            widths: architecture.widths().to_vec(),
            ends: experiment.target.graph().map(|graph| [graph.input(), graph.output()].map(Shape::clone)),
            weights: architecture.total_weights(),
            neurons: can_run.then(|| plan.lanes.iter().map(|lane| lane.expected_draws(experiment)).sum()),
        }
    }
}

/// A handle to the thread. It starts with the first question and ends with the handle. If the system allows no thread,
/// questions are answered at once.
#[derive(Debug, Default)]
pub struct Forecaster {
    channels: Option<(Answering, Receiver<Answer>)>,
    /// the latest setup asked for, until it is answered
    setup: Option<u64>,
    /// costs asked for and not yet told
    costs: usize,
}

impl Forecaster {
    /// Asks something.
    pub fn ask(&mut self, question: Question) {
        match &question {
            Question::Setup(setup) => self.setup = Some(setup.edits()),
            Question::Cost(_) => self.costs += 1,
        }
        let (answering, _) = self.channels.get_or_insert_with(start);
        // The receivers last as long as the handle.
        match answering {
            Answering::Thread(questions) => drop(questions.send(question)),
            Answering::Here(answers) => drop(answers.send(answer(&question))),
        }
    }

    /// An answer, if there is one.
    pub fn answer(&mut self) -> Option<Answer> {
        let answer = self.channels.as_ref()?.1.try_recv().ok()?;
        match &answer {
            Answer::Setup(edits, _) if self.setup == Some(*edits) => self.setup = None,
            Answer::Setup(..) => {}
            Answer::Cost(..) => self.costs -= 1,
        }
        Some(answer)
    }

    /// Whether all is answered.
    pub fn is_at_rest(&self) -> bool {
        self.setup.is_none() && self.costs == 0
    }
}

/// Who answers.
#[derive(Debug)]
enum Answering {
    /// a thread for questions
    Thread(Sender<Question>),
    /// the caller, if the system allows no thread
    Here(Sender<Answer>),
}

fn start() -> (Answering, Receiver<Answer>) {
    let (questions, asked) = channel();
    let (told, answers) = channel();
    let by_thread = told.clone();
    let thread = std::thread::Builder::new().name("theory".to_owned());
    match thread.spawn(move || serve(&asked, &by_thread)) {
        Ok(_) => (Answering::Thread(questions), answers),
        Err(_) => (Answering::Here(told), answers),
    }
}

fn answer(question: &Question) -> Answer {
    match question {
        Question::Setup(setup) => of_setup(setup),
        Question::Cost(name) => Answer::Cost(name, of_preset(name)),
    }
}

fn serve(questions: &Receiver<Question>, answers: &Sender<Answer>) {
    let mut costs = VecDeque::new();
    let mut setup = None;
    loop {
        if setup.is_none() && costs.is_empty() {
            let Ok(question) = questions.recv() else { return };
            take(question, &mut setup, &mut costs);
        }
        while let Ok(question) = questions.try_recv() {
            take(question, &mut setup, &mut costs);
        }
        let answer = match (setup.take(), costs.front()) {
            (Some(setup), _) => Some(of_setup(&setup)),
            (None, Some(name)) => {
                let answer = Answer::Cost(name, of_preset(name));
                costs.pop_front();
                Some(answer)
            }
            (None, None) => None,
        };
        if answer.is_some_and(|answer| answers.send(answer).is_err()) {
            return;
        }
    }
}

fn take(question: Question, setup: &mut Option<Box<EditedSetup>>, costs: &mut VecDeque<&'static str>) {
    match question {
        Question::Setup(latest) => *setup = Some(latest),
        Question::Cost(name) => costs.push_back(name),
    }
}

fn of_setup(setup: &EditedSetup) -> Answer {
    let forecast = catch_unwind(AssertUnwindSafe(|| setup.forecast())).unwrap_or_else(|_| {
        let message = "internal error: theory has no number for this".to_owned();
        Err(vec![Problem { parameter: Parameter::Epsilon, message }])
    });
    Answer::Setup(setup.edits(), forecast)
}

fn of_preset(name: &str) -> Option<Cost> {
    let cost = catch_unwind(|| {
        let experiment = Experiment::load(name, None, &[]).ok()?;
        Some(Cost::new(&experiment, &Plan::new(&experiment)))
    });
    cost.ok().flatten()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::experiment::built_in_names;
    use crate::session::Session;

    fn settle(forecaster: &mut Forecaster) -> Vec<Answer> {
        let mut answers = Vec::new();
        while !forecaster.is_at_rest() {
            answers.extend(forecaster.answer());
            std::thread::yield_now();
        }
        answers
    }

    #[test]
    fn the_last_edit_is_answered_and_costs_are_told() {
        let mut forecaster = Forecaster::default();
        assert!(forecaster.is_at_rest() && forecaster.answer().is_none());
        let mut setup = EditedSetup::new(&Arc::new(Experiment::load("tiny", None, &[]).unwrap()));
        forecaster.ask(Question::Cost("tiny"));
        for text in ["0", "0.", "0.05"] {
            setup.set(Parameter::Epsilon, text.to_owned());
            forecaster.ask(Question::Setup(Box::new(setup.clone())));
        }
        let answers = settle(&mut forecaster);
        let last = answers.iter().rev().find_map(|answer| match answer {
            Answer::Setup(edits, Ok(forecast)) => Some((*edits, forecast.experiment.epsilon)),
            _ => None,
        });
        assert_eq!(last, Some((3, 0.05)));
        let cost = answers.iter().find_map(|answer| match answer {
            Answer::Cost("tiny", cost) => cost.clone(),
            _ => None,
        });
        let cost = cost.unwrap();
        assert_eq!((cost.widths.as_slice(), cost.weights), (&[2, 3, 2][..], 12));
    }

    #[test]
    fn without_a_thread_questions_are_answered_at_once() {
        let (told, answers) = channel();
        let mut forecaster =
            Forecaster { channels: Some((Answering::Here(told), answers)), ..Forecaster::default() };
        forecaster.ask(Question::Cost("tiny"));
        forecaster.ask(Question::Cost("digits"));
        let answers = settle(&mut forecaster);
        assert!(matches!(answers[..], [Answer::Cost("tiny", Some(_)), Answer::Cost("digits", Some(_))]));
    }

    #[test]
    fn every_built_in_preset_can_run() {
        for name in built_in_names().filter(|name| !name.starts_with("mnist")) {
            let cost = of_preset(name).unwrap();
            assert!(cost.weights > 0);
            assert!(cost.neurons.is_some(), "{name}");
        }
    }

    /// The expected draws agree with a run's within a small factor.
    #[test]
    fn a_run_takes_about_what_it_is_expected_to() {
        for name in ["tiny", "digits", "deep", "malach-vs-hyperbolic", "ladder"] {
            let experiment = Experiment::load(name, None, &[]).unwrap();
            let expected = Cost::new(&experiment, &Plan::new(&experiment)).neurons.unwrap().as_f64();
            let mut session = Session::new(experiment).unwrap();
            session.run(&|_| {});
            let builders = session.lanes().iter().flat_map(|lane| lane.builders());
            let drawn: u64 = builders.map(|builder| builder.tally().sampled).sum();
            let ratio = drawn as f64 / expected;
            eprintln!("{name}: {drawn} drawn, {expected:.0} expected, ratio {ratio:.2}");
            assert!((0.4..2.5).contains(&ratio), "{name}: {ratio}");
        }
    }
}
