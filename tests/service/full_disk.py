"""A server on a full disk: 40 runs are served and none saved; then there is room, and all are.

`python -m tests.service.full_disk ADDRESS`: the store.
"""

import resource
import sys
import time

from softlabel_core import run
from softlabel_core.service import stored
from softlabel_core.service.queue import Jobs
from softlabel_core.service.stored import StoredJournal
from softlabel_core.store import results
from softlabel_core.store.database import Database, url
from tests.service.test_jobs import StubHandle, StubRunner, experiment

RUNS = 40
ROOM = 64 * 1024


def limited(size: int) -> None:
    """No file may become larger."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def main(address: str) -> None:
    """Serve, find room, save."""
    stored.RETRY = 0.2
    result, database = run(experiment()), Database(url(address))
    with database.write() as connection:
        results.tidy(connection)
    limited(ROOM)
    seeds = range(RUNS)
    kept = [result.replace(experiment=experiment(seed), key=experiment(seed).key()) for seed in seeds]
    handles = [StubHandle(one.model_dump(mode="json")) for one in kept]
    jobs = Jobs(StubRunner(*handles), journal=StoredJournal(database))
    found = [jobs.start(experiment(seed), str(seed)) for seed in seeds]
    while any(job.alive for job in found):
        time.sleep(0.05)
    served = sum(job.result is not None for job in found)
    assert results.counts(database)["results"] < RUNS
    limited(resource.RLIM_INFINITY)
    while results.counts(database)["results"] < RUNS:
        time.sleep(0.05)
    print(served, "served,", results.counts(database)["results"], "saved")
    jobs.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
