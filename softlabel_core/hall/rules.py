"""What a hall allows: codes, stages and the moves between them, limits. No store and no clock of its own."""

import hashlib
import secrets
import time

ALPHABET = "BCDFGHJKMNPQRTVWXYZ2679"
"""No vowels, so no words; no look-alikes (0 O, 1 I L, 5 S, 8, 3 E, 4 A)."""

LENGTH = 6
"""Characters of a code: 148 million of them, of which at most `ROOMS` open anything."""

ROOMS = 50
"""Rooms open at a time."""

SEATS = 600
"""Phones of a room: private windows can take more seats than people have phones, but not without end."""

DESIGNS = 5
"""Designs of a phone in one round."""

LASTS = 3 * 3600.0
"""Seconds after its last move that a room is forgotten."""

GRACE = 3.0
"""Seconds for which a vote that was under way when the presenter closed the vote still counts."""

JOINS, ASKS, GUESSES = (60.0, 400.0), (1.0, 8.0), (5.0, 60.0)
"""A second, and at once: new seats of a room, writes of a phone, codes that open nothing.

A whole class may share one address, so nothing is limited by address."""

MOVES: dict[str, tuple[str, ...]] = {
    "lobby": ("vote.open", "law.open"),
    "vote.open": ("vote.shown", "lobby"),
    "vote.shown": ("vote.open", "vote.revealed"),
    "vote.revealed": ("vote.open", "law.open", "lobby"),
    "law.open": ("law.shut", "lobby"),
    "law.shut": ("law.open", "vote.open", "lobby"),
}
"""Stage -> where the presenter may go from it, beside `ended`."""

ENDED = "ended"

AXES = ("right", "total")
"""What the law's points stand over: labels that are right, or Δ + γ."""

BACK = (("vote.shown", "vote.open"), ("law.shut", "law.open"))
"""Moves that open again what was closed; every other one that opens begins anew."""


def may_move(stage: str, to: str) -> bool:
    """Whether the presenter may go from a stage to another."""
    return stage in MOVES and (to == ENDED or to in MOVES[stage])


def begins_anew(stage: str, to: str) -> bool:
    """Whether a move starts a new activity, with no answers yet."""
    return to in ("vote.open", "law.open") and (stage, to) not in BACK


def takes_votes(stage: str, moved: float, now: float) -> bool:
    """Whether a vote counts, the last move having been at `moved`."""
    return stage == "vote.open" or (stage == "vote.shown" and now - moved <= GRACE)


def new_code() -> str:
    """A code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(typed: str) -> str | None:
    """The code as typed on a phone: any case, with spaces and dashes; None if it cannot be one."""
    code = "".join(one for one in typed[:20].upper() if one not in " -")
    return code if len(code) == LENGTH and all(one in ALPHABET for one in code) else None


def new_token() -> str:
    """128 bits: a presenter's secret, or what a phone is known by."""
    return secrets.token_urlsafe(16)


def digest(code: str, token: str) -> str:
    """What is stored of a token: it cannot be turned back, nor matched across rooms."""
    said = f"{code}/{token}".encode(errors="surrogatepass")  # JSON can say what is no text
    return hashlib.sha256(said).hexdigest()[:32]


class Bucket:
    """So many at once, so many a second after that. Not thread-safe."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._level, self._at = burst, time.monotonic()

    def take(self) -> bool:
        """Whether one more is within the limit; it counts if so."""
        now = time.monotonic()
        self._level = min(self._burst, self._level + (now - self._at) * self._rate)
        self._at = now
        if self._level < 1:
            return False
        self._level -= 1
        return True
