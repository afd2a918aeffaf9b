"""Checks and runs shared out among processes: raw results, which merge to those of one process."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, List, Optional, Union, overload

from . import _slth
from .network import Network, Target, network_of
from .progress import Asked, telling
from .results import Check, Run
from .ticket import tickets_of

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


@dataclass(frozen=True, eq=False)
class RunShare:
    """Some layers of a run, as `slth run --shard i/n --checkpoint FILE` writes them.

    Layers are independent, and G is a function: shares of one run come together by `a + b` or `slth.merge` to what one
    process would have built.
    """

    data: bytes = field(repr=False)
    """the bytes of the checkpoint"""
    network: Network
    options: Dict[str, Any] = field(repr=False)
    """those of `slth.run`"""
    missing: List[str] = field(default_factory=list)
    """after a merge, the parts that no share has built"""

    def finish(self, *, threads: Optional[int] = None, progress: Asked = None) -> Run:
        """Builds what is missing, measures the layers, tries inputs and certifies: the result of the run."""
        return finished(self.network, self.options, self.data, threads, progress)

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes the checkpoint: `slth merge` takes it, and `slth run --checkpoint` goes on from it."""
        _slth.write_file(os.fspath(path), self.data)

    @classmethod
    def load(cls, path: Union[str, os.PathLike[str]], target: Target, **options: Any) -> RunShare:
        """Reads a checkpoint of a run of `target` with the options of `slth.run`."""
        with open(path, "rb") as file:
            return cls(file.read(), network_of(target), options)

    def __add__(self, other: object) -> RunShare:
        return merge([self, other]) if isinstance(other, RunShare) else NotImplemented


def finished(
    network: Network, options: Dict[str, Any], built: Optional[bytes], threads: Optional[int], progress: Asked
) -> Run:
    """The result of a run, from a checkpoint on if there is one."""
    setup = network.setup(**options)
    with telling(progress) as told:
        text, _, found = _slth.run(setup, built, threads, told)
    result = Run.from_json(text)
    proofs = [lane.certificate for lane in result.lanes]
    careful = [proof is not None and proof.evaluation == "careful" for proof in proofs]
    result.tickets = tickets_of(found, network if setup.is_graph else None, careful)
    return result


@overload
def merge(shares: Iterable[RunShare]) -> RunShare: ...
@overload
def merge(shares: Iterable[Union[CheckShare, str, os.PathLike[str]]]) -> CheckShare: ...
def merge(shares: Iterable[Any]) -> Union[CheckShare, RunShare]:
    """All shares of one check, given themselves or by their files, or all of one run; in any order.

    Raises ValueError for shares of other setups or versions, and for runs or layers that two of them have."""
    given = list(shares)
    if given and all(isinstance(share, RunShare) for share in given):
        parts = [(f"share {place} of the list", share.data) for place, share in enumerate(given, 1)]
        data, missing = _slth.merge_runs(parts)
        return RunShare(data, given[0].network, given[0].options, missing)
    named = []
    for place, share in enumerate(given, 1):
        if isinstance(share, RunShare):
            raise ValueError(f"share {place} of the list: expected a share of a check, found one of a run")
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
