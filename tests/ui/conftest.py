"""A worker for the pages that are run without a browser."""

import sys
from collections.abc import Iterator

import pytest

from softlabel_core import Experiment
from tests.waiting import wait_until
from ui import jobs


@pytest.fixture(scope="module")
def worker() -> Iterator[None]:
    """A worker that started before AppTest, which makes a page the main script, without a guard.

    The main script comes back at the end: workers of later tests run it.
    """
    script = sys.modules["__main__"]
    first = Experiment.parse({"replicates": 1, "training": {"epochs": 1}, "seed": 1})
    jobs.every().start(first, "test")
    wait_until(lambda: not jobs.every().look(first.key(), "test").alive)
    yield
    jobs.every().close()
    jobs._jobs.cache_clear()
    sys.modules["__main__"] = script
