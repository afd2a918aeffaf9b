//! The ranges of the options, and their fit to the data.

use thiserror::Error;

use super::{Dataset, EdgePopup, LearnedMethod, Optimiser, Rewind, Rewinding, Selection};

/// An option out of its range.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{option}: expected {expected}, found {found}")]
pub struct OptionError {
    /// name of the option, as presets write it
    pub option: &'static str,
    /// the expectation
    pub expected: String,
    /// the finding
    pub found: String,
}

fn refused<T>(
    option: &'static str,
    expected: impl Into<String>,
    found: impl ToString,
) -> Result<T, OptionError> {
    Err(OptionError { option, expected: expected.into(), found: found.to_string() })
}

fn hold(holds: bool, option: &'static str, expected: &str, found: impl ToString) -> Result<(), OptionError> {
    if holds { Ok(()) } else { refused(option, expected, found) }
}

/// A learning rate.
fn check_rate(option: &'static str, rate: f64) -> Result<(), OptionError> {
    hold(rate > 0.0 && rate.is_finite(), option, "a finite learning rate above 0", rate)
}

fn check_momentum(momentum: f64) -> Result<(), OptionError> {
    hold((0.0..1.0).contains(&momentum), "momentum", "a momentum of at least 0 and below 1", momentum)
}

/// A weight decay.
///
/// # Errors
/// [`OptionError`] for a negative or infinite one, and for NaN.
pub fn check_decay(decay: f64) -> Result<(), OptionError> {
    hold(decay >= 0.0 && decay.is_finite(), "decay", "a finite weight decay of at least 0", decay)
}

/// A number of batches, epochs, rounds or examples.
///
/// # Errors
/// [`OptionError`] for 0.
pub fn check_count(option: &'static str, count: u64) -> Result<(), OptionError> {
    hold(count >= 1, option, "a whole number of at least 1", count)
}

/// Widths n₀…n_ℓ of a network for these data.
///
/// # Errors
/// [`OptionError`] if there is no layer, a layer without neurons, or a number of inputs or outputs other than that of features
/// or classes.
pub fn check_widths(widths: &[usize], dataset: &Dataset) -> Result<(), OptionError> {
    let (features, classes) = (dataset.training.inputs.ncols(), dataset.classes);
    let shown = format!("{widths:?}");
    let fits =
        |holds: bool, expected: String| if holds { Ok(()) } else { refused("widths", expected, &shown) };
    fits(widths.len() >= 2, "widths of at least 2 layers, inputs included".to_owned())?;
    fits(!widths.contains(&0), "at least 1 neuron in each layer".to_owned())?;
    fits(widths.iter().all(|&width| u32::try_from(width).is_ok()), "widths below 2^32".to_owned())?;
    fits(widths[0] == features, format!("{features} inputs, as the data have features"))?;
    fits(widths[widths.len() - 1] == classes, format!("{classes} outputs, as the data have classes"))
}

impl Optimiser {
    /// Checks rate and momentum.
    ///
    /// # Errors
    /// [`OptionError`] for the first one out of range.
    pub fn check(self) -> Result<(), OptionError> {
        check_rate("optimiser", self.rate())?;
        match self {
            Self::Adam(_) => Ok(()),
            Self::Sgd { momentum, .. } => check_momentum(momentum),
        }
    }
}

impl LearnedMethod {
    /// Checks the options, for these data and a target of these widths.
    ///
    /// # Errors
    /// [`OptionError`] for the first option out of range.
    pub fn check(&self, target: &[usize], dataset: &Dataset) -> Result<(), OptionError> {
        match self {
            Self::EdgePopup(options) => options.check(),
            Self::Rewinding(options) => options.check(dataset),
        }?;
        check_widths(self.widths().unwrap_or(target), dataset)
    }
}

impl EdgePopup {
    fn check(&self) -> Result<(), OptionError> {
        let keep = self.keep;
        hold(keep > 0.0 && keep <= 1.0, "keep", "a share above 0 and at most 1", keep)?;
        check_count("epochs", self.epochs)?;
        check_rate("rate", self.rate)?;
        check_momentum(self.momentum)?;
        check_decay(self.decay)?;
        check_count("batch", self.batch as u64)
    }
}

impl Rewinding {
    fn check(&self, dataset: &Dataset) -> Result<(), OptionError> {
        if let Some(rate) = self.rate {
            hold(rate > 0.0 && rate < 1.0, "rate", "a share between 0 and 1, both excluded", rate)?;
        }
        if let Some(rate) = self.output_rate {
            let expected = "a share of at least 0 and below 1";
            hold((0.0..1.0).contains(&rate), "output_rate", expected, rate)?;
        }
        [self.optimiser, self.dense_optimiser].into_iter().flatten().try_for_each(Optimiser::check)?;
        self.decay.map_or(Ok(()), check_decay)?;
        let counts =
            [("batch", self.batch.map(|batch| batch as u64)), ("steps", self.steps), ("epochs", self.epochs)];
        for (option, count) in counts {
            count.map_or(Ok(()), |count| check_count(option, count))?;
        }
        if let (Some(_), Some(epochs)) = (self.steps, self.epochs) {
            return refused("epochs", "none beside steps", epochs);
        }
        if let (Some(Rewind::Step(step)), Some(steps)) = (self.rewind, self.steps) {
            hold(step <= steps, "rewind", &format!("at most the {steps} steps of a training"), step)?;
        }
        if self.selection == Some(Selection::Validation) && dataset.validation.is_empty() {
            return refused("selection", "validation examples to select by", "none in the data");
        }
        let controls = self.controls.as_deref().unwrap_or_default();
        for (index, control) in controls.iter().enumerate() {
            hold(
                !controls[..index].contains(control),
                "controls",
                "each control once",
                format!("{control:?} twice"),
            )?;
        }
        Ok(())
    }
}
