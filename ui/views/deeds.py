"""What a visitor does in the Observatory's figure."""

from typing import Any

import streamlit as st

from softlabel_core import Experiment, Invalid
from softlabel_core.atlas import lookup
from softlabel_core.atlas.light import light
from softlabel_core.experiment.change import changed_at, value_at
from softlabel_core.service.job import SHORT
from softlabel_core.service.queue import Busy
from ui import answers, jobs, own, state
from ui.live import sweeps
from ui.trails import asked, paths, pin, planned

REFUSED = "observatory/refused"
"""Where the session keeps which run was not taken last, and why."""


def done(what: str, value: Any) -> None:
    """One deed of the visitor in the figure."""
    deeds = {
        "set": _set,
        "load": _load,
        "train": _train,
        "stop": _stop,
        "anew": _anew,
        "view": _view,
        "vary": vary,
        "still": _still,
        "pin": _pin,
    }
    if what in deeds:
        deeds[what](value)


def _set(value: Any) -> None:
    path, wanted = value
    before = state.experiment()
    changed = changed_at(before, str(path), wanted)
    if value_at(changed, str(path)) != wanted:
        st.session_state[REFUSED] = (before.key(), _why(before, str(path), wanted))
        return
    st.session_state.pop(REFUSED, None)
    state.load(changed)
    if state.extra("auto") != "0" and quick(changed):
        _train(None)


def _why(experiment: Experiment, path: str, value: Any) -> str | Invalid:
    try:
        answers.moved(experiment, path, value)
    except Invalid as problem:
        return problem
    return ""


def quick(experiment: Experiment) -> bool:
    """Whether it may train without being asked to: new, short, and nothing else waits."""
    if experiment.dataset.needs_files or experiment.bias.needs_files:
        return False
    if lookup.find(experiment) or own.look(experiment.key()):
        return False
    every = jobs.every()
    return not every.busy and every.cost.seconds(experiment) < SHORT


def _load(row: Any) -> None:
    keys = light()["columns"]["key"]
    entry = lookup.entry(keys[row]) if isinstance(row, int) and 0 <= row < len(keys) else None
    if entry is not None:
        state.load(entry.experiment)


def _train(_: Any) -> None:
    chosen = state.experiment()
    st.session_state.pop(REFUSED, None)
    try:
        own.start(chosen)
    except Busy as busy:
        st.session_state[REFUSED] = (chosen.key(), busy)


def _stop(key: Any) -> None:
    own.leave(str(key))


def _anew(_: Any) -> None:
    state.draw_anew()
    _train(None)


def vary(path: Any) -> None:
    """Train what the atlas lacks along a field."""
    chosen = state.experiment()
    if path not in paths(chosen):
        return
    if asked(chosen, state.extra("vary"))[:1] != (path,):
        state.set_extra("vary", path)
    begin(chosen, (path,))


def begin(chosen: Experiment, varied: tuple[str, ...]) -> None:
    """Let the sweep of these fields go on, if anything of it is missing."""
    sweep = planned(chosen, varied)
    if sweep is not None:
        key, missing = sweeps.offer(sweep)
        if missing:
            sweeps.begin(key, state.visitor())


def _still(key: Any) -> None:
    """No more of the sweep; what it has stays."""
    sweeps.stop(str(key), state.visitor())


def _pin(path: Any) -> None:
    """The trail along a field stays in the figure whatever is chosen next; None takes it off."""
    chosen = state.experiment()
    state.set_extra("trail", pin(chosen, path) if path in paths(chosen) else "")


def _view(value: Any) -> None:
    """Axis, filter and whether short runs start by themselves; what is usual leaves the link."""
    known = {"x": "total", "show": "", "auto": "1"}
    for name, usual in known.items():
        if name in value:
            chosen = str(value[name])
            state.set_extra(name, "" if chosen == usual else chosen)
