"""What outlives a server: promised runs, results, why a run failed; and what happens without a store."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from softlabel_core import Cancelled, Experiment, run
from softlabel_core.phrase import Phrase
from softlabel_core.service import journal, queue, stored
from softlabel_core.service.journal import packed, unpacked
from softlabel_core.service.queue import Jobs
from softlabel_core.service.runner import EmbeddedRunner, JobError, WorkerLost
from softlabel_core.service.stored import StoredJournal
from softlabel_core.store import results, schema
from softlabel_core.store.database import Database, Unavailable, url
from tests.service.promiser import experiments
from tests.service.test_jobs import StubHandle, StubRunner, experiment, key, private
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _short_beats(monkeypatch):
    for name, seconds in (("BEAT", 0.1), ("RETRY", 0.1)):
        monkeypatch.setattr(stored, name, seconds)
    for name in ("TICK", "IDLE"):
        monkeypatch.setattr(queue, name, 0.01)


@pytest.fixture(scope="module")
def finished():
    return {seed: run(experiment(seed)).model_dump(mode="json") for seed in range(3)}


@pytest.fixture
def server(address):
    """Starts servers on one store, each with the prepared jobs; all end with the test."""
    opened = []

    def start(*handles, lease=stored.LEASE):
        database = Database(url(address))
        every = Jobs(StubRunner(*handles), journal=StoredJournal(database, lease=lease))
        every.kill = lambda: killed(every)
        opened.append(every)
        return every

    yield start
    for every in opened:
        every.close()


def killed(every):
    """The server is gone as if it had been killed: nothing is written any more, nothing is given back."""
    every._closed = True
    kept, every._journal = every._journal, journal.Journal()
    kept._try = lambda: None
    kept.close()


def rows(address):
    database = Database(url(address))
    with database.read() as connection:
        found = connection.execute(select(schema.jobs)).all()
    database.close()
    return {row.key: row for row in found}


def test_what_was_promised_is_a_row_and_names_no_visitor(server, address):
    every = server()
    every.start(experiment(), "somebody")
    every.start(experiment(1), "somebody")
    every.ask(private(), "somebody")
    found = rows(address)
    assert found.keys() == {key(0), key(1)}
    assert "somebody" not in str(found)
    wait_until(lambda: rows(address)[key(0)].state == "running")
    assert rows(address)[key(1)].state == "waiting"
    every.stop(key(1), "somebody")
    wait_until(lambda: rows(address).keys() == {key(0)})


def test_a_finished_run_is_found_by_the_next_server_and_not_trained_again(server, finished):
    first = server(StubHandle(finished[0]))
    job = first.start(experiment(), "me")
    wait_until(lambda: job.state == "done")
    assert job.saved.share
    assert first.shared(job.saved.share).result == job.result
    first.close()
    second = server()
    again = second.start(experiment(), "you")
    assert (again.state, again.result, again.saved) == ("done", job.result, job.saved)
    assert second.look(key(0)) is again
    assert second._runner.given == []


def test_what_is_told_as_done_is_written_down(server, address, finished):
    every = server(StubHandle(finished[0]))
    job = every.start(experiment(), "me")
    while job.state != "done":
        time.sleep(0.001)
    other = Database(url(address))
    assert results.answering(other, key(0)).result == job.result
    assert rows(address) == {}
    other.close()


@pytest.mark.parametrize("how", ["close", "kill"])
def test_the_next_server_goes_on_with_all_that_was_promised(how, server, address, finished):
    first = server(lease=0.5)
    for seed in range(3):
        first.start(experiment(seed), f"visitor {seed}")
    wait_until(lambda: rows(address)[key(0)].state == "running")
    getattr(first, how)()
    second = server(*(StubHandle(finished[seed]) for seed in range(3)))
    wait_until(lambda: all(results.answering(second._journal._database, key(seed)) for seed in range(3)))
    assert [config["seed"] for config in second._runner.configs] == [0, 1, 2]  # in their order
    wait_until(lambda: rows(address) == {})


def test_who_comes_back_has_the_run_that_goes_on_and_it_ends_with_nobody_there(server, address, monkeypatch):
    first = server(lease=0.5)
    first.start(experiment(), "me")
    first.close()
    monkeypatch.setattr(queue, "GONE", 0.2)
    second = server()
    wait_until(lambda: second._runner.given)
    time.sleep(0.5)
    assert second.look(key(0)).state == "running"
    assert second.start(experiment(), "me").state == "running"
    assert len(second._runner.given) == 1


def test_a_run_that_two_servers_died_under_is_reported(server, address):
    for begun in (1, 2):
        every = server(lease=0.3)
        if begun == 1:
            every.start(experiment(), "me")
        wait_until(lambda begun=begun: rows(address)[key(0)].begun == begun)
        every.kill()
        time.sleep(0.4)
    third = server()
    wait_until(lambda: rows(address)[key(0)].state == "failed")
    assert third._runner.given == []
    assert third.look(key(0), "me").problem == "The run lost its worker process twice and was given up."
    third.close()
    fourth = server()
    assert fourth.look(key(0), "me").state == "failed"
    assert fourth.start(experiment(), "me").alive
    assert rows(address)[key(0)].state != "failed"


def test_a_server_that_ends_in_order_blames_no_run(server, address):
    for turn in range(4):
        every = server()
        if turn == 0:
            every.start(experiment(), "me")
        wait_until(lambda: rows(address)[key(0)].state == "running")
        every.close()
    assert rows(address)[key(0)].begun == 0


def test_why_a_run_failed_is_known_to_the_next_server(server):
    why = JobError("{name}: allowed: {allowed}; got {got}.", name="k", allowed=Phrase("any number"), got=3)
    first = server(StubHandle(why))
    job = first.start(experiment(), "me")
    wait_until(lambda: job.state == "failed")
    first.close()
    found = server().look(key(0))
    assert (found.state, found.problem) == ("failed", job.problem)
    assert found.problem.parts["allowed"].template == "any number"


def test_a_lost_worker_counts_before_and_after_a_restart(server, address):
    first = server(StubHandle(WorkerLost()), lease=0.3)
    first.start(experiment(), "me")
    wait_until(lambda: rows(address)[key(0)].begun == 2)
    first.kill()
    time.sleep(0.4)
    second = server()
    wait_until(lambda: rows(address)[key(0)].state == "failed")
    assert second._runner.given == []


def test_what_another_version_promised_goes_on_under_its_new_key(server, address, finished, monkeypatch):
    first = server()
    monkeypatch.setattr(Experiment, "key", lambda self: "0123456789abcdef")
    first.start(experiment(), "me")
    first.close()
    monkeypatch.undo()
    second = server(StubHandle(finished[0]))
    wait_until(lambda: second.look(key(0)) and second.look(key(0)).state == "done")
    wait_until(lambda: rows(address) == {})


def test_what_no_longer_can_be_is_reported(server, address):
    first = server()
    first.start(experiment(), "me")
    first.close()
    database = Database(url(address))
    with database.write() as connection:
        connection.execute(schema.jobs.update().values(experiment='{"bias": "no longer there"}'))
    database.close()
    second = server()
    wait_until(lambda: rows(address)[key(0)].state == "failed")
    assert second.look(key(0)).problem.startswith("bias: allowed: one of ")


def test_a_cancelled_run_is_not_gone_on_with(server, address):
    first = server(StubHandle(Cancelled()))
    job = first.start(experiment(), "me")
    wait_until(lambda: job.state == "cancelled")
    wait_until(lambda: rows(address) == {})
    first.close()
    assert server().look(key(0)) is None


@pytest.mark.parametrize("name", ["", "x" * 100_000, "' OR 1=1 --", "0" * 15 + "\x00", "../../x", "é" * 16])
def test_what_is_no_key_or_id_is_nothing(name, server):
    every = server()
    assert every.look(name) is None
    assert every.shared(name) is None


def test_a_store_that_is_not_there_costs_nobody_their_run(tmp_path, finished, caplog):
    """A file where its folder should be: the log says so once; what was kept in memory is written later."""
    place = tmp_path / "state"
    place.write_text("")
    database = Database(url(f"sqlite:///{place}/softlabel.sqlite"))
    every = Jobs(StubRunner(StubHandle(finished[0])), journal=StoredJournal(database))
    job = every.start(experiment(), "me")
    wait_until(lambda: job.state == "done")
    assert (job.result is not None, job.saved) == (True, None)
    assert every.start(experiment(1), "me").alive
    assert every.look(key(2)) is None
    time.sleep(0.5)
    assert caplog.text.count("cannot be used") == 1
    place.unlink()
    wait_until(lambda: "can be used again" in caplog.text)
    assert results.answering(database, key(0)).result == job.result
    with database.read() as connection:
        assert connection.execute(select(schema.jobs.c.key)).scalars().all() == [key(1)]
    every.close()


@pytest.mark.slow
def test_on_a_full_disk_the_server_serves_and_saves_again_after(tmp_path):
    """A process that may write no file beyond so many bytes, as on a full disk; then it may."""
    script = ROOT / "tests" / "service" / "full_disk.py"
    address = f"sqlite:///{tmp_path}/softlabel.sqlite"
    told = subprocess.run(
        [sys.executable, "-m", "tests.service.full_disk", address],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert script.is_file()
    assert "cannot be used; what is new is kept in memory" in told.stderr
    assert "can be used again" in told.stderr
    assert told.stdout.split() == ["40", "served,", "40", "saved"]


def test_300_visitors_at_once_are_all_written_down(server, address, monkeypatch):
    every, refused = server(), []

    def click(number):
        try:
            every.start(experiment(number), f"visitor {number}")
        except queue.Busy as busy:
            refused.append(busy)

    clicks = [threading.Thread(target=click, args=(number,)) for number in range(300)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert refused == []
    assert len(rows(address)) == 300


def test_phrases_are_the_same_after_a_restart():
    said = Phrase("{a:.1f} and {b}, {c}.", a=1.25, b=Phrase("{n} of {n}", n=3), c="{x}")
    again = unpacked(packed(said))
    assert again == said
    assert (again.template, again.parts) == (said.template, said.parts)
    assert again.parts["b"].template == "{n} of {n}"


@pytest.mark.slow
def test_an_app_killed_with_10_queued_and_2_running_finishes_all_12_after_the_restart(address):
    command = [sys.executable, "-m", "tests.service.promiser", address]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    promised = []
    for line in server.stdout:
        if line.strip() == "running":
            break
        promised.append(line.strip())
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    server.stdout.close()
    assert promised == [one.key() for one in experiments()]
    states = [row.state for row in rows(address).values()]
    assert (states.count("running"), states.count("waiting")) == (2, 10)
    database = Database(url(address))
    with database.write() as connection:
        connection.execute(schema.jobs.update().values(until=0.0))  # what it held is nobody's by now
    every = Jobs(EmbeddedRunner(2), journal=StoredJournal(database))
    try:
        wait_until(lambda: rows(address) == {})
        for one in experiments():
            assert results.answering(database, one.key()).result.experiment == one
        assert results.counts(database)["results"] == 12
    finally:
        every.close()


def test_postgresql_that_is_down_for_a_while_loses_nothing_acknowledged(postgres, finished, caplog):
    address = postgres.database()
    database = Database(url(address))
    every = Jobs(StubRunner(), journal=StoredJournal(database))
    try:
        every.start(experiment(), "me")
        wait_until(lambda: rows(address)[key(0)].state == "running")
        postgres.stop()
        try:
            assert every.start(experiment(1), "you").alive  # from memory
            wait_until(lambda: "cannot be used" in caplog.text)
            job = every.look(key(0), "me")
            every._runner.given[0].outcome, every._runner.given[0].ended = finished[0], True
            wait_until(lambda: job.state == "done")
            with pytest.raises(Unavailable), database.read():
                pass
        finally:
            postgres.start()
        wait_until(lambda: "can be used again" in caplog.text)
        assert results.answering(database, key(0)).result == job.result
        assert rows(address).keys() == {key(1)}
    finally:
        every.close()
