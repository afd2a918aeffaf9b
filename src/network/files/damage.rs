//! Messages for damaged containers, in words of this program.

use std::io;

use safetensors::SafeTensorError;
use zip::result::ZipError;

/// Describes the damage of a zip archive.
pub(super) fn of_archive(error: &ZipError) -> String {
    match error {
        ZipError::Io(error) => return of_data(error),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            "a member with a password"
        }
        ZipError::UnsupportedArchive(_) => "a member packed in a way that is not read",
        ZipError::FileNotFound => "a member that is not there",
        _ => "a directory of members that cannot be read",
    }
    .to_owned()
}

/// Describes the damage of a member's data.
pub(super) fn of_data(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "data cut short".to_owned(),
        // The reader's own words for a wrong stream or checksum.
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
            "data that are not what was packed".to_owned()
        }
        _ => error.to_string(),
    }
}

/// Describes the damage of a safetensors file.
pub(super) fn of_tensors(error: &SafeTensorError) -> String {
    use SafeTensorError::*;
    match error {
        InvalidHeader(_) => "a header that is no UTF-8",
        InvalidHeaderDeserialization(error) | JsonError(error) => return of_header(error),
        HeaderTooLarge => "a header longer than 100 MB",
        HeaderTooSmall => "fewer bytes than a header takes",
        InvalidHeaderLength => "a header longer than the file, which may be cut short",
        TensorNotFound(name) => return format!("no tensor `{name}`"),
        TensorInvalidInfo => "a tensor whose shape and type take other bytes than it has",
        InvalidOffset(name) => return format!("tensor `{name}` not behind the one before it"),
        MetadataIncompleteBuffer => {
            "tensors that take more or fewer bytes than the file has, which may be cut short"
        }
        ValidationOverflow => "a shape that no memory holds",
        _ => "a damaged header",
    }
    .to_owned()
}

/// Describes the damage of a safetensors header.
pub(super) fn of_header(error: &serde_json::Error) -> String {
    match error.column() {
        0 => "a header that is no JSON of tensors".to_owned(),
        column => format!("a header that is no JSON of tensors, in its byte {column}"),
    }
}
