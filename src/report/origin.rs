//! The origin of a target: the reading of its file, and assumed fields.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::graph::GraphReport;
use crate::experiment::Experiment;
use crate::network::files::readings::Reading;

/// The keys of a target's origin in every report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Origin {
    /// the tensors of its file, used and unused; null unless it is from a file
    pub reading: Option<Arc<Reading>>,
    /// its nodes and layers; left out unless the target is a graph
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph: Option<GraphReport>,
    /// fields not given by a preset, for a bare weight file
    pub assumed: Vec<String>,
    #[serde(skip)]
    #[cfg_attr(not(feature = "text"), allow(dead_code))] // only texts say it
    pub(super) name: String,
}

impl Origin {
    /// Of an experiment.
    pub fn new(experiment: &Experiment) -> Self {
        Self {
            reading: experiment.reading.clone(),
            graph: experiment.target.graph().map(|graph| GraphReport::new(graph)),
            assumed: experiment.assumed.clone(),
            name: experiment.preset_name().to_owned(),
        }
    }
}

/// An origin with the name for its texts, as a share of a check holds it.
pub(super) mod with_name {
    use super::{Deserializer, Origin, Serializer};
    use crate::session::as_ron;

    pub(crate) fn serialize<S: Serializer>(origin: &Origin, serializer: S) -> Result<S::Ok, S::Error> {
        as_ron::serialize(&(origin, &origin.name), serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Origin, D::Error> {
        let (origin, name): (Origin, String) = as_ron::deserialize(deserializer)?;
        Ok(Origin { name, ..origin })
    }
}
