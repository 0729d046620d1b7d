"""The server's one set of jobs, from its start to its end."""

import asyncio
import multiprocessing
from pathlib import Path

import pytest

from app import lifespan
from softlabel_core import Experiment
from tests.waiting import wait_until
from ui import jobs

LONG = Experiment.parse({"replicates": 64, "training": {"epochs": 200}})


@pytest.mark.slow
def test_a_worker_in_the_midst_of_a_run_ends_with_its_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would train on for minutes, beside the server that comes next. Its store is its own: another
    test's server would go on with the run."""
    jobs.close()  # another test's
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/softlabel.sqlite")
    others = set(multiprocessing.active_children())

    def under_way() -> bool:
        job = jobs.every().start(LONG, "somebody")
        return job.progress > 0

    async def served() -> None:
        async with lifespan(None):
            await asyncio.to_thread(wait_until, under_way)
            assert set(multiprocessing.active_children()) > others

    asyncio.run(served())
    assert set(multiprocessing.active_children()) <= others
    jobs.close()  # nothing to do, and no harm
