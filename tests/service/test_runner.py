"""Jobs in a real worker process: results, progress, cancelling, a killed worker; what visitors see."""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import types
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from softlabel_core import Cancelled, Experiment, Result, run
from softlabel_core.service import runner as engine
from softlabel_core.service.queue import Jobs
from softlabel_core.service.runner import EmbeddedRunner, JobError, WorkerLost, train
from tests.waiting import PATIENCE, wait_until

QUICK = {"dataset": "moons", "replicates": 2, "training": {"epochs": 1}}
LONG = {"dataset": "digits", "replicates": 64, "training": {"epochs": 200}}


def experiment(config, seed=0):
    return Experiment.parse({**config, "seed": seed})


def submit(runner, config):
    return runner.submit(train, experiment(config).model_dump(mode="json"))


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
    found = Result.model_validate(submit(runner, QUICK).result(PATIENCE))
    expected = run(experiment(QUICK))
    but = {"provenance": {"seconds"}}
    assert found.model_dump(exclude=but) == expected.model_dump(exclude=but)


def test_a_bad_experiment_fails_with_its_sentence(embedded):
    runner, _ = embedded
    with pytest.raises(JobError, match=r"^bias: allowed: one of .*; got nothing\.$"):
        runner.submit(train, {"bias": "nothing"}).result(PATIENCE)


def test_a_running_job_is_cancelled_soon_and_the_next_one_runs(embedded, monkeypatch):
    """It stops by itself, long before the end: not because it is killed."""
    monkeypatch.setattr(engine, "GRACE", PATIENCE)
    runner, workers = embedded
    before = workers()
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
    assert workers() == before  # it stopped by itself


@pytest.mark.slow
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
        first.result(PATIENCE)
    assert submit(runner, QUICK).result(PATIENCE)


def test_progress_rises(embedded):
    runner, _ = embedded
    job = submit(runner, {**QUICK, "training": {"epochs": 50}})
    seen = [0.0]
    while not job.done():
        seen.append(job.progress())
        time.sleep(0.01)
    seen.append(job.progress())
    assert seen == sorted(seen)
    assert 0 < seen[-1] <= 1


@pytest.mark.slow
def test_a_killed_worker_loses_its_job_which_is_forgiven_once(embedded):
    runner, workers = embedded
    every = Jobs(runner, seconds=1e6)
    asked = experiment({**QUICK, "replicates": 8, "training": {"epochs": 40}}, seed=1)
    job = every.start(asked, "me")
    wait_until(lambda: job.handle and job.progress > 0)
    lost = job.handle
    for pid in workers():
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(WorkerLost):
        lost.result(PATIENCE)
    wait_until(lambda: not every.look(asked.key(), "me").alive)
    assert (job.state, job.lost, job.problem) == ("done", 1, "")
    assert job.handle is not lost
    assert job.result.rows == run(asked).rows


def test_two_visitors_one_job(embedded):
    runner, _ = embedded
    every = Jobs(runner, seconds=1e6)
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
        job.handle.result(PATIENCE)


@pytest.mark.slow
def test_a_job_that_takes_too_long_is_stopped():
    runner = EmbeddedRunner(limit=1)
    try:
        with pytest.raises(JobError, match=r"^The run took longer than 1 seconds? and was stopped\.$"):
            submit(runner, LONG).result(PATIENCE)
    finally:
        runner.close()


def rss(channel):
    """A task: memory that cannot be had."""
    return {"bytes": len(bytearray(2**30))}


def test_any_task_runs_with_its_own_limits(embedded):
    runner, workers = embedded
    assert submit(runner, QUICK).result(PATIENCE)
    before = workers()
    with pytest.raises(JobError, match=r"^memory: allowed: at most 100 MiB; the task needed more\.$"):
        runner.submit(rss, memory=100 * 2**20).result(PATIENCE)
    assert runner.submit(rss).result(PATIENCE) == {"bytes": 2**30}
    assert workers() == before


def report(told, channel):
    """A task: reports for as long as a file is not there."""
    while not Path(told).exists():
        channel.row(["shown"], 1)
        channel.progress(0.5)
        time.sleep(0.01)
    return {"told": told}


