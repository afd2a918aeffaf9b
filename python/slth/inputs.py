"""The set of inputs X over which errors are found and certified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Union

from ._arrays import classes, floats


@dataclass(frozen=True)
class Ball:
    """All x with ‖x‖₂ ≤ radius."""

    radius: float = 1.0

    def to_ron(self) -> str:
        return f"Ball(radius: {float(self.radius)!r})"


@dataclass(frozen=True)
class Box:
    """All x with low ≤ x ≤ high: two numbers, or a number for each input."""

    low: Any
    high: Any

    def to_ron(self) -> str:
        return f"Box(low: {_ends('low', self.low)}, high: {_ends('high', self.high)})"


@dataclass(frozen=True)
class Signs:
    """{-1, 1}ⁿ."""

    def to_ron(self) -> str:
        return "Signs"


@dataclass(frozen=True, eq=False)
class Points:
    """These points and no others: points × inputs; `labels`, a class for each point, give both networks' accuracy."""

    points: Any
    labels: Optional[Any] = None

    def to_ron(self) -> str:
        points = floats("points", self.points, 2, "points × inputs")
        rows = ", ".join(f"[{', '.join(map(repr, row))}]" for row in points.tolist())
        labels = ""
        if self.labels is not None:
            labels = f", labels: {classes('labels', self.labels, len(points)).tolist()}"
        return f"Points(points: [{rows}]{labels})"


Inputs = Union[Ball, Box, Signs, Points, str]
"""A set of inputs, or its field of a preset in RON."""


def _ends(name: str, ends: Any) -> str:
    if isinstance(ends, (int, float)):
        return repr(float(ends))
    return repr(floats(name, ends, 1, "a number for each input").tolist())
