//! A race in one sentence.

use super::setup::construction_name;
use crate::experiment::Construction;
use crate::report::numbers::{self, number_of_neurons, percent};
use crate::report::race::{Race, RaceGap, RaceSource};

/// Below this ratio two lanes need the same number of neurons, as far as the digits shown go.
const SAME: f64 = 1.005;

/// A race in one sentence, the longest variant first; none for [`Race::NoLane`].
pub fn race_sentences(race: &Race) -> Vec<String> {
    match race {
        Race::NoLane => Vec::new(),
        Race::NoBound(of) => {
            let of = listed(of);
            vec![
                format!("Nothing is known by the bounds: no constant is published for {of}."),
                format!("No constant is published for {of}."),
                "No bound with a constant.".to_owned(),
            ]
        }
        Race::NoPromise(of) => {
            let bounds = match of[..] {
                [one] => format!("{}'s bound assumes", spoken(one)),
                _ => format!("the bounds of {} assume", listed(of)),
            };
            vec![
                format!("The bounds promise nothing: this target breaks what {bounds}."),
                format!("No promise: this target breaks what {bounds}."),
                "The bounds promise nothing here.".to_owned(),
            ]
        }
        Race::Gap(gap) => gap_sentences(gap),
    }
}

fn gap_sentences(gap: &RaceGap) -> Vec<String> {
    let [most, fewest] = [gap.most.0, gap.fewest.0].map(spoken);
    let (verb, source, short) = match gap.source {
        RaceSource::Bounds => ("needs", ", by the bounds".to_owned(), ", by the bounds".to_owned()),
        RaceSource::SoFar(share) => {
            let share = percent(share);
            ("needed", format!(", up to {share} of the weights complete"), format!(", at {share} of weights"))
        }
        RaceSource::Observed => ("needed", String::new(), String::new()),
    };
    if gap.most.0 == gap.fewest.0 {
        return alone(gap);
    }
    if gap.times().as_f64() < SAME {
        let verb = verb.trim_end_matches('s');
        let subject = capitalised(&format!("{most} and {fewest}"));
        return vec![
            format!("{subject} {verb} the same number of neurons for the same target{source}."),
            format!("{subject} {verb} the same number of neurons{source}."),
            format!("{subject} {verb} the same{short}."),
            format!("The same number of neurons{short}."),
        ];
    }
    let (subject, times) = (capitalised(&most), numbers::times(gap.times()));
    vec![
        format!("{subject} {verb} {times} times more neurons than {fewest} for the same target{source}."),
        format!("{subject} {verb} {times} times more neurons than {fewest}{source}."),
        format!("{subject} {verb} {times} times more neurons than {fewest}{short}."),
        format!("{subject} {verb} {times} times more than {fewest}{short}."),
        format!("{subject}: {times} times more than {fewest}{short}."),
        format!("{subject}: {times} times more{short}."),
        format!("{times} times more neurons."),
    ]
}

/// The neurons of a single lane.
fn alone(gap: &RaceGap) -> Vec<String> {
    let (name, neurons) = (capitalised(&spoken(gap.most.0)), number_of_neurons(gap.most.1));
    match gap.source {
        RaceSource::Bounds => vec![
            format!("{name} needs at most {neurons} neurons for this target, by its bound."),
            format!("{name}: at most {neurons} neurons."),
        ],
        RaceSource::SoFar(share) => vec![
            format!("{name} needed {neurons} neurons for {} of the weights.", percent(share)),
            format!("{neurons} neurons for {}.", percent(share)),
        ],
        RaceSource::Observed => vec![
            format!("{name} needed {neurons} neurons for this target."),
            format!("{neurons} neurons needed."),
        ],
    }
}

/// A name inside a sentence: `hyperbolic first-fit`.
fn spoken(construction: Construction) -> String {
    construction_name(construction).replace(", ", " ")
}

fn listed(constructions: &[Construction]) -> String {
    let names: Vec<String> = constructions.iter().copied().map(spoken).collect();
    match names.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => names.concat(),
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::Count;

    #[test]
    fn a_sentence_says_how_its_number_is_known() {
        let gap = |most: f64, source| {
            let most = (Construction::Malach, Count::new(most));
            race_sentences(&Race::Gap(RaceGap {
                most,
                fewest: (Construction::default(), 300.into()),
                source,
            }))
        };
        let rival = spoken(Construction::default());
        assert_eq!(
            gap(1_998_600.0, RaceSource::Observed)[0],
            format!("Malach needed 6,662 times more neurons than {rival} for the same target.")
        );
        let by_bounds = gap(480.0, RaceSource::Bounds);
        assert_eq!(
            by_bounds[0],
            format!("Malach needs 1.60 times more neurons than {rival} for the same target, by the bounds.")
        );
        assert!(gap(480.0, RaceSource::SoFar(0.5))[0].contains("up to 50.0 % of the weights complete"));
        assert!(
            gap(301.0, RaceSource::Observed)[0].contains(" need"),
            "{:?}",
            gap(301.0, RaceSource::Observed)
        );
        assert!(gap(301.0, RaceSource::Bounds)[0].contains("need the same number of neurons"));
        // Every variant is shorter than the one before.
        assert!(by_bounds.is_sorted_by_key(|text| std::cmp::Reverse(text.len())), "{by_bounds:?}");
    }

    #[test]
    fn what_cannot_be_compared_is_named() {
        let none = race_sentences(&Race::NoBound(vec![Construction::SubsetSum, Construction::WholeNeuron]));
        assert!(none[0].contains("subset-sum and whole-neuron"), "{none:?}");
        let broken = race_sentences(&Race::NoPromise(vec![Construction::Malach]));
        assert!(broken[0].contains("this target breaks what malach's bound assumes"), "{broken:?}");
        assert!(race_sentences(&Race::NoLane).is_empty());
    }
}
