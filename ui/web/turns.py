"""Scripts run one after another: threads that want the one interpreter hold each other up.

Streamlit runs each visitor's script in a thread of its own. Every message that one sends gives the
interpreter away, and it waits for all others before it has it again; with a hundred at once processors even
stand idle (docs/hosting.md has the figures with and without).
"""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 0.25
"""Seconds that a script has to itself; whoever takes longer, or waits, goes on beside others."""


class _Turn:
    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.begun = threading.Event()
        self.since = 0.0


class Turns:
    """First come, first served."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._waiting: deque[_Turn] = deque()
        self._now: _Turn | None = None

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for one's turn, and have it until the end; within one's turn: go on."""
        now = self._now
        if now is not None and now.thread == threading.get_ident():
            yield
            return
        mine = _Turn()
        with self._lock:
            self._waiting.append(mine)
            self._call()
        while not mine.begun.wait(self._patience):
            with self._lock:
                self._call()
        try:
            yield
        finally:
            with self._lock:
                if self._now is mine:
                    self._now = None
                    self._call()

    def _call(self) -> None:
        """The next one, where nobody has the turn or has had it for too long."""
        late = self._now is None or time.monotonic() - self._now.since > self._patience
        if late and self._waiting:
            self._now = self._waiting.popleft()
            self._now.since = time.monotonic()
            self._now.begun.set()


scripts = Turns()
"""The turns of this server's scripts."""
