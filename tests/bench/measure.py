"""Runs requests against a server and reads what they cost from the kernel's own books."""

import http.client
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Request:
    """One request; `data` makes it a POST. `expect` are the statuses that count as done."""

    path: str
    data: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    expect: tuple[int, ...] = (200,)


@dataclass
class Figures:
    """What an action cost: CPU and wall times in milliseconds, bytes as sent."""

    cpu_ms: float
    p50_ms: float
    p95_ms: float
    rps: float
    bytes: int


class BadAnswer(Exception):
    """A run with errors is no result."""


def run(
    port: int,
    pids: Callable[[], list[int]],
    requests: Iterator[Request],
    count: int,
    clients: int = 1,
) -> Figures:
    """Send `count` requests in a closed loop of `clients`; CPU is that of all `pids`."""
    times: list[float] = []
    sizes: list[int] = []
    errors: list[str] = []
    lock = threading.Lock()

    def loop(share: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(share):
            with lock:
                request = next(requests)
            start = time.perf_counter()
            size, error = _send(connection, request)
            took = time.perf_counter() - start
            with lock:
                times.append(took)
                sizes.append(size)
                if error:
                    errors.append(error)

    before, began = cpu_seconds(pids()), time.perf_counter()
    threads = [threading.Thread(target=loop, args=(count // clients,)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall, used = time.perf_counter() - began, cpu_seconds(pids()) - before
    if errors:
        raise BadAnswer(f"{len(errors)} of {len(times)}: {errors[0]}")
    ordered = sorted(times)
    return Figures(
        cpu_ms=used / len(times) * 1000,
        p50_ms=statistics.median(ordered) * 1000,
        p95_ms=ordered[int(len(ordered) * 0.95)] * 1000,
        rps=len(times) / wall,
        bytes=int(statistics.median(sizes)),
    )


def _send(connection: http.client.HTTPConnection, request: Request) -> tuple[int, str | None]:
    headers = {"Accept-Encoding": "gzip", "Connection": "keep-alive", **request.headers}
    if request.data is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(
        "POST" if request.data is not None else "GET",
        request.path,
        body=request.data,
        headers=headers,
    )
    response = connection.getresponse()
    body = response.read()
    if response.status not in request.expect:
        return len(body), f"{request.path} answered {response.status}: {body[:200]!r}"
    return len(body), None


def family(pid: int) -> list[int]:
    """`pid` and all its descendants that live now."""
    found, queue = [pid], [pid]
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        parent = int(text.rpartition(")")[2].split()[1])
        children.setdefault(parent, []).append(int(stat.parent.name))
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return found


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of `pids` so far."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def pss_mib(pids: list[int]) -> float:
    """Proportional set size of `pids` in MiB: shared pages counted once in all."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next(
            (int(row.split()[1]) for row in text.splitlines() if row.startswith("Pss:")), 0
        )
    return total / 1024


def command_of(pid: int) -> str:
    """The command line of a process, empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        return ""
