"""What is a cluster's own: machines that come, go and have GPUs; the dispatcher and who takes its place."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from softlabel_core import Invalid
from softlabel_core.service.queue import Jobs
from softlabel_core.service.ray_runner import RayRunner
from softlabel_core.service.runner import WorkerLost
from softlabel_core.service.stored import StoredJournal
from softlabel_core.store.database import Database, url
from tests.service.engines import LONG, QUICK, ROOT, cluster, experiment, submit
from tests.service.test_jobs import StubRunner
from tests.waiting import PATIENCE, wait_until

MIDDLE = {"dataset": "digits", "replicates": 64, "training": {"epochs": 100}}


@pytest.fixture(scope="module")
def nodes():
    with cluster() as found:
        yield found


@pytest.fixture
def opened(nodes):
    """Opens engines on the cluster."""
    runners = []

    def open_one():
        runners.append(RayRunner(nodes.address))
        return runners[-1]

    yield open_one
    for one in runners:
        one.close()


def where(channel):
    """A task: the GPU that Ray gave it."""
    return {"gpu": os.environ.get("CUDA_VISIBLE_DEVICES", "")}


@pytest.mark.slow
def test_a_job_outlives_its_machine(nodes, opened):
    first = nodes.add()
    runner = opened()
    every = Jobs(runner, seconds=1e6)
    job = every.start(experiment({**QUICK, "replicates": 8, "training": {"epochs": 100}}), "me")
    wait_until(lambda: job.handle and job.progress > 0)
    lost = job.handle
    nodes.kill(first)
    with pytest.raises(WorkerLost):
        lost.result(PATIENCE)
    second = nodes.add()
    wait_until(lambda: not every.look(job.experiment.key(), "me").alive)
    assert (job.state, job.lost, job.problem) == ("done", 1, "")
    nodes.kill(second)


@pytest.mark.slow
def test_jobs_wait_for_a_machine_and_use_all_that_there_are(nodes, opened):
    runner = opened()
    assert runner.workers == 1
    job = submit(runner, QUICK)
    time.sleep(0.5)
    assert not job.running()
    assert not job.done()
    added = [nodes.add(), nodes.add(cpus=2)]
    assert job.result(PATIENCE)["key"] == experiment(QUICK).key()
    wait_until(lambda: runner.look() or runner.workers == 3)
    for node in added:
        nodes.kill(node)


@pytest.mark.slow
def test_where_a_machine_has_a_gpu_jobs_go_there(nodes, opened):
    """Ray believes a machine that says it has one."""
    plain, fast = nodes.add(), nodes.add(cpus=8, gpus=1)
    runner = opened()
    assert runner.workers == 4
    jobs = [runner.submit(where) for _ in range(4)]
    assert [job.result(PATIENCE) for job in jobs] == [{"gpu": "0"}] * 4
    for node in (plain, fast):
        nodes.kill(node)


@pytest.mark.slow
def test_no_job_is_blamed_for_a_connection_that_is_lost():
    with cluster() as found:
        found.add()
        runner = RayRunner(found.address)
        assert submit(runner, QUICK).result(PATIENCE)
        found.lose_head()
        job = submit(runner, QUICK)
        wait_until(lambda: not runner.look())
        assert not job.done()
        runner.close()


def test_a_wrong_address_is_said(nodes):
    with pytest.raises(Invalid, match=r"^cluster: allowed: host:port .* or auto; got no address\.$"):
        RayRunner("no address")


@contextmanager
def dispatcher(nodes, address, log):
    """`softlabel worker --cluster`, and what it says."""
    command = [sys.executable, "-m", "softlabel_core", "worker", "--cluster", nodes.address]
    with open(log, "w") as file:
        found = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": address}, stderr=file)
    try:
        yield found
    finally:
        found.kill()
        found.wait()


def caught(web):
    """A run seen under way, with its curves; where one was done before it was seen, the next."""
    for seed in range(10):
        found = web.start(experiment(MIDDLE, seed), "me")
        wait_until(
            lambda job=found: not job.alive or (job.state == "running" and job.progress and job.partial)
        )
        if found.alive:
            return found
        assert found.state == "done", found.problem
    pytest.fail("no run was seen under way, with curves")


@pytest.mark.slow
def test_one_dispatcher_works_and_the_next_takes_over(nodes, postgres, tmp_path):
    """A run outlives its dispatcher; the next gives back what it has not finished when it is told to end."""
    node, address = nodes.add(), postgres.database()
    web = Jobs(StubRunner(), seconds=1e6, journal=StoredJournal(Database(url(address)), takes="none"))
    one, other = tmp_path / "one", tmp_path / "other"
    with dispatcher(nodes, address, one) as first:
        wait_until(lambda: "Trains for postgresql" in one.read_text())
        with dispatcher(nodes, address, other) as second:
            wait_until(lambda: "Waits until the dispatcher" in other.read_text())
            asked = web.start(experiment(QUICK), "me")
            wait_until(lambda: asked.state == "done")
            assert asked.result.experiment == experiment(QUICK)
            middle = caught(web)
            assert "Trains" not in other.read_text()
            first.kill()
            wait_until(lambda: middle.state == "done")
            assert "Has" not in one.read_text().split(f"Begins {middle.experiment.key()}")[1]
            long = web.start(experiment(LONG), "me")
            wait_until(lambda: long.state == "running" and long.progress > 0)
            second.send_signal(signal.SIGTERM)
            assert second.wait(PATIENCE) == 0, other.read_text()
    assert "gives back what it has not finished" in other.read_text()
    wait_until(lambda: long.state == "waiting")
    web.close()
    nodes.kill(node)
