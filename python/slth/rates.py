"""The parts of a check's results. Fields are the keys of the program's JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Optional

from ._report import Count
from .lanes import Assumption
from .learned import Difference


@dataclass
class Threshold:
    """Neurons per weight with the allowed failure rate, and its interval; `None` beyond the known part of the curve."""

    neurons_per_weight: Optional[Count]
    low: Optional[Count]
    high: Optional[Count]


@dataclass
class Rate:
    """A failure rate and its exact interval."""

    count: int
    rate: float
    low: float
    high: float


@dataclass
class CheckedLayer:
    """One layer over many seeds."""

    layer: int
    weights: int
    neurons_bound: Count
    neurons_per_weight_bound: Count
    g_weights: Count
    failures: Rate
    threshold: Threshold
    threshold_of_share: Threshold


@dataclass
class CheckedNetwork:
    """The network over many seeds."""

    weights: int
    g_neurons: Count
    g_weights: Count
    neurons_per_weight_bound: Count
    failures: Rate
    incomplete: int
    not_found: int
    missing: Rate
    uncertified: int
    exceeds_only_by_rounding: int
    largest_certified: Optional[float]
    largest_error: Optional[float]
    failing_seeds: List[int]
    missing_seeds: List[int]
    threshold: Threshold


@dataclass
class CheckedLane:
    """One construction over many seeds."""

    construction: str
    method: str
    allocation: Optional[str]
    mode: str
    runs: int
    unfinished_seeds: List[int]
    least_claim: float
    layers: List[CheckedLayer]
    network: CheckedNetwork
    assumptions: List[Assumption]
    verdict: str
    elapsed_seconds: float


@dataclass
class CheckedArm:
    """The ticket or a control of a learned method, over many seeds."""

    arm: str
    runs: int
    accuracy: Difference
    ticket_ahead: Optional[Difference]
    verdict: Optional[str]


@dataclass
class CheckedRound:
    """A round of a learned method, over many seeds."""

    round: int
    share_weights_kept: float
    arms: List[CheckedArm]


@dataclass
class CheckedLearned:
    """A learned method over many seeds."""

    lane: int
    method: str
    options: Dict[str, Any]
    runs: int
    rounds: List[CheckedRound]
    elapsed_seconds: float
