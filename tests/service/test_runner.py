"""What is the embedded engine's own: its files, its worker processes. All else: `test_engines.py`."""

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

from softlabel_core import Cancelled
from softlabel_core.service import runner as engine
from softlabel_core.service.queue import Jobs
from softlabel_core.service.runner import EmbeddedRunner, JobError, train
from tests.service import engines
from tests.service.engines import LONG, QUICK, experiment, submit
from tests.service.test_engines import greedy
from tests.waiting import PATIENCE, wait_until


@pytest.fixture(scope="module")
def embedded():
    """The runner and a function that gives its worker's process ids."""
    with engines.embedded() as found:
        yield found.runner, found.workers


def test_a_worker_outlives_what_its_jobs_do_wrong(embedded, monkeypatch):
    monkeypatch.setattr(engine, "GRACE", PATIENCE)
    runner, workers = embedded
    assert submit(runner, QUICK).result(PATIENCE)
    before = workers()
    with pytest.raises(JobError):
        runner.submit(greedy, memory=100 * 2**20).result(PATIENCE)
    job = submit(runner, LONG)
    wait_until(lambda: job.progress() > 0)
    job.cancel()
    with pytest.raises(Cancelled):
        job.result(PATIENCE)
    assert submit(runner, QUICK).result(PATIENCE)
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
