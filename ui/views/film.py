"""Training films on a page: of the present experiment, or of A and B in step."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from softlabel_core import Experiment, Invalid
from softlabel_core.experiment.film import filmable, filmed
from softlabel_core.once import once
from softlabel_core.service.films import name
from softlabel_core.service.queue import Busy
from ui import jobs, state
from ui.charts.palette import classes, figure_colours, marked
from ui.components import film as figure
from ui.live import films
from ui.words import i18n

SHADES = 32
"""Colours of shares, from none to all."""


def seen(experiments: Sequence[Experiment]) -> bool:
    """Whether there is something to see of each."""
    try:
        return all(filmable(one) for one in experiments)
    except Invalid:  # of a file that is gone
        return False


def draw(experiments: Sequence[Experiment], *, key: str) -> None:
    """The film of one experiment, or of two beside each other; nothing where nothing can be seen."""
    if seen(experiments):
        figure.show(data(experiments, key), key=key, on_deed=partial(_done, tuple(experiments), key))


def _done(experiments: tuple[Experiment, ...], key: str, deed: str) -> None:
    st.session_state.pop(_refused(key), None)
    for one in experiments:
        if deed == "stop":
            films.stop(one, state.visitor())
            continue
        try:
            films.begin(one, state.visitor())
        except Busy as busy:
            st.session_state[_refused(key)] = busy


def _refused(key: str) -> str:
    return f"{key}/refused"


def data(experiments: Sequence[Experiment], key: str) -> dict[str, Any]:
    """What the figure is told: `sides` with their words and where their films are; what they share."""
    language, first = state.language(), experiments[0]
    standings = [films.standing(name(one), state.visitor())["state"] for one in experiments]
    refused = st.session_state.get(_refused(key))
    return {
        "sides": [
            side(one, letter, standing)
            for one, letter, standing in zip(experiments, "AB", standings, strict=False)
        ],
        "seconds": max(1, round(sum(jobs.every().cost.seconds(filmed(one)) for one in experiments))),
        "teacher": len({(one.dataset, one.bias, one.seed) for one in experiments}) == 1,
        "task": len({one.dataset for one in experiments}) == 1,
        "note": {"replicates": first.replicates, "seed": first.seed},
        "classes": marked(max(one.dataset.classes for one in experiments)),
        "setting": words(language),
        "problem": i18n.problem_text(language, refused) if refused else "",
        "controls": state.controls(),
    }


def side(experiment: Experiment, letter: str, standing: str) -> dict[str, Any]:
    """One student: its letter, what it sees, where its film is and how far that is (`Job.state`)."""
    way, k = experiment.framework, getattr(experiment.framework, "k", "support")
    sets = way.shows == "sets"
    sees = {"support": "sees-support", 1: "sees-one"}.get(k, "sees-k") if sets else "copies"
    return {
        "letter": letter,
        "sets": sets,
        "sees": state.t(f"film.{sees}", k=k),
        "at": films.address(experiment, state.visitor()),
        "state": standing,
    }


@once(most=len(i18n.LANGUAGES))
def words(language: str) -> dict[str, Any]:
    """What never changes with the choice."""
    prefix = f"{figure.NAME}."
    table = i18n.table(language)
    return {
        "words": {key.removeprefix(prefix): text for key, text in table.items() if key.startswith(prefix)},
        "colours": figure_colours(),
        "shades": classes(SHADES),
    }
