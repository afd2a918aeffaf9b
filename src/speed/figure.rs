//! Figures, and how they are measured.

use std::hint::black_box;
use std::time::Instant;

use serde::Serialize;
use sysinfo::{CpuRefreshKind, RefreshKind, System};

use super::Reference;

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// kebab-case name
    pub name: &'static str,
    /// the work, and the comparison
    pub work: &'static str,
    /// the measurement; `None` if it failed
    pub value: Option<f64>,
    /// `x` for a ratio, `s`, `us`, `ms`, `GiB`, or `per weight`
    pub unit: &'static str,
    /// the processor measured
    pub processor: String,
    /// the same figure on another processor, if any
    pub reference: Option<Reference>,
    /// both sides of a ratio, or why nothing was measured
    pub note: String,
}

impl Figure {
    pub(super) fn new(name: &'static str, work: &'static str, value: f64, unit: &'static str) -> Self {
        let (processor, reference) = (processor(), Reference::of(name));
        Self { name, work, value: Some(value), unit, processor, reference, note: String::new() }
    }

    pub(super) fn unknown(name: &'static str, work: &'static str, unit: &'static str, why: String) -> Self {
        Self { value: None, note: why, ..Self::new(name, work, 0.0, unit) }
    }

    pub(super) fn noted(mut self, note: String) -> Self {
        self.note = note;
        self
    }
}

/// The processor's own name, and the number of threads.
fn processor() -> String {
    let what = RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing());
    let system = System::new_with_specifics(what).ok();
    let brand = system.as_ref().and_then(|system| system.cpus().first()).map(|cpu| cpu.brand().trim());
    let name = brand.filter(|name| !name.is_empty()).unwrap_or("unnamed processor");
    let threads = rayon::current_num_threads();
    format!("{name}, {threads} thread{}", if threads == 1 { "" } else { "s" })
}

/// Rounds; their median counts.
pub(super) const ROUNDS: usize = 3;

/// The work's result, and its seconds.
pub(super) fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let result = black_box(work());
    (result, started.elapsed().as_secs_f64())
}

/// The middle one of some values.
pub(super) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_these_keys() {
        let named = |figure: Figure| Figure { processor: "Any".to_owned(), ..figure };
        let figure = named(Figure::new("mlp", "work", 1.5, "x").noted("3 s against 2 s".to_owned()));
        let unknown = named(Figure::unknown("g", "more", "ms", "no terminal".to_owned()));
        assert_eq!(
            serde_json::to_string(&[figure, unknown]).unwrap(),
            "[{\"name\":\"mlp\",\"work\":\"work\",\"value\":1.5,\"unit\":\"x\",\"processor\":\"Any\",\
             \"reference\":{\"processor\":\"AMD EPYC, 2 threads, AVX-512\",\"low\":0.93,\"high\":1.09},\
             \"note\":\"3 s against 2 s\"},{\"name\":\"g\",\"work\":\"more\",\"value\":null,\"unit\":\"ms\",\
             \"processor\":\"Any\",\"reference\":null,\"note\":\"no terminal\"}]"
        );
    }

    #[test]
    fn this_processor_has_a_name_and_threads() {
        let name = processor();
        assert!(name.contains(" thread") && name.len() > "1 thread, ".len(), "{name}");
    }

    #[test]
    fn medians() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert!(median([]).is_nan());
    }
}
