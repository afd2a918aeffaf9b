//! The kinds of nodes, and their reader.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, EnumAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::fields::{
    AveragePoolFields, BatchNormFields, ConcatFields, ConvFields, DenseFields, LeakyReluFields,
    MaxPoolFields, PlainFields, RecurrentFields, ReshapeFields, RnnFields, TwoFields,
};
use crate::visible::shortened_to;

/// Limit of characters of a wrong name in a message.
const SHOWN: usize = 40;

/// Whether a kind may be written without brackets.
trait Brackets: Sized {
    /// The fields where there are no brackets.
    fn without() -> Option<Self>;
}

macro_rules! brackets {
    ($($needed:ty),+; $($fields:ty),+) => {
        $(impl Brackets for $needed {
            fn without() -> Option<Self> {
                None
            }
        })+
        $(impl Brackets for $fields {
            fn without() -> Option<Self> {
                Some(Self::default())
            }
        })+
    };
}

brackets! {
    ConvFields, DenseFields, BatchNormFields, RecurrentFields, RnnFields, MaxPoolFields, AveragePoolFields,
    ReshapeFields, TwoFields, ConcatFields;
    PlainFields, LeakyReluFields
}

/// The kinds, a line each: variant, fields, kebab-case name.
macro_rules! nodes {
    ($($(#[doc = $doc:literal])+ $kind:ident($fields:ty), $kebab:literal;)+) => {
        /// A node of a graph in a preset.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        pub enum GraphNode {
            $( $(#[doc = $doc])+ $kind($fields), )+
        }

        /// The kinds as presets write them.
        const KINDS: &[&str] = &[$(stringify!($kind)),+];

        impl GraphNode {
            /// Its kind in kebab case, as in names of nodes without one.
            pub fn kind(&self) -> &'static str {
                match self {
                    $( Self::$kind(_) => $kebab, )+
                }
            }

            /// Its own name, if it has one.
            pub fn name(&self) -> Option<&str> {
                match self {
                    $( Self::$kind(fields) => fields.name.as_deref(), )+
                }
            }
        }

        impl<'de> Visitor<'de> for NodeReader {
            type Value = GraphNode;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a node ({})", KINDS.join(", "))
            }

            fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<GraphNode, A::Error> {
                let (KindName(kind), variant) = data.variant()?;
                match kind.as_str() {
                    $( stringify!($kind) => fields(variant).map(GraphNode::$kind), )+
                    _ => Err(de::Error::custom(format!(
                        "expected a node ({}), found `{}`", KINDS.join(", "), shortened_to(&kind, SHOWN)
                    ))),
                }
            }
        }
    };
}

nodes! {
    /// a convolution
    Conv(ConvFields), "conv";
    /// a dense layer
    Dense(DenseFields), "dense";
    /// batch norm
    BatchNorm(BatchNormFields), "batch-norm";
    /// an LSTM
    Lstm(RecurrentFields), "lstm";
    /// a GRU
    Gru(RecurrentFields), "gru";
    /// a recurrent layer without gates
    Rnn(RnnFields), "rnn";
    /// max{0, v}
    Relu(PlainFields), "relu";
    /// v for v ≥ 0, slope·v below
    LeakyRelu(LeakyReluFields), "leaky-relu";
    /// tanh v
    Tanh(PlainFields), "tanh";
    /// 1/(1 + e^−v)
    Logistic(PlainFields), "logistic";
    /// maxima under a window
    MaxPool(MaxPoolFields), "max-pool";
    /// averages under a window
    AveragePool(AveragePoolFields), "average-pool";
    /// the average of each channel; the axes stay, with length 1
    GlobalAveragePool(PlainFields), "global-average-pool";
    /// a + b + …
    Add(TwoFields), "add";
    /// a ⊙ b ⊙ …
    Product(TwoFields), "product";
    /// values one behind the other
    Concat(ConcatFields), "concat";
    /// all entries along one axis
    Flatten(PlainFields), "flatten";
    /// the same entries in another shape
    Reshape(ReshapeFields), "reshape";
    /// softmax of each row along the last axis
    Softmax(PlainFields), "softmax";
    /// its logarithm
    LogSoftmax(PlainFields), "log-softmax";
}

struct NodeReader;

impl<'de> Deserialize<'de> for GraphNode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_enum("GraphNode", KINDS, NodeReader)
    }
}

