"""Jobs in a real worker process: results, progress, cancelling, a killed worker; what visitors see."""

import multiprocessing
import os
import signal
import threading
import time

import pytest

from softlabel_core import Cancelled, Experiment, Result, jobs, run
from softlabel_core.jobs import Busy, Jobs
from softlabel_core.runner import EmbeddedRunner, Handle, JobError, Runner, WorkerLost

QUICK = {"dataset": "moons", "replicates": 2, "training": {"epochs": 1}}
LONG = {"dataset": "digits", "replicates": 64, "training": {"epochs": 200}}


def experiment(config, seed=0):
    return Experiment.parse({**config, "seed": seed})


def submit(runner, config):
    return runner.submit(experiment(config).model_dump(mode="json"))


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def embedded():
    """The runner and a function that gives its worker's process ids."""
    others = set(multiprocessing.active_children())
    runner = EmbeddedRunner()
    yield runner, lambda: {child.pid for child in multiprocessing.active_children() if child not in others}
    runner.close()
    assert set(multiprocessing.active_children()) <= others


def test_a_result_is_that_of_this_process(embedded):
    runner, _ = embedded
    found = Result.model_validate(submit(runner, QUICK).result(60))
    expected = run(experiment(QUICK))
    assert found.model_dump(exclude={"seconds"}) == expected.model_dump(exclude={"seconds"})


def test_a_bad_experiment_fails_with_its_sentence(embedded):
    runner, _ = embedded
    with pytest.raises(JobError, match=r"^bias: allowed: one of .*; got nothing\.$"):
        runner.submit({"bias": "nothing"}).result(60)


def test_a_running_job_is_cancelled_soon_and_the_next_one_runs(embedded):
    runner, workers = embedded
    before = workers()
    job = submit(runner, LONG)
    wait_until(lambda: job.progress() > 0)
    assert job.running()
    assert not job.done()
    with pytest.raises(TimeoutError):
        job.result(0)
    started = time.monotonic()
    job.cancel()
    with pytest.raises(Cancelled):
        job.result(10)
    assert time.monotonic() - started < 3
    assert job.done()
    assert submit(runner, QUICK).result(60)["key"] == experiment(QUICK).key()
    assert workers() == before  # it stopped by itself


def test_a_waiting_job_is_cancelled_at_once(embedded):
    runner, _ = embedded
    first, second = submit(runner, LONG), submit(runner, LONG)
    wait_until(lambda: first.progress() > 0)
    assert not second.running()
    assert second.progress() == 0
    second.cancel()
    with pytest.raises(Cancelled):
        second.result(0.1)
    assert not first.done()
    first.cancel()
    with pytest.raises(Cancelled):
        first.result(10)
    assert submit(runner, QUICK).result(60)


def test_progress_rises(embedded):
    runner, _ = embedded
    job = submit(runner, {**QUICK, "training": {"epochs": 50}})
    seen = [0.0]
    while not job.done():
        seen.append(job.progress())
        time.sleep(0.01)
    assert seen == sorted(seen)
    assert 0 < seen[-1] <= 1


def test_a_killed_worker_loses_its_job_which_is_forgiven_once(embedded):
    runner, workers = embedded
    every = Jobs(runner)
    asked = experiment({**QUICK, "replicates": 8, "training": {"epochs": 40}}, seed=1)
    job = every.start(asked, "me")
    lost = job.handle
    wait_until(lambda: lost.progress() > 0)
    for pid in workers():
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(WorkerLost):
        lost.result(30)
    wait_until(lambda: not every.look(asked.key(), "me").alive)
    assert (job.state, job.lost, job.problem) == ("done", 1, "")
    assert job.handle is not lost
    assert job.result.rows == run(asked).rows


def test_two_visitors_one_job(embedded):
    runner, _ = embedded
    every = Jobs(runner)
    asked = experiment(LONG)
    job = every.start(asked, "first")
    assert every.start(experiment(LONG), "second") is job
    wait_until(lambda: every.look(asked.key()).state == "running")
    every.stop(asked.key(), "first")
    time.sleep(0.2)
    assert every.look(asked.key(), "second").state == "running"
    every.stop(asked.key(), "second")
    assert every.look(asked.key()).state == "cancelled"
    with pytest.raises(Cancelled):
        job.handle.result(10)


def test_a_job_that_takes_too_long_is_stopped():
    runner = EmbeddedRunner(limit=1)
    try:
        with pytest.raises(JobError, match=r"^The run took longer than 1 seconds? and was stopped\.$"):
            submit(runner, LONG).result(60)
    finally:
        runner.close()


class StubHandle(Handle):
    """A job that does what the test says."""

    def __init__(self, outcome=None):
        self.outcome, self.started, self.ended = outcome, False, outcome is not None
        self.cancelled = threading.Event()

    def cancel(self):
        self.cancelled.set()
        self.outcome, self.ended = Cancelled(), True

    def running(self):
        return self.started and not self.ended

    def done(self):
        return self.ended

    def progress(self):
        return 0.25

    def result(self, timeout=None):
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


