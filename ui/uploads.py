"""A visitor's own labels, as their session remembers them: in memory, gone after a while, in no link.

All session keys of it are here. Workers read the file; the server passes it on and keeps what came back. The
file is sent once: set size, conversions, columns and a truth are changed here. After a reload the browser
brings a cookie of no meaning elsewhere, and finds the file again while it is kept.
"""

import secrets
import time
import weakref
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from softlabel_core import Invalid
from softlabel_core.audit.report import Audit
from softlabel_core.audit.students import Taught, Teaching
from softlabel_core.audit.untold import Untold
from softlabel_core.reading.choice import Choice
from softlabel_core.service import uploads
from softlabel_core.service.queue import Busy, Work
from softlabel_core.service.uploads import Upload
from ui import jobs, state
from ui.components import cookie
from ui.words import i18n

KEY, ASKED, GONE = "own", "own-asked", "own-gone"
"""The upload, whether the browser was asked for one of before, and whether that is gone."""

COOKIE = "softlabel_file"

SOON = 1.5
"""Seconds that a page waits for an answer, from when it asks, before it shows progress."""

BEAT = 0.02
"""Seconds between two looks while it waits."""

IDLE = 900.0
"""Seconds without a look after which a file is given back; what was found in it stays."""

ROOM = 200 * 2**20
"""Bytes that the files of all visitors may take; those looked at longest ago are given back."""

MOST_LETTERS = 80
"""Letters of a file's name that are kept."""


