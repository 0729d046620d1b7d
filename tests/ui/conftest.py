"""A worker for the pages that are run without a browser."""

from collections.abc import Iterator

import pytest

from ui import jobs


@pytest.fixture(scope="module")
def worker() -> Iterator[None]:
    """The pages' worker, gone at the end of the module that asks for it."""
    yield
    jobs.every().close()
    jobs.every.clear()
