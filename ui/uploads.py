"""A visitor's own labels, as their session remembers them: in memory, gone with the session, in no link.

All session keys of it are here. Workers read the file; the server passes it on and keeps what came back.
"""

import time
import weakref
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from softlabel_core import Invalid
from softlabel_core.audit.report import Audit
from softlabel_core.service import uploads
from softlabel_core.service.queue import Busy, Work
from softlabel_core.service.uploads import Taught, Upload
from ui import jobs, state
from ui.words import i18n

KEY = "own"

SOON = 1.5
"""Seconds that a page waits for an answer, from when it asks, before it shows progress."""

BEAT = 0.02
"""Seconds between two looks while it waits."""

IDLE = 900.0
"""Seconds without a look after which a file is given back; what was found in it stays."""

MOST_LETTERS = 80
"""Letters of a file's name that are kept."""


@dataclass(eq=False)
class Own:
    """An upload, what was asked of it and what was answered."""

    upload: Upload
    """Without its content once that was given back."""

    away: bool = False
    """Whether it was."""

    seen: float = field(default_factory=time.monotonic)
    """When its visitor looked at it last."""

    k: int | str | None = None
    """Chosen set size; None for the best."""

    audits: dict[int | str | None, Audit] = field(default_factory=dict)
    """By set size as it was asked for."""

    students: list[Taught] = field(default_factory=list)
    pending: dict[str, str] = field(default_factory=dict)
    """`read` or `teach` -> key of the job."""

    since: dict[str, float] = field(default_factory=dict)
    """The same -> when it was asked for, by `time.monotonic`."""

    problems: dict[str, str] = field(default_factory=dict)
    """The same -> why there is no answer, Markdown."""

    def __post_init__(self) -> None:
        _every.add(self)


_every: weakref.WeakSet[Own] = weakref.WeakSet()


def give_back() -> None:
    """Forget the content of files that nobody has looked at for `IDLE` seconds."""
    for mine in list(_every):
        if time.monotonic() - mine.seen > IDLE:
            mine.upload, mine.away = Upload(mine.upload.name, b""), True


def prepare() -> None:
    """Start the worker, if this server has none yet, while the visitor looks for a file."""
    jobs.every()


def current() -> Own | None:
    """The upload of this session, if there is one."""
    found: Own | None = st.session_state.get(KEY)
    if found is not None:
        found.seen = time.monotonic()
    return found


def take(name: str, content: bytes) -> None:
    """Put a file in the place of the one before."""
    drop()
    st.session_state[KEY] = Own(Upload(name[-MOST_LETTERS:], content))


def drop() -> None:
    """Forget the file and all that was found in it."""
    before = current()
    if before is not None:
        for key in before.pending.values():
            jobs.every().forget(key, state.visitor())
        del st.session_state[KEY]


def choose(mine: Own, k: int | str) -> None:
    """Look at it with another set size; what is under way for the one before is dropped."""
    mine.k, mine.students = k, []
    for key in mine.pending.values():
        jobs.every().forget(key, state.visitor())
    mine.pending.clear()
    mine.problems.clear()


def audited(mine: Own) -> Audit | None:
    """What is known at the chosen set size; asks for it once, and waits a moment. See `problems`."""
    if mine.k not in mine.audits and "read" not in mine.problems:
        if "read" not in mine.pending:
            _ask(mine, "read", uploads.reading(mine.upload, mine.k))
        answer = _answer(mine, "read")
        if answer is not None:
            audit = Audit.model_validate(answer)
            mine.audits |= {mine.k: audit, audit.indicators["k"]: audit}
    return mine.audits.get(mine.k)


def teach(mine: Own, audit: Audit, losses: list[str], replicates: int) -> None:
    """Ask for students of these losses at the audit's set size."""
    size = (audit.indicators["n"], audit.features or 0, tuple(audit.class_names))
    k = audit.indicators["k"]
    mine.students = []
    mine.problems.pop("teach", None)
    try:
        work = uploads.teaching(mine.upload, size, losses, k, replicates, jobs.every().cost)
    except Invalid as error:
        mine.problems["teach"] = i18n.problem(state.language(), error)
    else:
        _ask(mine, "teach", work)


def taught(mine: Own) -> list[Taught]:
    """What became of them, once it is known."""
    answer = _answer(mine, "teach")
    if answer is not None:
        mine.students = [Taught.model_validate(one) for one in answer["students"]]
    return mine.students


def _ask(mine: Own, what: str, work: Work) -> None:
    if mine.away:
        mine.problems[what] = state.t("labels.given-back", minutes=round(IDLE / 60))
        return
    try:
        mine.pending[what] = jobs.every().ask(work, state.visitor())
        mine.since[what] = time.monotonic()
    except Busy as busy:
        mine.problems[what] = state.t("panels.refused", problem=i18n.problem(state.language(), busy))


def _answer(mine: Own, what: str) -> dict[str, Any] | None:
    """The answer, once there is one; waits until `SOON` after it was asked. Notes why there will be none."""
    key, deadline = mine.pending.get(what), mine.since.get(what, 0.0) + SOON
    if key is None:
        return None
    job = jobs.every().look(key, state.visitor())
    while job is not None and job.alive and time.monotonic() < deadline:
        time.sleep(BEAT)
        job = jobs.every().look(key, state.visitor())
    if job is not None and job.alive:
        return None
    del mine.pending[what]
    if job is None or job.state == "cancelled":
        mine.problems[what] = state.t("labels.cancelled")
    elif job.answer is None:
        mine.problems[what] = i18n.problem(state.language(), job.problem)
    jobs.every().forget(key, state.visitor())
    return job.answer if job else None
