//! The inputs X from their field in a preset, and points and labels of files.

use ndarray::{Array1, Array2};

use super::error::{ExperimentError, PlaceOf};
use super::files::source::PresetSource;
use super::memory::free as free_memory;
use super::preset::{BoxEnds, InputSource, Weight};
use crate::network::files::{self, DataArray};
use crate::network::{Architecture, Domain, Edge};
use crate::visible::{number, shortened};

/// X, its points of `width` coordinates, as many as the network was given.
pub(super) fn domain(
    inputs: &InputSource,
    width: usize,
    source: &PresetSource,
    place_of: PlaceOf<'_>,
) -> Result<Domain, ExperimentError> {
    let fail = |message: String| ExperimentError::new(place_of("inputs"), message);
    match inputs {
        InputSource::Ball { radius } => Ok(Domain::Ball { radius: radius.0 }),
        InputSource::Box { low, high } => {
            let low = edge("low", low, width).map_err(fail)?;
            let high = edge("high", high, width).map_err(fail)?;
            let crossed = (0..width).find(|&input| low.at(input) > high.at(input));
            if let Some(input) = crossed {
                let is_same = low.same().is_some() && high.same().is_some();
                let place = if is_same { String::new() } else { format!(" at input {input}") };
                let (low, high) = (number(low.at(input)), number(high.at(input)));
                return Err(fail(format!("expected low ≤ high{place}, found {low} > {high}")));
            }
            Ok(Domain::Box { low, high })
        }
        InputSource::Signs => Ok(Domain::Signs),
        InputSource::Sequence { length, of } => sequence(length.0, of, width, source, place_of),
        InputSource::Points { points, labels } => written_points(points, labels.as_deref(), width, place_of),
        InputSource::File { path, labels } => {
            domain_of_file(path, labels.as_deref(), width, source, place_of)
        }
    }
}

/// Values one behind the other, `width` coordinates in all.
fn sequence(
    length: usize,
    of: &InputSource,
    width: usize,
    source: &PresetSource,
    place_of: PlaceOf<'_>,
) -> Result<Domain, ExperimentError> {
    let fail = |message: String| Err(ExperimentError::new(place_of("inputs"), message));
    let found = match of {
        InputSource::Ball { .. } | InputSource::Box { .. } | InputSource::Signs => None,
        InputSource::Sequence { .. } => Some("another sequence"),
        InputSource::Points { .. } => Some("points"),
        InputSource::File { .. } => Some("a file of points"),
    };
    if let Some(found) = found {
        return fail(format!("expected a sequence of Ball, Box or Signs, found {found}"));
    }
    if !width.is_multiple_of(length) {
        return fail(format!(
            "expected a length that divides the {width} inputs of the network, found {length}"
        ));
    }
    let of = domain(of, width / length, source, place_of)?;
    Ok(Domain::Sequence { length, of: Box::new(of) })
}

/// Points written out, and their labels.
fn written_points(
    points: &[Vec<Weight>],
    labels: Option<&[u32]>,
    width: usize,
    place_of: PlaceOf<'_>,
) -> Result<Domain, ExperimentError> {
    let fail = |message: String| ExperimentError::new(place_of("inputs"), message);
    if points.is_empty() {
        return Err(fail("expected at least one point, found none".to_owned()));
    }
    if let Some((point, row)) = points.iter().enumerate().find(|(_, row)| row.len() != width) {
        let found = row.len();
        return Err(fail(format!("point {point}: expected {width} coordinates, found {found}")));
    }
    if let Some(found) = labels.map(<[u32]>::len).filter(|&found| found != points.len()) {
        let message = format!("expected {} labels, found {found}", points.len());
        return Err(ExperimentError::new(place_of("labels"), message));
    }
    let points = Array2::from_shape_fn((points.len(), width), |(point, input)| points[point][input].0);
    Ok(Domain::Points { points, labels: labels.map(|labels| labels.iter().copied().collect()) })
}

/// X from a file of points, and their labels.
fn domain_of_file(
    path: &str,
    labels: Option<&str>,
    width: usize,
    source: &PresetSource,
    place_of: PlaceOf<'_>,
) -> Result<Domain, ExperimentError> {
    let points = points_of_file(path, width, ("inputs", source), place_of)?;
    let labels = labels.map(|path| labels_of_file(path, points.nrows(), ("labels", source), place_of));
    Ok(Domain::Points { points, labels: labels.transpose()? })
}

