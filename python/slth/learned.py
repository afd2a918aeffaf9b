"""The parts of a learned method's results. Fields are the keys of the program's JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Optional


@dataclass
class RightAnswers:
    """Right answers, their share, and its interval at 95 %."""

    correct: int
    examples: int
    accuracy: Optional[float]
    low: float
    high: float


@dataclass
class Difference:
    """A mean difference and its interval."""

    mean: float
    low: Optional[float]
    high: Optional[float]


@dataclass
class LearnedLayer:
    """The mask of one layer."""

    layer: int
    weights: int
    kept_weights: int
    share_weights_kept: float
    dead_neurons: int


@dataclass
class LearnedArm:
    """The ticket of a round, or one of its controls."""

    arm: str
    test: RightAnswers
    validation: Optional[RightAnswers]
    ticket_ahead: Optional[Difference]
    steps: int
    selected_step: int
    training_loss: Optional[float]


@dataclass
class LearnedRound:
    """One round of a learned method."""

    round: int
    weights: int
    kept_weights: int
    share_weights_kept: float
    dead_neurons: int
    mask_bits: float
    layers: List[LearnedLayer]
    arms: List[LearnedArm]


@dataclass
class LearnedLane:
    """One learned method: no theorem stands behind it, its evidence is the accuracy beside its controls."""

    lane: int
    method: str
    options: Dict[str, Any]
    guarantee: str
    confidence: float
    done: bool
    chosen_round: Optional[int]
    network_bytes: int
    rounds: List[LearnedRound]
    training_steps: int
    elapsed_seconds: float
