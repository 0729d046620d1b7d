"""Worker processes that begin at once (Linux): forks of one that has imported what they need, a fork server.

Python has one too. Ours suits a server that runs for months: they talk through a pair of sockets, not through
a file in /tmp, which somebody may tidy up. So it ends as soon as its server has ended, however that was, and
its forks with it. A worker has the environment of its server as it is when the worker starts, and the main
script of the server is nothing to it.
"""

import ctypes
import gc
import importlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import forkserver as pythons
from multiprocessing import popen_forkserver, process, reduction, resource_tracker, spawn, util
from multiprocessing.context import BaseContext, set_spawning_popen
from typing import Any, ClassVar

from loky.backend.context import get_context

MODULES = (
    "torch",
    "scipy.special",
    "sklearn.datasets",
    "sklearn.model_selection",
    "pyarrow.parquet",
    "softlabel_core.service.runner",
    "softlabel_core.service.films",
    "softlabel_core.service.uploads",
)
"""What workers need. They are imported and no more: where something had been computed, or a GPU been asked, a
fork could hang. One that cannot be imported is left to the worker, who says so."""

QUIET = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}
"""Variables of the fork server alone: a thread of its own would be lost in its forks."""

MOST = 64
"""File descriptors that a worker is given at most."""

PR_SET_PDEATHSIG = 1

BEGIN = f"import json, sys; line, sys.path = json.loads(sys.argv[1]); from {__name__} import fork; fork(line)"


class ForkServer:
    """The process that forks for this one: started when it is wanted, anew where it has died. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self._process: subprocess.Popen | None = None

    def prepare(self) -> None:
        """Let it import its modules while this process goes on."""
        with self._lock:
            self._opened()

    def ask(self, given: Sequence[int]) -> None:
        """Ask for a fork that has these file descriptors."""
        with self._lock:
            try:
                socket.send_fds(self._opened(), [b"."], given)
            except ConnectionError:  # it has died
                self._end()
                socket.send_fds(self._opened(), [b"."], given)

    def close(self) -> None:
        """End it, and whoever it has forked."""
        with self._lock:
            self._end()

    def _opened(self) -> socket.socket:
        if self._line is None:
            ours, its = socket.socketpair()
            path = [one or os.getcwd() for one in sys.path]
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-c", BEGIN, json.dumps([its.fileno(), path])],
                pass_fds=[its.fileno()],
                stdin=subprocess.DEVNULL,
                env=os.environ | QUIET,
            )
            its.close()
            self._line = ours
        return self._line

    def _end(self) -> None:
        if self._line is not None and self._process is not None:
            self._line.close()
            self._process.wait()
        self._line = self._process = None


server = ForkServer()
"""That of this process."""

# After pools have stopped their workers, else these would be missed.
util.Finalize(None, server.close, exitpriority=-100)


class _Given:
    """A file descriptor on its way to a worker: its place among those that the worker is given."""

    received: ClassVar[list[int]] = []
    """In a worker: all of them."""

    def __init__(self, place: int) -> None:
        self._place = place

    def detach(self) -> int:
        return self.received[self._place]


class _Popen(popen_forkserver.Popen):
    """A worker as its server sees it. Its exit code is 255 however it ended: nobody tells."""

    DupFd = _Given  # type: ignore[assignment]

    def _launch(self, process_obj: "_Process") -> None:
        process_obj.environment = dict(os.environ)
        said = io.BytesIO()
        set_spawning_popen(self)
        try:
            about = spawn.get_preparation_data(process_obj.name)
            about = {name: value for name, value in about.items() if not name.startswith("init_main")}
            reduction.dump(about | {"dir": os.getcwd()}, said)
            reduction.dump(process_obj, said)
        finally:
            set_spawning_popen(None)
        try:
            self._begin(said.getvalue())
        except (OSError, EOFError):  # the fork server died while it was asked
            self._begin(said.getvalue())

    def _begin(self, said: bytes) -> None:
        heard, ending = os.pipe()
        beginning, tell = os.pipe()
        with open(heard, "rb", buffering=0), open(tell, "wb") as tells:
            try:
                server.ask([beginning, ending, resource_tracker.getfd(), *self._fds])  # type: ignore
            finally:
                os.close(beginning)
                os.close(ending)
            tells.write(said)
            tells.flush()
            self.pid = pythons.read_signed(heard)
            self.sentinel = os.dup(heard)
        self.finalizer = util.Finalize(self, os.close, (self.sentinel,))


class _Process(process.BaseProcess):
    _start_method = "forkserver"

    environment: dict[str, str]
    """That of the server."""

    @staticmethod
    def _Popen(process_obj: "_Process") -> _Popen:  # noqa: N802
        return _Popen(process_obj)

    def _bootstrap(self, parent_sentinel: int | None = None) -> int:
        own = os.environ
        own.clear()
        own.update(self.environment)
        return int(super()._bootstrap(parent_sentinel))


class ForkContext(BaseContext):
    """What `multiprocessing` calls a context, for pools of processes."""

    _name = "forkserver"
    Process = _Process


def context() -> BaseContext:
    """How workers start: as forks, by loky where this is no Linux; without the main script in both."""
    return ForkContext() if sys.platform == "linux" else get_context("loky")


def prepare() -> None:
    """Let what workers are forked from import while this process goes on: they are there sooner."""
    if sys.platform == "linux":
        server.prepare()


def load() -> None:
    """Import what workers need."""
    for name in MODULES:
        with suppress(ImportError):
            importlib.import_module(name)


def fork(number: int) -> None:
    """In the fork server: import the modules, then fork whenever that is asked through this socket.

    It ends with its server only: who ends all processes of a terminal or of a unit tells the server too.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    load()
    gc.collect()
    gc.freeze()  # else the first collection of each worker would copy all of it
    signal.signal(signal.SIGCHLD, _bury)
    line, own = socket.socket(fileno=number), os.getpid()
    while True:
        asked, given, *_ = socket.recv_fds(line, 1, MOST, socket.MSG_CMSG_CLOEXEC)
        if not asked:
            os._exit(0)
        with suppress(OSError):  # no memory for another: the server hears nothing of it, and says so
            if os.fork() == 0:
                line.close()
                _be_worker(own, given)
        for one in given:
            os.close(one)


def _bury(*_: Any) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _be_worker(parent: int, given: list[int]) -> None:
    """In a fork: do what the server wants, then end; whatever it does, Linux ends it with its parent."""
    code = 1
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == parent:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            code = _begun(*given)
    except Exception:
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    finally:
        os._exit(code)


def _begun(said: int, telling: int, tracker: int, *received: int) -> int:
    pythons.write_signed(telling, os.getpid())  # and left open: its end tells that of the worker
    resource_tracker._resource_tracker._fd = tracker  # type: ignore[attr-defined]
    _Given.received = list(received)
    return spawn._main(said, None)  # type: ignore[arg-type]
