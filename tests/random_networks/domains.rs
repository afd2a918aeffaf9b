//! Domains for random networks.

use ndarray::Array2;
use slth::network::Domain;

/// Domains of every kind, by number; points and boxes come with and without negative coordinates.
pub(crate) fn domain(kind: usize, width: usize, scale: f64) -> Domain {
    let points = |lift: f64| Domain::Points {
        points: Array2::from_shape_fn((97, width), |(point, input)| {
            scale * (((point * 7 + input * 3) as f64 * 1.7).sin() + lift)
        }),
        labels: None,
    };
    match kind {
        0 => Domain::Ball { radius: scale },
        1 => Domain::Box { low: (-0.7 * scale).into(), high: scale.into() },
        2 => Domain::Box { low: 0.0.into(), high: scale.into() },
        3 => Domain::Signs,
        4 => points(0.0),
        _ => points(1.0),
    }
}