class StubRunner(Runner):
    """Hands out the prepared jobs, then ones that wait."""

    def __init__(self, *handles):
        self.handles, self.given, self.closed = list(handles), [], False

    def submit(self, config):
        self.given.append(self.handles.pop(0) if self.handles else StubHandle())
        return self.given[-1]

    def close(self):
        self.closed = True


@pytest.fixture(scope="module")
def finished():
    return run(experiment(QUICK)).model_dump(mode="json")


def test_a_full_queue_refuses_and_takes_again_when_one_is_taken_up(monkeypatch):
    monkeypatch.setattr(jobs, "QUEUE", 3)
    runner = StubRunner()
    every = Jobs(runner)
    for seed in range(3):
        assert every.start(experiment(QUICK, seed), "me").ahead == seed
    with pytest.raises(Busy, match=r"^3 runs are waiting already; .*\.$"):
        every.start(experiment(QUICK, 3), "me")
    assert every.look(experiment(QUICK, 3).key()) is None
    assert every.start(experiment(QUICK, 1), "other").ahead == 1  # under way already
    runner.given[0].started = True
    assert every.start(experiment(QUICK, 3), "me").state == "waiting"


def test_the_place_in_the_queue_moves_up(finished):
    runner = StubRunner()
    every = Jobs(runner)
    keys = [every.start(experiment(QUICK, seed), "me").experiment.key() for seed in range(3)]
    runner.given[0].outcome, runner.given[0].ended = finished, True
    assert [every.look(key).ahead for key in keys[1:]] == [0, 1]
    assert every.look(keys[0]).state == "done"
    assert every.look(keys[0]).progress == 1
    assert every.look(keys[1]).progress == 0.25


def test_a_finished_job_is_not_computed_again(finished):
    runner = StubRunner(StubHandle(finished))
    every = Jobs(runner)
    first = every.start(experiment(QUICK), "me")
    assert first.state == "done"
    assert first.result.model_dump(mode="json") == finished
    assert every.start(experiment(QUICK), "other") is first
    assert len(runner.given) == 1


def test_a_failed_or_cancelled_one_is(finished):
    runner = StubRunner(StubHandle(JobError("Too long.")), StubHandle(Cancelled()), StubHandle(finished))
    every = Jobs(runner)
    first = every.start(experiment(QUICK), "me")
    assert (first.state, first.problem) == ("failed", "Too long.")
    assert every.start(experiment(QUICK), "me").state == "cancelled"
    assert every.start(experiment(QUICK), "me").state == "done"


def test_a_worker_lost_twice_is_given_up():
    runner = StubRunner(StubHandle(WorkerLost()), StubHandle(WorkerLost()))
    every = Jobs(runner)
    job = every.start(experiment(QUICK), "me")
    assert (job.state, job.lost) == ("waiting", 1)
    assert every.look(experiment(QUICK).key()).state == "failed"
    assert job.problem.endswith(".")
    assert len(runner.given) == 2


def test_an_unforeseen_error_is_a_failure_with_a_sentence():
    every = Jobs(StubRunner(StubHandle(ZeroDivisionError())))
    with pytest.raises(ZeroDivisionError):
        every.start(experiment(QUICK), "me")
    job = every.look(experiment(QUICK).key())
    assert job.state == "failed"
    assert job.problem.endswith(".")


def test_a_visitor_who_left_does_not_keep_a_job_running(monkeypatch):
    monkeypatch.setattr(jobs, "PRESENT", 0.2)
    runner = StubRunner()
    every = Jobs(runner)
    key = every.start(experiment(QUICK), "closed the page").experiment.key()
    every.start(experiment(QUICK), "me")
    every.stop(key, "me")
    assert runner.given[0].cancelled.wait(2)
    assert every.look(key).state == "cancelled"


def test_stopping_what_is_not_there_or_done_does_nothing(finished):
    runner = StubRunner(StubHandle(finished))
    every = Jobs(runner)
    every.stop("nothing", "me")
    job = every.start(experiment(QUICK), "me")
    every.stop(job.experiment.key(), "me")
    assert every.look(job.experiment.key()).state == "done"
    assert not runner.given[0].cancelled.is_set()


def test_old_results_are_forgotten(monkeypatch, finished):
    monkeypatch.setattr(jobs, "KEPT", 2)
    every = Jobs(StubRunner(*(StubHandle(finished) for _ in range(5))))
    keys = [every.start(experiment(QUICK, seed), "me").experiment.key() for seed in range(5)]
    kept = [key for key in keys if every.look(key) is not None]
    assert kept == keys[-len(kept) :]
    assert len(kept) <= 3


def test_close_closes_the_runner():
    runner = StubRunner()
    Jobs(runner).close()
    assert runner.closed
