"""Shares of a check come together to the report of one process: in any order, from files, from other processes."""

from __future__ import annotations

import pickle
import random
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

import slth
from conftest import without_time

OPTIONS: dict[str, Any] = {
    "runs": 120,
    "neurons_per_weight": 60.0,
    "methods": ["hyperbolic/first-fit", "malach"],
}


@pytest.fixture(scope="module")
def whole() -> slth.Check:
    return slth.check("tiny", **OPTIONS)


def shares(count: int, **options: Any) -> list[slth.CheckShare]:
    given = {**OPTIONS, **options}
    return [slth.check("tiny", shard=(i, count), **given) for i in range(1, count + 1)]


def test_any_order_and_grouping_gives_the_same_bytes(whole: slth.Check) -> None:
    parts, expected = shares(7), without_time(whole.to_json())
    dice = random.Random(4)
    for _ in range(8):
        left = list(parts)
        while len(left) > 1:
            dice.shuffle(left)
            left.append(left.pop() + left.pop())
        assert without_time(left[0].report().to_json()) == expected
        assert np.array_equal(left[0].report().needs(), whole.needs())
    assert without_time(slth.merge(reversed(parts)).report().to_json()) == expected
    assert slth.merge(parts).report(0.5).lanes[0].network.failures.low > whole.lanes[0].network.failures.low


def test_a_share_is_written_as_a_pair_or_a_text() -> None:
    one, other = slth.check("tiny", shard="2/5", **OPTIONS), slth.check("tiny", shard=(2, 5), **OPTIONS)
    assert one.made == other.made == 24 and repr(one) == repr(other)
    for bad in ("0/5", "6/5", "2", "a/b", (1,), (2, 1), 3, "1/2/3"):
        with pytest.raises(ValueError, match="shard: expected"):
            slth.check("tiny", shard=bad, **OPTIONS)  # type: ignore[call-overload]


def test_shares_travel(tmp_path: Path, whole: slth.Check) -> None:
    parts = [pickle.loads(pickle.dumps(part)) for part in shares(3)]
    for i, part in enumerate(parts):
        part.save(tmp_path / f"{i}.share")
    files = sorted(tmp_path.iterdir())
    merged = slth.merge([files[0], slth.CheckShare.load(files[1]), str(files[2])])
    assert merged.missing is None and merged.made == 120
    assert without_time(merged.report().to_json()) == without_time(whole.to_json())


def test_what_does_not_fit_is_refused_by_name(tmp_path: Path) -> None:
    first, second, third = shares(3)
    with pytest.raises(ValueError, match="missing share 2/3"):
        (first + third).report()
    partial = (first + third).report(partial=True)
    assert partial.stopped and partial.lanes[0].runs == 80
    with pytest.raises(ValueError, match="share 2 of the list: expected work that no other share has"):
        slth.merge([first, first])
    with pytest.raises(
        ValueError, match="share 2 of the list: expected a share of the same check.*epsilon|ε"
    ):
        slth.merge([first, shares(3, epsilon=0.2)[1]])
    with pytest.raises(ValueError, match="seed 9"):
        slth.merge([first, shares(3, seed=9)[1]])
    with pytest.raises(ValueError, match="expected at least one"):
        slth.merge([])
    with pytest.raises(FileNotFoundError, match="none.share"):
        slth.CheckShare.load(tmp_path / "none.share")
    path = tmp_path / "a.share"
    second.save(path)
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:40], whole[:60] + b"\xff" + whole[61:], b"", b"slth"):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="a.share: expected"):
            slth.CheckShare.load(path)
    with pytest.raises(TypeError):
        first + 3  # type: ignore[operator]


def test_files_are_the_program_s(program: Callable[..., str], tmp_path: Path, whole: slth.Check) -> None:
    if "--shard" not in program("check", "--help"):
        pytest.skip("the program that is built makes no shares")
    made = slth.check("tiny", shard="1/2", runs=100)
    made.save(tmp_path / "1.share")
    program("check", "tiny", "--runs", "100", "--shard", "2/2", "--save", str(tmp_path / "2.share"))
    expected = without_time(slth.check("tiny", runs=100).to_json())
    merged = slth.merge([tmp_path / "1.share", tmp_path / "2.share"])
    assert without_time(merged.report().to_json()) == expected
    files = [str(tmp_path / "2.share"), str(tmp_path / "1.share")]
    assert without_time(program("merge", *files, "--json")) == expected


def test_the_layers_of_a_run_are_shared_out(program: Callable[..., str], tmp_path: Path) -> None:
    expected = slth.run("deep", seed=3)
    for count in (1, 2, 3, 9):
        parts = [slth.run("deep", seed=3, shard=(i, count)) for i in range(1, count + 1)]
        random.Random(count).shuffle(parts)
        merged = slth.merge(pickle.loads(pickle.dumps(parts)))
        assert merged.missing == []
        found = merged.finish()
        assert without_time(found.to_json()) == without_time(expected.to_json())
        for one, other in zip(found.ticket().layers, expected.ticket().layers):
            assert np.array_equal(one.neuron, other.neuron) and np.array_equal(one.z_out, other.z_out)
    first, second, third = (slth.run("deep", seed=3, shard=(i, 3)) for i in (1, 2, 3))
    assert (first + third).missing and not (second + (first + third)).missing
    # What no share has built is built then.
    assert without_time((first + third).finish().to_json()) == without_time(expected.to_json())
    with pytest.raises(ValueError, match="share 2 of the list: expected"):
        first + first
    with pytest.raises(ValueError, match="share 2 of the list: expected a share of the same"):
        first + slth.run("deep", seed=4, shard=(2, 3))
    with pytest.raises(
        ValueError, match="share 2 of the list: expected a share of a check, found one of a run"
    ):
        slth.merge([slth.check("tiny", shard=(1, 2), runs=10), first])  # type: ignore[list-item]
    (first + second).save(tmp_path / "c")
    read = slth.RunShare.load(tmp_path / "c", "deep", seed=3)
    assert without_time((third + read).finish().to_json()) == without_time(expected.to_json())
    with pytest.raises(ValueError, match="share: expected"):
        slth.RunShare.load(tmp_path / "c", "deep", seed=5).finish()
    if "--shard" in program("run", "--help"):
        arguments = ["run", "deep", "--seed", "3", "--json", "--checkpoint", str(tmp_path / "c")]
        assert without_time(program(*arguments)) == without_time(expected.to_json())


def test_a_cluster_of_dask(whole: slth.Check) -> None:
    distributed = pytest.importorskip("distributed", reason="Dask is not installed")
    import slth.dask

    network = slth.Network([np.eye(2) / 2, np.full((2, 2), 0.25)])
    seen: list[slth.Progress] = []
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        with distributed.Client(cluster) as client:
            found = slth.dask.check(client, "tiny", shards=5, progress=seen.append, **OPTIONS)
            own = slth.dask.check(client, network, runs=50, epsilon=0.1)
            with pytest.raises(ValueError, match="epsilon"):
                slth.dask.check(client, "tiny", runs=10, epsilon=-1.0)
    assert without_time(found.to_json()) == without_time(whole.to_json())
    assert np.array_equal(found.needs(), whole.needs())
    assert [step.done for step in seen] == [1, 2, 3, 4, 5]
    here = slth.check(network, runs=50, epsilon=0.1)
    assert without_time(own.to_json()) == without_time(here.to_json())
