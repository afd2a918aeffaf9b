"""What Python adds to the engine: `python python/benches/overhead.py`.

Prints the time that `slth.run("tiny")` takes beyond the engine's own, and the times of a ticket of about nine million
paths on its way to NumPy and PyTorch. Best of several, in milliseconds.
"""

from __future__ import annotations

import sys
import time
from typing import Any, Callable

import numpy as np

import slth

CALLS = 200
PATHS = 9_000_000


def best(calls: int, call: Callable[[], Any]) -> float:
    """The shortest time of some calls, in milliseconds."""
    times = []
    for _ in range(calls):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return 1e3 * min(times)


def overhead() -> None:
    """A call, less the time that its report says the engine took."""
    beyond = []
    for _ in range(CALLS):
        started = time.perf_counter()
        run = slth.run("tiny")
        took = time.perf_counter() - started
        beyond.append(1e3 * (took - sum(lane.elapsed_seconds for lane in run.lanes)))
    print(f"slth.run on tiny: {min(beyond):.3f} ms beyond the engine (median {np.median(beyond):.3f} ms)")


def columns(paths: int) -> slth.Ticket:
    """A ticket of a layer with so many paths: a network of random weights, large enough."""
    width = int((paths / 22) ** 0.5)
    weights = np.random.default_rng(0).uniform(-1, 1, (width, width)) / width**0.5
    started = time.perf_counter()
    # A few inputs are tried: the ticket is what is measured.
    inputs = slth.Points(np.eye(width)[:16])
    run = slth.run(slth.Network([weights], None, "identity"), inputs=inputs, epsilon=1e-3)
    ticket: slth.Ticket = run.ticket()
    print(
        f"a layer of {width} × {width}: {ticket.paths:,} paths, built in {time.perf_counter() - started:.1f} s"
    )
    return ticket


def handed_over(ticket: slth.Ticket) -> None:
    """The columns are the engine's memory; a module of PyTorch has its own."""
    layer = ticket.layers[0]
    for name in ("neuron", "input", "output", "z_in", "z_out"):
        column = getattr(layer, name)
        assert not column.flags.owndata and type(column.base).__name__ == "PySliceContainer"
        print(f"{name:>8}: {column.nbytes / 1e6:.0f} MB at {column.ctypes.data:#x}, NumPy owns none of it")
    try:
        import torch  # noqa: F401
    except ImportError:
        print("skipped: PyTorch is not installed")
        return
    print(f"to a module of PyTorch: {best(3, ticket.to_torch):.0f} ms")


if __name__ == "__main__":
    overhead()
    if "--small" not in sys.argv:
        handed_over(columns(PATHS))
