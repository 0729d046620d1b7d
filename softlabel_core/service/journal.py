"""What a server remembers beyond its own life, and shares with others: promised runs, results, failures.

`Journal` keeps nothing; `service.stored` keeps it in a store.
"""

import hashlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from softlabel_core.experiment.result import Result
from softlabel_core.experiment.spec import Experiment
from softlabel_core.phrase import Phrase
from softlabel_core.store.elsewhere import Standing
from softlabel_core.store.promises import Promise
from softlabel_core.store.results import Found, Saved

PATIENCE = 20.0
"""Seconds after which nobody waits for the store any longer."""


def promise(key: str, experiment: Experiment, seconds: float, visitor: str) -> Promise:
    """A new one; of the visitor only a hash is kept."""
    who = hashlib.sha256(visitor.encode()).hexdigest()[:16]
    return Promise(key, experiment.model_dump_json(), seconds, who, time.time())


class Note:
    """Something to write down: a promise as it stands, None where it has ended, and its result."""

    def __init__(self, promise: Promise | None, result: Result | None = None) -> None:
        self.promise, self.result = promise, result
        self.saved: Saved | None = None
        """Where the result is kept; None where it could not be, yet."""
        self.elsewhere = False
        """Whether another process computes it, or is to."""
        self._settled = threading.Event()

    @property
    def settled(self) -> bool:
        """Whether it is written, or cannot be for now."""
        return self._settled.is_set()

    def settle(self) -> None:
        """Nobody needs to wait for it."""
        self._settled.set()

    def wait(self) -> None:
        """Returns as soon as it is settled."""
        self._settled.wait(PATIENCE)


@dataclass(frozen=True)
class Report:
    """What a queue tells its journal, at every look of its own."""

    room: float | None = None
    """Predicted seconds of the longest run that a worker of its own could begin now; None if none is free."""

    follows: frozenset[str] = frozenset()
    """Runs of others that are looked at here."""

    wants: frozenset[str] = frozenset()
    """Those that somebody here waits for."""

    progress: dict[str, tuple[float, str]] = field(default_factory=dict)
    """How far its own runs are that others wait for: finished fraction in [0, 1], and curves as JSON."""


@dataclass
class News:
    """What a queue hears from its journal: each thing is told once."""

    claimed: list[Promise] = field(default_factory=list)
    """Promises that are this server's from now on: of servers that are gone, or that others could spare."""

    lost: set[str] = field(default_factory=set)
    """Its own promises that another has taken."""

    wanted: dict[str, bool | None] = field(default_factory=dict)
    """Its own promises -> whether others want them, None if nobody has said; False if they do no more."""

    stands: dict[str, Standing | Found | None] = field(default_factory=dict)
    """What it follows -> how that stands, its result, or None if it has ended without one."""


class Journal:
    """A journal that keeps nothing: for a queue that lives in memory alone."""

    heard: Callable[[], object] = staticmethod(lambda: None)
    """Called where there is news."""

    def write(self, key: str, promise: Promise | None, result: Result | None = None) -> Note:
        """Write down how the run stands; an earlier note of this key is outdated."""
        note = Note(promise, result)
        note.settle()
        return note

    def find(self, key: str) -> Found | Phrase | Standing | None:
        """The result of the experiment with that key, why its run failed if nobody asked again, or how it
        stands with another process."""
        return None

    def shared(self, share: str) -> Found | None:
        """The result with that id."""
        return None

    def exchange(self, report: Report) -> News:
        """Tell how the queue stands, and hear what has come since."""
        return News()

    def close(self) -> None:
        """What is promised is left to the next server."""


def packed(phrase: str) -> str:
    """A phrase as JSON."""
    return json.dumps(_plain(phrase))


def _plain(part: Any) -> Any:
    if isinstance(part, Phrase):
        return {"template": part.template, "parts": {name: _plain(one) for name, one in part.parts.items()}}
    return part if isinstance(part, int | float) else str(part)


def unpacked(text: str) -> Phrase:
    """The phrase again."""
    phrase: Phrase = _said(json.loads(text))
    return phrase


def _said(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    template: str = part["template"]
    return Phrase(template, **{name: _said(one) for name, one in part["parts"].items()})
