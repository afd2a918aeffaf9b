//! Figures of speed are measured, whatever they are. Those of constructions take a minute and are left to `slth bench`.
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::Path;

use slth::report::{Page, text};
use slth::speed::Work;

#[test]
fn what_is_measured_is_positive_and_told() {
    let slth = Path::new(env!("CARGO_BIN_EXE_slth"));
    let mut names = Vec::new();
    for work in [Work::SubsetSums, Work::ForwardPass, Work::Screen] {
        let figures = work.measure(slth).unwrap();
        let text = text::speed(&figures, Page::new(80, false));
        println!("{text}");
        // Long lines are wrapped.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for figure in &figures {
            println!("{figure:?}");
            // On one core nothing scales.
            let alone = figure.name == "subset-sums-scaling" && rayon::current_num_threads() == 1;
            assert!(
                alone || figure.value.is_some_and(|value| value > 0.0 && value.is_finite()),
                "{figure:?}"
            );
            assert!(text.contains(figure.name) && text.contains(figure.work) && text.contains(&figure.note));
            assert!(text.contains(&figure.processor) && !figure.processor.is_empty());
            // Figures stand beside those of a named processor, without a verdict.
            assert!(figure.reference.is_none_or(|other| text.contains(other.processor)), "{text}");
            assert!(
                ["goal", "met", "missed"].iter().all(|word| !text.contains(&format!(" {word}"))),
                "{text}"
            );
            names.push(figure.name);
        }
    }
    assert_eq!(names, ["subset-sums", "subset-sums-scaling", "forward-pass", "first-frame", "key-to-screen"]);
}

#[test]
fn a_program_without_a_screen_is_told() {
    let figures = Work::Screen.measure(Path::new("no-such-program")).unwrap();
    assert!(figures.iter().all(|figure| figure.value.is_none() && !figure.note.is_empty()), "{figures:?}");
}
