"""A class against fresh servers: `python benchmarks/hall.py 300 [--processes 2] [--postgresql] [--base a/b]`.

Each phone is a connection that hears events: it joins within five seconds, guesses within ten, and designs
once within `--spread` seconds (3). Printed: errors; until a join is answered, until a phone hears a move,
until a vote and a design are answered (p50, p95); votes; designs, different ones, and seconds from the last
design to the last point on the big screen; the servers' processor (not that of their workers) while nothing
happens, while all vote and while all design, in per cent of a core; their memory.

`--polling`: phones ask every 2.5 s instead, as behind a proxy that holds events back.
`--processes 2`: two dashboards on one store behind HAProxy, by the rules of `deploy/haproxy.cfg`.
`--postgresql`: the store is a PostgreSQL of its own, else a file of SQLite.
`--base a/b`: below a base path.
"""

import argparse
import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

from servers import Site, site

from softlabel_core.hall import rehearsal, rooms
from softlabel_core.store.database import Database, url

ARRIVE, VOTE, IDLE = 5.0, 10.0, 5.0
"""Seconds within which phones join and guess, and in which nothing happens."""

STEP = "rule.line"
PAUSE = 2.5
"""Seconds between two questions of a phone that polls."""

PATIENCE = 180.0
"""Seconds after which what has not come is missing."""


class Line:
    """A connection to a server, opened again where it was closed, with the cookies of one browser."""

    def __init__(self, port: int, base: str, cookies: dict[str, str] | None = None) -> None:
        self._port, self._base = port, base
        self.cookies = {} if cookies is None else cookies
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str, data: Any = None) -> tuple[int, dict[str, str], Any]:
        """Status, headers and JSON of an answer."""
        for attempt in (1, 2):
            try:
                status, headers = await self._head(path, data)
                return status, headers, json.loads(await self._body(headers) or "null")
            except (ConnectionError, asyncio.IncompleteReadError):
                self._open = None
                if attempt == 2:
                    raise
        raise AssertionError

    async def events(self, path: str) -> AsyncIterator[Any]:
        """The data of a stream's events."""
        await self._head(path, None)
        text = b""
        while chunk := await self._chunk():
            *whole, text = (text + chunk).split(b"\n\n")
            for event in whole:
                if event.startswith(b"data: {"):
                    yield json.loads(event.removeprefix(b"data: "))

    async def _head(self, path: str, data: Any) -> tuple[int, dict[str, str]]:
        if self._open is None:
            self._open = await asyncio.open_connection("localhost", self._port, limit=2**20)
        reader, writer = self._open
        body = b"" if data is None else json.dumps(data).encode()
        lines = [
            f"{'GET' if data is None else 'POST'} {self._base}{path} HTTP/1.1",
            f"Host: localhost:{self._port}",
        ]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if data is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = {}
        for line in filter(None, rest):
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
            if name.lower() == "set-cookie":
                cookie, _, token = value.split(";")[0].partition("=")
                self.cookies[cookie] = token
        return int(first.split()[1]), headers

    async def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return await self._reader().readexactly(int(headers.get("content-length", 0)))
        found = b""
        while chunk := await self._chunk():
            found += chunk
        return found

    async def _chunk(self) -> bytes:
        reader = self._reader()
        chunk = await reader.readexactly(int(await reader.readline(), 16))
        await reader.readexactly(2)
        return chunk

    def _reader(self) -> asyncio.StreamReader:
        if self._open is None:
            raise ConnectionError
        return self._open[0]


@dataclass
class Seen:
    """What phones saw: seconds by what they waited for; the last design; what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    moved: dict[str, float] = field(default_factory=dict)
    """Stage -> when the presenter went there."""

    designed: float = 0.0
    problems: list[str] = field(default_factory=list)

    def note(self, what: str, since: float) -> None:
        """It has come."""
        self.seconds.setdefault(what, []).append(time.perf_counter() - since)


@dataclass
class Hall:
    """A room of the benchmark."""

    site: Site
    base: str
    code: str
    polling: bool
    spread: float
    seen: Seen = field(default_factory=Seen)

    def line(self, cookies: dict[str, str] | None = None) -> Line:
        """A new connection."""
        return Line(self.site.port, self.base, cookies)

    async def phone(self, number: int) -> None:
        """A phone's evening."""
        chance = random.Random(number)  # noqa: S311
        await asyncio.sleep(ARRIVE * chance.random())
        line, at, since = self.line(), f"/hall/{self.code}", time.perf_counter()
        status, _, state = await line.ask(f"{at}/join", {})
        self.seen.note("join", since)
        if status != 200:
            self.seen.problems.append(f"join: {status}")
            return
        stage, tasks = state["stage"], []
        async for state in self.heard(line, at, chance):
            if state["stage"] == stage:
                continue
            stage = state["stage"]
            self.seen.note("move", self.seen.moved[stage])
            if stage.endswith(".open"):
                tasks.append(asyncio.create_task(self.answer(line.cookies, at, state, chance)))

    async def heard(self, line: Line, at: str, chance: random.Random) -> AsyncIterator[Any]:
        """States as they come, or as the phone asks for them."""
        if not self.polling:
            async for state in self.line(line.cookies).events(f"{at}/events"):
                yield state
            return
        await asyncio.sleep(PAUSE * chance.random())
        mark = ""
        while True:
            status, _, state = await line.ask(f"{at}/state?v={mark}")
            if status == 200:
                mark = state["v"]
                yield state
            await asyncio.sleep(PAUSE * (0.8 + 0.4 * chance.random()))

    async def answer(self, cookies: dict[str, str], at: str, state: Any, chance: random.Random) -> None:
        """Guess, or design."""
        votes = state["stage"] == "vote.open"
        await asyncio.sleep((VOTE if votes else self.spread) * chance.random())
        said = {"activity": state["activity"], "x": rehearsal.guess(100, chance)}
        if not votes:
            made = rehearsal.design(chance)
            said = {"activity": state["activity"], "number": 0, "recipe": made.recipe}
            said |= {"a": made.a, "b": made.b, "k": made.k}
        since = time.perf_counter()
        status, _, _ = await self.line(cookies).ask(f"{at}/{'vote' if votes else 'design'}", said)
        self.seen.note("vote" if votes else "design", since)
        if status != 200:
            self.seen.problems.append(f"{state['stage']}: {status}")
        if not votes:
            self.seen.designed = time.perf_counter()


