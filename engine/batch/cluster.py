"""A crew of Dask workers.  They must see the footage and the output folder under the same paths,
and have Normscope and the weights.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from engine.batch.crew import Ended, Step
from engine.batch.scoring import FootageTask, Outcome, score_footage
from engine.errors import BadSetting

SECONDS = 10  # to be let in


def score_there(task: FootageTask) -> Outcome:
    """What a Dask worker runs: one footage, to its end."""
    return score_footage(task, lambda done, total: True)


class Cluster:
    """The workers behind a Dask scheduler's address, such as tcp://10.0.0.5:8786."""

    def __init__(self, address: str) -> None:
        self._address = address

    def work(self, tasks: Sequence[FootageTask]) -> Iterator[Step | Ended]:
        """See Crew.  Raises BadSetting where there is no cluster to be reached."""
        distributed = _distributed()
        _knock(self._address)
        client = distributed.Client(self._address, timeout=SECONDS, set_as_default=False)
        with client:
            # a footage that was scored before must be looked at again: results are not cached
            futures = client.map(score_there, tasks, pure=False, retries=1)
            positions = {future.key: at for at, future in enumerate(futures)}
            for position in range(len(tasks)):
                yield Step(position, 0, 1)
            try:
                for future in distributed.as_completed(futures, loop=client.loop):
                    position = positions[future.key]
                    yield Ended(position, _outcome(future, tasks[position]))
            finally:
                client.cancel(futures)


def _knock(address: str) -> None:
    """A client that finds nobody takes half a minute to give up, and complains when it is closed;
    so see first whether anybody is there.
    """
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    try:
        if parts.scheme not in ("tcp", "tls") or not parts.hostname or not parts.port:
            raise ValueError(address)
        socket.create_connection((parts.hostname, parts.port), timeout=SECONDS).close()
    except (OSError, ValueError) as error:
        raise BadSetting(
            f"There is no Dask scheduler at {address}.",
            hint="Start one with `dask scheduler`, workers with `dask worker ADDRESS`, and give "
            "its address, such as tcp://10.0.0.5:8786.",
        ) from error


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise BadSetting(
            "Work on a cluster needs the package `distributed`.",
            hint='Install it into the same environment: pip install "normscope[cluster]"',
        ) from error
    return distributed


def _outcome(future: Any, task: FootageTask) -> Outcome:
    if future.status == "finished":
        outcome: Outcome = future.result()
        return outcome
    lost = future.exception() if future.status == "error" else future.status
    return Outcome(
        str(task.footage),
        str(task.out),
        "failed",
        error=f"The cluster could not score {task.footage.name}: {lost}.",
        hint="See the worker's log; it needs Normscope, the weights and the same paths.",
    )
