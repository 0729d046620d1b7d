"""Jobs and the journal: how a job is written down, and what comes back of one after a restart."""

import json
from dataclasses import replace
from typing import Any

from softlabel_core.experiment.result import Result
from softlabel_core.experiment.spec import Experiment
from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid
from softlabel_core.service.job import Job
from softlabel_core.service.journal import Journal, packed
from softlabel_core.store.promises import Promise


def write(journal: Journal, job: Job, result: Result | None = None, **now: Any) -> None:
    """Write down how an experiment's job stands: its promise with the fields `now`, or its end.

    Private work has no promise, and is never written down.
    """
    if job.promise is not None:
        ended = result is not None or job.state == "cancelled"
        job.promise = replace(job.promise, **now)
        job.note = journal.write(job.promise.key, None if ended else job.promise, result)


def recall(journal: Journal, key: str) -> Job | None:
    """A job of an earlier server that is done or has failed."""
    found = journal.find(key)
    if found is None:
        return None
    if isinstance(found, Phrase):
        return Job(None, 0.0, Experiment(), state="failed", problem=found)
    took, asked = found.result.provenance.seconds, found.result.experiment
    return Job(None, took, asked, state="done", result=found.result, saved=found.saved, recalled=True)


def taken_over(journal: Journal, promised: Promise) -> tuple[Promise, Experiment] | None:
    """A promise of a server that is gone, as this version of the program keeps it; None if it cannot."""
    try:
        experiment = Experiment.parse(json.loads(promised.experiment))
    except Invalid as error:
        journal.write(promised.key, replace(promised, state="failed", problem=packed(error.phrase)))
        return None
    if experiment.key() == promised.key:
        return promised, experiment
    journal.write(promised.key, None)  # promised by another version, whose keys were others
    return replace(promised, key=experiment.key()), experiment
