"""How far some work is: a callback, or a bar of tqdm."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any, Callable, Iterator, Optional, Union


@dataclass(frozen=True)
class Progress:
    """How far a call is, some forty times a second at most."""

    what: str
    """the method under way, by its id"""
    unit: str
    """`weights`, `inputs`, `batches` or `runs`"""
    done: int
    """finished units"""
    total: int
    """units in all"""
    failures: int
    """failed runs so far; 0 where nothing is repeated"""


Asked = Union[None, bool, Callable[[Progress], object]]
"""`True` for a bar of tqdm (nothing without tqdm), or a function of a `Progress`."""

Told = Callable[[str, str, int, int, int], object]


@contextlib.contextmanager
def telling(asked: Asked) -> Iterator[Optional[Told]]:
    """What the engine calls to tell its progress."""
    if asked is None or asked is False:
        yield None
    elif callable(asked):
        call = asked
        yield lambda *numbers: call(Progress(*numbers))
    elif asked is True:
        with contextlib.closing(_Bar()) as bar:
            yield bar.show
    else:
        raise ValueError(f"progress: expected True, False or a function, found {asked!r}")


class _Bar:
    """A bar of tqdm, a new one for each unit; no bar where tqdm is missing."""

    def __init__(self) -> None:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            tqdm = None
        self._tqdm: Any = tqdm
        self._bar: Any = None
        self._of: Optional[tuple[str, str]] = None

    def show(self, what: str, unit: str, done: int, total: int, failures: int) -> None:
        if self._tqdm is None:
            return
        if self._of != (what, unit):
            self.close()
            self._bar, self._of = self._tqdm(total=total, desc=what, unit=f" {unit}"), (what, unit)
        self._bar.update(done - self._bar.n)
        if failures:
            self._bar.set_postfix(failed=failures)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
