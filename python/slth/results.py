"""Results as plain dataclasses. Their fields are the keys of the program's JSON, whose schemas are in the book."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from . import _html
from ._arrays import Floats
from ._report import Report, flat, frame
from .lanes import (
    Assumption,
    Certificate,
    ComparedLane,
    ComparedTicket,
    ConstructionBounds,
    Refused,
    RunLane,
    Savings,
    TargetFigures,
)
from .learned import LearnedLane, LearnedRound
from .rates import CheckedLane, CheckedLearned
from .ticket import AnyTicket, LearnedTicket


class _Tickets(Report):
    """A result with tickets, a lane each, learned ones last."""

    tickets: Tuple[AnyTicket, ...] = ()

    def ticket(self, lane: int = 0) -> Any:
        """The ticket of a lane, from 0: a `Ticket`, or the `LearnedTicket` of a learned lane.

        Raises ValueError for a lane that has none."""
        if not 0 <= lane < len(self.tickets):
            raise ValueError(f"lane: expected one from 0 to {len(self.tickets) - 1}, found {lane}")
        found = self.tickets[lane]
        if isinstance(found, str):
            raise ValueError(f"ticket: {found}")
        return found


class _Lanes(_Tickets):
    """A result of several lanes: constructions, then learned methods."""

    title: str
    seed: int
    lanes: List[Any]
    learned: List[LearnedLane]

    def __repr__(self) -> str:
        lanes = [f"{lane.method} {lane.verdict}" for lane in self.lanes] + [
            lane.method for lane in self.learned
        ]
        return f"{type(self).__name__}({self.title!r}, seed {self.seed}: {', '.join(lanes)})"

    @property
    def holds(self) -> bool:
        """Whether every constructed ticket holds: the program's exit code is then 0."""
        return all(lane.holds for lane in self.lanes)


@dataclass(repr=False)
class Run(_Lanes):
    """The result of `slth run`."""

    title: str
    seed: int
    epsilon: float
    given: str
    lanes: List[RunLane]
    learned: List[LearnedLane]
    bridge: Optional[Dict[str, Any]]
    refused: List[Refused]
    reading: Optional[Dict[str, Any]]
    assumed: List[str]
    graph: Optional[Dict[str, Any]] = None

    @property
    def certificate(self) -> Optional[Certificate]:
        """The certificate of the first lane."""
        return self.lanes[0].certificate

    def to_pandas(self) -> Any:
        """A row for each finished layer of each lane."""
        return frame(
            [
                {"lane": i, "method": lane.method, **flat(layer)}
                for i, lane in enumerate(self.lanes)
                for layer in lane.layers
            ]
        )

    def _repr_html_(self) -> str:
        heads = ["method", "neurons of G", "share kept", "error found", "certified", "ε", "verdict"]
        rows = [
            (
                lane.method,
                lane.g_neurons,
                lane.share_neurons_kept,
                lane.error.found,
                lane.error.certified,
                self.epsilon,
                lane.verdict,
            )
            for lane in self.lanes
        ]
        proofs = "".join(
            lane.certificate._repr_html_() for lane in self.lanes if lane.certificate is not None
        )
        return _html.table(self.title, heads, rows) + proofs


@dataclass(repr=False)
class Comparison(_Lanes):
    """The result of `slth compare` for several constructions of one target."""

    title: str
    seed: int
    weights: int
    lanes: List[ComparedLane]
    compared: List[ComparedTicket] = field(metadata={"key": "tickets"})
    """constructed and learned tickets side by side"""
    learned: List[LearnedLane]
    bridge: Optional[Dict[str, Any]]
    refused: List[Refused]
    malach_assumptions: List[Assumption]
    reading: Optional[Dict[str, Any]]
    assumed: List[str]
    graph: Optional[Dict[str, Any]] = None

    def to_pandas(self) -> Any:
        """A row for each construction."""
        return frame([flat(lane) for lane in self.lanes])

    def _repr_html_(self) -> str:
        heads = ["method", "neurons per weight", "bound", "kept", "certified", "verdict"]
        rows = [
            (
                lane.method,
                lane.neurons_per_weight,
                lane.neurons_per_weight_bound,
                lane.kept_neurons_per_weight,
                lane.error.certified,
                lane.verdict,
            )
            for lane in self.lanes
        ]
        return _html.table(self.title, heads, rows)


@dataclass
class Targets(Report):
    """The result of `slth compare` for a preset that lists several targets."""

    title: str
    seed: int
    delta: float
    targets: List[TargetFigures]

    def __repr__(self) -> str:
        return f"Targets({self.title!r}, seed {self.seed}: {len(self.targets)} targets)"

    @property
    def holds(self) -> bool:
        """Whether all targets that can be built hold."""
        return all(lane.holds for target in self.targets if target.refused is None for lane in target.lanes)

    def to_pandas(self) -> Any:
        """A row for each construction of each target."""
        rows = []
        for target in self.targets:
            outer = {f"target.{key}": value for key, value in flat(target).items()}
            rows += [{**outer, **flat(lane)} for lane in target.lanes]
        return frame(rows)

    def _repr_html_(self) -> str:
        rows = [
            (
                target.name,
                target.weights,
                lane.method,
                lane.neurons_per_weight,
                lane.error.certified,
                lane.verdict,
            )
            for target in self.targets
            for lane in target.lanes
        ]
        return _html.table(
            self.title, ["target", "weights", "method", "neurons per weight", "certified", "verdict"], rows
        )


