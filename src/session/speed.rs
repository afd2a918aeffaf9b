//! The speed of a running session, in neurons.

use std::time::{Duration, Instant};

use super::{Lane, Session};

/// The first speed is chosen for a run of this length: slow enough to watch.
const WATCHABLE: Duration = Duration::from_secs(20);

/// Neurons per second while running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speed {
    /// this many
    PerSecond(u64),
    /// as fast as the machine can
    FlatOut,
}

impl Speed {
    const LADDER: [u64; 18] = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000,
        500_000,
    ];

    /// The slowest speed with `neurons` drawn within the time of a watched run.
    pub fn to_watch(neurons: u64) -> Self {
        let needed = neurons / WATCHABLE.as_secs();
        Self::LADDER.into_iter().find(|&speed| speed >= needed).map_or(Self::FlatOut, Self::PerSecond)
    }

    /// The next faster or slower speed.
    pub fn changed(self, faster: bool) -> Self {
        let place = match self {
            Self::PerSecond(speed) => Self::LADDER.partition_point(|&s| s < speed),
            Self::FlatOut => Self::LADDER.len(),
        };
        let place = if faster { place + 1 } else { place.saturating_sub(1) };
        Self::LADDER.get(place).map_or(Self::FlatOut, |&speed| Self::PerSecond(speed))
    }

    /// A speed to watch the first lane at. First-fit fills every demand, so there are about as many neurons.
    pub(super) fn of(session: &Session) -> Self {
        let demands = |lane: &Lane| -> u64 {
            lane.plan().layers.iter().map(|layer| 2 * layer.ranges.levels as u64 * layer.weights).sum()
        };
        session.lanes().first().map_or(Self::FlatOut, |lane| Self::to_watch(demands(lane)))
    }

    /// Neurons due in a run at this speed, with `drawn` neurons drawn since `since`.
    pub(super) fn due(self, since: Instant, drawn: u64) -> u64 {
        match self {
            Self::FlatOut => u64::MAX,
            Self::PerSecond(speed) => {
                ((since.elapsed().as_secs_f64() * speed as f64) as u64).saturating_sub(drawn)
            }
        }
    }
}
