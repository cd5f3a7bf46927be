"""`python -m tests.bench [--contacts N] [--database sqlite|postgresql] [--json FILE]`."""

import argparse
import datetime
import json
import subprocess
import sys
from pathlib import Path

from tests.bench import actions, houses, measure
from tests.bench.statements import ASKED, ask

SUBMITS = 120
HEAD = (
    f"{'action':<13}{'CPU ms':>8}{'floor':>8}{'ratio':>7}{'p50':>8}{'p95':>8}{'req/s':>8}"
    f"{'8: p95':>8}{'8: r/s':>8}{'stmts':>7}{'write ms':>9}{'bytes':>8}"
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", nargs="+", default=(), help="some actions, as they are named")
    options = parser.parse_args()
    if options.database == "postgresql":
        with houses.postgres(options.contacts) as database:
            rows = prepared(options, database)
    else:
        rows = prepared(options, None)
    if options.json:
        options.json.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return 0


def prepared(options, database: str | None) -> list[dict]:
    """Run on copies of the data, made first where there are none."""
    name, floor_data = (f"{one}-{options.contacts}" for one in (options.database, "sqlite"))
    houses.prepare(options.contacts, floor_data, None)
    with houses.copied(floor_data) as floor_copy:
        if name == floor_data:
            return run(options, database, floor_copy, floor_copy)
        with houses.copied(name) as copy:
            return run(options, database, copy, floor_copy)


def run(options, database: str | None, name: str, floor_data: str) -> list[dict]:
    passwords = json.loads((houses.STORE / name / "whole.json").read_text())
    house = houses.Shipped(name, database)
    cold = house.start()
    floor = houses.Floor(houses.STORE / floor_data / "data" / "tend.sqlite3")
    try:
        house.settle()
        idle = measure.pss_mib(house.all_pids())
        who = actions.Signed(house.url, "eva@haselbach.example", passwords["eva@haselbach.example"])
        wanted = SUBMITS * 2 + 20 + ASKED if is_asked("quiz_submit", options) else 0
        gates = actions.gates(house.url, Hand(house), wanted)
        table = actions.actions(house.url, who, options.contacts, gates)
        print(HEAD)
        rows = [
            line(action, house, floor, name, database, who)
            for action in table
            if is_asked(action.name, options)
        ]
        tell_rest(house, cold, idle)
        return rows
    finally:
        floor.stop()
        house.stop()


def is_asked(action: str, options) -> bool:
    return not options.only or action in options.only


class Hand:
    """Moves the clock of the house forward by seconds."""

    def __init__(self, house):
        self.house = house
        self.at = datetime.datetime.fromisoformat(houses.DEMO_AT + "+01:00")

    def __call__(self, seconds: int) -> None:
        self.at += datetime.timedelta(seconds=seconds)
        self.house.at(self.at.isoformat())


def line(action, house, floor, name, database, who) -> dict:
    is_submit = action.name == "quiz_submit"
    count = SUBMITS if is_submit else action.count
    for server, requests in ((house, action.ours), (floor, action.floor)):
        measure.run(server.port, server.all_pids, requests, 20)  # warm up
    least = measure.run(floor.port, floor.all_pids, action.floor, count)
    ours = measure.run(house.port, house.all_pids, action.ours, count)
    eight = measure.run(house.port, house.all_pids, action.ours, count // 8 * 8, clients=8)
    asked = ask(house, action.ours)
    row = {
        "action": action.name,
        "cpu_ms": round(ours.cpu_ms, 2),
        "floor_ratio": round(ours.cpu_ms / max(least.cpu_ms, 0.01), 2),
        "p50_ms": round(ours.p50_ms, 2),
        "p95_ms": round(ours.p95_ms, 2),
        "rps": round(ours.rps, 1),
        "statements": asked and asked.statements,
        "write_ms": asked and asked.write_ms,
        "bytes": ours.bytes,
    }
    print(
        f"{action.name:<13}{ours.cpu_ms:>8.2f}{least.cpu_ms:>8.2f}{row['floor_ratio']:>7.2f}"
        f"{ours.p50_ms:>8.2f}{ours.p95_ms:>8.2f}{ours.rps:>8.0f}{eight.p95_ms:>8.2f}"
        f"{eight.rps:>8.0f}{_or(row['statements']):>7}{_or(row['write_ms']):>9}"
        f"{ours.bytes:>8}",
        flush=True,
    )
    return row


def _or(value) -> str:
    return "-" if value is None else str(value)


def tell_rest(house, cold: float, idle: float) -> None:
    size = subprocess.run(["du", "-sm", sys.prefix], capture_output=True, text=True, check=True)
    print(
        f"memory idle {idle:.0f} MiB, now {measure.pss_mib(house.all_pids()):.0f} MiB (PSS, all "
        f"processes); cold start {cold:.2f} s; environment {size.stdout.split()[0]} MiB"
    )


if __name__ == "__main__":
    sys.exit(main())
