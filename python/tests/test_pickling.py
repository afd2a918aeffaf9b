"""Everything travels: to other processes, and back."""

from __future__ import annotations

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import slth
from conftest import without_time

NETWORK = slth.Network([np.eye(3) / 2, np.full((2, 3), 0.25)], [np.ones(3) / 4, None], ["relu", "identity"])
POINTS = np.random.default_rng(0).uniform(-1, 1, (10, 3))


def run_it(network: slth.Network) -> slth.Run:
    return slth.run(network, epsilon=0.1)


def evaluate(ticket: Any) -> Any:
    return ticket(POINTS)


def again(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


def test_networks(tmp_path: Path) -> None:
    (tmp_path / "own.ron").write_text(NETWORK.to_ron())
    for network in (NETWORK, slth.Network.open("tiny"), slth.Network.open(tmp_path / "own.ron")):
        read = again(network)
        assert repr(read) == repr(network)
        assert all(np.array_equal(a, b) for a, b in zip(read.weights, network.weights))


def test_results() -> None:
    for result in (
        run_it(NETWORK),
        slth.bounds("tiny"),
        slth.compare("tiny"),
        slth.check("tiny", runs=50),
        slth.Ball(2.0),
        slth.Progress("a", "runs", 1, 2, 0),
    ):
        assert again(result) == result
    check = slth.check("tiny", runs=50)
    assert np.array_equal(again(check).needs(), check.needs())
    assert again(check).to_json() == check.to_json()


def test_tickets() -> None:
    ticket = run_it(NETWORK).ticket()
    expected = ticket(POINTS)
    read = again(ticket)
    assert np.array_equal(read(POINTS), expected)
    with pytest.raises(ValueError, match="read-only"):
        read.layers[0].z_in[0] = 1
    graph = slth.run("conv", methods="hyperbolic/first-fit").ticket()
    x = np.random.default_rng(0).random(slth.Network.open("conv").widths[0])
    assert np.array_equal(again(graph)(x), graph(x))


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_processes(method: str) -> None:
    """A fork, too: it has none of its parent's threads."""
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system cannot {method} processes")
    here = run_it(NETWORK)
    with ProcessPoolExecutor(2, multiprocessing.get_context(method)) as processes:
        runs = list(processes.map(run_it, [NETWORK] * 4, timeout=60))
        outputs = list(processes.map(evaluate, [run.ticket() for run in runs], timeout=60))
    for run, output in zip(runs, outputs):
        assert without_time(run.to_json()) == without_time(here.to_json())
        assert np.array_equal(output, here.ticket()(POINTS))


def test_arrays_may_arrive_at_any_byte() -> None:
    """As Dask's do, which are views of what came over the wire."""

    def arrived(value: Any) -> Any:
        buffers: list[pickle.PickleBuffer] = []
        data = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
        moved = [memoryview(b"." + buffer.raw().tobytes())[1:] for buffer in buffers]
        assert buffers
        return pickle.loads(data, buffers=moved)

    ticket = run_it(NETWORK).ticket()
    read = arrived(ticket)
    assert np.array_equal(read(POINTS), ticket(POINTS))
    assert np.array_equal(arrived(NETWORK)(POINTS), NETWORK(POINTS))
    assert without_time(run_it(arrived(NETWORK)).to_json()) == without_time(run_it(NETWORK).to_json())


def test_joblib() -> None:
    joblib = pytest.importorskip("joblib", reason="joblib is not installed")
    seeds = range(4)
    found = joblib.Parallel(n_jobs=2)(
        joblib.delayed(slth.run)(NETWORK, epsilon=0.1, seed=seed) for seed in seeds
    )
    for seed, run in zip(seeds, found):
        assert without_time(run.to_json()) == without_time(
            slth.run(NETWORK, epsilon=0.1, seed=seed).to_json()
        )
