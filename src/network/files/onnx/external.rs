//! Tensors beside a model, in other files of its folder.

use std::path::{Component, Path};

use onnx_rs::ast::TensorProto;

use super::OnnxError;
use super::node::shortened;

/// The file of a tensor's bytes, with the first byte and how many: all up to the end if `length` is missing.
pub(super) struct ExternalPart<'a> {
    /// relative path inside the model's folder
    pub(super) location: &'a str,
    offset: u64,
    length: Option<u64>,
}

impl<'a> ExternalPart<'a> {
    /// A tensor's part.
    pub(super) fn of(place: &str, tensor: &'a TensorProto<'a>) -> Result<Self, OnnxError> {
        let text =
            |key: &str| tensor.external_data().iter().find(|entry| entry.key == key).map(|entry| entry.value);
        let number = |key: &str| -> Result<Option<u64>, OnnxError> {
            let parse = |text: &str| {
                let found =
                    || OnnxError::at(place, format!("a whole number as its `{key}`"), shortened(text));
                text.parse().map_err(|_| found())
            };
            text(key).map(parse).transpose()
        };
        let Some(location) = text("location") else {
            return Err(OnnxError::at(place, "the `location` of its numbers", "none"));
        };
        if !is_inside(location) {
            let expected = "the `location` of its numbers as a plain path inside the model's folder";
            return Err(OnnxError::at(place, expected, format!("`{}`", shortened(location))));
        }
        Ok(Self { location, offset: number("offset")?.unwrap_or(0), length: number("length")? })
    }

    /// Its bytes of the file's.
    pub(super) fn bytes<'b>(&self, place: &str, file: &'b [u8]) -> Result<&'b [u8], OnnxError> {
        let all = file.len() as u64;
        let length = self.length.unwrap_or_else(|| all.saturating_sub(self.offset));
        let end = self.offset.checked_add(length).filter(|&end| end <= all);
        end.map(|end| &file[self.offset as usize..end as usize]).ok_or_else(|| {
            let expected = format!("its numbers inside the {all} bytes of `{}`", shortened(self.location));
            OnnxError::at(place, expected, format!("{length} bytes from byte {}", self.offset))
        })
    }
}

/// Whether a location names a file of the model's folder, or of a folder in it, on every platform.
fn is_inside(location: &str) -> bool {
    let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    !location.is_empty()
        && !location.contains(['\\', ':', '\0'])
        && Path::new(location).components().all(is_plain)
        && Path::new(location).file_name().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_stay_inside_the_folder() {
        for inside in ["weights.bin", "a/b.bin", "./w", "model.onnx.data"] {
            assert!(is_inside(inside), "{inside}");
        }
        for outside in
            ["", "/etc/passwd", "../w", "a/../../w", "a/..", "C:\\w", "c:w", "\\\\host\\w", ".", "a\0b"]
        {
            assert!(!is_inside(outside), "{outside}");
        }
    }
}
