"""What goes wrong, done to the real thing: `python benchmarks/faults.py [--engine ray] [NAME ...]`.

A row each in Markdown: what is done, what must hold, what was found, and the seconds it took. Real processes
are killed by real signals; stores are a file of SQLite and a PostgreSQL of its own. With `--engine ray`
(the extra `cluster`) workers are nodes of a Ray cluster that is started here. What the project's tests do
already is not here: docs/hosting.md names them.
"""

import argparse
import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import pytest
import tasks
from load import Clicker, clicks, opened, rerun, stands
from servers import alive, cluster, descendants, serving, stored
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import InvalidStatus

from softlabel_core import Experiment, run
from softlabel_core.experiment.link import query
from softlabel_core.service import queue
from softlabel_core.service.queue import Busy, Jobs, Work
from softlabel_core.service.runner import ended
from softlabel_core.service.stored import StoredJournal
from softlabel_core.store import results
from softlabel_core.store.database import Database, url
from tests.service.engines import Engine, embedded, ray
from tests.store.writer import killed

Opens = Callable[[int], AbstractContextManager[Engine]]
"""An engine, with so many workers."""

QUICK = {"dataset": "moons", "student": "linear", "replicates": 2, "training": {"epochs": 20}}
LONG = {"dataset": "digits", "replicates": 64, "training": {"epochs": 60}}


def experiment(seed: int, config: dict[str, Any] = QUICK) -> Experiment:
    return Experiment.parse({**config, "seed": seed})


@contextmanager
def working(
    engine: Opens = embedded, workers: int = 2, database: Database | None = None
) -> Iterator[tuple[Jobs, Engine]]:
    """A queue with real workers, as a dashboard has it; on a store if there is one."""
    queue.GONE = 600.0  # as if every visitor's page went on asking
    with engine(workers) as opened:
        every = Jobs(opened.runner, journal=StoredJournal(database) if database else None)
        try:
            yield every, opened
        finally:
            every.close()


def until(condition: Callable[[], object], seconds: float = 300.0) -> float:
    """Seconds until it holds."""
    started = time.perf_counter()
    while not condition():
        if time.perf_counter() - started > seconds:
            raise TimeoutError(f"not within {seconds:g} s")
        time.sleep(0.01)
    return time.perf_counter() - started


def range_of(seconds: Sequence[float]) -> str:
    """Median, smallest and largest."""
    return f"{median(seconds):.2f} s [{min(seconds):.2f}, {max(seconds):.2f}]"


def workers_killed(engine: Opens = embedded) -> str:
    """20 workers killed in 200 runs | none lost"""
    with stored(False) as (address, _), working(engine, 2, database := Database(url(address))) as (every, at):
        asked = [experiment(seed) for seed in range(200)]
        found = [every.start(one, f"visitor {seed}") for seed, one in enumerate(asked)]
        killed = 0
        while any(job.alive for job in found):
            for seed, one in enumerate(asked):  # what nobody looks at is dropped
                every.look(one.key(), f"visitor {seed}")
            over = sum(not job.alive for job in found)
            due = killed < 20 and over >= 8 * killed and any(job.state == "running" for job in found)
            if due and (workers := [*at.workers()]):
                os.kill(random.choice(workers), signal.SIGKILL)  # noqa: S311
                killed += 1
            time.sleep(0.1)
        ends = Counter(job.state for job in found)
        kept = sum(results.answering(database, one.key()) is not None for one in asked)
        saved = results.counts(database)["results"]
    lost = 200 - ends["done"] - ends["failed"]
    twice = sum(job.lost > 1 for job in found)
    told = f"{ends['done']} done, {ends['failed']} reported ({twice} hit twice), {lost} lost"
    return f"{killed} killed: {told}; {kept} of them kept, by {saved} results"


def killer_job(engine: Opens = embedded) -> str:
    """A job that kills its worker | at most 2 starts"""
    with TemporaryDirectory() as folder, working(engine) as (every, _):
        notes = Path(folder) / "starts"
        job = every.share("killer", Work(tasks.die, (str(notes),), 1.0), "me")
        took = until(lambda: not job.alive)
        beside = every.share("next", Work(tasks.nap, (), 0.1), "you")
        until(lambda: beside.state == "done")
        starts = len(notes.read_text())
    return f"{starts} starts, {job.state} after {took:.1f} s; the next one ran"


