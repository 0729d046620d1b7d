"""Several processes on one store: a run is computed once, whoever asks, and seen and cancelled by all."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from softlabel_core import Invalid, run
from softlabel_core.service import job, queue, stored
from softlabel_core.service.queue import Jobs
from softlabel_core.service.recall import curves_of, packed_curves
from softlabel_core.service.runner import JobError
from softlabel_core.service.stored import StoredJournal
from softlabel_core.service.worker import dispatch
from softlabel_core.store import promises, results
from softlabel_core.store.database import Database, url
from tests.service.test_jobs import LONG, StubHandle, StubRunner, experiment, key
from tests.service.test_journal import killed, rows
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _short_beats(monkeypatch):
    for module, name, seconds in (
        (stored, "BEAT", 0.1),
        (stored, "QUICK", 0.02),
        (queue, "TICK", 0.01),
        (queue, "IDLE", 0.01),
    ):
        monkeypatch.setattr(module, name, seconds)


@pytest.fixture(scope="module")
def finished():
    return {seed: run(experiment(seed)).model_dump(mode="json") for seed in range(4)}


@pytest.fixture
def process(address):
    """Starts processes on one store, each with the prepared jobs; all end with the test."""
    opened = []

    def start(*handles, takes="all", lease=stored.LEASE, workers=1):
        database = Database(url(address))
        runner = StubRunner(*handles, workers=workers)
        every = Jobs(runner, journal=StoredJournal(database, takes=takes, lease=lease))
        opened.append(every)
        return every

    yield start
    for every in opened:
        every.close()


def end(handle, outcome):
    handle.outcome, handle.ended = outcome, True


def test_what_two_ask_for_is_computed_once(process, finished):
    one, other = process(), process()
    mine = one.start(experiment(), "me")
    yours = other.start(experiment(), "you")
    wait_until(lambda: yours.state == "running")
    wait_until(lambda: yours.progress == 0.25)
    end(one._runner.given[0], finished[0])
    wait_until(lambda: yours.state == "done")
    assert mine.result == yours.result
    assert mine.saved == yours.saved
    assert other._runner.given == []


def test_what_all_ask_for_at_once_is_computed_once(process, address, finished):
    every = [process() for _ in range(4)]
    jobs = []

    def click(one, number):
        jobs.append(one.start(experiment(), f"visitor {number}"))

    clicks = [threading.Thread(target=click, args=(every[n % 4], n)) for n in range(40)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    wait_until(lambda: any(one._runner.given for one in every))
    [given] = [handle for one in every for handle in one._runner.given]
    end(given, finished[0])
    wait_until(lambda: all(one.state == "done" for one in jobs))
    database = Database(url(address))
    assert results.counts(database)["results"] == 1
    database.close()


def test_the_curve_is_seen_from_elsewhere(process):
    one, other = process(), process()
    mine = one.start(experiment(), "me")
    wait_until(lambda: mine.state == "running")
    mine.curves = {(1, "shown"): {0: 0.5, 1: 0.25}, (1, "truth"): {0: 1.0}}
    yours = other.start(experiment(), "you")
    wait_until(lambda: yours.partial == mine.partial)
    assert curves_of(packed_curves(mine.curves)) == mine.curves


def test_who_leaves_stops_nobody_else(process, monkeypatch):
    monkeypatch.setattr(job, "SILENCE", 0.3)
    monkeypatch.setattr(queue, "PRESENT", 0.1)
    one, other = process(), process()
    mine = one.start(experiment(), "me")
    yours = other.start(experiment(), "you")
    wait_until(lambda: mine.wanted)
    one.stop(key(0), "me")
    wait_until(lambda: yours.progress == 0.25)
    assert mine.alive
    other.stop(key(0), "you")
    assert yours.state == "cancelled"
    wait_until(lambda: mine.state == "cancelled")
    assert one._runner.given[0].cancelled.is_set()


def test_a_run_given_up_where_it_was_computed_is_begun_here(process, finished):
    one, other = process(), process(StubHandle(finished[0]))
    one.start(experiment(), "me")
    yours = other.start(experiment(), "you")
    wait_until(lambda: yours.elsewhere)
    one._cancel(one._jobs[key(0)])
    wait_until(lambda: yours.state == "done")


def test_an_idle_process_takes_what_waits_at_another(process, finished, monkeypatch):
    monkeypatch.setattr(promises, "MOMENT", 0.05)
    busy = process()
    jobs = [busy.start(experiment(seed), f"visitor {seed}") for seed in range(3)]
    wait_until(lambda: jobs[0].state == "running")
    process(StubHandle(finished[1]), StubHandle(finished[2]))
    wait_until(lambda: [one.state for one in jobs] == ["running", "done", "done"])
    assert [one.result.key for one in jobs[1:]] == [key(1), key(2)]
    assert len(busy._runner.given) == 1


def test_a_worker_trains_what_a_dashboard_offers(process, address, finished):
    web, worker = process(takes="none"), process(takes="room")
    job = web.start(experiment(), "me")
    wait_until(lambda: job.state == "running")
    assert job.elsewhere
    wait_until(lambda: job.progress == 0.25)
    end(worker._runner.given[0], finished[0])
    wait_until(lambda: job.state == "done")
    assert web._runner.given == []
    assert rows(address) == {}


def test_who_waits_for_a_worker_sees_the_place_in_the_line(process):
    web = process(takes="none")
    jobs = [web.start(experiment(seed), f"visitor {seed}") for seed in range(3)]
    wait_until(lambda: [one.ahead for one in jobs] == [0, 1, 2])
    assert jobs[2].wait_seconds == pytest.approx(jobs[0].seconds + jobs[1].seconds)


def test_a_cancelled_run_ends_at_the_worker(process, address, monkeypatch):
    monkeypatch.setattr(job, "SILENCE", 0.1)
    monkeypatch.setattr(queue, "PRESENT", 0.1)
    web, worker = process(takes="none"), process(takes="room")
    asked = web.start(experiment(), "me")
    wait_until(lambda: asked.state == "running")
    web.stop(key(0), "me")
    wait_until(lambda: asked.state == "cancelled")
    wait_until(lambda: worker._runner.given[0].cancelled.is_set())
    wait_until(lambda: rows(address) == {})


def test_why_it_failed_is_told_where_it_was_asked_for(process):
    why = JobError("{name}: allowed: {allowed}; got {got}.", name="k", allowed="any number", got=3)
    web, _ = process(takes="none"), process(StubHandle(why), takes="room")
    asked = web.start(experiment(), "me")
    wait_until(lambda: asked.state == "failed")
    assert asked.problem == why.phrase


def test_a_worker_takes_no_more_than_it_has_room_for(process, address):
    web = process(takes="none")
    for seed in range(4):
        web.start(experiment(seed), f"visitor {seed}")
    one, other = process(takes="room"), process(takes="room")
    wait_until(lambda: [row.state for row in rows(address).values()].count("running") == 2)
    owners = {row.owner for row in rows(address).values() if row.state == "running"}
    assert owners == {one._journal._owner, other._journal._owner}
    assert [row.owner for row in rows(address).values() if row.state == "waiting"] == [None, None]


def test_runs_of_one_visitor_wait_for_those_of_others(process, address):
    web = process(takes="none")
    for seed in range(3):
        web.start(experiment(seed), "greedy")
    web.start(experiment(3), "modest")
    process(takes="room"), process(takes="room")
    wait_until(lambda: [row.state for row in rows(address).values()].count("running") == 2)
    assert rows(address)[key(3)].state == "running"


def test_a_worker_begins_all_that_it_takes(process, address):
    """Else one visitor's second run would keep a free worker from everybody."""
    web = process(takes="none")
    for seed in range(2):
        web.start(experiment(seed, config=LONG), "greedy")
    process(takes="room", workers=4)
    wait_until(lambda: [row.state for row in rows(address).values()].count("running") == 2)
    web.start(experiment(2), "modest")
    wait_until(lambda: rows(address)[key(2)].state == "running")


