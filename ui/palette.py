"""Colours of every chart, in one place: Okabe and Ito 2008 (https://jfly.uni-koeln.de/color/), cividis.

The light theme takes a darker orange, so that text in it reads (contrast 5:1 on white).

Colour never stands alone: series also differ by symbol or dash, and charts have a table beside them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Colours of one theme."""

    ink: str
    faint: str
    student: str
    truth: str
    rival: str


LIGHT = Palette(ink="#1f2328", faint="#d5d9dd", student="#0072B2", truth="#A85C00", rival="#6b7680")
DARK = Palette(ink="#e6e8eb", faint="#3a4048", student="#56B4E9", truth="#E69F00", rival="#9aa4ad")

SEQUENTIAL = "cividis"


def palette(dark: bool) -> Palette:
    """The palette of the theme."""
    return DARK if dark else LIGHT
