"""What workers are forked from: it has imported all and done nothing, is replaced, ends with its server."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from softlabel_core.service import forkserver
from softlabel_core.service.runner import EmbeddedRunner, WorkerLost
from tests.service import engines
from tests.service.test_traces import ended, started
from tests.waiting import PATIENCE, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers are no forks")

SERVER = """
from softlabel_core.service.runner import EmbeddedRunner
from tests.service import test_forkserver

runner = EmbeddedRunner(2)
print(*[runner.submit(test_forkserver.about).result()[name] for name in ("worker", "parent")], flush=True)
input()
"""


def about(channel):
    """A task: who does it, and what it was forked from."""
    parent = Path("/proc", str(os.getppid()))
    return {
        "worker": os.getpid(),
        "parent": os.getppid(),
        "threads": len(list((parent / "task").iterdir())),
        "libraries": (parent / "maps").read_text(),
        "environment": dict(os.environ),
    }


def wait(channel):
    """A task: says what it was forked from, and waits."""
    channel.row(os.getppid())
    time.sleep(3600)


@pytest.fixture
def runner():
    with engines.embedded() as found:
        yield found.runner


def test_it_has_imported_what_workers_need_and_runs_one_thread(runner):
    """Else workers would import it again, or lack a thread that something waits for."""
    found = runner.submit(about).result(PATIENCE)
    for name in ("libtorch", "sklearn", "pyarrow"):
        assert name in found["libraries"]
    assert found["threads"] == 1


def test_engines_have_it_in_common(runner):
    other = EmbeddedRunner()
    parents = {one.submit(about).result(PATIENCE)["parent"] for one in (runner, other)}
    other.close()
    assert parents == {forkserver.server._process.pid}


def test_a_worker_has_the_environment_of_its_server_as_it_is_now(monkeypatch):
    forkserver.server.prepare()  # before
    monkeypatch.setenv("SOFTLABEL_TOLD", "now")
    monkeypatch.delenv("SOFTLABEL_STATE")
    with engines.embedded() as found:
        assert found.runner.submit(about).result(PATIENCE)["environment"] == dict(os.environ)


def test_where_it_is_killed_its_workers_end_and_another_takes_its_place(runner):
    job = runner.submit(wait)
    wait_until(lambda: job.running())
    ((first,),) = wait_for_rows(job)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(WorkerLost):
        job.result(PATIENCE)
    second = runner.submit(about).result(PATIENCE)
    assert second["parent"] != first
    assert second["threads"] == 1


def wait_for_rows(job):
    """What a job says first."""
    found = []
    wait_until(lambda: found.extend(job.rows()) or found)
    return found


@pytest.mark.slow
def test_it_ends_with_its_server_and_nobody_complains():
    """In order; where the server is killed: `test_traces.py`."""
    with started(SERVER, complaints=subprocess.PIPE) as (server, processes):
        assert not any(map(ended, processes))
        _, complaints = server.communicate("\n", PATIENCE)  # heard to its end: all have let go of it
        assert all(map(ended, processes))
    assert (server.returncode, complaints) == (0, "")
