"""Draw your own: points in a square, by mouse, by touch or by keys, as the text of `DrawnPoints.points`.

`drawing.js` knows what a drawing is, `draw.js` draws it and answers to hands and keys. The server hears of a
drawing when it is let go of and has two classes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ui.components import made_by_hand

FOLDER = Path(__file__).parent
SCRIPTS = ("draw.js", "draw.css", "drawing.js")
NAME = FOLDER.name
"""Name of the component, and where the session keeps what it tells."""


def show(data: dict[str, Any], *, on_points: Callable[[str], None]) -> None:
    """The figure as `data` wants it."""
    made_by_hand(FOLDER, SCRIPTS, data, on_text=on_points)