@contextmanager
def in_folder(path):
    """A runner whose files are there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(path))
        runner = EmbeddedRunner()
    yield runner
    runner.close()


def tidy_up(folder):
    """Take a folder away, whatever is written into it meanwhile."""
    wait_until(lambda: shutil.rmtree(folder, ignore_errors=True) or not folder.exists())


@pytest.mark.slow
def test_jobs_outlive_their_folder(tmp_path, caplog):
    """Who tidies up in /tmp takes no run along, neither the one under way nor the next."""
    told = tmp_path / "told"
    with in_folder(tmp_path) as runner:
        (folder,) = tmp_path.iterdir()
        job = runner.submit(report, str(told))
        wait_until(job.rows)
        tidy_up(folder)
        assert job.rows() == []
        assert job.progress() in (0.0, 0.5)
        told.touch()
        assert job.result(PATIENCE) == {"told": str(told)}
        told.unlink()
        again = runner.submit(report, str(told))
        wait_until(lambda: again.rows() and again.progress() == 0.5)
        tidy_up(folder)
        again.cancel()  # cannot be told, so its worker is stopped
        with pytest.raises(Cancelled):
            again.result(PATIENCE)
        assert submit(runner, QUICK).result(PATIENCE)


@pytest.fixture
def full(tmp_path):
    """A small disk, and a function that fills it."""
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path]).returncode:
        pytest.skip("this user cannot mount a small disk")

    def fill():
        with suppress(OSError), open(tmp_path / "ballast", "ab", buffering=0) as file:
            while True:
                file.write(bytes(1024))

    yield tmp_path, fill
    subprocess.run(["umount", "--lazy", tmp_path], check=True)


@pytest.mark.slow
def test_jobs_outlive_a_full_disk(full):
    folder, fill = full
    with in_folder(folder) as runner:
        every = Jobs(runner, seconds=1e6)
        asked = experiment({**QUICK, "training": {"epochs": 200}})
        job = every.start(asked, "me")
        wait_until(lambda: every.look(asked.key(), "me").curves)
        fill()
        assert shutil.disk_usage(folder).free == 0
        waiting = every.start(experiment(QUICK, seed=1), "you")
        wait_until(lambda: not every.look(waiting.experiment.key(), "you").alive)
        every.look(asked.key(), "me")
        assert (job.state, waiting.state) == ("done", "done")
        (folder / "ballast").unlink()
        again = runner.submit(train, asked.model_dump(mode="json"))
        wait_until(again.rows)


def test_what_a_full_disk_cut_off_is_left_out(embedded):
    runner, _ = embedded
    job = submit(runner, QUICK)
    job.result(PATIENCE)
    job.rows()
    with open(job._folder / "rows", "ab") as file:
        file.write(b'[["shown"], 1[["shown"], 2]\n[["shown"], 3]\n')
    (job._folder / "progress").write_text("")
    assert job.rows() == [[["shown"], 3]]
    assert 0 <= job.progress() <= 1


def loaded(channel):
    """A task: what is imported in the worker."""
    return {"modules": list(sys.modules)}


def die(channel):
    """A task: the end of its worker."""
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
def test_a_worker_that_dies_leaves_the_next_job_alone(embedded):
    runner, _ = embedded
    with pytest.raises(WorkerLost):
        runner.submit(die).result(PATIENCE)
    assert submit(runner, QUICK).result(PATIENCE)


def test_a_worker_that_dies_without_a_job_is_replaced(embedded):
    """The system may kill it for its memory; Pebble alone would refuse every job from then on."""
    runner, workers = embedded
    assert submit(runner, QUICK).result(PATIENCE)
    for pid in workers():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not runner._pool.active)
    assert submit(runner, QUICK).result(PATIENCE)


@pytest.mark.slow
def test_the_main_script_of_this_process_is_nothing_to_a_worker(monkeypatch):
    """Streamlit's main script is the page that runs; a worker must not run it, nor import Streamlit."""
    page = types.ModuleType("__main__")
    page.__file__ = str(Path(__file__).resolve().parents[2] / "ui" / "main.py")
    monkeypatch.setitem(sys.modules, "__main__", page)
    runner = EmbeddedRunner()
    try:
        modules = runner.submit(loaded).result(PATIENCE)["modules"]
        assert "torch" in modules
        assert [name for name in ("streamlit", "plotly", "ui") if name in modules] == []
    finally:
        runner.close()
