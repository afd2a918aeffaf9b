//! The facts of a method, as reports and screens state them.

/// The law of G's weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LawChoice {
    /// uniform on [−1, 1]
    Uniform,
    /// hyperbolic on the ranges of section 5
    Hyperbolic,
}

impl LawChoice {
    /// Lower-case name, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Hyperbolic => "hyperbolic",
        }
    }
}

/// The object of a method's demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemandKind {
    /// a bucket of a half of a weight
    Buckets,
    /// a half of a weight
    Halves,
    /// a whole neuron of the target
    Neurons,
}

/// How the Weight screen is to be read: variants of a sentence, the longest first. The signs of a screen stand for
/// `{taken}`, `{passed}`, `{missing}` and `{open}`.
#[derive(Clone, Copy, Debug)]
pub struct WeightCaption {
    /// while the weight is under way
    pub under_way: &'static [&'static str],
    /// once it is finished
    pub finished: &'static [&'static str],
}

/// The facts of a method, as reports and screens state them.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// unique, in every report: `hyperbolic/on-demand`
    pub id: &'static str,
    /// of the construction; methods that differ in an option alone share it
    pub name: &'static str,
    /// the option, if the construction has one
    pub allocation: Option<&'static str>,
    /// of the curve of its bound
    pub letter: char,
    /// the idea, in a few words
    pub idea: &'static str,
    /// of G's weights
    pub law: LawChoice,
    /// how a neuron is matched
    pub matched: &'static str,
    /// how a weight is summed
    pub summed: &'static str,
    /// who shares neurons
    pub shared: &'static str,
    /// the object of a demand
    pub demands: DemandKind,
    /// Whether a bound with a constant is published. A run without one draws until every weight is complete.
    pub has_constant: bool,
    /// Whether a search for a subset sum follows every neuron; it may take milliseconds. Its values are counted.
    pub searches: bool,
    /// whether a run may skip ahead from hit to hit
    pub can_skip_ahead: bool,
    /// whether it is on the ladder of Compare
    pub is_rung: bool,
    /// its row among the bounds; `None` for an option without effect on the bound
    pub bounds_row: Option<u8>,
    /// said under the curve of its bound
    pub bound_note: Option<&'static str>,
    /// said there against width and depth
    pub shape_note: Option<&'static str>,
    /// how the Weight screen is to be read
    pub weight_caption: WeightCaption,
}

impl Facts {
    /// The name, with the option: `hyperbolic, on-demand`.
    pub fn title(&self) -> String {
        match self.allocation {
            Some(allocation) => format!("{}, {allocation}", self.name),
            None => self.name.to_owned(),
        }
    }

    /// The different choices of two methods: the choice, and both values.
    pub fn differences(&self, other: &Self) -> Vec<(&'static str, &'static str, &'static str)> {
        let pairs = self.choices().into_iter().zip(other.choices());
        pairs.filter(|(from, to)| from.1 != to.1).map(|(from, to)| (from.0, from.1, to.1)).collect()
    }

    /// The four choices: the law of G's weights, how a neuron is matched, how a weight is summed, who shares neurons.
    pub fn choices(&self) -> [(&'static str, &'static str); 4] {
        [("law", self.law.name()), ("match", self.matched), ("sum", self.summed), ("sharing", self.shared)]
    }

    /// Neurons drawn between two looks at a clock or a command, at most `most`.
    pub fn draws_between_looks(&self, most: u64) -> u64 {
        if self.searches { 1 } else { most }
    }
}