@dataclass
class Bounds(Report):
    """The result of `slth bounds`: theory's numbers, nothing built."""

    title: str
    widths: List[int]
    epsilon: float
    delta: float
    w_max: float
    f_max: float
    norms: str
    given: str
    tolerance: str
    weight_tolerance: List[float]
    constructions: List[ConstructionBounds]
    savings: Savings
    reading: Optional[Dict[str, Any]]
    assumed: List[str]
    graph: Optional[Dict[str, Any]] = None

    def __repr__(self) -> str:
        widths, names = "-".join(map(str, self.widths)), [each.name for each in self.constructions]
        return f"Bounds({self.title!r}, {widths}, ε = {self.epsilon}: {', '.join(names)})"

    def to_pandas(self) -> Any:
        """A row for each layer of each construction."""
        return frame(
            [
                {"construction": each.name, **flat(layer)}
                for each in self.constructions
                for layer in each.layers
            ]
        )

    def _repr_html_(self) -> str:
        rows = [
            (each.name, each.g_neurons, each.g_weights, all(a.kept for a in each.assumptions))
            for each in self.constructions
        ]
        return _html.table(
            self.title, ["construction", "neurons of G", "weights of G", "assumptions kept"], rows
        )


class _Curves(Report):
    """A result with failure curves: for each lane steps × 2, neurons per weight of every layer, and how many runs fail
    with so many."""

    curves: Tuple[Floats, ...] = ()


@dataclass
class Check(_Curves):
    """The result of `slth check`: how often constructions fail, with exact intervals."""

    title: str
    seed: int
    runs: int
    stopped: bool
    confidence: float
    epsilon: float
    delta: float
    neurons_per_weight: Optional[float]
    lanes: List[CheckedLane]
    learned: List[CheckedLearned]
    refused: List[Refused]
    reading: Optional[Dict[str, Any]]
    assumed: List[str]
    graph: Optional[Dict[str, Any]] = None

    def __repr__(self) -> str:
        lanes = [
            f"{lane.method} {lane.network.failures.count} of {lane.runs:,} failed, {lane.verdict}"
            for lane in self.lanes
        ]
        return f"Check({self.title!r}: {'; '.join(lanes)})"

    @property
    def has_failed(self) -> bool:
        """Whether a construction fails in more than δ of the runs, at this confidence."""
        return any(lane.network.failures.low > self.delta for lane in self.lanes)

    def needs(self, lane: int = 0) -> Floats:
        """The neurons per weight needed by each run of a lane that did not fail, rising: one number per run."""
        curve = self.curves[lane]
        before = np.concatenate(([self.lanes[lane].runs], curve[:-1, 1]))
        return np.repeat(curve[:, 0], (before - curve[:, 1]).astype(np.int64))

    def to_pandas(self) -> Any:
        """A row for each layer of each lane."""
        return frame([{"method": lane.method, **flat(layer)} for lane in self.lanes for layer in lane.layers])

    def _repr_html_(self) -> str:
        heads = ["method", "runs", "failures", "rate", "from", "to", "δ", "verdict"]
        rows = [
            (
                lane.method,
                lane.runs,
                lane.network.failures.count,
                lane.network.failures.rate,
                lane.network.failures.low,
                lane.network.failures.high,
                self.delta,
                lane.verdict,
            )
            for lane in self.lanes
        ]
        pictures = [
            _html.histogram(
                f"{lane.method}: neurons per weight needed by {lane.runs:,} runs",
                self.needs(i),
                "neurons per weight",
            )
            for i, lane in enumerate(self.lanes[: len(self.curves)])
        ]
        return _html.table(f"{self.title}, intervals at {self.confidence:.0%}", heads, rows) + "".join(
            pictures
        )


class _OneTicket(Report):
    """A result with the ticket of its last round."""

    ticket: Optional[LearnedTicket] = None


@dataclass
class Learned(_OneTicket):
    """The result of a learned method: rounds, each with its ticket and the controls."""

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

    def __repr__(self) -> str:
        return f"Learned({self.method}, {len(self.rounds)} rounds: {self.ticket!r})"

    def to_pandas(self) -> Any:
        """A row for each arm of each round."""
        rows = []
        for each in self.rounds:
            outer = {
                "round": each.round,
                "kept_weights": each.kept_weights,
                "share_weights_kept": each.share_weights_kept,
            }
            rows += [{**outer, **flat(arm)} for arm in each.arms]
        return frame(rows)

    def _repr_html_(self) -> str:
        rows = [
            (each.round, each.share_weights_kept, arm.arm, arm.test.accuracy, arm.test.low, arm.test.high)
            for each in self.rounds
            for arm in each.arms
        ]
        return _html.table(self.method, ["round", "share kept", "network", "accuracy", "from", "to"], rows)
