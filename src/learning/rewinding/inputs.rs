//! The inputs of the network, made from the features of the data.

use std::sync::Arc;

use ndarray::{Array2, Axis};

use super::super::options::{InputScaling, LearnedMethod};
use super::super::{Dataset, Standardisation};

/// The data with scaled inputs, and the map if it is one of [`Standardisation`].
pub(super) fn scaled(
    scaling: InputScaling,
    dataset: &Arc<Dataset>,
) -> (Arc<Dataset>, Option<Standardisation>) {
    match scaling {
        InputScaling::Features => (Arc::clone(dataset), None),
        InputScaling::UnitNorm => (Arc::new(dataset.with_inputs(unit_norm)), None),
        InputScaling::Standardised => {
            let map = common_standardisation(&dataset.training.inputs);
            (Arc::new(dataset.with_inputs(|inputs| map.apply(inputs))), Some(map))
        }
    }
}

/// The inputs of a method's network where the map from the features to them is no layer
/// ([`InputScaling::UnitNorm`]); else `None`.
pub fn inputs_of_norm_1(method: &LearnedMethod, features: &Array2<f32>) -> Option<Array2<f32>> {
    match method {
        LearnedMethod::Rewinding(options) if options.resolved().inputs == InputScaling::UnitNorm => {
            Some(unit_norm(features))
        }
        LearnedMethod::Rewinding(_) | LearnedMethod::EdgePopup(_) => None,
    }
}

/// Each row divided by its Euclidean norm, in double precision, rounded once; a row of zeros stays.
fn unit_norm(inputs: &Array2<f32>) -> Array2<f32> {
    let mut scaled = inputs.clone();
    for mut row in scaled.axis_iter_mut(Axis(0)) {
        let norm = row.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
        if norm > 0.0 {
            row.mapv_inplace(|x| (f64::from(x) / norm) as f32);
        }
    }
    scaled
}

/// One mean and one standard deviation for all features; 1 for constant data.
fn common_standardisation(inputs: &Array2<f32>) -> Standardisation {
    let count = inputs.len().max(1) as f64;
    let mean = inputs.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
    let variance = inputs.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / count;
    let deviation = if variance > 0.0 { variance.sqrt() } else { 1.0 };
    Standardisation { mean: vec![mean; inputs.ncols()], deviation: vec![deviation; inputs.ncols()] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn rows_get_norm_1_and_rows_of_zeros_stay() {
        assert_eq!(unit_norm(&array![[3.0, 4.0], [0.0, 0.0]]), array![[0.6, 0.8], [0.0, 0.0]]);
    }

    #[test]
    fn all_features_share_a_mean_and_a_deviation() {
        let map = common_standardisation(&array![[0.0, 2.0], [4.0, 2.0]]);
        assert_eq!((map.mean[1], map.deviation[0]), (2.0, 2.0_f64.sqrt()));
        assert_eq!(common_standardisation(&array![[3.0, 3.0]]).deviation, [1.0, 1.0]);
    }
}
