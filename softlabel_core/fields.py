"""Types of the fields that plug-ins declare, and what a field says of its range.

One declaration drives the check, its message, the form, the command line and the documentation.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BeforeValidator, Field
from pydantic.fields import FieldInfo

from softlabel_core.phrase import Phrase


@dataclass(frozen=True)
class UpToClasses:
    """Marks a whole-number field that may not exceed the number of classes of the dataset."""


@dataclass(frozen=True)
class Accepts:
    """Says in words what a text field accepts, with examples."""

    words: str
    """A `Phrase` where other languages are to say it too."""

    examples: tuple[str, ...]


def _set_size(value: Any) -> Any:
    if value == "support":
        return value
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        number = 0
    if isinstance(value, bool) or number < 1 or (isinstance(value, float) and number != value):
        raise ValueError(Phrase("a whole number from 1 up, or support"))
    return number


def _file_name(value: Any) -> Any:
    """Never a path or an address: letters, digits, `_`, `-` and dots inside, ending in a known suffix."""
    if not isinstance(value, str) or not re.fullmatch(r"\w[\w.-]{,99}\.(csv|parquet)", value, re.ASCII):
        raise ValueError(FILE_NAME)
    return value


FILE_NAME = Phrase("the name of a .csv or .parquet file in the data folder, without a path")

FileName = Annotated[str, BeforeValidator(_file_name), Accepts(FILE_NAME, ("mine.csv", "mine.parquet"))]
Probability = Annotated[float, Field(ge=0, le=1)]
Decay = Annotated[float, Field(gt=0, lt=1)]
Rank = Annotated[int, Field(ge=1), UpToClasses()]
SetSize = Annotated[
    int | Literal["support"], BeforeValidator(_set_size), UpToClasses(), Field(title="Set size k")
]
"""Size k of the top-k set, or `support`: all labels with positive mass."""


@dataclass(frozen=True)
class Bounds:
    """Range of a number; `open_low`/`open_high` exclude the end. None = no bound."""

    low: float | None = None
    high: float | None = None
    open_low: bool = False
    open_high: bool = False
    up_to_classes: bool = False

    def words(self) -> Phrase:
        """The range as a message says it."""
        low, high = self.low, self.high
        if low is None and high is None:
            return Phrase("any number")
        if high is None and self.up_to_classes:
            return Phrase("from {low:g} to the number of classes", low=low)
        if high is None:
            return (
                Phrase("above {low:g} up", low=low) if self.open_low else Phrase("from {low:g} up", low=low)
            )
        start = Phrase("above {low:g}", low=low) if self.open_low else Phrase("from {low:g}", low=low)
        if self.open_high:
            return Phrase("{start} to below {high:.10g}", start=start, high=high)
        return Phrase("{start} to {high:.10g}", start=start, high=high)


def bounds(field: FieldInfo) -> Bounds:
    """The range a field declares: what the check, its message, the form and the docs all read."""
    values: dict[str, Any] = {}
    for mark in field.metadata:
        if isinstance(mark, Ge | Gt):
            values |= {"low": mark.ge if isinstance(mark, Ge) else mark.gt, "open_low": isinstance(mark, Gt)}
        if isinstance(mark, Le | Lt):
            values |= {
                "high": mark.le if isinstance(mark, Le) else mark.lt,
                "open_high": isinstance(mark, Lt),
            }
        if isinstance(mark, UpToClasses):
            values["up_to_classes"] = True
    if values.get("up_to_classes"):
        values.setdefault("low", 1)
    return Bounds(**values)


def literals(field: FieldInfo) -> list[str]:
    """The literal texts that a field accepts."""
    inside = [argument for option in get_args(field.annotation) for argument in get_args(option)]
    return [text for text in (*get_args(field.annotation), *inside) if isinstance(text, str)]
