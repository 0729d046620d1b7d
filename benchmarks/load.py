"""Many visitors against a fresh server: `python benchmarks/load.py 20 100 [--seconds 30]`.

Each visitor is a websocket that speaks Streamlit's protobuf: it opens Start, then asks for the script to run
again every three seconds. Printed: errors, first load, rerun (p50, p95), growth of the server's memory.

With `--cold` all open Start at once on a server that has answered nobody yet, and leave. Printed: errors,
seconds from the server's start until its health is good, seconds of the first load, and the server's memory
when its health is good and at its most.
"""

import argparse
import asyncio
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

ROOT = Path(__file__).resolve().parents[1]
PAUSE = 3.0


def opened(port: int) -> connect:
    """A visitor's connection, to be entered."""
    address, origin = f"ws://localhost:{port}/_stcore/stream", f"http://localhost:{port}"
    return connect(address, origin=origin, subprotocols=["streamlit"], max_size=None)


async def rerun(socket: ClientConnection, problems: list[str], page: str = "", query: str = "") -> float:
    """Seconds until the script of a page has run; notes exceptions on the page."""
    ask, started = BackMsg(), time.perf_counter()
    ask.rerun_script.query_string, ask.rerun_script.page_name = query, page
    await socket.send(ask.SerializeToString())
    while True:
        message = ForwardMsg()
        message.ParseFromString(await asyncio.wait_for(socket.recv(), 120))
        if message.delta.new_element.HasField("exception"):
            problems.append(message.delta.new_element.exception.message)
        kind = message.WhichOneof("type")
        if kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            return time.perf_counter() - started


async def visit(port: int, until: float, first: list[float], later: list[float], problems: list[str]) -> None:
    """One visitor, who comes within three seconds and stays."""
    await asyncio.sleep(random.uniform(0, PAUSE))  # noqa: S311
    try:
        async with opened(port) as socket:
            first.append(await rerun(socket, problems))
            while time.monotonic() < until:
                await asyncio.sleep(PAUSE)
                later.append(await rerun(socket, problems))
    except Exception as error:  # counted, the others go on
        problems.append(repr(error))


async def arrive(port: int, first: list[float], problems: list[str]) -> None:
    """One of many visitors who come at the same moment, and leave when they have seen the page."""
    try:
        started = time.perf_counter()
        async with opened(port) as socket:
            await rerun(socket, problems)
        first.append(time.perf_counter() - started)
    except Exception as error:
        problems.append(repr(error))


async def rush(port: int, visitors: int) -> tuple[list[float], list[str]]:
    """So many visitors at the same moment."""
    first, problems = [], []
    await asyncio.gather(*(arrive(port, first, problems) for _ in range(visitors)))
    return first, problems


async def crowd(port: int, visitors: int, seconds: float) -> tuple[list[float], list[float], list[str]]:
    """So many visitors at once."""
    first, later, problems = [], [], []
    until = time.monotonic() + seconds
    await asyncio.gather(*(visit(port, until, first, later, problems) for _ in range(visitors)))
    return first, later, problems


@contextmanager
def serving(script: str = "app.py") -> Iterator[tuple[int, int]]:
    """A server just started: its port and its process id."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script, f"--server.port={port}"]
    log = subprocess.DEVNULL
    server = subprocess.Popen(  # noqa: S603
        [*command, "--server.headless=true"], cwd=ROOT, stdout=log, stderr=log, env={**os.environ}
    )
    try:
        for _ in range(1200):
            try:
                urllib.request.urlopen(f"http://localhost:{port}/_stcore/health")
                break
            except OSError:
                time.sleep(0.05)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait()


def measure(visitors: int, seconds: float) -> None:
    """Start a server, let them come, print a row."""
    with serving() as (port, process):
        asyncio.run(crowd(port, 1, 0))  # the first visitor of all pays for the imports
        before = memory(process)
        first, later, problems = asyncio.run(crowd(port, visitors, seconds))
        grown = memory(process) - before
    ends = [1000 * quantiles(times, n=20)[at] for times in (first, later) for at in (9, 18)]
    print(f"| {visitors} | {len(problems)} | {len(later)} | ", end="")
    print(" | ".join(f"{end:.0f}" for end in ends), f"| {grown:.0f} |", flush=True)
    for problem in sorted(set(problems))[:3]:
        print(problem, file=sys.stderr)


def cold(visitors: int) -> None:
    """Start a server, let them all come as soon as its health is good, print a row."""
    started = time.perf_counter()
    with serving() as (port, process):
        healthy, before = time.perf_counter() - started, memory(process)
        first, problems = asyncio.run(rush(port, visitors))
        most = memory(process, "VmHWM")
    middle, late = (quantiles(first, n=20)[at] for at in (9, 18))
    times = " | ".join(f"{one:.2f}" for one in (healthy, middle, late, max(first)))
    print(f"| {visitors} | {len(problems)} | {times} | {before:.0f} | {most:.0f} |", flush=True)
    for problem in sorted(set(problems))[:3]:
        print(problem, file=sys.stderr)


def memory(process: int, field: str = "VmRSS") -> float:
    """Resident memory in MiB, now or (`VmHWM`) at its most."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return int(lines[field].split()[0]) / 2**10


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("visitors", type=int, nargs="+")
    arguments.add_argument("--seconds", type=float, default=30)
    arguments.add_argument("--cold", action="store_true")
    given = arguments.parse_args()
    if given.cold:
        print(
            "| visitors | errors | healthy (s) | first load p50 (s) | p95 | last | memory (MiB) | at most |"
        )
        print("|---|---|---|---|---|---|---|---|")
        for number in given.visitors:
            cold(number)
        sys.exit()
    print("| visitors | errors | reruns | first load p50 (ms) | p95 | rerun p50 (ms) | p95 | memory (MiB) |")
    print("|---|---|---|---|---|---|---|---|")
    for number in given.visitors:
        measure(number, given.seconds)
