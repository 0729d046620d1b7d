"""Many visitors against fresh servers: `python benchmarks/load.py 20 100 [--seconds 30]`.

Each visitor is a websocket that speaks Streamlit's protobuf: it opens Start within the first three seconds,
then asks for the script to run again every three seconds. Printed: errors, first load, rerun (p50, p95; those
of the first ten seconds, in which all arrive, are not counted), what the servers' memory grew by, their
processor time a run of a script, and the cores that servers and visitors kept busy.

`--mix`: visitors stand on all pages, and go between two experiments, as by Back and Forward.
`--saturated`: the engine trains long runs meanwhile, which an earlier server had promised.
`--cold`: all open Start at once on servers that have answered nobody yet, and leave. Printed: errors, seconds
from the servers' start until their health is good, seconds of the first load, memory then and at its most.
`--clicks`: all have the same experiment open in Explore, and click Train at once. Printed: errors, seconds
until a click is answered, and from the first click until every process has the result; how often it was
computed.
`--processes 2`: two dashboards on one store behind HAProxy, by the rules of `deploy/haproxy.cfg`.
`--postgresql`: the store is a PostgreSQL of its own, else a file of SQLite.
"""

import argparse
import asyncio
import json
import random
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from statistics import quantiles
from urllib.parse import urlencode

from servers import Site, site
from sqlalchemy import func, select
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from softlabel_core import Experiment
from softlabel_core.experiment.link import query
from softlabel_core.store import schema
from softlabel_core.store.database import Database, url

PAUSE = 3.0
ARRIVED = 10.0
"""Seconds after which every visitor has opened a page."""

PINS = "a.bias=one-hot&b.bias=fixed-rival&b.bias.rate="
PAGES = {
    "start": ("bias=fixed-rival&framework.k=2&bias.rate=0.2", "bias=fixed-rival&framework.k=2&bias.rate=0.3"),
    "learn": ("step=pooling.second", "step=rule.before"),
    "explore": ("bias=demotion&bias.rank=2", "bias=demotion&bias.rank=3"),
    "map": tuple(
        f"bias=candidate-set&framework.k=support&bias.unreliability={delta}&bias.ambiguity=0.3"
        for delta in (0.2, 0.3)
    ),
    "compare": (f"{PINS}0.2", f"{PINS}0.3"),
    "labels": ("seed=1", "seed=2"),
}
"""Page -> two addresses between which it changes."""

MIX = ("start", "explore", "map", "learn", "start", "explore", "map", "learn", "explore", "compare", "labels")
"""Where visitors stand, one after the other: three of eleven on Explore. A guess: nobody has counted."""

LONG = {"dataset": "digits", "replicates": 64, "training": {"epochs": 60}}
"""Predicted to take some 20 s: what keeps the engine busy."""

CLICKED = Experiment.parse({"dataset": "digits", "replicates": 8, "training": {"epochs": 60}, "seed": 77})
"""What all click Train for: 3 s."""


@dataclass
class Seen:
    """What visitors saw: seconds of first loads and of what counts after; all reruns; when first clicked."""

    first: list[float] = field(default_factory=list)
    later: list[float] = field(default_factory=list)
    runs: int = 0
    clicked: float = 0.0
    problems: list[str] = field(default_factory=list)

    def say(self) -> None:
        """The first three kinds of problems, apart from the table."""
        for problem in sorted(set(self.problems))[:3]:
            print(problem, file=sys.stderr)


def opened(port: int, origin: str = "") -> connect:
    """A visitor's connection, to be entered."""
    address, origin = f"ws://localhost:{port}/_stcore/stream", origin or f"http://localhost:{port}"
    return connect(address, origin=origin, subprotocols=["streamlit"], max_size=None)


async def rerun(
    socket: ClientConnection,
    problems: list[str],
    page: str = "",
    query: str = "",
    told: tuple[str, str] | None = None,
    seen: Callable[[ForwardMsg], object] = lambda message: None,
) -> float:
    """Seconds until the script of a page has run; notes exceptions on the page.

    A page that is open takes over the query as after Back or Forward. `told`: id of a component, and what it
    tells as JSON.
    """
    ask, started = BackMsg(), time.perf_counter()
    ask.rerun_script.query_string, ask.rerun_script.page_name = query, page
    ask.rerun_script.is_history_navigation = bool(query) and told is None
    if told is not None:
        state = ask.rerun_script.widget_states.widgets.add()
        state.id, state.json_value = told
    await socket.send(ask.SerializeToString())
    while True:
        message = ForwardMsg()
        message.ParseFromString(await asyncio.wait_for(socket.recv(), 120))
        seen(message)
        if message.delta.new_element.HasField("exception"):
            problems.append(message.delta.new_element.exception.message)
        kind = message.WhichOneof("type")
        if kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            return time.perf_counter() - started


