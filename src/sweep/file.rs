//! A sweep as it is written.

use serde::{Deserialize, Serialize};

use super::SweepError;
use crate::experiment::{
    ExperimentError, FileOptions, Grid, Place, Preset, PresetSource, SetupGrid, parse_ron,
};
use crate::learning::LearnedMethod;
use crate::method::Construction;

/// The most seeds of a sweep.
const MOST_SEEDS: u64 = 100_000_000;

/// The fields of a sweep's file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SweepFile {
    /// a name for people; that of the file if left out
    #[serde(default)]
    pub(super) title: Option<String>,
    /// a built-in preset, or a preset's or weight file's path from the folder of the sweep
    base: String,
    /// a list of values for each of these fields, each taken with each
    #[serde(default)]
    grid: Grid,
    /// lists of the same length, taken together
    #[serde(default)]
    zipped: Vec<Grid>,
    /// constructions, each a run of its own; those of the base if left out
    #[serde(default)]
    methods: Option<Vec<Construction>>,
    /// learned methods with their options, each a run of its own; those of the base if left out
    #[serde(default)]
    learned: Option<Vec<LearnedMethod>>,
    /// one run for each
    seeds: Seeds,
}

/// The seeds of a sweep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Seeds {
    /// `first`, `first` + 1, …
    Range {
        /// the first
        first: u64,
        /// how many
        count: u64,
    },
    /// these
    List(Vec<u64>),
}

impl Seeds {
    /// How many there are.
    pub fn count(&self) -> u64 {
        match self {
            Self::Range { count, .. } => *count,
            Self::List(seeds) => seeds.len() as u64,
        }
    }

    /// The seed of this place, from 0; places are below [`count`](Self::count).
    pub fn at(&self, place: u64) -> u64 {
        match self {
            Self::Range { first, .. } => first.wrapping_add(place),
            Self::List(seeds) => seeds.get(place as usize).copied().unwrap_or_default(),
        }
    }

    fn check(&self) -> Result<(), String> {
        match self {
            _ if self.count() == 0 => Err("expected at least one seed, found none".to_owned()),
            _ if self.count() > MOST_SEEDS => {
                Err(format!("expected at most {MOST_SEEDS} seeds, found {}", self.count()))
            }
            Self::Range { first, count } if first.checked_add(count - 1).is_none() => {
                Err(format!("expected seeds up to {}, found a range beyond it", u64::MAX))
            }
            Self::Range { .. } => Ok(()),
            Self::List(seeds) => {
                let mut sorted = seeds.clone();
                sorted.sort_unstable();
                match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
                    Some(pair) => Err(format!("expected seeds that differ, found {} twice", pair[0])),
                    None => Ok(()),
                }
            }
        }
    }
}

/// A sweep's file, read and checked; its setups are not resolved yet.
#[derive(Clone, Debug)]
pub(super) struct ReadSweep {
    pub(super) title: String,
    pub(super) base: String,
    pub(super) grid: SetupGrid,
    /// `None`: those of the base
    pub(super) methods: Option<Vec<Construction>>,
    /// `None`: those of the base
    pub(super) learned: Option<Vec<LearnedMethod>>,
    pub(super) seeds: Seeds,
}

impl ReadSweep {
    /// Reads the text of a sweep. `settings` are `key=value`s for its base.
    pub(super) fn new(
        source: &PresetSource,
        options: &FileOptions,
        settings: &[String],
    ) -> Result<Self, SweepError> {
        let file: SweepFile = parse_ron(&source.text).map_err(|((line, column), message)| {
            ExperimentError::new(Place::Position { file: source.name.clone(), line, column }, message)
        })?;
        let at = |field: &str, message: String| ExperimentError::new(source.place_of(field), message);
        file.seeds.check().map_err(|message| at("seeds", message))?;
        let repeated = |field: &str, texts: Vec<String>| match repeated(&texts) {
            Some(text) => Err(at(field, format!("expected methods that differ, found {text} twice"))),
            None => Ok(()),
        };
        let methods: Vec<String> =
            file.methods.iter().flatten().map(|method| method.id().to_owned()).collect();
        repeated("methods", methods)?;
        let learned: Vec<String> =
            file.learned.iter().flatten().map(|method| format!("{method:?}")).collect();
        repeated("learned", learned)?;
        if let (Some([]), None | Some([])) = (file.methods.as_deref(), file.learned.as_deref()) {
            return Err(
                at("methods", "expected a method, constructed or learned; found none".to_owned()).into()
            );
        }
        let common = Preset {
            constructions: file.methods.clone().filter(|methods| !methods.is_empty()),
            learned: file.learned.clone(),
            ..Preset::default()
        };
        let lists = (&file.grid, file.zipped.as_slice());
        let grid = SetupGrid::new((&file.base, options), settings, common, lists, source)?;
        Ok(Self {
            title: file.title.unwrap_or_else(|| source.name.clone()),
            base: file.base,
            grid,
            methods: file.methods,
            learned: file.learned,
            seeds: file.seeds,
        })
    }
}

/// The first text that comes twice.
fn repeated(texts: &[String]) -> Option<&String> {
    texts.iter().enumerate().find(|(place, text)| texts[..*place].contains(text)).map(|(_, text)| text)
}
