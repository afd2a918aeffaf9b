"""The native part of the package: the engine's calls. Everything for users is in the other modules."""

from typing import Callable, Optional, Union, final

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float64]
_Classes = NDArray[np.uint32]
_Columns = tuple[NDArray[np.uint64], _Classes, _Classes, _Floats, _Floats, _Floats]
_Parts = tuple[tuple[_Floats, _Classes], tuple[_Floats, _Classes], int]
_Progress = Optional[Callable[[str, str, int, int, int], object]]
_Ticket = Union[tuple[str, list[_Columns]], bytes, str]

@final
class Setup:
    @staticmethod
    def open(
        name: str,
        layers: Optional[list[str]],
        transposed: Optional[bool],
        order: Optional[str],
        activation: Optional[str],
        output_activation: Optional[str],
        seed: Optional[int],
        settings: list[str],
    ) -> Setup: ...
    @staticmethod
    def of_arrays(
        weights: list[_Floats],
        biases: Optional[list[Optional[_Floats]]],
        activations: Optional[list[str]],
        seed: Optional[int],
        settings: list[str],
        points: Optional[_Floats],
        labels: Optional[_Classes],
        data: Optional[_Parts],
    ) -> Setup: ...
    @property
    def title(self) -> str: ...
    @property
    def widths(self) -> list[int]: ...
    @property
    def epsilon(self) -> float: ...
    @property
    def delta(self) -> float: ...
    @property
    def seed(self) -> int: ...
    @property
    def is_graph(self) -> bool: ...
    @property
    def has_targets(self) -> bool: ...
    @property
    def activations(self) -> list[tuple[str, Optional[float]]]: ...
    @property
    def methods(self) -> list[str]: ...
    def weights(self) -> list[_Floats]: ...
    def biases(self) -> list[Optional[_Floats]]: ...
    def forward(self, points: _Floats) -> _Floats: ...
    def to_ron(self) -> str: ...

@final
class Dataset:
    @staticmethod
    def of_arrays(parts: _Parts) -> Dataset: ...
    @staticmethod
    def of_setup(setup: Setup) -> Optional[Dataset]: ...
    @property
    def sizes(self) -> list[int]: ...
    @property
    def features(self) -> int: ...
    @property
    def classes(self) -> int: ...

@final
class PrunedNetwork:
    def __new__(cls, meta: str, layers: list[_Columns], setup: Optional[Setup] = None) -> PrunedNetwork: ...
    def forward(self, points: _Floats, careful: bool) -> _Floats: ...

def methods() -> list[tuple[str, str]]: ...
def preset_names() -> list[str]: ...
def bounds(setup: Setup) -> str: ...
def run(setup: Setup, threads: Optional[int], progress: _Progress) -> tuple[str, bool, list[_Ticket]]: ...
def compare(setup: Setup, threads: Optional[int], progress: _Progress) -> tuple[str, bool, list[_Ticket]]: ...
def check(
    setup: Setup,
    runs: int,
    learned_runs: int,
    neurons_per_weight: Optional[float],
    confidence: float,
    threads: Optional[int],
    progress: _Progress,
) -> tuple[str, bool, list[_Floats]]: ...
def learn(
    data: Dataset,
    method: str,
    widths: list[int],
    seed: int,
    title: str,
    threads: Optional[int],
    progress: _Progress,
) -> tuple[str, Optional[bytes]]: ...
def check_columns(meta: str, layers: list[_Columns]) -> None: ...
def write_ticket(path: str, meta: str, layers: list[_Columns]) -> None: ...
def weights_of_g(
    law: Optional[tuple[float, float]],
    seed: int,
    layer: int,
    neurons: NDArray[np.uint64],
    inputs: int,
    outputs: int,
) -> tuple[_Floats, _Floats]: ...
