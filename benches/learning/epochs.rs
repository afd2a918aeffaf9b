//! One epoch of MNIST, 784-300-100-10: a dense network by Adam at batches of 60, and edge-popup at batches of 128. With a
//! Python that has PyTorch, both programs take turns, each with all threads.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;
use slth::learning::edge_popup::{CutFinder, EdgePopupLearner, frozen};
use slth::learning::training::{Initialisation, Training, TrainingOptions, streams};
use slth::learning::{Dataset, EdgePopup, Learner, Optimiser, Ranking, Reach, Schedule, Selection};

use super::goals::{Goal, judge};
use super::{Refusal, dataset, loaded_in};

const WIDTHS: [usize; 4] = [784, 300, 100, 10];
const TURNS: u64 = 5;

/// Work, its name for the script, goals of one run and of independent runs as ratios to PyTorch.
const WORK: [(Work, &str, f64, f64); 2] = [(dense, "dense", 0.6, 0.4), (popup, "edge-popup", 0.35, 0.3)];

type Work = fn(&Arc<Dataset>, u64) -> Box<dyn FnMut() + Send>;

pub(crate) fn print(folder: &Path, python: Option<&Path>) -> Result<(), Refusal> {
    let name = folder.to_str().ok_or("the folder's name is not UTF-8")?;
    let experiment = loaded_in("mnist-edge-popup", name)?;
    let dataset = dataset(&experiment)?;
    let threads = rayon::current_num_threads() as u64;
    for (work, name, goal, goal_of_many) in WORK {
        let (mut alone, mut many, mut torch) = (Vec::new(), Vec::new(), Vec::new());
        for turn in 0..TURNS {
            alone.push(seconds(work, dataset, turn, 1));
            many.push(seconds(work, dataset, turn, threads) / threads as f64);
            if let Some(python) = python {
                torch.push(torch_seconds(python, folder, name, threads)?);
            }
        }
        let (alone, many) = (median(&mut alone), median(&mut many));
        println!("{name}: {alone:.2} s an epoch; {threads} seeds at once: {many:.2} s a run");
        let figures = torch.first().map_or(0, Vec::len);
        for figure in 0..figures {
            let mut torch: Vec<f64> = torch.iter().map(|figures| figures[figure]).collect();
            let torch = median(&mut torch);
            let (ratio, ratio_of_many) = (alone / torch, many / torch);
            if figure == 0 {
                println!("  PyTorch, {threads} threads: {torch:.2} s");
                judge(&format!("  one run to PyTorch: {ratio:.2}"), ratio, Goal::AtMost(goal));
                let figure = format!("  {threads} seeds at once, a run to PyTorch: {ratio_of_many:.2}");
                judge(&figure, ratio_of_many, Goal::AtMost(goal_of_many));
            } else {
                println!(
                    "  PyTorch, fused optimiser: {torch:.2} s; one run {ratio:.2}, seeds at once {ratio_of_many:.2}"
                );
            }
        }
    }
    top_scores();
    Ok(())
}

/// Seconds of an epoch of `runs` runs side by side.
fn seconds(work: Work, dataset: &Arc<Dataset>, seed: u64, runs: u64) -> f64 {
    let mut epochs: Vec<_> = (0..runs).map(|run| work(dataset, 100 * seed + run)).collect();
    let start = Instant::now();
    epochs.par_iter_mut().for_each(|epoch| epoch());
    start.elapsed().as_secs_f64()
}

fn dense(dataset: &Arc<Dataset>, seed: u64) -> Box<dyn FnMut() + Send> {
    let options = TrainingOptions {
        optimiser: Optimiser::Adam(1.2e-3),
        schedule: Schedule::Constant,
        decay: 0.0,
        batch: 60,
        steps: dataset.training.batches(60),
        seed,
        selection: Selection::Last,
    };
    let initial = Initialisation::default().parameters(seed, streams::INITIAL, &WIDTHS);
    let mut training = Training::new(options, initial, None, dataset).unwrap();
    Box::new(move || {
        while !training.is_done() {
            training.step();
        }
    })
}

fn popup(dataset: &Arc<Dataset>, seed: u64) -> Box<dyn FnMut() + Send> {
    let mut learner = EdgePopupLearner::new(&EdgePopup::default(), &WIDTHS, dataset, seed).unwrap();
    Box::new(move || {
        learner.advance(Reach::Epoch, u64::MAX, &|| false);
    })
}

/// Seconds of an epoch in PyTorch, the figure of the goal first.
fn torch_seconds(python: &Path, folder: &Path, work: &str, threads: u64) -> Result<Vec<f64>, Refusal> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/learning/torch_epoch.py");
    let output = Command::new(python)
        .arg(script)
        .args([folder.as_os_str(), work.as_ref(), threads.to_string().as_ref()])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let figures = String::from_utf8(output.stdout)?;
    Ok(figures.split_whitespace().map(str::parse).collect::<Result<_, _>>()?)
}

/// The exact half of 235,200 scores: near the last threshold, from nothing, and by sorting.
fn top_scores() {
    let mut scores: Vec<f32> = frozen::initial_scores(1, &WIDTHS)[0].iter().copied().collect();
    let drift: Vec<f32> = frozen::initial_scores(2, &WIDTHS)[0].iter().map(|score| score * 1e-3).collect();
    let kept = scores.len() / 2;
    let mut near = CutFinder::new(Ranking::Magnitude, kept);
    let [mut window, mut selection, mut sort] = [(); 3].map(|()| Vec::new());
    let timed = |times: &mut Vec<f64>, work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        times.push(1e3 * start.elapsed().as_secs_f64());
    };
    for _ in 0..50 {
        scores.iter_mut().zip(&drift).for_each(|(score, drift)| *score += drift);
        timed(&mut window, &mut || {
            std::hint::black_box(near.find(&scores));
        });
        let mut fresh = CutFinder::new(Ranking::Magnitude, kept);
        timed(&mut selection, &mut || {
            std::hint::black_box(fresh.find(&scores));
        });
        let mut magnitudes: Vec<f32> = scores.iter().map(|score| score.abs()).collect();
        timed(&mut sort, &mut || magnitudes.sort_unstable_by(f32::total_cmp));
    }
    let [window, selection, sort] = [window, selection, sort].map(|mut times| median(&mut times));
    println!(
        "top half of {} scores: {window:.2} ms from the last threshold, {selection:.2} ms from nothing, {sort:.2} ms by sorting",
        scores.len()
    );
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
