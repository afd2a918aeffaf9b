//! What reports and screens say of a method.

/// Which law G's weights follow.
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

/// What a demand of a method is for.
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

/// What reports and screens say of a method.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// unique, in every report: `hyperbolic/on-demand`
    pub id: &'static str,
    /// of the construction: several methods share it where they differ in an option alone
    pub name: &'static str,
    /// the option, where the construction has one
    pub allocation: Option<&'static str>,
    /// of the curve of its bound
    pub letter: char,
    /// the idea, in a few words
    pub idea: &'static str,
    /// of G's weights
    pub law: LawChoice,
    /// what a neuron is matched by
    pub matched: &'static str,
    /// how a weight is summed
    pub summed: &'static str,
    /// who shares neurons
    pub shared: &'static str,
    /// what a demand is for
    pub demands: DemandKind,
    /// Whether a bound with a constant is published. A run without one draws until every weight is complete.
    pub has_constant: bool,
    /// Whether every neuron is followed by a search for a subset sum, which may take milliseconds. Its values are counted.
    pub searches: bool,
    /// whether only the neurons that hit may be drawn, and the waits between them skipped
    pub can_skip_ahead: bool,
    /// whether it is on the ladder of Compare
    pub is_rung: bool,
    /// its row among the bounds; `None` for an option that leaves the bound as it is
    pub bounds_row: Option<u8>,
    /// said under the curve of its bound
    pub bound_note: Option<&'static str>,
    /// said there where widths or depth are changed
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

    /// Where the choices of two methods differ: which choice, and both.
    pub fn differences(&self, other: &Self) -> Vec<(&'static str, &'static str, &'static str)> {
        let pairs = self.choices().into_iter().zip(other.choices());
        pairs.filter(|(from, to)| from.1 != to.1).map(|(from, to)| (from.0, from.1, to.1)).collect()
    }

    /// The four choices: the law of G's weights, what a neuron is matched by, how a weight is summed, who shares neurons.
    pub fn choices(&self) -> [(&'static str, &'static str); 4] {
        [("law", self.law.name()), ("match", self.matched), ("sum", self.summed), ("sharing", self.shared)]
    }

    /// Neurons drawn between two looks at a clock or a command, at most `most`.
    pub fn draws_between_looks(&self, most: u64) -> u64 {
        if self.searches { 1 } else { most }
    }
}