/// The fields of a node, in brackets or, where none is needed, without.
fn fields<'de, T: Deserialize<'de> + Brackets, A: VariantAccess<'de>>(variant: A) -> Result<T, A::Error> {
    let is_given = Cell::new(false);
    match variant.newtype_variant_seed(FieldsSeed(&is_given, PhantomData)) {
        Err(error) if !is_given.get() => T::without().ok_or(error),
        fields => fields,
    }
}

/// Fields in brackets; notes whether there are any brackets.
struct FieldsSeed<'a, T>(&'a Cell<bool>, PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for FieldsSeed<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        self.0.set(true);
        T::deserialize(deserializer)
    }
}

/// The name of a kind.
struct KindName(String);

impl<'de> Deserialize<'de> for KindName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KindText;
        impl Visitor<'_> for KindText {
            type Value = KindName;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the kind of a node")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<KindName, E> {
                Ok(KindName(name.to_owned()))
            }
        }
        deserializer.deserialize_identifier(KindText)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::text::{value, written};
    use super::super::{GraphSource, Sizes};
    use super::*;

    fn nodes(text: &str) -> Result<Vec<GraphNode>, String> {
        value::<GraphSource>(&format!("(input: [1, 8, 8], nodes: {text})")).map(|graph| graph.nodes)
    }

    #[test]
    fn brackets_may_be_left_out_where_nothing_is_needed() {
        let read = nodes(
            "[Conv(module: \"c1\", padding: 1, stride: [2, 1]), Relu, Relu(), Relu(name: \"a\"), /* as PyTorch */ LeakyRelu, \
             LeakyRelu(slope: 0.1, of: \"a\"), Add(of: [\"a\", \"b\"]), Add(with: \"a\"), Flatten ,]",
        )
        .unwrap();
        let GraphNode::Conv(conv) = &read[0] else { unreachable!() };
        assert_eq!(
            (conv.padding.clone(), conv.stride.clone()),
            (Some(Sizes::Same(1)), Some(Sizes::Each(vec![2, 1])))
        );
        assert_eq!(read[1], read[2]);
        assert_eq!((read[3].name(), read[3].kind()), (Some("a"), "relu"));
        let GraphNode::LeakyRelu(leaky) = &read[5] else { unreachable!() };
        assert_eq!((leaky.slope, leaky.of.as_deref()), (Some(0.1), Some("a")));
        // What is written is read back.
        let text = written(&read, 0).unwrap();
        assert_eq!(nodes(&text).unwrap(), read, "{text}");
    }

    #[test]
    fn mistakes_are_named() {
        for (text, says) in [
            ("[Relu6]", "expected a node (Conv, Dense, BatchNorm, Lstm,"),
            ("[Relu6]", "found `Relu6`"),
            ("[Conv]", "expected `(`, found"),
            ("[Conv(modul: \"c1\")]", "expected one of the fields of"),
            ("[Conv(padding: -1)]", "expected a whole number or a list of whole numbers, found"),
            ("[Conv(padding: 1.5)]", "expected a whole number or a list of whole numbers, found"),
            ("[MaxPool(kernel: [2, -2])]", "found"),
            ("[Relu(3)]", ""),
            ("[Concat(axis: 1)]", "expected a field `of`"),
            ("[Reshape(shape: [0])]", "a whole width of at least 1 and below 2^32, found 0"),
            ("[Lstm(module: \"r\", output: Middle)]", "expected one of `Last`, `All`; found `Middle`"),
        ] {
            let error = nodes(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
