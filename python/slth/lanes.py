"""The parts of results that speak of one construction. Fields are the keys of the program's JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, List, Optional

from . import _html
from ._report import Count, flat, frame
from .learned import RightAnswers


@dataclass
class Assumption:
    """One assumption of a construction's bound; where one is not kept, the bound promises nothing."""

    assumption: str
    found: float
    limit: float
    kept: bool


@dataclass
class Refused:
    """A construction that was not built, and why."""

    construction: str
    method: str
    reason: str


@dataclass
class Accuracy:
    """Shares of the labelled inputs that F and Ĝ classify right."""

    target: float
    pruned: float


@dataclass
class CertifiedLayer:
    """One layer's line of a certificate."""

    layer: int
    input_norm: float
    input_norm_by: str
    input_norm_by_norms: float
    input_norm_by_intervals: float
    delta_norms: List[Optional[float]]
    delta_norm: float
    pruned_norm: float
    lambda_: float
    error: float
    rounding: float
    promised: Optional[float]


@dataclass
class CertifiedNode:
    """One node's line of the certificate of a graph."""

    node: str
    kind: str
    layer: Optional[int]
    from_: List[str]
    input_norms: List[float]
    output_norm: float
    output_norm_by: str
    output_norm_by_norms: float
    output_norm_by_intervals: float
    delta_norm: Optional[float]
    pruned_norm: Optional[float]
    error: float
    largest_entry_error: float
    rounding: float


@dataclass
class Certificate:
    """The proof that sup‖F − Ĝ‖₂ ≤ `error` + `rounding`: layer by layer, or node by node for a graph."""

    error: float
    rounding: float
    evaluation: str
    promised: Optional[float] = None
    layers: List[CertifiedLayer] = field(default_factory=list)
    nodes: List[CertifiedNode] = field(default_factory=list)

    @property
    def total(self) -> float:
        """The bound in float64, rounding included."""
        return self.error + self.rounding

    def to_pandas(self) -> Any:
        """A row for each layer or node."""
        return frame([flat(line) for line in self.layers or self.nodes])

    def _repr_html_(self) -> str:
        return _html.certificate(self)


@dataclass
class Shortage:
    """So many demands with so few neurons between them."""

    demands: int
    neurons: int


@dataclass
class RunLayer:
    """One finished layer of a lane."""

    layer: int
    weights: int
    neurons_bound: Optional[Count]
    neurons_sampled: Count
    kept_neurons: int
    kept_weights: int
    weight_tolerance: float
    max_error: float
    norm_target: float
    norm_pruned: float
    complete: bool
    ticket: Optional[str]
    shortage: Optional[Shortage]
    g_neurons: Count
    g_weights: Count
    g_size_by: str
    share_neurons_kept: Optional[Count]
    share_weights_kept: Optional[Count]


@dataclass
class Climbed:
    """The input climbed to, if its error is above that of every input tried."""

    from_input: int
    from_error: float
    input: List[float]


@dataclass
class RunError:
    """The error found over inputs, and the error certified for all of them."""

    found: float
    certified: Optional[float]
    epsilon: float
    exceeds_only_by_rounding: bool
    inputs_tried: int
    climbed: Optional[Climbed]


@dataclass
class RunLane:
    """One construction of a run."""

    construction: str
    method: str
    mode: str
    layers: List[RunLayer]
    g_neurons: Count
    g_weights: Count
    g_size_by: str
    share_neurons_kept: Optional[Count]
    share_weights_kept: Optional[Count]
    error: RunError
    accuracy: Optional[Accuracy]
    certificate: Optional[Certificate]
    assumptions: List[Assumption]
    verdict: Optional[str]
    elapsed_seconds: float

    @property
    def holds(self) -> bool:
        """Whether its ticket holds: found ≤ certified ≤ ε, in exact arithmetic at least."""
        return self.verdict in ("holds", "exceeds-only-by-rounding")


@dataclass
class ComparedError:
    """The error of a compared construction."""

    found: Optional[float]
    certified: Optional[float]
    epsilon: float


@dataclass
class SubsetEstimate:
    """What the subset sums of a run cost."""

    values_per_half: float
    pensia_constant: float


@dataclass
class ComparedLane:
    """One construction beside others; neurons and weights of G are per target weight."""

    construction: str
    method: str
    allocation: Optional[str]
    mode: str
    neurons_per_weight_bound: Optional[Count]
    assumptions: List[Assumption]
    neurons_per_weight: Optional[Count]
    kept_neurons_per_weight: Optional[float]
    kept_weights_per_weight: Optional[float]
    search_operations: Optional[float]
    g_neurons: Count
    g_weights: Count
    g_size_by: str
    share_neurons_kept: Optional[Count]
    share_weights_kept: Optional[Count]
    error: ComparedError
    accuracy: Optional[Accuracy]
    holds: Optional[bool]
    verdict: Optional[str]
    elapsed_seconds: float
    ratio_to_first: Optional[Count]
    estimate: Optional[SubsetEstimate]


@dataclass
class ComparedTicket:
    """A constructed or learned ticket beside others."""

    lane: int
    name: str
    round: Optional[int]
    kept_weights: Optional[int]
    share_weights_kept: Optional[Count]
    mask_bits: Optional[float]
    network_bytes: int
    accuracy: Optional[RightAnswers]
    guarantee: Optional[float]
    neurons_sampled: Optional[Count]
    training_steps: int
    elapsed_seconds: float
    done: bool


@dataclass
class TargetError:
    """The error of a target's construction."""

    found: Optional[float]
    certified: Optional[float]


@dataclass
class TargetLane:
    """One construction of one target of a list."""

    construction: str
    method: str
    neurons_per_weight_bound: Optional[Count]
    neurons_per_weight: Optional[Count]
    error: TargetError
    accuracy: Optional[Accuracy]
    holds: Optional[bool]
    verdict: Optional[str]
    elapsed_seconds: float


@dataclass
class TargetFigures:
    """One target of a list."""

    name: str
    group: str
    layers: int
    weights: int
    nonzero_weights: int
    epsilon: Optional[float]
    weight_tolerance: Optional[float]
    refused: Optional[str]
    refused_lanes: List[Refused]
    lanes: List[TargetLane]


@dataclass
class LayerBound:
    """Theory's number of neurons for a layer."""

    layer: int
    weights: int
    neurons: Optional[Count]
    neurons_all_targets: Optional[Count]
    neurons_per_weight: Optional[Count]


@dataclass
class ConstructionBounds:
    """Theory's numbers for a construction; `None` where none is published."""

    name: str
    methods: List[str]
    g_neurons: Optional[Count]
    g_weights: Optional[Count]
    k_prime: Optional[float]
    levels: Optional[int]
    weight_range: Optional[List[float]]
    product_range: Optional[List[float]]
    weight_ratio: Optional[Count]
    layers: List[LayerBound]
    assumptions: List[Assumption]


@dataclass
class Savings:
    """Shares of Theorem 3's neurons that two options would save."""

    tolerance_per_layer: Optional[float]
    skip_dead_halves: Optional[float]
    skip_dead_halves_demands: float
