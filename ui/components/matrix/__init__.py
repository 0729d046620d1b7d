"""Rival matrix: cells that are dragged up and down, as the text of `RivalMatrix.matrix`.

`rows.js` keeps the rows adding up to 100, `matrix.js` draws and answers to hands and keys. The server hears
of a matrix when it is let go of.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ui.components import made_by_hand

FOLDER = Path(__file__).parent
SCRIPTS = ("matrix.js", "matrix.css", "rows.js")
NAME = FOLDER.name
"""Name of the component, and where the session keeps what it tells."""


def show(data: dict[str, Any], *, on_matrix: Callable[[str], None]) -> None:
    """The figure as `data` wants it."""
    made_by_hand(FOLDER, SCRIPTS, data, on_text=on_matrix)
