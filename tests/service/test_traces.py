"""A server that is really killed: its workers end, its folder goes when the next one starts."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from softlabel_core.plugin import Invalid
from softlabel_core.service.runner import EmbeddedRunner
from softlabel_core.service.traces import NICE, PREFIX, PRIORITY, Folder
from tests.waiting import PATIENCE, wait_until

ROOT = Path(__file__).resolve().parents[2]

SERVER = """
import sys, time
from softlabel_core.service.runner import EmbeddedRunner
from tests.service import test_traces

runner = EmbeddedRunner()
job = runner.submit(getattr(test_traces, sys.argv[1]))
while not (found := job.rows()):
    time.sleep(0.02)
print(*found[0], runner._folder.path, flush=True)
time.sleep(3600)
"""

CHILD = """
import os, subprocess, sys
code = "import os; from softlabel_core.service import traces; print(os.getpid(), flush=True); "
code += f"traces._watch({os.getpid()})"
subprocess.run([sys.executable, "-c", code])
"""


def sleep(channel):
    """A task: waits. It says who does it, and what has started that."""
    channel.row(os.getpid(), os.getppid())
    time.sleep(3600)


def hold(channel):
    """A task: lets no other thread of its process run, like a long call of a library."""
    channel.row(os.getpid(), os.getppid())
    sum(range(10**15))


@contextmanager
def started(code, *arguments, folder=None, complaints=None):
    """A process of its own, and what it says first; where its complaints go."""
    environment = os.environ | ({"TMPDIR": str(folder)} if folder else {})
    command = [sys.executable, "-c", code, *arguments]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": complaints}
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes) as process:
        try:
            yield process, process.stdout.readline().split()
        finally:
            process.kill()


def ended(process_id):
    """Whether a process is gone; one that nobody has asked how it ended counts."""
    answer = subprocess.run(["ps", "-o", "stat=", "-p", str(process_id)], capture_output=True, text=True)
    return not answer.stdout.strip() or answer.stdout.startswith("Z")


LINUX = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread of the worker looks")


@pytest.mark.slow
@pytest.mark.parametrize("task", ["sleep", pytest.param("hold", marks=LINUX)])
def test_workers_end_with_their_server_and_the_next_one_tidies_up(task, tmp_path, monkeypatch):
    with started(SERVER, task, folder=tmp_path) as (server, (*processes, folder)):
        assert not any(map(ended, processes))
        server.send_signal(signal.SIGKILL)
        wait_until(lambda: all(map(ended, processes)))
    assert list(tmp_path.iterdir()) == [Path(folder)]
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    runner = EmbeddedRunner()
    assert list(tmp_path.iterdir()) == [runner._folder.path]
    runner.close()
    assert list(tmp_path.iterdir()) == []


def test_a_watch_ends_what_the_system_does_not():
    with started(CHILD) as (parent, (child,)):
        assert not ended(child)
        parent.send_signal(signal.SIGKILL)
        wait_until(lambda: ended(child))


@pytest.mark.slow
def test_workers_outlive_the_visitor_who_started_them():
    """Linux counts the end of the thread that started a process as the end of its parent, where asked to."""
    runners = []
    visitor = threading.Thread(target=lambda: runners.append(EmbeddedRunner()))
    visitor.start()
    visitor.join()
    (runner,) = runners
    done = runner.submit(process).result(PATIENCE)
    assert done == runner.submit(process).result(PATIENCE)
    assert done["nice"] == min(os.nice(0) + NICE, 19)  # pages of its server come first
    runner.close()


def process(channel):
    """A task: who does it, and at what priority."""
    return {"worker": os.getpid(), "nice": os.nice(0)}


def policies(channel):
    """A task: by what rule of Linux each thread of its process gets a core, once it has computed."""
    torch.randn(300, 300) @ torch.randn(300, 300)
    return {"rules": sorted({os.sched_getscheduler(int(one)) for one in os.listdir("/proc/self/task")})}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no such rule")
@pytest.mark.parametrize("priority", ["low", "idle"])
def test_workers_give_way_as_it_is_set(monkeypatch, priority):
    monkeypatch.setenv(PRIORITY, priority)
    runner = EmbeddedRunner()
    expected = os.SCHED_IDLE if priority == "idle" else os.SCHED_OTHER
    assert runner.submit(policies).result(PATIENCE) == {"rules": [expected]}
    runner.close()


def test_another_priority_is_refused(monkeypatch):
    monkeypatch.setenv(PRIORITY, "high")
    with pytest.raises(Invalid, match="SOFTLABEL_PRIORITY: allowed: low or idle; got high"):
        EmbeddedRunner()


def test_only_folders_of_servers_that_are_gone_are_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    living, ours = Folder(), Folder()
    (tmp_path / f"{PREFIX}notes").mkdir()  # has no mark, so it is somebody else's
    (tmp_path / f"{PREFIX}list.txt").touch()
    (ours.path / "1").mkdir()
    os.close(ours._mark)  # as if it had been killed
    third = Folder()
    kept = {living.path, third.path, tmp_path / f"{PREFIX}notes", tmp_path / f"{PREFIX}list.txt"}
    assert {*tmp_path.iterdir()} == kept
    for folder in (living, third):
        folder.remove()
        folder.remove()
