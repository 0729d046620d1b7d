"""How a file of labels is to be read, where it could be read in several ways."""

from dataclasses import dataclass

from softlabel_core.plugin import Invalid

LONG = "long"
"""One row a vote: columns of the task, the worker and the label."""

KINDS = ("auto", "probabilities", "votes", "percent", "sets", "logits", LONG)
"""What numbers are: told by themselves, or by whoever brings them. Logits are recognised by nobody."""

OPTIONAL = ("left_out", "words", "rescaled", "empty", "no_truth")
"""Conversions that can be switched off one by one; then the file is read, or refused, as it stands."""


@dataclass(frozen=True)
class Choice:
    """What somebody chose; by default all is recognised."""

    numbers: str = "auto"
    """One of `KINDS`."""

    columns: tuple[str, ...] = ()
    """Columns of the classes, or the one array or field that holds the soft labels; of one row a vote the
    columns of the task, the worker and the label. Empty: those that look like it."""

    truth: str = ""
    """Column, array or field of the truth; empty: the first under a usual name."""

    majority: bool = False
    """Whether the largest of each row stands for the truth, for want of a better one."""

    names: tuple[str, ...] = ()
    """Names of the classes in their order; empty: those of the file."""

    off: frozenset[str] = frozenset()
    """Conversions of `OPTIONAL` that are not made."""

    def __post_init__(self) -> None:
        """Raises `Invalid` for a kind or a conversion that there is not."""
        if self.numbers not in KINDS:
            got = str(self.numbers)[:60]
            raise Invalid("numbers: allowed: {allowed}; got {got}.", allowed=", ".join(KINDS), got=got)
        if not self.off <= {*OPTIONAL}:
            got = ", ".join(sorted(self.off - {*OPTIONAL}))[:60]
            raise Invalid("off: allowed: {allowed}; got {got}.", allowed=", ".join(OPTIONAL), got=got)


RECOGNISED = Choice()
"""Nothing was chosen."""