def test_a_killed_worker_loses_no_run(process, address, finished):
    web, worker = process(takes="none"), process(takes="room", lease=0.4)
    asked = web.start(experiment(), "me")
    wait_until(lambda: asked.state == "running")
    killed(worker)
    process(StubHandle(finished[0]), takes="room")
    wait_until(lambda: asked.state == "done")


def test_a_dashboard_that_comes_back_goes_on_watching(process, finished):
    worker, web = process(takes="room"), process(takes="none")
    web.start(experiment(), "me")
    wait_until(lambda: worker._runner.given)
    killed(web)
    again = process(takes="none")
    wait_until(lambda: again.look(key(0), "me") is not None)
    assert again.look(key(0), "me").alive
    end(worker._runner.given[0], finished[0])
    wait_until(lambda: again.look(key(0), "me").state == "done")


def test_to_look_at_a_run_of_another_is_not_to_want_it(process, address, monkeypatch):
    web, other = process(takes="none"), process(takes="none")
    web.start(experiment(), "me").recalled = True
    monkeypatch.setattr(queue, "GONE", 0.05)
    assert other.look(key(0)).alive
    wait_until(lambda: other.look(key(0)).watched(0.05) is False)
    assert rows(address)[key(0)].state == "waiting"


@pytest.mark.slow
def test_softlabel_worker_trains_and_gives_back(process, address):
    """The command itself: a run is trained, a long one goes back to the line when it is told to end."""
    web = process(takes="none")
    environment = os.environ | {"DATABASE_URL": address}
    command = [sys.executable, "-m", "softlabel_core", "worker"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        asked = web.start(experiment(), "me")
        wait_until(lambda: asked.state == "done")
        assert asked.result.experiment == experiment()
        long = web.start(experiment(config=LONG), "me")
        wait_until(lambda: long.state == "running" and long.progress > 0)
        worker.send_signal(signal.SIGTERM)
        told = worker.communicate()[1]
    finally:
        worker.kill()
    assert worker.returncode == 0, told
    assert "gives back what it has not finished" in told
    [row] = rows(address).values()
    assert (row.owner, row.state, row.begun) == (None, "waiting", 0)


def test_a_worker_has_a_sensible_number_of_processes(capsys):
    from softlabel_core.__main__ import main

    assert main(["worker", "--processes", "0"]) == 2
    assert "processes: allowed: a number from 1 to 64; got 0." in capsys.readouterr().err


def test_a_worker_has_processes_or_a_cluster(capsys):
    from softlabel_core.__main__ import main

    assert main(["worker", "--processes", "2", "--cluster", "auto"]) == 2
    assert "not allowed with argument" in capsys.readouterr().err


def test_where_ray_is_missing_it_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("SOFTLABEL_STATE", str(tmp_path))
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(Invalid, match=r"^cluster: Ray needs `pip install -r requirements-cluster\.txt`\.$"):
        dispatch("auto", threading.Event())