def cancelled(engine: Opens = embedded) -> str:
    """A run is cancelled, one that listens and one that spins | 3 s; its worker free 1 s later"""
    told = []
    with working(engine, 1) as (every, _):
        for name, work in (("training", None), ("spinning", Work(tasks.spin, (), 1.0))):
            freed, begun = [], []
            for turn in range(5):
                asked = experiment(turn, LONG)
                key = f"{name} {turn}" if work else asked.key()
                job = every.share(key, work, "me") if work else every.start(asked, "me")
                until(lambda job=job: job.state == "running")
                time.sleep(1.0)
                beside = every.share(f"beside {key}", Work(tasks.nap, (), 0.1), "you")
                every.stop(key, "me")
                freed.append(until(lambda job=job: ended(job.handle)))
                begun.append(until(lambda beside=beside: beside.state in ("running", "done")))
            told.append(f"{name}: stopped {range_of(freed)}, the next begun {range_of(begun)} later")
    return "; ".join(told)


def timeout(engine: Opens = embedded) -> str:
    """A job takes longer than its limit | stopped 1 s later"""
    late = []
    with working(engine, 1) as (every, _):
        for turn in range(5):
            job = every.share(f"spinning {turn}", Work(tasks.spin, (), 1.0, limit=2.0), "me")
            until(lambda job=job: job.state == "running")
            late.append(until(lambda job=job: not job.alive) - 2.0)
    return f"limit + {range_of(late)}: “{job.problem}”"


def writers_sqlite() -> str:
    """8 writers, 100 kills, SQLite | acknowledged = readable"""
    return _writers(False)


def writers_postgresql() -> str:
    """8 writers, 100 kills, PostgreSQL | acknowledged = readable"""
    return _writers(True)


def _writers(postgresql: bool) -> str:
    result = run(experiment(0), device="cpu")
    with stored(postgresql) as (address, folder):
        database = Database(url(address))
        results.counts(database)
        told, kills = killed(address, Path(folder) / "result.json", result, 100)
        read = sum(found is not None and found.result == result for found in _opened(database, told))
        damaged = len([*results.check(database)])
        database.close()
    return f"{kills} kills: {read} of {len(told)} readable, {damaged} damaged"


def _opened(database: Database, shares: Sequence[str]) -> Iterator[Any]:
    return (results.shared(database, share) for share in shares)


def app_killed() -> str:
    """The app killed with 10 runs queued and 2 running | all 12 finish after the restart"""
    some = {"dataset": "digits", "replicates": 8, "training": {"epochs": 60}}
    asked = [experiment(seed, some if seed < 8 else {"dataset": "digits"}) for seed in range(12)]
    with stored(False) as (address, _):
        database = Database(url(address))
        with serving(DATABASE_URL=address) as (port, process):
            both = lambda: results.counts(database)["jobs"].get("running") == 2  # noqa: E731
            seen = asyncio.run(clicks(port, asked, both))
            before = results.counts(database)
            os.kill(process, signal.SIGKILL)
        with serving(DATABASE_URL=address):
            took = until(lambda: results.counts(database)["jobs"] == {})
            done = sum(results.answering(database, one.key()) is not None for one in asked)
        database.close()
    jobs = before["jobs"]
    at = f"{jobs.get('waiting', 0)} queued, {jobs['running']} running, {before['results']} done"
    return (
        f"killed with {at} ({len(seen.problems)} errors): {done} done {took:.0f} s after the next was healthy"
    )


def postgresql_down() -> str:
    """PostgreSQL down for 30 s | nothing acknowledged is lost"""
    with cluster() as server, working(database=(database := Database(url(server.database())))) as (every, _):
        found = [every.start(experiment(seed), f"visitor {seed}") for seed in range(10)]
        until(lambda: found[0].state == "done")
        server.stop()
        gone = time.perf_counter()
        found += [every.start(experiment(seed), f"visitor {seed}") for seed in range(10, 20)]
        time.sleep(30 - (time.perf_counter() - gone))
        served = sum(job.state == "done" for job in found)
        server.start()
        took = until(lambda: _saved(database) == 20)
    return (
        f"10 promised before and 10 while it was down: {served} served meanwhile, 20 kept {took:.1f} s after"
    )


def _saved(database: Database) -> int:
    with suppress(Exception):
        return int(results.counts(database)["results"])
    return 0


def orphans() -> str:
    """SIGKILL of a server that trains | no process of it 2 s later"""
    with stored(False) as (address, _), serving(DATABASE_URL=address) as (port, process):
        asked = experiment(0, LONG)
        asyncio.run(clicks(port, [asked], lambda: stands(port, asked.key()) == "running"))
        left = descendants(process)
        os.kill(process, signal.SIGKILL)
        took = until(lambda: not any(map(alive, left)))
    return f"{len(left)} processes, the last gone after {took:.2f} s"


