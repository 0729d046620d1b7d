"""A visitor's own runs: started, looked at, left, and what is known of a choice once they have ended."""

from dataclasses import replace

import streamlit as st

from softlabel_core import Experiment, Result
from softlabel_core.service.queue import Job
from ui import jobs, saved, state
from ui.address import RUNS
from ui.answers import Answer, live, opened, precomputed


def leave(key: str) -> None:
    """This visitor cancelled the run, whoever else may still want it."""
    st.session_state["left"].add(key)
    jobs.every().stop(key, state.visitor())


def look(key: str) -> Job | None:
    """The job as it is for this visitor: one that was left counts as cancelled."""
    if key in st.session_state["left"]:
        job = jobs.every().look(key)
        return replace(job, state="cancelled") if job and job.alive else job
    return jobs.every().look(key, state.visitor())


def awaited(experiment: Experiment, answer: Answer | None) -> Job | None:
    """The run under way whose end the page has yet to show, given the answer that it shows.

    A run that has ended well since that answer was looked up is one too: whoever follows it is told at once.
    """
    job = look(experiment.key())
    if job is None or job.state in ("failed", "cancelled"):
        return None
    return None if answer is not None and answer.live and not job.alive else job


def start(experiment: Experiment) -> Job:
    """Start the experiment, or join whoever started it; raises `Busy`."""
    job = jobs.every().start(experiment, state.visitor())
    st.session_state["left"].discard(experiment.key())
    st.session_state["opened"] = None
    state.add_run(experiment.key())
    return job


def results() -> list[Result]:
    """Finished runs of this visitor that the server still has, the latest last."""
    found = [jobs.every().look(key) for key in st.session_state[RUNS]]
    return [job.result for job in found if job and job.result]


def answer(chosen: Experiment) -> Answer | None:
    """The run that a link opened, else a live run, else the atlas's entry; nothing of another experiment."""
    if run := saved.opened(chosen):
        return opened(run)
    job = look(chosen.key())
    if job is not None and job.result is not None:
        if chosen.key() not in st.session_state[RUNS]:
            state.add_run(chosen.key())
            state.publish()
        return live(job)
    return precomputed(chosen)
