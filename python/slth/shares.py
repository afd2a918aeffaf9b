"""Checks shared out among processes: raw results of runs, which merge to those of one process."""

from __future__ import annotations

import os
from typing import Any, Iterable, Optional, Union

from . import _slth
from .results import Check

Shard = Union[str, "tuple[int, int]"]
"""A share as `"3/64"` or `(3, 64)`: the third of 64, counted from 1."""

CONFIDENCE = 0.95


class CheckShare:
    """Some runs of a check, as `slth check --shard i/n --save FILE` writes them.

    Shares of one check come together by `a + b` or `slth.merge`, in any order and grouping, to exactly the report of one
    process that made all the runs.
    """

    def __init__(self, native: _slth.CheckShare) -> None:
        self._native = native

    @property
    def made(self) -> int:
        """Runs made of each construction."""
        return self._native.made

    @property
    def missing(self) -> Optional[str]:
        """The runs of the check that are not here, in words; `None` if all are."""
        return self._native.missing()

    def report(self, confidence: float = CONFIDENCE, *, partial: bool = False) -> Check:
        """The result of the check. Raises ValueError if runs are missing, unless `partial` asks for what is here."""
        missing = None if partial else self.missing
        if missing is not None:
            raise ValueError(f"expected all runs of the check; missing {missing}")
        text, curves = self._native.report(confidence_of(confidence))
        result = Check.from_json(text)
        result.curves = tuple(curves)
        return result

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes the share to a file for `slth merge` and `load`, whole or not at all."""
        self._native.save(os.fspath(path))

    @classmethod
    def load(cls, path: Union[str, os.PathLike[str]]) -> CheckShare:
        """Reads a file of `save` or `slth check --save`."""
        return cls(_slth.CheckShare.open(os.fspath(path)))

    def __add__(self, other: object) -> CheckShare:
        return merge([self, other]) if isinstance(other, CheckShare) else NotImplemented

    def __reduce__(self) -> Any:
        return _of_bytes, (self._native.to_bytes(),)

    def __repr__(self) -> str:
        missing = self.missing
        return f"CheckShare({self._native.title!r}: {self.made:,} runs, {'all' if missing is None else f'missing {missing}'})"


def _of_bytes(data: bytes) -> CheckShare:
    return CheckShare(_slth.CheckShare.of_bytes(data))


def merge(shares: Iterable[Union[CheckShare, str, os.PathLike[str]]]) -> CheckShare:
    """All runs of shares of one check, given themselves or by their files, in any order.

    Raises ValueError for shares of other setups or versions, and for runs that two of them have."""
    named = []
    for place, share in enumerate(shares, 1):
        if isinstance(share, CheckShare):
            named.append((f"share {place} of the list", share._native))
        else:
            named.append((os.fspath(share), CheckShare.load(share)._native))
    return CheckShare(_slth.CheckShare.merged(named))


def shard_of(shard: Shard) -> tuple[int, int]:
    """Number and count of a share."""
    numbers: Any = shard.split("/") if isinstance(shard, str) else shard
    try:
        index, count = (int(number) for number in numbers)
    except (TypeError, ValueError):
        raise ValueError(f'shard: expected "i/n" or (i, n), counted from 1; found {shard!r}') from None
    if not 1 <= index <= count < 2**64:
        raise ValueError(f"shard: expected 1 ≤ i ≤ n of i/n, found {shard!r}")
    return index, count


def confidence_of(confidence: float) -> float:
    """A confidence in (0, 1)."""
    if not 0 < confidence < 1:
        raise ValueError(
            f"confidence: expected a number between 0 and 1, both excluded, found {confidence!r}"
        )
    return float(confidence)
