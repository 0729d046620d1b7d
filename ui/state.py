"""What a session remembers, and the address bar's copy of it. Every session key is here.

The address holds the experiment (`share.query`) and the keys of the runs made, so that a reload or a shared
link opens the same page; results themselves are looked up on the server by their key.
"""

import secrets
from dataclasses import replace

import streamlit as st

from softlabel_core import Experiment, Result, share
from softlabel_core.jobs import Job
from ui import jobs
from ui.forms import PREFIX

RUNS = "runs"
"""Parameter with the keys of earlier runs, dot-separated, the latest last."""

KEPT = 20
"""Earlier runs that a session keeps."""


def open_session() -> None:
    """Read the address where it says something new: a first visit, a reload, a link within the page."""
    st.session_state.setdefault("visitor", secrets.token_urlsafe(8))
    st.session_state.setdefault("experiment", Experiment())
    st.session_state.setdefault("problems", [])
    st.session_state.setdefault(RUNS, [])
    st.session_state.setdefault("left", set())
    address = st.query_params.to_dict()
    if not address or address == st.session_state.get("address"):
        return
    st.session_state["address"] = address
    experiment, problems = share.parse(address)
    if not any(name.split(".")[0] in Experiment.model_fields for name in address):
        experiment = st.session_state["experiment"]
    for key in [key for key in st.session_state if str(key).startswith(PREFIX)]:
        del st.session_state[key]
    st.session_state.update(experiment=experiment, problems=problems)
    for key in address.get(RUNS, "").split(".")[-KEPT:]:
        if key and key not in st.session_state[RUNS]:
            st.session_state[RUNS].append(key)


def visitor() -> str:
    """A name for this session, of no meaning elsewhere."""
    return str(st.session_state["visitor"])


def experiment() -> Experiment:
    """The experiment as chosen so far."""
    chosen: Experiment = st.session_state["experiment"]
    return chosen


def keep(chosen: Experiment) -> None:
    """Remember the experiment and write it, with the runs, into the address."""
    st.session_state["experiment"] = chosen
    address = share.query(chosen)
    if st.session_state[RUNS]:
        address[RUNS] = ".".join(st.session_state[RUNS])
    if address != st.query_params.to_dict():
        st.query_params.from_dict(address)
    st.session_state["address"] = address


def problems() -> list[str]:
    """Sentences about parts of the link that could not be used."""
    return list(st.session_state["problems"])


def add_run(key: str) -> None:
    """Note a run as this visitor's; the latest is last."""
    runs = [one for one in st.session_state[RUNS] if one != key]
    st.session_state[RUNS] = [*runs, key][-KEPT:]


def leave(key: str) -> None:
    """This visitor cancelled the run, whoever else may still want it."""
    st.session_state["left"].add(key)
    jobs.every().stop(key, visitor())


def look(key: str) -> Job | None:
    """The job as it is for this visitor: one that was left counts as cancelled."""
    if key in st.session_state["left"]:
        job = jobs.every().look(key)
        return replace(job, state="cancelled") if job and job.alive else job
    return jobs.every().look(key, visitor())


def start(experiment: Experiment) -> Job:
    """Start the experiment, or join whoever started it; raises `Busy`."""
    job = jobs.every().start(experiment, visitor())
    st.session_state["left"].discard(experiment.key())
    add_run(experiment.key())
    return job


def results() -> list[Result]:
    """Finished runs of this visitor that the server still has, the latest last."""
    found = [jobs.every().look(key) for key in st.session_state[RUNS]]
    return [job.result for job in found if job and job.result]
