//! Which weight of a mask is looked at, and how the mask is laid out.

use super::keys::MaskMove;
use crate::session::{Picture, ScoreView};
use crate::tui::screens::weight::choice::Choice;

/// Outputs that one key goes over, as a share of all.
const FAR: usize = 10;

/// The layout of a mask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MaskLayout {
    /// a row per output, a column per input
    #[default]
    Weights,
    /// the inputs as an image: the mask of the chosen output
    OneOutput,
    /// the inputs as an image: the share of outputs that keep each
    AllOutputs,
}

/// Side of the image of a layer's inputs; `None` if they are none.
pub(super) fn side(layer: &ScoreView) -> Option<usize> {
    let blank = vec![0.0; layer.shape.1];
    (layer.layer == 1).then(|| Picture::new(&blank)).flatten().map(|picture| picture.columns)
}

impl MaskLayout {
    /// The layout as far as the layer allows it, and the side of its image.
    pub(super) fn of(self, layer: &ScoreView) -> (Self, Option<usize>) {
        match side(layer) {
            Some(side) if self != Self::Weights => (self, Some(side)),
            _ => (Self::Weights, None),
        }
    }

    fn next(self) -> Self {
        match self {
            Self::Weights => Self::OneOutput,
            Self::OneOutput => Self::AllOutputs,
            Self::AllOutputs => Self::Weights,
        }
    }

    /// Moves to another weight, or changes the layout. Whether it is another weight.
    ///
    /// # Errors
    /// Why nothing changes.
    pub(super) fn update(
        &mut self,
        to: MaskMove,
        choice: &mut Choice,
        layer: Option<&ScoreView>,
    ) -> Result<bool, &'static str> {
        let layer = layer.ok_or("the layer is on its way: press the key again")?;
        let (outputs, inputs) = layer.shape;
        let before = (choice.output, choice.input);
        let (output, input) = choice.within(layer.shape);
        let image = self.of(layer).1;
        let far = (outputs / FAR).max(1);
        let goal = match (to, image) {
            (MaskMove::Up, None) => (output.saturating_sub(1), input),
            (MaskMove::Down, None) => (output + 1, input),
            (MaskMove::FarUp, None) => (output.saturating_sub(far), input),
            (MaskMove::FarDown, None) => (output + far, input),
            (MaskMove::Up, Some(side)) => (output, if input >= side { input - side } else { input }),
            (MaskMove::Down, Some(side)) => {
                (output, if input + side < inputs { input + side } else { input })
            }
            (MaskMove::FarUp, Some(_)) => (output.saturating_sub(1), input),
            (MaskMove::FarDown, Some(_)) => (output + 1, input),
            (MaskMove::Left, _) => (output, input.saturating_sub(1)),
            (MaskMove::Right, _) => (output, input + 1),
            (MaskMove::First, _) => (output, 0),
            (MaskMove::Last, _) => (output, inputs - 1),
            (MaskMove::Largest, _) => extreme(layer, |value| -value),
            (MaskMove::NearCut, _) => {
                let cut = layer.cut.ok_or("there is no cut yet: nothing is pruned")?;
                extreme(layer, |value| (value - cut).abs())
            }
            (MaskMove::Picture, _) => {
                side(layer)
                    .ok_or("only the inputs of layer 1 make an image, and only a square number of them")?;
                *self = self.next();
                (output, input)
            }
        };
        (choice.output, choice.input) = goal;
        (choice.output, choice.input) = choice.within(layer.shape);
        let is_other = (choice.output, choice.input) != before;
        choice.is_own |= is_other;
        Ok(is_other)
    }
}

/// The first weight with the least `measure` of its value.
fn extreme(layer: &ScoreView, measure: impl Fn(f32) -> f32) -> (usize, usize) {
    let values = layer.values.iter().map(|&value| measure(value)).enumerate();
    let least = values.min_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(index, _)| index);
    (least / layer.shape.1, least % layer.shape.1)
}