async def visit(port: int, page: str, queries: Sequence[str], begun: float, until: float, seen: Seen) -> None:
    """One visitor, who comes within three seconds and stays."""
    await asyncio.sleep(random.uniform(0, PAUSE))  # noqa: S311
    asked = cycle(queries)
    async with opened(port) as socket:
        seen.first.append(await rerun(socket, seen.problems, page, next(asked)))
        while time.monotonic() < until:
            await asyncio.sleep(PAUSE)
            counts = time.monotonic() > begun
            took = await rerun(socket, seen.problems, page, next(asked))
            seen.later += [took] if counts else []
            seen.runs += 1


async def arrive(port: int, seen: Seen) -> None:
    """One of many visitors who come at the same moment, and leave when they have seen the page."""
    started = time.perf_counter()
    async with opened(port) as socket:
        await rerun(socket, seen.problems)
    seen.first.append(time.perf_counter() - started)


@dataclass
class Clicker:
    """A visitor with an experiment open in Explore."""

    experiment: Experiment
    figure: str = ""

    async def come(self, socket: ClientConnection, problems: list[str]) -> float:
        """Open the page; seconds it took."""
        link = urlencode(query(self.experiment))
        return await rerun(socket, problems, "explore", link, seen=self._look)

    async def click(self, socket: ClientConnection, problems: list[str]) -> float:
        """Click Train; seconds until that is answered."""
        deed = json.dumps({"deeds": [[1, "train", None]]})
        return await rerun(socket, problems, "explore", told=(self.figure, deed))

    def _look(self, message: ForwardMsg) -> None:
        found = message.delta.new_element.bidi_component
        if found.component_name.endswith("observatory"):
            self.figure = found.id


async def press(
    port: int, experiment: Experiment, ready: asyncio.Barrier, ended: asyncio.Event, seen: Seen
) -> None:
    """One of many who open an experiment, click Train when all are ready, and look on until it ended."""
    one = Clicker(experiment)
    async with opened(port) as socket:
        try:
            seen.first.append(await one.come(socket, seen.problems))
        except BaseException:
            await ready.abort()  # nobody waits for a visitor who never comes
            raise
        await ready.wait()
        seen.clicked = seen.clicked or time.perf_counter()
        seen.later.append(await one.click(socket, seen.problems))
        while not ended.is_set():
            await asyncio.sleep(PAUSE)
            await rerun(socket, seen.problems, "explore")


async def together(visitors: Sequence[Awaitable[None]], seen: Seen) -> Seen:
    """All of them at once; whoever meets an error is counted, the others go on."""
    for error in await asyncio.gather(*visitors, return_exceptions=True):
        if isinstance(error, BaseException):
            seen.problems.append(repr(error))
    return seen


async def crowd(port: int, visitors: int, seconds: float, mixed: bool) -> Seen:
    """So many visitors who stay."""
    seen, begun = Seen(), time.monotonic() + ARRIVED
    who = []
    for _, page in zip(range(visitors), cycle(MIX if mixed else ("start",)), strict=False):
        queries = PAGES[page] if mixed else ("",)
        who.append(visit(port, "" if page == "start" else page, queries, begun, begun + seconds, seen))
    return await together(who, seen)


async def rush(port: int, visitors: int) -> Seen:
    """So many visitors at the same moment."""
    seen = Seen()
    return await together([arrive(port, seen) for _ in range(visitors)], seen)


async def clicks(port: int, experiments: Sequence[Experiment], ended: Callable[[], bool]) -> Seen:
    """A visitor for each, who all click Train at the same moment, and stay until it has `ended`."""
    seen, ready, event = Seen(), asyncio.Barrier(len(experiments)), asyncio.Event()

    async def watch() -> None:
        try:
            while not await asyncio.to_thread(ended):
                await asyncio.sleep(0.1)
        finally:
            event.set()

    watching = asyncio.create_task(watch())
    await together([press(port, one, ready, event, seen) for one in experiments], seen)
    await watching
    return seen


