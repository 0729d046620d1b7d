"""What a queue takes: so long, so many, and so many of one visitor."""

from softlabel_core.phrase import Refusal
from softlabel_core.service.job import Job

QUEUE = 300
"""Jobs that may wait; one more is refused with a sentence."""

EACH = 10
"""Jobs of one visitor that may wait."""

SECONDS = 120.0
"""Predicted seconds above which a run is refused, unless the server was told otherwise."""


class Busy(Refusal):
    """The run is refused: too long, or too many are waiting. The message is a sentence for the visitor."""


def admit(alive: list[Job], seconds: float, spread: float, visitor: str, limit: float = SECONDS) -> None:
    """Refuse what takes too long (wrong by the factor `spread`) or finds no place; raises `Busy`."""
    if seconds > limit:
        raise Busy(
            "This run would take about {seconds:,.0f} seconds (between {low:,.0f} and {high:,.0f}); "
            "at most {most:,.0f} are allowed here. Choose fewer replicates or epochs, fewer examples "
            "or a smaller network.",
            seconds=seconds,
            low=seconds / spread,
            high=seconds * spread,
            most=limit,
        )
    waiting = [job for job in alive if job.handle is None]
    if len(waiting) >= QUEUE:
        raise Busy("{count} runs are waiting already; please try again in a minute.", count=QUEUE)
    if sum(job.owner == visitor for job in waiting) >= EACH:
        raise Busy(
            "{count} of your runs are waiting already; stop one, or wait for one to begin.", count=EACH
        )
