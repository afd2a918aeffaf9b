//! The nesting of an ONNX file's protobuf messages, checked before they are parsed.
//!
//! A message inside a message inside a message costs a file two bytes a level, and the parser a stack frame; an empty message costs
//! two bytes, and the parser a struct. Both are limited here.

use super::OnnxError;

/// Most levels of messages. A model of plain nodes has 6, a type inside a sequence a few more.
const MOST_LEVELS: usize = 32;

/// Most messages of a file.
const MOST_MESSAGES: usize = 1 << 20;

/// A message of ONNX, by its fields.
#[derive(Clone, Copy)]
enum MessageKind {
    Model,
    OperatorSet,
    Pair,
    TrainingInfo,
    Function,
    Graph,
    Annotation,
    Sparse,
    Tensor,
    Segment,
    ValueInfo,
    Type,
    TensorType,
    SequenceType,
    MapType,
    Shape,
    Dimension,
    Attribute,
    Node,
}

/// The content of a field.
enum FieldContent {
    Message(MessageKind),
    Bytes,
    Varint,
    /// one, or a packed list
    Varints,
    Fixed32,
    /// one, or a packed list
    Fixed32s,
    /// one, or a packed list
    Fixed64s,
}

/// The content of a field of a message, by the schema `onnx.proto3`; `None` for an unknown field.
fn content(of: MessageKind, field: u32) -> Option<FieldContent> {
    use FieldContent::{Bytes, Fixed32, Fixed32s, Fixed64s, Message, Varint, Varints};
    use MessageKind as M;
    Some(match (of, field) {
        (M::Model, 1 | 5) => Varint,
        (M::Model, 2..=4 | 6) => Bytes,
        (M::Model, 7) => Message(M::Graph),
        (M::Model, 8) | (M::Function, 9) => Message(M::OperatorSet),
        (M::Model, 14)
        | (M::TrainingInfo, 3 | 4)
        | (M::Function, 14)
        | (M::Graph, 16)
        | (M::Annotation, 2)
        | (M::Tensor, 13 | 16)
        | (M::ValueInfo, 4)
        | (M::Node, 9) => Message(M::Pair),
        (M::Model, 20) => Message(M::TrainingInfo),
        (M::Model, 25) => Message(M::Function),
        (M::OperatorSet, 1) | (M::Pair, 1 | 2) | (M::Annotation, 1) | (M::ValueInfo, 1 | 3) => Bytes,
        (M::OperatorSet, 2) | (M::Segment, 1 | 2) => Varint,
        (M::TrainingInfo, 1 | 2) | (M::Attribute, 6 | 11) => Message(M::Graph),
        (M::Function, 1 | 4 | 5 | 6 | 8 | 10 | 13) | (M::Graph, 2 | 10) | (M::Type, 6) => Bytes,
        (M::Function, 7) | (M::Graph, 1) => Message(M::Node),
        (M::Function, 11) | (M::Node, 5) => Message(M::Attribute),
        (M::Function, 12) | (M::Graph, 11..=13) => Message(M::ValueInfo),
        (M::Graph, 5) | (M::Sparse, 1 | 2) | (M::Attribute, 5 | 10) => Message(M::Tensor),
        (M::Graph, 14) => Message(M::Annotation),
        (M::Graph, 15) | (M::Attribute, 22 | 23) => Message(M::Sparse),
        (M::Sparse, 3) | (M::Tensor, 1 | 5 | 7 | 11) | (M::Attribute, 8) => Varints,
        (M::Tensor, 2 | 14) | (M::TensorType | M::MapType | M::Dimension, 1) | (M::Attribute, 3 | 20) => {
            Varint
        }
        (M::Tensor, 3) => Message(M::Segment),
        (M::Tensor, 4) | (M::Attribute, 7) => Fixed32s,
        (M::Tensor, 6 | 8 | 9 | 12) | (M::Dimension, 2 | 3) => Bytes,
        (M::Tensor, 10) => Fixed64s,
        (M::ValueInfo, 2) | (M::SequenceType, 1) | (M::MapType, 2) | (M::Attribute, 14 | 15) => {
            Message(M::Type)
        }
        (M::Type, 1 | 8) => Message(M::TensorType),
        (M::Type, 4 | 9) => Message(M::SequenceType),
        (M::Type, 5) => Message(M::MapType),
        (M::TensorType, 2) => Message(M::Shape),
        (M::Shape, 1) => Message(M::Dimension),
        (M::Attribute, 1 | 4 | 9 | 13 | 21) | (M::Node, 1..=4 | 6..=8) => Bytes,
        (M::Attribute, 2) => Fixed32,
        _ => return None,
    })
}

