"""A check on a cluster of Dask: its shares are tasks, and nothing of our own distributes work.

>>> from distributed import Client
>>> import slth.dask
>>> slth.dask.check(Client(), "digits", runs=100_000)  # doctest: +SKIP
"""

from __future__ import annotations

from typing import Any, List, Optional

import distributed

from .calls import RUNS, check as check_here
from .network import Target, network_of
from .progress import Asked, telling
from .results import Check
from .shares import CONFIDENCE, CheckShare, confidence_of, merge

# Shares for each thread of the cluster: enough that none waits long for the last.
_EACH = 4


def check(
    client: distributed.Client,
    target: Target,
    *,
    runs: Optional[int] = None,
    shards: Optional[int] = None,
    confidence: float = CONFIDENCE,
    threads: int = 1,
    progress: Asked = None,
    **options: Any,
) -> Check:
    """As `slth.check`, on the workers of `client`: the report is that of one process, elapsed time apart.

    shards: how many tasks; four for each thread of the cluster by default.
    threads: of the engine in a task; Dask has a task for each thread of its workers.
    progress: told after each share.
    options: those of `slth.check`.

    A file must be at the same path on all workers. An interrupt cancels what has not begun.
    """
    confidence_of(confidence)
    cluster: Any = client
    completed: Any = distributed.as_completed
    count = _EACH * max(1, sum(cluster.nthreads().values())) if shards is None else shards
    count = max(1, min(count, RUNS if runs is None else runs))
    network = cluster.scatter(network_of(target), broadcast=True, hash=False)
    given = {"runs": runs, "threads": threads, **options}
    tasks = [
        cluster.submit(
            _share, network, (i, count), given, pure=False, key=f"slth-check-{i}-of-{count}-{id(network)}"
        )
        for i in range(1, count + 1)
    ]
    shares: List[CheckShare] = []
    try:
        with telling(progress) as told:
            for _, share in completed(tasks, with_results=True):
                shares.append(share)
                if told is not None:
                    told("check", "shares", len(shares), count, 0)
    finally:
        cluster.cancel([task for task in tasks if not task.done()])
    whole: CheckShare = merge(shares)
    return whole.report(confidence)


def _share(network: Any, shard: Any, given: Any) -> CheckShare:
    """One share, on a worker."""
    share: CheckShare = check_here(network, shard=shard, **given)
    return share
