//! Where a target comes from: the reading of its file, and what was assumed.

use std::sync::Arc;

use serde::Serialize;

use crate::experiment::Experiment;
use crate::network::files::readings::Reading;

/// The keys of a target's origin in every report.
#[derive(Clone, Debug, Serialize)]
pub struct Origin {
    /// which tensors of its file were read, how and why, and which were not used; null where it is from no file
    pub reading: Option<Arc<Reading>>,
    /// fields that no preset gave, where a weight file stands for one
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
            assumed: experiment.assumed.clone(),
            name: experiment.preset_name().to_owned(),
        }
    }
}
