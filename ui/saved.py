"""Saved runs: a link `?run=<id>` opens one with the numbers that it had then, whatever has changed since."""

import streamlit as st

from softlabel_core import Experiment
from softlabel_core.phrase import Phrase
from softlabel_core.service.job import Job
from softlabel_core.store.results import Found
from ui import jobs
from ui.address import RUN


def asked(share: str | None) -> tuple[Found | None, list[Phrase]]:
    """The saved run that an address names, and what is wrong with it."""
    if share is None:
        return None, []
    found = jobs.every().shared(share)
    return found, [] if found else [Phrase("run: allowed: the id of a run that is kept here; got another.")]


def opened(chosen: Experiment) -> Found | None:
    """The saved run that a link opened, while nothing else is chosen."""
    found: Found | None = st.session_state["opened"]
    return found if found and found.result.experiment == chosen else None


def parameters(chosen: Experiment) -> dict[str, str]:
    """What it adds to the address."""
    found = opened(chosen)
    return {RUN: found.saved.share} if found else {}


def link(chosen: Experiment, job: Job | None) -> str | None:
    """A whole address that opens the run of what is chosen, `job`; None where none is saved."""
    found = opened(chosen)
    kept = found.saved if found else job.saved if job else None
    page = str(st.context.url or "").split("?")[0]
    return f"{page}?{RUN}={kept.share}" if kept else None