/// Checks the messages of a model against the schema, their depth and their number.
pub(super) fn check(bytes: &[u8]) -> Result<(), OnnxError> {
    let mut messages = 0;
    check_message(MessageKind::Model, bytes, 0, 1, &mut messages)
}

/// Checks one message, starting at byte `first` of the file.
fn check_message(
    kind: MessageKind,
    bytes: &[u8],
    first: usize,
    level: usize,
    messages: &mut usize,
) -> Result<(), OnnxError> {
    *messages += 1;
    if level > MOST_LEVELS || *messages > MOST_MESSAGES {
        return Err(OnnxError::Damaged(format!(
            "more than {MOST_LEVELS} levels of messages or {MOST_MESSAGES} messages up to byte {first}"
        )));
    }
    let mut at = 0;
    while at < bytes.len() {
        let start = first + at;
        let cut = || OnnxError::Damaged(format!("a message that is cut short or damaged at byte {start}"));
        let tag = varint(bytes, &mut at).ok_or_else(cut)?;
        let (field, wire_type) = ((tag >> 3) as u32, tag & 7);
        let content = content(kind, field);
        let fits = match content {
            None => true,
            Some(FieldContent::Message(_) | FieldContent::Bytes) => wire_type == 2,
            Some(FieldContent::Varint) => wire_type == 0,
            Some(FieldContent::Varints) => wire_type == 0 || wire_type == 2,
            Some(FieldContent::Fixed32) => wire_type == 5,
            Some(FieldContent::Fixed32s) => wire_type == 5 || wire_type == 2,
            Some(FieldContent::Fixed64s) => wire_type == 1 || wire_type == 2,
        };
        if !fits {
            return Err(cut());
        }
        let length = match wire_type {
            0 => varint(bytes, &mut at).map(|_| 0),
            1 => Some(8),
            2 => varint(bytes, &mut at).and_then(|length| usize::try_from(length).ok()),
            5 => Some(4),
            _ => None,
        };
        let length = length.filter(|&length| length <= bytes.len() - at).ok_or_else(cut)?;
        if let Some(FieldContent::Message(kind)) = content {
            check_message(kind, &bytes[at..at + length], first + at, level + 1, messages)?;
        }
        at += length;
    }
    Ok(())
}

/// The number at a place; the place moves behind it.
fn varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(field: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![field << 3 | 2];
        let mut length = content.len();
        while length >= 0x80 {
            bytes.push(length as u8 | 0x80);
            length >>= 7;
        }
        bytes.push(length as u8);
        bytes.extend(content);
        bytes
    }

    #[test]
    fn deep_nesting_is_refused() {
        let mut graph = Vec::new();
        for _ in 0..20_000 {
            // a graph, in an attribute, in a node
            graph = message(1, &message(5, &message(6, &graph)));
        }
        let error = check(&message(7, &graph)).unwrap_err().to_string();
        assert!(error.contains("more than 32 levels"), "{error}");
        let shallow = message(7, &message(1, &message(5, &message(6, &message(1, &[])))));
        assert_eq!(check(&shallow), Ok(()));
    }

    #[test]
    fn countless_messages_are_refused() {
        let graph = message(1, &[]).repeat(MOST_MESSAGES);
        let error = check(&message(7, &graph)).unwrap_err().to_string();
        assert!(error.contains("1048576 messages"), "{error}");
    }

    #[test]
    fn other_wire_types_are_refused() {
        // The graph as a number.
        assert!(check(&[7 << 3, 5]).is_err());
        assert!(check(&[7 << 3 | 2, 5, 0]).is_err());
        assert!(check(&[0x80]).is_err());
        // Unknown fields are skipped.
        assert_eq!(check(&[0xf8, 0x07, 1]), Ok(()));
    }
}
