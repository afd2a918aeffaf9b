"""How much faster two workers of Dask are than one: `python python/benches/cluster.py [RUNS] [TIMES]`.

A check of `digits` with so many runs (2,000 by default), the best of so many times (3 by default). Both clusters stand
before the clock starts.
"""

from __future__ import annotations

import sys
import time

from distributed import Client, LocalCluster

import slth
import slth.dask


def seconds(workers: int, runs: int, times: int) -> float:
    """The shortest time of a check on so many workers of one thread."""
    found = []
    with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            # Workers import the package at their first task.
            slth.dask.check(client, "tiny", runs=10 * workers)
            for _ in range(times):
                started = time.perf_counter()
                check = slth.dask.check(client, "digits", runs=runs, shards=8 * workers)
                found.append(time.perf_counter() - started)
                assert check.lanes[0].runs == runs
    return min(found)


if __name__ == "__main__":
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    times = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    one, two = seconds(1, runs, times), seconds(2, runs, times)
    print(
        f"{runs:,} runs of digits: {one:.2f} s on one worker, {two:.2f} s on two: {one / two:.2f} times as fast"
    )