@dataclass(eq=False)
class Own:
    """An upload, what was asked of it and what was answered."""

    upload: Upload
    """With how it is to be read; without its content once that was given back."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    """What the browser knows it by."""

    away: bool = False
    """Whether it was."""

    seen: float = field(default_factory=time.monotonic)
    """When its visitor looked at it last."""

    k: int | str | None = None
    """Chosen set size; None for the best."""

    audits: dict[int | str | None, Audit | Untold] = field(default_factory=dict)
    """By set size as it was asked for, for the present reading."""

    names: list[str] | None = None
    """Columns that can be chosen from, once they were asked for."""

    students: list[Taught] = field(default_factory=list)
    asked: Teaching | None = None
    """What they were asked for."""

    pending: dict[str, str] = field(default_factory=dict)
    """`read`, `names` or `teach` -> key of the job."""

    since: dict[str, float] = field(default_factory=dict)
    """The same -> when it was asked for, by `time.monotonic`."""

    problems: dict[str, str] = field(default_factory=dict)
    """The same -> why there is no answer, Markdown."""

    def __post_init__(self) -> None:
        _every.add(self)


_every: weakref.WeakSet[Own] = weakref.WeakSet()

_kept: dict[str, Own] = {}
"""Token -> the upload, for who reloads."""


def give_back() -> None:
    """Forget the content of files that nobody looked at for `IDLE` seconds, or that there is no room for."""
    room = ROOM
    for mine in sorted(_every, key=lambda one: one.seen, reverse=True):
        room -= mine.upload.size
        if time.monotonic() - mine.seen > IDLE or room < 0:
            mine.upload, mine.away = Upload(mine.upload.name, b""), True
            _kept.pop(mine.token, None)


def prepare() -> None:
    """Start the worker, if this server has none yet, while the visitor looks for a file."""
    jobs.every()


def current() -> Own | None:
    """The upload of this session, if there is one; after a reload the one of before."""
    found: Own | None = st.session_state.get(KEY)
    if found is None and not st.session_state.get(ASKED):
        st.session_state[ASKED] = True
        token = cookie.told(COOKIE)
        before = _kept.get(token) if token else None
        if before is not None:  # what is under way is the other session's
            found = replace(before, audits={**before.audits}, pending={}, since={}, problems={})
            _keep(found)
        elif token:
            st.session_state[GONE] = True
    if found is not None:
        found.seen = time.monotonic()
    return found


def _keep(mine: Own) -> None:
    st.session_state[KEY] = _kept[mine.token] = mine
    give_back()


def is_gone() -> bool:
    """Whether a file that the browser knows of is no longer there."""
    return bool(st.session_state.get(GONE))


def remember() -> None:
    """Tell the browser what it needs to find the file again after a reload; once on every run of the page."""
    mine: Own | None = st.session_state.get(KEY)
    cookie.keep(COOKIE, mine.token if mine is not None and not mine.away else "")


def take(name: str, content: bytes, truth: tuple[str, bytes] | None = None) -> None:
    """Put a file in the place of the one before, with one of its truth if there is any."""
    drop()
    other = None if truth is None else Upload(truth[0][-MOST_LETTERS:], truth[1])
    _keep(Own(Upload(name[-MOST_LETTERS:], content, other)))


def take_both(files: list[tuple[str, bytes]]) -> None:
    """One file, or soft labels and their truth: of two the smaller is the truth."""
    larger, *smaller = sorted(files, key=lambda file: len(file[1]), reverse=True)
    take(*larger, truth=smaller[0] if smaller else None)


def add_truth(mine: Own, name: str, content: bytes) -> None:
    """Take a file of the truth for the labels that there are."""
    _read_anew(mine, replace(mine.upload, truth=Upload(name[-MOST_LETTERS:], content)))


def swap(mine: Own) -> None:
    """What was taken for the truth are the labels."""
    labels, truth = mine.upload, mine.upload.truth
    if truth is not None:
        other = Upload(labels.name, labels.content)
        _read_anew(mine, replace(truth, truth=other, choice=labels.choice))


def read_as(mine: Own, choice: Choice) -> None:
    """Read the file in another way."""
    if choice != mine.upload.choice:
        _read_anew(mine, replace(mine.upload, choice=choice))


def _read_anew(mine: Own, upload: Upload) -> None:
    if mine.away:
        mine.problems["read"] = _given_back()
        return
    choose(mine, None)
    mine.upload, mine.names = upload, None
    mine.audits.clear()


def drop() -> None:
    """Forget the file and all that was found in it."""
    before: Own | None = st.session_state.get(KEY)
    st.session_state[ASKED], st.session_state[GONE] = True, False
    if before is not None:
        _stop(before)
        _kept.pop(before.token, None)
        del st.session_state[KEY]


def choose(mine: Own, k: int | str | None) -> None:
    """Look at it with another set size, None for the usual one; what is under way for the one before is
    dropped."""
    mine.k, mine.students = k, []
    _stop(mine)
    mine.problems.clear()


def _stop(mine: Own) -> None:
    for key in mine.pending.values():
        jobs.every().forget(key, state.visitor())
    mine.pending.clear()


def audited(mine: Own) -> Audit | Untold | None:
    """What is known at the chosen set size; asks for it once, and waits a moment. See `problems`."""
    if mine.k not in mine.audits and "read" not in mine.problems:
        if "read" not in mine.pending:
            _ask(mine, "read", uploads.reading(mine.upload, mine.k))
        answer = _answer(mine, "read")
        if answer is not None:
            audit = uploads.found(answer)
            mine.names = audit.offered
            mine.audits |= {mine.k: audit, audit.k: audit}
    return mine.audits.get(mine.k)


def names(mine: Own) -> list[str]:
    """Columns, arrays or fields of the file, whether it could be read or not; asks for them once."""
    if mine.names is None and not mine.away and "names" not in mine.problems:
        if "names" not in mine.pending:
            _ask(mine, "names", uploads.offering(mine.upload))
        answer = _answer(mine, "names")
        mine.names = None if answer is None else answer["names"]
    return mine.names or []


def teach(mine: Own, audit: Audit, asked: Teaching) -> None:
    """Ask for students of the file."""
    size = (audit.n, audit.features or 0, len(audit.class_names))
    mine.students, mine.asked = [], asked
    mine.problems.pop("teach", None)
    try:
        work = uploads.teaching(mine.upload, size, asked, jobs.every().cost)
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


def students() -> list[Taught]:
    """Those of this visitor's file, as far as they are known."""
    mine: Own | None = st.session_state.get(KEY)
    return mine.students if mine is not None else []


def _ask(mine: Own, what: str, work: Work) -> None:
    if mine.away:
        mine.problems[what] = _given_back()
        return
    try:
        mine.pending[what] = jobs.every().ask(work, state.visitor())
        mine.since[what] = time.monotonic()
    except Busy as busy:
        mine.problems[what] = state.t("panels.refused", problem=i18n.problem(state.language(), busy))


def _given_back() -> str:
    return state.t("labels.given-back", minutes=round(IDLE / 60))


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
