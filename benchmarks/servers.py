"""Servers for benchmarks: fresh dashboards on a new store, alone or behind HAProxy; what they take."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.append(str(Path(__file__).resolve().parents[1]))
from softlabel_core import Experiment
from softlabel_core.service import journal
from softlabel_core.store import promises
from softlabel_core.store.database import STATE, Database, url
from tests.databases import cluster

ROOT = Path(__file__).resolve().parents[1]
HEALTH = "/_stcore/health"


@dataclass(frozen=True)
class Site:
    """What visitors see as one: the port they ask; port and process id of each server; the store."""

    port: int
    servers: dict[int, int]
    store: str

    def memory(self, field: str = "VmRSS") -> float:
        """Of all servers: `memory`."""
        return sum(memory(process, field) for process in self.servers.values())

    def processor(self) -> float:
        """Of all servers: `processor`."""
        return sum(processor(process) for process in self.servers.values())


@contextmanager
def serving(script: str = "app.py", base: str = "", **environment: str) -> Iterator[tuple[int, int]]:
    """A server just started on a new store, below a base path (`/a/b`) if given: its port and process id."""
    with TemporaryDirectory(prefix="state-") as folder:
        yield from _served(script, base, {STATE: folder} | environment)


def _served(script: str, base: str, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, f"--server.port={port}"]
    command.append(f"--server.baseUrlPath={base.strip('/')}")
    log = subprocess.DEVNULL
    server = subprocess.Popen(  # noqa: S603
        [*command, "--server.headless=true"], cwd=ROOT, stdout=log, stderr=log, env=os.environ | environment
    )
    try:
        answers(f"http://localhost:{port}{base}{HEALTH}")
        yield port, server.pid
    finally:
        server.terminate()
        server.wait()


@contextmanager
def behind_a_proxy(ports: Sequence[int], folder: str, base: str = "") -> Iterator[int]:
    """The port of a HAProxy before these, by the rules that are handed out."""
    rules, port = (ROOT / "deploy" / "haproxy.cfg").read_text(), free_port()
    rules = rules.replace(HEALTH, f"{base}{HEALTH}")
    for name, real in zip(("bind :8501", "127.0.0.1:8511", "127.0.0.1:8512"), (port, *ports), strict=True):
        rules = rules.replace(name, f"{name.rpartition(':')[0]}:{real}")
    file = Path(folder) / "haproxy.cfg"
    file.write_text(rules)
    proxy = subprocess.Popen(["haproxy", "-f", str(file)], stderr=subprocess.DEVNULL)  # noqa: S603, S607
    try:
        answers(f"http://localhost:{port}{base}{HEALTH}")
        yield port
    finally:
        proxy.terminate()
        proxy.wait()


@contextmanager
def stored(postgresql: bool) -> Iterator[tuple[str, str]]:
    """A new store, and a folder, that go with the block."""
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="load-"))
        address = f"sqlite:///{folder}/softlabel.sqlite"
        if postgresql:
            address = stack.enter_context(cluster()).database()
        yield address, folder


@contextmanager
def site(processes: int, postgresql: bool, runs: Sequence[Experiment] = (), base: str = "") -> Iterator[Site]:
    """So many servers on a new store, in which these runs are promised already."""
    with ExitStack() as stack:
        address, folder = stack.enter_context(stored(postgresql))
        promised = [journal.promise(one.key(), one, 20.0, one.key()) for one in runs]
        database = Database(url(address))
        with database.write() as connection:
            promises.hold(connection, promised, None, 0.0)
        database.close()
        found = dict(stack.enter_context(serving(base=base, DATABASE_URL=address)) for _ in range(processes))
        port = next(iter(found))
        if processes > 1:
            port = stack.enter_context(behind_a_proxy([*found], folder, base))
        yield Site(port, found, address)


def answers(address: str) -> None:
    """Returns when the address answers."""
    for _ in range(1200):
        try:
            urllib.request.urlopen(address)  # noqa: S310
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"{address} does not answer")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return int(free.getsockname()[1])


def memory(process: int, field: str = "VmRSS") -> float:
    """Resident memory in MiB, now or (`VmHWM`) at its most."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return int(lines[field].split()[0]) / 2**10


def processor(process: int) -> float:
    """Seconds of processor that a process has used, with all its threads."""
    fields = _fields(process)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def descendants(process: int) -> list[int]:
    """All that a process has started, and they."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # ended meanwhile
            parents[int(stat.parent.name)] = int(_fields(int(stat.parent.name))[1])
    found = [process]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def alive(process: int) -> bool:
    """Whether it runs; one that nobody has asked how it ended does not."""
    try:
        return _fields(process)[0] not in "ZX"
    except OSError:
        return False


def _fields(process: int) -> list[str]:
    """State, parent and so on, as `man proc` says."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
