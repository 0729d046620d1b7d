"""A worker for the pages that are run without a browser."""

from collections.abc import Iterator

import pytest

from ui import jobs


@pytest.fixture(scope="session")
def worker() -> Iterator[None]:
    """The pages' worker, the same for all modules."""
    yield
    jobs.every().close()
    jobs.every.clear()