async def play(hall: Hall, secret: str, phones: int) -> dict[str, float]:
    """The presenter's evening; per cent of a core in its parts, designs, and seconds until the last point."""
    boss, at, found = hall.line(), f"/hall/{hall.code}/present", {}
    await boss.ask(f"{at}/enter", {"secret": secret})
    tasks = [asyncio.create_task(hall.phone(number)) for number in range(phones)]

    async def state() -> Any:
        return (await boss.ask(f"{at}/state"))[2]

    async def move(to: str) -> None:
        version = (await state())["v"]
        hall.seen.moved[to] = time.perf_counter()
        status, _, _ = await boss.ask(f"{at}/move", {"v": version, "to": to, "step": STEP})
        if status != 200:
            hall.seen.problems.append(f"move to {to}: {status}")

    async def busy(what: str, seconds: float) -> None:
        used, begun = hall.site.processor(), time.perf_counter()
        await asyncio.sleep(seconds)
        found[what] = 100 * (hall.site.processor() - used) / (time.perf_counter() - begun)

    await asyncio.sleep(ARRIVE + 2)
    await busy("idle", IDLE)
    await move("vote.open")
    await busy("voting", VOTE + 1)
    await move("vote.shown")
    await asyncio.sleep(PAUSE + 1)
    await move("vote.revealed")
    await asyncio.sleep(PAUSE + 1)
    found["votes"] = (await state())["count"]
    used, begun = hall.site.processor(), time.perf_counter()
    await move("law.open")
    shown: Any = {}
    while time.perf_counter() - begun < PATIENCE:
        shown = await state()
        if shown["count"] >= phones and not shown["waiting"]:
            break
        await asyncio.sleep(0.1)
    ended = time.perf_counter()
    found |= {
        "designing": 100 * (hall.site.processor() - used) / (ended - begun),
        "last": ended - hall.seen.designed,
    }
    found |= {"designs": shown["count"], "different": len(shown["points"]), "failed": shown["failed"]}
    found["memory"] = hall.site.memory()
    for task in tasks:
        if task.done() and task.exception():
            hall.seen.problems.append(repr(task.exception()))
        task.cancel()
    return found


def report(hall: Hall, found: dict[str, float]) -> None:
    """What was seen, a line each."""
    print(f"errors: {len(hall.seen.problems)} {sorted(set(hall.seen.problems))[:3]}")
    for what, seconds in hall.seen.seconds.items():
        cuts = quantiles(seconds, n=20)
        print(f"{what}: n {len(seconds)}, p50 {1e3 * cuts[9]:.0f} ms, p95 {1e3 * cuts[18]:.0f} ms")
    print(f"votes counted: {found['votes']:.0f}")
    print(
        f"designs: {found['designs']:.0f}, {found['different']:.0f} different, {found['failed']:.0f} failed; "
        f"last design to last point {found['last']:.1f} s"
    )
    parts = ", ".join(f"{part} {found[part]:.1f} %" for part in ("idle", "voting", "designing"))
    print(f"processor of the servers, of a core: {parts}; memory {found['memory']:.0f} MiB")


def main() -> None:
    """As the command line says."""
    parser = argparse.ArgumentParser(description="A class against fresh servers")
    parser.add_argument("phones", type=int, nargs="?", default=300)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--polling", action="store_true")
    parser.add_argument("--spread", type=float, default=3.0)
    parser.add_argument("--base", default="")
    options = parser.parse_args()
    base = f"/{options.base.strip('/')}" if options.base else ""
    with site(options.processes, options.postgresql, base=base) as found:
        database = Database(url(found.store))
        with database.write() as connection:
            made = rooms.open_room(connection, "en")
        database.close()
        code, secret = made or ("", "")  # the first of a new store is always there
        hall = Hall(found, base, code, options.polling, options.spread)
        report(hall, asyncio.run(play(hall, secret, options.phones)))


if __name__ == "__main__":
    main()
