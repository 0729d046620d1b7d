"""What every engine does, embedded or a cluster: results, progress, cancelling, limits, killed workers."""

import os
import signal
import time

import pytest

from softlabel_core import Cancelled, Result, run
from softlabel_core.service import runner as engine
from softlabel_core.service.queue import Jobs
from softlabel_core.service.runner import JobError, WorkerLost, train
from tests.service import engines
from tests.service.engines import LONG, QUICK, experiment, submit
from tests.waiting import PATIENCE, wait_until


@pytest.fixture(scope="module", params=["embedded", "ray"])
def opened(request):
    """An engine."""
    with getattr(engines, request.param)() as found:
        yield found


@pytest.fixture
def runner(opened):
    return opened.runner


def test_a_result_is_that_of_this_process(runner):
    found = Result.model_validate(submit(runner, QUICK).result(PATIENCE))
    expected = run(experiment(QUICK))
    but = {"provenance": {"seconds"}}
    assert found.model_dump(exclude=but) == expected.model_dump(exclude=but)


def test_a_bad_experiment_fails_with_its_sentence(runner):
    with pytest.raises(JobError, match=r"^bias: allowed: one of .*; got nothing\.$"):
        runner.submit(train, {"bias": "nothing"}).result(PATIENCE)


def test_a_running_job_is_cancelled_soon_and_the_next_one_runs(runner, monkeypatch):
    """It stops by itself, long before the end: not because it is killed."""
    monkeypatch.setattr(engine, "GRACE", PATIENCE)
    job = submit(runner, LONG)
    wait_until(lambda: job.progress() > 0)
    assert job.running()
    assert not job.done()
    with pytest.raises(TimeoutError):
        job.result(0)
    job.cancel()
    with pytest.raises(Cancelled):
        job.result(PATIENCE)
    assert job.progress() < 0.5
    assert job.done()
    assert submit(runner, QUICK).result(PATIENCE)["key"] == experiment(QUICK).key()


def stubborn(channel):
    """A task that does not hear."""
    channel.row("here")
    while True:
        time.sleep(0.01)


@pytest.mark.slow
def test_a_job_that_does_not_hear_is_cancelled_with_its_worker(runner, monkeypatch):
    monkeypatch.setattr(engine, "GRACE", 0.1)
    job = runner.submit(stubborn)
    wait_until(job.rows)
    job.cancel()
    with pytest.raises(Cancelled):
        job.result(PATIENCE)
    assert submit(runner, QUICK).result(PATIENCE)


@pytest.mark.slow
def test_a_waiting_job_is_cancelled_at_once(runner):
    busy = [submit(runner, LONG) for _ in range(runner.workers)]
    wait_until(lambda: all(job.progress() > 0 for job in busy))
    waits = submit(runner, LONG)
    assert not waits.running()
    assert waits.progress() == 0
    waits.cancel()
    with pytest.raises(Cancelled):
        waits.result(PATIENCE)
    assert not any(job.done() for job in busy)
    for job in busy:
        job.cancel()
        with pytest.raises(Cancelled):
            job.result(PATIENCE)
    assert submit(runner, QUICK).result(PATIENCE)


def test_progress_rises(runner):
    job = submit(runner, {**QUICK, "training": {"epochs": 50}})
    seen = [0.0]
    while not job.done():
        seen.append(job.progress())
        time.sleep(0.01)
    seen.append(job.progress())
    assert seen == sorted(seen)
    assert 0 < seen[-1] <= 1


@pytest.mark.slow
def test_a_killed_worker_loses_its_job_which_is_forgiven_once(opened, runner):
    every = Jobs(runner, seconds=1e6)
    asked = experiment({**QUICK, "replicates": 8, "training": {"epochs": 40}}, seed=1)
    job = every.start(asked, "me")
    wait_until(lambda: job.handle and job.progress > 0)
    lost = job.handle
    for pid in opened.workers():
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(WorkerLost):
        lost.result(PATIENCE)
    wait_until(lambda: not every.look(asked.key(), "me").alive)
    assert (job.state, job.lost, job.problem) == ("done", 1, "")
    assert job.handle is not lost
    assert job.result.rows == run(asked).rows


def test_two_visitors_one_job(runner):
    every = Jobs(runner, seconds=1e6)
    asked = experiment(LONG)
    job = every.start(asked, "first")
    assert every.start(experiment(LONG), "second") is job
    wait_until(lambda: every.look(asked.key(), "second").state == "running")
    every.stop(asked.key(), "first")
    time.sleep(0.2)
    assert every.look(asked.key(), "second").state == "running"
    every.stop(asked.key(), "second")
    assert every.look(asked.key()).state == "cancelled"
    with pytest.raises(Cancelled):
        job.handle.result(PATIENCE)


@pytest.mark.slow
def test_a_job_that_takes_too_long_is_stopped(opened):
    runner = opened.another(limit=1)
    try:
        with pytest.raises(JobError, match=r"^The run took longer than 1 seconds? and was stopped\.$"):
            submit(runner, LONG).result(PATIENCE)
    finally:
        runner.close()


def greedy(channel):
    """A task: memory that cannot be had."""
    return {"bytes": len(bytearray(2**30))}


def test_any_task_runs_with_its_own_limits(runner):
    with pytest.raises(JobError, match=r"^memory: allowed: at most 100 MiB; the task needed more\.$"):
        runner.submit(greedy, memory=100 * 2**20).result(PATIENCE)
    assert runner.submit(greedy).result(PATIENCE) == {"bytes": 2**30}
    with pytest.raises(JobError, match=r"took longer than 0\.5 seconds"):
        runner.submit(stubborn, limit=0.5).result(PATIENCE)


def speak(channel):
    """A task: rows from 0 to 99."""
    for number in range(100):
        channel.row(["row"], number)
        channel.progress(number / 99)
    time.sleep(0.1)
    channel.progress(1.0)
    return {"said": 100}


def test_what_a_task_says_is_heard_once_and_in_order(runner):
    job, heard = runner.submit(speak), []
    while not job.done():
        heard += job.rows()
        time.sleep(0.01)
    heard += job.rows()
    assert heard == [[["row"], number] for number in range(100)]
    assert job.rows() == []
    assert job.progress() == 1.0
    assert job.result(0) == {"said": 100}


def stumble(channel):
    """A task: a mistake in its own code."""
    raise KeyError("unforeseen")


def test_what_nobody_foresaw_comes_through(runner):
    with pytest.raises(KeyError, match="unforeseen"):
        runner.submit(stumble).result(PATIENCE)


def die(channel):
    """A task: the end of its worker."""
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
def test_a_worker_that_dies_leaves_the_next_job_alone(runner):
    with pytest.raises(WorkerLost):
        runner.submit(die).result(PATIENCE)
    assert submit(runner, QUICK).result(PATIENCE)
