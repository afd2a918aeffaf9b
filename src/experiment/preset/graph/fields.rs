//! The fields of each kind of node.

use serde::{Deserialize, Serialize};

use super::super::activation::Lipschitz;
use super::super::numbers::{Positive, Width};
use super::sizes::Sizes;

/// Structs of optional fields, with a name and an input.
macro_rules! fields {
    ($($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $field_doc:literal])+ $field:ident: $type:ty,)* })+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $(
                $(#[doc = $field_doc])+
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )*
            /// its name, for `of` of later nodes and for messages
            #[serde(skip_serializing_if = "Option::is_none")]
            pub name: Option<String>,
            /// the node whose value it takes; the one before if not given
            #[serde(skip_serializing_if = "Option::is_none")]
            pub of: Option<String>,
        }
    )+};
}

fields! {
    /// A node without options.
    PlainFields {}
    /// A convolution.
    ConvFields {
        /// the module whose tensors are `module.weight` and, where there is one, `module.bias`
        module: String,
        /// the kernel, outputs × channels of a group × sizes of the window
        weight: String,
        /// one for each output
        bias: String,
        /// entries between neighbouring places; 1 if not given
        stride: Sizes,
        /// zeros before and behind each axis; 0 if not given
        padding: Sizes,
        /// entries between neighbouring taps; 1 if not given
        dilation: Sizes,
        /// groups of channels; 1 if not given
        groups: Width,
    }
    /// A dense layer, on each row along the last axis.
    DenseFields {
        /// the module whose tensors are `module.weight` and, where there is one, `module.bias`
        module: String,
        /// outputs × inputs
        weight: String,
        /// one for each output
        bias: String,
        /// whether the matrix is inputs × outputs
        transposed: bool,
    }
    /// Batch norm along the first axis, by the statistics of its training.
    BatchNormFields {
        /// the module whose tensors are `module.weight`, `.bias`, `.running_mean` and `.running_var`
        module: String,
        /// γ, one for each channel; 1 if not given
        weight: String,
        /// β; 0 if not given
        bias: String,
        /// μ
        running_mean: String,
        /// v
        running_var: String,
        /// e, added to v; 1e-5 if not given
        eps: Positive,
    }
    /// Maxima under a window, channel by channel.
    MaxPoolFields {
        /// sizes of the window
        kernel: Sizes,
        /// entries between neighbouring places; those of the window if not given
        stride: Sizes,
        /// entries before and behind each axis; 0 if not given
        padding: Sizes,
        /// entries between neighbouring taps; 1 if not given
        dilation: Sizes,
        /// whether a last window may reach beyond the end
        ceil_mode: bool,
    }
    /// Averages under a window, channel by channel.
    AveragePoolFields {
        /// sizes of the window
        kernel: Sizes,
        /// entries between neighbouring places; those of the window if not given
        stride: Sizes,
        /// zeros before and behind each axis; 0 if not given
        padding: Sizes,
        /// whether a last window may reach beyond the end
        ceil_mode: bool,
        /// whether zeros of the padding count; true if not given
        count_include_pad: bool,
    }
    /// A leaky ReLU.
    LeakyReluFields {
        /// slope below 0, between 0 and 1; 0.01 if not given
        slope: f64,
    }
    /// The same entries in another shape.
    ReshapeFields {
        /// the new axes
        shape: Vec<Width>,
    }
}

/// The fields of recurrent layers, and those of some of them alone.
macro_rules! recurrent_fields {
    ($($(#[doc = $doc:literal])+ $name:ident { $($own:tt)* })+) => {
        fields! {$(
            $(#[doc = $doc])+
            $name {
                /// the module whose tensors are `module.weight_ih_l0`, `.weight_hh_l0`, `.bias_ih_l0` and `.bias_hh_l0`
                module: String,
                /// weights on the inputs, gates one behind the other in the rows: i, f, g, o of an LSTM, r, z, n of a GRU
                weight_ih: String,
                /// weights on the state
                weight_hh: String,
                /// biases beside `weight_ih`
                bias_ih: String,
                /// biases beside `weight_hh`
                bias_hh: String,
                /// the last state, or those of all steps; the last one if not given
                output: SequenceOutput,
                $($own)*
            }
        )+}
    };
}

recurrent_fields! {
    /// An LSTM or a GRU along the first axis.
    RecurrentFields {}
    /// A recurrent layer without gates along the first axis.
    RnnFields {
        /// σ; tanh if not given
        nonlinearity: Lipschitz,
    }
}

/// A sum or a product of values of one shape.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TwoFields {
    /// its name, for `of` of later nodes and for messages
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// the nodes, two or more
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Vec<String>>,
    /// in place of `of`: a node beside the one before
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
}

/// Values one behind the other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConcatFields {
    /// its name, for `of` of later nodes and for messages
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// the nodes, in their order
    pub of: Vec<String>,
    /// the axis, from 0, batches not counted; 0 if not given
    #[serde(skip_serializing_if = "Option::is_none")]
    pub axis: Option<u64>,
}

/// The value of a recurrent layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SequenceOutput {
    /// the state after the last step
    #[default]
    Last,
    /// the states after all steps, steps × units
    All,
}