/// Points of a file named by the field `key`, of `width` inputs.
fn points_of_file(
    path: &str,
    width: usize,
    (key, source): (&str, &PresetSource),
    place_of: PlaceOf<'_>,
) -> Result<Array2<f64>, ExperimentError> {
    let found = array_of_points(path, Some(width), (key, source), place_of)?;
    free_memory::require(found.peak_bytes(), "reading the points", place_of(key))?;
    let fail = |message: String| ExperimentError::new(place_of(key), message);
    let points = found.read_points().map_err(|error| fail(format!("file {}: {error}", shortened(path))))?;
    if let Some(((point, input), value)) = points.indexed_iter().find(|(_, x)| !x.is_finite()) {
        let place = format!("file {}, point {point}, input {input}", shortened(path));
        return Err(fail(format!("{place}: expected a finite number, found {value}")));
    }
    Ok(points)
}

/// Examples of a file named by the field `key`.
pub(super) fn examples_of_file(
    path: &str,
    (key, source): (&str, &PresetSource),
    place_of: PlaceOf<'_>,
) -> Result<Array2<f32>, ExperimentError> {
    let found = array_of_points(path, None, (key, source), place_of)?;
    free_memory::require(found.peak_bytes_f32(), "reading the examples", place_of(key))?;
    let fail = |message: String| ExperimentError::new(place_of(key), message);
    let points =
        found.read_points_f32().map_err(|error| fail(format!("file {}: {error}", shortened(path))))?;
    if let Some(((example, feature), value)) = points.indexed_iter().find(|(_, x)| !x.is_finite()) {
        let place = format!("file {}, example {example}, feature {feature}", shortened(path));
        return Err(fail(format!("{place}: expected a finite number of 32 bits, found {value}")));
    }
    Ok(points)
}

/// The array of points in a file named by the field `key`, of `width` inputs if that is given.
fn array_of_points(
    path: &str,
    width: Option<usize>,
    (key, source): (&str, &PresetSource),
    place_of: PlaceOf<'_>,
) -> Result<DataArray<'static>, ExperimentError> {
    let fail =
        |message: String| ExperimentError::new(place_of(key), format!("file {}: {message}", shortened(path)));
    let (file, array) = files::split_array_name(path);
    let bytes = source.read(key, file)?;
    let found = DataArray::of_points(bytes, array).map_err(|error| fail(error.to_string()))?;
    match found.points() {
        Some((points, inputs)) if points == 0 || inputs == 0 || inputs != width.unwrap_or(inputs) => {
            let expected = width.map_or_else(
                || "examples with features".to_owned(),
                |width| format!("points of {width} inputs"),
            );
            Err(fail(format!("expected {expected}, found shape [{points}, {inputs}]")))
        }
        _ => Ok(found),
    }
}

/// The labels of `count` points, of a file named by the field `key`.
pub(super) fn labels_of_file(
    path: &str,
    count: usize,
    (key, source): (&str, &PresetSource),
    place_of: PlaceOf<'_>,
) -> Result<Array1<u32>, ExperimentError> {
    let fail =
        |message: String| ExperimentError::new(place_of(key), format!("file {}: {message}", shortened(path)));
    let (file, array) = files::split_array_name(path);
    let bytes = source.read(key, file)?;
    let found = DataArray::of_labels(bytes, array, count).map_err(|error| fail(error.to_string()))?;
    free_memory::require(found.peak_bytes(), "reading the labels", place_of(key))?;
    let labels = found.read_labels(count).map_err(|error| fail(error.to_string()))?;
    if labels.len() != count {
        return Err(fail(format!("expected {count} labels, found {}", labels.len())));
    }
    Ok(labels)
}

/// The ends of a box of `width` inputs.
fn edge(key: &str, ends: &BoxEnds, width: usize) -> Result<Edge, String> {
    match ends {
        BoxEnds::Same(end) => Ok(Edge::Same(end.0)),
        BoxEnds::Each(ends) if ends.len() == width => Ok(Edge::Each(ends.iter().map(|end| end.0).collect())),
        BoxEnds::Each(ends) => {
            let found = ends.len();
            Err(format!(
                "{key}: expected a number, or a list of {width}, one for each input; found a list of {found}"
            ))
        }
    }
}

/// Labels must be classes of the network.
pub(super) fn check_labels(
    domain: &Domain,
    architecture: &Architecture,
    place_of: PlaceOf<'_>,
) -> Result<(), ExperimentError> {
    let Domain::Points { labels: Some(labels), .. } = domain.free() else { return Ok(()) };
    let classes = architecture.outputs();
    match labels.iter().enumerate().find(|(_, label)| **label as usize >= classes) {
        None => Ok(()),
        Some((point, label)) => {
            let message = format!("label of point {point}: expected a class below {classes}, found {label}");
            Err(ExperimentError::new(place_of("labels"), message))
        }
    }
}