def greedy() -> str:
    """One of 50 visitors asks for 100 runs | the others wait no longer"""
    waits = {}
    for much in (0, 100):
        with working() as (every, _):
            mine, refused = [], 0
            for seed in range(much):
                try:
                    mine.append(every.start(experiment(seed), "greedy"))
                except Busy:
                    refused += 1
            others = [every.start(experiment(1000 + seed), f"visitor {seed}") for seed in range(49)]
            waits[much] = until(lambda others=others: not any(job.alive for job in others))
    had = sum(job.state == "done" for job in mine)
    return (
        f"{refused} refused; the last of 49 done after {waits[100]:.1f} s, {waits[0]:.1f} s without it; "
        f"the greedy one had {had} by then"
    )


def cache_cleared() -> str:
    """A visitor clears the cache during a run | it ends well"""
    asked = experiment(1, LONG)
    link = urlencode(query(asked))  # the session's memory goes with the cache, its address stays

    async def visit(port: int) -> list[str]:
        one, problems = Clicker(asked), []
        async with opened(port) as socket:
            await one.come(socket, problems)
            await one.click(socket, problems)
            await socket.send(BackMsg(clear_cache=True).SerializeToString())
            while await asyncio.to_thread(stands, port, asked.key()) != "done":
                await rerun(socket, problems, "explore", link)
                await asyncio.sleep(0.5)
        return problems

    with stored(False) as (address, _), serving(DATABASE_URL=address) as (port, _):
        problems = asyncio.run(asyncio.wait_for(visit(port), 300))
    return f"done, {len(problems)} errors"


def foreign_origin() -> str:
    """A page of another origin opens a connection | refused"""

    async def visit(port: int) -> str:
        try:
            async with opened(port, "http://evil.example"):
                return "taken"
        except InvalidStatus as refusal:
            return f"refused, status {refusal.response.status_code}"

    with stored(False) as (address, _), serving(DATABASE_URL=address) as (port, _):
        return asyncio.run(visit(port))


def guesses() -> str:
    """100,000 guesses of the id of a saved run | none opens one"""
    letters, draw = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", random.Random(0)  # noqa: S311
    with stored(False) as (address, _):
        database = Database(url(address))
        with database.write() as connection:
            kept = [results.save(connection, run(experiment(0), device="cpu")).share for _ in range(100)]
        assert results.shared(database, kept[0]) is not None  # noqa: S101
        tried = ("".join(draw.choices(letters, k=22)) for _ in range(100_000))
        opened = sum(results.shared(database, one) is not None for one in tried)
        database.close()
    return f"{opened} opened"


def _named(*rows: Callable[..., str]) -> dict[str, Callable[..., str]]:
    return {row.__name__.replace("_", "-"): row for row in rows}


ENGINES: dict[str, Opens] = {"embedded": embedded, "ray": ray}

ON_ANY = _named(workers_killed, killer_job, cancelled, timeout)
"""What every engine is asked."""

FAULTS = ON_ANY | _named(
    writers_sqlite,
    writers_postgresql,
    app_killed,
    postgresql_down,
    orphans,
    greedy,
    cache_cleared,
    foreign_origin,
    guesses,
)


def main() -> None:
    """Print the rows that are asked for, or all."""
    about = "\n".join(f"  {name:20}{fault.__doc__}" for name, fault in FAULTS.items())
    parser = argparse.ArgumentParser(
        description=f"{__doc__}\n{about}", formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", choices=[*FAULTS, []], metavar="NAME")
    parser.add_argument("--engine", choices=ENGINES, default="embedded", help=f"of {', '.join(ON_ANY)}")
    asked = parser.parse_args()
    can = FAULTS if asked.engine == "embedded" else ON_ANY
    if not can.keys() >= set(asked.names):
        parser.error(f"with --engine {asked.engine} allowed: {', '.join(can)}")
    print("| | must hold | found | seconds |\n|---|---|---|---|")
    for name in asked.names or can:
        started = time.perf_counter()
        try:
            found = can[name](ENGINES[asked.engine]) if name in ON_ANY else can[name]()
        except pytest.skip.Exception as reason:
            found = f"not measured: {reason}"
        except Exception as error:
            found = f"**missed**: {error!r}"
        print(f"| {FAULTS[name].__doc__} | {found} | {time.perf_counter() - started:.0f} |", flush=True)


if __name__ == "__main__":
    main()