def measure(given: argparse.Namespace, visitors: int) -> list[str]:
    """Visitors who stay, on servers that are warm."""
    long = [Experiment.parse({**LONG, "seed": seed}) for seed in range(1000 if given.saturated else 0)]
    with site(given.processes, given.postgresql, long) as here:
        for port in here.servers:  # the first visitor of all pays for the imports
            asyncio.run(crowd(port, len(MIX), 0, given.mix))
        before, ours = here.memory(), time.process_time()
        theirs, started = here.processor(), time.perf_counter()
        seen = asyncio.run(crowd(here.port, visitors, given.seconds, given.mix))
        passed = time.perf_counter() - started
        theirs, ours = here.processor() - theirs, time.process_time() - ours
        grown, busy = here.memory() - before, running(here)
    if given.saturated:
        print(f"{busy} long runs under way at the end", file=sys.stderr)
    ends = [f"{1000 * end:.0f}" for times in (seen.first, seen.later) for end in middle_and_late(times)]
    run = 1000 * theirs / (len(seen.first) + seen.runs)
    cores = f"{theirs / passed:.2f} + {ours / passed:.2f}"
    seen.say()
    return [len(seen.problems), len(seen.later), *ends, f"{grown:.0f}", f"{run:.1f}", cores]


def cold(given: argparse.Namespace, visitors: int) -> list[str]:
    """Visitors who all come as soon as the health of fresh servers is good."""
    started = time.perf_counter()
    with site(given.processes, given.postgresql) as here:
        healthy, before = time.perf_counter() - started, here.memory()
        seen = asyncio.run(rush(here.port, visitors))
        most = here.memory("VmHWM")
    seen.say()
    times = (healthy, *middle_and_late(seen.first), max(seen.first))
    return [len(seen.problems), *(f"{one:.2f}" for one in times), f"{before:.0f}", f"{most:.0f}"]


def clicked(given: argparse.Namespace, visitors: int) -> list[str]:
    """Visitors who click Train for the same experiment, on servers that are warm."""
    with site(given.processes, given.postgresql) as here:
        for port in here.servers:
            asyncio.run(crowd(port, len(MIX), 0, mixed=True))
        told: dict[int, float] = {}

        def ended() -> bool:
            for port in here.servers.keys() - told.keys():
                if stands(port, CLICKED.key()) == "done":
                    told[port] = time.perf_counter()
            return len(told) == len(here.servers)

        seen = asyncio.run(clicks(here.port, [CLICKED] * visitors, ended))
        computed = count(here, schema.results, schema.results.c.key == CLICKED.key())
    seen.say()
    times = (*middle_and_late(seen.later), max(seen.later), max(told.values()) - seen.clicked)
    return [len(seen.problems), *(f"{one:.2f}" for one in times), computed]


def stands(port: int, key: str) -> str:
    """How a run stands, as this server says."""
    from ui.live import runs

    asked = f"http://localhost:{port}{runs.address('').format(key=key)}"
    with urllib.request.urlopen(asked) as answer:
        return str(json.load(answer)["state"])


def count(here: Site, table: object, which: object) -> int:
    """Rows of the store."""
    database = Database(url(here.store))
    with database.read() as connection:
        found = connection.execute(select(func.count()).select_from(table).where(which)).scalar_one()
    database.close()
    return int(found)


def running(here: Site) -> int:
    """Runs that a worker has."""
    return count(here, schema.jobs, schema.jobs.c.state == "running")


def middle_and_late(times: Sequence[float]) -> tuple[float, float]:
    """The median, and what 95 of 100 stay below; nothing of nothing."""
    if len(times) < 2:
        return (times[0], times[0]) if times else (float("nan"), float("nan"))
    parts = quantiles(times, n=20)
    return parts[9], parts[18]


ROWS = {
    measure: "errors | reruns | first load p50 (ms) | p95 | rerun p50 (ms) | p95 | memory (MiB) "
    "| processor a run (ms) | cores: servers + visitors",
    cold: "errors | healthy (s) | first load p50 (s) | p95 | last | memory (MiB) | at most",
    clicked: "errors | click answered p50 (s) | p95 | last | all processes have it (s) | times computed",
}


def main() -> None:
    """Print a table, a row for each number of visitors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("visitors", type=int, nargs="+")
    parser.add_argument("--seconds", type=float, default=30, help="that visitors stay (default 30)")
    for switch in ("--mix", "--saturated", "--cold", "--clicks", "--postgresql"):
        parser.add_argument(switch, action="store_true")
    parser.add_argument("--processes", type=int, choices=(1, 2), default=1)
    given = parser.parse_args()
    row = cold if given.cold else clicked if given.clicks else measure
    print(f"| visitors | {ROWS[row]} |\n|{'---|' * (2 + ROWS[row].count('|'))}", flush=True)
    for visitors in given.visitors:
        print(f"| {' | '.join(map(str, [visitors, *row(given, visitors)]))} |", flush=True)


if __name__ == "__main__":
    main()
