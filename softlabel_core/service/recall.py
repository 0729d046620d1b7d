"""Jobs and the journal: how a job is written down, what comes back of one after a restart, and how one that
another process computes is followed here."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from softlabel_core.experiment.result import Result
from softlabel_core.experiment.spec import Experiment
from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid
from softlabel_core.service.job import Curves, Job, Work
from softlabel_core.service.journal import Journal, News, Report, packed, unpacked
from softlabel_core.service.runner import train
from softlabel_core.store.elsewhere import Standing
from softlabel_core.store.promises import Promise
from softlabel_core.store.results import Found


def write(journal: Journal, job: Job, result: Result | None = None, **now: Any) -> None:
    """Write down how an experiment's job stands: its promise with the fields `now`, or its end.

    Private work has no promise, and is never written down.
    """
    if job.promise is not None:
        ended = result is not None or job.state == "cancelled"
        job.promise = replace(job.promise, **now)
        job.note = journal.write(job.promise.key, None if ended else job.promise, result)


def recall(journal: Journal, key: str) -> Job | None:
    """A job of an earlier server that is done or has failed, or of another process that goes on with it."""
    found = journal.find(key)
    if found is None:
        return None
    if isinstance(found, Phrase):
        return Job(None, 0.0, Experiment(), state="failed", problem=found)
    if isinstance(found, Standing):
        return _followed(found)
    took, asked = found.result.provenance.seconds, found.result.experiment
    return Job(None, took, asked, state="done", result=found.result, saved=found.saved, recalled=True)


def _followed(stands: Standing) -> Job | None:
    promised = stands.promise
    try:
        experiment = Experiment.parse(json.loads(promised.experiment))
    except Invalid:  # promised by a later version, and its own affair
        return None
    job = Job(work_of(promised, experiment), promised.seconds, experiment, promise=promised)
    job.recalled = job.away = True
    mirror(job, stands)
    return job


def work_of(promised: Promise, experiment: Experiment) -> Work:
    """What a worker is to do for a promise."""
    return Work(train, (experiment.model_dump(mode="json"),), promised.seconds)


def mirror(job: Job, stands: Standing | Found) -> None:
    """Take over how a run of another process stands, or its result."""
    if isinstance(stands, Found):
        job.result, job.saved = stands.result, stands.saved
        job.end("done")
    elif stands.promise.state == "failed":
        job.problem = unpacked(stands.promise.problem)
        job.end("failed")
    else:
        running = stands.promise.state == "running" and stands.held
        job.state, job.told = "running" if running else "waiting", stands.progress
        job.ahead, job.wait_seconds = stands.ahead, stands.seconds
        job.curves = curves_of(stands.curves)


def report(alive: Sequence[Job], room: float | None, gone: float) -> Report:
    """What a queue tells its journal; after `gone` seconds without a look nobody waits."""
    follows = [job for job in alive if job.elsewhere and job.promise]
    asked = [job for job in alive if job.wanted and job.handle and job.promise]
    for job in asked:
        job.read()
    return Report(
        room,
        frozenset(job.promise.key for job in follows if job.promise),
        frozenset(job.promise.key for job in follows if job.promise and job.watched(gone)),
        {job.promise.key: (job.progress, packed_curves(job.curves)) for job in asked if job.promise},
    )


def hear(journal: Journal, news: News, jobs: Mapping[str, Job], gone: float) -> None:
    """Take in what other processes have done with these jobs, by their keys."""
    for key in news.lost & jobs.keys():
        jobs[key].away = jobs[key].alive
    for key in news.wanted.keys() & jobs.keys():
        job, wanted = jobs[key], news.wanted[key]
        job.wanted = bool(wanted)
        job.given_up = (job.given_up or time.monotonic()) if wanted is False else None
    for key in news.stands.keys() & jobs.keys():
        job, stands = jobs[key], news.stands[key]
        if not (job.alive and job.elsewhere):
            continue
        if stands is not None:
            mirror(job, stands)
        elif job.watched(gone):  # it was given up there
            job.away, job.state = False, "waiting"
            write(journal, job, state="waiting")
        else:
            job.end("cancelled")


def packed_curves(curves: Curves) -> str:
    """Curves as JSON."""
    return json.dumps([[*key, list(found.items())] for key, found in curves.items()])


def curves_of(text: str) -> Curves:
    """The curves again."""
    return {(epoch, student): dict(map(tuple, found)) for epoch, student, found in json.loads(text or "[]")}


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
