//! Goals for the figures of speed, on the reference machine (AMD EPYC, 2 threads, AVX-512).
#![allow(dead_code)]

use std::path::Path;

use slth::report::{DEFAULT_WIDTH, Page, text};
use slth::speed::{Figure, Work};

#[derive(Clone, Copy)]
pub(crate) enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

/// The goal of a figure, by its name.
fn goal(name: &str) -> Option<Goal> {
    Some(match name {
        "first-fit-to-words" | "on-demand-to-first-fit" => Goal::AtMost(2.0),
        "first-fit" => Goal::AtMost(1.0),
        "in-order-to-first-fit" => Goal::AtMost(5.0),
        "on-demand-neurons" => Goal::AtMost(30.0),
        "on-demand-kept" => Goal::AtMost(26.0),
        "million-weights" | "mlp" => Goal::AtMost(1.2),
        "million-weights-memory" => Goal::AtMost(3.0),
        "subset-sums" => Goal::AtMost(4.0),
        // 1.8 on two threads; the same share of the ideal on more.
        "subset-sums-scaling" => Goal::AtLeast(0.9 * rayon::current_num_threads() as f64),
        "forward-pass" => Goal::AtLeast(0.5),
        "first-frame" | "key-to-screen" => Goal::AtMost(50.0),
        _ => return None,
    })
}

/// Measures the figures of some work and prints them, then each against its goal.
pub(crate) fn print(work: Work, slth: &str) {
    let figures = work.measure(Path::new(slth)).unwrap();
    println!("{}", text::speed(&figures, Page::new(DEFAULT_WIDTH, false)));
    for Figure { name, value, unit, .. } in &figures {
        let (Some(goal), Some(value)) = (goal(name), *value) else { continue };
        judge(&format!("{name}: {value:.2} {unit}"), value, goal);
    }
    println!();
}

/// Prints a figure and whether its goal is met.
pub(crate) fn judge(figure: &str, value: f64, goal: Goal) {
    let (wanted, is_met) = match goal {
        Goal::AtMost(most) => (format!("at most {most}"), value <= most),
        Goal::AtLeast(least) => (format!("at least {least}"), value >= least),
    };
    println!("{figure}, goal {wanted}: {}", if is_met { "met" } else { "missed" });
}
