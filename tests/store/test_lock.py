"""One process of a store at a time has the lock, and the next has it as soon as that one is gone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from softlabel_core.store.database import Database, Unavailable, url
from softlabel_core.store.lock import Lock
from tests.databases import cluster
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]

HOLDER = """
import sys, time
from softlabel_core.store.database import Database, url
from softlabel_core.store.lock import Lock

lock = Lock(Database(url(sys.argv[1])))
print(lock.held(), flush=True)
time.sleep(1000)
"""


@pytest.fixture
def locks(address):
    """Two who want the lock of one store."""
    found = [Lock(Database(url(address))) for _ in range(2)]
    yield found
    for one in found:
        one.release()


def test_one_has_it_until_it_lets_go(locks):
    one, other = locks
    assert one.held()
    assert not other.held()
    assert one.held()
    one.release()
    assert other.held()
    assert not one.held()


def test_it_ends_with_a_process_that_is_killed(locks, address):
    command = [sys.executable, "-c", HOLDER, address]
    holder = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with holder:
        try:
            assert holder.stdout.readline() == "True\n"
            assert not locks[0].held()
        finally:
            os.kill(holder.pid, signal.SIGKILL)
    wait_until(locks[0].held)


@pytest.mark.slow
def test_who_lost_its_postgresql_has_it_again_or_another_has():
    with cluster() as server:
        address = server.database()
        one, other = (Lock(Database(url(address))) for _ in range(2))
        assert one.held()
        server.stop()
        for lock in (one, other):
            with pytest.raises(Unavailable):
                lock.held()
        server.start()
        assert other.held()
        assert not one.held()
        other.release()
        wait_until(one.held)
        one.release()


def test_stores_have_locks_of_their_own(tmp_path):
    locks = [Lock(Database(url(f"sqlite:///{tmp_path}/{name}/softlabel.sqlite"))) for name in "ab"]
    assert all(lock.held() for lock in locks)
    for lock in locks:
        lock.release()
    assert (tmp_path / "a" / "dispatcher.lock").stat().st_mode & 0o77 == 0


def test_a_folder_that_cannot_be_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable):
        Lock(Database(url(f"sqlite:///{tmp_path}/file/softlabel.sqlite"))).held()
