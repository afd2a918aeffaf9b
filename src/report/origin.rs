//! The origin of a target: the reading of its file, and assumed fields.

use std::sync::Arc;

use serde::Serialize;

use super::graph::GraphReport;
use crate::experiment::Experiment;
use crate::network::files::readings::Reading;

/// The keys of a target's origin in every report.
#[derive(Clone, Debug, Serialize)]
pub struct Origin {
    /// the tensors of its file, used and unused; null unless it is from a file
    pub reading: Option<Arc<Reading>>,
    /// its nodes and layers; left out unless the target is a graph
    #[serde(skip_serializing_if = "Option::is_none")]
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
