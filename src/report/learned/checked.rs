//! A learned method over many seeds: the ticket tested against each control.

use serde::Serialize;
use serde_json::{Map, Value};

use super::names::options_of;
use crate::learning::{Arm, Difference, Round, difference_over_seeds};
use crate::session::LearnedRuns;

/// One learned method of `slth check`.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // the keys are those of docs/src/schemas
pub struct CheckedLearned {
    /// number of the lane, from 0
    pub lane: usize,
    pub method: &'static str,
    pub options: Map<String, Value>,
    /// made
    pub runs: u64,
    pub rounds: Vec<CheckedRound>,
    /// of the runs of all learned methods together
    pub elapsed_seconds: f64,
}

/// One round over all seeds.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct CheckedRound {
    pub round: usize,
    /// the mean over the seeds
    pub share_weights_kept: f64,
    pub arms: Vec<CheckedArm>,
}

/// One arm over all seeds.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct CheckedArm {
    pub arm: Arm,
    /// seeds with this arm
    pub runs: u64,
    /// on the test examples: the mean over the seeds with Student's interval
    pub accuracy: Difference,
    /// ticket less this arm, seed by seed; null for the ticket
    pub ticket_ahead: Option<Difference>,
    /// null for the ticket
    pub verdict: Option<ArmVerdict>,
}

/// What the interval of a difference says of the ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArmVerdict {
    /// more accurate than the control
    Ahead,
    /// less accurate than the control
    Behind,
    /// the interval holds 0
    Undecided,
}

impl ArmVerdict {
    fn new(ahead: Difference) -> Self {
        if ahead.low > 0.0 {
            Self::Ahead
        } else if ahead.high < 0.0 {
            Self::Behind
        } else {
            Self::Undecided
        }
    }
}

impl CheckedLearned {
    /// The test of a method's runs, with intervals at `confidence` in (0, 1).
    pub fn new(lane: &LearnedRuns, confidence: f64) -> Self {
        let rounds = lane.runs.iter().map(|(_, rounds)| rounds.len()).max().unwrap_or(0);
        let rounds = (0..rounds).map(|index| {
            let of_seeds: Vec<&Round> =
                lane.runs.iter().filter_map(|(_, rounds)| rounds.get(index)).collect();
            CheckedRound::new(index, &of_seeds, confidence)
        });
        Self {
            lane: lane.lane,
            method: lane.method.name(),
            options: options_of(&lane.method),
            runs: lane.runs.len() as u64,
            rounds: rounds.collect(),
            elapsed_seconds: lane.elapsed.as_secs_f64(),
        }
    }
}

impl CheckedRound {
    fn new(round: usize, seeds: &[&Round], confidence: f64) -> Self {
        let mut arms: Vec<Arm> = Vec::new();
        for arm in seeds.iter().flat_map(|round| &round.arms) {
            if !arms.contains(&arm.arm) {
                arms.push(arm.arm);
            }
        }
        let shares: f64 = seeds.iter().map(|round| round.share()).sum();
        let arm = |arm| {
            let accuracies: Vec<f64> =
                seeds.iter().filter_map(|round| Some(round.arm(arm)?.test.share())).collect();
            let differences: Vec<f64> = seeds
                .iter()
                .filter_map(|round| Some(round.arm(Arm::Ticket)?.test.share() - round.arm(arm)?.test.share()))
                .collect();
            let ahead = (arm != Arm::Ticket).then(|| difference_over_seeds(&differences, confidence));
            CheckedArm {
                arm,
                runs: accuracies.len() as u64,
                accuracy: difference_over_seeds(&accuracies, confidence),
                ticket_ahead: ahead,
                verdict: ahead.map(ArmVerdict::new),
            }
        };
        Self {
            round,
            share_weights_kept: shares / seeds.len() as f64,
            arms: arms.into_iter().map(arm).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::{Accuracy, ArmResult, EdgePopup, LayerShare, LearnedMethod};

    fn result(arm: Arm, correct: u64) -> ArmResult {
        ArmResult {
            arm,
            steps: 0,
            selected_step: 0,
            training_loss: None,
            validation: None,
            test: Accuracy { correct, examples: 100 },
            predictions: [].into(),
            curve: [].into(),
        }
    }

    /// Differences 0.02, 0.04, 0.09: mean 0.05, standard deviation √0.0013, t₂ at 97.5 % is 4.302653.
    #[test]
    fn the_ticket_is_tested_by_student_s_interval_over_seeds() {
        let run = |seed, ticket, fresh| {
            let layers = vec![LayerShare { weights: 10, kept: 5, dead_neurons: 0 }];
            let arms = vec![result(Arm::Ticket, ticket), result(Arm::FreshWeights, fresh)];
            (seed, vec![Round { round: 0, layers, arms }])
        };
        let lane = LearnedRuns {
            lane: 1,
            method: LearnedMethod::EdgePopup(EdgePopup::default()),
            asked: 3,
            runs: vec![run(1, 92, 90), run(2, 94, 90), run(3, 99, 90)],
            elapsed: std::time::Duration::ZERO,
        };
        let checked = CheckedLearned::new(&lane, 0.95);
        let fresh = &checked.rounds[0].arms[1];
        let (ahead, half) = (fresh.ticket_ahead.unwrap(), 4.302653 * (0.0013_f64 / 3.0).sqrt());
        assert!((ahead.mean - 0.05).abs() < 1e-12);
        assert!(
            (ahead.low - (0.05 - half)).abs() < 1e-6 && (ahead.high - (0.05 + half)).abs() < 1e-6,
            "{ahead:?}"
        );
        assert_eq!(fresh.verdict, Some(ArmVerdict::Undecided));
        assert_eq!((checked.rounds[0].share_weights_kept, checked.rounds[0].arms[0].verdict), (0.5, None));
        // At 80 % t₂ is 1.885618.
        let sure = CheckedLearned::new(&lane, 0.8).rounds[0].arms[1].verdict;
        assert_eq!(sure, Some(ArmVerdict::Ahead));
    }
}
